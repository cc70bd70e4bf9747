//! SCCP messages of every variant, any octets: the first octet chooses the variant.

use picket_dissectors::{Notes, mtp3, mtp3::Variant, sccp};

/// Reads octets.
pub fn read(octets: &[u8]) {
    let Some((first, message)) = octets.split_first() else { return };
    let variant = match first % 4 {
        0 => Variant::Itu,
        1 => Variant::Ansi,
        2 => Variant::China,
        _ => Variant::Japan,
    };
    let mut notes = Notes::default();
    let _ = mtp3::parse(message, variant, &mut notes);
    let _ = sccp::parse(message, variant, &mut notes);
    let _ = sccp::management::parse(message, variant, &mut notes);
    let _ = sccp::address::parse(message, variant, &mut notes);
}
