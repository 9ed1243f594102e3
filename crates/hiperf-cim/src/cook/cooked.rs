//! [`Cooked`]: the value a formula gives, exact as an integer and nearest as a
//! real.
//!
//! Formulas are fractions of integers and stay so to the end: the page-order
//! arithmetic in f64 turns 66 % into 65. The integer is the quotient truncated
//! toward zero; the real is the quotient rounded once, to nearest, ties to
//! even. Neither is derived from the other.

use super::Reason;

/// A cooked value. Never NaN or infinite; negative only where a level is, or
/// a statistic of levels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cooked {
    /// The value without its sign, truncated; the sign is the real's.
    magnitude: Option<u128>,
    real: f64,
}

/// Below this an integer is an f64 exactly.
const EXACT: u128 = 1 << f64::MANTISSA_DIGITS;

impl Cooked {
    /// The exact value truncated toward zero. `None` for one that no unsigned
    /// integer holds: -1 and below, and reals of 2^128 and above.
    ///
    /// It may exceed the property it is for, because nothing saturates here;
    /// [`Cooked::within`] says whether it fits.
    #[must_use]
    pub fn integer(self) -> Option<u128> {
        if self.real < 0.0 { self.magnitude.filter(|magnitude| *magnitude == 0) } else { self.magnitude }
    }

    /// The value as the nearest real, always finite.
    #[must_use]
    pub const fn real(self) -> f64 {
        self.real
    }

    /// The exact value truncated toward zero, if an integer of this range holds
    /// it. What doesn't fit has no value: its largest integer would be a number
    /// that nobody counted.
    #[must_use]
    pub fn within(self, (min, max): (i128, i128)) -> Option<i128> {
        let magnitude = i128::try_from(self.magnitude?).ok()?;
        let integer = if self.real < 0.0 { -magnitude } else { magnitude };
        (min <= integer && integer <= max).then_some(integer)
    }

    /// A whole number with a sign.
    pub(super) fn signed(integer: i128) -> Cooked {
        // The processor converts 64 bits by itself.
        let real = i64::try_from(integer).map_or(integer as f64, |integer| integer as f64);
        Cooked { magnitude: Some(integer.unsigned_abs()), real }
    }

    /// `dividend / divisor`; the divisor isn't zero.
    pub(super) fn signed_quotient(dividend: i128, divisor: u128) -> Cooked {
        let cooked = Cooked::quotient(dividend.unsigned_abs(), divisor);
        if dividend < 0 { Cooked { real: -cooked.real, ..cooked } } else { cooked }
    }

    /// A whole number.
    pub(super) fn whole(integer: u64) -> Cooked {
        Cooked { magnitude: Some(integer.into()), real: integer as f64 }
    }

    /// `dividend / divisor`; the divisor isn't zero.
    pub(super) fn quotient(dividend: u128, divisor: u128) -> Cooked {
        if dividend < EXACT && divisor < EXACT {
            // Both are exact as reals, so that one division rounds once, and
            // both fit the processor's own division.
            let (dividend, divisor) = (dividend as u64, divisor as u64);
            let integer = u128::from(dividend / divisor);
            return Cooked { magnitude: Some(integer), real: dividend as f64 / divisor as f64 };
        }
        Cooked::mixed(dividend / divisor, dividend % divisor, divisor)
    }

    /// `whole + remainder / divisor`, where the remainder is less than the
    /// divisor.
    pub(super) fn mixed(whole: u128, remainder: u128, divisor: u128) -> Cooked {
        debug_assert!(remainder < divisor, "the remainder of a division");
        Cooked { magnitude: Some(whole), real: nearest(whole, remainder, divisor) }
    }

    /// A raw value that is a real already.
    ///
    /// # Errors
    /// [`Reason::NotANumber`] if it is NaN or infinite.
    pub(super) fn from_real(real: f64) -> Result<Cooked, Reason> {
        if !real.is_finite() {
            return Err(Reason::NotANumber);
        }
        let fits = real.abs() < 2f64.powi(128);
        // Adding zero turns the negative zero into the positive one.
        Ok(Cooked { magnitude: fits.then_some(real.abs() as u128), real: real + 0.0 })
    }
}

/// The f64 nearest to `whole + remainder / divisor`.
///
/// Long division in base two until there are more digits than an f64 keeps and
/// one that tells on which side of the middle the rest lies; the conversion
/// then rounds once. The first digit comes within 128 doublings, so the loop
/// ends within 183.
fn nearest(whole: u128, mut remainder: u128, divisor: u128) -> f64 {
    const ENOUGH: u128 = 1 << (f64::MANTISSA_DIGITS + 2);
    let mut digits = whole;
    let mut halvings = 0;
    while remainder != 0 && digits < ENOUGH {
        let overflows = remainder >> 127 == 1;
        remainder <<= 1;
        digits <<= 1;
        halvings += 1;
        if overflows || remainder >= divisor {
            // With the bit that was shifted out, the remainder is less than
            // twice the divisor: the wrapped difference is the true one.
            remainder = remainder.wrapping_sub(divisor);
            digits |= 1;
        }
    }
    digits |= u128::from(remainder != 0);
    digits as f64 * 0.5f64.powi(halvings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_once() {
        let third = Cooked::quotient(1, 3);
        assert_eq!((third.integer(), third.real()), (Some(0), 1.0 / 3.0));
        assert_eq!(nearest(0, 1, 3), 1.0 / 3.0);
        assert_eq!(nearest(0, 1, u128::MAX), 2f64.powi(-128));
        assert_eq!(nearest(u128::MAX, 0, 1), 2f64.powi(128));
        let tie = 1u128 << 53;
        assert_eq!(Cooked::quotient(tie + 1, 1).real(), 2f64.powi(53));
        assert_eq!(Cooked::quotient(3 * tie + 4, 3).real(), 2f64.powi(53) + 2.0);
        assert_eq!(Cooked::mixed(tie + 1, 1, 1 << 100).real(), 2f64.powi(53) + 2.0);
        let large = Cooked::quotient(u128::from(u64::MAX) * 100, 1);
        assert_eq!(large.integer(), Some(1_844_674_407_370_955_161_500));
        assert_eq!(
            (large.within((0, u64::MAX.into())), large.within((0, 1 << 80))),
            (None, Some(100 * i128::from(u64::MAX)))
        );
    }

    #[test]
    fn reals_pass_through() {
        assert_eq!(Cooked::from_real(f64::NAN), Err(Reason::NotANumber));
        assert_eq!(Cooked::from_real(f64::NEG_INFINITY), Err(Reason::NotANumber));
        let zero = Cooked::from_real(-0.0).unwrap();
        assert!(zero.real().is_sign_positive());
        let negative = Cooked::from_real(-1.5).unwrap();
        assert_eq!((negative.integer(), negative.real()), (None, -1.5));
        assert_eq!((negative.within((-1, 9)), negative.within((0, 9))), (Some(-1), None));
        let half = Cooked::from_real(-0.5).unwrap();
        assert_eq!((half.integer(), half.within((0, 9))), (Some(0), Some(0)));
        assert_eq!(Cooked::from_real(2.9).unwrap().within((0, 9)), Some(2));
        let huge = Cooked::from_real(f64::MAX).unwrap();
        assert_eq!((huge.integer(), huge.within((i128::MIN, i128::MAX))), (None, None));
    }

    #[test]
    fn signs() {
        let minus_seven_halves = Cooked::signed_quotient(-7, 2);
        assert_eq!((minus_seven_halves.within((-9, 9)), minus_seven_halves.real()), (Some(-3), -3.5));
        assert_eq!(Cooked::signed_quotient(0, 5), Cooked::whole(0));
        assert_eq!(Cooked::signed(-128).within((-128, 127)), Some(-128));
        assert_eq!(Cooked::signed(-129).within((-128, 127)), None);
        assert_eq!(Cooked::signed(i64::MIN.into()).real(), -2f64.powi(63));
    }
}
