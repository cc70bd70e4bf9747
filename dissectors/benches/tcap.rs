//! TCAP and CAP: whole messages from the vectors, read with every component and argument.

use std::{hint::black_box, path::Path};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use picket_dissectors::{
    Notes,
    ber::Elements,
    cap,
    map::Parameters,
    tcap::{self, Component},
};

fn vector(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors").join(name);
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines()
        .flat_map(|line| line.split('#').next().unwrap_or_default().split_whitespace())
        .filter_map(|octet| u8::from_str_radix(octet, 16).ok())
        .collect()
}

fn read(octets: &[u8]) -> i64 {
    let mut notes = Notes::default();
    let Ok(message) = tcap::parse(octets, &mut notes) else { return 0 };
    let context = message.dialogue(&mut notes).and_then(|dialogue| dialogue.application_context);
    let mut sum = context.map_or(0, |context| i64::from(context.octets().len() > 6));
    let mut components = message.components();
    while let Some(component) = components.next(&mut notes) {
        if let Component::Invoke(invoke) = component {
            sum += invoke.operation.and_then(tcap::component::Code::local).unwrap_or_default();
        }
    }
    sum
}

fn messages(c: &mut Criterion) {
    let mut group = c.benchmark_group("tcap");
    group.throughput(Throughput::Elements(1));
    for name in ["tcap/begin_invoke", "tcap/begin_map_open", "ber/indefinite_lengths"] {
        let octets = vector(&format!("{name}.hex"));
        group.bench_function(name, |b| b.iter(|| read(black_box(&octets))));
    }
    group.finish();
}

fn arguments(c: &mut Criterion) {
    let mut group = c.benchmark_group("cap");
    group.throughput(Throughput::Elements(1));
    for (name, code) in [("initial_dp", 0), ("connect", 20)] {
        let octets = vector(&format!("cap/{name}.hex"));
        group.bench_function(name, |b| {
            b.iter(|| {
                let (mut out, mut notes) = (Parameters::default(), Notes::default());
                let element = Elements::new(black_box(&octets)).next_or_cut(&mut notes)?;
                cap::argument(code, 3, &element, &mut out, &mut notes).ok()?;
                Some(out)
            });
        });
    }
    group.finish();
}

criterion_group!(benches, messages, arguments);
criterion_main!(benches);
