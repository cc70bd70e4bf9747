//! Who an operation is about, what answers teach about them, and where they are registered.

use picket_dissectors::{
    Digits,
    map::parameters::{Gifts, Role},
};

use super::Engine;
use crate::{
    event::{Outcome, Protocol, SigEvent},
    state::subscriber::Serving,
};

impl Engine {
    /// Fills in the subscriber of an event whose named numbers are in `event.subscriber`.
    pub(super) fn resolve_subject(&mut self, event: &mut SigEvent) {
        let (imsi, msisdn) = (event.subscriber.imsi, event.subscriber.msisdn);
        let key = self.subscribers.named(imsi, msisdn, event.at);
        if key == 0 {
            return;
        }
        let subject = &mut event.subscriber;
        subject.key = key;
        if let Some(known) = self.subscribers.get(key) {
            subject.imsi = imsi.or(known.imsi);
            subject.msisdn = msisdn.or(known.msisdn);
            let latest = match (known.serving, known.serving_packet) {
                (Some(cs), Some(ps)) => Some(if ps.at > cs.at { ps } else { cs }),
                (cs, ps) => cs.or(ps),
            };
            subject.serving = latest.map(|serving| serving.place);
        }
        let networks = &self.plan.networks;
        // The IMSI decides: MSISDN ranges are ported, identities are not.
        subject.place = match (subject.imsi, subject.msisdn) {
            (Some(imsi), _) => networks.imsi(imsi),
            (None, Some(msisdn)) => networks.msisdn(msisdn),
            (None, None) => Default::default(),
        };
        let sender = event.sccp.and_then(|sccp| sccp.calling.gt).map(|gt| gt.place);
        let Some(sender) = sender else { return };
        subject.from_home = match (sender.network, subject.place.network) {
            (Some(sender), Some(home)) => networks.same_group(sender, home),
            _ => false,
        };
        subject.from_serving = self.subscribers.get(key).and_then(|known| {
            let registrations = [known.serving, known.serving_packet];
            let mut known = registrations.iter().flatten().peekable();
            known.peek()?;
            Some(known.any(|serving| match (serving.place.network, sender.network) {
                (Some(a), Some(b)) => networks.same_group(a, b),
                (None, None) => serving.place.country == sender.country,
                _ => false,
            }))
        });
    }

    /// Learns from an accepted answer: bindings, and where the subscriber is registered. `event` is
    /// the answer, joined to its request.
    pub(super) fn learn(&mut self, event: &SigEvent) {
        let Some(request) = event.dialogue.request else { return };
        let Some(operation) =
            event.operation.filter(|operation| operation.protocol == Protocol::Map)
        else {
            return;
        };
        if !matches!(event.dialogue.outcome, Some(Outcome::Leaked | Outcome::Done)) {
            return;
        }
        if event.parameters.given.kinds.contains(Gifts::IDENTITY) {
            self.learn_binding(event);
        }
        let packet = match operation.code {
            UPDATE_LOCATION | SEND_AUTHENTICATION_INFO | MO_FORWARD_SM | RESTORE_DATA => false,
            UPDATE_GPRS_LOCATION => true,
            _ => return,
        };
        // The answer leaves the home network, so the one that asked is where the subscriber is. A
        // sender in no configured network still tells its country.
        let key = self.subscribers.named(event.subscriber.imsi, event.subscriber.msisdn, event.at);
        if key == 0 || (operation.code == SEND_AUTHENTICATION_INFO && self.registered(key)) {
            return;
        }
        self.subscribers.serve(
            key,
            packet,
            Serving { place: request.asker_place, node: request.asker, at: event.at },
        );
    }

    fn registered(&self, key: u64) -> bool {
        self.subscribers.get(key).is_some_and(|known| known.serving.is_some())
    }

    fn learn_binding(&mut self, event: &SigEvent) {
        let answer = &event.parameters;
        let imsi = answer.imsi.or(event.subscriber.imsi);
        let msisdn = answer.msisdn.or(event.subscriber.msisdn);
        let (Some(imsi), Some(msisdn)) = (imsi, msisdn) else { return };
        if self.is_sms_router(event) {
            return;
        }
        self.subscribers.bind(imsi, msisdn, event.at);
    }

    /// Whether an answer comes from an SMS router, which puts a correlation id in the IMSI's place
    /// (TS 29.002 §12.1): it names itself as the serving node, where a register names another.
    fn is_sms_router(&self, event: &SigEvent) -> bool {
        let sender = event.sccp.and_then(|sccp| sccp.calling.gt).and_then(|gt| gt.e164);
        let named = |role| event.parameters.addresses.get(role).map(|address| address.digits);
        let nodes = [Role::Msc, Role::Sgsn, Role::IpSmGw, Role::Mme].map(named);
        let role = |gt: Digits| self.plan.networks.role(gt);
        let router = |gt: Digits| role(gt) == Some(crate::enrich::network::NodeRole::SmsRouter);
        nodes.into_iter().flatten().any(|node| sender == Some(node) || router(node))
            || sender.is_some_and(router)
    }
}

const UPDATE_LOCATION: u8 = 2;
const UPDATE_GPRS_LOCATION: u8 = 23;
const MO_FORWARD_SM: u8 = 46;
const SEND_AUTHENTICATION_INFO: u8 = 56;
const RESTORE_DATA: u8 = 57;
