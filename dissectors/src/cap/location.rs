//! Location information inside CAP arguments (TS 29.002 §17.7.1, TS 29.078 §5.1): that it was
//! there and how exact it is. No cell and no coordinate is kept.

use crate::{
    ber::{Class, Element},
    cap::{isup, member},
    map::parameters::{Gifts, Parameters, Precision, Role},
    notes::{Note, Notes},
};

/// Reads LocationInformation.
pub(super) fn location(element: &Element<'_>, out: &mut Parameters, notes: &mut Notes) {
    out.given.kinds.insert(Gifts::LOCATION);
    let mut members = element.elements(notes);
    while let Some(member) = members.next_or_cut(notes) {
        match (member.tag.class, member.tag.number) {
            (Class::Universal, INTEGER) => age(&member, out, notes),
            (Class::Context, 0 | 7) => precise(Precision::Coordinates, out),
            (Class::Context, 1 | 6) => node(&member, out, notes),
            (Class::Context, 2) => {
                let octets = member.string(notes);
                if let Some(number) = isup::number(&octets, Role::Other, notes) {
                    out.addresses.push(number, notes);
                }
                precise(Precision::Country, out);
            }
            (Class::Context, 3) => cell(&member, out, notes),
            (Class::Context, 8) => out.given.paged = true,
            (Class::Context, 4) => out.extension = true,
            (Class::Context, 10) => eps(&member, out, notes),
            (Class::Context, _) => {}
            _ => notes.add(Note::MapMemberUnknown),
        }
    }
}

/// Reads LocationInformationGPRS.
pub(super) fn location_gprs(element: &Element<'_>, out: &mut Parameters, notes: &mut Notes) {
    out.given.kinds.insert(Gifts::LOCATION);
    let mut members = element.elements(notes);
    while let Some(member) = members.next_or_cut(notes) {
        match (member.tag.class, member.tag.number) {
            (Class::Context, 0) => cell(&member, out, notes),
            (Class::Context, 1) => precise(Precision::Area, out),
            (Class::Context, 2 | 7) => precise(Precision::Coordinates, out),
            (Class::Context, 3) => node(&member, out, notes),
            (Class::Context, 5) => out.extension = true,
            (Class::Context, 8) => out.given.paged = true,
            (Class::Context, 9) => age(&member, out, notes),
            (Class::Context, _) => {}
            _ => notes.add(Note::MapMemberUnknown),
        }
    }
}

/// Finds LocationInformationGPRS among what an event of a GPRS session reports (TS 29.078 §8.1):
/// each event has it under another tag, and stacks differ.
pub(super) fn within_event(element: &Element<'_>, out: &mut Parameters, notes: &mut Notes) {
    if is_location_gprs(element) {
        return location_gprs(element, out, notes);
    }
    let mut members = element.elements(notes);
    while let Some(member) = members.next_or_cut(notes) {
        if member.tag.constructed {
            within_event(&member, out, notes);
        }
    }
}

/// Whether there is a routeing area identity or an SGSN number where they belong.
fn is_location_gprs(element: &Element<'_>) -> bool {
    let mut ignored = Notes::default();
    let mut members = element.elements(&mut ignored);
    while let Some(member) = members.next_or_cut(&mut ignored) {
        let octets = member.string(&mut ignored);
        let numbering = octets.first().is_some_and(|octet| octet & 0x80 != 0);
        if member.is_context(1) && octets.len() == ROUTEING_AREA
            || member.is_context(3) && octets.len() > 2 && numbering
        {
            return true;
        }
    }
    false
}

/// A cell, service area or location area, by which alternative or by length.
fn cell(element: &Element<'_>, out: &mut Parameters, notes: &mut Notes) {
    if !element.tag.constructed {
        precise(by_length(element.content.len()), out);
        return;
    }
    let mut members = element.elements(notes);
    while let Some(member) = members.next_or_cut(notes) {
        let area = member.is_context(1);
        precise(if area { Precision::Area } else { Precision::Cell }, out);
    }
}

const fn by_length(octets: usize) -> Precision {
    if octets > LOCATION_AREA { Precision::Cell } else { Precision::Area }
}

fn eps(element: &Element<'_>, out: &mut Parameters, notes: &mut Notes) {
    let mut members = element.elements(notes);
    while let Some(member) = members.next_or_cut(notes) {
        match (member.tag.class, member.tag.number) {
            (Class::Context, 0) => precise(Precision::Cell, out),
            (Class::Context, 1) => precise(Precision::Area, out),
            (Class::Context, 3 | 4) => precise(Precision::Coordinates, out),
            (Class::Context, 5) => out.given.paged = true,
            (Class::Context, 6) => age(&member, out, notes),
            _ => {}
        }
    }
}

fn node(element: &Element<'_>, out: &mut Parameters, notes: &mut Notes) {
    out.given.kinds.insert(Gifts::SERVING_NODE);
    precise(Precision::Country, out);
    if let Some(address) = member::address_string(element, Role::LocatedAt, notes) {
        out.addresses.push(address, notes);
    }
}

fn age(element: &Element<'_>, out: &mut Parameters, notes: &mut Notes) {
    match element.integer(notes).ok().and_then(|minutes| u16::try_from(minutes).ok()) {
        Some(minutes) => _ = out.given.age_minutes.get_or_insert(minutes),
        None => notes.add(Note::BerValueSize),
    }
}

fn precise(precision: Precision, out: &mut Parameters) {
    out.given.precision = out.given.precision.max(precision);
}

const INTEGER: u32 = 2;
const ROUTEING_AREA: usize = 6;
const LOCATION_AREA: usize = 5;
