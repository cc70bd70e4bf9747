//! A bounded map whose entries expire in the order of their deadlines.
//!
//! [`Shelf`] holds the entries and says which has to go, an index of hashes finds them. An entry
//! is in the index as long as it is on the shelf.

use core::{
    cell::Cell,
    hash::{BuildHasher, Hash},
};

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use picket_hw::Timestamp;

use super::shelf::{NONE, Shelf};

/// A bounded map with expiry.
#[derive(Debug)]
pub struct ExpiringTable<K, V> {
    index: HashTable<u32>,
    shelf: Shelf<(K, V)>,
    hasher: FixedState,
    /// The place found last: a message asks for its dialogue and its subscriber many times.
    last: Cell<u32>,
}

/// What an entry left behind when it went.
#[derive(Debug, Eq, PartialEq)]
pub struct Gone<K, V> {
    /// Its key.
    pub key: K,
    /// Its value.
    pub value: V,
    /// When it would have expired, or did.
    pub deadline: Timestamp,
}

impl<K: Eq + Hash + Clone, V> ExpiringTable<K, V> {
    /// Makes a table of at most `capacity` entries (at least one) whose class `i` lives
    /// `lifetimes[i]` nanoseconds after its last touch. Memory grows with use up to the capacity.
    #[must_use]
    pub fn new(capacity: usize, lifetimes: &[u64], seed: u64) -> Self {
        Self {
            index: HashTable::new(),
            shelf: Shelf::new(capacity, lifetimes),
            hasher: FixedState::with_seed(seed),
            last: Cell::new(NONE),
        }
    }

    /// Returns how many entries there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.shelf.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.shelf.len() == 0
    }

    /// Returns how many entries were pushed out for want of room.
    #[must_use]
    pub const fn evictions(&self) -> u64 {
        self.shelf.evictions()
    }

    /// Returns the value under `key`.
    #[must_use]
    pub fn get(&self, key: &K) -> Option<&V> {
        self.shelf.get(self.find(key)?).map(|(_, value)| value)
    }

    /// Returns the value under `key`, to change it.
    #[must_use]
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let at = self.find(key)?;
        self.shelf.get_mut(at).map(|(_, value)| value)
    }

    /// Puts a value under a key that is not there yet, or replaces the one that is; returns what
    /// was replaced or evicted.
    pub fn insert(&mut self, key: K, value: V, class: u8, now: Timestamp) -> Option<Gone<K, V>> {
        let hash = self.hasher.hash_one(&key);
        let gone = match self.find_hashed(&key, hash) {
            Some(at) => self.take_out(at),
            None => self.make_room(),
        };
        self.put(hash, key, value, class, now);
        gone
    }

    /// Moves an entry to the end of `class`, with a new deadline.
    pub fn touch(&mut self, key: &K, class: u8, now: Timestamp) {
        if let Some(at) = self.find(key) {
            self.shelf.touch(at, class, now);
        }
    }

    /// Returns the value under `key`, moved to the end of `class`; one that is not there is made.
    pub fn take_up(
        &mut self,
        key: K,
        class: u8,
        now: Timestamp,
        make: impl FnOnce() -> V,
    ) -> Option<&mut V> {
        let at = if let Some(at) = self.find(&key) {
            self.shelf.touch(at, class, now);
            at
        } else {
            self.make_room();
            let hash = self.hasher.hash_one(&key);
            self.put(hash, key, make(), class, now)
        };
        self.shelf.get_mut(at).map(|(_, value)| value)
    }

    /// Takes an entry out.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        self.find(key).and_then(|at| self.take_out(at)).map(|gone| gone.value)
    }

    /// Takes out the entry with the earliest deadline, if that is not after `now`. Among equal
    /// deadlines the lower class goes first, then the one touched first.
    pub fn expire(&mut self, now: Timestamp) -> Option<Gone<K, V>> {
        let (deadline, at) = self.shelf.earliest()?;
        (deadline <= now).then(|| self.take_out(at)).flatten()
    }

    /// Returns the earliest deadline.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.shelf.earliest().map(|(deadline, _)| deadline)
    }

    /// Iterates class by class, each in the order of last touch, with class and deadline.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V, u8, Timestamp)> {
        self.shelf.iter().map(|(_, (key, value), class, deadline)| (key, value, class, deadline))
    }

    /// Puts an entry back that [`Self::iter`] gave, in its order; an entry of a class there is not
    /// is left out. What finds no room pushes out, and returns, what was put back before it.
    pub fn put_back(
        &mut self,
        key: K,
        value: V,
        class: u8,
        deadline: Timestamp,
    ) -> Option<Gone<K, V>> {
        if !self.shelf.has_class(class) {
            return None;
        }
        let gone = self.insert(key, value, class, Timestamp::EPOCH);
        self.shelf.move_to(self.last.get(), class, deadline);
        gone
    }

    #[inline]
    fn find(&self, key: &K) -> Option<u32> {
        let last = self.last.get();
        if self.holds(last, key) {
            return Some(last);
        }
        let found = self.find_hashed(key, self.hasher.hash_one(key))?;
        self.last.set(found);
        Some(found)
    }

    #[inline]
    fn holds(&self, at: u32, key: &K) -> bool {
        self.shelf.get(at).is_some_and(|(known, _)| known == key)
    }

    fn find_hashed(&self, key: &K, hash: u64) -> Option<u32> {
        self.index.find(hash, |&at| self.holds(at, key)).copied()
    }

    fn put(&mut self, hash: u64, key: K, value: V, class: u8, now: Timestamp) -> u32 {
        let at = self.shelf.put((key, value), class, now);
        self.last.set(at);
        let (shelf, hasher) = (&self.shelf, &self.hasher);
        self.index.insert_unique(hash, at, |&at| hash_of(shelf, hasher, at));
        at
    }

    fn make_room(&mut self) -> Option<Gone<K, V>> {
        if !self.shelf.is_full() {
            return None;
        }
        let at = self.shelf.evict()?;
        self.take_out(at)
    }

    fn take_out(&mut self, at: u32) -> Option<Gone<K, V>> {
        let hash = hash_of(&self.shelf, &self.hasher, at);
        if let Ok(found) = self.index.find_entry(hash, |&known| known == at) {
            found.remove();
        }
        let ((key, value), deadline) = self.shelf.take(at)?;
        Some(Gone { key, value, deadline })
    }
}

fn hash_of<K: Hash, V>(shelf: &Shelf<(K, V)>, hasher: &FixedState, at: u32) -> u64 {
    shelf.get(at).map_or(0, |(key, _)| hasher.hash_one(key))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn at(nanos: u64) -> Timestamp {
        Timestamp::from_nanos(nanos)
    }

    #[test]
    fn entries_expire_in_the_order_of_their_deadlines() {
        let mut table = ExpiringTable::new(10, &[5, 50], 1);
        table.insert('a', 1, 1, at(0));
        table.insert('b', 2, 0, at(1));
        table.insert('c', 3, 0, at(2));
        table.touch(&'b', 0, at(4));
        assert_eq!(table.next_deadline(), Some(at(7)));
        assert_eq!(table.expire(at(6)), None);
        let mut order = Vec::new();
        while let Some(gone) = table.expire(at(100)) {
            order.push((gone.key, gone.deadline.nanos()));
        }
        assert_eq!(order, [('c', 7), ('b', 9), ('a', 50)]);
        assert!(table.is_empty());
    }

    #[test]
    fn a_full_table_forgets_the_first_class_first() {
        let mut table = ExpiringTable::new(2, &[5, 50], 1);
        table.insert('a', 1, 1, at(0));
        table.insert('b', 2, 0, at(1));
        assert_eq!(table.insert('c', 3, 1, at(2)).map(|gone| gone.key), Some('b'));
        assert_eq!(table.insert('d', 4, 1, at(3)).map(|gone| gone.key), Some('a'));
        assert_eq!((table.len(), table.evictions()), (2, 2));
        assert_eq!(table.insert('d', 5, 1, at(3)).map(|gone| gone.value), Some(4));
        assert_eq!(table.evictions(), 2);
    }

    #[test]
    fn what_is_put_back_expires_as_it_would_have() {
        let mut table = ExpiringTable::new(10, &[5, 50], 1);
        for (key, class) in [('a', 1), ('b', 0), ('c', 0), ('d', 1)] {
            table.insert(key, (), class, at(1));
        }
        table.touch(&'b', 0, at(3));
        let drain = |table: &mut ExpiringTable<char, ()>| -> Vec<_> {
            core::iter::from_fn(|| table.expire(at(100)))
                .map(|gone| (gone.key, gone.deadline.nanos()))
                .collect()
        };
        let (mut again, mut small) =
            (ExpiringTable::new(10, &[5, 50], 2), ExpiringTable::new(2, &[5, 50], 2));
        for (&key, (), class, deadline) in table.iter() {
            assert_eq!(again.put_back(key, (), class, deadline), None);
            small.put_back(key, (), class, deadline);
        }
        assert_eq!(drain(&mut again), [('c', 6), ('b', 8), ('a', 51), ('d', 51)]);
        assert_eq!(drain(&mut small), [('a', 51), ('d', 51)]);
    }

    proptest! {
        #[test]
        fn behaves_like_a_map(ops in proptest::collection::vec((0_u8..5, 0_u8..20, 0_u8..2), 0..300), seed in any::<u64>()) {
            let mut table = ExpiringTable::new(1000, &[u64::MAX, u64::MAX], seed);
            let mut model = BTreeMap::new();
            for (i, (op, key, class)) in ops.into_iter().enumerate() {
                match op {
                    0 | 1 => {
                        let old = table.insert(key, i, class, at(0)).map(|gone| gone.value);
                        prop_assert_eq!(old, model.insert(key, i));
                    }
                    4 => {
                        let value = table.take_up(key, class, at(0), || i).copied();
                        prop_assert_eq!(value, Some(*model.entry(key).or_insert(i)));
                    }
                    2 => prop_assert_eq!(table.remove(&key), model.remove(&key)),
                    _ => table.touch(&key, class, at(0)),
                }
                prop_assert_eq!(table.get(&key), model.get(&key));
                prop_assert_eq!(table.len(), model.len());
            }
        }
    }
}
