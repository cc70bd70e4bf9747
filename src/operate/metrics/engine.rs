//! What the engine counts: messages, events, alerts, and what its tables had to forget.

use super::{
    Family,
    Kind::{Counter, Gauge},
};
use crate::{engine::stats::OUTCOMES, event::Outcome};

pub(super) const ROWS: &[Family] = &[
    Family {
        name: "picket_event_time_seconds",
        kind: Gauge,
        labels: &[],
        help: "Time the engine has reached, seconds since the Unix epoch.",
        read: |of, out| out.add(&[], seconds(of.published.now.nanos())),
    },
    Family {
        name: "picket_learning_until_seconds",
        kind: Gauge,
        labels: &[],
        help: "Until when it is learnt what is usual, in the time of the engine; absent before the first request.",
        read: |of, out| {
            if let Some(until) = of.published.learning_until {
                out.add(&[], seconds(until.nanos()));
            }
        },
    },
    Family {
        name: "picket_frames_total",
        kind: Counter,
        labels: &[],
        help: "Frames the engine took in.",
        read: |of, out| out.add(&[], of.published.stats.frames),
    },
    Family {
        name: "picket_frame_bytes_total",
        kind: Counter,
        labels: &[],
        help: "Octets of these frames.",
        read: |of, out| out.add(&[], of.published.stats.octets),
    },
    Family {
        name: "picket_frames_out_of_order_total",
        kind: Counter,
        labels: &[],
        help: "Frames whose time was before that of an earlier one.",
        read: |of, out| out.add(&[], of.published.stats.late_frames),
    },
    Family {
        name: "picket_frames_quarantined_total",
        kind: Counter,
        labels: &[],
        help: "Frames that made a dissector panic: a defect, please report it.",
        read: |of, out| out.add(&[], of.published.stats.panics),
    },
    Family {
        name: "picket_frames_without_ss7_total",
        kind: Counter,
        labels: &["kind"],
        help: "Frames and messages that carry no SS7, by what they are.",
        read: |of, out| {
            for (kind, count) in &of.published.stats.other {
                out.add(&[kind], count);
            }
        },
    },
    Family {
        name: "picket_unread_messages_total",
        kind: Counter,
        labels: &["layer", "reason"],
        help: "What could not be read, by layer and reason.",
        read: |of, out| {
            for ((layer, reason), count) in &of.published.stats.unread {
                out.add(&[layer, reason], count);
            }
        },
    },
    Family {
        name: "picket_sctp_data_chunks_total",
        kind: Counter,
        labels: &[],
        help: "SCTP DATA chunks read.",
        read: |of, out| out.add(&[], of.published.stats.data_chunks),
    },
    Family {
        name: "picket_sccp_messages_total",
        kind: Counter,
        labels: &[],
        help: "SCCP messages read.",
        read: |of, out| out.add(&[], of.published.stats.sccp_messages),
    },
    Family {
        name: "picket_tcap_messages_total",
        kind: Counter,
        labels: &[],
        help: "TCAP messages read.",
        read: |of, out| out.add(&[], of.published.stats.tcap_messages),
    },
    Family {
        name: "picket_events_total",
        kind: Counter,
        labels: &[],
        help: "Events made.",
        read: |of, out| out.add(&[], of.published.stats.events),
    },
    Family {
        name: "picket_duplicate_events_total",
        kind: Counter,
        labels: &[],
        help: "Events that are second sightings: mirrored or sent again.",
        read: |of, out| out.add(&[], of.published.stats.duplicates),
    },
    Family {
        name: "picket_operations_total",
        kind: Counter,
        labels: &["protocol", "operation"],
        help: "Invokes, by operation.",
        read: |of, out| {
            for ((protocol, name), operation) in of.published.stats.operations.iter() {
                out.add(&[protocol, name], operation.invokes);
            }
        },
    },
    Family {
        name: "picket_operation_outcomes_total",
        kind: Counter,
        labels: &["protocol", "operation", "outcome"],
        help: "How requests ended, by operation.",
        read: |of, out| {
            for ((protocol, name), operation) in of.published.stats.operations.iter() {
                for (outcome, count) in OUTCOMES.iter().zip(operation.outcomes) {
                    if count > 0 {
                        out.add(&[protocol, name, &outcome_name(*outcome)], count);
                    }
                }
            }
        },
    },
    Family {
        name: "picket_anomalies_total",
        kind: Counter,
        labels: &["code"],
        help: "Oddities met on the way, by code.",
        read: |of, out| {
            for (note, count) in of.published.stats.notes.iter() {
                out.add(&[&note.id()], count);
            }
        },
    },
    Family {
        name: "picket_alerts_total",
        kind: Counter,
        labels: &["level", "rule"],
        help: "Alerts opened, by rule and the level of the rule.",
        read: |of, out| {
            for (level, rule, count) in of.published.stats.alerts.iter() {
                out.add(&[&level.name(), &rule], count);
            }
        },
    },
    Family {
        name: "picket_suppressed_hits_total",
        kind: Counter,
        labels: &[],
        help: "Hits of rules that a suppression covers.",
        read: |of, out| out.add(&[], of.published.stats.suppressed),
    },
    Family {
        name: "picket_external_senders",
        kind: Gauge,
        labels: &[],
        help: "Senders outside home that are told apart.",
        read: |of, out| out.add(&[], of.published.senders),
    },
    Family {
        name: "picket_table_entries",
        kind: Gauge,
        labels: &["table"],
        help: "Entries a table of the engine holds.",
        read: |of, out| {
            for row in &of.published.tables {
                out.add(&[&row.table], row.entries);
            }
        },
    },
    Family {
        name: "picket_table_evictions_total",
        kind: Counter,
        labels: &["table"],
        help: "Entries a table of the engine forgot for want of room; enlarge it in [state.capacity].",
        read: |of, out| {
            for row in &of.published.tables {
                out.add(&[&row.table], row.evictions);
            }
        },
    },
];

/// Returns nanoseconds as seconds, all digits of them.
pub(super) fn seconds(nanos: u64) -> String {
    format!("{}.{:09}", nanos / 1_000_000_000, nanos % 1_000_000_000)
}

fn outcome_name(outcome: Outcome) -> &'static str {
    Outcome::NAMES.get(outcome as usize).copied().unwrap_or_default()
}
