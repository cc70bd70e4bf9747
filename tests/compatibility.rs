//! What consumers of alerts rely on does not go: the schema against the one published before.
//!
//! A field may come. One that goes, changes its type, or is no longer always there needs another
//! `schema_version`, and then the published schema here is replaced.
#![expect(clippy::expect_used, reason = "a failure here is the test's")]

use std::{fs, path::Path};

use picket::sink::alert::{Document, SCHEMA_VERSION};
use serde_json::Value;

/// Follows a reference inside a schema; looks through "or null".
fn resolve<'a>(schema: &'a Value, root: &'a Value) -> &'a Value {
    if let Some(path) = schema.get("$ref").and_then(Value::as_str) {
        let target =
            root.pointer(path.trim_start_matches('#')).expect("a reference leads somewhere");
        return resolve(target, root);
    }
    let options = schema.get("anyOf").and_then(Value::as_array);
    let kind = |option: &&Value| option.get("type").and_then(Value::as_str) != Some("null");
    match options.and_then(|options| options.iter().find(kind)) {
        Some(option) => resolve(option, root),
        None => schema,
    }
}

/// Returns the types a value may have, without null.
fn types(schema: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let found: Vec<String> = match schema.get("type") {
        Some(Value::Array(several)) => several.iter().filter_map(text).collect(),
        Some(one) => text(one).into_iter().collect(),
        None => Vec::new(),
    };
    found.into_iter().filter(|name| name != "null").collect()
}

/// Collects what a reader of `old` would miss in `new`.
fn compare(path: &str, old: (&Value, &Value), new: (&Value, &Value), wrong: &mut Vec<String>) {
    let (a, b) = (resolve(old.0, old.1), resolve(new.0, new.1));
    if types(a) != types(b) {
        wrong.push(format!("{path}: was {:?}, is {:?}", types(a), types(b)));
    }
    let required = |schema: &Value| -> Vec<String> {
        let list = schema.get("required").and_then(Value::as_array);
        list.into_iter().flatten().filter_map(|name| name.as_str().map(str::to_owned)).collect()
    };
    let still = required(b);
    for name in required(a).into_iter().filter(|name| !still.contains(name)) {
        wrong.push(format!("{path}.{name}: is no longer always there"));
    }
    for (name, before) in a.get("properties").and_then(Value::as_object).into_iter().flatten() {
        match b.pointer(&format!("/properties/{name}")) {
            Some(after) => {
                compare(&format!("{path}.{name}"), (before, old.1), (after, new.1), wrong);
            }
            None => wrong.push(format!("{path}.{name}: is gone")),
        }
    }
    if let (Some(before), Some(after)) = (a.get("items"), b.get("items")) {
        compare(&format!("{path}[]"), (before, old.1), (after, new.1), wrong);
    }
}

fn differences(old: &Value, new: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    compare("alert", (old, old), (new, new), &mut wrong);
    wrong
}

#[test]
fn alerts_still_have_what_was_published() {
    let published = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(format!("tests/published/alert-{SCHEMA_VERSION}.schema.json"));
    let published = fs::read_to_string(&published).unwrap_or_else(|error| {
        panic!(
            "{}: {error}; copy schema/alert.schema.json there for a new version",
            published.display()
        )
    });
    let published: Value = serde_json::from_str(&published).expect("JSON");
    let wrong = differences(&published, Document::schema().as_value());
    assert!(wrong.is_empty(), "raise SCHEMA_VERSION, or keep them:\n{}", wrong.join("\n"));
}

#[test]
fn what_goes_is_noticed_and_what_comes_is_not() {
    let read = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
    let old = read(
        r##"{"type": "object", "required": ["a"], "properties": {
            "a": {"type": "string"}, "b": {"$ref": "#/$defs/B"},
            "c": {"type": "array", "items": {"type": "object", "properties": {"d": {"type": "integer"}}}}},
            "$defs": {"B": {"type": "object", "properties": {"e": {"type": ["string", "null"]}}}}}"##,
    );
    assert!(differences(&old, &old).is_empty());
    for (change, want) in [
        (r#"[["/properties/n"], {"type": "string"}]"#, ""),
        (r#"[["/properties/a"], {"type": "integer"}]"#, "alert.a: was"),
        (r#"[["/required"], []]"#, "alert.a: is no longer"),
        (r#"[["/$defs/B/properties"], {}]"#, "alert.b.e: is gone"),
        (r#"[["/properties/c/items/properties"], {}]"#, "alert.c[].d: is gone"),
    ] {
        let change = read(change);
        let path = change[0][0].as_str().expect("a path");
        let mut new = old.clone();
        let (parent, name) = path.rsplit_once('/').expect("a parent");
        new.pointer_mut(parent)
            .and_then(Value::as_object_mut)
            .expect("an object")
            .insert(name.to_owned(), change[1].clone());
        let found = differences(&old, &new).join("\n");
        assert_eq!(found.is_empty(), want.is_empty(), "{path}: {found}");
        assert!(found.starts_with(want), "{path}: {found}");
    }
}
