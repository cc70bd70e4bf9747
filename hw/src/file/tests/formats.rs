//! Every variant of every format, read as it was written.

use super::{
    read,
    samples::{
        MICROS, MODIFIED, NANOS, Octets, block, enhanced, enhanced_saying, gzip, interface, pcap,
        pcap_header, pcapng, record, section, zstd,
    },
};
use crate::file::{
    What,
    order::Order::{self, Big, Little},
};

/// Time, octets, wire length, port, link, number.
type Seen = (u64, Vec<u8>, u32, u16, u16, u64);

fn seen(octets: &[u8]) -> Vec<Seen> {
    let reading = read(octets).unwrap();
    assert_eq!(reading.faults, []);
    let frames = reading.frames.into_iter();
    frames
        .map(|frame| {
            let (port, link) = (frame.port.0, frame.link.0);
            (frame.at.nanos(), frame.bytes, frame.wire_len, port, link, frame.number)
        })
        .collect()
}

#[test]
fn pcap_in_every_octet_order_resolution_and_version() {
    const SECOND: u64 = 1_000_000_000;
    for order in [Little, Big] {
        for (magic, version, tail, lengths, nanos) in [
            (MICROS, (2, 4), &[][..], (3, 9), 7_000),
            (NANOS, (2, 4), &[], (3, 9), 7),
            (MODIFIED, (2, 4), &[0xee; 8], (3, 9), 7_000),
            (MICROS, (2, 5), &[], (3, 9), 7_000),
            (MICROS, (2, 3), &[], (3, 9), 7_000),
            (MICROS, (2, 3), &[], (9, 3), 7_000),
            (MICROS, (2, 2), &[], (9, 3), 7_000),
            (MICROS, (543, 0), &[], (9, 3), 7_000),
        ] {
            // A frame check sequence of four octets, and a flag nobody knows.
            let mut file = pcap_header(order, magic, version, 0x4402_0001);
            file.extend(record(order, (u32::MAX, 7), lengths, tail, &[1, 2, 3]));
            file.extend(record(order, (1, 0), (0, 0), tail, &[]));
            let want = [
                (u64::from(u32::MAX) * SECOND + nanos, vec![1, 2, 3], 9, 0, 1, 1),
                (SECOND, vec![], 0, 0, 1, 2),
            ];
            assert_eq!(seen(&file), want, "{order:?} {magic:#x} {version:?}");
        }
    }
}

#[test]
fn pcapng_sections_of_both_orders_interfaces_and_packet_blocks() {
    let parts = |order: Order| {
        let options = |code, value: &[u8]| Octets::new(order).option(code, value);
        let offset = Octets::new(order).u64(1_000).1;
        [
            section(order),
            interface(order, 1, 4, &Octets::new(order)),
            interface(order, 276, 0, &options(2, b"tap").option(9, &[9]).option(0, &[])),
            interface(order, 141, 0, &options(9, &[0x81]).option(14, &offset)),
            block(order, 0x77, &[7; 20]),
            enhanced(order, 1, 1_700_000_000_000_000_001, &[1, 2, 3, 4, 5]),
            // A simple packet: four octets of six, by the snapshot length of interface 0.
            block(order, 3, &Octets::new(order).u32(6).octets(&[9, 8, 7, 6]).1),
            enhanced(order, 2, 3, &[]),
            // The obsolete packet block, with two drops.
            block(
                order,
                2,
                &Octets::new(order).u16(0).u16(2).halves(5).u32(1).u32(2).octets(&[4, 0, 0, 0]).1,
            ),
        ]
        .concat()
    };
    for orders in [[Little, Big], [Big, Little]] {
        let file = orders.map(parts).concat();
        let section = |port: u16, number: u64| {
            let at = 1_700_000_000_000_000_001;
            [
                (at, vec![1, 2, 3, 4, 5], 5, port + 1, 276, number + 1),
                (at, vec![9, 8, 7, 6], 6, port, 1, number + 2),
                (1_001_500_000_000, vec![], 0, port + 2, 141, number + 3),
                (5_000, vec![4], 2, port, 1, number + 4),
            ]
        };
        assert_eq!(seen(&file), [section(0, 0), section(3, 4)].concat());
        let counters = read(&file).unwrap().counters;
        assert_eq!((counters.frames, counters.bytes), (8, 20));
        assert_eq!((counters.truncated, counters.dropped), (4, 4));
    }
}

#[test]
fn statistics_tell_the_end_and_the_losses() {
    for order in [Little, Big] {
        let statistics = |interface, end, drops| {
            let halves = Octets::new(order).halves(end).1;
            let drops = Octets::new(order).u64(drops).1;
            let body = Octets::new(order).u32(interface).u64(0).option(3, &halves);
            block(order, 5, &body.option(5, &drops).option(7, &[0; 8]).1)
        };
        let file = [
            pcapng(order, &[4]),
            interface(order, 1, 0, &Octets::new(order).option(9, &[9])),
            statistics(0, 200_000_000, 3),
            statistics(0, 300_000_000, 5),
            statistics(1, 250_000_000_000, 1),
        ]
        .concat();
        let reading = read(&file).unwrap();
        assert_eq!(reading.end_time.map(|end| end.nanos()), Some(300_000_000_000));
        assert_eq!((reading.counters.dropped, reading.faults), (6, vec![]));
    }
}

#[test]
fn compressed_files_of_any_number_of_members() {
    for plain in [pcap(Little, &[3, 0, 1500]), pcapng(Big, &[3, 0, 1500])] {
        let (head, tail) = plain.split_at(50);
        let skippable = [&[0x53, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 1, 2][..], &zstd(&plain)].concat();
        for file in [
            gzip(&plain),
            [gzip(head), gzip(tail)].concat(),
            [gzip(head), gzip(&[]), gzip(tail), vec![0; 700]].concat(),
            zstd(&plain),
            [zstd(head), zstd(tail)].concat(),
            skippable,
        ] {
            assert_eq!(seen(&file), seen(&plain));
            let odd = read(&[&file[..], b"rubbish, and more of it"].concat()).unwrap();
            assert_eq!(odd.frames.len(), 3);
            let whats = odd.faults.iter().map(|fault| &fault.what).collect::<Vec<_>>();
            assert_eq!(whats, [&What::Trailing(b"rubbish,".to_vec())]);
        }
    }
}

#[test]
fn lengths_that_lie_are_told_and_what_is_whole_is_read() {
    let order = Little;
    let good = || enhanced(order, 0, 1, &[1]);
    let raw = |kind, length: u32, rest: usize, trailing: u32| {
        Octets::new(order).u32(kind).u32(length).octets(&vec![0; rest]).u32(trailing).1
    };
    let no_order = {
        let mut section = section(order);
        section[8..12].copy_from_slice(&[1, 2, 3, 4]);
        section
    };
    let version = {
        let mut section = section(order);
        section[12] = 2;
        section
    };
    // What is between two good packets, how many packets are then read, and what is told.
    for (middle, packets, want) in [
        (raw(99, 0, 8, 0), 1, What::BlockLength { kind: 99, length: 0 }),
        (raw(99, 22, 10, 22), 1, What::BlockLength { kind: 99, length: 22 }),
        (raw(6, 28, 16, 28), 1, What::BlockLength { kind: 6, length: 28 }),
        (raw(6, 0x0800_0000, 64, 0), 1, What::BlockLength { kind: 6, length: 0x0800_0000 }),
        (raw(99, 32, 20, 36), 1, What::TrailingLength { leading: 32, trailing: 36 }),
        (raw(5, 32, 20, 0), 1, What::TrailingLength { leading: 32, trailing: 0 }),
        (no_order, 1, What::ByteOrder(0x0403_0201)),
        (version, 1, What::Version { major: 2, minor: 0 }),
        (enhanced(order, 7, 1, &[1]), 2, What::Interface { interface: 7, described: 1 }),
        (
            enhanced_saying(order, 0, 1, (9, 9), &[0; 8]),
            2,
            What::PacketLength { length: 9, limit: 8 },
        ),
        (
            enhanced_saying(order, 0, 1, (300_000, 300_000), &[0; 300_000]),
            2,
            What::PacketLength { length: 300_000, limit: 262_144 },
        ),
        (
            enhanced_saying(order, 0, 1, (4, 2), &[0; 4]),
            3,
            What::WireLength { captured: 4, wire: 2 },
        ),
    ] {
        let start = [pcapng(order, &[]), good()].concat();
        let file = [&start[..], &middle, &good()].concat();
        let reading = read(&file).unwrap();
        assert_eq!(reading.frames.len(), packets, "{want}");
        let [fault] = &reading.faults[..] else { panic!("{:?}", reading.faults) };
        assert_eq!((&fault.what, fault.packet), (&want, 1));
        assert_eq!(fault.offset, u64::try_from(start.len()).unwrap());
        if packets > 1 {
            // A packet that is passed over still has its number.
            assert_eq!(reading.frames.last().unwrap().number, 3);
        }
        assert!(reading.frames.iter().all(|frame| frame.bytes.len() <= frame.wire_len as usize));
    }
}

#[test]
fn pcap_records_that_lie() {
    for (time, lengths, data, packets, want) in [
        ((1, 1), (262_145, 262_145), 8, 1, What::PacketLength { length: 262_145, limit: 262_144 }),
        ((1, 1), (u32::MAX, 4), 4, 1, What::PacketLength { length: u32::MAX, limit: 262_144 }),
        ((1, 1), (100, 100), 8, 1, What::Cut { wanted: 116, found: 24 + 17 }),
        ((1, 1), (8, 6), 8, 3, What::WireLength { captured: 8, wire: 6 }),
        ((1, 1_000_000), (8, 8), 8, 3, What::Fraction { fraction: 1_000_000, limit: 1_000_000 }),
    ] {
        let middle = record(Big, time, lengths, &[], &vec![0; data]);
        let file = [pcap(Big, &[1]), middle, record(Big, (2, 2), (1, 1), &[], &[5])].concat();
        let reading = read(&file).unwrap();
        assert_eq!(reading.frames.len(), packets, "{want}");
        let whats = reading.faults.iter().map(|fault| &fault.what).collect::<Vec<_>>();
        assert_eq!(whats, [&want]);
        assert_eq!((reading.faults[0].packet, reading.faults[0].offset), (1, 24 + 17));
    }
    let newer = pcap_header(Little, MICROS, (3, 0), 1);
    let whats = read(&newer).unwrap().faults;
    assert_eq!(whats[0].what, What::Version { major: 3, minor: 0 });
}

#[test]
fn a_block_longer_than_the_window_is_passed_over() {
    let long = block(Big, 0x77, &vec![0; 3 << 20]);
    let file = [pcapng(Big, &[1]), long, enhanced(Big, 0, 1, &[2])].concat();
    assert_eq!(seen(&gzip(&file)).len(), 2);
    let cut = read(&file[..2 << 20]).unwrap();
    assert_eq!(cut.frames.len(), 1);
    assert!(matches!(cut.faults[0].what, What::Cut { wanted: 0x30_0008, .. }), "{:?}", cut.faults);
}

#[test]
fn interfaces_are_bounded() {
    let one = interface(Little, 141, 0, &Octets::new(Little));
    let sections = [section(Little), one.repeat(40_000), section(Little), one.repeat(25_536)];
    let packet = enhanced(Little, 25_535, 1, &[1]);
    let file = [sections.concat(), packet.clone()].concat();
    assert_eq!(seen(&file)[0].3, u16::MAX);
    let reading = read(&[file, one, packet].concat()).unwrap();
    assert_eq!((reading.frames.len(), &reading.faults[0].what), (1, &What::Interfaces(65_536)));
}

#[test]
fn packets_are_numbered_as_wireshark_numbers_them() {
    // tshark 4.0.17 shows a line for each of these but the last two.
    for (kind, numbered) in
        [(0xbad, true), (0x4000_0bad, true), (9, true), (0x204, true), (10, false), (0x77, false)]
    {
        let other = block(Little, kind, &[0; 40]);
        let file = [pcapng(Little, &[1]), other, enhanced(Little, 0, 1, &[2])].concat();
        let numbers = seen(&file).into_iter().map(|(.., number)| number).collect::<Vec<_>>();
        assert_eq!(numbers, if numbered { [1, 3] } else { [1, 2] }, "{kind:#x}");
    }
}

#[test]
fn time_going_backwards_is_delivered_as_it_is() {
    let mut file = pcap(Little, &[1, 1]);
    file.extend(record(Little, (50, 0), (1, 1), &[], &[1]));
    let times = seen(&file).into_iter().map(|(at, ..)| at / 1_000_000_000).collect::<Vec<_>>();
    assert_eq!(times, [100, 101, 50]);
}

#[test]
fn a_kind_of_fault_is_kept_once_and_counted_always() {
    let lying = record(Little, (1, 1), (4, 2), &[], &[0; 4]);
    let file = [pcap(Little, &[]), lying.repeat(2_000)].concat();
    let reading = read(&file).unwrap();
    assert_eq!((reading.frames.len(), reading.faults.len()), (2_000, 1));
    assert_eq!(reading.counters.faults, 2_000);
}
