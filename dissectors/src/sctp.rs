//! SCTP (RFC 9260), with interleaved messages (RFC 8260) and partial reliability (RFC 3758).
//!
//! All chunks of a packet are read, in order. A chunk whose length contradicts the packet ends the
//! reading; the chunks before it stand. Putting fragments in order is state and the caller's.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use nom::{
    IResult, Parser,
    bytes::complete::take,
    number::complete::{be_u8, be_u16, be_u32, be_u128, le_u32},
};

use crate::{
    error::Error,
    notes::{Note, Notes},
};

/// One SCTP packet: the common header (§3.1) and its chunks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Packet<'a> {
    /// Source port.
    pub source_port: u16,
    /// Destination port.
    pub destination_port: u16,
    /// Verification tag.
    pub verification_tag: u32,
    /// Checksum as sent.
    pub checksum: u32,
    /// The chunks, unread.
    pub chunks: &'a [u8],
}

/// Reads the common header.
///
/// # Errors
///
/// Returns [`Error::Truncated`] when there are fewer than twelve octets.
pub fn parse<'a>(input: &'a [u8], notes: &mut Notes) -> Result<Packet<'a>, Error> {
    let header = (be_u16::<_, Error>, be_u16, be_u32, le_u32).parse(input);
    let Ok((chunks, (source_port, destination_port, verification_tag, checksum))) = header else {
        notes.add(Note::LinkTruncated);
        return Err(Error::Truncated { missing: 12_usize.saturating_sub(input.len()) });
    };
    Ok(Packet { source_port, destination_port, verification_tag, checksum, chunks })
}

impl<'a> Packet<'a> {
    /// Returns the CRC32c the packet should carry (§6.8, appendix A).
    #[must_use]
    pub fn computed_checksum(&self) -> u32 {
        let [a, b] = self.source_port.to_be_bytes();
        let [c, d] = self.destination_port.to_be_bytes();
        let [e, f, g, h] = self.verification_tag.to_be_bytes();
        let crc = crc32c::crc32c(&[a, b, c, d, e, f, g, h, 0, 0, 0, 0]);
        crc32c::crc32c_append(crc, self.chunks)
    }

    /// Compares the checksum and notes a wrong one. Only a packet that was captured whole can be
    /// checked. Zero is taken for one the network card was still to fill in, or for RFC 9653.
    pub fn verify(&self, notes: &mut Notes) -> bool {
        let good = self.checksum == 0 || self.checksum == self.computed_checksum();
        if !good {
            notes.add(Note::SctpCrcBad);
        }
        good
    }

    /// Returns the chunks, to be read one after the other.
    #[must_use]
    pub const fn chunks(&self) -> Chunks<'a> {
        Chunks { rest: self.chunks, count: 0, alone: false }
    }
}

/// Reads chunks (§3.2) one after the other.
#[derive(Clone, Copy, Debug)]
pub struct Chunks<'a> {
    rest: &'a [u8],
    count: usize,
    alone: bool,
}

impl<'a> Chunks<'a> {
    /// Returns the next chunk, `None` at the end or where reading must stop.
    pub fn next(&mut self, notes: &mut Notes) -> Option<Chunk<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let Ok((rest, (kind, flags, value))) = split(self.rest) else {
            notes.add(Note::SctpChunkLength);
            self.rest = &[];
            return None;
        };
        self.rest = rest;
        self.count += 1;
        // INIT, INIT ACK and SHUTDOWN COMPLETE travel alone (§6.10).
        self.alone |= matches!(kind, INIT | INIT_ACK | SHUTDOWN_COMPLETE);
        if self.alone && (self.count > 1 || !rest.is_empty()) {
            notes.add(Note::SctpInitWithData);
        }
        Some(chunk(kind, flags, value, notes).unwrap_or_else(|_| {
            notes.add(Note::SctpChunkLength);
            Chunk::Other { kind, flags, value }
        }))
    }
}

/// One chunk (§3.3).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Chunk<'a> {
    /// DATA (§3.3.1) or I-DATA (RFC 8260 §2.1).
    Data(Data<'a>),
    /// INIT (§3.3.2).
    Init(Init<'a>),
    /// INIT ACK (§3.3.3).
    InitAck(Init<'a>),
    /// SACK (§3.3.4).
    Sack {
        /// Last TSN received in sequence.
        cumulative_tsn: u32,
        /// Advertised receiver window.
        window: u32,
        /// Gap ack blocks, as offsets from the cumulative TSN, unread.
        gaps: &'a [u8],
    },
    /// HEARTBEAT (§3.3.5).
    Heartbeat(&'a [u8]),
    /// HEARTBEAT ACK (§3.3.6).
    HeartbeatAck(&'a [u8]),
    /// ABORT (§3.3.7), with its error causes.
    Abort {
        /// The T bit: the verification tag is the sender's own.
        reflected_tag: bool,
        /// Error causes, unread.
        causes: &'a [u8],
    },
    /// SHUTDOWN (§3.3.8), with the last TSN received in sequence.
    Shutdown(u32),
    /// SHUTDOWN ACK (§3.3.9).
    ShutdownAck,
    /// ERROR (§3.3.10), with its causes.
    Error(&'a [u8]),
    /// COOKIE ECHO (§3.3.11).
    CookieEcho(&'a [u8]),
    /// COOKIE ACK (§3.3.12).
    CookieAck,
    /// SHUTDOWN COMPLETE (§3.3.13).
    ShutdownComplete,
    /// FORWARD TSN (RFC 3758 §3.2) or I-FORWARD-TSN (RFC 8260 §2.3.1), with the new cumulative TSN.
    ForwardTsn(u32),
    /// A chunk this module does not name, or could not read.
    Other {
        /// Chunk type.
        kind: u8,
        /// Chunk flags.
        flags: u8,
        /// Chunk value.
        value: &'a [u8],
    },
}

/// Returns the cause code of the first error cause of an ABORT or ERROR chunk (§3.3.10).
#[must_use]
pub fn first_cause(causes: &[u8]) -> Option<u16> {
    be_u16::<_, Error>(causes).ok().map(|(_, code)| code)
}

/// User data (§3.3.1, RFC 8260 §2.1).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Data<'a> {
    /// I bit: acknowledge at once.
    pub immediate: bool,
    /// U bit: unordered.
    pub unordered: bool,
    /// B bit: first fragment of a user message.
    pub beginning: bool,
    /// E bit: last fragment of a user message.
    pub ending: bool,
    /// Transmission sequence number.
    pub tsn: u32,
    /// Stream identifier.
    pub stream: u16,
    /// Stream sequence number, 16 bits, or the message identifier of I-DATA.
    pub message: u32,
    /// Fragment sequence number of I-DATA (0 in the first fragment); `None` in DATA.
    pub fragment: Option<u32>,
    /// Payload protocol identifier; absent in the later fragments of I-DATA.
    pub ppid: Option<u32>,
    /// User data.
    pub payload: &'a [u8],
}

impl Data<'_> {
    /// Whether the chunk holds a whole user message.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.beginning && self.ending
    }
}

/// INIT and INIT ACK (§3.3.2).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Init<'a> {
    /// Initiate tag: the verification tag of what comes the other way.
    pub initiate_tag: u32,
    /// Advertised receiver window.
    pub window: u32,
    /// Outbound streams.
    pub outbound_streams: u16,
    /// Inbound streams.
    pub inbound_streams: u16,
    /// Initial TSN.
    pub initial_tsn: u32,
    /// Parameters, unread.
    pub parameters: &'a [u8],
}

impl Init<'_> {
    /// Iterates over the addresses of a multihomed endpoint (§3.3.2.1). Those it does not list are
    /// the source address of the packet.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> {
        let mut rest = self.parameters;
        core::iter::from_fn(move || {
            loop {
                let (next, (kind, value)) = parameter(rest).ok()?;
                rest = next;
                let address = match kind {
                    IPV4_ADDRESS => be_u32::<_, Error>(value)
                        .map(|(_, bits)| IpAddr::from(Ipv4Addr::from_bits(bits))),
                    IPV6_ADDRESS => be_u128::<_, Error>(value)
                        .map(|(_, bits)| IpAddr::from(Ipv6Addr::from_bits(bits))),
                    _ => continue,
                };
                if let Ok(address) = address {
                    return Some(address);
                }
            }
        })
    }
}

/// Splits type, flags and value from the front; the last chunk may lack its padding.
fn split(input: &[u8]) -> IResult<&[u8], (u8, u8, &[u8]), Error> {
    let (rest, (kind, flags, length)) = (be_u8, be_u8, be_u16).parse(input)?;
    let size = value_size(length)?;
    let (rest, value) = take(size)(rest)?;
    Ok((past_padding(rest, size), (kind, flags, value)))
}

fn parameter(input: &[u8]) -> IResult<&[u8], (u16, &[u8]), Error> {
    let (rest, (kind, length)) = (be_u16, be_u16).parse(input)?;
    let size = value_size(length)?;
    let (rest, value) = take(size)(rest)?;
    Ok((past_padding(rest, size), (kind, value)))
}

/// Returns the octets behind a header of four that the length counts.
fn value_size(length: u16) -> Result<u16, nom::Err<Error>> {
    length.checked_sub(4).ok_or_else(|| nom::Err::Error(Error::Length { value: length.into() }))
}

fn past_padding(rest: &[u8], size: u16) -> &[u8] {
    rest.get(usize::from(size.wrapping_neg() & 3)..).unwrap_or_default()
}

fn chunk<'a>(kind: u8, flags: u8, value: &'a [u8], notes: &mut Notes) -> Result<Chunk<'a>, Error> {
    Ok(match kind {
        DATA | I_DATA => Chunk::Data(data(kind, flags, value, notes)?),
        INIT => Chunk::Init(init(value)?),
        INIT_ACK => Chunk::InitAck(init(value)?),
        SACK => {
            let (rest, (cumulative_tsn, window, gaps, _duplicates)) =
                (be_u32::<_, Error>, be_u32, be_u16, be_u16).parse(value)?;
            let (_, gaps) = take::<_, _, Error>(4 * usize::from(gaps))(rest)?;
            Chunk::Sack { cumulative_tsn, window, gaps }
        }
        HEARTBEAT => Chunk::Heartbeat(value),
        HEARTBEAT_ACK => Chunk::HeartbeatAck(value),
        ABORT => {
            notes.add(Note::SctpAbort);
            Chunk::Abort { reflected_tag: flags & 1 != 0, causes: value }
        }
        SHUTDOWN => Chunk::Shutdown(be_u32::<_, Error>(value)?.1),
        SHUTDOWN_ACK => Chunk::ShutdownAck,
        ERROR => Chunk::Error(value),
        COOKIE_ECHO => Chunk::CookieEcho(value),
        COOKIE_ACK => Chunk::CookieAck,
        SHUTDOWN_COMPLETE => Chunk::ShutdownComplete,
        FORWARD_TSN | I_FORWARD_TSN => Chunk::ForwardTsn(be_u32::<_, Error>(value)?.1),
        // Congestion notification, authentication, padding, address and stream reconfiguration
        // (RFC 9260 §3.2, RFC 4895, RFC 4820, RFC 5061, RFC 6525) carry nothing for this crate.
        12 | 13 | 15 | 0x80..=0x82 | 0x84 | 0xc1 => Chunk::Other { kind, flags, value },
        _ => {
            notes.add(Note::SctpChunkUnknown);
            Chunk::Other { kind, flags, value }
        }
    })
}

fn data<'a>(kind: u8, flags: u8, value: &'a [u8], notes: &mut Notes) -> Result<Data<'a>, Error> {
    let beginning = flags & 2 != 0;
    let (rest, (tsn, stream)) = (be_u32::<_, Error>, be_u16).parse(value)?;
    let (payload, message, fragment, ppid) = if kind == DATA {
        let (payload, (sequence, ppid)) = (be_u16::<_, Error>, be_u32).parse(rest)?;
        (payload, sequence.into(), None, Some(ppid))
    } else {
        // One field is the PPID in the first fragment and the fragment number in the others.
        let (payload, (_reserved, message, either)) =
            (be_u16::<_, Error>, be_u32, be_u32).parse(rest)?;
        let (fragment, ppid) = if beginning { (0, Some(either)) } else { (either, None) };
        (payload, message, Some(fragment), ppid)
    };
    if payload.is_empty() {
        notes.add(Note::SctpDataEmpty);
    }
    Ok(Data {
        immediate: flags & 8 != 0,
        unordered: flags & 4 != 0,
        beginning,
        ending: flags & 1 != 0,
        tsn,
        stream,
        message,
        fragment,
        ppid,
        payload,
    })
}

fn init(value: &[u8]) -> Result<Init<'_>, Error> {
    let (parameters, (initiate_tag, window, outbound_streams, inbound_streams, initial_tsn)) =
        (be_u32::<_, Error>, be_u32, be_u16, be_u16, be_u32).parse(value)?;
    Ok(Init { initiate_tag, window, outbound_streams, inbound_streams, initial_tsn, parameters })
}

/// Payload protocol identifier of M2UA (RFC 3331 §8.1).
pub const PPID_M2UA: u32 = 2;
/// Payload protocol identifier of M3UA (RFC 4666 §7.1).
pub const PPID_M3UA: u32 = 3;
/// Payload protocol identifier of SUA (RFC 3868 §9.1).
pub const PPID_SUA: u32 = 4;
/// Payload protocol identifier of M2PA (RFC 4165 §8.1).
pub const PPID_M2PA: u32 = 5;

pub(crate) const DATA: u8 = 0;
pub(crate) const INIT: u8 = 1;
pub(crate) const INIT_ACK: u8 = 2;
pub(crate) const SACK: u8 = 3;
const HEARTBEAT: u8 = 4;
const HEARTBEAT_ACK: u8 = 5;
const ABORT: u8 = 6;
const SHUTDOWN: u8 = 7;
const SHUTDOWN_ACK: u8 = 8;
const ERROR: u8 = 9;
const COOKIE_ECHO: u8 = 10;
const COOKIE_ACK: u8 = 11;
const SHUTDOWN_COMPLETE: u8 = 14;
pub(crate) const I_DATA: u8 = 64;
const FORWARD_TSN: u8 = 192;
const I_FORWARD_TSN: u8 = 194;

pub(crate) const IPV4_ADDRESS: u16 = 5;
pub(crate) const IPV6_ADDRESS: u16 = 6;

#[cfg(test)]
mod tests {
    use super::*;

    fn read(chunks: &[u8]) -> (Vec<Chunk<'_>>, Vec<Note>) {
        let packet = Packet {
            source_port: 0,
            destination_port: 0,
            verification_tag: 0,
            checksum: 0,
            chunks,
        };
        let (mut notes, mut reader, mut out) = (Notes::default(), packet.chunks(), Vec::new());
        while let Some(chunk) = reader.next(&mut notes) {
            out.push(chunk);
        }
        (out, notes.iter().collect())
    }

    #[test]
    fn a_lying_length_keeps_the_chunks_before_it() {
        for tail in [&[0_u8, 3, 0, 200][..], &[0, 3, 0, 3], &[0, 3]] {
            let octets = [&[11, 0, 0, 4][..], tail].concat();
            let (chunks, notes) = read(&octets);
            assert_eq!(chunks, [Chunk::CookieAck], "{tail:?}");
            assert_eq!(notes, [Note::SctpChunkLength], "{tail:?}");
        }
    }

    #[test]
    fn a_chunk_too_short_for_its_type_is_passed_over() {
        let (chunks, notes) = read(&[7, 0, 0, 6, 1, 2, 0, 0, 8, 0, 0, 4]);
        let short = Chunk::Other { kind: 7, flags: 0, value: &[1, 2] };
        assert_eq!(chunks, [short, Chunk::ShutdownAck]);
        assert_eq!(notes, [Note::SctpChunkLength]);
    }

    #[test]
    fn interleaved_fragments_number_themselves() {
        let head = [0, 0, 0, 9, 0, 1, 0, 0, 0, 0, 0, 7, 0, 0, 0, 3, 0xaa, 0, 0, 0];
        let first = [&[64, 2, 0, 21][..], &head].concat();
        let later = [&[64, 1, 0, 21][..], &head].concat();
        for (octets, fragment, ppid) in [(first, 0, Some(3)), (later, 3, None)] {
            let (chunks, notes) = read(&octets);
            let [Chunk::Data(data)] = chunks[..] else { panic!("{chunks:?}") };
            assert_eq!((data.message, data.fragment, data.ppid), (7, Some(fragment), ppid));
            assert_eq!((data.payload, notes), (&[0xaa][..], vec![]));
        }
    }

    #[test]
    fn init_travels_alone_and_lists_addresses() {
        let mut octets = vec![1, 0, 0, 32, 0, 0, 0, 1, 0, 0, 0, 0, 0, 2, 0, 2, 0, 0, 0, 5];
        octets.extend([0, 5, 0, 8, 192, 0, 2, 7, 0, 12, 0, 4]);
        let (chunks, notes) = read(&octets);
        let [Chunk::Init(init)] = chunks[..] else { panic!("{chunks:?}") };
        assert!(init.addresses().eq([IpAddr::from([192, 0, 2, 7])]));
        assert!(notes.is_empty());
        octets.extend([11, 0, 0, 4]);
        assert_eq!(read(&octets).1, [Note::SctpInitWithData]);
    }

    #[test]
    fn the_checksum_is_that_of_the_standard() {
        // The CRC32c check value: that of "123456789" is e3069283 (RFC 9260 appendix A's polynomial).
        assert_eq!(crc32c::crc32c(b"123456789"), 0xe306_9283);
        let mut octets = vec![0x0b, 0x59, 0x0b, 0x59, 0, 0, 0, 1, 0, 0, 0, 0, 11, 0, 0, 4];
        let crc = crc32c::crc32c(&octets);
        octets[8..12].copy_from_slice(&crc.to_le_bytes());
        for (flip, good) in [(0, true), (1, false)] {
            octets[15] ^= flip;
            let mut notes = Notes::default();
            assert_eq!(parse(&octets, &mut notes).unwrap().verify(&mut notes), good);
            assert_eq!(notes.contains(Note::SctpCrcBad), !good);
        }
    }
}
