//! What is written is read again the same, by this crate and by `pcap-parser`.

use std::io;

use pcap_parser::{Block, PcapBlockOwned, PcapError, create_reader, traits::PcapNGPacketBlock};
use proptest::prelude::*;

use super::*;
use crate::{
    capture::{Capture, Polled},
    file::FileCapture,
    frame::{FileId, PortId, Timestamp},
    memory::OwnedFrame,
};

fn read(octets: Vec<u8>) -> (Vec<OwnedFrame>, FileCapture) {
    let mut capture = FileCapture::from_reader("written", Box::new(io::Cursor::new(octets)), 7);
    let mut frames = Vec::new();
    while capture.poll(&mut |frame| frames.push(frame.into())).unwrap() != Polled::End {}
    assert_eq!(capture.faults(), []);
    (frames, capture)
}

/// Reads with `pcap-parser`: the octets of each packet, and its time in the file's unit.
fn oracle(octets: &[u8]) -> Vec<(u64, Vec<u8>)> {
    let mut reader = create_reader(1 << 16, octets).unwrap();
    let mut packets = Vec::new();
    loop {
        match reader.next() {
            Ok((offset, block)) => {
                match block {
                    PcapBlockOwned::Legacy(packet) => {
                        let at = u64::from(packet.ts_sec) * 1_000_000_000;
                        let data = &packet.data[..packet.caplen as usize];
                        packets.push((at + u64::from(packet.ts_usec), data.to_vec()));
                    }
                    PcapBlockOwned::NG(Block::EnhancedPacket(packet)) => {
                        let at = (u64::from(packet.ts_high) << 32) | u64::from(packet.ts_low);
                        packets.push((at, packet.packet_data().to_vec()));
                    }
                    PcapBlockOwned::LegacyHeader(_) | PcapBlockOwned::NG(_) => {}
                }
                reader.consume(offset);
            }
            Err(PcapError::Eof) => return packets,
            Err(PcapError::Incomplete(_)) => reader.refill().unwrap(),
            Err(error) => panic!("{error:?}"),
        }
    }
}

fn frame(number: u64, port: u16, link: u16, nanos: u64, bytes: Vec<u8>, more: u32) -> OwnedFrame {
    let wire_len = u32::try_from(bytes.len()).unwrap().saturating_add(more);
    let (at, port, link) = (Timestamp::from_nanos(nanos), PortId(port), LinkType(link));
    OwnedFrame { at, bytes, wire_len, port, link, number, source: FileId(0) }
}

fn frames(ports: u16, seconds: u64) -> impl Strategy<Value = Vec<OwnedFrame>> {
    let octets = prop::collection::vec(any::<u8>(), 0..80);
    let one = (0..ports, 0..seconds, 0..1_000_000_000u64, octets, 0..100u32);
    prop::collection::vec(one, 0..30).prop_map(|parts| {
        let number = |((port, seconds, nanos, octets, more), number)| {
            frame(number, port, 141, seconds * 1_000_000_000 + nanos, octets, more)
        };
        parts.into_iter().zip(1..).map(number).collect()
    })
}

proptest! {
    #[test]
    fn pcap_is_read_as_it_was_written(frames in frames(1, 1 << 32)) {
        for precision in [Precision::Micros, Precision::Nanos] {
            let mut writer = PcapWriter::new(Vec::new(), LinkType::MTP3, precision).unwrap();
            let mut want = frames.clone();
            for frame in &mut want {
                writer.write(&frame.as_frame()).unwrap();
                if precision == Precision::Micros {
                    frame.at = Timestamp::from_nanos(frame.at.nanos() / 1_000 * 1_000);
                }
            }
            let file = writer.finish().unwrap();
            if precision == Precision::Nanos {
                let plain = want.iter().map(|frame| (frame.at.nanos(), frame.bytes.clone()));
                prop_assert_eq!(oracle(&file), plain.collect::<Vec<_>>());
            }
            prop_assert_eq!(read(file).0, want);
        }
    }

    #[test]
    fn pcapng_is_read_as_it_was_written(frames in frames(3, 1 << 34), end in any::<u64>()) {
        let mut writer = PcapngWriter::new(Vec::new(), "test").unwrap();
        for port in 0..3 {
            writer.describe(PortId(port), LinkType::MTP3, "tap \u{e9}").unwrap();
        }
        for (n, frame) in frames.iter().enumerate() {
            writer.write_commented(&frame.as_frame(), &["one", "two \u{fc}"][..n % 3]).unwrap();
        }
        let file = writer.finish(Timestamp::from_nanos(end)).unwrap();
        let plain = frames.iter().map(|frame| (frame.at.nanos(), frame.bytes.clone()));
        prop_assert_eq!(oracle(&file), plain.collect::<Vec<_>>());
        let (seen, capture) = read(file);
        prop_assert_eq!(seen, frames);
        prop_assert_eq!(capture.end_time(), Some(Timestamp::from_nanos(end)));
    }
}

#[test]
fn comments_and_names_are_written_as_options() {
    let mut writer = PcapngWriter::new(Vec::new(), "picket test").unwrap();
    writer.describe(PortId(4), LinkType::ETHERNET, "intl-1").unwrap();
    let one = frame(1, 4, 1, 1, vec![1, 2, 3], 0);
    writer.write_commented(&one.as_frame(), &["seen in alert 7"]).unwrap();
    let file = writer.finish(Timestamp::from_nanos(9)).unwrap();
    // Code, length and the start of the value, little-endian.
    for option in [
        &b"\x04\x00\x0b\x00picket test\0"[..],
        b"\x02\x00\x06\x00intl-1\0\0\x09\x00\x01\x00\x09\0\0\0\0\0\0\0",
        b"\x01\x02\x03\x00\x01\x00\x0f\x00seen in alert 7\0\0\0\0\0",
        b"\x03\x00\x08\x00\0\0\0\0\x09\0\0\0\x04\x00\x08\x00\x01\0\0\0\0\0\0\0\0\0\0\0",
    ] {
        assert!(file.windows(option.len()).any(|window| window == option), "{option:?}");
    }
}

#[test]
fn an_interface_that_was_not_described_is_when_its_frame_comes() {
    let mut writer = PcapngWriter::new(Vec::new(), "").unwrap();
    let links = [(9, 1), (9, 141), (2, 1), (9, 1)];
    for (number, (port, link)) in (1..).zip(links) {
        writer.write(&frame(number, port, link, 5, vec![0; 3], 0).as_frame()).unwrap();
    }
    let (seen, _) = read(writer.finish(Timestamp::EPOCH).unwrap());
    let seen = seen.iter().map(|frame| (frame.port.0, frame.link.0)).collect::<Vec<_>>();
    assert_eq!(seen, [(0, 1), (1, 141), (2, 1), (0, 1)]);
}

#[test]
fn what_does_not_fit_is_refused_and_nothing_is_written() {
    let long = vec![0; 262_145];
    let mut pcap = PcapWriter::new(Vec::new(), LinkType::MTP3, Precision::Nanos).unwrap();
    for unfit in [
        frame(1, 0, 1, 0, vec![], 0),
        frame(1, 0, 141, u64::MAX, vec![], 0),
        frame(1, 0, 141, 0, long.clone(), 0),
    ] {
        let error = pcap.write(&unfit.as_frame()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput, "{error}");
    }
    assert_eq!(pcap.finish().unwrap().len(), 24);
    let mut pcapng = PcapngWriter::new(Vec::new(), "").unwrap();
    assert!(pcapng.write(&frame(1, 0, 1, 0, long, 0).as_frame()).is_err());
    let comments = ["c".repeat(40_000), "d".repeat(40_000)];
    let comments = comments.each_ref().map(String::as_str);
    let one = frame(1, 0, 1, 0, vec![], 0);
    assert!(pcapng.write_commented(&one.as_frame(), &comments).is_err());
    pcapng.write_commented(&one.as_frame(), &comments[..1]).unwrap();
    assert_eq!(read(pcapng.finish(Timestamp::EPOCH).unwrap()).0, [one]);
}
