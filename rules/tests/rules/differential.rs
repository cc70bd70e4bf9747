//! The same rules and events give the same verdicts here and in `rsigma-eval`.
//!
//! Where the two differ on purpose, a test says so:
//! * events without a key to group by are in no group here, in one group there;
//! * `null` in a list of values fits an absent field here, not there;
//! * an empty set is an absent field here, there it is a list that no value is in;
//! * `temporal` without a condition needs every rule here, as the specification says, one there;
//! * `value_percentile` compares with its thresholds here, there it matches whatever they are;
//! * numbers are compared as whole numbers here, as floating-point numbers there.

use picket_rules::{Matches, RuleState};
use proptest::prelude::*;
use rsigma_eval::{CorrelationConfig, CorrelationEngine, event::JsonEvent};
use serde_json::{Value, json};

use crate::fixture::{Event, NAMES, TAGS, event, rules};

/// Writes an event as the JSON object `rsigma` reads.
fn to_json(event: &Event) -> Value {
    let name = event.code.and_then(|code| NAMES.get(usize::from(code.checked_sub(70)?)));
    let tags: Vec<&str> = event.tags.iter().map(|position| TAGS[position]).collect();
    let mut out = json!({ "op": {}, "from": {}, "to": {} });
    let mut put = |path: &str, value: Option<Value>| {
        let Some(value) = value else { return };
        match path.split_once('.') {
            Some((outer, inner)) => out[outer][inner] = value,
            None => out[path] = value,
        }
    };
    put("op.code", event.code.map(Value::from));
    put("op.name", name.map(|&name| name.into()));
    put("from.digits", event.from.map(|digits| digits.to_string().into()));
    put("to.digits", event.to.map(|digits| digits.to_string().into()));
    put("from.external", event.external.map(Value::from));
    put("text", event.text.clone().map(Value::from));
    put("home", event.home.clone().map(Value::from));
    put("size", event.size.map(Value::from));
    put("when", event.when.map(|nanos| (nanos / 1_000_000_000).into()));
    put("who", event.who.map(|who| format!("{who:032x}").into()));
    put("tags", (!tags.is_empty()).then(|| tags.into()));
    out
}

/// Runs events through both; for each event the sorted titles that matched.
type Verdicts = Vec<Vec<String>>;

fn both(text: &str, events: &[(u64, String)]) -> (Verdicts, Verdicts) {
    let set = rules(text);
    let collection = rsigma_parser::parse_sigma_yaml(text).unwrap();
    assert!(collection.errors.is_empty(), "{text}: {:?}", collection.errors);
    let config = CorrelationConfig { emit_detections: false, ..CorrelationConfig::default() };
    let mut engine = CorrelationEngine::new(config);
    engine.add_collection(&collection).unwrap();
    let (mut state, mut out) = (RuleState::new(1000, 3), Matches::new());
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for (second, text) in events {
        let event = event(text);
        set.evaluate(&event, second * 1_000_000_000, 0, &mut state, &mut out);
        let mut titles: Vec<String> =
            out.iter().map(|found| set.rules()[found.rule].title.clone()).collect();
        titles.sort();
        titles.dedup();
        ours.push(titles);
        let json = to_json(&event);
        let results =
            engine.process_event_at(&JsonEvent::borrow(&json), i64::try_from(*second).unwrap());
        let mut titles: Vec<String> =
            results.iter().map(|result| result.header.rule_title.clone()).collect();
        titles.sort();
        titles.dedup();
        theirs.push(titles);
    }
    (ours, theirs)
}

fn detection(number: usize, body: &str) -> String {
    format!("---\ntitle: d{number}\nid: d{number}\nlogsource: {{product: p}}\ndetection: {body}\n")
}

fn item() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "op.code: 70",
        "op.code: [70, 72]",
        "op.code|neq: 70",
        "size|gt: 5",
        "size|gte: 5",
        "size|lt: 5",
        "size|lte: 5",
        "size|neq: [4, 5]",
        "size|exists: true",
        "size|exists: false",
        "size: null",
        "when|hour: [3, 8]",
        "when|minute|neq: 2",
        "when|day: 2",
        "when|week: [1, 10, 53]",
        "when|month: 3",
        "when|year: 2026",
        "from.external: true",
        "from.external|neq: true",
        "from.digits: '1555'",
        "from.digits: ['1555', '1556']",
        "from.digits|startswith: '155'",
        "from.digits|startswith: ['1556', '4']",
        "from.digits|endswith: '5'",
        "from.digits|contains: '55'",
        "from.digits|contains|all: ['55', '15']",
        "from.digits: '1*6'",
        "from.digits: '15?5'",
        "from.digits|re: '^15{2}'",
        "from.digits|neq: '1555'",
        "from.digits|startswith|neq: '155'",
        "from.digits|fieldref: to.digits",
        "from.digits|fieldref|neq: to.digits",
        "from.digits|fieldref|startswith: to.digits",
        "text: abc",
        "text|cased: abc",
        "text: [abc, 'x*']",
        "text|contains: B",
        "text|contains: [B, y]",
        "text|contains|cased: B",
        "text|startswith: A",
        "text|endswith: [C, z]",
        "text|re: 'a.c'",
        "text|re|i: 'A.C'",
        "text|neq: abc",
        "text|contains|neq: b",
        "text: '*b*'",
        "text: 'a?c'",
        "text|fieldref: home",
        "text|fieldref|neq: home",
        "text|fieldref|contains: home",
        "text|fieldref|endswith: home",
        "op.name: locate",
        "op.name: [identify, UPDATE]",
        "op.name|endswith: ate",
        "op.name|neq: locate",
        "tags: late",
        "tags: [late, odd.tag]",
        "tags|all: [late, odd.tag]",
        "tags|startswith: odd",
        "tags|neq: late",
        "tags|exists: true",
    ])
}

fn condition() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "sel_a",
        "not sel_a",
        "sel_a and sel_b",
        "sel_a or sel_b and not other",
        "(sel_a or sel_b) and not other",
        "1 of sel_*",
        "all of sel_*",
        "1 of them",
        "all of them",
        "not 1 of sel_* or other",
        "sel_a and not (sel_b or other)",
    ])
}

fn any_event() -> impl Strategy<Value = String> {
    let field = |name: &'static str, values: &'static [&'static str]| {
        prop::option::weighted(0.7, prop::sample::select(values)).prop_map(move |value| {
            value.map(|value| format!("{name}={value} ")).unwrap_or_default()
        })
    };
    let digits = &["1", "155", "1555", "1556", "15", "4", "6"];
    let texts = &["abc", "ABC", "aBc", "b", "xyz", "x", "az", ""];
    (
        field("op.code", &["70", "71", "72", "73", "1"]),
        field("size", &["0", "4", "5", "6"]),
        field("from.external", &["true", "false"]),
        field("from.digits", digits),
        field("to.digits", digits),
        field("text", texts),
        field("home", texts),
        field("when", &["0", "951782400", "1104537600", "1772438521", "1772434921", "1798761599"]),
        field("tags", &["late", "odd.tag", "late,odd.tag", "odd.class"]),
    )
        .prop_map(|(a, b, c, d, e, f, g, h, i)| [a, b, c, d, e, f, g, h, i].concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn detections_agree(
        rules in prop::collection::vec((item(), item(), item(), condition()), 1..5),
        events in prop::collection::vec(any_event(), 1..12),
    ) {
        let text: String = rules.iter().enumerate().map(|(number, (a, b, other, condition))| {
            detection(number, &format!(
                "{{sel_a: {{{a}}}, sel_b: [{{{b}}}, {{{a}}}], other: {{{other}}}, condition: {condition}}}"
            ))
        }).collect();
        let events: Vec<(u64, String)> = events.into_iter().map(|event| (1000, event)).collect();
        let (ours, theirs) = both(&text, &events);
        prop_assert_eq!(ours, theirs, "{}\n{:?}", text, events);
    }

    #[test]
    fn correlations_agree(
        body in prop::sample::select(vec![
            "type: event_count, rules: [d0], group-by: [who], timespan: 10s, condition: {gte: 3}",
            "type: event_count, rules: [d0, d1], group-by: [who], timespan: 20s, condition: {gt: 3}",
            "type: event_count, rules: [d0], group-by: [who, from.digits], timespan: 1m, condition: {eq: 2}",
            "type: event_count, rules: [d0], group-by: [who], timespan: 15s, condition: {lt: 2}",
            "type: event_count, rules: [d0], timespan: 15s, condition: {gte: 2, lte: 3}",
            "type: value_count, rules: [d0], group-by: [who], timespan: 15s, condition: {field: from.digits, gte: 2}",
            "type: value_count, rules: [d0, d2], group-by: [from.digits], timespan: 1m, condition: {field: size, gte: 3}",
            "type: temporal, rules: [d0, d1], group-by: [who], timespan: 10s, condition: {gte: 2}",
            "type: temporal, rules: [d0, d1, d2], group-by: [who], timespan: 30s, condition: {gte: 3}",
            "type: temporal, rules: [d0, d1, d2], group-by: [who], timespan: 30s, condition: {gte: 2}",
            "type: temporal, rules: [d0, d1], group-by: [who], timespan: 30s, condition: d0 and not d1",
            "type: temporal_ordered, rules: [d0, d1], group-by: [who], timespan: 10s",
            "type: temporal_ordered, rules: [d0, d1, d2], group-by: [who], timespan: 30s",
            "type: value_sum, rules: [d0], group-by: [who], timespan: 20s, condition: {field: size, gt: 10}",
            "type: value_avg, rules: [d0], group-by: [who], timespan: 20s, condition: {field: size, gte: 5}",
        ]),
        events in prop::collection::vec((0_u64..6, 70_u16..74, 1_u8..3, 1_u8..4, 0_u8..7), 1..60),
    ) {
        let mut text = String::new();
        for (number, code) in [(0, "70"), (1, "71"), (2, "[72, 70]")] {
            text += &detection(number, &format!("{{sel: {{op.code: {code}}}, condition: sel}}"));
        }
        text += &format!("---\ntitle: corr\nid: corr\ncorrelation: {{{body}}}\n");
        let mut now = 1000;
        let events: Vec<(u64, String)> = events.into_iter().map(|(step, code, who, from, size)| {
            now += step;
            (now, format!("op.code={code} who={who} from.digits={from} size={size}"))
        }).collect();
        let (ours, theirs) = both(&text, &events);
        // Rules no correlation refers to report in both; those one refers to differ there (its
        // `emit_detections` is not the specification's `generate`), so only correlations compare.
        let only = |verdicts: Verdicts| -> Vec<bool> {
            verdicts.iter().map(|titles| titles.iter().any(|title| title == "corr")).collect()
        };
        prop_assert_eq!(only(ours), only(theirs), "{}\n{:?}", body, events);
    }
}

fn count(text: &str, events: &[&str]) -> (usize, usize) {
    let events: Vec<(u64, String)> = events.iter().map(|e| (1000, (*e).to_owned())).collect();
    let (ours, theirs) = both(text, &events);
    let matched = |verdicts: Verdicts| verdicts.iter().filter(|t| !t.is_empty()).count();
    (matched(ours), matched(theirs))
}

#[test]
fn events_without_a_key_are_in_no_group_here() {
    let rules = detection(0, "{sel: {op.code: 70}, condition: sel}")
        + "---\ntitle: corr\nid: corr\ncorrelation: {type: event_count, rules: [d0], group-by: [who], timespan: 1m, condition: {gte: 2}}\n";
    let (ours, theirs) = count(&rules, &["op.code=70", "op.code=70"]);
    assert_eq!(ours, 0);
    assert!(theirs > 0);
}

#[test]
fn temporal_needs_every_rule_here() {
    let rules = detection(0, "{sel: {op.code: 70}, condition: sel}")
        + &detection(1, "{sel: {op.code: 71}, condition: sel}")
        + "---\ntitle: corr\nid: corr\ncorrelation: {type: temporal, rules: [d0, d1], timespan: 1m}\n";
    let (ours, theirs) = count(&rules, &["op.code=70", "op.code=71"]);
    assert_eq!((ours, theirs), (1, 2));
}

#[test]
fn null_in_a_list_fits_an_absent_field_here() {
    let rules = detection(0, "{sel: {size: [null, 5]}, condition: sel}");
    assert_eq!(count(&rules, &["op.code=70", "size=5", "size=6"]), (2, 1));
}
