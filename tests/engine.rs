//! The whole engine: what it says depends on the frames alone, fits its schemas, and survives damage.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a failure here is the test's, and a test that is left out says so"
)]

mod harness;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use harness::{Reading, Said, Setting, Way, read, shared, synthetic};
use picket::{engine::alert::MAX_TRACES, synth::rng::Random};
use picket_hw::memory::OwnedFrame;

const PLAIN: Way = Way { seed: 1, burst: 64, idle: false, reading: Reading::Here };

const WAYS: [Way; 8] = [
    Way { seed: 2, burst: 1, ..PLAIN },
    Way { seed: 3, burst: 7, idle: true, ..PLAIN },
    Way { seed: u64::MAX, idle: true, ..PLAIN },
    Way { burst: 1, idle: true, ..PLAIN },
    Way { seed: 4, reading: Reading::Layers, ..PLAIN },
    Way { seed: 5, reading: Reading::Ahead, ..PLAIN },
    Way { seed: 6, burst: 7, reading: Reading::Ahead, ..PLAIN },
    Way { seed: 7, burst: 1_000, reading: Reading::Bursts, ..PLAIN },
];

fn same_every_way(setting: &Setting, frames: &[OwnedFrame]) -> Said {
    let plain = setting.replay(frames.to_vec(), PLAIN);
    for way in WAYS {
        let other = setting.replay(frames.to_vec(), way);
        for (plain, other) in [(&plain.alerts, &other.alerts), (&plain.events, &other.events)] {
            let differing = plain.lines().zip(other.lines()).find(|(left, right)| left != right);
            assert_eq!(differing, None, "{way:?}");
            assert_eq!(plain.len(), other.len(), "{way:?}");
        }
        assert_eq!(counted(&plain), counted(&other), "{way:?}");
    }
    plain
}

/// Returns what both halves of the engine count together.
fn counted(said: &Said) -> String {
    let stats = &said.stats;
    let rules: Vec<_> = stats.alerts.iter().collect();
    format!("{rules:?} {} {} {:?}", stats.suppressed, stats.events, stats.senders.ranked())
}

#[test]
fn seeds_bursts_and_idle_ticks_do_not_show() {
    let said = same_every_way(&Setting::synthetic(), &synthetic(3, 1500));
    assert!(!said.alerts.is_empty());
    assert!(said.events.lines().count() > 1000);
}

#[test]
fn recorded_attacks_are_told_the_same_every_way() {
    let Some(path) = shared("lab/attacks.pcap.gz") else { return };
    let Some(plan) = shared("lab/picket.toml") else { return };
    let said = same_every_way(&Setting::configured(&plan), &read(&path, 16_000));
    assert!(said.events.lines().count() > 4000);
    assert!(said.alerts.lines().count() > 20);
    assert_eq!(said.stats.panics, 0);
}

#[test]
fn alerts_and_events_fit_their_schemas() {
    let said = Setting::synthetic().replay(synthetic(4, 300), PLAIN);
    for (schema, lines) in
        [("schema/alert.schema.json", &said.alerts), ("schema/event.schema.json", &said.events)]
    {
        let text = fs::read_to_string(schema).expect("the schema is there");
        let schema_value = serde_json::from_str(&text).expect("JSON");
        let validator = jsonschema::validator_for(&schema_value).expect("a schema");
        assert!(!lines.is_empty(), "{schema}");
        for line in lines.lines() {
            let value = serde_json::from_str(line).expect("JSON");
            if let Err(error) = validator.validate(&value) {
                panic!("{schema}: {error} at {}: {line}", error.instance_path());
            }
        }
    }
}

#[test]
fn the_filter_of_a_revision_names_every_dialogue_it_cites() {
    let said = Setting::synthetic().replay(synthetic(3, 1500), PLAIN);
    let mut dialogues: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in said.alerts.lines() {
        let alert: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let filter = alert["wireshark"].as_str().unwrap_or_default();
        let known = dialogues.entry(alert["id"].to_string()).or_default();
        for cited in alert["evidence"].as_array().into_iter().flatten() {
            let id = ["otid", "dtid"].iter().find_map(|key| cited[*key].as_str());
            let Some(id) = id.filter(|id| !id.is_empty()) else { continue };
            let octets: Vec<&str> = (0..id.len() / 2).map(|at| &id[2 * at..2 * at + 2]).collect();
            assert!(filter.contains(&octets.join(":")), "{id} in {filter}");
            known.insert(id.to_owned());
        }
    }
    let most = dialogues.values().map(BTreeSet::len).max();
    assert!(most > Some(MAX_TRACES), "a campaign has more than are kept: {most:?}");
}

#[test]
fn every_capture_beside_the_workspace_is_read_without_a_panic() {
    let setting = Setting::synthetic();
    for directory in ["corpus/captures", "lab"] {
        let Some(directory) = shared(directory) else { continue };
        for entry in fs::read_dir(directory).expect("a directory") {
            let path = entry.expect("an entry").path();
            let name = path.to_string_lossy().into_owned();
            if ![".pcap", ".cap", ".pcap.gz"].iter().any(|end| name.ends_with(end)) {
                continue;
            }
            let frames = read(&path, 5000);
            let count = frames.len() as u64;
            let said = setting.replay(frames, PLAIN);
            assert_eq!(said.stats.panics, 0, "{name}");
            assert_eq!(said.stats.frames, count, "{name}");
        }
    }
}

#[test]
fn damaged_frames_are_survived() {
    let setting = Setting::synthetic();
    let frames = synthetic(6, 400);
    let mut rng = Random::new(99);
    for round in 0..12 {
        let damaged: Vec<_> = frames.iter().map(|frame| damage(frame.clone(), &mut rng)).collect();
        let said = setting.replay(damaged, PLAIN);
        assert_eq!(said.stats.panics, 0, "round {round}");
        assert_eq!(said.stats.frames, frames.len() as u64, "round {round}");
    }
}

/// Cuts a frame, turns bits over, writes a lying length, or repeats a constructed tag.
fn damage(mut frame: OwnedFrame, rng: &mut Random) -> OwnedFrame {
    let len = frame.bytes.len() as u64;
    let mut place = |from: u64| usize::try_from(from + rng.below(len - from)).expect("a place");
    let (first, inner, tail) = (place(0), place(len / 3), place(len / 2));
    match rng.below(5) {
        0 => frame.bytes.truncate(first),
        1 => frame.bytes[first] ^= 1 << rng.below(8),
        2 => frame.bytes[inner] = 0xff,
        3 => frame.bytes[tail..].fill(0x30),
        _ => frame.bytes[tail..].fill(0),
    }
    frame
}
