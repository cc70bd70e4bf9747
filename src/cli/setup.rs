//! From a configuration file, or none, to a plan, rules and an engine.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::anyhow;
use picket_dissectors::map;
use picket_hw::Timestamp;

use super::{Failure, doubts, output::say};
use crate::{
    config::{
        Document, Plan, Subscribers,
        plan::{HomeNeed, SubscriberMatch, Suppression},
    },
    engine::{Engine, Namer, Options, Rules},
    event::fields::{Names, number::Numbering},
    learnt, pack,
    sink::{
        redact::Redactor,
        shown::{self, Purpose},
    },
};

/// Reads a configuration.
pub(super) fn plan(
    config: Option<&Path>,
    home: Option<&str>,
    need: HomeNeed,
) -> Result<Plan, Failure> {
    let wrong = |error: crate::config::ConfigError| Failure::Wrong(anyhow!(error));
    let plan = match (config, home) {
        (Some(path), _) => Document::load(path)
            .and_then(|document| document.plan(need, &operations()))
            .map_err(wrong)?,
        (None, Some(list)) => return Plan::from_home_list(list).map_err(wrong),
        (None, None) => return Ok(Plan { sensor: "picket".into(), ..Plan::default() }),
    };
    match home {
        Some(list) => plan.with_home_list(list).map_err(wrong),
        None => Ok(plan),
    }
}

/// Reads a configuration anew; networks keep the places they have in `names`.
pub(super) fn plan_again(config: &Path, names: &Names) -> Result<Plan, Failure> {
    // As it is written first: only then does every problem have its place in the file.
    plan(Some(config), None, HomeNeed::Required)?;
    let wrong = |error: crate::config::ConfigError| Failure::Wrong(anyhow!(error));
    let mut document = Document::load(config).map_err(wrong)?;
    document.keep_networks(&names.networks);
    document.plan(HomeNeed::Required, &operations()).map_err(wrong)
}

fn operations() -> Vec<(&'static str, u8)> {
    map::opcode::all().iter().map(|operation| (operation.name(3), operation.code)).collect()
}

/// Returns the names that events of a plan carry as positions.
pub(super) fn names(plan: &Plan) -> Names {
    Names {
        sensor: plan.sensor.clone(),
        files: Vec::new(),
        links: plan.links.iter().map(|link| link.name.clone()).collect(),
        networks: plan.networks.all().iter().map(|network| network.name.clone()).collect(),
        lists: plan.intel.names().to_vec(),
    }
}

/// Compiles the rules in force; what is merely doubtful is said.
pub(super) fn rules(
    plan: &Plan,
    names: &Names,
    more: &[PathBuf],
    quiet: bool,
) -> Result<Rules, Failure> {
    let (rules, warnings) =
        pack::load(plan, names, more).map_err(|error| Failure::Wrong(anyhow!(error)))?;
    if !quiet {
        let doubts = doubts::doubts(plan, &rules);
        for warning in warnings.iter().map(ToString::to_string).chain(doubts) {
            say(&format!("picket: warning: {warning}"));
        }
    }
    Ok(rules)
}

/// Returns how subscribers are shown: as the configuration says, else the verb's own default.
pub(super) fn redactor(plan: &Plan, otherwise: Subscribers) -> Result<Redactor, Failure> {
    let form = plan.subscribers.unwrap_or(otherwise);
    shown::redactor(plan, form, Purpose::Question).map_err(|error| Failure::Wrong(anyhow!(error)))
}

/// Returns the pseudonyms of subscribers for the engine, where a suppression names one by it.
pub(super) fn namer(plan: &Plan) -> Result<Option<Namer>, Failure> {
    let by_id =
        |suppression: &Suppression| matches!(suppression.subscriber, Some(SubscriberMatch::Id(_)));
    if !plan.suppressions.iter().any(by_id) {
        return Ok(None);
    }
    let redactor = shown::redactor(plan, Subscribers::Pseudonym, Purpose::Output)
        .map_err(|error| Failure::Wrong(anyhow!(error)))?;
    Ok(Some(Arc::new(move |subject| {
        let imsi = subject.imsi.map(|digits| (digits, Numbering::Imsi));
        let own = imsi.or_else(|| subject.msisdn.map(|digits| (digits, Numbering::E164)));
        own.map(|(digits, numbering)| redactor.id(digits, numbering).as_str().to_owned())
            .unwrap_or_default()
    })))
}

/// Takes in what was learnt before. Returns since when that is, if anything was, and what of it was
/// left aside.
pub(super) fn remember(
    dir: &Path,
    engine: &mut Engine,
) -> Result<Option<(String, Vec<String>)>, Failure> {
    let restored = learnt::load(dir, engine).map_err(|error| Failure::Failed(anyhow!(error)))?;
    let Some(restored) = restored else { return Ok(None) };
    let time = |at: Timestamp| {
        let at = i64::try_from(at.nanos() / 1_000_000_000).unwrap_or(i64::MAX);
        jiff::Timestamp::from_second(at).map_or_else(|_| String::new(), |at| at.to_string())
    };
    let since = restored.since.map_or_else(|| "nothing".to_owned(), time);
    let told = format!("goes on with what was learnt from {since} to {}", time(restored.until));
    let aside = restored.left.iter().map(|left| {
        format!("learnt {left} do not fit this version or configuration and are learnt anew")
    });
    Ok(Some((told, aside.collect())))
}

/// Options of an engine on files: the seed is fixed, for nothing may depend on it.
pub(super) const fn options(records: bool) -> Options {
    Options { seed: 0x5049_434b_4554, records }
}
