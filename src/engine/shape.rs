//! Whether an argument fits an operation of MAP or of CAP, where context and subsystem leave it open.
//!
//! The same local code means different things in both (23 is updateGprsLocation in one and
//! requestReportBCSMEvent in the other). Their arguments differ: MAP's name a subscriber or node in
//! the places TS 29.002 §17 gives them, CAP's tag every member (TS 29.078 §6 to §8).

use picket_dissectors::{
    Note, Notes,
    ber::Element,
    cap,
    map::{
        self, Parameters,
        opcode::{Key, Operation},
    },
};

use crate::event::Protocol;

/// How well an argument fits.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Fit {
    /// It could not be read to its end as that, or says nothing that must be there.
    No,
    /// Nothing speaks against it.
    Loose,
    /// It says what that operation must say.
    Close,
}

/// Returns how well an argument fits the operation that `code` is in a protocol.
pub(super) fn fit(
    protocol: Protocol,
    code: u8,
    version: u8,
    parameter: Option<&Element<'_>>,
) -> Fit {
    match protocol {
        Protocol::Map => map::opcode::find(code)
            .map_or(Fit::No, |operation| fits_map(operation, version, parameter)),
        Protocol::Cap => fits_cap(code, version, parameter),
    }
}

fn fits_map(operation: &Operation, version: u8, parameter: Option<&Element<'_>>) -> Fit {
    let Some(parameter) = parameter else {
        return if operation.requires_argument() { Fit::No } else { Fit::Loose };
    };
    let (mut out, mut notes) = (Parameters::default(), Notes::default());
    let read = map::argument(operation.code, version, parameter, &mut out, &mut notes);
    if read.is_err() || out.key_unreadable {
        return Fit::No;
    }
    let named = out.imsi.is_some() || out.msisdn.is_some() || out.tmsi.is_some() || out.lmsi;
    match operation.key {
        Key::None | Key::Reference if out != Parameters::default() => Fit::Loose,
        Key::None | Key::Reference => Fit::No,
        _ if named => Fit::Close,
        _ => Fit::No,
    }
}

fn fits_cap(code: u8, version: u8, parameter: Option<&Element<'_>>) -> Fit {
    let code = i64::from(code);
    let Some(parameter) = parameter else {
        let none = cap::opcode::find(code).is_some() && !cap::takes_argument(code, version);
        return if none { Fit::Loose } else { Fit::No };
    };
    if !cap::takes_argument(code, version) {
        return Fit::No;
    }
    let (mut out, mut notes) = (Parameters::default(), Notes::default());
    let read = cap::argument(code, version, parameter, &mut out, &mut notes);
    let odd = [Note::CapArgumentBad, Note::MapMemberUnknown, Note::MapAddressBad];
    if read.is_err() || out.key_unreadable || odd.into_iter().any(|note| notes.contains(note)) {
        Fit::No
    } else if out == Parameters::default() {
        if cap::keeps_argument(code, version) { Fit::No } else { Fit::Loose }
    } else {
        Fit::Close
    }
}
