//! SMS headers, any octets: the first octet chooses the direction.

use picket_dissectors::{Notes, sms};

/// Reads octets.
pub fn read(octets: &[u8]) {
    let Some((first, tpdu)) = octets.split_first() else { return };
    let direction = match first % 3 {
        0 => sms::Direction::ToPhone,
        1 => sms::Direction::FromPhone,
        _ => sms::Direction::Unknown,
    };
    let _ = sms::header(tpdu, direction, &mut Notes::default());
}
