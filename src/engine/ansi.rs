//! ANSI TCAP (T1.114): told component by component, as far as it goes.
//!
//! Between networks that speak ITU-T it is out of place, and a node that speaks both may answer.
//! Its dialogues are not followed: what matters is who sends what to whom.

use picket_dissectors::{
    Note, Notes,
    map::shape,
    mtp3::Variant,
    tcap::ansi::{self, ComponentKind, Operation, Package},
};

use super::{Witness, transaction::Envelope, wire::pure};
use crate::event::{
    AnsiFacts, Component, ComponentType, DialogueState, EventType, MessageType, TcapFacts, Tid,
};

impl Witness {
    /// Tells each component of an ANSI package; `false` when the octets are none.
    pub(super) fn ansi(&mut self, envelope: &Envelope, octets: &[u8]) -> bool {
        let read = pure(|| {
            let mut notes = Notes::default();
            (ansi::parse(octets, &mut notes), notes)
        });
        let Some((Ok(message), read)) = read else { return false };
        let mut notes = envelope.notes;
        // On a link of an ANSI network nothing is odd about it.
        let expected = envelope.label.present && envelope.label.variant == Variant::Ansi;
        notes.merge(&if expected { read.without(Note::TcapAnsi) } else { read });
        let facts = TcapFacts {
            message: kind(message.package),
            otid: message.otid().map(Tid::new),
            dtid: message.rtid().map(Tid::new),
            ansi: Some(AnsiFacts { package: message.package.name(), operation: None }),
            ..TcapFacts::default()
        };
        let mut event = envelope.event(EventType::Tcap);
        event.notes = notes;
        event.tcap = Some(facts);
        event.dialogue.state = DialogueState::None;
        let count = u16::try_from(message.count()).unwrap_or(u16::MAX);
        if count == 0 {
            self.decide(&mut event);
            return true;
        }
        let mut components = message;
        let mut index = 0_u16;
        let mut own = Notes::default();
        while let Some(component) = components.next_component(&mut own) {
            index = index.saturating_add(1);
            let mut event = event;
            event.notes.merge(&own);
            own = Notes::default();
            let operation = component.operation.map(|operation| match operation {
                Operation::National { family, specifier } => (false, family, specifier),
                Operation::Private { family, specifier } => (true, family, specifier),
            });
            if let Some(tcap) = event.tcap.as_mut() {
                tcap.ansi = Some(AnsiFacts { package: message.package.name(), operation });
                tcap.component = Some(Component {
                    kind: component_type(component.kind),
                    index,
                    count,
                    invoke_id: component.invoke_id.map(i16::from),
                    linked_id: component.correlation_id.map(i16::from),
                    code: None,
                    error: None,
                    problem: None,
                });
            }
            if let Some(parameter) = component.parameter {
                let mut parameters = event.parameters;
                // Pure, so a panic costs what would have been read and nothing else.
                if pure(|| shape::argument(&parameter, &mut parameters)).is_some() {
                    event.parameters = parameters;
                }
            }
            event.subscriber.imsi = event.parameters.imsi;
            event.subscriber.msisdn = event.parameters.msisdn;
            self.resolve_subject(&mut event);
            self.decide(&mut event);
        }
        true
    }
}

const fn kind(package: Package) -> MessageType {
    match package {
        Package::Unidirectional => MessageType::Unidirectional,
        Package::QueryWithPermission | Package::QueryWithoutPermission => MessageType::Begin,
        Package::Response => MessageType::End,
        Package::ConversationWithPermission | Package::ConversationWithoutPermission => {
            MessageType::Continue
        }
        Package::Abort => MessageType::Abort,
    }
}

const fn component_type(kind: ComponentKind) -> Option<ComponentType> {
    Some(match kind {
        ComponentKind::Invoke => ComponentType::Invoke,
        ComponentKind::ReturnResultLast => ComponentType::ReturnResultLast,
        ComponentKind::ReturnResultNotLast => ComponentType::ReturnResultNotLast,
        ComponentKind::ReturnError => ComponentType::ReturnError,
        ComponentKind::Reject => ComponentType::Reject,
        ComponentKind::Unknown => return None,
    })
}
