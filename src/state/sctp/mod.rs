//! SCTP associations: numbers seen before, and user messages put together (RFC 9260, RFC 8260).
//!
//! A direction of an association is known by its ports and verification tag and not by addresses:
//! several paths (multihoming) and several taps give one sequence. A chunk seen before is a
//! duplicate, be it a retransmission or the other copy of a mirrored link. Tag 0, which only INIT
//! and traffic written by tools have, tells no directions apart; its numbers are not looked at.
//!
//! Bounds: associations, fragments and octets. Of associations, those that showed one number only
//! go first, so made-up ones push out no others. Forged chunks, INIT ACKs and restarts cost at most
//! that duplicates are told as new. Callers drain [`Associations::expire`] up to `now` before they
//! give anything at `now`; then it does not matter how often they do.

use core::hash::BuildHasher;

use foldhash::fast::FixedState;
use picket_dissectors::{Note, Notes, sctp};
use picket_hw::Timestamp;

use self::{
    fragments::{Fragments, Recent},
    tsn::{Tracker, Verdict},
};
use super::table::{ExpiringTable, Gone};

mod fragments;
mod tsn;

/// One direction of an association.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct AssocKey {
    /// Source port.
    pub source_port: u16,
    /// Destination port.
    pub destination_port: u16,
    /// Verification tag, chosen by the receiver.
    pub verification_tag: u32,
}

/// A DATA or I-DATA chunk (RFC 9260 §3.3.1, RFC 8260 §2.1).
#[derive(Clone, Copy, Debug, Hash)]
pub struct Chunk<'a> {
    /// Transmission sequence number.
    pub tsn: u32,
    /// Stream identifier.
    pub stream: u16,
    /// Stream sequence number, or the message identifier of I-DATA.
    pub message: u32,
    /// Fragment sequence number of I-DATA; `None` in DATA.
    pub fragment: Option<u32>,
    /// U bit: unordered.
    pub unordered: bool,
    /// B bit: first fragment of a user message.
    pub beginning: bool,
    /// E bit: last fragment of a user message.
    pub ending: bool,
    /// Payload protocol identifier, where the chunk has one.
    pub ppid: Option<u32>,
    /// User data.
    pub payload: &'a [u8],
}

impl<'a> From<&sctp::Data<'a>> for Chunk<'a> {
    fn from(data: &sctp::Data<'a>) -> Self {
        Self {
            tsn: data.tsn,
            stream: data.stream,
            message: data.message,
            fragment: data.fragment,
            unordered: data.unordered,
            beginning: data.beginning,
            ending: data.ending,
            ppid: data.ppid,
            payload: data.payload,
        }
    }
}

/// What a chunk gave.
#[derive(Debug, Eq, PartialEq)]
pub enum Delivery {
    /// The payload is a user message, as given.
    Whole {
        /// Whether the very same was seen before.
        duplicate: bool,
    },
    /// A user message is whole.
    Reassembled {
        /// Its octets, in a buffer to be given back through [`Associations::recycle`].
        octets: Vec<u8>,
        /// What it says with the other versions of fragments that came in two, in a buffer alike.
        rival: Option<Vec<u8>>,
        /// Payload protocol identifier of its first fragment.
        ppid: u32,
        /// How many chunks it came in.
        fragments: u16,
    },
    /// A part of a message; the others are awaited.
    Partial,
    /// A part that was there already.
    DuplicateFragment,
}

/// Fragments whose message did not become whole in time.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Lost {
    /// Of which association.
    pub association: AssocKey,
    /// On which stream.
    pub stream: u16,
    /// TSN of the first, or its fragment sequence number in I-DATA.
    pub position: u32,
    /// How many of them there are without a gap.
    pub fragments: u16,
    /// How many octets.
    pub octets: usize,
    /// When their time was over.
    pub deadline: Timestamp,
}

/// What happened so far.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counters {
    /// DATA and I-DATA chunks taken.
    pub chunks: u64,
    /// Chunks seen before.
    pub duplicates: u64,
    /// Numbers seen before with other octets.
    pub conflicts: u64,
    /// Times a numbering was found far from where it was.
    pub resynchronised: u64,
    /// Associations begun anew by INIT or INIT ACK.
    pub restarts: u64,
    /// Associations forgotten for want of room.
    pub evicted_associations: u64,
    /// Fragments taken.
    pub fragments: u64,
    /// Messages put together.
    pub reassembled: u64,
    /// Fragments that contradict others.
    pub fragment_conflicts: u64,
    /// Runs of fragments whose time was over.
    pub fragments_lost: u64,
    /// Fragments forgotten for want of room, in all or in their association.
    pub evicted_fragments: u64,
    /// Messages longer than are put together.
    pub oversize: u64,
}

/// How much is remembered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Bounds {
    /// Associations, each direction.
    pub associations: usize,
    /// Fragments.
    pub fragments: usize,
    /// Octets of fragments.
    pub octets: usize,
}

/// All associations.
#[derive(Debug)]
pub struct Associations {
    table: ExpiringTable<AssocKey, Association>,
    fragments: Fragments,
    spare: Vec<Vec<u32>>,
    hasher: FixedState,
    now: Timestamp,
    counters: Counters,
}

#[derive(Debug, Default)]
struct Association {
    tracker: Tracker,
    recent: Recent,
}

impl Associations {
    /// Makes room for `bounds`.
    #[must_use]
    pub fn new(bounds: Bounds, seed: u64) -> Self {
        Self {
            table: ExpiringTable::new(bounds.associations, &[UNSETTLED_LIFETIME, LIFETIME], seed),
            fragments: Fragments::new(bounds.fragments, bounds.octets, seed),
            spare: Vec::new(),
            hasher: FixedState::with_seed(seed.rotate_left(32)),
            now: Timestamp::EPOCH,
            counters: Counters::default(),
        }
    }

    /// Takes a chunk.
    pub fn data(
        &mut self,
        key: AssocKey,
        chunk: &Chunk<'_>,
        now: Timestamp,
        notes: &mut Notes,
    ) -> Delivery {
        self.now = self.now.max(now);
        self.counters.chunks += 1;
        self.expire_associations();
        let verdict = self.track(key, chunk, notes);
        match verdict {
            Verdict::New => {}
            Verdict::Resynchronised => self.counters.resynchronised += 1,
            Verdict::Duplicate => {
                self.counters.duplicates += 1;
                notes.add(Note::SctpTsnDuplicate);
            }
            Verdict::Conflict => {
                self.counters.conflicts += 1;
                notes.add(Note::SctpTsnConflict);
            }
        }
        let duplicate = verdict == Verdict::Duplicate;
        if chunk.beginning && chunk.ending {
            return Delivery::Whole { duplicate };
        }
        self.counters.fragments += 1;
        let Some(association) = self.table.get_mut(&key) else { return Delivery::Partial };
        let mut keeper = self.fragments.keeper(&mut self.counters, notes, self.now);
        keeper.add(key, chunk, duplicate, &mut association.recent)
    }

    /// Begins associations anew at an INIT (`key` has tag 0) or INIT ACK (§5.1): numbers are no
    /// longer compared with those of before. `key` is that of the packet, `initiate_tag` what the
    /// chunk chooses for the other direction. Fragments stay: an INIT or INIT ACK that the endpoint
    /// does not take (§5.2) must not make it see more than is seen here.
    pub fn restart(&mut self, key: AssocKey, initiate_tag: u32) {
        let other = AssocKey {
            source_port: key.destination_port,
            destination_port: key.source_port,
            verification_tag: initiate_tag,
        };
        for key in [key, other] {
            if let Some(association) = self.table.get_mut(&key) {
                association.tracker.reset(&mut self.spare);
                self.counters.restarts += 1;
            }
        }
    }

    /// Gives a buffer back.
    pub fn recycle(&mut self, buffer: Vec<u8>) {
        self.fragments.recycle(buffer);
    }

    /// Takes out the next fragments whose time was over at `now`, in the order of deadlines.
    pub fn expire(&mut self, now: Timestamp) -> Option<Lost> {
        let lost = self.fragments.expire(now)?;
        self.counters.fragments_lost += 1;
        Some(lost)
    }

    /// Returns when the next fragment's time is over.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.fragments.next_deadline()
    }

    /// Returns what happened so far.
    #[must_use]
    pub const fn counters(&self) -> Counters {
        self.counters
    }

    /// Returns how many fragments wait for others.
    #[must_use]
    pub fn fragments(&self) -> usize {
        self.fragments.entries()
    }

    /// Returns how many associations are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether none are.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// Returns how many octets the fragments take.
    #[must_use]
    pub const fn octets_held(&self) -> usize {
        self.fragments.octets_held()
    }

    fn track(&mut self, key: AssocKey, chunk: &Chunk<'_>, notes: &mut Notes) -> Verdict {
        if self.table.get(&key).is_none() {
            let gone = self.table.insert(key, Association::default(), UNSETTLED, self.now);
            if let Some(Gone { mut value, .. }) = gone {
                value.tracker.reset(&mut self.spare);
                self.counters.evicted_associations += 1;
                notes.add(Note::StateEvicted);
            }
        }
        let mark = u32::try_from(self.hasher.hash_one(chunk) >> 32).unwrap_or(0) | 1;
        let Some(Association { tracker, .. }) = self.table.get_mut(&key) else {
            return Verdict::New;
        };
        let verdict = match key.verification_tag {
            0 => Verdict::New,
            _ => tracker.see(chunk.tsn, mark, &mut self.spare),
        };
        let class = if tracker.is_settled() { SETTLED } else { UNSETTLED };
        self.table.touch(&key, class, self.now);
        verdict
    }

    fn expire_associations(&mut self) {
        while let Some(Gone { mut value, .. }) = self.table.expire(self.now) {
            value.tracker.reset(&mut self.spare);
        }
    }
}

/// Class of associations that showed one number only.
const UNSETTLED: u8 = 0;
/// Nanoseconds they are remembered: longer than the longest retransmission timeout (RTO.Max 60 s,
/// RFC 9260 §16).
const UNSETTLED_LIFETIME: u64 = 120_000_000_000;
/// Class of all others.
const SETTLED: u8 = 1;
/// Nanoseconds they are remembered after their last chunk.
const LIFETIME: u64 = 3_600_000_000_000;

#[cfg(test)]
mod tests;
