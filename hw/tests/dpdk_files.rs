//! DPDK over capture files: jumbo frames in several buffers, two queues, what is not offered.
//!
//! DPDK starts once a process, so this file has one test.
#![cfg(feature = "dpdk")]
#![expect(clippy::expect_used, reason = "a failure here is the test's")]

use std::{fs::File, path::Path};

use picket_hw::{
    Capture, LinkType, Polled, Timestamp,
    dpdk::{DpdkCapture, DpdkOptions, Spread},
    live::Source,
    memory::OwnedFrame,
    write::{FrameWriter, PcapWriter, Precision},
};

/// Frames of lengths about the size of a buffer, each of other octets.
fn frames(lengths: &[usize]) -> Vec<Vec<u8>> {
    let octet = |at: usize, length: usize| u8::try_from((at * 7 + length) % 251).expect("an octet");
    lengths.iter().map(|&length| (0..length).map(|at| octet(at, length)).collect()).collect()
}

fn write(path: &Path, frames: &[Vec<u8>]) {
    let mut writer =
        PcapWriter::new(File::create(path).expect("a file"), LinkType::ETHERNET, Precision::Micros)
            .expect("written");
    for frame in frames {
        let frame = OwnedFrame::new(Timestamp::EPOCH, LinkType::ETHERNET, frame.clone());
        writer.write(&frame.as_frame()).expect("written");
    }
}

#[test]
fn frames_come_whole_from_every_queue() {
    let dir = tempfile::tempdir().expect("a directory");
    let (a, b) = (dir.path().join("a.pcap"), dir.path().join("b.pcap"));
    let first = frames(&[60, 1_514, 2_047, 2_048, 2_049, 4_096, 4_097, 9_018, 60]);
    let second = frames(&[64, 9_216, 61, 3_000]);
    write(&a, &first);
    write(&b, &second);
    let device = format!("--vdev=net_pcap0,rx_pcap={},rx_pcap={}", a.display(), b.display());
    let options = DpdkOptions {
        eal: ["--no-huge", "--no-pci", "-m", "128", &device].map(str::to_owned).to_vec(),
        rx_queues: 2,
        filter: Some(String::new()),
        snaplen: 9_100,
        ..Default::default()
    };
    let mut capture = DpdkCapture::open(&options).expect("ports");
    let offer = capture.offers().next().expect("a port").clone();
    assert_eq!((offer.driver.as_str(), offer.spread), ("net_pcap", Spread::Driver));
    assert!(matches!(offer.steering, Some(Err(_))), "{offer:?}");
    assert!(offer.spread().contains("not offered"), "{}", offer.spread());
    let mut got = Vec::new();
    let mut wire = Vec::new();
    while got.len() < first.len() + second.len() {
        let polled = capture.poll(&mut |frame| {
            got.push(frame.bytes.to_vec());
            wire.push(frame.wire_len);
        });
        assert_ne!(polled.expect("frames"), Polled::Idle, "it ended after {} frames", got.len());
    }
    let mut sent: Vec<_> = first.into_iter().chain(second).collect();
    for frame in &mut sent {
        frame.truncate(9_100);
    }
    sent.sort();
    got.sort();
    assert_eq!(got, sent);
    assert!(wire.contains(&9_216), "the length on the wire is kept: {wire:?}");
    assert_eq!(capture.counters().truncated, 1);
    assert_eq!(capture.poll(&mut |_| panic!("there is no more")).expect("idle"), Polled::Idle);
    let port = capture.ports().pop().expect("a port");
    assert_eq!((port.frames, port.dropped, port.missed, port.errors), (13, 0, 0, 0));
    let value = |name: &str| {
        let found = port.extended.iter().find(|(known, _)| &**known == name);
        found.map_or(0, |(_, value)| *value)
    };
    assert_eq!(value("picket_received"), 13);
    assert!(value("picket_free_buffers") > 7_000, "buffers go back: {:?}", port.extended);
    assert!(capture.in_order(), "the host stamps them, one after the other");
    let again = DpdkCapture::open(&options).expect_err("DPDK runs").to_string();
    assert!(again.contains("once a process"), "{again}");
}
