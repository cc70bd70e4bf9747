//! Members of CAP arguments: what each holds and where it goes.
//!
//! A table names the members of an argument that are kept, in the order of the ASN.1. Others are
//! passed over. One that stands twice or out of order is noted and read all the same; where only
//! one value can be kept it is the first.

use crate::{
    ber::{Class, Element},
    cap::{isup, location},
    error::Error,
    map::parameters::{Address, Gifts, Parameters, Precision, Role},
    notes::{Note, Notes},
    tbcd,
};

/// The members kept of a sequence or choice: context tag number and what it holds.
pub(super) type Members = &'static [(u32, Member)];

/// What an argument looks like.
#[derive(Clone, Copy, Debug)]
pub(super) enum Syntax {
    /// Nothing in it is kept.
    Nothing,
    /// A sequence.
    Sequence(Members),
    /// A choice of context-tagged members, without a sequence around it.
    Choice(Members),
    /// A cause as an octet string; later versions have a choice around a sequence.
    Cause,
    /// RP-Cause as an octet string.
    RpCause,
}

/// What a member holds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Member {
    /// serviceKey.
    ServiceKey,
    /// An event type.
    Event,
    /// IMSI.
    Imsi,
    /// IMEI or IMEISV.
    Imei,
    /// The subscriber's own number as an ISDN-AddressString.
    Msisdn,
    /// A number as ISUP writes it.
    Isup(Role),
    /// The same with a qualifier before it.
    Generic(Role),
    /// A sequence or set of the former.
    IsupList(Role),
    /// A sequence or set of the latter.
    GenericList(Role),
    /// ISDN-AddressString, SMS-AddressString or CalledPartyBCDNumber: all start with an octet of
    /// extension bit, nature and plan.
    Address(Role),
    /// Cause indicators.
    Cause,
    /// A cause of one octet, with its own coding.
    SmallCause,
    /// LocationInformation.
    Location,
    /// LocationInformationGPRS.
    LocationGprs,
    /// eventSpecificInformation of a GPRS session.
    GprsEvent,
    /// locationNumber, which is a number and a location.
    LocationNumber,
    /// subscriberState.
    State,
    /// The first octet of a short message, with its type.
    TpShort,
    /// A routeing area.
    Area,
    /// GSN-Address of a serving or gateway node: that it was there, since it is no number.
    Node,
    /// TP-Protocol-Identifier.
    TpPid,
    /// TP-Data-Coding-Scheme.
    TpDcs,
    /// Numbers that calls are gapped for, at any depth.
    Gap,
    /// Extensions.
    Extension,
    /// A sequence or choice.
    In(Members),
    /// A sequence of sequences.
    Each(Members),
}

/// Reads an argument.
pub(super) fn argument(
    element: &Element<'_>,
    syntax: Syntax,
    out: &mut Parameters,
    notes: &mut Notes,
) -> Result<(), Error> {
    let wrong = Error::Tag { found: element.tag.short_octet() };
    let universal = |number| element.is_universal(number);
    match syntax {
        Syntax::Nothing => {}
        Syntax::Sequence(table) => {
            if !universal(SEQUENCE) && !element.tag.constructed {
                return Err(wrong);
            }
            members(element, table, out, notes);
        }
        Syntax::Choice(table) => {
            if element.tag.class != Class::Context {
                return Err(wrong);
            }
            choice(element, table, out, notes);
        }
        Syntax::Cause if universal(OCTET_STRING) => cause(element, out, notes),
        // releaseCall of CAP 4: allCallSegments in a sequence, its cause at [0].
        Syntax::Cause if element.tag.class == Class::Context => {
            members(element, &[(0, Member::Cause), (1, Member::Extension)], out, notes);
        }
        Syntax::RpCause if universal(OCTET_STRING) => {
            out.cause = element.string(notes).first().map(|octet| u16::from(octet & 0x7f));
        }
        Syntax::Cause | Syntax::RpCause => return Err(wrong),
    }
    Ok(())
}

fn choice(element: &Element<'_>, table: Members, out: &mut Parameters, notes: &mut Notes) {
    if let Some((_, member)) = table.iter().find(|(number, _)| element.is_context(*number)) {
        read(element, *member, out, notes);
    }
}

fn members(element: &Element<'_>, table: Members, out: &mut Parameters, notes: &mut Notes) {
    let mut seen = 0_u128;
    let mut highest = 0;
    let mut elements = element.elements(notes);
    while let Some(element) = elements.next_or_cut(notes) {
        if element.tag.class != Class::Context {
            notes.add(Note::MapMemberUnknown);
            continue;
        }
        let bit = 1_u128.checked_shl(element.tag.number).unwrap_or_default();
        if seen & bit != 0 {
            notes.add(Note::BerMemberDuplicate);
        }
        seen |= bit;
        let at = table.iter().position(|(number, _)| *number == element.tag.number);
        let Some((at, (_, member))) = at.and_then(|at| Some((at, table.get(at)?))) else {
            continue;
        };
        if at < highest {
            notes.add(Note::BerMemberOrder);
        }
        highest = highest.max(at);
        read(&element, *member, out, notes);
    }
}

fn read(element: &Element<'_>, member: Member, out: &mut Parameters, notes: &mut Notes) {
    match member {
        Member::ServiceKey => {
            keep(&mut out.camel.service_key, integer(element, notes), notes);
        }
        Member::Event => {
            // Later events of a list are of no interest.
            if out.camel.event_type.is_none() {
                out.camel.event_type = integer(element, notes);
            }
        }
        Member::Imsi => imsi(element, out, notes),
        Member::Imei => {
            let imei = tbcd::read(&element.string(notes), notes);
            keep(&mut out.imei, Some(imei), notes);
        }
        Member::Msisdn => {
            let address = address_string(element, Role::Other, notes);
            keep(&mut out.msisdn, address.map(|address| address.digits), notes);
        }
        Member::Isup(role) => isup_number(element, role, isup::number, out, notes),
        Member::Generic(role) => isup_number(element, role, isup::generic_number, out, notes),
        Member::IsupList(role) => isup_list(element, role, isup::number, out, notes),
        Member::GenericList(role) => isup_list(element, role, isup::generic_number, out, notes),
        Member::Address(role) => {
            if let Some(address) = address_string(element, role, notes) {
                out.addresses.push(address, notes);
            }
        }
        Member::Cause => cause(element, out, notes),
        Member::SmallCause => out.cause = octet(element, notes).map(u16::from),
        Member::Location => location::location(element, out, notes),
        Member::LocationGprs => location::location_gprs(element, out, notes),
        Member::GprsEvent => location::within_event(element, out, notes),
        Member::LocationNumber => {
            out.given.kinds.insert(Gifts::LOCATION);
            isup_number(element, Role::Other, isup::number, out, notes);
        }
        Member::State => out.given.kinds.insert(Gifts::STATE),
        Member::TpShort => {
            let kind = octet(element, notes).map(|octet| octet & 3);
            keep(&mut out.sms.tp_mti, kind, notes);
        }
        Member::Area => {
            out.given.kinds.insert(Gifts::LOCATION);
            out.given.precision = out.given.precision.max(Precision::Area);
        }
        Member::Node => out.given.kinds.insert(Gifts::SERVING_NODE),
        Member::TpPid => keep(&mut out.sms.tp_pid, octet(element, notes), notes),
        Member::TpDcs => keep(&mut out.sms.tp_dcs, octet(element, notes), notes),
        Member::Gap => gap(element, out, notes),
        Member::Extension => out.extension = true,
        Member::In(table) => members(element, table, out, notes),
        Member::Each(table) => {
            let mut elements = element.elements(notes);
            while let Some(element) = elements.next_or_cut(notes) {
                members(&element, table, out, notes);
            }
        }
    }
}

/// Reads an AddressString (TS 29.002 §17.7.8) or a called party BCD number (TS 24.008 §10.5.4.7),
/// which begin alike.
pub(super) fn address_string(
    element: &Element<'_>,
    role: Role,
    notes: &mut Notes,
) -> Option<Address> {
    let string = element.string(notes);
    let Some((&numbering, digits)) = string.split_first() else {
        notes.add(Note::MapAddressBad);
        return None;
    };
    if numbering & 0x80 == 0 {
        notes.add(Note::MapAddressBad);
    }
    let digits = tbcd::read(digits, notes);
    Some(Address { role, nature: numbering >> 4 & 7, plan: numbering & 15, digits })
}

fn imsi(element: &Element<'_>, out: &mut Parameters, notes: &mut Notes) {
    let string = element.string(notes);
    let imsi = tbcd::read(&string, notes);
    if imsi.is_empty() {
        notes.add(Note::MapImsiNotDecodable);
        out.key_unreadable |= out.imsi.is_none();
        return;
    }
    if !matches!(imsi.len(), 14 | 15) || string.len() > IMSI_OCTETS {
        notes.add(Note::MapImsiLength);
    }
    keep(&mut out.imsi, Some(imsi), notes);
}

fn isup_number(
    element: &Element<'_>,
    role: Role,
    read: impl Fn(&[u8], Role, &mut Notes) -> Option<Address>,
    out: &mut Parameters,
    notes: &mut Notes,
) {
    let octets = element.string(notes);
    if let Some(address) = read(&octets, role, notes) {
        out.addresses.push(address, notes);
    }
}

fn isup_list(
    element: &Element<'_>,
    role: Role,
    read: impl Fn(&[u8], Role, &mut Notes) -> Option<Address>,
    out: &mut Parameters,
    notes: &mut Notes,
) {
    let mut numbers = element.elements(notes);
    while let Some(number) = numbers.next_or_cut(notes) {
        isup_number(&number, role, &read, out, notes);
    }
}

/// Reads gap criteria (TS 29.078 §6.1.1 callGap): a called number, alone or with a service, and a
/// calling number likewise, perhaps in a compound.
fn gap(element: &Element<'_>, out: &mut Parameters, notes: &mut Notes) {
    let mut members = element.elements(notes);
    while let Some(member) = members.next_or_cut(notes) {
        // A number in pieces is constructed too.
        let first = member.elements(&mut Notes::default()).next_or_cut(&mut Notes::default());
        let pieces = first.is_some_and(|first| first.is_universal(OCTET_STRING));
        match (member.tag.number, member.tag.constructed && !pieces) {
            (CALLING_AND_SERVICE, true) => {
                let first = member.elements(notes).next_or_cut(notes);
                if let Some(number) = first.filter(|first| first.is_context(0)) {
                    isup_number(&number, Role::CallingNumber, isup::generic_number, out, notes);
                }
            }
            (_, true) => gap(&member, out, notes),
            (0, false) if pieces || member.content.len() > 2 => {
                isup_number(&member, Role::CalledNumber, isup::generic_number, out, notes);
            }
            _ => {}
        }
    }
}

fn cause(element: &Element<'_>, out: &mut Parameters, notes: &mut Notes) {
    let octets = element.string(notes);
    if let Some(cause) = isup::cause(&octets, notes) {
        keep(&mut out.cause, Some(cause), notes);
    }
}

fn integer<T: TryFrom<i64>>(element: &Element<'_>, notes: &mut Notes) -> Option<T> {
    let value = element.integer(notes).ok().and_then(|value| T::try_from(value).ok());
    if value.is_none() {
        notes.add(Note::CapArgumentBad);
    }
    value
}

fn octet(element: &Element<'_>, notes: &mut Notes) -> Option<u8> {
    let string = element.string(notes);
    if string.len() != 1 {
        notes.add(Note::BerValueSize);
    }
    string.first().copied()
}

/// Keeps the first value; members that stand twice are noted where they are found.
fn keep<T: PartialEq>(slot: &mut Option<T>, value: Option<T>, notes: &mut Notes) {
    match (&slot, value) {
        (None, value) => *slot = value,
        (Some(kept), Some(value)) if *kept != value => notes.add(Note::BerMemberDuplicate),
        _ => {}
    }
}

const OCTET_STRING: u32 = 4;
const SEQUENCE: u32 = 16;
const CALLING_AND_SERVICE: u32 = 30;
const IMSI_OCTETS: usize = 8;
