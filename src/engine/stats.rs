//! Counters of one engine: one struct, one writer.

use std::collections::BTreeMap;

use hashbrown::HashMap;
use picket_dissectors::{Digits, Note};

use super::alert::{Level, Rule};
use crate::{
    enrich::network::{Origin, Place},
    event::{ComponentType, Operation, Outcome, Protocol, SigEvent},
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
    /// Events whose sender stands on a list by an entry that holds no more.
    pub intel_expired: u64,
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
    pub operations: ByOperation,
    /// Oddities.
    pub notes: ByNote,
    /// Alerts opened, by rule.
    pub alerts: ByRule,
    /// Senders outside home.
    pub senders: Senders,
}

/// Alerts opened, by rule: its name (its id where it has none) and its own level.
#[derive(Clone, Debug, Default)]
pub struct ByRule(BTreeMap<(Level, String), u64>);

impl ByRule {
    /// Iterates over rules with alerts, the least grave level first.
    pub fn iter(&self) -> impl Iterator<Item = (Level, &str, u64)> {
        self.0.iter().map(|((level, rule), &alerts)| (*level, rule.as_str(), alerts))
    }

    fn count(&mut self, rule: &Rule) {
        let name = if rule.name.is_empty() { &rule.id } else { &rule.name };
        *self.0.entry((rule.level, name.clone())).or_default() += 1;
    }
}

/// Requests of one operation.
#[derive(Clone, Copy, Debug, Default)]
pub struct Operations {
    /// Invokes.
    pub invokes: u64,
    /// How they ended, by [`Outcome`] in its order.
    pub outcomes: [u64; 9],
}

/// Requests by protocol and name of the operation.
#[derive(Clone, Debug, Default)]
pub struct ByOperation {
    rows: Vec<((&'static str, &'static str), Operations)>,
    /// For each code, one more than the row of the name it had last.
    last: Vec<u16>,
}

impl ByOperation {
    /// Iterates in the order of protocol and name.
    pub fn iter(&self) -> impl Iterator<Item = (&(&'static str, &'static str), &Operations)> {
        let mut rows: Vec<_> = self.rows.iter().map(|(key, row)| (key, row)).collect();
        rows.sort_unstable_by_key(|(key, _)| **key);
        rows.into_iter()
    }

    /// Iterates over the rows.
    pub fn values(&self) -> impl Iterator<Item = &Operations> {
        self.iter().map(|(_, row)| row)
    }

    fn row(&mut self, operation: &Operation) -> Option<&mut Operations> {
        let (protocol, first) = match operation.protocol {
            Protocol::Map => ("map", 0),
            Protocol::Cap => ("cap", CODES),
        };
        if self.last.is_empty() {
            self.last.resize(2 * CODES, 0);
        }
        let place = self.last.get_mut(first + usize::from(operation.octet().unwrap_or(u8::MAX)))?;
        // A code has another name in another version; nearly always it is the same text.
        let at = usize::from(*place).wrapping_sub(1);
        let same = |row: &((&str, &str), Operations)| row.0 == (protocol, operation.name);
        let known = self.rows.get(at).is_some_and(|row| {
            row.0.0 == protocol && (core::ptr::eq(row.0.1, operation.name) || same(row))
        });
        let at = if known {
            at
        } else if let Some(at) = self.rows.iter().position(same) {
            at
        } else {
            self.rows.push(((protocol, operation.name), Operations::default()));
            self.rows.len() - 1
        };
        *place = u16::try_from(at + 1).unwrap_or(0);
        self.rows.get_mut(at).map(|(_, row)| row)
    }
}

/// How often each oddity was met.
#[derive(Clone, Debug, Default)]
pub struct ByNote(Vec<u64>);

impl ByNote {
    /// Iterates over what was met, in the order of [`Note::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (Note, u64)> {
        let met = Note::ALL.iter().copied().zip(self.0.iter().copied());
        met.filter(|&(_, times)| times > 0)
    }

    /// Iterates over the oddities met.
    pub fn keys(&self) -> impl Iterator<Item = Note> {
        self.iter().map(|(note, _)| note)
    }

    fn count(&mut self, note: Note) {
        if self.0.is_empty() {
            self.0.resize(Note::ALL.len(), 0);
        }
        if let Some(times) = self.0.get_mut(note as usize) {
            *times += 1;
        }
    }
}

/// Senders outside home, at most [`MAX_SENDERS`].
#[derive(Clone, Debug, Default)]
pub struct Senders {
    /// Whose each is, and its messages.
    by_title: HashMap<Digits, (Place, u64), foldhash::fast::FixedState>,
    alerts: ByTitle,
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
    /// Returns a copy without the senders, who are many.
    #[must_use]
    pub fn without_senders(&self) -> Self {
        // Every field is named, so that a new one cannot be forgotten.
        let Self {
            frames,
            octets,
            late_frames,
            panics,
            data_chunks,
            sccp_messages,
            tcap_messages,
            suppressed,
            intel_expired,
            duplicates,
            events,
            pending,
            ref unread,
            ref other,
            ref operations,
            ref notes,
            ref alerts,
            senders: _,
        } = *self;
        Self {
            frames,
            octets,
            late_frames,
            panics,
            data_chunks,
            sccp_messages,
            tcap_messages,
            suppressed,
            intel_expired,
            duplicates,
            events,
            pending,
            unread: unread.clone(),
            other: other.clone(),
            operations: operations.clone(),
            notes: notes.clone(),
            alerts: alerts.clone(),
            senders: Senders::default(),
        }
    }

    pub(super) fn unread(&mut self, layer: &'static str, reason: &'static str) {
        *self.unread.entry((layer, reason)).or_default() += 1;
    }

    pub(super) fn other(&mut self, what: &'static str) {
        *self.other.entry(what).or_default() += 1;
    }

    pub(super) fn event(&mut self, event: &SigEvent) {
        self.events += 1;
        for note in event.notes.iter() {
            self.notes.count(note);
        }
        if event.duplicate {
            self.duplicates += 1;
            return;
        }
        if let Some(gt) = event.sccp.as_ref().and_then(|sccp| sccp.calling.gt.as_ref())
            && gt.place.origin != Origin::Home
            && event.dialogue.outcome.is_none()
        {
            self.senders.message(gt.e164.unwrap_or(gt.digits), gt.place);
        }
        let Some(operation) = &event.operation else { return };
        let component = event.tcap.as_ref().and_then(|tcap| tcap.component);
        let component = component.and_then(|component| component.kind);
        let Some(row) = self.operations.row(operation) else { return };
        if component == Some(ComponentType::Invoke) {
            row.invokes += 1;
        }
        if let Some(outcome) = event.dialogue.outcome
            && let Some(slot) = row.outcomes.get_mut(outcome as usize)
        {
            *slot += 1;
        }
    }

    /// Takes in what a judge has counted.
    pub(super) fn add(&mut self, told: Told) {
        self.suppressed += told.suppressed;
        for (rule, alerts) in told.alerts.0 {
            *self.alerts.0.entry(rule).or_default() += alerts;
        }
        for (gt, alerts) in told.attackers {
            count_attacker(&mut self.senders.alerts, gt, alerts);
        }
    }
}

/// What a judge counts.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// Hits that the configuration suppresses.
    pub(super) suppressed: u64,
    /// Alerts opened, by rule.
    alerts: ByRule,
    /// Alerts opened, by the title of each attacker.
    attackers: ByTitle,
}

impl Told {
    pub(super) fn is_empty(&self) -> bool {
        self.suppressed == 0 && self.alerts.0.is_empty()
    }

    pub(super) fn alert(&mut self, alert: &super::alert::Alert) {
        if alert.revision > 0 {
            return;
        }
        self.alerts.count(&alert.rule);
        for gt in alert.attackers.iter().filter_map(|attacker| attacker.gt) {
            count_attacker(&mut self.attackers, gt, 1);
        }
    }
}

/// Alerts by title.
type ByTitle = HashMap<Digits, u64, foldhash::fast::FixedState>;

fn count_attacker(attackers: &mut ByTitle, gt: Digits, alerts: u64) {
    if let Some(known) = attackers.get_mut(&gt) {
        *known += alerts;
    } else if attackers.len() < MAX_SENDERS {
        attackers.insert(gt, alerts);
    }
}

impl Senders {
    fn message(&mut self, gt: Digits, place: Place) {
        if let Some((_, messages)) = self.by_title.get_mut(&gt) {
            *messages += 1;
        } else if self.by_title.len() < MAX_SENDERS {
            self.by_title.insert(gt, (place, 1));
        } else {
            self.others += 1;
        }
    }

    /// Returns how many are told apart.
    #[must_use]
    pub fn count(&self) -> usize {
        self.by_title.len()
    }

    /// Returns the `most` senders with most alerts, then most messages.
    #[must_use]
    pub fn top(&self, most: usize) -> Vec<(Digits, Sender)> {
        let known = |(&gt, &(place, messages)): (&Digits, &(Place, u64))| {
            let alerts = self.alerts.get(&gt).copied().unwrap_or_default();
            (gt, Sender { place, messages, alerts })
        };
        let mut all: Vec<_> = self.by_title.iter().map(known).collect();
        let rank = |&(gt, sender): &(Digits, Sender)| {
            (core::cmp::Reverse((sender.alerts, sender.messages)), gt)
        };
        if most < all.len() {
            all.select_nth_unstable_by_key(most, rank);
            all.truncate(most);
        }
        all.sort_unstable_by_key(rank);
        all
    }

    /// Returns the senders, those with most alerts, then most messages, first.
    #[must_use]
    pub fn ranked(&self) -> Vec<(Digits, Sender)> {
        self.top(usize::MAX)
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

/// Local operation codes of a protocol.
const CODES: usize = 256;
/// Senders told apart.
pub const MAX_SENDERS: usize = 1 << 16;
