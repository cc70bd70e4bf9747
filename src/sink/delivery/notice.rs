//! Alerts of Picket about itself: what was lost, what an output would not take.
//!
//! A detector that drops alerts in silence is worse than none. These go the way of every other
//! alert. They are about nobody, name no number, and grow by revisions while it goes on.

use std::collections::BTreeMap;

use picket_hw::Timestamp;
use sha2::{Digest, Sha256};

use crate::{
    engine::alert::{AlertId, Level},
    event::json::rfc3339,
    sink::alert::{About, Document, SCHEMA_VERSION, Sensor},
};

/// One kind of trouble, from its first occurrence in this run.
#[derive(Debug)]
pub(super) struct Notice {
    kind: &'static Kind,
    /// The output, where it is one's.
    sink: Option<String>,
    /// The alert it began with; makes the id.
    first: String,
    revision: u32,
    count: u64,
    by_level: [u64; 5],
    first_seen: u64,
    last_seen: u64,
    reason: String,
    /// Count when it was last told.
    told: u64,
}

/// What is told of a kind of trouble.
#[derive(Debug)]
pub(super) struct Kind {
    id: &'static str,
    name: &'static str,
    title: &'static str,
    action: &'static str,
}

/// Alerts were given up that outputs were owed.
pub(super) static LOST: Kind = Kind {
    id: "0d4a8f0e-53a6-4c62-9c1d-6b7a52f1e001",
    name: "picket_alerts_lost",
    title: "Alerts were lost",
    action: "Restore the outputs and the disk of this sensor, or raise output.outbox.max_bytes; replay recordings of the time.",
};

/// An output would not take alerts for what they are.
pub(super) static REFUSED: Kind = Kind {
    id: "0d4a8f0e-53a6-4c62-9c1d-6b7a52f1e002",
    name: "picket_alerts_refused",
    title: "An output refused alerts for what they are",
    action: "Read them with picket alerts show, and raise the size limit of the output or correct its settings.",
};

/// Whether a rule is one of these.
pub(super) fn is_one(rule_id: &str) -> bool {
    [&LOST, &REFUSED].into_iter().any(|kind| kind.id == rule_id)
}

impl Notice {
    pub(super) fn new(kind: &'static Kind, sink: Option<&str>, first: &str, at: u64) -> Self {
        Self {
            kind,
            sink: sink.map(str::to_owned),
            first: first.to_owned(),
            revision: 0,
            count: 0,
            by_level: [0; 5],
            first_seen: at,
            last_seen: at,
            reason: String::new(),
            told: 0,
        }
    }

    /// One more alert.
    pub(super) fn add(&mut self, level: Level, at: u64, reason: &str) {
        self.count += 1;
        for (known, count) in Level::ALL.into_iter().zip(&mut self.by_level) {
            *count += u64::from(known == level);
        }
        self.last_seen = self.last_seen.max(at);
        reason.clone_into(&mut self.reason);
    }

    /// Whether it grew since it was last told.
    pub(super) const fn grew(&self) -> bool {
        self.count > self.told
    }

    /// Whether it is worth telling now: the first time, then when it doubled. A revision takes room
    /// of its own, and where there is none each could cost another alert.
    pub(super) const fn is_due(&self) -> bool {
        self.grew() && self.count >= self.told.saturating_mul(2)
    }

    /// Event time of the last.
    pub(super) const fn at(&self) -> u64 {
        self.last_seen
    }

    /// Returns the alert and counts it as told.
    pub(super) fn tell(&mut self, sensor: &str) -> Document {
        let mut hash = Sha256::new();
        for part in [sensor, self.kind.id, self.sink.as_deref().unwrap_or_default(), &self.first] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        let mut id = [0; 16];
        for (to, from) in id.iter_mut().zip(hash.finalize()) {
            *to = from;
        }
        let time = |at: u64| {
            let mut out = String::new();
            rfc3339(Timestamp::from_nanos(at), &mut out);
            out
        };
        let levels: Vec<String> = Level::ALL
            .into_iter()
            .zip(self.by_level)
            .filter(|(_, count)| *count > 0)
            .map(|(level, count)| format!("{count} {}", level.name()))
            .collect();
        let whose = self.sink.as_ref().map(|sink| format!(" by {sink}")).unwrap_or_default();
        let revision = self.revision;
        (self.revision, self.told) = (revision + 1, self.count);
        Document {
            event_type: "alert",
            schema_version: SCHEMA_VERSION,
            id: AlertId(id).to_string(),
            revision,
            timestamp: time(self.last_seen),
            sensor: Sensor { id: sensor.to_owned() },
            alert: About {
                rule_id: self.kind.id.to_owned(),
                rule_name: self.kind.name.to_owned(),
                title: self.kind.title.to_owned(),
                level: Level::High,
                status: "stable".to_owned(),
                category: "sensor".to_owned(),
                techniques: Vec::new(),
                tags: Vec::new(),
                count: self.count,
                first_seen: time(self.first_seen),
                last_seen: time(self.last_seen),
                group: self
                    .sink
                    .iter()
                    .map(|sink| ("sink".to_owned(), sink.clone()))
                    .collect::<BTreeMap<_, _>>(),
            },
            outcome: "done",
            summary: format!(
                "{}{whose}: {} ({}).",
                self.kind.title,
                levels.join(", "),
                self.reason
            ),
            action: self.kind.action.to_owned(),
            direction: "unknown",
            link: None,
            link_side: "unknown",
            spoof_suspected: false,
            subscriber: None,
            attacker: None,
            attackers: Vec::new(),
            target: None,
            anomalies: Vec::new(),
            evidence: Vec::new(),
            wireshark: String::new(),
        }
    }
}
