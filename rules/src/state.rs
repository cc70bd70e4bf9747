//! What correlations remember: one bounded table of windows, owned by the caller.
//!
//! A window belongs to a rule, by the hash of its content, and to a group, by a 128-bit hash of the
//! group's values. Installing rules anew therefore keeps the windows of rules that did not change.
//!
//! The table holds at most its capacity in windows, and sixteen times that in events. When it is
//! full, the rule with the most windows gives up the one it touched least recently: whoever floods
//! one rule with groups evicts that rule's groups and no others. Windows that have run out are
//! taken first and are not counted as evicted.

use core::{
    fmt,
    hash::{BuildHasher, Hasher},
};

use foldhash::quality::FixedState;
use hashbrown::HashTable;

use crate::{
    schema::Field,
    value::Value,
    window::{Entry, Keeping, Window},
};

/// The memory of correlations.
pub struct RuleState {
    pub(crate) seed: u64,
    capacity: usize,
    /// Positions in `slots`, by the hash of rule and group.
    table: HashTable<u32>,
    pub(crate) slots: Vec<Slot>,
    free: Vec<u32>,
    /// One list for each rule, most recently touched first.
    chains: Vec<Chain>,
    entries: usize,
    evictions: u64,
    pub(crate) scratch: Vec<u64>,
}

impl fmt::Debug for RuleState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RuleState")
            .field("windows", &self.len())
            .field("capacity", &self.capacity)
            .field("evictions", &self.evictions)
            .finish_non_exhaustive()
    }
}

pub(crate) struct Slot {
    pub(crate) rule: u64,
    pub(crate) group: u128,
    pub(crate) window: Window,
    chain: u32,
    newer: Option<u32>,
    older: Option<u32>,
}

struct Chain {
    rule: u64,
    newest: Option<u32>,
    oldest: Option<u32>,
    length: usize,
}

/// How a rule wants its windows kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    pub(crate) rule: u64,
    pub(crate) keeping: Keeping,
    pub(crate) keep: usize,
    pub(crate) timespan: u64,
}

impl RuleState {
    /// Returns an empty state for at most `capacity` windows, one for each rule and group.
    #[must_use]
    pub fn new(capacity: usize, seed: u64) -> Self {
        let capacity = capacity.clamp(1, MAX_CAPACITY);
        Self {
            seed,
            capacity,
            table: HashTable::with_capacity(capacity),
            slots: Vec::with_capacity(capacity),
            free: Vec::new(),
            chains: Vec::new(),
            entries: 0,
            evictions: 0,
            scratch: Vec::new(),
        }
    }

    /// Returns how many windows have been given up to make room. While it grows, groups are being
    /// forgotten before their time.
    #[must_use]
    pub fn evictions(&self) -> u64 {
        self.evictions
    }

    /// Returns the number of windows held.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether no window is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// Adds an event to a window; `false` when it came too late for it.
    pub(crate) fn add(&mut self, terms: &Terms, group: u128, entry: Entry) -> bool {
        let Some(at) = self.find(terms, group, entry.at) else { return false };
        let Some(slot) = self.slots.get_mut(index(at)) else { return false };
        let before = slot.window.entries().len();
        let accepted = slot.window.add(entry, terms.keeping, terms.keep, terms.timespan);
        let after = slot.window.entries().len();
        self.entries = (self.entries + after).saturating_sub(before);
        self.unlink(at);
        self.link(at);
        while self.entries > self.capacity.saturating_mul(ENTRIES) && self.evict(Some(at)) {}
        accepted
    }

    /// Returns the window of a rule and group, if there is one.
    pub(crate) fn window(&self, rule: u64, group: u128) -> Option<&Window> {
        let found = self.table.find(key(rule, group), |&at| {
            self.slots.get(index(at)).is_some_and(|slot| slot.rule == rule && slot.group == group)
        })?;
        self.slots.get(index(*found)).map(|slot| &slot.window)
    }

    /// Drops the windows of rules not in `rules`, which must be sorted.
    pub(crate) fn retain(&mut self, rules: &[u64]) {
        let gone: Vec<u32> = self
            .chains
            .iter()
            .filter(|chain| rules.binary_search(&chain.rule).is_err())
            .flat_map(|chain| self.walk(chain))
            .collect();
        for at in gone {
            self.remove(at);
        }
    }

    /// Puts a window back as it was saved, as the most recently touched of its rule.
    pub(crate) fn restore(&mut self, rule: u64, group: u128, entries: &[Entry]) {
        let terms = Terms { rule, keeping: Keeping::Events, keep: usize::MAX, timespan: u64::MAX };
        for entry in entries {
            self.add(&terms, group, *entry);
        }
    }

    /// Iterates over the windows, rule by rule, least recently touched first.
    pub(crate) fn in_order(&self) -> impl Iterator<Item = &Slot> {
        let order = self.chains.iter().flat_map(|chain| self.walk(chain));
        order.filter_map(|at| self.slots.get(index(at)))
    }

    fn walk(&self, chain: &Chain) -> impl Iterator<Item = u32> {
        core::iter::successors(chain.oldest, |&at| self.slots.get(index(at))?.newer)
    }

    /// Returns the slot of a rule and group, a new one if need be.
    fn find(&mut self, terms: &Terms, group: u128, now: u64) -> Option<u32> {
        let hash = key(terms.rule, group);
        let slots = &self.slots;
        let found = self.table.find(hash, |&at| {
            slots.get(index(at)).is_some_and(|slot| slot.rule == terms.rule && slot.group == group)
        });
        if let Some(&at) = found {
            return Some(at);
        }
        let chain = self.chain(terms.rule);
        self.expire(chain, now.saturating_sub(terms.timespan));
        while self.table.len() >= self.capacity && self.evict(None) {}
        let at = match self.free.pop() {
            Some(at) => at,
            None => {
                let at = u32::try_from(self.slots.len()).ok()?;
                self.slots.push(Slot {
                    rule: 0,
                    group: 0,
                    window: Window::default(),
                    chain: 0,
                    newer: None,
                    older: None,
                });
                at
            }
        };
        let slot = self.slots.get_mut(index(at))?;
        (slot.rule, slot.group, slot.chain) = (terms.rule, group, chain);
        self.link(at);
        let slots = &self.slots;
        self.table.insert_unique(hash, at, |&at| {
            slots.get(index(at)).map_or(0, |slot| key(slot.rule, slot.group))
        });
        Some(at)
    }

    /// Frees at most two windows of a rule that have run out, oldest first.
    fn expire(&mut self, chain: u32, cutoff: u64) {
        for _ in 0..2 {
            let oldest = self.chains.get(index(chain)).and_then(|chain| chain.oldest);
            let Some(at) = oldest else { return };
            let Some(slot) = self.slots.get(index(at)) else { return };
            if slot.window.last_at() >= cutoff {
                return;
            }
            self.remove(at);
        }
    }

    /// Gives up a window other than `spare` of the rule with the most windows; `false` when there
    /// is none.
    fn evict(&mut self, spare: Option<u32>) -> bool {
        // The first of the longest, so that the choice does not depend on the order of anything
        // but the rules' first matches.
        let mut longest: Option<&Chain> = None;
        for chain in &self.chains {
            if longest.is_none_or(|best| chain.length > best.length) {
                longest = Some(chain);
            }
        }
        let Some(at) = longest.and_then(|chain| chain.oldest) else { return false };
        if Some(at) == spare {
            return false;
        }
        self.remove(at);
        self.evictions += 1;
        true
    }

    fn remove(&mut self, at: u32) {
        self.unlink(at);
        let Some(slot) = self.slots.get_mut(index(at)) else { return };
        let hash = key(slot.rule, slot.group);
        self.entries = self.entries.saturating_sub(slot.window.entries().len());
        slot.window.clear();
        if let Ok(found) = self.table.find_entry(hash, |&other| other == at) {
            found.remove();
        }
        self.free.push(at);
    }

    fn chain(&mut self, rule: u64) -> u32 {
        let found = self.chains.iter().position(|chain| chain.rule == rule);
        let position = found.unwrap_or_else(|| {
            // A chain whose rule is gone is empty and can serve another.
            let chain = Chain { rule, newest: None, oldest: None, length: 0 };
            match self.chains.iter().position(|chain| chain.length == 0) {
                Some(position) => {
                    if let Some(old) = self.chains.get_mut(position) {
                        *old = chain;
                    }
                    position
                }
                None => {
                    self.chains.push(chain);
                    self.chains.len() - 1
                }
            }
        });
        u32::try_from(position).unwrap_or(u32::MAX)
    }

    /// Makes a slot the most recently touched of its rule.
    fn link(&mut self, at: u32) {
        let Some(chain) = self.slots.get(index(at)).map(|slot| slot.chain) else { return };
        let Some(chain) = self.chains.get_mut(index(chain)) else { return };
        let newest = chain.newest.replace(at);
        chain.length += 1;
        if newest.is_none() {
            chain.oldest = Some(at);
        }
        if let Some(slot) = newest.and_then(|newest| self.slots.get_mut(index(newest))) {
            slot.newer = Some(at);
        }
        if let Some(slot) = self.slots.get_mut(index(at)) {
            (slot.newer, slot.older) = (None, newest);
        }
    }

    fn unlink(&mut self, at: u32) {
        let Some(slot) = self.slots.get(index(at)) else { return };
        let (chain, newer, older) = (slot.chain, slot.newer, slot.older);
        if let Some(slot) = newer.and_then(|newer| self.slots.get_mut(index(newer))) {
            slot.older = older;
        }
        if let Some(slot) = older.and_then(|older| self.slots.get_mut(index(older))) {
            slot.newer = newer;
        }
        let Some(chain) = self.chains.get_mut(index(chain)) else { return };
        if chain.newest == Some(at) {
            chain.newest = older;
        }
        if chain.oldest == Some(at) {
            chain.oldest = newer;
        }
        chain.length = chain.length.saturating_sub(1);
    }

    /// Hashes a group; `None` when a value is missing, for what has no key is in no group.
    pub(crate) fn hash<E>(&self, fields: &[&'static Field<E>], event: &E) -> Option<u128> {
        let half = |seed: u64| {
            let mut hasher = FixedState::with_seed(seed).build_hasher();
            for field in fields {
                feed(&mut hasher, (field.get)(event)?);
            }
            Some(hasher.finish())
        };
        let (low, high) = (half(self.seed)?, half(!self.seed)?);
        Some(u128::from(high) << 64 | u128::from(low))
    }
}

fn feed(hasher: &mut impl Hasher, value: Value<'_>) {
    match value {
        Value::Int(number) => {
            hasher.write_u8(1);
            hasher.write_u64(number);
        }
        Value::Bool(truth) => hasher.write_u8(2 + u8::from(truth)),
        Value::Digits(digits) => {
            hasher.write_u8(4);
            hasher.write_u128(digits.bits().get());
        }
        Value::Text(text) => {
            hasher.write_u8(5);
            hasher.write(text.as_bytes());
            hasher.write_u8(0xff);
        }
        Value::Set(bits) => {
            hasher.write_u8(6);
            bits.0.iter().for_each(|&word| hasher.write_u64(word));
        }
        Value::Id(id) => {
            hasher.write_u8(7);
            hasher.write_u128(id);
        }
    }
}

/// The group's hash is uniform already.
fn key(rule: u64, group: u128) -> u64 {
    let [low, high] = [group, group >> 64].map(|half| u64::try_from(half & LOW).unwrap_or(0));
    rule ^ low ^ high.rotate_left(32)
}

fn index(at: u32) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}

const LOW: u128 = 0xffff_ffff_ffff_ffff;

/// Events held for each window of capacity.
const ENTRIES: usize = 16;

/// Slots are numbered with 32 bits.
const MAX_CAPACITY: usize = 1 << 28;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_table_stays_within_its_bounds_and_whole(
            capacity in 1_usize..6,
            events in prop::collection::vec((0_u64..3, 0_u128..8, 0_u64..3), 1..300),
        ) {
            let mut state = RuleState::new(capacity, 1);
            let (mut now, mut made) = (0, 0_u64);
            for (rule, group, step) in events {
                now += step;
                let terms = Terms { rule, keeping: Keeping::Events, keep: 64, timespan: 20 };
                let entry = Entry { at: now, token: 0, value: 0, input: 0 };
                made += u64::from(state.window(rule, group).is_none());
                prop_assert!(state.add(&terms, group, entry));
                prop_assert!(state.window(rule, group).is_some_and(|w| w.last_at() == now));
                prop_assert!(state.len() <= capacity);
                let chained: usize = state.chains.iter().map(|chain| chain.length).sum();
                prop_assert_eq!(chained, state.len());
                prop_assert_eq!(state.in_order().count(), state.len());
                prop_assert_eq!(state.slots.len(), state.len() + state.free.len());
                let entries: usize = state.in_order().map(|s| s.window.entries().len()).sum();
                prop_assert_eq!(entries, state.entries);
                prop_assert!(entries <= capacity * ENTRIES + 64);
            }
            let gone = made - u64::try_from(state.len()).unwrap();
            prop_assert!(state.evictions() <= gone);
            state.retain(&[]);
            prop_assert!(state.is_empty() && state.entries == 0);
        }
    }
}
