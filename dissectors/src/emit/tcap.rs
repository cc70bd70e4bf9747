//! TCAP messages (ITU-T Q.773 §3 and §4.2), regular ones and odd ones.
//!
//! Every part is a [`Tlv`], so whatever the functions here do not offer (a second portion, an
//! element in another spelling, a member that does not belong) is put together from elements.

use super::ber::Tlv;
use crate::tcap::{Kind, component::Problem};

/// A message to be written.
#[derive(Clone, Debug)]
pub struct Message {
    /// Message type.
    pub kind: Kind,
    /// Originating transaction id, of any length.
    pub otid: Option<Vec<u8>>,
    /// Destination transaction id, of any length.
    pub dtid: Option<Vec<u8>>,
    /// P-Abort cause.
    pub p_abort: Option<i64>,
    /// Dialogue portion.
    pub dialogue: Option<Tlv>,
    /// Components; without any there is no component portion.
    pub components: Vec<Tlv>,
}

impl Message {
    /// Makes a message of this type with neither ids nor portions.
    #[must_use]
    pub const fn new(kind: Kind) -> Self {
        Self { kind, otid: None, dtid: None, p_abort: None, dialogue: None, components: Vec::new() }
    }

    /// Makes a Begin.
    #[must_use]
    pub fn begin(otid: &[u8]) -> Self {
        Self { otid: Some(otid.to_vec()), ..Self::new(Kind::Begin) }
    }

    /// Makes a Continue.
    #[must_use]
    pub fn proceed(otid: &[u8], dtid: &[u8]) -> Self {
        Self { otid: Some(otid.to_vec()), dtid: Some(dtid.to_vec()), ..Self::new(Kind::Continue) }
    }

    /// Makes an End.
    #[must_use]
    pub fn end(dtid: &[u8]) -> Self {
        Self { dtid: Some(dtid.to_vec()), ..Self::new(Kind::End) }
    }

    /// Makes an Abort by the provider, or by the user when a dialogue portion is added.
    #[must_use]
    pub fn abort(dtid: &[u8], cause: Option<i64>) -> Self {
        Self { dtid: Some(dtid.to_vec()), p_abort: cause, ..Self::new(Kind::Abort) }
    }

    /// Makes a Unidirectional.
    #[must_use]
    pub const fn unidirectional() -> Self {
        Self::new(Kind::Unidirectional)
    }

    /// Sets the dialogue portion.
    #[must_use]
    pub fn dialogue(self, dialogue: Tlv) -> Self {
        Self { dialogue: Some(dialogue), ..self }
    }

    /// Appends a component.
    #[must_use]
    pub fn component(mut self, component: Tlv) -> Self {
        self.components.push(component);
        self
    }

    /// Returns the message as an element.
    #[must_use]
    pub fn tlv(&self) -> Tlv {
        let otid = self.otid.iter().map(|id| Tlv::primitive(0x48, id.clone()));
        let dtid = self.dtid.iter().map(|id| Tlv::primitive(0x49, id.clone()));
        let cause = self.p_abort.iter().map(|&cause| Tlv::integer(0x4a, cause));
        let components = (!self.components.is_empty())
            .then(|| Tlv::constructed(0x6c, self.components.iter().cloned()));
        Tlv::constructed(
            self.kind.octet(),
            otid.chain(dtid).chain(cause).chain(self.dialogue.clone()).chain(components),
        )
    }

    /// Returns the octets.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        self.tlv().encode()
    }
}

/// An operation or error code to be written.
#[derive(Clone, Debug)]
pub enum Code {
    /// An integer.
    Local(i64),
    /// An object identifier.
    Global(Vec<u64>),
}

impl From<i64> for Code {
    fn from(code: i64) -> Self {
        Self::Local(code)
    }
}

impl Code {
    fn tlv(self) -> Tlv {
        match self {
            Self::Local(code) => Tlv::integer(0x02, code),
            Self::Global(arcs) => Tlv::object_identifier(0x06, &arcs),
        }
    }
}

/// Makes an Invoke.
pub fn invoke(id: i64, operation: impl Into<Code>, argument: Option<Tlv>) -> Tlv {
    let members = [Tlv::integer(0x02, id), operation.into().tlv()];
    Tlv::constructed(0xa1, members.into_iter().chain(argument))
}

/// Makes an Invoke that belongs to another.
pub fn linked_invoke(
    id: i64,
    linked: i64,
    operation: impl Into<Code>,
    argument: Option<Tlv>,
) -> Tlv {
    let members = [Tlv::integer(0x02, id), Tlv::integer(0x80, linked), operation.into().tlv()];
    Tlv::constructed(0xa1, members.into_iter().chain(argument))
}

/// Makes a Return Result Last.
#[must_use]
pub fn return_result(id: i64, result: Option<(Code, Tlv)>) -> Tlv {
    returned(0xa2, id, result)
}

/// Makes a Return Result Not Last.
#[must_use]
pub fn return_result_not_last(id: i64, result: Option<(Code, Tlv)>) -> Tlv {
    returned(0xa7, id, result)
}

fn returned(tag: u8, id: i64, result: Option<(Code, Tlv)>) -> Tlv {
    let result = result.map(|(code, result)| Tlv::constructed(0x30, [code.tlv(), result]));
    Tlv::constructed(tag, [Tlv::integer(0x02, id)].into_iter().chain(result))
}

/// Makes a Return Error.
pub fn return_error(id: i64, error: impl Into<Code>, parameter: Option<Tlv>) -> Tlv {
    let members = [Tlv::integer(0x02, id), error.into().tlv()];
    Tlv::constructed(0xa3, members.into_iter().chain(parameter))
}

/// Makes a Reject; without an invoke id it has NULL there.
#[must_use]
pub fn reject(id: Option<i64>, problem: Problem, code: i64) -> Tlv {
    let tag = match problem {
        Problem::General => 0x80,
        Problem::Invoke => 0x81,
        Problem::ReturnResult => 0x82,
        Problem::ReturnError => 0x83,
    };
    let id = id.map_or_else(|| Tlv::null(0x05), |id| Tlv::integer(0x02, id));
    Tlv::constructed(0xa4, [id, Tlv::integer(tag, code)])
}

/// Makes the dialogue portion that opens a dialogue.
#[must_use]
pub fn aarq(context: &[u64], user_information: Option<Tlv>) -> Tlv {
    let context = Tlv::object_identifier(0x06, context);
    dialogue_portion(STRUCTURED, aarq_pdu(context, user_information))
}

/// Makes an AARQ PDU around any application context name, for instance a padded one. AUDT is the
/// same PDU under [`UNSTRUCTURED`].
#[must_use]
pub fn aarq_pdu(context: Tlv, user_information: Option<Tlv>) -> Tlv {
    let members = [protocol_version(), Tlv::constructed(0xa1, [context])];
    Tlv::constructed(0x60, members.into_iter().chain(user_information))
}

/// Makes the dialogue portion that answers: result 0 accepted, 1 refused; `diagnostic` of the user.
#[must_use]
pub fn aare(context: &[u64], result: i64, diagnostic: i64, user_information: Option<Tlv>) -> Tlv {
    let diagnostic = Tlv::constructed(0xa1, [Tlv::integer(0x02, diagnostic)]);
    let members = [
        protocol_version(),
        Tlv::constructed(0xa1, [Tlv::object_identifier(0x06, context)]),
        Tlv::constructed(0xa2, [Tlv::integer(0x02, result)]),
        Tlv::constructed(0xa3, [diagnostic]),
    ];
    let pdu = Tlv::constructed(0x61, members.into_iter().chain(user_information));
    dialogue_portion(STRUCTURED, pdu)
}

/// Makes the dialogue portion of an abort: source 0 user, 1 provider.
#[must_use]
pub fn abrt(source: i64, user_information: Option<Tlv>) -> Tlv {
    let members = [Tlv::integer(0x80, source)];
    let pdu = Tlv::constructed(0x64, members.into_iter().chain(user_information));
    dialogue_portion(STRUCTURED, pdu)
}

/// Wraps a dialogue PDU, or user information in its place, in its EXTERNAL.
#[must_use]
pub fn dialogue_portion(abstract_syntax: &[u64], pdu: Tlv) -> Tlv {
    Tlv::constructed(0x6b, [external(abstract_syntax, pdu)])
}

/// Makes the user information that holds one MAP-DialoguePDU (TS 29.002 §17.4).
#[must_use]
pub fn map_user_information(pdu: Tlv) -> Tlv {
    Tlv::constructed(0xbe, [external(MAP_DIALOGUE, pdu)])
}

/// Makes the user information with MAP-OpenInfo; references are AddressString octets.
#[must_use]
pub fn map_open(destination: Option<&[u8]>, origination: Option<&[u8]>) -> Tlv {
    let destination = destination.map(|octets| Tlv::primitive(0x80, octets));
    let origination = origination.map(|octets| Tlv::primitive(0x81, octets));
    map_user_information(Tlv::constructed(0xa0, destination.into_iter().chain(origination)))
}

fn external(syntax: &[u64], content: Tlv) -> Tlv {
    let members = [Tlv::object_identifier(0x06, syntax), Tlv::constructed(0xa0, [content])];
    Tlv::constructed(0x28, members)
}

fn protocol_version() -> Tlv {
    Tlv::primitive(0x80, [0x07, 0x80])
}

/// The abstract syntax of structured dialogues (Q.773 §3.2).
pub const STRUCTURED: &[u64] = &[0, 0, 17, 773, 1, 1, 1];
/// The abstract syntax of unstructured dialogues, AUDT (Q.773 §3.2).
pub const UNSTRUCTURED: &[u64] = &[0, 0, 17, 773, 1, 2, 1];
/// map-DialogueAS (TS 29.002 §17.4).
pub const MAP_DIALOGUE: &[u64] = &[0, 4, 0, 0, 1, 1, 1, 1];
