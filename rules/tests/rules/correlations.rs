//! Correlations on event time: each case is rules, events with their second, and what matches.

use picket_rules::{Matches, RuleSet, RuleState};

use crate::fixture::{Event, event, rules, show};

const SECOND: u64 = 1_000_000_000;

/// Base rules `a`, `b`, `c` on operations 1, 2, 3 and one correlation.
fn correlated(correlation: &str) -> RuleSet<Event> {
    let mut text = String::new();
    for (name, code) in [("a", 1), ("b", 2), ("c", 3)] {
        text += &format!(
            "title: {name}\nname: {name}\ndetection: {{s: {{op.code: {code}}}, condition: s}}\n---\n"
        );
    }
    text += &format!("title: corr\nname: corr\ncorrelation: {{{correlation}}}\n");
    rules(&text)
}

/// Feeds events, tokens counting from zero, and returns the second and count of each match.
fn run(set: &RuleSet<Event>, state: &mut RuleState, events: &[(u64, &str)]) -> Vec<String> {
    let mut out = Matches::new();
    let mut lines = Vec::new();
    for (token, (second, text)) in (0..).zip(events) {
        set.evaluate(&event(text), second * SECOND, token, state, &mut out);
        for found in out.iter() {
            lines.push(format!("@{second} {}", show(set, found, SECOND)));
        }
    }
    lines
}

fn fresh(set: &RuleSet<Event>, events: &[(u64, &str)]) -> Vec<String> {
    let [first, second, third] =
        [7, 0, u64::MAX].map(|seed| run(set, &mut RuleState::new(100, seed), events));
    assert!(first == second && second == third, "the seed shows: {first:?} {second:?} {third:?}");
    first
}

#[test]
fn correlations_match_on_event_time() {
    let count =
        "type: event_count, rules: [a], group-by: [who], timespan: 10s, condition: {gte: 3}";
    let values = "type: value_count, rules: [a], group-by: [who], timespan: 10s, condition: {field: size, gte: 2}";
    let temporal = "type: temporal, rules: [a, b], group-by: [who], timespan: 10s";
    let ordered = "type: temporal_ordered, rules: [a, b, c], group-by: [who], timespan: 10s";
    let who = "00000000000000000000000000000001";
    for (correlation, events, want) in [
        // Three within ten seconds, both ends of the window included; a match for each further.
        (
            count,
            vec![
                (0, "op.code=1 who=1"),
                (5, "op.code=1 who=1"),
                (10, "op.code=1 who=1"),
                (11, "op.code=1 who=1"),
            ],
            vec!["@10 corr 3 0-10 [W] [0, 1, 2]", "@11 corr 3 5-11 [W] [1, 2, 3]"],
        ),
        (
            count,
            vec![(0, "op.code=1 who=1"), (5, "op.code=1 who=1"), (11, "op.code=1 who=1")],
            vec![],
        ),
        // Groups are apart, and what has no key is in no group.
        (
            count,
            vec![(0, "op.code=1 who=1"), (1, "op.code=1 who=2"), (2, "op.code=1 who=1")],
            vec![],
        ),
        (
            count,
            vec![(0, "op.code=1"), (1, "op.code=1"), (2, "op.code=1"), (3, "op.code=1")],
            vec![],
        ),
        // Out of order within the window counts, later still does not.
        (
            count,
            vec![(9, "op.code=1 who=1"), (3, "op.code=1 who=1"), (6, "op.code=1 who=1")],
            vec!["@6 corr 3 3-9 [W] [1, 2, 0]"],
        ),
        (
            count,
            vec![(20, "op.code=1 who=1"), (21, "op.code=1 who=1"), (3, "op.code=1 who=1")],
            vec![],
        ),
        // Values count once.
        (
            values,
            vec![
                (0, "op.code=1 who=1 size=4"),
                (1, "op.code=1 who=1 size=4"),
                (2, "op.code=1 who=1"),
                (3, "op.code=1 who=1 size=5"),
            ],
            vec!["@3 corr 2 1-3 [W] [1, 3]"],
        ),
        // Temporal in any order, ordered only in order.
        (
            temporal,
            vec![(0, "op.code=2 who=1"), (9, "op.code=1 who=1")],
            vec!["@9 corr 2 0-9 [W] [0, 1]"],
        ),
        (temporal, vec![(0, "op.code=2 who=1"), (11, "op.code=1 who=1")], vec![]),
        (
            ordered,
            vec![(0, "op.code=1 who=1"), (1, "op.code=2 who=1"), (2, "op.code=3 who=1")],
            vec!["@2 corr 3 0-2 [W] [0, 1, 2]"],
        ),
        (
            ordered,
            vec![(0, "op.code=2 who=1"), (1, "op.code=1 who=1"), (2, "op.code=3 who=1")],
            vec![],
        ),
        (
            ordered,
            vec![(2, "op.code=3 who=1"), (1, "op.code=2 who=1"), (0, "op.code=1 who=1")],
            vec!["@0 corr 3 0-2 [W] [2, 1, 0]"],
        ),
        // Conditions over rules.
        (
            "type: temporal, rules: [a, b], group-by: [who], timespan: 10s, condition: a and not b",
            vec![
                (0, "op.code=1 who=1"),
                (1, "op.code=2 who=1"),
                (2, "op.code=1 who=1"),
                (12, "op.code=1 who=1"),
            ],
            vec!["@0 corr 1 0-0 [W] [0]", "@12 corr 2 2-12 [W] [2, 3]"],
        ),
        // Any two of three.
        (
            "type: temporal, rules: [a, b, c], group-by: [who], timespan: 10s, condition: {gte: 2}",
            vec![(0, "op.code=1 who=1"), (1, "op.code=3 who=1")],
            vec!["@1 corr 2 0-1 [W] [0, 1]"],
        ),
        // Numbers.
        (
            "type: value_sum, rules: [a], group-by: [who], timespan: 10s, condition: {field: size, gt: 9}",
            vec![
                (0, "op.code=1 who=1 size=5"),
                (1, "op.code=1 who=1 size=4"),
                (2, "op.code=1 who=1 size=1"),
            ],
            vec!["@2 corr 3 0-2 [W] [0, 1, 2]"],
        ),
        (
            "type: value_avg, rules: [a], group-by: [who], timespan: 10s, condition: {field: size, gte: 4.5}",
            vec![
                (0, "op.code=1 who=1 size=4"),
                (1, "op.code=1 who=1 size=5"),
                (2, "op.code=1 who=1 size=1"),
            ],
            vec!["@1 corr 2 0-1 [W] [0, 1]"],
        ),
        (
            "type: value_percentile, rules: [a], group-by: [who], timespan: 10s, condition: {field: size, percentile: 50, gte: 3}",
            vec![
                (0, "op.code=1 who=1 size=2"),
                (1, "op.code=1 who=1 size=4"),
                (2, "op.code=1 who=1 size=1"),
            ],
            vec!["@1 corr 2 0-1 [W] [0, 1]"],
        ),
        // Both bounds, and equality.
        (
            "type: event_count, rules: [a], group-by: [who], timespan: 1m, condition: {gt: 1, lt: 3}",
            vec![(0, "op.code=1 who=1"), (1, "op.code=1 who=1"), (2, "op.code=1 who=1")],
            vec!["@1 corr 2 0-1 [W] [0, 1]"],
        ),
        (
            "type: event_count, rules: [a], group-by: [who], timespan: 1h, condition: {eq: 2}",
            vec![(0, "op.code=1 who=1"), (1, "op.code=1 who=1"), (2, "op.code=1 who=1")],
            vec!["@1 corr 2 0-1 [W] [0, 1]"],
        ),
    ] {
        let set = correlated(correlation);
        let want: Vec<String> = want.iter().map(|line| line.replace('W', who)).collect();
        assert_eq!(fresh(&set, &events), want, "{correlation} {events:?}");
    }
}

#[test]
fn groups_may_have_several_fields_and_aliases() {
    let set = correlated(
        "type: temporal, rules: [a, b], group-by: [number, from.external], timespan: 1m, \
         aliases: {number: {a: from.digits, b: to.digits}}",
    );
    let events = [
        (0, "op.code=1 from.digits=1555 from.external=true"),
        (1, "op.code=2 to.digits=1555 from.external=false"),
        (2, "op.code=2 to.digits=1556 from.external=true"),
        (3, "op.code=2 to.digits=1555 from.external=true"),
    ];
    assert_eq!(fresh(&set, &events), ["@3 corr 2 0-3 [1555 true] [0, 3]"]);
    assert_eq!(set.rules()[3].group_by, ["number", "from.external"]);
    assert_eq!(set.rules()[3].timespan, Some(60 * SECOND));
    assert_eq!(set.rules()[0].timespan, None);
    let text = correlated(
        "type: event_count, rules: [a], group-by: [text], timespan: 1m, condition: {gte: 2}",
    );
    let events = [(0, "op.code=1 text=x"), (1, "op.code=1 text=y"), (2, "op.code=1 text=x")];
    assert_eq!(fresh(&text, &events), ["@2 corr 2 0-2 [x] [0, 2]"]);
}

#[test]
fn referenced_rules_report_only_when_asked_to() {
    let base = "type: event_count, rules: [a], timespan: 1m, condition: {gte: 2}";
    for (generate, want) in
        [("", "corr"), (", generate: false", "corr"), (", generate: true", "a a corr")]
    {
        let set = correlated(&format!("{base}{generate}"));
        let lines = fresh(&set, &[(0, "op.code=1"), (1, "op.code=1")]);
        let titles: Vec<&str> = lines.iter().filter_map(|l| l.split(' ').nth(1)).collect();
        assert_eq!(titles.join(" "), want);
        assert_eq!(set.rules()[0].reports, generate.contains("true"));
        assert_eq!(set.rules()[0].referenced_by, [3]);
        assert!(set.rules()[1].reports && set.rules()[3].reports);
    }
}

#[test]
fn correlations_of_correlations_chain() {
    // The outer one stands first in the file: order of loading does not matter.
    let set = rules(
        "title: outer\ncorrelation: {type: temporal_ordered, rules: [inner, b], group-by: [who], timespan: 1m}\n\
         ---\ntitle: inner\nname: inner\ncorrelation: {type: event_count, rules: [a], group-by: [who], timespan: 10s, condition: {gte: 2}}\n\
         ---\ntitle: a\nname: a\ndetection: {s: {op.code: 1}, condition: s}\n\
         ---\ntitle: b\nname: b\ndetection: {s: {op.code: 2}, condition: s}\n",
    );
    let events = [(0, "op.code=1 who=1"), (1, "op.code=1 who=1"), (2, "op.code=2 who=1")];
    let lines = fresh(&set, &events);
    assert_eq!(lines, ["@2 outer 2 1-2 [00000000000000000000000000000001] [1, 2]"]);
}

#[test]
fn thresholds_above_the_tokens_are_exact_and_tokens_are_the_latest() {
    let set = correlated("type: event_count, rules: [a], timespan: 1h, condition: {gte: 100}");
    let events: Vec<(u64, &str)> = (0..120).map(|second| (second, "op.code=1")).collect();
    let mut state = RuleState::new(10, 1);
    let mut out = Matches::new();
    let mut fired = Vec::new();
    for (token, (second, text)) in (0..).zip(&events) {
        set.evaluate(&event(text), second * SECOND, token, &mut state, &mut out);
        for found in out.iter() {
            assert_eq!(found.tokens.len(), 64);
            assert_eq!(found.tokens.last(), Some(&token));
            fired.push(token);
        }
    }
    assert_eq!(fired, (99..120).collect::<Vec<u64>>());
}

#[test]
fn a_flood_of_groups_evicts_only_its_own_rule() {
    let set = rules(
        "title: a\nname: a\ndetection: {s: {op.code: 1}, condition: s}\n---\n\
         title: b\nname: b\ndetection: {s: {op.code: 2}, condition: s}\n---\n\
         title: flooded\ncorrelation: {type: event_count, rules: [a], group-by: [size], timespan: 1h, condition: {gte: 2}}\n---\n\
         title: quiet\ncorrelation: {type: event_count, rules: [b], group-by: [size], timespan: 1h, condition: {gte: 2}}\n",
    );
    let mut state = RuleState::new(20, 3);
    let mut events = vec!["op.code=2 size=1".to_owned()];
    events.extend((0..1000).map(|size| format!("op.code=1 size={size}")));
    events.push("op.code=2 size=1".to_owned());
    let events: Vec<(u64, &str)> = events.iter().map(|text| (5, text.as_str())).collect();
    assert_eq!(run(&set, &mut state, &events), ["@5 quiet 2 5-5 [1] [0, 1001]"]);
    assert_eq!(state.len(), 20);
    assert_eq!(state.evictions(), 1001 - 20);
}

#[test]
fn windows_that_ran_out_make_room_without_being_counted() {
    let set = correlated(
        "type: event_count, rules: [a], group-by: [size], timespan: 10s, condition: {gte: 2}",
    );
    let mut state = RuleState::new(5, 3);
    let texts: Vec<String> = (0..100).map(|size| format!("op.code=1 size={size}")).collect();
    let events: Vec<(u64, &str)> =
        texts.iter().enumerate().map(|(i, text)| (20 * i as u64, text.as_str())).collect();
    run(&set, &mut state, &events);
    assert_eq!(state.evictions(), 0);
}

#[test]
fn memory_is_kept_for_rules_that_did_not_change() {
    let same = "type: event_count, rules: [a], group-by: [who], timespan: 1h, condition: {gte: 2}";
    let other = "type: event_count, rules: [a], group-by: [who], timespan: 2h, condition: {gte: 2}";
    let first = [(0, "op.code=1 who=1")];
    let second = [(1, "op.code=1 who=1")];
    let mut state = RuleState::new(10, 5);
    assert!(run(&correlated(same), &mut state, &first).is_empty());
    assert!(run(&correlated(other), &mut state, &second).is_empty());
    assert_eq!(run(&correlated(same), &mut state, &second).len(), 1);
    assert_eq!(state.len(), 2);
    correlated(other).forget_others(&mut state);
    assert_eq!(state.len(), 1);
    assert_eq!(run(&correlated(other), &mut state, &second).len(), 1);
}

#[test]
fn memory_survives_being_saved() {
    let set = correlated("type: temporal, rules: [a, b], group-by: [who], timespan: 1h");
    let mut state = RuleState::new(10, 5);
    run(
        &set,
        &mut state,
        &[(0, "op.code=1 who=1"), (0, "op.code=1 who=2"), (3, "op.code=1 who=1")],
    );
    let saved = state.save();
    let mut loaded = RuleState::load(10, &saved).unwrap();
    assert_eq!(loaded.save(), saved);
    let next = [(4, "op.code=2 who=1"), (5, "op.code=2 who=2")];
    assert_eq!(run(&set, &mut loaded, &next), run(&set, &mut state, &next));
    for end in 0..saved.len() {
        assert!(RuleState::load(10, &saved[..end]).is_err());
    }
    for position in 0..saved.len() {
        let mut damaged = saved.clone();
        damaged[position] ^= 1;
        assert!(RuleState::load(10, &damaged).is_err(), "{position}");
    }
    let small = RuleState::load(1, &saved).unwrap();
    assert_eq!((small.len(), small.evictions()), (1, 1));
}

#[test]
fn filters_are_anded_into_the_rules_they_name() {
    let base = "title: a\nname: a\nlogsource: {product: p, service: x}\ndetection: {s: {op.code: 1}, condition: s}\n---\n\
                title: b\nname: b\nlogsource: {product: p, service: y}\ndetection: {s: {op.code: [1, 2]}, condition: s}\n---\n";
    for (filter, want) in [
        ("filter: {rules: [a], known: {size: 5}, condition: not known}", "b"),
        ("filter: {rules: any, known: {size: 5}, condition: not known}", ""),
        (
            "logsource: {product: p, service: y}\nfilter: {rules: any, known: {size: 5}, condition: not known}",
            "a",
        ),
        ("filter: {rules: [a, b], known: {size: 6}, condition: not known}", "a b"),
    ] {
        let set = rules(&format!("{base}title: f\n{filter}\n"));
        let lines = fresh(&set, &[(0, "op.code=1 size=5")]);
        let titles: Vec<&str> = lines.iter().filter_map(|l| l.split(' ').nth(1)).collect();
        assert_eq!(titles.join(" "), want, "{filter}");
        assert_eq!(set.rules().len(), 2);
    }
}
