//! What is wrong with a file is said with its place and what to do about it.

use picket_rules::{Lint, LoadError, RuleSet, Warning};
use proptest::prelude::*;

use crate::fixture::{SCHEMA, one_selection};

fn errors(text: &str) -> Vec<LoadError> {
    let mut builder = RuleSet::builder(SCHEMA);
    builder.list("partners", vec!["1555".to_owned()]);
    builder.add("r.yml", text);
    builder.build().map(|_| Vec::new()).unwrap_or_else(|errors| errors)
}

#[test]
fn a_wrong_item_is_named_with_its_place_and_remedy() {
    let mut wrong = Vec::new();
    for (item, place, message, remedy) in [
        ("from.digit: 1", "4:5", "unknown field `from.digit`", "did you mean `from.digits`?"),
        ("nothing.like.it: 1", "4:5", "unknown field", "see the list of fields"),
        ("text|contain: a", "4:5", "unknown modifier `contain`", "did you mean `contains`?"),
        (
            "text|base64: a",
            "4:5",
            "modifier `base64` is not meaningful here: `text` is text",
            "remove `base64`",
        ),
        ("text|windash|contains: a", "4:5", "modifier `windash` is not meaningful here", "remove"),
        ("text|hour: 3", "4:5", "modifier `hour` is not meaningful here: `text` is text", "remove"),
        ("when|hour: 24", "4:16", "`hour` needs an hour from 0 to 23, UTC, not `24`", ""),
        ("when|hour|day: 3", "4:5", "`hour` and `day`", ""),
        (
            "op.code|contains: 1",
            "4:5",
            "modifier `contains` is not meaningful here: `op.code` is a number",
            "gt, gte, lt, lte",
        ),
        (
            "from.digits|gt: 1",
            "4:5",
            "`from.digits` is digits",
            "use gt, gte, lt and lte on numbers only",
        ),
        ("from.external|re: a", "4:5", "modifier `re`", "remove `re`"),
        ("op.code|cidr: 192.0.2.0/24", "4:5", "modifier `cidr`", "IP address"),
        ("op.code|cased: 1", "4:5", "modifier `cased`", "only text has letter case"),
        (
            "text|re|contains: a",
            "4:5",
            "modifiers `re` and `contains` cannot stand together",
            "keep `re` or `contains`",
        ),
        ("text|i: a", "4:5", "modifiers `i` and `=`", "keep"),
        ("text|all: a", "4:5", "`all` needs at least two values", "remove `all`"),
        (
            "op.code: abc",
            "4:14",
            "`op.code` is a number: `abc` does not fit",
            "write a whole number",
        ),
        ("op.code: -1", "4:14", "`-1` does not fit", "write a whole number"),
        ("op.code: 7*", "4:14", "`7*` does not fit", "without wildcards"),
        ("op.code: [1, x]", "4:18", "`x` does not fit", "write a whole number"),
        ("op.code: 1.5", "4:14", "`1.5` does not fit", "write a whole number"),
        ("from.external: maybe", "4:20", "`from.external` is true or false", "write true or false"),
        ("from.digits: '+1555'", "4:18", "`+1555` does not fit", "without `+`"),
        (
            "from.digits: 123456789012345678901234",
            "4:18",
            "does not fit",
            "in quotes when longer than 19",
        ),
        ("area: west", "4:11", "`west` is not a value of `area`", "see the values"),
        ("area|cidr: 192.0.2.0/24", "4:5", "modifier `cidr`", "IP address"),
        ("who: 7", "4:10", "`who` is an identifier", "32 hexadecimal digits"),
        (
            "op.name: lokate",
            "4:14",
            "`lokate` is not a value of `op.name`",
            "did you mean `locate`?",
        ),
        ("op.name|cased: LOCATE", "4:20", "`LOCATE` is not a value", "did you mean `locate`?"),
        ("op.name|startswith: zz", "4:25", "`zz` is not a value", "see the values"),
        (
            "tags: [late, od.tag]",
            "4:18",
            "`od.tag` is not a value of `tags`",
            "did you mean `odd.tag`?",
        ),
        ("text|re: '(a'", "4:14", "bad regular expression: unclosed group", "no look-around"),
        ("text|re: '(?=a)'", "4:14", "bad regular expression", "no look-around"),
        (
            "text|re: '(a{1000}){1000}'",
            "4:14",
            "bad regular expression",
            "shorten large repetitions",
        ),
        ("text|cidr: 192.0.2.0/33", "4:16", "`cidr` needs a network", "write a network"),
        (
            "text|exists: maybe",
            "4:18",
            "`exists` needs true or false, not `maybe`",
            "write true or false",
        ),
        ("text|contains: null", "4:20", "`contains` needs values other than null", "write"),
        (
            "text|expand: '%partner%'",
            "4:18",
            "no list `partner` for `%partner%`",
            "did you mean `partners`?",
        ),
        ("text|expand: partners", "4:18", "`expand` needs a placeholder", "`%name%`"),
        ("text|fieldref: hom", "4:20", "unknown field `hom`", "did you mean `home`?"),
        ("text|fieldref: op.code", "4:20", "`text` is text and `op.code` is a number", "same kind"),
        ("tags|fieldref: tags", "4:5", "modifier `fieldref`", "remove"),
        (
            "text: []",
            "4:11",
            "`text` must be a value or a list of values, not an empty list",
            "write",
        ),
        ("text: {a: b}", "4:11", "not a mapping", "write"),
        ("text: [[a]]", "4:12", "not a list", "write"),
    ] {
        let text = one_selection(item);
        check(&text, &errors(&text), place, message, remedy, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Notes what differs from the one error there should be.
fn check(
    text: &str,
    found: &[LoadError],
    place: &str,
    message: &str,
    remedy: &str,
    wrong: &mut Vec<String>,
) {
    let shown: String = found.iter().map(ToString::to_string).collect();
    let fits = found.len() == 1
        && shown.starts_with(&format!("r.yml:{place}: "))
        && shown.contains(message)
        && found.iter().all(|error| error.problem.remedy().contains(remedy));
    if !fits {
        wrong.push(format!("{text}\n  gave {shown}\n  not {place}: {message}; {remedy}"));
    }
}

#[test]
fn a_wrong_document_is_named_with_its_place_and_remedy() {
    let detection = "detection: {a: {op.code: 1}, condition: a}";
    let rule = format!("title: t\nid: i\nname: n\n{detection}\n");
    let correlation =
        |body: &str| format!("{rule}---\ntitle: c\nname: c\ncorrelation: {{{body}}}\n");
    let condition = |text: &str| {
        format!("title: t\ndetection:\n  sel_a: {{op.code: 1}}\n  condition: {text}\n")
    };
    let mut wrong = Vec::new();
    for (text, place, message, remedy) in [
        ("a: [".to_owned(), "1:4", "not readable as YAML: unclosed bracket '['\n", "quote"),
        ("- a".to_owned(), "1:1", "a document must be a mapping, not a list", "title"),
        ("title: t".to_owned(), "1:1", "exactly one of", "add the section"),
        ("id: x\ndetection: {}".to_owned(), "1:1", "`title` is missing", "add `title:`"),
        (
            format!("title: t\nlevel: severe\n{detection}"),
            "2:8",
            "`level` must be informational",
            "write",
        ),
        (format!("title: t\nstatus: good\n{detection}"), "2:9", "`status` must be stable", "write"),
        (
            "title: t\ndetection: {a: {op.code: 1}}".to_owned(),
            "2:12",
            "`condition` is missing",
            "add",
        ),
        (
            "title: t\ndetection:\n  a: [x, y]\n  condition: a".to_owned(),
            "3:6",
            "`a` searches for keywords",
            "field|contains",
        ),
        (
            "title: t\ndetection:\n  a: x\n  condition: a".to_owned(),
            "3:6",
            "`a` searches for keywords",
            "field|contains",
        ),
        (
            "title: t\ndetection:\n  a: {}\n  condition: a".to_owned(),
            "3:6",
            "`a` must be a mapping",
            "write",
        ),
        (
            "title: t\ndetection:\n  a: {op.code: 1}\n  timeframe: 1m\n  condition: a".to_owned(),
            "4:3",
            "not part of Sigma 2",
            "correlation",
        ),
        (condition("sel_b"), "4:14", "the condition names `sel_b`", "did you mean `sel_a`?"),
        (
            condition("sel_a and other"),
            "4:24",
            "the condition names `other`",
            "define the selection",
        ),
        (
            condition("'sel_a and other'"),
            "4:25",
            "the condition names `other`",
            "define the selection",
        ),
        (
            condition("1 of x_*"),
            "4:19",
            "`x_*` in the condition fits no selection",
            "correct the pattern",
        ),
        (
            condition("sel_a and"),
            "4:23",
            "expected a selection\n    sel_a and\n             ^",
            "1 of x*",
        ),
        (condition("sel_a sel_a"), "4:20", "expected `and`, `or` or the end", "1 of x*"),
        (condition("sel_a | count() > 5"), "4:20", "write a correlation document", "1 of x*"),
        (condition("2 of sel_*"), "4:14", "expected `1 of`, `any of` or `all of`", "1 of x*"),
        (
            format!("{rule}---\ntitle: u\nid: i\n{detection}"),
            "6:1",
            "`i` is already the id of the rule at r.yml:1:1",
            "another id",
        ),
        (
            format!("{rule}---\ntitle: u\nname: n\n{detection}"),
            "6:1",
            "`n` is already the name",
            "another name",
        ),
        (
            correlation("type: event_count, rules: [m], timespan: 1m, condition: {gte: 1}"),
            "8:42",
            "refers to `m`, which is no rule",
            "did you mean `n`?",
        ),
        (
            correlation("type: event_count, rules: [n], timespan: 1m"),
            "8:14",
            "`condition` is missing",
            "add",
        ),
        (
            correlation("type: event_count, rules: [n], timespan: 1x, condition: {gte: 1}"),
            "8:56",
            "`1x` is not a time span",
            "`15m`",
        ),
        (
            correlation("type: event_count, rules: [n], timespan: 0m, condition: {gte: 1}"),
            "8:56",
            "`0m` is not a time span",
            "`15m`",
        ),
        (
            correlation("type: event_count, rules: [n], timespan: 1m, condition: {get: 1}"),
            "8:72",
            "unknown key `get`",
            "did you mean `gt`?",
        ),
        (
            correlation("type: event_count, rules: [n], timespan: 1m, condition: {gte: x}"),
            "8:77",
            "`gte` must be a number",
            "write",
        ),
        (
            correlation("type: event_count, rules: [n], timespan: 1m, condition: {gte: 9999}"),
            "8:71",
            "`condition` must be a mapping of thresholds up to 4096, not `9999`",
            "write",
        ),
        (
            correlation(
                "type: event_count, rules: [n], group_by: [who], timespan: 1m, condition: {gte: 1}",
            ),
            "8:46",
            "unknown key `group_by`",
            "did you mean `group-by`?",
        ),
        (
            correlation(
                "type: event_count, rules: [n], group-by: [whom], timespan: 1m, condition: {gte: 1}",
            ),
            "8:56",
            "unknown field `whom`",
            "did you mean `who`?",
        ),
        (
            correlation(
                "type: event_count, rules: [n], group-by: [tags], timespan: 1m, condition: {gte: 1}",
            ),
            "8:56",
            "`tags` is a set",
            "remove",
        ),
        (
            correlation("type: value_count, rules: [n], timespan: 1m, condition: {gte: 1}"),
            "8:71",
            "`field` is missing",
            "add",
        ),
        (
            correlation(
                "type: value_sum, rules: [n], timespan: 1m, condition: {field: text, gte: 1}",
            ),
            "8:77",
            "`text` is text",
            "remove",
        ),
        (
            correlation("type: often, rules: [n], timespan: 1m, condition: {gte: 1}"),
            "8:21",
            "`type` must be event_count",
            "write",
        ),
        (
            correlation("type: temporal, rules: [n], timespan: 1m, condition: n and m"),
            "8:68",
            "refers to `m`",
            "did you mean `n`?",
        ),
        (
            correlation("type: event_count, rules: [c], timespan: 1m, condition: {gte: 1}"),
            "6:1",
            "correlation `c` refers to itself",
            "break",
        ),
        (
            format!(
                "{rule}---\ntitle: f\nfilter: {{rules: [m], a: {{op.code: 1}}, condition: not a}}"
            ),
            "7:18",
            "refers to `m`",
            "did you mean `n`?",
        ),
        (
            correlation("type: event_count, rules: [n], timespan: 1m, condition: {gte: 1}")
                + "---\ntitle: f\nfilter: {rules: [c], a: {op.code: 1}, condition: not a}",
            "11:18",
            "`rules` must be detections, not correlations, not `c`",
            "write",
        ),
        (
            format!("{rule}---\ntitle: f\nfilter: {{a: {{op.code: 1}}, condition: not a}}"),
            "7:9",
            "`rules` is missing",
            "add",
        ),
    ] {
        check(&text, &errors(&text), place, message, remedy, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_error_is_reported_in_order_of_files() {
    let mut builder = RuleSet::builder(SCHEMA);
    let two = "title: t\ndetection:\n  a: {op.cod: 1, text|foo: x}\n  condition: a or b\n";
    builder.add("b.yml", two).add("a.yml", two);
    let errors = builder.build().map(|_| ()).unwrap_err();
    let places: Vec<String> = errors.iter().map(|error| error.place.to_string()).collect();
    let want = ["a.yml:3:7", "a.yml:3:18", "a.yml:4:19", "b.yml:3:7", "b.yml:3:18", "b.yml:4:19"];
    assert_eq!(places, want);
}

fn warnings(text: &str) -> Vec<Warning> {
    let mut builder = RuleSet::builder(SCHEMA);
    builder.add("r.yml", text);
    builder.build().unwrap().1
}

#[test]
fn a_rule_fit_to_ship_has_no_warnings_and_each_lack_has_one() {
    let complete = "title: t\nid: 7d0b0b1e-6b5b-4f57-9a2c-0e3f6c1c1a01\nstatus: stable\n\
        description: d\nfalsepositives: [none known]\ntags: [attack.collection]\nlevel: high\n\
        detection:\n  a: {op.code: 1, to.digits|exists: true}\n  \
        b: {from.digits|fieldref|neq: to.digits}\n  condition: a and b\n\
        tests: [{scenario: x, expect: 1}, {scenario: y, expect: 0}]\n";
    assert_eq!(warnings(complete), []);
    for (from, to, place, lint) in [
        ("id: 7d0b0b1e-6b5b-4f57-9a2c-0e3f6c1c1a01\n", "", "r.yml:1:1", Lint::NoId),
        ("7d0b0b1e-", "", "r.yml:2:5", Lint::IdNotUuid),
        ("stable", "deprecated", "r.yml:3:9", Lint::Retired),
        ("description: d\n", "", "r.yml:1:1", Lint::NoDescription),
        ("falsepositives: [none known]\n", "", "r.yml:1:1", Lint::NoFalsePositives),
        ("attack.collection", "fs11.cat1", "r.yml:6:7", Lint::TagNamespace),
        ("level: high\n", "", "r.yml:1:1", Lint::NoLevel),
        ("level: high\n", "level: high\nfields: [size, siz]\n", "r.yml:8:9", Lint::UnknownColumn),
        ("expect: 0", "expect: 2", "r.yml:12:8", Lint::NoTests),
        ("expect: 1", "expect: 0", "r.yml:12:8", Lint::NoTests),
        ("a and b", "a", "r.yml:10:3", Lint::DeadSelection),
        ("to.digits|exists", "size|exists", "r.yml:10:7", Lint::UnguardedReference),
        ("b: {", "b: {op.code: [2, 3], ", "r.yml:11:14", Lint::Contradiction),
        ("b: {", "b: {op.code|exists: false, ", "r.yml:11:14", Lint::Contradiction),
        ("b: {", "b: {op.code: null, ", "r.yml:11:14", Lint::Contradiction),
        ("b: {", "b: {op.code|gt: 1, ", "r.yml:11:14", Lint::Contradiction),
        ("b: {", "b: {size|gte: 9, size|lt: [3, 9], ", "r.yml:11:14", Lint::Contradiction),
        ("a and b", "a and b and not a", "r.yml:11:14", Lint::Contradiction),
        ("a and b", "a and b and (b or a and not a)", "r.yml:11:14", Lint::Contradiction),
    ] {
        let found = warnings(&complete.replace(from, to));
        assert_eq!(found.len(), 1, "{from} -> {to}: {found:?}");
        assert_eq!((found[0].place.to_string().as_str(), found[0].lint), (place, lint));
    }
    for harmless in [
        complete.replace("b: {", "b: {op.code: [1, 3], "),
        complete.replace("b: {", "b: {op.code|gte: 1, op.code|lte: 1, "),
        complete.replace("b: {", "b: {size|gte: 3, size|lt: [3, 9], "),
        complete.replace("b: {", "b: {op.code|exists: true, "),
        complete.replace("a and b", "(a or b) and not (a and b)"),
    ] {
        assert_eq!(warnings(&harmless), [], "{harmless}");
    }
    let correlation = "---\ntitle: c\nid: 7d0b0b1e-6b5b-4f57-9a2c-0e3f6c1c1a02\ndescription: d\n\
        falsepositives: x\nlevel: low\ntests: [{expect: 1}, {expect: 0}]\n\
        correlation: {type: event_count, rules: [7d0b0b1e-6b5b-4f57-9a2c-0e3f6c1c1a01], timespan: 1m, condition: {gte: 2}}\n";
    let found = warnings(&format!("{complete}{correlation}"));
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].lint, Lint::Silenced);
    let loud = correlation.replace("timespan", "generate: true, timespan");
    assert_eq!(warnings(&format!("{complete}{loud}")), []);
}

#[test]
fn what_a_rule_says_about_itself_is_kept() {
    let set = crate::fixture::rules(
        "title: t\nauthor: me\nreferences: [https://example.org]\ncustom_attributes: {x.category: cat1, x.n: 3}\n\
         fields: [size]\nowner: {team: soc}\ntests: [{scenario: s, expect: 1}]\n\
         detection: {a: {op.code: 1}, condition: a}\n",
    );
    let rule = &set.rules()[0];
    assert_eq!((rule.key(), rule.attribute("x.category")), ("t", Some("cat1")));
    assert_eq!(rule.custom_attributes["x.n"].int(), Some(3));
    assert_eq!(rule.extras["owner"].get("team").and_then(|raw| raw.text()), Some("soc"));
    assert_eq!(rule.tests[0].to_string(), "{scenario: s, expect: 1}");
    assert_eq!(rule.place.to_string(), "r.yml:1:1".replace("r.yml", "rules.yml"));
}

#[test]
fn an_explanation_shows_each_test_with_what_it_saw() {
    let set = crate::fixture::rules(
        "title: t\ndetection:\n  a: {op.name: [locate, update], tags: odd.*}\n  b: {from.digits|startswith: 1555}\n  condition: a and not b\n",
    );
    let event = crate::fixture::event("op.name=locate tags=late from.digits=15550100");
    let want = "- t
  - all of
    - a
      - all of
        + op.name = locate, update  (seen: locate)
        - tags = odd.*  (seen: late)
    - not
      + b
        + all of
          + from.digits startswith 1555  (seen: 15550100)
";
    assert_eq!(set.explain(0, &event).unwrap().to_string(), want);
    assert_eq!(set.explain(1, &event), None);
}

#[test]
fn an_explanation_says_where_the_window_stands() {
    let set = crate::fixture::rules(
        "title: t\nname: a\ndetection: {s: {op.code: 70}, condition: s}\n---\ntitle: c\ncorrelation: {type: event_count, rules: [a], group-by: [who], timespan: 1m, condition: {gte: 2}}\n",
    );
    assert_eq!(set.refers_to(1).collect::<Vec<_>>(), [0]);
    let (mut state, mut out) = (picket_rules::RuleState::new(10, 0), picket_rules::Matches::new());
    for (number, (event, verdict, want)) in (0..).zip([
        ("op.code=70 who=1", false, "- event_count gte 2 within 60 s by who  (seen: 1)"),
        ("op.code=71 who=1", false, "- event_count gte 2 within 60 s by who  (seen: 1)"),
        (
            "op.code=70",
            false,
            "- event_count gte 2 within 60 s by who  (seen: no who, so in no group)",
        ),
        ("op.code=70 who=2", false, "- event_count gte 2 within 60 s by who  (seen: 1)"),
        ("op.code=70 who=1", true, "+ event_count gte 2 within 60 s by who  (seen: 2)"),
        ("op.code=71 who=1", false, "+ event_count gte 2 within 60 s by who  (seen: 2)"),
        ("op.code=71 who=3", false, "- event_count gte 2 within 60 s by who  (seen: nothing yet)"),
    ]) {
        let read = crate::fixture::event(event);
        set.evaluate(&read, number, number, &mut state, &mut out);
        let found = set.explain_in(1, &read, &state).unwrap();
        assert_eq!(found.verdict, verdict, "{event}: {found}");
        assert_eq!(found.verdict, out.iter().any(|found| found.rule == 1), "{event}");
        assert!(found.to_string().contains(want), "{event}: {found}");
    }
}

proptest! {
    #[test]
    fn no_file_panics(text in "[a-z0-9:\\[\\]{}|*&!%'\" \n-]{0,120}") {
        errors(&text);
    }

    #[test]
    fn no_mutation_of_a_rule_panics(
        position in 0_usize..400, insert in "[a-z0-9:\\[\\]{}|*&!%'\" \n-]{0,4}", cut in 0_usize..6,
    ) {
        let rule = "title: t\nid: x\nname: n\ntags: [a.b]\nlevel: high\ndetection:\n  a:\n    op.code|gte: 5\n    from.digits|startswith: ['1', 2*]\n    text|re|i: '^a.*b'\n  b: {op.name: locate}\n  condition: all of them and not (a or b)\n---\ntitle: c\ncorrelation: {type: value_count, rules: [n], group-by: [who], timespan: 5m, condition: {field: size, gte: 3}}\n";
        let position = position.min(rule.len());
        let end = (position + cut).min(rule.len());
        errors(&format!("{}{insert}{}", &rule[..position], &rule[end..]));
    }
}

#[test]
fn who_refers_to_a_broken_document_is_not_blamed_for_it() {
    let correlation = |name| {
        format!(
            "title: c\ncorrelation: {{type: event_count, rules: [{name}], timespan: 1m, condition: {{gte: 1}}}}\n"
        )
    };
    let broken =
        "title: t\nid: i\nname: n\nlevel: grave\ndetection: {sel: {text: a}, condition: sel}\n";
    for (name, complaints) in [("n", 1), ("i", 1), ("m", 2)] {
        let found = errors(&format!("{broken}---\n{}", correlation(name)));
        assert_eq!(found.len(), complaints, "{name}: {found:?}");
        assert!(found[0].to_string().contains("level"), "{found:?}");
    }
}
