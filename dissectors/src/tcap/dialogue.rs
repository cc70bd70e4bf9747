//! The dialogue portion (ITU-T Q.773 §3.2 and §4.2.3).
//!
//! By the book it is an EXTERNAL that names one of two abstract syntaxes and holds one dialogue
//! PDU. Real stacks leave out the wrapper, the protocol version or worse, so the PDU is looked for
//! wherever it may stand, and a portion that makes no sense costs nothing but a note.

use crate::{
    ber::{Class, Element},
    notes::{Note, Notes},
    tcap::{
        keep,
        oid::ObjectIdentifier,
        user_information::{self, MapDialogue},
    },
};

/// A dialogue portion.
#[derive(Clone, Copy, Debug, Default)]
pub struct Dialogue<'a> {
    /// The PDU found, if any.
    pub pdu: Option<Pdu>,
    /// The abstract syntax of the EXTERNAL.
    pub abstract_syntax: Option<ObjectIdentifier<'a>>,
    /// Protocol version bits, version 1 being 0x80; absent means version 1 (§4.2.3.1).
    pub protocol_version: Option<u8>,
    /// Application context name.
    pub application_context: Option<ObjectIdentifier<'a>>,
    /// Result of an AARE: 0 accepted, 1 reject-permanent.
    pub result: Option<i64>,
    /// Who gives the diagnostic of an AARE, and its value: of the user 0 null, 1 no reason given,
    /// 2 application context name not supported; of the provider 0, 1, 2 no common dialogue portion.
    pub diagnostic: Option<(Source, i64)>,
    /// Who aborts: 0 the user, 1 the provider.
    pub abort_source: Option<i64>,
    /// User information, unread; see [`Dialogue::map`].
    pub user_information: Option<Element<'a>>,
}

/// A dialogue PDU (§4.2.3).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Pdu {
    /// AARQ, dialogue request.
    Request,
    /// AARE, dialogue response.
    Response,
    /// ABRT, dialogue abort.
    Abort,
    /// AUDT, unidirectional dialogue.
    Unidirectional,
    /// RLRQ or RLRE, release; Q.773 defines no use.
    Release,
}

/// Who a diagnostic comes from (§4.2.3.1).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Source {
    /// dialogue-service-user.
    User,
    /// dialogue-service-provider.
    Provider,
}

/// Reads a dialogue portion.
pub(crate) fn parse<'a>(portion: &Element<'a>, notes: &mut Notes) -> Dialogue<'a> {
    let mut out = Dialogue::default();
    search(portion, &mut out, notes);
    let proper =
        out.abstract_syntax.is_some_and(|syntax| syntax == STRUCTURED || syntax == UNIDIRECTIONAL);
    if out.pdu.is_some() {
        if !proper {
            notes.add(Note::TcapDialogueShape);
        }
        return out;
    }
    // The portion of a user abort may hold the user's own syntax in place of a dialogue PDU.
    if out.abstract_syntax.is_some() && !proper {
        out.user_information = Some(*portion);
    } else {
        notes.add(Note::TcapDialogueBad);
    }
    out
}

impl<'a> Dialogue<'a> {
    /// Reads the user information as a MAP dialogue PDU (TS 29.002 §17.4), if it is one.
    pub fn map(&self, notes: &mut Notes) -> Option<MapDialogue<'a>> {
        self.user_information.and_then(|information| user_information::map(&information, notes))
    }

    /// Whether this answer refuses the dialogue for its application context.
    #[must_use]
    pub fn context_refused(&self) -> bool {
        self.diagnostic == Some((Source::User, 2))
    }
}

fn search<'a>(element: &Element<'a>, out: &mut Dialogue<'a>, notes: &mut Notes) {
    let mut members = element.elements(notes);
    while let Some(member) = members.next_or_cut(notes) {
        match (member.tag.class, member.tag.number) {
            (Class::Universal, OID) => {
                let syntax = ObjectIdentifier::read(&member, notes);
                keep(&mut out.abstract_syntax, syntax, notes);
            }
            (Class::Application, number @ 0..=4) if out.pdu.is_none() => {
                pdu(&member, number, out, notes);
            }
            (Class::Application, 0..=4) => notes.add(Note::BerMemberDuplicate),
            (Class::Universal, EXTERNAL | SEQUENCE) | (Class::Context, 0 | 1) => {
                search(&member, out, notes);
            }
            // An indirect reference and a descriptor (X.690 §8.18) say nothing here.
            (Class::Universal, INTEGER | DESCRIPTOR) => {}
            _ => notes.add(Note::TcapMemberUnknown),
        }
    }
}

fn pdu<'a>(element: &Element<'a>, number: u32, out: &mut Dialogue<'a>, notes: &mut Notes) {
    let unidirectional = out.abstract_syntax == Some(UNIDIRECTIONAL);
    let kind = match number {
        0 if unidirectional => Pdu::Unidirectional,
        0 => Pdu::Request,
        1 => Pdu::Response,
        4 => Pdu::Abort,
        _ => Pdu::Release,
    };
    out.pdu = Some(kind);
    let mut members = element.elements(notes);
    let mut highest = 0;
    while let Some(member) = members.next_or_cut(notes) {
        let number = match member.tag.class {
            Class::Context => member.tag.number,
            Class::Universal | Class::Application | Class::Private => u32::MAX,
        };
        match number {
            0 if kind == Pdu::Abort => integer(&mut out.abort_source, &member, notes),
            0 => protocol_version(&member, out, notes),
            1 => {
                if let Some(oid) = application_context(&member, notes) {
                    keep(&mut out.application_context, oid, notes);
                }
            }
            2 => {
                let value = inner(&member, notes).unwrap_or(member);
                integer(&mut out.result, &value, notes);
            }
            3 => diagnostic(&member, out, notes),
            USER_INFORMATION => keep(&mut out.user_information, member, notes),
            _ => {
                notes.add(Note::TcapMemberUnknown);
                continue;
            }
        }
        if number < highest {
            notes.add(Note::BerMemberOrder);
        }
        highest = highest.max(number);
    }
    if kind != Pdu::Abort && out.application_context.is_none() {
        notes.add(Note::TcapDialogueBad);
    }
}

fn integer(slot: &mut Option<i64>, element: &Element<'_>, notes: &mut Notes) {
    match element.integer(notes) {
        Ok(value) => keep(slot, value, notes),
        Err(_) => notes.add(Note::TcapDialogueBad),
    }
}

fn protocol_version(element: &Element<'_>, out: &mut Dialogue<'_>, notes: &mut Notes) {
    // A BIT STRING: the count of unused bits, then the bits (X.690 §8.6.2).
    let string = element.string(notes);
    let bits = string.get(1).copied().unwrap_or_default();
    if string.len() != 2 || bits != VERSION_1 {
        notes.add(Note::TcapProtocolVersion);
    }
    keep(&mut out.protocol_version, bits, notes);
}

fn application_context<'a>(
    element: &Element<'a>,
    notes: &mut Notes,
) -> Option<ObjectIdentifier<'a>> {
    let Some(name) = inner(element, notes).filter(|name| name.is_universal(OID)) else {
        notes.add(Note::TcapDialogueBad);
        return None;
    };
    let oid = ObjectIdentifier::read(&name, notes);
    if oid.is_padded() {
        notes.add(Note::TcapAcPadded);
    }
    // Vendors' own contexts have as many arcs as they like; those of MAP and CAP have eight.
    if oid.octets().len() >= ARCS && oid.starts_with(ETSI_MOBILE) && oid.arcs().count() > ARCS {
        notes.add(Note::TcapAcExtended);
    }
    Some(oid)
}

fn diagnostic(element: &Element<'_>, out: &mut Dialogue<'_>, notes: &mut Notes) {
    let Some(choice) = inner(element, notes) else {
        notes.add(Note::TcapDialogueBad);
        return;
    };
    let source = match (choice.tag.class, choice.tag.number) {
        (Class::Context, 1) => Source::User,
        (Class::Context, 2) => Source::Provider,
        _ => {
            notes.add(Note::TcapDialogueBad);
            return;
        }
    };
    let value = inner(&choice, notes).unwrap_or(choice);
    match value.integer(notes) {
        Ok(value) => keep(&mut out.diagnostic, (source, value), notes),
        Err(_) => notes.add(Note::TcapDialogueBad),
    }
}

/// Returns what an explicit tag wraps; `None` for a primitive element that wraps nothing.
fn inner<'a>(element: &Element<'a>, notes: &mut Notes) -> Option<Element<'a>> {
    if !element.tag.constructed && element.content.len() < 2 {
        notes.add(Note::BerConstructedExpected);
        return None;
    }
    let mut members = element.elements(notes);
    let member = members.next_or_cut(notes);
    if !members.is_empty() {
        notes.add(Note::BerTrailing);
    }
    member
}

const INTEGER: u32 = 2;
const OID: u32 = 6;
const DESCRIPTOR: u32 = 7;
const EXTERNAL: u32 = 8;
const SEQUENCE: u32 = 16;
const USER_INFORMATION: u32 = 30;
const VERSION_1: u8 = 0x80;
/// The abstract syntaxes of §3.2: 0.0.17.773.1.1.1 and 0.0.17.773.1.2.1.
const STRUCTURED: ObjectIdentifier<'static> =
    ObjectIdentifier::new(&[0, 0x11, 0x86, 0x05, 1, 1, 1]);
const UNIDIRECTIONAL: ObjectIdentifier<'static> =
    ObjectIdentifier::new(&[0, 0x11, 0x86, 0x05, 1, 2, 1]);
/// itu-t identified-organization etsi mobileDomain: MAP and CAP.
const ETSI_MOBILE: &[u64] = &[0, 4, 0, 0];
const ARCS: usize = 8;
