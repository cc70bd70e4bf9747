//! What a TCAP message says besides its components, and the components, read once.
//!
//! The dialogue portion is half of the elements of a message and has few wordings: one for each
//! application context and stack, as long as it names no subscriber. What the last few hundred of
//! them said is kept by their octets.

use core::{cell::RefCell, hash::BuildHasher};

use arrayvec::ArrayVec;
use foldhash::fast::FixedState;
use picket_dissectors::{
    Digits, Error, Note, Notes,
    ber::Element,
    tcap::{self, Component, Components, Kind, dialogue::Source, user_information::MapDialogue},
};

use super::{
    application,
    foresight::guess,
    scout::{Span, Tcap},
};
use crate::event::{AbortFacts, ContextName, MessageType, TcapFacts, Tid};

/// A message, opened.
pub(super) struct Opened<'a> {
    pub(super) kind: Kind,
    pub(super) facts: TcapFacts,
    /// How many components there are.
    pub(super) count: u16,
    pub(super) notes: Notes,
    /// The first of them, each with the notes about it alone.
    first: ArrayVec<(Component<'a>, Notes), READ_AHEAD>,
    /// Those after.
    others: Components<'a>,
}

impl<'a> Opened<'a> {
    /// Returns room for a message, which is filled in place: it is large.
    pub(super) fn room() -> Self {
        Self {
            kind: Kind::Unidirectional,
            facts: TcapFacts::default(),
            count: 0,
            notes: Notes::default(),
            first: ArrayVec::new(),
            others: Components::of_portion(&[]),
        }
    }

    /// Reads everything; pure.
    pub(super) fn open(
        &mut self,
        octets: &'a [u8],
        notes: Notes,
        portions: &Portions,
    ) -> Result<(), (Error, Notes)> {
        self.notes = notes;
        let message = tcap::parse(octets, &mut self.notes).map_err(|error| (error, self.notes))?;
        self.kind = message.kind;
        self.facts = facts(&message, portions, &mut self.notes);
        self.take(message.components());
        Ok(())
    }

    /// Goes on where [`Portions::tcap`] left off; pure.
    pub(super) fn resume(&mut self, octets: &'a [u8], notes: Notes, tcap: &Tcap) {
        self.notes = notes;
        self.notes.merge(&tcap.notes);
        (self.kind, self.facts) = (tcap.kind, tcap.facts);
        self.take(Components::of_portion(tcap.components.within(octets)));
    }

    fn take(&mut self, components: Components<'a>) {
        self.others = components;
        while !self.first.is_full() {
            let mut own = Notes::default();
            let Some(component) = self.others.next(&mut own) else { break };
            self.first.push((component, own));
        }
        let count = self.first.len() + if self.first.is_full() { self.others.count() } else { 0 };
        self.count = u16::try_from(count).unwrap_or(u16::MAX);
        if self.count > MANY_COMPONENTS {
            self.notes.add(Note::TcapComponentsMany);
        }
    }

    /// Iterates over the components, each with the notes about it alone.
    pub(super) fn components(&self) -> impl Iterator<Item = (Component<'a>, Notes)> {
        let (mut first, mut others) = (self.first.iter(), self.others);
        core::iter::from_fn(move || {
            first.next().copied().or_else(|| {
                let mut notes = Notes::default();
                others.next(&mut notes).map(|component| (component, notes))
            })
        })
    }
}

fn facts(message: &tcap::Message<'_>, portions: &Portions, notes: &mut Notes) -> TcapFacts {
    let mut facts = TcapFacts {
        message: match message.kind {
            Kind::Unidirectional => MessageType::Unidirectional,
            Kind::Begin => MessageType::Begin,
            Kind::Continue => MessageType::Continue,
            Kind::End => MessageType::End,
            Kind::Abort => MessageType::Abort,
        },
        otid: message.otid.as_ref().map(|tid| Tid::new(tid)),
        dtid: message.dtid.as_ref().map(|tid| Tid::new(tid)),
        ..TcapFacts::default()
    };
    if message.kind == Kind::Abort {
        let cause = message.p_abort.and_then(|cause| u8::try_from(cause).ok());
        facts.abort =
            Some(AbortFacts { provider: message.p_abort.is_some(), cause, context_refused: false });
    }
    if let Some(portion) = &message.dialogue_portion {
        let said = portions.read(message, portion);
        facts.context = said.context;
        facts.abort = said.refused.or(facts.abort);
        facts.destination_reference = said.destination;
        facts.origination_reference = said.origination;
        notes.merge(&said.notes);
    }
    facts
}

/// What a dialogue portion says.
#[derive(Clone, Copy, Default)]
struct Said {
    context: Option<ContextName>,
    refused: Option<AbortFacts>,
    destination: Option<Digits>,
    origination: Option<Digits>,
    notes: Notes,
}

impl Said {
    fn read(message: &tcap::Message<'_>) -> Self {
        let mut said = Self::default();
        let Some(dialogue) = message.dialogue(&mut said.notes) else { return said };
        said.context =
            dialogue.application_context.map(|oid| application::context(oid, &mut said.notes));
        if dialogue.context_refused() {
            let cause = dialogue.diagnostic.and_then(|(_, code)| u8::try_from(code).ok());
            let provider = matches!(dialogue.diagnostic, Some((Source::Provider, _)));
            said.refused = Some(AbortFacts { provider, cause, context_refused: true });
        }
        if let Some(MapDialogue::Open(open)) = dialogue.map(&mut said.notes) {
            said.destination = open.destination.map(|address| address.digits);
            said.origination = open.origination.map(|address| address.digits);
        }
        said
    }
}

/// What dialogue portions said lately, by their octets.
pub(super) struct Portions {
    slots: Box<[RefCell<Slot>]>,
    hasher: FixedState,
}

#[derive(Clone)]
struct Slot {
    octets: ArrayVec<u8, KEPT>,
    said: Said,
}

impl Portions {
    /// Makes an empty memory.
    pub(super) fn new(seed: u64) -> Self {
        let slot = Slot { octets: ArrayVec::new(), said: Said::default() };
        Self { slots: vec![RefCell::new(slot); SLOTS].into(), hasher: FixedState::with_seed(seed) }
    }

    /// Reads a message but for its components; `None` where it is not of the usual shape.
    pub(super) fn tcap(&self, octets: &[u8]) -> Option<Tcap> {
        let mut notes = Notes::default();
        let message = tcap::parse(octets, &mut notes).ok()?;
        let (components, named) = match message.component_portion()? {
            [] => (Span::default(), None),
            components => (Span::of(components, octets)?, guess(components)),
        };
        let facts = facts(&message, self, &mut notes);
        Some(Tcap { kind: message.kind, facts, notes, components, named })
    }

    /// Reads the dialogue portion of a message. One that the message cuts short is read anew, as
    /// what is said of it depends on where it was cut.
    fn read(&self, message: &tcap::Message<'_>, portion: &Element<'_>) -> Said {
        let hash = self.hasher.hash_one(portion.octets);
        let at = usize::try_from(hash >> 32).unwrap_or(0) % SLOTS;
        let slot = self.slots.get(at).filter(|_| !portion.is_cut());
        let Some(mut slot) = slot.and_then(|slot| slot.try_borrow_mut().ok()) else {
            return Said::read(message);
        };
        if !slot.octets.is_empty() && *slot.octets == *portion.octets {
            return slot.said;
        }
        let said = Said::read(message);
        if let Ok(octets) = ArrayVec::try_from(portion.octets) {
            *slot = Slot { octets, said };
        }
        said
    }
}

/// Components read ahead: nearly all messages have no more.
const READ_AHEAD: usize = 2;
/// Innocent messages have one or two components; authentication vectors and SMS never many.
const MANY_COMPONENTS: u16 = 8;
/// Portions remembered.
const SLOTS: usize = 256;
/// The octets of a portion that is remembered at most: contexts without references take some fifty.
const KEPT: usize = 96;
