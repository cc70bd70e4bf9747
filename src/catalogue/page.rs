//! What is detected, as a page and as text for a terminal.

use core::fmt::Write;

use super::{Coverage, Rule};
use crate::event::fields;

/// Writes the page `docs/detection.md`.
#[must_use]
pub fn markdown(coverage: &Coverage) -> String {
    let mut out = String::from(
        "# What is detected\n\nMade by `picket rules coverage --markdown`; do not edit. \
         `picket rules list` has ids, `picket rules explain` says why a rule\nfires or does not.\n\n\
         ## Kinds of abuse\n\nA location and identity, B interception and impersonation, C fraud, \
         D denial of service, E short messages,\nF reconnaissance.\n\n\
         | row | abuse | operations | rules |\n|---|---|---|---|\n",
    );
    for row in &coverage.catalogue {
        let rules = match (row.rules.as_slice(), row.reason) {
            ([], "") => "none".to_owned(),
            ([], reason) => format!("cannot be seen: {reason}"),
            (rules, _) => ticked(rules),
        };
        let operations = row.operations.join(", ");
        let _ = writeln!(out, "| {} | {} | {operations} | {rules} |", row.row, row.title);
    }
    out.push_str(
        "\n## Operations\n\nRules that look at an operation by name, by category in the manner of \
         GSMA FS.11. Rules that count what other rules find\nare listed with those.\n\n\
         | operation | category | rules |\n|---|---|---|\n",
    );
    for (_, operation) in fields::operations() {
        for (category, rules) in by_category(coverage, operation) {
            let rules = ticked(&names(&rules));
            let _ = writeln!(out, "| {operation} | {category} | {rules} |");
        }
    }
    out.push_str(
        "\n## Any operation\n\nRules that look at how a message is written or where it came from, \
         whatever it asks.\n\n| category | rules |\n|---|---|\n",
    );
    for category in coverage.categories() {
        let rules: Vec<&str> = unbound(coverage, category).map(|rule| rule.name.as_str()).collect();
        if !rules.is_empty() {
            let _ = writeln!(out, "| {category} | {} |", ticked(&rules));
        }
    }
    out
}

/// Writes what `picket rules coverage` prints.
#[must_use]
pub fn text(coverage: &Coverage) -> String {
    let mut out = String::new();
    for category in coverage.categories() {
        let _ = writeln!(out, "{category}");
        for (_, operation) in fields::operations() {
            let found = by_category(coverage, operation);
            let Some((_, rules)) = found.iter().find(|(name, _)| *name == category) else {
                continue;
            };
            line(&mut out, operation, &names(rules));
        }
        let any: Vec<&str> = unbound(coverage, category).map(|rule| rule.name.as_str()).collect();
        if !any.is_empty() {
            line(&mut out, "any operation", &any);
        }
    }
    let _ = writeln!(out, "\nKinds of abuse");
    for row in &coverage.catalogue {
        let head = format!("{:<4}{}", row.row, row.title);
        match (row.rules.as_slice(), row.reason) {
            ([], "") => line(&mut out, &head, &["none"]),
            ([], reason) => line(&mut out, &head, &[reason]),
            (rules, _) => line(&mut out, &head, rules),
        }
    }
    for (rule, row) in &coverage.unknown {
        let _ = writeln!(out, "rule {rule} names row {row}, which the catalogue does not have");
    }
    out
}

/// Returns the rules that look at an operation, by category.
fn by_category<'c>(coverage: &'c Coverage, operation: &'c str) -> Vec<(&'c str, Vec<&'c Rule>)> {
    let mut out: Vec<(&str, Vec<&Rule>)> = Vec::new();
    for rule in coverage.by_operation(operation).filter(|rule| !rule.category.is_empty()) {
        match out.iter_mut().find(|(category, _)| *category == rule.category) {
            Some((_, rules)) => rules.push(rule),
            None => out.push((&rule.category, vec![rule])),
        }
    }
    out.sort_by_key(|(category, _)| *category);
    out
}

fn unbound<'c>(coverage: &'c Coverage, category: &'c str) -> impl Iterator<Item = &'c Rule> {
    let fits = move |rule: &&Rule| rule.operations.is_empty() && rule.category == category;
    coverage.rules.iter().filter(fits)
}

fn line<S: AsRef<str>>(out: &mut String, head: &str, words: &[S]) {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    let _ = writeln!(out, "  {head:<34} {}", words.join(", "));
}

fn ticked<S: AsRef<str>>(words: &[S]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("`{}`", word.as_ref())).collect();
    words.join(" ")
}

/// Returns the names of rules.
fn names<'c>(rules: &[&'c Rule]) -> Vec<&'c str> {
    rules.iter().map(|rule| rule.name.as_str()).collect()
}
