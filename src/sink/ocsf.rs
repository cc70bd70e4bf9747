//! Alerts as OCSF Detection Findings (Open Cybersecurity Schema Framework, class 2004).
//!
//! What the schema has no place for stays under `unmapped`, unchanged. Version 1.4.0 is the first
//! with `is_alert`; everything written here is also in the later ones.

use serde_json::{Map, Value, json};

use crate::catalogue::techniques;

/// Returns an alert as a finding.
pub(super) fn finding(alert: &Value) -> Value {
    let text = |pointer: &str| alert.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let list = |pointer: &str| {
        alert.pointer(pointer).and_then(Value::as_array).cloned().unwrap_or_default()
    };
    let revision = alert.get("revision").and_then(Value::as_u64).unwrap_or_default();
    // The first tells of the finding, the others change it.
    let (activity, activity_name) = if revision == 0 { (1, "Create") } else { (2, "Update") };
    let (severity, severity_name) = severity(text("/alert/level"));
    let observables = observables(alert);
    let evidences: Vec<Value> =
        list("/evidence").into_iter().map(|cited| json!({ "data": cited })).collect();
    let mut finding = json!({
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": CLASS,
        "class_name": "Detection Finding",
        "activity_id": activity,
        "activity_name": activity_name,
        "type_uid": CLASS * 100 + activity,
        "type_name": format!("Detection Finding: {activity_name}"),
        "time": millis(text("/timestamp")),
        "start_time": millis(text("/alert/first_seen")),
        "end_time": millis(text("/alert/last_seen")),
        "count": alert.pointer("/alert/count"),
        "severity_id": severity,
        "severity": severity_name,
        "status_id": 1,
        "status": "New",
        "is_alert": true,
        "message": text("/summary"),
        "metadata": {
            "version": VERSION,
            "uid": format!("{}.{revision}", text("/id")),
            "log_name": "picket",
            "original_time": text("/timestamp"),
            "product": {
                "name": "Picket",
                "vendor_name": "Picket",
                "version": env!("CARGO_PKG_VERSION"),
                "uid": text("/sensor/id"),
            },
        },
        "finding_info": {
            "uid": text("/id"),
            "title": text("/alert/title"),
            "desc": text("/summary"),
            "types": [text("/alert/category")],
            "first_seen_time": millis(text("/alert/first_seen")),
            "last_seen_time": millis(text("/alert/last_seen")),
            "analytic": {
                "type_id": 1,
                "type": "Rule",
                "uid": text("/alert/rule_id"),
                "name": text("/alert/rule_name"),
            },
            "attacks": attacks(&list("/alert/techniques")),
        },
        "remediation": { "desc": text("/action") },
    });
    if let Some(finding) = finding.as_object_mut() {
        for (name, several) in [("observables", observables), ("evidences", evidences)] {
            if !several.is_empty() {
                finding.insert(name.to_owned(), several.into());
            }
        }
        finding.insert("unmapped".to_owned(), unmapped(alert));
        finding.retain(|_, value| !value.is_null());
    }
    finding
}

/// Returns the numbers one would search other events for.
fn observables(alert: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    for pointer in
        ["/subscriber/id", "/subscriber/imsi", "/subscriber/msisdn", "/attacker/gt", "/target/gt"]
    {
        if let Some(value) = alert.pointer(pointer).and_then(Value::as_str) {
            let name = format!("unmapped{}", pointer.replace('/', "."));
            found.push(json!({ "name": name, "type_id": 99, "type": "Other", "value": value }));
        }
    }
    found
}

/// Techniques of ATT&CK, FiGHT and MoTIF. The schema wants a name; one that only a rule of the
/// operator's names is called by its id.
fn attacks(ids: &[Value]) -> Vec<Value> {
    let one = |id: &str| {
        let name = techniques::name(id).unwrap_or(id);
        json!({ "technique": { "uid": id, "name": name } })
    };
    ids.iter().filter_map(Value::as_str).map(one).collect()
}

/// Returns what has no place in the schema.
fn unmapped(alert: &Value) -> Value {
    let mut rest = Map::new();
    for (key, value) in alert.as_object().into_iter().flatten() {
        let placed = ["evidence", "summary", "action", "id", "timestamp"].contains(&key.as_str());
        if !placed {
            rest.insert(key.clone(), value.clone());
        }
    }
    Value::Object(rest)
}

fn severity(level: &str) -> (u8, &'static str) {
    match level {
        "critical" => (5, "Critical"),
        "high" => (4, "High"),
        "medium" => (3, "Medium"),
        "low" => (2, "Low"),
        "informational" => (1, "Informational"),
        _ => (0, "Unknown"),
    }
}

/// Times are milliseconds since the Unix epoch.
fn millis(text: &str) -> Option<i64> {
    text.parse::<jiff::Timestamp>().ok().map(|at| at.as_millisecond())
}

const CLASS: u32 = 2004;
const VERSION: &str = "1.4.0";
