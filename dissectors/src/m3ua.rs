//! M3UA, the MTP3 user adaptation layer (RFC 4666).
//!
//! A message is an eight octet common header (§3.1) followed by parameters (§3.2), each a 16-bit
//! tag, a 16-bit length that counts the four header octets but not the padding, and a value padded
//! to a multiple of four. SUA (RFC 3868) and M2UA (RFC 3331) share this form and read it here.
//!
//! Only Protocol Data (§3.3.1) carries an MTP3 user part. Parameters this module does not name are
//! passed over, as §3.2 asks of a receiver, and noted in DATA.

use nom::{
    IResult, Parser,
    bytes::complete::take,
    number::complete::{be_u8, be_u16, be_u32},
};

use crate::{
    error::Error,
    mtp3,
    notes::{Note, Notes},
};

/// One M3UA message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Message<'a> {
    /// Message class (§3.1.2).
    pub class: u8,
    /// Message type within the class (§3.1.2).
    pub kind: u8,
    /// The parameters, unread.
    pub parameters: &'a [u8],
    /// Which layer it is of.
    pub layer: Layer,
}

/// The layers whose messages have this form; each tells of oddities by notes of its own.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Layer {
    /// M3UA (RFC 4666).
    M3ua,
    /// M2UA (RFC 3331).
    M2ua,
    /// SUA (RFC 3868).
    Sua,
}

/// The notes of a layer.
struct Oddities {
    reserved: Note,
    length: Note,
    padding: Note,
}

impl Layer {
    const fn oddities(self) -> Oddities {
        match self {
            Self::M3ua => Oddities {
                reserved: Note::M3uaReservedNonzero,
                length: Note::M3uaLengthMismatch,
                padding: Note::M3uaPaddingNonzero,
            },
            Self::M2ua => Oddities {
                reserved: Note::M2uaReservedNonzero,
                length: Note::M2uaLengthMismatch,
                padding: Note::M2uaPaddingNonzero,
            },
            Self::Sua => Oddities {
                reserved: Note::SuaReservedNonzero,
                length: Note::SuaLengthMismatch,
                padding: Note::SuaPaddingNonzero,
            },
        }
    }
}

/// What a DATA message says (§3.3.1).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Data<'a> {
    /// Network Appearance.
    pub network_appearance: Option<u32>,
    /// Routing Context; DATA has at most one.
    pub routing_context: Option<u32>,
    /// Protocol Data: a routing label and an MTP3 user part.
    pub protocol_data: mtp3::Message<'a>,
    /// The last of several Protocol Data; there may be one only, and receivers differ in which.
    pub rival: Option<mtp3::Message<'a>>,
    /// Correlation Id.
    pub correlation_id: Option<u32>,
}

/// What a signalling network management message says (§3.4).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct NetworkManagement<'a> {
    /// Network Appearance.
    pub network_appearance: Option<u32>,
    /// First Routing Context.
    pub routing_context: Option<u32>,
    /// Affected Point Codes, unread; see [`Self::affected`].
    pub affected: &'a [u8],
    /// The part of User/Cause that says why it is unavailable (§3.4.5).
    pub cause: Option<u16>,
    /// The part of User/Cause that names the user part.
    pub user: Option<u16>,
    /// Concerned Destination of SCON.
    pub concerned: Option<u32>,
    /// Congestion Level of SCON.
    pub congestion: Option<u8>,
}

impl NetworkManagement<'_> {
    /// Iterates over the affected point codes: how many low bits to ignore, and the code (§3.4.1).
    pub fn affected(&self) -> impl Iterator<Item = (u8, u32)> {
        self.affected.chunks_exact(4).filter_map(|entry| {
            let (_, entry) = be_u32::<_, Error>(entry).ok()?;
            let [mask, ..] = entry.to_be_bytes();
            Some((mask, entry & 0x00ff_ffff))
        })
    }
}

/// Reads the common header and bounds the parameters (§3.1).
///
/// A length beyond the octets is noted and what is there is read.
///
/// # Errors
///
/// Returns [`Error::Unsupported`] for a version other than 1 and an error when the octets end
/// inside the header.
pub fn parse<'a>(input: &'a [u8], notes: &mut Notes) -> Result<Message<'a>, Error> {
    let message = header(input, Layer::M3ua, notes)?;
    if message.name().is_none() {
        notes.add(Note::M3uaMessageUnknown);
    }
    Ok(message)
}

/// Reads the common header, which M2UA and SUA share.
pub(crate) fn header<'a>(
    input: &'a [u8],
    layer: Layer,
    notes: &mut Notes,
) -> Result<Message<'a>, Error> {
    let oddities = layer.oddities();
    let (body, (version, reserved, class, kind, length)) =
        (be_u8::<_, Error>, be_u8, be_u8, be_u8, be_u32).parse(input)?;
    if version != VERSION {
        return Err(Error::Unsupported { value: version.into() });
    }
    if reserved != 0 {
        notes.add(oddities.reserved);
    }
    let length = usize::try_from(length).ok().and_then(|n| n.checked_sub(HEADER));
    let parameters = length.and_then(|n| body.get(..n)).unwrap_or_else(|| {
        notes.add(oddities.length);
        body
    });
    // The length may leave out the padding of the last parameter (§3.1.4).
    if body.len() - parameters.len() > 3 {
        notes.add(oddities.length);
    }
    Ok(Message { class, kind, parameters, layer })
}

impl<'a> Message<'a> {
    /// Returns the acronym of the message, `None` when class or type are not known.
    #[must_use]
    pub fn name(&self) -> Option<&'static str> {
        NAMES.iter().find(|row| row.0 == (self.class, self.kind)).map(|row| row.1)
    }

    /// Whether this is a DATA message.
    #[must_use]
    pub const fn is_data(&self) -> bool {
        self.class == TRANSFER && self.kind == DATA
    }

    /// Returns the parameters, to be read one after the other.
    #[must_use]
    pub const fn parameters(&self) -> Parameters<'a> {
        Parameters { rest: self.parameters, layer: self.layer }
    }

    /// Reads a DATA message; `None` when it is another or lacks Protocol Data.
    ///
    /// A parameter that overruns the message ends the reading; Protocol Data before it stands.
    ///
    /// # Errors
    ///
    /// Returns an error when Protocol Data is too short for a routing label.
    pub fn data(&self, notes: &mut Notes) -> Result<Option<Data<'a>>, Error> {
        if !self.is_data() {
            return Ok(None);
        }
        let (mut network_appearance, mut routing_context) = (None, None);
        let (mut correlation_id, mut user, mut last, mut draft) = (None, None, None, false);
        let mut parameters = self.parameters();
        while let Some((tag, value)) = parameters.next(notes) {
            let again = match tag {
                NETWORK_APPEARANCE => set(&mut network_appearance, number(value)),
                ROUTING_CONTEXT => set(&mut routing_context, number(value)),
                CORRELATION_ID => set(&mut correlation_id, number(value)),
                PROTOCOL_DATA => {
                    last = user.map(|_: &[u8]| value);
                    set(&mut user, Some(value))
                }
                _ => {
                    draft |= DRAFT_PROTOCOL_DATA.contains(&tag);
                    notes.add(Note::M3uaParameterUnknown);
                    false
                }
            };
            if again {
                notes.add(Note::M3uaParameterDuplicate);
            }
        }
        let Some(user) = user else {
            notes.add(if draft { Note::M3uaVersionDraft } else { Note::M3uaDataMissing });
            return Ok(None);
        };
        let first = protocol_data(user).map(|(_, message)| message);
        let rival = last.and_then(|last| Some(protocol_data(last).ok()?.1));
        let protocol_data = first.or_else(|error| rival.ok_or(error))?;
        if protocol_data.ni > 3 {
            notes.add(Note::MtpSpareNi);
        }
        let rival = rival.filter(|rival| *rival != protocol_data);
        Ok(Some(Data { network_appearance, routing_context, protocol_data, rival, correlation_id }))
    }

    /// Reads a signalling network management message (§3.4); `None` when it is another.
    pub fn network_management(&self, notes: &mut Notes) -> Option<NetworkManagement<'a>> {
        if self.class != NETWORK_MANAGEMENT {
            return None;
        }
        let mut out = NetworkManagement::default();
        let mut parameters = self.parameters();
        while let Some((tag, value)) = parameters.next(notes) {
            match tag {
                NETWORK_APPEARANCE => out.network_appearance = number(value),
                ROUTING_CONTEXT => out.routing_context = number(value),
                AFFECTED_POINT_CODE => out.affected = value,
                USER_CAUSE => {
                    let read = (be_u16::<_, Error>, be_u16).parse(value).ok();
                    (out.cause, out.user) = read.map(|(_, pair)| pair).unzip();
                }
                CONCERNED_DESTINATION => out.concerned = number(value).map(|n| n & 0x00ff_ffff),
                CONGESTION => out.congestion = value.get(3).copied(),
                INFO_STRING => {}
                _ => notes.add(Note::M3uaParameterUnknown),
            }
        }
        Some(out)
    }

    /// Returns the first parameter with `tag` as a number: Error Code (12) of ERR, Status (13) of
    /// NTFY, Routing Context (6) of others.
    pub fn number(&self, tag: u16) -> Option<u32> {
        let mut parameters = self.parameters();
        let mut notes = Notes::default();
        while let Some((found, value)) = parameters.next(&mut notes) {
            if found == tag {
                return number(value);
            }
        }
        None
    }
}

/// Reads parameters (§3.2) one after the other.
#[derive(Clone, Copy, Debug)]
pub struct Parameters<'a> {
    pub(crate) rest: &'a [u8],
    pub(crate) layer: Layer,
}

impl<'a> Parameters<'a> {
    /// Returns tag and value of the next parameter; `None` at the end, or with a note where one
    /// overruns the message.
    pub fn next(&mut self, notes: &mut Notes) -> Option<(u16, &'a [u8])> {
        if self.rest.is_empty() {
            return None;
        }
        let oddities = self.layer.oddities();
        let Ok((rest, (parameter, padded))) = parameter(self.rest) else {
            notes.add(oddities.length);
            self.rest = &[];
            return None;
        };
        if padded {
            notes.add(oddities.padding);
        }
        self.rest = rest;
        Some(parameter)
    }
}

/// A tag, its value, and whether its padding is not zero.
type Padded<'a> = ((u16, &'a [u8]), bool);

fn parameter(input: &[u8]) -> IResult<&[u8], Padded<'_>, Error> {
    let (rest, (tag, length)) = (be_u16, be_u16).parse(input)?;
    let Some(size) = length.checked_sub(4) else {
        return Err(nom::Err::Error(Error::Length { value: length.into() }));
    };
    let (rest, value) = take(size)(rest)?;
    // A receiver accepts a last parameter without its padding (§3.1.4).
    let padding = usize::from(size.wrapping_neg() & 3).min(rest.len());
    let (rest, padding) = take(padding)(rest)?;
    Ok((rest, ((tag, value), padding.iter().any(|&octet| octet != 0))))
}

fn protocol_data(input: &[u8]) -> IResult<&[u8], mtp3::Message<'_>, Error> {
    let (user, (opc, dpc, si, ni, mp, sls)) =
        (be_u32, be_u32, be_u8, be_u8, be_u8, be_u8).parse(input)?;
    Ok((&[], mtp3::Message { opc, dpc, si, ni, mp, sls, user }))
}

/// Reads the first 32 bits of a value.
pub(crate) fn number(value: &[u8]) -> Option<u32> {
    be_u32::<_, Error>(value).ok().map(|(_, number)| number)
}

/// Fills an empty slot; a full one keeps what it has. Returns whether it was full.
pub(crate) fn set<T>(slot: &mut Option<T>, value: Option<T>) -> bool {
    let again = slot.is_some();
    if !again {
        *slot = value;
    }
    again
}

/// Message class Management (§3.1.2).
pub const CLASS_MANAGEMENT: u8 = 0;
/// Message class Transfer.
pub const TRANSFER: u8 = 1;
/// Message class SS7 signalling network management.
pub const NETWORK_MANAGEMENT: u8 = 2;
/// Type DATA of class Transfer.
pub const DATA: u8 = 1;

pub(crate) const VERSION: u8 = 1;
pub(crate) const HEADER: usize = 8;
pub(crate) const INFO_STRING: u16 = 0x0004;
pub(crate) const ROUTING_CONTEXT: u16 = 0x0006;
/// Tag of Error Code (§3.8.1).
pub const ERROR_CODE: u16 = 0x000c;
/// Tag of Status (§3.8.2).
pub const STATUS: u16 = 0x000d;
const AFFECTED_POINT_CODE: u16 = 0x0012;
pub(crate) const CORRELATION_ID: u16 = 0x0013;
pub(crate) const NETWORK_APPEARANCE: u16 = 0x0200;
const USER_CAUSE: u16 = 0x0204;
const CONGESTION: u16 = 0x0205;
const CONCERNED_DESTINATION: u16 = 0x0206;
pub(crate) const PROTOCOL_DATA: u16 = 0x0210;
/// Protocol data as drafts before RFC 3332 numbered it.
const DRAFT_PROTOCOL_DATA: [u16; 2] = [0x0002, 0x0003];

/// Classes and types of §3.1.2.
const NAMES: &[((u8, u8), &str)] = &[
    ((1, 1), "DATA"),
    ((0, 0), "ERR"),
    ((0, 1), "NTFY"),
    ((2, 1), "DUNA"),
    ((2, 2), "DAVA"),
    ((2, 3), "DAUD"),
    ((2, 4), "SCON"),
    ((2, 5), "DUPU"),
    ((2, 6), "DRST"),
    ((3, 1), "ASPUP"),
    ((3, 2), "ASPDN"),
    ((3, 3), "BEAT"),
    ((3, 4), "ASPUP_ACK"),
    ((3, 5), "ASPDN_ACK"),
    ((3, 6), "BEAT_ACK"),
    ((4, 1), "ASPAC"),
    ((4, 2), "ASPIA"),
    ((4, 3), "ASPAC_ACK"),
    ((4, 4), "ASPIA_ACK"),
    ((9, 1), "REG_REQ"),
    ((9, 2), "REG_RSP"),
    ((9, 3), "DEREG_REQ"),
    ((9, 4), "DEREG_RSP"),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// A message of `class` and `kind` around `parameters`, with the right length.
    fn message(class: u8, kind: u8, parameters: &[u8]) -> Vec<u8> {
        let length = u32::try_from(HEADER + parameters.len()).unwrap().to_be_bytes();
        [&[1, 0, class, kind][..], &length, parameters].concat()
    }

    const LABEL: [u8; 12] = [0, 0, 1, 1, 0, 0, 2, 2, 3, 2, 0, 5];

    #[test]
    fn data_keeps_what_stands_before_a_fault() {
        let user = [&[2, 0x10, 0, 17][..], &LABEL, &[9, 0, 0, 0]].concat();
        for (tail, want) in [
            (&[][..], vec![]),
            (&[0, 6, 0, 8, 0, 0, 0, 7], vec![]),
            (&[0, 6, 0, 9, 0, 0, 0, 7], vec![Note::M3uaLengthMismatch]),
            (&[0x7f, 0, 0, 4], vec![Note::M3uaParameterUnknown]),
            (&user, vec![Note::M3uaParameterDuplicate]),
        ] {
            let octets = message(1, 1, &[&user[..], tail].concat());
            let mut notes = Notes::default();
            let read = parse(&octets, &mut notes).unwrap().data(&mut notes).unwrap().unwrap();
            assert_eq!((read.protocol_data.opc, read.protocol_data.user), (0x101, &[9][..]));
            assert_eq!(notes.iter().collect::<Vec<_>>(), want, "{tail:02x?}");
        }
    }

    #[test]
    fn lengths_that_lie_are_noted() {
        let good = message(3, 1, &[0, 4, 0, 6, b'a', b'b', 0, 0]);
        for (length, extra, noted) in [
            (16, 0, false),
            (14, 0, false),
            (8, 0, true),
            (17, 0, true),
            (7, 0, true),
            (16, 4, true),
        ] {
            let mut octets = good.clone();
            octets[7] = length;
            octets.extend(vec![0; extra]);
            let mut notes = Notes::default();
            parse(&octets, &mut notes).unwrap();
            assert_eq!(notes.contains(Note::M3uaLengthMismatch), noted, "{length} {extra}");
        }
    }

    #[test]
    fn drafts_and_unknown_messages_pass_with_a_note() {
        for (octets, want) in [
            (message(1, 1, &[0, 2, 0, 5, 9, 0, 0, 0]), Note::M3uaVersionDraft),
            (message(1, 1, &[]), Note::M3uaDataMissing),
            (message(5, 1, &[]), Note::M3uaMessageUnknown),
            (message(1, 2, &[]), Note::M3uaMessageUnknown),
        ] {
            let mut notes = Notes::default();
            let read = parse(&octets, &mut notes).unwrap();
            assert_eq!(read.data(&mut notes), Ok(None), "{octets:02x?}");
            assert!(notes.contains(want), "{octets:02x?}");
        }
        let other = [2, 0, 1, 1, 0, 0, 0, 8];
        assert_eq!(parse(&other, &mut Notes::default()), Err(Error::Unsupported { value: 2 }));
    }

    #[test]
    fn network_management_names_its_point_codes() {
        let mut parameters = vec![0, 0x12, 0, 12, 0, 0, 1, 1, 2, 0, 2, 0];
        parameters.extend([2, 4, 0, 8, 0, 1, 0, 3, 0, 6, 0, 8, 0, 0, 0, 9]);
        let octets = message(2, 5, &parameters);
        let mut notes = Notes::default();
        let read = parse(&octets, &mut notes).unwrap();
        let got = read.network_management(&mut notes).unwrap();
        assert!(got.affected().eq([(0, 0x101), (2, 0x200)]));
        assert_eq!((got.cause, got.user, got.routing_context), (Some(1), Some(3), Some(9)));
        assert_eq!((read.name(), notes.is_empty()), (Some("DUPU"), true));
        assert_eq!(read.number(6), Some(9));
    }
}
