//! Numbers in events: whose they may be, which decides how they are shown.
//!
//! A subscriber's number stands in more places than `imsi` and `msisdn`: a called global title may
//! be an MSISDN, an E.214 address carries the MSIN, a forwarded-to number is somebody's telephone.
//! Every getter of digits therefore says what is known of them; the rest is up to the address plan.

use picket_dissectors::{
    Digits,
    map::parameters::{Address, Role},
};

use crate::event::{GlobalTitle, Subject};

/// Digits with what is known of whose they are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Number {
    /// The digits.
    pub digits: Digits,
    /// How they begin.
    pub numbering: Numbering,
    /// Whose they are.
    pub holder: Holder,
}

/// How digits begin, which says what part of them names no person.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Numbering {
    /// Country code first (E.164, E.214).
    E164,
    /// Mobile country and network code first (E.212).
    Imsi,
    /// Type allocation code first (TS 23.003 §6.2).
    Imei,
    /// No part says anything by itself.
    Opaque,
}

/// Whose digits are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Holder {
    /// Nobody's: a network code.
    Nobody,
    /// A node's, unless the plan or the event says that it is a subscriber's.
    Node,
    /// A subscriber's.
    Subscriber,
}

impl Number {
    /// Digits that name no subscriber and no node.
    #[must_use]
    pub const fn code(digits: Digits) -> Self {
        Self { digits, numbering: Numbering::Opaque, holder: Holder::Nobody }
    }

    /// A node's number, as far as the message says.
    #[must_use]
    pub const fn node(digits: Digits) -> Self {
        Self { digits, numbering: Numbering::E164, holder: Holder::Node }
    }

    /// A subscriber's number.
    #[must_use]
    pub const fn subscriber(digits: Digits, numbering: Numbering) -> Self {
        Self { digits, numbering, holder: Holder::Subscriber }
    }

    /// The number of a global title: `digits` is either form of it.
    #[must_use]
    pub fn global_title(gt: &GlobalTitle, digits: Digits) -> Self {
        match gt.np {
            Some(LAND_MOBILE) => Self::subscriber(digits, Numbering::Imsi),
            Some(MOBILE_GLOBAL_TITLE) => Self::subscriber(digits, Numbering::E164),
            _ if gt.mobile || gt.place.subscriber => Self::subscriber(digits, Numbering::E164),
            _ => Self::node(digits),
        }
    }

    /// The number of a MAP or CAP address, by its role and plan.
    #[must_use]
    pub const fn address(address: Address) -> Self {
        let digits = address.digits;
        match (address.plan, address.role) {
            (LAND_MOBILE, _) => Self::subscriber(digits, Numbering::Imsi),
            (MOBILE_GLOBAL_TITLE, _) => Self::subscriber(digits, Numbering::E164),
            (
                _,
                Role::RoamingNumber
                | Role::ForwardedTo
                | Role::DestinationRouting
                | Role::CalledNumber
                | Role::CallingNumber
                | Role::TpOa
                | Role::TpDa
                | Role::Handover
                | Role::RoutingNumber,
            ) => Self::subscriber(digits, Numbering::E164),
            _ => Self::node(digits),
        }
    }
}

/// Whether `digits` are a number of the subscriber the event is about.
///
/// National and mobile global title forms share their last digits with the full number; eight equal
/// ones are no accident within one message.
#[must_use]
pub fn is_of(subject: &Subject, digits: Digits) -> bool {
    [subject.imsi, subject.msisdn].into_iter().flatten().any(|own| {
        own == digits
            || (own.len() >= TAIL
                && digits.len() >= TAIL
                && own.skip(own.len() - TAIL) == digits.skip(digits.len() - TAIL))
    })
}

/// Numbering plan of E.212, in Q.713 §3.4.2.3.3 as in TS 29.002 §17.7.8.
const LAND_MOBILE: u8 = 6;
/// Numbering plan of E.214 (Q.713 §3.4.2.3.3).
const MOBILE_GLOBAL_TITLE: u8 = 7;
/// Digits that must agree.
const TAIL: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(text: &str) -> Digits {
        Digits::parse(text).unwrap()
    }

    #[test]
    fn the_plan_and_the_role_say_whose_a_number_is() {
        for (role, plan, want) in [
            (Role::Msc, 1, Holder::Node),
            (Role::Msc, 6, Holder::Subscriber),
            (Role::Hlr, 7, Holder::Subscriber),
            (Role::RoamingNumber, 1, Holder::Subscriber),
            (Role::TpDa, 0, Holder::Subscriber),
            (Role::ServiceCentre, 1, Holder::Node),
        ] {
            let address = Address { role, nature: 1, plan, digits: digits("99900000001") };
            assert_eq!(Number::address(address).holder, want, "{role:?} {plan}");
        }
        for (np, want) in [
            (None, Holder::Node),
            (Some(1), Holder::Node),
            (Some(6), Holder::Subscriber),
            (Some(7), Holder::Subscriber),
        ] {
            let gt = GlobalTitle { np, ..GlobalTitle::default() };
            assert_eq!(Number::global_title(&gt, digits("999")).holder, want, "{np:?}");
        }
    }

    #[test]
    fn a_subscriber_is_known_by_the_end_of_the_number() {
        let subject = Subject {
            imsi: Some(digits("001010123456789")),
            msisdn: Some(digits("99970012345")),
            ..Subject::default()
        };
        for (number, want) in [
            ("001010123456789", true),
            ("99989123456789", true),
            ("99970012345", true),
            ("070012345", true),
            ("12345", false),
            ("99970012346", false),
            ("", false),
        ] {
            assert_eq!(is_of(&subject, digits(number)), want, "{number}");
        }
    }
}
