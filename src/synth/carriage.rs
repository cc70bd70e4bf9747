//! How a message is carried below SCCP: plainly, in pieces, oddly, or by another layer.

use core::net::{IpAddr, Ipv4Addr};

use picket_dissectors::{
    emit::{
        ip,
        link::Ethernet,
        m3ua::{message, parameter, protocol_data},
        sctp as write, sua, tunnel,
    },
    ip::Fragment,
    m2pa, m2ua,
    m3ua::{self, Data},
    mtp3::{self, Variant},
    sctp,
};

/// How a message is carried.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Carriage {
    /// In one DATA chunk.
    #[default]
    Whole,
    /// In fragments of this many octets.
    Fragments(usize),
    /// The same as I-DATA chunks (RFC 8260).
    Interleaved(usize),
    /// The same, unordered and the last one first.
    Unordered(usize),
    /// The same, and before the first another one in its place, whose checksum is wrong.
    Contradicting(usize),
    /// In a packet that is sent twice.
    Repeated,
    /// Under a payload protocol identifier of nobody's.
    OtherPpid,
    /// Beside a parameter that M3UA does not have.
    ParameterUnknown,
    /// As the second of two Protocol Data, the first of which is nothing of SCCP.
    DataTwice,
    /// By SUA.
    Sua,
    /// By M2PA.
    M2pa,
    /// By M2UA.
    M2ua,
    /// In two IP fragments, the last one first.
    IpFragments,
    /// In a GRE tunnel.
    Gre,
    /// In a packet whose checksum is wrong.
    ChecksumBad,
    /// As the user part of this service indicator, in place of SCCP.
    UserPart(u8),
    /// As it is: a whole message of M3UA.
    Message,
    /// Not at all: the association is aborted.
    Abort,
}

impl Carriage {
    /// Writes the message of the adaptation layer; returns it with its payload protocol identifier.
    pub(super) fn message(self, data: &Data<'_>) -> (u32, Vec<u8>) {
        let label = &data.protocol_data;
        let unit = || label.octets(Variant::Itu);
        let context = data.routing_context.unwrap_or_default();
        match self {
            Self::Sua => match sua::translated(label.user, Variant::Itu, context) {
                Some(octets) => (sctp::PPID_SUA, octets),
                None => (sctp::PPID_M3UA, data.octets()),
            },
            Self::M2pa => {
                let body = m2pa::Body::User { priority: 0, mtp3: &unit() };
                (sctp::PPID_M2PA, m2pa::Message { bsn: 1, fsn: 2, body }.octets())
            }
            Self::M2ua => {
                let (interface, mtp3) = (Some(1), &unit()[..]);
                let message = m2ua::Data { interface, mtp3, rival: None, correlation_id: None };
                (sctp::PPID_M2UA, message.octets())
            }
            Self::OtherPpid => (NOBODYS, data.octets()),
            Self::ParameterUnknown => {
                let parameters = [
                    parameter(UNASSIGNED, &[0; 3]),
                    parameter(PROTOCOL_DATA, &protocol_data(label)),
                ];
                (sctp::PPID_M3UA, message(m3ua::TRANSFER, m3ua::DATA, &parameters))
            }
            Self::DataTwice => {
                let harmless = mtp3::Message { si: mtp3::ISUP, user: &[0, 0, 7, 0], ..*label };
                let both = Data { protocol_data: harmless, rival: Some(*label), ..*data };
                (sctp::PPID_M3UA, both.octets())
            }
            _ => (sctp::PPID_M3UA, data.octets()),
        }
    }

    /// How many octets a chunk holds at most.
    pub(super) const fn size(self) -> usize {
        match self {
            Self::Fragments(size)
            | Self::Interleaved(size)
            | Self::Unordered(size)
            | Self::Contradicting(size) => size,
            _ => usize::MAX,
        }
    }

    /// Writes the packets of a message whose chunks hold this, in the order they are sent.
    pub(super) fn packets(
        self,
        pieces: &[sctp::Data<'_>],
        packet: &mut dyn FnMut(&sctp::Data<'_>) -> Vec<u8>,
    ) -> Vec<Vec<u8>> {
        let mut out = Vec::new();
        for (at, piece) in (0..).zip(pieces) {
            let fragment = (self.kind() == Kind::Interleaved).then_some(at);
            let unordered = self.kind() == Kind::Unordered;
            let piece = sctp::Data { fragment, unordered, ..*piece };
            if at == 0 && self.kind() == Kind::Contradicting {
                let zeros = vec![0; piece.payload.len()];
                out.push(broken(packet(&sctp::Data { payload: &zeros, ..piece })));
            }
            out.push(packet(&piece));
        }
        match self {
            Self::Unordered(_) => out.reverse(),
            Self::ChecksumBad => out = out.into_iter().map(broken).collect(),
            _ => {}
        }
        out
    }

    const fn kind(self) -> Kind {
        match self {
            Self::Interleaved(_) => Kind::Interleaved,
            Self::Unordered(_) => Kind::Unordered,
            Self::Contradicting(_) => Kind::Contradicting,
            _ => Kind::Plain,
        }
    }

    /// Writes the IP packets around an SCTP packet.
    pub(super) fn ip(self, src: IpAddr, dst: IpAddr, octets: &[u8]) -> Vec<Vec<u8>> {
        let whole = ip::Packet::sctp(src, dst, octets);
        match self {
            Self::IpFragments if octets.len() > CUT => {
                let (head, tail) = octets.split_at(CUT);
                let piece = |offset, more, payload| {
                    let fragment = Some(Fragment { id: identification(octets), offset, more });
                    ip::Packet { fragment, payload, ..whole }.octets()
                };
                vec![piece(CUT_OFFSET, false, tail), piece(0, true, head)]
            }
            Self::Gre => {
                let inner = Ethernet { tags: &[], ethertype: None, payload: &whole.octets() };
                let tunnelled = tunnel::gre(None, &inner.octets());
                let end = |last| IpAddr::V4(Ipv4Addr::new(203, 0, 113, last));
                let outer = ip::Packet {
                    src: end(250),
                    dst: end(251),
                    protocol: GRE,
                    fragment: None,
                    payload: &tunnelled,
                };
                vec![outer.octets()]
            }
            _ => vec![whole.octets()],
        }
    }
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Kind {
    Plain,
    Interleaved,
    Unordered,
    Contradicting,
}

/// Spoils the checksum of an SCTP packet.
fn broken(mut packet: Vec<u8>) -> Vec<u8> {
    if let Some(octet) = packet.get_mut(write::CHECKSUM) {
        *octet ^= 0x55;
    }
    packet
}

/// The identification of a packet in fragments: its checksum is as good as any number.
fn identification(packet: &[u8]) -> u32 {
    packet.iter().skip(write::CHECKSUM).take(2).fold(0, |id, &octet| id << 8 | u32::from(octet))
}

/// A payload protocol identifier that is not assigned.
const NOBODYS: u32 = 0x5049_434b;
/// A parameter tag that is not assigned (RFC 4666 §3.2).
const UNASSIGNED: u16 = 0x7f00;
/// Tag of Protocol Data (RFC 4666 §3.3.1).
const PROTOCOL_DATA: u16 = 0x0210;
/// Protocol number of GRE.
const GRE: u8 = 47;
/// Where packets are cut in two: a multiple of eight.
const CUT: usize = 64;
const CUT_OFFSET: u16 = 64;
