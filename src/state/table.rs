//! A bounded map whose entries expire in the order of their deadlines.
//!
//! Invariants: at most `capacity` entries; an entry is in the index and in exactly one class list;
//! the list of a class is in the order of last touch, so its deadlines ascend, since all entries of
//! a class live equally long and time does not run backwards. That makes insert, touch, remove and
//! expiry constant in cost. When full, the entry touched longest ago in the first class that has
//! one makes room: callers put what matters least in the first class. Evictions are counted.

use core::{
    cell::Cell,
    hash::{BuildHasher, Hash},
};

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use picket_hw::Timestamp;

/// A bounded map with expiry.
#[derive(Debug)]
pub struct ExpiringTable<K, V> {
    index: HashTable<u32>,
    slots: Vec<Slot<K, V>>,
    free: u32,
    classes: Vec<Class>,
    capacity: usize,
    hasher: FixedState,
    evictions: u64,
    /// The slot found last: a message asks for its dialogue and its subscriber many times.
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

#[derive(Debug)]
struct Class {
    lifetime: u64,
    head: u32,
    tail: u32,
}

#[derive(Debug)]
struct Slot<K, V> {
    entry: Option<Entry<K, V>>,
    before: u32,
    after: u32,
}

#[derive(Debug)]
struct Entry<K, V> {
    key: K,
    value: V,
    deadline: Timestamp,
    class: u8,
}

impl<K: Eq + Hash + Clone, V> ExpiringTable<K, V> {
    /// Makes a table of at most `capacity` entries (at least one) whose class `i` lives
    /// `lifetimes[i]` nanoseconds after its last touch. Memory grows with use up to the capacity.
    #[must_use]
    pub fn new(capacity: usize, lifetimes: &[u64], seed: u64) -> Self {
        Self {
            index: HashTable::new(),
            slots: Vec::new(),
            free: NONE,
            classes: lifetimes
                .iter()
                .map(|&lifetime| Class { lifetime, head: NONE, tail: NONE })
                .collect(),
            capacity: capacity.clamp(1, NONE as usize - 1),
            hasher: FixedState::with_seed(seed),
            evictions: 0,
            last: Cell::new(NONE),
        }
    }

    /// Returns how many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// Returns how many entries were pushed out for want of room.
    #[must_use]
    pub const fn evictions(&self) -> u64 {
        self.evictions
    }

    /// Returns the value under `key`.
    #[must_use]
    pub fn get(&self, key: &K) -> Option<&V> {
        self.slots.get(self.find(key)? as usize)?.entry.as_ref().map(|entry| &entry.value)
    }

    /// Returns the value under `key`, to change it.
    #[must_use]
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let slot = self.find(key)? as usize;
        self.slots.get_mut(slot)?.entry.as_mut().map(|entry| &mut entry.value)
    }

    /// Puts a value under a key that is not there yet, or replaces the one that is; returns what
    /// was replaced or evicted.
    pub fn insert(&mut self, key: K, value: V, class: u8, now: Timestamp) -> Option<Gone<K, V>> {
        let hash = self.hasher.hash_one(&key);
        let mut gone = self.find_hashed(&key, hash).and_then(|at| self.take_out(at));
        if gone.is_none() && self.index.len() >= self.capacity {
            gone = self.evict();
        }
        let deadline = self.deadline(class, now);
        let at = self.take_slot(Entry { key, value, deadline, class });
        self.link(at, class);
        self.last.set(at);
        let (slots, hasher) = (&self.slots, &self.hasher);
        self.index.insert_unique(hash, at, |&i| hash_of(slots, hasher, i));
        gone
    }

    /// Moves an entry to the end of `class`, with a new deadline.
    pub fn touch(&mut self, key: &K, class: u8, now: Timestamp) {
        let Some(at) = self.find(key) else { return };
        self.unlink(at);
        let deadline = self.deadline(class, now);
        if let Some(entry) = self.slots.get_mut(at as usize).and_then(|slot| slot.entry.as_mut()) {
            entry.class = class;
            entry.deadline = deadline;
        }
        self.link(at, class);
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
            self.unlink(at);
            at
        } else {
            if self.index.len() >= self.capacity {
                self.evict();
            }
            let hash = self.hasher.hash_one(&key);
            let at = self.take_slot(Entry { key, value: make(), deadline: now, class });
            let (slots, hasher) = (&self.slots, &self.hasher);
            self.index.insert_unique(hash, at, |&i| hash_of(slots, hasher, i));
            at
        };
        let deadline = self.deadline(class, now);
        self.link(at, class);
        let entry = self.slots.get_mut(at as usize)?.entry.as_mut()?;
        (entry.class, entry.deadline) = (class, deadline);
        Some(&mut entry.value)
    }

    /// Takes an entry out.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        self.find(key).and_then(|at| self.take_out(at)).map(|gone| gone.value)
    }

    /// Takes out the entry with the earliest deadline, if that is not after `now`. Among equal
    /// deadlines the lower class goes first, then the one touched first.
    pub fn expire(&mut self, now: Timestamp) -> Option<Gone<K, V>> {
        let (deadline, at) = self.earliest()?;
        (deadline <= now).then(|| self.take_out(at)).flatten()
    }

    /// Returns the earliest deadline.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.earliest().map(|(deadline, _)| deadline)
    }

    /// Iterates class by class, each in the order of last touch, with class and deadline.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V, u8, Timestamp)> {
        let chain = |class: &Class| {
            let next = |&at: &u32| self.slots.get(at as usize).map(|slot| slot.after);
            core::iter::successors(Some(class.head), next)
        };
        self.classes.iter().flat_map(chain).filter_map(|at| {
            let entry = self.slots.get(at as usize)?.entry.as_ref()?;
            Some((&entry.key, &entry.value, entry.class, entry.deadline))
        })
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
        if usize::from(class) >= self.classes.len() {
            return None;
        }
        let gone = self.insert(key, value, class, Timestamp::EPOCH);
        // It is the last of its class now.
        let at = self.classes.get(usize::from(class)).map_or(NONE, |class| class.tail);
        let at = self.slots.get_mut(at as usize);
        if let Some(entry) = at.and_then(|slot| slot.entry.as_mut()) {
            entry.deadline = deadline;
        }
        gone
    }

    fn earliest(&self) -> Option<(Timestamp, u32)> {
        self.classes
            .iter()
            .filter_map(|class| {
                let entry = self.slots.get(class.head as usize)?.entry.as_ref()?;
                Some((entry.deadline, class.head))
            })
            .min_by_key(|&(deadline, _)| deadline)
    }

    fn deadline(&self, class: u8, now: Timestamp) -> Timestamp {
        let lifetime = self.classes.get(usize::from(class)).map_or(0, |class| class.lifetime);
        Timestamp::from_nanos(now.nanos().saturating_add(lifetime))
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
        let entry = self.slots.get(at as usize).and_then(|slot| slot.entry.as_ref());
        entry.is_some_and(|entry| entry.key == *key)
    }

    fn find_hashed(&self, key: &K, hash: u64) -> Option<u32> {
        self.index.find(hash, |&at| self.holds(at, key)).copied()
    }

    fn evict(&mut self) -> Option<Gone<K, V>> {
        let head = self.classes.iter().map(|class| class.head).find(|&head| head != NONE)?;
        self.evictions += 1;
        self.take_out(head)
    }

    fn take_out(&mut self, at: u32) -> Option<Gone<K, V>> {
        self.unlink(at);
        let hash = hash_of(&self.slots, &self.hasher, at);
        if let Ok(found) = self.index.find_entry(hash, |&i| i == at) {
            found.remove();
        }
        let free = self.free;
        let slot = self.slots.get_mut(at as usize)?;
        let Entry { key, value, deadline, class: _ } = slot.entry.take()?;
        slot.after = free;
        self.free = at;
        Some(Gone { key, value, deadline })
    }

    fn take_slot(&mut self, entry: Entry<K, V>) -> u32 {
        let at = self.free;
        if let Some(slot) = self.slots.get_mut(at as usize) {
            self.free = slot.after;
            slot.entry = Some(entry);
            return at;
        }
        let at = u32::try_from(self.slots.len()).unwrap_or(NONE);
        self.slots.push(Slot { entry: Some(entry), before: NONE, after: NONE });
        at
    }

    fn link(&mut self, at: u32, class: u8) {
        let Some(class) = self.classes.get_mut(usize::from(class)) else { return };
        let tail = class.tail;
        class.tail = at;
        if tail == NONE {
            class.head = at;
        }
        if let Some(slot) = self.slots.get_mut(at as usize) {
            slot.before = tail;
            slot.after = NONE;
        }
        if let Some(slot) = self.slots.get_mut(tail as usize) {
            slot.after = at;
        }
    }

    fn unlink(&mut self, at: u32) {
        let Some(slot) = self.slots.get(at as usize) else { return };
        let Some(class) = slot.entry.as_ref().map(|entry| usize::from(entry.class)) else { return };
        let (before, after) = (slot.before, slot.after);
        if let Some(class) = self.classes.get_mut(class) {
            if class.head == at {
                class.head = after;
            }
            if class.tail == at {
                class.tail = before;
            }
        }
        if let Some(slot) = self.slots.get_mut(before as usize) {
            slot.after = after;
        }
        if let Some(slot) = self.slots.get_mut(after as usize) {
            slot.before = before;
        }
    }
}

fn hash_of<K: Hash, V>(slots: &[Slot<K, V>], hasher: &FixedState, at: u32) -> u64 {
    let entry = slots.get(at as usize).and_then(|slot| slot.entry.as_ref());
    entry.map_or(0, |entry| hasher.hash_one(&entry.key))
}

/// No slot.
const NONE: u32 = u32::MAX;

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
