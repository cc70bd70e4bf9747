//! One reading of a segmented message: segments that do not contradict each other.

use super::{MOST, Message, Segment};
use crate::state::octets::{BLOCK, Blocks, Chain, Pool};

/// Segments by their remaining count.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pieces: [Option<Chain>; MOST as usize],
    /// Remaining count of the first segment.
    first: Option<u8>,
    /// Whether it was handed out.
    pub(super) done: bool,
}

/// Whether a segment goes with the others.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Fit {
    Yes,
    Repeated,
    No,
}

impl Reading {
    pub(super) fn fit(&self, blocks: &Blocks, segment: Segment<'_>) -> Fit {
        if let Some(Some(piece)) = self.pieces.get(usize::from(segment.remaining)) {
            let same = segment.first == (self.first == Some(segment.remaining))
                && blocks.equal(piece, segment.octets);
            return if same { Fit::Repeated } else { Fit::No };
        }
        let fits = match (segment.first, self.first) {
            (true, Some(_)) => false,
            (true, None) => {
                self.pieces.iter().skip(usize::from(segment.remaining)).all(Option::is_none)
            }
            (false, Some(first)) => segment.remaining < first,
            (false, None) => true,
        };
        if fits { Fit::Yes } else { Fit::No }
    }

    /// Puts a segment in a place that is free.
    pub(super) fn put(&mut self, blocks: &mut Blocks, segment: Segment<'_>) {
        let Some(place) = self.pieces.get_mut(usize::from(segment.remaining)) else { return };
        *place = blocks.store(segment.octets);
        if segment.first {
            self.first = Some(segment.remaining);
        }
    }

    /// Returns a copy with `segment` in place, without what contradicts it.
    pub(super) fn rival(&self, blocks: &mut Blocks, pool: &mut Pool, segment: Segment<'_>) -> Self {
        let mut rival = Self::default();
        rival.put(blocks, segment);
        let mut octets = pool.take();
        for (remaining, piece) in (0_u8..).zip(&self.pieces) {
            let first = self.first == Some(remaining);
            octets.clear();
            if let Some(piece) = piece {
                blocks.read(piece, &mut octets);
                let kept = Segment { first, remaining, octets: &octets };
                if rival.fit(blocks, kept) == Fit::Yes {
                    rival.put(blocks, kept);
                }
            }
        }
        pool.give_back(octets);
        rival
    }

    /// Whether it is whole and was not handed out.
    pub(super) fn completes(&self) -> bool {
        !self.done && self.message_places().is_some_and(|mut pieces| pieces.all(Option::is_some))
    }

    /// Returns what there is of the message, unless it was handed out.
    pub(super) fn message(&self, blocks: &Blocks, pool: &mut Pool) -> Option<Message> {
        if self.done {
            return None;
        }
        let mut octets = pool.take();
        let pieces = self.message_places().into_iter().flatten();
        for piece in pieces.map_while(Option::as_ref) {
            blocks.read(piece, &mut octets);
        }
        let segments = self.pieces.iter().flatten().fold(0, |count, _| count + 1);
        Some(Message { octets, segments, whole: self.completes() })
    }

    pub(super) fn release(self, blocks: &mut Blocks) {
        self.pieces.into_iter().flatten().for_each(|piece| blocks.release(piece));
    }

    /// Returns how many octets its blocks take.
    pub(super) fn octets(&self) -> usize {
        self.pieces.iter().flatten().map(|piece| Self::room(piece.len())).sum()
    }

    /// Returns how many octets the blocks for a segment of `len` take.
    pub(super) const fn room(len: usize) -> usize {
        len.next_multiple_of(BLOCK)
    }

    /// Returns the places from the first segment to the last.
    fn message_places(&self) -> Option<impl Iterator<Item = &Option<Chain>>> {
        let first = usize::from(self.first?);
        Some(self.pieces.get(..=first).unwrap_or_default().iter().rev())
    }
}
