//! What the network is made of: scans and guesses.

use picket_dissectors::{
    emit::{map::location::provide_subscriber_info, tcap::invoke},
    tcap::component::Problem,
};

use super::location::{LOCATION, psi};
use crate::synth::{
    dialogue::{Answer, Context},
    network::{HOME, UNKNOWN, digits},
    procedures as p,
    scenario::{Group::Recon, Scenario, attack},
    world::{self, HLR, HomeNode, MSC, home},
};

/// The scenarios of this area.
pub(super) static SCENARIOS: &[Scenario] = &[
    attack(
        "gt_scan",
        Recon,
        "One address tries forty Global Titles of the home network; the network gives most requests back.",
        |stage| {
            let attacker = world::unknown(3, MSC, 601);
            stage.by(&attacker);
            let info = provide_subscriber_info(world::home_subscriber(1).imsi, LOCATION);
            for number in 0..40 {
                let mut target = home(HomeNode::Hlr);
                target.gt = digits(HOME.gt, 500 + number, 6);
                let cause = if number % 3 == 0 { 0 } else { 1 };
                stage.ask(
                    attacker,
                    target,
                    Context::Map(28, 3),
                    70,
                    Some(info.clone()),
                    Answer::Undeliverable(cause),
                );
                stage.wait(2);
            }
        },
    ),
    attack("ssn_scan", Recon, "One address tries every subsystem of one Global Title.", |stage| {
        let attacker = world::unknown(4, MSC, 602);
        stage.by(&attacker);
        for ssn in (5..=15).chain(140..=155) {
            let target = home(HomeNode::Vlr).speaking(ssn);
            let mut dialogue = stage.dialogue(attacker, target, Context::Map(1, 3));
            stage.begin(&mut dialogue, Vec::new());
            stage.undeliverable(&dialogue, 4);
            stage.wait(1);
        }
    }),
    attack(
        "context_probe",
        Recon,
        "One address asks for every application context, to learn what is supported.",
        |stage| {
            let attacker = world::unknown(5, MSC, 603);
            stage.by(&attacker);
            for number in 1..=45 {
                let mut dialogue =
                    stage.dialogue(attacker, home(HomeNode::Hlr), Context::Map(number, 3));
                stage.begin(&mut dialogue, Vec::new());
                stage.abort(&mut dialogue, None);
                stage.wait(1);
            }
        },
    ),
    attack("opcode_sweep", Recon, "One address tries every operation code.", |stage| {
        let attacker = world::unknown(6, MSC, 604);
        stage.by(&attacker);
        let victim = stage.victim();
        for code in 2..60 {
            let argument = provide_subscriber_info(victim.imsi, LOCATION);
            let mut dialogue = stage.dialogue(attacker, victim.vlr, Context::Map(28, 3));
            stage.begin(&mut dialogue, vec![invoke(1, code, Some(argument))]);
            stage.answer(&mut dialogue, 1, code, Answer::Reject(Problem::Invoke, 1));
            stage.wait(1);
        }
    }),
    attack(
        "random_ids",
        Recon,
        "Six hundred Global Titles that nobody ever saw ask where random identities are, one each, within forty seconds.",
        |stage| {
            let mut victim = stage.victim();
            for number in 0..600 {
                let tail = stage.random.below(1_000_000);
                let mut attacker = world::unknown(3, HLR, number);
                attacker.gt = digits(UNKNOWN[3], tail, 6);
                if number == 0 {
                    stage.by(&attacker);
                }
                victim.imsi =
                    digits(HOME.imsi, 5_000_000_000 + stage.random.below(4_000_000_000), 10);
                let info = provide_subscriber_info(victim.imsi, LOCATION);
                let mut dialogue = stage.dialogue(attacker, victim.vlr, Context::Map(28, 3));
                stage.begin(&mut dialogue, vec![invoke(1, 70, Some(info))]);
                stage.pause(60);
            }
        },
    ),
    attack(
        "imsi_bruteforce",
        Recon,
        "One address tries IMSIs one after the other; most are unknown.",
        |stage| {
            let attacker = world::unknown(7, HLR, 605);
            stage.by(&attacker);
            let mut victim = stage.victim();
            for number in 0..60 {
                victim.imsi = digits(HOME.imsi, 4_000_000_000 + number, 10);
                let answer = if number % 20 == 7 {
                    super::location::told(&victim)
                } else {
                    Answer::error(p::UNKNOWN_SUBSCRIBER)
                };
                psi(stage, attacker, &victim, LOCATION, answer);
                stage.wait(2);
            }
        },
    ),
];
