//! SCCP facts of an event: message type, quality and the two parties.

use picket_dissectors::Digits;

use crate::enrich::network::Place;

/// SCCP of a message.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SccpFacts {
    /// Message type code (Q.713 §2.1).
    pub kind: u8,
    /// Protocol class.
    pub class: Option<u8>,
    /// Return message on error.
    pub return_on_error: bool,
    /// Hop counter.
    pub hop_counter: Option<u8>,
    /// Segments it came in; 1 when whole.
    pub segments: u8,
    /// Return cause of a service message.
    pub return_cause: Option<u8>,
    /// Who sends.
    pub calling: Party,
    /// Who is addressed.
    pub called: Party,
}

/// One party address (Q.713 §3.4).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Party {
    /// Subsystem number.
    pub ssn: Option<u8>,
    /// Routed on SSN rather than on global title.
    pub route_on_ssn: bool,
    /// Point code in the address.
    pub pc: Option<u32>,
    /// Global title.
    pub gt: Option<GlobalTitle>,
}

/// A global title with what is known of it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GlobalTitle {
    /// Digits as sent.
    pub digits: Digits,
    /// E.164 digits, national and E.214 forms resolved where possible.
    pub e164: Option<Digits>,
    /// Global title indicator.
    pub gti: u8,
    /// Nature of address indicator.
    pub nai: Option<u8>,
    /// Numbering plan.
    pub np: Option<u8>,
    /// Translation type.
    pub tt: Option<u8>,
    /// Encoding scheme.
    pub es: Option<u8>,
    /// In E.214 or E.212 form: it names a subscriber.
    pub mobile: bool,
    /// In no configured network, although networks are configured: nobody there is known.
    pub stranger: bool,
    /// Whose it is.
    pub place: Place,
}
