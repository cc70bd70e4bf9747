//! A bounded table whose entries are found under several keys.
//!
//! A dialogue is known by two transaction ids, a subscriber by IMSI and MSISDN. Entries live in an
//! [`ExpiringTable`] under a number given at insertion; aliases point to that number. Invariant: an
//! alias points to an entry that is there and lists it, so aliases are bounded too.

use core::hash::{BuildHasher, Hash};

use arrayvec::ArrayVec;
use foldhash::fast::FixedState;
use hashbrown::HashTable;
use picket_hw::Timestamp;
use serde::{Serialize, de::DeserializeOwned};

use super::{
    keep::{Atlas, KeepError, Reader, Writer},
    table::{ExpiringTable, Gone},
};

/// A bounded table with aliases.
#[derive(Debug)]
pub struct Aliased<A, V> {
    entries: ExpiringTable<u64, Entry<A, V>>,
    aliases: HashTable<(A, u64)>,
    hasher: FixedState,
    inserted: u64,
}

#[derive(Debug)]
struct Entry<A, V> {
    aliases: ArrayVec<A, MAX_ALIASES>,
    value: V,
}

impl<A: Copy + Eq + Hash, V> Aliased<A, V> {
    /// Makes a table; see [`ExpiringTable::new`].
    #[must_use]
    pub fn new(capacity: usize, lifetimes: &[u64], seed: u64) -> Self {
        Self {
            entries: ExpiringTable::new(capacity, lifetimes, seed),
            aliases: HashTable::new(),
            hasher: FixedState::with_seed(seed),
            inserted: 0,
        }
    }

    /// Returns how many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Returns how many entries were pushed out for want of room.
    #[must_use]
    pub const fn evictions(&self) -> u64 {
        self.entries.evictions()
    }

    /// Returns the number of the entry known as `alias`.
    #[must_use]
    pub fn find(&self, alias: &A) -> Option<u64> {
        let hash = self.hasher.hash_one(alias);
        self.aliases.find(hash, |(known, _)| known == alias).map(|&(_, number)| number)
    }

    /// Returns an entry by its number.
    #[must_use]
    pub fn get(&self, number: u64) -> Option<&V> {
        self.entries.get(&number).map(|entry| &entry.value)
    }

    /// Returns an entry by its number, to change it.
    #[must_use]
    pub fn get_mut(&mut self, number: u64) -> Option<&mut V> {
        self.entries.get_mut(&number).map(|entry| &mut entry.value)
    }

    /// Adds an entry; returns its number, counted from 1, and what was pushed out for it.
    pub fn insert(&mut self, value: V, class: u8, now: Timestamp) -> (u64, Option<Gone<u64, V>>) {
        self.inserted += 1;
        let entry = Entry { aliases: ArrayVec::new(), value };
        let gone = self.entries.insert(self.inserted, entry, class, now);
        (self.inserted, gone.map(|gone| self.forget(gone)))
    }

    /// Lets `number` be found as `alias`; an entry that had the alias loses it. An entry has at
    /// most [`MAX_ALIASES`]; more are ignored.
    pub fn alias(&mut self, number: u64, alias: A) {
        match self.find(&alias) {
            Some(owner) if owner == number => return,
            Some(_) => self.unalias(&alias),
            None => {}
        }
        let Some(entry) = self.entries.get_mut(&number) else { return };
        if entry.aliases.try_push(alias).is_err() {
            return;
        }
        let hash = self.hasher.hash_one(alias);
        let hasher = &self.hasher;
        self.aliases.insert_unique(hash, (alias, number), |(known, _)| hasher.hash_one(known));
    }

    /// Takes an alias away from whatever has it.
    pub fn unalias(&mut self, alias: &A) {
        if let Some(number) = self.drop_alias(alias)
            && let Some(entry) = self.entries.get_mut(&number)
        {
            entry.aliases.retain(|known| known != alias);
        }
    }

    /// Gives an entry a new class and deadline.
    pub fn touch(&mut self, number: u64, class: u8, now: Timestamp) {
        self.entries.touch(&number, class, now);
    }

    /// Takes an entry out with its aliases.
    pub fn remove(&mut self, number: u64) -> Option<V> {
        let entry = self.entries.remove(&number)?;
        for alias in &entry.aliases {
            self.drop_alias(alias);
        }
        Some(entry.value)
    }

    /// Takes out the entry with the earliest deadline, if that is not after `now`.
    pub fn expire(&mut self, now: Timestamp) -> Option<Gone<u64, V>> {
        let gone = self.entries.expire(now)?;
        Some(self.forget(gone))
    }

    /// Returns the earliest deadline.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.entries.next_deadline()
    }

    /// Writes every entry with its number and names.
    pub fn save(&self, out: &mut Writer)
    where
        A: Serialize,
        V: Serialize,
    {
        out.put(&(self.inserted, self.entries.len()));
        for (number, entry, class, deadline) in self.entries.iter() {
            out.put(&(number, entry.aliases.as_slice(), &entry.value, class, deadline.nanos()));
        }
    }

    /// Reads what [`Self::save`] wrote into an empty table; `adopt` may change a value for the plan
    /// in force.
    ///
    /// # Errors
    ///
    /// Returns an error when it does not read.
    pub fn load(
        &mut self,
        saved: &mut Reader<'_>,
        mut adopt: impl FnMut(&mut V, &Atlas<'_>),
    ) -> Result<(), KeepError>
    where
        A: DeserializeOwned,
        V: DeserializeOwned,
    {
        let (inserted, count) = saved.take::<(u64, usize)>()?;
        self.inserted = inserted;
        for _ in 0..count {
            let (number, aliases, mut value, class, deadline) =
                saved.take::<(u64, Vec<A>, V, u8, u64)>()?;
            adopt(&mut value, saved.atlas());
            let entry = Entry { aliases: ArrayVec::new(), value };
            let deadline = Timestamp::from_nanos(deadline);
            if let Some(gone) = self.entries.put_back(number, entry, class, deadline) {
                self.forget(gone);
            }
            aliases.into_iter().for_each(|alias| self.alias(number, alias));
        }
        Ok(())
    }

    fn forget(&mut self, gone: Gone<u64, Entry<A, V>>) -> Gone<u64, V> {
        for alias in &gone.value.aliases {
            self.drop_alias(alias);
        }
        Gone { key: gone.key, value: gone.value.value, deadline: gone.deadline }
    }

    fn drop_alias(&mut self, alias: &A) -> Option<u64> {
        let hash = self.hasher.hash_one(alias);
        let found = self.aliases.find_entry(hash, |(known, _)| known == alias).ok()?;
        Some(found.remove().0.1)
    }
}

/// The most names an entry has.
pub const MAX_ALIASES: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_found_by_all_its_names_until_it_goes() {
        let now = Timestamp::from_nanos(0);
        let mut table = Aliased::new(2, &[10], 7);
        let (a, _) = table.insert("a", 0, now);
        table.alias(a, 1_u8);
        table.alias(a, 2);
        let (b, _) = table.insert("b", 0, now);
        table.alias(b, 2);
        assert_eq!((table.find(&1), table.find(&2), table.find(&3)), (Some(a), Some(b), None));
        let (_, gone) = table.insert("c", 0, now);
        assert_eq!(gone.map(|gone| gone.value), Some("a"));
        assert_eq!((table.find(&1), table.find(&2)), (None, Some(b)));
        assert_eq!(table.remove(b), Some("b"));
        assert_eq!(table.find(&2), None);
        assert_eq!(table.expire(Timestamp::from_nanos(10)).map(|gone| gone.value), Some("c"));
        assert!(table.is_empty());
        assert!(table.aliases.is_empty());
    }
}
