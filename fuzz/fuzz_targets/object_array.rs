//! Any bytes as an array of objects.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| hiperf_fuzz::object_array::check(input));
