//! Vectors written by hand, and what they say, as snapshots with the notes they earn.
//!
//! The first line of a vector names the operation, the version and the part: `sendIMSI v2 result`,
//! or the error: `error 6 parameter`.

use std::{fmt::Write, path::Path};

use insta::{assert_snapshot, glob};
use picket_dissectors::{
    Notes,
    map::{
        Parameters, error, opcode,
        parameters::{Csi, Gifts, Profile, Requested, Udh},
    },
    sms::{self, Direction},
};

use crate::common::{Part, read};

fn vector(path: &Path) -> (String, Vec<u8>) {
    let text = std::fs::read_to_string(path).unwrap();
    let octets = text
        .lines()
        .flat_map(|line| line.split('#').next().unwrap().split_whitespace())
        .map(|octet| u8::from_str_radix(octet, 16).unwrap())
        .collect();
    let title = text.trim_start_matches("# ").split('.').next().unwrap();
    (title.to_owned(), octets)
}

#[test]
fn map() {
    glob!("../../vectors/map", "*.hex", |path| {
        let (title, octets) = vector(path);
        let words: Vec<&str> = title.split(' ').collect();
        let number = |text: &str| text.trim_start_matches('v').parse::<u8>().unwrap();
        let (part, code, version, name) = match words[..] {
            ["error", code, "parameter"] => {
                (Part::Error, number(code), 3, error::name(number(code)).unwrap())
            }
            [name, version, part] => {
                let operation = opcode::by_name(name).unwrap();
                let version = number(version);
                let part = match part {
                    "argument" => Part::Argument,
                    "result" => Part::Result,
                    other => panic!("{other}"),
                };
                (part, operation.code, version, operation.name(version))
            }
            _ => panic!("{title}"),
        };
        let (outcome, out, notes) = read(part, code, version, &octets);
        let outcome = outcome.map_or_else(|error| error.to_string(), |()| "whole".to_owned());
        assert_snapshot!(format!("{name} v{version} {part:?}: {outcome}\n{}", told(&out, &notes)));
    });
}

#[test]
fn sms() {
    glob!("../../vectors/sms", "*.hex", |path| {
        let (title, octets) = vector(path);
        let direction = match title.split(' ').next().unwrap() {
            "to-phone" => Direction::ToPhone,
            "from-phone" => Direction::FromPhone,
            other => panic!("{other}"),
        };
        let mut notes = Notes::default();
        let header = sms::header(&octets, direction, &mut notes);
        let mut text = format!("{header:#?}\n");
        list(&mut text, &notes);
        assert_snapshot!(text);
    });
}

fn list(text: &mut String, notes: &Notes) {
    for note in notes.iter() {
        writeln!(text, "note {note}").unwrap();
    }
}

macro_rules! lines {
    ($text:ident: $($name:literal $value:expr,)*) => {
        $(if let Some(value) = $value { writeln!($text, "{} {value}", $name).unwrap(); })*
    };
}

macro_rules! names {
    ($text:ident: $value:expr; $kind:ident: $($flag:ident)*) => {
        $(if $value.contains($kind::$flag) {
            writeln!($text, "{} {}", stringify!($kind), stringify!($flag)).unwrap();
        })*
    };
}

fn told(out: &Parameters, notes: &Notes) -> String {
    let mut text = String::new();
    let yes = |value: bool| value.then_some("yes");
    lines!(text:
        "imsi" out.imsi,
        "other imsi" out.other_imsi,
        "msisdn" out.msisdn,
        "imei" out.imei,
        "tmsi" out.tmsi,
        "lmsi" yes(out.lmsi),
        "key unreadable" yes(out.key_unreadable),
    );
    for address in out.addresses.iter() {
        let (role, nature, plan) = (address.role, address.nature, address.plan);
        writeln!(text, "{role:?} {} nature {nature} plan {plan}", address.digits).unwrap();
    }
    names!(text: out.requested; Requested: LOCATION CURRENT_LOCATION STATE IMEI CLASSMARK MNP EPS
        T_ADS CSI SS_DATA SERVING_NODE);
    names!(text: out.given.kinds; Gifts: IDENTITY SERVING_NODE LOCATION KEYS IMEI STATE PROFILE MSRN);
    names!(text: out.profile; Profile: MSISDN SERVICES FORWARDING BARRING ODB PACKET LCS CHARGING
        ROAMING_RESTRICTION IP_SM_GW CSI ALL RESYNC FREEZE);
    names!(text: out.camel.csi; Csi: O T SMS MT_SMS GPRS M SS TIF U D);
    names!(text: out.sms.udh; Udh: PRESENT CONCATENATED PORT SIM_TOOLKIT MESSAGE_WAITING WCMP OTHER);
    lines!(text:
        "precision" (!out.given.kinds.is_empty()).then(|| format!("{:?}", out.given.precision)),
        "age" out.given.age_minutes,
        "paged" yes(out.given.paged),
        "location type" out.lcs.location_type,
        "client type" out.lcs.client_type,
        "privacy override" yes(out.lcs.privacy_override),
        "periodic" yes(out.lcs.periodic),
        "area event" yes(out.lcs.area_event),
        "reference" out.lcs.reference_number,
        "event" out.lcs.event,
        "tp-mti" out.sms.tp_mti,
        "tp-pid" out.sms.tp_pid,
        "tp-dcs" out.sms.tp_dcs,
        "tp-udl" out.sms.tp_udl,
        "not intended" out.sms.delivery_not_intended,
        "priority" out.sms.priority,
        "more messages" yes(out.sms.more_messages),
        "outcome" out.sms.delivery_outcome,
        "from subscriber" yes(out.sms.from_subscriber),
        "ussd dcs" out.ussd_dcs,
        "ss code" out.ss_code,
        "service key" out.camel.service_key,
        "camel event" out.camel.event_type,
        "cancellation" out.cancellation_type,
        "status" out.subscriber_status,
        "vectors requested" out.vectors_requested,
        "node type" out.requesting_node_type,
        "plmn" out.requesting_plmn,
        "vectors" (out.vectors > 0).then_some(out.vectors),
        "extension" yes(out.extension),
        "cause" out.cause,
    );
    list(&mut text, notes);
    text
}
