//! Requests written so that a filter does not see them: every operation in every way.
#![expect(clippy::expect_used, reason = "a failure here is the test's")]

use std::{fs, path::Path, sync::Arc};

use picket::{
    cases,
    evasions::{Bench, Verdict, markdown},
    event::{coverage::EVASIONS, fields::Names},
    pack,
    synth::{
        evasions::{OPERATIONS, all, ways},
        scenarios,
    },
};

fn bench() -> Bench {
    let plan = cases::plan().expect("the configuration is good");
    let (rules, _) = pack::load(&plan, &Names::default(), &[]).expect("the rules compile");
    Bench::new(Arc::new(plan), Arc::new(rules))
}

#[test]
fn no_way_of_writing_hides_a_request() {
    let bench = bench();
    let mut wrong = Vec::new();
    for operation in OPERATIONS {
        let plain = ways().filter(|way| way.row.is_empty());
        let plain: Vec<_> = plain.filter_map(|way| bench.play(operation, way)).collect();
        assert!(plain[0].level.is_some(), "{} as everybody writes it", operation.name);
        for way in ways() {
            let Some(found) = bench.play(operation, way) else { continue };
            let verdict = found.verdict(&plain[usize::from(!way.answered)]);
            if verdict != Verdict::Seen {
                wrong.push(format!("{}.{}: {verdict:?} {found:?}", operation.name, way.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_pair_is_a_scenario_of_its_own() {
    assert!(all().len() > 700, "{}", all().len());
    let mut names: Vec<_> = scenarios::all().chain(all()).map(|scenario| scenario.name).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
    assert!(scenarios::find("ati.long_tags").is_some());
}

#[test]
fn rows_are_those_of_the_matrix() {
    assert_eq!(EVASIONS.len(), 38);
    for way in ways().filter(|way| !way.row.is_empty()) {
        for row in way.row.split([',', '-']) {
            let number: usize = row.trim().trim_start_matches('E').parse().expect("E and a number");
            let evasion = EVASIONS.get(number - 1).expect("a row");
            let tells = |note| evasion.notes.contains(note);
            let others = matches!(number, 1..=4 | 17 | 24 | 32 | 38) || way.row.contains(',');
            assert!(others || way.notes.iter().any(tells), "{}: {evasion:?}", way.name);
        }
    }
}

#[test]
fn the_committed_page_is_the_one_made() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/evasions.md"));
    let made = markdown(&bench());
    let differing = page
        .as_deref()
        .unwrap_or_default()
        .lines()
        .zip(made.lines())
        .position(|(left, right)| left != right);
    let same = page.is_ok_and(|page| page == made);
    assert!(
        same,
        "docs/evasions.md is out of date, first in line {:?}; regenerate it: \
         cargo run -- rules evasions > docs/evasions.md",
        differing.map(|line| line + 1)
    );
}
