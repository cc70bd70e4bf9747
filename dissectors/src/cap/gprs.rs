//! Arguments of GPRS control operations (TS 29.078 §8.1), members that are kept.
//!
//! Access point names, PDP addresses and quality of service are not: they say nothing about abuse
//! of signalling and much about the subscriber.

use crate::cap::member::{Member as M, Members, Syntax};

/// Returns what the argument of a GPRS control operation looks like.
pub(super) const fn syntax(code: u8) -> Syntax {
    match code {
        76 | 79 => Syntax::Sequence(&[(0, M::SmallCause)]),
        78 => Syntax::Sequence(INITIAL_DP_GPRS),
        80 => Syntax::Sequence(&[(0, M::Event), (2, M::GprsEvent)]),
        81 => Syntax::Sequence(&[(0, M::Each(&[(0, M::Event)]))]),
        71..=75 | 82 => Syntax::Sequence(&[]),
        _ => Syntax::Nothing,
    }
}

const INITIAL_DP_GPRS: Members = &[
    (0, M::ServiceKey),
    (1, M::Event),
    (2, M::Msisdn),
    (3, M::Imsi),
    (9, M::Area),
    (12, M::LocationGprs),
    (14, M::Extension),
    (15, M::Node),
    (17, M::Imei),
];
