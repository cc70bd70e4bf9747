//! Attacks with a pace: polling for days, sweeps by the minute and by the hour. How fast and how
//! long is the model's.

use picket_dissectors::emit::map::location::{self, RequestedInfo};

use crate::synth::{
    dialogue::{Answer, Context},
    model::whole,
    procedures as p,
    scenario::{
        Group::{Location, Recon},
        Scenario, attack,
    },
    stage::{SECOND, Stage},
    world::{self, HLR, MSC},
};

/// The scenarios of this area.
pub(super) static SCENARIOS: &[Scenario] = &[
    attack(
        "polling_for_days",
        Location,
        "A roamer is located from abroad a few times an hour, for as long as the capture lasts, at most two weeks.",
        |stage| {
            let attacks = &stage.model.attacks;
            let (least, most) = (whole(attacks.cadence_least), whole(attacks.cadence_most));
            let days = whole(attacks.cadence_days);
            let hourly = stage.random.within(least.max(1), most.max(1));
            let end = stage.ends_at().min(stage.now + days * 86_400 * SECOND);
            let victim = stage.victim_abroad();
            let tracker = world::unknown(1, HLR, 1 + stage.random.below(500));
            stage.about(&victim, &tracker);
            for _ in 0..MOST_POLLS {
                let info = RequestedInfo { location: true, ..Default::default() };
                let argument = location::provide_subscriber_info(victim.imsi, info);
                let answer = Answer::of(p::whereabouts(&victim).tlv());
                let start = stage.now;
                stage.ask(tracker, victim.vlr, Context::Map(28, 3), 70, Some(argument), answer);
                let gap = 3600 * SECOND / hourly;
                stage.now = start + stage.random.within(gap * 9 / 10, gap * 11 / 10);
                if stage.now >= end {
                    break;
                }
            }
        },
    ),
    attack(
        "sweep_by_the_minute",
        Recon,
        "Numbers are looked up one after the other within minutes, without a message to any; half do not exist.",
        |stage| {
            let most = whole(stage.model.attacks.sweep_per_minute).max(1);
            sweep(stage, 60 * SECOND / most, 80);
        },
    ),
    attack(
        "sweep_by_the_hour",
        Recon,
        "Numbers are looked up a few an hour for as long as the capture lasts, without a message to any.",
        |stage| {
            let hourly = whole(stage.model.attacks.slow_per_hour).max(1);
            let gap = 3600 * SECOND / hourly;
            let count = (stage.ends_at().saturating_sub(stage.now) / gap).clamp(12, MOST_POLLS);
            sweep(stage, gap, count);
        },
    ),
];

fn sweep(stage: &mut Stage, gap: u64, count: u64) {
    let sweeper = world::unknown(4, MSC, 1 + stage.random.below(500));
    stage.by(&sweeper);
    let unknown = stage.random.within(200, 700);
    for _ in 0..count {
        let start = stage.now;
        let who = stage.victim();
        let dialogue = stage.dialogue(sweeper, who.hlr, Context::Map(20, 3));
        let answer = if stage.random.per_mille(unknown) {
            Answer::error(p::UNKNOWN_SUBSCRIBER)
        } else {
            let result = &picket_dissectors::emit::map::sms::send_routing_info_for_sm_result;
            Answer::of(result(who.imsi, who.msc.gt))
        };
        let argument = p::route_for_message(&who, sweeper);
        stage.ask_in(dialogue.to(who.hlr_by_msisdn()), 45, Some(argument), answer);
        stage.now = start + stage.random.within(gap * 8 / 10, gap * 12 / 10);
    }
}

/// Requests of one campaign: two weeks at thirteen an hour.
const MOST_POLLS: u64 = 14 * 24 * 13;
