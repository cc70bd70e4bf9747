//! Arguments of short message control operations (TS 29.078 §7.1), members that are kept.

use crate::{
    cap::member::{Member as M, Members, Syntax},
    map::parameters::Role,
};

/// Returns what the argument of a short message control operation looks like.
pub(super) const fn syntax(code: u8) -> Syntax {
    match code {
        60 => Syntax::Sequence(INITIAL_DP_SMS),
        62 => Syntax::Sequence(CONNECT_SMS),
        63 => Syntax::Sequence(&[(0, M::Each(&[(0, M::Event)])), (10, M::Extension)]),
        64 => Syntax::Sequence(EVENT_REPORT_SMS),
        66 => Syntax::RpCause,
        67 => Syntax::Sequence(&[(2, M::Extension)]),
        _ => Syntax::Nothing,
    }
}

const INITIAL_DP_SMS: Members = &[
    (0, M::ServiceKey),
    (1, M::Address(Role::CalledNumber)),
    (2, M::Address(Role::CallingNumber)),
    (3, M::Event),
    (4, M::Imsi),
    (5, M::Location),
    (6, M::LocationGprs),
    (7, M::Address(Role::ServiceCentre)),
    (9, M::TpShort),
    (10, M::TpPid),
    (11, M::TpDcs),
    (13, M::Extension),
    (15, M::Address(Role::Msc)),
    (16, M::Address(Role::Sgsn)),
    (19, M::Imei),
    (20, M::Address(Role::CalledNumber)),
];

/// destinationSubscriberNumber [1] is where the message is sent instead.
const CONNECT_SMS: Members = &[
    (0, M::Address(Role::CallingNumber)),
    (1, M::Address(Role::DestinationRouting)),
    (2, M::Address(Role::ServiceCentre)),
    (10, M::Extension),
];

const EVENT_REPORT_SMS: Members = &[
    (0, M::Event),
    (1, M::In(&[(0, M::In(&[(0, M::SmallCause)])), (2, M::In(&[(0, M::SmallCause)]))])),
    (10, M::Extension),
];
