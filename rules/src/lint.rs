//! What is allowed but likely wrong, or missing from a rule that is to be shipped.

use core::fmt;

use crate::{
    contradiction,
    document::{Document, Level, RuleInfo, RuleKind, Status},
    error::Place,
    rule::Detection,
    schema::Schema,
    yaml::{At, Key, Node, Raw},
};

/// A remark about a rule that loads.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Warning {
    /// Where.
    pub place: Place,
    /// What.
    pub lint: Lint,
    /// In words.
    pub message: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} [{}]", self.place, self.message, self.lint)
    }
}

/// What a warning is about.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Lint {
    /// No `id`: nothing outside can refer to the rule for good.
    NoId,
    /// An `id` that is no UUID.
    IdNotUuid,
    /// No `description`.
    NoDescription,
    /// No `falsepositives`.
    NoFalsePositives,
    /// No case in `tests` that must match, or none that must not.
    NoTests,
    /// No `level`.
    NoLevel,
    /// A tag outside the namespaces Sigma defines.
    TagNamespace,
    /// `status: deprecated` or `unsupported`.
    Retired,
    /// A selection the condition does not use.
    DeadSelection,
    /// Tests in one AND that no event can pass together.
    Contradiction,
    /// `fieldref|neq` on a field whose counterpart may be absent.
    UnguardedReference,
    /// A level, but correlations refer to the rule and none of them says `generate: true`.
    Silenced,
    /// A name under `fields` that is no field.
    UnknownColumn,
}

impl fmt::Display for Lint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoId => "no_id",
            Self::IdNotUuid => "id_not_uuid",
            Self::NoDescription => "no_description",
            Self::NoFalsePositives => "no_falsepositives",
            Self::NoTests => "no_tests",
            Self::NoLevel => "no_level",
            Self::TagNamespace => "tag_namespace",
            Self::Retired => "retired",
            Self::DeadSelection => "dead_selection",
            Self::Contradiction => "contradiction",
            Self::UnguardedReference => "unguarded_reference",
            Self::Silenced => "silenced",
            Self::UnknownColumn => "unknown_column",
        })
    }
}

/// Looks at what a rule says about itself.
pub(crate) fn document<E>(
    document: &Document,
    reports: bool,
    schema: &Schema<E>,
    out: &mut Vec<Warning>,
) {
    let info = &document.info;
    let at = |key: &str| document.node.get(key).map_or(document.at, |node| node.at);
    let mut warn = |at: At, lint, message: String| {
        out.push(Warning { place: at.in_file(&info.place.file), lint, message });
    };
    match &info.id {
        None => warn(document.at, Lint::NoId, "the rule has no `id`".to_owned()),
        Some(id) if !is_uuid(id) => {
            warn(at("id"), Lint::IdNotUuid, format!("`{id}` is not a UUID"));
        }
        Some(_) => {}
    }
    if info.description.is_none() {
        warn(document.at, Lint::NoDescription, "the rule has no `description`".to_owned());
    }
    if info.falsepositives.is_empty() {
        let message = "the rule does not say what `falsepositives` to expect".to_owned();
        warn(document.at, Lint::NoFalsePositives, message);
    }
    if info.level.is_none() {
        warn(document.at, Lint::NoLevel, "the rule has no `level`".to_owned());
    }
    let expects = |wanted: fn(u64) -> bool| {
        info.tests.iter().any(|case| case.get("expect").and_then(Raw::int).is_some_and(wanted))
    };
    if reports && (!expects(|n| n > 0) || !expects(|n| n == 0)) {
        let message = "`tests` needs a case that matches and one that just does not".to_owned();
        warn(at("tests"), Lint::NoTests, message);
    }
    for name in info.fields.iter().filter(|name| schema.find(name).is_none()) {
        warn(at("fields"), Lint::UnknownColumn, format!("`fields` names `{name}`, which is none"));
    }
    for tag in &info.tags {
        let namespace = tag.split_once('.').map(|(namespace, _)| namespace);
        if !namespace.is_some_and(|namespace| NAMESPACES.contains(&namespace)) {
            let message =
                format!("tag `{tag}` is in no namespace of Sigma: use `custom_attributes`");
            warn(at("tags"), Lint::TagNamespace, message);
        }
    }
    if let Some(status @ (Status::Deprecated | Status::Unsupported)) = info.status {
        warn(at("status"), Lint::Retired, format!("the rule is {status} and loaded all the same"));
    }
}

/// Looks at a compiled detection.
pub(crate) fn detection<E>(
    document: &Document,
    section: &Node,
    compiled: &Detection<E>,
    out: &mut Vec<Warning>,
) {
    let file = &document.info.place.file;
    for (at, name) in &compiled.unused {
        out.push(Warning {
            place: at.in_file(file),
            lint: Lint::DeadSelection,
            message: format!("the condition does not use `{name}`"),
        });
    }
    let condition = section.get("condition").map_or(section.at, |node| node.at);
    if let Some(message) = contradiction::find(&compiled.logic.flatten()) {
        out.push(Warning { place: condition.in_file(file), lint: Lint::Contradiction, message });
    }
    let mut keys = Vec::new();
    keys_of(section, &mut keys);
    for (key, value) in &keys {
        let mut words = key.text.split('|').skip(1);
        if !(words.clone().any(|w| w == "fieldref") && words.any(|w| w == "neq")) {
            continue;
        }
        let other = value.scalar().unwrap_or_default();
        if keys.iter().any(|(key, _)| key.text == format!("{other}|exists")) {
            continue;
        }
        out.push(Warning {
            place: key.at.in_file(file),
            lint: Lint::UnguardedReference,
            message: format!("true also when `{other}` is absent: add `{other}|exists: true`"),
        });
    }
}

/// Looks at how rules stand to each other.
pub(crate) fn set(rules: &[RuleInfo], out: &mut Vec<Warning>) {
    for rule in rules {
        if rule.reports || rule.kind == RuleKind::Correlation || rule.level < Some(Level::Medium) {
            continue;
        }
        let by = rule.referenced_by.first().and_then(|&by| rules.get(by));
        out.push(Warning {
            place: rule.place.clone(),
            lint: Lint::Silenced,
            message: format!(
                "the rule does not report by itself: `{}` refers to it without `generate: true`",
                by.map_or("", RuleInfo::key)
            ),
        });
    }
}

/// Collects every key below a node.
fn keys_of<'n>(node: &'n Node, out: &mut Vec<(&'n Key, &'n Node)>) {
    for (key, value) in node.entries().unwrap_or_default() {
        out.push((key, value));
        keys_of(value, out);
    }
    if node.entries().is_none() && node.scalar().is_none() {
        node.elements().iter().for_each(|item| keys_of(item, out));
    }
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.char_indices().all(|(i, c)| match i {
            8 | 13 | 18 | 23 => c == '-',
            _ => c.is_ascii_hexdigit(),
        })
}

/// The tag namespaces of Sigma's tags appendix.
const NAMESPACES: [&str; 7] = ["attack", "car", "cve", "d3fend", "detection", "stp", "tlp"];
