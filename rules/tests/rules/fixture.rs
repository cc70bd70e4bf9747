//! Events of no particular protocol, their fields, and rules over them, for tests and benches.

use picket_rules::{Bits, Digits, Field, Kind, Match, RuleSet, Schema, Value};

/// An event: an operation from someone to someone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Event {
    pub(crate) code: Option<u16>,
    pub(crate) from: Option<Digits>,
    pub(crate) to: Option<Digits>,
    pub(crate) external: Option<bool>,
    pub(crate) text: Option<String>,
    pub(crate) home: Option<String>,
    pub(crate) tags: Bits,
    pub(crate) who: Option<u128>,
    pub(crate) size: Option<u64>,
    /// Nanoseconds since the Unix epoch; written in seconds.
    pub(crate) when: Option<u64>,
    pub(crate) area: Option<u128>,
}

/// Names of operations; the first has code 70.
pub(crate) const NAMES: &[&str] = &["locate", "identify", "update", "cancel", "sendInfo"];
pub(crate) const TAGS: &[&str] = &["odd.length", "odd.tag", "late", "odd.class"];
const FIRST: u16 = 70;

fn name(event: &Event) -> Option<&'static str> {
    NAMES.get(usize::from(event.code?.checked_sub(FIRST)?)).copied()
}

fn name_bucket(name: &str) -> Option<u16> {
    let position = NAMES.iter().position(|known| *known == name)?;
    Some(FIRST + u16::try_from(position).ok()?)
}

const fn field(name: &'static str, kind: Kind, get: picket_rules::Getter<Event>) -> Field<Event> {
    Field { name, kind, doc: "", vocabulary: &[], get, bucket: None }
}

static FIELDS: &[Field<Event>] = &[
    Field {
        bucket: Some(|literal| literal.parse().ok()),
        ..field("op.code", Kind::Int, |e| Some(Value::Int(e.code?.into())))
    },
    Field {
        vocabulary: NAMES,
        bucket: Some(name_bucket),
        ..field("op.name", Kind::Name, |e| name(e).map(Value::Text))
    },
    field("from.digits", Kind::Digits, |e| e.from.map(Value::Digits)),
    field("to.digits", Kind::Digits, |e| e.to.map(Value::Digits)),
    field("from.external", Kind::Bool, |e| e.external.map(Value::Bool)),
    field("text", Kind::Text, |e| e.text.as_deref().map(Value::Text)),
    field("home", Kind::Text, |e| e.home.as_deref().map(Value::Text)),
    Field { vocabulary: TAGS, ..field("tags", Kind::Set, |e| Some(Value::Set(e.tags))) },
    field("who", Kind::Id, |e| e.who.map(Value::Id)),
    Field {
        vocabulary: &["", "north", "south"],
        ..field("area", Kind::Id, |e| e.area.map(Value::Id))
    },
    field("size", Kind::Int, |e| e.size.map(Value::Int)),
    field("when", Kind::Time, |e| e.when.map(Value::Int)),
];

pub(crate) const SCHEMA: Schema<Event> = Schema { fields: FIELDS, discriminant: |e| e.code };

/// Reads an event from `field=value` words; `_` in a value stands for a space.
pub(crate) fn event(text: &str) -> Event {
    let mut event = Event::default();
    for word in text.split_whitespace() {
        let (field, value) = word.split_once('=').unwrap();
        match field {
            "op.code" => event.code = Some(value.parse().unwrap()),
            "op.name" => event.code = Some(name_bucket(value).unwrap()),
            "from.digits" => event.from = Some(Digits::parse(value).unwrap()),
            "to.digits" => event.to = Some(Digits::parse(value).unwrap()),
            "from.external" => event.external = Some(value == "true"),
            "when" => event.when = Some(value.parse::<u64>().unwrap() * 1_000_000_000),
            "text" => event.text = Some(value.replace('_', " ")),
            "home" => event.home = Some(value.replace('_', " ")),
            "who" => event.who = Some(value.parse().unwrap()),
            "area" => event.area = Some(value.parse().unwrap()),
            "size" => event.size = Some(value.parse().unwrap()),
            "tags" => value.split(',').for_each(|tag| {
                event.tags.insert(TAGS.iter().position(|known| *known == tag).unwrap());
            }),
            _ => panic!("no field {field}"),
        }
    }
    event
}

/// Builds rules that must load.
pub(crate) fn rules(text: &str) -> RuleSet<Event> {
    let mut builder = RuleSet::builder(SCHEMA);
    builder.list("partners", vec!["1555".to_owned(), "1556".to_owned()]);
    builder.list("empty", Vec::new());
    builder.add("rules.yml", text);
    match builder.build() {
        Ok((set, _)) => set,
        Err(errors) => panic!("{}", errors.iter().map(ToString::to_string).collect::<String>()),
    }
}

/// Writes a detection around the body of one selection.
pub(crate) fn one_selection(body: &str) -> String {
    format!("title: t\ndetection:\n  sel:\n    {body}\n  condition: sel\n")
}

/// Writes a match as `title count first-last [group] tokens`, times divided by `unit`.
pub(crate) fn show(set: &RuleSet<Event>, found: Match<'_>, unit: u64) -> String {
    let group: Vec<String> = found.group().map(|value| value.to_string()).collect();
    format!(
        "{} {} {}-{} [{}] {:?}",
        set.rules().get(found.rule).unwrap().title,
        found.count,
        found.first_at / unit,
        found.last_at / unit,
        group.join(" "),
        found.tokens,
    )
}
