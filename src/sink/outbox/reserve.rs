//! Room that is held on the disk for the day it is full: without any not even deleting works, for what
//! is deleted is written to the log first.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

/// A file of zeros, given up when room is needed.
#[derive(Debug, Default)]
pub(super) struct Reserve {
    /// `None` in memory.
    path: Option<PathBuf>,
}

impl Reserve {
    /// Takes it, in a directory.
    pub(super) fn in_dir(dir: &Path) -> Self {
        let reserve = Self { path: Some(dir.join(FILE)) };
        reserve.take();
        reserve
    }

    /// Takes it again; where there is no room for it, goes without.
    pub(super) fn take(&self) {
        let Some(path) = &self.path else { return };
        if fs::metadata(path).is_ok_and(|found| found.len() == OCTETS) {
            return;
        }
        let mut options = OpenOptions::new();
        let opened = options.write(true).create(true).truncate(true).mode(0o600).open(path);
        let zeros = [0; 4_096];
        let filled = opened.and_then(|mut file| {
            (0..OCTETS / 4_096).try_for_each(|_| file.write_all(&zeros))?;
            file.sync_all()
        });
        if filled.is_err() {
            self.give_up();
        }
    }

    /// Gives it up.
    pub(super) fn give_up(&self) {
        if let Some(path) = &self.path {
            // It may not be there.
            let _ = fs::remove_file(path);
        }
    }
}

/// Name of the file in the directory of the state.
const FILE: &str = "outbox.reserve";
/// Enough for the log of a deletion.
const OCTETS: u64 = 192 << 10;
