//! Traffic that never was: the same each time, readable to the last octet, and true.
#![expect(clippy::expect_used, reason = "a failure here is the test's")]

use std::{path::Path, process::Command, sync::Arc};

use assert_cmd::cargo::cargo_bin_cmd;
use picket::{
    cases::{self, Bench},
    engine::Rules,
    event::fields::Names,
    pack,
    synth::{Generator, Options, background, scenario::Scenario, scenarios},
};

fn generator(messages: u64, scenarios: Vec<(u64, &'static Scenario)>) -> Generator {
    Generator::new(&Options { seed: 5, messages, scenarios })
}

#[test]
fn the_same_seed_gives_the_same_octets() {
    let all = |seed| {
        let scenarios = scenarios::campaign(background::duration(500));
        Generator::new(&Options { seed, messages: 500, scenarios }).collect::<Vec<_>>()
    };
    assert_eq!(all(1), all(1));
    assert_ne!(all(1), all(2));
}

#[test]
fn names_are_unique_and_their_form_is_one() {
    let mut names: Vec<_> = scenarios::all().map(|scenario| scenario.name).collect();
    let snake = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    assert!(names.iter().all(|name| name.chars().all(snake)), "{names:?}");
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn time_never_goes_back_and_truth_cites_frames_there_are() {
    for scenario in scenarios::all() {
        let mut generator = generator(60, vec![(900, scenario)]);
        let mut truths = Vec::new();
        let (mut last, mut frames) = (0, 0);
        while let Some(generated) = generator.next() {
            assert!(generated.at >= last, "{}", scenario.name);
            (last, frames) = (generated.at, frames + 1);
            truths.extend(generator.truths());
        }
        let [truth] = truths.as_slice() else { panic!("{}: {truths:?}", scenario.name) };
        assert!(!truth.frames.is_empty(), "{}", scenario.name);
        assert!(truth.frames.is_sorted(), "{}", scenario.name);
        assert!(truth.frames.iter().all(|frame| (1..=frames).contains(frame)), "{}", scenario.name);
        let line: serde_json::Value = serde_json::from_str(&truth.line()).expect("JSON");
        let benign = scenario.group.is_benign();
        assert_eq!(line["kind"].as_str().expect("text").starts_with("benign:"), benign);
        // Below SCCP nobody has a Global Title.
        let below = [
            "subsystem_prohibited_forged",
            "home_prohibited_forged",
            "destination_unavailable_forged",
            "abort_storm",
            "server_taken_down",
        ];
        let nameless = benign || below.contains(&scenario.name);
        assert_eq!(line["attacker_gt"].is_null(), nameless, "{line}");
    }
}

#[test]
fn every_scenario_is_read_to_its_end() {
    let plan = Arc::new(cases::plan().expect("the configuration is good"));
    let rules = Arc::new(Rules::none());
    let mut wrong = Vec::new();
    for scenario in scenarios::all() {
        let (_, stats) = cases::play(scenario, Arc::clone(&plan), Arc::clone(&rules));
        assert!(stats.events > 0, "{}", scenario.name);
        // A sweep of operation codes sends the same argument with each of them.
        let meant = ["opcode_sweep", "ansi_begin_from_abroad"].contains(&scenario.name);
        assert!(meant || stats.unread.is_empty(), "{}: {:?}", scenario.name, stats.unread);
        if scenario.group.is_benign() {
            // Five authentication vectors do not fit in a UDT; the others are the story.
            let story: &[&str] = match scenario.name {
                "retransmitted" => &["sctp.tsn_duplicate"],
                "sms_delivered_in_a_continue" => &["dialogue.late_invoke"],
                "stacks_that_spell_badly" => &["ber.length.non_minimal"],
                "behind_a_roaming_hub" | "interworking_function" => &["map.layer_mismatch"],
                "subsystem_out_of_service" => &["sccp.management", "sccp.ri_ssn_intl"],
                "carrier_loses_a_destination" => &["mtp.management"],
                "association_restarts" => &["sctp.abort"],
                _ => &["sccp.segmented"],
            };
            let odd = stats.notes.keys().filter(|note| !story.contains(&note.id()));
            wrong.extend(odd.map(|note| format!("{}: {}", scenario.name, note.id())));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_shipped_case_holds() {
    let plan = cases::plan().expect("the configuration is good");
    let names = Names {
        networks: plan.networks.all().iter().map(|network| network.name.clone()).collect(),
        links: plan.links.iter().map(|link| link.name.clone()).collect(),
        ..Names::default()
    };
    let (rules, _) = pack::load(&plan, &names, &[]).expect("the shipped rules compile");
    let infos = rules.set.as_ref().map(|set| set.rules().to_vec()).unwrap_or_default();
    let mut bench = Bench::new(Arc::new(plan), Arc::new(rules));
    let mut wrong = Vec::new();
    for info in &infos {
        for case in cases::of(info).expect("the cases name scenarios") {
            let verdict = bench.try_case(&case);
            if !verdict.passed {
                wrong.push(format!("{} on {}: {verdict:?}", case.name, case.scenario.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn replay_finds_what_synth_wrote() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = |name: &str| dir.path().join(name);
    let (capture, truth, config) = (path("a.pcap"), path("t.jsonl"), path("picket.toml"));
    cargo_bin_cmd!("picket")
        .args(["synth", "--scenario", "ati_from_abroad", "--messages", "300"])
        .arg(&capture)
        .arg("--truth")
        .arg(&truth)
        .arg("--config")
        .arg(&config)
        .assert()
        .success();
    let replayed = cargo_bin_cmd!("picket")
        .arg("replay")
        .arg(&capture)
        .arg("-c")
        .arg(&config)
        .arg("--json")
        .output();
    let replayed = replayed.expect("it runs");
    assert!(replayed.status.success(), "{}", String::from_utf8_lossy(&replayed.stderr));
    let truth = std::fs::read_to_string(&truth).expect("the truth");
    let truth: serde_json::Value = serde_json::from_str(truth.trim()).expect("one line");
    let lines = String::from_utf8(replayed.stdout).expect("text");
    let found = lines.lines().any(|line| {
        let alert: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let evidence = alert["evidence"].as_array().cloned().unwrap_or_default();
        let cited = |frame| evidence.iter().any(|cited| &cited["frame"] == frame);
        alert["outcome"] == "leaked"
            && truth["frames"].as_array().expect("frames").iter().any(cited)
    });
    assert!(found, "{lines}");
}

#[test]
fn a_subscriber_may_be_suppressed_by_what_alerts_call_them() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = |name: &str| dir.path().join(name);
    let (capture, config) = (path("a.pcap"), path("picket.toml"));
    cargo_bin_cmd!("picket")
        .args(["synth", "--scenario", "ati_from_abroad", "--messages", "100"])
        .arg(&capture)
        .arg("--config")
        .arg(&config)
        .assert()
        .success();
    let written = std::fs::read_to_string(&config).expect("the configuration");
    let alerts = |more: &str| -> Vec<serde_json::Value> {
        let hidden = "subscribers = \"pseudonym\"\n\n[state]\ndir = \"state\"\n";
        let written = written.replace("subscribers = \"clear\"\n", hidden);
        std::fs::write(&config, format!("{written}{more}")).expect("it is written");
        let replayed = cargo_bin_cmd!("picket")
            .arg("replay")
            .arg(&capture)
            .arg("-c")
            .arg(&config)
            .arg("--json")
            .output()
            .expect("it runs");
        assert!(replayed.status.success(), "{}", String::from_utf8_lossy(&replayed.stderr));
        let lines = String::from_utf8(replayed.stdout).expect("text");
        lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    };
    let of = |alerts: &[serde_json::Value]| -> Vec<String> {
        let found = alerts
            .iter()
            .filter(|alert| alert["alert"]["rule_name"] == "any_time_interrogation_from_abroad");
        found.filter_map(|alert| Some(alert["subscriber"]["id"].as_str()?.to_owned())).collect()
    };
    let before = of(&alerts(""));
    let id = before.first().expect("an alert about somebody");
    let suppress = |id: &str| {
        let rule = "any_time_interrogation_from_abroad";
        format!(
            "\n[[suppress]]\nrule = \"{rule}\"\nsubscriber = \"{id}\"\n\
             reason = \"a test card\"\nuntil = 2099-12-31\n"
        )
    };
    assert!(of(&alerts(&suppress(id))).is_empty());
    let other: String = id.chars().rev().collect();
    assert_eq!(of(&alerts(&suppress(&other))), before, "another's id");
}

#[test]
fn a_scenario_that_is_not_there_is_a_usage_error() {
    cargo_bin_cmd!("picket").args(["synth", "-", "--scenario", "no_such"]).assert().code(2);
}

#[test]
fn tshark_reads_the_background_without_complaint() {
    let there = Command::new("tshark").arg("--version").output();
    if !there.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: no tshark");
        return;
    }
    let dir = tempfile::tempdir().expect("a directory");
    let capture = dir.path().join("a.pcap");
    cargo_bin_cmd!("picket")
        .args(["synth", "--scenario", "ordinary_day", "--messages", "1500"])
        .arg(&capture)
        .assert()
        .success();
    let malformed = tshark(&capture, "_ws.malformed || _ws.expert.severity == error");
    assert!(malformed.is_empty(), "{malformed}");
    let read = tshark(&capture, "gsm_map");
    assert!(read.lines().count() > 1000, "{}", read.lines().count());
}

fn tshark(capture: &Path, filter: &str) -> String {
    let output = Command::new("tshark")
        .arg("-r")
        .arg(capture)
        .args(["-Y", filter])
        .output()
        .expect("tshark runs");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn rules_test_tells_cases_that_hold_from_those_that_do_not() {
    for (cases, code, said) in [
        (
            "- { scenario: ati_from_abroad, expect: 1 }\n  - { scenario: ati_from_own_scf, expect: 0 }",
            0,
            "2 cases, 0 failed",
        ),
        ("- { scenario: ati_from_abroad, expect: 2 }", 1, "FAILED"),
        ("- { scenario: ati_from_abroad, expect: 0 }", 1, "FAILED"),
        (
            "- { scenario: no_such, expect: 1 }",
            2,
            "case.yml:1:1: rule 5f0a1a52-6a0e-4c55-8a6e-0c1e8ab1ffff: no scenario is called no_such",
        ),
        ("- { scenario: ati_from_abroat, expect: 1 }", 2, "did you mean `ati_from_abroad`?"),
        ("- { scenario: ati_from_abroad }", 2, "a case is written"),
    ] {
        let dir = tempfile::tempdir().expect("a directory");
        let rule = RULE.replace("CASES", cases);
        std::fs::write(dir.path().join("case.yml"), rule).expect("a file");
        let mut command = cargo_bin_cmd!("picket");
        command.args(["rules", "test", "case_of_a_case", "--rules"]).arg(dir.path());
        let output = command.output().expect("it runs");
        let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert_eq!(output.status.code(), Some(code), "{cases}: {text}");
        assert!(text.contains(said), "{cases}: {text}");
    }
}

const RULE: &str = "title: A case
id: 5f0a1a52-6a0e-4c55-8a6e-0c1e8ab1ffff
name: case_of_a_case
level: high
tests:
  CASES
logsource: { product: ss7, service: map }
detection:
  request:
    map.operation.name: anyTimeInterrogation
    tcap.component.type: invoke
    sccp.calling.gt.external: true
  condition: request
";
