//! Tests of the file reader, on files built octet by octet.

mod damage;
mod formats;
mod inputs;
mod samples;

use std::io;

use super::{Fault, FileCapture};
use crate::{
    capture::{Capture, CaptureCounters, CaptureError, Polled},
    frame::Timestamp,
    memory::OwnedFrame,
};

/// All that reading brought.
#[derive(Debug, Default, PartialEq)]
struct Reading {
    frames: Vec<OwnedFrame>,
    faults: Vec<Fault>,
    counters: CaptureCounters,
    end_time: Option<Timestamp>,
}

/// Reads to the end, which must come.
fn drain(mut capture: FileCapture) -> Result<Reading, CaptureError> {
    let mut frames = Vec::new();
    loop {
        let before = frames.len();
        match capture.poll(&mut |frame| frames.push(OwnedFrame::from(frame)))? {
            Polled::Frames(n) => assert_eq!(frames.len() - before, n),
            Polled::Idle => panic!("a file is never idle"),
            Polled::End => break,
        }
    }
    assert_eq!(capture.poll(&mut |_| panic!("a frame after the end"))?, Polled::End);
    let (counters, end_time) = (capture.counters(), capture.end_time());
    Ok(Reading { frames, faults: capture.faults().to_vec(), counters, end_time })
}

/// Reads octets in bursts of 1, 7 and 64, which must make no difference.
fn read(octets: &[u8]) -> Result<Reading, CaptureError> {
    let burst = |burst| {
        let stream = Box::new(io::Cursor::new(octets.to_vec()));
        drain(FileCapture::from_reader("sample", stream, burst))
    };
    let want = burst(64)?;
    for size in [1, 7] {
        assert_eq!(burst(size)?, want, "burst {size}");
    }
    Ok(want)
}
