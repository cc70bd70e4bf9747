//! Outbox and outputs: what waits, what was delivered, what was lost.

use super::{
    Family,
    Kind::{Counter, Gauge},
};
use crate::{engine::alert::Level, sink::delivery::State};

pub(super) const ROWS: &[Family] = &[
    Family {
        name: "picket_outbox_up",
        kind: Gauge,
        labels: &[],
        help: "1 while alerts can be kept on disk.",
        read: |of, out| {
            if let Some(status) = &of.delivery {
                out.add(&[], u8::from(status.outbox.error.is_empty()));
            }
        },
    },
    Family {
        name: "picket_outbox_waiting_alerts",
        kind: Gauge,
        labels: &[],
        help: "Alerts that wait in memory for the disk.",
        read: |of, out| {
            if let Some(status) = &of.delivery {
                out.add(&[], status.outbox.waiting);
            }
        },
    },
    Family {
        name: "picket_outbox_bytes",
        kind: Gauge,
        labels: &[],
        help: "Octets of all alerts that are kept.",
        read: |of, out| {
            if let Some(status) = &of.delivery {
                out.add(&[], status.outbox.octets);
            }
        },
    },
    Family {
        name: "picket_outbox_kept_revisions_total",
        kind: Counter,
        labels: &[],
        help: "Revisions of alerts kept.",
        read: |of, out| {
            if let Some(status) = &of.delivery {
                out.add(&[], status.outbox.kept);
            }
        },
    },
    Family {
        name: "picket_outbox_lost_revisions_total",
        kind: Counter,
        labels: &["level"],
        help: "Revisions given up although they were owed, for want of room.",
        read: |of, out| {
            if let Some(status) = &of.delivery {
                for (level, lost) in Level::ALL.iter().zip(status.outbox.lost) {
                    out.add(&[&level.name()], lost);
                }
            }
        },
    },
    Family {
        name: "picket_output_state",
        kind: Gauge,
        labels: &["output", "state"],
        help: "1 for the state an output is in: idle, up, away, refused or failing.",
        read: |of, out| {
            for sink in of.delivery.iter().flat_map(|status| &status.sinks) {
                for (state, name) in STATES {
                    out.add(&[&sink.name, &name], u8::from(sink.state == state));
                }
            }
        },
    },
    Family {
        name: "picket_output_owed_revisions",
        kind: Gauge,
        labels: &["output"],
        help: "Revisions the output has not acknowledged yet.",
        read: |of, out| {
            for sink in of.delivery.iter().flat_map(|status| &status.sinks) {
                out.add(&[&sink.name], sink.owed);
            }
        },
    },
    Family {
        name: "picket_output_delivered_revisions_total",
        kind: Counter,
        labels: &["output"],
        help: "Revisions the output acknowledged.",
        read: |of, out| {
            for sink in of.delivery.iter().flat_map(|status| &status.sinks) {
                out.add(&[&sink.name], sink.delivered);
            }
        },
    },
    Family {
        name: "picket_output_parked_revisions_total",
        kind: Counter,
        labels: &["output"],
        help: "Revisions the output refused for what they are, such as too large.",
        read: |of, out| {
            for sink in of.delivery.iter().flat_map(|status| &status.sinks) {
                out.add(&[&sink.name], sink.parked);
            }
        },
    },
    Family {
        name: "picket_output_failures_total",
        kind: Counter,
        labels: &["output"],
        help: "Tries that failed.",
        read: |of, out| {
            for sink in of.delivery.iter().flat_map(|status| &status.sinks) {
                out.add(&[&sink.name], sink.failures);
            }
        },
    },
];

const STATES: [(State, &str); 5] = [
    (State::Idle, "idle"),
    (State::Up, "up"),
    (State::Away, "away"),
    (State::Refused, "refused"),
    (State::Failing, "failing"),
];
