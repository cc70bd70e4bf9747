//! What goes when there is too much: what every output has, then the least grave and oldest.

use std::collections::BTreeMap;

use rusqlite::{Connection, Transaction, params};

use super::{Cursor, Outbox, OutboxError, Seq, Settlement, count_of, int, level_of, number_of};
use crate::engine::alert::Level;

/// An alert that was given up although somebody was owed it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Lost {
    /// The alert.
    pub id: String,
    /// Its revision.
    pub revision: u32,
    /// Its level.
    pub level: Level,
    /// Event time, nanoseconds since the Unix epoch.
    pub at: u64,
}

/// What [`Outbox::give_way`] did.
#[derive(Debug, Default)]
pub struct Way {
    /// Whether there was anything to delete.
    pub freed: bool,
    /// What of it was owed.
    pub lost: Vec<Lost>,
}

/// Takes a row that is gone out of the sums.
pub(super) fn forget(sinks: &mut BTreeMap<String, Cursor>, octets: &mut u64, seq: Seq, freed: u64) {
    *octets = octets.saturating_sub(freed);
    for cursor in sinks.values_mut().filter(|cursor| cursor.at < seq) {
        cursor.owed = cursor.owed.saturating_sub(1);
    }
}

/// Moves the cursor of an output.
pub(super) fn settle(
    transaction: &Transaction<'_>,
    settlement: &Settlement,
    sinks: &mut BTreeMap<String, Cursor>,
    now: u64,
) -> rusqlite::Result<()> {
    let Some(cursor) = sinks.get_mut(&settlement.sink) else { return Ok(()) };
    if settlement.up_to <= cursor.at {
        return Ok(());
    }
    let taken: i64 = transaction
        .prepare_cached("SELECT count(*) FROM alert WHERE seq > ?1 AND seq <= ?2")?
        .query_row(params![cursor.at, settlement.up_to], |row| row.get(0))?;
    transaction
        .prepare_cached("UPDATE sink SET cursor = ?2 WHERE name = ?1")?
        .execute(params![settlement.sink, settlement.up_to])?;
    for (seq, reason) in &settlement.parked {
        transaction
            .prepare_cached(
                "INSERT OR REPLACE INTO parked (sink, seq, reason, at) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![settlement.sink, seq, reason, int(now)])?;
    }
    cursor.at = settlement.up_to;
    cursor.owed = cursor.owed.saturating_sub(count_of(taken));
    Ok(())
}

/// Deletes until the rows fit.
pub(super) fn by_size(
    transaction: &Transaction<'_>,
    limit: u64,
    octets: &mut u64,
    sinks: &mut BTreeMap<String, Cursor>,
    lost: &mut Vec<Lost>,
) -> rusqlite::Result<()> {
    if *octets <= limit {
        return Ok(());
    }
    // A little more than needed, or each alert from now on would delete one.
    let goal = limit - limit / 20;
    let delivered = delivered(sinks);
    while *octets > goal && delete_delivered(transaction, delivered, AT_ONCE, sinks, octets)? > 0 {}
    while *octets > limit {
        let least = "SELECT seq FROM alert ORDER BY level, seq LIMIT 1";
        let gone = give_up(transaction, least, params![], sinks, octets)?;
        if gone.is_empty() {
            break;
        }
        lost.extend(gone);
    }
    Ok(())
}

/// Writes the log into the database and empties it.
fn checkpoint(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}

/// Returns the last place that every output has.
fn delivered(sinks: &BTreeMap<String, Cursor>) -> Seq {
    sinks.values().map(|cursor| cursor.at).min().unwrap_or(Seq::MAX)
}

fn delete_delivered(
    transaction: &Transaction<'_>,
    delivered: Seq,
    most: usize,
    sinks: &mut BTreeMap<String, Cursor>,
    octets: &mut u64,
) -> rusqlite::Result<usize> {
    let mut statement = transaction.prepare_cached(
        "DELETE FROM alert WHERE seq IN (SELECT seq FROM alert WHERE seq <= ?1 ORDER BY seq LIMIT ?2)
         RETURNING seq, octets",
    )?;
    let mut rows = statement.query(params![delivered, int(most)])?;
    let mut gone = 0;
    while let Some(row) = rows.next()? {
        forget(sinks, octets, row.get(0)?, count_of(row.get(1)?));
        gone += 1;
    }
    Ok(gone)
}

/// Deletes alerts that a question finds, and counts them as lost.
fn give_up(
    transaction: &Transaction<'_>,
    which: &str,
    given: impl rusqlite::Params,
    sinks: &mut BTreeMap<String, Cursor>,
    octets: &mut u64,
) -> rusqlite::Result<Vec<Lost>> {
    let mut statement = transaction.prepare_cached(&format!(
        "DELETE FROM alert WHERE seq IN ({which})
         RETURNING seq, octets, id, revision, level, at"
    ))?;
    let mut found = statement.query(given)?;
    let mut lost = Vec::new();
    while let Some(row) = found.next()? {
        forget(sinks, octets, row.get(0)?, count_of(row.get(1)?));
        let level: i64 = row.get(4)?;
        lost.push(Lost {
            id: row.get(2)?,
            revision: row.get(3)?,
            level: level_of(level),
            at: count_of(row.get(5)?),
        });
        transaction
            .prepare_cached(
                "INSERT INTO loss (level, count) VALUES (?1, 1)
                 ON CONFLICT (level) DO UPDATE SET count = count + 1",
            )?
            .execute([level])?;
    }
    Ok(lost)
}

impl Outbox {
    /// Deletes rows that every output has and that are older than the limit, and those that somebody
    /// has been owed for longer than that limit, a part at a time; gives free pages back. Returns how
    /// many went, and which of them were owed.
    ///
    /// # Errors
    ///
    /// Returns an error when the database cannot be written.
    pub fn tidy(&mut self, now: u64) -> Result<(usize, Vec<Lost>), OutboxError> {
        // A disk that was full may have room again.
        self.reserve.take();
        let before = int(now.saturating_sub(self.limits.age));
        let owed_before = int(now.saturating_sub(self.limits.owed_age));
        let delivered = delivered(&self.sinks);
        let mut octets = self.octets;
        let mut sinks = self.sinks.clone();
        let mut run = || -> rusqlite::Result<(usize, Vec<Lost>)> {
            let transaction = self.connection.transaction()?;
            let mut gone = 0;
            {
                let mut statement = transaction.prepare_cached(
                    "DELETE FROM alert WHERE seq IN (SELECT seq FROM alert
                         WHERE seq <= ?1 AND stored < ?2 ORDER BY seq LIMIT ?3)
                     RETURNING seq, octets",
                )?;
                let mut rows = statement.query(params![delivered, before, int(AT_ONCE)])?;
                while let Some(row) = rows.next()? {
                    forget(&mut sinks, &mut octets, row.get(0)?, count_of(row.get(1)?));
                    gone += 1;
                }
            }
            let old = "SELECT seq FROM alert WHERE seq > ?1 AND stored < ?2 ORDER BY seq LIMIT ?3";
            let given = params![delivered, owed_before, int(AT_ONCE)];
            let lost = give_up(&transaction, old, given, &mut sinks, &mut octets)?;
            transaction.commit()?;
            gone += lost.len();
            if gone > 0 {
                self.connection.execute_batch("PRAGMA incremental_vacuum(256)")?;
            }
            Ok((gone, lost))
        };
        let gone = run().map_err(|error| self.failed(error))?;
        (self.octets, self.sinks) = (octets, sinks);
        Ok(gone)
    }

    /// Gives up the reserve of a disk that is full and empties the log, which may be most of what
    /// there is.
    pub fn free_log(&self) {
        self.reserve.give_up();
        // Where the log stays, what is deleted next may still find room in it; else that says so.
        let _ = checkpoint(&self.connection);
    }

    /// Deletes rows of so many octets, and one at least, that something of that level may take the
    /// place of: what every output has, then the least grave and oldest up to that level.
    ///
    /// # Errors
    ///
    /// Returns an error when not even one row can be deleted.
    pub fn give_way(&mut self, level: Level, need: u64) -> Result<Way, OutboxError> {
        let mut way = self.delete(level, need);
        if way.as_ref().is_err_and(OutboxError::is_full) {
            // The log of less may have room.
            self.free_log();
            way = self.delete(level, 1);
        }
        way
    }

    fn delete(&mut self, level: Level, need: u64) -> Result<Way, OutboxError> {
        let mut octets = self.octets;
        let mut sinks = self.sinks.clone();
        let goal = octets.saturating_sub(need.max(1));
        let mut run = || -> rusqlite::Result<Way> {
            let mut way = Way::default();
            let transaction = self.connection.transaction()?;
            let delivered = delivered(&sinks);
            while octets > goal
                && delete_delivered(&transaction, delivered, 1, &mut sinks, &mut octets)? > 0
            {
                way.freed = true;
            }
            while octets > goal {
                let least = "SELECT seq FROM alert WHERE level <= ?1 ORDER BY level, seq LIMIT 1";
                let level = params![number_of(level)];
                let gone = give_up(&transaction, least, level, &mut sinks, &mut octets)?;
                if gone.is_empty() {
                    break;
                }
                way.freed = true;
                way.lost.extend(gone);
            }
            transaction.commit()?;
            Ok(way)
        };
        let way = run().map_err(|error| self.failed(error))?;
        (self.octets, self.sinks) = (octets, sinks);
        // The next log starts anew; one that cannot be emptied is told by whoever writes next.
        let _ = checkpoint(&self.connection);
        Ok(way)
    }

    /// Holds room again for the day the disk is full.
    pub fn hold_room(&self) {
        self.reserve.take();
    }

    /// Whether the disk has room to spare, as far as it says so.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.reserve.is_idle()
    }

    /// Returns how many alerts were ever given up although they were owed, by level.
    ///
    /// # Errors
    ///
    /// Returns an error when the database cannot be read.
    pub fn losses(&self) -> Result<Vec<(Level, u64)>, OutboxError> {
        let run = || -> rusqlite::Result<Vec<(Level, u64)>> {
            let mut statement =
                self.connection.prepare_cached("SELECT level, count FROM loss ORDER BY level")?;
            statement
                .query_map([], |row| Ok((level_of(row.get(0)?), count_of(row.get(1)?))))?
                .collect()
        };
        run().map_err(|error| self.failed(error))
    }
}

/// Rows deleted in one go, so that a transaction stays short.
const AT_ONCE: usize = 512;
