//! `picket rules`: new rules work as they are made, explanations agree with alerts, coverage is
//! what the rules do.
#![expect(clippy::expect_used, reason = "a failure here is the test's")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use assert_cmd::cargo::cargo_bin;
use picket::{cases, config::Plan, event::fields::Names, pack};
use serde_json::Value;

fn picket(arguments: &[&str]) -> Output {
    Command::new(cargo_bin!("picket")).args(arguments).output().expect("it runs")
}

fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// Writes a scenario among a little background, and its configuration.
fn scenario(folder: &Path, name: &str) -> (String, String) {
    let (capture, config) = (folder.join(format!("{name}.pcap")), folder.join("picket.toml"));
    let made = picket(&[
        "synth",
        &shown(&capture),
        "--config",
        &shown(&config),
        "--scenario",
        name,
        "--messages",
        "200",
    ]);
    assert!(made.status.success(), "{}", text(&made.stderr));
    (shown(&capture), shown(&config))
}

#[test]
fn a_new_rule_of_every_area_is_whole_and_its_cases_hold() {
    let folder = tempfile::tempdir().expect("a directory");
    let dir = shown(folder.path());
    let areas = [
        "dos",
        "fraud",
        "identity",
        "interception",
        "location",
        "protocol",
        "recon",
        "sms",
        "spoofing",
    ];
    for area in areas {
        let name = format!("trial_of_{area}");
        let made = picket(&["rules", "new", &name, "--area", area, "--dir", &dir]);
        assert!(made.status.success(), "{area}: {}", text(&made.stderr));
    }
    let checked = picket(&["check", "--rules", &dir]);
    assert_eq!(checked.status.code(), Some(0), "{}", text(&checked.stderr));
    assert_eq!(text(&checked.stderr), "", "a new rule has no warnings");
    let mut test = vec!["rules".to_owned(), "test".to_owned(), "--rules".to_owned(), dir];
    test.extend(areas.map(|area| format!("trial_of_{area}")));
    let test: Vec<&str> = test.iter().map(String::as_str).collect();
    let tried = picket(&test);
    assert_eq!(tried.status.code(), Some(0), "{}{}", text(&tried.stdout), text(&tried.stderr));
    assert!(text(&tried.stdout).ends_with("18 cases, 0 failed\n"), "{}", text(&tried.stdout));
}

#[test]
fn a_new_rule_overwrites_nothing_and_says_what_is_wrong() {
    let folder = tempfile::tempdir().expect("a directory");
    let dir = shown(folder.path());
    let path: PathBuf = folder.path().join("sms/some_rule.yml");
    assert!(
        picket(&["rules", "new", "some_rule", "--area", "sms", "--dir", &dir]).status.success()
    );
    let first = fs::read_to_string(&path).expect("it was made");
    for (name, area, want) in [
        ("some_rule", "sms", "some_rule.yml: is there already and is left as it is"),
        ("other_rule", "sm", "--area: `sm` is no area; did you mean `sms`?"),
        ("Some-Rule", "sms", "`Some-Rule` cannot be the name of a rule; write 6 to 66 of a-z"),
        ("short", "sms", "`short` cannot be the name of a rule"),
        ("../escape_from", "sms", "`../escape_from` cannot be the name of a rule"),
    ] {
        let made = picket(&["rules", "new", name, "--area", area, "--dir", &dir]);
        assert_eq!(made.status.code(), Some(2), "{name}");
        assert!(text(&made.stderr).contains(want), "{}", text(&made.stderr));
    }
    assert_eq!(fs::read_to_string(&path).expect("it is there"), first);
}

#[test]
fn an_explanation_agrees_with_the_alerts_and_shows_what_each_test_saw() {
    let folder = tempfile::tempdir().expect("a directory");
    let (capture, config) = scenario(folder.path(), "ati_from_abroad");
    let rule = "any_time_interrogation_from_abroad";
    let out = picket(&["rules", "explain", rule, &capture, "-c", &config]);
    let page = text(&out.stdout);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    for want in [
        "anyTimeInterrogation invoke, ",
        ": MATCH\n  + request\n    + map.operation.name = anyTimeInterrogation  (seen: anyTimeInterrogation)\n",
        "    + sccp.calling.external = true  (seen: true)\n",
        "  - request\n    + map.operation.name = anyTimeInterrogation  (seen: anyTimeInterrogation)\n    - tcap.component.type = invoke  (seen: return_result_last)\n",
        "2 shown, 1 match; --all shows all\n",
    ] {
        assert!(page.contains(want), "{want}\n---\n{page}");
    }
    let all = picket(&["rules", "explain", rule, &capture, "-c", &config, "--all", "--json"]);
    let events: Vec<Value> =
        text(&all.stdout).lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    assert!(events.len() > 100, "{}", events.len());
    let matching: Vec<&Value> = events.iter().filter(|event| event["matches"] == true).collect();
    assert_eq!(matching.len(), 1);
    let alerts = picket(&["replay", &capture, "-c", &config, "--json"]);
    let frames: Vec<Value> = text(&alerts.stdout)
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect(line))
        .filter(|alert| alert["alert"]["rule_name"] == rule && alert["revision"] == 0)
        .map(|alert| alert["evidence"][0]["frame"].clone())
        .collect();
    assert_eq!(frames, [matching[0]["frame"].clone()]);
}

#[test]
fn an_explanation_of_a_correlation_counts_and_hides_numbers_as_told() {
    let folder = tempfile::tempdir().expect("a directory");
    let (capture, config) = scenario(folder.path(), "hlr_lookup_sweep");
    let clear = fs::read_to_string(&config).expect("it was made");
    let private = clear.replace("subscribers = \"clear\"", "subscribers = \"masked\"");
    assert_ne!(clear, private);
    let config = folder.path().join("private.toml");
    fs::write(&config, private).expect("written");
    let config = shown(&config);
    let out = picket(&["rules", "explain", "numbers_looked_up_in_bulk", &capture, "-c", &config]);
    let page = text(&out.stdout);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    let by = "value_count gte 40 within 600 s by sccp.calling.gt.e164";
    assert!(page.contains(&format!("  - {by}  (seen: 39)\n")), "{page}");
    assert!(page.contains(&format!("  + {by}  (seen: 40)\n")), "{page}");
    let about = page.lines().filter_map(|line| line.split_once(", about "));
    assert!(about.clone().count() >= 60);
    assert!(
        about.map(|(_, who)| who).all(|who| who.starts_with("999*:") || who.starts_with("00101*:")),
        "{page}"
    );
}

#[test]
fn the_shipped_rules_are_without_fault() {
    let (rules, warnings) =
        pack::load(&Plan::default(), &Names::default(), &[]).expect("the pack loads");
    let warnings: Vec<String> = warnings.iter().map(ToString::to_string).collect();
    assert!(warnings.is_empty(), "{}", warnings.join("\n"));
    for info in rules.set.as_ref().expect("a set").rules() {
        if let Err(error) = cases::of(info) {
            panic!("{error}");
        }
    }
}

#[test]
fn what_is_doubtful_in_rules_of_ones_own_is_said_with_file_and_line() {
    let folder = tempfile::tempdir().expect("a directory");
    let file = folder.path().join("own.yml");
    let rule = "title: Mine\nlevel: high\ndetection:\n  a: {map.operation.name: sendIMSI}\n  \
        b: {map.operation.code: 58, map.operation.code|gt: 60}\n  c: {duplicate: true}\n  \
        condition: a and b\ntests:\n  - {scenario: no_such_thing, expect: 1}\n";
    fs::write(&file, rule).expect("written");
    let out = picket(&["check", "--rules", &shown(folder.path())]);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    let said = text(&out.stderr);
    let place = shown(&file);
    for want in [
        "1:1: the rule has no `id` [no_id]",
        "1:1: the rule has no `description` [no_description]",
        "1:1: the rule does not say what `falsepositives` to expect [no_falsepositives]",
        "6:3: the condition does not use `c` [dead_selection]",
        "7:14: no event has `map.operation.code` = 58 and gt 60 [contradiction]",
        "9:3: `tests` needs a case that matches and one that just does not [no_tests]",
        "no scenario is called no_such_thing",
    ] {
        assert!(said.contains(want), "{want}\n---\n{said}");
    }
    assert_eq!(said.matches(&place).count(), 7, "{said}");
    fs::write(&file, rule.replace("sendIMSI", "sendIMSY")).expect("written");
    let out = picket(&["check", "--rules", &shown(folder.path())]);
    assert_eq!(out.status.code(), Some(2));
    let want = format!("{place}:4:27: `sendIMSY` is not a value of `map.operation.name`");
    assert!(text(&out.stderr).contains(&want), "{}", text(&out.stderr));
}

#[test]
fn a_rule_of_ones_own_gives_way_to_a_shipped_one_of_its_id() {
    let (shipped, rule) = pack::LIBRARY[0];
    let folder = tempfile::tempdir().expect("a directory");
    // Whatever the files are called.
    for name in ["a.yml", "z.yml"] {
        let file = folder.path().join(name);
        fs::write(&file, rule).expect("written");
        let out = picket(&["check", "--rules", &shown(&file)]);
        assert_eq!(out.status.code(), Some(2));
        let said = text(&out.stderr);
        let want = format!("picket: {}:1:1: `", shown(&file));
        assert!(said.starts_with(&want) && said.contains(shipped), "{said}");
        fs::remove_file(&file).expect("removed");
    }
}

#[test]
fn an_unknown_rule_is_named_with_the_nearest() {
    let out = picket(&["rules", "explain", "numbers_looked_up_in_bulks", "none.pcap"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(
        text(&out.stderr).contains("did you mean `numbers_looked_up_in_bulk`?"),
        "{}",
        text(&out.stderr)
    );
}

#[test]
fn coverage_is_what_the_rules_do() {
    let folder = tempfile::tempdir().expect("a directory");
    let layer = folder.path().join("layer.json");
    let out = picket(&["rules", "coverage", "--json", "--navigator", &shown(&layer)]);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    let coverage: Value = serde_json::from_slice(&out.stdout).expect("JSON");
    let rules = coverage["rules"].as_array().expect("a list");
    let rule = |name: &str| rules.iter().find(|rule| rule["name"] == name).expect(name);
    assert_eq!(
        rule("any_time_interrogation_from_abroad")["operations"],
        serde_json::json!(["anyTimeInterrogation"])
    );
    assert_eq!(
        rule("numbers_looked_up_in_bulk")["operations"],
        serde_json::json!(["sendRoutingInfoForSM"])
    );
    assert_eq!(rule("tag_in_long_form")["operations"], serde_json::json!([]));
    let off = folder.path().join("off.toml");
    fs::write(
        &off,
        "[home]\ngt_prefixes = [\"99910\"]\n[rules]\ndisable = [\"tag_in_long_form\"]\n",
    )
    .expect("written");
    let without = picket(&["rules", "coverage", "--json", "-c", &shown(&off)]);
    assert!(!text(&without.stdout).contains("tag_in_long_form"));

    let layer: Value =
        serde_json::from_slice(&fs::read(&layer).expect("it was written")).expect("JSON");
    assert_eq!(layer["domain"], "mobile-attack");
    assert_eq!(layer["versions"]["layer"], "4.5");
    let techniques = layer["techniques"].as_array().expect("a list");
    let ss7 = techniques.iter().find(|t| t["techniqueID"] == "T1430.002").expect("SS7 nodes");
    assert_eq!(ss7["score"].as_u64(), ss7["metadata"].as_array().map(|m| m.len() as u64));
    assert!(text(ss7["metadata"].to_string().as_bytes()).contains("any_time_interrogation"));
    let alone = picket(&["rules", "coverage", "--navigator", "-"]);
    let alone: Value = serde_json::from_slice(&alone.stdout).expect("nothing but the layer");
    assert_eq!(alone, layer);
}
