//! What a machine has of what DPDK needs, and what to do about the rest.
//!
//! Reads /sys, /proc, /dev and the directories of DPDK's drivers below a root directory, so that a
//! test can lay a machine out in files. Changes nothing. What cannot be read counts as not there.

mod adapters;
mod host;

use std::{
    fmt, fs,
    path::{Path, PathBuf},
};

pub use adapters::Adapter;

/// How a finding is meant.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum State {
    /// As it should be.
    Good,
    /// It works, at a cost.
    Note,
    /// DPDK does not work without it.
    Missing,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Good => "good",
            Self::Note => "note",
            Self::Missing => "missing",
        })
    }
}

/// One thing that was looked at.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Finding {
    /// How it is meant.
    pub state: State,
    /// What it is about.
    pub topic: &'static str,
    /// What was found.
    pub what: String,
    /// What to do, where something is to be done.
    pub remedy: Option<String>,
}

impl Finding {
    fn good(topic: &'static str, what: String) -> Self {
        Self { state: State::Good, topic, what, remedy: None }
    }

    fn note(topic: &'static str, what: String, remedy: impl Into<String>) -> Self {
        Self { state: State::Note, topic, what, remedy: Some(remedy.into()) }
    }

    fn missing(topic: &'static str, what: String, remedy: impl Into<String>) -> Self {
        Self { state: State::Missing, topic, what, remedy: Some(remedy.into()) }
    }
}

/// Looks at the machine whose files are below `root`; `built` says whether this program has DPDK.
#[must_use]
pub fn look(root: &Path, built: bool) -> Vec<Finding> {
    let files = Files(root);
    let adapters = Adapter::all(&files);
    let mut found = host::library(&files, built);
    found.extend(host::iommu(&files));
    found.extend(host::vfio(&files, &adapters));
    found.extend(host::huge_pages(&files, &adapters));
    found.extend(host::cores(&files));
    found.extend(host::rights(&files));
    found.extend(adapters::findings(&files, &adapters));
    found
}

/// The files of a machine, by the paths they have there.
struct Files<'a>(&'a Path);

impl Files<'_> {
    fn path(&self, path: &str) -> PathBuf {
        self.0.join(path.trim_start_matches('/'))
    }

    fn text(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.path(path)).ok().map(|text| text.trim().to_owned())
    }

    fn number(&self, path: &str) -> Option<u64> {
        self.text(path)?.parse().ok()
    }

    fn exists(&self, path: &str) -> bool {
        // Not followed: in a tree laid out elsewhere links may lead nowhere.
        fs::symlink_metadata(self.path(path)).is_ok()
    }

    /// Returns the names in a directory, sorted.
    fn names(&self, path: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(path)).into_iter().flatten().flatten();
        let mut names: Vec<_> =
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// Returns the last part of where a link leads.
    fn link(&self, path: &str) -> Option<String> {
        let target = fs::read_link(self.path(path)).ok()?;
        target.file_name().map(|name| name.to_string_lossy().into_owned())
    }
}

/// Reads a list of cores as the kernel writes it: `0-3,8`.
fn cores_of(list: &str) -> Vec<u32> {
    let ranges = list.split(',').filter_map(|range| {
        let range = range.trim();
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        Some(first.parse::<u32>().ok()?..=last.parse::<u32>().ok()?.min(MOST_CORES))
    });
    ranges.flatten().collect()
}

/// More cores than any machine has.
const MOST_CORES: u32 = 8_191;

#[cfg(test)]
mod tests;
