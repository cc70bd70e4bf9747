//! No number of a subscriber in anything that is written, unless asked for: every output of a run is
//! searched for every number that the same run shows when it may.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops where it fails"
)]

#[path = "harness/numbers.rs"]
mod numbers;

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use serde_json::Value;

fn picket(dir: &Path, arguments: &[&str]) -> Output {
    let output =
        Command::new(env!("CARGO_BIN_EXE_picket")).args(arguments).current_dir(dir).output();
    let output = output.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}

/// Writes a campaign and replays it with these settings; returns all that was written, by name.
fn replay(dir: &Path, name: &str, privacy: &str) -> Vec<(String, String)> {
    let config = fs::read_to_string(dir.join("c.toml")).unwrap();
    fs::create_dir_all(dir.join("state")).unwrap();
    let (config, _) = config.split_once("[privacy]").expect("the settings to be put in place");
    let settings = format!("{config}\n[state]\ndir = \"state\"\n{privacy}\n");
    fs::write(dir.join(format!("{name}.toml")), settings).unwrap();
    let file = |suffix: &str| format!("{name}.{suffix}");
    let output = picket(
        dir,
        &[
            "replay",
            "s.pcap",
            "-c",
            &file("toml"),
            "--alerts",
            &file("alerts"),
            "--events",
            &file("events"),
            "--evidence",
            &file("pcapng"),
        ],
    );
    let comments = Command::new("tshark")
        .current_dir(dir)
        .args(["-r", &file("pcapng"), "-T", "fields", "-e", "frame.comment"])
        .output()
        .expect("tshark runs; apt-get install tshark");
    let text = |octets: Vec<u8>| String::from_utf8_lossy(&octets).into_owned();
    vec![
        ("stdout".into(), text(output.stdout)),
        ("stderr".into(), text(output.stderr)),
        ("alerts".into(), fs::read_to_string(dir.join(file("alerts"))).unwrap()),
        ("events".into(), fs::read_to_string(dir.join(file("events"))).unwrap()),
        ("comments".into(), text(comments.stdout)),
    ]
}

#[test]
fn no_number_leaves_unless_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let synth = ["synth", "s.pcap", "--config", "c.toml", "--truth", "t.jsonl"];
    picket(dir, &[&synth[..], &["--messages", "3000", "--seed", "9"]].concat());
    let clear = replay(dir, "clear", "[privacy]\nsubscribers = \"clear\"");
    let truth = fs::read_to_string(dir.join("t.jsonl")).unwrap();
    let (_, events) = clear.iter().find(|(name, _)| name == "events").unwrap();
    let numbers = numbers::own(events, &truth);
    assert!(numbers.len() > 500, "{}", numbers.len());
    let told = |outputs: &[(String, String)]| -> Vec<String> {
        outputs.iter().flat_map(|(name, text)| numbers::told(&numbers, name, text)).collect()
    };
    assert!(told(&clear).len() > 500, "the search finds what is there");
    for privacy in ["pseudonym", "masked"] {
        let told = told(&replay(dir, privacy, &format!("[privacy]\nsubscribers = \"{privacy}\"")));
        assert!(told.is_empty(), "{privacy}: {:?}", &told[..told.len().min(20)]);
    }
}

#[test]
fn a_change_of_key_can_be_followed() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let synth = ["synth", "s.pcap", "--config", "c.toml", "--scenario", "ati_from_abroad"];
    picket(dir, &[&synth[..], &["--messages", "50"]].concat());
    picket(dir, &["key", "new", "old.key"]);
    picket(dir, &["key", "new", "new.key"]);
    let ids = |name: &str, privacy: &str, field: &str| -> Vec<String> {
        let outputs = replay(dir, name, privacy);
        let (_, alerts) = outputs.iter().find(|(name, _)| name == "alerts").unwrap();
        let alerts = alerts.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        alerts.filter_map(|alert| alert["subscriber"][field].as_str().map(str::to_owned)).collect()
    };
    let keys = "[privacy]\nsubscribers = \"pseudonym\"\n";
    let before = ids("before", &format!("{keys}key_file = \"old.key\""), "id");
    let rotated = format!(
        "{keys}key_file = \"new.key\"\nprevious_key_file = \"old.key\"\nprevious_key_until = 2099-12-31"
    );
    let (new, previous) = (ids("new", &rotated, "id"), ids("both", &rotated, "previous_id"));
    assert!(!before.is_empty());
    assert_eq!(previous, before);
    assert!(new.iter().all(|id| !before.contains(id)), "{new:?}");
    let over = rotated.replace("2099-12-31", "2001-01-01");
    assert_eq!(ids("over", &over, "previous_id"), Vec::<String>::new());
}

#[test]
fn who_was_tracked_is_sealed_opened_on_record_and_forgotten_on_request() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let synth = ["synth", "s.pcap", "--config", "c.toml", "--truth", "t.jsonl"];
    picket(dir, &[&synth[..], &["--scenario", "ati_from_abroad", "--messages", "50"]].concat());
    let config = fs::read_to_string(dir.join("c.toml")).unwrap();
    let (config, _) = config.split_once("[privacy]").expect("the settings to be put in place");
    let settings = "[state]\ndir = \"state\"\n[privacy]\nsubscribers = \"pseudonym\"\n[output.file]\npath = \"out.jsonl\"\n";
    fs::write(dir.join("p.toml"), format!("{config}\n{settings}")).unwrap();
    picket(dir, &["replay", "s.pcap", "-c", "p.toml", "-q", "--deliver"]);
    let sent = fs::read_to_string(dir.join("out.jsonl")).unwrap();
    let first: Value = serde_json::from_str(sent.lines().next().unwrap()).unwrap();
    let id = first["id"].as_str().unwrap();
    let pseudonym = first["subscriber"]["id"].as_str().unwrap();
    let truth = fs::read_to_string(dir.join("t.jsonl")).unwrap();
    let truth: Value = serde_json::from_str(truth.lines().next().unwrap()).unwrap();
    let numbers: Vec<&str> =
        ["imsi", "msisdn"].iter().filter_map(|name| truth[name].as_str()).collect();
    assert!(!numbers.is_empty() && pseudonym.starts_with("sub:"), "{first}");
    let store = || fs::read(dir.join("state/outbox.sqlite")).unwrap();
    let holds = |octets: &[u8], text: &str| {
        octets.windows(text.len()).any(|window| window == text.as_bytes())
    };
    assert!(holds(&store(), pseudonym), "the search finds what is there");
    assert!(numbers.iter().all(|number| !holds(&store(), number)), "sealed");

    let refused = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_picket"))
            .args(arguments)
            .args(["-c", "p.toml"])
            .current_dir(dir)
            .output()
            .unwrap();
        assert!(output.stdout.is_empty(), "{arguments:?}");
        output.status.code()
    };
    assert_eq!(refused(&["reveal", "", "--reason", "case 7"]), Some(2), "that would be everybody");
    assert_eq!(refused(&["reveal", id, "--reason", " "]), Some(2));
    assert_eq!(refused(&["erase", "--reason", "x", "--subscriber", "hello"]), Some(2));
    assert_eq!(refused(&["erase", "--reason", "x", "--subscriber", "00101*"]), Some(2));
    assert!(!dir.join("state/audit.log").exists(), "nothing was done");

    let revealed = picket(dir, &["reveal", id, "--reason", "case 7", "-c", "p.toml"]).stdout;
    let revealed = String::from_utf8(revealed).unwrap();
    let known = numbers.iter().find(|number| revealed.contains(**number));
    let known = known.expect("one of them is told");
    let audit = fs::read_to_string(dir.join("state/audit.log")).unwrap();
    assert!(audit.contains(id) && audit.contains("case 7") && audit.lines().count() == 1);

    let misp = picket(dir, &["alerts", "export", "--format", "misp", "-c", "p.toml"]).stdout;
    let misp: Value = serde_json::from_slice(&misp).unwrap();
    assert_eq!(misp["Event"]["Object"][0]["name"], "ss7-attack");
    assert!(numbers.iter().all(|number| !misp.to_string().contains(number)), "{misp}");

    let written = format!("+{} {}", &known[..3], &known[3..]);
    let listed = picket(dir, &["alerts", "list", "-c", "p.toml", "--subscriber", &written]).stdout;
    assert!(String::from_utf8(listed).unwrap().contains(&id[..12]), "as people write it");
    let erase = ["erase", "--reason", "asked for", "-c", "p.toml", "--subscriber", &written];
    picket(dir, &erase);
    assert!(!holds(&store(), pseudonym), "erased, not merely hidden");
    let audit = fs::read_to_string(dir.join("state/audit.log")).unwrap();
    assert!(audit.lines().count() == 2 && !audit.contains(known), "{audit}");
}
