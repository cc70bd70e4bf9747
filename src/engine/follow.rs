//! Calls the trackers: what they write into an event before rules see it.

use picket_dissectors::Note;

use super::Witness;
use crate::{
    enrich::network::{NodeRole, Origin},
    event::{ComponentType, Outcome, Protocol, SigEvent},
    track::{business, presence},
};

impl Witness {
    pub(super) fn track(&mut self, event: &mut SigEvent) {
        let Some(operation) = event.operation else { return };
        let component =
            event.tcap.and_then(|tcap| tcap.component).and_then(|component| component.kind);
        let invoke = component == Some(ComponentType::Invoke);
        if operation.protocol == Protocol::Map {
            match operation.code {
                UPDATE_LOCATION | UPDATE_GPRS_LOCATION | SEND_AUTHENTICATION_INFO if invoke => {
                    self.track_move(event);
                }
                SEND_ROUTING_INFO_FOR_SM if !invoke => self.track_question(event),
                FORWARD_SM | MT_FORWARD_SM if invoke => self.track_delivery(event),
                _ => {}
            }
            if invoke && matches!(operation.family, "location" | "identity") {
                self.track_query(event);
            }
        }
        if invoke {
            event.tracking.unwarranted = business::none(event);
            self.count_flood(event);
            self.pursue(event, operation);
            self.watch(event, operation);
        } else if event.dialogue.request.is_some() {
            self.pursue_answer(event, operation);
            self.watch_answer(event, operation);
        }
    }

    fn track_query(&mut self, event: &mut SigEvent) {
        let external = event
            .sccp
            .and_then(|sccp| sccp.calling.gt)
            .filter(|gt| gt.place.origin != Origin::Home);
        let Some((gt, asked)) = external.zip(self.subscribers.ask(event.subscriber.key, event.at))
        else {
            return;
        };
        let counts = asked.queries.add(event.at, gt.e164.unwrap_or(gt.digits), gt.place.country);
        event.tracking.queries_1h = Some(counts.queries);
        event.tracking.distinct_gts_1h = Some(counts.senders);
        event.tracking.distinct_countries_1h = Some(counts.countries);
    }

    /// A registration, or the request for keys before it: how far it is from where the subscriber was seen last.
    fn track_move(&self, event: &mut SigEvent) {
        let Some(subscriber) = self.subscribers.get(event.subscriber.key) else { return };
        let sender = event.sccp.and_then(|sccp| sccp.calling.gt).map(|gt| gt.place);
        let Some(place) = self.registering_place(event, sender) else { return };
        let Some(travel) = presence::travel(subscriber, &place, event.at) else { return };
        event.tracking.previous_network = travel.previous_network;
        event.tracking.previous_age_s = travel.previous_age_s;
        event.tracking.distance_km = travel.distance_km;
        event.tracking.velocity_kmh = travel.velocity_kmh;
    }

    /// An answered question where to send a message. What the answer names instead of the IMSI may
    /// be a correlation id; the delivery will come under that.
    fn track_question(&mut self, event: &mut SigEvent) {
        if event.dialogue.outcome != Some(Outcome::Leaked) {
            return;
        }
        if let Some(named) = event.parameters.imsi {
            self.deliveries.insert(named, event.subscriber.key, 0, event.at);
        }
        if let Some(asked) = self.subscribers.ask(event.subscriber.key, event.at) {
            event.tracking.sri_sm_unfollowed_1h = Some(asked.deliveries.asked(event.at));
        }
    }

    fn track_delivery(&mut self, event: &SigEvent) {
        // The router's own delivery, and that to an LMSI, name the person otherwise.
        let meant = event.subscriber.imsi.and_then(|imsi| self.deliveries.get(&imsi).copied());
        for key in [meant.unwrap_or(0), event.subscriber.key] {
            if let Some(asked) = self.subscribers.asked_mut(key) {
                asked.deliveries.delivered(event.at);
            }
        }
    }

    /// Notes an answer that gave the real IMSI to a network outside, past the SMS router: one is
    /// configured, or the number was answered with changing ids before.
    pub(super) fn note_bypass(&self, event: &mut SigEvent) {
        let answered = event.dialogue.outcome == Some(Outcome::Leaked)
            && event.operation.is_some_and(|operation| {
                operation.protocol == Protocol::Map && operation.code == SEND_ROUTING_INFO_FOR_SM
            });
        let request = event.dialogue.request;
        let away = request.is_some_and(|request| request.asker_place.origin != Origin::Home);
        let sender = event.sccp.and_then(|sccp| sccp.calling.gt);
        let ours = sender.is_some_and(|gt| gt.place.origin == Origin::Home);
        let known = self.subscribers.get(event.subscriber.key);
        let routed = known.is_some_and(|subscriber| subscriber.scrambled)
            || self.plan.networks.has_role(NodeRole::SmsRouter);
        if answered && away && ours && routed && !self.is_sms_router(event) {
            event.notes.add(Note::SmsHomeRoutingBypass);
        }
    }
}

const UPDATE_LOCATION: i32 = 2;
const UPDATE_GPRS_LOCATION: i32 = 23;
const MT_FORWARD_SM: i32 = 44;
const SEND_ROUTING_INFO_FOR_SM: i32 = 45;
const SEND_AUTHENTICATION_INFO: i32 = 56;
/// forwardSM of versions 1 and 2, both directions.
const FORWARD_SM: i32 = 46;
