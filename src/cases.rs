//! The cases of rules: scenarios a rule must find, and near misses it must not.
//!
//! A rule says under `tests` which scenarios it wants to be tried on, each as
//! `{ scenario: NAME, expect: N }`: 0 means not a single alert of the rule, any other number at
//! least that many. Every scenario is played alone, through an engine that remembers nothing, with
//! all rules in force.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};

use picket_dissectors::map;
use picket_hw::{FileId, Frame, LinkType, PortId, Timestamp};
use picket_rules::{Raw, RuleInfo};

use crate::{
    config::{ConfigError, Document, Plan, error::suggest_or, plan::HomeNeed},
    engine::{Engine, Options, Output, Rules, Stats, alert::AlertId},
    synth::{self, Generator, scenario::Scenario, scenarios},
};

/// One case of a rule.
#[derive(Clone, Debug)]
pub struct Case {
    /// The rule's id.
    pub rule: String,
    /// The rule's name, or title when it has none.
    pub name: String,
    /// What is played.
    pub scenario: &'static Scenario,
    /// At least so many alerts; 0 for none at all.
    pub expect: u64,
}

/// Why a case cannot be tried.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// The case names no scenario there is.
    #[error("{place}: rule {rule}: no scenario is called {scenario}; {remedy}")]
    Unknown {
        /// Where the rule begins.
        place: String,
        /// Its id or title.
        rule: String,
        /// What it asks for.
        scenario: String,
        /// The one it may mean, or where they are listed.
        remedy: String,
    },
    /// The case is not of the form it should have.
    #[error("{place}: rule {rule}: a case is written {{ scenario: NAME, expect: NUMBER }}")]
    Shape {
        /// Where the rule begins.
        place: String,
        /// Its id or title.
        rule: String,
    },
}

/// What came of a case.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Verdict {
    /// Alerts of the rule.
    pub found: u64,
    /// Whether that is what was expected.
    pub passed: bool,
}

/// Plays scenarios and remembers what each rule said.
pub struct Bench {
    plan: Arc<Plan>,
    rules: Arc<Rules>,
    played: BTreeMap<&'static str, BTreeMap<String, u64>>,
}

impl Bench {
    /// Makes a bench for these rules, compiled with [`plan`].
    #[must_use]
    pub const fn new(plan: Arc<Plan>, rules: Arc<Rules>) -> Self {
        Self { plan, rules, played: BTreeMap::new() }
    }

    /// Tries a case.
    pub fn try_case(&mut self, case: &Case) -> Verdict {
        let (plan, rules) = (&self.plan, &self.rules);
        let alerts = self
            .played
            .entry(case.scenario.name)
            .or_insert_with(|| play(case.scenario, Arc::clone(plan), Arc::clone(rules)).0);
        let found = alerts.get(&case.rule).copied().unwrap_or(0);
        let passed = if case.expect == 0 { found == 0 } else { found >= case.expect };
        Verdict { found, passed }
    }
}

/// Returns the plan of the configuration that goes with the scenarios.
///
/// # Errors
///
/// Returns what is wrong with that configuration, which would be a defect of the program.
pub fn plan() -> Result<Plan, ConfigError> {
    let operations: Vec<(&str, u8)> =
        map::opcode::all().iter().map(|operation| (operation.name(3), operation.code)).collect();
    Document::parse(Path::new("synth.toml"), synth::configuration())?
        .plan(HomeNeed::Required, &operations)
}

/// Returns the cases of a rule.
///
/// # Errors
///
/// Returns a case that names no scenario or is not of the form it should have.
pub fn of(rule: &RuleInfo) -> Result<Vec<Case>, CaseError> {
    rule.tests.iter().map(|case| read(rule, case)).collect()
}

fn read(rule: &RuleInfo, case: &Raw) -> Result<Case, CaseError> {
    let place = || rule.place.to_string();
    let known_as = || rule.key().to_owned();
    let name = case.get("scenario").and_then(Raw::text);
    let expect = case.get("expect").and_then(Raw::int);
    let (Some(name), Some(expect)) = (name, expect) else {
        return Err(CaseError::Shape { place: place(), rule: known_as() });
    };
    let scenario = scenarios::find(name).ok_or_else(|| CaseError::Unknown {
        place: place(),
        rule: known_as(),
        scenario: name.to_owned(),
        remedy: suggest_or(name, scenarios::all().map(|scenario| scenario.name), || {
            "`picket synth --list` names them".to_owned()
        }),
    })?;
    let name = rule.name.clone().unwrap_or_else(|| rule.title.clone());
    Ok(Case { rule: known_as(), name, scenario, expect })
}

/// Plays a scenario alone and returns the alerts of each rule, by rule id, and the counters.
#[must_use]
pub fn play(
    scenario: &'static Scenario,
    plan: Arc<Plan>,
    rules: Arc<Rules>,
) -> (BTreeMap<String, u64>, Stats) {
    let mut engine = Engine::new(plan, rules, Options { seed: 0, records: false });
    let generator =
        Generator::new(&synth::Options { seed: 1, messages: 0, scenarios: vec![(0, scenario)] });
    let mut alerts: BTreeMap<String, BTreeSet<AlertId>> = BTreeMap::new();
    let mut take = |engine: &mut Engine| {
        while let Some(output) = engine.poll() {
            if let Output::Alert(alert) = output {
                alerts.entry(alert.rule.id.clone()).or_default().insert(alert.id);
            }
        }
    };
    let mut end = Timestamp::EPOCH;
    for (number, generated) in (1..).zip(generator) {
        end = Timestamp::from_nanos(generated.at);
        engine.ingest(&Frame {
            at: end,
            bytes: &generated.octets,
            wire_len: u32::try_from(generated.octets.len()).unwrap_or(u32::MAX),
            port: PortId(0),
            link: LinkType::ETHERNET,
            number,
            source: FileId(0),
        });
        take(&mut engine);
    }
    // Silence is an answer too, and comes when nothing else does.
    engine.advance(end.saturating_add(QUIET));
    engine.finish();
    take(&mut engine);
    let count = |ids: BTreeSet<AlertId>| u64::try_from(ids.len()).unwrap_or(u64::MAX);
    let counted = alerts.into_iter().map(|(rule, ids)| (rule, count(ids))).collect();
    (counted, engine.stats().clone())
}

/// How long a scenario is waited for after its last frame: longer than any dialogue of MAP that
/// nobody answers, but those of the long timers.
const QUIET: u64 = 20 * 60 * 1_000_000_000;
