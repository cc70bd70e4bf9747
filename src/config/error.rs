//! Errors of the configuration: each names file, line, column, key and remedy.

use core::fmt;
use std::path::PathBuf;

/// Everything found wrong with a configuration, in file order.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub struct ConfigError {
    /// The problems; never empty.
    pub problems: Vec<Problem>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Problem {
    /// The file; empty for the command line.
    pub file: PathBuf,
    /// Line and column, from 1; `None` when the file itself is the problem.
    pub position: Option<(usize, usize)>,
    /// The key, such as `network[2].gt_prefixes[0]`; empty when none is at fault.
    pub key: String,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.file.as_os_str().is_empty() {
            write!(f, "{}:", self.file.display())?;
        }
        if let Some((line, column)) = self.position {
            write!(f, "{line}:{column}:")?;
        }
        if !self.file.as_os_str().is_empty() {
            f.write_str(" ")?;
        }
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        write!(f, "{}; {}", self.what, self.remedy)
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.problems.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl From<Problem> for ConfigError {
    fn from(problem: Problem) -> Self {
        Self { problems: vec![problem] }
    }
}

/// Returns "did you mean" with the nearest candidate, else the list of candidates.
#[must_use]
pub fn suggest<'a, I: IntoIterator<Item = &'a str>>(wrong: &str, candidates: I) -> String {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    suggest_or(wrong, candidates.iter().copied(), || match candidates.len() {
        0 => "remove it".to_owned(),
        1..=LISTED => format!("use one of: {}", candidates.join(", ")),
        _ => "check the spelling".to_owned(),
    })
}

/// Returns "did you mean" with the nearest candidate, else another remedy.
#[must_use]
pub fn suggest_or<'a, I: IntoIterator<Item = &'a str>>(
    wrong: &str,
    candidates: I,
    otherwise: impl FnOnce() -> String,
) -> String {
    let nearest = candidates.into_iter().map(|name| (distance(wrong, name), name)).min();
    match nearest {
        Some((d, name)) if d <= 1 + wrong.chars().count() / 3 => format!("did you mean `{name}`?"),
        _ => otherwise(),
    }
}

/// Levenshtein distance over characters, letter case ignored.
fn distance(a: &str, b: &str) -> usize {
    let fold = |text: &str| text.chars().flat_map(char::to_lowercase).collect::<Vec<char>>();
    let (a, b) = (fold(a), fold(b));
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut next = Vec::with_capacity(row.len());
        next.push(left);
        for (y, &above) in b.iter().zip(row.iter().skip(1)) {
            left = (diagonal + usize::from(x != y)).min(left + 1).min(above + 1);
            next.push(left);
            diagonal = above;
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

/// More candidates than this are not listed in an error.
const LISTED: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (a, b, want) in
            [("", "", 0), ("", "ab", 2), ("kitten", "sitting", 3), ("GT", "gt", 0), ("ab", "ba", 2)]
        {
            assert_eq!(distance(a, b), want, "{a} {b}");
        }
    }

    #[test]
    fn suggestions() {
        for (wrong, candidates, want) in [
            ("gt_prefix", &["gt_prefixes", "imsi_prefixes"][..], "did you mean `gt_prefixes`?"),
            ("zzzzzz", &["a", "b"], "use one of: a, b"),
            ("x", &[], "remove it"),
        ] {
            assert_eq!(suggest(wrong, candidates.iter().copied()), want);
        }
    }

    #[test]
    fn a_problem_reads_like_a_compiler_message() {
        let problem = Problem {
            file: "a.toml".into(),
            position: Some((3, 1)),
            key: "home.gt".into(),
            what: "wrong".into(),
            remedy: "mend it".into(),
        };
        assert_eq!(problem.to_string(), "a.toml:3:1: home.gt: wrong; mend it");
        let bare = Problem { what: "wrong".into(), remedy: "mend it".into(), ..Problem::default() };
        assert_eq!(bare.to_string(), "wrong; mend it");
        let error = ConfigError { problems: vec![bare.clone(), bare] };
        assert_eq!(error.to_string().lines().count(), 2);
    }
}
