//! The reader of capture files, any octets: plain, compressed, pcap or pcapng.

use std::io::Cursor;

use picket_hw::{Capture, Polled, file::FileCapture};

/// Reads a capture to its end.
pub fn read(octets: &[u8]) {
    let stream = Box::new(Cursor::new(octets.to_vec()));
    let mut capture = FileCapture::from_reader("fuzz", stream, FileCapture::BURST);
    let (mut frames, mut bytes) = (0_u64, 0_u64);
    loop {
        let polled = capture.poll(&mut |frame| {
            frames += 1;
            bytes += frame.bytes.len() as u64;
            assert!(frame.number >= frames, "frames are numbered in order");
        });
        match polled {
            Ok(Polled::Frames(_)) => {}
            Ok(Polled::Idle) => panic!("a file is never idle"),
            Ok(Polled::End) => break,
            Err(error) => assert!(error.to_string().contains("fuzz"), "{error} names the file"),
        }
    }
    let counters = capture.counters();
    assert_eq!((counters.frames, counters.bytes), (frames, bytes));
    assert_eq!(counters.faults == 0, capture.faults().is_empty());
    for fault in capture.faults() {
        assert!(fault.to_string().contains("fuzz"), "{fault} names the file");
    }
}
