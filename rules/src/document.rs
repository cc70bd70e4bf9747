//! The documents of a rule file, and what they say about themselves (Sigma specification 2.1,
//! rules, correlation rules and filters).
//!
//! Keys Sigma does not define at the top of a document are kept in [`RuleInfo::extras`], as the
//! specification asks; `tests` among them is what the rule's author expects of it.

use core::fmt;
use std::collections::BTreeMap;

use crate::{
    error::{LoadError, Place, Problem},
    test::{Located, found},
    yaml::{self, At, Node, Raw, Tree},
};

/// How bad it is when a rule matches.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Level {
    /// For the record.
    Informational,
    /// Worth a look with others.
    Low,
    /// Worth a look.
    Medium,
    /// Needs a look.
    High,
    /// Needs a look now.
    Critical,
}

/// How far a rule can be trusted.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Status {
    /// Fit for use.
    Stable,
    /// Hardly any false alarms, may need tuning.
    Test,
    /// May raise false alarms.
    Experimental,
    /// Replaced by another rule.
    Deprecated,
    /// Cannot be used as it is.
    Unsupported,
}

/// What kind of document a rule is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum RuleKind {
    /// Looks at one event.
    Detection,
    /// Looks at matches of other rules over time.
    Correlation,
}

/// The kind of log a rule is written for; kept, not interpreted, except by filters for any rule.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Logsource {
    /// The product.
    pub product: Option<String>,
    /// The service.
    pub service: Option<String>,
    /// The category.
    pub category: Option<String>,
}

/// What a rule says about itself.
#[derive(Clone, Debug)]
pub struct RuleInfo {
    /// Detection or correlation.
    pub kind: RuleKind,
    /// Its title.
    pub title: String,
    /// Its UUID.
    pub id: Option<String>,
    /// The name other rules may refer to it by.
    pub name: Option<String>,
    /// How far it can be trusted.
    pub status: Option<Status>,
    /// How bad a match is.
    pub level: Option<Level>,
    /// What it finds and why that matters.
    pub description: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// Where to read more.
    pub references: Vec<String>,
    /// What else may look like it.
    pub falsepositives: Vec<String>,
    /// The fields an analyst wants to see.
    pub fields: Vec<String>,
    /// Tags in Sigma's own namespaces.
    pub tags: Vec<String>,
    /// Attributes in the author's namespaces.
    pub custom_attributes: BTreeMap<String, Raw>,
    /// The kind of log it is written for.
    pub logsource: Logsource,
    /// The cases it is tested with, not interpreted here.
    pub tests: Vec<Raw>,
    /// Every other top-level key.
    pub extras: BTreeMap<String, Raw>,
    /// Where its document begins.
    pub place: Place,
    /// The fields a correlation groups by, in order; empty for a detection.
    pub group_by: Vec<String>,
    /// How far back a correlation looks, in nanoseconds; `None` for a detection.
    pub timespan: Option<u64>,
    /// The correlations that refer to it, as positions in the rule set.
    pub referenced_by: Vec<usize>,
    /// Whether a match is reported: not when correlations refer to the rule and none of them says
    /// `generate: true`.
    pub reports: bool,
    /// A hash of everything that decides what matches; remembered state is kept while it is the
    /// same.
    pub content: u64,
}

impl RuleInfo {
    /// Returns what identifies the rule best: its id, else its name, else its title.
    #[must_use]
    pub fn key(&self) -> &str {
        self.id.as_deref().or(self.name.as_deref()).unwrap_or(&self.title)
    }

    /// Returns a custom attribute that is text.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.custom_attributes.get(name)?.text()
    }

    /// Whether other documents may call the rule by this word.
    pub(crate) fn is_called(&self, word: &str) -> bool {
        self.id.as_deref() == Some(word) || self.name.as_deref() == Some(word)
    }
}

/// A document of a rule file.
pub(crate) struct Document {
    pub(crate) at: At,
    pub(crate) info: RuleInfo,
    pub(crate) body: Body,
    /// The whole document, for messages that point into it.
    pub(crate) node: Node,
}

/// The section that decides what a document is.
pub(crate) enum Body {
    Detection(Node),
    Correlation(Node),
    Filter(Node),
}

/// Reads the documents of a file; those that are wrong are left out and complained about. What others
/// may call them goes to `broken`.
pub(crate) fn read(
    file: &str,
    text: &str,
    errors: &mut Vec<LoadError>,
    broken: &mut Vec<String>,
) -> Vec<Document> {
    let fail = |(at, problem): Located| LoadError { place: at.in_file(file), problem };
    let nodes = match yaml::parse(text) {
        Ok(nodes) => nodes,
        Err(located) => {
            errors.push(fail(located));
            return Vec::new();
        }
    };
    let mut out = Vec::new();
    for node in nodes {
        let called = ["id", "name"].map(|key| node.get(key).and_then(Node::scalar));
        match document(file, node) {
            Ok(document) => out.push(document),
            Err(located) => {
                errors.push(fail(located));
                broken.extend(called.into_iter().flatten());
            }
        }
    }
    out
}

fn document(file: &str, node: Node) -> Result<Document, Located> {
    let Some(entries) = node.entries() else {
        return Err((node.at, Problem::NotAMapping(node.what())));
    };
    let sections: Vec<&str> =
        SECTIONS.into_iter().filter(|name| node.get(name).is_some()).collect();
    let (&[section], Some(at)) = (sections.as_slice(), entries.first().map(|(key, _)| key.at))
    else {
        return Err((node.at, Problem::NoSection));
    };
    let info = info(file, at, &node, section)?;
    let body = node.get(section).cloned().ok_or((at, Problem::NoSection))?;
    if body.entries().is_none() {
        return Err((body.at, shape(section, "a mapping", &body)));
    }
    let body = match section {
        "detection" => Body::Detection(body),
        "correlation" => Body::Correlation(body),
        _ => Body::Filter(body),
    };
    Ok(Document { at, info, body, node })
}

fn info(file: &str, at: At, node: &Node, section: &str) -> Result<RuleInfo, Located> {
    let title = text(node, "title")?.ok_or((at, Problem::Missing("title")))?;
    let kind = if section == "correlation" { RuleKind::Correlation } else { RuleKind::Detection };
    let level = choice(node, "level", "informational, low, medium, high or critical", LEVELS)?;
    let status =
        choice(node, "status", "stable, test, experimental, deprecated or unsupported", STATUSES)?;
    let logsource = match node.get("logsource") {
        None => Logsource::default(),
        Some(source) => Logsource {
            product: text(source, "product")?,
            service: text(source, "service")?,
            category: text(source, "category")?,
        },
    };
    let mut extras = BTreeMap::new();
    for (key, value) in node.entries().unwrap_or_default() {
        if !KEYS.contains(&key.text.as_str()) && !SECTIONS.contains(&key.text.as_str()) {
            extras.insert(key.text.clone(), value.raw());
        }
    }
    Ok(RuleInfo {
        kind,
        title,
        id: text(node, "id")?,
        name: text(node, "name")?,
        status,
        level,
        description: text(node, "description")?,
        author: text(node, "author")?,
        references: texts(node, "references")?,
        falsepositives: texts(node, "falsepositives")?,
        fields: texts(node, "fields")?,
        tags: texts(node, "tags")?,
        custom_attributes: attributes(node)?,
        logsource,
        tests: node
            .get("tests")
            .map(|tests| tests.elements().iter().map(Node::raw).collect())
            .unwrap_or_default(),
        extras,
        place: at.in_file(file),
        group_by: Vec::new(),
        timespan: None,
        referenced_by: Vec::new(),
        reports: true,
        content: 0,
    })
}

fn attributes(node: &Node) -> Result<BTreeMap<String, Raw>, Located> {
    let Some(attributes) = node.get("custom_attributes") else { return Ok(BTreeMap::new()) };
    let entries = attributes
        .entries()
        .ok_or_else(|| (attributes.at, shape("custom_attributes", "a mapping", attributes)))?;
    Ok(entries.iter().map(|(key, value)| (key.text.clone(), value.raw())).collect())
}

/// Returns the text of a key, if the key is there and not null.
pub(crate) fn text(node: &Node, key: &str) -> Result<Option<String>, Located> {
    match node.get(key) {
        None | Some(Node { value: Tree::Null, .. }) => Ok(None),
        Some(value) => {
            value.scalar().map(Some).ok_or_else(|| (value.at, shape(key, "text", value)))
        }
    }
}

/// Returns the texts of a key that holds one or a list of them.
pub(crate) fn texts(node: &Node, key: &str) -> Result<Vec<String>, Located> {
    let Some(value) = node.get(key) else { return Ok(Vec::new()) };
    let read = |item: &Node| {
        item.scalar().ok_or_else(|| (item.at, shape(key, "text or a list of texts", item)))
    };
    value.elements().iter().map(read).collect()
}

fn choice<T: Copy>(
    node: &Node,
    key: &str,
    want: &'static str,
    choices: &[(&str, T)],
) -> Result<Option<T>, Located> {
    let Some(word) = text(node, key)? else { return Ok(None) };
    match choices.iter().find(|(name, _)| *name == word) {
        Some((_, choice)) => Ok(Some(*choice)),
        None => {
            let at = node.get(key).map_or(node.at, |value| value.at);
            Err((at, Problem::Shape { key: key.to_owned(), want, found: format!("`{word}`") }))
        }
    }
}

pub(crate) fn shape(key: &str, want: &'static str, node: &Node) -> Problem {
    Problem::Shape { key: key.to_owned(), want, found: found(node) }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(LEVELS.iter().find(|(_, level)| level == self).map_or("", |(name, _)| name))
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(STATUSES.iter().find(|(_, status)| status == self).map_or("", |(name, _)| name))
    }
}

const LEVELS: &[(&str, Level)] = &[
    ("informational", Level::Informational),
    ("low", Level::Low),
    ("medium", Level::Medium),
    ("high", Level::High),
    ("critical", Level::Critical),
];

const STATUSES: &[(&str, Status)] = &[
    ("stable", Status::Stable),
    ("test", Status::Test),
    ("experimental", Status::Experimental),
    ("deprecated", Status::Deprecated),
    ("unsupported", Status::Unsupported),
];

const SECTIONS: [&str; 3] = ["detection", "correlation", "filter"];

/// The keys [`RuleInfo`] has a field for.
const KEYS: [&str; 14] = [
    "title",
    "id",
    "name",
    "status",
    "level",
    "description",
    "author",
    "references",
    "falsepositives",
    "fields",
    "tags",
    "custom_attributes",
    "logsource",
    "tests",
];
