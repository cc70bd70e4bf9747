//! Arguments of CAP operations (TS 29.078 §6.1, §7.1, §8.1), for synthesis and tests.

use super::ber::Tlv;
use crate::digits::Digits;

/// Nature of address as ISUP codes it (Q.763 §3.9).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Nature {
    /// Subscriber number.
    Subscriber = 1,
    /// Unknown.
    Unknown = 2,
    /// National number.
    National = 3,
    /// International number.
    International = 4,
}

/// initialDP: a call that stops for instructions. What is `None` is left out.
#[derive(Clone, Copy, Debug, Default)]
pub struct InitialDp {
    /// serviceKey.
    pub service_key: u32,
    /// calledPartyNumber, international.
    pub called: Option<Digits>,
    /// callingPartyNumber, international.
    pub calling: Option<Digits>,
    /// calledPartyBCDNumber, as dialled, unknown nature.
    pub dialled: Option<Digits>,
    /// eventTypeBCSM.
    pub event: Option<i64>,
    /// iMSI.
    pub imsi: Option<Digits>,
    /// mscAddress, international.
    pub msc: Option<Digits>,
    /// vlr-Number in the location information, international.
    pub vlr: Option<Digits>,
    /// A cell identity of seven octets in the location information.
    pub cell: bool,
    /// ageOfLocationInformation in minutes.
    pub age: Option<u16>,
    /// gmscAddress in the extension (CAP 3 and 4), international.
    pub gmsc: Option<Digits>,
    /// iMEI in the extension (CAP 3 and 4).
    pub imei: Option<Digits>,
}

impl InitialDp {
    /// Returns the argument.
    #[must_use]
    pub fn tlv(&self) -> Tlv {
        let isup = |number, digits| context(number, isup_number(Nature::International, digits));
        let called = self.called.map(|digits| isup(2, digits));
        let calling = self.calling.map(|digits| isup(3, digits));
        let event = self.event.map(|event| Tlv::integer(0x80, event).number(28));
        let imsi = self.imsi.map(|digits| context(50, tbcd(digits)));
        let msc = self.msc.map(|digits| context(55, address(INTERNATIONAL, digits)));
        let dialled = self.dialled.map(|digits| context(56, address(DIALLED, digits)));
        let members = [Tlv::integer(0x80, self.service_key.into())];
        Tlv::constructed(
            0x30,
            members
                .into_iter()
                .chain(called)
                .chain(calling)
                .chain(event)
                .chain(imsi)
                .chain(self.location())
                .chain(msc)
                .chain(dialled)
                .chain(self.extension()),
        )
    }

    fn location(&self) -> Option<Tlv> {
        let age = self.age.map(|age| Tlv::integer(0x02, age.into()));
        let vlr = self.vlr.map(|digits| context(1, address(INTERNATIONAL, digits)));
        let cell = Tlv::constructed(0xa3, [context(0, CELL.to_vec())]);
        let cell = self.cell.then_some(cell);
        let members: Vec<Tlv> = age.into_iter().chain(vlr).chain(cell).collect();
        (!members.is_empty()).then(|| Tlv::constructed(0xa0, members).number(52))
    }

    fn extension(&self) -> Option<Tlv> {
        let gmsc = self.gmsc.map(|digits| context(0, address(INTERNATIONAL, digits)));
        let imei = self.imei.map(|digits| context(3, tbcd(digits)));
        let members: Vec<Tlv> = gmsc.into_iter().chain(imei).collect();
        (!members.is_empty()).then(|| Tlv::constructed(0xa0, members).number(59))
    }
}

/// Makes the argument of connect: the call goes on to `destination`.
#[must_use]
pub fn connect(destination: Digits) -> Tlv {
    Tlv::constructed(0x30, [destination_routing_address(destination)])
}

/// Makes the argument of initiateCallAttempt: the switch calls `destination` as `calling`, for the
/// gsmSCF at `scf`.
#[must_use]
pub fn initiate_call_attempt(destination: Digits, calling: Digits, scf: Digits) -> Tlv {
    let calling = context(30, isup_number(Nature::International, calling));
    let scf = context(52, address(INTERNATIONAL, scf));
    Tlv::constructed(0x30, [destination_routing_address(destination), calling, scf])
}

/// Makes the argument of initialDPSMS.
#[must_use]
pub fn initial_dp_sms(service_key: u32, imsi: Digits, from: Digits, to: Digits, sc: Digits) -> Tlv {
    Tlv::constructed(
        0x30,
        [
            Tlv::integer(0x80, service_key.into()),
            context(1, address(INTERNATIONAL, to)),
            context(2, address(INTERNATIONAL, from)),
            Tlv::integer(0x83, SMS_COLLECTED),
            context(4, tbcd(imsi)),
            context(7, address(INTERNATIONAL, sc)),
        ],
    )
}

/// Makes the argument of connectSMS: another originator, destination or service centre.
#[must_use]
pub fn connect_sms(from: Option<Digits>, to: Option<Digits>, sc: Option<Digits>) -> Tlv {
    let members = [(0, from), (1, to), (2, sc)];
    Tlv::constructed(
        0x30,
        members.into_iter().filter_map(|(number, digits)| {
            digits.map(|digits| context(number, address(INTERNATIONAL, digits)))
        }),
    )
}

/// Makes the argument of initialDPGPRS.
#[must_use]
pub fn initial_dp_gprs(service_key: u32, event: i64, msisdn: Digits, imsi: Digits) -> Tlv {
    Tlv::constructed(
        0x30,
        [
            Tlv::integer(0x80, service_key.into()),
            Tlv::integer(0x81, event),
            context(2, address(INTERNATIONAL, msisdn)),
            context(3, tbcd(imsi)),
        ],
    )
}

/// Makes the argument of requestReportBCSMEvent for the leg that called.
#[must_use]
pub fn request_report(events: &[i64]) -> Tlv {
    let events = events.iter().map(|&event| {
        let leg = Tlv::constructed(0xa2, [Tlv::primitive(0x80, [1])]);
        Tlv::constructed(0x30, [Tlv::integer(0x80, event), Tlv::integer(0x81, 1), leg])
    });
    Tlv::constructed(0x30, [Tlv::constructed(0xa0, events)])
}

/// Makes the argument of eventReportBCSM without anything specific to the event.
#[must_use]
pub fn event_report(event: i64) -> Tlv {
    let leg = Tlv::constructed(0xa3, [Tlv::primitive(0x81, [1])]);
    let misc = Tlv::constructed(0xa4, [Tlv::integer(0x80, 1)]);
    Tlv::constructed(0x30, [Tlv::integer(0x80, event), leg, misc])
}

/// Makes the argument of releaseCall.
#[must_use]
pub fn release_call(cause: u8) -> Tlv {
    Tlv::primitive(0x04, [0x84, 0x80 | cause])
}

/// Makes a called or calling party number (Q.763 §3.9, §3.10), numbering plan E.164.
#[must_use]
pub fn isup_number(nature: Nature, digits: Digits) -> Vec<u8> {
    let odd = if digits.len() % 2 == 1 { 0x80 } else { 0 };
    let mut out = vec![odd | nature as u8, 0x10];
    out.extend(packed(digits, 0));
    out
}

fn destination_routing_address(destination: Digits) -> Tlv {
    let number = isup_number(Nature::International, destination);
    Tlv::constructed(0xa0, [Tlv::primitive(0x04, number)])
}

fn context(number: u32, content: Vec<u8>) -> Tlv {
    Tlv::primitive(0x80, content).number(number)
}

fn address(numbering: u8, digits: Digits) -> Vec<u8> {
    let mut out = vec![numbering];
    out.extend(tbcd(digits));
    out
}

fn tbcd(digits: Digits) -> Vec<u8> {
    packed(digits, 15)
}

fn packed(digits: Digits, filler: u8) -> Vec<u8> {
    let digits: Vec<u8> = digits.iter().collect();
    let octet = |pair: &[u8]| match pair {
        [low, high] => high << 4 | low,
        [low] => filler << 4 | low,
        _ => 0,
    };
    digits.chunks(2).map(octet).collect()
}

/// Extension bit, international, E.164.
const INTERNATIONAL: u8 = 0x91;
/// Extension bit, unknown nature, E.164.
const DIALLED: u8 = 0x81;
const SMS_COLLECTED: i64 = 1;
/// MCC 001, MNC 01 and an area and cell of no place.
const CELL: [u8; 7] = [0x00, 0xf1, 0x10, 0, 1, 0, 1];
