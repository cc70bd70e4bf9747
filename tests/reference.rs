//! The reference that is committed is the one the tables give.
//!
//! When this fails after a change of a field or a note, write the files anew:
//!
//! ```text
//! cargo run -- fields --markdown > docs/fields.md
//! cargo run -- notes --markdown > docs/notes.md
//! cargo run -- fields --coverage > docs/coverage.md
//! cargo run -- schema event > schema/event.schema.json
//! scripts/more_docs.sh
//! ```

use std::{fs, path::Path};

use picket::{
    catalogue::{self, page},
    config::{Plan, page as keys},
    event::{coverage, fields::Names, reference},
    operate::metrics,
    pack,
};

#[test]
fn committed_reference_is_the_generated_one() {
    let schema = format!("{:#}\n", reference::event_schema());
    for (file, want, how) in [
        ("docs/fields.md", reference::fields_markdown(), "cargo run -- fields --markdown"),
        ("docs/notes.md", reference::notes_markdown(), "cargo run -- notes --markdown"),
        ("docs/coverage.md", coverage::markdown(), "cargo run -- fields --coverage"),
        ("docs/configuration.md", keys::markdown(), "cargo run -- schema config --markdown"),
        ("docs/metrics.md", metrics::markdown(), "cargo run -- metrics --markdown"),
        ("docs/detection.md", detection(), "cargo run -- rules coverage --markdown"),
        ("schema/event.schema.json", schema, "cargo run -- schema event"),
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let got = fs::read_to_string(&path).unwrap_or_default();
        if got != want {
            let line = got.lines().zip(want.lines()).take_while(|(a, b)| a == b).count() + 1;
            panic!("{file}:{line} is out of date; regenerate it: {how} > {file}");
        }
    }
}

/// The page of what the shipped rules find, which may name only rows there are.
#[expect(clippy::panic, reason = "a failure here is the test's")]
fn detection() -> String {
    let rules = pack::load(&Plan::default(), &Names::default(), &[]).map(|(rules, _)| rules);
    let coverage = catalogue::Coverage::of(&rules.unwrap_or_else(|error| panic!("{error}")));
    assert_eq!(coverage.unknown, [], "rules name rows that src/catalogue/rows.txt does not have");
    for row in coverage.catalogue.iter().filter(|row| !row.reason.is_empty()) {
        assert!(row.rules.is_empty(), "{}: has rules and a reason why not", row.row);
    }
    page::markdown(&coverage)
}

#[test]
fn what_is_said_to_show_an_evasion_is_there_and_names_its_note() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let snapshots: Vec<String> = [
        "dissectors/tests/snapshots",
        "dissectors/tests/map/snapshots",
        "dissectors/tests/layers/snapshots",
    ]
    .iter()
    .flat_map(|folder| fs::read_dir(root.join(folder)).into_iter().flatten())
    .filter_map(|entry| fs::read_to_string(entry.ok()?.path()).ok())
    .collect();
    for evasion in coverage::EVASIONS.iter().filter(|evasion| !evasion.shown_by.is_empty()) {
        let file = fs::read_to_string(root.join(evasion.shown_by)).unwrap_or_default();
        assert!(!file.is_empty(), "{evasion:?}");
        // What a vector gives stands in its snapshot.
        let input = format!("input_file: {}\n", evasion.shown_by);
        let read = snapshots.iter().find(|snapshot| snapshot.contains(&input)).unwrap_or(&file);
        let names = |note: &picket_dissectors::Note| {
            read.contains(note.id()) || read.contains(&format!("{note:?}"))
        };
        assert!(evasion.notes.is_empty() || evasion.notes.iter().any(names), "{evasion:?}");
    }
}
