//! Octets for each argument of CAP that is read, made from the tables that read it.
//!
//! Every member stands in a sample once, with a value of its kind, so that reading the sample shows
//! what is kept of the argument. A choice gives one sample for each alternative.

use super::{
    member::{Member, Members, Syntax},
    syntax,
};
use crate::emit::ber::Tlv;

/// Returns samples of an operation's argument in a version; none when nothing of it is kept.
#[must_use]
pub fn samples(op_code: i64, version: u8) -> Vec<Vec<u8>> {
    let written: Vec<Tlv> = match syntax(op_code, version) {
        None | Some(Syntax::Nothing) => Vec::new(),
        Some(Syntax::Sequence(table)) => vec![Tlv::constructed(SEQUENCE, members(table))],
        Some(Syntax::Choice(table)) => members(table),
        Some(Syntax::Cause) => {
            let choice = Tlv::constructed(0xa2, [Tlv::primitive(0x80, CAUSE)]);
            vec![Tlv::primitive(OCTET_STRING, CAUSE), choice]
        }
        Some(Syntax::RpCause) => vec![Tlv::primitive(OCTET_STRING, [0x15])],
    };
    written.iter().map(Tlv::encode).collect()
}

fn members(table: Members) -> Vec<Tlv> {
    table.iter().map(|(number, member)| element(*number, *member)).collect()
}

fn element(number: u32, member: Member) -> Tlv {
    let leaf = |octets: &[u8]| Tlv::primitive(0x80, octets).number(number);
    let branch = |elements: Vec<Tlv>| Tlv::constructed(0xa0, elements).number(number);
    let isup = Tlv::primitive(OCTET_STRING, ISUP);
    let generic = [&[0x06], &ISUP[..]].concat();
    let gprs = || {
        vec![Tlv::primitive(0x81, AREA), Tlv::primitive(0x83, NUMBER), Tlv::primitive(0x89, [0x05])]
    };
    match member {
        Member::ServiceKey | Member::Event | Member::SmallCause => leaf(&[0x01]),
        Member::TpShort | Member::TpPid | Member::TpDcs => leaf(&[0x00]),
        Member::Imsi | Member::Imei => leaf(&IDENTITY),
        Member::Msisdn | Member::Address(_) => leaf(&NUMBER),
        Member::Isup(_) | Member::LocationNumber => leaf(&ISUP),
        Member::Generic(_) => leaf(&generic),
        Member::IsupList(_) => branch(vec![isup]),
        Member::GenericList(_) => branch(vec![Tlv::primitive(OCTET_STRING, generic)]),
        Member::Cause => leaf(&CAUSE),
        Member::Node => leaf(&NODE),
        Member::Area => leaf(&AREA),
        Member::Location => branch(vec![
            Tlv::integer(0x02, 5),
            Tlv::primitive(0x81, NUMBER),
            Tlv::constructed(0xa3, [Tlv::primitive(0x80, [0x00, 0xf1, 0x10, 0, 1, 0, 1])]),
        ]),
        Member::LocationGprs => branch(gprs()),
        Member::GprsEvent => branch(vec![Tlv::constructed(0xa0, [Tlv::constructed(0xa1, gprs())])]),
        Member::State => branch(vec![Tlv::null(0x80)]),
        Member::Gap => branch(vec![Tlv::primitive(0x80, generic)]),
        Member::Extension => branch(Vec::new()),
        Member::In(table) => branch(members(table)),
        Member::Each(table) => branch(vec![Tlv::constructed(SEQUENCE, members(table))]),
    }
}

/// 001011234567890, an IMSI of the test network.
const IDENTITY: [u8; 8] = [0x00, 0x01, 0x11, 0x32, 0x54, 0x76, 0x98, 0xf0];
/// +1 555 0100.
const NUMBER: [u8; 5] = [0x91, 0x51, 0x55, 0x10, 0x00];
/// The same as ISUP writes it.
const ISUP: [u8; 6] = [0x04, 0x10, 0x51, 0x55, 0x10, 0x00];
/// Normal call clearing (Q.850).
const CAUSE: [u8; 2] = [0x80, 0x90];
/// GSN-Address of 192.0.2.1 (TS 23.003 §5.1).
const NODE: [u8; 5] = [0x04, 192, 0, 2, 1];
/// A routeing area of the test network.
const AREA: [u8; 6] = [0x00, 0xf1, 0x10, 0, 1, 1];
const OCTET_STRING: u8 = 0x04;
const SEQUENCE: u8 = 0x30;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ber::Elements,
        cap::{self, opcode},
        map::Parameters,
        notes::Notes,
    };

    #[test]
    fn every_sample_is_read_to_its_end_without_a_note() {
        for operation in opcode::all() {
            for version in 1..=4 {
                for sample in samples(operation.code.into(), version) {
                    let (mut out, mut notes) = (Parameters::default(), Notes::default());
                    let element = Elements::new(&sample).next_or_cut(&mut notes).unwrap();
                    let read = cap::argument(
                        operation.code.into(),
                        version,
                        &element,
                        &mut out,
                        &mut notes,
                    );
                    assert_eq!(read, Ok(()), "{} {sample:02x?}", operation.name);
                    assert!(notes.is_empty(), "{} {notes:?} {sample:02x?}", operation.name);
                    let kept = cap::keeps_argument(operation.code.into(), version);
                    assert_eq!(out != Parameters::default(), kept, "{}", operation.name);
                }
            }
        }
    }
}
