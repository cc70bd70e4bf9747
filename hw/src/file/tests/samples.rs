//! Builds capture files octet by octet, on purpose without the writers of this crate.

use std::io::Write;

use crate::file::order::Order::{self, Big, Little};

/// Concatenates numbers in one octet order.
#[derive(Clone)]
pub(super) struct Octets(pub(super) Order, pub(super) Vec<u8>);

impl Octets {
    pub(super) fn new(order: Order) -> Self {
        Self(order, Vec::new())
    }

    pub(super) fn u16(mut self, value: u16) -> Self {
        match self.0 {
            Little => self.1.extend(value.to_le_bytes()),
            Big => self.1.extend(value.to_be_bytes()),
        }
        self
    }

    pub(super) fn u32(mut self, value: u32) -> Self {
        match self.0 {
            Little => self.1.extend(value.to_le_bytes()),
            Big => self.1.extend(value.to_be_bytes()),
        }
        self
    }

    pub(super) fn u64(mut self, value: u64) -> Self {
        match self.0 {
            Little => self.1.extend(value.to_le_bytes()),
            Big => self.1.extend(value.to_be_bytes()),
        }
        self
    }

    /// A 64-bit number, upper half first.
    pub(super) fn halves(self, value: u64) -> Self {
        let (upper, lower) = (value >> 32, value & 0xffff_ffff);
        self.u32(upper.try_into().unwrap()).u32(lower.try_into().unwrap())
    }

    pub(super) fn octets(mut self, octets: &[u8]) -> Self {
        self.1.extend(octets);
        self
    }

    fn padded(mut self, octets: &[u8]) -> Self {
        self.1.extend(octets);
        self.1.resize(self.1.len().next_multiple_of(4), 0);
        self
    }

    pub(super) fn option(self, code: u16, value: &[u8]) -> Self {
        self.u16(code).u16(value.len().try_into().unwrap()).padded(value)
    }
}

pub(super) const MICROS: u32 = 0xa1b2_c3d4;
pub(super) const NANOS: u32 = 0xa1b2_3c4d;
pub(super) const MODIFIED: u32 = 0xa1b2_cd34;

/// A pcap file header.
pub(super) fn pcap_header(order: Order, magic: u32, version: (u16, u16), link: u32) -> Vec<u8> {
    let header = Octets::new(order).u32(magic).u16(version.0).u16(version.1);
    header.u32(0).u32(0).u32(65_535).u32(link).1
}

/// A pcap record; `tail` are the further octets of a modified header.
pub(super) fn record(
    order: Order,
    time: (u32, u32),
    lengths: (u32, u32),
    tail: &[u8],
    data: &[u8],
) -> Vec<u8> {
    let header = Octets::new(order).u32(time.0).u32(time.1).u32(lengths.0).u32(lengths.1);
    header.octets(tail).octets(data).1
}

/// A pcap file in microseconds with packets of these lengths, one each second from second 100.
pub(super) fn pcap(order: Order, lengths: &[usize]) -> Vec<u8> {
    let mut file = pcap_header(order, MICROS, (2, 4), 141);
    for (second, &length) in (100..).zip(lengths) {
        let size = length.try_into().unwrap();
        file.extend(record(order, (second, 5), (size, size), &[], &vec![0xa5; length]));
    }
    file
}

/// A pcapng block around a body.
pub(super) fn block(order: Order, kind: u32, body: &[u8]) -> Vec<u8> {
    let length = (body.len().next_multiple_of(4) + 12).try_into().unwrap();
    Octets::new(order).u32(kind).u32(length).padded(body).u32(length).1
}

pub(super) fn section(order: Order) -> Vec<u8> {
    let body = Octets::new(order).u32(0x1a2b_3c4d).u16(1).u16(0).u64(u64::MAX);
    block(order, 0x0a0d_0d0a, &body.1)
}

pub(super) fn interface(order: Order, link: u16, snaplen: u32, options: &Octets) -> Vec<u8> {
    block(order, 1, &Octets::new(order).u16(link).u16(0).u32(snaplen).octets(&options.1).1)
}

/// An enhanced packet block.
pub(super) fn enhanced(order: Order, interface: u32, ticks: u64, data: &[u8]) -> Vec<u8> {
    let length = data.len().try_into().unwrap();
    enhanced_saying(order, interface, ticks, (length, length), data)
}

pub(super) fn enhanced_saying(
    order: Order,
    interface: u32,
    ticks: u64,
    lengths: (u32, u32),
    data: &[u8],
) -> Vec<u8> {
    let body = Octets::new(order).u32(interface).halves(ticks).u32(lengths.0).u32(lengths.1);
    block(order, 6, &body.padded(data).1)
}

/// A pcapng file with packets of these lengths, as [`pcap`] makes.
pub(super) fn pcapng(order: Order, lengths: &[usize]) -> Vec<u8> {
    let mut file = section(order);
    file.extend(interface(order, 141, 0, &Octets::new(order)));
    for (second, &length) in (100u64..).zip(lengths) {
        file.extend(enhanced(order, 0, second * 1_000_000 + 5, &vec![0xa5; length]));
    }
    file
}

pub(super) fn gzip(octets: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    writer.write_all(octets).unwrap();
    writer.finish().unwrap()
}

pub(super) fn zstd(octets: &[u8]) -> Vec<u8> {
    zstd::encode_all(octets, 1).unwrap()
}
