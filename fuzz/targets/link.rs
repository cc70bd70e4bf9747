//! Link headers, tunnels, IP and SCTP, any octets.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| picket_fuzz::link::read(octets));
