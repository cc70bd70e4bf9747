//! What the writer does on a full disk: the gravest is kept in place of what is less grave.

use super::writer::{Writer, now};
use crate::{
    engine::alert::Level,
    sink::outbox::{Entry, OutboxError, Written},
};

impl Writer {
    /// Keeps on a full disk what there is room for: the gravest of what waits first, in portions whose
    /// log the disk can hold; what is less grave goes in their place. Revisions may come out of order
    /// then, which who reads them by `revision` does not mind. Returns what was done, and how many of
    /// those that waited had to go themselves.
    pub(super) fn squeeze(&mut self) -> Result<(Written, u64), OutboxError> {
        let mut all = Written::default();
        let mut dropped = 0;
        let mut vain = 0;
        self.outbox.free_log();
        loop {
            let (portion, rest) = gravest(core::mem::take(&mut self.backlog), PORTION >> vain);
            self.backlog = rest;
            let error = match self.outbox.write(&portion, &self.unsettled, now()) {
                Ok(written) => {
                    vain = 0;
                    // Slow, but who waits for the end may see that it moves.
                    self.shared.progress.step();
                    self.unsettled.clear();
                    all.last = written.last;
                    all.lost.extend(written.lost);
                    if self.backlog.is_empty() {
                        self.outbox.hold_room();
                        return Ok((all, dropped));
                    }
                    continue;
                }
                Err(error) => error,
            };
            let level = portion.first().map_or(Level::Informational, |entry| entry.level);
            let octets = portion.iter().map(Entry::octets).sum();
            self.backlog.splice(0..0, portion);
            if !error.is_full() || vain == MAKE_ROOM {
                return Err(error);
            }
            let way = self.outbox.give_way(level, octets)?;
            for gone in way.lost {
                self.lost(gone.level, &gone.id, gone.at, "the disk is full");
            }
            if way.freed {
                vain += 1;
            } else if self.backlog.is_empty() || self.outbox.octets() == 0 {
                // Others have the disk: what waits may wait for them.
                return Err(error);
            } else {
                let least = self.backlog.remove(0);
                self.lost(least.level, &least.id, least.at, "the disk is full of what is graver");
                dropped += 1;
            }
        }
    }
}

/// Parts the gravest from the rest, all of one level, of so many octets, at least one; both keep
/// their order.
fn gravest(entries: Vec<Entry>, octets: u64) -> (Vec<Entry>, Vec<Entry>) {
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by_key(|&place| core::cmp::Reverse(entries.get(place).map(|entry| entry.level)));
    let mut taken = 0;
    let mut chosen = vec![false; entries.len()];
    let level = entries.iter().map(|entry| entry.level).max();
    for place in order {
        let Some(entry) = entries.get(place) else { break };
        let size = entry.octets();
        if level != Some(entry.level) || taken > 0 && taken + size > octets {
            break;
        }
        taken += size;
        if let Some(chosen) = chosen.get_mut(place) {
            *chosen = true;
        }
    }
    let mut chosen = chosen.into_iter();
    entries.into_iter().partition(|_| chosen.next() == Some(true))
}

/// Octets of alerts kept at once on a disk that was full.
const PORTION: u64 = 32 << 10;
/// Times that less grave things go in vain for one portion, which is halved each time.
const MAKE_ROOM: usize = 8;
