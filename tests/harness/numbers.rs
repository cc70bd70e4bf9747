//! The search for numbers of subscribers: what to look for, and where a text could hold it.

use std::collections::BTreeSet;

use serde_json::Value;

/// Returns the part of each number that is a subscriber's own: of an IMSI what follows country and
/// network, which an E.214 address carries too, of an MSISDN what follows the country code. `events`
/// shows numbers as they are, `truth` is what the capture was made of.
pub(crate) fn own(events: &str, truth: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut add = |value: &Value, skip: usize| {
        if let Some(own) = value.as_str().and_then(|digits| digits.get(skip..))
            && own.len() >= 7
            // The nanoseconds of a timestamp are not a number of anybody.
            && own.bytes().any(|digit| digit != b'0')
        {
            found.insert(own.to_owned());
        }
    };
    for line in events.lines() {
        let event: Value = serde_json::from_str(line).unwrap_or_default();
        add(&event["subscriber"]["imsi"], 6);
        add(&event["subscriber"]["msisdn"], 3);
        for (name, skip) in [("imsi", 6), ("msisdn", 3), ("forwarded_to", 3), ("imei", 6)] {
            add(&event["map"]["argument"][name], skip);
            add(&event["map"]["result"][name], skip);
        }
    }
    for line in truth.lines() {
        let row: Value = serde_json::from_str(line).unwrap_or_default();
        add(&row["imsi"], 6);
        add(&row["msisdn"], 3);
    }
    found
}

/// Returns which of the numbers a text tells, each with the text around it.
pub(crate) fn told(numbers: &BTreeSet<String>, name: &str, text: &str) -> Vec<String> {
    let runs = text.split(|c: char| !c.is_ascii_hexdigit()).filter(|run| run.len() >= 7);
    let runs: BTreeSet<&str> = runs.collect();
    let tells = |run: &&str| numbers.iter().any(|number| run.contains(number.as_str()));
    runs.into_iter().filter(tells).map(|run| format!("{name}: {run}")).collect()
}
