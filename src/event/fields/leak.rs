//! Fields of what an answer gave away. That something was given is kept, the thing itself is not.

use picket_dissectors::map::parameters::{Gifts, Given, Precision};

use super::Row;
use crate::event::{Outcome, SigEvent};

/// On events whose outcome is `leaked`.
pub(super) static ROWS: &[Row] = rows! {
    "leak.identity", Bool = |e| gave(e, Gifts::IDENTITY),
        "The answer gave an IMSI or MSISDN that was not asked with.";
    "leak.serving_node", Bool = |e| gave(e, Gifts::SERVING_NODE),
        "The answer gave the number of the node that serves the subscriber.";
    "leak.location", Bool = |e| gave(e, Gifts::LOCATION),
        "The answer gave location information (TS 29.002 §17.7.1).";
    "leak.keys", Bool = |e| gave(e, Gifts::KEYS),
        "The answer gave authentication vectors or keys (TS 29.002 §17.7.1).";
    "leak.imei", Bool = |e| gave(e, Gifts::IMEI),
        "The answer gave the identity of the equipment.";
    "leak.state", Bool = |e| gave(e, Gifts::STATE),
        "The answer said whether the phone is idle, busy or reachable.";
    "leak.profile", Bool = |e| gave(e, Gifts::PROFILE),
        "The answer gave subscription data.";
    "leak.msrn", Bool = |e| gave(e, Gifts::MSRN),
        "The answer gave a roaming number.";
    "leak.precision", Name(&PRECISIONS) = |e| precision(leaked(e)?.precision),
        "How exact the location is.";
    "leak.age_s", Int = |e| leaked(e)?.age_minutes.map(|minutes| u32::from(minutes) * 60),
        "Seconds since the location was known to be right, told in minutes (TS 29.002 §17.7.1 ageOfLocationInformation).";
    "leak.paged", Bool = |e| leaked(e).filter(|given| given.kinds.contains(Gifts::LOCATION)).map(|given| given.paged),
        "Whether the phone was paged for the location (TS 29.002 §17.7.1 currentLocationRetrieved).";
};

fn leaked(e: &SigEvent) -> Option<&Given> {
    (e.dialogue.outcome == Some(Outcome::Leaked)).then_some(&e.parameters.given)
}

fn gave(e: &SigEvent, kind: Gifts) -> Option<bool> {
    leaked(e).map(|given| given.kinds.contains(kind))
}

const fn precision(precision: Precision) -> Option<&'static str> {
    match precision {
        Precision::None => None,
        Precision::Country => Some("country"),
        Precision::Area => Some("area"),
        Precision::Cell => Some("cell"),
        Precision::Coordinates => Some("coordinates"),
    }
}

static PRECISIONS: [&str; 4] = ["country", "area", "cell", "coordinates"];
