//! Asks the rules about every event, and makes alerts of their hits.
//!
//! Nothing that is judged changes what is seen: a judge hears what a [`Witness`](super::Witness)
//! said whenever there is time for it, and comes to the same.

use std::{collections::VecDeque, sync::Arc};

use core::hash::{BuildHasher, Hasher};
use foldhash::fast::FixedState;
use picket_dissectors::Digits;
use picket_hw::Timestamp;
use picket_rules::{Match, Matches, RuleState, Value};

use super::{
    Alert, Namer, Options, Output, Rules, Stats, Testimony,
    alert::{GroupValue, Rule},
    alerts::{Alerts, Group, Hit},
    evidence::{Evidence, EvidenceRing, offenders},
    flood::drowned,
    stats::Told,
    testimony::Said,
};
use crate::{
    config::plan::{Candidate, Plan},
    event::SigEvent,
};

/// The half of an engine that judges.
pub struct Judge {
    plan: Arc<Plan>,
    pub(super) rules: Arc<Rules>,
    /// Ids of all rules there ever were in this run; what is open names them by place.
    known_rules: Vec<String>,
    /// For each rule in force, its place among those.
    numbers: Vec<u32>,
    pub(super) rule_state: RuleState,
    matches: Matches,
    pub(super) alerts: Alerts,
    pub(super) evidence: EvidenceRing,
    published: VecDeque<Alert>,
    outputs: VecDeque<Output>,
    /// What stands for subscribers outside, where suppressions name them by it.
    namer: Option<Namer>,
    told: Told,
    /// Whether events are given out too.
    records: bool,
    now: Timestamp,
    /// No alert has a deadline before this.
    quiet_until: Timestamp,
}

impl Judge {
    /// Makes one that has heard nothing.
    pub(super) fn new(plan: Arc<Plan>, rules: Arc<Rules>, options: Options) -> Self {
        let (sizes, seed) = (plan.capacity, options.seed);
        let size = |entries: u32| usize::try_from(entries).unwrap_or(usize::MAX);
        let mut known_rules = Vec::new();
        Self {
            numbers: number(&mut known_rules, &rules),
            known_rules,
            rule_state: RuleState::new(size(sizes.correlations), seed),
            matches: Matches::default(),
            alerts: Alerts::new(size(sizes.alerts), seed),
            evidence: EvidenceRing::new(),
            published: VecDeque::new(),
            outputs: VecDeque::new(),
            namer: None,
            told: Told::default(),
            records: options.records,
            now: Timestamp::EPOCH,
            quiet_until: Timestamp::EPOCH,
            plan,
            rules,
        }
    }

    /// Hears what was said and leaves the room for more.
    #[inline(never)]
    pub fn hear(&mut self, testimony: &mut Testimony) {
        for said in testimony.said() {
            match said {
                Said::Event(event) => self.event(event),
                Said::Outcome(event) => self.outcome(event),
                Said::Time(to) => self.pass_to(to),
            }
        }
        testimony.clear();
    }

    /// Takes out what came of it, oldest first.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// Adds what was counted since the last time.
    pub(super) fn report(&mut self, stats: &mut Stats) {
        if !self.told.is_empty() {
            stats.add(core::mem::take(&mut self.told));
        }
    }

    pub(super) fn name_subscribers(&mut self, namer: Option<Namer>) {
        self.namer = namer;
    }

    pub(super) fn install(&mut self, plan: Arc<Plan>, rules: Arc<Rules>) {
        self.numbers = number(&mut self.known_rules, &rules);
        if let Some(set) = &rules.set {
            set.forget_others(&mut self.rule_state);
        }
        (self.plan, self.rules) = (plan, rules);
    }

    /// Says everything not said yet.
    pub(super) fn finish(&mut self, now: Timestamp) {
        self.alerts.finish(now, &mut self.published);
        self.deliver();
    }

    fn event(&mut self, event: &SigEvent) {
        if event.at < self.now {
            // What it starts may be due earlier than what anything else would start from now on.
            self.quiet_until = Timestamp::EPOCH;
        } else {
            // What is due at the same time is due after it.
            self.pass_to(Timestamp::from_nanos(event.at.nanos().saturating_sub(1)));
        }
        if !event.duplicate {
            self.ask_rules(event);
            self.outcome(event);
        }
        if self.records {
            self.outputs.push_back(Output::Record(*event));
        }
    }

    fn outcome(&mut self, event: &SigEvent) {
        if let Some(outcome) = event.dialogue.outcome {
            self.alerts.outcome(event, outcome, &mut self.published);
        }
        self.deliver();
    }

    /// Does what is due by then.
    fn pass_to(&mut self, to: Timestamp) {
        self.now = self.now.max(to);
        if to < self.quiet_until {
            return;
        }
        self.alerts.advance(to, &mut self.published);
        self.deliver();
        let next = self.alerts.next_deadline().unwrap_or(Timestamp::MAX);
        self.quiet_until = next.min(to.saturating_add(SHORTEST_LIFETIME));
    }

    fn deliver(&mut self) {
        while let Some(alert) = self.published.pop_front() {
            self.told.alert(&alert);
            self.outputs.push_back(Output::Alert(alert));
        }
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
                self.told.suppressed += 1;
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

/// Returns the place of each rule among the known ones, where new ones are added.
fn number(known: &mut Vec<String>, rules: &Rules) -> Vec<u32> {
    let mut place = |rule: &Arc<Rule>| {
        let found = known.iter().position(|id| *id == rule.id).unwrap_or_else(|| {
            known.push(rule.id.clone());
            known.len() - 1
        });
        u32::try_from(found).unwrap_or(u32::MAX)
    };
    rules.about.iter().map(&mut place).collect()
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

/// Whatever is started from now on is due later than this: nothing about alerts is within a second.
const SHORTEST_LIFETIME: u64 = 1_000_000_000;
