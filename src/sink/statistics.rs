//! The counters of an engine as one JSON object, for the topic of statistics.

use serde_json::{Map, Value, json};

use crate::{
    engine::Stats,
    event::{Outcome, json::rfc3339},
};

/// Returns the counters so far.
#[must_use]
pub fn object(stats: &Stats, sensor: &str, at: picket_hw::Timestamp) -> Value {
    let mut timestamp = String::new();
    rfc3339(at, &mut timestamp);
    let pairs = |counts: &mut dyn Iterator<Item = (String, u64)>| -> Value {
        counts.map(|(name, count)| (name, count.into())).collect::<Map<_, _>>().into()
    };
    let operations: Map<String, Value> = stats
        .operations
        .iter()
        .map(|((protocol, name), operation)| {
            let outcomes = Outcome::NAMES.iter().zip(operation.outcomes);
            let outcomes = pairs(&mut outcomes.map(|(outcome, n)| ((*outcome).to_owned(), n)));
            let counted = json!({ "invokes": operation.invokes, "outcomes": outcomes });
            (format!("{protocol}.{name}"), counted)
        })
        .collect();
    json!({
        "event_type": "stats",
        "timestamp": timestamp,
        "sensor": { "id": sensor },
        "frames": stats.frames,
        "octets": stats.octets,
        "late_frames": stats.late_frames,
        "panics": stats.panics,
        "sccp_messages": stats.sccp_messages,
        "tcap_messages": stats.tcap_messages,
        "events": stats.events,
        "duplicates": stats.duplicates,
        "suppressed": stats.suppressed,
        "intel_expired": stats.intel_expired,
        "pending": stats.pending,
        "alerts": pairs(&mut stats.alerts.iter().map(|(_, rule, n)| (rule.to_owned(), n))),
        "operations": operations,
        "unread": pairs(&mut stats.unread.iter().map(|((layer, why), n)| (format!("{layer}: {why}"), *n))),
        "notes": pairs(&mut stats.notes.iter().map(|(note, n)| (note.id().to_owned(), n))),
    })
}
