//! The control socket from outside: `picket ctl` and `picket top` against a running sensor, and the
//! watch over its files.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a failure here is the test's, and what is skipped is said"
)]

#[expect(dead_code, reason = "some helpers are for other tests")]
mod wire;

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    process::{Command, Output},
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use assert_cmd::cargo::cargo_bin;
use serde_json::Value;
use wire::{Namespace, Scene, octets, text};

/// A rule that fires on every request.
const EXTRA: &str = "title: Extra
id: 2a1d3c1e-5b0d-4a35-9d0f-7a52f3b00001
name: extra
status: experimental
level: low
logsource: { product: ss7, service: map }
detection:
  request: { tcap.component.type: invoke }
  condition: request
";

const TABLES: &str = "[capture]\ninterfaces = [\"tap0\"]\n[rules]\ndirs = [\"rules\"]\n\
                      [control]\nsocket = \"control.sock\"\n";

/// Makes a scene whose sensor has a control socket and a directory of rules.
fn scene(messages: u32, more: &str) -> Scene {
    let scene = Scene::new(messages, &format!("{TABLES}{more}"));
    fs::create_dir(scene.path("rules")).expect("a directory");
    scene
}

fn ctl(scene: &Scene, arguments: &[&str]) -> Output {
    let config = scene.path("picket.toml");
    let mut command = Command::new(cargo_bin!("picket"));
    command.args(["ctl", "-c"]).arg(config).args(arguments).output().expect("it runs")
}

/// Asks, and reads the answer.
fn asked(scene: &Scene, arguments: &[&str]) -> Value {
    let output = ctl(scene, &[&["--json"], arguments].concat());
    assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// Asks for what is refused; returns why.
fn refused(scene: &Scene, arguments: &[&str]) -> String {
    let output = ctl(scene, arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", text(&output.stdout));
    text(&output.stderr)
}

/// Waits until the sensor has taken so many frames; the lane tells once a second.
fn taken(scene: &Scene, frames: usize) -> Value {
    loop {
        let status = asked(scene, &["status"]);
        if status["frames"] == frames {
            return status;
        }
    }
}

fn alerts_of(scene: &Scene, name: &str) -> u64 {
    let rules = asked(scene, &["rules"]);
    let row = rules.as_array().expect("a list").iter().find(|rule| rule["name"] == name);
    row.expect("the rule")["alerts"].as_u64().expect("a number")
}

#[test]
fn a_sensor_is_asked_and_told() {
    let Some(namespace) = Namespace::new("ctl") else { return };
    namespace.cable("tap0", "far0");
    let scene = scene(600, "");
    fs::write(scene.path("rules/extra.yml"), EXTRA).expect("written");
    let mut running = namespace.listen(&[&"-c", &scene.path("picket.toml")]);
    let socket = scene.path("control.sock");
    let mode = fs::metadata(&socket).expect("the socket").permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "for its user alone");
    let second = Command::new(cargo_bin!("picket"))
        .args(["run", "-c"])
        .arg(scene.path("picket.toml"))
        .output()
        .expect("it runs");
    assert!(text(&second.stderr).contains("another picket answers there"), "{second:?}");
    let status = asked(&scene, &["status"]);
    assert_eq!(status["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(
        (&status["ports"][0]["name"], &status["ports"][0]["up"]),
        (&"tap0".into(), &true.into())
    );
    let rules = status["rules"].as_u64().expect("a number");
    // Suppressed: counted, and no alert.
    let why = refused(&scene, &["suppress", "extar", "--for", "1h", "--reason", "test"]);
    assert!(why.contains("no rule has the id or name `extar`"), "{why}");
    let why = refused(&scene, &["suppress", "extra", "--for", "1h", "--reason", " "]);
    assert!(why.contains("a reason"), "{why}");
    let added = asked(&scene, &["suppress", "extra", "--for", "1h", "--reason", "a test week"]);
    running.until("a test week");
    let frames = scene.frames();
    let (first, second) = frames.split_at(frames.len() / 2);
    namespace.send("far0", first.to_vec());
    let status = taken(&scene, first.len());
    assert!(status["suppressed"].as_u64() > Some(10), "{status:#}");
    assert_eq!(alerts_of(&scene, "extra"), 0);
    // It outlives that everything is read anew.
    let reloaded = asked(&scene, &["reload"]);
    assert_eq!(reloaded["rules"], rules);
    let list = asked(&scene, &["suppress"]);
    assert_eq!((&list[0]["rule"], &list[0]["reason"]), (&"extra".into(), &"a test week".into()));
    let number = added["number"].to_string();
    asked(&scene, &["suppress", "--lift", &number]);
    refused(&scene, &["suppress", "--lift", &number]);
    namespace.send("far0", second.to_vec());
    let status = taken(&scene, frames.len());
    assert!(alerts_of(&scene, "extra") > 0, "{status:#}");
    // What is wrong is refused with its reason, and what was in force stays so.
    fs::write(scene.path("rules/broken.yml"), "title: broken\nlogsource: [\n").expect("written");
    let why = refused(&scene, &["reload"]);
    assert!(why.contains("broken.yml"), "{why}");
    let status = asked(&scene, &["status"]);
    assert_eq!(status["rules"], rules, "{status:#}");
    assert_eq!((&status["reloads"]["good"], &status["reloads"]["refused"]), (&1.into(), &1.into()));
    assert!(status["reloads"]["error"].to_string().contains("broken.yml"), "{status:#}");
    // Logs and the table that goes on.
    let why = refused(&scene, &["log-level", "picket=loud"]);
    assert!(why.contains("write error, warn, info or debug"), "{why}");
    asked(&scene, &["log-level", "debug"]);
    running.until("logging as told by command");
    let top = Command::new(cargo_bin!("picket"))
        .args(["top", "-n", "2", "--socket"])
        .arg(&socket)
        .output()
        .expect("it runs");
    let shown = text(&top.stdout);
    assert!(top.status.success(), "{}", text(&top.stderr));
    for words in ["frames", "a second", "map.", "messages", "extra"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    // Whom the kernel calls somebody else is refused, even where the file would let him in.
    fs::set_permissions(&socket, fs::Permissions::from_mode(0o666)).expect("set");
    fs::set_permissions(scene.path(""), fs::Permissions::from_mode(0o755)).expect("set");
    let program = scene.path("picket");
    fs::copy(cargo_bin!("picket"), &program).expect("copied");
    let other = Command::new("setpriv")
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .arg(&program)
        .args(["ctl", "status", "--socket"])
        .arg(&socket)
        .output()
        .expect("setpriv runs");
    assert_eq!(other.status.code(), Some(1), "{}", text(&other.stdout));
    assert!(text(&other.stderr).contains("this socket is for root"), "{}", text(&other.stderr));
    running.stop();
    assert!(!socket.exists(), "it is gone with the run");
    let why = refused(&scene, &["status"]);
    assert!(why.contains("is picket running"), "{why}");
}

#[test]
fn reading_everything_anew_under_load_loses_no_frame() {
    let Some(namespace) = Namespace::new("load") else { return };
    namespace.cable("tap0", "far0");
    let scene = scene(6_000, "");
    let (config, record) = (scene.path("picket.toml"), scene.path("record.pcapng"));
    let running = namespace.listen(&[&"-c", &config, &"--record", &record]);
    let frames = scene.frames();
    let sending = AtomicBool::new(true);
    let reloads = thread::scope(|scope| {
        scope.spawn(|| {
            for portion in frames.chunks(50) {
                namespace.send("far0", portion.to_vec());
            }
            sending.store(false, Ordering::Release);
        });
        let mut reloads = 0;
        while sending.load(Ordering::Acquire) || reloads < 3 {
            fs::write(scene.path("rules/extra.yml"), EXTRA).expect("written");
            asked(&scene, &["reload"]);
            fs::write(scene.path("rules/extra.yml"), "title: [\n").expect("written");
            refused(&scene, &["reload"]);
            reloads += 1;
        }
        reloads
    });
    let status = taken(&scene, frames.len());
    let port = &status["ports"][0];
    assert_eq!(port["frames"], frames.len(), "{status:#}");
    assert_eq!((&port["dropped"], &port["missed"]), (&0.into(), &0.into()), "{status:#}");
    assert_eq!(status["reloads"]["good"], reloads, "{status:#}");
    let (_, log) = running.stop();
    assert_eq!(octets(&record), frames, "{log}");
}

#[test]
fn files_that_change_are_read_anew() {
    let Some(namespace) = Namespace::new("watch") else { return };
    namespace.cable("tap0", "far0");
    let scene = scene(100, "[reload]\nwatch = true\n");
    let mut running = namespace.listen(&[&"-c", &scene.path("picket.toml")]);
    let rules = asked(&scene, &["status"])["rules"].as_u64().expect("a number");
    fs::write(scene.path("rules/extra.yml"), EXTRA).expect("written");
    running.until("files have changed");
    running.until("read anew: configuration");
    assert_eq!(asked(&scene, &["status"])["rules"], rules + 1);
    fs::write(scene.path("rules/extra.yml"), "title: [\n").expect("written");
    running.until("extra.yml");
    assert_eq!(asked(&scene, &["status"])["rules"], rules + 1, "what was in force stays so");
    fs::remove_file(scene.path("rules/extra.yml")).expect("removed");
    running.until("read anew: configuration");
    assert_eq!(asked(&scene, &["status"])["rules"], rules);
    running.stop();
}

#[test]
fn the_service_manager_is_told() {
    let Some(namespace) = Namespace::new("notify") else { return };
    namespace.cable("tap0", "far0");
    let scene = scene(100, "");
    let socket = scene.path("notify.sock");
    let manager = std::os::unix::net::UnixDatagram::bind(&socket).expect("a socket");
    let variable = format!("NOTIFY_SOCKET={}", socket.display());
    let by = ["env", variable.as_str()];
    let mut running = namespace.listen_under(&by, &[&"-c", &scene.path("picket.toml")]);
    let told = |wanted: &str| {
        let mut octets = [0; 1_024];
        loop {
            let length = manager.recv(&mut octets).expect("it is told");
            let said = text(&octets[..length]);
            if said.lines().any(|line| line == wanted) {
                return said;
            }
        }
    };
    told("READY=1");
    told("WATCHDOG=1");
    running.signal(rustix::process::Signal::HUP);
    let said = told("RELOADING=1");
    assert!(said.contains("MONOTONIC_USEC="), "{said}");
    told("READY=1");
    running.until("read anew: configuration");
    running.stop();
    told("STOPPING=1");
}
