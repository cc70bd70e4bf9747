//! The whole of `picket run` on frames from memory, to count what the packet lane does: with no output
//! (`none`), with one whose other end is away (`away`), or with a file (`file`).
//! `scripts/lane.sh` runs each under callgrind and compares the thread `picket-lane-0`.
#![expect(clippy::expect_used, clippy::print_stderr, reason = "a program for who measures")]

#[path = "../tests/harness/fed.rs"]
mod fed;

use picket::config::Threads;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let outputs = arguments.next().expect("none, away or file");
    let messages = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(10_000);
    let dir = tempfile::tempdir().expect("a directory");
    let settings = match outputs.as_str() {
        "none" => String::new(),
        "away" => format!("[unix]\npath = \"{}/nobody\"\n", dir.path().display()),
        "file" => format!("[file]\npath = \"{}/alerts\"\n", dir.path().display()),
        other => format!("no such outputs: {other}"),
    };
    let state = (outputs != "none").then(|| dir.path());
    let source = fed::Fed::new(fed::campaign(messages));
    let summary = fed::run(fed::setting(&settings, state), Threads::default(), vec![source], None);
    let (frames, alerts) = (summary.stats.frames, summary.outlet.alerts);
    eprintln!("{outputs}: {frames} frames, {alerts} alerts, {:?}", summary.lane);
}
