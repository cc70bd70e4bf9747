//! The benign background: what an international transfer point carries all day.
//!
//! Dialogue by dialogue, by the shares of a [`Model`]: [`Population`] says who, the procedures how.
//! The gaps between dialogues follow the day of the places they come from. Benign scenarios that
//! only look like attacks, and attacks, are drawn once for the whole span.

use std::sync::Arc;

use super::{
    dialogue::Answer,
    extras as x,
    model::{Model, whole},
    population::Population,
    procedures as p,
    rng::{Random, mix},
    scenario::{Group, Scenario},
    scenarios,
    stage::{SECOND, Stage},
    world::{self, Subscriber},
};

/// The background, dialogue by dialogue.
#[derive(Debug)]
pub struct Background {
    left: u64,
    next: u64,
    end: u64,
    /// Nanoseconds from one start to the next when it is as busy as on average.
    gap: u64,
    model: Arc<Model>,
    people: Population,
    /// Running sums of the shares, in millionths.
    shares: Vec<(u64, Play)>,
    /// How busy the average hour is, in thousandths.
    average: u64,
}

/// Plays a dialogue.
type Play = fn(&Background, &mut Stage);

impl Background {
    /// Makes a background of about this many messages in a world of a few partners, seen without
    /// losses or copies.
    #[must_use]
    pub fn new(messages: u64, start: u64) -> Self {
        Self::of(Arc::new(Model::small()), messages, start)
    }

    /// Makes a background of about this many messages as a model describes it.
    #[must_use]
    pub fn of(model: Arc<Model>, messages: u64, start: u64) -> Self {
        let span = span(&model, messages) * SECOND;
        let people = Population::new(&model);
        let day: u64 = (0..24).map(|hour| people.bustle(start + hour * 3600 * SECOND)).sum();
        let mut sum = 0;
        let shares = model
            .dialogues
            .list()
            .iter()
            .zip(PLAYS)
            .map(|(&(_, share), &play)| {
                sum += whole(share * 1e6);
                (sum, play)
            })
            .collect();
        Self {
            left: messages,
            next: start,
            end: start + span,
            gap: span.saturating_mul(MESSAGES_A_DIALOGUE_X10) / messages.saturating_mul(10).max(1),
            people,
            shares,
            average: (day / 24).max(1),
            model,
        }
    }

    /// Returns when the next dialogue begins; `None` when there is none left.
    #[must_use]
    pub fn next_start(&self) -> Option<u64> {
        (self.left > 0).then_some(self.next)
    }

    /// Returns when the last dialogue is to begin.
    #[must_use]
    pub const fn end(&self) -> u64 {
        self.end
    }

    /// Plays the next dialogue.
    pub fn play(&mut self, stage: &mut Stage) {
        stage.now = self.next;
        let before = stage.said.len();
        stage.tap(Some(&self.model.wire));
        let total = self.shares.last().map_or(1, |&(sum, _)| sum).max(1);
        let pick = stage.random.below(total);
        let at = self.shares.partition_point(|&(sum, _)| sum <= pick);
        if let Some(&(_, play)) = self.shares.get(at) {
            play(self, stage);
        }
        if stage.random.percent(self.model.wire.one_sided) {
            let up = stage.random.per_mille(500);
            stage.lose_direction(before, up);
        }
        stage.tap(None);
        let said = u64::try_from(stage.said.len() - before).unwrap_or(1).max(1);
        self.left = self.left.saturating_sub(said);
        let jitter = stage.random.within(200, 1800);
        let gap = self.gap.saturating_mul(jitter) / 1000;
        let busy = self.people.bustle(self.next);
        self.next += (gap.saturating_mul(self.average) / busy).max(1);
    }

    /// Draws what happens beside the dialogues: benign scenarios and attacks, with their times.
    #[must_use]
    pub fn events(&self, seed: u64, messages: u64) -> Vec<(u64, &'static Scenario)> {
        let mut random = Random::new(seed ^ 0x0e7e_4175);
        let start = self.next;
        let span = (self.end - start) / 10 * 9;
        let dialogues = messages.saturating_mul(10) / MESSAGES_A_DIALOGUE_X10;
        let count = |rate: f64| whole(rate * 1000.0).saturating_mul(dialogues) / 1_000_000_000;
        let mut events = Vec::new();
        for (scenario, rate) in self.model.benign_rates().filter(|&(_, rate)| rate > 0.0) {
            for _ in 0..count(rate).max(1) {
                events.push((start + random.below(span.max(1)), scenario));
            }
        }
        let attacks = &self.model.attacks;
        let total: f64 = KINDS.iter().map(|kind| (kind.share)(attacks)).sum();
        for _ in 0..count(attacks.per_million) {
            let mut pick = random.below(1_000_000);
            for kind in KINDS {
                let share = whole((kind.share)(attacks) / total.max(1e-9) * 1e6);
                if pick < share {
                    let names: Vec<&Scenario> = scenarios::all().filter(|s| (kind.is)(s)).collect();
                    let at = usize::try_from(random.below(names.len() as u64)).unwrap_or_default();
                    let when = start + random.below(span.max(1));
                    events.extend(names.get(at).map(|&scenario| (when, scenario)));
                    break;
                }
                pick -= share;
            }
        }
        events
    }

    fn roamer(&self, stage: &mut Stage) -> Subscriber {
        self.people.roamer(&mut stage.random, stage.now)
    }

    fn abroad(&self, stage: &mut Stage) -> Subscriber {
        self.people.abroad(&mut stage.random, stage.now)
    }

    /// What becomes of a request: the answer given, or one of the failures.
    fn fate(&self, stage: &mut Stage, good: Answer, error: i64) -> Answer {
        let failures = &self.model.failures;
        if stage.random.percent(failures.other) {
            Answer::error(error)
        } else if stage.random.percent(failures.abort) {
            Answer::Abort(stage.random.per_mille(500).then_some(4))
        } else if stage.random.percent(failures.timeout) {
            Answer::Silence
        } else if stage.random.percent(failures.returned) {
            Answer::Undeliverable(1)
        } else {
            good
        }
    }
}

/// Returns how long a background of this many messages lasts, in seconds: an hour, and longer when
/// it would be more than two hundred a second.
#[must_use]
pub const fn duration(messages: u64) -> u64 {
    let busy = messages / 200;
    if busy > 3600 { busy } else { 3600 }
}

/// Returns how long a background lasts as a model has it, in seconds.
#[must_use]
pub fn span(model: &Model, messages: u64) -> u64 {
    let days = whole(model.span.days * 86_400.0);
    if days > 0 {
        return days;
    }
    (messages / whole(model.span.messages_per_second).max(1)).max(3600)
}

/// A kind of attack: its share, and which scenarios are of it.
struct Kind {
    share: fn(&super::model::Attacks) -> f64,
    is: fn(&Scenario) -> bool,
}

const KINDS: &[Kind] = &[
    Kind { share: |a| a.single, is: |s| SINGLE.contains(&s.name) },
    Kind { share: |a| a.chain, is: |s| s.name.starts_with("chain_") },
    Kind { share: |a| a.cadence, is: |s| s.name == "polling_for_days" },
    Kind { share: |a| a.sweep, is: |s| s.name == "sweep_by_the_minute" },
    Kind { share: |a| a.slow_sweep, is: |s| s.name == "sweep_by_the_hour" },
    Kind { share: |a| a.rotation, is: |s| s.name == "identity_rotation" },
    Kind { share: |a| a.evasion, is: |s| s.group == Group::Evasion },
];

/// One request, and what it gives.
const SINGLE: [&str; 8] = [
    "ati_from_abroad",
    "psi_from_abroad",
    "psi_refused",
    "psl_from_abroad",
    "sri_from_abroad",
    "sri_lcs_from_abroad",
    "send_imsi_from_abroad",
    "psl_privacy_override",
];

/// The dialogues, in the order of [`super::model::Dialogues`].
const PLAYS: &[Play] = &[
    |this, stage| {
        let who = this.roamer(stage);
        let version = spoken(&who);
        let vectors = u8::try_from(1 + stage.random.below(5)).unwrap_or(1);
        let good = p::vectors(vectors, version);
        let answer = if stage.random.percent(this.model.failures.authentication) {
            Answer::error(p::UNKNOWN_SUBSCRIBER)
        } else {
            this.fate(stage, good, p::UNKNOWN_SUBSCRIBER)
        };
        p::authenticate_with(stage, &who, version, vectors, answer);
    },
    |this, stage| {
        let who = this.roamer(stage);
        if stage.random.percent(this.model.failures.steering) {
            for _ in 0..stage.random.within(1, 3) {
                p::authenticate(stage, &who, spoken(&who), 1);
                p::register_refused(stage, &who, p::ROAMING_NOT_ALLOWED);
                stage.wait(5);
            }
            return;
        }
        p::authenticate(stage, &who, spoken(&who), 2);
        p::register(stage, &who);
    },
    |this, stage| {
        let who = this.roamer(stage);
        p::register_packet(stage, &who);
    },
    |this, stage| {
        let who = this.roamer(stage);
        if stage.random.per_mille(200) {
            x::delete_data(stage, &who);
        } else {
            p::insert(stage, &who);
        }
    },
    |this, stage| {
        let who = this.roamer(stage);
        let number = stage.random.next();
        p::cancel(stage, &who, this.people.earlier(&who, number));
    },
    |this, stage| {
        let who = this.roamer(stage);
        p::purge(stage, &who);
    },
    |this, stage| {
        let number = this.people.aggregator(&mut stage.random);
        let who = this.people.at_home(&mut stage.random);
        if stage.random.percent(this.model.failures.other) {
            x::absent(stage, world::sms_hub(number), &who);
        } else {
            p::message_in(stage, world::sms_hub(number), world::sms_hub(1000 + number), &who);
        }
    },
    |this, stage| {
        let who = this.abroad(stage);
        if stage.random.per_mille(150) {
            x::long_message(stage, &who);
        } else {
            p::message_out(stage, &who);
        }
    },
    |this, stage| {
        let who = this.abroad(stage);
        p::message_sent(stage, &who);
    },
    |this, stage| {
        let who = this.roamer(stage);
        if who.hlr.is_home() && stage.random.per_mille(500) {
            p::reachable_again(stage, &who);
        } else if who.hlr.is_home() {
            x::not_delivered(stage, &who);
        } else {
            x::ready(stage, &who);
        }
    },
    |this, stage| {
        let who = this.abroad(stage);
        p::call(stage, &who);
    },
    |this, stage| {
        let who = this.people.at_home(&mut stage.random);
        p::ported_call(stage, &who);
    },
    |this, stage| {
        let who = this.roamer(stage);
        p::locate_own(stage, &who);
    },
    |this, stage| {
        let who = this.abroad(stage);
        p::controlled_call(stage, &who);
    },
    |this, stage| {
        let who = this.abroad(stage);
        if stage.random.per_mille(600) {
            x::controlled_message(stage, &who);
        } else {
            x::controlled_data(stage, &who);
        }
    },
    |this, stage| {
        let who = this.abroad(stage);
        if stage.random.per_mille(300) {
            x::service_session(stage, &who);
        } else {
            p::service_code(stage, &who);
        }
    },
    |this, stage| {
        let who = this.abroad(stage);
        x::supplementary(stage, &who);
    },
    |this, stage| {
        let who = this.roamer(stage);
        match stage.random.below(4) {
            0 => p::failed_authentication(stage, &who),
            1 => p::restore(stage, &who),
            2 if who.hlr.is_home() => x::equipment(stage, &who),
            _ => {
                let argument = Answer::Silence;
                p::authenticate_with(stage, &who, spoken(&who), 1, argument);
            }
        }
    },
    |_, stage| x::management(stage),
];

/// Returns the version a register speaks when it asks for vectors: one in seven is old.
fn spoken(who: &Subscriber) -> u8 {
    let low = mix(u64::try_from(who.vlr.gt.bits().get() >> 64).unwrap_or_default());
    if low.is_multiple_of(7) { 2 } else { 3 }
}

/// Messages of a dialogue, ten times, on average over the shares.
const MESSAGES_A_DIALOGUE_X10: u64 = 36;
