//! TCAP components (ITU-T Q.773 §3.1 and §4.2.2).
//!
//! All components of all component portions are read, bounded only by the octets there are. One
//! that cannot be read does not hide those after it. Members of a component are taken by position,
//! as the syntax leaves no other way to tell an invoke id from an operation code.

use crate::{
    ber::{Class, Element, Elements},
    notes::{Note, Notes},
    tcap::{COMPONENTS, ObjectIdentifier},
};

/// One component.
#[derive(Clone, Copy, Debug)]
pub enum Component<'a> {
    /// Asks for an operation.
    Invoke(Invoke<'a>),
    /// Answers it, whole or the last part.
    ReturnResultLast(ReturnResult<'a>),
    /// Answers it in part.
    ReturnResultNotLast(ReturnResult<'a>),
    /// Says that it failed.
    ReturnError(ReturnError<'a>),
    /// Says that a component was not understood.
    Reject(Reject),
    /// A component of a type that Q.773 does not have, or of which nothing could be read.
    Unreadable {
        /// Its place among the components, the first being 0.
        index: usize,
        /// The component as written.
        octets: &'a [u8],
    },
}

/// Invoke (§4.2.2.1).
#[derive(Clone, Copy, Debug)]
pub struct Invoke<'a> {
    /// Invoke id; -128 to 127 by the standard.
    pub invoke_id: Option<i64>,
    /// Linked id: the invoke this one belongs to.
    pub linked_id: Option<i64>,
    /// Operation code.
    pub operation: Option<Code<'a>>,
    /// The argument.
    pub parameter: Option<Element<'a>>,
}

/// Return result (§4.2.2.1), last or not.
#[derive(Clone, Copy, Debug)]
pub struct ReturnResult<'a> {
    /// Invoke id of the invoke answered.
    pub invoke_id: Option<i64>,
    /// Operation code; absent when there is no parameter.
    pub operation: Option<Code<'a>>,
    /// The result.
    pub parameter: Option<Element<'a>>,
}

/// Return error (§4.2.2.1).
#[derive(Clone, Copy, Debug)]
pub struct ReturnError<'a> {
    /// Invoke id of the invoke answered.
    pub invoke_id: Option<i64>,
    /// Error code (§4.2.2.5).
    pub error: Option<Code<'a>>,
    /// What else is said about the error.
    pub parameter: Option<Element<'a>>,
}

/// Reject (§4.2.2.6).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Reject {
    /// Invoke id of the component rejected; NULL when it had none.
    pub invoke_id: Option<i64>,
    /// What was wrong, and the code within that kind.
    pub problem: Option<(Problem, i64)>,
}

/// The kind of problem in a Reject (§4.2.2.6).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Problem {
    /// General: 0 unrecognised, 1 mistyped, 2 badly structured component.
    General,
    /// Invoke: 0 duplicate id, 1 unrecognised operation, 2 mistyped parameter, ...
    Invoke,
    /// Return result: 0 unrecognised id, 1 unexpected, 2 mistyped parameter.
    ReturnResult,
    /// Return error: 0 unrecognised id, 1 unexpected, 2 and 3 unrecognised or unexpected error.
    ReturnError,
}

impl Problem {
    /// Returns the kind as a word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::General => "general",
            Self::Invoke => "invoke",
            Self::ReturnResult => "return_result",
            Self::ReturnError => "return_error",
        }
    }
}

/// An operation or error code (§4.2.2.4, §4.2.2.5).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Code<'a> {
    /// An integer, as MAP and CAP have it.
    Local(i64),
    /// An object identifier.
    Global(ObjectIdentifier<'a>),
}

impl Code<'_> {
    /// Returns the code as MAP and CAP know it. Endpoints that take a global code for a local one
    /// look at its last arc, and so does this.
    #[must_use]
    pub fn local(self) -> Option<i64> {
        match self {
            Self::Local(code) => Some(code),
            Self::Global(oid) => oid.last().and_then(|arc| i64::try_from(arc).ok()),
        }
    }
}

/// Iterates over the components of a message.
#[derive(Clone, Copy, Debug)]
pub struct Components<'a> {
    members: Elements<'a>,
    portion: Elements<'a>,
    next: usize,
}

impl<'a> Components<'a> {
    pub(crate) const fn new(members: Elements<'a>) -> Self {
        Self { members, portion: Elements::new(&[]), next: 0 }
    }

    /// Reads the only component portion of a message again, given by
    /// [`crate::tcap::Message::component_portion`].
    #[must_use]
    pub const fn of_portion(contents: &'a [u8]) -> Self {
        Self { members: Elements::new(&[]), portion: Elements::at_depth(contents, DEPTH), next: 0 }
    }

    /// Returns the next component, with the notes about it alone; `None` after the last.
    pub fn next(&mut self, notes: &mut Notes) -> Option<Component<'a>> {
        let octets = loop {
            let octets = self.portion.rest();
            match self.portion.next_or_cut(notes) {
                Some(element) => break Ok(element),
                // Octets without a readable header are a component still.
                None if octets.iter().any(|&octet| octet != 0) => {
                    notes.add(Note::TcapComponentBad);
                    break Err(octets);
                }
                None => self.portion = self.next_portion(notes)?,
            }
        };
        let index = self.next;
        self.next += 1;
        if self.next > MANY {
            notes.add(Note::TcapComponentsMany);
        }
        let component = octets.and_then(|element| read(&element, notes).ok_or(element.octets));
        Some(component.unwrap_or_else(|octets| Component::Unreadable { index, octets }))
    }

    /// Returns how many components are left.
    #[must_use]
    pub fn count(mut self) -> usize {
        let start = self.next;
        while self.next(&mut Notes::default()).is_some() {}
        self.next - start
    }

    fn next_portion(&mut self, notes: &mut Notes) -> Option<Elements<'a>> {
        // The members were noted when the message was read.
        let mut noted = Notes::default();
        loop {
            let member = self.members.next_or_cut(&mut noted)?;
            if is_stray(&member) {
                return Some(Elements::at_depth(member.octets, DEPTH));
            }
            if member.is_application(COMPONENTS) {
                let portion = member.elements(notes);
                if portion.is_empty() {
                    notes.add(Note::BerValueSize);
                }
                return Some(portion);
            }
        }
    }
}

/// Whether a member of the message is a component outside any portion.
pub(crate) fn is_stray(member: &Element<'_>) -> bool {
    let component = member.tag.class == Class::Context && matches!(member.tag.number, 1..=4 | 7);
    component && member.tag.constructed
}

/// Reads one component; `None` when nothing of it can be made out.
fn read<'a>(element: &Element<'a>, notes: &mut Notes) -> Option<Component<'a>> {
    let number = match element.tag.class {
        Class::Context => element.tag.number,
        Class::Universal | Class::Application | Class::Private => u32::MAX,
    };
    if !matches!(number, 1..=4 | 7) {
        notes.add(Note::TcapComponentUnknown);
        return None;
    }
    let mut members = element.elements(notes);
    if members.is_empty() {
        notes.add(Note::TcapComponentBad);
        return None;
    }
    let invoke_id = invoke_id(&mut members, notes);
    Some(match number {
        1 => Component::Invoke(invoke(invoke_id, members, notes)),
        2 => Component::ReturnResultLast(return_result(invoke_id, members, notes)),
        7 => Component::ReturnResultNotLast(return_result(invoke_id, members, notes)),
        3 => Component::ReturnError(return_error(invoke_id, members, notes)),
        _ => Component::Reject(reject(invoke_id, members, notes)),
    })
}

fn invoke<'a>(invoke_id: Option<i64>, mut members: Elements<'a>, notes: &mut Notes) -> Invoke<'a> {
    // NULL stands for an id that is absent (X.880 §8.2).
    let null = |element: &Element<'a>| element.is_universal(NULL);
    if invoke_id.is_none() {
        notes.add(Note::TcapInvokeIdMissing);
        let _absent = take(&mut members, null, notes);
    }
    let linked_id = match take(&mut members, |element| element.is_context(LINKED), notes) {
        Some(element) => id(&element, notes),
        None => take(&mut members, null, notes).and(None),
    };
    let operation = code(&mut members, true, notes);
    Invoke { invoke_id, linked_id, operation, parameter: parameter(members, notes) }
}

fn return_result<'a>(
    invoke_id: Option<i64>,
    mut members: Elements<'a>,
    notes: &mut Notes,
) -> ReturnResult<'a> {
    if members.is_empty() {
        return ReturnResult { invoke_id, operation: None, parameter: None };
    }
    match take(&mut members, |element| element.is_universal(SEQUENCE), notes) {
        Some(sequence) => {
            if !members.is_empty() {
                notes.add(Note::BerTrailing);
            }
            members = sequence.elements(notes);
        }
        None => notes.add(Note::TcapReturnResultSequence),
    }
    let operation = code(&mut members, true, notes);
    ReturnResult { invoke_id, operation, parameter: parameter(members, notes) }
}

fn return_error<'a>(
    invoke_id: Option<i64>,
    mut members: Elements<'a>,
    notes: &mut Notes,
) -> ReturnError<'a> {
    let error = code(&mut members, false, notes);
    ReturnError { invoke_id, error, parameter: parameter(members, notes) }
}

fn reject(invoke_id: Option<i64>, mut members: Elements<'_>, notes: &mut Notes) -> Reject {
    let _null = take(&mut members, |element| element.is_universal(NULL), notes);
    let problem = members.next_or_cut(notes).and_then(|element| {
        let kind = match (element.tag.class, element.tag.number) {
            (Class::Context, 0) => Problem::General,
            (Class::Context, 1) => Problem::Invoke,
            (Class::Context, 2) => Problem::ReturnResult,
            (Class::Context, 3) => Problem::ReturnError,
            _ => return None,
        };
        element.integer(notes).ok().map(|code| (kind, code))
    });
    if problem.is_none() {
        notes.add(Note::TcapComponentBad);
    }
    if !members.is_empty() {
        notes.add(Note::BerTrailing);
    }
    Reject { invoke_id, problem }
}

/// Takes the next element if it is the one wanted.
fn take<'a>(
    members: &mut Elements<'a>,
    wanted: impl Fn(&Element<'a>) -> bool,
    notes: &mut Notes,
) -> Option<Element<'a>> {
    let before = *members;
    let mut own = Notes::default();
    match members.next_or_cut(&mut own) {
        Some(element) if wanted(&element) => {
            notes.merge(&own);
            Some(element)
        }
        _ => {
            *members = before;
            None
        }
    }
}

fn invoke_id(members: &mut Elements<'_>, notes: &mut Notes) -> Option<i64> {
    let element = take(members, |element| element.is_universal(INTEGER), notes)?;
    id(&element, notes)
}

fn id(element: &Element<'_>, notes: &mut Notes) -> Option<i64> {
    let Ok(id) = element.integer(notes) else {
        notes.add(Note::BerValueSize);
        return None;
    };
    if i8::try_from(id).is_err() {
        notes.add(Note::TcapInvokeIdRange);
    }
    Some(id)
}

/// Reads an operation code, or an error code, whose oddities go by the ordinary notes.
fn code<'a>(members: &mut Elements<'a>, operation: bool, notes: &mut Notes) -> Option<Code<'a>> {
    let mistaken = |element: &Element<'a>| {
        let class = element.tag.class == Class::Context || element.is_universal(ENUMERATED);
        operation && class && !element.tag.constructed && element.content.len() <= SHORT
    };
    let wanted = |element: &Element<'a>| {
        element.is_universal(INTEGER) || element.is_universal(OID) || mistaken(element)
    };
    let Some(element) = take(members, wanted, notes) else {
        notes.add(if operation { Note::TcapOpcodeMissing } else { Note::TcapComponentBad });
        return None;
    };
    if element.is_universal(OID) {
        let oid = ObjectIdentifier::read(&element, notes);
        if operation {
            notes.add(Note::TcapOpcodeGlobal);
        }
        if operation && oid.is_padded() {
            notes.add(Note::TcapOpcodePadded);
        }
        return Some(Code::Global(oid));
    }
    if mistaken(&element) {
        notes.add(Note::TcapOpcodeTag);
    }
    let mut own = Notes::default();
    let value = element.integer(&mut own);
    notes.merge(&own);
    if operation && own.contains(Note::BerIntegerPadded) {
        notes.add(Note::TcapOpcodePadded);
    }
    if value.is_err() {
        notes.add(Note::BerValueSize);
    }
    value.ok().map(Code::Local)
}

/// Takes the parameter, and notes what follows it.
fn parameter<'a>(mut members: Elements<'a>, notes: &mut Notes) -> Option<Element<'a>> {
    let parameter = members.next_or_cut(notes);
    if !members.is_empty() {
        notes.add(Note::BerTrailing);
    }
    parameter
}

const INTEGER: u32 = 2;
const NULL: u32 = 5;
const OID: u32 = 6;
const ENUMERATED: u32 = 10;
const SEQUENCE: u32 = 16;
const LINKED: u32 = 0;
/// Components stand within a portion within a message.
const DEPTH: u8 = 2;
/// An integer under another tag than its own is taken for a code when it is no longer than this.
const SHORT: usize = 4;
/// More components than this are noted; all are read.
const MANY: usize = 8;
