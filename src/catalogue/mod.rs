//! What is detected: the catalogue of abuses, the operations, and the rules that look at each.
//!
//! `rows.txt` lists every known kind of abuse, and says of those no tap can show why not. A rule
//! names the rows it finds in its attribute `ss7.catalogue`; which operations it looks at is read
//! off the compiled rule, so the tables cannot say more than the rules do.

pub mod navigator;
pub mod page;
pub mod techniques;

use std::collections::BTreeSet;

use picket_rules::{Raw, RuleInfo, RuleKind, RuleSet};
use serde::Serialize;

use crate::{
    engine::Rules,
    event::{SigEvent, fields},
};

/// A kind of abuse.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Row {
    /// Its letter and number.
    pub id: &'static str,
    /// The operations it uses; none for those that need no particular one.
    pub operations: &'static str,
    /// What it is.
    pub title: &'static str,
    /// Why no rule can see it on a tap; empty when one can.
    pub reason: &'static str,
}

/// Which rules look at what.
#[derive(Clone, Debug, Serialize)]
pub struct Coverage {
    /// The rules, but for those the configuration turned off.
    pub rules: Vec<Rule>,
    /// The kinds of abuse and the rules that find them.
    pub catalogue: Vec<Covered>,
    /// Rows that rules name and the catalogue does not have: rule and row.
    pub unknown: Vec<(String, String)>,
}

/// A rule and what it looks at.
#[derive(Clone, Debug, Serialize)]
pub struct Rule {
    /// Its name, else its title.
    pub name: String,
    /// Its UUID.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its level before any outcome.
    pub level: &'static str,
    /// Its category; empty for a rule that only feeds others.
    pub category: String,
    /// The operations it looks at; none for one that looks at all of them.
    pub operations: Vec<&'static str>,
    /// The rows of the catalogue it says it finds.
    pub rows: Vec<String>,
    /// Technique ids of ATT&CK, FiGHT and MoTIF.
    pub techniques: Vec<String>,
    /// Whether it raises alerts itself.
    pub reports: bool,
}

/// A kind of abuse and the rules that find it.
#[derive(Clone, Debug, Serialize)]
pub struct Covered {
    /// Letter and number.
    pub row: &'static str,
    /// What it is.
    pub title: &'static str,
    /// The operations it uses.
    pub operations: Vec<&'static str>,
    /// Names of the rules.
    pub rules: Vec<String>,
    /// Why no rule can see it on a tap.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub reason: &'static str,
}

/// Iterates over the catalogue.
pub fn rows() -> impl Iterator<Item = Row> {
    ROWS.lines().filter_map(|line| {
        let mut cells = line.split('|').map(str::trim);
        let id = cells.next().filter(|id| !id.is_empty() && !id.starts_with('#'))?;
        let (operations, title) = (cells.next()?, cells.next()?);
        Some(Row { id, operations, title, reason: cells.next().unwrap_or_default() })
    })
}

impl Coverage {
    /// Reads off compiled rules what they look at.
    #[must_use]
    pub fn of(rules: &Rules) -> Self {
        let Some(set) = &rules.set else {
            return Self { rules: Vec::new(), catalogue: Vec::new(), unknown: Vec::new() };
        };
        let on = |at: &usize| rules.disabled.get(*at) != Some(&true);
        let list: Vec<Rule> = set
            .rules()
            .iter()
            .enumerate()
            .zip(&rules.about)
            .filter(|((at, _), _)| on(at))
            .map(|((at, info), about)| Rule {
                name: name_of(info),
                id: about.id.clone(),
                title: about.title.clone(),
                level: about.level.name(),
                category: about.category.clone(),
                operations: operations(set, at),
                rows: rows_of(info),
                techniques: about.techniques.clone(),
                reports: info.reports,
            })
            .collect();
        let covered = |row: Row| Covered {
            row: row.id,
            title: row.title,
            operations: row.operations.split_whitespace().collect(),
            rules: list
                .iter()
                .filter(|rule| rule.rows.iter().any(|named| named == row.id))
                .map(|rule| rule.name.clone())
                .collect(),
            reason: row.reason,
        };
        let named = list.iter().flat_map(|rule| rule.rows.iter().map(move |row| (rule, row)));
        let unknown = named
            .filter(|(_, named)| !rows().any(|row| row.id == **named))
            .map(|(rule, row)| (rule.name.clone(), row.clone()))
            .collect();
        Self { catalogue: rows().map(covered).collect(), unknown, rules: list }
    }

    /// Returns the rules that look at an operation by name, in order.
    pub fn by_operation<'c>(&'c self, operation: &'c str) -> impl Iterator<Item = &'c Rule> {
        self.rules.iter().filter(move |rule| rule.operations.contains(&operation))
    }

    /// Returns the categories of the rules, in order.
    #[must_use]
    pub fn categories(&self) -> BTreeSet<&str> {
        self.rules.iter().map(|rule| rule.category.as_str()).filter(|c| !c.is_empty()).collect()
    }
}

/// Returns what a reader knows a rule by.
fn name_of(info: &RuleInfo) -> String {
    info.name.clone().unwrap_or_else(|| info.title.clone())
}

/// Returns the rows a rule names: a list, or text with commas.
fn rows_of(info: &RuleInfo) -> Vec<String> {
    let Some(named) = info.custom_attributes.get(ATTRIBUTE) else { return Vec::new() };
    let words = |text: &str| {
        text.split([',', ' ']).filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    match named {
        Raw::List(items) => items.iter().flat_map(|item| words(&item.to_string())).collect(),
        other => words(&other.to_string()),
    }
}

/// Returns the operations a rule looks at: for a correlation, those of the rules it refers to.
fn operations(set: &RuleSet<SigEvent>, rule: usize) -> Vec<&'static str> {
    let mut detections = Vec::new();
    let mut waiting = vec![rule];
    while let Some(next) = waiting.pop() {
        match set.rules().get(next).map(|info| info.kind) {
            Some(RuleKind::Correlation) => waiting.extend(set.refers_to(next)),
            Some(RuleKind::Detection) => detections.extend(u32::try_from(next)),
            None => {}
        }
    }
    let any = set.in_bucket(None);
    if detections.iter().any(|detection| any.contains(detection)) {
        return Vec::new();
    }
    let looks = |bucket: u16| {
        let looked_at = set.in_bucket(Some(bucket));
        detections.iter().any(|detection| looked_at.contains(detection))
    };
    fields::operations().filter(|(bucket, ..)| looks(*bucket)).map(|(_, name)| name).collect()
}

const ROWS: &str = include_str!("rows.txt");

/// The attribute a rule names its rows in.
pub const ATTRIBUTE: &str = "ss7.catalogue";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_named_once_in_order_and_use_operations_there_are() {
        let known: Vec<&str> = fields::operations().map(|(_, name)| name).collect();
        let ids: Vec<&str> = rows().map(|row| row.id).collect();
        for (letter, count) in [('A', 23), ('B', 12), ('C', 7), ('D', 13), ('E', 9), ('F', 7)] {
            let found = ids.iter().filter(|id| id.starts_with(letter)).count();
            assert_eq!(found, count, "{letter}");
        }
        let mut once = ids.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), ids.len());
        for row in rows() {
            assert!(!row.title.is_empty(), "{row:?}");
            for operation in row.operations.split_whitespace() {
                assert!(known.contains(&operation), "{}: {operation}", row.id);
            }
        }
    }
}
