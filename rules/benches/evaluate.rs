//! 200 rules, each an operation, a number, two prefixes and a negation, on one event at a time.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use picket_rules::{Digits, Field, Kind, Matches, RuleSet, RuleState, Schema, Value};

struct Event {
    operation: u16,
    subsystem: u8,
    from: Digits,
    to: Digits,
}

static FIELDS: &[Field<Event>] = &[
    Field {
        bucket: Some(|literal| literal.parse().ok()),
        ..field("operation", Kind::Int, |e| Some(Value::Int(e.operation.into())))
    },
    field("subsystem", Kind::Int, |e| Some(Value::Int(e.subsystem.into()))),
    field("from", Kind::Digits, |e| Some(Value::Digits(e.from))),
    field("to", Kind::Digits, |e| Some(Value::Digits(e.to))),
];

const fn field(name: &'static str, kind: Kind, get: picket_rules::Getter<Event>) -> Field<Event> {
    Field { name, kind, doc: "", vocabulary: &[], get, bucket: None }
}

fn rules(indexed: bool) -> RuleSet<Event> {
    let schema = Schema { fields: FIELDS, discriminant: |e: &Event| Some(e.operation) };
    let mut builder = RuleSet::builder(schema);
    for rule in 0..200 {
        let text = format!(
            "title: r{rule}\ndetection:\n  op: {{operation: {}, subsystem: [6, 7, {rule}]}}\n  \
             address: {{from|startswith: ['1555{rule}', '1556{rule}'], to|startswith: '999'}}\n  \
             known: {{from|startswith: '15550100'}}\n  condition: op and address and not known\n",
            rule % 40,
        );
        builder.add(&format!("{rule:03}.yml"), &text);
    }
    if !indexed {
        builder.without_index();
    }
    match builder.build() {
        Ok((set, _)) => set,
        Err(errors) => {
            #[expect(clippy::panic, reason = "a bench has nobody to return an error to")]
            {
                panic!("{errors:?}")
            }
        }
    }
}

fn evaluate(criterion: &mut Criterion) {
    let digits = |text: &str| Digits::parse(text).unwrap_or_default();
    let events: Vec<Event> = (0..40_u16)
        .map(|operation| Event {
            operation,
            subsystem: if operation % 2 == 0 { 6 } else { 8 },
            from: digits(&format!("1555{operation}1234")),
            to: digits("999100"),
        })
        .collect();
    let mut group = criterion.benchmark_group("evaluate");
    group.throughput(Throughput::Elements(1));
    for (name, indexed) in [("indexed", true), ("all_rules", false)] {
        let set = rules(indexed);
        let (mut state, mut out) = (RuleState::new(16, 1), Matches::new());
        let mut next = events.iter().cycle();
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                if let Some(event) = next.next() {
                    set.evaluate(black_box(event), 1, 1, &mut state, &mut out);
                }
                out.len()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, evaluate);
criterion_main!(benches);
