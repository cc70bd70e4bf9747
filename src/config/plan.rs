//! The plan: what the engine and the outputs work from. Resolved, checked, no choices left.

use std::{collections::BTreeMap, path::PathBuf};

use picket_dissectors::Digits;

use super::{
    Capacity, Capture, Confine, Document, Problem, ReloadPolicy, Threads,
    error::ConfigError,
    outputs::{Control, Metrics, Output, Subscribers, Web},
    resolve,
    route::{LinkKey, LinkPlan},
};
use crate::enrich::{
    intel::Intel,
    network::{NetworkId, Networks},
    pointcode::Variant,
};

/// Everything a run is made from, besides rules and frames. Every path is resolved.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// `sensor.id` of events and alerts.
    pub sensor: String,
    /// Home and other networks.
    pub networks: Networks,
    /// Point codes of home nodes.
    pub home_point_codes: HomePointCodes,
    /// Links, first match first.
    pub links: Vec<LinkPlan>,
    /// Alerts not to raise.
    pub suppressions: Vec<Suppression>,
    /// Form of subscriber numbers; `None` leaves it to the verb.
    pub subscribers: Option<Subscribers>,
    /// Key of the pseudonyms; `None` is made in [`Self::state_dir`].
    pub key_file: Option<PathBuf>,
    /// The key before, and when (nanoseconds since the Unix epoch) ids by it are told no more.
    pub previous_key: Option<(PathBuf, u64)>,
    /// Key that seals identities in the store; `None` is made in [`Self::state_dir`].
    pub seal_key_file: Option<PathBuf>,
    /// Directories of further rules.
    pub rule_dirs: Vec<PathBuf>,
    /// Rules not to load, by id or name.
    pub disabled_rules: Vec<String>,
    /// Named lists: name to values.
    pub lists: BTreeMap<String, Vec<String>>,
    /// Global titles somebody warned of.
    pub intel: Intel,
    /// Where state is kept between runs.
    pub state_dir: Option<PathBuf>,
    /// Hours after the first message in which it is learnt what is usual; `None` is the default.
    pub learning_hours: Option<u32>,
    /// How many entries each table holds.
    pub capacity: Capacity,
    /// Where frames come from.
    pub capture: Capture,
    /// Threads of a live run.
    pub threads: Threads,
    /// Where alerts and events go.
    pub output: Output,
    /// Metrics and health.
    pub metrics: Option<Metrics>,
    /// The control socket.
    pub control: Option<Control>,
    /// What is given up.
    pub confine: Confine,
    /// Reading everything anew.
    pub reload: ReloadPolicy,
    /// The console.
    pub web: Option<Web>,
}

/// Names and codes of the operations `allow` may name (TS 29.002 §17.5).
pub type Operations<'a> = &'a [(&'a str, u8)];

/// Whether a plan may do without `[home]`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum HomeNeed {
    /// No: live capture, checks.
    Required,
    /// Yes: replay guesses it or is told on the command line.
    Optional,
}

/// Point codes of home nodes. Text of three parts can mean either coding; the link's variant decides.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct HomePointCodes {
    pub(super) itu: Vec<u32>,
    pub(super) wide: Vec<u32>,
    pub(super) japan: Vec<u32>,
}

/// An alert not to raise.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Suppression {
    /// Id or name of the rule.
    pub rule: String,
    /// Prefix of the attacker's global title.
    pub gt: Option<Digits>,
    /// The attacker's network.
    pub network: Option<NetworkId>,
    /// The subscriber.
    pub subscriber: Option<SubscriberMatch>,
    /// Why.
    pub reason: String,
    /// The first nanosecond since the Unix epoch at which it holds no more.
    pub until: u64,
}

/// A subscriber as a suppression names it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum SubscriberMatch {
    /// Digits of an IMSI or MSISDN.
    Number(Digits),
    /// `subscriber.id` of an alert.
    Id(String),
}

/// What of an alert decides whether a suppression covers it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Candidate<'a> {
    /// Id of the rule.
    pub rule_id: &'a str,
    /// Name of the rule.
    pub rule_name: &'a str,
    /// The attacker's global title.
    pub gt: Option<Digits>,
    /// The attacker's network.
    pub network: Option<NetworkId>,
    /// The subscriber's IMSI.
    pub imsi: Option<Digits>,
    /// The subscriber's MSISDN.
    pub msisdn: Option<Digits>,
    /// The subscriber's id.
    pub subscriber_id: Option<&'a str>,
    /// Event time, nanoseconds since the Unix epoch.
    pub at: u64,
}

impl Document {
    /// Checks and resolves the configuration, reading the lists and the portability file it names.
    ///
    /// # Errors
    ///
    /// Returns every problem found.
    pub fn plan(&self, need: HomeNeed, operations: Operations<'_>) -> Result<Plan, ConfigError> {
        resolve::plan(self, need, operations)
    }
}

impl Plan {
    /// Makes a plan of `--home`: `gt:99910,imsi:00101,msisdn:99911`; a bare number is all three.
    ///
    /// # Errors
    ///
    /// Returns a problem for each part that cannot be read.
    pub fn from_home_list(list: &str) -> Result<Self, ConfigError> {
        let networks = home_list(list)?;
        Ok(Self { sensor: "picket".into(), networks, ..Self::default() })
    }

    /// Puts the home of `--home` in place of the configured one; everything else stays.
    ///
    /// # Errors
    ///
    /// Returns a problem for each part that cannot be read and each prefix another network has.
    pub fn with_home_list(self, list: &str) -> Result<Self, ConfigError> {
        let mut home = resolve::home_list(list)?;
        if let Some(old) =
            self.networks.network(NetworkId::HOME).filter(|_| self.networks.has_home())
        {
            home.name.clone_from(&old.name);
        }
        let networks = self.networks.with_home(home).map_err(resolve::home_overlaps)?;
        Ok(Self { networks, ..self })
    }

    /// Returns the link a message is on.
    #[must_use]
    pub fn link_for(&self, key: &LinkKey) -> Option<&LinkPlan> {
        self.links.iter().find(|link| link.matches(key))
    }
}

fn home_list(list: &str) -> Result<Networks, ConfigError> {
    Networks::build(Some(resolve::home_list(list)?), Vec::new()).map_err(resolve::home_overlaps)
}

impl HomePointCodes {
    /// Whether the code is that of a home node, on a link of the variant.
    #[must_use]
    pub fn contains(&self, code: u32, variant: Variant) -> bool {
        let codes = match variant {
            Variant::Itu => &self.itu,
            Variant::Ansi | Variant::China => &self.wide,
            Variant::Japan => &self.japan,
        };
        codes.binary_search(&code).is_ok()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.itu.is_empty() && self.wide.is_empty() && self.japan.is_empty()
    }
}

impl Suppression {
    /// Whether the alert is covered: the rule, and everything else that is given.
    #[must_use]
    pub fn covers(&self, alert: &Candidate<'_>) -> bool {
        let rule = self.rule.eq_ignore_ascii_case(alert.rule_id) || self.rule == alert.rule_name;
        let subscriber = match &self.subscriber {
            None => true,
            Some(SubscriberMatch::Number(number)) => {
                alert.imsi == Some(*number) || alert.msisdn == Some(*number)
            }
            Some(SubscriberMatch::Id(id)) => alert.subscriber_id == Some(id),
        };
        rule && alert.at < self.until
            && subscriber
            && self.gt.is_none_or(|prefix| alert.gt.is_some_and(|gt| gt.starts_with(prefix)))
            && (self.network.is_none() || self.network == alert.network)
    }
}

impl Problem {
    /// Makes a problem of a command line option.
    pub(super) fn of_option(what: String, remedy: &str) -> Self {
        Self { key: "--home".into(), what, remedy: remedy.into(), ..Self::default() }
    }
}
