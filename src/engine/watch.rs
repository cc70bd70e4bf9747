//! Calls the trackers of who asks: what they write into an event before rules see it.

use super::{Witness, flood::drowned};
use crate::{
    enrich::network::Origin,
    event::{Direction, MessageType, Operation, Outcome, Protocol, Side, SigEvent},
    state::path::Point,
    track::sweep::SWEEP,
};

impl Witness {
    /// A request from outside: whether it is usual, comes its usual way, and is one of a sweep.
    pub(super) fn watch(&mut self, event: &mut SigEvent, operation: Operation) {
        let Some(sccp) = event.sccp else { return };
        let Some(gt) = sccp.calling.gt.filter(|gt| gt.place.origin.is_external()) else { return };
        let inbound = !matches!(event.direction, Direction::Outbound | Direction::Internal);
        if event.dialogue.from_responder || !inbound {
            return;
        }
        let title = gt.e164.unwrap_or(gt.digits);
        let code = operation.code;
        let code =
            if operation.protocol == Protocol::Cap { code.saturating_add(1 << 16) } else { code };
        let role = sccp.called.ssn.unwrap_or(0);
        let begins = event.tcap.is_some_and(|tcap| tcap.message == MessageType::Begin);
        if drowned(event) && self.senders.known(title).is_none() {
            return;
        }
        let asker = &mut event.tracking.asker;
        asker.habit = Some(self.senders.habit(title, code, role, event.at));
        if begins && event.label.present && event.link.side != Side::Internal {
            let point = Point { code: event.label.opc, ni: event.label.ni, na: event.label.na };
            asker.strange_way = self.senders.way(title, &gt.place, point, event.at);
        }
        let map = operation.protocol == Protocol::Map;
        match operation.code {
            FORWARD_SM | MT_FORWARD_SM
                if map && sccp.called.gt.is_some_and(|gt| gt.place.origin == Origin::Home) =>
            {
                if let Some(family) = self.senders.family(
                    title,
                    &gt.place,
                    self.plan.networks.family_of(&gt.place),
                    event.at,
                ) {
                    family.messages.delivered(event.at);
                }
            }
            _ => {}
        }
        let routing = map && operation.code == SEND_ROUTING_INFO_FOR_SM;
        let person = event.subscriber.imsi.or(event.subscriber.msisdn);
        let Some(person) = person.filter(|_| event.tracking.unwarranted || routing) else { return };
        if let Some(sender) = self.senders.title(title, event.at) {
            asker.sequence = Some(sender.sequence.add(person));
            let counts = if event.tracking.unwarranted {
                sender.asked(event.at, title, person)
            } else {
                sender.counts()
            };
            asker.title = Some(counts);
            asker.sweep = event.tracking.unwarranted && counts.people >= SWEEP;
        }
        if event.tracking.unwarranted
            && let Some(block) = self.senders.block(title, event.at)
        {
            let counts = block.asked(event.at, title, person);
            asker.block = Some(counts);
        }
    }

    /// An answer to somebody outside: how often there is nobody, and whether routings are used.
    pub(super) fn watch_answer(&mut self, event: &mut SigEvent, operation: Operation) {
        let Some(request) = event.dialogue.request else { return };
        let outside = request.asker_place.origin != Origin::Home;
        let Some(title) = request.asker.filter(|_| outside) else { return };
        let outcome = event.dialogue.outcome;
        let map = operation.protocol == Protocol::Map;
        if let Some(sender) = self.senders.known(title).filter(|_| outcome.is_some()) {
            let failed = matches!(outcome, Some(Outcome::Error | Outcome::Refused));
            let code = event.tcap.and_then(|tcap| tcap.component).and_then(|c| c.error);
            sender.answered(event.at, failed, map && code.is_some_and(|c| NOBODY.contains(&c)));
            event.tracking.asker.title = Some(sender.counts());
        }
        if map
            && operation.code == SEND_ROUTING_INFO_FOR_SM
            && outcome == Some(Outcome::Leaked)
            && self.served_at_home(event)
            && let Some(family) = self.senders.family(
                title,
                &request.asker_place,
                self.plan.networks.family_of(&request.asker_place),
                event.at,
            )
        {
            event.tracking.asker.messages = Some(family.messages.routed(event.at));
        }
    }

    /// Whether an answer names a home node as the one that serves the subscriber, so that a message
    /// would come past.
    fn served_at_home(&self, event: &SigEvent) -> bool {
        let node = super::subject::serving_node(&event.parameters);
        node.is_some_and(|node| self.plan.networks.gt(node).origin == Origin::Home)
    }
}

const MT_FORWARD_SM: i32 = 44;
const SEND_ROUTING_INFO_FOR_SM: i32 = 45;
/// forwardSM of versions 1 and 2, both directions.
const FORWARD_SM: i32 = 46;
/// unknownSubscriber, unidentifiedSubscriber (TS 29.002 §17.6.6).
const NOBODY: [i32; 2] = [1, 5];
