//! Lists of global titles others warned of: `[[gt_intel]]` of the configuration, and YAML files.

use std::{fs, path::Path};

use picket_dissectors::Digits;
use picket_hw::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_saphyr::Spanned;

use super::{Document, Problem};
use crate::enrich::intel::{Confidence, Entry, Intel, Plan, Range};

/// A global title, or several, that somebody warned of.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListedTitle {
    /// How `value` is read: `exact`, `prefix`, or `range` (two numbers of equal length, a dash).
    #[serde(rename = "match")]
    pub matches: Matching,
    /// Digits, E.164 international without `+`.
    pub value: String,
    /// Numbering plan of the titles. Default: `e164`.
    #[serde(default)]
    pub np: Plan,
    /// Name of the list, which rules test as `intel.list`.
    pub list: String,
    /// How much it weighs, 0 to 100 (`intel.weight`). Default: 50.
    #[serde(default = "half")]
    pub weight: u8,
    /// How sure its maker is (`intel.confidence`). Default: `medium`.
    #[serde(default)]
    pub confidence: Confidence,
    /// Who it may be passed on to (TLP 2.0): `clear`, `green`, `amber`, `amber+strict`, `red`.
    pub tlp: Option<String>,
    /// Where it is from.
    pub source: Option<String>,
    /// Since when it is known, a day: `2026-03-01`.
    pub first_seen: Option<String>,
    /// The last day it holds, UTC, by event time: `2026-09-01`.
    pub valid_until: String,
    /// Anything else.
    pub note: Option<String>,
}

/// How the value of an entry is read.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum Matching {
    /// This number and no other.
    Exact,
    /// Numbers that begin so.
    Prefix,
    /// Numbers that begin with a number between two.
    Range,
}

impl Matching {
    /// Returns its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Prefix => "prefix",
            Self::Range => "range",
        }
    }
}

const fn half() -> u8 {
    50
}

/// A file of entries.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    entries: Vec<Spanned<ListedTitle>>,
}

impl ListedTitle {
    /// Checks an entry; tells the key at fault, what is wrong and what to do.
    ///
    /// # Errors
    ///
    /// Returns the first thing that is wrong.
    pub fn check(&self) -> Result<(Range, Timestamp), (&'static str, String, &'static str)> {
        let number =
            |text: &str| Digits::parse(text.trim()).filter(|d| !d.is_empty() && d.is_decimal());
        let bad = |remedy| ("value", format!("`{}` is no such number", self.value), remedy);
        let range = match self.matches {
            Matching::Exact => number(&self.value).map(Range::Exact),
            Matching::Prefix => number(&self.value).map(Range::Prefix),
            Matching::Range => {
                let remedy =
                    "write two numbers of equal length, the lower first: 99999000-99999099";
                let ends = self.value.split_once('-');
                let ends = ends.and_then(|(first, last)| Some((number(first)?, number(last)?)));
                let (first, last) = ends
                    .filter(|(first, last)| {
                        first.len() == last.len()
                            && first.len() <= 18
                            && first.to_string() <= last.to_string()
                    })
                    .ok_or_else(|| bad(remedy))?;
                Some(Range::Between(first, last))
            }
        };
        let range = range.ok_or_else(|| bad("write digits, international, without `+`"))?;
        if self.weight > 100 {
            return Err(("weight", format!("{} is more than 100", self.weight), "write 0 to 100"));
        }
        if self.list.trim().is_empty() {
            return Err(("list", "is empty".into(), "name the list"));
        }
        let day = "write a day: 2026-09-01";
        if let Some(first) = &self.first_seen
            && first.parse::<jiff::civil::Date>().is_err()
        {
            return Err(("first_seen", format!("`{first}` is no day"), day));
        }
        let until = end_of_day(&self.valid_until)
            .ok_or_else(|| ("valid_until", format!("`{}` is no day", self.valid_until), day))?;
        Ok((range, until))
    }
}

fn end_of_day(day: &str) -> Option<Timestamp> {
    let date: jiff::civil::Date = day.trim().parse().ok()?;
    let midnight = date.tomorrow().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    u64::try_from(midnight.timestamp().as_nanosecond()).ok().map(Timestamp::from_nanos)
}

/// Reads the text of a file of entries, each with the line it begins in.
///
/// # Errors
///
/// Returns a problem with file, line and key for everything that is wrong.
pub fn read(path: &Path, text: &str) -> Result<Vec<(usize, ListedTitle)>, Vec<Problem>> {
    let wrong = |line: Option<usize>, key: String, what: String, remedy: &str| Problem {
        file: path.to_owned(),
        position: line.map(|line| (line, 1)),
        key,
        what,
        remedy: remedy.into(),
    };
    let file: File = serde_saphyr::from_str(text).map_err(|error| {
        let line = error.location().map(|at| usize::try_from(at.line()).unwrap_or(usize::MAX));
        let told = error.without_snippet().to_string();
        let first = told.lines().next().unwrap_or_default();
        // The line is said once, in front.
        let what = first.rfind(" at line ").and_then(|end| first.get(..end)).unwrap_or(first);
        let remedy = "docs/intelligence.md has the form of such a file";
        vec![wrong(line, String::new(), what.to_owned(), remedy)]
    })?;
    if file.version != 1 {
        let what = format!("version {} is not known", file.version);
        return Err(vec![wrong(None, "version".into(), what, "this picket reads version 1")]);
    }
    let (mut read, mut problems) = (Vec::new(), Vec::new());
    for (at, entry) in file.entries.into_iter().enumerate() {
        let line = usize::try_from(entry.referenced.line()).unwrap_or(usize::MAX);
        match entry.value.check() {
            Ok(_) => read.push((line, entry.value)),
            Err((name, what, remedy)) => {
                problems.push(wrong(Some(line), format!("entries[{at}].{name}"), what, remedy));
            }
        }
    }
    if problems.is_empty() { Ok(read) } else { Err(problems) }
}

/// Reads every entry of a configuration and of the files it names.
pub(super) fn load(document: &Document) -> (Intel, Vec<Problem>) {
    let config = &document.config;
    let mut problems = Vec::new();
    let mut titles = Vec::new();
    for (at, title) in config.gt_intel.iter().enumerate() {
        match title.check() {
            Ok(_) => titles.push(title.clone()),
            Err((name, what, remedy)) => {
                problems.push(document.problem(&format!("gt_intel[{at}].{name}"), what, remedy));
            }
        }
    }
    for (at, file) in config.lists.gt_intel.iter().enumerate() {
        let path = document.resolve(file);
        match fs::read_to_string(&path) {
            Ok(text) => match read(&path, &text) {
                Ok(found) => titles.extend(found.into_iter().map(|(_, title)| title)),
                Err(found) => problems.extend(found),
            },
            Err(error) => {
                let what = format!("{}: cannot be read: {error}", path.display());
                let key = format!("lists.gt_intel[{at}]");
                problems.push(document.problem(&key, what, "name a readable YAML file"));
            }
        }
    }
    (table(&titles), problems)
}

/// Builds the look-up of entries.
#[must_use]
pub fn table(titles: &[ListedTitle]) -> Intel {
    let mut names: Vec<String> = titles.iter().map(|title| title.list.clone()).collect();
    names.sort_unstable();
    names.dedup();
    let entry = |title: &ListedTitle| {
        let (range, until) = title.check().ok()?;
        let list = names.iter().position(|name| *name == title.list)?;
        Some(Entry {
            range,
            plan: title.np,
            list: u16::try_from(list).ok()?,
            weight: title.weight,
            confidence: title.confidence,
            until,
        })
    };
    let entries = titles.iter().filter_map(entry).collect();
    Intel::build(names, entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "\
# comment
version: 1
entries:
  - match: prefix
    value: \"99999000\"
    np: e164
    list: suspicious-gt
    weight: 40
    confidence: medium
    tlp: amber
    source: \"ISAC bulletin (free text)\"
    first_seen: 2026-03-01
    valid_until: 2026-09-01
    note: synthetic
  - { match: exact, value: 99999100001, list: seen, valid_until: 2026-09-01 }
  - { match: range, value: 99999200-99999299, list: seen, valid_until: 2026-09-01 }
";

    #[test]
    fn a_list_is_read_and_ends() {
        let titles: Vec<_> =
            read(Path::new("l.yaml"), GOOD).unwrap().into_iter().map(|(_, t)| t).collect();
        let intel = table(&titles);
        assert_eq!(intel.names(), ["seen", "suspicious-gt"]);
        let at = |day: &str| {
            let at: jiff::Timestamp = format!("{day}T12:00:00Z").parse().unwrap();
            Timestamp::from_nanos(u64::try_from(at.as_nanosecond()).unwrap())
        };
        for (title, day, want) in [
            ("9999900012", "2026-09-01", Some((1, 40))),
            ("9999900012", "2026-09-02", None),
            ("99999100001", "2026-04-01", Some((0, 50))),
            ("999991000012", "2026-04-01", None),
            ("99999250", "2026-04-01", Some((0, 50))),
        ] {
            let found = intel.look(Digits::parse(title).unwrap(), false, at(day)).0;
            assert_eq!(found.map(|found| (found.list, found.weight)), want, "{title} {day}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_line_and_key() {
        for (from, to, want) in [
            ("version: 1", "version: 2", "l.yaml: version: version 2 is not known"),
            ("weight: 40", "weight: 140", "l.yaml:4:1: entries[0].weight: 140 is more than 100"),
            ("\"99999000\"", "\"+999\"", "l.yaml:4:1: entries[0].value: `+999` is no such number"),
            ("np: e164", "npi: e164", "l.yaml:6:1: unknown field"),
            (
                "    valid_until: 2026-09-01\n    note: synthetic\n",
                "",
                "l.yaml:12:1: missing field",
            ),
            ("2026-03-01", "2026-13-01", "l.yaml:4:1: entries[0].first_seen: `2026-13-01` is no"),
            ("99999200-99999299", "99999299-99999200", "l.yaml:16:1: entries[2].value: "),
            ("entries:", "entires:", "l.yaml"),
        ] {
            let problems = read(Path::new("l.yaml"), &GOOD.replace(from, to)).unwrap_err();
            let told = problems[0].to_string();
            assert!(told.starts_with(want), "{told}");
        }
    }
}
