//! A bounded table whose entries are found under several names.
//!
//! A dialogue is known by two transaction ids, a subscriber by IMSI and MSISDN. The names are part
//! of the value ([`Named`]), so they are stored once: an index of hashes points to the place of an
//! entry and to which of its names is meant. An entry's number never comes again; it contains the
//! place, so that whoever has the number needs no search.
//!
//! Invariants: the index has an item for each name an entry holds, and for no other. A name that is
//! held does not change: take it away with [`Aliased::unname`], change the value, name it anew.

use core::hash::{BuildHasher, Hash};

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use picket_hw::Timestamp;
use serde::{Serialize, de::DeserializeOwned};

use super::{
    keep::{Atlas, KeepError, Reader, Writer},
    shelf::{NONE, PLACE_BITS, Shelf},
    table::Gone,
};

/// A value that knows its names.
pub trait Named {
    /// What names are compared by.
    type Name: Copy + Eq + Hash;

    /// Returns a name by its number, below [`MAX_NAMES`].
    fn name(&self, which: u8) -> Option<Self::Name>;
}

/// A bounded table with names.
#[derive(Debug)]
pub struct Aliased<V> {
    shelf: Shelf<Entry<V>>,
    /// Place, then two bits that say which name.
    names: HashTable<u32>,
    hasher: FixedState,
    inserted: u64,
}

/// Where an entry may stand.
#[derive(Clone, Copy, Debug)]
pub struct Whereabouts(u32);

impl Default for Whereabouts {
    fn default() -> Self {
        Self(NONE)
    }
}

#[derive(Debug)]
struct Entry<V> {
    /// The number with, in place of the place, which the entry has anyway, a bit for each name that
    /// is held.
    tag: u64,
    value: V,
}

impl<V> Entry<V> {
    /// Whether this is the entry of that number, given that it is at its place.
    const fn is(&self, number: u64) -> bool {
        serial(self.tag) == serial(number)
    }

    const fn number(&self, at: u32) -> u64 {
        serial(self.tag) << PLACE_BITS | at as u64
    }

    const fn holds(&self, which: u8) -> bool {
        self.tag & (1 << which) != 0
    }
}

impl<V: Named> Aliased<V> {
    /// Makes a table; see [`ExpiringTable::new`](super::table::ExpiringTable::new).
    #[must_use]
    pub fn new(capacity: usize, lifetimes: &[u64], seed: u64) -> Self {
        Self {
            shelf: Shelf::new(capacity, lifetimes),
            names: HashTable::new(),
            hasher: FixedState::with_seed(seed),
            inserted: 0,
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

    /// Returns the number of the entry that holds a name.
    #[must_use]
    pub fn find(&self, name: &V::Name) -> Option<u64> {
        let at = *self.names.find(self.hasher.hash_one(name), |&at| self.is(at, name))?;
        self.shelf.get(at >> NAME_BITS).map(|entry| entry.number(at >> NAME_BITS))
    }

    /// Says where the entry of a name stands, by the index alone: at the place told if anywhere. For
    /// [`Self::glance`], which reads the place.
    #[must_use]
    pub fn whereabouts(&self, name: &V::Name) -> Whereabouts {
        let hash = self.hasher.hash_one(name);
        let mut first = NONE;
        self.names.find(hash, |&at| {
            first = at >> NAME_BITS;
            true
        });
        Whereabouts(first)
    }

    /// Reads what stands at a place with its number, and the entries that expire before and after it.
    /// It may be another's by now, or have been from the start.
    #[must_use]
    pub fn glance(&self, at: Whereabouts) -> Option<(u64, &V)> {
        let entry = self.shelf.get(at.0)?;
        core::hint::black_box(self.shelf.beside(at.0));
        Some((entry.number(at.0), &entry.value))
    }

    /// Returns an entry by its number.
    #[must_use]
    pub fn get(&self, number: u64) -> Option<&V> {
        let entry = self.shelf.get(place(number))?;
        entry.is(number).then_some(&entry.value)
    }

    /// Returns an entry by its number, to change it; not the names it holds.
    #[must_use]
    pub fn get_mut(&mut self, number: u64) -> Option<&mut V> {
        self.entry(number).map(|entry| &mut entry.value)
    }

    /// Adds an entry, without a name; returns its number, greater than any before, and what was
    /// pushed out for it.
    pub fn insert(&mut self, value: V, class: u8, now: Timestamp) -> (u64, Option<Gone<u64, V>>) {
        let gone = if self.shelf.is_full() { self.shelf.evict() } else { None };
        let gone = gone.and_then(|at| self.take_out(at));
        self.inserted += 1;
        let number = self.inserted << PLACE_BITS | u64::from(self.shelf.next_place());
        self.shelf.put(Entry { tag: serial(number) << PLACE_BITS, value }, class, now);
        (number, gone)
    }

    /// Lets an entry be found by one of its names; another that held it loses it.
    pub fn name(&mut self, number: u64, which: u8) {
        let Some(name) = self.get(number).and_then(|value| value.name(which)) else { return };
        self.unname(&name);
        let Some(entry) = self.entry(number) else { return };
        entry.tag |= 1 << which;
        let (shelf, hasher) = (&self.shelf, &self.hasher);
        let at = place(number) << NAME_BITS | u32::from(which);
        let hash = hasher.hash_one(name);
        self.names.insert_unique(hash, at, |&at| hash_of(shelf, hasher, at));
    }

    /// Takes a name away from whatever holds it.
    pub fn unname(&mut self, name: &V::Name) {
        let hash = self.hasher.hash_one(name);
        let shelf = &self.shelf;
        let held = |&at: &u32| is(shelf, at, name);
        let Ok(found) = self.names.find_entry(hash, held) else { return };
        let (at, _) = found.remove();
        if let Some(entry) = self.shelf.get_mut(at >> NAME_BITS) {
            entry.tag &= !(1 << which(at));
        }
    }

    /// Gives an entry a new class and deadline.
    pub fn touch(&mut self, number: u64, class: u8, now: Timestamp) {
        if self.get(number).is_some() {
            self.shelf.touch(place(number), class, now);
        }
    }

    /// As [`Self::touch`], unless the deadline would be put off by less than `grain` nanoseconds.
    pub fn touch_coarsely(&mut self, number: u64, class: u8, now: Timestamp, grain: u64) {
        if self.get(number).is_some() {
            self.shelf.touch_coarsely(place(number), class, now, grain);
        }
    }

    /// Takes an entry out with its names.
    pub fn remove(&mut self, number: u64) -> Option<V> {
        self.get(number)?;
        self.take_out(place(number)).map(|gone| gone.value)
    }

    /// Takes an entry out with its names, without moving it; returns whether it was there.
    pub fn discard(&mut self, number: u64) -> bool {
        let known = self.get(number).is_some();
        if known {
            self.unname_all(place(number));
            self.shelf.discard(place(number));
        }
        known
    }

    /// Takes out the entry with the earliest deadline, if that is not after `now`.
    pub fn expire(&mut self, now: Timestamp) -> Option<Gone<u64, V>> {
        let (deadline, at) = self.shelf.earliest()?;
        (deadline <= now).then(|| self.take_out(at)).flatten()
    }

    /// Returns the earliest deadline.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.shelf.earliest().map(|(deadline, _)| deadline)
    }

    /// Writes every entry with its number and which names it holds.
    pub fn save(&self, out: &mut Writer)
    where
        V: Serialize,
    {
        out.put(&(self.inserted, self.len()));
        for (at, entry, class, deadline) in self.shelf.iter() {
            let held =
                (0..MAX_NAMES).filter(|&which| entry.holds(which)).fold(0_u8, |a, b| a | 1 << b);
            out.put(&(entry.number(at), held, &entry.value, class, deadline.nanos()));
        }
    }

    /// Reads what [`Self::save`] wrote into an empty table; `adopt` may change a value for the plan
    /// in force. What has its place beyond the capacity in force is left out.
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
        V: DeserializeOwned,
    {
        let (inserted, count) = saved.take::<(u64, usize)>()?;
        self.inserted = inserted;
        for _ in 0..count {
            let (number, held, mut value, class, deadline) =
                saved.take::<(u64, u8, V, u8, u64)>()?;
            adopt(&mut value, saved.atlas());
            let (entry, deadline) = (
                Entry { tag: serial(number) << PLACE_BITS, value },
                Timestamp::from_nanos(deadline),
            );
            if self.shelf.put_at(place(number), entry, class, deadline) {
                let held = (0..MAX_NAMES).filter(|which| held & (1 << which) != 0);
                held.for_each(|which| self.name(number, which));
            }
        }
        self.shelf.settle();
        Ok(())
    }

    fn entry(&mut self, number: u64) -> Option<&mut Entry<V>> {
        self.shelf.get_mut(place(number)).filter(|entry| entry.is(number))
    }

    fn take_out(&mut self, at: u32) -> Option<Gone<u64, V>> {
        self.unname_all(at);
        let (entry, deadline) = self.shelf.take(at)?;
        Some(Gone { key: entry.number(at), value: entry.value, deadline })
    }

    fn unname_all(&mut self, at: u32) {
        let held = |this: &Self, which| this.shelf.get(at).is_some_and(|entry| entry.holds(which));
        for which in 0..MAX_NAMES {
            if !held(self, which) {
                continue;
            }
            let item = at << NAME_BITS | u32::from(which);
            let hash = hash_of(&self.shelf, &self.hasher, item);
            if let Ok(found) = self.names.find_entry(hash, |&known| known == item) {
                found.remove();
            }
        }
    }

    #[inline]
    fn is(&self, at: u32, name: &V::Name) -> bool {
        is(&self.shelf, at, name)
    }
}

/// Returns the order in which an entry came: 1 for the first, whatever its place. 25 bits of place
/// leave 39 for it: 10,000 new entries a second for a year and a half.
#[must_use]
pub const fn serial(number: u64) -> u64 {
    number >> PLACE_BITS
}

#[expect(clippy::cast_possible_truncation, reason = "the upper bits are masked out")]
const fn place(number: u64) -> u32 {
    (number & NONE as u64) as u32
}

#[expect(clippy::cast_possible_truncation, reason = "two bits")]
const fn which(at: u32) -> u8 {
    (at & (MAX_NAMES as u32 - 1)) as u8
}

#[inline]
fn is<V: Named>(shelf: &Shelf<Entry<V>>, at: u32, name: &V::Name) -> bool {
    let entry = shelf.get(at >> NAME_BITS);
    entry.and_then(|entry| entry.value.name(which(at))).is_some_and(|known| known == *name)
}

fn hash_of<V: Named>(shelf: &Shelf<Entry<V>>, hasher: &FixedState, at: u32) -> u64 {
    let entry = shelf.get(at >> NAME_BITS);
    entry.and_then(|entry| entry.value.name(which(at))).map_or(0, |name| hasher.hash_one(name))
}

/// The most names an entry has.
pub const MAX_NAMES: u8 = 1 << NAME_BITS;
const NAME_BITS: u32 = 2;

#[cfg(test)]
mod tests {
    use super::*;

    impl Named for (&str, [u8; 2]) {
        type Name = u8;

        fn name(&self, which: u8) -> Option<u8> {
            self.1.get(usize::from(which)).copied()
        }
    }

    #[test]
    fn what_there_are_millions_of_is_small() {
        use crate::state::{dialogue::Dialogue, subscriber::Subscriber};

        // Octets. Ten million subscribers and a million dialogues are to fit into 2 GB.
        println!("{} {}", Shelf::<Entry<Subscriber>>::PLACE, Shelf::<Entry<Dialogue>>::PLACE);
        const { assert!(Shelf::<Entry<Subscriber>>::PLACE <= 104) };
        const { assert!(Shelf::<Entry<Dialogue>>::PLACE <= 600) };
    }

    #[test]
    fn an_entry_is_found_by_all_its_names_until_it_goes() {
        let now = Timestamp::from_nanos(0);
        let mut table = Aliased::new(2, &[10], 7);
        let (a, _) = table.insert(("a", [1, 2]), 0, now);
        table.name(a, 0);
        table.name(a, 1);
        let (b, _) = table.insert(("b", [2, 5]), 0, now);
        table.name(b, 0);
        assert_eq!((table.find(&1), table.find(&2), table.find(&3)), (Some(a), Some(b), None));
        assert_eq!(table.find(&5), None, "a name it has and does not hold");
        let (c, gone) = table.insert(("c", [8, 9]), 0, now);
        assert_eq!(gone.map(|gone| gone.value.0), Some("a"));
        assert_eq!((table.get(a), table.get(c).map(|c| c.0)), (None, Some("c")), "same place");
        assert_eq!((serial(a), serial(b), serial(c)), (1, 2, 3));
        assert_eq!((table.find(&1), table.find(&2)), (None, Some(b)));
        assert_eq!(table.remove(b).map(|b| b.0), Some("b"));
        assert_eq!(table.find(&2), None);
        assert_eq!(table.expire(Timestamp::from_nanos(10)).map(|gone| gone.value.0), Some("c"));
        assert!(table.is_empty());
        assert!(table.names.is_empty());
    }

    #[test]
    fn a_glance_sees_what_a_name_finds() {
        let now = Timestamp::from_nanos(0);
        let mut table = Aliased::new(100, &[10], 7);
        let names = 0..100_u8;
        for name in names.clone() {
            let (number, _) = table.insert(("it", [name, name + 100]), 0, now);
            table.name(number, 0);
            table.name(number, 1);
        }
        // The index may name another's place when the hashes of two are alike: then it is no harm, and
        // never where the name is held by nobody else.
        let seen = |table: &Aliased<(&str, [u8; 2])>, name| {
            let at = table.whereabouts(&name);
            table.glance(at).map(|(number, _)| number)
        };
        let same = names.chain(100..200).filter(|name| {
            let found = table.find(name);
            found.is_some() && seen(&table, *name) == found
        });
        assert!(same.count() >= 195);
        assert_eq!(seen(&Aliased::new(1, &[10], 7), 1), None, "nothing is there");
    }

    #[test]
    fn what_is_discarded_is_gone_as_if_it_was_removed() {
        let now = Timestamp::from_nanos(0);
        let mut tables = [Aliased::new(3, &[10], 7), Aliased::new(3, &[10], 7)];
        for step in 0..60_u8 {
            let [removed, discarded] = &mut tables;
            for table in [&mut *removed, &mut *discarded] {
                let (number, _) = table.insert(("it", [step, step + 100]), 0, now);
                table.name(number, step % 2);
            }
            // Every third goes at once, every fifth a while later, some never: those are pushed out.
            for gone in
                [Some(step).filter(|_| step % 3 == 0), step.checked_sub(2), step.checked_sub(5)]
                    .into_iter()
                    .flatten()
                    .filter(|gone| gone % 5 != 1)
            {
                let name = gone + 100 * (gone % 2);
                let number = removed.find(&name);
                assert_eq!(discarded.find(&name), number, "{step}");
                let Some(number) = number else { continue };
                assert!(removed.remove(number).is_some());
                assert!(discarded.discard(number));
                assert!(!discarded.discard(number), "once");
            }
            let told = |table: &Aliased<(&str, [u8; 2])>| {
                let held: Vec<_> = (0..200).filter_map(|name| table.find(&name)).collect();
                (held, table.len(), table.evictions(), table.next_deadline(), table.names.len())
            };
            assert_eq!(told(removed), told(discarded), "{step}");
        }
        assert!(tables[0].evictions() > 0 && tables[0].evictions() < 30);
    }
}
