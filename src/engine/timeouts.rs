//! Silence: a request whose time is up becomes an event of its own.

use picket_dissectors::Note;
use picket_hw::Timestamp;

use super::{Witness, application, transaction::Envelope};
use crate::{
    event::{DialogueState, MessageType, Outcome, Party, SccpFacts, TcapFacts, party::GlobalTitle},
    state::{
        dialogue::{Dialogue, Peer},
        path::Point,
        waiting::Invoke,
    },
};

impl Witness {
    /// Tells every request of an expired dialogue as unanswered. Nobody answering is only said where
    /// answers on that path are seen; elsewhere they may have gone another way.
    pub(super) fn timed_out(&mut self, id: u64, dialogue: &Dialogue, at: Timestamp) {
        let (from, to) = path(dialogue);
        if !dialogue.answered {
            // Answers to requests on this path may not be seen here.
            self.paths.ended(from, to, false, at);
        }
        let outcome = if dialogue.answered || self.paths.answers_seen(from, to) {
            Outcome::NoAnswer
        } else {
            Outcome::Unseen
        };
        let silent = |invoke: &&Invoke| {
            invoke.operation.is_none_or(|operation| application::is_answered(&operation))
        };
        for invoke in dialogue.waiting.iter().filter(silent) {
            let (sender, receiver) = if invoke.from_responder {
                (&dialogue.responder, &dialogue.originator)
            } else {
                (&dialogue.originator, &dialogue.responder)
            };
            let envelope = Envelope {
                at,
                frame: invoke.frame,
                link: dialogue.link,
                // Of the answer that did not come.
                direction: invoke.direction.reverse(),
                transport: dialogue.transport,
                label: dialogue.label,
                sccp: SccpFacts {
                    calling: party(receiver),
                    called: party(sender),
                    segments: 1,
                    ..SccpFacts::default()
                },
                duplicate: false,
                notes: picket_dissectors::Notes::default(),
            };
            let protocol = invoke.operation.map(|operation| operation.protocol);
            let mut event = envelope.event(application::event_type(protocol));
            event.tcap = Some(TcapFacts {
                message: if dialogue.answered { MessageType::Continue } else { MessageType::Begin },
                otid: Some(dialogue.otid),
                dtid: dialogue.rtid,
                context: dialogue.context,
                destination_reference: dialogue.destination_reference,
                origination_reference: dialogue.origination_reference,
                abort: None,
                ansi: None,
                component: None,
            });
            event.dialogue.id = id;
            event.dialogue.state = DialogueState::Expired;
            event.dialogue.from_responder = !invoke.from_responder;
            self.answers_in(&mut event, invoke, Some(outcome), dialogue);
            self.resolve_subject(&mut event);
            self.decide(&mut event);
        }
    }

    /// Tells what never became whole by a deadline: segments are read as far as they go.
    pub(super) fn lose_parts(&mut self, now: Timestamp) {
        while self.fragments.expire(now).is_some() {
            self.stats.unread("ip", "fragments lost");
        }
        while self.associations.expire(now).is_some() {
            self.stats.unread("sctp", "fragments lost");
        }
        while let Some(lost) = self.segments.expire(now) {
            self.stats.unread("sccp", "segments lost");
            let mut envelope = lost.context;
            envelope.at = lost.deadline;
            envelope.notes.merge(&lost.notes);
            if lost.conflict {
                envelope.notes.add(Note::SccpReassemblyConflict);
            }
            if let Some(trails) = &mut self.trails {
                trails.begin(envelope.frame);
                trails.whole(&lost.key);
            }
            self.read_segments(&envelope, lost.readings, false);
        }
    }
}

/// Returns the point code that asks in a dialogue, and the one asked.
pub(super) fn path(dialogue: &Dialogue) -> (Point, u32) {
    let label = &dialogue.label;
    (Point { code: label.opc, ni: label.ni, na: label.na }, label.dpc)
}

fn party(peer: &Peer) -> Party {
    Party {
        ssn: peer.ssn,
        gt: peer.gt.map(|digits| GlobalTitle {
            digits,
            e164: peer.e164,
            place: peer.place,
            ..GlobalTitle::default()
        }),
        ..Party::default()
    }
}
