//! Calls the trackers of whom it is about: what they write into an event before rules see it.

use picket_dissectors::map::parameters::{Gifts, Requested};
use picket_hw::Timestamp;

use super::{Witness, flood::drowned};
use crate::{
    enrich::network::{NodeRole, Origin},
    event::{Operation, Outcome, Protocol, SigEvent},
    state::dossiers::Dossier,
};

impl Witness {
    /// A request: one that nobody should send is counted, one of the subscriber's own home may be
    /// polling, and a call or message explains such requests.
    pub(super) fn pursue(&mut self, event: &mut SigEvent, operation: Operation) {
        let key = event.subscriber.key;
        if key == 0 {
            return;
        }
        if event.tracking.unwarranted {
            let Some(gt) = event.sccp.and_then(|sccp| sccp.calling.gt) else { return };
            let title = gt.e164.unwrap_or(gt.digits);
            let victim = &mut event.tracking.victim;
            let asked = self.subscribers.asked(key);
            victim.step = asked.and_then(|known| known.chain.asked(event.at, title));
            if drowned(event) {
                return;
            }
            let victim = &mut event.tracking.victim;
            let Some(dossier) = self.dossiers.open(key, true, event.at) else { return };
            victim.counts = Some(dossier.slow.add(event.at, title, &gt.place));
            victim.tried = Some(dossier.attempts.asked(event.at, operation.code));
            victim.regularity = rhythm(dossier, &operation, event.at);
        } else if self.polls(event, &operation) {
            let Some(dossier) = self.dossiers.open(key, false, event.at) else { return };
            event.tracking.victim.polls = Some(dossier.polls.asked(event.at));
        } else if explains(&operation)
            && let Some(dossier) = self.dossiers.known(key)
        {
            dossier.polls.busy(event.at);
        }
    }

    /// An answer: what it gave away begins a chain, what failed may be tried otherwise.
    pub(super) fn pursue_answer(&mut self, event: &mut SigEvent, operation: Operation) {
        let Some(request) = event.dialogue.request else { return };
        let outside = request.asker_place.origin != Origin::Home;
        let (Some(title), true, true) =
            (request.asker, outside, operation.protocol == Protocol::Map)
        else {
            return;
        };
        let key = event.subscriber.key;
        match event.dialogue.outcome {
            Some(Outcome::Leaked) if RECON.contains(&operation.code) => {
                let gave = event.parameters.given.kinds;
                let tells = gave.contains(Gifts::IDENTITY) || gave.contains(Gifts::SERVING_NODE);
                if tells
                    && !self.is_sms_router(event)
                    && let Some(asked) = self.subscribers.ask(key, event.at)
                {
                    asked.chain.given(event.at, operation.code, title);
                }
                // A question for routing that no message followed was no question of a sender.
                if event.tracking.sri_sm_unfollowed_1h.is_some_and(|count| count > 0)
                    && !operation.agreed
                    && let Some(dossier) = self.dossiers.open(key, true, event.at)
                {
                    let counts = dossier.slow.add(event.at, title, &request.asker_place);
                    event.tracking.victim.counts = Some(counts);
                }
            }
            Some(
                Outcome::Refused
                | Outcome::Error
                | Outcome::Aborted
                | Outcome::Undeliverable
                | Outcome::NoAnswer,
            ) => {
                if let Some(dossier) = self.dossiers.known(key) {
                    dossier.attempts.failed(event.at, operation.code);
                }
            }
            _ => {}
        }
    }

    /// Whether the subscriber's own home asks where they are. A firewall of home asks to verify what
    /// others claim, and is known by its role.
    fn polls(&self, event: &SigEvent, operation: &Operation) -> bool {
        let asks = operation.protocol == Protocol::Map
            && operation.code == PROVIDE_SUBSCRIBER_INFO
            && event.parameters.requested.contains(Requested::LOCATION)
            && event.subscriber.from_home;
        let sender = event.sccp.and_then(|sccp| sccp.calling.gt).and_then(|gt| gt.e164);
        let firewall = |gt| self.plan.networks.role(gt) == Some(NodeRole::Firewall);
        asks && !sender.is_some_and(firewall)
    }
}

fn rhythm(
    dossier: &mut Dossier,
    operation: &Operation,
    at: Timestamp,
) -> Option<crate::track::regularity::Regularity> {
    let class = match operation.family {
        "location" => 0,
        "identity" => 1,
        _ => 2,
    };
    dossier.rhythms.get_mut(class)?.add(at)
}

/// Whether an operation is part of a call, a message, a service or a move, for which homes ask
/// where the subscriber is.
const fn explains(operation: &Operation) -> bool {
    match operation.protocol {
        // initialDP, initialDPSMS.
        Protocol::Cap => matches!(operation.code, 0 | 60),
        // updateLocation, provideRoamingNumber, sendRoutingInfo, updateGprsLocation, both
        // forwardSM, processUnstructuredSS-Request.
        Protocol::Map => matches!(operation.code, 2 | 4 | 22 | 23 | 44 | 46 | 59),
    }
}

/// sendRoutingInfo, sendRoutingInfoForGprs, sendRoutingInfoForSM, sendIMSI, sendRoutingInfoForLCS.
const RECON: [i32; 5] = [22, 24, 45, 58, 85];
const PROVIDE_SUBSCRIBER_INFO: i32 = 70;
