//! One signalling occurrence: what the dissecting half hands to the deciding half.
//!
//! A [`SigEvent`] is one TCAP component, or one message without components, or a time-out, or a
//! management or transport occurrence worth telling. It is owned, of fixed size and holds no heap:
//! codes are numbers and enums, numbers of people and nodes are [`Digits`], identifiers are inline
//! octets. Everything a rule may test is one of its fields, see [`fields`].

pub mod context;
pub mod coverage;
pub mod fields;
pub mod json;
pub mod party;
pub mod reference;
pub mod roles;
pub mod tracking;

use core::net::IpAddr;

use picket_dissectors::{Digits, Notes, map::Parameters};
use picket_hw::Timestamp;

pub use context::{ContextFamily, ContextName};
pub use party::{GlobalTitle, Party, SccpFacts};
pub use roles::{Direction, EventType, Outcome, Side};
pub use tracking::Tracking;

use crate::enrich::{intel::Sighting, network::Place};

/// One signalling occurrence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SigEvent {
    /// What kind of occurrence.
    pub kind: EventType,
    /// When: the time of the frame, or of the deadline for a time-out.
    pub at: Timestamp,
    /// The frame that completed the message.
    pub frame: FrameId,
    /// The link it came in on.
    pub link: Link,
    /// Direction seen from home.
    pub direction: Direction,
    /// IP and SCTP, where there were any.
    pub transport: Transport,
    /// MTP routing label and adaptation layer.
    pub label: Label,
    /// SCCP, where there was any.
    pub sccp: Option<SccpFacts>,
    /// TCAP, where there was any.
    pub tcap: Option<TcapFacts>,
    /// The operation, of the component or of the request it answers.
    pub operation: Option<Operation>,
    /// What the argument, result or error parameter said.
    pub parameters: Parameters,
    /// The dialogue.
    pub dialogue: DialogueRef,
    /// Who the operation is about.
    pub subscriber: Subject,
    /// What the trackers wrote.
    pub tracking: Tracking,
    /// What lists say about the sender of the request.
    pub intel: Option<Sighting>,
    /// Name of a management message.
    pub management: Option<&'static str>,
    /// What a management message is about.
    pub about: Option<About>,
    /// A second sighting of a message: triggers nothing.
    pub duplicate: bool,
    /// Every oddity met on the way.
    pub notes: Notes,
    /// Why reading stopped, for a message that could not be read to the end.
    pub unread: Option<&'static str>,
}

/// A packet in a file.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct FrameId {
    /// Which input; 0 when there is one.
    pub source: u16,
    /// 1-based packet number.
    pub number: u64,
}

/// The link a message came in on.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Link {
    /// Index into the plan's links, when one matched.
    pub plan: Option<u16>,
    /// Side of the network, configured or from the network indicator.
    pub side: Side,
    /// Outermost VLAN.
    pub vlan: Option<u16>,
    /// Capture port.
    pub port: u16,
}

/// The point code a management message is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct About {
    /// The point code.
    pub code: u32,
    /// Whether it is home's; `None` where that is not known.
    pub home: Option<bool>,
    /// Whether it is the sender's own; `None` where the sender has none.
    pub sender: Option<bool>,
}

/// IP and SCTP.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Transport {
    /// Source and destination address.
    pub ip: Option<(IpAddr, IpAddr)>,
    /// SCTP facts.
    pub sctp: Option<SctpFacts>,
}

/// The DATA chunk that completed the message.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct SctpFacts {
    /// Source port.
    pub src_port: u16,
    /// Destination port.
    pub dst_port: u16,
    /// Stream.
    pub stream: u16,
    /// TSN of the last fragment.
    pub tsn: u32,
    /// Payload protocol identifier.
    pub ppid: u32,
}

/// The layer that carried the MTP3 user part.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Carrier {
    /// None: SCCP captured bare, or nothing read.
    #[default]
    None,
    /// M3UA.
    M3ua,
    /// M2PA.
    M2pa,
    /// M2UA.
    M2ua,
    /// SUA.
    Sua,
    /// MTP3 captured on a signalling link.
    Mtp,
}

/// Routing label.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Label {
    /// What carried it.
    pub carrier: Carrier,
    /// Whether opc and dpc were there.
    pub present: bool,
    /// Originating point code.
    pub opc: u32,
    /// Destination point code.
    pub dpc: u32,
    /// Service indicator.
    pub si: u8,
    /// Network indicator.
    pub ni: u8,
    /// Signalling link selection.
    pub sls: u8,
    /// Variant of the label.
    pub variant: picket_dissectors::mtp3::Variant,
    /// M3UA routing context.
    pub rc: Option<u32>,
    /// M3UA network appearance.
    pub na: Option<u32>,
}

/// A transaction id, owned: at most [`Tid::KEPT`] octets of it, then how many there were.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Tid([u8; Self::KEPT + 1]);

impl Tid {
    /// Octets kept; Q.773 §4.2.1.2 allows four, longer ones are an evasion.
    pub const KEPT: usize = 15;

    /// Copies the octets; beyond [`Self::KEPT`] they are folded into the last octet, so that two
    /// overlong ids seldom become one.
    #[must_use]
    pub fn new(octets: &[u8]) -> Self {
        let mut this = Self::default();
        for (i, &octet) in octets.iter().enumerate() {
            if let Some(slot) = this.0.get_mut(i.min(Self::KEPT - 1)) {
                *slot = slot.rotate_left(3) ^ octet;
            }
        }
        this.0[Self::KEPT] = u8::try_from(octets.len()).unwrap_or(u8::MAX);
        this
    }

    /// Returns the octets kept.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        let length = usize::from(self.0[Self::KEPT]).min(Self::KEPT);
        self.0.get(..length).unwrap_or_default()
    }

    /// Returns all of it as a number, for hashing.
    #[must_use]
    pub const fn packed(&self) -> u128 {
        u128::from_le_bytes(self.0)
    }
}

impl core::fmt::Display for Tid {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.octets().iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

/// TCAP message type.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum MessageType {
    /// Unidirectional.
    Unidirectional,
    /// Begin.
    #[default]
    Begin,
    /// Continue.
    Continue,
    /// End.
    End,
    /// Abort.
    Abort,
}

/// Component type.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ComponentType {
    /// Invoke.
    Invoke,
    /// Return result, last.
    ReturnResultLast,
    /// Return result, not last.
    ReturnResultNotLast,
    /// Return error.
    ReturnError,
    /// Reject.
    Reject,
}

/// One component of a message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Component {
    /// Its type; `None` when it could not be told.
    pub kind: Option<ComponentType>,
    /// 1-based place in the message.
    pub index: u16,
    /// Components in the message.
    pub count: u16,
    /// Invoke id.
    pub invoke_id: Option<i16>,
    /// Linked id.
    pub linked_id: Option<i16>,
    /// Operation code as sent, the last arc of a global one; what does not fit is the nearest that
    /// does.
    pub code: Option<i32>,
    /// Local error code of a return error.
    pub error: Option<i32>,
    /// Problem type (0 general .. 3 return error) and code of a reject.
    pub problem: Option<(u8, u8)>,
}

/// Who ended a dialogue abnormally, and why.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct AbortFacts {
    /// Whether the provider (TCAP) aborted rather than the user.
    pub provider: bool,
    /// P-Abort cause, or the diagnostic of the ABRT.
    pub cause: Option<u8>,
    /// The application context was refused (Q.773 §4.2.3 diagnostic 2).
    pub context_refused: bool,
}

/// TCAP.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct TcapFacts {
    /// Message type.
    pub message: MessageType,
    /// Originating transaction id.
    pub otid: Option<Tid>,
    /// Destination transaction id.
    pub dtid: Option<Tid>,
    /// Application context of the dialogue, of this message or of its Begin.
    pub context: Option<ContextName>,
    /// destinationReference of MAP-Open (TS 29.002 §7.3).
    pub destination_reference: Option<Digits>,
    /// originationReference of MAP-Open.
    pub origination_reference: Option<Digits>,
    /// Abort facts.
    pub abort: Option<AbortFacts>,
    /// What is ANSI's about it.
    pub ansi: Option<AnsiFacts>,
    /// The component, `None` for a message without.
    pub component: Option<Component>,
}

/// A package of ANSI TCAP (T1.114).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct AnsiFacts {
    /// Package type.
    pub package: &'static str,
    /// The operation: whether of a private set, its family and specifier.
    pub operation: Option<(bool, u8, u8)>,
}

/// Which application protocol an operation belongs to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Protocol {
    /// MAP (TS 29.002).
    Map,
    /// CAP (TS 29.078).
    Cap,
}

/// An operation.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Operation {
    /// Of which protocol.
    pub protocol: Protocol,
    /// Local operation code; what does not fit is the nearest that does.
    pub code: i32,
    /// Whether the code is one the protocol has.
    pub known: bool,
    /// Name as in the ASN.1.
    pub name: &'static str,
    /// Family of operations, for rules on kinds of abuse.
    pub family: &'static str,
    /// FS.11-style category of the operation by itself.
    pub category: &'static str,
    /// The calling network's `allow` names it.
    pub agreed: bool,
}

impl Operation {
    /// Returns the code when it is one that operations of MAP and CAP may have, one octet.
    #[must_use]
    pub fn octet(&self) -> Option<u8> {
        u8::try_from(self.code).ok()
    }
}

/// Where the event stands in its dialogue.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DialogueRef {
    /// 1-based number of the dialogue in this run; 0 when there is none.
    pub id: u64,
    /// State after this message.
    pub state: DialogueState,
    /// How the request ended, on the event that ends it.
    pub outcome: Option<Outcome>,
    /// Nanoseconds from the request to this answer.
    pub latency_ns: Option<u64>,
    /// The first invoke came after the Begin.
    pub late_invoke: bool,
    /// Sent by the side that was asked.
    pub from_responder: bool,
    /// The request this answers.
    pub request: Option<RequestRef>,
}

/// State of a dialogue.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum DialogueState {
    /// No dialogue: unidirectional, or nothing known of it.
    #[default]
    None,
    /// Begun, not answered.
    Begun,
    /// Answered and open.
    Open,
    /// Ended.
    Ended,
    /// Timed out.
    Expired,
    /// A message of a dialogue whose beginning was not seen.
    Orphan,
}

/// The request an answer belongs to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RequestRef {
    /// When it was sent.
    pub at: Timestamp,
    /// Its frame.
    pub frame: FrameId,
    /// Its invoke id.
    pub invoke_id: Option<i16>,
    /// Who asked: E.164 digits as normalised.
    pub asker: Option<Digits>,
    /// Place of the asker.
    pub asker_place: Place,
    /// What it asked for.
    pub requested: picket_dissectors::map::parameters::Requested,
    /// Direction of the request.
    pub direction: Direction,
    /// Number of the serving node it named.
    pub node: Option<Digits>,
}

/// Who the operation is about.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Subject {
    /// Identity within this run: equal for the IMSI and the MSISDN of one subscriber once a
    /// binding was learnt; 0 when nobody is named.
    pub key: u64,
    /// IMSI named or bound.
    pub imsi: Option<Digits>,
    /// MSISDN named or bound.
    pub msisdn: Option<Digits>,
    /// Home network, from the IMSI, else the MSISDN.
    pub place: Place,
    /// Whether the sender's network is the subscriber's home.
    pub from_home: bool,
    /// Whether the sender's network is the one that serves the subscriber, as far as known.
    pub from_serving: Option<bool>,
    /// The network that serves the subscriber, learnt from accepted answers.
    pub serving: Option<Place>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_copied_without_regret() {
        assert!(size_of::<SigEvent>() <= 1408, "{}", size_of::<SigEvent>());
    }

    #[test]
    fn transaction_ids_show_as_sent() {
        for (octets, want) in [(&[0x2c, 0x5b, 0, 0x1c][..], "2c5b001c"), (&[], ""), (&[7], "07")] {
            assert_eq!(Tid::new(octets).to_string(), want);
        }
        let long = |last| Tid::new(&[&[1; 20][..], &[last]].concat());
        assert_ne!(long(1), long(2));
    }
}
