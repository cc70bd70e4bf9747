//! What is learnt survives a restart: the second half of the traffic is judged as if there had
//! been no border, and a file that cannot be trusted is refused.
#![expect(clippy::expect_used, reason = "a failure here is the test's")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::Output as Ran,
    sync::Arc,
};

use assert_cmd::cargo::cargo_bin_cmd;
use picket::{
    cases,
    engine::{Alert, Engine, Options, Output, Rules},
    event::fields::Names,
    pack,
    synth::{self, Generated, Generator, background, scenarios, stage::SECOND},
};
use picket_hw::{FileId, Frame, LinkType, PortId, Timestamp};

struct Setting {
    plan: Arc<picket::config::Plan>,
    rules: Arc<Rules>,
}

impl Setting {
    fn new() -> Self {
        let plan = cases::plan().expect("the configuration is good");
        let networks = plan.networks.all().iter().map(|network| network.name.clone()).collect();
        let names = Names { networks, ..Names::default() };
        let (rules, _) = pack::load(&plan, &names, &[]).expect("the shipped rules compile");
        Self { plan: Arc::new(plan), rules: Arc::new(rules) }
    }

    fn engine(&self) -> Engine {
        let options = Options { seed: 9, records: false };
        Engine::new(Arc::clone(&self.plan), Arc::clone(&self.rules), options)
    }
}

/// Feeds frames and returns every revision of every alert.
fn feed(engine: &mut Engine, frames: &[(u64, Generated)]) -> Vec<Alert> {
    let mut alerts = Vec::new();
    for (number, frame) in frames {
        engine.ingest(&Frame {
            at: Timestamp::from_nanos(frame.at),
            bytes: &frame.octets,
            wire_len: u32::try_from(frame.octets.len()).expect("short"),
            port: PortId(0),
            link: LinkType::ETHERNET,
            number: *number,
            source: FileId(0),
        });
        while let Some(output) = engine.poll() {
            if let Output::Alert(alert) = output {
                alerts.push(alert);
            }
        }
    }
    alerts
}

/// A campaign in benign traffic, and the first frame of each of its scenarios.
fn campaign() -> (Vec<(u64, Generated)>, Vec<usize>) {
    let messages = 2500;
    let scenarios = scenarios::campaign(background::duration(messages));
    let mut generator = Generator::new(&synth::Options { seed: 11, messages, scenarios });
    let mut frames = Vec::new();
    let mut truths = Vec::new();
    while let Some(frame) = generator.next() {
        frames.push(frame);
        truths.extend(generator.truths());
    }
    let first = |truth: &synth::truth::Instance| {
        usize::try_from(truth.frames.first().expect("frames") - 1).expect("fits")
    };
    let mut starts: Vec<usize> = truths.iter().map(first).collect();
    starts.sort_unstable();
    ((1..).zip(frames).collect(), starts)
}

/// Rule, subscriber and first hit: what an alert is, whatever frames it was counted in.
type Said = (String, Option<String>, u64);

fn said(alert: &Alert) -> Said {
    let subscriber = alert.subscriber.and_then(|who| who.imsi).map(|imsi| imsi.to_string());
    (alert.rule.name.clone(), subscriber, alert.first_seen.nanos())
}

#[test]
fn what_was_learnt_before_the_border_decides_after_it() {
    let setting = Setting::new();
    let (frames, starts) = campaign();
    let mut whole = setting.engine();
    let mut joined = feed(&mut whole, &frames);
    whole.finish();
    while let Some(Output::Alert(alert)) = whole.poll() {
        joined.push(alert);
    }
    let mut compared = 0;
    for &border in starts.iter().step_by(6) {
        let at = frames[border].1.at;
        let mut before = setting.engine();
        feed(&mut before, &frames[..border]);
        let saved = before.snapshot();
        let mut after = setting.engine();
        let restored = after.restore(&saved).expect("it was just written");
        assert_eq!(restored.left, Vec::<String>::new());
        assert_eq!(restored.since.map(Timestamp::nanos), Some(frames[0].1.at));
        assert!(after.snapshot() == saved, "what was just read is written again as it was");
        let found: BTreeSet<Said> = feed(&mut after, &frames[border..])
            .iter()
            .map(said)
            .filter(|said| said.2 >= at)
            .collect();
        let wanted: BTreeSet<Said> = joined.iter().map(said).filter(|said| said.2 >= at).collect();
        let missing: Vec<_> = wanted.difference(&found).collect();
        assert!(missing.is_empty(), "border {border}: {missing:?}");
        // An alert open across the border opens again; nothing else is new.
        let mut open: BTreeMap<(String, Option<String>), u64> = BTreeMap::new();
        for alert in &joined {
            let (rule, subscriber, first) = said(alert);
            if first < at {
                let last = open.entry((rule, subscriber)).or_default();
                *last = (*last).max(alert.last_seen.nanos());
            }
        }
        for (rule, subscriber, first) in found.difference(&wanted) {
            let was_open = open
                .get(&(rule.clone(), subscriber.clone()))
                .is_some_and(|last| last + 3600 * SECOND >= *first);
            assert!(was_open, "border {border}: {rule} {subscriber:?} {first}");
        }
        compared += wanted.len();
    }
    assert!(compared > 30, "{compared}");
}

#[test]
fn without_what_was_learnt_a_chain_across_the_border_is_missed() {
    let setting = Setting::new();
    let scenario = scenarios::find("chain_sri_sm_psi").expect("it is there");
    let options = synth::Options { seed: 1, messages: 0, scenarios: vec![(0, scenario)] };
    let frames: Vec<_> = (1..).zip(Generator::new(&options)).collect();
    // The answer with the IMSI and the location request after it are more than a second apart.
    let gap = |&i: &usize| frames[i].1.at > frames[i - 1].1.at + SECOND;
    let border = (1..frames.len()).rev().find(gap).expect("a pause");
    let mut before = setting.engine();
    feed(&mut before, &frames[..border]);
    let saved = before.snapshot();
    let chains = |engine: &mut Engine| -> usize {
        let alerts = feed(engine, &frames[border..]);
        alerts
            .iter()
            .filter(|alert| alert.subscriber.is_some_and(|who| who.msisdn.is_some()))
            .count()
    };
    let mut after = setting.engine();
    after.restore(&saved).expect("it was just written");
    assert!(chains(&mut after) > 0, "the number is known from the answer before the border");
    assert_eq!(chains(&mut setting.engine()), 0);
}

fn replay(dir: &Path, state: &str) -> Ran {
    cargo_bin_cmd!("picket")
        .current_dir(dir)
        .args(["replay", "a.pcap", "-c", "picket.toml", "--json", "--state", state])
        .output()
        .expect("it runs")
}

#[test]
fn the_file_is_its_owners_and_refused_when_it_is_damaged_newer_or_open() {
    let dir = tempfile::tempdir().expect("a directory");
    cargo_bin_cmd!("picket")
        .current_dir(dir.path())
        .args(["synth", "a.pcap", "--messages", "400", "--config", "picket.toml"])
        .assert()
        .success();
    assert_eq!(replay(dir.path(), "kept").status.code(), Some(0));
    let path = dir.path().join("kept").join(picket::learnt::FILE);
    let mode = fs::metadata(&path).expect("it was written").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let good = fs::read(&path).expect("it can be read");
    let again = replay(dir.path(), "kept");
    let told = String::from_utf8_lossy(&again.stderr).into_owned();
    assert_eq!(again.status.code(), Some(0), "{told}");
    assert!(told.contains("goes on with what was learnt from 2026-03-02T08:00:"), "{told}");
    // The same memory, the same alerts.
    fs::write(&path, &good).expect("it can be written");
    assert_eq!(replay(dir.path(), "kept").stdout, again.stdout);
    let damaged = |at: usize| {
        let mut octets = good.clone();
        octets[at] ^= 1;
        octets
    };
    for (octets, mode, what) in [
        (damaged(200), 0o600, "it is damaged (the checksum does not fit); move it away"),
        (good[..good.len() / 2].to_vec(), 0o600, "it is damaged"),
        (damaged(9), 0o600, "a newer picket wrote it (the file of version 257"),
        (b"notes".to_vec(), 0o600, "it is no learnt state of picket; move it away"),
        (good.clone(), 0o644, "can be read by others (mode 644); chmod 600 it"),
    ] {
        fs::write(&path, &octets).expect("it can be written");
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("a mode");
        let refused = replay(dir.path(), "kept");
        let told = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(1), "{what}: {told}");
        assert!(told.contains(what) && told.contains("learnt.state"), "{what}: {told}");
        assert_eq!(fs::read(&path).expect("it can be read"), octets, "{what}: it is left alone");
    }
}
