//! What goes when there is too much: what every output has, then the least grave and oldest.

use std::collections::BTreeMap;

use rusqlite::{Transaction, params};

use super::{Cursor, Limits, Outbox, OutboxError, Seq, count_of, int, level_of, number_of};
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

/// Takes a row that is gone out of the sums.
pub(super) fn forget(sinks: &mut BTreeMap<String, Cursor>, octets: &mut u64, seq: Seq, freed: u64) {
    *octets = octets.saturating_sub(freed);
    for cursor in sinks.values_mut().filter(|cursor| cursor.at < seq) {
        cursor.owed = cursor.owed.saturating_sub(1);
    }
}

/// Deletes until the rows fit.
pub(super) fn by_size(
    transaction: &Transaction<'_>,
    limits: &Limits,
    octets: &mut u64,
    sinks: &mut BTreeMap<String, Cursor>,
    lost: &mut Vec<Lost>,
) -> rusqlite::Result<()> {
    if *octets <= limits.octets {
        return Ok(());
    }
    // A little more than needed, or each alert from now on would delete one.
    let goal = limits.octets - limits.octets / 20;
    let delivered = delivered(sinks);
    while *octets > goal && delete_delivered(transaction, delivered, sinks, octets)? > 0 {}
    while *octets > limits.octets {
        let gone = delete_owed(transaction, Level::Critical, 1, sinks, octets)?;
        if gone.is_empty() {
            break;
        }
        lost.extend(gone);
    }
    Ok(())
}

/// Returns the last place that every output has.
fn delivered(sinks: &BTreeMap<String, Cursor>) -> Seq {
    sinks.values().map(|cursor| cursor.at).min().unwrap_or(Seq::MAX)
}

fn delete_delivered(
    transaction: &Transaction<'_>,
    delivered: Seq,
    sinks: &mut BTreeMap<String, Cursor>,
    octets: &mut u64,
) -> rusqlite::Result<usize> {
    let mut statement = transaction.prepare_cached(
        "DELETE FROM alert WHERE seq IN (SELECT seq FROM alert WHERE seq <= ?1 ORDER BY seq LIMIT ?2)
         RETURNING seq, octets",
    )?;
    let mut rows = statement.query(params![delivered, int(AT_ONCE)])?;
    let mut gone = 0;
    while let Some(row) = rows.next()? {
        forget(sinks, octets, row.get(0)?, count_of(row.get(1)?));
        gone += 1;
    }
    Ok(gone)
}

/// Deletes alerts up to a level, the least grave and oldest first, and counts them as lost.
fn delete_owed(
    transaction: &Transaction<'_>,
    most: Level,
    rows: usize,
    sinks: &mut BTreeMap<String, Cursor>,
    octets: &mut u64,
) -> rusqlite::Result<Vec<Lost>> {
    let mut statement = transaction.prepare_cached(
        "DELETE FROM alert WHERE seq IN
             (SELECT seq FROM alert WHERE level <= ?1 ORDER BY level, seq LIMIT ?2)
         RETURNING seq, octets, id, revision, level, at",
    )?;
    let mut found = statement.query(params![number_of(most), int(rows)])?;
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
    /// Deletes rows that every output has and that are older than the limit, a part at a time, and
    /// gives free pages back. Returns how many went.
    ///
    /// # Errors
    ///
    /// Returns an error when the database cannot be written.
    pub fn tidy(&mut self, now: u64) -> Result<usize, OutboxError> {
        let before = int(now.saturating_sub(self.limits.age));
        let delivered = delivered(&self.sinks);
        let mut octets = self.octets;
        let mut sinks = self.sinks.clone();
        let mut run = || -> rusqlite::Result<usize> {
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
            transaction.commit()?;
            if gone > 0 {
                self.connection.execute_batch("PRAGMA incremental_vacuum(256)")?;
            }
            Ok(gone)
        };
        let gone = run().map_err(|error| self.failed(error))?;
        (self.octets, self.sinks) = (octets, sinks);
        Ok(gone)
    }

    /// Makes room on a disk that is full: deletes what every output has, else what is owed up to a
    /// level, the least grave and oldest first. Returns whether anything went, and what of it was
    /// owed.
    ///
    /// # Errors
    ///
    /// Returns an error when not even deleting works.
    pub fn make_room(&mut self, most: Level) -> Result<(bool, Vec<Lost>), OutboxError> {
        let mut octets = self.octets;
        let mut sinks = self.sinks.clone();
        let mut run = || -> rusqlite::Result<(bool, Vec<Lost>)> {
            let delivered = delivered(&sinks);
            let transaction = self.connection.transaction()?;
            let gone = delete_delivered(&transaction, delivered, &mut sinks, &mut octets)?;
            let lost = if gone == 0 {
                delete_owed(&transaction, most, FEW, &mut sinks, &mut octets)?
            } else {
                Vec::new()
            };
            transaction.commit()?;
            Ok((gone > 0 || !lost.is_empty(), lost))
        };
        let done = run().map_err(|error| self.failed(error))?;
        (self.octets, self.sinks) = (octets, sinks);
        Ok(done)
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
/// Owed rows given up in one go.
const FEW: usize = 16;
