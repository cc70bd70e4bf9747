//! CAMEL Application Part (TS 29.078): who is called by whom, from where, and where it goes.
//!
//! An argument is read by a table of its members ([`call`], [`sms`], [`gprs`]) into the same
//! [`Parameters`] as MAP's. Charging data, announcements and digits a subscriber keyed in are
//! passed over: detection has no use for them.

pub mod context;
pub mod error;
pub mod isup;
pub mod opcode;

mod call;
mod gprs;
mod location;
mod member;
#[cfg(feature = "emit")]
pub mod sample;
mod sms;

use crate::{
    ber::Element,
    error::Error,
    map::Parameters,
    notes::{Note, Notes},
};
use member::Syntax;

/// Reads the argument of an operation into `out`; `version` is that of CAP, 0 when not known.
///
/// # Errors
///
/// Returns [`Error::Tag`] when the argument is not what the operation takes, and
/// [`Error::Unsupported`] for an operation that CAP does not have. What was read stays.
pub fn argument(
    op_code: i64,
    version: u8,
    element: &Element<'_>,
    out: &mut Parameters,
    notes: &mut Notes,
) -> Result<(), Error> {
    let syntax = syntax(op_code, version)
        .ok_or_else(|| Error::Unsupported { value: u32::try_from(op_code).unwrap_or(u32::MAX) })?;
    let read = member::argument(element, syntax, out, notes);
    if read.is_err() {
        notes.add(Note::CapArgumentBad);
    }
    read
}

/// Reads the result of an operation. No CAP result holds anything that is kept (what
/// promptAndCollectUserInformation collected is the subscriber's own), so this only checks that
/// it can be walked.
///
/// # Errors
///
/// Returns [`Error::Unsupported`] for an operation that CAP does not have.
pub fn result(
    op_code: i64,
    _version: u8,
    element: &Element<'_>,
    _out: &mut Parameters,
    notes: &mut Notes,
) -> Result<(), Error> {
    if opcode::find(op_code).is_none() {
        return Err(Error::Unsupported { value: u32::try_from(op_code).unwrap_or(u32::MAX) });
    }
    if element.tag.constructed {
        let mut members = element.elements(notes);
        while members.next_or_cut(notes).is_some() {}
    }
    Ok(())
}

/// Whether the operation has an argument that says more than charging or announcements, which
/// are octets of any shape.
#[must_use]
pub fn takes_argument(op_code: i64, version: u8) -> bool {
    !matches!(syntax(op_code, version), None | Some(Syntax::Nothing))
}

/// Whether members of the operation's argument are kept.
#[must_use]
pub fn keeps_argument(op_code: i64, version: u8) -> bool {
    match syntax(op_code, version) {
        None | Some(Syntax::Nothing) => false,
        Some(Syntax::Sequence(members) | Syntax::Choice(members)) => !members.is_empty(),
        Some(Syntax::Cause | Syntax::RpCause) => true,
    }
}

/// Reads the parameter of an error into `out`: the cause, where the error has one (§5.4).
///
/// # Errors
///
/// Returns [`Error::Tag`] when the parameter is not the error's.
pub fn error_parameter(
    error_code: u8,
    element: &Element<'_>,
    out: &mut Parameters,
    notes: &mut Notes,
) -> Result<(), Error> {
    error::parameter(error_code, element, out, notes)
        .inspect_err(|_| notes.add(Note::CapArgumentBad))
}

/// Returns what the argument of an operation looks like.
fn syntax(op_code: i64, version: u8) -> Option<Syntax> {
    let operation = opcode::find(op_code)?;
    Some(match operation.family {
        opcode::Family::Call => call::syntax(operation.code, version),
        opcode::Family::Sms => sms::syntax(operation.code),
        opcode::Family::Gprs => gprs::syntax(operation.code),
    })
}
