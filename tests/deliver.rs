//! What a live run delivers: to every output of the configuration, what is owed after it, and what a
//! change of the outputs does while it goes on.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a failure here is the test's, and what is skipped is said"
)]

#[path = "harness/numbers.rs"]
mod numbers;
mod wire;

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    net::UdpSocket,
    os::unix::net::UnixListener,
    process::Command,
    sync::mpsc::{TryRecvError, channel},
    thread,
    time::Duration,
};

use rustix::process::Signal;
use serde_json::Value;
use wire::{Namespace, Scene, octets, text};

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

#[test]
fn on_a_cable_with_a_full_disk_and_the_broker_away_every_frame_is_seen_in_time() {
    let Some(namespace) = Namespace::new("full") else { return };
    namespace.cable("tap0", "far0");
    let more = "[capture]\ninterfaces = [\"tap0\"]\n[state]\ndir = \"disk\"\n\
                [output.kafka]\nbrokers = [\"127.0.0.1:9\"]\n[output.outbox]\nqueue = 64\n";
    let scene = Scene::new(3_000, more);
    let config = scene.path("picket.toml");
    let written = fs::read_to_string(&config).expect("a configuration");
    // Nothing but Kafka, which is not there.
    fs::write(&config, written.replace("[output.file]\npath = \"alerts.jsonl\"\n", ""))
        .expect("written");
    fs::create_dir(scene.path("disk")).expect("a directory");
    let record = scene.path("record.pcapng");
    // A disk of its own, with hardly any room.
    let script = format!(
        "mount -t tmpfs -o size=400k tmpfs {} && exec \"$0\" \"$@\"",
        scene.path("disk").display()
    );
    let by = ["unshare", "--mount", "sh", "-c", &script];
    let running = namespace.listen_under(&by, &[&"-c", &config, &"--record", &record]);
    namespace.send("far0", scene.frames());
    let (output, log) = running.end();
    assert_eq!(octets(&record), scene.frames(), "{log}");
    // What had no room is gone, which is a failure and is said, however well the rest went.
    assert_eq!(output.status.code(), Some(1), "{log}");
    let sent = scene.frames().len();
    for said in [
        &*format!("frames={sent} dropped=0 missed=0"),
        "late=0",
        "alerts_dropped=0",
        "output.kafka",
    ] {
        assert!(log.contains(said), "{said} in {log}");
    }
    assert!(log.contains("alert revisions were lost, for there was no room"), "{log}");
}

#[test]
fn by_default_a_run_names_nobody() {
    let Some(namespace) = Namespace::new("unnamed") else { return };
    namespace.cable("tap0", "far0");
    namespace.ip(&["link", "set", "lo", "up"]);
    let server = namespace.within(|| UdpSocket::bind("127.0.0.1:0").expect("a port"));
    let address = server.local_addr().expect("an address");
    let more = format!(
        "[capture]\ninterfaces = [\"tap0\"]\n[state]\ndir = \"state\"\n\
         [output.evidence]\npath = \"e.pcapng\"\n\
         [output.unix]\npath = \"out.sock\"\nformat = \"ocsf\"\n\
         [output.syslog]\naddress = \"{address}\"\nformat = \"cef\"\n"
    );
    let scene = Scene::new(1_500, &more);
    let truth = fs::read_to_string(scene.path("truth.jsonl")).expect("written");
    let events = picket(&scene, &["replay", "sent.pcap", "-q", "--events", "-"]);
    let numbers = numbers::own(&events, &truth);
    assert!(numbers.len() > 500, "{}", numbers.len());
    let config = scene.path("picket.toml");
    let written = fs::read_to_string(&config).expect("a configuration");
    fs::write(&config, written.replace("[privacy]\nsubscribers = \"clear\"\n", ""))
        .expect("written");
    let socket = UnixListener::bind(scene.path("out.sock")).expect("a socket");
    let findings = thread::spawn(move || {
        let mut said = String::new();
        socket.accept().expect("it connects").0.read_to_string(&mut said).expect("text");
        said
    });
    // One who hears datagrams as they come: there is little room for them.
    let (stop, stopped) = channel::<()>();
    let hearing = thread::spawn(move || {
        let (mut octets, mut said) = (vec![0; 1 << 16], String::new());
        server.set_read_timeout(Some(Duration::from_millis(100))).expect("set");
        loop {
            match server.recv(&mut octets) {
                Ok(length) => said += &text(&octets[..length]),
                Err(_) if stopped.try_recv() != Err(TryRecvError::Empty) => {
                    return said;
                }
                Err(_) => {}
            }
            said.push('\n');
        }
    });
    let running = namespace.listen(&[&"-c", &config, &"--log", &"debug"]);
    namespace.send("far0", scene.frames());
    let (output, log) = running.stop();
    drop(stop);
    let comments = Command::new("tshark")
        .arg("-r")
        .arg(scene.path("e.pcapng"))
        .args(["-T", "fields", "-e", "frame.comment"])
        .output()
        .expect("tshark runs; apt-get install tshark");
    let exported = picket(&scene, &["alerts", "export", "--format", "misp"]);
    let mut searched = vec![
        ("stdout".to_owned(), text(&output.stdout)),
        ("log".to_owned(), log),
        ("file".to_owned(), scene.alerts()),
        ("unix".to_owned(), findings.join().expect("it reads")),
        ("syslog".to_owned(), hearing.join().expect("it hears")),
        ("comments".to_owned(), text(&comments.stdout)),
        ("misp".to_owned(), exported),
    ];
    for entry in fs::read_dir(scene.path("state")).expect("there").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        // What is learnt has to know who is who; nobody but its owner reads it.
        if name != "learnt.state" && !name.ends_with(".key") {
            searched.push((name, text(&fs::read(entry.path()).expect("read"))));
        }
    }
    for name in ["file", "unix", "syslog", "comments", "misp", "outbox.sqlite"] {
        let found = searched.iter().find(|(found, _)| found == name);
        assert!(found.is_some_and(|(_, text)| text.len() > 10_000), "{name}: {found:?}");
    }
    let told: Vec<_> =
        searched.iter().flat_map(|(name, text)| numbers::told(&numbers, name, text)).collect();
    assert!(told.is_empty(), "{:?}", &told[..told.len().min(20)]);
    assert!(
        !numbers::told(&numbers, "events", &events).is_empty(),
        "the search finds what is there"
    );
}

/// Runs a verb with the configuration of a scene and returns what it wrote.
fn picket(scene: &Scene, arguments: &[&str]) -> String {
    let output = Command::new(assert_cmd::cargo::cargo_bin!("picket"))
        .current_dir(scene.path("."))
        .args(arguments)
        .args(["-c", "picket.toml"])
        .output()
        .expect("it runs");
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

/// Frames with some alerts in them.
const FEW: usize = 100;
