//! SMS headers, any octets: the first octet chooses the direction.
#![no_main]

use libfuzzer_sys::fuzz_target;
use picket_dissectors::{Notes, sms};

fuzz_target!(|octets: &[u8]| {
    let Some((first, tpdu)) = octets.split_first() else { return };
    let direction = match first % 3 {
        0 => sms::Direction::ToPhone,
        1 => sms::Direction::FromPhone,
        _ => sms::Direction::Unknown,
    };
    let _ = sms::header(tpdu, direction, &mut Notes::default());
});
