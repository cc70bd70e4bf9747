//! A bounded window on a stream: the octets from here on, as far as they were asked for.
//!
//! The buffer never grows. Asking for more than [`CAPACITY`] octets at once is answered as if the
//! stream ended, so a reader checks lengths first; longer stretches are passed over with `skip`.

use std::io::{self, Read};

use super::fault::What;

/// Octets the window holds: the longest block that is read, and room to read ahead.
pub(super) const CAPACITY: usize = 512 * 1024;

/// The window.
pub(super) struct Window {
    stream: Box<dyn Read + Send>,
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
    offset: u64,
    ended: bool,
    failure: Option<What>,
}

impl Window {
    /// Opens a window at the start of a stream.
    pub(super) fn new(stream: Box<dyn Read + Send>) -> Self {
        Self {
            stream,
            buffer: vec![0; CAPACITY].into_boxed_slice(),
            start: 0,
            end: 0,
            offset: 0,
            ended: false,
            failure: None,
        }
    }

    /// Returns how many octets of the stream were passed.
    pub(super) const fn offset(&self) -> u64 {
        self.offset
    }

    /// Returns whether a further octet has to be read from the stream.
    pub(super) const fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Returns what is at hand, at most `most` octets of it.
    pub(super) fn start(&self, most: usize) -> &[u8] {
        let end = self.end.min(self.start.saturating_add(most));
        self.buffer.get(self.start..end).unwrap_or_default()
    }

    /// Reads until `wanted` octets are at hand; returns how many are, fewer only at the end.
    ///
    /// # Errors
    ///
    /// Returns what ended the stream when it was not a plain end. What was read before stays.
    pub(super) fn fill(&mut self, wanted: usize) -> Result<usize, What> {
        while self.end - self.start < wanted && !self.ended {
            if wanted > CAPACITY - self.start {
                self.buffer.copy_within(self.start..self.end, 0);
                (self.start, self.end) = (0, self.end - self.start);
            }
            let room = self.buffer.get_mut(self.end..).unwrap_or_default();
            match self.stream.read(room) {
                Ok(0) => self.ended = true,
                Ok(n) => self.end = (self.end + n).min(CAPACITY),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.ended = true;
                    self.failure = Some(error.into());
                }
            }
        }
        let found = self.end - self.start;
        match &self.failure {
            Some(failure) if found < wanted => Err(failure.clone()),
            _ => Ok(found),
        }
    }

    /// Reads `wanted` octets and returns them without passing them.
    ///
    /// # Errors
    ///
    /// Returns [`What::Cut`] when there are fewer, or what ended the stream.
    pub(super) fn peek(&mut self, wanted: usize) -> Result<&[u8], What> {
        let found = self.fill(wanted)?;
        let end = self.start + wanted.min(found);
        match self.buffer.get(self.start..end) {
            Some(octets) if octets.len() == wanted => Ok(octets),
            _ => Err(cut(wanted, found)),
        }
    }

    /// Reads `wanted` octets and passes them.
    ///
    /// # Errors
    ///
    /// Returns [`What::Cut`] when there are fewer, or what ended the stream. Nothing is passed then.
    pub(super) fn take(&mut self, wanted: usize) -> Result<&[u8], What> {
        self.peek(wanted)?;
        let from = self.start;
        self.start += wanted;
        self.offset = self.offset.saturating_add(wide(wanted));
        Ok(self.buffer.get(from..self.start).unwrap_or_default())
    }

    /// Passes `wanted` octets, however many.
    ///
    /// # Errors
    ///
    /// Returns [`What::Cut`] when there are fewer, or what ended the stream.
    pub(super) fn skip(&mut self, wanted: u32) -> Result<(), What> {
        let mut left = wanted;
        while left > 0 {
            let found = u32::try_from(self.fill(1)?).unwrap_or(u32::MAX);
            if found == 0 {
                return Err(What::Cut { wanted: wanted.into(), found: (wanted - left).into() });
            }
            let step = found.min(left);
            self.take(usize::try_from(step).unwrap_or(usize::MAX))?;
            left -= step;
        }
        Ok(())
    }
}

fn cut(wanted: usize, found: usize) -> What {
    What::Cut { wanted: wide(wanted), found: wide(found) }
}

fn wide(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives its octets a few at a time, then fails.
    struct Dribble(Vec<u8>, usize);

    impl Read for Dribble {
        fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
            let n = self.1.min(self.0.len()).min(room.len());
            if n == 0 {
                return Err(What::CompressedCut.into());
            }
            room[..n].copy_from_slice(&self.0[..n]);
            self.0.drain(..n);
            Ok(n)
        }
    }

    #[test]
    fn what_was_read_before_a_failure_stays() {
        for step in [1, 2, 3, 100] {
            let mut window = Window::new(Box::new(Dribble((0..10).collect(), step)));
            assert_eq!(window.take(4), Ok(&[0, 1, 2, 3][..]));
            assert_eq!(window.take(7), Err(What::CompressedCut));
            assert_eq!(window.peek(6), Ok(&[4, 5, 6, 7, 8, 9][..]));
            assert_eq!((window.offset(), window.is_empty()), (4, false));
            assert_eq!(window.skip(6), Ok(()));
            assert_eq!(window.skip(1), Err(What::CompressedCut));
        }
    }

    #[test]
    fn long_stretches_are_passed_and_short_ones_kept_together() {
        let length = 3 * CAPACITY;
        let octets = (0..length).map(|n| u8::try_from(n % 251).unwrap()).collect::<Vec<_>>();
        let mut window = Window::new(Box::new(io::Cursor::new(octets.clone())));
        let mut at = 0;
        for step in [1, CAPACITY - 1, 5, CAPACITY, 17, 300_000] {
            assert_eq!(window.take(step), Ok(&octets[at..at + step]), "{at}");
            at += step;
        }
        let rest = u32::try_from(length - at).unwrap();
        assert_eq!(
            window.skip(rest + 1),
            Err(What::Cut { wanted: u64::from(rest) + 1, found: rest.into() })
        );
        assert_eq!(window.offset(), u64::try_from(length).unwrap());
        assert_eq!(
            Window::new(Box::new(io::empty())).take(CAPACITY + 1),
            Err(What::Cut { wanted: 524_289, found: 0 })
        );
    }
}
