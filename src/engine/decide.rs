//! From an event to alerts: trackers write fields, rules are asked, hits become alerts.

use core::hash::{BuildHasher, Hasher};
use foldhash::fast::FixedState;
use picket_dissectors::Digits;
use picket_rules::{Match, Value};

use super::{
    Engine, Namer, Output,
    alert::{GroupValue, Rule},
    alerts::{Group, Hit},
    evidence::{Evidence, offenders},
    flood::drowned,
};
use crate::{
    config::plan::{Candidate, Plan},
    event::SigEvent,
};

impl Engine {
    /// Decides on one event and gives it out.
    #[inline(never)]
    pub(super) fn decide(&mut self, event: &mut SigEvent) {
        if !event.duplicate {
            self.consult(event);
            self.track(event);
            self.note_bypass(event);
        }
        self.stats.event(event);
        if !event.duplicate {
            self.ask_rules(event);
            if let Some(outcome) = event.dialogue.outcome {
                self.alerts.outcome(event, outcome, &mut self.published);
            }
            self.deliver();
        }
        if self.options.records {
            self.outputs.push_back(Output::Record(*event));
        }
    }

    /// Looks the sender of the request up in the lists.
    fn consult(&mut self, event: &mut SigEvent) {
        if self.plan.intel.is_empty() {
            return;
        }
        let sender = event.sccp.and_then(|sccp| sccp.calling.gt);
        let who = match event.dialogue.request {
            Some(request) => request.asker.map(|asker| (asker, false)),
            None => sender.map(|gt| match gt.e164.filter(|_| !gt.mobile) {
                Some(number) => (number, false),
                None => (gt.digits, gt.mobile),
            }),
        };
        let Some((title, mobile)) = who else { return };
        let (found, expired) = self.plan.intel.look(title, mobile, event.at);
        event.intel = found;
        self.stats.intel_expired += u64::from(expired);
    }

    #[inline(never)]
    fn ask_rules(&mut self, event: &SigEvent) {
        let token = self.evidence.token();
        let Some(set) = &self.rules.set else { return };
        let matches = &mut self.matches;
        set.evaluate(event, event.at.nanos(), token, &mut self.rule_state, matches);
        if !matches.keeps_token() {
            return;
        }
        self.evidence.keep(Evidence::of(event));
        for found in matches.iter() {
            let (Some(about), Some(info)) =
                (self.rules.about.get(found.rule), set.rules().get(found.rule))
            else {
                continue;
            };
            if self.rules.disabled.get(found.rule) == Some(&true) {
                continue;
            }
            if suppressed(&self.plan, event, about, self.namer.as_ref()) {
                self.stats.suppressed += 1;
                continue;
            }
            let earlier =
                found.tokens.iter().filter_map(|&token| self.evidence.get(token).copied());
            let number = self.numbers.get(found.rule).copied().unwrap_or(u32::MAX);
            let own = group(found, &info.group_by, event);
            let told = |gathered: &(Group, GroupValue, &str)| {
                !self.alerts.is_open(number, own) && gathered.0 != own
            };
            let gathered = gathered(event, own).filter(told);
            let swept = gathered.is_some();
            let (group, group_text) = match gathered {
                Some((group, value, field)) => (group, vec![(field.to_owned(), value)]),
                None => (own, group_text(found, &info.group_by)),
            };
            let hit = Hit {
                number,
                rule: about,
                group,
                group_text,
                earlier: earlier.collect(),
                count: found.count,
                swept,
            };
            self.alerts.hit(hit, event, &mut self.published);
        }
    }
}

/// Whether the operator asked not to hear of this.
fn suppressed(plan: &Plan, event: &SigEvent, about: &Rule, namer: Option<&Namer>) -> bool {
    if plan.suppressions.is_empty() {
        return false;
    }
    let (offender, _) = offenders(event);
    let known = event.subscriber.key != 0;
    let id = namer.filter(|_| known).map(|namer| namer(&event.subscriber));
    let candidate = Candidate {
        rule_id: &about.id,
        rule_name: &about.name,
        gt: offender.gt,
        network: offender.place.network,
        imsi: event.subscriber.imsi,
        msisdn: event.subscriber.msisdn,
        subscriber_id: id.as_deref(),
        at: event.at.nanos(),
    };
    plan.suppressions.iter().any(|suppression| suppression.covers(&candidate))
}

/// Returns what a hit about one person is gathered under: the sender, when its request is one of a
/// sweep, or the point code a flood comes through, when nothing is known of the person. Whoever tries
/// thousands of identities is one attacker, not thousands of victims. What an answer gives away is
/// told of the person it is about, see [`super::alerts::Alerts::outcome`].
fn gathered(event: &SigEvent, own: Group) -> Option<(Group, GroupValue, &'static str)> {
    if !matches!(own, Group::Subscriber(_) | Group::Title(_)) || event.dialogue.outcome.is_some() {
        return None;
    }
    if drowned(event) {
        let point = event.label.opc;
        return Some((Group::Point(point), GroupValue::Text(point.to_string()), POINT));
    }
    let one = matches!(own, Group::Subscriber(_)) && event.tracking.asker.sweep;
    let gt = event.sccp.and_then(|sccp| sccp.calling.gt).filter(|_| one)?;
    let title = gt.e164.unwrap_or(gt.digits);
    Some((Group::Title(title), GroupValue::Number(title), SENDER))
}

/// What hits of a flood have in common.
const POINT: &str = "mtp.opc";
/// What hits of a sweep have in common.
const SENDER: &str = "sccp.calling.gt.e164";

/// Returns what hits of a rule have in common: for a correlation what it groups by, where that is
/// the subscriber or the sender the same as for single events.
fn group(found: Match<'_>, group_by: &[String], event: &SigEvent) -> Group {
    match group_by {
        [] => Group::of(event),
        [field] if field == "subscriber.id" && event.subscriber.key != 0 => {
            Group::Subscriber(event.subscriber.key)
        }
        _ => {
            let mut hash = FixedState::default().build_hasher();
            for value in found.group() {
                match value {
                    Value::Int(number) => hash.write_u64(number),
                    Value::Bool(truth) => hash.write_u8(truth.into()),
                    Value::Digits(digits) => hash.write_u128(digits.bits().get()),
                    Value::Text(text) => hash.write(text.as_bytes()),
                    Value::Id(id) => hash.write_u128(id),
                    Value::Set(_) => {}
                }
            }
            Group::Values(hash.finish())
        }
    }
}

fn group_text(found: Match<'_>, group_by: &[String]) -> Vec<(String, GroupValue)> {
    let value = |(field, value): (&String, Value<'_>)| match value {
        Value::Digits(digits) => match Digits::from_bits(digits.bits()) {
            Some(digits) => GroupValue::Number(digits),
            None => GroupValue::Text(String::new()),
        },
        Value::Id(_) if field == "subscriber.id" => GroupValue::Subscriber,
        Value::Id(position) => GroupValue::Network(position),
        other => GroupValue::Text(other.to_string()),
    };
    group_by.iter().zip(found.group()).map(|pair| (pair.0.clone(), value(pair))).collect()
}
