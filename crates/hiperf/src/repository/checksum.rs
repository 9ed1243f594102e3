//! The checksum of everything the repository keeps outside of its store.
//!
//! It finds accidents, not attacks: whoever may write the files may write the
//! checksums. Each step is a bijection of the sum so far and of the word that
//! goes in, so a change within one word of eight bytes is always found, and any
//! other is missed once in 2^64. It runs at several gigabytes a second, because
//! readers check an index of megabytes when they open an image.

/// Odd, with its ones spread: the 64-bit golden ratio.
const MULTIPLIER: u64 = 0x9E37_79B9_7F4A_7C15;
/// Sums that run beside each other, so that none waits for the others.
const LANES: usize = 4;

/// The checksum of `bytes`. Texts that differ in length only differ in it.
pub(crate) fn checksum(bytes: &[u8]) -> u64 {
    let mut lanes = [1, 2, 3, 4];
    let mut blocks = bytes.chunks_exact(8 * LANES);
    for block in &mut blocks {
        for (lane, word) in lanes.iter_mut().zip(block.chunks_exact(8)) {
            *lane = step(*lane, word_of(word));
        }
    }
    let mut sum = step(MULTIPLIER, bytes.len() as u64);
    for lane in lanes {
        sum = step(sum, lane);
    }
    for rest in blocks.remainder().chunks(8) {
        sum = step(sum, word_of(rest));
    }
    sum ^ (sum >> 32)
}

#[inline]
fn step(sum: u64, word: u64) -> u64 {
    (sum ^ word).wrapping_mul(MULTIPLIER).rotate_left(29)
}

/// The little-endian word of at most eight bytes.
#[inline]
fn word_of(bytes: &[u8]) -> u64 {
    let mut word = [0; 8];
    word[..bytes.len()].copy_from_slice(bytes);
    u64::from_le_bytes(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flipped_bit_counts() {
        for length in [0, 1, 7, 8, 31, 32, 33, 100] {
            let text: Vec<u8> = (0..length).map(|n| n as u8).collect();
            let sum = checksum(&text);
            for bit in 0..length * 8 {
                let mut flipped = text.clone();
                flipped[bit / 8] ^= 1 << (bit % 8);
                assert_ne!(checksum(&flipped), sum, "length {length}, bit {bit}");
            }
            let longer: Vec<u8> = text.iter().copied().chain([0]).collect();
            assert_ne!(checksum(&longer), sum);
        }
    }
}
