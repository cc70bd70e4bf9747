//! The outbox: every alert on disk before any output has it, and what each output is still owed.
//!
//! One SQLite file. `alert` has a row a revision, in the order of delivery (`seq` is never used
//! twice); `body` has its JSON once for each form of subscribers' numbers that some output asks
//! for; `sink` has a cursor an output: everything up to it was acknowledged, so what is owed is
//! what stands behind it. [`Outbox`] is the only writer, and takes a lock file to be that.
//!
//! **Power loss.** The journal is a write-ahead log with `synchronous = FULL`: [`Outbox::write`]
//! returns after `fsync` of the log, so what it accepted survives `kill -9`, a crash of the kernel
//! and loss of power, as far as the disk keeps what it said it kept. A transaction the power cut
//! short is not there at all: each page of the log has a checksum. Cursors are in the same log. A
//! cursor that was not written yet means that an output gets alerts again, never that it misses some.
//! Alerts that wait in memory for the disk ([`super::delivery`]) are lost with the process.
//!
//! **Bounds.** [`Limits::octets`] bounds the sum of the rows. Beyond it rows go that every output
//! has, oldest first; then rows still owed, the lowest level and among those the oldest first. Each
//! of the latter is counted in `loss` and returned, to become an alert itself; so is a row that was
//! owed for longer than [`Limits::owed_age`].
//!
//! **A full disk.** What is in the log has to fit into the database one day, so the database grows by
//! half of what the disk has free at most, and what it kept can always be written back. When that
//! is not enough, [`Outbox::give_way`] deletes in the same order to make place for what is graver;
//! the log of that has the room that a reserve held.

mod personal;
mod query;
mod reserve;
mod retention;
mod schema;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    fs::{DirBuilder, File, OpenOptions, TryLockError},
    io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

pub use personal::Sealed;
pub use query::{Filter, Query, Row};
use reserve::Reserve;
pub use retention::{Lost, Way};
use rusqlite::{Connection, ErrorCode, OptionalExtension, Transaction, params};
use schema::{SCHEMA, VERSION, prepare};

use picket_hw::Timestamp;

use crate::{config::Subscribers, engine::alert::Level, event::json::rfc3339};

/// Why the outbox cannot do what it should.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OutboxError {
    /// The directory or the files beside the database.
    #[error("{path}: {error}; name another directory with state.dir")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Another process has it.
    #[error(
        "{path}: another picket writes to this outbox; stop it, or name another directory with state.dir or --state"
    )]
    InUse {
        /// Which.
        path: PathBuf,
    },
    /// Nothing was ever kept there.
    #[error("{path}: there are no alerts kept; picket run and picket replay --deliver keep them")]
    Missing {
        /// Which.
        path: PathBuf,
    },
    /// A later version of the program wrote it.
    #[error("{path}: is of a later version of picket ({found}, this one knows {known})")]
    Newer {
        /// Which.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The version this program writes.
        known: i64,
    },
    /// The database.
    #[error("{path}: {error}")]
    Database {
        /// Which.
        path: PathBuf,
        /// Why.
        error: rusqlite::Error,
    },
}

impl OutboxError {
    /// Whether the disk, or the quota, is full.
    #[must_use]
    pub fn is_full(&self) -> bool {
        match self {
            Self::Database { error, .. } => matches!(
                error.sqlite_error_code(),
                // With the disk full, the log cannot grow either: SQLite says I/O error for that.
                Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure)
            ),
            Self::File { error, .. } => error.kind() == io::ErrorKind::StorageFull,
            _ => false,
        }
    }
}

/// How much is kept.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Octets of all rows.
    pub octets: u64,
    /// Nanoseconds a row is kept once every output has it.
    pub age: u64,
    /// Nanoseconds a row is kept that an output is owed.
    pub owed_age: u64,
}

/// A revision of an alert, about to be kept.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The alert.
    pub id: String,
    /// Its revision.
    pub revision: u32,
    /// Event time, nanoseconds since the Unix epoch.
    pub at: u64,
    /// Level.
    pub level: Level,
    /// UUID of the rule.
    pub rule_id: String,
    /// Name of the rule.
    pub rule_name: String,
    /// Title of the rule.
    pub title: String,
    /// What became of it.
    pub outcome: String,
    /// One sentence.
    pub summary: String,
    /// Who it is about, as the first body shows it.
    pub subscriber: Option<String>,
    /// IMSI, as the first body shows it.
    pub imsi: Option<String>,
    /// MSISDN, as the first body shows it.
    pub msisdn: Option<String>,
    /// Global title of the first attacker, as the first body shows it.
    pub gt: Option<String>,
    /// Network of the first attacker.
    pub network: Option<String>,
    /// The identity, encrypted for who may open it.
    pub sealed: Option<Vec<u8>>,
    /// The alert in every form some output asks for; the first is the one queries show.
    pub bodies: Vec<Body>,
}

impl Entry {
    /// Returns what it takes of that room.
    #[must_use]
    pub fn octets(&self) -> u64 {
        let bodies: usize = self.bodies.iter().map(|body| body.json.len() + body.key.len()).sum();
        let texts = [&self.id, &self.rule_id, &self.rule_name, &self.title, &self.summary];
        let texts: usize = texts.iter().map(|text| text.len()).sum();
        let sealed = self.sealed.as_ref().map_or(0, Vec::len);
        u64::try_from(bodies + texts + sealed + ROW_OVERHEAD).unwrap_or(u64::MAX)
    }
}

/// An alert in one form of subscribers' numbers.
#[derive(Clone, Debug)]
pub struct Body {
    /// The form.
    pub form: Subscribers,
    /// What the alert is about, for partitioning: the subscriber's id, else the attacker's address.
    pub key: String,
    /// The alert.
    pub json: String,
}

/// A place in the order of delivery.
pub type Seq = i64;

/// A revision of an alert, on its way to an output.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Item {
    /// Its place.
    pub seq: Seq,
    /// The alert.
    pub id: String,
    /// Its revision.
    pub revision: u32,
    /// Event time, nanoseconds since the Unix epoch.
    pub at: u64,
    /// Level.
    pub level: Level,
    /// The key of its body.
    pub key: String,
    /// The alert; `None` when it was kept only in forms that show more than this output may.
    pub json: Option<String>,
}

impl Item {
    /// Returns what tells this revision from all others: alert and revision.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}.{}", self.id, self.revision)
    }

    /// Returns event time in the form of RFC 3339, to the nanosecond.
    #[must_use]
    pub fn time(&self) -> String {
        let mut time = String::new();
        rfc3339(Timestamp::from_nanos(self.at), &mut time);
        time
    }
}

/// What an output took.
#[derive(Clone, Debug)]
pub struct Settlement {
    /// The output.
    pub sink: String,
    /// Everything up to here needs no further try.
    pub up_to: Seq,
    /// What of it was refused for what it is, and why.
    pub parked: Vec<(Seq, String)>,
}

/// What [`Outbox::write`] did.
#[derive(Debug, Default)]
pub struct Written {
    /// The last place given out.
    pub last: Seq,
    /// What had to go although it was owed.
    pub lost: Vec<Lost>,
}

/// The alerts on disk.
#[derive(Debug)]
pub struct Outbox {
    path: PathBuf,
    connection: Connection,
    limits: Limits,
    reserve: Reserve,
    /// Octets of all rows.
    octets: u64,
    /// Cursor and debt of each output that is configured.
    sinks: BTreeMap<String, Cursor>,
    /// Held for as long as this is the only writer; one in memory needs none.
    _lock: Option<File>,
}

/// How far an output is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Cursor {
    /// The last place that needs no further try.
    pub at: Seq,
    /// Rows behind it.
    pub owed: u64,
}

impl Outbox {
    /// Opens the outbox in a directory, making both if they are not there.
    ///
    /// An output that was never seen is owed what comes from now on, not what was kept before it.
    ///
    /// # Errors
    ///
    /// Returns an error when the directory cannot be written to or another process has the outbox.
    pub fn open(dir: &Path, limits: Limits, sinks: &[String]) -> Result<Self, OutboxError> {
        let path = dir.join(FILE);
        let file = |path: &Path| {
            let path = path.to_owned();
            move |error| OutboxError::File { path, error }
        };
        DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(file(dir))?;
        let lock_path = dir.join(LOCK);
        let private = |path: &Path| {
            OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path)
        };
        let lock = private(&lock_path).map_err(file(&lock_path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(OutboxError::InUse { path }),
            Err(TryLockError::Error(error)) => return Err(file(&lock_path)(error)),
        }
        // SQLite gives its log the mode of the database.
        private(&path).map_err(file(&path))?;
        let failed = |error| OutboxError::Database { path: path.clone(), error };
        let connection = Connection::open(&path).map_err(failed)?;
        let outbox = Self::of(connection, path, Some(lock), limits, sinks)?;
        Ok(Self { reserve: Reserve::in_dir(dir, FILE), ..outbox })
    }

    /// Makes one in memory, of [`IN_MEMORY`] octets at most: nothing of it is kept.
    ///
    /// # Errors
    ///
    /// Returns an error when SQLite does.
    pub fn in_memory(limits: Limits, sinks: &[String]) -> Result<Self, OutboxError> {
        let path = PathBuf::from("the outbox in memory");
        let failed = |error| OutboxError::Database { path: path.clone(), error };
        let connection = Connection::open_in_memory().map_err(failed)?;
        let limits = Limits { octets: limits.octets.min(IN_MEMORY), ..limits };
        Self::of(connection, path, None, limits, sinks)
    }

    fn of(
        connection: Connection,
        path: PathBuf,
        lock: Option<File>,
        limits: Limits,
        sinks: &[String],
    ) -> Result<Self, OutboxError> {
        let failed = |error| OutboxError::Database { path: path.clone(), error };
        prepare(&connection).map_err(failed)?;
        let found = connection
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .map_err(failed)?;
        if found > VERSION {
            return Err(OutboxError::Newer { path, found, known: VERSION });
        }
        if found == 0 {
            connection.execute_batch(SCHEMA).map_err(failed)?;
        }
        let octets: i64 = connection
            .query_row("SELECT coalesce(sum(octets), 0) FROM alert", [], |row| row.get(0))
            .map_err(failed)?;
        let cursors = attach(&connection, sinks).map_err(failed)?;
        Ok(Self {
            connection,
            limits,
            reserve: Reserve::default(),
            octets: u64::try_from(octets).unwrap_or_default(),
            sinks: cursors,
            path,
            _lock: lock,
        })
    }

    /// Keeps alerts, in their order, and what outputs took, all or nothing. What it returns from
    /// survives loss of power.
    ///
    /// A revision that is kept already is put in place anew and owed again: who replays the same
    /// capture twice asked for it twice, and consumers drop repeats by id and revision.
    ///
    /// # Errors
    ///
    /// Returns an error when the database cannot be written; nothing has happened then.
    pub fn write(
        &mut self,
        entries: &[Entry],
        settlements: &[Settlement],
        now: u64,
    ) -> Result<Written, OutboxError> {
        let room = self.limits.octets;
        let mut octets = self.octets;
        let mut sinks = self.sinks.clone();
        let mut run = || -> rusqlite::Result<Written> {
            self.reserve.bound(&self.connection, entries.len())?;
            let mut lost = Vec::new();
            let transaction = self.connection.transaction()?;
            for settlement in settlements {
                retention::settle(&transaction, settlement, &mut sinks, now)?;
            }
            for entry in entries {
                insert(&transaction, entry, now, &mut sinks, &mut octets)?;
            }
            retention::by_size(&transaction, room, &mut octets, &mut sinks, &mut lost)?;
            let last =
                transaction
                    .query_row("SELECT coalesce(max(seq), 0) FROM alert", [], |r| r.get(0))?;
            transaction.commit()?;
            Ok(Written { last, lost })
        };
        let written = run().map_err(|error| self.failed(error))?;
        (self.octets, self.sinks) = (octets, sinks);
        Ok(written)
    }

    /// Returns what an output is owed next, behind a place.
    ///
    /// # Errors
    ///
    /// Returns an error when the database cannot be read.
    pub fn batch(
        &self,
        sink: &str,
        after: Seq,
        form: Subscribers,
        rows: usize,
        octets: usize,
    ) -> Result<Vec<Item>, OutboxError> {
        // An output may be further than could be written down.
        let at = self.cursor(sink).at.max(after);
        let run = || -> rusqlite::Result<Vec<Item>> {
            // A form that nobody asked for when the alert was kept is not there. One that shows
            // less stands in, never one that shows more.
            let [first, second, third] = no_more_than(form);
            let mut statement = self.connection.prepare_cached(
                "SELECT a.seq, a.id, a.revision, a.at, a.level,
                     coalesce(b.key, c.key, d.key), coalesce(b.json, c.json, d.json)
                 FROM alert a
                 LEFT JOIN body b ON b.seq = a.seq AND b.form = ?2
                 LEFT JOIN body c ON c.seq = a.seq AND c.form = ?3
                 LEFT JOIN body d ON d.seq = a.seq AND d.form = ?4
                 WHERE a.seq > ?1 ORDER BY a.seq LIMIT ?5",
            )?;
            let mut found = statement.query(params![at, first, second, third, int(rows)])?;
            let (mut items, mut taken) = (Vec::new(), 0);
            while let Some(row) = found.next()? {
                let item = Item {
                    seq: row.get(0)?,
                    id: row.get(1)?,
                    revision: row.get(2)?,
                    at: count_of(row.get(3)?),
                    level: level_of(row.get(4)?),
                    key: row.get::<_, Option<String>>(5)?.unwrap_or_default(),
                    json: row.get(6)?,
                };
                taken += item.json.as_ref().map_or(0, String::len);
                if taken > octets && !items.is_empty() {
                    break;
                }
                items.push(item);
            }
            Ok(items)
        };
        run().map_err(|error| self.failed(error))
    }

    /// Returns how far an output is.
    #[must_use]
    pub fn cursor(&self, sink: &str) -> Cursor {
        self.sinks.get(sink).copied().unwrap_or_default()
    }

    /// Returns the octets of all rows.
    #[must_use]
    pub const fn octets(&self) -> u64 {
        self.octets
    }

    /// Returns the database.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn failed(&self, error: rusqlite::Error) -> OutboxError {
        OutboxError::Database { path: self.path.clone(), error }
    }
}

/// Gives each output its cursor. Those of outputs that are no longer configured stay: who comes back
/// gets what is still kept.
fn attach(connection: &Connection, sinks: &[String]) -> rusqlite::Result<BTreeMap<String, Cursor>> {
    let mut cursors = BTreeMap::new();
    for sink in sinks {
        connection.execute(
            "INSERT OR IGNORE INTO sink (name, cursor)
             SELECT ?1, coalesce(max(seq), 0) FROM alert",
            [sink],
        )?;
        let cursor = connection.query_row(
            "SELECT cursor, (SELECT count(*) FROM alert WHERE seq > cursor) FROM sink WHERE name = ?1",
            [sink],
            |row| Ok(Cursor { at: row.get(0)?, owed: count_of(row.get(1)?) }),
        )?;
        cursors.insert(sink.clone(), cursor);
    }
    Ok(cursors)
}

fn insert(
    transaction: &Transaction<'_>,
    entry: &Entry,
    now: u64,
    sinks: &mut BTreeMap<String, Cursor>,
    octets: &mut u64,
) -> rusqlite::Result<()> {
    let Some(shown) = entry.bodies.first() else { return Ok(()) };
    let old = transaction
        .prepare_cached("DELETE FROM alert WHERE id = ?1 AND revision = ?2 RETURNING seq, octets")?
        .query_row(params![entry.id, entry.revision], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    if let Some((seq, freed)) = old {
        retention::forget(sinks, octets, seq, count_of(freed));
    }
    let size = entry.octets();
    transaction
        .prepare_cached(
            "INSERT INTO alert (id, revision, at, stored, level, rule_id, rule_name, title, outcome,
             summary, subscriber, imsi, msisdn, gt, network, sealed, form, octets)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)",
        )?
        .execute(params![
            entry.id,
            entry.revision,
            int(entry.at),
            int(now),
            number_of(entry.level),
            entry.rule_id,
            entry.rule_name,
            entry.title,
            entry.outcome,
            entry.summary,
            entry.subscriber,
            entry.imsi,
            entry.msisdn,
            entry.gt,
            entry.network,
            entry.sealed,
            name_of(shown.form),
            int(size),
        ])?;
    let seq = transaction.last_insert_rowid();
    for body in &entry.bodies {
        transaction
            .prepare_cached(
                "INSERT OR REPLACE INTO body (seq, form, key, json) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![seq, name_of(body.form), body.key, body.json])?;
    }
    *octets += size;
    sinks.values_mut().for_each(|cursor| cursor.owed += 1);
    Ok(())
}

/// Returns the name of a form, as the database has it.
pub(super) const fn name_of(form: Subscribers) -> &'static str {
    match form {
        Subscribers::Pseudonym => "pseudonym",
        Subscribers::Masked => "masked",
        Subscribers::Clear => "clear",
    }
}

/// Returns the forms an output may have that asks for one: that, then those that show less.
const fn no_more_than(form: Subscribers) -> [&'static str; 3] {
    match form {
        Subscribers::Pseudonym => ["pseudonym", "", ""],
        Subscribers::Masked => ["masked", "pseudonym", ""],
        Subscribers::Clear => ["clear", "masked", "pseudonym"],
    }
}

fn number_of(level: Level) -> i64 {
    Level::ALL.iter().position(|known| *known == level).map_or(0, int)
}

fn level_of(number: i64) -> Level {
    usize::try_from(number).ok().and_then(|at| Level::ALL.get(at).copied()).unwrap_or_default()
}

/// SQLite's integers are signed; nothing here comes near their end.
fn int(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

fn count_of(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

/// Name of the database in the directory of the state.
pub const FILE: &str = "outbox.sqlite";
const LOCK: &str = "outbox.lock";
/// Octets of alerts that wait in memory where no directory is named.
const IN_MEMORY: u64 = 64 << 20;
/// What a row takes besides its texts, roughly: numbers, index entries.
const ROW_OVERHEAD: usize = 300;
