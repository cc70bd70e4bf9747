//! TCAP, the transaction sublayer (ITU-T Q.773 §3.1 and §4.2.1).
//!
//! A message is one element: its tag is the message type, its members are transaction ids, a
//! dialogue portion ([`dialogue`]) and a component portion ([`component`]). Members are read in
//! any order. Where one stands twice the first counts, as for an endpoint that takes members as
//! they come, but the components of every component portion are read. A message cut short keeps
//! what it had. TCAP of ANSI is told apart and left to [`ansi`].

pub mod ansi;
pub mod component;
pub mod dialogue;
pub mod oid;
pub mod user_information;

pub use component::{Component, Components};
pub use dialogue::Dialogue;
pub use oid::ObjectIdentifier;

use core::{fmt, ops::Deref};

use crate::{
    ber::{Class, Element, Elements},
    error::Error,
    notes::{Note, Notes},
};

/// A message type (§4.2.1.1).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Kind {
    /// Components without a transaction.
    Unidirectional,
    /// Opens a transaction.
    Begin,
    /// Closes a transaction.
    End,
    /// Goes on with a transaction.
    Continue,
    /// Closes a transaction abnormally.
    Abort,
}

impl Kind {
    /// All message types.
    pub const ALL: [Self; 5] =
        [Self::Unidirectional, Self::Begin, Self::End, Self::Continue, Self::Abort];

    /// Returns the type of an application-class tag number.
    #[must_use]
    pub const fn from_tag(number: u32) -> Option<Self> {
        match number {
            1 => Some(Self::Unidirectional),
            2 => Some(Self::Begin),
            4 => Some(Self::End),
            5 => Some(Self::Continue),
            7 => Some(Self::Abort),
            _ => None,
        }
    }

    /// Returns the tag as one octet.
    #[must_use]
    pub const fn octet(self) -> u8 {
        match self {
            Self::Unidirectional => 0x61,
            Self::Begin => 0x62,
            Self::End => 0x64,
            Self::Continue => 0x65,
            Self::Abort => 0x67,
        }
    }

    /// Returns the type as a word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unidirectional => "unidirectional",
            Self::Begin => "begin",
            Self::End => "end",
            Self::Continue => "continue",
            Self::Abort => "abort",
        }
    }

    /// Whether the originating transaction id belongs in this type (§3.1).
    #[must_use]
    pub const fn has_otid(self) -> bool {
        matches!(self, Self::Begin | Self::Continue)
    }

    /// Whether the destination transaction id belongs in this type (§3.1).
    #[must_use]
    pub const fn has_dtid(self) -> bool {
        matches!(self, Self::End | Self::Continue | Self::Abort)
    }
}

/// One TCAP message.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// Message type (§4.2.1.1).
    pub kind: Kind,
    /// Originating transaction id (§4.2.1.2).
    pub otid: Option<TransactionId<'a>>,
    /// Destination transaction id (§4.2.1.2).
    pub dtid: Option<TransactionId<'a>>,
    /// P-Abort cause (§4.2.1.3): 0 unrecognised message type, 1 unrecognised transaction id,
    /// 2 badly formatted transaction portion, 3 incorrect transaction portion, 4 resource limit.
    pub p_abort: Option<i64>,
    /// The dialogue portion, unread; see [`Message::dialogue`].
    pub dialogue_portion: Option<Element<'a>>,
    /// The message as written, without what trails it.
    pub octets: &'a [u8],
    members: Elements<'a>,
    components: Option<Element<'a>>,
    /// There is more than one component portion.
    scattered: bool,
}

/// Reads the transaction portion and finds the others.
///
/// # Errors
///
/// Returns [`Error::Tag`] when the octets are no message of Q.773, with [`Note::TcapAnsi`] when
/// they look like one of ANSI T1.114, and [`Error::Truncated`] when they end inside the header.
pub fn parse<'a>(input: &'a [u8], notes: &mut Notes) -> Result<Message<'a>, Error> {
    let found = input.first().copied().ok_or(Error::Truncated { missing: 1 })?;
    let mut outer = Elements::new(input);
    let Some(element) = outer.next_or_cut(notes) else {
        return Err(if outer.is_empty() && input.len() < SHORTEST {
            Error::Truncated { missing: 0 }
        } else {
            Error::Tag { found }
        });
    };
    if !outer.is_empty() {
        notes.add(Note::BerTrailing);
    }
    if element.tag.class == Class::Private {
        notes.add(Note::TcapAnsi);
        return Err(Error::Tag { found });
    }
    let kind = (element.tag.class == Class::Application)
        .then(|| Kind::from_tag(element.tag.number))
        .flatten();
    let Some(kind) = kind else {
        notes.add(Note::TcapMessageUnknown);
        return Err(Error::Tag { found });
    };
    let members = element.elements(notes);
    let mut message = Message {
        kind,
        otid: None,
        dtid: None,
        p_abort: None,
        dialogue_portion: None,
        octets: element.octets,
        members,
        components: None,
        scattered: false,
    };
    message.read_members(notes);
    message.check_ids(notes);
    Ok(message)
}

impl<'a> Message<'a> {
    /// Reads the dialogue portion, if there is one (§4.2.3).
    pub fn dialogue(&self, notes: &mut Notes) -> Option<Dialogue<'a>> {
        self.dialogue_portion.map(|portion| dialogue::parse(&portion, notes))
    }

    /// Iterates over the components of all component portions.
    #[must_use]
    pub const fn components(&self) -> Components<'a> {
        Components::new(self.members)
    }

    /// Returns the components of a message that has at most one portion of them, for
    /// [`Components::of_portion`]; `None` when there are several, or when something is odd about the
    /// portion itself.
    #[must_use]
    pub fn component_portion(&self) -> Option<&'a [u8]> {
        match &self.components {
            _ if self.scattered => None,
            None => Some(&[]),
            Some(portion) => {
                let plain =
                    portion.tag.constructed && !portion.is_cut() && !portion.content.is_empty();
                plain.then_some(portion.content)
            }
        }
    }

    fn read_members(&mut self, notes: &mut Notes) {
        let mut members = self.members;
        let mut highest = 0;
        while let Some(member) = members.next_or_cut(notes) {
            let number = match member.tag.class {
                Class::Application => member.tag.number,
                Class::Universal | Class::Context | Class::Private => u32::MAX,
            };
            match number {
                OTID => keep(&mut self.otid, TransactionId::read(&member, notes), notes),
                DTID => keep(&mut self.dtid, TransactionId::read(&member, notes), notes),
                P_ABORT => match member.integer(notes) {
                    Ok(cause) => keep(&mut self.p_abort, cause, notes),
                    Err(_) => notes.add(Note::BerValueSize),
                },
                DIALOGUE if self.dialogue_portion.is_some() => {
                    notes.add(Note::TcapPortionDuplicate);
                }
                DIALOGUE => self.dialogue_portion = Some(member),
                COMPONENTS if self.components.is_some() => {
                    self.scattered = true;
                    notes.add(Note::TcapPortionDuplicate);
                }
                COMPONENTS => self.components = Some(member),
                _ => {
                    // A component may stand there without a portion around it.
                    self.scattered |= component::is_stray(&member);
                    notes.add(Note::TcapMemberUnknown);
                    continue;
                }
            }
            if number < highest {
                let portion = number == DIALOGUE && highest == COMPONENTS;
                notes.add(if portion { Note::TcapPortionOrder } else { Note::BerMemberOrder });
            }
            highest = highest.max(number);
        }
        if !members.is_empty() {
            notes.add(Note::BerTrailing);
        }
        let foreign = (self.components.is_some() && self.kind == Kind::Abort)
            || (self.p_abort.is_some() && self.kind != Kind::Abort);
        if foreign {
            notes.add(Note::TcapMemberUnknown);
        }
    }

    fn check_ids(&self, notes: &mut Notes) {
        let ids = [(self.otid, self.kind.has_otid()), (self.dtid, self.kind.has_dtid())];
        for (id, wanted) in ids {
            match id {
                None if wanted => notes.add(Note::TcapTidMissing),
                Some(_) if !wanted => notes.add(Note::TcapTidUnexpected),
                Some(id) if id.is_empty() => notes.add(Note::TcapTidEmpty),
                Some(id) if id.len() > TID_MAX => notes.add(Note::TcapTidOverlong),
                _ => {}
            }
        }
    }
}

/// Keeps the first of a member; another is noted.
fn keep<T>(slot: &mut Option<T>, value: T, notes: &mut Notes) {
    if slot.is_some() {
        notes.add(Note::BerMemberDuplicate);
    } else {
        *slot = Some(value);
    }
}

/// A transaction id (§4.2.1.2): one to four octets by the standard, any number as sent.
#[derive(Clone, Copy)]
pub struct TransactionId<'a>(Octets<'a>);

#[derive(Clone, Copy)]
enum Octets<'a> {
    Whole(&'a [u8]),
    Joined { octets: [u8; JOINED], length: usize },
}

impl<'a> TransactionId<'a> {
    /// Makes an id of octets.
    #[must_use]
    pub const fn new(octets: &'a [u8]) -> Self {
        Self(Octets::Whole(octets))
    }

    fn read(element: &Element<'a>, notes: &mut Notes) -> Self {
        if !element.tag.constructed {
            return Self::new(element.content);
        }
        let string = element.string(notes);
        if string.len() > JOINED {
            notes.add(Note::BerValueSize);
        }
        let mut octets = [0; JOINED];
        for (to, from) in octets.iter_mut().zip(string.iter()) {
            *to = *from;
        }
        Self(Octets::Joined { octets, length: string.len().min(JOINED) })
    }
}

impl Deref for TransactionId<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            Octets::Whole(octets) => octets,
            Octets::Joined { octets, length } => octets.get(..*length).unwrap_or_default(),
        }
    }
}

impl PartialEq for TransactionId<'_> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for TransactionId<'_> {}

/// Lower-case hexadecimal.
impl fmt::Display for TransactionId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

impl fmt::Debug for TransactionId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TransactionId({self})")
    }
}

const OTID: u32 = 8;
const DTID: u32 = 9;
const P_ABORT: u32 = 10;
const DIALOGUE: u32 = 11;
pub(crate) const COMPONENTS: u32 = 12;
/// A header is at least a tag and a length.
const SHORTEST: usize = 2;
const TID_MAX: usize = 4;
/// An id in pieces is read up to this many octets.
const JOINED: usize = 16;
