//! Other applications, home routing and what breaks decoders (rows E33 to E35, E38).

use picket::synth::world::{HomeNode, home};
use picket_dissectors::{
    Note,
    emit::{
        ber::Tlv,
        map::{
            imsi,
            sms::{self, SendRoutingInfoForSm},
        },
        tcap::{self, Code, Message},
    },
};

use crate::{
    rows::{asked, asker, check, contexted, end, psi_argument, register, row},
    stories::{
        HLR, IMSI, MSISDN, STRANGER,
        Way::{In, Out},
        begin, digits, octets, title, unitdata,
    },
};

#[test]
fn other_applications_e33_to_e35_and_bounds_e38() {
    let ansi = Tlv::constructed(
        0xe2,
        [
            Tlv::primitive(0xc7, [1, 2, 3, 4]),
            Tlv::constructed(
                0xe8,
                [Tlv::constructed(
                    0xe9,
                    [
                        Tlv::primitive(0xcf, [1]),
                        Tlv::primitive(0xd1, [9, 28]),
                        Tlv::constructed(0xf2, [imsi(0x80, digits(IMSI))]),
                    ],
                )],
            ),
        ],
    )
    .encode();
    let vendor = &[1, 2, 826, 0, 1249, 51, 1, 1, 1, 0, 1];
    let question = |id: u8| {
        let argument = SendRoutingInfoForSm {
            msisdn: digits(MSISDN),
            priority: true,
            service_centre: digits(STRANGER),
            not_intended: None,
            gprs: false,
        };
        let message = begin(Some((20, 3)), 45, Some(argument.tlv()));
        let message = Message { otid: Some(vec![0, 0, 0, id]), ..message };
        unitdata(In, title(STRANGER, 8), title(MSISDN, 6), &message)
    };
    let answer = |id: u8, from: &str, imsi: &str, node: &str| {
        let result = sms::send_routing_info_for_sm_result(digits(imsi), digits(node));
        let result = tcap::return_result(1, Some((Code::Local(45), result)));
        unitdata(Out, title(from, 6), title(STRANGER, 8), &end(&[0, 0, 0, id], result))
    };
    // What nobody reads is stepped over; an IMSI in pieces of pieces has to be followed.
    let identity = Tlv::primitive(0x04, [0x00, 0x01, 0x11, 0, 0, 0, 0x74, 0xf1]);
    let pieces = (0..40).fold(identity, |inner, _| Tlv::constructed(0x24, [inner]));
    let info = Tlv::constructed(0xa2, [Tlv::null(0x80)]);
    let nested = Tlv::constructed(0x30, [Tlv::constructed(0xa0, [pieces]), info]);
    let many = (0..40).fold(begin(Some((28, 3)), 70, Some(psi_argument())), |message, id| {
        message.component(tcap::invoke(id, 70, Some(psi_argument())))
    });
    let router = home(HomeNode::Router).gt.to_string();
    check(vec![
        row("E33", "ANSI TCAP", vec![octets(In, asker(), register(), &ansi)], Note::TcapAnsi)
            .alone("ansi_on_itu_link"),
        row(
            "E34",
            "a context of CAP",
            contexted(&[0, 4, 0, 0, 1, 0, 50, 1]),
            Note::TcapAcForeignFamily,
        )
        .alone("context_of_another_application"),
        row("E34", "a context of a vendor", contexted(vendor), Note::TcapAcForeignFamily)
            .alone("context_of_another_application"),
        row(
            "E35",
            "past the router",
            vec![question(1), answer(1, HLR, IMSI, "99910000013")],
            Note::SmsHomeRoutingBypass,
        )
        .alone("home_routing_bypassed")
        .near(vec![question(1), answer(1, &router, "001019999999999", &router)]),
        row("E38", "nested deep", asked(nested), Note::BerDepthExceeded)
            .alone("nested_beyond_reason"),
        row(
            "E38",
            "many components",
            vec![unitdata(In, asker(), register(), &many)],
            Note::TcapComponentsMany,
        ),
    ]);
}
