//! Live capture on a cable between two interfaces: what is sent is what is detected, and replaying
//! the recording of a run gives its alerts, octet for octet.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a failure here is the test's, and what is skipped is said"
)]

#[path = "wire/cited.rs"]
mod cited;
mod wire;

use std::{collections::BTreeSet, fs};

use cited::{as_in_its_file, cited, lab};
use rustix::process::Signal;
use wire::{Namespace, Scene, octets};

#[test]
fn what_is_sent_is_detected_and_replays_the_same() {
    let Some(namespace) = Namespace::new("one") else { return };
    namespace.cable("tap0", "far0");
    let scene = Scene::new(2_000, "[capture]\ninterfaces = [\"tap0\"]\n");
    let (config, record) = (scene.path("picket.toml"), scene.path("record.pcapng"));
    let running = namespace.listen(&[&"-c", &config, &"--record", &record]);
    namespace.send("far0", scene.frames());
    let (_, log) = running.stop();
    assert_eq!(octets(&record), scene.frames(), "{log}");
    as_in_its_file(&scene);
}

#[test]
fn a_labelled_day_on_a_cable_is_detected_as_in_its_file() {
    let Some(scene) = lab("[capture]\ninterfaces = [\"tap0\"]\n") else { return };
    let Some(namespace) = Namespace::new("lab") else { return };
    namespace.cable("tap0", "far0");
    let (config, record) = (scene.path("picket.toml"), scene.path("record.pcapng"));
    let running = namespace.listen(&[&"-c", &config, &"--record", &record]);
    namespace.send("far0", scene.frames());
    let (_, log) = running.stop();
    assert_eq!(octets(&record), scene.frames(), "{log}");
    as_in_its_file(&scene);
}

#[test]
fn two_interfaces_are_one_line_of_time() {
    one_line_of_time("two", "");
}

#[test]
fn two_interfaces_read_by_two_threads_are_one_line_of_time() {
    one_line_of_time("lanes", "[runtime]\ntopology = \"lanes\"\nlane_cpus = [0]\n");
}

fn one_line_of_time(name: &str, threads: &str) {
    let Some(namespace) = Namespace::new(name) else { return };
    namespace.cable("tap0", "far0");
    namespace.cable("tap1", "far1");
    let more = format!("{threads}[capture]\ninterfaces = [\"tap0\", \"tap1\"]\n");
    let scene = Scene::new(1_000, &more);
    let (config, record) = (scene.path("picket.toml"), scene.path("record.pcapng"));
    let running = namespace.listen(&[&"-c", &config, &"--record", &record]);
    // Every request goes one way and every answer the other, in small portions.
    let frames = scene.frames();
    for (turn, portion) in frames.chunks(7).enumerate() {
        namespace.send(if turn % 2 == 0 { "far0" } else { "far1" }, portion.to_vec());
    }
    let (_, log) = running.stop();
    assert_eq!(octets(&record), frames, "they come in the order they were sent: {log}");
    assert_eq!(scene.alerts(), scene.replay("record.pcapng"));
}

#[test]
fn an_interface_that_goes_away_is_opened_again() {
    let Some(namespace) = Namespace::new("gone") else { return };
    namespace.cable("tap0", "far0");
    let scene = Scene::new(300, "[capture]\ninterfaces = [\"tap0\"]\n");
    let (config, record) = (scene.path("picket.toml"), scene.path("record.pcapng"));
    let mut running = namespace.listen(&[&"-c", &config, &"--record", &record]);
    let frames = scene.frames();
    let (first, rest) = frames.split_at(frames.len() / 3);
    let (second, third) = rest.split_at(rest.len() / 2);
    namespace.send("far0", first.to_vec());
    // Down and up again: the interface stays, its link does not.
    for state in ["down", "up"] {
        namespace.ip(&["link", "set", "tap0", state]);
    }
    namespace.send("far0", second.to_vec());
    namespace.ip(&["link", "del", "tap0"]);
    running.until("port is gone");
    namespace.cable("tap0", "far0");
    running.until("port is back");
    namespace.send("far0", third.to_vec());
    let (_, log) = running.stop();
    assert_eq!(octets(&record), frames, "{log}");
    assert_eq!(scene.alerts(), scene.replay("record.pcapng"));
}

#[test]
fn an_interface_that_is_not_there_is_named() {
    let scene = Scene::new(100, "[capture]\ninterfaces = [\"picket-none0\"]\n");
    let output = std::process::Command::new(assert_cmd::cargo::cargo_bin!("picket"))
        .args(["run", "-c"])
        .arg(scene.path("picket.toml"))
        .output()
        .expect("it runs");
    let said = wire::text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("picket-none0"), "{said}");
}

/// A rule that fires on every request for authentication vectors, under a level of its own.
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

#[test]
fn rules_are_read_anew_without_losing_a_frame() {
    let Some(namespace) = Namespace::new("hup") else { return };
    namespace.cable("tap0", "far0");
    let more = "[capture]\ninterfaces = [\"tap0\"]\n[rules]\ndirs = [\"rules\"]\n";
    let scene = Scene::new(900, more);
    let rule = scene.path("rules/extra.yml");
    fs::create_dir(scene.path("rules")).expect("a directory");
    let (config, record) = (scene.path("picket.toml"), scene.path("record.pcapng"));
    let mut running = namespace.listen(&[&"-c", &config, &"--record", &record]);
    let frames = scene.frames();
    let portion = frames.len() / 4;
    let send = |nth: usize| {
        let from = portion * nth;
        let to = if nth == 3 { frames.len() } else { from + portion };
        namespace.send("far0", frames[from..to].to_vec());
    };
    send(0);
    fs::write(&rule, EXTRA).expect("written");
    running.signal(Signal::HUP);
    // It comes while the rules are being read, and is judged by the old or the new ones.
    send(1);
    running.until("read anew");
    // The order stands in the queue of the lane, which looks there before it reads frames.
    send(2);
    fs::write(&rule, "title: broken\nlogsource: [\n").expect("written");
    running.signal(Signal::HUP);
    running.until("extra.yml");
    fs::rename(scene.path("alerts.jsonl"), scene.path("alerts.1.jsonl")).expect("moved");
    running.signal(Signal::HUP);
    running.until("extra.yml");
    send(3);
    let (_, log) = running.stop();
    assert_eq!(octets(&record), frames, "{log}");
    let extra = BTreeSet::from(["extra".to_owned()]);
    let both = fs::read_to_string(scene.path("alerts.1.jsonl")).expect("the file moved away");
    let all = format!("{both}{}", scene.alerts());
    assert!(!scene.alerts().is_empty(), "the file was opened anew");
    let cited = cited(&all, &extra);
    let cited = cited.get("extra").expect("the new rule fired");
    let first = cited.first().expect("a frame");
    assert!(*first > portion as u64, "nothing before it was there: {first}");
    let second: Vec<_> = cited.iter().filter(|&&frame| frame > 3 * portion as u64).collect();
    assert!(!second.is_empty(), "it stays when its file is broken");
}
