//! Global titles others warned of, as attributes of MISP (type `phone-number`), and back.
//!
//! What MISP has no place for is said by tags `picket:KEY="VALUE"`, so a list that went through MISP
//! comes back as it was. Attributes without them are exact titles of the list `misp` that hold for
//! as long after their last change as the importer is told.

use std::fmt::Write as _;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    config::{ListedTitle, intel::Matching},
    enrich::intel::{Confidence, Plan},
};

/// Why an attribute was left aside.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Skipped {
    /// Its value.
    pub value: String,
    /// What is wrong with it.
    pub why: String,
}

/// Returns the MISP event of some entries; the same entries give the same event.
#[must_use]
pub fn event(titles: &[ListedTitle]) -> Value {
    let attributes: Vec<Value> = titles.iter().map(attribute).collect();
    let first = titles.iter().filter_map(|title| title.first_seen.as_deref()).min();
    let all: String = titles.iter().map(|title| format!("{}\n", title.value)).collect();
    json!({ "Event": {
        "uuid": uuid(&["gt-intel", &all]),
        "info": format!("{} SS7 global titles to watch", titles.len()),
        "date": first.unwrap_or("1970-01-01"),
        "threat_level_id": "4",
        "analysis": "2",
        "distribution": "0",
        "published": false,
        "Attribute": attributes,
    }})
}

fn attribute(title: &ListedTitle) -> Value {
    let mut tags = vec![
        own("match", title.matches.name()),
        own("np", title.np.name()),
        own("list", &title.list),
        own("weight", &title.weight.to_string()),
        own("confidence", title.confidence.name()),
        own("valid-until", &title.valid_until),
    ];
    tags.extend(title.source.as_deref().map(|source| own("source", source)));
    tags.extend(title.tlp.as_deref().map(|tlp| format!("tlp:{tlp}")));
    let tags: Vec<Value> = tags.into_iter().map(|name| json!({ "name": name })).collect();
    let value = match title.matches {
        Matching::Range => title.value.clone(),
        _ => format!("+{}", title.value),
    };
    let mut out = json!({
        "uuid": uuid(&["gt", title.matches.name(), &title.value, &title.list]),
        "type": "phone-number",
        "category": "Other",
        "value": value,
        "to_ids": true,
        "comment": title.note.clone().unwrap_or_default(),
        "Tag": tags,
    });
    if let (Some(first), Some(out)) = (&title.first_seen, out.as_object_mut()) {
        out.insert("first_seen".into(), format!("{first}T00:00:00+00:00").into());
    }
    out
}

fn own(key: &str, value: &str) -> String {
    format!("picket:{key}=\"{}\"", value.replace('"', "'"))
}

/// Reads the attributes of an event, of a list of events, or of an answer to a search. Where an
/// attribute says nothing else, it holds for `days` after it was changed last.
#[must_use]
pub fn titles(document: &Value, days: u32) -> (Vec<ListedTitle>, Vec<Skipped>) {
    let (mut found, mut skipped) = (Vec::new(), Vec::new());
    let mut waiting = vec![(document, 0)];
    while let Some((value, depth)) = waiting.pop() {
        match value {
            Value::Array(items) if depth < DEEPEST => {
                waiting.extend(items.iter().rev().map(|item| (item, depth + 1)));
            }
            Value::Object(members) if members.get("type").is_some_and(|kind| kind == KIND) => {
                match title(value, days) {
                    Ok(title) => found.push(title),
                    Err(why) => {
                        let value = text(value, "value").unwrap_or_default().to_owned();
                        skipped.push(Skipped { value, why });
                    }
                }
            }
            Value::Object(members) if depth < DEEPEST => {
                let inner = ["Attribute", "Object", "Event", "response"].iter().rev();
                waiting.extend(inner.filter_map(|key| Some((members.get(*key)?, depth + 1))));
            }
            _ => {}
        }
    }
    (found, skipped)
}

fn title(attribute: &Value, days: u32) -> Result<ListedTitle, String> {
    let written = text(attribute, "value").ok_or("has no value")?;
    let value: String = written.chars().filter(|c| c.is_ascii_digit() || *c == '-').collect();
    let tag = |prefix: &str| {
        let tags = attribute.get("Tag").and_then(Value::as_array).into_iter().flatten();
        let mut names = tags.filter_map(|tag| text(tag, "name"));
        names.find_map(|name| Some(name.strip_prefix(prefix)?.trim_matches('"').to_owned()))
    };
    let own = |key: &str| tag(&format!("picket:{key}="));
    let one_of = |key: &str, names: &[&'static str]| match own(key) {
        None => Ok(None),
        Some(name) => match names.iter().position(|known| *known == name) {
            Some(at) => Ok(Some(at)),
            None => Err(format!("picket:{key} is `{name}`, none of {}", names.join(", "))),
        },
    };
    let matches = match one_of("match", &["exact", "prefix", "range"])? {
        Some(1) => Matching::Prefix,
        Some(2) => Matching::Range,
        _ => Matching::Exact,
    };
    let np = match one_of("np", &["e164", "e214", "any"])? {
        Some(1) => Plan::E214,
        Some(2) => Plan::Any,
        _ => Plan::E164,
    };
    let confidence = one_of("confidence", &Confidence::NAMES)?
        .and_then(|at| Confidence::ALL.get(at).copied())
        .unwrap_or_default();
    let weight = match own("weight") {
        Some(weight) => weight.parse().map_err(|_| format!("picket:weight is `{weight}`"))?,
        None => 50,
    };
    let changed = text(attribute, "timestamp").and_then(|at| at.parse::<i64>().ok());
    let valid_until = own("valid-until")
        .or_else(|| later(changed?, days))
        .ok_or("has neither timestamp nor tag picket:valid-until, so it would hold for ever")?;
    let title = ListedTitle {
        matches,
        value: if matches == Matching::Range { value } else { value.replace('-', "") },
        np,
        list: own("list").unwrap_or_else(|| "misp".into()),
        weight,
        confidence,
        tlp: tag("tlp:"),
        source: own("source"),
        first_seen: text(attribute, "first_seen").and_then(|at| at.get(..10)).map(str::to_owned),
        valid_until,
        note: text(attribute, "comment").filter(|note| !note.is_empty()).map(str::to_owned),
    };
    title.check().map_err(|(key, what, _)| format!("{key} {what}"))?;
    Ok(title)
}

/// Returns the day so many days after a second of Unix time.
fn later(second: i64, days: u32) -> Option<String> {
    let at = jiff::Timestamp::from_second(second.checked_add(i64::from(days) * 86_400)?).ok()?;
    Some(at.to_zoned(jiff::tz::TimeZone::UTC).date().to_string())
}

/// Writes entries as a file for `[lists] gt_intel`.
#[must_use]
pub fn yaml(titles: &[ListedTitle]) -> String {
    let mut out = String::from("version: 1\nentries:");
    if titles.is_empty() {
        out.push_str(" []");
    }
    out.push('\n');
    // JSON text is YAML text.
    let quoted = |text: &str| Value::from(text).to_string();
    for title in titles {
        let _ = writeln!(out, "  - match: {}", title.matches.name());
        let _ = writeln!(out, "    value: {}", quoted(&title.value));
        let _ = writeln!(out, "    np: {}", title.np.name());
        let _ = writeln!(out, "    list: {}", quoted(&title.list));
        let _ = writeln!(out, "    weight: {}", title.weight);
        let _ = writeln!(out, "    confidence: {}", title.confidence.name());
        for (key, value) in [
            ("tlp", &title.tlp),
            ("source", &title.source),
            ("first_seen", &title.first_seen),
            ("valid_until", &Some(title.valid_until.clone())),
            ("note", &title.note),
        ] {
            if let Some(value) = value {
                let _ = writeln!(out, "    {key}: {}", quoted(value));
            }
        }
    }
    out
}

fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key)?.as_str()
}

/// Returns a UUID made of parts, the same for the same parts.
fn uuid(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let hex: String = hash.finalize().iter().take(16).fold(String::new(), |mut hex, octet| {
        let _ = write!(hex, "{octet:02x}");
        hex
    });
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    // Version 8 is a UUID of one's own making (RFC 9562 §5.8).
    format!("{}-{}-8{}-8{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
}

const KIND: &str = "phone-number";
/// Answers of MISP nest four deep: response, Event, Object, Attribute.
const DEEPEST: usize = 8;

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::intel;

    const LIST: &str = "\
version: 1
entries:
  - match: prefix
    value: \"99999000\"
    np: any
    list: \"suspicious-gt\"
    weight: 40
    confidence: high
    tlp: \"amber\"
    source: \"a bulletin\"
    first_seen: \"2026-03-01\"
    valid_until: \"2026-09-01\"
    note: \"synthetic: \\\"quoted\\\"\"
  - match: range
    value: \"99999200-99999299\"
    np: e164
    list: \"seen\"
    weight: 50
    confidence: low
    valid_until: \"2026-09-01\"
";

    #[test]
    fn a_list_comes_back_from_misp_as_it_was() {
        let read = intel::read(Path::new("l.yaml"), LIST).unwrap();
        let entries: Vec<_> = read.into_iter().map(|(_, title)| title).collect();
        assert_eq!(yaml(&entries), LIST);
        let event = event(&entries);
        let (back, skipped) = titles(&event, 90);
        assert_eq!(skipped, []);
        assert_eq!(yaml(&back), LIST);
    }

    #[test]
    fn attributes_of_others_hold_for_the_days_given_and_bad_ones_are_named() {
        let document = json!({ "response": [ { "Event": {
            "Attribute": [
                { "type": "phone-number", "value": "+999 99 100-001", "timestamp": "1772323200",
                  "comment": "seen", "Tag": [{ "name": "tlp:green" }] },
                { "type": "phone-number", "value": "+99999100002" },
                { "type": "phone-number", "value": "none", "timestamp": "1772323200" },
                { "type": "ip-dst", "value": "192.0.2.1" },
            ],
            "Object": [ { "Attribute": [
                { "type": "phone-number", "value": "99999100003", "timestamp": "1772323200",
                  "Tag": [{ "name": "picket:match=\"prefix\"" }] },
                { "type": "phone-number", "value": "99999100004", "timestamp": "1772323200",
                  "Tag": [{ "name": "picket:match=\"glob\"" }] },
            ] } ],
        } } ] });
        let (found, skipped) = titles(&document, 30);
        let told: Vec<String> = found
            .iter()
            .map(|t| format!("{} {} {} {}", t.matches.name(), t.value, t.list, t.valid_until))
            .collect();
        assert_eq!(
            told,
            ["exact 99999100001 misp 2026-03-31", "prefix 99999100003 misp 2026-03-31"]
        );
        let why: Vec<_> = skipped.iter().map(|s| s.why.split(',').next().unwrap()).collect();
        assert_eq!(
            why,
            [
                "has neither timestamp nor tag picket:valid-until",
                "value `` is no such number",
                "picket:match is `glob`"
            ]
        );
    }
}
