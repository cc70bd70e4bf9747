//! Every key of `picket.toml` as a page, made of the schema and so of the doc comments.

use core::fmt::Write;

use serde_json::{Map, Value};

use super::Config;

/// A table of the configuration and its keys.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its header as in the file: `[output.kafka]`, `[[network]]`; empty for the top.
    pub header: String,
    /// What it is for.
    pub about: String,
    /// Its keys, tables left out.
    pub keys: Vec<Key>,
}

/// A key of a table.
#[derive(Clone, Debug)]
pub struct Key {
    /// Its name.
    pub name: String,
    /// What it may be.
    pub kind: String,
    /// What it is when it is not there.
    pub default: String,
    /// What it means.
    pub about: String,
    /// A line of TOML; empty when there is none to show.
    pub example: String,
}

/// Returns the tables in the order of the page: each before those inside it.
#[must_use]
pub fn tables() -> Vec<Table> {
    let shown: toml::Table = EXAMPLE.parse().unwrap_or_default();
    let schema = Config::schema().to_value();
    let about = "Keys at the top of the file, before any table.".to_owned();
    let mut out = Vec::new();
    collect(&schema, "", (String::new(), about), &shown, &mut out);
    out
}

/// Writes the page `docs/configuration.md`.
#[must_use]
pub fn markdown() -> String {
    let mut out = String::from(
        "# Configuration\n\nMade by `picket schema config --markdown`; do not edit. Every key of \
         `picket.toml`. `[home]` with `gt_prefixes` is enough;\nunknown keys are errors; relative \
         paths are relative to the file they stand in. A documented file to begin with:\n\
         [examples/picket.toml](../examples/picket.toml); `picket check -c picket.toml` says what \
         is wrong.\n",
    );
    for table in tables().iter().filter(|table| !table.keys.is_empty()) {
        let header = if table.header.is_empty() { "Top" } else { &format!("`{}`", table.header) };
        let _ = writeln!(out, "\n## {header}\n\n{}\n", table.about);
        out.push_str("| key | type | default | means | example |\n|---|---|---|---|---|\n");
        for key in &table.keys {
            let Key { name, kind, default, about, example } = key;
            let code = |text: &str| {
                if text.is_empty() { String::new() } else { format!("`{}`", cell(text)) }
            };
            let default = if default == REQUIRED { default.clone() } else { code(default) };
            let (about, kind) = (cell(about), cell(kind));
            let _ =
                writeln!(out, "| `{name}` | {kind} | {default} | {about} | {} |", code(example));
        }
    }
    out
}

/// Collects the keys of a table, then the tables inside it.
fn collect(
    schema: &Value,
    path: &str,
    (header, about): (String, String),
    shown: &toml::Table,
    out: &mut Vec<Table>,
) {
    let Some(properties) = properties(schema) else { return };
    let required: Vec<&str> = required(schema);
    let mut keys = Vec::new();
    let mut inner = Vec::new();
    for (name, value) in properties {
        let below = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        let items = value.get("items").filter(|items| self::properties(items).is_some());
        if let Some(items) = items {
            inner.push((items, below.clone(), format!("[[{below}]]"), description(value)));
        } else if self::properties(value).is_some() {
            inner.push((value, below.clone(), format!("[{below}]"), description(value)));
        } else {
            let (kind, needed) = (kind(value), required.contains(&name.as_str()));
            // A table without a key it needs would be no example.
            let any = || (needed && kind == "text").then(|| "\"...\"".to_owned());
            let example = example(&below, value, shown).or_else(any);
            keys.push(Key {
                name: name.clone(),
                default: match value.get("default") {
                    _ if needed => REQUIRED.to_owned(),
                    None | Some(Value::Null) => String::new(),
                    Some(default) => written(default),
                },
                about: description(value),
                example: example.map_or_else(String::new, |text| format!("{name} = {text}")),
                kind,
            });
        }
    }
    out.push(Table { header, about, keys });
    for (schema, path, header, about) in inner {
        collect(schema, &path, (header, about), shown, out);
    }
}

/// Returns an example: from the shipped file, else from the list below, else what the type gives.
fn example(path: &str, schema: &Value, shown: &toml::Table) -> Option<String> {
    let listed =
        || EXAMPLES.iter().find(|(key, _)| *key == path).map(|(_, text)| (*text).to_owned());
    let by_type = || {
        let first = choices(schema).first().map(|word| format!("\"{word}\""));
        let default = || schema.get("default").filter(|value| !value.is_null()).map(written);
        first.or_else(default).filter(|text| text != "[]" && text != "{}")
    };
    let full = |value: &toml::Value| match value {
        toml::Value::Array(items) => !items.is_empty(),
        toml::Value::Table(table) => !table.is_empty(),
        _ => true,
    };
    find(shown, path)
        .filter(|value| full(value))
        .map(ToString::to_string)
        .or_else(listed)
        .or_else(by_type)
}

/// Returns the value of a key in the shipped file; of an array of tables, the first that has it.
fn find<'t>(table: &'t toml::Table, path: &str) -> Option<&'t toml::Value> {
    let Some((head, rest)) = path.split_once('.') else { return table.get(path) };
    match table.get(head)? {
        toml::Value::Table(inner) => find(inner, rest),
        toml::Value::Array(items) => {
            items.iter().filter_map(toml::Value::as_table).find_map(|inner| find(inner, rest))
        }
        _ => None,
    }
}

/// Returns the properties of a table; those of an optional one stand below `anyOf`.
fn properties(schema: &Value) -> Option<&Map<String, Value>> {
    let below = || schema.get("anyOf")?.as_array()?.iter().find_map(properties);
    schema.get("properties").and_then(Value::as_object).or_else(below)
}

fn required(schema: &Value) -> Vec<&str> {
    let own = |schema: &'_ Value| schema.get("required").and_then(Value::as_array).cloned();
    let any = || schema.get("anyOf")?.as_array()?.iter().find(|s| own(s).is_some());
    let holder = if own(schema).is_some() { Some(schema) } else { any() };
    let list = holder.and_then(|schema| schema.get("required")?.as_array());
    list.into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Returns the words of an enumeration.
fn choices(schema: &Value) -> Vec<&str> {
    let list = |key: &str| schema.get(key).and_then(Value::as_array).into_iter().flatten();
    let own: Vec<&str> =
        list("oneOf").filter_map(|choice| choice.get("const").and_then(Value::as_str)).collect();
    let named: Vec<&str> = list("enum").filter_map(Value::as_str).collect();
    match (own.is_empty(), named.is_empty()) {
        (false, _) => own,
        (true, false) => named,
        (true, true) => {
            list("anyOf").map(choices).find(|words| !words.is_empty()).unwrap_or_default()
        }
    }
}

/// Says what a value may be.
fn kind(schema: &Value) -> String {
    let words = choices(schema);
    if !words.is_empty() {
        let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
        return words.join(" ");
    }
    if let Some(items) = schema.get("items") {
        return format!("list of {}", kind(items));
    }
    let types: Vec<&str> = match schema.get("type") {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let name = types.iter().find(|name| **name != "null").copied().unwrap_or_default();
    match name {
        "string" if schema.get("format").is_some_and(|format| format == "date") => {
            "date".to_owned()
        }
        "string" => "text".to_owned(),
        "integer" => "whole number".to_owned(),
        "number" => "number".to_owned(),
        "boolean" => "`true` `false`".to_owned(),
        "object" => "table".to_owned(),
        _ => {
            let list = schema.get("anyOf").and_then(Value::as_array).into_iter().flatten();
            let mut kinds: Vec<String> = list.map(kind).filter(|kind| !kind.is_empty()).collect();
            kinds.dedup();
            kinds.join(" or ")
        }
    }
}

fn description(schema: &Value) -> String {
    let text = schema.get("description").and_then(Value::as_str).unwrap_or_default();
    text.replace('\n', " ")
}

/// Writes a JSON value as TOML; those of defaults are plain.
fn written(value: &Value) -> String {
    match value {
        Value::String(text) => toml::Value::String(text.clone()).to_string(),
        other => other.to_string(),
    }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

const REQUIRED: &str = "required";

const EXAMPLE: &str = include_str!("../../examples/picket.toml");

/// Examples of keys the shipped file does not set.
const EXAMPLES: &[(&str, &str)] = &[
    ("include", "[\"networks.toml\"]"),
    ("capture.filter", "\"sctp or vlan\""),
    ("capture.snaplen", "65535"),
    ("capture.buffer_bytes", "67108864"),
    ("capture.dpdk.eal", "[\"--vdev=net_pcap0,rx_pcap=a.pcap\", \"--no-huge\"]"),
    ("capture.dpdk.ports", "[\"0000:3b:00.0\"]"),
    ("capture.dpdk.rx_queues", "4"),
    ("capture.dpdk.rx_descriptors", "4096"),
    ("capture.dpdk.buffers", "32767"),
    ("capture.dpdk.mtu", "9000"),
    ("capture.dpdk.idle_us", "0"),
    ("home.group", "\"near\""),
    ("home.ported_file", "\"ported.csv\""),
    ("link.match.dpc", "4905"),
    ("link.match.na", "8"),
    ("link.match.rc", "100"),
    ("link.match.port", "0"),
    ("network.imsi_alias", "[\"99902\"]"),
    ("network.gt_family", "\"far hubs\""),
    ("network.countries", "[\"GB\"]"),
    ("lists.dirs", "[\"lists\"]"),
    ("gt_intel.match", "\"prefix\""),
    ("gt_intel.value", "\"99999000\""),
    ("gt_intel.np", "\"e164\""),
    ("gt_intel.list", "\"suspicious-gt\""),
    ("gt_intel.weight", "40"),
    ("gt_intel.confidence", "\"medium\""),
    ("gt_intel.tlp", "\"amber\""),
    ("gt_intel.source", "\"a bulletin\""),
    ("gt_intel.first_seen", "\"2026-03-01\""),
    ("gt_intel.valid_until", "\"2026-09-01\""),
    ("gt_intel.note", "\"synthetic example\""),
    ("lists.gt_intel", "[\"gt-intel.yaml\"]"),
    ("rules.dirs", "[\"rules\"]"),
    ("rules.disable", "[\"silent_short_message\"]"),
    ("privacy.key_file", "\"/etc/picket/subscriber.key\""),
    ("privacy.previous_key_file", "\"/etc/picket/subscriber.old.key\""),
    ("privacy.seal_key_file", "\"/etc/picket/seal.key\""),
    ("suppress.network", "\"Faraway\""),
    ("suppress.subscriber", "\"001010000000001\""),
    ("output.kafka.topics.events", "\"ss7.events\""),
    ("output.kafka.topics.anomalies", "\"ss7.anomalies\""),
    ("output.kafka.topics.stats", "\"ss7.stats\""),
    ("output.syslog.address", "\"192.0.2.20:514\""),
    ("output.webhook.url", "\"https://192.0.2.21/picket\""),
    ("output.webhook.headers", "{ Authorization = \"Bearer 0123\" }"),
    ("output.unix.path", "\"/run/picket/alerts.sock\""),
    ("confine.user", "\"picket\""),
    ("confine.read", "[\"/srv/networks\"]"),
    ("confine.write", "[\"/var/log/picket\"]"),
    ("confine.connect_ports", "[9093, 9094]"),
    ("control.group", "\"picket-admin\""),
    ("metrics.certificate", "\"metrics.pem\""),
    ("metrics.key", "\"metrics.key\""),
    ("metrics.token_file", "\"/etc/picket/metrics.token\""),
    ("web.certificate", "\"console.pem\""),
    ("web.key", "\"console.key\""),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_together_are_a_configuration() {
        let mut text = String::new();
        for table in tables() {
            if !table.header.is_empty() {
                let _ = writeln!(text, "{}", table.header);
            }
            for key in table.keys.iter().filter(|key| !key.example.is_empty()) {
                let _ = writeln!(text, "{}", key.example);
            }
        }
        let config: Config =
            toml::from_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_eq!(config.home.and_then(|home| home.group).as_deref(), Some("near"));
        assert_eq!(config.link[0].matches.rc, Some(100));
    }

    #[test]
    fn a_key_has_type_default_meaning_and_example() {
        let tables = tables();
        let key = |header: &str, name: &str| {
            let table = tables.iter().find(|table| table.header == header).expect(header);
            table.keys.iter().find(|key| key.name == name).expect(name).clone()
        };
        let capacity = key("[state.capacity]", "alerts");
        assert_eq!((capacity.kind.as_str(), capacity.default.as_str()), ("whole number", "65536"));
        let class = key("[[network]]", "class");
        assert_eq!(class.kind, "`plmn` `sms_hub` `roaming_hub` `ipx` `satellite`");
        assert_eq!(key("[[network]]", "name").default, REQUIRED);
        assert_eq!(key("[[home.node]]", "gt").example, "gt = \"99910000001\"");
        assert_eq!(key("[home]", "point_codes").kind, "list of whole number or text");
        assert_eq!(key("[output.file]", "subscribers").kind, "`pseudonym` `masked` `clear`");
        for table in &tables {
            for key in &table.keys {
                assert!(!key.about.is_empty() && !key.kind.is_empty(), "{} {key:?}", table.header);
            }
        }
    }
}
