//! One burst of frames, in DPDK's own buffers, which go back when it is dropped.
//!
//! A frame that came in several buffers is put together in memory of ours, at most [`PART`] octets
//! of it: more than any adapter delivers unless it merges packets, and then the frame counts as
//! truncated.

use std::slice;

/// Where bursts are received, one after the other.
#[derive(Debug)]
pub(super) struct Burst {
    raw: Box<dpdk_sys::Burst>,
    /// What `raw.linear` points to.
    _linear: Vec<u8>,
}

/// The time an adapter stamps on frames.
#[derive(Clone, Copy, Debug)]
pub(super) struct StampField {
    offset: i32,
    flag: u64,
}

impl StampField {
    /// Asks DPDK where that stands in its buffers.
    pub(super) fn register() -> Option<Self> {
        let mut field = Self { offset: -1, flag: 0 };
        // SAFETY: EAL is started, and both are written only.
        let result =
            unsafe { dpdk_sys::picket_stamp_field(&raw mut field.offset, &raw mut field.flag) };
        (result == 0).then_some(field)
    }
}

impl Burst {
    /// Makes room for a burst.
    pub(super) fn new(stamps: Option<StampField>) -> Self {
        let mut linear = vec![0_u8; dpdk_sys::BURST * PART];
        let frame = dpdk_sys::Frame {
            data: std::ptr::null(),
            captured: 0,
            wire: 0,
            stamp: 0,
            stamped: 0,
            segments: 0,
        };
        let raw = Box::new(dpdk_sys::Burst {
            frames: [frame; dpdk_sys::BURST],
            buffers: [std::ptr::null_mut(); dpdk_sys::BURST],
            linear: linear.as_mut_ptr(),
            part: u32::try_from(PART).unwrap_or(0),
            stamp_offset: stamps.map_or(-1, |field| field.offset),
            stamp_flag: stamps.map_or(0, |field| field.flag),
        });
        Self { raw, _linear: linear }
    }

    /// Receives what has come on a queue of a port that is started.
    pub(super) fn receive(&mut self, port: u16, queue: u16) -> Received<'_> {
        // SAFETY: the caller has started the port with this queue, and polls it from one thread. The
        // burst before went back when its `Received` was dropped.
        let count = unsafe { dpdk_sys::picket_receive(port, queue, &raw mut *self.raw) };
        Received { burst: self, count }
    }
}

// SAFETY: the pointers are to memory the value owns, and to buffers only while a `Received` lives.
unsafe impl Send for Burst {}

/// Frames that were received; their buffers go back when this is dropped.
#[derive(Debug)]
pub(super) struct Received<'a> {
    burst: &'a mut Burst,
    count: u16,
}

/// One of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Taken<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) wire: u32,
    /// The adapter's clock.
    pub(super) stamp: Option<u64>,
}

impl Received<'_> {
    /// Returns how many frames came.
    pub(super) const fn len(&self) -> u16 {
        self.count
    }

    /// Returns the frames, in order.
    pub(super) fn frames(&self) -> impl Iterator<Item = Taken<'_>> {
        self.burst.raw.frames.iter().take(usize::from(self.count)).map(|frame| {
            let length = usize::try_from(frame.captured).unwrap_or(0);
            // SAFETY: the shim described `captured` octets at `data`, in a buffer of this burst or in
            // `linear`; neither changes before `self` is dropped.
            let bytes = unsafe { slice::from_raw_parts(frame.data, length) };
            let stamp = (frame.stamped != 0).then_some(frame.stamp);
            Taken { bytes, wire: frame.wire.max(frame.captured), stamp }
        })
    }
}

impl Drop for Received<'_> {
    fn drop(&mut self) {
        if self.count > 0 {
            // SAFETY: these buffers were received and not given back yet.
            unsafe { dpdk_sys::picket_release(&raw mut *self.burst.raw, self.count) }
        }
    }
}

/// Octets of a frame that came in several buffers: no IP packet is longer.
const PART: usize = 65_536;
