//! What tests on real interfaces share: a network namespace with cables, a sender, a running picket.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, ChildStderr, Command, Output, Stdio},
    thread,
};

use assert_cmd::cargo::cargo_bin;
use picket_hw::{Capture, Polled, file::FileCapture};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use tempfile::TempDir;

/// A network namespace of its own, gone when dropped.
pub(crate) struct Namespace(String);

impl Namespace {
    /// Makes one; `None`, having said why, where that is not permitted.
    pub(crate) fn new(name: &str) -> Option<Self> {
        let name = format!("picket-{name}-{}", std::process::id());
        let made = Command::new("ip").args(["netns", "add", &name]).output();
        let why = match made {
            Ok(output) if output.status.success() => return Some(Self(name)),
            Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
            Err(error) => format!("ip: {error}"),
        };
        eprintln!("skipped: no network namespace can be made here ({})", why.trim());
        None
    }

    /// Lays a cable: what is sent at one end comes out at the other.
    pub(crate) fn cable(&self, end: &str, other: &str) {
        self.ip(&["link", "add", end, "type", "veth", "peer", "name", other]);
        for end in [end, other] {
            // A namespace without IPv6 addresses sends nothing of its own accord.
            self.ip(&["link", "set", end, "addrgenmode", "none"]);
            self.ip(&["link", "set", end, "up"]);
        }
    }

    pub(crate) fn ip(&self, arguments: &[&str]) {
        let output = Command::new("ip").arg("-n").arg(&self.0).args(arguments).output();
        let output = output.expect("ip runs");
        assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    }

    /// Does something in it.
    pub(crate) fn within<T: Send + 'static>(&self, what: impl FnOnce() -> T + Send + 'static) -> T {
        let file = File::open(Path::new("/run/netns").join(&self.0)).expect("the namespace");
        // A namespace is a thread's own: this one goes with its thread.
        let inside = thread::spawn(move || {
            let kind = Some(LinkNameSpaceType::Network);
            move_into_link_name_space(std::os::fd::AsFd::as_fd(&file), kind).expect("entered");
            what()
        });
        inside.join().expect("it was done")
    }

    /// Sends frames on an interface, as fast as it goes.
    pub(crate) fn send(&self, interface: &str, frames: Vec<Vec<u8>>) {
        let interface = interface.to_owned();
        self.within(move || {
            let handle = pcap::Capture::from_device(interface.as_str()).expect("an interface");
            let mut handle = handle.open().expect("it can be opened");
            for frame in frames {
                handle.sendpacket(frame).expect("it can be sent");
            }
        });
    }

    /// Starts picket in it and waits until it listens.
    pub(crate) fn listen(&self, arguments: &[&dyn AsRef<Path>]) -> Running {
        self.listen_under(&[], arguments)
    }

    /// As [`Self::listen`], started by another command.
    pub(crate) fn listen_under(&self, by: &[&str], arguments: &[&dyn AsRef<Path>]) -> Running {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.0]).args(by).arg(cargo_bin!("picket"));
        Running::start(command, arguments)
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        let _ = Command::new("ip").args(["netns", "del", &self.0]).status();
    }
}

/// A `picket run`, ended when dropped.
pub(crate) struct Running {
    pub(crate) child: Child,
    log: BufReader<ChildStderr>,
    said: String,
}

impl Running {
    /// Starts it and waits until it listens.
    pub(crate) fn start(mut command: Command, arguments: &[&dyn AsRef<Path>]) -> Self {
        let mut child = command
            .arg("run")
            .args(arguments.iter().map(|argument| argument.as_ref().as_os_str()))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it runs");
        let log = BufReader::new(child.stderr.take().expect("a log"));
        let mut this = Self { child, log, said: String::new() };
        this.until("listening");
        this
    }

    /// Reads the log up to a line with these words.
    pub(crate) fn until(&mut self, words: &str) {
        loop {
            let mut line = String::new();
            let read = self.log.read_line(&mut line).expect("a log");
            self.said += &line;
            assert!(read > 0, "it ended before it said {words:?}:\n{}", self.said);
            if line.contains(words) {
                return;
            }
        }
    }

    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, signal).expect("it is there");
    }

    /// Ends it with SIGTERM; returns what it wrote and its whole log.
    pub(crate) fn stop(self) -> (Output, String) {
        let (output, said) = self.end();
        assert!(output.status.success(), "{said}");
        (output, said)
    }

    /// As [`Self::stop`], however it ends.
    pub(crate) fn end(mut self) -> (Output, String) {
        self.signal(rustix::process::Signal::TERM);
        // Both at once: a pipe that nobody reads holds up who writes to it.
        let mut out = self.child.stdout.take().expect("an output");
        let out = thread::spawn(move || {
            let mut stdout = Vec::new();
            out.read_to_end(&mut stdout).expect("an output");
            stdout
        });
        self.log.read_to_string(&mut self.said).expect("a log");
        let stdout = out.join().expect("it was read");
        let status = self.child.wait().expect("it ends");
        let said = std::mem::take(&mut self.said);
        (Output { status, stdout, stderr: Vec::new() }, said)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A directory with a capture of fictional attacks and the configuration that goes with it.
pub(crate) struct Scene {
    dir: TempDir,
}

impl Scene {
    /// Makes one; `more` is added to the configuration. Alerts go to `alerts.jsonl`.
    pub(crate) fn new(messages: u32, more: &str) -> Self {
        Self::of(&["--messages", &messages.to_string()], more)
    }

    /// Makes one of what `picket synth` is asked for.
    pub(crate) fn of(asked: &[&str], more: &str) -> Self {
        let scene = Self::empty();
        let (capture, config) = (scene.path("sent.pcap"), scene.path("picket.toml"));
        let made = Command::new(cargo_bin!("picket"))
            .args(["synth", "--seed", "11"])
            .args(asked)
            .arg(&capture)
            .arg("--config")
            .arg(&config)
            .arg("--truth")
            .arg(scene.path("truth.jsonl"))
            .output()
            .expect("it runs");
        assert!(made.status.success(), "{}", text(&made.stderr));
        let written = fs::read_to_string(&config).expect("a configuration");
        scene.configure(&written, more);
        scene
    }

    /// Makes one of nothing.
    pub(crate) fn empty() -> Self {
        Self { dir: tempfile::tempdir().expect("a directory") }
    }

    /// Writes the configuration.
    pub(crate) fn configure(&self, written: &str, more: &str) {
        let output = "\n[output.file]\npath = \"alerts.jsonl\"\n";
        fs::write(self.path("picket.toml"), format!("{written}{output}{more}")).expect("written");
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Returns the frames that are sent.
    pub(crate) fn frames(&self) -> Vec<Vec<u8>> {
        octets(&self.path("sent.pcap"))
    }

    /// Replays a file with the configuration; returns the alerts.
    pub(crate) fn replay(&self, capture: &str) -> String {
        let alerts = self.path("replayed.jsonl");
        let output = Command::new(cargo_bin!("picket"))
            .args(["replay", "-q", "-c"])
            .args([self.path("picket.toml"), self.path(capture)])
            .arg("--alerts")
            .arg(&alerts)
            .output()
            .expect("it runs");
        assert!(output.status.success(), "{}", text(&output.stderr));
        fs::read_to_string(alerts).expect("alerts")
    }

    /// Returns the alerts of the run.
    pub(crate) fn alerts(&self) -> String {
        fs::read_to_string(self.path("alerts.jsonl")).expect("alerts")
    }
}

/// Returns the octets of each frame of a capture.
pub(crate) fn octets(path: &Path) -> Vec<Vec<u8>> {
    let mut capture = FileCapture::open(&[path.to_owned()], 64).expect("a capture");
    let mut out = Vec::new();
    while capture.poll(&mut |frame| out.push(frame.bytes.to_vec())).expect("readable")
        != Polled::End
    {}
    out
}

pub(crate) fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}
