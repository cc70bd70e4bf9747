//! What each vector of BER, TCAP and CAP says, as snapshots with the notes it earns.

use std::{fmt::Write, num::ParseIntError, path::Path};

use picket_dissectors::{
    Notes,
    ber::{Element, Elements},
    cap,
    map::Parameters,
    tcap::{self, Component, ansi},
};

/// The octets of a vector file, and the operation code its first line begins with, if any.
fn vector(path: &Path) -> (Result<Vec<u8>, ParseIntError>, Option<i64>) {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let octets = text
        .lines()
        .flat_map(|line| line.split('#').next().unwrap_or_default().split_whitespace())
        .map(|octet| u8::from_str_radix(octet, 16))
        .collect();
    let code = text.trim_start_matches("# ").split(':').next().and_then(|code| code.parse().ok());
    (octets, code)
}

fn list(out: &mut String, notes: &Notes) {
    for note in notes.iter() {
        _ = writeln!(out, "note {note}");
    }
}

fn message(octets: &[u8]) -> String {
    let (mut out, mut notes) = (String::new(), Notes::default());
    match tcap::parse(octets, &mut notes) {
        Ok(message) => {
            _ = writeln!(out, "{}", message.kind.name());
            for (name, id) in [("otid", message.otid), ("dtid", message.dtid)] {
                if let Some(id) = id {
                    _ = writeln!(out, "{name} {id}");
                }
            }
            if let Some(cause) = message.p_abort {
                _ = writeln!(out, "p-abort {cause}");
            }
            dialogue(&message, &mut out, &mut notes);
            components(&message, &mut out, &mut notes);
        }
        Err(error) => {
            _ = writeln!(out, "error: {error}");
            if let Ok(mut package) = ansi::parse(octets, &mut notes) {
                _ = writeln!(out, "ansi {} {:02x?}", package.package.name(), package.otid());
                while let Some(operation) = package.next_operation(&mut notes) {
                    _ = writeln!(out, "{operation:?}");
                }
            }
        }
    }
    list(&mut out, &notes);
    out
}

fn dialogue(message: &tcap::Message<'_>, out: &mut String, notes: &mut Notes) {
    let Some(dialogue) = message.dialogue(notes) else { return };
    _ = writeln!(out, "dialogue {:?}", dialogue.pdu);
    if let Some(context) = dialogue.application_context {
        _ = writeln!(out, "context {context}");
    }
    for (name, value) in [("result", dialogue.result), ("abort source", dialogue.abort_source)] {
        if let Some(value) = value {
            _ = writeln!(out, "{name} {value}");
        }
    }
    if let Some((source, value)) = dialogue.diagnostic {
        _ = writeln!(out, "diagnostic {source:?} {value}");
    }
    if let Some(map) = dialogue.map(notes) {
        _ = writeln!(out, "{map:?}");
    }
}

fn components(message: &tcap::Message<'_>, out: &mut String, notes: &mut Notes) {
    let mut components = message.components();
    while let Some(component) = components.next(notes) {
        _ = match component {
            Component::Invoke(c) => {
                writeln!(out, "invoke {:?} {:?} {:?}", c.invoke_id, c.linked_id, c.operation)
            }
            Component::ReturnResultLast(c) | Component::ReturnResultNotLast(c) => {
                writeln!(out, "result {:?} {:?}", c.invoke_id, c.operation)
            }
            Component::ReturnError(c) => writeln!(out, "error {:?} {:?}", c.invoke_id, c.error),
            Component::Reject(c) => writeln!(out, "reject {:?} {:?}", c.invoke_id, c.problem),
            Component::Unreadable { index, octets } => {
                writeln!(out, "unreadable {index} {octets:02x?}")
            }
        };
        if let Component::Invoke(tcap::component::Invoke { parameter: Some(parameter), .. })
        | Component::ReturnResultLast(tcap::component::ReturnResult {
            parameter: Some(parameter),
            ..
        }) = component
        {
            elements(&parameter, 1, out, notes);
        }
    }
}

fn elements(element: &Element<'_>, depth: usize, out: &mut String, notes: &mut Notes) {
    let tag = element.tag;
    _ = write!(out, "{:1$}{2:?} {3}", "", 2 * depth, tag.class, tag.number);
    if !tag.constructed {
        _ = writeln!(out, " {:02x?}", element.content);
        return;
    }
    out.push('\n');
    let mut members = element.elements(notes);
    while let Some(member) = members.next_or_cut(notes) {
        elements(&member, depth + 1, out, notes);
    }
}

fn argument(octets: &[u8], code: i64) -> String {
    let (mut out, mut notes) = (String::new(), Notes::default());
    let mut parameters = Parameters::default();
    let name = cap::opcode::find(code).map(|operation| operation.name);
    _ = writeln!(out, "{code} {name:?}");
    if let Some(element) = Elements::new(octets).next_or_cut(&mut notes) {
        let read = cap::argument(code, 3, &element, &mut parameters, &mut notes);
        _ = writeln!(out, "{read:?}");
    }
    for (name, digits) in
        [("imsi", parameters.imsi), ("imei", parameters.imei), ("msisdn", parameters.msisdn)]
    {
        if let Some(digits) = digits {
            _ = writeln!(out, "{name} {digits}");
        }
    }
    for a in parameters.addresses.iter() {
        _ = writeln!(out, "{:?} nature {} plan {} {}", a.role, a.nature, a.plan, a.digits);
    }
    _ = writeln!(out, "{:?}\n{:?}", parameters.camel, parameters.given);
    _ = writeln!(out, "cause {:?}\n{:?}", parameters.cause, parameters.sms);
    list(&mut out, &notes);
    out
}

#[test]
fn tcap_vectors() {
    insta::glob!("../vectors", "{ber,tcap}/*.hex", |path| {
        insta::assert_snapshot!(message(&vector(path).0.unwrap()));
    });
}

#[test]
fn cap_vectors() {
    insta::glob!("../vectors", "cap/*.hex", |path| {
        let (octets, code) = vector(path);
        insta::assert_snapshot!(argument(&octets.unwrap(), code.unwrap_or(-1)));
    });
}
