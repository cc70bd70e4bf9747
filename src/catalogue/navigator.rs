//! What is detected, as a layer of MITRE ATT&CK Navigator (layer format 4.5, domain
//! `mobile-attack`).
//!
//! Only techniques of ATT&CK can stand in a layer. A rule that names a tactic and no technique is
//! in none, and the description of the layer counts those.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Coverage, Rule};

/// Returns the layer: each technique with its rules, scored by their number.
#[must_use]
pub fn layer(coverage: &Coverage) -> Value {
    let mut techniques: BTreeMap<&str, Vec<&Rule>> = BTreeMap::new();
    let mut without = 0_usize;
    for rule in coverage.rules.iter().filter(|rule| rule.reports) {
        let ids: Vec<&str> =
            rule.techniques.iter().map(String::as_str).filter(|id| is_attack(id)).collect();
        without += usize::from(ids.is_empty());
        for id in ids {
            techniques.entry(id).or_default().push(rule);
        }
    }
    let most = techniques.values().map(Vec::len).max().unwrap_or(1);
    let entry = |(id, rules): (&&str, &Vec<&Rule>)| {
        let links = rules.iter().map(
            |rule| json!({ "name": rule.name, "value": format!("{}, {}", rule.level, rule.title) }),
        );
        json!({
            "techniqueID": id,
            "score": rules.len(),
            "enabled": true,
            "comment": format!("{} rules of Picket", rules.len()),
            "metadata": links.collect::<Vec<_>>(),
            "showSubtechniques": true,
        })
    };
    json!({
        "name": "Picket",
        "versions": { "attack": "16", "navigator": "5.1.0", "layer": "4.5" },
        "domain": "mobile-attack",
        "description": format!(
            "Rules of Picket {} by technique. {without} more rules name a tactic only.",
            env!("CARGO_PKG_VERSION")
        ),
        "techniques": techniques.iter().map(entry).collect::<Vec<_>>(),
        "gradient": { "colors": ["#ffe0b2", "#e65100"], "minValue": 0, "maxValue": most },
        "sorting": 0,
        "hideDisabled": false,
    })
}

/// Whether the id is one of ATT&CK: `T1430`, `T1430.002`. FiGHT and MoTIF have letters of their own.
fn is_attack(id: &str) -> bool {
    let digits =
        |text: &str, count| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    id.strip_prefix('T').is_some_and(|rest| match rest.split_once('.') {
        Some((technique, sub)) => digits(technique, 4) && digits(sub, 3),
        None => digits(rest, 4),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_attack_are_told_from_others() {
        for (id, want) in [
            ("T1430", true),
            ("T1430.002", true),
            ("T1430.02", false),
            ("T143", false),
            ("FGT1430.002", false),
            ("MOT5012.501", false),
        ] {
            assert_eq!(is_attack(id), want, "{id}");
        }
    }
}
