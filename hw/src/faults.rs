//! Damages a capture on purpose: loss, duplicates, disorder, truncation, flipped bits.
//!
//! What is done to a frame depends on the seed and on the frames before it, never on bursts or
//! time. Frames keep their time stamps and numbers, so a reordered frame is one of an earlier time.

use std::collections::VecDeque;

use crate::{
    capture::{Capture, CaptureCounters, CaptureError, Polled, Progress},
    frame::{FileId, Frame, Timestamp},
    memory::OwnedFrame,
};

/// How often frames are damaged, in frames of a million, and how far they are displaced.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Faults {
    /// Frames that are left out.
    pub drop: u32,
    /// Frames that are delivered twice.
    pub duplicate: u32,
    /// Deliveries out of order: any of the frames held back is taken.
    pub reorder: u32,
    /// Frames held back to choose from; no frame is overtaken more often than this.
    pub window: usize,
    /// Frames of which only a first part is left.
    pub truncate: u32,
    /// Frames of which one to eight bits are flipped.
    pub flip: u32,
}

/// Delivers the frames of a capture, damaged.
#[derive(Debug)]
pub struct FaultInjector<C> {
    inner: C,
    damage: Damage,
}

impl<C: Capture> FaultInjector<C> {
    /// Wraps a capture. The same seed damages the same frames in the same way.
    #[must_use]
    pub fn new(inner: C, faults: Faults, seed: u64) -> Self {
        let damage = Damage {
            faults,
            random: Random(seed),
            held: VecDeque::with_capacity(faults.window.min(HELD)),
            spare: Vec::new(),
            counters: CaptureCounters::default(),
        };
        Self { inner, damage }
    }
}

impl<C: Capture> Capture for FaultInjector<C> {
    fn poll(&mut self, each: &mut dyn FnMut(Frame<'_>)) -> Result<Polled, CaptureError> {
        let Self { inner, damage } = self;
        let before = damage.counters.frames;
        let polled = inner.poll(&mut |frame| damage.take(&frame, each))?;
        if polled == Polled::End {
            damage.release(0, each);
        }
        let delivered = usize::try_from(damage.counters.frames - before).unwrap_or(usize::MAX);
        Ok(match polled {
            Polled::End | Polled::Idle if delivered == 0 => polled,
            Polled::Frames(_) | Polled::End | Polled::Idle => Polled::Frames(delivered),
        })
    }

    fn counters(&mut self) -> CaptureCounters {
        let (mine, inner) = (self.damage.counters, self.inner.counters());
        CaptureCounters {
            dropped: inner.dropped.saturating_add(mine.dropped),
            faults: inner.faults,
            ..mine
        }
    }

    fn source_name(&self, source: FileId) -> Option<&str> {
        self.inner.source_name(source)
    }

    fn end_time(&self) -> Option<Timestamp> {
        self.inner.end_time()
    }

    fn progress(&self) -> Progress {
        self.inner.progress()
    }
}

#[derive(Debug)]
struct Damage {
    faults: Faults,
    random: Random,
    held: VecDeque<Held>,
    /// Buffers to use again.
    spare: Vec<OwnedFrame>,
    counters: CaptureCounters,
}

#[derive(Debug)]
struct Held {
    frame: OwnedFrame,
    /// How many frames were taken before it that came after it.
    overtaken: usize,
}

impl Damage {
    fn take(&mut self, frame: &Frame<'_>, each: &mut dyn FnMut(Frame<'_>)) {
        if self.random.chance(self.faults.drop) {
            self.counters.dropped += 1;
            return;
        }
        let copies = if self.random.chance(self.faults.duplicate) { 2 } else { 1 };
        for _ in 0..copies {
            let mut copy = match self.spare.pop() {
                Some(mut spare) => {
                    spare.assign(frame);
                    spare
                }
                None => OwnedFrame::from(*frame),
            };
            self.harm(&mut copy.bytes);
            self.held.push_back(Held { frame: copy, overtaken: 0 });
            self.release(self.faults.window, each);
        }
    }

    fn harm(&mut self, bytes: &mut Vec<u8>) {
        if self.random.chance(self.faults.truncate) {
            let length = self.random.below(bytes.len());
            bytes.truncate(length);
        }
        if self.random.chance(self.faults.flip) {
            for _ in 0..=self.random.below(8) {
                let (at, bit) = (self.random.below(bytes.len()), self.random.below(8));
                if let Some(octet) = bytes.get_mut(at) {
                    *octet ^= 1 << bit;
                }
            }
        }
    }

    /// Delivers until no more than `window` frames are held back.
    fn release(&mut self, window: usize, each: &mut dyn FnMut(Frame<'_>)) {
        while self.held.len() > window {
            // The first was overtaken most often of all.
            let waits = self.held.front().is_some_and(|held| held.overtaken < self.faults.window);
            let choice = if waits && self.random.chance(self.faults.reorder) {
                self.random.below(self.held.len())
            } else {
                0
            };
            for held in self.held.iter_mut().take(choice) {
                held.overtaken += 1;
            }
            let Some(Held { frame, .. }) = self.held.remove(choice) else {
                return;
            };
            let delivered = frame.as_frame();
            self.counters.frame(&delivered);
            each(delivered);
            self.spare.push(frame);
        }
    }
}

/// `SplitMix64` (Steele, Lea and Flood, OOPSLA 2014).
#[derive(Debug)]
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Returns a number below `limit`, or 0.
    fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % limit).unwrap_or(usize::MAX)
    }

    /// Returns true so many times in a million.
    fn chance(&mut self, of_a_million: u32) -> bool {
        of_a_million > 0 && self.next() % 1_000_000 < u64::from(of_a_million)
    }
}

/// Room made at the start for frames held back; more is made when needed.
const HELD: usize = 1_024;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        frame::LinkType,
        memory::{Idle, MemoryCapture},
    };

    const ALL: u32 = 1_000_000;

    fn frames(count: u64) -> Vec<OwnedFrame> {
        let frame = |number: u64| OwnedFrame {
            number,
            ..OwnedFrame::new(Timestamp::from_nanos(number), LinkType::MTP3, vec![0x5a; 40])
        };
        (1..=count).map(frame).collect()
    }

    fn run(
        count: u64,
        faults: Faults,
        seed: u64,
        burst: usize,
    ) -> (Vec<OwnedFrame>, CaptureCounters) {
        let inner = MemoryCapture::new(frames(count), burst, Idle::Between);
        let mut capture = FaultInjector::new(inner, faults, seed);
        let mut out = Vec::new();
        loop {
            let before = out.len();
            match capture.poll(&mut |frame| out.push(OwnedFrame::from(frame))).unwrap() {
                Polled::Frames(n) => assert_eq!(out.len() - before, n),
                Polled::Idle => assert_eq!(out.len(), before),
                Polled::End => return (out, capture.counters()),
            }
        }
    }

    #[test]
    fn the_generator_is_splitmix64() {
        // The first outputs for seed 1234567, as published with the algorithm.
        let mut random = Random(1_234_567);
        let want =
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
        assert_eq!([random.next(), random.next(), random.next()], want);
    }

    #[test]
    fn the_same_seed_does_the_same_whatever_the_burst() {
        let some = 200_000;
        let faults = Faults {
            drop: some,
            duplicate: some,
            reorder: some,
            window: 5,
            truncate: some,
            flip: some,
        };
        for seed in [0, 1, u64::MAX] {
            let want = run(500, faults, seed, 64);
            assert_ne!(want.0, frames(500));
            for burst in [1, 7] {
                assert_eq!(run(500, faults, seed, burst), want);
            }
            assert_ne!(run(500, faults, seed ^ 2, 64), want);
        }
    }

    #[test]
    fn each_fault_does_what_it_says() {
        let none = Faults::default();
        assert_eq!(run(100, none, 1, 7).0, frames(100));
        let held = Faults { window: 10, ..none };
        assert_eq!(run(100, held, 1, 7).0, frames(100));
        let (out, counters) = run(100, Faults { drop: ALL, ..none }, 1, 7);
        assert_eq!((out.len(), counters.dropped), (0, 100));
        let (out, counters) = run(10_000, Faults { drop: ALL / 10, ..none }, 1, 7);
        assert!((8_800..9_200).contains(&out.len()), "{}", out.len());
        assert_eq!(counters.frames + counters.dropped, 10_000);
        let (out, _) = run(100, Faults { duplicate: ALL, ..none }, 1, 7);
        assert!(out.len() == 200 && out.chunks(2).all(|pair| pair[0] == pair[1]));
        let (out, counters) = run(100, Faults { truncate: ALL, ..none }, 1, 7);
        assert!(out.iter().all(|f| f.bytes.len() < 40 && f.wire_len == 40));
        assert_eq!(counters.truncated, 100);
        let (out, _) = run(100, Faults { flip: ALL, ..none }, 1, 7);
        let flipped = |f: &OwnedFrame| f.bytes.iter().map(|o| (o ^ 0x5a).count_ones()).sum::<u32>();
        assert!(out.iter().all(|frame| flipped(frame) <= 8));
        assert!(out.iter().filter(|frame| flipped(frame) > 0).count() > 80);
    }

    proptest! {
        #[test]
        fn reordering_loses_nothing_and_stays_in_its_window(
            seed in any::<u64>(), window in 0..20usize, reorder in 0..=ALL,
        ) {
            let faults = Faults { reorder, window, ..Faults::default() };
            let (mut out, _) = run(200, faults, seed, 7);
            for (place, frame) in (1u64..).zip(&out) {
                prop_assert!(frame.number.abs_diff(place) <= u64::try_from(window).unwrap());
            }
            out.sort_by_key(|frame| frame.number);
            prop_assert_eq!(out, frames(200));
        }
    }
}
