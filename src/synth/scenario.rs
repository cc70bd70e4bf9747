//! A scenario: a name, a story and how it is played.

use super::{
    evasions::{Operation, Way},
    stage::Stage,
};

/// What a scenario is an instance of; the letters are those of the attack catalogue.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Group {
    /// Location tracking.
    Location,
    /// Interception and impersonation.
    Interception,
    /// Fraud.
    Fraud,
    /// Denial of service.
    Denial,
    /// Evasion by encoding.
    Evasion,
    /// Reconnaissance and short messages.
    Recon,
    /// No attack.
    Benign,
}

impl Group {
    /// Returns the letter, or `benign`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Location => "A",
            Self::Interception => "B",
            Self::Fraud => "C",
            Self::Denial => "D",
            Self::Evasion => "E",
            Self::Recon => "F",
            Self::Benign => "benign",
        }
    }

    /// Whether nothing bad happens.
    #[must_use]
    pub const fn is_benign(self) -> bool {
        matches!(self, Self::Benign)
    }
}

/// A scenario.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    /// Its name, as on the command line and in the cases of rules.
    pub name: &'static str,
    /// What it is an instance of.
    pub group: Group,
    /// What happens, in a sentence.
    pub story: &'static str,
    /// Hardly to be found by anyone who sees one link only.
    pub hard: bool,
    /// By itself it is for a look when there is time: an alert of level low is enough.
    pub low: bool,
    /// Plays it from the stage's time on.
    pub play: Play,
}

/// How a scenario is played.
#[derive(Clone, Copy, Debug)]
pub enum Play {
    /// As written down.
    Scene(fn(&mut Stage)),
    /// A request for an operation, written in some way.
    Evasion(&'static Operation, &'static Way),
}

impl Play {
    /// Plays it from the stage's time on.
    pub fn on(self, stage: &mut Stage) {
        match self {
            Self::Scene(play) => play(stage),
            Self::Evasion(operation, way) => {
                let request = operation.request(stage);
                (way.play)(stage, request);
            }
        }
    }
}

/// Makes an attack.
pub(super) const fn attack(
    name: &'static str,
    group: Group,
    story: &'static str,
    play: fn(&mut Stage),
) -> Scenario {
    Scenario { name, group, story, hard: false, low: false, play: Play::Scene(play) }
}

/// Makes an attack that alone deserves an alert of level low.
pub(super) const fn low(attack: Scenario) -> Scenario {
    Scenario { low: true, ..attack }
}

/// Makes a scenario in which nothing bad happens.
pub(super) const fn benign(
    name: &'static str,
    story: &'static str,
    play: fn(&mut Stage),
) -> Scenario {
    Scenario { name, group: Group::Benign, story, hard: false, low: false, play: Play::Scene(play) }
}
