//! What the writer does on a full disk: the gravest is kept in place of what is less grave.

use super::{
    notice,
    writer::{Writer, now},
};
use crate::{
    engine::alert::Level,
    sink::outbox::{Entry, OutboxError, Written},
};

impl Writer {
    /// Keeps on a full disk what there is room for: the gravest of what waits first, in portions whose
    /// log the disk can hold, at last one by one. What is less grave goes in the place of one that
    /// finds no room, and no more of it than that takes. Revisions may come out of order then, which
    /// who reads them by `revision` does not mind. Returns what was done, and how many of those that
    /// waited had to go themselves.
    pub(super) fn squeeze(&mut self) -> Result<(Written, u64), OutboxError> {
        let mut all = Written::default();
        let (mut dropped, mut halved, mut cleared) = (0, 0_u32, 0);
        self.outbox.free_log();
        loop {
            dropped += self.drop_lesser();
            let (portion, rest) = gravest(core::mem::take(&mut self.backlog), PORTION >> halved);
            self.backlog = rest;
            let error = match self.outbox.write(&portion, &self.unsettled, now()) {
                Ok(written) => {
                    (halved, cleared) = (halved.saturating_sub(1), 0);
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
            let fewer = portion.len() > 1;
            self.backlog.splice(0..0, portion);
            if error.is_full() && fewer {
                halved += 1;
                continue;
            }
            if !error.is_full() || cleared == MAKE_ROOM {
                return Err(error);
            }
            let way = self.outbox.give_way(level, octets)?;
            for gone in way.lost {
                self.given_up(gone.level);
                self.lost(gone.level, &gone.id, gone.at, "the disk is full");
            }
            if way.freed {
                cleared += 1;
            } else if self.backlog.is_empty() || self.outbox.octets() == 0 {
                // Others have the disk: what waits may wait for them.
                return Err(error);
            } else {
                let least = self.backlog.remove(0);
                self.given_up(least.level);
                self.lost(least.level, &least.id, least.at, GRAVER);
                dropped += 1;
            }
        }
    }

    /// Gives up what waits and is less grave than something that a full disk has cost already: it
    /// would take the room that the next such thing needs, and go then. What Picket says of itself
    /// may try. Returns how many went; none once the disk has room again.
    pub(super) fn drop_lesser(&mut self) -> u64 {
        if self.floor.is_some() && self.outbox.has_room() {
            self.floor = None;
        }
        let Some(floor) = self.floor else { return 0 };
        let stays = |entry: &Entry| entry.level >= floor || notice::is_one(&entry.rule_id);
        let backlog = core::mem::take(&mut self.backlog);
        let (stay, go): (Vec<_>, Vec<_>) = backlog.into_iter().partition(stays);
        self.backlog = stay;
        for gone in &go {
            self.lost(gone.level, &gone.id, gone.at, GRAVER);
        }
        u64::try_from(go.len()).unwrap_or_default()
    }

    fn given_up(&mut self, level: Level) {
        self.floor = self.floor.max(Some(level));
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
/// Times that less grave things go in vain for one alert.
const MAKE_ROOM: usize = 8;
const GRAVER: &str = "the disk is full of what is graver";
