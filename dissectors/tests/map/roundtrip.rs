//! What is emitted is read back, without a note.

use picket_dissectors::map::{
    opcode,
    opcode::Key,
    parameters::{Csi, Gifts, Precision, Profile, Requested, Role, Udh},
};

use crate::common::{Part, digits, imsi, msisdn, node, read, samples};

#[test]
fn every_sample_reads_without_a_note() {
    for (part, code, version, tlv) in samples() {
        let octets = tlv.encode();
        let (outcome, _, notes) = read(part, code, version, &octets);
        assert_eq!(outcome, Ok(()), "{part:?} {code} v{version} {octets:02x?}");
        let names: Vec<_> = notes.iter().map(|note| note.id()).collect();
        // The binary short message is one to the SIM, and is noted as such.
        let want: &[&str] =
            if code == 46 && octets.contains(&0x7f) { &["sms.sim_data"] } else { &[] };
        assert_eq!(names, want, "{part:?} {code} v{version} {octets:02x?}");
    }
}

#[test]
fn every_argument_gives_the_key_its_operation_requires() {
    for (part, code, version, tlv) in samples() {
        if part != Part::Argument {
            continue;
        }
        let (_, out, _) = read(part, code, version, &tlv.encode());
        let operation = opcode::find(code).unwrap();
        let found = match operation.key {
            Key::Imsi | Key::ImsiOrDialogue | Key::ImsiOrReference => out.imsi == Some(imsi()),
            Key::Msisdn => out.msisdn == Some(msisdn()),
            Key::Either => out.imsi == Some(imsi()) || out.msisdn == Some(msisdn()),
            Key::Tmsi => out.tmsi == Some(0x0102_0304),
            Key::None | Key::Reference => true,
        };
        assert!(found, "{} v{version}", operation.name(version));
        assert!(!out.key_unreadable, "{}", operation.name(version));
    }
}

#[test]
fn addresses_come_with_their_roles() {
    for (part, code, version, tlv) in samples() {
        let want: &[(Role, u8)] = match (part, code) {
            (Part::Argument, 2) => &[(Role::Msc, 1), (Role::Vlr, 2)],
            (Part::Argument, 4) => &[(Role::Msc, 1), (Role::Gmsc, 2)],
            (Part::Argument, 23) => &[(Role::Sgsn, 3)],
            (Part::Argument, 37) | (Part::Result, 2 | 57) => &[(Role::Hlr, 5)],
            (Part::Argument, 45 | 47 | 64) => &[(Role::ServiceCentre, 1)],
            (Part::Argument, 62 | 71) => &[(Role::GsmScf, 1)],
            (Part::Argument, 83) => &[(Role::Gmlc, 1)],
            (Part::Argument, 85) => &[(Role::Gmlc, 1)],
            (Part::Argument, 50) => &[(Role::Omc, 1)],
            (Part::Result, 85) => &[(Role::Msc, 1)],
            (Part::Result, 70 | 71) => &[(Role::LocatedAt, 2), (Role::LocatedAt, 1)],
            _ => continue,
        };
        let (_, out, _) = read(part, code, version, &tlv.encode());
        let found: Vec<_> =
            out.addresses.iter().map(|a| (a.role, a.nature, a.plan, a.digits)).collect();
        let want: Vec<_> = want.iter().map(|&(role, n)| (role, 1, 1, node(n))).collect();
        assert_eq!(&found[..want.len()], want, "{part:?} {code} v{version}");
    }
}

#[test]
fn a_profile_says_what_it_writes_and_where_it_sends() {
    let (_, out, _) = read(Part::Argument, 7, 3, &crate::common::profile().tlv().encode());
    for part in [
        Profile::MSISDN,
        Profile::SERVICES,
        Profile::FORWARDING,
        Profile::ODB,
        Profile::LCS,
        Profile::CSI,
        Profile::CHARGING,
    ] {
        assert!(out.profile.contains(part), "{part:?}");
    }
    for csi in [Csi::O, Csi::M, Csi::SMS, Csi::T, Csi::GPRS] {
        assert!(out.camel.csi.contains(csi), "{csi:?}");
    }
    let scf: Vec<_> =
        out.addresses.iter().filter(|a| a.role == Role::GsmScf).map(|a| a.digits).collect();
    assert_eq!(scf, [3, 4, 5, 6, 8].map(node));
    assert_eq!(out.addresses.get(Role::ForwardedTo).unwrap().digits, digits("15550199"));
    assert_eq!(out.addresses.get(Role::Gmlc).unwrap().digits, node(7));
    assert_eq!((out.camel.service_key, out.subscriber_status), (Some(1), Some(0)));
}

#[test]
fn a_location_request_says_how_far_it_goes() {
    let (_, out, _) = read(Part::Argument, 83, 3, &crate::common::psl().tlv().encode());
    assert_eq!(out.lcs.location_type, Some(3));
    assert_eq!(out.lcs.client_type, Some(3));
    assert_eq!(out.lcs.reference_number, Some(9));
    assert!(out.lcs.privacy_override && out.lcs.area_event && out.lcs.periodic);
    assert_eq!(out.addresses.get(Role::LcsClient).unwrap().digits, digits("15550177"));
}

#[test]
fn answers_give_away_what_they_hold() {
    for (part, code, version, tlv) in samples() {
        let want = match (part, code) {
            (Part::Result, 45 | 85) => [Gifts::IDENTITY, Gifts::SERVING_NODE],
            (Part::Result, 55) => [Gifts::IDENTITY, Gifts::KEYS],
            (Part::Result, 9 | 56) => [Gifts::KEYS; 2],
            (Part::Result, 58) => [Gifts::IDENTITY; 2],
            (Part::Result, 70 | 71) => [Gifts::LOCATION, Gifts::STATE],
            (Part::Result, 83) | (Part::Argument, 86) => [Gifts::LOCATION; 2],
            (Part::Result, 4) => [Gifts::MSRN; 2],
            (Part::Result, 14 | 62) => [Gifts::PROFILE; 2],
            (Part::Result, 24) => [Gifts::SERVING_NODE; 2],
            (Part::Argument, 68) => [Gifts::KEYS; 2],
            _ => continue,
        };
        let (_, out, _) = read(part, code, version, &tlv.encode());
        for gift in want {
            assert!(out.given.kinds.contains(gift), "{part:?} {code} v{version} {gift:?}");
        }
        let precision = match code {
            70 | 71 => Precision::Cell,
            83 | 86 => Precision::Coordinates,
            _ => Precision::None,
        };
        assert_eq!(out.given.precision, precision, "{code}");
        assert_eq!(out.given.paged, matches!(code, 70 | 71), "{code}");
        assert_eq!(
            out.given.age_minutes,
            match code {
                70 | 71 => Some(3),
                83 => Some(0),
                _ => None,
            }
        );
    }
}

#[test]
fn the_rest_of_what_is_kept() {
    for (part, code, version, tlv) in samples() {
        let (_, out, _) = read(part, code, version, &tlv.encode());
        match (part, code, version) {
            (Part::Argument, 3, 3) => assert_eq!(out.cancellation_type, Some(1)),
            (Part::Argument, 10 | 12 | 14 | 17, _) => assert_eq!(out.ss_code, Some(0x21)),
            (Part::Argument, 56, 3) => {
                assert_eq!(out.vectors_requested, Some(5));
                assert_eq!(out.requesting_node_type, Some(1));
                assert_eq!(out.requesting_plmn, Some(digits("99901")));
                assert!(out.profile.contains(Profile::RESYNC));
            }
            (Part::Argument, 45, _) => {
                assert_eq!(out.sms.priority, Some(true));
                assert_eq!(out.sms.delivery_not_intended, Some(0));
            }
            (Part::Argument, 44, _) => {
                assert!(out.sms.more_messages);
                assert_eq!((out.sms.tp_mti, out.sms.tp_udl), (Some(0), Some(1)));
                assert_eq!(out.addresses.get(Role::TpOa).unwrap().digits, digits("15550123"));
            }
            (Part::Argument, 46, 3) => {
                assert!(out.sms.from_subscriber);
                assert_eq!(out.addresses.get(Role::TpDa).unwrap().digits, digits("15550123"));
                assert_eq!((out.imsi, out.msisdn), (Some(imsi()), Some(msisdn())));
            }
            (Part::Argument, 46, 2) if out.sms.tp_pid == Some(0x7f) => {
                assert_eq!(out.addresses.get(Role::TpOa).unwrap().nature, 5);
                assert!(out.sms.udh.contains(Udh::SIM_TOOLKIT));
            }
            (Part::Argument, 47, _) => assert_eq!(out.sms.delivery_outcome, Some(1)),
            (Part::Argument, 59, _) => assert_eq!(out.ussd_dcs, Some(15)),
            (Part::Argument, 65, _) => {
                let forwards = out.addresses.get(Role::ForwardedTo).is_some();
                let part = if forwards { Profile::FORWARDING } else { Profile::IP_SM_GW };
                assert!(out.profile.contains(part));
            }
            (Part::Argument, 70 | 71, _) => {
                for asked in [Requested::LOCATION, Requested::STATE, Requested::CURRENT_LOCATION] {
                    assert!(out.requested.contains(asked));
                }
                assert!(!out.requested.contains(Requested::IMEI));
            }
            (Part::Result, 56, 2) => assert_eq!(out.vectors, 5),
            (Part::Result, 55, _) => assert_eq!((out.vectors, out.imsi), (2, Some(imsi()))),
            (Part::Result, 45, 2) => {
                assert_eq!(out.addresses.get(Role::Sgsn).unwrap().digits, node(3));
            }
            (Part::Error, 1 | 6 | 34, _) => assert_eq!(out.cause, Some(1)),
            _ => {}
        }
    }
}
