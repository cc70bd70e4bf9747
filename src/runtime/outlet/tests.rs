//! What is dropped when outputs are too slow, and that nothing else is.

use std::sync::Arc;

use picket_hw::{Frame, LinkType, PortId, Timestamp};

use super::*;
use crate::{
    cases,
    config::Plan,
    engine::{Options, alert::Level},
    event::fields::Names,
    pack,
    synth::{self, Generator},
};

/// An engine that was given every attack, and what is in force.
fn attacked() -> (Engine, Arc<Setting>) {
    let plan = cases::plan().unwrap();
    let names = Names {
        networks: plan.networks.all().iter().map(|network| network.name.clone()).collect(),
        ..Names::default()
    };
    let (rules, _) = pack::load(&plan, &names, &[]).unwrap();
    let setting = Setting { plan: Arc::new(plan), names, rules: Arc::new(rules), namer: None };
    let (plan, rules) = (Arc::clone(&setting.plan), Arc::clone(&setting.rules));
    let mut engine = Engine::new(plan, rules, Options { seed: 1, records: false });
    let scenarios = synth::scenarios::campaign(synth::background::duration(500));
    let options = synth::Options { seed: 1, messages: 500, scenarios };
    for (number, generated) in (1..).zip(Generator::new(&options)) {
        let bytes = generated.octets.as_slice();
        engine.ingest(&Frame {
            at: Timestamp::from_nanos(generated.at),
            bytes,
            wire_len: u32::try_from(bytes.len()).unwrap(),
            port: PortId(0),
            link: LinkType::ETHERNET,
            number,
            source: picket_hw::FileId(0),
        });
    }
    engine.finish();
    (engine, Arc::new(setting))
}

/// Returns level and name of each alert that arrives, and what was counted.
fn passed(ring: usize, most: usize) -> (Vec<(Level, String)>, Counters) {
    let (mut engine, setting) = attacked();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("alerts.jsonl");
    let mut plan = Plan::clone(&setting.plan);
    plan.output = toml::from_str(&format!("[file]\npath = \"{}\"\n", path.display())).unwrap();
    let outputs = Dispatch::start(&Arc::new(plan)).unwrap();
    let (mut outlet, inlet) = sized(setting, ring, most);
    // Nobody reads while all of it is said.
    outlet.drain(&mut engine);
    let reader = std::thread::spawn(move || inlet.run(outputs));
    outlet.close();
    let (counters, finished) = reader.join().unwrap();
    assert!(finished.done, "{finished:?}");
    let text = std::fs::read_to_string(path).unwrap();
    let said = text.lines().map(|line| {
        let alert: serde_json::Value = serde_json::from_str(line).unwrap();
        let level = Level::parse(alert["alert"]["level"].as_str().unwrap()).unwrap();
        (level, format!("{}.{}", alert["id"].as_str().unwrap(), alert["revision"]))
    });
    (said.collect(), counters)
}

#[test]
fn everything_passes_in_order_while_there_is_room() {
    let (want, counters) = passed(RING, WAITING);
    assert!(want.len() > 60, "{}", want.len());
    assert_eq!(counters, Counters { alerts: want.len() as u64, ..Counters::default() });
    assert_eq!(passed(1, WAITING).0, want, "a small ring only takes longer");
}

#[test]
fn the_least_grave_are_dropped_and_counted() {
    let (all, _) = passed(RING, WAITING);
    let (kept, counters) = passed(4, 20);
    assert_eq!(kept.len(), 24);
    assert_eq!(counters.dropped, (all.len() - kept.len()) as u64);
    let grave =
        |said: &[(Level, String)]| said.iter().filter(|(level, _)| *level >= Level::High).count();
    // The first four were in the ring before there was a choice.
    assert!(grave(&kept[4..]) >= 20.min(grave(&all[4..])), "{kept:?}");
    let mut left = all.iter();
    assert!(kept.iter().all(|said| left.any(|one| one == said)), "in the order they were said");
}
