//! Messages that came back (UDTS, XUDTS, LUDTS; ITU-T Q.714 §4.2).
//!
//! What was to begin or continue a dialogue never arrived: its requests end as undeliverable. A
//! message returned to somebody who never sent it is a reflection, made with a forged sender.

use picket_dissectors::{Note, tcap::Component as Wire};

use super::{
    Witness,
    opening::Opened,
    transaction::{Envelope, peers},
    wire::pure,
};
use crate::event::{Component, Direction, EventType, Outcome, SigEvent};

impl Witness {
    /// Tells each component of a returned message, and ends its dialogue.
    pub(super) fn returned(&mut self, envelope: &Envelope, data: &[u8]) {
        let mut room = Opened::room();
        let read = pure(|| room.open(data, envelope.notes, self.scout.portions()));
        let opened = read.is_some_and(|read| read.is_ok()).then_some(room);
        let found = opened.as_ref().and_then(|opened| {
            // It goes back to its sender, so its own originating id is the receiver's.
            let (sender, receiver) = peers(envelope);
            self.dialogues.find(opened.facts.otid?, &sender, &receiver, &envelope.label)
        });
        let mut event = envelope.event(EventType::Sccp);
        event.dialogue.id = found.map_or(0, |found| found.id);
        if let Some(trails) = &mut self.trails {
            trails.message(event.dialogue.id);
        }
        if found.is_none() && event.direction == Direction::Inbound && !event.duplicate {
            // On a tap of one direction, or just after the start, that proves nothing by itself.
            event.notes.add(Note::SccpUdtsReflection);
        }
        match opened {
            Some(opened) if opened.count > 0 => self.returned_components(&event, &opened),
            Some(opened) => {
                event.notes.merge(&opened.notes);
                event.tcap = Some(opened.facts);
                self.decide(&mut event);
            }
            None => self.decide(&mut event),
        }
        if let Some(found) = found.filter(|_| !envelope.duplicate) {
            self.dialogues.close(found.id);
        }
    }

    fn returned_components(&mut self, told: &SigEvent, opened: &Opened<'_>) {
        let mut notes = opened.notes;
        for ((component, own), index) in opened.components().zip(1_u16..=u16::MAX) {
            notes.merge(&own);
            let mut event = *told;
            event.notes.merge(&notes);
            let mut facts = opened.facts;
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
            if let Wire::Invoke(invoke) = component {
                self.returned_invoke(&mut event, &invoke);
                let id = event
                    .tcap
                    .and_then(|tcap| tcap.component)
                    .and_then(|component| component.invoke_id);
                let dialogue = self.dialogues.get(event.dialogue.id);
                let request = dialogue.and_then(|dialogue| {
                    dialogue.waiting.iter().find(|waiting| waiting.id == id).copied()
                });
                if let Some(request) = request.filter(|_| !event.duplicate) {
                    self.answers(&mut event, &request, Some(Outcome::Undeliverable));
                }
            }
            event.kind = EventType::Sccp;
            self.resolve_subject(&mut event);
            self.decide(&mut event);
        }
    }
}
