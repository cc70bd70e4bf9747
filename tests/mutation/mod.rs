//! Captures bent in ways that a reader must survive, each by a seed, so that it can be made again.

use core::fmt;
use std::sync::Arc;

use picket::{
    config::Plan,
    engine::{Engine, Options, Output, Rules, Stats},
    event::{fields::Names, json::Writer},
    sink::{alert::Renderer, redact::Redactor},
    synth::rng::Random,
};
use picket_dissectors::{
    Digits, Notes,
    emit::{
        ber::Tlv,
        ip,
        link::Ethernet,
        sccp::{Address, Unitdata},
        sctp, tcap,
    },
    link, m3ua, mtp3,
    sccp::MessageType,
    sctp::{Chunk, PPID_M3UA},
    tunnel,
};
use picket_hw::{
    Capture as _, LinkType, Polled,
    file::FileCapture,
    memory::OwnedFrame,
    write::{FrameWriter, PcapWriter, Precision},
};

/// A capture to bend: as it is stored, and as an uncompressed pcap file.
pub(crate) struct Capture {
    /// As it came.
    stored: Vec<u8>,
    file: Vec<u8>,
    frames: Vec<OwnedFrame>,
    /// Where the record header of each frame is in `file`.
    records: Vec<usize>,
}

/// What is done to a capture.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Kind {
    /// Cut anywhere.
    Cut,
    /// Some bits turned over.
    Flip,
    /// The octets as they are stored, compressed perhaps, with bits turned over or cut.
    Stored,
    /// A lie in the file header.
    FileHeader,
    /// A lie in a record header.
    RecordHeader,
    /// A lying length of IP, SCTP, a chunk, or the adaptation layer.
    Length,
    /// A lying length of an element of BER.
    Element,
    /// A message nested up to 10,000 deep.
    Nesting,
    /// A message of 1,000 components.
    Components,
    /// Records in another order.
    SwapRecords,
    /// Chunks of a packet in another order, or twice.
    SwapChunks,
    /// A frame up to a thousand times.
    Repeat,
    /// The end of a frame overwritten.
    Noise,
}

/// Every kind.
pub(crate) const KINDS: [Kind; 13] = [
    Kind::Cut,
    Kind::Flip,
    Kind::Stored,
    Kind::FileHeader,
    Kind::RecordHeader,
    Kind::Length,
    Kind::Element,
    Kind::Nesting,
    Kind::Components,
    Kind::SwapRecords,
    Kind::SwapChunks,
    Kind::Repeat,
    Kind::Noise,
];

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl Capture {
    /// Reads a capture of whatever form.
    pub(crate) fn new(stored: Vec<u8>) -> Self {
        let mut frames: Vec<OwnedFrame> = Vec::new();
        read(stored.clone(), |frame| frames.push(frame.into()));
        let link = frames.first().map_or(LinkType::ETHERNET, |frame| frame.link);
        frames.retain(|frame| frame.link == link);
        let (mut file, mut records) = (Vec::new(), Vec::new());
        if let Ok(mut writer) = PcapWriter::new(&mut file, link, Precision::Nanos) {
            let mut at = FILE_HEADER;
            for frame in &frames {
                records.push(at);
                at += RECORD_HEADER + frame.bytes.len();
                writer.write(&frame.as_frame()).expect("memory does not fail");
            }
        }
        Self { stored, file, frames, records }
    }

    /// Returns the frames there are.
    pub(crate) fn len(&self) -> usize {
        self.frames.len()
    }

    /// Bends it.
    pub(crate) fn mutated(&self, kind: Kind, seed: u64) -> Vec<u8> {
        let mut random = Random::new(seed);
        let mut file = self.file.clone();
        if self.frames.is_empty() {
            return self.stored(&mut random);
        }
        // Two in three times more than one thing is wrong.
        for _ in 0..random.within(1, 3) {
            self.bend(kind, &mut file, &mut random);
        }
        if kind == Kind::Stored { self.stored(&mut random) } else { file }
    }

    fn bend(&self, kind: Kind, file: &mut Vec<u8>, random: &mut Random) {
        let which = place(random, self.frames.len());
        let (frame, record) = (&self.frames[which].bytes, self.records[which]);
        let start = record + RECORD_HEADER;
        match kind {
            Kind::Stored => {}
            Kind::Cut => file.truncate(place(random, file.len()).max(1)),
            Kind::Flip => flip(file, random),
            Kind::FileHeader => lie(file, place(random, FILE_HEADER), random),
            Kind::RecordHeader => lie(file, record + place(random, RECORD_HEADER / 4) * 4, random),
            Kind::Length => {
                let lengths = lengths(u32::from(self.frames[which].link.0), frame);
                if !lengths.is_empty() {
                    lie16(file, start + lengths[place(random, lengths.len())], random);
                }
            }
            Kind::Element => {
                let elements: Vec<_> = (0..frame.len().saturating_sub(1))
                    .filter(|&at| {
                        let tag = matches!(frame[at], 0x02 | 0x04 | 0x06 | 0x30 | 0x60..=0x6f | 0x80..=0xbf);
                        tag && usize::from(frame[at + 1]) <= frame.len() - at - 2
                    })
                    .collect();
                if !elements.is_empty() {
                    let length = LENGTHS[place(random, LENGTHS.len())];
                    let at = start + elements[place(random, elements.len())] + 1;
                    if random.per_mille(500) {
                        overwrite(file, at, length);
                    } else if let Some(octet) = file.get_mut(at) {
                        *octet = octet.wrapping_add(if random.per_mille(500) { 1 } else { 255 });
                    }
                }
            }
            Kind::Nesting => self.insert(file, which, &nested(random), random),
            Kind::Components => self.insert(file, which, &crowded(random), random),
            Kind::SwapRecords => {
                let other = place(random, self.frames.len());
                let (low, high) = (which.min(other), which.max(other));
                if low != high && file.len() == self.file.len() {
                    let end = self.records[high] + RECORD_HEADER + self.frames[high].bytes.len();
                    let low = self.records[low];
                    let middle = self.records[high] - low;
                    file[low..end].rotate_left(middle);
                }
            }
            Kind::SwapChunks => self.swap_chunks(file, random),
            Kind::Repeat => {
                let end = start + frame.len();
                if end <= file.len() {
                    let copy = file[record..end].to_vec();
                    let times = place(random, 1_000.min(MOST_ADDED / copy.len()).max(1));
                    file.splice(end..end, copy.repeat(times));
                }
            }
            Kind::Noise => {
                let from = start + place(random, frame.len());
                let filler = [0, 0xff, 0x30, 0x80, 0xa0, 0x24][place(random, 6)];
                for octet in file.iter_mut().skip(from).take(start + frame.len() - from) {
                    *octet = filler;
                }
            }
        }
    }

    /// Swaps or doubles chunks of a packet that has several, or puts those of another into it.
    fn swap_chunks(&self, file: &mut [u8], random: &mut Random) {
        let chunks_of = |which: usize| {
            let frame = &self.frames[which];
            chunks(u32::from(frame.link.0), &frame.bytes).map(|(at, chunks)| (which, at, chunks))
        };
        let mut found: Vec<_> =
            (0..50).filter_map(|_| chunks_of(place(random, self.frames.len()))).collect();
        found.sort_by_key(|(_, _, chunks)| chunks.len().min(3));
        let Some((which, at, mut chunks)) = found.pop() else { return };
        let (one, other) = (place(random, chunks.len()), place(random, chunks.len()));
        match found.pop() {
            Some((_, _, others)) if chunks.len() == 1 || random.per_mille(300) => {
                chunks[one] = others[place(random, others.len())].clone();
            }
            _ if random.per_mille(300) => chunks[one] = chunks[other].clone(),
            _ => chunks.rotate_left(1),
        }
        let octets = chunks.concat();
        let room = self.frames[which].bytes.len() - at;
        let octets = octets.get(..room).unwrap_or(&octets);
        overwrite(file, self.records[which] + RECORD_HEADER + at, octets);
    }

    /// Puts a frame with a TCAP message behind another.
    fn insert(&self, file: &mut Vec<u8>, behind: usize, tcap: &[u8], random: &mut Random) {
        let frame = &self.frames[behind];
        let at = self.records[behind] + RECORD_HEADER + frame.bytes.len();
        if at > file.len() {
            return;
        }
        let bytes = if frame.link == LinkType::ETHERNET {
            carried(tcap, random)
        } else {
            // What the link carries is bent in itself: its first half, then the message.
            let half = frame.bytes.len() / 2;
            [frame.bytes.get(..half).unwrap_or_default(), tcap].concat()
        };
        let mut record = file[self.records[behind]..][..8].to_vec();
        let length = u32::try_from(bytes.len()).unwrap_or(0).to_le_bytes();
        record.extend([length, length].concat());
        record.extend(bytes);
        file.splice(at..at, record);
    }

    fn stored(&self, random: &mut Random) -> Vec<u8> {
        let mut file = self.stored.clone();
        if random.per_mille(300) {
            file.truncate(place(random, file.len()).max(1));
        } else {
            flip(&mut file, random);
        }
        file
    }
}

/// Reads a capture, as far as it goes.
pub(crate) fn read(file: Vec<u8>, mut each: impl FnMut(picket_hw::Frame<'_>)) {
    let stream = Box::new(std::io::Cursor::new(file));
    let mut capture = FileCapture::from_reader("mutation", stream, FileCapture::BURST);
    while !matches!(capture.poll(&mut each), Ok(Polled::End)) {}
}

/// Replays a file with everything written that would be.
pub(crate) fn run(plan: &Arc<Plan>, rules: &Arc<Rules>, file: Vec<u8>) -> Stats {
    let options = Options { seed: 1, records: true };
    let mut engine = Engine::new(Arc::clone(plan), Arc::clone(rules), options);
    let names = Names::default();
    let redactor = Redactor::clear();
    let is_subscriber = |_| false;
    let writer = Writer { names: &names, redactor: &redactor, is_subscriber: &is_subscriber };
    let renderer = Renderer { plan, names: &names, redactor: &redactor };
    let mut line = String::new();
    let mut take = |engine: &mut Engine| {
        while let Some(output) = engine.poll() {
            match output {
                Output::Alert(alert) => drop(renderer.document(&alert)),
                Output::Record(event) => {
                    line.clear();
                    writer.write(&event, &mut line);
                }
            }
        }
    };
    read(file, |frame| {
        engine.ingest(&frame);
        take(&mut engine);
    });
    engine.finish();
    take(&mut engine);
    engine.stats().clone()
}

/// Where the lengths of the layers are in a frame.
fn lengths(link_type: u32, frame: &[u8]) -> Vec<usize> {
    let mut out = Vec::new();
    let mut notes = Notes::default();
    let Ok(network) = link::parse(link_type, frame, &mut notes) else { return out };
    let Ok(found) = tunnel::innermost(network, &mut notes) else { return out };
    if let link::Payload::Ip(octets) = network.payload {
        // Length, fragment, header length: whichever IP it is, these stand here.
        out.extend([0, 2, 4, 6].map(|field| offset(frame, octets) + field));
    }
    let sctp = found.packet.map(|packet| packet.payload).unwrap_or_default();
    let Ok(packet) = picket_dissectors::sctp::parse(sctp, &mut notes) else { return out };
    let mut chunks = packet.chunks();
    while let Some(chunk) = chunks.next(&mut notes) {
        if let Chunk::Data(data) = chunk {
            let user = offset(frame, data.payload);
            // The chunk's length, the message's, the first parameters'.
            out.extend([user - 14, user + 4, user + 6, user + 8, user + 10, user + 18]);
        }
    }
    out.retain(|at| at + 2 <= frame.len());
    out
}

/// Where the chunks of a frame begin, and the chunks.
fn chunks(link_type: u32, frame: &[u8]) -> Option<(usize, Vec<Vec<u8>>)> {
    let mut notes = Notes::default();
    let network = link::parse(link_type, frame, &mut notes).ok()?;
    let packet = tunnel::innermost(network, &mut notes).ok()?.packet?;
    let all = packet.payload.get(SCTP_HEADER..)?;
    let (mut rest, mut chunks) = (all, Vec::new());
    while let [_, _, high, low, ..] = rest {
        let length = usize::from(u16::from_be_bytes([*high, *low])).next_multiple_of(4);
        let (chunk, after) = rest.split_at(length.clamp(4, rest.len().max(4)).min(rest.len()));
        chunks.push(chunk.to_vec());
        rest = after;
    }
    (!chunks.is_empty()).then(|| (offset(frame, all), chunks))
}

fn offset(whole: &[u8], part: &[u8]) -> usize {
    part.as_ptr().addr() - whole.as_ptr().addr()
}

/// A Begin nested far beyond reason, in one of the ways BER has.
fn nested(random: &mut Random) -> Vec<u8> {
    let depth = 1 << random.within(4, 13);
    let depth = usize::try_from(random.within(depth, 10_000.min(2 * depth))).unwrap_or(0);
    let tag = [0x30, 0xa0, 0xa1, 0x24, 0x6c, 0x62][place(random, 6)];
    let argument = if random.per_mille(400) {
        [tag, 0x80].repeat(depth)
    } else {
        let mut inner = Vec::new();
        for _ in 0..depth {
            // Built from the inside, octets reversed.
            let length = inner.len();
            if length > 0xff {
                inner.extend([(length & 0xff) as u8, (length >> 8) as u8, 0x82]);
            } else {
                inner.extend([length as u8, 0x81]);
            }
            inner.push(tag);
        }
        inner.reverse();
        inner
    };
    match random.below(3) {
        0 => argument,
        1 => tcap::Message::begin(&[0, 0, 0, 1])
            .component(tcap::invoke(1, 70, Some(Tlv::raw(argument))))
            .encode(),
        _ => tcap::Message::begin(&[0, 0, 0, 1]).dialogue(Tlv::raw(argument)).encode(),
    }
}

/// A Begin of a thousand components.
fn crowded(random: &mut Random) -> Vec<u8> {
    let mut message = tcap::Message::begin(&[0, 0, 0, 2]);
    for id in 0..1_000 {
        let operation = i64::try_from(random.below(130)).unwrap_or(0);
        message = message.component(tcap::invoke(id % 128, operation, None));
    }
    message.encode()
}

/// Carries TCAP in LUDT, M3UA, SCTP, IP and Ethernet.
fn carried(tcap: &[u8], random: &mut Random) -> Vec<u8> {
    let address = |number, ssn| Address::e164(Digits::parse(number).unwrap_or_default(), ssn);
    let (called, calling) = (address("99910000007", 7), address("99920000006", 6));
    let unitdata = Unitdata { kind: MessageType::Ludt, ..Unitdata::udt(called, calling, tcap) };
    let user = unitdata.octets();
    let protocol_data =
        mtp3::Message { opc: 1, dpc: 2, si: mtp3::SCCP, ni: 0, mp: 0, sls: 1, user: &user };
    let m3ua = m3ua::Data {
        network_appearance: None,
        routing_context: Some(1),
        protocol_data,
        rival: None,
        correlation_id: None,
    }
    .octets();
    let tsn = u32::try_from(random.below(1 << 32)).unwrap_or(0);
    let chunk = sctp::data(&sctp::whole(tsn, 0, 0, PPID_M3UA, &m3ua));
    let packet = sctp::Packet {
        source_port: 2905,
        destination_port: 2905,
        verification_tag: 7,
        chunks: vec![chunk],
    }
    .octets();
    let (src, dst) = ([192, 0, 2, 9].into(), [192, 0, 2, 1].into());
    let packet = ip::Packet::sctp(src, dst, &packet).octets();
    Ethernet { tags: &[], ethertype: None, payload: &packet }.octets()
}

fn flip(file: &mut [u8], random: &mut Random) {
    for _ in 0..=random.below(16) {
        let at = place(random, file.len());
        if let Some(octet) = file.get_mut(at) {
            *octet ^= 1 << random.below(8);
        }
    }
}

/// Writes a number of four octets that cannot be right.
fn lie(file: &mut [u8], at: usize, random: &mut Random) {
    let lie = [0, 1, 15, 0xffff, 0x0004_0000, 0x7fff_ffff, 0x8000_0000, u32::MAX];
    let value = lie[place(random, lie.len())];
    let value = if random.per_mille(500) { value.to_le_bytes() } else { value.to_be_bytes() };
    overwrite(file, at, &value);
}

fn lie16(file: &mut [u8], at: usize, random: &mut Random) {
    let lie = [0_u16, 1, 3, 4, 5, 16, 0x7f, 0xff, 0x0fff, 0x7fff, 0x8000, 0xffff];
    let value = lie[place(random, lie.len())];
    let near = if random.per_mille(500) { 1 } else { u16::MAX };
    let old = file.get(at..at + 2).map_or(0, |old| u16::from_be_bytes([old[0], old[1]]));
    let value = if random.per_mille(500) { value } else { old.wrapping_add(near) };
    overwrite(file, at, &value.to_be_bytes());
}

fn overwrite(file: &mut [u8], at: usize, octets: &[u8]) {
    for (to, from) in file.iter_mut().skip(at).zip(octets) {
        *to = *from;
    }
}

fn place(random: &mut Random, below: usize) -> usize {
    usize::try_from(random.below(below as u64)).unwrap_or(0)
}

/// Lengths of BER as liars write them.
const LENGTHS: [&[u8]; 10] = [
    &[0],
    &[0x7f],
    &[0x80],
    &[0x81, 0xff],
    &[0x82, 0xff, 0xff],
    &[0x84, 0xff, 0xff, 0xff, 0xff],
    &[0x88, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    &[0x84, 0, 0, 0, 1],
    &[0xff],
    &[0xfe, 0, 0, 0, 0],
];
const FILE_HEADER: usize = 24;
const RECORD_HEADER: usize = 16;
const SCTP_HEADER: usize = 12;
/// A repeated frame adds at most so many octets.
const MOST_ADDED: usize = 1 << 20;
