//! `--evidence` and the display filter of alerts, checked with tshark.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops where it fails"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::Value;

fn picket(arguments: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_picket")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Returns fields of the packets that a display filter selects.
fn tshark(file: &Path, filter: &str, fields: &[&str]) -> Vec<Vec<String>> {
    let mut command = Command::new("tshark");
    command.arg("-r").arg(file).args(["-T", "fields", "-E", "separator=|"]);
    fields.iter().for_each(|field| {
        command.args(["-e", field]);
    });
    if !filter.is_empty() {
        command.args(["-Y", filter]);
    }
    let output = command.output().expect("tshark runs; apt-get install tshark");
    assert!(output.status.success(), "{filter}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| line.split('|').map(str::to_owned).collect()).collect()
}

/// What was written of one campaign.
struct Written {
    dir: tempfile::TempDir,
    /// Frames that each alert cites, over all revisions.
    cited: BTreeMap<String, BTreeSet<u64>>,
    /// The display filter of each alert's last revision.
    filters: BTreeMap<String, String>,
}

impl Written {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name).display().to_string();
        picket(&["synth", &at("s.pcap"), "--config", &at("c.toml"), "--messages", "2000"]);
        picket(&[
            "replay",
            &at("s.pcap"),
            "-c",
            &at("c.toml"),
            "-q",
            "--alerts",
            &at("a.jsonl"),
            "--evidence",
            &at("e.pcapng"),
        ]);
        let (mut cited, mut filters) = (BTreeMap::<_, BTreeSet<_>>::new(), BTreeMap::new());
        for line in fs::read_to_string(dir.path().join("a.jsonl")).unwrap().lines() {
            let alert: Value = serde_json::from_str(line).unwrap();
            let id = alert["id"].as_str().unwrap().to_owned();
            let frames = alert["evidence"].as_array().unwrap().iter();
            cited
                .entry(id.clone())
                .or_default()
                .extend(frames.map(|cited| cited["frame"].as_u64().unwrap()));
            filters.insert(id, alert["wireshark"].as_str().unwrap().to_owned());
        }
        assert!(cited.len() > 50, "{}", cited.len());
        Self { dir, cited, filters }
    }
}

#[test]
fn evidence_holds_every_cited_frame_with_a_comment_an_alert() {
    let written = Written::new();
    let capture = written.dir.path().join("s.pcap");
    let evidence = written.dir.path().join("e.pcapng");
    let of_frame = |row: &Vec<String>| (row[1].clone(), row[2].clone());
    let whole = tshark(&capture, "", &["frame.number", "frame.time_epoch", "frame.len"]);
    let times: BTreeMap<u64, _> =
        whole.iter().map(|row| (row[0].parse().unwrap(), of_frame(row))).collect();
    let kept =
        tshark(&evidence, "", &["frame.number", "frame.time_epoch", "frame.len", "frame.comment"]);
    let mut comments = BTreeMap::new();
    for row in &kept {
        assert!(row[3].starts_with("picket alert "), "{row:?}");
        let before = comments.insert(of_frame(row), row[3].clone());
        assert_eq!(before, None, "a frame was written twice: {row:?}");
    }
    for (id, frames) in &written.cited {
        for frame in frames {
            let comment = comments.get(&times[frame]);
            let named = comment.is_some_and(|comment| comment.contains(id.as_str()));
            assert!(named, "frame {frame} of alert {id}: {comment:?}");
        }
    }
    let order: Vec<f64> = kept.iter().map(|row| row[1].parse().unwrap()).collect();
    assert!(order.is_sorted(), "frames are in the order they were captured in");
}

#[test]
fn a_pipe_gives_the_same_evidence_as_a_file() {
    let written = Written::new();
    let path = written.dir.path();
    let mut child = Command::new(env!("CARGO_BIN_EXE_picket"))
        .args(["replay", "-", "-q", "-c"])
        .arg(path.join("c.toml"))
        .arg("--evidence")
        .arg(path.join("piped.pcapng"))
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let capture = fs::read(path.join("s.pcap")).unwrap();
    child.stdin.take().unwrap().write_all(&capture).unwrap();
    assert!(child.wait().unwrap().success());
    let (piped, read) = (fs::read(path.join("piped.pcapng")), fs::read(path.join("e.pcapng")));
    assert_eq!(piped.unwrap(), read.unwrap());
}

#[test]
fn evidence_by_itself_shows_the_same_to_a_rule_that_needs_no_memory() {
    let written = Written::new();
    let at = |name: &str| written.dir.path().join(name).display().to_string();
    let again = at("again.jsonl");
    picket(&["replay", &at("e.pcapng"), "-c", &at("c.toml"), "-q", "--alerts", &again]);
    let encodings = |path: &str| -> BTreeSet<(String, String)> {
        let text = fs::read_to_string(path).unwrap();
        let alerts = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        alerts
            .filter(|alert| alert["alert"]["category"] == "protocol")
            .filter(|alert| alert["revision"] == 0)
            .map(|alert| (alert["alert"]["rule_name"].to_string(), alert["timestamp"].to_string()))
            .collect()
    };
    let (first, second) = (encodings(&at("a.jsonl")), encodings(&again));
    let lost: Vec<_> = first.difference(&second).collect();
    assert!(first.len() > 3, "{first:?}");
    assert!(lost.is_empty(), "not raised from the evidence: {lost:?}");
}

#[test]
fn the_display_filter_of_an_alert_selects_its_frames() {
    let written = Written::new();
    let capture = written.dir.path().join("s.pcap");
    let mut tried = 0;
    // A run of tshark takes a while; every ninth alert shows most rules.
    for (id, filter) in written.filters.iter().step_by(9) {
        if filter.is_empty() {
            continue;
        }
        tried += 1;
        let selected: BTreeSet<u64> = tshark(&capture, filter, &["frame.number"])
            .iter()
            .map(|row| row[0].parse().unwrap())
            .collect();
        let missed: Vec<_> = written.cited[id].difference(&selected).collect();
        // The dialogues of a long sweep are more than a filter has room for.
        let full = filter.matches("||").count() >= 15;
        assert!(missed.is_empty() || full, "{id}: {filter} does not select {missed:?}");
        assert!(selected.len() < 600, "{id}: {filter} selects {}", selected.len());
    }
    assert!(tried > 5, "{tried}");
}
