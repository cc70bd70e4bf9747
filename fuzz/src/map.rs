//! MAP arguments, results and errors, any octets: the first two octets choose code and version.

use picket_dissectors::{Notes, ber::Elements, map, map::Parameters};

/// Reads octets.
pub fn read(octets: &[u8]) {
    let [code, version, argument @ ..] = octets else { return };
    let (mut out, mut notes) = (Parameters::default(), Notes::default());
    let Some(element) = Elements::new(argument).next_or_cut(&mut notes) else { return };
    let _ = map::argument(*code, version % 5, &element, &mut out, &mut notes);
    let _ = map::result(*code, version % 5, &element, &mut out, &mut notes);
    let _ = map::error_parameter(*code, &element, &mut out, &mut notes);
}
