//! However a message is spelled in BER, the same is read, and that it is spelled oddly is noted.
//!
//! Receivers accept every spelling (X.690 §8), so a detector that reads only the usual one is
//! passed by. Each case is a whole message, so that ids and contexts are respelled as well.

mod octets;

use picket::event::SigEvent;
use picket_dissectors::{
    Digits,
    emit::{
        ber::{Spelling, Tlv, re_encode},
        map::{
            Subscriber,
            location::{self, ProvideSubscriberLocation, RequestedInfo},
            mobility,
            sms::SendRoutingInfoForSm,
            subscriber::InsertSubscriberData,
        },
        sccp::Address,
        tcap,
    },
};
use proptest::prelude::*;

fn digits(text: &str) -> Digits {
    Digits::parse(text).unwrap_or_default()
}

/// Operation code, application context and argument.
fn cases() -> [(i64, u64, Tlv); 7] {
    let (imsi, msisdn, node) =
        (digits("001011234567890"), digits("15550100"), digits("99910000001"));
    let info = RequestedInfo { location: true, state: true, ..RequestedInfo::default() };
    let subscription = InsertSubscriberData {
        imsi: Some(imsi),
        msisdn: Some(msisdn),
        services: true,
        ..InsertSubscriberData::default()
    };
    [
        (71, 29, location::any_time_interrogation(Subscriber::Msisdn(msisdn), info, node)),
        (71, 29, location::any_time_interrogation(Subscriber::Imsi(imsi), info, node)),
        (70, 28, location::provide_subscriber_info(imsi, info)),
        (
            45,
            20,
            SendRoutingInfoForSm {
                msisdn,
                priority: true,
                service_centre: node,
                not_intended: None,
                gprs: true,
            }
            .tlv(),
        ),
        (2, 1, mobility::update_location(imsi, node, node)),
        (7, 16, subscription.tlv()),
        (83, 38, ProvideSubscriberLocation::new(Subscriber::Imsi(imsi), node).tlv()),
    ]
}

fn message(case: &(i64, u64, Tlv)) -> Vec<u8> {
    let (code, context, argument) = case;
    tcap::Message::begin(&[0x1a, 0x2b, 0x3c, 0x4d])
        .dialogue(tcap::aarq(&[0, 4, 0, 0, 1, 0, *context, 3], None))
        .component(tcap::invoke(1, *code, Some(argument.clone())))
        .encode()
}

fn read(octets: &[u8]) -> Vec<SigEvent> {
    let (called, calling) =
        (Address::e164(digits("99920000001"), 6), Address::e164(digits("99910000001"), 8));
    octets::tcap(called, calling, octets)
}

proptest! {
    #[test]
    fn every_spelling_reads_the_same_and_is_noted(
        case in 0_usize..7,
        spelling in prop::sample::select(Spelling::ALL.to_vec()),
        seed in any::<u64>(),
    ) {
        let case = cases().into_iter().nth(case);
        let plain = message(&case.ok_or_else(|| TestCaseError::fail("no such case"))?);
        let respelled = re_encode(&plain, spelling, seed);
        let (want, got) = (read(&plain), read(&respelled));
        let ([want], [got]) = (&want[..], &got[..]) else {
            return Err(TestCaseError::fail(format!("{} and {} events", want.len(), got.len())));
        };
        prop_assert!(want.operation.is_some());
        prop_assert!(want.subscriber.imsi.or(want.subscriber.msisdn).is_some());
        prop_assert_eq!(got.operation, want.operation);
        prop_assert_eq!(got.subscriber.imsi, want.subscriber.imsi);
        prop_assert_eq!(got.subscriber.msisdn, want.subscriber.msisdn);
        prop_assert_eq!(got.parameters, want.parameters);
        prop_assert_eq!(got.tcap, want.tcap);
        prop_assert_eq!(got.unread, None);
        prop_assert!(want.notes.iter().all(|note| got.notes.contains(note)));
        prop_assert_eq!(got.notes == want.notes, respelled == plain, "{:02x?}", respelled);
    }
}
