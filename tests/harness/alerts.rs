//! Alerts of the fictional network, to offer to outputs.

use std::{path::Path, sync::Arc};

use picket::{
    cases,
    config::{Output as Outputs, Plan},
    engine::{Alert, Engine, Options, Output},
    event::fields::Names,
    pack, synth,
    synth::Generator,
};
use picket_hw::{LinkType, Timestamp, memory::OwnedFrame};

/// Returns a plan with outputs and a state directory, the names that go with it, and alerts.
pub(crate) fn some(outputs: Outputs, state: &Path) -> (Arc<Plan>, Arc<Names>, Vec<Alert>) {
    let plan = cases::plan().expect("the configuration is good");
    let plan =
        Plan { output: outputs, state_dir: Some(state.to_owned()), subscribers: None, ..plan };
    let names = Names {
        sensor: plan.sensor.clone(),
        files: vec!["capture".to_owned()],
        networks: plan.networks.all().iter().map(|network| network.name.clone()).collect(),
        links: plan.links.iter().map(|link| link.name.clone()).collect(),
        lists: plan.intel.names().to_vec(),
    };
    let (rules, _) = pack::load(&plan, &names, &[]).expect("the shipped rules compile");
    let plan = Arc::new(plan);
    let options = Options { seed: 1, records: false };
    let mut engine = Engine::new(Arc::clone(&plan), Arc::new(rules), options);
    let scenarios = synth::scenarios::campaign(synth::background::duration(MESSAGES));
    let frames = Generator::new(&synth::Options { seed: 1, messages: MESSAGES, scenarios });
    for (number, generated) in (1..).zip(frames) {
        let at = Timestamp::from_nanos(generated.at);
        let owned = OwnedFrame::new(at, LinkType::ETHERNET, generated.octets);
        let owned = OwnedFrame { number, ..owned };
        engine.ingest(&owned.as_frame());
    }
    engine.finish();
    let mut alerts = Vec::new();
    while let Some(output) = engine.poll() {
        if let Output::Alert(alert) = output {
            alerts.push(alert);
        }
    }
    assert!(alerts.len() > 100, "{} alerts", alerts.len());
    (plan, Arc::new(names), alerts)
}

const MESSAGES: u64 = 1_000;
