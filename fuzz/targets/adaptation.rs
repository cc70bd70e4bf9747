//! M3UA, M2PA, M2UA, SUA and MTP2, any octets.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| picket_fuzz::adaptation::read(octets));
