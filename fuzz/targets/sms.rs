//! SMS headers, any octets.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| picket_fuzz::sms::read(octets));
