//! The sentences of an alert: what happened, and what to do, for somebody woken at night.

use picket_dissectors::map::parameters::{Gifts, Given, Precision};

use super::alert::Renderer;
use crate::{
    engine::{Alert, alert::Attacker},
    enrich::network::Origin,
    event::{Outcome, Subject},
};

/// Returns what happened, in one sentence without a subscriber's number.
pub(super) fn summary(alert: &Alert, renderer: &Renderer<'_>) -> String {
    let sender = sender(alert, renderer);
    let what = if alert.rule.summary.is_empty() { &alert.rule.title } else { &alert.rule.summary };
    let times = if alert.count > 1 { format!(", {} times", alert.count) } else { String::new() };
    let about = alert
        .subscriber
        .as_ref()
        .map(|subject| format!(" about {}", person(subject, renderer)))
        .unwrap_or_default();
    let operation =
        alert.operation.map(|operation| format!(" ({})", operation.name)).unwrap_or_default();
    format!(
        "{what}: {sender} sent{operation}{about}{times}; {}.",
        outcome(alert.outcome, alert.given.as_ref())
    )
}

/// Returns what to do next, in one sentence.
pub(super) fn action(alert: &Alert, renderer: &Renderer<'_>) -> String {
    if !alert.rule.action.is_empty() {
        return alert.rule.action.clone();
    }
    let who = alert.attackers.first().and_then(|attacker| renderer.network(&attacker.place));
    let gt = alert.attackers.first().and_then(|attacker| {
        attacker.gt.map(|gt| renderer.number(alert.subscriber.as_ref(), gt, attacker.place))
    });
    let block = match gt {
        Some(gt) => format!("screen calling GT {gt} at the STP or signalling firewall"),
        None => "screen the originating point code at the STP".to_owned(),
    };
    match who {
        Some(network) if !alert.spoof_suspected => {
            format!("Ask {network} who uses this address, and {block} until they answer.")
        }
        _ => format!("Find the carrier that delivered it on this link, and {block}."),
    }
}

fn sender(alert: &Alert, renderer: &Renderer<'_>) -> String {
    let Some(first) = alert.attackers.first() else { return "somebody".to_owned() };
    let described = describe(first, renderer);
    match alert.attackers.len() {
        0 | 1 => described,
        n => format!("{n} senders, the first {described},"),
    }
}

fn describe(attacker: &Attacker, renderer: &Renderer<'_>) -> String {
    let country = attacker.place.country.map(|country| country.to_string());
    let whose = match (renderer.network(&attacker.place), country) {
        (Some(network), Some(country)) => format!(" of {network} ({country})"),
        (Some(network), None) => format!(" of {network}"),
        (None, Some(country)) => format!(" in {country}"),
        (None, None) => String::new(),
    };
    match (attacker.gt, attacker.point_code) {
        (Some(gt), _) if attacker.place.subscriber => {
            format!("{}{whose}", renderer.number(None, gt, attacker.place))
        }
        (Some(gt), _) => format!("{gt}{whose}"),
        (None, Some(pc)) => format!("point code {pc}"),
        (None, None) => "a sender without address".to_owned(),
    }
}

fn person(subject: &Subject, renderer: &Renderer<'_>) -> String {
    match subject.place.origin {
        Origin::Home => "a home subscriber".to_owned(),
        _ => match renderer.network(&subject.place) {
            Some(network) => format!("a subscriber of {network}"),
            None => "a foreign subscriber".to_owned(),
        },
    }
}

fn outcome(outcome: Outcome, given: Option<&Given>) -> String {
    let said = match outcome {
        Outcome::Leaked => return leaked(given),
        Outcome::Done => "it was carried out",
        Outcome::Refused => "it was refused",
        Outcome::Error => "it failed with an error",
        Outcome::Aborted => "the dialogue was aborted",
        Outcome::Undeliverable => "it could not be delivered",
        Outcome::NoAnswer => "nobody answered",
        Outcome::Unseen => "the answer was not seen on this tap",
        Outcome::Pending => "no answer yet",
    };
    said.to_owned()
}

fn leaked(given: Option<&Given>) -> String {
    let Some(given) = given else { return "the answer gave something away".to_owned() };
    let mut things = Vec::new();
    let location = match given.precision {
        Precision::Coordinates => "the coordinates",
        Precision::Cell => "the cell",
        Precision::Area => "the location area",
        Precision::None | Precision::Country => "the whereabouts",
    };
    for (kind, name) in [
        (Gifts::LOCATION, location),
        (Gifts::IDENTITY, "the identity"),
        (Gifts::SERVING_NODE, "the serving node"),
        (Gifts::KEYS, "authentication keys"),
        (Gifts::IMEI, "the IMEI"),
        (Gifts::STATE, "the state of the phone"),
        (Gifts::PROFILE, "the profile"),
        (Gifts::MSRN, "a roaming number"),
    ] {
        if given.kinds.contains(kind) {
            things.push(name);
        }
    }
    let list = match things.as_slice() {
        [] => "something".to_owned(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    };
    format!("the answer gave {list} away")
}
