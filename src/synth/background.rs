//! The benign background: what an international transfer point carries all day.
//!
//! The shares are of dialogues; they are estimates of the order of magnitude, all in one table.

use super::{
    dialogue::Answer,
    procedures as p,
    rng::mix,
    stage::{SECOND, Stage},
    world::{self, Subscriber},
};

/// The background, dialogue by dialogue.
#[derive(Debug)]
pub struct Background {
    left: u64,
    next: u64,
    /// Nanoseconds from one start to the next, in the middle.
    gap: u64,
}

impl Background {
    /// Makes a background of about this many messages.
    #[must_use]
    pub fn new(messages: u64, start: u64) -> Self {
        let seconds = duration(messages);
        let gap = (seconds * SECOND).saturating_mul(MESSAGES_A_DIALOGUE_X10)
            / messages.saturating_mul(10).max(1);
        Self { left: messages, next: start, gap }
    }

    /// Returns when the next dialogue begins; `None` when there is none left.
    #[must_use]
    pub fn next_start(&self) -> Option<u64> {
        (self.left > 0).then_some(self.next)
    }

    /// Plays the next dialogue.
    pub fn play(&mut self, stage: &mut Stage) {
        stage.now = self.next;
        let before = stage.said.len();
        let total: u64 = SHARES.iter().map(|&(share, _)| share).sum();
        let mut pick = stage.random.below(total);
        for &(share, play) in SHARES {
            if pick < share {
                play(stage);
                break;
            }
            pick -= share;
        }
        let said = u64::try_from(stage.said.len() - before).unwrap_or(1).max(1);
        self.left = self.left.saturating_sub(said);
        let jitter = stage.random.within(200, 1800);
        self.next += (self.gap.saturating_mul(jitter) / 1000).max(1);
    }
}

/// Returns how long a background of this many messages lasts, in seconds: an hour, and longer when
/// it would be more than two hundred a second.
#[must_use]
pub const fn duration(messages: u64) -> u64 {
    let busy = messages / 200;
    if busy > 3600 { busy } else { 3600 }
}

/// Plays a dialogue.
type Play = fn(&mut Stage);

/// Dialogues and their shares, in tenths of a per cent.
const SHARES: &[(u64, Play)] = &[
    (250, |stage| {
        let who = somebody(stage);
        let refused = stage.random.per_mille(40);
        if refused {
            p::authenticate_with(stage, &who, 3, 1, Answer::error(p::UNKNOWN_SUBSCRIBER));
        } else {
            let version = if stage.random.per_mille(150) { 2 } else { 3 };
            let vectors = u8::try_from(1 + stage.random.below(5)).unwrap_or(1);
            p::authenticate(stage, &who, version, vectors);
        }
    }),
    (115, |stage| {
        let who = somebody(stage);
        p::authenticate(stage, &who, 3, 2);
        p::register(stage, &who);
    }),
    (20, |stage| {
        // Steering of roaming: refused where the home network does not want the phone to be.
        let who = somebody(stage);
        p::authenticate(stage, &who, 3, 2);
        p::register_refused(stage, &who, p::ROAMING_NOT_ALLOWED);
    }),
    (75, |stage| {
        let who = somebody(stage);
        p::register_packet(stage, &who);
    }),
    (40, |stage| {
        let who = somebody(stage);
        p::insert(stage, &who);
    }),
    (80, |stage| {
        let who = somebody(stage);
        p::cancel(stage, &who, who.vlr);
    }),
    (25, |stage| {
        let who = somebody(stage);
        p::purge(stage, &who);
    }),
    (90, |stage| {
        let number = 1 + stage.random.ranked(12);
        let who = world::home_subscriber(ROAMERS + stage.random.below(HOME_PEOPLE));
        p::message_in(stage, world::sms_hub(number), world::sms_hub(100 + number), &who);
    }),
    (50, |stage| {
        let who = world::outbound(stage.random.below(ROAMERS));
        p::message_out(stage, &who);
    }),
    (40, |stage| {
        let who = world::outbound(stage.random.below(ROAMERS));
        p::message_sent(stage, &who);
    }),
    (15, |stage| {
        let who = somebody(stage);
        if who.hlr.is_home() {
            p::reachable_again(stage, &who);
        } else {
            p::restore(stage, &who);
        }
    }),
    (15, |stage| {
        let who = world::outbound(stage.random.below(ROAMERS));
        p::call(stage, &who);
    }),
    (10, |stage| {
        let who = world::home_subscriber(ROAMERS + stage.random.below(HOME_PEOPLE));
        p::ported_call(stage, &who);
    }),
    (15, |stage| {
        let who = world::outbound(stage.random.below(ROAMERS));
        p::locate_own(stage, &who);
    }),
    (75, |stage| {
        let who = world::outbound(stage.random.below(ROAMERS));
        p::controlled_call(stage, &who);
    }),
    (25, |stage| {
        let who = world::outbound(stage.random.below(ROAMERS));
        p::service_code(stage, &who);
    }),
    (5, |stage| {
        let who = somebody(stage);
        p::failed_authentication(stage, &who);
    }),
    (5, |stage| {
        let who = somebody(stage);
        p::authenticate_with(stage, &who, 3, 1, Answer::Silence);
    }),
    (3, |stage| {
        let who = somebody(stage);
        p::authenticate_with(stage, &who, 3, 1, Answer::Abort(Some(4)));
    }),
    (3, |stage| {
        let who = somebody(stage);
        p::authenticate_with(stage, &who, 3, 1, Answer::Undeliverable(1));
    }),
];

/// Returns a roamer: half of them ours abroad, half of them guests.
fn somebody(stage: &mut Stage) -> Subscriber {
    let number = stage.random.below(ROAMERS);
    // Roamers of the same number are two people, one of each kind.
    if mix(stage.random.next()) & 1 == 0 { world::outbound(number) } else { world::inbound(number) }
}

/// Roamers of each kind.
const ROAMERS: u64 = 20_000;
/// Home subscribers who stay at home; others roam.
const HOME_PEOPLE: u64 = 400_000;
/// Messages of a dialogue, ten times, on average over the shares.
const MESSAGES_A_DIALOGUE_X10: u64 = 36;
