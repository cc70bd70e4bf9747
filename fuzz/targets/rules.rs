//! The loader of rules, any text.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| picket_fuzz::rules::read(octets));
