//! Pasted octets: reading them, guessing what they are, and wrapping them up for the engine.
//!
//! The engine takes frames. Octets of a layer that no link type names are put into the smallest
//! message of the layers below that holds them; how many octets that added is remembered, and none
//! of them is shown.

use clap::ValueEnum;
use picket_dissectors::{
    Note, Notes, emit, link,
    mtp3::Variant,
    sccp::{self, Message, MessageType, RoutingIndicator},
    sctp,
    tcap::Kind,
};

use crate::event::{SigEvent, Transport};

/// A layer that octets may begin with.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(super) enum As {
    /// Ethernet.
    Eth,
    /// IPv4 or IPv6.
    Ip,
    /// SCTP.
    Sctp,
    /// M3UA.
    M3ua,
    /// M2PA.
    M2pa,
    /// M2UA.
    M2ua,
    /// SUA.
    Sua,
    /// An MTP2 signal unit.
    Mtp2,
    /// MTP3 with its routing label.
    Mtp3,
    /// SCCP.
    Sccp,
    /// TCAP.
    Tcap,
    /// A component of MAP, invoke to reject.
    Map,
}

/// Octets as a frame.
#[derive(Clone, Debug)]
pub(super) struct Wrapping {
    /// What was added before the octets.
    pub(super) octets: usize,
    /// Layers that were added, outermost first.
    pub(super) added: &'static [&'static str],
    /// The frame, and its link type.
    pub(super) frame: (Vec<u8>, u16),
}

impl Wrapping {
    /// Nothing was added.
    pub(super) const NONE: Self = Self { octets: 0, added: &[], frame: (Vec::new(), 0) };

    /// Takes out of an event what only the layers that were added say.
    pub(super) fn strip(&self, event: &mut SigEvent) {
        let added = |layer| self.added.contains(&layer);
        let mut notes = Notes::default();
        let own = |note: &Note| match note.id().split('.').next().unwrap_or_default() {
            "sctp" => !added("SCTP"),
            "sccp" | "gt" => !added("SCCP"),
            "dialogue" => !added("TCAP"),
            _ => *note != Note::TcapAcMissing || !added("TCAP"),
        };
        event.notes.iter().filter(own).for_each(|note| notes.add(note));
        event.notes = notes;
        if added("SCTP") {
            event.transport = Transport::default();
        }
        if added("SCCP") {
            event.sccp = None;
        }
        if let (true, Some(tcap)) = (added("TCAP"), event.tcap.as_mut()) {
            (tcap.otid, tcap.dtid) = (None, None);
        }
    }
}

/// Reads hexadecimal octets: spaces, line ends, colons, commas, hyphens and `0x` may stand between
/// them, and `#` begins a comment. A dump as Wireshark, tshark, hexdump and xxd write it is one, too.
pub(super) fn parse(text: &str) -> Result<Vec<u8>, String> {
    if let Some(octets) = dump(text) {
        return Ok(octets);
    }
    let mut out = Vec::new();
    for (line, content) in text.lines().enumerate() {
        let content = content.split('#').next().unwrap_or_default();
        let mut chars = content.chars().enumerate().peekable();
        while let Some((column, first)) = chars.next() {
            if first.is_whitespace() || matches!(first, ':' | ',' | '-' | ';') {
                continue;
            }
            let place = || format!("line {}, column {}", line + 1, column + 1);
            let second = chars.next_if(|(_, c)| c.is_alphanumeric()).map(|(_, c)| c);
            if first == '0' && matches!(second, Some('x' | 'X')) {
                continue;
            }
            let high = first
                .to_digit(16)
                .ok_or_else(|| format!("{}: {first:?} is no hexadecimal digit", place()))?;
            let Some(second) = second else {
                return Err(format!("{}: half an octet; digits come in pairs", place()));
            };
            let low = second.to_digit(16).ok_or_else(|| {
                format!(
                    "line {}, column {}: {second:?} is no hexadecimal digit",
                    line + 1,
                    column + 2
                )
            })?;
            out.extend(u8::try_from(high << 4 | low));
        }
    }
    if out.is_empty() {
        return Err("there are no octets; give them as in 0900030507...".to_owned());
    }
    Ok(out)
}

/// Reads a dump: lines of an offset, at most sixteen octets, and perhaps the octets as characters.
/// `None` where a line is anything else.
fn dump(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let Some((offset, rest)) = line.trim_start().split_once([' ', '\t']) else {
            // hexdump ends with the length.
            let length = usize::from_str_radix(line.trim(), 16).ok();
            return (!out.is_empty() && length == Some(out.len())).then_some(out);
        };
        let (offset, ended) = offset.strip_suffix(':').map_or((offset, false), |o| (o, true));
        let fits = offset.len() >= 4
            && usize::from_str_radix(offset, 16) == Ok(out.len())
            && (ended || rest.starts_with([' ', '\t']));
        fits.then_some(())?;
        let octets = rest.trim_start().split("   ").next().unwrap_or_default();
        let mut line = Vec::new();
        for word in octets.split_ascii_whitespace() {
            let pairs = word.len() % 2 == 0 && word.bytes().all(|digit| digit.is_ascii_hexdigit());
            if line.len() >= DUMPED || !pairs {
                break;
            }
            let digits =
                word.as_bytes().chunks_exact(2).filter_map(|pair| core::str::from_utf8(pair).ok());
            line.extend(digits.filter_map(|pair| u8::from_str_radix(pair, 16).ok()));
        }
        line.truncate(DUMPED);
        out.extend(line);
    }
    (!out.is_empty()).then_some(out)
}

/// Octets of a line of a dump.
const DUMPED: usize = 16;

/// Guesses the outermost layer by what is fixed in its header.
pub(super) fn guess(octets: &[u8]) -> Option<As> {
    let length = octets.len();
    let be16 = |at: usize| match octets.get(at..at + 2) {
        Some(&[high, low]) => Some(u16::from_be_bytes([high, low])),
        _ => None,
    };
    let first = octets.first().copied()?;
    let ports = [be16(0), be16(2)];
    let candidates = [
        (As::M3ua, matches!(octets, [1, 0, 0..=4 | 9, ..])),
        (As::M2pa, matches!(octets, [1, 0, 11, ..])),
        (As::M2ua, matches!(octets, [1, 0, 6 | 10, ..])),
        (As::Sua, matches!(octets, [1, 0, 7 | 8, ..])),
        (
            As::Ip,
            length >= 20
                && first >> 4 == 4
                && (5..=15).contains(&(first & 15))
                && be16(2) == small(length),
        ),
        (As::Ip, length >= 40 && first >> 4 == 6 && be16(4) == small(length.saturating_sub(40))),
        (As::Eth, matches!(be16(12), Some(0x0800 | 0x86dd | 0x8100 | 0x88a8 | 0x8847))),
        (As::Sctp, length >= 12 && ports.iter().flatten().any(|port| SIGTRAN.contains(port))),
        (As::Tcap, matches!(first, 0x61 | 0x62 | 0x64 | 0x65 | 0x67 | 0xe1..=0xe6 | 0xf6)),
        (As::Map, matches!(first, 0xa1..=0xa4 | 0xa7)),
        (As::Sccp, is_sccp(octets)),
        (As::Mtp3, first & 15 == 3 && octets.get(5..).is_some_and(is_sccp)),
    ];
    candidates.into_iter().find(|(_, fits)| *fits).map(|(layer, _)| layer)
}

/// Whether it reads as SCCP without much that is odd.
fn is_sccp(octets: &[u8]) -> bool {
    let mut notes = Notes::default();
    match sccp::parse(octets, Variant::Itu, &mut notes) {
        Ok(Message::Unitdata(_)) => {
            !notes.contains(Note::SccpParameterOverrun) || octets.len() < CUT
        }
        Ok(Message::Connection(connection)) => connection.kind != MessageType::It,
        Err(_) => false,
    }
}

fn small(length: usize) -> Option<u16> {
    u16::try_from(length).ok()
}

/// Makes a frame of octets that begin with `layer`.
pub(super) fn wrap(octets: &[u8], layer: As) -> Wrapping {
    match layer {
        As::Eth => bare(octets, link::ETHERNET),
        As::Ip => bare(octets, link::RAW),
        As::Sctp => bare(octets, link::SCTP),
        As::Mtp2 => bare(octets, link::MTP2),
        As::Mtp3 => bare(octets, link::MTP3),
        As::Sccp => bare(octets, link::SCCP),
        As::M3ua => chunk(octets, sctp::PPID_M3UA),
        As::M2pa => chunk(octets, sctp::PPID_M2PA),
        As::M2ua => chunk(octets, sctp::PPID_M2UA),
        As::Sua => chunk(octets, sctp::PPID_SUA),
        As::Tcap => unitdata(octets, &["SCCP"]),
        As::Map => {
            let answer = matches!(octets.first(), Some(0xa2..=0xa4 | 0xa7));
            let message = if answer {
                emit::tcap::Message {
                    dtid: Some(vec![0; 4]),
                    ..emit::tcap::Message::new(Kind::End)
                }
            } else {
                emit::tcap::Message::begin(&[0; 4])
            };
            let tcap = message.component(emit::ber::Tlv::raw(octets)).encode();
            let mut wrapping = unitdata(&tcap, &["SCCP", "TCAP"]);
            wrapping.octets += tcap.len().saturating_sub(octets.len());
            wrapping
        }
    }
}

fn bare(octets: &[u8], link_type: u32) -> Wrapping {
    let link = u16::try_from(link_type).unwrap_or_default();
    Wrapping { octets: 0, added: &[], frame: (octets.to_vec(), link) }
}

fn chunk(octets: &[u8], ppid: u32) -> Wrapping {
    let data = emit::sctp::data(&emit::sctp::whole(1, 0, 0, ppid, octets));
    let packet = emit::sctp::Packet {
        source_port: 2905,
        destination_port: 2905,
        verification_tag: 1,
        chunks: vec![data],
    };
    Wrapping { octets: SCTP_HEADERS, added: &["SCTP"], ..bare(&packet.octets(), link::SCTP) }
}

/// The addresses name no subsystem, so that nothing is taken from them.
fn unitdata(octets: &[u8], added: &'static [&'static str]) -> Wrapping {
    let address = emit::sccp::Address { ri: RoutingIndicator::Ssn, ..Default::default() };
    let message = emit::sccp::Unitdata {
        kind: MessageType::Ludt,
        ..emit::sccp::Unitdata::udt(address, address, octets)
    };
    let sccp = message.octets();
    let before = sccp.len().saturating_sub(octets.len());
    Wrapping { octets: before, added, ..bare(&sccp, link::SCCP) }
}

/// Ports of SIGTRAN as assigned by IANA.
const SIGTRAN: [u16; 4] = [2904, 2905, 3565, 14001];
/// Common header and the header of a DATA chunk.
const SCTP_HEADERS: usize = 28;
/// A unitdata message cut shorter than its pointers reach is still one.
const CUT: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octets_are_read_as_people_paste_them() {
        for (text, want) in [
            ("0900", &[9, 0][..]),
            ("09 00\n03", &[9, 0, 3]),
            ("0x09, 0x00", &[9, 0]),
            ("0x0900", &[9, 0]),
            ("09:00:aB # a comment 11\n# another\n 05-06", &[9, 0, 0xab, 5, 6]),
        ] {
            assert_eq!(parse(text).as_deref(), Ok(want), "{text:?}");
        }
        let dumps = [
            "0000  62 1a 48 04 00 00 00 01 49 04 00 00 00 02 6c 80   b.H.....I.....l.\n0010  ab 00                                             ab\n",
            "0000   62 1a 48 04 00 00 00 01 49 04 00 00 00 02 6c 80\n0010   ab 00\n",
            "00000000  62 1a 48 04 00 00 00 01  49 04 00 00 00 02 6c 80  |b.H.....I.....l.|\n00000010  ab 00                                             |ab|\n00000012\n",
            "00000000: 621a 4804 0000 0001 4904 0000 0002 6c80  b.H.....I.....l.\n00000010: ab00                                     ab\n",
        ];
        for text in dumps {
            let octets = parse(text).expect("a dump");
            assert_eq!(
                (octets.len(), &octets[..3], &octets[15..]),
                (18, &[0x62, 0x1a, 0x48][..], &[0x80, 0xab, 0][..]),
                "{text}"
            );
        }
        assert_eq!(guess(&[0x62, 0x1a, 0x48, 4, 0, 0, 0, 1]), Some(As::Tcap), "cut, and no IPv6");
        for (text, want) in [
            ("09 0", "line 1, column 4: half an octet; digits come in pairs"),
            ("09\n0g", "line 2, column 2: 'g' is no hexadecimal digit"),
            ("zz", "line 1, column 1: 'z' is no hexadecimal digit"),
            ("# nothing", "there are no octets; give them as in 0900030507..."),
        ] {
            assert_eq!(parse(text), Err(want.to_owned()), "{text:?}");
        }
    }

    #[test]
    fn what_was_added_stands_before_the_octets() {
        let octets = [0x62, 0x06, 0x48, 0x04, 0, 0, 0, 1];
        for (layer, added) in [
            (As::Eth, 0),
            (As::Sctp, 0),
            (As::Sccp, 0),
            (As::M3ua, 1),
            (As::Sua, 1),
            (As::Tcap, 1),
            (As::Map, 2),
        ] {
            let wrapping = wrap(&octets, layer);
            assert_eq!(wrapping.added.len(), added, "{layer:?}");
            let (frame, _) = &wrapping.frame;
            assert_eq!(frame[wrapping.octets..][..octets.len()], octets, "{layer:?}");
        }
    }
}
