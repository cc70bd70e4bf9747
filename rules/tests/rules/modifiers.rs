//! Every modifier on every kind of field: one event that fits, one that does not.

use picket_rules::{Matches, RuleSet, RuleState};

use crate::fixture::{self, event, one_selection, rules};

#[test]
fn modifiers_do_what_sigma_says_they_do() {
    for (item, fits, misses) in [
        // Numbers.
        ("op.code: 70", "op.code=70", "op.code=71"),
        ("op.code: '70'", "op.code=70", "op.code=71"),
        ("op.code: [70, 72]", "op.code=72", "op.code=71"),
        ("op.code: [70, 7200]", "op.code=7200", "op.code=71"),
        ("size: [1, 5000000000]", "size=5000000000", "size=2"),
        ("size|gt: 5", "size=6", "size=5"),
        ("size|gte: 5", "size=5", "size=4"),
        ("size|lt: 5", "size=4", "size=5"),
        ("size|lte: 5", "size=5", "size=6"),
        ("size|gt: [9, 5]", "size=6", "size=5"),
        ("size|neq: 5", "size=4", "size=5"),
        ("size|neq: [5, 6]", "size=4", "size=6"),
        ("size|exists: true", "size=1", "op.code=1"),
        ("size|exists: false", "op.code=1", "size=1"),
        ("size: null", "op.code=1", "size=1"),
        ("size: [null, 3]", "op.code=1", "size=1"),
        ("size|fieldref: op.code", "size=7 op.code=7", "size=7 op.code=8"),
        // Times: 1772438521 is 2026-03-02T08:02:01Z, a Monday.
        ("when|minute: 2", "when=1772438521", "when=1772438461"),
        ("when|hour: 8", "when=1772438521", "when=1772434921"),
        ("when|hour|lt: 6", "when=1772416800", "when=1772438521"),
        ("when|hour|gte: [22, 8]", "when=1772438521", "when=1772434921"),
        ("when|hour|neq: 8", "when=1772434921", "when=1772438521"),
        ("when|day: [2, 29]", "when=1772438521", "when=1772524921"),
        ("when|week: 10", "when=1772438521", "when=1772352121"),
        ("when|month: 3", "when=1772438521", "when=1772297721"),
        ("when|year|gt: 2025", "when=1772438521", "when=1672438521"),
        ("when: 1772438521000000000", "when=1772438521", "when=1772438522"),
        // Truths.
        ("from.external: true", "from.external=true", "from.external=false"),
        ("from.external: 'false'", "from.external=false", "from.external=true"),
        ("from.external|neq: true", "from.external=false", "from.external=true"),
        ("from.external: [true, false]", "from.external=true", "op.code=1"),
        // Digits.
        ("from.digits: 15550100", "from.digits=15550100", "from.digits=155501001"),
        ("from.digits: '001'", "from.digits=001", "from.digits=1"),
        ("from.digits: 001", "from.digits=001", "from.digits=1"),
        ("from.digits|startswith: 1555", "from.digits=15550100", "from.digits=11555"),
        ("from.digits|startswith: [1556, 15550]", "from.digits=155501", "from.digits=15551"),
        ("from.digits|endswith: '00'", "from.digits=15500", "from.digits=15501"),
        ("from.digits|contains: 55", "from.digits=15501", "from.digits=15150"),
        ("from.digits|contains|all: [55, 01]", "from.digits=15501", "from.digits=1550"),
        ("from.digits: 1555*", "from.digits=1555", "from.digits=155"),
        ("from.digits: 1?5*0", "from.digits=12590", "from.digits=12591"),
        ("from.digits: '*'", "from.digits=1", "op.code=1"),
        ("from.digits|re: '^15{2,3}$'", "from.digits=1555", "from.digits=15555"),
        ("from.digits|neq: 1555", "from.digits=1556", "from.digits=1555"),
        ("from.digits|startswith|neq: 1555", "from.digits=1556", "from.digits=15550"),
        ("from.digits|startswith|expand: '%partners%'", "from.digits=15560", "from.digits=1557"),
        ("from.digits|expand: '%partners%01'", "from.digits=155601", "from.digits=1556"),
        ("from.digits: AB", "from.digits=ab", "from.digits=a"),
        (
            "from.digits|fieldref: to.digits",
            "from.digits=1 to.digits=1",
            "from.digits=1 to.digits=2",
        ),
        (
            "from.digits|fieldref|startswith: to.digits",
            "from.digits=12 to.digits=1",
            "from.digits=12 to.digits=2",
        ),
        (
            "from.digits|fieldref|endswith: to.digits",
            "from.digits=12 to.digits=2",
            "from.digits=12 to.digits=1",
        ),
        (
            "from.digits|fieldref|contains: to.digits",
            "from.digits=123 to.digits=2",
            "from.digits=12 to.digits=3",
        ),
        (
            "from.digits|fieldref|neq: to.digits",
            "from.digits=1 to.digits=2",
            "from.digits=1 to.digits=1",
        ),
        // Absent on the left: false. Absent on the right: true, as rsigma has it.
        ("from.digits|fieldref|neq: to.digits", "from.digits=1", "to.digits=1"),
        // Text.
        ("text: hello", "text=HeLLo", "text=hello!"),
        ("text|cased: hello", "text=hello", "text=Hello"),
        ("text: [b, A, c]", "text=a", "text=d"),
        ("text|contains: ell", "text=HELLO", "text=hero"),
        ("text|contains: [xx, ell]", "text=HELLO", "text=hero"),
        ("text|contains|cased: ell", "text=hello", "text=HELLO"),
        ("text|contains|all: [ell, lo]", "text=hello", "text=hell"),
        ("text|startswith: he", "text=HEllo", "text=the"),
        ("text|endswith: lo", "text=helLO", "text=lol"),
        ("text: h*o", "text=hello", "text=hell"),
        ("text: h?llo", "text=hallo", "text=hllo"),
        (r"text: h\*o", "text=h*o", "text=hello"),
        ("text: École", "text=école", "text=ecole"),
        ("text: ''", "text=", "text=a"),
        ("text|re: 'h.l+o'", "text=say_hello", "text=Hello"),
        ("text|re|i: 'H.L+O'", "text=hello", "text=heo"),
        ("text|re: ['^a', 'b$']", "text=xb", "text=bx"),
        ("text|cidr: 192.0.2.0/24", "text=192.0.2.77", "text=192.0.3.1"),
        ("text|cidr: ['2001:db8::/32', 192.0.2.1]", "text=2001:db8::1", "text=192.0.2.2"),
        ("text|neq: a", "text=b", "text=A"),
        ("text|fieldref: home", "text=a home=A", "text=a home=b"),
        ("text|fieldref|cased: home", "text=a home=a", "text=a home=A"),
        ("text|fieldref|contains: home", "text=abc home=B", "text=abc home=d"),
        ("text: 70", "text=70", "text=71"),
        // Names.
        ("op.name: locate", "op.name=locate", "op.name=update"),
        ("op.name: LOCATE", "op.name=locate", "op.name=update"),
        ("op.name: [locate, update]", "op.name=update", "op.name=cancel"),
        ("op.name|contains: ate", "op.name=update", "op.name=cancel"),
        ("op.name|endswith: ate", "op.name=locate", "op.name=cancel"),
        ("op.name: '*e'", "op.name=locate", "op.name=cancel"),
        ("op.name|re: '^(up|lo)'", "op.name=update", "op.name=cancel"),
        ("op.name|cased: sendInfo", "op.name=sendInfo", "op.name=locate"),
        ("op.name|neq: locate", "op.name=update", "op.name=locate"),
        ("op.name|neq: locate", "op.name=update", "op.code=1"),
        ("op.name|fieldref: text", "op.name=locate text=locate", "op.name=locate text=update"),
        // Sets.
        ("tags: late", "tags=late,odd.tag", "tags=odd.tag"),
        ("tags: [late, odd.tag]", "tags=odd.tag", "tags=odd.class"),
        ("tags|all: [late, odd.tag]", "tags=late,odd.tag", "tags=late"),
        ("tags: odd.*", "tags=odd.class", "tags=late"),
        ("tags|contains: class", "tags=odd.class", "tags=odd.tag"),
        (
            "tags|contains|all: [class, length]",
            "tags=odd.class,odd.length",
            "tags=odd.tag,odd.class",
        ),
        ("tags|exists: true", "tags=late", "op.code=1"),
        ("tags: null", "op.code=1", "tags=late"),
        ("tags|neq: late", "tags=odd.tag", "tags=late,odd.tag"),
        ("tags|neq: late", "tags=odd.tag", "op.code=1"),
        // Identifiers.
        ("who: 00000000000000000000000000000007", "who=7", "who=8"),
        ("who: 192.0.2.1", "who=281473902969345", "who=3221225985"),
        ("who|cidr: 192.0.2.0/24", "who=281473902969599", "who=281473902969600"),
        ("who|cidr: '::/120'", "who=255", "who=256"),
        ("area: north", "area=1", "area=2"),
        ("area: [North, '*th']", "area=2", "area=0"),
        ("area|startswith: so", "area=2", "area=1"),
        ("area|neq: south", "area=1", "area=2"),
        ("who|exists: true", "who=7", "op.code=1"),
        ("who|fieldref: who", "who=7", "op.code=1"),
    ] {
        let set = rules(&one_selection(item));
        let (mut state, mut out) = (RuleState::new(1, 0), Matches::new());
        for (text, want) in [(fits, true), (misses, false)] {
            set.evaluate(&event(text), 1, 2, &mut state, &mut out);
            assert_eq!(!out.is_empty(), want, "`{item}` on `{text}`");
            let explained = set.explain(0, &event(text)).unwrap();
            assert_eq!(explained.verdict, want, "{explained}");
        }
        // An event without any of the fields fits only what asks for their absence.
        set.evaluate(&event(""), 1, 2, &mut state, &mut out);
        let absence = item.contains("null") || item.contains("exists: false");
        assert_eq!(!out.is_empty(), absence, "`{item}` on nothing");
    }
}

#[test]
fn selections_and_conditions_combine() {
    for (detection, fits, misses) in [
        ("{a: {op.code: 1, size: 2}, condition: a}", "op.code=1 size=2", "op.code=1"),
        ("{a: [{op.code: 1}, {size: 2}], condition: a}", "size=2", "size=1"),
        (
            "{a: {op.code: 1}, b: {size: 2}, condition: a and not b}",
            "op.code=1",
            "op.code=1 size=2",
        ),
        ("{a: {op.code: 1}, b: {size: 2}, condition: a or b}", "size=2", "size=3"),
        ("{s_a: {op.code: 1}, s_b: {size: 2}, condition: 1 of s_*}", "size=2", "size=3"),
        (
            "{s_a: {op.code: 1}, s_b: {size: 2}, condition: all of s_*}",
            "op.code=1 size=2",
            "size=2",
        ),
        (
            "{a: {op.code: 1}, _b: {size: 2}, condition: all of them or _b and _b}",
            "op.code=1",
            "op.code=2",
        ),
        ("{a: {op.code: 1}, b: {size: 2}, condition: [a, b]}", "size=2", "size=3"),
        ("{a: {op.code: 1}, b: {size: 2}, condition: not (a or b)}", "size=3", "size=2"),
    ] {
        let set = rules(&format!("title: t\ndetection: {detection}\n"));
        let (mut state, mut out) = (RuleState::new(1, 0), Matches::new());
        for (text, want) in [(fits, true), (misses, false)] {
            set.evaluate(&event(text), 1, 2, &mut state, &mut out);
            assert_eq!(!out.is_empty(), want, "`{detection}` on `{text}`");
        }
    }
}

#[test]
fn a_match_carries_the_event_and_rules_keep_their_order() {
    let rule = |title: &str, item: &str| {
        format!("title: {title}\ndetection: {{a: {{{item}}}, condition: a}}\n")
    };
    let mut builder = RuleSet::builder(fixture::SCHEMA);
    builder.add("b.yml", &rule("third", "op.name: locate"));
    let two = [rule("first", "op.code: [70, 71]"), rule("second", "size: 1")].join("---\n");
    builder.add("a.yml", &two);
    let (set, _) = builder.build().unwrap();
    let (mut state, mut out) = (RuleState::new(1, 0), Matches::new());
    set.evaluate(&event("op.code=70 size=1"), 77, 9, &mut state, &mut out);
    let shown: Vec<String> = out.iter().map(|found| fixture::show(&set, found, 1)).collect();
    assert_eq!(shown, ["first 1 77-77 [] [9]", "second 1 77-77 [] [9]", "third 1 77-77 [] [9]"]);
    set.evaluate(&event("op.code=72 size=1"), 78, 10, &mut state, &mut out);
    let shown: Vec<String> = out.iter().map(|found| fixture::show(&set, found, 1)).collect();
    assert_eq!(shown, ["second 1 78-78 [] [10]"]);
}
