//! Open alerts: one a rule and group, growing with its hits instead of repeating itself.
//!
//! The first hit is published at once. Later hits raise the count and are published as revisions,
//! at most one in [`THROTTLE`] of event time unless the outcome got graver or much evidence waits.
//! An alert closes after an idle hour of event time. All waiting is by deadlines of event time, so
//! what comes out does not depend on when the clock is looked at.

use std::{collections::VecDeque, sync::Arc};

use picket_dissectors::Digits;
use picket_hw::Timestamp;

use super::{
    alert::{Alert, AlertId, Attacker, GroupValue, Level, MAX_ATTACKERS, MAX_TRACES, Rule},
    evidence::{Evidence, offenders, parties},
};
use crate::{
    event::{Outcome, SigEvent},
    state::table::ExpiringTable,
};

/// What hits of a rule have in common.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Group {
    /// The subscriber.
    Subscriber(u64),
    /// The attacker's global title.
    Title(Digits),
    /// The attacker's point code.
    Point(u32),
    /// The values a correlation groups by.
    Values(u64),
}

impl Group {
    /// Returns the group of a single event: the subscriber, else the attacker.
    #[must_use]
    pub(super) fn of(event: &SigEvent) -> Self {
        if event.subscriber.key != 0 {
            return Self::Subscriber(event.subscriber.key);
        }
        let (calling, _) = parties(event);
        calling.gt.map_or_else(|| Self::Point(calling.point_code.unwrap_or(0)), Self::Title)
    }
}

/// The open alerts.
#[derive(Debug)]
pub(super) struct Alerts {
    open: ExpiringTable<Key, Open>,
    due: ExpiringTable<Key, ()>,
    waiting: ExpiringTable<(u64, i32), Vec<(Key, Evidence)>>,
}

type Key = (u32, Group);

#[derive(Debug)]
struct Open {
    alert: Alert,
    base: Level,
    unsaid: bool,
    swept: bool,
}

/// One hit of a rule.
#[derive(Debug)]
pub(super) struct Hit<'a> {
    /// Number of the rule: the same over changes of the set.
    pub number: u32,
    /// What the rule says of itself.
    pub rule: &'a Arc<Rule>,
    /// What it groups by.
    pub group: Group,
    /// The same, as text.
    pub group_text: Vec<(String, GroupValue)>,
    /// Earlier events that belong to it.
    pub earlier: Vec<Evidence>,
    /// Hits this stands for, for a correlation the events in its window.
    pub count: u64,
    /// One of many requests about different people, gathered under their sender.
    pub swept: bool,
}

impl Alerts {
    /// Makes room for `capacity` open alerts.
    #[must_use]
    pub(super) fn new(capacity: usize, seed: u64) -> Self {
        Self {
            open: ExpiringTable::new(capacity, &[IDLE], seed),
            due: ExpiringTable::new(capacity, &[THROTTLE], seed),
            waiting: ExpiringTable::new(capacity, &[WAIT], seed),
        }
    }

    /// Returns how many alerts are open, and how many had to close for want of room.
    pub(super) fn occupancy(&self) -> (usize, u64) {
        (self.open.len(), self.open.evictions() + self.due.evictions() + self.waiting.evictions())
    }

    /// Takes a hit; what is to be published goes to `out`.
    pub(super) fn hit(&mut self, hit: Hit<'_>, event: &SigEvent, out: &mut VecDeque<Alert>) {
        let key = (hit.number, hit.group);
        let now = event.at;
        if self.open.get(&key).is_none() {
            self.begin(key, hit, event, out);
        } else {
            self.grow(key, hit, event, out);
        }
        if event.dialogue.outcome.is_none() && event.dialogue.id != 0 {
            self.expect(key, event, now);
        }
        self.open.touch(&key, 0, now);
    }

    /// Takes what became of a request that hits were raised on.
    pub(super) fn outcome(
        &mut self,
        event: &SigEvent,
        outcome: Outcome,
        out: &mut VecDeque<Alert>,
    ) {
        while self.waiting.expire(event.at).is_some() {}
        if self.waiting.is_empty() {
            return;
        }
        let Some(keys) = self.waiting.remove(&(event.dialogue.id, invoke_id(event))) else {
            return;
        };
        // What a sweep got of one person is an alert of its own.
        let mut leaks = Vec::new();
        for (key, asked) in keys {
            let Some(open) = self.open.get_mut(&key) else { continue };
            // The request is cited again with what became of it.
            cite(&mut open.alert, &Evidence { outcome: Some(outcome), ..asked });
            let answer = Evidence { outcome: Some(outcome), ..Evidence::of(event) };
            if outcome != Outcome::NoAnswer && outcome != Outcome::Unseen {
                cite(&mut open.alert, &answer);
            }
            if open.swept && outcome == Outcome::Leaked && event.subscriber.key != 0 {
                leaks.push((key.0, Arc::clone(&open.alert.rule), asked));
            }
            open.unsaid = true;
            let graver = gravity(outcome) > gravity(open.alert.outcome);
            if graver {
                open.alert.outcome = outcome;
                open.alert.level = open.base.after(outcome);
                if outcome == Outcome::Leaked {
                    open.alert.given = Some(event.parameters.given);
                }
                publish(open, event.at, out);
                self.due.remove(&key);
            } else {
                self.schedule(key, event.at);
            }
        }
        for (number, rule, asked) in leaks {
            let group = Group::Subscriber(event.subscriber.key);
            let earlier = vec![Evidence { outcome: Some(outcome), ..asked }];
            let hit = Hit {
                number,
                rule: &rule,
                group,
                group_text: Vec::new(),
                earlier,
                count: 1,
                swept: false,
            };
            self.hit(hit, event, out);
        }
    }

    /// Whether an alert of this rule and group is open.
    #[must_use]
    pub(super) fn is_open(&self, number: u32, group: Group) -> bool {
        self.open.get(&(number, group)).is_some()
    }

    /// Publishes what is due and closes what is idle, as of each deadline up to `now`.
    pub(super) fn advance(&mut self, now: Timestamp, out: &mut VecDeque<Alert>) {
        loop {
            let due = self.due.next_deadline().filter(|&at| at <= now);
            let idle = self.open.next_deadline().filter(|&at| at <= now);
            match (due, idle) {
                (Some(due), idle) if idle.is_none_or(|idle| due <= idle) => {
                    let Some(gone) = self.due.expire(now) else { break };
                    if let Some(open) = self.open.get_mut(&gone.key) {
                        publish(open, gone.deadline, out);
                    }
                }
                (_, Some(_)) => {
                    let Some(gone) = self.open.expire(now) else { break };
                    self.due.remove(&gone.key);
                    let mut open = gone.value;
                    publish(&mut open, gone.deadline, out);
                }
                _ => break,
            }
        }
        while self.waiting.expire(now).is_some() {}
    }

    /// Returns when something is next to be done.
    #[must_use]
    pub(super) fn next_deadline(&self) -> Option<Timestamp> {
        let deadlines = [self.due.next_deadline(), self.open.next_deadline()];
        deadlines.into_iter().flatten().min()
    }

    /// Publishes everything not said yet, at the end of the input, in order of time.
    pub(super) fn finish(&mut self, now: Timestamp, out: &mut VecDeque<Alert>) {
        while let Some(mut gone) = self.open.expire(Timestamp::MAX) {
            publish(&mut gone.value, now, out);
        }
        while self.due.expire(Timestamp::MAX).is_some() {}
    }

    fn begin(&mut self, key: Key, hit: Hit<'_>, event: &SigEvent, out: &mut VecDeque<Alert>) {
        let outcome = event.dialogue.outcome.unwrap_or_default();
        let (calling, called) = offenders(event);
        let mut alert = Alert {
            id: AlertId::derive(&hit.rule.id, event),
            revision: 0,
            rule: Arc::clone(hit.rule),
            level: hit.rule.level.after(outcome),
            at: event.at,
            count: hit.count,
            first_seen: hit.earlier.iter().map(|cited| cited.at).fold(event.at, Ord::min),
            last_seen: event.at,
            group: hit.group_text,
            outcome,
            direction: event.direction,
            link: event.link,
            spoof_suspected: false,
            subscriber: (event.subscriber.key != 0).then_some(event.subscriber),
            attackers: Vec::new(),
            target: Some(called),
            operation: event.operation,
            given: (outcome == Outcome::Leaked).then_some(event.parameters.given),
            notes: event.notes,
            evidence: Vec::new(),
            traces: Vec::new(),
        };
        // A campaign against many people is not about one of them.
        if hit.swept || (!matches!(hit.group, Group::Subscriber(_)) && hit.count > 1) {
            alert.subscriber = None;
        }
        blame(&mut alert, calling);
        suspect(&mut alert, event);
        for earlier in hit.earlier {
            if earlier.frame != event.frame || earlier.at != event.at {
                blame(&mut alert, earlier.offender);
                cite(&mut alert, &earlier);
            }
        }
        cite(&mut alert, &Evidence::of(event));
        let base = hit.rule.level;
        let mut open = Open { alert, base, unsaid: true, swept: hit.swept };
        publish(&mut open, event.at, out);
        if let Some(mut gone) = self.open.insert(key, open, 0, event.at) {
            self.due.remove(&gone.key);
            publish(&mut gone.value, event.at, out);
        }
    }

    fn grow(&mut self, key: Key, hit: Hit<'_>, event: &SigEvent, out: &mut VecDeque<Alert>) {
        let Some(open) = self.open.get_mut(&key) else { return };
        let alert = &mut open.alert;
        alert.count = if hit.count > 1 {
            alert.count.saturating_add(1).max(hit.count)
        } else {
            alert.count.saturating_add(1)
        };
        alert.last_seen = alert.last_seen.max(event.at);
        alert.notes.merge(&event.notes);
        blame(alert, offenders(event).0);
        suspect(alert, event);
        for earlier in hit.earlier {
            cite(alert, &earlier);
        }
        cite(alert, &Evidence::of(event));
        let outcome = event.dialogue.outcome.unwrap_or_default();
        open.unsaid = true;
        if gravity(outcome) > gravity(alert.outcome) {
            alert.outcome = outcome;
            alert.level = open.base.after(outcome);
            if outcome == Outcome::Leaked {
                alert.given = Some(event.parameters.given);
            }
            publish(open, event.at, out);
            self.due.remove(&key);
        } else if alert.evidence.len() >= MAX_UNSAID {
            publish(open, event.at, out);
            self.due.remove(&key);
        } else {
            self.schedule(key, event.at);
        }
    }

    fn schedule(&mut self, key: Key, now: Timestamp) {
        if self.due.get(&key).is_none() {
            self.due.insert(key, (), 0, now);
        }
    }

    fn expect(&mut self, key: Key, event: &SigEvent, now: Timestamp) {
        let request = (event.dialogue.id, invoke_id(event));
        if let Some(keys) = self.waiting.get_mut(&request) {
            if !keys.iter().any(|&(known, _)| known == key) {
                keys.push((key, Evidence::of(event)));
            }
        } else {
            self.waiting.insert(request, vec![(key, Evidence::of(event))], 0, now);
        }
    }
}

fn publish(open: &mut Open, at: Timestamp, out: &mut VecDeque<Alert>) {
    if !open.unsaid {
        return;
    }
    open.unsaid = false;
    open.alert.at = at;
    out.push_back(open.alert.clone());
    open.alert.revision += 1;
    open.alert.evidence.clear();
}

fn blame(alert: &mut Alert, attacker: Attacker) {
    let known = alert.attackers.iter().any(|known| {
        known.gt == attacker.gt && (known.gt.is_some() || known.point_code == attacker.point_code)
    });
    if !known && alert.attackers.len() < MAX_ATTACKERS {
        alert.attackers.push(attacker);
    }
}

fn suspect(alert: &mut Alert, event: &SigEvent) {
    use picket_dissectors::Note;
    let spoofs = [Note::GtHomeOnIntl, Note::DialogueResponseRerouted, Note::MapLayerMismatch];
    alert.spoof_suspected |= spoofs.into_iter().any(|note| event.notes.contains(note));
}

fn cite(alert: &mut Alert, evidence: &Evidence) {
    if alert.traces.len() < MAX_TRACES
        && let Some(trace) = evidence.trace()
        && !alert.traces.contains(&trace)
    {
        alert.traces.push(trace);
    }
    let cited = alert.evidence.iter_mut().find(|cited| {
        cited.frame == evidence.frame
            && cited.otid == evidence.otid
            && cited.operation == evidence.operation
    });
    match cited {
        Some(cited) => cited.outcome = evidence.outcome.or(cited.outcome),
        None => alert.evidence.push(*evidence),
    }
}

fn invoke_id(event: &SigEvent) -> i32 {
    let component = event.tcap.and_then(|tcap| tcap.component);
    let id = match event.dialogue.request {
        Some(request) => request.invoke_id,
        None => component.and_then(|component| component.invoke_id),
    };
    id.map_or(i32::MIN, i32::from)
}

/// Orders outcomes: what was lost weighs most, what is not known least.
const fn gravity(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Pending => 0,
        Outcome::Refused => 1,
        Outcome::Error => 2,
        Outcome::Aborted => 3,
        Outcome::Undeliverable => 4,
        Outcome::NoAnswer => 5,
        Outcome::Unseen => 6,
        Outcome::Done => 7,
        Outcome::Leaked => 8,
    }
}

/// Least event time between two revisions that bring nothing graver.
pub(super) const THROTTLE: u64 = 60 * SECOND;
/// Idle event time after which an alert closes.
pub(super) const IDLE: u64 = 3600 * SECOND;
const WAIT: u64 = 4 * 3600 * SECOND;
const SECOND: u64 = 1_000_000_000;
const MAX_UNSAID: usize = 64;

#[cfg(test)]
mod tests;
