//! Alerts in Common Event Format (ArcSight CEF, version 0), for the body of a syslog message.
//!
//! A header of seven fields between bars, then `key=value` pairs. In the header a bar and a
//! backslash are escaped, in a value an equals sign, a backslash and a line end.

use std::fmt::Write;

use serde_json::Value;

/// Returns an alert as a line.
pub(super) fn event(alert: &Value) -> String {
    let text = |pointer: &str| shown(alert.pointer(pointer));
    let mut line = format!(
        "CEF:0|Picket|Picket|{}|{}|{}|{}|",
        header(env!("CARGO_PKG_VERSION")),
        header(&text("/alert/rule_id")),
        header(&text("/alert/title")),
        severity(&text("/alert/level")),
    );
    let time = |pointer: &str| {
        let at: Option<jiff::Timestamp> = text(pointer).parse().ok();
        at.map(|at| at.as_millisecond().to_string()).unwrap_or_default()
    };
    let pairs = [
        ("rt", time("/timestamp")),
        ("start", time("/alert/first_seen")),
        ("end", time("/alert/last_seen")),
        ("externalId", text("/id")),
        ("cnt", text("/alert/count")),
        ("cat", text("/alert/category")),
        ("outcome", text("/outcome")),
        ("msg", text("/summary")),
        ("dvchost", text("/sensor/id")),
        ("deviceDirection", direction(&text("/direction"))),
        ("suid", text("/attacker/gt")),
        ("duid", text("/subscriber/id")),
        ("cs1Label", "revision".to_owned()),
        ("cs1", text("/revision")),
        ("cs2Label", "attackerCountry".to_owned()),
        ("cs2", text("/attacker/country")),
        ("cs3Label", "attackerNetwork".to_owned()),
        ("cs3", text("/attacker/network")),
        ("cs4Label", "techniques".to_owned()),
        ("cs4", text("/alert/techniques")),
        ("cs5Label", "action".to_owned()),
        ("cs5", text("/action")),
        ("cs6Label", "targetGt".to_owned()),
        ("cs6", text("/target/gt")),
    ];
    let mut pairs = pairs.into_iter().peekable();
    let mut first = true;
    while let Some((key, value)) = pairs.next() {
        // A label without a value labels nothing.
        let labelled = pairs.peek().filter(|_| key.ends_with("Label"));
        if value.is_empty() || labelled.is_some_and(|(_, value)| value.is_empty()) {
            continue;
        }
        let space = if first { "" } else { " " };
        first = false;
        let _ = write!(line, "{space}{key}={}", extension(&value));
    }
    line
}

fn shown(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(list)) => {
            list.iter().map(|item| shown(Some(item))).collect::<Vec<_>>().join(",")
        }
        Some(other) => other.to_string(),
    }
}

/// Severity is 0 to 10.
fn severity(level: &str) -> u8 {
    match level {
        "critical" => 10,
        "high" => 8,
        "medium" => 5,
        "low" => 3,
        _ => 1,
    }
}

/// 0 is inbound, 1 outbound.
fn direction(direction: &str) -> String {
    match direction {
        "inbound" => "0".to_owned(),
        "outbound" => "1".to_owned(),
        _ => String::new(),
    }
}

fn header(text: &str) -> String {
    text.replace('\\', "\\\\").replace('|', "\\|").replace(['\r', '\n'], " ")
}

fn extension(text: &str) -> String {
    text.replace('\\', "\\\\").replace('=', "\\=").replace('\r', "\\r").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_alert_is_a_line_of_cef() {
        let alert = json!({
            "id": "ab12", "revision": 1, "timestamp": "2026-03-02T08:06:54.236254907Z",
            "alert": {"rule_id": "r-1", "title": "a|b\\c", "level": "high", "count": 2,
                "category": "cat1", "techniques": ["T1", "T2"]},
            "summary": "x = y\nz", "direction": "inbound", "sensor": {"id": "stp-a"},
            "attacker": {"gt": "99990100011"}, "outcome": "leaked",
        });
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(
            event(&alert),
            format!(
                "CEF:0|Picket|Picket|{version}|r-1|a\\|b\\\\c|8|rt=1772438814236 externalId=ab12 cnt=2 \
                 cat=cat1 outcome=leaked msg=x \\= y\\nz dvchost=stp-a deviceDirection=0 \
                 suid=99990100011 cs1Label=revision cs1=1 cs4Label=techniques cs4=T1,T2"
            )
        );
    }
}
