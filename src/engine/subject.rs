//! Who an operation is about, what answers teach about them, and where they are registered.

use picket_dissectors::{
    Digits, Note,
    map::parameters::{Gifts, Parameters, Role},
};
use picket_hw::Timestamp;

use super::Witness;
use crate::{
    enrich::network::{Class, Networks, Origin, Place},
    event::{Outcome, Protocol, SigEvent},
    state::subscriber::Serving,
    track::{presence, seconds},
};

impl Witness {
    /// Fills in the subscriber of an event whose named numbers are in `event.subscriber`.
    pub(super) fn resolve_subject(&mut self, event: &mut SigEvent) {
        let (imsi, msisdn) = (event.subscriber.imsi, event.subscriber.msisdn);
        let key = self.subscribers.named(imsi, msisdn, event.at);
        if key == 0 {
            return;
        }
        let subject = &mut event.subscriber;
        subject.key = key;
        let known = self.subscribers.get(key);
        if let Some(known) = known {
            subject.imsi = imsi.or(known.imsi);
            subject.msisdn = msisdn.or(known.msisdn);
            subject.serving = presence::latest(known).map(|serving| serving.place);
        }
        let networks = &self.plan.networks;
        // The IMSI decides: MSISDN ranges are ported, identities are not.
        subject.place = match (subject.imsi, subject.msisdn) {
            (Some(imsi), _) => self.scout.recall().imsi(networks, imsi),
            (None, Some(msisdn)) => self.scout.recall().msisdn(networks, msisdn),
            (None, None) => Place::default(),
        };
        let sender = event.sccp.and_then(|sccp| sccp.calling.gt).map(|gt| gt.place);
        // A home address that arrives from outside is nobody's.
        let spoofed = event.notes.contains(Note::GtHomeOnIntl);
        let Some(sender) = sender.filter(|_| !spoofed) else { return };
        // A roaming hub speaks for networks behind it, so it may be the home of anybody but ours,
        // and the serving node is the one the argument names.
        let speaks = |country| sender.network.is_none_or(|id| networks.speaks_for(id, country));
        let hub = is_hub(&sender) && speaks(subject.place.country);
        subject.from_home = match (sender.network, subject.place.network) {
            (Some(sender), Some(home)) if networks.same_group(sender, home) => true,
            // Of networks nobody configured, those of one country cannot be told apart.
            (None, None) => sender.country == subject.place.country,
            _ => hub && subject.place.origin != Origin::Home,
        };
        // A register that answers home for guests of that network, or hosts them by configuration.
        if !subject.from_home
            && let Some(imsi) = subject.imsi
            && let Some(gt) = event.sccp.and_then(|sccp| sccp.calling.gt)
        {
            let title = gt.e164.unwrap_or(gt.digits);
            let hosts = sender.network.is_some_and(|network| networks.hosts(network, imsi));
            subject.from_home =
                hosts || (subject.place.origin != Origin::Home && self.homes.is_home(imsi, title));
        }
        let sender = match serving_node(&event.parameters) {
            Some(node)
                if is_hub(&sender) && speaks(self.scout.recall().gt(networks, node).country) =>
            {
                self.scout.recall().gt(networks, node)
            }
            _ => sender,
        };
        subject.from_serving = known.and_then(|known| {
            let mut registrations =
                [known.serving, known.serving_packet].into_iter().flatten().peekable();
            registrations.peek()?;
            Some(registrations.any(|serving| same_network(networks, &serving.place, &sender)))
        });
    }

    /// Returns the place a registration is from: the sender's, or behind a hub that of the node the
    /// argument names.
    pub(super) fn registering_place(
        &self,
        event: &SigEvent,
        sender: Option<Place>,
    ) -> Option<Place> {
        let sender = sender?;
        Some(match serving_node(&event.parameters) {
            Some(node) if is_hub(&sender) => self.plan.networks.gt(node),
            _ => sender,
        })
    }

    /// Learns from an accepted answer: bindings, and where the subscriber is. `event` is the answer,
    /// joined to its request.
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
        let key = self.subscribers.named(event.subscriber.imsi, event.subscriber.msisdn, event.at);
        if key == 0 {
            return;
        }
        let asker = match request.node {
            Some(node) if is_hub(&request.asker_place) => self.plan.networks.gt(node),
            _ => request.asker_place,
        };
        let responder = event.sccp.and_then(|sccp| sccp.calling.gt);
        let seen = seconds(event.at);
        let answerer = responder.map(|gt| Serving { place: gt.place, seen });
        let asked_from = Serving { place: asker, seen };
        let guest = event.subscriber.imsi.filter(|_| request.asker_place.origin == Origin::Home);
        if let (Some(imsi), Some(register), true) = (
            guest,
            responder.filter(|gt| gt.place.origin.is_external()),
            ASKS_HOME.contains(&operation.code),
        ) {
            self.homes.answered(imsi, register.e164.unwrap_or(register.digits), event.at);
        }
        match operation.code {
            UPDATE_LOCATION => self.subscribers.serve(key, false, asked_from, event.at),
            UPDATE_GPRS_LOCATION => self.subscribers.serve(key, true, asked_from, event.at),
            SEND_AUTHENTICATION_INFO | RESTORE_DATA | MO_FORWARD_SM | USSD_REQUEST | 10..=14 => {
                self.seen_at(key, asked_from, event.at);
            }
            // Answered by the node that has the subscriber.
            INSERT_SUBSCRIBER_DATA
            | PROVIDE_SUBSCRIBER_INFO
            | PROVIDE_ROAMING_NUMBER
            | MT_FORWARD_SM => {
                if let Some(answerer) = answerer {
                    self.seen_at(key, answerer, event.at);
                }
            }
            _ => self.learn_from_register(event, key),
        }
    }

    fn seen_at(&mut self, key: u64, serving: Serving, now: Timestamp) {
        let networks = &self.plan.networks;
        self.subscribers.seen_at(key, serving, now, |a, b| same_network(networks, a, b));
    }

    /// Takes the serving node that the home register named. It says where the subscriber is
    /// registered, not when they were there.
    fn learn_from_register(&mut self, event: &SigEvent, key: u64) {
        let home = event
            .sccp
            .and_then(|sccp| sccp.calling.gt)
            .is_some_and(|gt| gt.place.origin == Origin::Home);
        if !home
            || !event.parameters.given.kinds.contains(Gifts::SERVING_NODE)
            || self.is_sms_router(event)
        {
            return;
        }
        let Some(node) = serving_node(&event.parameters) else { return };
        let known = self
            .subscribers
            .get(key)
            .is_some_and(|known| known.serving.is_some() || known.serving_packet.is_some());
        if !known {
            let serving = Serving { place: self.plan.networks.gt(node), seen: 0 };
            self.subscribers.serve(key, false, serving, event.at);
        }
    }

    fn learn_binding(&mut self, event: &SigEvent) {
        let answer = &event.parameters;
        let imsi = answer.imsi.or(event.subscriber.imsi);
        let msisdn = answer.msisdn.or(event.subscriber.msisdn);
        let (Some(imsi), Some(msisdn)) = (imsi, msisdn) else { return };
        if self.is_sms_router(event) {
            return;
        }
        let before = [(Some(imsi), None), (None, Some(msisdn))]
            .map(|(imsi, msisdn)| self.subscribers.named(imsi, msisdn, event.at));
        let key = self.subscribers.bind(imsi, msisdn, event.at);
        for gone in before.into_iter().filter(|&gone| gone != key) {
            if self.subscribers.get(gone).is_none() {
                self.dossiers.join(key, gone, event.at);
            }
        }
    }

    /// Whether an answer comes from an SMS router, which puts a correlation id in the IMSI's place
    /// (TS 29.002 §12.1): it names itself as the serving node, where a register names another.
    pub(super) fn is_sms_router(&self, event: &SigEvent) -> bool {
        let sender = event.sccp.and_then(|sccp| sccp.calling.gt).and_then(|gt| gt.e164);
        let named = |role| event.parameters.addresses.get(role).map(|address| address.digits);
        let nodes = [Role::Msc, Role::Sgsn, Role::IpSmGw, Role::Mme].map(named);
        let role = |gt: Digits| self.plan.networks.role(gt);
        let router = |gt: Digits| role(gt) == Some(crate::enrich::network::NodeRole::SmsRouter);
        nodes.into_iter().flatten().any(|node| sender == Some(node) || router(node))
            || sender.is_some_and(router)
    }
}

/// Returns the number of the serving node that an argument or answer names.
pub(super) fn serving_node(parameters: &Parameters) -> Option<Digits> {
    let named = |role| parameters.addresses.get(role).map(|address| address.digits);
    named(Role::Vlr).or_else(|| named(Role::Sgsn)).or_else(|| named(Role::Msc))
}

/// Whether two places are one network or group; outside configured networks, one country.
fn same_network(networks: &Networks, a: &Place, b: &Place) -> bool {
    match (a.network, b.network) {
        (Some(a), Some(b)) => networks.same_group(a, b),
        (None, None) => a.country == b.country,
        _ => false,
    }
}

/// Whether a sender speaks for networks behind it.
const fn is_hub(place: &Place) -> bool {
    matches!(place.class, Some(Class::RoamingHub | Class::Ipx))
}

const PROVIDE_ROAMING_NUMBER: i32 = 4;
const INSERT_SUBSCRIBER_DATA: i32 = 7;
const MT_FORWARD_SM: i32 = 44;
const USSD_REQUEST: i32 = 59;
const PROVIDE_SUBSCRIBER_INFO: i32 = 70;
const UPDATE_LOCATION: i32 = 2;
const UPDATE_GPRS_LOCATION: i32 = 23;
const MO_FORWARD_SM: i32 = 46;
const SEND_AUTHENTICATION_INFO: i32 = 56;
const RESTORE_DATA: i32 = 57;
/// What a serving node asks the register of a guest: updateLocation, updateGprsLocation,
/// sendAuthenticationInfo, restoreData, purgeMS.
const ASKS_HOME: [i32; 5] = [2, 23, 56, 57, 67];
