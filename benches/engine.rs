//! The whole engine on synthetic traffic: reading alone, and with every shipped rule.
#![expect(clippy::unwrap_used, reason = "a bench may")]

use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use picket::{
    cases,
    engine::{Engine, Options, Rules},
    event::fields::Names,
    pack, synth,
};
use picket_hw::{LinkType, Timestamp, memory::OwnedFrame};

fn engine(criterion: &mut Criterion) {
    let options = synth::Options { seed: 1, messages: MESSAGES, scenarios: Vec::new() };
    let frames: Vec<OwnedFrame> = synth::Generator::new(&options)
        .map(|frame| {
            OwnedFrame::new(Timestamp::from_nanos(frame.at), LinkType::ETHERNET, frame.octets)
        })
        .collect();
    let plan = Arc::new(cases::plan().unwrap());
    let (rules, _) = pack::load(&plan, &Names::default(), &[]).unwrap();
    let mut group = criterion.benchmark_group("engine");
    group.throughput(Throughput::Elements(MESSAGES)).sample_size(10);
    for (name, rules) in [("reading", Arc::new(Rules::none())), ("every rule", Arc::new(rules))] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let options = Options { seed: 1, records: false };
                let mut engine = Engine::new(Arc::clone(&plan), Arc::clone(&rules), options);
                for frame in &frames {
                    engine.ingest(&frame.as_frame());
                }
                engine.stats().tcap_messages
            });
        });
    }
    group.finish();
}

/// Messages a round.
const MESSAGES: u64 = 20_000;

criterion_group!(benches, engine);
criterion_main!(benches);
