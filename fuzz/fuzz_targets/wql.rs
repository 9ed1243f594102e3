//! Any text as a WQL query.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};

fuzz_target!(|input: &[u8]| hiperf_fuzz::wql::check(input));

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    // The last bit decides, and the others say what is done.
    if seed.is_multiple_of(2) {
        hiperf_fuzz::words::mutate(data, size, max_size, seed / 2)
    } else {
        fuzzer_mutate(data, size, max_size)
    }
});
