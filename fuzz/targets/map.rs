//! MAP arguments, results and errors, any octets.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| picket_fuzz::map::read(octets));
