//! From TCAP octets to events: dialogues are found, invokes joined to their answers.

use picket_dissectors::{
    Error, Note, Notes,
    tcap::{Component as Wire, Kind},
};
use picket_hw::Timestamp;

use super::{Witness, application, opening::Opened, scout::Tcap, timeouts::path, wire::pure};
use crate::{
    event::{
        Component, ComponentType, DialogueState, Direction, EventType, FrameId, Label, Link,
        Outcome, Party, RequestRef, SccpFacts, SigEvent, Transport,
    },
    state::{
        dialogue::{Dialogue, Found, Peer},
        path::Point,
        waiting::Invoke,
    },
};

/// What the layers below said of a message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Envelope {
    pub(super) at: Timestamp,
    pub(super) frame: FrameId,
    pub(super) link: Link,
    pub(super) direction: Direction,
    pub(super) transport: Transport,
    pub(super) label: Label,
    pub(super) sccp: SccpFacts,
    pub(super) duplicate: bool,
    pub(super) notes: Notes,
}

impl Envelope {
    /// Makes an event of it that says nothing of the layers above.
    pub(super) fn event(&self, kind: EventType) -> SigEvent {
        SigEvent {
            kind,
            at: self.at,
            frame: self.frame,
            link: self.link,
            direction: self.direction,
            transport: self.transport,
            label: self.label,
            sccp: Some(self.sccp),
            tcap: None,
            operation: None,
            parameters: Default::default(),
            dialogue: Default::default(),
            subscriber: Default::default(),
            tracking: Default::default(),
            management: None,
            about: None,
            intel: None,
            duplicate: self.duplicate,
            notes: self.notes,
            unread: None,
        }
    }

    pub(super) fn point(&self) -> Point {
        Point { code: self.label.opc, ni: self.label.ni, na: self.label.na }
    }
}

impl Witness {
    /// Reads a TCAP message and decides on each of its components.
    pub(super) fn transaction(&mut self, envelope: &Envelope, octets: &[u8], tcap: Option<&Tcap>) {
        self.stats.tcap_messages += 1;
        // A dissector is pure: when it panics nothing is left half written, and the frame is lost
        // but for this event.
        let mut opened = Opened::room();
        let read = pure(|| -> Result<(), (Error, Notes)> {
            match tcap {
                Some(tcap) => opened.resume(octets, envelope.notes, tcap),
                None => opened.open(octets, envelope.notes, self.scout.portions())?,
            }
            Ok(())
        });
        let Some(read) = read else { return self.panicked(envelope) };
        if let Err((error, notes)) = read {
            if notes.contains(Note::TcapAnsi) && self.ansi(envelope, octets) {
                return;
            }
            return self.unreadable(envelope, "tcap", error.reason(), notes);
        }
        if envelope.duplicate {
            return self.repeat(envelope, &opened);
        }
        match opened.kind {
            Kind::Begin | Kind::Unidirectional => self.begin(envelope, &opened),
            Kind::Continue | Kind::End | Kind::Abort => self.follow(envelope, &opened),
        }
    }

    /// A second sighting: told, and nothing else.
    fn repeat(&mut self, envelope: &Envelope, opened: &Opened<'_>) {
        let mut event = envelope.event(EventType::Tcap);
        event.tcap = Some(opened.facts);
        event.notes = opened.notes;
        self.decide(&mut event);
    }

    pub(super) fn unreadable(
        &mut self,
        envelope: &Envelope,
        layer: &'static str,
        reason: &'static str,
        notes: Notes,
    ) {
        self.stats.unread(layer, reason);
        let mut event =
            envelope.event(if layer == "sccp" { EventType::Sccp } else { EventType::Tcap });
        event.notes = notes;
        event.unread = Some(reason);
        self.decide(&mut event);
    }

    fn panicked(&mut self, envelope: &Envelope) {
        self.stats.panics += 1;
        let mut notes = envelope.notes;
        notes.add(Note::EnginePanic);
        self.unreadable(envelope, "tcap", "panic", notes);
    }

    fn begin(&mut self, envelope: &Envelope, opened: &Opened<'_>) {
        let (originator, responder) = peers(envelope);
        let mut notes = opened.notes;
        if opened.kind == Kind::Unidirectional {
            notes.add(Note::DialogueUnidirectional);
            self.components(envelope, opened, notes, None);
            return;
        }
        let dialogue = Dialogue {
            opened_at: envelope.at,
            originator,
            responder,
            otid: opened.facts.otid.unwrap_or_default(),
            rtid: None,
            answered: false,
            begin_seen: true,
            context: opened.facts.context,
            destination_reference: opened.facts.destination_reference,
            origination_reference: opened.facts.origination_reference,
            direction: envelope.direction,
            link: envelope.link,
            label: envelope.label,
            transport: envelope.transport,
            invoked: false,
            spoken: None,
            imsi: None,
            msisdn: None,
            waiting: Default::default(),
            life: application::life(opened.facts.context.as_ref()),
        };
        let (id, gone, collision) = self.dialogues.open(dialogue, envelope.at);
        if collision {
            notes.add(Note::DialogueCollision);
        }
        if let Some(gone) = gone {
            if !collision {
                notes.add(Note::StateEvicted);
            }
            self.dialogues.recycle(gone);
        }
        let found = Found { id, from_responder: false, exact: true };
        self.components(envelope, opened, notes, Some(found));
    }

    fn follow(&mut self, envelope: &Envelope, opened: &Opened<'_>) {
        let (sender, receiver) = peers(envelope);
        let mut notes = opened.notes;
        let found = opened
            .facts
            .dtid
            .and_then(|dtid| self.dialogues.find(dtid, &sender, &receiver, &envelope.label));
        match found {
            Some(found) => self.note_addresses(found, envelope, &sender, &receiver, &mut notes),
            None => notes.add(Note::DialogueOrphanResult),
        }
        if let Some(found) = found {
            if opened.facts.abort.is_some_and(|abort| abort.context_refused)
                && let Some(dialogue) = self.dialogues.get(found.id).cloned()
            {
                self.version_refused(&dialogue);
            }
            if found.from_responder {
                let first =
                    self.dialogues.get(found.id).filter(|dialogue| !dialogue.answered).map(path);
                if let Some((from, to)) = first {
                    self.paths.ended(from, to, true, envelope.at);
                }
                self.dialogues.answered(found.id, opened.facts.otid, &sender);
            }
            if let (Some(context), Some(dialogue)) =
                (opened.facts.context, self.dialogues.get_mut(found.id))
            {
                dialogue.context = Some(context);
            }
            self.dialogues.refresh(found.id, Default::default(), envelope.at);
        }
        self.components(envelope, opened, notes, found);
        if matches!(opened.kind, Kind::End | Kind::Abort)
            && let Some(found) = found
        {
            self.dialogues.close(found.id);
        }
    }

    /// Notes a sender or receiver that is not the one the dialogue had (DOMAIN rows E21 and E24).
    fn note_addresses(
        &self,
        found: Found,
        envelope: &Envelope,
        sender: &Peer,
        receiver: &Peer,
        notes: &mut Notes,
    ) {
        let Some(dialogue) = self.dialogues.get(found.id) else { return };
        let (from, to) = if found.from_responder {
            (dialogue.responder, dialogue.originator)
        } else {
            (dialogue.originator, dialogue.responder)
        };
        // The first answer may come from another title than was called: the responder puts in its
        // own. Later messages keep theirs.
        let settled = !found.from_responder || dialogue.rtid.is_some();
        if settled && from.e164 != sender.e164 && !same_network(&from, sender) {
            notes.add(Note::DialogueGtChanged);
        }
        let same_side = dialogue.link.side == envelope.link.side;
        if found.from_responder
            && same_side
            && to.e164.is_some()
            && to.e164 != receiver.e164
            && !same_network(&to, receiver)
        {
            notes.add(Note::DialogueResponseRerouted);
        }
    }

    fn components(
        &mut self,
        envelope: &Envelope,
        opened: &Opened<'_>,
        notes: Notes,
        found: Option<Found>,
    ) {
        if let Some(trails) = &mut self.trails {
            trails.message(found.map_or(0, |found| found.id));
        }
        if opened.count == 0 {
            return self.bare(envelope, opened, notes, found);
        }
        let mut families: Option<&'static str> = None;
        for ((component, own), index) in opened.components().zip(1_u16..=u16::MAX) {
            let mut event = envelope.event(EventType::Tcap);
            event.notes = notes;
            event.notes.merge(&own);
            let mut facts = opened.facts;
            if let Some(dialogue) = found.and_then(|found| self.dialogues.get(found.id)) {
                facts.context = facts.context.or(dialogue.context);
                facts.destination_reference =
                    facts.destination_reference.or(dialogue.destination_reference);
                facts.origination_reference =
                    facts.origination_reference.or(dialogue.origination_reference);
            }
            facts.component = Some(Component {
                kind: None,
                index,
                count: opened.count,
                invoke_id: None,
                linked_id: None,
                code: None,
                error: None,
                problem: None,
            });
            event.tcap = Some(facts);
            self.place_in_dialogue(&mut event, opened.kind, found);
            match component {
                Wire::Invoke(invoke) => {
                    self.invoke(&mut event, &invoke, found);
                    let family = event.operation.map(|operation| operation.family);
                    if families.is_some() && family.is_some() && families != family {
                        event.notes.add(Note::TcapMultiInvokeMixed);
                    }
                    families = families.or(family);
                }
                Wire::ReturnResultLast(result) => {
                    self.result(&mut event, &result, found, ComponentType::ReturnResultLast);
                }
                Wire::ReturnResultNotLast(result) => {
                    self.result(&mut event, &result, found, ComponentType::ReturnResultNotLast);
                }
                Wire::ReturnError(error) => self.error(&mut event, &error, found),
                Wire::Reject(reject) => self.reject(&mut event, &reject, found),
                Wire::Unreadable { .. } => {
                    self.stats.unread("tcap", "component");
                    event.unread = Some("component");
                }
            }
            self.decide(&mut event);
        }
    }

    fn place_in_dialogue(&self, event: &mut SigEvent, kind: Kind, found: Option<Found>) {
        let Some(found) = found else {
            event.dialogue.state = match kind {
                Kind::Unidirectional | Kind::Begin => DialogueState::None,
                Kind::Continue | Kind::End | Kind::Abort => DialogueState::Orphan,
            };
            return;
        };
        event.dialogue.id = found.id;
        event.dialogue.from_responder = found.from_responder;
        event.dialogue.state = match kind {
            Kind::Begin | Kind::Unidirectional => DialogueState::Begun,
            Kind::Continue => DialogueState::Open,
            Kind::End | Kind::Abort => DialogueState::Ended,
        };
    }

    /// A message without components: a bare Begin, a handshake, an abort.
    fn bare(
        &mut self,
        envelope: &Envelope,
        opened: &Opened<'_>,
        notes: Notes,
        found: Option<Found>,
    ) {
        let mut event = envelope.event(EventType::Tcap);
        event.notes = notes;
        event.tcap = Some(opened.facts);
        self.place_in_dialogue(&mut event, opened.kind, found);
        let refused = opened.facts.abort.is_some_and(|abort| abort.context_refused);
        let outcome = match opened.kind {
            Kind::Abort if refused => Some(Outcome::Refused),
            Kind::Abort => Some(Outcome::Aborted),
            Kind::End if refused => Some(Outcome::Refused),
            Kind::End => Some(Outcome::NoAnswer),
            Kind::Begin | Kind::Continue | Kind::Unidirectional => None,
        };
        let Some((outcome, found)) = outcome.zip(found) else { return self.decide(&mut event) };
        let waiting =
            self.dialogues.get(found.id).map(|dialogue| dialogue.waiting.all()).unwrap_or_default();
        let mut waiting = waiting.iter().filter(|invoke| {
            // What succeeds in silence did not fail because the dialogue ended.
            outcome != Outcome::NoAnswer
                || invoke.operation.is_none_or(|operation| application::is_answered(&operation))
        });
        let Some(first) = waiting.next() else { return self.decide(&mut event) };
        self.answers(&mut event, first, Some(outcome));
        self.resolve_subject(&mut event);
        self.decide(&mut event);
        for other in waiting {
            self.answers(&mut event, other, Some(outcome));
            self.testimony.outcome(&event);
        }
    }

    /// Fills in the request that an event answers.
    pub(super) fn answers(&self, event: &mut SigEvent, request: &Invoke, outcome: Option<Outcome>) {
        if let Some(dialogue) = self.dialogues.get(event.dialogue.id) {
            self.answers_in(event, request, outcome, dialogue);
        }
    }

    /// Fills in the request that an event answers, of a dialogue at hand.
    pub(super) fn answers_in(
        &self,
        event: &mut SigEvent,
        request: &Invoke,
        outcome: Option<Outcome>,
        dialogue: &Dialogue,
    ) {
        event.operation = request.operation;
        event.kind = application::event_type(request.operation.map(|operation| operation.protocol));
        event.dialogue.outcome = outcome;
        event.dialogue.latency_ns = Some(event.at.since(request.at));
        let asker = if request.from_responder { dialogue.responder } else { dialogue.originator };
        event.dialogue.request = Some(RequestRef {
            at: request.at,
            frame: request.frame,
            invoke_id: request.id,
            asker: asker.e164.or(asker.gt),
            asker_place: asker.place,
            requested: request.requested,
            direction: request.direction,
            node: request.node,
        });
        event.subscriber.imsi = request.imsi;
        event.subscriber.msisdn = request.msisdn;
    }
}

/// Returns sender and receiver as ends of a dialogue.
pub(super) fn peers(envelope: &Envelope) -> (Peer, Peer) {
    let peer = |party: &Party, pc: u32| Peer {
        gt: party.gt.map(|gt| gt.digits),
        e164: party.gt.and_then(|gt| gt.e164),
        place: party.gt.map(|gt| gt.place).unwrap_or_default(),
        ssn: party.ssn,
        pc: party.pc.unwrap_or(pc),
    };
    (
        peer(&envelope.sccp.calling, envelope.label.opc),
        peer(&envelope.sccp.called, envelope.label.dpc),
    )
}

fn same_network(a: &Peer, b: &Peer) -> bool {
    a.place.network.is_some() && a.place.network == b.place.network
}
