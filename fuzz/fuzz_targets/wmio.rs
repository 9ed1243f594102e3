//! Any bytes as an encoded object.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| hiperf_fuzz::wmio::check(input));
