//! M3UA, M2PA, M2UA, SUA and MTP2, any octets.

use picket_dissectors::{Notes, m2pa, m2ua, m3ua, mtp2, sua};

/// Reads octets.
pub fn read(octets: &[u8]) {
    let mut notes = Notes::default();
    if let Ok(message) = m3ua::parse(octets, &mut notes) {
        let _ = message.data(&mut notes);
        let _ = message.network_management(&mut notes);
    }
    if let Ok(message) = sua::parse(octets, &mut notes) {
        let _ = sua::carried(&message, &mut notes);
    }
    let _ = m2pa::parse(octets, &mut notes);
    let _ = m2ua::parse(octets, &mut notes);
    let _ = mtp2::parse(octets, &mut notes);
}
