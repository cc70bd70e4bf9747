//! Lists of global titles: from a file to a field, a rule and MISP, and what ends.
#![expect(clippy::expect_used, reason = "a failure here is the test's")]

use std::{fs, path::Path};

use assert_cmd::cargo::cargo_bin_cmd;
use serde_json::Value;

const RULE: &str = "listed_global_title_asks";

/// Writes a capture of one routing question by a title of `99921770990`, and its configuration with
/// a list of its own in place of the synthetic entry.
fn prepared(dir: &Path, list: &str) {
    cargo_bin_cmd!("picket")
        .args(["synth", "--scenario", "sri_sm_by_a_listed_title", "--messages", "50"])
        .arg(dir.join("a.pcap"))
        .arg("--config")
        .arg(dir.join("picket.toml"))
        .assert()
        .success();
    let written = fs::read_to_string(dir.join("picket.toml")).expect("a configuration");
    let (before, after) = written.split_once("[[gt_intel]]").expect("an entry");
    let (_, after) = after.split_once("\n[[link]]").expect("links");
    let text = format!("{before}[lists]\ngt_intel = [\"l.yaml\"]\n\n[[link]]{after}");
    fs::write(dir.join("picket.toml"), text).expect("written");
    fs::write(dir.join("l.yaml"), list).expect("written");
}

fn replayed(dir: &Path) -> Vec<Value> {
    let out = cargo_bin_cmd!("picket")
        .arg("replay")
        .arg(dir.join("a.pcap"))
        .arg("-c")
        .arg(dir.join("picket.toml"))
        .arg("--json")
        .arg("--events")
        .arg(dir.join("e.jsonl"))
        .output()
        .expect("it runs");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    lines(&String::from_utf8(out.stdout).expect("text"))
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn list(matching: &str, value: &str, until: &str) -> String {
    format!(
        "version: 1\nentries:\n  - match: {matching}\n    value: \"{value}\"\n    list: seen\n    \
         weight: 70\n    confidence: high\n    valid_until: {until}\n"
    )
}

#[test]
fn a_listed_title_is_a_field_and_an_alert_until_the_entry_ends() {
    for (matching, value, until, found) in [
        ("exact", "99921770990", "2099-12-31", true),
        ("prefix", "9992177", "2099-12-31", true),
        ("range", "99921770-99921779", "2099-12-31", true),
        ("exact", "9992177099", "2099-12-31", false),
        ("prefix", "99899", "2099-12-31", false),
        ("exact", "99921770990", "2001-01-01", false),
    ] {
        let dir = tempfile::tempdir().expect("a directory");
        prepared(dir.path(), &list(matching, value, until));
        let alerts = replayed(dir.path());
        let told = alerts.iter().any(|alert| alert["alert"]["rule_name"] == RULE);
        assert_eq!(told, found, "{matching} {value} {until}");
        let events = lines(&fs::read_to_string(dir.path().join("e.jsonl")).expect("events"));
        let seen: Vec<_> = events.iter().filter(|event| !event["intel"].is_null()).collect();
        assert_eq!(!seen.is_empty(), found, "{matching} {value} {until}");
        for event in seen {
            assert_eq!(event["intel"]["list"], "seen");
            assert_eq!(event["intel"]["weight"], 70);
            assert_eq!(event["intel"]["confidence"], "high");
        }
    }
}

#[test]
fn a_faulty_list_is_an_error_with_file_and_line() {
    let dir = tempfile::tempdir().expect("a directory");
    prepared(dir.path(), &list("prefix", "+999", "2099-12-31"));
    let checked = cargo_bin_cmd!("picket")
        .arg("check")
        .arg("-c")
        .arg(dir.path().join("picket.toml"))
        .output()
        .expect("it runs");
    assert_eq!(checked.status.code(), Some(2));
    let told = String::from_utf8_lossy(&checked.stderr).into_owned();
    assert!(told.contains("l.yaml:3:1: entries[0].value: `+999`"), "{told}");
}

#[test]
fn a_list_goes_to_misp_and_back() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = |name: &str| dir.path().join(name);
    fs::write(path("l.yaml"), list("prefix", "9992177", "2099-12-31")).expect("written");
    for (verb, from, to) in
        [("export", "l.yaml", "event.json"), ("import", "event.json", "back.yaml")]
    {
        cargo_bin_cmd!("picket")
            .args(["intel", verb])
            .arg(path(from))
            .arg("-o")
            .arg(path(to))
            .assert()
            .success();
    }
    let event: Value =
        serde_json::from_str(&fs::read_to_string(path("event.json")).expect("an event"))
            .expect("JSON");
    let attribute = &event["Event"]["Attribute"][0];
    assert_eq!(
        (&attribute["type"], &attribute["value"]),
        (&"phone-number".into(), &"+9992177".into())
    );
    let back = fs::read_to_string(path("back.yaml")).expect("a list");
    for line in ["match: prefix", "value: \"9992177\"", "list: \"seen\"", "weight: 70"] {
        assert!(back.contains(line), "{line} in {back}");
    }
}
