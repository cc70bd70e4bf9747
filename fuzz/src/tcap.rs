//! TCAP, any octets: transaction, dialogue, user information, every component and element.

use picket_dissectors::{
    Notes,
    ber::Element,
    cap,
    tcap::{self, Component, ansi, component::Code},
};

/// Reads octets.
pub fn read(octets: &[u8]) {
    let mut notes = Notes::default();
    if let Ok(mut package) = ansi::parse(octets, &mut notes) {
        while package.next_operation(&mut notes).is_some() {}
        let _ = (package.otid(), package.rtid());
    }
    let Ok(message) = tcap::parse(octets, &mut notes) else { return };
    if let Some(dialogue) = message.dialogue(&mut notes) {
        let _ = dialogue.map(&mut notes);
        if let Some(context) = dialogue.application_context {
            let _ = (context.to_string(), cap::context::find(context, &mut notes));
        }
    }
    let mut count = 0;
    let mut components = message.components();
    while let Some(component) = components.next(&mut notes) {
        count += 1;
        let (code, parameter) = match component {
            Component::Invoke(c) => (c.operation, c.parameter),
            Component::ReturnResultLast(c) | Component::ReturnResultNotLast(c) => {
                (c.operation, c.parameter)
            }
            Component::ReturnError(c) => (c.error, c.parameter),
            Component::Reject(_) | Component::Unreadable { .. } => (None, None),
        };
        let _ = code.and_then(Code::local);
        if let Some(parameter) = parameter {
            walk(&parameter, &mut notes);
        }
    }
    assert_eq!(message.components().count(), count);
    assert!(count <= octets.len());
}

fn walk(element: &Element<'_>, notes: &mut Notes) {
    let _ = (element.integer(notes), element.boolean(), element.string(notes).len());
    if element.tag.constructed {
        let mut members = element.elements(notes);
        while let Some(member) = members.next_or_cut(notes) {
            walk(&member, notes);
        }
    }
}
