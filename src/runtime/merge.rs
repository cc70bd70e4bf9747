//! Frames of several ports in order of time, under a watermark.
//!
//! Each port hands over its own frames nearly in order, and those of different ports late by
//! different times. They are held until a watermark passes: the time before which nothing is
//! expected any more. What comes later than that is passed on after all, and the lane counts it.
//!
//! Held are at most [`FRAMES`] frames and [`OCTETS`] octets; beyond, the oldest go before their time.

use std::{cmp::Reverse, collections::BinaryHeap};

use picket_hw::{Frame, PortId, Timestamp, memory::OwnedFrame};

/// Frames that wait for their turn.
#[derive(Debug, Default)]
pub struct Merge {
    /// Time, then port, then order of arrival, so that no order depends on how bursts fell.
    order: BinaryHeap<Reverse<(Timestamp, PortId, u64, usize)>>,
    slots: Vec<OwnedFrame>,
    free: Vec<usize>,
    arrivals: u64,
    octets: usize,
    hurried: u64,
}

impl Merge {
    /// Takes a frame in; `each` gets those there is no more room for.
    pub fn push(&mut self, frame: &Frame<'_>, each: &mut dyn FnMut(Frame<'_>)) {
        while self.order.len() >= FRAMES || self.octets > OCTETS {
            self.hurried += 1;
            self.pop(each);
        }
        let slot = self.free.pop().unwrap_or(self.slots.len());
        match self.slots.get_mut(slot) {
            Some(held) => held.assign(frame),
            None => self.slots.push(OwnedFrame::from(*frame)),
        }
        self.octets += frame.bytes.len();
        self.order.push(Reverse((frame.at, frame.port, self.arrivals, slot)));
        self.arrivals += 1;
    }

    /// Gives the frames up to the watermark to `each`, in order of time.
    pub fn release(&mut self, watermark: Timestamp, each: &mut dyn FnMut(Frame<'_>)) {
        while self.order.peek().is_some_and(|Reverse((at, ..))| *at <= watermark) {
            self.pop(each);
        }
    }

    /// Returns how many frames wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether none waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// Returns how many frames had to go before their time for want of room.
    #[must_use]
    pub const fn hurried(&self) -> u64 {
        self.hurried
    }

    fn pop(&mut self, each: &mut dyn FnMut(Frame<'_>)) {
        let Some(Reverse((.., slot))) = self.order.pop() else { return };
        if let Some(held) = self.slots.get(slot) {
            self.octets = self.octets.saturating_sub(held.bytes.len());
            each(held.as_frame());
        }
        self.free.push(slot);
    }
}

/// Frames held at most.
pub const FRAMES: usize = 1 << 18;
/// Octets held at most, about.
pub const OCTETS: usize = 128 << 20;

#[cfg(test)]
mod tests {
    use picket_hw::LinkType;

    use super::*;

    fn frame(port: u16, at: u64) -> OwnedFrame {
        let frame = OwnedFrame::new(Timestamp::from_nanos(at), LinkType::MTP3, vec![0; 8]);
        OwnedFrame { port: PortId(port), ..frame }
    }

    fn drain(merge: &mut Merge, watermark: u64) -> Vec<(u16, u64)> {
        let mut out = Vec::new();
        let watermark = Timestamp::from_nanos(watermark);
        merge.release(watermark, &mut |frame| out.push((frame.port.0, frame.at.nanos())));
        out
    }

    fn push(merge: &mut Merge, port: u16, at: u64) {
        merge.push(&frame(port, at).as_frame(), &mut |_| panic!("there is room"));
    }

    #[test]
    fn frames_come_in_order_of_time_up_to_the_watermark() {
        let mut merge = Merge::default();
        for (port, at) in [(1, 10), (1, 30), (0, 20), (0, 30), (0, 40)] {
            push(&mut merge, port, at);
        }
        assert_eq!(drain(&mut merge, 9), []);
        assert_eq!(drain(&mut merge, 30), [(1, 10), (0, 20), (0, 30), (1, 30)]);
        push(&mut merge, 1, 25);
        assert_eq!(drain(&mut merge, 30), [(1, 25)], "late ones come too");
        assert_eq!(drain(&mut merge, 100), [(0, 40)]);
        assert!(merge.is_empty());
        assert_eq!(merge.slots.len(), 5, "buffers are used again");
    }

    #[test]
    fn the_oldest_go_early_when_there_is_no_room() {
        let mut merge = Merge::default();
        let mut out = Vec::new();
        for at in 0..FRAMES as u64 + 3 {
            merge.push(&frame(0, at).as_frame(), &mut |frame| out.push(frame.at.nanos()));
        }
        assert_eq!((out, merge.hurried(), merge.len()), (vec![0, 1, 2], 3, FRAMES));
    }
}
