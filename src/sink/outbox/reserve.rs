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

    /// Bounds what the next transaction, of so many alerts, may add to the database. The log gets as
    /// many pages, and those of the indexes that change, and they stay in it until they are written
    /// back. So it is half of what is free, without those of the indexes, without what is in the log
    /// already and without what a reserve must hold. Where the disk does not say what it has, or a
    /// quota ends before the disk does, the database finds out by itself.
    pub(super) fn bound(&self, connection: &Connection, alerts: usize) -> rusqlite::Result<()> {
        let Some(path) = &self.path else { return Ok(()) };
        let Some(free) = self.free() else { return Ok(()) };
        let pragma = |name: &str| connection.pragma_query_value(None, name, |row| row.get(0));
        let (pages, size): (i64, i64) = (pragma("page_count")?, pragma("page_size")?);
        let size = count_of(size).max(1);
        let written = fs::metadata(&self.database).map_or(0, |found| found.len());
        let pending = (count_of(pages) * size).saturating_sub(written);
        let changed = (alerts as u64).saturating_mul(CHANGED).min(count_of(pages)) * (size + FRAME);
        let reserve = if is_whole(path) { 0 } else { OCTETS };
        let free = free.saturating_sub(pending + reserve + changed);
        let most = pages.saturating_add(int(free / 2 / (size + FRAME)));
        connection.pragma_update_and_check(None, "max_page_count", most, |_| Ok(()))
    }

    /// Whether it is there and the disk has more room than that by far.
    pub(super) fn is_idle(&self) -> bool {
        let Some(path) = &self.path else { return true };
        is_whole(path) && self.free().is_none_or(|free| free >= ROOMY)
    }

    /// Returns what the disk has free, octets.
    fn free(&self) -> Option<u64> {
        let disk = rustix::fs::statvfs(&self.database).ok()?;
        Some(disk.f_bavail.saturating_mul(disk.f_frsize))
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
/// A disk with so many octets free is not full.
const ROOMY: u64 = 8 * OCTETS;
/// Pages of the indexes that an alert changes: one in each of six, and as many above them.
const CHANGED: u64 = 12;
/// Octets of the log before each page.
const FRAME: u64 = 24;
