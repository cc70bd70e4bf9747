//! Counters of one engine: one struct, one writer.

use std::collections::BTreeMap;

use hashbrown::HashMap;
use picket_dissectors::{Digits, Note};

use crate::{
    enrich::network::{Origin, Place},
    event::{ComponentType, Outcome, Protocol, SigEvent},
};

/// What an engine has counted.
#[derive(Clone, Debug, Default)]
pub struct Stats {
    /// Frames taken in.
    pub frames: u64,
    /// Octets taken in.
    pub octets: u64,
    /// Frames whose time was before that of an earlier one.
    pub late_frames: u64,
    /// Frames that made a dissector panic; each is quarantined.
    pub panics: u64,
    /// SCTP DATA chunks.
    pub data_chunks: u64,
    /// SCCP messages.
    pub sccp_messages: u64,
    /// TCAP messages.
    pub tcap_messages: u64,
    /// Hits that the configuration suppresses.
    pub suppressed: u64,
    /// Second sightings.
    pub duplicates: u64,
    /// Events made.
    pub events: u64,
    /// Requests still open at the end.
    pub pending: u64,
    /// What could not be read: layer and reason.
    pub unread: BTreeMap<(&'static str, &'static str), u64>,
    /// What carries no SS7, by kind.
    pub other: BTreeMap<&'static str, u64>,
    /// Invokes by operation.
    pub operations: BTreeMap<(&'static str, &'static str), Operations>,
    /// Oddities.
    pub notes: BTreeMap<Note, u64>,
    /// Senders outside home.
    pub senders: Senders,
}

/// Requests of one operation.
#[derive(Clone, Copy, Debug, Default)]
pub struct Operations {
    /// Invokes.
    pub invokes: u64,
    /// How they ended, by [`Outcome`] in its order.
    pub outcomes: [u64; 9],
}

/// Senders outside home, at most [`MAX_SENDERS`].
#[derive(Clone, Debug, Default)]
pub struct Senders {
    by_title: HashMap<Digits, Sender, foldhash::fast::FixedState>,
    /// Messages of senders not told apart for want of room.
    pub others: u64,
}

/// One sender outside home.
#[derive(Clone, Copy, Debug)]
pub struct Sender {
    /// Whose it is.
    pub place: Place,
    /// Messages.
    pub messages: u64,
    /// Alerts it caused.
    pub alerts: u64,
}

impl Stats {
    pub(super) fn unread(&mut self, layer: &'static str, reason: &'static str) {
        *self.unread.entry((layer, reason)).or_default() += 1;
    }

    pub(super) fn other(&mut self, what: &'static str) {
        *self.other.entry(what).or_default() += 1;
    }

    pub(super) fn event(&mut self, event: &SigEvent) {
        self.events += 1;
        for note in event.notes.iter() {
            *self.notes.entry(note).or_default() += 1;
        }
        if event.duplicate {
            self.duplicates += 1;
            return;
        }
        if let Some(gt) = event.sccp.and_then(|sccp| sccp.calling.gt)
            && gt.place.origin != Origin::Home
            && event.dialogue.outcome.is_none()
        {
            self.senders.message(gt.e164.unwrap_or(gt.digits), gt.place);
        }
        let Some(operation) = event.operation else { return };
        let protocol = match operation.protocol {
            Protocol::Map => "map",
            Protocol::Cap => "cap",
        };
        let component =
            event.tcap.and_then(|tcap| tcap.component).and_then(|component| component.kind);
        let row = self.operations.entry((protocol, operation.name)).or_default();
        if component == Some(ComponentType::Invoke) {
            row.invokes += 1;
        }
        if let Some(outcome) = event.dialogue.outcome
            && let Some(slot) = row.outcomes.get_mut(outcome as usize)
        {
            *slot += 1;
        }
    }

    pub(super) fn alert(&mut self, alert: &super::alert::Alert) {
        if alert.revision > 0 {
            return;
        }
        for attacker in &alert.attackers {
            if let Some(sender) = attacker.gt.and_then(|gt| self.senders.by_title.get_mut(&gt)) {
                sender.alerts += 1;
            }
        }
    }
}

impl Senders {
    fn message(&mut self, gt: Digits, place: Place) {
        if let Some(sender) = self.by_title.get_mut(&gt) {
            sender.messages += 1;
        } else if self.by_title.len() < MAX_SENDERS {
            self.by_title.insert(gt, Sender { place, messages: 1, alerts: 0 });
        } else {
            self.others += 1;
        }
    }

    /// Returns the senders, those with most alerts, then most messages, first.
    #[must_use]
    pub fn ranked(&self) -> Vec<(Digits, Sender)> {
        let mut all: Vec<_> = self.by_title.iter().map(|(&gt, &sender)| (gt, sender)).collect();
        all.sort_unstable_by_key(|&(gt, sender)| {
            (core::cmp::Reverse((sender.alerts, sender.messages)), gt)
        });
        all
    }
}

/// Outcomes in the order of [`Operations::outcomes`].
pub const OUTCOMES: [Outcome; 9] = [
    Outcome::Leaked,
    Outcome::Done,
    Outcome::Refused,
    Outcome::Error,
    Outcome::Aborted,
    Outcome::Undeliverable,
    Outcome::NoAnswer,
    Outcome::Unseen,
    Outcome::Pending,
];

/// Senders told apart.
pub const MAX_SENDERS: usize = 1 << 16;
