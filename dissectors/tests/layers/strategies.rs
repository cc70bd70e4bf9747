//! What property tests of several files draw from.

use picket_dissectors::{Digits, emit::sccp, mtp3::Variant, sccp::RoutingIndicator};
use proptest::{collection::vec, option, prelude::*};

/// The national variants.
pub(crate) fn variants() -> impl Strategy<Value = Variant> {
    prop::sample::select(vec![Variant::Itu, Variant::Ansi, Variant::China, Variant::Japan])
}

fn digits(most: usize) -> impl Strategy<Value = Digits> {
    vec(0_u8..16, 0..=most).prop_map(|list| {
        let mut out = Digits::EMPTY;
        for digit in list {
            out.push(digit);
        }
        out
    })
}

fn global_titles() -> impl Strategy<Value = sccp::GlobalTitle> {
    (1_u8..=4, any::<u8>(), 0_u8..16, 0_u8..128, digits(24)).prop_map(
        |(gti, tt, np, nai, digits)| sccp::GlobalTitle {
            gti,
            tt,
            np,
            nai,
            es: None,
            digits,
            filler: 0,
        },
    )
}

/// Addresses in every form.
pub(crate) fn addresses() -> impl Strategy<Value = sccp::Address> {
    let members = (
        any::<bool>(),
        option::of(0_u32..1 << 14),
        option::of(any::<u8>()),
        option::of(global_titles()),
        any::<bool>(),
    );
    members.prop_map(|(on_ssn, pc, ssn, gt, national)| sccp::Address {
        ri: if on_ssn { RoutingIndicator::Ssn } else { RoutingIndicator::GlobalTitle },
        pc,
        ssn,
        gt,
        national,
    })
}
