//! Random identities in masses: what is known of a subscriber outlives them, memory stays flat, and
//! the flood is an alert, not as many as there are requests.
//!
//! `PICKET_TEST_FLOOD` says how many requests; `make soak` sends ten million through tables of the
//! default size, otherwise tables are small and it is fast.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test reads its environment, says what it measured, and fails by panicking"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    sync::Arc,
    time::Instant,
};

use picket::{
    cases,
    config::Plan,
    engine::{Engine, Options, Output, Rules},
    event::fields::Names,
    pack,
    synth::{Generated, Generator, Options as Asked, scenarios},
};
use picket_hw::{FileId, Frame, LinkType, PortId, Timestamp};

/// An engine, the time it has reached, and whom each rule has told of.
struct Watched {
    engine: Engine,
    now: u64,
    frames: u64,
    told: BTreeMap<String, BTreeSet<String>>,
}

impl Watched {
    fn new(plan: Arc<Plan>, rules: Arc<Rules>) -> Self {
        let engine = Engine::new(plan, rules, Options { seed: 11, records: false });
        Self { engine, now: 1_767_225_600_000_000_000, frames: 0, told: BTreeMap::new() }
    }

    fn take(&mut self, octets: &[u8], after: u64) {
        self.now += after;
        self.frames += 1;
        self.engine.ingest(&Frame {
            at: Timestamp::from_nanos(self.now),
            bytes: octets,
            wire_len: u32::try_from(octets.len()).expect("short"),
            port: PortId(0),
            link: LinkType::ETHERNET,
            number: self.frames,
            source: FileId(0),
        });
        while let Some(output) = self.engine.poll() {
            if let Output::Alert(alert) = output {
                let about = alert
                    .subscriber
                    .and_then(|subject| subject.imsi)
                    .map(|imsi| imsi.to_string())
                    .unwrap_or_default();
                self.told.entry(alert.rule.name.clone()).or_default().insert(about);
            }
        }
    }
}

fn generated(name: &str, times: u64) -> Generator {
    let scenario = scenarios::find(name).expect("a scenario");
    let scenarios = (0..times).map(|n| (n * 60, scenario)).collect();
    Generator::new(&Asked { seed: 3, messages: 0, scenarios })
}

/// Puts a frame on an association of its own, so that its numbers are not old ones.
fn elsewhere(mut frame: Generated) -> Vec<u8> {
    let tag = if frame.octets[12..14] == [0x81, 0x00] { 4 } else { 0 };
    let ends: [usize; 2] =
        if frame.octets[12 + tag..14 + tag] == [0x08, 0x00] { [29, 33] } else { [37, 53] };
    for end in ends {
        frame.octets[end + tag] ^= 0x80;
    }
    frame.octets
}

fn resident_mib() -> u64 {
    let statm = fs::read_to_string("/proc/self/statm").expect("Linux");
    let pages = statm.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok());
    pages.expect("pages") * 4 / 1024
}

#[test]
fn what_is_known_outlives_a_flood_of_random_identities() {
    let asked = std::env::var("PICKET_TEST_FLOOD").ok().and_then(|count| count.parse().ok());
    let count: u64 = asked.unwrap_or(30_000);
    let mut plan = cases::plan().expect("the configuration is good");
    let names = Names {
        networks: plan.networks.all().iter().map(|network| network.name.clone()).collect(),
        links: plan.links.iter().map(|link| link.name.clone()).collect(),
        lists: plan.intel.names().to_vec(),
        ..Names::default()
    };
    let (rules, _) = pack::load(&plan, &names, &[]).expect("the shipped rules compile");
    if asked.is_none() {
        plan.capacity.dialogues = 4_000;
        plan.capacity.subscribers = 4_000;
        plan.capacity.dossiers = 1_000;
        plan.capacity.global_titles = 1_000;
        plan.capacity.correlations = 4_000;
        plan.capacity.alerts = 1_000;
    }
    let mut watched = Watched::new(Arc::new(plan), Arc::new(rules));

    // An identity is given away; the request for the location comes after the flood.
    let chain: Vec<Generated> = generated("chain_sri_sm_psi", 1).collect();
    let gaps = chain.windows(2).map(|pair| pair[1].at - pair[0].at);
    let (pause, _) = gaps.enumerate().max_by_key(|&(_, gap)| gap).expect("several frames");
    let second = chain.iter().skip(pause + 1).cloned().map(elsewhere);
    for frame in &chain[..=pause] {
        watched.take(&frame.octets, 1_000_000);
    }
    assert!(!watched.told.contains_key("location_asked_after_identity"), "{:?}", watched.told);

    let begun = Instant::now();
    let mut flood = generated("random_ids", count.div_ceil(600));
    let (mut sent, mut half) = (0_u64, 0);
    while let Some(frame) = flood.next() {
        watched.take(&frame.octets, 300_000);
        sent += 1;
        if sent % 10_000 == 0 {
            flood.truths();
        }
        if half == 0 && sent > count / 2 {
            half = resident_mib();
        }
    }
    let (took, end) = (begun.elapsed(), resident_mib());
    let stats = watched.engine.stats();
    assert!(sent >= count, "{sent}");
    assert!(stats.duplicates < sent / 100, "{} duplicates", stats.duplicates);
    eprintln!(
        "{sent} frames in {:.1} s, generated and judged; resident {half} MiB at half, {end} at the end; {} alerts",
        took.as_secs_f64(),
        watched.told.values().map(BTreeSet::len).sum::<usize>()
    );
    assert!(end < half + half / 10 + 48, "memory grows: {half} MiB at half, {end} at the end");
    assert!(watched.told.contains_key("requests_without_business_in_masses"), "{:?}", watched.told);
    // Those before the flood was one are told one by one.
    for (rule, people) in &watched.told {
        assert!(people.len() < 400, "{rule} told of {}", people.len());
    }

    let before = watched.told.get("location_asked_after_identity").cloned().unwrap_or_default();
    for frame in second {
        watched.take(&frame, 1_000_000);
    }
    let after = watched.told.get("location_asked_after_identity").cloned().unwrap_or_default();
    assert_eq!(after.difference(&before).count(), 1, "{:?}", watched.told.keys());
}
