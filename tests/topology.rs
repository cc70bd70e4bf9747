//! One thread that reads and decides, lanes that read and one that decides, and a replay of what
//! either recorded: the same alerts, octet for octet.
#![expect(clippy::expect_used, reason = "a failure here is the test's")]

#[path = "harness/fed.rs"]
mod fed;

use std::{fs, path::Path, sync::Arc};

use fed::Fed;
use picket::{
    config::{Threads, Topology},
    engine::{Engine, Options, Output},
    sink::{alert::Renderer, shown},
};
use picket_hw::{Capture, Polled, PortId, Timestamp, file::FileCapture, memory::OwnedFrame};

/// What one run gave: its alerts, its recorded frames, and the alerts of the recording.
#[derive(Debug, Eq, PartialEq)]
struct Given {
    alerts: String,
    recorded: Vec<OwnedFrame>,
    replayed: String,
}

fn given(topology: Topology, sources: Vec<Fed>) -> Given {
    let dir = tempfile::tempdir().expect("a directory");
    let (path, record) = (dir.path().join("alerts.jsonl"), dir.path().join("record.pcapng"));
    let outputs = format!("[file]\npath = \"{}\"\nsubscribers = \"clear\"\n", path.display());
    let frames: usize = sources.iter().map(|source| source.frames.len()).sum();
    let threads = Threads { topology, ..Threads::default() };
    let summary = fed::run(fed::setting(&outputs, None), threads, sources, Some(&record));
    assert_eq!(summary.stats.frames, frames as u64);
    assert_eq!((summary.lane.late, summary.lane.hurried, summary.stats.late_frames), (0, 0, 0));
    assert!(summary.delivered.done, "{:?}", summary.delivered);
    let alerts = fs::read_to_string(path).expect("written");
    assert!(alerts.lines().count() > 100, "{alerts}");
    let mut capture = FileCapture::open(std::slice::from_ref(&record), 64).expect("a capture");
    let mut recorded = Vec::new();
    while capture.poll(&mut |frame| recorded.push(OwnedFrame::from(frame))).expect("whole")
        != Polled::End
    {}
    Given { alerts, recorded, replayed: replayed(&record) }
}

/// Returns the alerts of a recording, as `picket replay` gives them.
fn replayed(record: &Path) -> String {
    let setting = fed::setting("", None);
    let (plan, rules) = (Arc::clone(&setting.plan), Arc::clone(&setting.rules));
    let mut engine = Engine::new(Arc::clone(&plan), rules, Options { seed: 7, records: false });
    let mut capture = FileCapture::open(&[record.to_owned()], 64).expect("a capture");
    while capture.poll(&mut |frame| engine.ingest(&frame)).expect("whole") != Polled::End {}
    engine.advance(capture.end_time().expect("a recording has an end"));
    engine.finish();
    let form = picket::config::Subscribers::Clear;
    let redactor =
        shown::redactor(&plan, form, shown::Purpose::Question).expect("no key is needed");
    let mut out = String::new();
    while let Some(output) = engine.poll() {
        if let Output::Alert(alert) = output {
            let renderer = Renderer { plan: &plan, names: &setting.names, redactor: &redactor };
            out += &serde_json::to_string(&renderer.document(&alert)).expect("JSON");
            out.push('\n');
        }
    }
    out
}

/// Frames on several ports: a hash of each decides, so that dialogues are torn apart.
fn spread(ports: u16) -> Vec<OwnedFrame> {
    let mut frames = fed::campaign(500);
    let mut last = 0;
    for frame in &mut frames {
        // Of two at the same time the port decides, where both were seen in time: here none are.
        last = frame.at.nanos().max(last + 1);
        frame.at = Timestamp::from_nanos(last);
        let sum: u32 = frame.bytes.iter().map(|&octet| u32::from(octet)).sum();
        frame.port = PortId(u16::try_from(sum % u32::from(ports)).expect("small"));
    }
    frames
}

/// One source with all ports.
fn together(frames: &[OwnedFrame], ports: &[&'static str], burst: usize) -> Vec<Fed> {
    vec![Fed { ports: ports.to_vec(), burst, ..Fed::new(frames.to_vec()) }]
}

/// A source a port.
fn apart(frames: &[OwnedFrame], ports: &[&'static str], burst: usize) -> Vec<Fed> {
    let of = |(number, name): (u16, &&'static str)| {
        let own = frames.iter().filter(|frame| frame.port == PortId(number));
        let own = own.map(|frame| OwnedFrame { port: PortId(0), ..frame.clone() });
        Fed { ports: vec![name], burst, ..Fed::new(own.collect()) }
    };
    (0..).zip(ports).map(of).collect()
}

#[test]
fn one_thread_and_many_give_the_same_octet_for_octet() {
    let names = ["one", "two", "three"];
    for count in [1, 3] {
        let ports = names.get(..count).expect("some");
        let frames = spread(u16::try_from(count).expect("small"));
        let want = given(Topology::Fused, together(&frames, ports, 64));
        assert!(want.alerts == want.replayed, "the recording gives the alerts of the run");
        for burst in [1, 500] {
            let fused = given(Topology::Fused, together(&frames, ports, burst));
            assert!(fused == want, "fused, {count} ports, bursts of {burst}");
            let lanes = given(Topology::Lanes, apart(&frames, ports, burst));
            assert!(lanes.alerts == want.alerts, "lanes, {count} ports, bursts of {burst}");
            assert!(lanes == want, "recordings of lanes, {count} ports, bursts of {burst}");
        }
    }
}
