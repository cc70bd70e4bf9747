//! Reads an encoding into the elements of [`super::ber`], to be written again (ITU-T X.690 §8).

use super::ber::Tlv;
use crate::{
    ber::{Class, Elements, MAX_DEPTH},
    notes::{Note, Notes},
};

/// Reads elements; `None` when the octets are no sequence of them, or nest deeper than is read.
pub(super) fn parse(octets: &[u8]) -> Option<Vec<Tlv>> {
    elements(Elements::new(octets), 0)
}

fn elements(mut from: Elements<'_>, depth: u8) -> Option<Vec<Tlv>> {
    let mut out = Vec::new();
    let mut notes = Notes::default();
    while let Some(element) = from.next(&mut notes).ok()? {
        let class = match element.tag.class {
            Class::Universal => 0,
            Class::Application => 0x40,
            Class::Context => 0x80,
            Class::Private => 0xc0,
        };
        let number = element.tag.number;
        let integer = matches!((element.tag.class, number), (Class::Universal, 2 | 10));
        out.push(if element.tag.constructed {
            if depth >= MAX_DEPTH {
                return None;
            }
            Tlv::branch(class, number, elements(element.elements(&mut notes), depth + 1)?)
        } else if let (true, Ok(value)) = (integer, element.integer(&mut notes)) {
            Tlv::whole(class, number, value)
        } else {
            Tlv::leaf(class, number, element.content.to_vec())
        });
    }
    (!notes.contains(Note::BerEocUnexpected)).then_some(out)
}
