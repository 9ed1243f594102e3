//! The loops of the runs, written for the compiler to take several values at
//! once.
//!
//! Each of them takes the sample on its way: the new value goes where the older
//! one was, and the older one to where it is found if a later one is in doubt.

use super::pace::{BOUND, Beat, Ratio};

/// What a loop works on, of each value one.
pub(super) struct Rows<'r, R: Raw, T: Target> {
    pub raw: &'r [R::Bytes],
    /// The sample.
    pub values: &'r mut [u64],
    /// What was in the sample.
    pub older: &'r mut [u64],
    pub target: &'r mut [T::Bytes],
}

/// A raw value in a block.
pub(super) trait Raw {
    type Bytes;

    /// The bits of a difference that say it may be a step back: of 32 bits, half
    /// the range; of 64, the highest, as long as the older value lacks it.
    const SUSPECT: u64;

    fn values(block: &[u8]) -> &[Self::Bytes];

    fn get(bytes: &Self::Bytes) -> u64;

    /// The difference of two values, modulo the range.
    fn since(newer: u64, older: u64) -> u64;
}

impl Raw for u32 {
    type Bytes = [u8; 4];

    const SUSPECT: u64 = 1 << 31;

    #[inline(always)]
    fn values(block: &[u8]) -> &[[u8; 4]] {
        block.as_chunks().0
    }

    #[inline(always)]
    fn get(bytes: &[u8; 4]) -> u64 {
        u32::from_le_bytes(*bytes).into()
    }

    #[inline(always)]
    fn since(newer: u64, older: u64) -> u64 {
        newer.wrapping_sub(older) & u64::from(u32::MAX)
    }
}

impl Raw for u64 {
    type Bytes = [u8; 8];

    const SUSPECT: u64 = 1 << 63;

    #[inline(always)]
    fn values(block: &[u8]) -> &[[u8; 8]] {
        block.as_chunks().0
    }

    #[inline(always)]
    fn get(bytes: &[u8; 8]) -> u64 {
        u64::from_le_bytes(*bytes)
    }

    #[inline(always)]
    fn since(newer: u64, older: u64) -> u64 {
        newer.wrapping_sub(older)
    }
}

/// A cooked value in a block.
pub(super) trait Target {
    type Bytes;

    /// Whether it is the quotient itself, not truncated.
    const IS_REAL: bool;
    /// The bits that it can't hold.
    const BEYOND: u64;

    fn values(block: &mut [u8]) -> &mut [Self::Bytes];

    fn of(bits: u64) -> Self::Bytes;
}

macro_rules! targets {
    ($($ty:ty: $width:literal, $is_real:literal, $beyond:expr, $bits:ident => $bytes:expr;)*) => {$(
        impl Target for $ty {
            type Bytes = [u8; $width];

            const IS_REAL: bool = $is_real;
            const BEYOND: u64 = $beyond;

            #[inline(always)]
            fn values(block: &mut [u8]) -> &mut [[u8; $width]] {
                block.as_chunks_mut().0
            }

            #[inline(always)]
            fn of($bits: u64) -> [u8; $width] {
                $bytes
            }
        }
    )*};
}

targets! {
    u32: 4, false, !0xFFFF_FFFF, bits => (bits as u32).to_le_bytes();
    u64: 8, false, 0, bits => bits.to_le_bytes();
    f64: 8, true, 0, bits => bits.to_le_bytes();
}

/// Values that are taken at once.
const AT_ONCE: usize = 4;

/// A value of a run, and how far it went.
#[derive(Clone, Copy)]
struct Step {
    older: u64,
    newer: u64,
    added: u64,
}

impl Step {
    #[inline(always)]
    fn new<R: Raw>(older: u64, newer: u64) -> Step {
        Step { older, newer, added: R::since(newer, older) }
    }

    /// Not 0 if the difference has one of these bits, or may be a step back.
    #[inline(always)]
    fn doubt<R: Raw>(self, beyond: u64) -> u64 {
        // A value of 32 bits has no bit 63.
        (self.added & (beyond | R::SUSPECT)) | (self.older & (1 << 63) & R::SUSPECT)
    }
}

impl<R: Raw, T: Target> Rows<'_, R, T> {
    /// Takes each value's sample and writes what `of` makes of its step, until
    /// `doubt` isn't 0 of one. The number of those that it took.
    ///
    /// Four are looked at before anything of them is written. Leaving then keeps
    /// the compiler from spreading the loop over many more, of which a run has
    /// too few.
    #[inline(always)]
    fn take(self, doubt: impl Fn(Step) -> u64, of: impl Fn(Step) -> u64) -> usize {
        let count = self.raw.len();
        let (values, last_values) = self.values.as_chunks_mut::<AT_ONCE>();
        let (older, last_older) = self.older.as_chunks_mut::<AT_ONCE>();
        let (raw, last_raw) = self.raw.as_chunks::<AT_ONCE>();
        let (target, last_target) = self.target.as_chunks_mut::<AT_ONCE>();
        let mut taken = 0;
        for (((value, kept), raw), place) in values.iter_mut().zip(older).zip(raw).zip(target) {
            let older = *value;
            let newer: [u64; AT_ONCE] = std::array::from_fn(|index| R::get(&raw[index]));
            let steps: [Step; AT_ONCE] =
                std::array::from_fn(|index| Step::new::<R>(older[index], newer[index]));
            if steps.map(&doubt) != [0; AT_ONCE] {
                return taken;
            }
            *place = steps.map(|step| T::of(of(step)));
            *kept = older;
            *value = newer;
            taken += AT_ONCE;
        }
        for (((value, kept), raw), place) in
            last_values.iter_mut().zip(last_older).zip(last_raw).zip(last_target)
        {
            let step = Step::new::<R>(*value, R::get(raw));
            if doubt(step) != 0 {
                return taken;
            }
            *place = T::of(of(step));
            *kept = step.older;
            *value = step.newer;
            taken += 1;
        }
        count
    }

    /// Takes the sample of the values from `taken` on.
    pub(super) fn take_rest(&mut self, taken: usize) {
        let values = self.values.iter_mut().zip(&mut *self.older).zip(self.raw);
        for ((value, kept), raw) in values.skip(taken) {
            *kept = std::mem::replace(value, R::get(raw));
        }
    }

    /// What was added. How many of the values are sure.
    #[inline(always)]
    pub(super) fn added(self) -> usize {
        self.take(|step| step.doubt::<R>(T::BEYOND), |step| step.added)
    }

    /// The newest value. How many of them the target holds.
    #[inline(always)]
    pub(super) fn same(self) -> usize {
        self.take(|step| step.newer & T::BEYOND, |step| step.newer)
    }

    /// `factor * n / ticks`, or with `IDLE` `factor * (ticks - n) / ticks`, where n
    /// is what was added. How many of them are exact; see [`pace`](super::pace).
    #[inline(always)]
    pub(super) fn timed<const IDLE: bool>(self, beat: &Beat, ratio: &Ratio) -> usize {
        let beyond = if T::IS_REAL {
            // A real is divided, of which the operands have to be exact and nothing else.
            ratio.beyond_real
        } else {
            ratio.beyond.map(|beyond| if T::BEYOND == 0 { beyond.wide } else { beyond.narrow })
        };
        let Some(beyond) = beyond.filter(|_| !IDLE || beat.ticks < BOUND / 100) else { return 0 };
        let ticks = beat.ticks as f64;
        let (factor, quotient, half) = (ratio.factor as f64, ratio.quotient, beat.division.half);
        self.take(
            |step| step.doubt::<R>(beyond),
            |step| {
                let n = real_of(step.added);
                let n = if IDLE { positive(ticks - n) } else { n };
                if T::IS_REAL {
                    return (n * factor / ticks).to_bits();
                }
                // The floor of x is what is nearest to x less a half.
                (n * quotient + half + ROUNDING).to_bits() ^ ROUNDING.to_bits()
            },
        )
    }

    /// The same for larger products, in integers, of values whose sample is taken.
    /// Whether all of them are exact.
    pub(super) fn timed_widely<const IDLE: bool>(self, beat: &Beat, factor: u64) -> bool {
        if T::IS_REAL || !beat.division.is_possible() {
            return false;
        }
        let (mut doubts, mut above, mut written) = (0, 0, 0);
        for ((newer, older), place) in self.values.iter().zip(self.older).zip(self.target) {
            let step = Step::new::<R>(*older, *newer);
            doubts |= step.doubt::<R>(0);
            let n = if IDLE { beat.ticks.saturating_sub(step.added) } else { step.added };
            let product = u128::from(n) * u128::from(factor);
            above |= product >> 63;
            let value = beat.division.quotient(product as u64);
            written |= value;
            *place = T::of(value);
        }
        above == 0 && written & T::BEYOND == 0 && doubts == 0
    }
}

/// 2^52: a real of this size has no fraction, and an integer below it at the end
/// of its bits.
const UNIT: f64 = (1u64 << 52) as f64;
/// As much and half of that: the same holds a little below it, too.
const ROUNDING: f64 = 1.5 * UNIT;

/// An integer below 2^52 as a real.
#[inline(always)]
fn real_of(integer: u64) -> f64 {
    f64::from_bits(integer | UNIT.to_bits()) - UNIT
}

/// The real, or zero if it is less.
#[inline(always)]
fn positive(real: f64) -> f64 {
    if real > 0.0 { real } else { 0.0 }
}
