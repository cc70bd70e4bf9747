//! Variable and optional parameters behind pointers (Q.713 §1.5 to §1.9).

use arrayvec::ArrayVec;

use crate::{
    error::Error,
    notes::{Note, Notes},
};

/// The pointers of one message and where their parameters lie.
pub(super) struct Pointers<'a> {
    message: &'a [u8],
    at: usize,
    long: bool,
    /// Start, its length field included, and end of each parameter read so far.
    extents: ArrayVec<(usize, usize), 4>,
}

impl<'a> Pointers<'a> {
    /// Reads pointers of `message` from octet `at`: one octet each, or two, low octet first, when
    /// `long` (§3.20 and §3.21).
    pub(super) const fn new(message: &'a [u8], at: usize, long: bool) -> Self {
        Self { message, at, long, extents: ArrayVec::new_const() }
    }

    /// Returns where the next pointer points to, `None` for a zero.
    fn follow(&mut self) -> Result<Option<usize>, Error> {
        let octet = |i| self.message.get(i).copied().ok_or(Error::Truncated { missing: 1 });
        let first = usize::from(octet(self.at)?);
        // A pointer counts from itself; a long one from its more significant octet, the second.
        let (value, base) = if self.long {
            (first | usize::from(octet(self.at + 1)?) << 8, self.at + 1)
        } else {
            (first, self.at)
        };
        self.at = base + 1;
        Ok((value != 0).then_some(base + value))
    }

    /// Returns the variable parameter of the next pointer, whose length takes one octet, or two,
    /// low octet first, when `long`. A parameter beyond the message is cut and noted.
    pub(super) fn variable(&mut self, long: bool, notes: &mut Notes) -> Result<&'a [u8], Error> {
        let header = if long { 2 } else { 1 };
        let start = self.follow()?;
        let read = start.and_then(|start| {
            let length = self.message.get(start..start.checked_add(header)?)?;
            let length =
                length.iter().rev().fold(0_usize, |sum, &octet| sum << 8 | usize::from(octet));
            let tail = self.message.get(start + header..)?;
            Some((start, length, tail))
        });
        let Some((start, length, tail)) = read else {
            notes.add(Note::SccpParameterOverrun);
            return Ok(&[]);
        };
        let value = tail.get(..length).unwrap_or_else(|| {
            notes.add(Note::SccpParameterOverrun);
            tail
        });
        self.record(start, start + header + value.len());
        Ok(value)
    }

    /// Returns the optional part of the next pointer (§1.9); empty without one.
    pub(super) fn optional(&mut self, notes: &mut Notes) -> Result<Optional<'a>, Error> {
        let Some(start) = self.follow()? else {
            return Ok(Optional { rest: &[], seen: [0; 4], ended: true });
        };
        let Some(part) = self.message.get(start..) else {
            notes.add(Note::SccpParameterOverrun);
            return Ok(Optional { rest: &[], seen: [0; 4], ended: true });
        };
        let end = start + optional_extent(part);
        self.record(start, end);
        let rest = self.message.get(start..end).unwrap_or_default();
        Ok(Optional { rest, seen: [0; 4], ended: false })
    }

    fn record(&mut self, start: usize, end: usize) {
        // No message has more than four pointers, so there is always room.
        let _ = self.extents.try_push((start, end));
    }

    /// Notes parameters that overlap, leave gaps, lie before the end of the pointers or in another
    /// order, and octets behind the last of them.
    pub(super) fn check(mut self, notes: &mut Notes) {
        if !self.extents.is_sorted() {
            notes.add(Note::SccpPointerOrder);
        }
        self.extents.sort_unstable();
        let mut expected = self.at;
        for &(start, end) in &self.extents {
            if start != expected {
                notes.add(Note::SccpPointerOverlap);
            }
            expected = expected.max(end);
        }
        if expected < self.message.len() {
            notes.add(Note::SccpTrailing);
        }
    }
}

/// Counts the octets of an optional part, its end included.
fn optional_extent(part: &[u8]) -> usize {
    let mut at = 0;
    loop {
        match (part.get(at), part.get(at + 1)) {
            (Some(&END), _) => return at + 1,
            (Some(_), Some(&length)) => at += 2 + usize::from(length),
            _ => return part.len(),
        }
        if at >= part.len() {
            return part.len();
        }
    }
}

/// Reads optional parameters one after the other.
pub(super) struct Optional<'a> {
    rest: &'a [u8],
    seen: [u64; 4],
    ended: bool,
}

impl<'a> Optional<'a> {
    /// Returns name and value of the next parameter. A part that is cut, lacks its end or repeats a
    /// parameter is noted; of repeated ones the first counts, so later ones are not returned.
    pub(super) fn next(&mut self, notes: &mut Notes) -> Option<(u8, &'a [u8])> {
        while !self.ended {
            match *self.rest {
                [END, ..] => self.ended = true,
                [name, length, ref tail @ ..] if tail.len() >= usize::from(length) => {
                    let (value, rest) = tail.split_at_checked(usize::from(length))?;
                    self.rest = rest;
                    let bit = 1_u64 << (name % 64);
                    let word = self.seen.get_mut(usize::from(name / 64))?;
                    if *word & bit == 0 {
                        *word |= bit;
                        return Some((name, value));
                    }
                    notes.add(Note::SccpOptionalBad);
                }
                _ => {
                    notes.add(Note::SccpOptionalBad);
                    self.ended = true;
                }
            }
        }
        None
    }
}

/// End of optional parameters (§3.1).
pub(super) const END: u8 = 0;
pub(super) const CALLED: u8 = 3;
pub(super) const CALLING: u8 = 4;
pub(super) const CREDIT: u8 = 9;
pub(super) const DATA: u8 = 15;
pub(super) const SEGMENTATION: u8 = 16;
pub(super) const HOP_COUNTER: u8 = 17;
pub(super) const IMPORTANCE: u8 = 18;
