//! Octets for each type of TS 29.002 that is read, made from the tables that read it.
//!
//! Every member stands in a sample once, with a value of its kind, so that reading the sample shows
//! what is kept of the type. A choice gives one sample for each alternative.

use super::{
    argument_of, failure,
    member::{At, Is, Member},
    result_of,
};
use crate::{ber::Class, emit::ber::Tlv};

/// What of an operation, or which error.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Of {
    /// The argument of an operation.
    Argument(u8),
    /// The result of an operation.
    Result(u8),
    /// The parameter of an error.
    Error(u8),
}

/// Returns samples that between them have every member of the type; none when the operation has no
/// such part.
#[must_use]
pub fn samples(of: Of) -> Vec<Vec<u8>> {
    let table = match of {
        Of::Argument(code) => argument_of(code),
        Of::Result(code) => result_of(code),
        Of::Error(code) => failure::parameter(code),
    };
    if core::ptr::eq(table, failure::ANYTHING.as_slice()) {
        return Vec::new();
    }
    let mut out = Vec::new();
    for member in table {
        out.extend(alternatives(member, 0).into_iter().map(|tlv| tlv.encode()));
    }
    out
}

/// One element for each alternative of a member.
fn alternatives(member: &Member, depth: usize) -> Vec<Tlv> {
    match member.at {
        At::Choice(members) if depth < DEEPEST => {
            members.iter().flat_map(|member| alternatives(member, depth + 1)).collect()
        }
        At::Tag(class, number) => contents(&member.is, depth)
            .into_iter()
            .filter_map(|content| element(class, number, content))
            .collect(),
        At::Choice(_) | At::Anywhere => Vec::new(),
    }
}

/// What stands in an element.
enum Content {
    Octets(Vec<u8>),
    Members(Vec<Tlv>),
}

fn contents(is: &Is, depth: usize) -> Vec<Content> {
    let octets = |octets: &[u8]| vec![Content::Octets(octets.to_vec())];
    match is {
        Is::Imsi | Is::Imei => octets(&IDENTITY),
        Is::Msisdn | Is::Isdn(_) | Is::Address(_) | Is::Ftn(_) => octets(&NUMBER),
        Is::Digits(_) => octets(&[0x51, 0x55, 0x10, 0x00]),
        Is::Tmsi | Is::Lmsi => octets(&[0, 0, 0, 1]),
        Is::Plmn => octets(&[0x00, 0xf1, 0x10]),
        Is::SsCode | Is::Number(_) | Is::Octet(_) => octets(&[0x01]),
        Is::Boolean(_) => octets(&[0xff]),
        Is::Present(_) | Is::Extension | Is::Passed => octets(&[]),
        Is::Tpdu => octets(&DELIVER),
        // A number, or an address of a GPRS node.
        Is::Special(_) => [&IDENTITY[..], &NODE]
            .into_iter()
            .map(|octets| Content::Octets(octets.to_vec()))
            .collect(),
        Is::Way(_, is) => contents(is, depth),
        Is::Vector => vec![Content::Members(vec![
            Tlv::primitive(0x04, [0; 16]),
            Tlv::primitive(0x04, [0; 4]),
            Tlv::primitive(0x04, [0; 8]),
        ])],
        Is::OneOf(_) | Is::Each(_) | Is::Sequence(_) if depth >= DEEPEST => Vec::new(),
        Is::OneOf(members) => members
            .iter()
            .flat_map(|member| alternatives(member, depth + 1))
            .map(|tlv| Content::Members(vec![tlv]))
            .collect(),
        Is::Each(members) => vec![Content::Members(
            members.iter().flat_map(|member| alternatives(member, depth + 1)).collect(),
        )],
        Is::Sequence(members) => {
            // As many samples as the member with most alternatives has.
            let columns: Vec<_> =
                members.iter().map(|member| alternatives(member, depth + 1)).collect();
            let most = columns.iter().map(Vec::len).max().unwrap_or(0);
            (0..most.max(1))
                .map(|i| {
                    let pick =
                        |column: &Vec<Tlv>| column.get(i).or_else(|| column.first()).cloned();
                    Content::Members(columns.iter().filter_map(pick).collect())
                })
                .collect()
        }
    }
}

fn element(class: Class, number: u32, content: Content) -> Option<Tlv> {
    let class = match class {
        Class::Universal => 0x00,
        Class::Application => 0x40,
        Class::Context => 0x80,
        Class::Private => 0xc0,
    };
    let small = u8::try_from(number).ok().filter(|&number| number < 31);
    let tlv = match content {
        Content::Octets(octets) => Tlv::primitive(class | small.unwrap_or(0), octets),
        Content::Members(members) => Tlv::constructed(class | 0x20 | small.unwrap_or(0), members),
    };
    Some(if small.is_some() { tlv } else { tlv.number(number) })
}

/// 001011234567890, an IMSI of the test network.
const IDENTITY: [u8; 8] = [0x00, 0x01, 0x11, 0x32, 0x54, 0x76, 0x98, 0xf0];
/// +1 555 0100.
const NUMBER: [u8; 5] = [0x91, 0x51, 0x55, 0x10, 0x00];
/// GSN-Address of 192.0.2.1 (TS 23.003 §5.1).
const NODE: [u8; 5] = [0x04, 192, 0, 2, 1];
/// SMS-DELIVER from +1 555 0100 with no user data.
const DELIVER: [u8; 20] = [
    0x04, 0x08, 0x91, 0x51, 0x55, 0x10, 0x00, 0x00, 0x00, 0x62, 0x10, 0x10, 0x00, 0x00, 0x00, 0x00,
    0x01, 0x41, 0x00, 0x00,
];
/// Types that hold themselves end here.
const DEEPEST: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ber::Elements,
        map::{
            self, Parameters,
            opcode::{self, Key},
        },
        notes::Notes,
    };

    fn names_subscriber(key: Key) -> bool {
        matches!(key, Key::Imsi | Key::Msisdn | Key::Either)
    }

    #[test]
    fn something_is_kept_of_each_argument_that_names_a_subscriber() {
        for operation in opcode::all().iter().filter(|operation| names_subscriber(operation.key)) {
            let samples = samples(Of::Argument(operation.code));
            let kept = samples.iter().any(|sample| {
                let (mut out, mut notes) = (Parameters::default(), Notes::default());
                let element = Elements::new(sample).next_or_cut(&mut notes);
                let read = element.map(|element| {
                    map::argument(operation.code, 3, &element, &mut out, &mut notes)
                });
                read.is_some() && out != Parameters::default()
            });
            assert!(kept, "{} {samples:02x?}", operation.name(3));
        }
    }
}
