//! The packet path waits for no output: with the outputs away and the disk of the outbox stalled or
//! full, every frame is taken, none late.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a failure here is the test's")]

#[path = "harness/fed.rs"]
mod fed;

use std::{
    collections::BTreeSet,
    fs,
    sync::{Arc, Mutex},
};

use fed::Fed;
use picket::{
    config::Threads,
    runtime::{Summary, lane, outlet},
};
use serde_json::Value;

fn ids(alerts: &str) -> BTreeSet<String> {
    let id = |line: &str| {
        let alert: Value = serde_json::from_str(line).expect("JSON");
        format!("{}.{}", alert["id"].as_str().expect("an id"), alert["revision"])
    };
    alerts.lines().map(id).collect()
}

/// What must hold whatever becomes of the alerts.
fn assert_untroubled(summary: &Summary, frames: usize) {
    assert_eq!(summary.stats.frames, frames as u64);
    assert_eq!((summary.lane, summary.stats.late_frames), (lane::Counters::default(), 0));
    let outlet::Counters { dropped, events_dropped, alerts } = summary.outlet;
    assert_eq!((dropped, events_dropped), (0, 0), "of {alerts}");
    assert!(alerts > 100, "{alerts}");
}

#[test]
fn a_disk_that_stalls_holds_up_no_frame() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("alerts.jsonl");
    let outputs = format!("[file]\npath = \"{}\"\n", path.display());
    let frames = fed::campaign(2_000);
    let count = frames.len();
    let calm = fed::run(
        fed::setting(&outputs, None),
        Threads::default(),
        vec![Fed::new(frames.clone())],
        None,
    );
    assert_untroubled(&calm, count);
    let expected = ids(&fs::read_to_string(&path).expect("written"));
    fs::remove_file(&path).expect("there");

    let database = dir.path().join("outbox.sqlite");
    let held = Arc::new(Mutex::new(None));
    let mut source = Fed::new(frames);
    let holding = Arc::clone(&held);
    source.first = Some(Box::new(move || {
        // From now on nothing can be written to the outbox.
        let connection = rusqlite::Connection::open(database).expect("there");
        connection.execute_batch("BEGIN IMMEDIATE").expect("it is ours");
        *holding.lock().expect("whole") = Some(connection);
    }));
    let kept = path.clone();
    source.then = Some(Box::new(move || {
        // Every frame has been taken by now, and not one alert could be kept.
        assert!(fs::read_to_string(&kept).unwrap_or_default().is_empty());
        let connection = held.lock().expect("whole").take().expect("held");
        let count = "SELECT count(*) FROM alert";
        let alerts: i64 = connection.query_row(count, [], |row| row.get(0)).expect("a number");
        assert_eq!(alerts, 0);
        connection.execute_batch("COMMIT").expect("it is free again");
    }));
    let setting = fed::setting(&outputs, Some(dir.path()));
    let summary = fed::run(setting, Threads::default(), vec![source], None);
    assert_untroubled(&summary, count);
    assert!(summary.delivered.done, "{:?}", summary.delivered);
    assert_eq!(ids(&fs::read_to_string(&path).expect("written")), expected);
}

#[test]
fn outputs_that_are_away_and_an_outbox_that_is_full_hold_up_no_frame() {
    let dir = tempfile::tempdir().expect("a directory");
    let nobody = dir.path().join("nobody.sock");
    let outputs = format!(
        "[unix]\npath = \"{}\"\n[kafka]\nbrokers = [\"127.0.0.1:9\"]\n[outbox]\nmax_bytes = 200_000\n",
        nobody.display()
    );
    let frames = fed::campaign(2_000);
    let count = frames.len();
    let summary = fed::run(
        fed::setting(&outputs, Some(dir.path())),
        Threads::default(),
        vec![Fed::new(frames)],
        None,
    );
    assert_untroubled(&summary, count);
    let delivered = summary.delivered;
    assert!(!delivered.done && delivered.lost() > 0, "{delivered:?}");
    assert!(delivered.status.outbox.octets <= 200_000, "{delivered:?}");
    assert!(delivered.status.sinks.iter().all(|sink| sink.owed > 0), "{delivered:?}");
    let said = delivered.explain();
    assert!(said.contains("output.kafka") && said.contains("outbox.sqlite"), "{said}");
}
