//! Who alerts are about: what was sealed, and forgetting a person.

use std::collections::BTreeSet;

use rusqlite::params_from_iter;

use super::{Outbox, OutboxError, Query, count_of};

/// What was sealed of one revision of an alert.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Sealed {
    /// The alert.
    pub id: String,
    /// Its revision.
    pub revision: u32,
    /// The identity, for [`crate::sink::seal::Sealer::open`].
    pub octets: Vec<u8>,
}

impl Query {
    /// Returns what was sealed of the alerts whose id begins so, the last revision of each.
    ///
    /// # Errors
    ///
    /// Returns an error when the database cannot be read.
    pub fn sealed(&self, id: &str) -> Result<Vec<Sealed>, OutboxError> {
        self.sealed_where(
            "a.id >= ?1 AND a.id < ?2 AND a.revision =
                 (SELECT max(l.revision) FROM alert l WHERE l.id = a.id AND l.sealed IS NOT NULL)",
            [id.to_owned(), format!("{id}\u{7f}")],
        )
    }

    /// Returns what was sealed of everything that shows one of these numbers or ids.
    ///
    /// # Errors
    ///
    /// Returns an error when the database cannot be read.
    pub fn sealed_of(&self, shown: &BTreeSet<String>) -> Result<Vec<Sealed>, OutboxError> {
        self.sealed_where(&mentions(shown.len()), shown.iter().cloned())
    }

    fn sealed_where(
        &self,
        condition: &str,
        values: impl IntoIterator<Item = String>,
    ) -> Result<Vec<Sealed>, OutboxError> {
        let run = || {
            let mut statement = self.connection.prepare(&format!(
                "SELECT a.id, a.revision, a.sealed FROM alert a
                 WHERE a.sealed IS NOT NULL AND ({condition}) ORDER BY a.seq"
            ))?;
            let rows = statement.query_map(params_from_iter(values), |row| {
                Ok(Sealed { id: row.get(0)?, revision: row.get(1)?, octets: row.get(2)? })
            })?;
            rows.collect::<rusqlite::Result<Vec<Sealed>>>()
        };
        run().map_err(|error| OutboxError::Database { path: self.path.clone(), error })
    }
}

impl Outbox {
    /// Deletes everything that shows one of these numbers or ids, in whatever form and place, owed or
    /// not; returns how many revisions that was. The pages are overwritten and given back.
    ///
    /// # Errors
    ///
    /// Returns an error when the database cannot be written; nothing has happened then.
    pub fn erase(&mut self, shown: &BTreeSet<String>) -> Result<u64, OutboxError> {
        if shown.is_empty() {
            return Ok(0);
        }
        let run = || {
            let transaction = self.connection.unchecked_transaction()?;
            let condition = mentions(shown.len());
            let erased = transaction.execute(
                &format!("DELETE FROM alert AS a WHERE {condition}"),
                params_from_iter(shown),
            )?;
            let octets =
                transaction.query_row("SELECT coalesce(sum(octets), 0) FROM alert", [], |row| {
                    row.get(0)
                })?;
            transaction.commit()?;
            // Until the log is gone too, what was erased could still be read in it.
            self.connection.execute_batch("PRAGMA incremental_vacuum")?;
            self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
            Ok((u64::try_from(erased).unwrap_or(u64::MAX), count_of(octets)))
        };
        let (erased, octets) = run().map_err(|error| self.failed(error))?;
        self.octets = octets;
        Ok(erased)
    }
}

/// Returns a condition that holds for alerts `a` that show any of `count` values.
fn mentions(count: usize) -> String {
    let one = |n: usize| {
        format!(
            "a.subscriber = ?{n} OR a.imsi = ?{n} OR a.msisdn = ?{n} OR a.gt = ?{n} OR EXISTS
                 (SELECT 1 FROM body b WHERE b.seq = a.seq AND instr(b.json, '\"' || ?{n} || '\"') > 0)"
        )
    };
    (1..=count).map(one).collect::<Vec<_>>().join(" OR ")
}

#[cfg(test)]
mod tests {
    use super::super::{Body, Entry, Limits};
    use super::*;
    use crate::{config::Subscribers, engine::alert::Level};

    fn entry(id: &str, revision: u32, subscriber: &str, json: &str) -> Entry {
        Entry {
            id: id.into(),
            revision,
            at: 1,
            level: Level::High,
            rule_id: "r".into(),
            rule_name: "r".into(),
            title: "r".into(),
            outcome: "leaked".into(),
            summary: String::new(),
            subscriber: Some(subscriber.into()),
            imsi: None,
            msisdn: None,
            gt: Some("99926770041".into()),
            network: None,
            sealed: Some(vec![u8::try_from(revision).unwrap()]),
            bodies: vec![Body {
                form: Subscribers::Pseudonym,
                key: subscriber.into(),
                json: json.into(),
            }],
        }
    }

    #[test]
    fn a_person_is_forgotten_wherever_they_are_shown() {
        let dir = tempfile::tempdir().unwrap();
        let limits = Limits { octets: 1 << 30, age: u64::MAX, owed_age: u64::MAX };
        let mut outbox = Outbox::open(dir.path(), limits, &["file".to_owned()]).unwrap();
        let entries = [
            entry("a1", 0, "sub:1", r#"{"id":"sub:1"}"#),
            entry("a1", 1, "sub:1", r#"{"id":"sub:1"}"#),
            entry("a2", 0, "sub:2", r#"{"id":"sub:2","target":{"gt":"sub:1"}}"#),
            entry("a3", 0, "sub:12", r#"{"id":"sub:12"}"#),
        ];
        outbox.write(&entries, &[], 1).unwrap();
        let query = Query::open(dir.path()).unwrap();
        assert_eq!(query.sealed("a1").unwrap().len(), 1);
        assert_eq!(query.sealed("a1").unwrap()[0].octets, [1], "the last revision");
        assert_eq!(query.sealed("a").unwrap().len(), 3);
        let shown = BTreeSet::from(["sub:1".to_owned()]);
        assert_eq!(query.sealed_of(&shown).unwrap().len(), 3);
        assert_eq!(outbox.erase(&shown).unwrap(), 3);
        assert_eq!(outbox.erase(&shown).unwrap(), 0);
        assert_eq!(outbox.erase(&BTreeSet::new()).unwrap(), 0);
        let left = query.sealed("a").unwrap();
        assert_eq!(left.iter().map(|sealed| sealed.id.as_str()).collect::<Vec<_>>(), ["a3"]);
        drop((query, outbox));
        for file in std::fs::read_dir(dir.path()).unwrap() {
            let octets = std::fs::read(file.unwrap().path()).unwrap();
            let text = String::from_utf8_lossy(&octets);
            assert!(!text.contains("\"sub:1\"") && !text.contains("\"sub:2\""));
        }
    }
}
