//! Whether a sender has business with what it asks.
//!
//! The rules say what is an alert; the trackers only need to know which requests to count. Category
//! 1 has no business on an interconnection, category 2 comes from the subscriber's home, category 3
//! from the network that serves them (GSMA FS.11 in its public form). What is agreed is business.

use crate::{
    enrich::network::Origin,
    event::{ComponentType, Direction, Protocol, SigEvent},
};

/// Whether an invoke comes from outside and its sender has no business sending it.
#[must_use]
pub fn none(event: &SigEvent) -> bool {
    let Some((operation, sccp)) = event.operation.zip(event.sccp) else { return false };
    let component = event.tcap.and_then(|tcap| tcap.component).and_then(|c| c.kind);
    let external = sccp.calling.gt.is_some_and(|gt| gt.place.origin.is_external())
        || event.direction == Direction::Inbound;
    if operation.protocol != Protocol::Map
        || component != Some(ComponentType::Invoke)
        || !external
        || operation.agreed
        || event.dialogue.from_responder
    {
        return false;
    }
    let subject = &event.subscriber;
    let home = |gt: Option<crate::event::GlobalTitle>| {
        gt.is_some_and(|gt| gt.place.origin == Origin::Home)
    };
    let ours = home(sccp.called.gt) || event.direction == Direction::Inbound;
    let about_ours = subject.key != 0 && subject.place.origin == Origin::Home;
    match operation.category {
        "cat1" => about_ours || ours,
        "cat2" => ours && !subject.from_home,
        "cat3" => {
            let stranger = sccp.calling.gt.is_some_and(|gt| gt.stranger);
            // Who arrives somewhere is not served there yet.
            let arrives = ARRIVALS.contains(&operation.code);
            about_ours && (stranger || (subject.from_serving == Some(false) && !arrives))
        }
        _ => false,
    }
}

/// updateLocation, updateGprsLocation, updateVcsgLocation, sendAuthenticationInfo, purgeMS of the
/// register that was left.
const ARRIVALS: [i32; 5] = [2, 23, 53, 56, 67];
