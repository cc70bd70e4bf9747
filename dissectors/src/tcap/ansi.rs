//! TCAP as in ANSI T1.114, as far as telling what it is.
//!
//! ANSI TCAP uses private-class tags: a package, transaction ids in one element, a component
//! sequence. On a link of ITU-T networks it is out of place; of what it carries the package type, the
//! ids and the operations are read, and parameters are left as they are.

use crate::{
    ber::{Class, Element, Elements},
    error::Error,
    notes::{Note, Notes},
    tcap::keep,
};

/// A package type (T1.114.3 §3.1).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Package {
    /// Unidirectional.
    Unidirectional,
    /// Query with permission.
    QueryWithPermission,
    /// Query without permission.
    QueryWithoutPermission,
    /// Response.
    Response,
    /// Conversation with permission.
    ConversationWithPermission,
    /// Conversation without permission.
    ConversationWithoutPermission,
    /// Abort.
    Abort,
}

impl Package {
    const fn from_tag(number: u32) -> Option<Self> {
        match number {
            1 => Some(Self::Unidirectional),
            2 => Some(Self::QueryWithPermission),
            3 => Some(Self::QueryWithoutPermission),
            4 => Some(Self::Response),
            5 => Some(Self::ConversationWithPermission),
            6 => Some(Self::ConversationWithoutPermission),
            22 => Some(Self::Abort),
            _ => None,
        }
    }

    /// Returns the type as a word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unidirectional => "unidirectional",
            Self::QueryWithPermission => "query_with_permission",
            Self::QueryWithoutPermission => "query_without_permission",
            Self::Response => "response",
            Self::ConversationWithPermission => "conversation_with_permission",
            Self::ConversationWithoutPermission => "conversation_without_permission",
            Self::Abort => "abort",
        }
    }
}

/// An ANSI TCAP package.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// Package type.
    pub package: Package,
    /// The transaction ids, unsplit: none, four octets, or eight with the originating one first.
    pub transaction_ids: Option<&'a [u8]>,
    components: Elements<'a>,
}

/// An operation code (T1.114.3 §5.8): national or private.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Operation {
    /// Operation family and specifier of the national set; bit 7 of the family asks for a reply.
    National {
        /// Family.
        family: u8,
        /// Specifier.
        specifier: u8,
    },
    /// The same in a private set, such as that of ANSI-41 (family 9).
    Private {
        /// Family.
        family: u8,
        /// Specifier.
        specifier: u8,
    },
}

/// One component (T1.114.3 §5.5).
#[derive(Clone, Copy, Debug)]
pub struct Component<'a> {
    /// Its type.
    pub kind: ComponentKind,
    /// Of an invoke its id, of an answer the id of what it answers.
    pub invoke_id: Option<u8>,
    /// Of an invoke the id of the one it belongs to.
    pub correlation_id: Option<u8>,
    /// The operation invoked.
    pub operation: Option<Operation>,
    /// The parameters.
    pub parameter: Option<Element<'a>>,
}

/// A component type (T1.114.3 §5.5).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ComponentKind {
    /// Invoke, last or not.
    Invoke,
    /// Return result, last.
    ReturnResultLast,
    /// Return result, not last.
    ReturnResultNotLast,
    /// Return error.
    ReturnError,
    /// Reject.
    Reject,
    /// A type that T1.114 does not have.
    Unknown,
}

/// Reads a package.
///
/// # Errors
///
/// Returns [`Error::Tag`] when the octets are no package.
pub fn parse<'a>(input: &'a [u8], notes: &mut Notes) -> Result<Message<'a>, Error> {
    let found = input.first().copied().ok_or(Error::Truncated { missing: 1 })?;
    let element = Elements::new(input).next_or_cut(notes).ok_or(Error::Tag { found })?;
    if element.tag.class != Class::Private {
        return Err(Error::Tag { found });
    }
    let package = Package::from_tag(element.tag.number).ok_or(Error::Tag { found })?;
    notes.add(Note::TcapAnsi);
    let mut message = Message { package, transaction_ids: None, components: Elements::new(&[]) };
    let mut sequence = None;
    let mut members = element.elements(notes);
    while let Some(member) = members.next_or_cut(notes) {
        match (member.tag.class, member.tag.number) {
            (Class::Private, TRANSACTION_ID) => {
                keep(&mut message.transaction_ids, member.content, notes);
            }
            (Class::Private, COMPONENTS) => keep(&mut sequence, member, notes),
            // Dialogue portion, P-Abort cause and user abort information.
            (Class::Private, 23..=25) => {}
            _ => notes.add(Note::TcapMemberUnknown),
        }
    }
    if let Some(sequence) = sequence {
        message.components = sequence.elements(notes);
    }
    Ok(message)
}

impl<'a> Message<'a> {
    /// Returns the originating transaction id, where the package has one.
    #[must_use]
    pub fn otid(&self) -> Option<&'a [u8]> {
        let ids = self.transaction_ids?;
        match self.package {
            Package::QueryWithPermission | Package::QueryWithoutPermission => Some(ids),
            Package::ConversationWithPermission | Package::ConversationWithoutPermission => {
                ids.get(..ID)
            }
            Package::Unidirectional | Package::Response | Package::Abort => None,
        }
    }

    /// Returns the responding transaction id, where the package has one.
    #[must_use]
    pub fn rtid(&self) -> Option<&'a [u8]> {
        let ids = self.transaction_ids?;
        match self.package {
            Package::Response | Package::Abort => Some(ids),
            Package::ConversationWithPermission | Package::ConversationWithoutPermission => {
                ids.get(ID..)
            }
            Package::Unidirectional
            | Package::QueryWithPermission
            | Package::QueryWithoutPermission => None,
        }
    }

    /// Returns how many components are left.
    #[must_use]
    pub fn count(mut self) -> usize {
        let mut count = 0;
        while self.components.next_or_cut(&mut Notes::default()).is_some() {
            count += 1;
        }
        count
    }

    /// Returns the next component, and moves past it.
    pub fn next_component(&mut self, notes: &mut Notes) -> Option<Component<'a>> {
        let element = self.components.next_or_cut(notes)?;
        let kind = match (element.tag.class, element.tag.number) {
            (Class::Private, INVOKE_LAST | INVOKE_NOT_LAST) => ComponentKind::Invoke,
            (Class::Private, RESULT_LAST) => ComponentKind::ReturnResultLast,
            (Class::Private, RESULT_NOT_LAST) => ComponentKind::ReturnResultNotLast,
            (Class::Private, ERROR) => ComponentKind::ReturnError,
            (Class::Private, REJECT) => ComponentKind::Reject,
            _ => ComponentKind::Unknown,
        };
        let mut component = Component {
            kind,
            invoke_id: None,
            correlation_id: None,
            operation: None,
            parameter: None,
        };
        if kind == ComponentKind::Unknown {
            notes.add(Note::TcapComponentUnknown);
            return Some(component);
        }
        let mut members = element.elements(notes);
        while let Some(member) = members.next_or_cut(notes) {
            match (member.tag.class, member.tag.number) {
                (Class::Private, COMPONENT_IDS) => match kind {
                    // An invoke has its own id first, an answer that of what it answers.
                    ComponentKind::Invoke => {
                        component.invoke_id = member.content.first().copied();
                        component.correlation_id = member.content.get(1).copied();
                    }
                    _ => component.invoke_id = member.content.first().copied(),
                },
                (Class::Private, NATIONAL | PRIVATE) => {
                    component.operation = component.operation.or_else(|| operation(&member));
                }
                (Class::Private, PARAMETER_SET) | (Class::Universal, SEQUENCE) => {
                    component.parameter = component.parameter.or(Some(member));
                }
                _ => {}
            }
        }
        if kind == ComponentKind::Invoke && component.operation.is_none() {
            notes.add(Note::TcapOpcodeMissing);
        }
        Some(component)
    }

    /// Returns the operation of the next invoke, and moves past it.
    pub fn next_operation(&mut self, notes: &mut Notes) -> Option<Operation> {
        while let Some(component) = self.next_component(notes) {
            if component.kind == ComponentKind::Invoke && component.operation.is_some() {
                return component.operation;
            }
        }
        None
    }
}

fn operation(element: &Element<'_>) -> Option<Operation> {
    let &[family, specifier] = element.content else { return None };
    match (element.tag.class, element.tag.number) {
        (Class::Private, NATIONAL) => Some(Operation::National { family, specifier }),
        (Class::Private, PRIVATE) => Some(Operation::Private { family, specifier }),
        _ => None,
    }
}

const TRANSACTION_ID: u32 = 7;
const COMPONENTS: u32 = 8;
const INVOKE_LAST: u32 = 9;
const RESULT_LAST: u32 = 10;
const ERROR: u32 = 11;
const REJECT: u32 = 12;
const INVOKE_NOT_LAST: u32 = 13;
const RESULT_NOT_LAST: u32 = 14;
const COMPONENT_IDS: u32 = 15;
const NATIONAL: u32 = 16;
const PRIVATE: u32 = 17;
const PARAMETER_SET: u32 = 18;
const SEQUENCE: u32 = 16;
const ID: usize = 4;
