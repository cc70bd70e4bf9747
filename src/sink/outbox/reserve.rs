//! Room that is held on the disk for the day it is full: without any not even deleting works, for what
//! is deleted is written to the log first. And a bound for the database by what the disk has left, so
//! that whatever the log holds can be written back.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use rusqlite::Connection;

use super::{count_of, int};

/// A file of zeros, given up when room is needed.
#[derive(Debug, Default)]
pub(super) struct Reserve {
    /// `None` in memory.
    path: Option<PathBuf>,
    database: PathBuf,
}

impl Reserve {
    /// Takes it, in the directory of a database.
    pub(super) fn in_dir(dir: &Path, database: &str) -> Self {
        let reserve = Self { path: Some(dir.join(FILE)), database: dir.join(database) };
        reserve.take();
        reserve
    }

    /// Takes it again; where there is no room for it, goes without.
    pub(super) fn take(&self) {
        let Some(path) = &self.path else { return };
        if is_whole(path) {
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

    /// Bounds what the next transaction may add to the database. The log gets as many pages and they
    /// stay in it until they are written back, so it is half of what is free, without what is in the
    /// log already and without what a reserve must hold. Where the disk does not say what it has, or
    /// a quota ends before the disk does, the database finds out by itself.
    pub(super) fn bound(&self, connection: &Connection) -> rusqlite::Result<()> {
        let Some(path) = &self.path else { return Ok(()) };
        let Ok(disk) = rustix::fs::statvfs(&self.database) else { return Ok(()) };
        let pragma = |name: &str| connection.pragma_query_value(None, name, |row| row.get(0));
        let (pages, size): (i64, i64) = (pragma("page_count")?, pragma("page_size")?);
        let size = count_of(size).max(1);
        let written = fs::metadata(&self.database).map_or(0, |found| found.len());
        let pending = (count_of(pages) * size).saturating_sub(written);
        let reserve = if is_whole(path) { 0 } else { OCTETS };
        let free = disk.f_bavail.saturating_mul(disk.f_frsize).saturating_sub(pending + reserve);
        let most = pages.saturating_add(int(free / 2 / size));
        connection.pragma_update_and_check(None, "max_page_count", most, |_| Ok(()))
    }

    /// Gives it up.
    pub(super) fn give_up(&self) {
        if let Some(path) = &self.path {
            // It may not be there.
            let _ = fs::remove_file(path);
        }
    }
}

/// Whether it is there.
fn is_whole(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.len() == OCTETS)
}

/// Name of the file in the directory of the state.
const FILE: &str = "outbox.reserve";
/// Enough for the log of a deletion.
const OCTETS: u64 = 192 << 10;
