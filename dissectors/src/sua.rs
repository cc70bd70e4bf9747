//! SUA, SCCP user adaptation (RFC 3868), read into the structures of [`crate::sccp`].
//!
//! Messages have the form of M3UA's. A CLDT with hop counter or segmentation stands for XUDT, without
//! for UDT; CLDR for the returns of them. Point codes are plain numbers here in every variant.

use nom::{
    Parser,
    bytes::complete::take,
    number::complete::{be_u8, be_u16},
};

use crate::{
    error::Error,
    m3ua::{self, CORRELATION_ID, INFO_STRING, Layer, Parameters, ROUTING_CONTEXT, number},
    notes::{Note, Notes},
    sccp::{
        Address, Connection, GlobalTitle, Message as Sccp, MessageType, RoutingIndicator,
        Segmentation, Unitdata, global_title,
    },
};

/// One SUA message.
pub type Message<'a> = m3ua::Message<'a>;

/// An SCCP message out of SUA.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Carried<'a> {
    /// Routing Context.
    pub routing_context: Option<u32>,
    /// Network Appearance.
    pub network_appearance: Option<u32>,
    /// The message as SCCP would say it.
    pub message: Sccp<'a>,
    /// The same with the last of several Data parameters, which is another.
    pub rival: Option<Sccp<'a>>,
}

/// Reads the common header and bounds the parameters (§3.1).
///
/// # Errors
///
/// Returns an error as [`m3ua::parse`] does.
pub fn parse<'a>(input: &'a [u8], notes: &mut Notes) -> Result<Message<'a>, Error> {
    m3ua::header(input, Layer::Sua, notes).inspect_err(|_| notes.add(Note::SuaUnreadable))
}

/// Returns the acronym of a message, `None` when class or type are not known.
#[must_use]
pub fn name(message: &Message<'_>) -> Option<&'static str> {
    match (message.class, message.kind) {
        (CONNECTIONLESS, CLDT) => Some("CLDT"),
        (CONNECTIONLESS, CLDR) => Some("CLDR"),
        (CONNECTION, kind) => {
            let index = usize::from(kind).checked_sub(1)?;
            CONNECTION_NAMES.get(index).copied()
        }
        _ => message.name(),
    }
}

/// Reads a connectionless or connection-oriented message (§3.3, §3.4); `None` for any other.
pub fn carried<'a>(message: &Message<'a>, notes: &mut Notes) -> Option<Carried<'a>> {
    let returned = match (message.class, message.kind) {
        (CONNECTIONLESS, CLDT) => false,
        (CONNECTIONLESS, CLDR) => true,
        (CONNECTION, kind) => {
            let kind = connection_kind(kind)?;
            let found = Found::read(message, notes);
            return Some(Carried {
                routing_context: found.routing_context,
                network_appearance: found.network_appearance,
                message: Sccp::Connection(found.connection(kind)),
                rival: found.rival.map(|rival| {
                    let data = Some(rival);
                    Sccp::Connection(Connection { data, ..found.connection(kind) })
                }),
            });
        }
        _ => return None,
    };
    let found = Found::read(message, notes);
    let data = found.unitdata(returned);
    data.note_oddities(notes);
    if found.data.is_none() {
        notes.add(Note::SuaUnreadable);
    }
    Some(Carried {
        routing_context: found.routing_context,
        network_appearance: found.network_appearance,
        message: Sccp::Unitdata(data),
        rival: found.rival.map(|rival| Sccp::Unitdata(Unitdata { data: rival, ..data })),
    })
}

/// The parameters of a message, the first of each kind.
#[derive(Default)]
struct Found<'a> {
    routing_context: Option<u32>,
    network_appearance: Option<u32>,
    source: Option<Address<'a>>,
    destination: Option<Address<'a>>,
    source_reference: Option<u32>,
    destination_reference: Option<u32>,
    class: Option<u32>,
    cause: Option<u32>,
    hop_counter: Option<u32>,
    importance: Option<u32>,
    segmentation: Option<u32>,
    data: Option<&'a [u8]>,
    rival: Option<&'a [u8]>,
}

impl<'a> Found<'a> {
    fn read(message: &Message<'a>, notes: &mut Notes) -> Self {
        let mut found = Self::default();
        let mut parameters = message.parameters();
        while let Some((tag, value)) = parameters.next(notes) {
            let again = match tag {
                ROUTING_CONTEXT => m3ua::set(&mut found.routing_context, number(value)),
                NETWORK_APPEARANCE => m3ua::set(&mut found.network_appearance, number(value)),
                SOURCE_ADDRESS => m3ua::set(&mut found.source, Some(address(value, notes))),
                DESTINATION_ADDRESS => {
                    m3ua::set(&mut found.destination, Some(address(value, notes)))
                }
                SOURCE_REFERENCE => m3ua::set(&mut found.source_reference, number(value)),
                DESTINATION_REFERENCE => m3ua::set(&mut found.destination_reference, number(value)),
                PROTOCOL_CLASS => m3ua::set(&mut found.class, number(value)),
                CAUSE => m3ua::set(&mut found.cause, number(value)),
                HOP_COUNTER => m3ua::set(&mut found.hop_counter, number(value)),
                IMPORTANCE => m3ua::set(&mut found.importance, number(value)),
                SEGMENTATION => m3ua::set(&mut found.segmentation, number(value)),
                DATA => {
                    found.rival = found.data.and(Some(value)).filter(|_| found.data != Some(value));
                    m3ua::set(&mut found.data, Some(value))
                }
                INFO_STRING
                | CORRELATION_ID
                | SEQUENCE_NUMBER
                | RECEIVE_SEQUENCE_NUMBER
                | CREDIT
                | PRIORITY
                | SEQUENCE_CONTROL => false,
                _ => {
                    notes.add(Note::SuaParameterUnknown);
                    false
                }
            };
            if again {
                notes.add(Note::SuaParameterDuplicate);
            }
        }
        found
    }

    fn unitdata(&self, returned: bool) -> Unitdata<'a> {
        let extended = self.hop_counter.is_some() || self.segmentation.is_some();
        let class = self.class.map(low_octet);
        Unitdata {
            kind: match (returned, extended) {
                (false, false) => MessageType::Udt,
                (false, true) => MessageType::Xudt,
                (true, false) => MessageType::Udts,
                (true, true) => MessageType::Xudts,
            },
            class: class.map(|octet| octet & 3).filter(|_| !returned),
            return_on_error: class.is_some_and(|octet| octet & 0x80 != 0),
            return_cause: self.cause.map(low_octet).filter(|_| returned),
            hop_counter: self.hop_counter.map(low_octet),
            called: self.destination.unwrap_or_default(),
            calling: self.source.unwrap_or_default(),
            data: self.data.unwrap_or_default(),
            segmentation: self.segmentation.map(|word| {
                let [first, ..] = word.to_be_bytes();
                Segmentation {
                    first: first & 0x80 != 0,
                    class: class.map_or(0, |octet| octet & 1),
                    remaining: first & 0x7f,
                    local_reference: word & 0x00ff_ffff,
                }
            }),
            importance: self.importance.map(low_octet),
        }
    }

    fn connection(&self, kind: MessageType) -> Connection<'a> {
        Connection {
            kind,
            destination_reference: self.destination_reference,
            source_reference: self.source_reference,
            class: self.class.map(|class| low_octet(class) & 3),
            cause: self.cause.map(low_octet),
            more: false,
            called: self.destination,
            calling: self.source,
            hop_counter: self.hop_counter.map(low_octet),
            data: self.data,
        }
    }
}

const fn low_octet(word: u32) -> u8 {
    word.to_be_bytes()[3]
}

/// Reads an address parameter (§3.10.2): routing indicator, address indicator, parameters.
fn address<'a>(input: &'a [u8], notes: &mut Notes) -> Address<'a> {
    let mut out = Address { octets: input, ..Address::default() };
    let Ok((rest, (routing, indicator))) = (be_u16::<_, Error>, be_u16).parse(input) else {
        notes.add(Note::SccpAddressTruncated);
        return out;
    };
    // 1 is on global title, 2 on subsystem and point code, 3 on host name, 4 on subsystem and IP
    // address.
    if matches!(routing, 2 | 4) {
        out.ri = RoutingIndicator::Ssn;
    }
    let mut parameters = Parameters { rest, layer: Layer::Sua };
    while let Some((tag, value)) = parameters.next(notes) {
        let again = match tag {
            GLOBAL_TITLE => m3ua::set(&mut out.gt, read_global_title(value, notes)),
            POINT_CODE => m3ua::set(&mut out.pc, number(value)),
            SUBSYSTEM => m3ua::set(&mut out.ssn, number(value).map(low_octet)),
            IPV4 | HOST_NAME | IPV6 => false,
            _ => {
                notes.add(Note::SuaParameterUnknown);
                false
            }
        };
        if again {
            notes.add(Note::SuaParameterDuplicate);
        }
    }
    // The indicator says which of SSN, point code and global title are used (§3.10.2).
    let there = u16::from(out.ssn.is_some())
        | u16::from(out.pc.is_some()) << 1
        | u16::from(out.gt.is_some()) << 2;
    if !(1..=4).contains(&routing) || indicator & !there & 7 != 0 {
        notes.add(Note::SuaAddressIndicator);
    }
    out
}

/// Reads a global title (§3.10.2.3); the count of digits is written out.
fn read_global_title(input: &[u8], notes: &mut Notes) -> Option<GlobalTitle> {
    let header = (take::<_, _, Error>(3_usize), be_u8, be_u8, be_u8, be_u8, be_u8).parse(input);
    let Ok((octets, (_, gti, count, tt, np, nai))) = header else {
        notes.add(Note::SccpAddressTruncated);
        return None;
    };
    let count = usize::from(count);
    let octets = octets.get(..count.div_ceil(2)).unwrap_or_else(|| {
        notes.add(Note::GtEsMismatch);
        octets
    });
    let gt = GlobalTitle {
        gti,
        tt: matches!(gti, 2..=4).then_some(tt),
        np: matches!(gti, 3 | 4).then_some(np),
        es: None,
        nai: matches!(gti, 1 | 4).then_some(nai),
        digits: global_title::counted_digits(octets, count % 2 == 1, notes),
    };
    global_title::note_oddities(&gt, false, notes);
    Some(gt)
}

/// The SCCP message a connection-oriented one stands for (§3.1.2).
const fn connection_kind(kind: u8) -> Option<MessageType> {
    Some(match kind {
        1 => MessageType::Cr,
        2 => MessageType::Cc,
        3 => MessageType::Cref,
        4 => MessageType::Rlsd,
        5 => MessageType::Rlc,
        6 => MessageType::Rsc,
        7 => MessageType::Rsr,
        8 => MessageType::Dt1,
        9 => MessageType::Ak,
        10 => MessageType::Err,
        11 => MessageType::It,
        _ => return None,
    })
}

/// Message class of connectionless messages.
pub const CONNECTIONLESS: u8 = 7;
/// Message class of connection-oriented messages.
pub const CONNECTION: u8 = 8;
/// Acronyms of the types of class 8, from 1 (§3.1.2).
const CONNECTION_NAMES: [&str; 11] =
    ["CORE", "COAK", "COREF", "RELRE", "RELCO", "RESCO", "RESRE", "CODT", "CODA", "COERR", "COIT"];
pub(crate) const CLDT: u8 = 1;
pub(crate) const CLDR: u8 = 2;

pub(crate) const HOP_COUNTER: u16 = 0x0101;
pub(crate) const SOURCE_ADDRESS: u16 = 0x0102;
pub(crate) const DESTINATION_ADDRESS: u16 = 0x0103;
const SOURCE_REFERENCE: u16 = 0x0104;
const DESTINATION_REFERENCE: u16 = 0x0105;
pub(crate) const CAUSE: u16 = 0x0106;
const SEQUENCE_NUMBER: u16 = 0x0107;
const RECEIVE_SEQUENCE_NUMBER: u16 = 0x0108;
const CREDIT: u16 = 0x010a;
pub(crate) const DATA: u16 = 0x010b;
const NETWORK_APPEARANCE: u16 = 0x010d;
pub(crate) const IMPORTANCE: u16 = 0x0113;
const PRIORITY: u16 = 0x0114;
pub(crate) const PROTOCOL_CLASS: u16 = 0x0115;
pub(crate) const SEQUENCE_CONTROL: u16 = 0x0116;
pub(crate) const SEGMENTATION: u16 = 0x0117;

pub(crate) const GLOBAL_TITLE: u16 = 0x8001;
pub(crate) const POINT_CODE: u16 = 0x8002;
pub(crate) const SUBSYSTEM: u16 = 0x8003;
const IPV4: u16 = 0x8004;
const HOST_NAME: u16 = 0x8005;
const IPV6: u16 = 0x8006;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_lie_keep_what_they_have() {
        let ssn = [0x80, 3, 0, 8, 0, 0, 0, 6];
        for (title, digits, want) in [
            (&[0_u8, 0, 0, 4, 8, 0, 1, 4, 0x51, 0x55, 0x10, 0x00][..], "15550100", vec![]),
            (&[0, 0, 0, 4, 7, 0, 1, 4, 0x51, 0x55, 0x10, 0x00], "1555010", vec![]),
            (
                &[0, 0, 0, 4, 9, 0, 1, 4, 0x51, 0x55, 0x10, 0x00],
                "1555010",
                vec![Note::GtEsMismatch],
            ),
            (&[0, 0, 0, 4, 8], "", vec![Note::SuaAddressIndicator, Note::SccpAddressTruncated]),
        ] {
            let length = u8::try_from(4 + title.len()).unwrap();
            let mut octets = vec![0, 1, 0, 5, 0x80, 1, 0, length];
            octets.extend(title);
            octets.resize(octets.len().next_multiple_of(4), 0);
            octets.extend(ssn);
            let mut notes = Notes::default();
            let got = address(&octets, &mut notes);
            assert_eq!((got.ssn, got.digits().to_string()), (Some(6), String::from(digits)));
            assert_eq!(notes.iter().collect::<Vec<_>>(), want, "{title:02x?}");
        }
        let mut notes = Notes::default();
        assert!(address(&[0, 1], &mut notes).is_empty());
        assert!(notes.contains(Note::SccpAddressTruncated));
    }
}
