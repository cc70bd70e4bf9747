//! Alerts as a MISP event with an `ss7-attack` object each (MISP object template of that name,
//! version 5), to share with other operators.
//!
//! Works on alerts as they were kept, so numbers are as the privacy setting says: a pseudonym goes out
//! as a pseudonym. Identifiers are derived from the alerts', so exporting twice gives the same event.

use picket_dissectors::map;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Returns the event of some alerts, each in its last revision.
#[must_use]
pub fn event(alerts: &[Value], sensor: &str) -> Value {
    let first_seen = alerts.iter().filter_map(|alert| text(alert, &["alert", "first_seen"])).min();
    let last = alerts.iter().filter_map(|alert| text(alert, &["timestamp"])).max();
    let ids: Vec<&str> = alerts.iter().filter_map(|alert| text(alert, &["id"])).collect();
    let gravest = alerts.iter().filter_map(|alert| text(alert, &["alert", "level"])).map(threat);
    json!({ "Event": {
        "uuid": uuid(&["event", sensor, &ids.concat()]),
        "info": format!("SS7 abuse seen by {sensor}: {} alerts", alerts.len()),
        "date": first_seen.and_then(|at| at.get(..10)).unwrap_or("1970-01-01"),
        "timestamp": seconds(last),
        "threat_level_id": gravest.min().unwrap_or(UNDEFINED).to_string(),
        // Analysis is not over: a person has not looked at it yet.
        "analysis": "0",
        // Whoever imports it decides who may see it.
        "distribution": "0",
        "published": false,
        "Object": alerts.iter().map(object).collect::<Vec<_>>(),
    }})
}

fn object(alert: &Value) -> Value {
    let id = text(alert, &["id"]).unwrap_or_default();
    let mut attributes = Vec::new();
    let mut add = |relation: &str, value: Option<String>| {
        let Some(value) = value.filter(|value| !value.is_empty()) else { return };
        let once = !SEVERAL.contains(&relation);
        let known = |attribute: &Value| {
            attribute["object_relation"] == relation && (once || attribute["value"] == value)
        };
        if attributes.iter().any(known) {
            return;
        }
        let kind = if relation == "first-seen" { "datetime" } else { "text" };
        let number = attributes.len().to_string();
        attributes.push(json!({
            "uuid": uuid(&["attribute", id, &number]),
            "object_relation": relation,
            "type": kind,
            "category": "Other",
            "value": value,
            "to_ids": false,
            "disable_correlation": !CORRELATED.contains(&relation),
        }));
    };
    let own = |path: &[&str]| text(alert, path).map(str::to_owned);
    let number = |path: &[&str]| at(alert, path).and_then(Value::as_u64).map(|n| n.to_string());
    add("text", own(&["summary"]));
    add("text", own(&["alert", "title"]));
    add("Category", text(alert, &["alert", "category"]).and_then(category).map(str::to_owned));
    add("first-seen", own(&["alert", "first_seen"]));
    let one = at(alert, &["attacker"]).into_iter();
    let several = at(alert, &["attackers"]).and_then(Value::as_array).into_iter().flatten();
    for attacker in one.chain(several) {
        add("SccpCgGT", text(attacker, &["gt"]).map(str::to_owned));
        let code = attacker["point_code"].as_u64();
        add("SccpCgPC", code.map(|code| code.to_string()));
    }
    add("SccpCgSSN", number(&["attacker", "ssn"]));
    add("SccpCgGT-CountryISO2", own(&["attacker", "country"]));
    add("SccpCgGT-OperatorName", own(&["attacker", "network"]));
    add("SccpCdGT", own(&["target", "gt"]));
    add("SccpCdPC", number(&["target", "point_code"]));
    add("SccpCdSSN", number(&["target", "ssn"]));
    add("MapImsi", own(&["subscriber", "imsi"]));
    add("MapMsisdn", own(&["subscriber", "msisdn"]));
    let cited = at(alert, &["evidence"]).and_then(Value::as_array).into_iter().flatten();
    for cited in cited {
        let name = text(cited, &["operation"]).unwrap_or_default();
        // As the template spells them: mt_forwardSM - 44.
        let spelt = |code| format!("{} - {code}", name.replace('-', "_"));
        add("MapOpCode", code(name).map(spelt));
        add("MapApplicationContext", text(cited, &["context"]).map(str::to_owned));
        add("MapVersion", cited["version"].as_u64().map(|version| version.to_string()));
        for (name, relation) in NODES {
            add(relation, text(cited, &["nodes", name]).map(str::to_owned));
        }
    }
    json!({
        "uuid": uuid(&["object", id]),
        "name": "ss7-attack",
        "meta-category": "network",
        "description": "SS7 object of an attack seen on a GSM, UMTS or LTE network via SS7 logging.",
        "template_uuid": TEMPLATE,
        "template_version": "5",
        "comment": format!("picket alert {id}"),
        "timestamp": seconds(text(alert, &["timestamp"])),
        "distribution": "5",
        "Attribute": attributes,
    })
}

fn at<'v>(value: &'v Value, path: &[&str]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, name| value.get(name))
}

fn text<'v>(value: &'v Value, path: &[&str]) -> Option<&'v str> {
    at(value, path)?.as_str()
}

/// Returns MISP's threat level: 1 high, 2 medium, 3 low, 4 undefined.
fn threat(level: &str) -> u8 {
    match level {
        "critical" | "high" => 1,
        "medium" => 2,
        "low" => 3,
        _ => UNDEFINED,
    }
}

/// Returns the template's name of a category. Its finer ones tell who is asked, which is not known
/// here: the first of each.
fn category(category: &str) -> Option<&'static str> {
    Some(match category {
        "cat1" => "Cat1",
        "cat2" => "Cat2.1",
        "cat3" | "cap" => "Cat3.1",
        "sms" => "CatSMS",
        "spoofing" => "CatSpoofing",
        _ => return None,
    })
}

/// Returns the code of a MAP operation by any of its names.
fn code(name: &str) -> Option<u8> {
    map::opcode::all()
        .iter()
        .find(|operation| (1..=4).any(|version| operation.name(version) == name))
        .map(|operation| operation.code)
}

/// Returns whole seconds since the Unix epoch, as text.
fn seconds(at: Option<&str>) -> String {
    let parsed = at.and_then(|at| at.parse::<jiff::Timestamp>().ok());
    parsed.map_or(0, jiff::Timestamp::as_second).to_string()
}

/// Derives a UUID (version 8, RFC 9562 §5.8) from what it is of.
fn uuid(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    hash.update(b"picket misp");
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let octets: Vec<u8> = hash.finalize().into_iter().take(16).collect();
    let hex = octets.iter().enumerate().map(|(at, octet)| match at {
        6 => format!("{:02x}", octet & 0x0f | 0x80),
        8 => format!("{:02x}", octet & 0x3f | 0x80),
        _ => format!("{octet:02x}"),
    });
    hex.enumerate()
        .map(|(at, hex)| if matches!(at, 4 | 6 | 8 | 10) { format!("-{hex}") } else { hex })
        .collect()
}

const UNDEFINED: u8 = 4;
/// The template `ss7-attack`.
const TEMPLATE: &str = "f3493d8b-a7ab-48d0-a775-046c4d64d782";
/// What other events are worth being compared by.
const CORRELATED: &[&str] = &["SccpCgGT", "SccpCgPC", "MapGsmscfGT", "MapGmlc"];
/// What an object may have several of; of everything else it has the first.
const SEVERAL: &[&str] =
    &["Category", "MapImsi", "MapMsisdn", "MapSmscGT", "SccpCdGT", "SccpCgGT", "SccpCgPC", "text"];
/// Addresses in arguments, by their names in alerts and in the template.
const NODES: &[(&str, &str)] = &[
    ("msc", "MapMscGT"),
    ("vlr", "MapVlrGT"),
    ("gsm_scf", "MapGsmscfGT"),
    ("gmlc", "MapGmlc"),
    ("sc_address", "MapSmscGT"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn alert() -> Value {
        json!({
            "id": "a1b2", "timestamp": "2026-03-02T08:02:01.000000000Z", "summary": "Someone asked.",
            "alert": {
                "title": "A question", "level": "high", "category": "cat2",
                "first_seen": "2026-03-02T08:00:00.000000000Z",
            },
            "attacker": { "gt": "99926770041", "point_code": 5, "ssn": 6, "country": "XX" },
            "attackers": [{ "gt": "99926770041" }, { "gt": "99926770042" }],
            "target": { "gt": "99910000001", "ssn": 7 },
            "subscriber": { "id": "sub:00", "imsi": "00101*" },
            "evidence": [
                {
                    "operation": "provideSubscriberInfo", "context": "subscriberInfoEnquiry",
                    "version": 3, "nodes": { "gsm_scf": "99926770041", "vlr": "99910000001" },
                },
                { "operation": "provideSubscriberInfo", "version": 3 },
            ],
        })
    }

    #[test]
    fn an_alert_becomes_an_object_of_the_template() {
        let event = event(&[alert()], "stp-a");
        let object = &event["Event"]["Object"][0];
        let found: Vec<(&str, &str)> = object["Attribute"]
            .as_array()
            .unwrap()
            .iter()
            .map(|a| (a["object_relation"].as_str().unwrap(), a["value"].as_str().unwrap()))
            .collect();
        assert_eq!(
            found,
            [
                ("text", "Someone asked."),
                ("text", "A question"),
                ("Category", "Cat2.1"),
                ("first-seen", "2026-03-02T08:00:00.000000000Z"),
                ("SccpCgGT", "99926770041"),
                ("SccpCgPC", "5"),
                ("SccpCgGT", "99926770042"),
                ("SccpCgSSN", "6"),
                ("SccpCgGT-CountryISO2", "XX"),
                ("SccpCdGT", "99910000001"),
                ("SccpCdSSN", "7"),
                ("MapImsi", "00101*"),
                ("MapOpCode", "provideSubscriberInfo - 70"),
                ("MapApplicationContext", "subscriberInfoEnquiry"),
                ("MapVersion", "3"),
                ("MapVlrGT", "99910000001"),
                ("MapGsmscfGT", "99926770041"),
            ]
        );
        assert_eq!(event["Event"]["threat_level_id"], "1");
        assert_eq!(event["Event"]["date"], "2026-03-02");
    }

    #[test]
    fn identifiers_are_the_same_each_time_and_of_one_thing_each() {
        let (one, same) = (event(&[alert()], "stp-a"), event(&[alert()], "stp-a"));
        assert_eq!(one, same);
        let mut uuids = Vec::new();
        collect(&one, &mut uuids);
        let count = uuids.len();
        uuids.sort();
        uuids.dedup();
        assert_eq!(uuids.len(), count);
        assert!(uuids.iter().all(|uuid| uuid.len() == 36 && uuid.as_bytes()[14] == b'8'));
    }

    fn collect(value: &Value, into: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                into.extend(members.get("uuid").and_then(Value::as_str).map(str::to_owned));
                members.values().for_each(|member| collect(member, into));
            }
            Value::Array(members) => members.iter().for_each(|member| collect(member, into)),
            _ => {}
        }
    }
}
