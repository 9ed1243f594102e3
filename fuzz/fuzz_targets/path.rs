//! Any text as an object path and as a namespace's path.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| hiperf_fuzz::path::check(input));
