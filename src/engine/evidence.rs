//! What an alert cites: a frame and what stood in it, and the ring that remembers lately seen ones.

use picket_dissectors::{
    Digits, Notes,
    map::parameters::{Addresses, Role},
};
use picket_hw::Timestamp;

use super::alert::{Attacker, Trace};
use crate::event::{FrameId, Label, Operation, Outcome, SigEvent, Tid};

/// One cited occurrence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evidence {
    /// Frame.
    pub frame: FrameId,
    /// Dialogue; 0 for none.
    pub dialogue: u64,
    /// Time.
    pub at: Timestamp,
    /// Operation.
    pub operation: Option<Operation>,
    /// Outcome, for an answer or once known.
    pub outcome: Option<Outcome>,
    /// Who sent it.
    pub calling: Attacker,
    /// Whom it addressed.
    pub called: Attacker,
    /// Who is to blame: who sent a request, or who an answer goes to.
    pub offender: Attacker,
    /// Transaction ids.
    pub otid: Option<Tid>,
    /// Transaction ids.
    pub dtid: Option<Tid>,
    /// Routing label.
    pub label: Label,
    /// Subscriber key.
    pub subscriber: u64,
    /// Oddities.
    pub notes: Notes,
    /// Name of the application context.
    pub context: Option<&'static str>,
    /// Version of the application context.
    pub version: Option<u8>,
    /// Nodes named inside.
    pub nodes: Nodes,
}

/// Nodes that an argument or a result names: the first of each part, and the first few of those.
/// Numbers of people and of calls are not among them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Nodes([Option<(Role, Digits)>; Self::MAX]);

impl Nodes {
    /// The most that are kept: with them a cited event stays below half a kilooctet.
    pub const MAX: usize = 4;
    /// The parts that count, with their names in alerts.
    pub const ROLES: [(Role, &str); 9] = [
        (Role::Msc, "msc"),
        (Role::Vlr, "vlr"),
        (Role::Sgsn, "sgsn"),
        (Role::Mme, "mme"),
        (Role::Hlr, "hlr"),
        (Role::Gmlc, "gmlc"),
        (Role::GsmScf, "gsm_scf"),
        (Role::Gmsc, "gmsc"),
        (Role::ServiceCentre, "sc_address"),
    ];

    /// Takes them from what a message names.
    #[must_use]
    pub fn of(addresses: &Addresses) -> Self {
        let mut this = Self::default();
        let mut named = Self::ROLES.into_iter().filter_map(|(role, _)| addresses.get(role)).fuse();
        for slot in &mut this.0 {
            *slot = named.next().map(|address| (address.role, address.digits));
        }
        this
    }

    /// Iterates over them, with their names in alerts.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, Digits)> {
        self.0.into_iter().flatten().filter_map(|(role, digits)| {
            Self::ROLES
                .into_iter()
                .find(|(known, _)| *known == role)
                .map(|(_, name)| (name, digits))
        })
    }
}

impl Evidence {
    /// Cites an event.
    #[must_use]
    pub fn of(event: &SigEvent) -> Self {
        let (calling, called) = parties(event);
        let context = event.tcap.and_then(|tcap| tcap.context);
        Self {
            frame: event.frame,
            dialogue: event.dialogue.id,
            at: event.at,
            operation: event.operation,
            outcome: event.dialogue.outcome,
            calling,
            called,
            offender: offenders(event).0,
            otid: event.tcap.and_then(|tcap| tcap.otid),
            dtid: event.tcap.and_then(|tcap| tcap.dtid),
            label: event.label,
            subscriber: event.subscriber.key,
            notes: event.notes,
            context: context.and_then(|context| context.name),
            version: context.and_then(|context| context.version),
            nodes: Nodes::of(&event.parameters.addresses),
        }
    }

    /// Returns what a display filter finds it by.
    #[must_use]
    pub fn trace(&self) -> Option<Trace> {
        let tid = self.otid.or(self.dtid)?;
        // Both directions of a dialogue are one.
        let (opc, dpc) = (self.label.opc, self.label.dpc);
        let points = self.label.present.then_some((opc.min(dpc), opc.max(dpc)));
        Some(Trace { tid, points, carrier: self.label.carrier })
    }
}

/// Returns sender and addressed of an event.
#[must_use]
pub fn parties(event: &SigEvent) -> (Attacker, Attacker) {
    let of = |called: bool| {
        let party = event.sccp.map(|sccp| if called { sccp.called } else { sccp.calling });
        let party = party.unwrap_or_default();
        let label_pc =
            event.label.present.then_some(if called { event.label.dpc } else { event.label.opc });
        Attacker {
            gt: party.gt.map(|gt| gt.e164.unwrap_or(gt.digits)),
            place: party.gt.map(|gt| gt.place).unwrap_or_default(),
            point_code: party.pc.or(label_pc),
            ssn: party.ssn,
        }
    };
    (of(false), of(true))
}

/// Returns who did it and to whom: of an answer or a returned message, who asked and who was asked.
#[must_use]
pub fn offenders(event: &SigEvent) -> (Attacker, Attacker) {
    let (calling, called) = parties(event);
    let back = event.dialogue.request.is_some()
        || event.sccp.is_some_and(|sccp| sccp.return_cause.is_some());
    if back { (called, calling) } else { (calling, called) }
}

/// Remembers the last events that rules took note of, by token.
#[derive(Debug)]
pub struct EvidenceRing {
    slots: Vec<(u64, Evidence)>,
    /// The first token given.
    first: u64,
    next: u64,
}

impl EvidenceRing {
    /// Makes an empty ring.
    #[must_use]
    pub const fn new() -> Self {
        Self { slots: Vec::new(), first: 1, next: 1 }
    }

    /// Returns the token the next [`Self::keep`] will give.
    #[must_use]
    pub const fn token(&self) -> u64 {
        self.next
    }

    /// Goes on with the tokens of an earlier run, whose events are gone.
    pub fn resume(&mut self, next: u64) {
        *self = Self { slots: Vec::new(), first: next.max(1), next: next.max(1) };
    }

    /// Keeps an event under [`Self::token`].
    pub fn keep(&mut self, evidence: Evidence) {
        let token = self.next;
        self.next += 1;
        let at = self.place(token);
        if self.slots.len() < CAPACITY {
            self.slots.push((token, evidence));
        } else if let Some(slot) = at.and_then(|at| self.slots.get_mut(at)) {
            *slot = (token, evidence);
        }
    }

    /// Returns the event kept under a token, unless it was overwritten.
    #[must_use]
    pub fn get(&self, token: u64) -> Option<&Evidence> {
        self.slots
            .get(self.place(token)?)
            .filter(|(kept, _)| *kept == token)
            .map(|(_, evidence)| evidence)
    }

    fn place(&self, token: u64) -> Option<usize> {
        usize::try_from(token.checked_sub(self.first)? % CAPACITY as u64).ok()
    }
}

impl Default for EvidenceRing {
    fn default() -> Self {
        Self::new()
    }
}

/// Events remembered: some 28 megaoctets.
const CAPACITY: usize = 1 << 16;

#[cfg(test)]
mod tests {
    use picket_dissectors::map::parameters::Address;

    use super::*;

    #[test]
    fn nodes_are_told_and_people_are_not() {
        let mut addresses = Addresses::default();
        let mut notes = Notes::default();
        for (role, digits) in [
            (Role::CalledNumber, "99921000000001"),
            (Role::ServiceCentre, "99910000001"),
            (Role::RoamingNumber, "99921000000002"),
            (Role::Vlr, "99910000002"),
            (Role::Msc, "99910000003"),
            (Role::GsmScf, "99910000004"),
            (Role::Gmlc, "99910000005"),
        ] {
            let digits = Digits::parse(digits).unwrap();
            addresses.push(Address { role, digits, ..Address::default() }, &mut notes);
        }
        let told: Vec<_> =
            Nodes::of(&addresses).iter().map(|(name, digits)| (name, digits.to_string())).collect();
        let want = [
            ("msc", "99910000003"),
            ("vlr", "99910000002"),
            ("gmlc", "99910000005"),
            ("gsm_scf", "99910000004"),
        ];
        assert_eq!(told, want.map(|(name, digits)| (name, digits.to_owned())));
        assert!(size_of::<Evidence>() <= 512, "{}", size_of::<Evidence>());
    }
}
