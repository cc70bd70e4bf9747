//! The whole engine with the shipped rules, any frames.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| picket_fuzz::engine::read(octets));
