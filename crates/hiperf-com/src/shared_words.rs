//! Many words of memory that another process may have, at once.
//!
//! What a loop over atomics does, [`load`] and [`exchange`] do two words at a
//! time where the processor can: the compiler doesn't join atomic accesses, and
//! plain ones it may repeat or leave out, which is wrong where another process
//! writes. So they are written as instructions, of which it knows no more than
//! that they were done. Each word is read or written as a whole there too, since
//! it is aligned; neighbours may be from different moments, as in a loop.

use std::sync::atomic::{AtomicU64, Ordering};

/// Copies as many words as there are to `to`.
#[inline]
pub fn load(from: &[AtomicU64], to: &mut [[u8; 8]]) {
    let (from, to) = wide::load(from, to);
    for (from, to) in from.iter().zip(to) {
        *to = from.load(Ordering::Relaxed).to_ne_bytes();
    }
}

/// Copies `from` to as many words as there are, and gives the bits in which any
/// of them was another one before. To write always is faster than to look first:
/// most blocks have changed somewhere.
#[inline]
#[must_use]
pub fn exchange(from: &[[u8; 8]], to: &[AtomicU64]) -> u64 {
    let (from, to, mut differs) = wide::exchange(from, to);
    for (from, to) in from.iter().zip(to) {
        differs |= exchange_one(*from, to);
    }
    differs
}

/// The same of one word.
#[inline]
#[must_use]
pub fn exchange_one(from: [u8; 8], to: &AtomicU64) -> u64 {
    let value = u64::from_ne_bytes(from);
    let differs = to.load(Ordering::Relaxed) ^ value;
    to.store(value, Ordering::Relaxed);
    differs
}

#[cfg(target_arch = "x86_64")]
mod wide {
    use std::arch::asm;
    use std::arch::x86_64::__m128i;
    use std::sync::atomic::AtomicU64;

    /// Copies what is a multiple of two words and gives the rest.
    #[inline]
    pub fn load<'f, 't>(
        from: &'f [AtomicU64],
        to: &'t mut [[u8; 8]],
    ) -> (&'f [AtomicU64], &'t mut [[u8; 8]]) {
        let len = from.len().min(to.len());
        let (eights, rest) = from[..len].as_chunks::<8>();
        let (eights_to, rest_to) = to[..len].as_chunks_mut::<8>();
        for (from, to) in eights.iter().zip(eights_to) {
            // SAFETY: 64 bytes are read at `from` and written at `to`, which are
            // both that long; atomics may be read while others write to them; to
            // the compiler, `to` is changed by these instructions alone. Every
            // processor of this architecture has them and they need no alignment.
            unsafe {
                asm!(
                    "movdqu {a}, [{from}]",
                    "movdqu {b}, [{from} + 16]",
                    "movdqu {c}, [{from} + 32]",
                    "movdqu {d}, [{from} + 48]",
                    "movdqu [{to}], {a}",
                    "movdqu [{to} + 16], {b}",
                    "movdqu [{to} + 32], {c}",
                    "movdqu [{to} + 48], {d}",
                    from = in(reg) from.as_ptr(),
                    to = in(reg) to.as_mut_ptr(),
                    a = out(xmm_reg) _,
                    b = out(xmm_reg) _,
                    c = out(xmm_reg) _,
                    d = out(xmm_reg) _,
                    options(nostack, preserves_flags),
                );
            }
        }
        let (twos, rest) = rest.as_chunks::<2>();
        let (twos_to, rest_to) = rest_to.as_chunks_mut::<2>();
        for (from, to) in twos.iter().zip(twos_to) {
            // SAFETY: as above, with 16 bytes.
            unsafe {
                asm!(
                    "movdqu {a}, [{from}]",
                    "movdqu [{to}], {a}",
                    from = in(reg) from.as_ptr(),
                    to = in(reg) to.as_mut_ptr(),
                    a = out(xmm_reg) _,
                    options(nostack, preserves_flags),
                );
            }
        }
        (rest, rest_to)
    }

    /// Exchanges what is a multiple of two words, and gives the rest and the bits
    /// that differed.
    #[inline]
    pub fn exchange<'f, 't>(
        from: &'f [[u8; 8]],
        to: &'t [AtomicU64],
    ) -> (&'f [[u8; 8]], &'t [AtomicU64], u64) {
        let len = from.len().min(to.len());
        let (twos, rest) = from[..len].as_chunks::<2>();
        let (twos_to, rest_to) = to[..len].as_chunks::<2>();
        // SAFETY: both are 16 bytes, and any are a value of either.
        let mut differs: __m128i = unsafe { std::mem::transmute([0u64; 2]) };
        for (from, to) in twos.iter().zip(twos_to) {
            // SAFETY: 16 bytes are read at `from`, which is that long, and read and
            // written at `to`, which is that long and may be written through a
            // shared reference, being atomics. Every processor of this
            // architecture has these instructions and they need no alignment.
            unsafe {
                asm!(
                    "movdqu {new}, [{from}]",
                    "movdqu {old}, [{to}]",
                    "movdqu [{to}], {new}",
                    "pxor {old}, {new}",
                    "por {differs}, {old}",
                    from = in(reg) from.as_ptr(),
                    to = in(reg) to.as_ptr(),
                    new = out(xmm_reg) _,
                    old = out(xmm_reg) _,
                    differs = inout(xmm_reg) differs,
                    options(nostack, preserves_flags),
                );
            }
        }
        // SAFETY: the same.
        let [low, high]: [u64; 2] = unsafe { std::mem::transmute(differs) };
        (rest, rest_to, low | high)
    }
}

#[cfg(not(target_arch = "x86_64"))]
mod wide {
    use std::sync::atomic::AtomicU64;

    /// Leaves all to the loop.
    #[inline]
    pub fn load<'f, 't>(
        from: &'f [AtomicU64],
        to: &'t mut [[u8; 8]],
    ) -> (&'f [AtomicU64], &'t mut [[u8; 8]]) {
        (from, to)
    }

    /// Leaves all to the loop.
    #[inline]
    pub fn exchange<'f, 't>(
        from: &'f [[u8; 8]],
        to: &'t [AtomicU64],
    ) -> (&'f [[u8; 8]], &'t [AtomicU64], u64) {
        (from, to, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every length up to some steps of each kind, and nothing beyond it.
    #[test]
    fn as_many_as_there_are() {
        for len in 0..40 {
            let bytes: Vec<[u8; 8]> =
                (1..=len).map(|number: u64| (number << 40 | number).to_ne_bytes()).collect();
            let words: Vec<AtomicU64> = (0..40).map(|_| AtomicU64::new(u64::MAX)).collect();
            let expected = bytes.iter().fold(0, |all, word| all | !u64::from_ne_bytes(*word));
            assert_eq!(exchange(&bytes, &words), expected);
            assert_eq!(exchange(&bytes, &words), 0);
            let mut back = vec![[0x55; 8]; 40];
            load(&words[..bytes.len()], &mut back);
            assert_eq!(back[..bytes.len()], bytes);
            assert!(back[bytes.len()..].iter().all(|word| *word == [0x55; 8]));
            assert!(words[bytes.len()..].iter().all(|word| word.load(Ordering::Relaxed) == u64::MAX));
            // One bit of one word is noticed wherever it is.
            for word in &words[..bytes.len()] {
                word.fetch_xor(1 << 17, Ordering::Relaxed);
                assert_eq!(exchange(&bytes, &words), 1 << 17);
            }
        }
    }
}
