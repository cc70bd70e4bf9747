//! Each row of the catalogue of abuses has a rule that finds it when it is played alone, or a reason.
#![expect(clippy::expect_used, reason = "a failure here is the test's")]

use std::{collections::BTreeMap, sync::Arc};

use picket::{
    cases,
    catalogue::{ATTRIBUTE, Coverage, techniques},
    engine::Rules,
    event::fields::Names,
    pack,
    synth::scenario::Scenario,
};

fn shipped() -> (Arc<picket::config::Plan>, Arc<Rules>) {
    let plan = cases::plan().expect("the configuration is good");
    let names = Names {
        networks: plan.networks.all().iter().map(|network| network.name.clone()).collect(),
        links: plan.links.iter().map(|link| link.name.clone()).collect(),
        lists: plan.intel.names().to_vec(),
        ..Names::default()
    };
    let (rules, _) = pack::load(&plan, &names, &[]).expect("the shipped rules compile");
    (Arc::new(plan), Arc::new(rules))
}

#[test]
fn every_row_has_a_rule_or_a_reason() {
    let (_, rules) = shipped();
    let coverage = Coverage::of(&rules);
    assert_eq!(coverage.unknown, []);
    for row in &coverage.catalogue {
        let (found, told) = (!row.rules.is_empty(), !row.reason.is_empty());
        assert!(found != told, "{}: rules {:?}, reason {:?}", row.row, row.rules, row.reason);
    }
}

#[test]
fn every_technique_has_its_name() {
    let (_, rules) = shipped();
    let named = rules.about.iter().flat_map(|rule| &rule.techniques);
    let nameless: Vec<_> = named.filter(|id| techniques::name(id).is_none()).collect();
    assert!(nameless.is_empty(), "{nameless:?}");
}

#[test]
fn every_rule_that_tells_has_its_case_and_its_near_miss() {
    let (_, rules) = shipped();
    let set = rules.set.as_ref().expect("rules");
    let mut wrong = Vec::new();
    for info in set.rules().iter().filter(|info| info.reports) {
        let cases = cases::of(info).expect("the cases name scenarios");
        let fires = cases.iter().any(|case| case.expect > 0);
        let misses = cases.iter().any(|case| case.expect == 0);
        if !(fires && misses) {
            wrong.push(format!("{}: fires {fires}, near miss {misses}", info.key()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A scenario of the row, played alone, has an operation of the row and is found by a rule that names
/// the row.
#[test]
fn every_row_with_a_rule_is_found_in_an_attack_played_alone() {
    let (plan, rules) = shipped();
    let set = rules.set.as_ref().expect("rules");
    let mut played = BTreeMap::new();
    let mut play = |scenario: &'static Scenario| {
        let found = played.entry(scenario.name).or_insert_with(|| {
            let (alerts, stats) = cases::play(scenario, Arc::clone(&plan), Arc::clone(&rules));
            let operations = stats.operations.iter();
            let names: Vec<&str> = operations.map(|((_, name), _)| *name).collect();
            (alerts, names)
        });
        found.clone()
    };
    let mut wrong = Vec::new();
    for row in Coverage::of(&rules).catalogue.iter().filter(|row| row.reason.is_empty()) {
        let about = set.rules().iter().filter(|info| {
            let named = info.custom_attributes.get(ATTRIBUTE).map(ToString::to_string);
            let named = named.unwrap_or_default();
            named.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == row.row)
        });
        let found = about.into_iter().any(|info| {
            let cases = cases::of(info).expect("the cases name scenarios");
            let attacks =
                cases.iter().filter(|case| case.expect > 0 && !case.scenario.group.is_benign());
            attacks.into_iter().any(|case| {
                let (alerts, operations) = play(case.scenario);
                let uses = row.operations.is_empty()
                    || row.operations.iter().any(|name| operations.contains(name));
                uses && alerts.contains_key(info.key())
            })
        });
        if !found {
            wrong.push(format!("{}: {}", row.row, row.title));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
