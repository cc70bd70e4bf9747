//! An alert: one rule, one victim or attacker, and everything that belongs to it so far.

use std::sync::Arc;

use picket_dissectors::{Digits, Notes};
use picket_hw::Timestamp;
use sha2::{Digest, Sha256};

use super::evidence::Evidence;
use crate::{
    enrich::network::Place,
    event::{Direction, Link, Operation, Outcome, SigEvent, Subject},
    state::aliased::serial,
};

/// One revision of an alert.
#[derive(Clone, Debug)]
pub struct Alert {
    /// Identity: the same input gives the same.
    pub id: AlertId,
    /// 0 for the first, one more for each update.
    pub revision: u32,
    /// The rule.
    pub rule: Arc<Rule>,
    /// Level, after what was lost or refused.
    pub level: Level,
    /// Event time of this revision.
    pub at: Timestamp,
    /// Hits so far.
    pub count: u64,
    /// Time of the first hit.
    pub first_seen: Timestamp,
    /// Time of the last hit.
    pub last_seen: Timestamp,
    /// What the hits have in common, for correlations: field and value.
    pub group: Vec<(String, GroupValue)>,
    /// The gravest outcome so far.
    pub outcome: Outcome,
    /// Direction of the first hit.
    pub direction: Direction,
    /// Link of the first hit.
    pub link: Link,
    /// The sender's address can hardly be its own.
    pub spoof_suspected: bool,
    /// Who it is about, as known when the alert opened.
    pub subscriber: Option<Subject>,
    /// Who did it, the first first, at most [`MAX_ATTACKERS`].
    pub attackers: Vec<Attacker>,
    /// Whom the first hit addressed.
    pub target: Option<Attacker>,
    /// Operation of the first hit.
    pub operation: Option<Operation>,
    /// What the gravest answer gave.
    pub given: Option<picket_dissectors::map::parameters::Given>,
    /// Oddities of all hits.
    pub notes: Notes,
    /// Hits new in this revision, and their answers.
    pub evidence: Vec<Evidence>,
    /// All transaction ids and point codes, for a display filter.
    pub traces: Vec<Trace>,
}

/// Identity of an alert.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct AlertId(pub [u8; 16]);

impl AlertId {
    /// Derives the identity from the rule and the first hit. No number of a person goes in: a hash
    /// of a short number would be as good as the number.
    #[must_use]
    pub fn derive(rule_id: &str, first: &SigEvent) -> Self {
        let mut hash = Sha256::new();
        hash.update(rule_id.as_bytes());
        for number in [
            first.at.nanos(),
            first.frame.number,
            u64::from(first.frame.source),
            serial(first.dialogue.id),
        ] {
            hash.update(number.to_be_bytes());
        }
        let index =
            first.tcap.and_then(|tcap| tcap.component).map_or(0, |component| component.index);
        hash.update(index.to_be_bytes());
        let digest = hash.finalize();
        let mut id = [0; 16];
        for (to, from) in id.iter_mut().zip(digest) {
            *to = from;
        }
        Self(id)
    }
}

impl core::fmt::Display for AlertId {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

/// How grave an alert is.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    Eq,
    Ord,
    PartialEq,
    PartialOrd,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// For the record.
    #[default]
    Informational,
    /// Look at it when there is time.
    Low,
    /// Look at it today.
    Medium,
    /// Look at it now.
    High,
    /// Wake somebody.
    Critical,
}

impl Level {
    /// Every level, the least grave first.
    pub const ALL: [Self; 5] =
        [Self::Informational, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// Returns the name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Informational => "informational",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// Reads a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }

    /// Returns the level after what is known of the outcome: a leak raises it by one, an explicit
    /// refusal lowers it by one. Silence lowers nothing: the answer may have gone another way.
    #[must_use]
    pub fn after(self, outcome: Outcome) -> Self {
        match outcome {
            Outcome::Leaked | Outcome::Done => match self {
                Self::Informational | Self::Low => self,
                Self::Medium => Self::High,
                Self::High | Self::Critical => Self::Critical,
            },
            Outcome::Refused => match self {
                Self::Informational | Self::Low => Self::Informational,
                Self::Medium => Self::Low,
                Self::High => Self::Medium,
                Self::Critical => Self::High,
            },
            _ => self,
        }
    }
}

/// What alerts say of their rule.
#[derive(Clone, Debug, Default)]
pub struct Rule {
    /// UUID.
    pub id: String,
    /// Short name.
    pub name: String,
    /// Title.
    pub title: String,
    /// Level before anything is known of the outcome.
    pub level: Level,
    /// Sigma status.
    pub status: String,
    /// FS.11-style category.
    pub category: String,
    /// ATT&CK, FiGHT and MoTIF ids.
    pub techniques: Vec<String>,
    /// Sigma tags.
    pub tags: Vec<String>,
    /// What to do, one sentence.
    pub action: String,
    /// What happened, with `{placeholders}`; empty for the default sentence.
    pub summary: String,
}

/// A sender, or the addressed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Attacker {
    /// Global title, normalised where possible.
    pub gt: Option<Digits>,
    /// Whose it is.
    pub place: Place,
    /// Point code.
    pub point_code: Option<u32>,
    /// Subsystem.
    pub ssn: Option<u8>,
}

/// A value that the hits of a correlation have in common.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum GroupValue {
    /// Text, or a number that is nobody's.
    Text(String),
    /// An address.
    Number(Digits),
    /// The subscriber.
    Subscriber,
    /// A network of the plan, by position.
    Network(u128),
}

/// What a display filter can find a dialogue by.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Trace {
    /// Transaction id.
    pub tid: crate::event::Tid,
    /// Point codes of the frame.
    pub points: Option<(u32, u32)>,
    /// What carried it.
    pub carrier: crate::event::Carrier,
}

/// Dialogues a display filter names.
pub const MAX_TRACES: usize = 16;
/// Attackers named in one alert.
pub const MAX_ATTACKERS: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outcome_moves_the_level() {
        for (level, outcome, want) in [
            (Level::High, Outcome::Leaked, Level::Critical),
            (Level::High, Outcome::Refused, Level::Medium),
            (Level::Medium, Outcome::NoAnswer, Level::Medium),
            (Level::Informational, Outcome::Leaked, Level::Informational),
        ] {
            assert_eq!(level.after(outcome), want, "{level:?} {outcome:?}");
        }
        assert!(Level::ALL.into_iter().all(|level| Level::parse(level.name()) == Some(level)));
    }
}
