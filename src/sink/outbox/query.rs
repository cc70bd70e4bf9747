//! Questions to the outbox: reads beside the writer, never in its way.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, ToSql, types::Value};

use super::{FILE, OutboxError, count_of, int, level_of, number_of};
use crate::engine::alert::Level;

/// What is asked for; everything that is given must hold.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Ids or numbers of a subscriber, as they are shown; any of them.
    pub subscriber: Vec<String>,
    /// Prefix of the first attacker's global title.
    pub gt: Option<String>,
    /// UUID or name of a rule.
    pub rule: Option<String>,
    /// The least level.
    pub level: Option<Level>,
    /// Event time, from.
    pub since: Option<u64>,
    /// Event time, before.
    pub until: Option<u64>,
    /// Start of an alert's id.
    pub id: Option<String>,
    /// Every revision; else the last of each alert.
    pub revisions: bool,
    /// At most so many, the newest.
    pub limit: Option<usize>,
}

/// A revision of an alert that is kept.
#[derive(Clone, Debug)]
pub struct Row {
    /// The alert.
    pub id: String,
    /// Its revision.
    pub revision: u32,
    /// Event time, nanoseconds since the Unix epoch.
    pub at: u64,
    /// Level.
    pub level: Level,
    /// Name of the rule.
    pub rule_name: String,
    /// Title of the rule.
    pub title: String,
    /// What became of it.
    pub outcome: String,
    /// One sentence.
    pub summary: String,
    /// Who it is about, as it may be shown.
    pub subscriber: Option<String>,
    /// Global title of the first attacker.
    pub gt: Option<String>,
    /// Outputs that are owed it.
    pub owed: Vec<String>,
    /// The alert as JSON.
    pub json: String,
}

/// The outbox, to read.
#[derive(Debug)]
pub struct Query {
    pub(super) path: PathBuf,
    pub(super) connection: Connection,
}

impl Query {
    /// Opens the outbox of a directory.
    ///
    /// # Errors
    ///
    /// Returns an error when there is none or it cannot be read.
    pub fn open(dir: &Path) -> Result<Self, OutboxError> {
        let path = dir.join(FILE);
        if !path.exists() {
            return Err(OutboxError::Missing { path });
        }
        let failed = |error| OutboxError::Database { path: path.clone(), error };
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&path, flags).map_err(failed)?;
        connection.busy_timeout(core::time::Duration::from_secs(5)).map_err(failed)?;
        Ok(Self { path, connection })
    }

    /// Hands out what a filter asks for, oldest first.
    ///
    /// # Errors
    ///
    /// Returns an error when the database cannot be read, or what `each` returns.
    pub fn each<E: From<OutboxError>>(
        &self,
        filter: &Filter,
        mut each: impl FnMut(Row) -> Result<(), E>,
    ) -> Result<(), E> {
        let failed = |error| E::from(OutboxError::Database { path: self.path.clone(), error });
        let (condition, values) = conditions(filter);
        let text = format!(
            "SELECT * FROM (
                 SELECT a.id, a.revision, a.at, a.level, a.rule_name, a.title, a.outcome, a.summary,
                     a.subscriber, a.gt, b.json, a.seq,
                     (SELECT group_concat(name) FROM sink WHERE cursor < a.seq)
                 FROM alert a JOIN body b ON b.seq = a.seq AND b.form = a.form
                 WHERE {condition} ORDER BY a.at DESC, a.seq DESC LIMIT {}
             ) ORDER BY at, seq",
            filter.limit.map_or(-1, int),
        );
        let mut statement = self.connection.prepare(&text).map_err(failed)?;
        let values: Vec<&dyn ToSql> = values.iter().map(|value| value as &dyn ToSql).collect();
        let mut rows = statement.query(values.as_slice()).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            each(read(row).map_err(failed)?)?;
        }
        Ok(())
    }
}

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    let owed: Option<String> = row.get(12)?;
    Ok(Row {
        id: row.get(0)?,
        revision: row.get(1)?,
        at: count_of(row.get(2)?),
        level: level_of(row.get(3)?),
        rule_name: row.get(4)?,
        title: row.get(5)?,
        outcome: row.get(6)?,
        summary: row.get(7)?,
        subscriber: row.get(8)?,
        gt: row.get(9)?,
        json: row.get(10)?,
        owed: owed.map(|names| names.split(',').map(str::to_owned).collect()).unwrap_or_default(),
    })
}

/// Writes a filter as SQL. What a person typed is only ever a parameter.
fn conditions(filter: &Filter) -> (String, Vec<Value>) {
    let mut all = vec!["1".to_owned()];
    let mut values: Vec<Value> = Vec::new();
    let mut value = |value: Value| {
        values.push(value);
        values.len()
    };
    if !filter.subscriber.is_empty() {
        let any: Vec<String> = filter
            .subscriber
            .iter()
            .map(|shown| {
                let n = value(shown.clone().into());
                format!("a.subscriber = ?{n} OR a.imsi = ?{n} OR a.msisdn = ?{n}")
            })
            .collect();
        all.push(format!("({})", any.join(" OR ")));
    }
    if let Some(gt) = &filter.gt {
        // A range, not LIKE: the index serves it.
        let from = value(gt.clone().into());
        let to = value(format!("{gt}\u{7f}").into());
        all.push(format!("a.gt >= ?{from} AND a.gt < ?{to}"));
    }
    if let Some(rule) = &filter.rule {
        let n = value(rule.clone().into());
        all.push(format!("(a.rule_id = lower(?{n}) OR a.rule_name = ?{n} OR a.title = ?{n})"));
    }
    if let Some(level) = filter.level {
        let n = value(number_of(level).into());
        all.push(format!("a.level >= ?{n}"));
    }
    for (time, sign) in [(filter.since, ">="), (filter.until, "<")] {
        if let Some(time) = time {
            let n = value(int(time).into());
            all.push(format!("a.at {sign} ?{n}"));
        }
    }
    if let Some(id) = &filter.id {
        let from = value(id.clone().into());
        let to = value(format!("{id}\u{7f}").into());
        all.push(format!("a.id >= ?{from} AND a.id < ?{to}"));
    }
    if !filter.revisions {
        all.push("a.revision = (SELECT max(l.revision) FROM alert l WHERE l.id = a.id)".to_owned());
    }
    (all.join(" AND "), values)
}
