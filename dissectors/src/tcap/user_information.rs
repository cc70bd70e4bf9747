//! What MAP says when a dialogue opens, closes or fails (TS 29.002 §17.4, MAP-DialoguePDU).
//!
//! User information is a sequence of EXTERNAL. Known stacks write it wrongly, so whatever is wrong
//! here is one informational note and never costs a component.

use crate::{
    ber::{Class, Element},
    map::parameters::{Address, Role},
    notes::{Note, Notes},
    tbcd,
    tcap::oid::ObjectIdentifier,
};

/// A MAP-DialoguePDU.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum MapDialogue<'a> {
    /// MAP-OpenInfo.
    Open(MapOpen),
    /// MAP-AcceptInfo.
    Accept,
    /// MAP-CloseInfo.
    Close,
    /// MAP-RefuseInfo.
    Refuse {
        /// 0 no reason given, 1 invalid destination reference, 2 invalid originating reference.
        reason: Option<i64>,
        /// alternativeApplicationContext: what would be accepted.
        alternative: Option<ObjectIdentifier<'a>>,
    },
    /// MAP-UserAbortInfo.
    UserAbort {
        /// 0 user specific reason, 1 user resource limitation, 2 resource unavailable,
        /// 3 application procedure cancellation.
        choice: Option<u32>,
        /// The value of choices 2 and 3.
        reason: Option<i64>,
    },
    /// MAP-ProviderAbortInfo.
    ProviderAbort {
        /// 0 abnormal dialogue, 1 invalid PDU.
        reason: Option<i64>,
    },
}

/// MAP-OpenInfo: whom the dialogue is for and who opens it (§7.3.1).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct MapOpen {
    /// destinationReference; an IMSI in it stands under numbering plan 6.
    pub destination: Option<Address>,
    /// originationReference.
    pub origination: Option<Address>,
    /// An extension container, or members of vendors.
    pub extension: bool,
}

/// Reads user information; `None` when it is nothing of MAP.
pub(crate) fn map<'a>(information: &Element<'a>, notes: &mut Notes) -> Option<MapDialogue<'a>> {
    let mut own = Notes::default();
    let found = search(information, false, &mut own);
    // Innocent stacks fail here: what the syntax checks find is summed up in one harmless note.
    for note in own.iter() {
        notes.add(if SYNTAX.contains(&note) { Note::TcapUserInformationBad } else { note });
    }
    found.flatten()
}

/// Looks for the PDU behind the MAP abstract syntax. `Some(None)` says that the search is over.
fn search<'a>(
    element: &Element<'a>,
    mut map_syntax: bool,
    notes: &mut Notes,
) -> Option<Option<MapDialogue<'a>>> {
    let mut members = element.elements(notes);
    while let Some(member) = members.next_or_cut(notes) {
        match (member.tag.class, member.tag.number) {
            (Class::Universal, OID) => {
                let syntax = ObjectIdentifier::read(&member, notes);
                map_syntax = syntax.starts_with(MAP_DIALOGUE);
            }
            (Class::Universal, INTEGER | DESCRIPTOR) => {}
            (Class::Universal, EXTERNAL | SEQUENCE) => {
                if let Some(found) = search(&member, map_syntax, notes) {
                    return Some(found);
                }
            }
            (Class::Context, 0 | 1) if map_syntax => {
                let mut inside = member.elements(notes);
                return Some(inside.next_or_cut(notes).and_then(|inner| pdu(&inner, notes)));
            }
            // Another abstract syntax: not ours to judge.
            (Class::Context, 0..=2) => {}
            _ => notes.add(Note::TcapMemberUnknown),
        }
    }
    None
}

fn pdu<'a>(element: &Element<'a>, notes: &mut Notes) -> Option<MapDialogue<'a>> {
    if element.tag.class != Class::Context {
        notes.add(Note::MapOpenBad);
        return None;
    }
    match element.tag.number {
        0 => Some(MapDialogue::Open(open(element, notes))),
        1 => Some(MapDialogue::Accept),
        2 => Some(MapDialogue::Close),
        3 => Some(refuse(element, notes)),
        4 => Some(user_abort(element, notes)),
        5 => Some(MapDialogue::ProviderAbort { reason: first_enumerated(element, notes) }),
        _ => {
            notes.add(Note::MapOpenBad);
            None
        }
    }
}

fn open(element: &Element<'_>, notes: &mut Notes) -> MapOpen {
    let mut out = MapOpen::default();
    let mut members = element.elements(notes);
    while let Some(member) = members.next_or_cut(notes) {
        let slot = match (member.tag.class, member.tag.number) {
            (Class::Context, 0) => &mut out.destination,
            (Class::Context, 1) => &mut out.origination,
            _ => {
                out.extension = true;
                continue;
            }
        };
        if slot.is_some() {
            notes.add(Note::BerMemberDuplicate);
        } else {
            *slot = address(&member, notes);
        }
    }
    out
}

/// Reads an AddressString (§17.7.8): extension bit, nature and plan, then TBCD digits.
fn address(element: &Element<'_>, notes: &mut Notes) -> Option<Address> {
    let string = element.string(notes);
    let Some((&numbering, digits)) = string.split_first() else {
        notes.add(Note::MapOpenBad);
        return None;
    };
    if numbering & EXTENSION == 0 {
        notes.add(Note::MapAddressBad);
    }
    Some(Address {
        role: Role::Other,
        nature: numbering >> 4 & 7,
        plan: numbering & 15,
        digits: tbcd::read(digits, notes),
    })
}

fn refuse<'a>(element: &Element<'a>, notes: &mut Notes) -> MapDialogue<'a> {
    let (mut reason, mut alternative) = (None, None);
    let mut members = element.elements(notes);
    while let Some(member) = members.next_or_cut(notes) {
        if member.is_universal(ENUMERATED) && reason.is_none() {
            reason = member.integer(notes).ok();
        } else if member.is_universal(OID) && alternative.is_none() {
            alternative = Some(ObjectIdentifier::read(&member, notes));
        }
    }
    if reason.is_none() {
        notes.add(Note::MapOpenBad);
    }
    MapDialogue::Refuse { reason, alternative }
}

fn user_abort<'a>(element: &Element<'_>, notes: &mut Notes) -> MapDialogue<'a> {
    let choice = element.elements(notes).next_or_cut(notes);
    let choice = choice.filter(|choice| choice.tag.class == Class::Context);
    let reason = choice
        .filter(|choice| matches!(choice.tag.number, 2 | 3))
        .and_then(|choice| choice.integer(notes).ok());
    if choice.is_none() {
        notes.add(Note::MapOpenBad);
    }
    MapDialogue::UserAbort { choice: choice.map(|choice| choice.tag.number), reason }
}

fn first_enumerated(element: &Element<'_>, notes: &mut Notes) -> Option<i64> {
    let member = element.elements(notes).next_or_cut(notes);
    let value = member
        .filter(|member| member.is_universal(ENUMERATED))
        .and_then(|member| member.integer(notes).ok());
    if value.is_none() {
        notes.add(Note::MapOpenBad);
    }
    value
}

const SYNTAX: &[Note] = &[
    Note::BerConstructedExpected,
    Note::BerLengthOverrun,
    Note::BerEocUnexpected,
    Note::BerValueSize,
    Note::TcapMemberUnknown,
];
const INTEGER: u32 = 2;
const OID: u32 = 6;
const DESCRIPTOR: u32 = 7;
const EXTERNAL: u32 = 8;
const ENUMERATED: u32 = 10;
const SEQUENCE: u32 = 16;
const EXTENSION: u8 = 0x80;
/// map-DialogueAS (§17.4), any version.
const MAP_DIALOGUE: &[u64] = &[0, 4, 0, 0, 1, 1, 1];
