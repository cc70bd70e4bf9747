//! One sample of each argument and result that can be emitted, and how to read it back.

use picket_dissectors::{
    Digits, Error, Notes,
    ber::Elements,
    emit::{
        ber::Tlv,
        map::{
            self as emit, Subscriber,
            authentication::{self, SendAuthenticationInfo},
            location::{
                self, LocationInformation, ProvideSubscriberLocation, RequestedInfo, SubscriberInfo,
            },
            mobility,
            routing::{self, SendRoutingInfoResult},
            services,
            sms::{self, SendRoutingInfoForSm, Tpdu},
            subscriber::{self, InsertSubscriberData, Trigger},
        },
    },
    map::{self, Parameters},
};

/// Which part of a component is read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Part {
    Argument,
    Result,
    Error,
}

pub(crate) fn read(
    part: Part,
    code: u8,
    version: u8,
    octets: &[u8],
) -> (Result<(), Error>, Parameters, Notes) {
    let (mut out, mut notes) = (Parameters::default(), Notes::default());
    let element = Elements::new(octets).next_or_cut(&mut notes);
    let outcome = element.map_or(Err(Error::Missing), |element| match part {
        Part::Argument => map::argument(code, version, &element, &mut out, &mut notes),
        Part::Result => map::result(code, version, &element, &mut out, &mut notes),
        Part::Error => map::error_parameter(code, &element, &mut out, &mut notes),
    });
    (outcome, out, notes)
}

pub(crate) fn digits(text: &str) -> Digits {
    Digits::parse(text).unwrap_or_default()
}

pub(crate) fn imsi() -> Digits {
    digits("001011234567890")
}

pub(crate) fn msisdn() -> Digits {
    digits("15550100")
}

/// The number of node `n`.
pub(crate) fn node(n: u8) -> Digits {
    digits(&format!("9990000{n}"))
}

pub(crate) type Sample = (Part, u8, u8, Tlv);

pub(crate) fn samples() -> Vec<Sample> {
    let mut all = arguments();
    all.extend(results());
    all.extend([
        (Part::Error, 1, 3, emit::error_parameter(Some(1))),
        (Part::Error, 8, 3, emit::error_parameter(Some(0))),
        (Part::Error, 27, 3, emit::error_parameter(None)),
        (Part::Error, 6, 3, emit::absent_subscriber_sm(1)),
        (Part::Error, 34, 2, Tlv::integer(0x0a, 1)),
    ]);
    all
}

pub(crate) fn info() -> RequestedInfo {
    RequestedInfo { location: true, state: true, current_location: true, ..Default::default() }
}

pub(crate) fn location() -> LocationInformation {
    LocationInformation {
        age: Some(3),
        vlr: Some(node(2)),
        cell: true,
        msc: Some(node(1)),
        paged: true,
        ..Default::default()
    }
}

pub(crate) fn profile() -> InsertSubscriberData {
    let trigger = |service_key, n| Some(Trigger { service_key, scf: node(n) });
    InsertSubscriberData {
        imsi: Some(imsi()),
        msisdn: Some(msisdn()),
        status: Some(0),
        services: true,
        forwarded_to: Some(digits("15550199")),
        odb: true,
        o_csi: trigger(1, 3),
        m_csi: trigger(2, 4),
        sms_csi: trigger(3, 5),
        t_csi: trigger(4, 6),
        gmlc: Some(node(7)),
        gprs_csi: trigger(5, 8),
        charging: Some(0x0800),
    }
}

pub(crate) fn psl() -> ProvideSubscriberLocation {
    ProvideSubscriberLocation {
        location_type: 3,
        client_type: Some(3),
        client: Some(digits("15550177")),
        privacy_override: true,
        reference: Some(9),
        area_event: true,
        periodic: Some((10, 60)),
        ..ProvideSubscriberLocation::new(Subscriber::Msisdn(msisdn()), node(1))
    }
}

fn arguments() -> Vec<Sample> {
    let (by_imsi, by_msisdn) = (Subscriber::Imsi(imsi()), Subscriber::Msisdn(msisdn()));
    let sai = SendAuthenticationInfo {
        imsi: imsi(),
        vectors: 5,
        resynchronise: true,
        node_type: Some(1),
        plmn: Some(digits("99901")),
    };
    let sri_sm = SendRoutingInfoForSm {
        msisdn: msisdn(),
        priority: true,
        service_centre: node(1),
        not_intended: Some(0),
        gprs: true,
    };
    let deliver = Tpdu { address: digits("15550123"), pid: 0, dcs: 0, header: None };
    let binary = Tpdu { address: Digits::EMPTY, pid: 0x7f, dcs: 0xf6, header: Some(0x70) };
    [
        (2, 1, mobility::update_location(imsi(), node(1), node(2))),
        (2, 3, mobility::update_location(imsi(), node(1), node(2))),
        (3, 2, mobility::cancel_location(imsi(), None, 2)),
        (3, 3, mobility::cancel_location(imsi(), Some(1), 3)),
        (4, 3, routing::provide_roaming_number(imsi(), node(1), Some(msisdn()), Some(node(2)))),
        (7, 3, profile().tlv()),
        (8, 3, subscriber::delete_subscriber_data(imsi(), true, true)),
        (9, 1, authentication::send_parameters(imsi())),
        (10, 2, services::register_ss(0x21, digits("15550199"))),
        (12, 2, services::ss(0x21)),
        (14, 2, services::ss(0x21)),
        (15, 3, authentication::authentication_failure_report(imsi(), 1, Some(node(2)))),
        (17, 2, services::register_password(0x21)),
        (18, 2, services::get_password()),
        (19, 1, services::ussd_data()),
        (22, 2, routing::send_routing_info(msisdn(), node(1), 2)),
        (22, 3, routing::send_routing_info(msisdn(), node(1), 3)),
        (23, 3, mobility::update_gprs_location(imsi(), node(3))),
        (24, 3, routing::send_routing_info_for_gprs(imsi(), node(4))),
        (37, 3, mobility::reset(node(5))),
        (43, 2, services::check_imei(digits("001234561234560f"), 2)),
        (43, 3, services::check_imei(digits("001234561234560"), 3)),
        (44, 3, sms::mt_forward_sm(imsi(), node(1), &deliver, true)),
        (46, 2, sms::mt_forward_sm(imsi(), node(1), &binary, false)),
        (46, 2, sms::mo_forward_sm(msisdn(), node(1), &deliver, None)),
        (46, 3, sms::mo_forward_sm(msisdn(), node(1), &deliver, Some(imsi()))),
        (45, 1, sri_sm.tlv()),
        (45, 3, sri_sm.tlv()),
        (47, 3, sms::report_sm_delivery_status(msisdn(), node(1), Some(1))),
        (50, 3, services::activate_trace_mode(Some(imsi()), Some(node(1)))),
        (51, 3, services::deactivate_trace_mode(imsi())),
        (54, 1, services::begin_subscriber_activity(imsi(), node(2))),
        (55, 2, mobility::send_identification(0x0102_0304, 2)),
        (55, 3, mobility::send_identification(0x0102_0304, 3)),
        (56, 2, sai.tlv(2)),
        (56, 3, sai.tlv(3)),
        (57, 3, mobility::restore_data(imsi())),
        (58, 2, services::send_imsi(msisdn())),
        (59, 2, services::ussd(15, Some(msisdn()))),
        (60, 2, services::ussd(15, None)),
        (62, 3, subscriber::any_time_subscription_interrogation(by_msisdn, node(1), None)),
        (62, 3, subscriber::any_time_subscription_interrogation(by_imsi, node(1), Some(0))),
        (63, 3, sms::inform_service_centre(Some(msisdn()))),
        (64, 2, sms::alert_service_centre(msisdn(), node(1))),
        (65, 3, subscriber::any_time_modification(by_msisdn, node(1), None)),
        (65, 3, subscriber::any_time_modification(by_imsi, node(1), Some(digits("15550199")))),
        (66, 3, sms::ready_for_sm(imsi(), 0)),
        (67, 2, mobility::purge_ms(imsi(), Some(node(2)), None, 2)),
        (67, 3, mobility::purge_ms(imsi(), None, Some(node(3)), 3)),
        (68, 3, services::prepare_handover(Some(imsi()))),
        (70, 3, location::provide_subscriber_info(imsi(), info())),
        (71, 3, location::any_time_interrogation(by_msisdn, info(), node(1))),
        (72, 3, services::ss_invocation_notification(imsi(), msisdn(), 0x31)),
        (73, 3, routing::about(imsi())),
        (83, 3, psl().tlv()),
        (84, 3, services::send_group_call_info(imsi())),
        (85, 3, location::send_routing_info_for_lcs(node(1), by_msisdn)),
        (86, 3, location::subscriber_location_report(3, by_imsi, node(1), Some(9))),
        (89, 3, mobility::note_mm_event(7, 0, imsi(), msisdn(), Some(location()))),
    ]
    .map(|(code, version, tlv)| (Part::Argument, code, version, tlv))
    .to_vec()
}

fn results() -> Vec<Sample> {
    let routed = SendRoutingInfoResult {
        imsi: imsi(),
        roaming_number: Some(digits("15550166")),
        ..Default::default()
    };
    let located = SubscriberInfo { location: Some(location()), state: Some(0), imei: None };
    let full = SendRoutingInfoResult { vmsc: Some(node(1)), info: Some(located), ..routed };
    let forwarded = SendRoutingInfoResult {
        imsi: imsi(),
        forwarded_to: Some(digits("15550199")),
        ..Default::default()
    };
    [
        (2, 2, mobility::hlr_number(node(5), 2)),
        (2, 3, mobility::hlr_number(node(5), 3)),
        (4, 2, routing::provide_roaming_number_result(digits("15550166"), 2)),
        (4, 3, routing::provide_roaming_number_result(digits("15550166"), 3)),
        (7, 3, subscriber::insert_subscriber_data_result()),
        (9, 1, authentication::send_parameters_result(2)),
        (10, 2, services::register_ss_result(digits("15550199"))),
        (14, 2, services::interrogate_ss_result(digits("15550199"))),
        (22, 2, routed.tlv(2)),
        (22, 3, full.tlv(3)),
        (22, 2, forwarded.tlv(2)),
        (22, 3, forwarded.tlv(3)),
        (24, 3, routing::send_routing_info_for_gprs_result()),
        (43, 2, services::check_imei_result(1, 2)),
        (43, 3, services::check_imei_result(1, 3)),
        (45, 3, sms::send_routing_info_for_sm_result(imsi(), node(1))),
        (45, 2, sms::send_routing_info_for_sm_result_sgsn(imsi(), node(3))),
        (55, 2, mobility::send_identification_result(imsi(), 2, 2)),
        (55, 3, mobility::send_identification_result(imsi(), 2, 3)),
        (56, 2, authentication::send_authentication_info_result(5, 2)),
        (56, 3, authentication::send_authentication_info_result(3, 3)),
        (57, 3, mobility::restore_data_result(node(5), true)),
        (58, 2, services::send_imsi_result(imsi())),
        (59, 2, services::ussd(15, None)),
        (62, 3, subscriber::any_time_subscription_interrogation_result(digits("15550199"))),
        (67, 3, mobility::purge_ms_result(true)),
        (68, 3, services::prepare_handover_result(digits("15550155"))),
        (70, 3, located.tlv()),
        (71, 3, located.tlv()),
        (83, 3, location::provide_subscriber_location_result(Some(0))),
        (85, 3, location::send_routing_info_for_lcs_result(Subscriber::Imsi(imsi()), node(1))),
    ]
    .map(|(code, version, tlv)| (Part::Result, code, version, tlv))
    .to_vec()
}
