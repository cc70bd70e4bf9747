//! Bounded places for values that expire in the order of their deadlines.
//!
//! Invariants: at most `capacity` values; a value is in exactly one class list; the list of a class
//! is in the order of last touch, so its deadlines ascend, since all values of a class live equally
//! long and time does not run backwards. That makes every operation constant in cost. When full,
//! the value touched longest ago in the first class that has one makes room: callers put what
//! matters least in the first class. Evictions are counted. How a value is found is the business of
//! [`super::table`] and [`super::aliased`]; here it has the number of its place.

use picket_hw::Timestamp;

/// Places for values.
#[derive(Debug)]
pub(super) struct Shelf<V> {
    slots: Vec<Slot<V>>,
    free: u32,
    classes: Vec<Class>,
    capacity: usize,
    len: usize,
    evictions: u64,
}

#[derive(Debug)]
struct Class {
    lifetime: u64,
    head: u32,
    tail: u32,
}

#[derive(Debug)]
struct Slot<V> {
    value: Option<V>,
    deadline: Timestamp,
    /// The class in the bits that a place leaves free: there are millions of these.
    before_and_class: u32,
    after: u32,
}

impl<V> Slot<V> {
    const fn empty() -> Self {
        Self { value: None, deadline: Timestamp::EPOCH, before_and_class: NONE, after: NONE }
    }

    const fn class(&self) -> u8 {
        (self.before_and_class >> PLACE_BITS) as u8
    }

    const fn before(&self) -> u32 {
        self.before_and_class & NONE
    }

    const fn set_before(&mut self, before: u32) {
        self.before_and_class = self.before_and_class & !NONE | before;
    }

    fn set_class(&mut self, class: u8) {
        self.before_and_class = u32::from(class) << PLACE_BITS | self.before();
    }
}

impl<V> Shelf<V> {
    /// Octets a place takes.
    #[cfg(test)]
    pub(super) const PLACE: usize = size_of::<Slot<V>>();

    /// Makes room for `capacity` values (at least one, at most [`MOST`]) whose class `i` lives
    /// `lifetimes[i]` nanoseconds after its last touch. Memory grows with use.
    pub(super) fn new(capacity: usize, lifetimes: &[u64]) -> Self {
        let class = |&lifetime| Class { lifetime, head: NONE, tail: NONE };
        Self {
            slots: Vec::new(),
            free: NONE,
            classes: lifetimes.iter().map(class).collect(),
            capacity: capacity.clamp(1, MOST as usize),
            len: 0,
            evictions: 0,
        }
    }

    pub(super) const fn len(&self) -> usize {
        self.len
    }

    pub(super) const fn is_full(&self) -> bool {
        self.len >= self.capacity
    }

    pub(super) const fn evictions(&self) -> u64 {
        self.evictions
    }

    #[inline]
    pub(super) fn get(&self, at: u32) -> Option<&V> {
        self.slots.get(at as usize)?.value.as_ref()
    }

    /// Returns the deadlines of the values before and after one in the order of its class.
    pub(super) fn beside(&self, at: u32) -> [Option<Timestamp>; 2] {
        let Some(slot) = self.slots.get(at as usize) else { return [None; 2] };
        [slot.before(), slot.after].map(|at| self.slots.get(at as usize).map(|slot| slot.deadline))
    }

    #[inline]
    pub(super) fn get_mut(&mut self, at: u32) -> Option<&mut V> {
        self.slots.get_mut(at as usize)?.value.as_mut()
    }

    /// The place the next value gets, unless one is pushed out for it first.
    pub(super) fn next_place(&self) -> u32 {
        match self.free {
            NONE => u32::try_from(self.slots.len()).unwrap_or(NONE),
            free => free,
        }
    }

    /// Puts a value in and returns its place. The caller sees to it that there is room.
    pub(super) fn put(&mut self, value: V, class: u8, now: Timestamp) -> u32 {
        let deadline = self.deadline(class, now);
        let at = self.next_place();
        if at as usize >= self.slots.len() {
            self.slots.push(Slot::empty());
        } else if let Some(slot) = self.slots.get(at as usize) {
            self.free = slot.after;
        }
        self.fill(at, value, class, deadline);
        at
    }

    /// Puts a value back at the place it had, as the last of its class, with the deadline it had.
    /// Returns whether it was taken: not where the place is taken, or beyond the capacity.
    /// [`Self::settle`] comes after the last.
    pub(super) fn put_at(&mut self, at: u32, value: V, class: u8, deadline: Timestamp) -> bool {
        let index = at as usize;
        if index >= self.capacity || usize::from(class) >= self.classes.len() {
            return false;
        }
        while self.slots.len() <= index {
            self.slots.push(Slot::empty());
        }
        let free = self.slots.get(index).is_some_and(|slot| slot.value.is_none());
        if free {
            self.fill(at, value, class, deadline);
        }
        free
    }

    /// Puts a value at an empty place.
    fn fill(&mut self, at: u32, value: V, class: u8, deadline: Timestamp) {
        if let Some(slot) = self.slots.get_mut(at as usize) {
            (slot.value, slot.deadline) = (Some(value), deadline);
            self.len += 1;
            self.link(at, class);
        }
    }

    /// Notes which places are free, after values were put back.
    pub(super) fn settle(&mut self) {
        self.free = NONE;
        for (at, slot) in (0..).zip(&mut self.slots) {
            if slot.value.is_none() {
                slot.after = self.free;
                self.free = at;
            }
        }
    }

    /// Moves a value to the end of `class`, with a new deadline.
    pub(super) fn touch(&mut self, at: u32, class: u8, now: Timestamp) {
        let deadline = self.deadline(class, now);
        self.move_to(at, class, deadline);
    }

    /// As [`Self::touch`], unless that would put the deadline off by less than `grain`: a move writes
    /// to the places of both neighbours, which among millions are nowhere near.
    pub(super) fn touch_coarsely(&mut self, at: u32, class: u8, now: Timestamp, grain: u64) {
        let deadline = self.deadline(class, now);
        let fresh = self.slots.get(at as usize).is_some_and(|slot| {
            slot.class() == class && deadline.nanos().saturating_sub(slot.deadline.nanos()) < grain
        });
        if !fresh {
            self.move_to(at, class, deadline);
        }
    }

    /// Moves a value to the end of `class`, with a deadline that [`Self::iter`] told.
    pub(super) fn move_to(&mut self, at: u32, class: u8, deadline: Timestamp) {
        self.unlink(at);
        if let Some(slot) = self.slots.get_mut(at as usize).filter(|slot| slot.value.is_some()) {
            slot.deadline = deadline;
            self.link(at, class);
        }
    }

    /// Takes a value out; returns it with its deadline.
    pub(super) fn take(&mut self, at: u32) -> Option<(V, Timestamp)> {
        self.unlink(at);
        let slot = self.slots.get_mut(at as usize)?;
        let (value, deadline) = (slot.value.take()?, slot.deadline);
        self.free(at);
        Some((value, deadline))
    }

    /// Drops a value where it stands.
    pub(super) fn discard(&mut self, at: u32) {
        self.unlink(at);
        let Some(slot) = self.slots.get_mut(at as usize) else { return };
        if slot.value.is_some() {
            slot.value = None;
            self.free(at);
        }
    }

    /// Notes that a place is free.
    fn free(&mut self, at: u32) {
        let free = self.free;
        if let Some(slot) = self.slots.get_mut(at as usize) {
            slot.after = free;
            self.free = at;
            self.len -= 1;
        }
    }

    /// Returns the place of the value that has to go next, and counts that it does.
    pub(super) fn evict(&mut self) -> Option<u32> {
        let head = self.classes.iter().map(|class| class.head).find(|&head| head != NONE)?;
        self.evictions += 1;
        Some(head)
    }

    /// Returns the earliest deadline and its place. Among equal deadlines the lower class goes
    /// first, then the one touched first.
    pub(super) fn earliest(&self) -> Option<(Timestamp, u32)> {
        self.classes
            .iter()
            .filter_map(|class| Some((self.slots.get(class.head as usize)?.deadline, class.head)))
            .min_by_key(|&(deadline, _)| deadline)
    }

    /// Iterates class by class, each in the order of last touch, with class and deadline.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &V, u8, Timestamp)> {
        let chain = |class: &Class| {
            let next = |&at: &u32| self.slots.get(at as usize).map(|slot| slot.after);
            core::iter::successors(Some(class.head), next)
        };
        self.classes.iter().flat_map(chain).filter_map(|at| {
            let slot = self.slots.get(at as usize)?;
            Some((at, slot.value.as_ref()?, slot.class(), slot.deadline))
        })
    }

    /// Whether there is such a class.
    pub(super) fn has_class(&self, class: u8) -> bool {
        usize::from(class) < self.classes.len()
    }

    fn deadline(&self, class: u8, now: Timestamp) -> Timestamp {
        let lifetime = self.classes.get(usize::from(class)).map_or(0, |class| class.lifetime);
        Timestamp::from_nanos(now.nanos().saturating_add(lifetime))
    }

    fn link(&mut self, at: u32, class: u8) {
        let number = class;
        let Some(class) = self.classes.get_mut(usize::from(class)) else { return };
        let tail = class.tail;
        class.tail = at;
        if tail == NONE {
            class.head = at;
        }
        if let Some(slot) = self.slots.get_mut(at as usize) {
            slot.set_class(number);
            slot.set_before(tail);
            slot.after = NONE;
        }
        if let Some(slot) = self.slots.get_mut(tail as usize) {
            slot.after = at;
        }
    }

    fn unlink(&mut self, at: u32) {
        let Some(slot) = self.slots.get(at as usize).filter(|slot| slot.value.is_some()) else {
            return;
        };
        let (before, after) = (slot.before(), slot.after);
        if let Some(class) = self.classes.get_mut(usize::from(slot.class())) {
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
            slot.set_before(before);
        }
    }
}

/// The most places there may be: their numbers leave room for other bits in a word.
pub(super) const MOST: u32 = NONE;
/// Bits of a place.
pub(super) const PLACE_BITS: u32 = 25;
/// No place.
pub(super) const NONE: u32 = (1 << PLACE_BITS) - 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_place_needs_no_flag() {
        assert_eq!(size_of::<Slot<u64>>(), 32);
    }

    #[test]
    fn values_go_back_to_their_places() {
        let at = Timestamp::from_nanos;
        let mut shelf = Shelf::new(4, &[5, 50]);
        for (place, taken) in [(3, true), (1, true), (3, false), (4, false)] {
            assert_eq!(shelf.put_at(place, place, 0, at(9)), taken, "{place}");
        }
        assert!(!shelf.put_at(0, 0, 2, at(9)), "no such class");
        shelf.settle();
        assert_eq!((shelf.put(7, 0, at(1)), shelf.put(8, 0, at(1))), (2, 0));
        assert!(shelf.is_full());
        assert_eq!(shelf.evict(), Some(3));
        assert_eq!(shelf.take(3), Some((3, at(9))));
        assert_eq!((shelf.len(), shelf.evictions(), shelf.next_place()), (3, 1, 3));
    }
}
