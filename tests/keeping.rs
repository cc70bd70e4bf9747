//! What a live run keeps besides alerts: the frames they are about, and what was learnt.
#![expect(
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a failure here is the test's, and what is skipped is said"
)]

mod wire;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::Command,
};

use rustix::process::Signal;
use serde_json::Value;
use wire::{Namespace, Scene, octets, text};

/// Returns fields of the packets that a display filter selects.
fn tshark(file: &Path, filter: &str, fields: &[&str]) -> Vec<Vec<String>> {
    let mut command = Command::new("tshark");
    command.arg("-r").arg(file).args(["-T", "fields", "-E", "separator=|", "-Y", filter]);
    fields.iter().for_each(|field| {
        command.args(["-e", field]);
    });
    let output = command.output().expect("tshark runs; apt-get install tshark");
    assert!(output.status.success(), "{filter}: {}", text(&output.stderr));
    let rows = text(&output.stdout);
    rows.lines().map(|line| line.split('|').map(str::to_owned).collect()).collect()
}

#[test]
fn the_frames_of_alerts_are_evidence_with_comments() {
    let Some(namespace) = Namespace::new("evidence") else { return };
    namespace.cable("tap0", "far0");
    let scene = Scene::new(
        1_000,
        "[capture]\ninterfaces = [\"tap0\"]\n[output.evidence]\npath = \"e.pcapng\"\n",
    );
    let (config, record) = (scene.path("picket.toml"), scene.path("record.pcapng"));
    let running = namespace.listen(&[&"-c", &config, &"--record", &record]);
    namespace.send("far0", scene.frames());
    let (_, log) = running.stop();
    assert!(log.contains("too_late=0 missed=0 unwritten=0"), "{log}");
    let evidence = scene.path("e.pcapng");
    let mode = fs::metadata(&evidence).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    // A frame is known by when it came: the recording numbers frames, the evidence has some of them.
    let times = tshark(&record, "", &["frame.number", "frame.time_epoch"]);
    let times: BTreeMap<u64, String> =
        times.into_iter().map(|row| (row[0].parse().expect("a number"), row[1].clone())).collect();
    let rows =
        tshark(&evidence, "", &["frame.time_epoch", "frame.comment", "frame.interface_name"]);
    assert!(rows.iter().all(|row| row[2] == "tap0"), "{:?}", rows.first());
    let rows: BTreeMap<_, _> =
        rows.into_iter().map(|row| (row[0].clone(), row[1].clone())).collect();
    assert!(rows.len() < times.len(), "most of the traffic is nobody's business");
    let (mut cited, mut filters) = (BTreeMap::<_, BTreeSet<_>>::new(), BTreeMap::new());
    for line in scene.alerts().lines() {
        let alert: Value = serde_json::from_str(line).expect("JSON");
        let id = alert["id"].as_str().expect("an id").to_owned();
        for frame in alert["evidence"].as_array().expect("a list") {
            let time = times[&frame["frame"].as_u64().expect("a number")].clone();
            let comment = rows.get(&time).map(String::as_str).unwrap_or_default();
            assert!(comment.contains(&id), "{frame}: {comment:?}");
            cited.entry(id.clone()).or_default().insert(time);
        }
        filters.insert(id, alert["wireshark"].as_str().expect("a filter").to_owned());
    }
    assert!(cited.len() > 50, "{}", cited.len());
    assert_eq!(scene.alerts(), scene.replay("record.pcapng"), "evidence changes nothing");
    // A run of tshark takes a while; every ninth alert shows most rules.
    let mut tried = 0;
    for (id, filter) in filters.iter().step_by(9).filter(|(_, filter)| !filter.is_empty()) {
        let selected = tshark(&evidence, filter, &["frame.time_epoch"]);
        let selected: BTreeSet<String> = selected.into_iter().map(|row| row[0].clone()).collect();
        // The dialogues of a long sweep are more than a filter has room for.
        let full = filter.matches("||").count() >= 15;
        assert!(full || cited[id].is_subset(&selected), "{id}: {filter}");
        tried += 1;
    }
    assert!(tried > 5, "{tried}");
}

#[test]
fn evidence_is_there_soon_and_another_file_is_begun_when_asked_to() {
    let Some(namespace) = Namespace::new("soon") else { return };
    namespace.cable("tap0", "far0");
    let scene = Scene::new(
        300,
        "[capture]\ninterfaces = [\"tap0\"]\n[output.evidence]\npath = \"e.pcapng\"\nkeep = 2\n",
    );
    let config = scene.path("picket.toml");
    fs::write(scene.path("e.pcapng"), "of an earlier run").expect("written");
    let mut running = namespace.listen(&[&"-c", &config, &"--log", &"info,picket=debug"]);
    namespace.send("far0", scene.frames());
    // While it runs: what is wanted does not wait until it leaves the ring.
    running.until("evidence written");
    assert!(!octets(&scene.path("e.pcapng")).is_empty());
    running.signal(Signal::HUP);
    running.until("read anew");
    let (_, log) = running.stop();
    let first = octets(&scene.path("e.pcapng.1"));
    let second = octets(&scene.path("e.pcapng"));
    assert!(!first.is_empty(), "{log}");
    assert!(second.iter().all(|frame| scene.frames().contains(frame)), "{log}");
    let kept = fs::read_to_string(scene.path("e.pcapng.2")).expect("it was put aside twice");
    assert_eq!(kept, "of an earlier run");
}

#[test]
fn what_was_learnt_before_a_restart_decides_after_it() {
    let Some(namespace) = Namespace::new("learnt") else { return };
    namespace.cable("tap0", "far0");
    for (state, fires) in [("[state]\ndir = \"state\"\n", true), ("", false)] {
        let more = format!("[capture]\ninterfaces = [\"tap0\"]\n{state}");
        let scene = Scene::of(&["--messages", "0", "--scenario", "chain_sri_sm_psi"], &more);
        let config = scene.path("picket.toml");
        let frames = scene.frames();
        // First who somebody is, then where they are: of the second alone nothing tells the first.
        let (identity, location) = frames.split_at(frames.len() - 2);
        let mut running = namespace.listen(&[&"-c", &config]);
        namespace.send("far0", identity.to_vec());
        running.until("learning what is usual");
        let (_, log) = running.stop();
        assert!(!scene.alerts().contains("location_asked_after_identity"), "{log}");
        let running = namespace.listen(&[&"-c", &config]);
        namespace.send("far0", location.to_vec());
        let (_, log) = running.stop();
        assert_eq!(log.contains("goes on with what was learnt from"), fires, "{log}");
        for rule in ["location_asked_after_identity", "identity_then_location"] {
            assert_eq!(scene.alerts().contains(rule), fires, "{rule}: {log}");
        }
    }
}

#[test]
fn learnt_state_that_cannot_be_trusted_ends_it_before_it_begins() {
    let scene = Scene::of(
        &["--messages", "0", "--scenario", "chain_sri_sm_psi"],
        "[capture]\ninterfaces = [\"lo\"]\n[state]\ndir = \"state\"\n",
    );
    fs::create_dir(scene.path("state")).expect("a directory");
    let learnt = scene.path("state/learnt.state");
    fs::write(&learnt, "notes").expect("written");
    fs::set_permissions(&learnt, fs::Permissions::from_mode(0o600)).expect("a mode");
    let output = Command::new(assert_cmd::cargo::cargo_bin!("picket"))
        .args(["run", "-c"])
        .arg(scene.path("picket.toml"))
        .output()
        .expect("it runs");
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("learnt.state: it is no learnt state of picket; move it away"), "{said}");
    assert_eq!(fs::read_to_string(&learnt).expect("there"), "notes", "it is left alone");
}
