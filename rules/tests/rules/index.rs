//! The candidate index never changes a verdict.

use proptest::prelude::*;

use picket_rules::{Matches, RuleSet, RuleState};

use crate::fixture::{Event, SCHEMA, event, rules};

#[test]
fn rules_stand_in_the_buckets_they_require() {
    let detections = [
        "{a: {op.code: 70}, condition: a}",
        "{a: {op.name: [locate, update]}, condition: a}",
        "{a: {size: 1}, condition: a}",
        "{a: {op.code: 70}, b: {size: 1}, condition: a or b}",
        "{a: {op.code: 70}, b: {op.name: cancel}, condition: a or b}",
        "{a: {op.code: 70}, condition: not a}",
        "{a: {op.code: [70, 71], size: 3}, b: {op.code: 71}, condition: a and b}",
        "{a: {op.code|gte: 70}, condition: a}",
        "{a: {op.name: '*e'}, condition: a}",
    ];
    let set = rules(&detections.map(|d| format!("title: t\ndetection: {d}\n")).join("---\n"));
    for (bucket, want) in [
        (None, vec![2, 3, 5, 7]),
        (Some(70), vec![0, 1, 2, 3, 4, 5, 7, 8]),
        (Some(71), vec![2, 3, 5, 6, 7]),
        (Some(72), vec![1, 2, 3, 5, 7, 8]),
        (Some(73), vec![2, 3, 4, 5, 7]),
        (Some(9999), vec![2, 3, 5, 7]),
    ] {
        let event = Event { code: bucket, ..Event::default() };
        assert_eq!(set.candidates(&event), want, "{bucket:?}");
    }
}

fn selection() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "op.code: 70",
        "op.code: [71, 72]",
        "op.code|neq: 70",
        "op.code|exists: false",
        "op.code: null",
        "op.code|gte: 71",
        "op.name: locate",
        "op.name: [update, cancel]",
        "op.name: '*e'",
        "op.name|neq: locate",
        "size: 1",
    ])
    .prop_map(str::to_owned)
}

proptest! {
    #[test]
    fn the_index_changes_no_verdict(
        parts in prop::collection::vec((selection(), selection(), selection()), 1..6),
        condition in prop::sample::select(vec![
            "a", "a and b", "a or b", "a and not b", "not a", "not (a or b)", "a and (b or c)",
            "1 of them", "all of them", "not 1 of them", "(a or b) and (b or c)",
        ]),
    ) {
        let text: String = parts.iter().map(|(a, b, c)| {
            format!("---\ntitle: t\ndetection: {{a: {{{a}}}, b: {{{b}}}, c: {{{c}}}, condition: {condition}}}\n")
        }).collect();
        let build = |indexed: bool| {
            let mut builder = RuleSet::builder(SCHEMA);
            builder.add("rules.yml", &text);
            if !indexed {
                builder.without_index();
            }
            builder.build().unwrap().0
        };
        let (with, without) = (build(true), build(false));
        let (mut state, mut fast, mut slow) = (RuleState::new(1, 0), Matches::new(), Matches::new());
        for text in ["", "op.code=70", "op.code=71 size=1", "op.code=72", "op.code=73 size=1", "op.code=5", "size=1"] {
            with.evaluate(&event(text), 0, 0, &mut state, &mut fast);
            without.evaluate(&event(text), 0, 0, &mut state, &mut slow);
            let rules = |out: &Matches| out.iter().map(|found| found.rule).collect::<Vec<_>>();
            prop_assert_eq!(rules(&fast), rules(&slow), "{}", text);
        }
    }
}
