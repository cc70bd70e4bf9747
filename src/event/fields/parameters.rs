//! Fields of arguments and results, and of what a request asked for.
//!
//! One list serves the arguments and results of every operation: what one does not have is absent.
//! The members of a group (`requested`, `csi`, `profile`, ...) are present together, true or false,
//! when the message has any of them.

use picket_dissectors::{
    Digits,
    map::{
        Parameters,
        parameters::{Camel, Csi, Lcs, Profile, Requested, Role, Sms, Udh},
    },
};

use super::{
    Row,
    number::{Number, Numbering},
};
use crate::event::{ComponentType, Protocol, SigEvent};

/// Writes the rows of one parameter list.
macro_rules! parameters {
    ($prefix:literal, $of:ident) => {
        rows! {
            concat!($prefix, ".imsi"), Number = |e| imsi($of(e)?.imsi),
                "IMSI (TS 29.002 §17.7.8).";
            concat!($prefix, ".other_imsi"), Number = |e| imsi($of(e)?.other_imsi),
                "A second IMSI where one belongs; endpoints differ in which of the two they take.";
            concat!($prefix, ".lmsi"), Bool = |e| $of(e)?.lmsi.then_some(true),
                "An LMSI names the subscriber to its VLR (TS 29.002 §17.7.8).";
            concat!($prefix, ".msisdn_nature"), Int = |e| $of(e)?.msisdn_nature,
                "Nature of address of the MSISDN: 1 international, 2 national (TS 29.002 §17.7.8).";
            concat!($prefix, ".msisdn"), Number = |e| e164($of(e)?.msisdn),
                "MSISDN of the subscriber the operation is about (TS 29.002 §17.7.8).";
            concat!($prefix, ".imei"), Number = |e| imei($of(e)?.imei),
                "IMEI or IMEISV (TS 29.002 §17.7.8).";
            concat!($prefix, ".tmsi"), Number = |e| tmsi($of(e)?.tmsi),
                "TMSI or P-TMSI, eight hexadecimal digits (TS 29.002 §17.7.8).";
            concat!($prefix, ".msc"), Number = |e| address($of(e)?, Role::Msc),
                "Number of a mobile switching centre.";
            concat!($prefix, ".vlr"), Number = |e| address($of(e)?, Role::Vlr),
                "Number of a visitor location register.";
            concat!($prefix, ".sgsn"), Number = |e| address($of(e)?, Role::Sgsn),
                "Number of a serving GPRS support node.";
            concat!($prefix, ".mme"), Number = |e| address($of(e)?, Role::Mme),
                "Number of a mobility management entity.";
            concat!($prefix, ".ggsn"), Number = |e| address($of(e)?, Role::Ggsn),
                "Number of a gateway GPRS support node.";
            concat!($prefix, ".hlr"), Number = |e| address($of(e)?, Role::Hlr),
                "Number of a home location register.";
            concat!($prefix, ".gmlc"), Number = |e| address($of(e)?, Role::Gmlc),
                "Number of a gateway mobile location centre.";
            concat!($prefix, ".gsm_scf"), Number = |e| address($of(e)?, Role::GsmScf),
                "Number of a gsmSCF, asking or written into a profile.";
            concat!($prefix, ".gmsc"), Number = |e| address($of(e)?, Role::Gmsc),
                "Number of a gateway MSC.";
            concat!($prefix, ".sc_address"), Number = |e| address($of(e)?, Role::ServiceCentre),
                "Number of a short message service centre.";
            concat!($prefix, ".ip_sm_gw"), Number = |e| address($of(e)?, Role::IpSmGw),
                "Number of an IP short message gateway or SMS router.";
            concat!($prefix, ".other_vlr"), Number = |e| address($of(e)?, Role::OtherVlr),
                "Number of the other VLR or MSC of a move: the new one, the previous one, or the asking one.";
            concat!($prefix, ".located_at"), Number = |e| address($of(e)?, Role::LocatedAt),
                "VLR or MSC number inside location information (TS 29.002 §17.7.1).";
            concat!($prefix, ".omc"), Number = |e| address($of(e)?, Role::Omc),
                "Number of an operation and maintenance centre or trace collector.";
            concat!($prefix, ".lcs_client"), Number = |e| address($of(e)?, Role::LcsClient),
                "External address of a client of location services (TS 29.002 §17.7.13).";
            concat!($prefix, ".roaming_number"), Number = |e| address($of(e)?, Role::RoamingNumber),
                "Roaming number, or a number in its place (TS 29.002 §17.7.8).";
            concat!($prefix, ".handover"), Number = |e| address($of(e)?, Role::Handover),
                "Handover number (TS 29.002 §17.7.8).";
            concat!($prefix, ".forwarded_to"), Number = |e| address($of(e)?, Role::ForwardedTo),
                "Number that calls are forwarded to (TS 29.002 §17.7.4).";
            concat!($prefix, ".destination_routing"), Number = |e| address($of(e)?, Role::DestinationRouting),
                "Number that CAP routes a call or short message to (TS 29.078 §6.1).";
            concat!($prefix, ".called_number"), Number = |e| address($of(e)?, Role::CalledNumber),
                "Number called (TS 29.078 §6.1).";
            concat!($prefix, ".calling_number"), Number = |e| address($of(e)?, Role::CallingNumber),
                "Number calling (TS 29.078 §6.1).";
            concat!($prefix, ".routing_number"), Number = |e| address($of(e)?, Role::RoutingNumber),
                "Routing number of a ported number (TS 29.002 §17.7.8).";
            concat!($prefix, ".other_address"), Number = |e| address($of(e)?, Role::Other),
                "First address of no part named here.";
            concat!($prefix, ".addresses"), Int = |e| count($of(e)?),
                "Number of addresses read.";
            concat!($prefix, ".requested.location"), Bool = |e| asked($of(e)?, Requested::LOCATION),
                "Location information is asked for (TS 29.002 §17.7.1 RequestedInfo).";
            concat!($prefix, ".requested.current_location"), Bool = |e| asked($of(e)?, Requested::CURRENT_LOCATION),
                "Paging for the current location is asked for (TS 29.002 §17.7.1).";
            concat!($prefix, ".requested.state"), Bool = |e| asked($of(e)?, Requested::STATE),
                "The state of the subscriber is asked for (TS 29.002 §17.7.1).";
            concat!($prefix, ".requested.imei"), Bool = |e| asked($of(e)?, Requested::IMEI),
                "The IMEI is asked for (TS 29.002 §17.7.1).";
            concat!($prefix, ".requested.classmark"), Bool = |e| asked($of(e)?, Requested::CLASSMARK),
                "The classmark is asked for (TS 29.002 §17.7.1).";
            concat!($prefix, ".requested.mnp"), Bool = |e| asked($of(e)?, Requested::MNP),
                "Portability is asked for (TS 29.002 §17.7.1).";
            concat!($prefix, ".requested.eps"), Bool = |e| asked($of(e)?, Requested::EPS),
                "The EPS location is asked for (TS 29.002 §17.7.1).";
            concat!($prefix, ".requested.t_ads"), Bool = |e| asked($of(e)?, Requested::T_ADS),
                "Terminating access domain data is asked for (TS 29.002 §17.7.1).";
            concat!($prefix, ".requested.csi"), Bool = |e| asked($of(e)?, Requested::CSI),
                "CAMEL subscription information is asked for (TS 29.002 §17.7.1).";
            concat!($prefix, ".requested.ss_data"), Bool = |e| asked($of(e)?, Requested::SS_DATA),
                "Supplementary service data is asked for (TS 29.002 §17.7.1).";
            concat!($prefix, ".requested.serving_node"), Bool = |e| asked($of(e)?, Requested::SERVING_NODE),
                "The serving node is asked for (TS 29.002 §17.7.1).";
            concat!($prefix, ".lcs.location_type"), Int = |e| lcs($of(e)?)?.location_type,
                "LocationEstimateType: 0 current, 1 current or last known, 3 activate deferred (TS 29.002 §17.7.13).";
            concat!($prefix, ".lcs.client_type"), Int = |e| lcs($of(e)?)?.client_type,
                "LCSClientType: 0 emergency, 1 value added, 2 operator, 3 lawful interception (TS 29.002 §17.7.13).";
            concat!($prefix, ".lcs.privacy_override"), Bool = |e| lcs($of(e)?).map(|lcs| lcs.privacy_override),
                "The privacy of the subscriber is to be overridden (TS 29.002 §17.7.13).";
            concat!($prefix, ".lcs.periodic"), Bool = |e| lcs($of(e)?).map(|lcs| lcs.periodic),
                "Periodic reports are asked for (TS 29.002 §17.7.13).";
            concat!($prefix, ".lcs.area_event"), Bool = |e| lcs($of(e)?).map(|lcs| lcs.area_event),
                "A report on entering or leaving an area is asked for (TS 29.002 §17.7.13).";
            concat!($prefix, ".lcs.reference_number"), Int = |e| lcs($of(e)?)?.reference_number,
                "lcs-ReferenceNumber (TS 29.002 §17.7.13).";
            concat!($prefix, ".lcs.event"), Int = |e| lcs($of(e)?)?.event,
                "LCS-Event of a location report: 0 emergency call, 2 MO-LR, 3 deferred MT-LR (TS 29.002 §17.7.13).";
            concat!($prefix, ".sms.tp_oa"), Number = |e| address($of(e)?, Role::TpOa),
                "TP-Originating-Address (TS 23.040 §9.2.3.7).";
            concat!($prefix, ".sms.tp_da"), Number = |e| address($of(e)?, Role::TpDa),
                "TP-Destination-Address (TS 23.040 §9.2.3.8).";
            concat!($prefix, ".sms.tp_mti"), Int = |e| $of(e)?.sms.tp_mti,
                "TP-Message-Type-Indicator: 0 deliver, 1 submit, 2 status report or command (TS 23.040 §9.2.3.1).";
            concat!($prefix, ".sms.tp_pid"), Int = |e| $of(e)?.sms.tp_pid,
                "TP-Protocol-Identifier: 64 type 0, 127 (U)SIM data download (TS 23.040 §9.2.3.9).";
            concat!($prefix, ".sms.tp_dcs"), Int = |e| $of(e)?.sms.tp_dcs,
                "TP-Data-Coding-Scheme (TS 23.038 §4).";
            concat!($prefix, ".sms.tp_udl"), Int = |e| $of(e)?.sms.tp_udl,
                "TP-User-Data-Length in septets or octets (TS 23.040 §9.2.3.16).";
            concat!($prefix, ".sms.udh.present"), Bool = |e| header($of(e)?, Udh::PRESENT),
                "The user data begins with a header (TS 23.040 §9.2.3.24).";
            concat!($prefix, ".sms.udh.concatenated"), Bool = |e| header($of(e)?, Udh::CONCATENATED),
                "The header says that the message is part of a longer one (TS 23.040 §9.2.3.24.1).";
            concat!($prefix, ".sms.udh.port"), Bool = |e| header($of(e)?, Udh::PORT),
                "The header names an application port (TS 23.040 §9.2.3.24.3).";
            concat!($prefix, ".sms.udh.sim_toolkit"), Bool = |e| header($of(e)?, Udh::SIM_TOOLKIT),
                "The header is one of the (U)SIM toolkit (TS 23.048 §4).";
            concat!($prefix, ".sms.udh.message_waiting"), Bool = |e| header($of(e)?, Udh::MESSAGE_WAITING),
                "The header tells of waiting messages (TS 23.040 §9.2.3.24.2).";
            concat!($prefix, ".sms.udh.wcmp"), Bool = |e| header($of(e)?, Udh::WCMP),
                "The header is one of the wireless control message protocol (TS 23.040 §9.2.3.24.9).";
            concat!($prefix, ".sms.udh.other"), Bool = |e| header($of(e)?, Udh::OTHER),
                "The header has another element (TS 23.040 §9.2.3.24).";
            concat!($prefix, ".sms.delivery_not_intended"), Int = |e| $of(e)?.sms.delivery_not_intended,
                "sm-DeliveryNotIntended: 0 only the IMSI, 1 only MCC and MNC are wanted (TS 29.002 §17.7.6).";
            concat!($prefix, ".sms.priority"), Bool = |e| $of(e)?.sms.priority,
                "sm-RP-PRI: delivery is to be tried although the phone was absent (TS 29.002 §17.7.6).";
            concat!($prefix, ".sms.more_messages"), Bool = |e| sms($of(e)?).map(|sms| sms.more_messages),
                "More messages follow (TS 29.002 §17.7.6).";
            concat!($prefix, ".sms.delivery_outcome"), Int = |e| $of(e)?.sms.delivery_outcome,
                "sm-DeliveryOutcome: 0 memory exceeded, 1 absent, 2 delivered (TS 29.002 §17.7.6).";
            concat!($prefix, ".sms.from_subscriber"), Bool = |e| sms($of(e)?).map(|sms| sms.from_subscriber),
                "A subscriber rather than a service centre stands in SM-RP-OA or SM-RP-DA (TS 29.002 §17.7.6).";
            concat!($prefix, ".ussd.dcs"), Int = |e| $of(e)?.ussd_dcs,
                "USSD data coding scheme (TS 23.038 §5); the string is not kept.";
            concat!($prefix, ".ss_code"), Int = |e| $of(e)?.ss_code,
                "Supplementary service code, the first when there are several (TS 29.002 §17.7.5).";
            concat!($prefix, ".camel.service_key"), Int = |e| $of(e)?.camel.service_key,
                "serviceKey, the first when there are several (TS 29.002 §17.7.1).";
            concat!($prefix, ".camel.event_type"), Int = |e| $of(e)?.camel.event_type,
                "Event type of a call, short message or GPRS session (TS 29.078 §5.1).";
            concat!($prefix, ".camel.csi.o"), Bool = |e| csi($of(e)?, Csi::O),
                "O-CSI (TS 29.002 §17.7.1).";
            concat!($prefix, ".camel.csi.t"), Bool = |e| csi($of(e)?, Csi::T),
                "T-CSI or VT-CSI (TS 29.002 §17.7.1).";
            concat!($prefix, ".camel.csi.sms"), Bool = |e| csi($of(e)?, Csi::SMS),
                "MO-SMS-CSI (TS 29.002 §17.7.1).";
            concat!($prefix, ".camel.csi.mt_sms"), Bool = |e| csi($of(e)?, Csi::MT_SMS),
                "MT-SMS-CSI (TS 29.002 §17.7.1).";
            concat!($prefix, ".camel.csi.gprs"), Bool = |e| csi($of(e)?, Csi::GPRS),
                "GPRS-CSI (TS 29.002 §17.7.1).";
            concat!($prefix, ".camel.csi.m"), Bool = |e| csi($of(e)?, Csi::M),
                "M-CSI or MG-CSI (TS 29.002 §17.7.1).";
            concat!($prefix, ".camel.csi.ss"), Bool = |e| csi($of(e)?, Csi::SS),
                "SS-CSI (TS 29.002 §17.7.1).";
            concat!($prefix, ".camel.csi.tif"), Bool = |e| csi($of(e)?, Csi::TIF),
                "TIF-CSI (TS 29.002 §17.7.1).";
            concat!($prefix, ".camel.csi.u"), Bool = |e| csi($of(e)?, Csi::U),
                "U-CSI or UG-CSI (TS 29.002 §17.7.1).";
            concat!($prefix, ".camel.csi.d"), Bool = |e| csi($of(e)?, Csi::D),
                "D-CSI (TS 29.002 §17.7.1).";
            concat!($prefix, ".profile.msisdn"), Bool = |e| profile($of(e)?, Profile::MSISDN),
                "An MSISDN is written (TS 29.002 §17.7.1 InsertSubscriberDataArg).";
            concat!($prefix, ".profile.services"), Bool = |e| profile($of(e)?, Profile::SERVICES),
                "Teleservices or bearer services (TS 29.002 §17.7.1).";
            concat!($prefix, ".profile.forwarding"), Bool = |e| profile($of(e)?, Profile::FORWARDING),
                "Call forwarding (TS 29.002 §17.7.1).";
            concat!($prefix, ".profile.barring"), Bool = |e| profile($of(e)?, Profile::BARRING),
                "Call barring (TS 29.002 §17.7.1).";
            concat!($prefix, ".profile.odb"), Bool = |e| profile($of(e)?, Profile::ODB),
                "Operator determined barring (TS 29.002 §17.7.1).";
            concat!($prefix, ".profile.packet"), Bool = |e| profile($of(e)?, Profile::PACKET),
                "GPRS or EPS subscription (TS 29.002 §17.7.1).";
            concat!($prefix, ".profile.lcs"), Bool = |e| profile($of(e)?, Profile::LCS),
                "Location services: privacy exceptions, list of GMLCs (TS 29.002 §17.7.1).";
            concat!($prefix, ".profile.charging"), Bool = |e| profile($of(e)?, Profile::CHARGING),
                "Charging characteristics (TS 29.002 §17.7.1).";
            concat!($prefix, ".profile.roaming_restriction"), Bool =
                |e| profile($of(e)?, Profile::ROAMING_RESTRICTION),
                "Roaming restriction (TS 29.002 §17.7.1).";
            concat!($prefix, ".profile.ip_sm_gw"), Bool = |e| profile($of(e)?, Profile::IP_SM_GW),
                "Registration with an IP short message gateway (TS 29.002 §17.7.1).";
            concat!($prefix, ".profile.csi"), Bool = |e| profile($of(e)?, Profile::CSI),
                "CAMEL subscription information is modified or withdrawn (TS 29.002 §17.7.1).";
            concat!($prefix, ".profile.all"), Bool = |e| profile($of(e)?, Profile::ALL),
                "All subscription data is withdrawn (TS 29.002 §17.7.1).";
            concat!($prefix, ".profile.resync"), Bool = |e| profile($of(e)?, Profile::RESYNC),
                "Re-synchronisation information (TS 29.002 §17.7.1).";
            concat!($prefix, ".profile.freeze"), Bool = |e| profile($of(e)?, Profile::FREEZE),
                "freezeTMSI or freezeP-TMSI (TS 29.002 §17.7.1).";
            concat!($prefix, ".cancellation_type"), Int = |e| $of(e)?.cancellation_type,
                "CancellationType: 0 update, 1 subscription withdrawn, 2 initial attach (TS 29.002 §17.7.1).";
            concat!($prefix, ".subscriber_status"), Int = |e| $of(e)?.subscriber_status,
                "SubscriberStatus: 0 service granted, 1 operator determined barring (TS 29.002 §17.7.1).";
            concat!($prefix, ".vectors_requested"), Int = |e| $of(e)?.vectors_requested,
                "Authentication vectors asked for (TS 29.002 §17.7.1).";
            concat!($prefix, ".vectors"), Int = |e| Some($of(e)?.vectors).filter(|&vectors| vectors > 0),
                "Authentication vectors given (TS 29.002 §17.7.1).";
            concat!($prefix, ".requesting_node_type"), Int = |e| $of(e)?.requesting_node_type,
                "RequestingNodeType: 0 VLR, 1 SGSN, 2 S-CSCF, 16 MME (TS 29.002 §17.7.1).";
            concat!($prefix, ".requesting_plmn"), Number = |e| $of(e)?.requesting_plmn.map(Number::code),
                "MCC and MNC of the network that asks or serves (TS 29.002 §17.7.8).";
            concat!($prefix, ".extension"), Bool = |e| $of(e)?.extension.then_some(true),
                "A private extension or extension container is there (TS 29.002 §17.7.11).";
            concat!($prefix, ".cause"), Int = |e| $of(e)?.cause,
                "Cause or reason, where the operation has one.";
        }
    };
}

/// Arguments of MAP invokes.
pub(super) static MAP_ARGUMENT: &[Row] = parameters!("map.argument", map_argument);

/// Results of MAP operations.
pub(super) static MAP_RESULT: &[Row] = parameters!("map.result", map_result);

/// Arguments of CAP invokes.
pub(super) static CAP_ARGUMENT: &[Row] = parameters!("cap.argument", cap_argument);

/// What the request asked for that an event answers.
pub(super) static REQUEST: &[Row] = rows! {
    "request.requested.location", Bool = |e| was_asked(e, Requested::LOCATION),
        "The request asked for location information.";
    "request.requested.current_location", Bool = |e| was_asked(e, Requested::CURRENT_LOCATION),
        "The request asked for paging.";
    "request.requested.state", Bool = |e| was_asked(e, Requested::STATE),
        "The request asked for the state of the subscriber.";
    "request.requested.imei", Bool = |e| was_asked(e, Requested::IMEI),
        "The request asked for the IMEI.";
    "request.requested.classmark", Bool = |e| was_asked(e, Requested::CLASSMARK),
        "The request asked for the classmark.";
    "request.requested.mnp", Bool = |e| was_asked(e, Requested::MNP),
        "The request asked for portability.";
    "request.requested.eps", Bool = |e| was_asked(e, Requested::EPS),
        "The request asked for the EPS location.";
    "request.requested.t_ads", Bool = |e| was_asked(e, Requested::T_ADS),
        "The request asked for terminating access domain data.";
    "request.requested.csi", Bool = |e| was_asked(e, Requested::CSI),
        "The request asked for CAMEL subscription information.";
    "request.requested.ss_data", Bool = |e| was_asked(e, Requested::SS_DATA),
        "The request asked for supplementary service data.";
    "request.requested.serving_node", Bool = |e| was_asked(e, Requested::SERVING_NODE),
        "The request asked for the serving node.";
};

fn map_argument(e: &SigEvent) -> Option<&Parameters> {
    of(e, Protocol::Map, is_invoke)
}

fn map_result(e: &SigEvent) -> Option<&Parameters> {
    of(e, Protocol::Map, is_result)
}

fn cap_argument(e: &SigEvent) -> Option<&Parameters> {
    of(e, Protocol::Cap, is_invoke)
}

fn of(e: &SigEvent, protocol: Protocol, wanted: fn(ComponentType) -> bool) -> Option<&Parameters> {
    let kind = e.tcap.as_ref()?.component.as_ref()?.kind?;
    (e.operation.as_ref()?.protocol == protocol && wanted(kind)).then_some(&e.parameters)
}

const fn is_invoke(kind: ComponentType) -> bool {
    matches!(kind, ComponentType::Invoke)
}

const fn is_result(kind: ComponentType) -> bool {
    matches!(kind, ComponentType::ReturnResultLast | ComponentType::ReturnResultNotLast)
}

fn imsi(digits: Option<Digits>) -> Option<Number> {
    digits.map(|digits| Number::subscriber(digits, Numbering::Imsi))
}

fn e164(digits: Option<Digits>) -> Option<Number> {
    digits.map(|digits| Number::subscriber(digits, Numbering::E164))
}

fn imei(digits: Option<Digits>) -> Option<Number> {
    digits.map(|digits| Number::subscriber(digits, Numbering::Imei))
}

fn tmsi(tmsi: Option<u32>) -> Option<Number> {
    let mut digits = Digits::EMPTY;
    for octet in tmsi?.to_be_bytes() {
        digits.push(octet >> 4);
        digits.push(octet & 15);
    }
    Some(Number::subscriber(digits, Numbering::Opaque))
}

fn address(parameters: &Parameters, role: Role) -> Option<Number> {
    parameters.addresses.get(role).map(Number::address)
}

fn count(parameters: &Parameters) -> Option<usize> {
    (!parameters.addresses.is_empty()).then(|| parameters.addresses.iter().count())
}

fn asked(parameters: &Parameters, what: Requested) -> Option<bool> {
    let requested = parameters.requested;
    (!requested.is_empty()).then(|| requested.contains(what))
}

fn was_asked(e: &SigEvent, what: Requested) -> Option<bool> {
    let requested = e.dialogue.request.as_ref()?.requested;
    (!requested.is_empty()).then(|| requested.contains(what))
}

fn lcs(parameters: &Parameters) -> Option<&Lcs> {
    (parameters.lcs != Lcs::default()).then_some(&parameters.lcs)
}

fn sms(parameters: &Parameters) -> Option<&Sms> {
    (parameters.sms != Sms::default()).then_some(&parameters.sms)
}

fn header(parameters: &Parameters, kind: Udh) -> Option<bool> {
    let header = parameters.sms.udh;
    (!header.is_empty()).then(|| header.contains(kind))
}

fn csi(parameters: &Parameters, element: Csi) -> Option<bool> {
    let Camel { csi, .. } = parameters.camel;
    (!csi.is_empty()).then(|| csi.contains(element))
}

fn profile(parameters: &Parameters, fact: Profile) -> Option<bool> {
    let profile = parameters.profile;
    (!profile.is_empty()).then(|| profile.contains(fact))
}
