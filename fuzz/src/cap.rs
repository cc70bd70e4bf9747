//! CAP arguments, any octets: the first two octets choose operation and version.

use picket_dissectors::{Notes, ber::Elements, cap, map::Parameters};

/// Reads octets.
pub fn read(octets: &[u8]) {
    let [code, version, argument @ ..] = octets else { return };
    let (mut out, mut notes) = (Parameters::default(), Notes::default());
    let Some(element) = Elements::new(argument).next_or_cut(&mut notes) else { return };
    let _ = cap::argument((*code).into(), version % 5, &element, &mut out, &mut notes);
    let _ = cap::result((*code).into(), version % 5, &element, &mut out, &mut notes);
}
