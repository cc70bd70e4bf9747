//! The watch over the files that a configuration is made of: itself, what it includes, rules, lists.
//!
//! Files are looked at once a second by time, length and place on disk, which holds for editors that
//! write beside and rename, for links that are turned, and for file systems of elsewhere. A change
//! counts once a second has passed without another.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use crate::config::Document;

/// What is known of a file: when it was changed, how long it is and which it is.
type Seen = BTreeMap<PathBuf, (i64, i64, u64, u64)>;

/// Looks after files.
#[derive(Debug)]
pub struct Watch {
    config: PathBuf,
    more: Vec<PathBuf>,
    /// As they were read.
    read: Seen,
    /// As they were a look ago, when that was different.
    changing: Option<Seen>,
}

impl Watch {
    /// Looks after a configuration, all it names, and further rules.
    #[must_use]
    pub fn new(config: &Path, more: &[PathBuf]) -> Self {
        let (config, more) = (config.to_owned(), more.to_vec());
        let mut watch = Self { config, more, read: Seen::new(), changing: None };
        watch.read = watch.look();
        watch
    }

    /// Whether something has changed and then rested; to be called now and then.
    pub fn changed(&mut self) -> bool {
        let now = self.look();
        if now == self.read {
            self.changing = None;
            return false;
        }
        if self.changing.as_ref() == Some(&now) {
            (self.read, self.changing) = (now, None);
            return true;
        }
        self.changing = Some(now);
        false
    }

    fn look(&self) -> Seen {
        let mut seen = Seen::new();
        for path in named(&self.config, &self.more) {
            note(&path, &mut seen, DEEPEST);
        }
        seen
    }
}

/// Returns a configuration, all it names, and further rules.
#[must_use]
pub fn named(config: &Path, more: &[PathBuf]) -> Vec<PathBuf> {
    let mut paths = vec![config.to_owned()];
    paths.extend(more.iter().cloned());
    // A configuration that cannot be read names nothing; that it changes again is seen.
    if let Ok(document) = Document::load(config) {
        let config = &document.config;
        let ported = config.home.iter().filter_map(|home| home.ported_file.as_ref());
        let named = config.include.iter().chain(&config.rules.dirs).chain(&config.lists.dirs);
        paths.extend(named.chain(ported).map(|path| document.resolve(path)));
    }
    paths
}

fn note(path: &Path, seen: &mut Seen, depth: usize) {
    let Ok(about) = fs::metadata(path) else { return };
    let key = (about.mtime(), about.mtime_nsec(), about.len(), about.ino());
    seen.insert(path.to_owned(), key);
    if about.is_dir() && depth > 0 {
        for entry in fs::read_dir(path).into_iter().flatten().flatten() {
            note(&entry.path(), seen, depth - 1);
        }
    }
}

/// Folders within folders that are looked at.
const DEEPEST: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_counts_once_it_rests() {
        let dir = tempfile::tempdir().expect("a directory");
        let at = |name: &str| dir.path().join(name);
        let write = |name: &str, text: &str| fs::write(at(name), text).expect("written");
        fs::create_dir(at("rules")).expect("made");
        let home = "include = [\"networks.toml\"]\n[home]\ngt_prefixes = [\"99910\"]\n";
        let config = format!("{home}[rules]\ndirs = [\"rules\"]\n");
        write("picket.toml", &config);
        write("networks.toml", "");
        let mut watch = Watch::new(&at("picket.toml"), &[]);
        assert!(!watch.changed() && !watch.changed(), "nothing has happened");
        write("rules/a.yml", "title: a\n");
        assert!(!watch.changed(), "it may go on");
        write("rules/a.yml", "title: a rule\n");
        assert!(!watch.changed(), "it does");
        assert!(watch.changed(), "it rests");
        assert!(!watch.changed(), "told once");
        for (name, text) in [("networks.toml", "# more\n"), ("picket.toml", "broken [")] {
            write(name, text);
            assert!(!watch.changed() && watch.changed(), "{name}");
        }
        // What editors do: written beside, then renamed.
        write("new", &config);
        fs::rename(at("new"), at("picket.toml")).expect("renamed");
        assert!(!watch.changed() && watch.changed(), "mended");
        fs::remove_file(at("rules/a.yml")).expect("removed");
        assert!(!watch.changed() && watch.changed(), "removed");
    }
}
