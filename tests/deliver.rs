//! What a live run delivers: to every output of the configuration, what is owed after it, and what a
//! change of the outputs does while it goes on.
#![expect(
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a failure here is the test's, and what is skipped is said"
)]

mod wire;

use std::{
    fs,
    io::{BufRead, BufReader},
    net::UdpSocket,
    os::unix::net::UnixListener,
    thread,
};

use rustix::process::Signal;
use serde_json::Value;
use wire::{Namespace, Scene};

const TAP: &str = "[capture]\ninterfaces = [\"tap0\"]\n[state]\ndir = \"state\"\n";

#[test]
fn what_an_output_is_owed_waits_for_the_next_run() {
    let Some(namespace) = Namespace::new("owed") else { return };
    namespace.cable("tap0", "far0");
    let scene = Scene::new(300, &format!("{TAP}[output.unix]\npath = \"out.sock\"\n"));
    let (config, record) = (scene.path("picket.toml"), scene.path("record.pcapng"));
    let written = fs::read_to_string(&config).expect("a configuration");
    fs::write(&config, written.replace("\"clear\"", "\"masked\"")).expect("written");
    let running = namespace.listen(&[&"-c", &config, &"--record", &record]);
    namespace.send("far0", scene.frames());
    let (_, log) = running.stop();
    assert!(log.contains("output.unix") && log.contains("outbox.sqlite"), "{log}");
    let alerts = scene.alerts();
    assert!(alerts.lines().count() > 50, "{log}");
    assert!(alerts.contains("*\"") && alerts.contains("\"sub:"), "{alerts}");
    assert_eq!(scene.replay("record.pcapng"), alerts, "masked numbers have the same ids");
    // Nothing comes in this time: what the socket gets is what it was owed.
    let socket = UnixListener::bind(scene.path("out.sock")).expect("a socket");
    let reader = thread::spawn(move || {
        let (stream, _) = socket.accept().expect("it connects");
        BufReader::new(stream).lines().map_while(Result::ok).collect::<Vec<_>>()
    });
    let running = namespace.listen(&[&"-c", &config]);
    let (_, log) = running.stop();
    let owed = reader.join().expect("it reads");
    assert_eq!(owed, alerts.lines().collect::<Vec<_>>(), "{log}");
    assert_eq!(scene.alerts(), alerts, "nothing comes twice");
}

#[test]
fn outputs_that_change_while_it_runs_are_refused_in_words() {
    let Some(namespace) = Namespace::new("change") else { return };
    namespace.cable("tap0", "far0");
    let scene = Scene::new(300, TAP);
    let config = scene.path("picket.toml");
    let mut running = namespace.listen(&[&"-c", &config]);
    let (before, after) = {
        let frames = scene.frames();
        let (before, after) = frames.split_at(frames.len() / 2);
        (before.to_vec(), after.to_vec())
    };
    namespace.send("far0", before);
    let written = fs::read_to_string(&config).expect("a configuration");
    let changed = written.replace("alerts.jsonl", "others.jsonl");
    fs::write(&config, changed.replace("id = \"synth\"", "id = \"renamed\"")).expect("written");
    running.signal(Signal::HUP);
    running.until("[output] has changed and is read at the start only");
    running.until("read anew");
    namespace.send("far0", after);
    let (_, log) = running.stop();
    assert!(!scene.path("others.jsonl").exists(), "{log}");
    assert!(scene.alerts().lines().count() > 50, "{log}");
}

#[test]
fn without_a_place_for_state_nothing_is_kept_and_that_is_said() {
    let Some(namespace) = Namespace::new("placeless") else { return };
    namespace.cable("tap0", "far0");
    let scene = Scene::new(300, "[capture]\ninterfaces = [\"tap0\"]\n");
    let config = scene.path("picket.toml");
    let written = fs::read_to_string(&config).expect("a configuration");
    // No table of outputs at all, and pseudonyms.
    let (kept, _) = written.split_once("[privacy]").expect("the last table of it");
    fs::write(&config, format!("{kept}[capture]\ninterfaces = [\"tap0\"]\n")).expect("written");
    let before = entries(&scene);
    let running = namespace.listen(&[&"-c", &config]);
    namespace.send("far0", scene.frames());
    let (output, log) = running.stop();
    for said in ["alerts go to stdout", "nothing is kept", "hold for this run only"] {
        assert!(log.contains(said), "{said} in {log}");
    }
    let alerts = String::from_utf8(output.stdout).expect("text");
    assert!(alerts.lines().count() > 50, "{log}");
    assert!(alerts.contains("\"sub:"), "{alerts}");
    assert_eq!(entries(&scene), before, "no file was made");
}

fn entries(scene: &Scene) -> usize {
    fs::read_dir(scene.path(".")).expect("a directory").count()
}

#[test]
fn syslog_gets_what_the_file_gets() {
    // In this namespace there is no network but the loopback, which both ends share.
    let Some(namespace) = Namespace::new("syslog") else { return };
    namespace.cable("tap0", "far0");
    namespace.ip(&["link", "set", "lo", "up"]);
    let server = namespace.within(|| UdpSocket::bind("127.0.0.1:0").expect("a port"));
    let address = server.local_addr().expect("an address");
    let scene = Scene::new(0, &format!("{TAP}[output.syslog]\naddress = \"{address}\"\n"));
    let config = scene.path("picket.toml");
    let running = namespace.listen(&[&"-c", &config]);
    // Few enough for the socket's buffer: nothing else holds datagrams back.
    let frames = scene.frames();
    namespace.send("far0", frames.into_iter().take(FEW).collect());
    let (_, log) = running.stop();
    server.set_nonblocking(true).expect("set");
    let mut octets = vec![0; 1 << 16];
    let mut got = Vec::new();
    while let Ok(length) = server.recv(&mut octets) {
        let message = String::from_utf8_lossy(&octets[..length]).into_owned();
        let (_, body) = message.split_once("] ").expect("a header");
        got.push(serde_json::from_str::<Value>(body).expect("JSON"));
    }
    let alerts = scene.alerts();
    let want = alerts.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    assert_eq!(got, want.collect::<Vec<_>>(), "{log}");
    assert!(!got.is_empty(), "{log}");
}

/// Frames with some alerts in them.
const FEW: usize = 100;
