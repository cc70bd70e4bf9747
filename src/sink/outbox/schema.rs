//! The tables of the outbox, and the settings that its promises rest on.

use rusqlite::Connection;

/// Sets what the head of [`super`] promises.
pub(super) fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    // Before the first table: pages that become free can be given back later.
    connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // A confined sensor reaches no directory of temporary files.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    // What was erased is overwritten, not merely forgotten.
    connection.pragma_update_and_check(None, "secure_delete", true, |_| Ok(()))?;
    connection.pragma_update_and_check(None, "wal_autocheckpoint", LOG_PAGES, |_| Ok(()))?;
    connection.pragma_update_and_check(None, "journal_size_limit", LOG_OCTETS, |_| Ok(()))?;
    connection.busy_timeout(core::time::Duration::from_secs(5))
}

/// Version of the tables.
pub(super) const VERSION: i64 = 1;

/// Pages of the log after which it is written back. On a full disk what the log holds could not be
/// written into a database that has to grow for it, so it is less than the reserve.
const LOG_PAGES: i64 = 32;

/// The log is cut back to this when it was reset; below it is kept, so that a full disk still has
/// room for deletions.
const LOG_OCTETS: i64 = 16 << 20;

pub(super) const SCHEMA: &str = "
BEGIN;
CREATE TABLE alert (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    revision INTEGER NOT NULL,
    at INTEGER NOT NULL,
    stored INTEGER NOT NULL,
    level INTEGER NOT NULL,
    rule_id TEXT NOT NULL,
    rule_name TEXT NOT NULL,
    title TEXT NOT NULL,
    outcome TEXT NOT NULL,
    summary TEXT NOT NULL,
    subscriber TEXT,
    imsi TEXT,
    msisdn TEXT,
    gt TEXT,
    network TEXT,
    sealed BLOB,
    form TEXT NOT NULL,
    octets INTEGER NOT NULL,
    UNIQUE (id, revision)
);
CREATE INDEX alert_level ON alert (level, seq);
CREATE INDEX alert_at ON alert (at);
CREATE INDEX alert_subscriber ON alert (subscriber) WHERE subscriber IS NOT NULL;
CREATE INDEX alert_gt ON alert (gt) WHERE gt IS NOT NULL;
CREATE TABLE body (
    seq INTEGER NOT NULL REFERENCES alert (seq) ON DELETE CASCADE,
    form TEXT NOT NULL,
    key TEXT NOT NULL,
    json TEXT NOT NULL,
    PRIMARY KEY (seq, form)
) WITHOUT ROWID;
CREATE TABLE sink (name TEXT PRIMARY KEY, cursor INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE parked (
    sink TEXT NOT NULL,
    seq INTEGER NOT NULL REFERENCES alert (seq) ON DELETE CASCADE,
    reason TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (sink, seq)
) WITHOUT ROWID;
CREATE TABLE loss (level INTEGER PRIMARY KEY, count INTEGER NOT NULL);
PRAGMA user_version = 1;
COMMIT;
";
