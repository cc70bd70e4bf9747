//! The reference of fields and notes, and the schema of events, made from the tables themselves.

use core::fmt::Write;

use picket_dissectors::Note;
use picket_rules::Kind;
use serde_json::{Map, Value, json};

use super::fields::{self, Form, Row};

/// Lists the fields as plain text, one a line.
#[must_use]
pub fn fields_text() -> String {
    let width = fields::rows().map(|row| row.field.name.len()).max().unwrap_or_default();
    let mut out = String::new();
    for row in fields::rows() {
        let _ = writeln!(out, "{:width$}  {:8}  {}", row.field.name, kind(row), row.field.doc);
    }
    out
}

/// Lists the fields as Markdown: a table for each object of an event.
#[must_use]
pub fn fields_markdown() -> String {
    let mut out = String::from(
        "# Fields\n\nThe fields of events, in their order, and of rules, by the same names. \
         A field that does not apply is absent.\nMade by `picket fields --markdown`; do not edit.\n",
    );
    let mut tops: Vec<&str> = Vec::new();
    for top in fields::rows().map(|row| object_of(row.field.name)) {
        if !tops.contains(&top) {
            tops.push(top);
        }
    }
    for top in tops {
        let _ = write!(out, "\n## {top}\n\n| field | kind | meaning |\n|---|---|---|\n");
        for row in fields::rows().filter(|row| object_of(row.field.name) == top) {
            let _ = write!(out, "| `{}` | {} | {}", row.field.name, kind(row), row.field.doc);
            let words = (row.words)();
            if matches!(row.field.kind, Kind::Name) && (1..=SHORT).contains(&words.len()) {
                let _ = write!(out, " One of `{}`.", words.join("` `"));
            }
            out.push_str(" |\n");
        }
    }
    out
}

/// Lists the fields as JSON: an array of objects with name, kind, meaning and vocabulary.
#[must_use]
pub fn fields_json() -> Value {
    fields::rows()
        .map(|row| {
            let mut entry =
                json!({ "name": row.field.name, "kind": kind(row), "doc": row.field.doc });
            let words = (row.words)();
            if let (Some(entry), false) = (entry.as_object_mut(), words.is_empty()) {
                entry.insert("vocabulary".to_owned(), json!(words));
            }
            entry
        })
        .collect()
}

/// Lists the notes as plain text, one a line.
#[must_use]
pub fn notes_text() -> String {
    let width = Note::IDS.iter().map(|id| id.len()).max().unwrap_or_default();
    let mut out = String::new();
    for note in Note::ALL {
        let (level, clause, doc) = (note.level().name(), note.clause(), note.doc());
        let _ = writeln!(out, "{:width$}  {level:13}  {doc} ({clause})", note.id());
    }
    out
}

/// Lists the notes as Markdown.
#[must_use]
pub fn notes_markdown() -> String {
    let mut out = String::from(
        "# Notes\n\nOddities that dissectors report, as they stand in `anomaly.codes`. The level \
         is what one weighs by itself;\nrules may say otherwise. Made by `picket notes --markdown`; \
         do not edit.\n\n| note | level | bends | meaning |\n|---|---|---|---|\n",
    );
    for note in Note::ALL {
        let (level, clause, doc) = (note.level().name(), note.clause(), note.doc());
        let _ = writeln!(out, "| `{}` | {level} | {clause} | {doc} |", note.id());
    }
    out
}

/// Lists the notes as JSON.
#[must_use]
pub fn notes_json() -> Value {
    let entry = |note: &Note| {
        json!({
            "id": note.id(),
            "level": note.level().name(),
            "clause": note.clause(),
            "doc": note.doc(),
        })
    };
    Note::ALL.iter().map(entry).collect()
}

/// Returns the JSON Schema of events.
#[must_use]
pub fn event_schema() -> Value {
    let mut root = object();
    for row in fields::rows() {
        insert(&mut root, row.field.name, property(row));
    }
    if let Some(root) = root.as_object_mut() {
        root.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
        root.insert("title".to_owned(), json!("Picket event"));
        root.insert("required".to_owned(), json!(["event_type", "timestamp", "direction"]));
    }
    root
}

/// Puts a property where its dotted name says, making the objects on the way.
fn insert(object_schema: &mut Value, name: &str, property: Value) {
    let Some(properties) = object_schema.get_mut("properties").and_then(Value::as_object_mut)
    else {
        return;
    };
    match name.split_once('.') {
        Some((first, rest)) => {
            insert(properties.entry(first).or_insert_with(object), rest, property);
        }
        None => {
            properties.insert(name.to_owned(), property);
        }
    }
}

fn object() -> Value {
    json!({ "type": "object", "properties": Map::new(), "additionalProperties": false })
}

fn property(row: &Row) -> Value {
    let words = (row.words)();
    let mut property = match (row.form, row.field.kind) {
        (Form::Time, _) => json!({ "type": "string", "format": "date-time" }),
        (Form::Signed(_), _) => json!({ "type": "integer" }),
        (_, Kind::Bool) => json!({ "type": "boolean" }),
        (_, Kind::Int | Kind::Time) => json!({ "type": "integer", "minimum": 0 }),
        (_, Kind::Name) => json!({ "type": "string", "enum": words }),
        (_, Kind::Set) => {
            json!({ "type": "array", "items": { "enum": words }, "uniqueItems": true, "minItems": 1 })
        }
        (Form::Plain, Kind::Digits) => json!({ "type": "string", "pattern": "^[0-9a-f]*$" }),
        (_, Kind::Digits) => {
            json!({ "type": "string", "pattern": "^([0-9a-f]*\\*?|sub:[0-9a-f]{32})$" })
        }
        (_, Kind::Text | Kind::Id) => json!({ "type": "string" }),
    };
    if let Some(property) = property.as_object_mut() {
        property.insert("description".to_owned(), json!(row.field.doc));
    }
    property
}

/// Returns the kind as a reader of the reference understands it.
const fn kind(row: &Row) -> &'static str {
    match (row.form, row.field.kind) {
        (Form::Time, _) => "time",
        (Form::Ip(_), _) => "address",
        (Form::Named(_), _) => "name",
        (_, Kind::Int | Kind::Time) => "integer",
        (_, Kind::Bool) => "boolean",
        (_, Kind::Digits) => "digits",
        (_, Kind::Text) => "text",
        (_, Kind::Name) => "name",
        (_, Kind::Set) => "names",
        (_, Kind::Id) => "id",
    }
}

/// Returns what a name begins with: the object at the top of the event, and for the wide ones the
/// object below.
fn object_of(name: &str) -> &str {
    let mut dots = name.match_indices('.').map(|(at, _)| at);
    let (first, second) = (dots.next(), dots.next());
    match (first.and_then(|at| name.get(..at)), second.and_then(|at| name.get(..at))) {
        (Some("map" | "cap" | "sccp"), Some(below)) => below,
        (Some(top), _) => top,
        (None, _) => "event",
    }
}

/// Vocabularies of at most this many words are listed.
const SHORT: usize = 24;
