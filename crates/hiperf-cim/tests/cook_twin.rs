//! The formulas against a naive twin.
//!
//! The twin reads the bits of a counter type's number instead of the table,
//! and keeps each value as a fraction of big integers, so that it shares no
//! decision and no arithmetic with the code under test. Cooked integers must
//! be the fraction truncated, cooked reals the nearest ones.

mod samples;

use std::cmp::Ordering;

use hiperf_cim::cook::{Cooked, CounterType, Sample, Width, cook};
use samples::Random;

const VECTORS_PER_TYPE: u32 = 20_000;

/// A natural number of any size, in base 2^32, lowest digit first, no leading
/// zeros.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Big(Vec<u32>);

impl Big {
    fn new(mut value: u128) -> Big {
        let mut digits = Vec::new();
        while value > 0 {
            digits.push(value as u32);
            value >>= 32;
        }
        Big(digits)
    }

    fn power_of_two(exponent: usize) -> Big {
        let mut digits = vec![0; exponent / 32];
        digits.push(1 << (exponent % 32));
        Big(digits)
    }

    fn trimmed(mut self) -> Big {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
        self
    }

    fn times(&self, other: &Big) -> Big {
        let mut digits = vec![0u32; self.0.len() + other.0.len()];
        for (i, a) in self.0.iter().enumerate() {
            let mut carry = 0u64;
            for (j, b) in other.0.iter().enumerate() {
                let sum = u64::from(*a) * u64::from(*b) + u64::from(digits[i + j]) + carry;
                digits[i + j] = sum as u32;
                carry = sum >> 32;
            }
            digits[i + other.0.len()] = carry as u32;
        }
        Big(digits).trimmed()
    }

    /// The difference, whichever is larger.
    fn distance(&self, other: &Big) -> Big {
        let (large, small) = if self.less(other) { (other, self) } else { (self, other) };
        let mut borrow = 0;
        let digits = large.0.iter().enumerate().map(|(i, digit)| {
            let taken = i64::from(*digit) - i64::from(small.0.get(i).copied().unwrap_or(0)) - borrow;
            borrow = i64::from(taken < 0);
            taken as u32
        });
        Big(digits.collect()).trimmed()
    }

    fn less(&self, other: &Big) -> bool {
        let by_length = self.0.len().cmp(&other.0.len());
        by_length.then_with(|| self.0.iter().rev().cmp(other.0.iter().rev())) == Ordering::Less
    }
}

/// A fraction that isn't negative.
#[derive(Clone, Debug)]
struct Fraction(Big, Big);

impl Fraction {
    fn of(dividend: &[u64], divisor: &[u64]) -> Fraction {
        let product = |factors: &[u64]| {
            factors.iter().fold(Big::new(1), |product, factor| product.times(&Big::new((*factor).into())))
        };
        Fraction(product(dividend), product(divisor))
    }

    fn of_real(real: f64) -> Fraction {
        let (exponent, mantissa) = ((real.to_bits() >> 52) as usize, real.to_bits() & ((1 << 52) - 1));
        let (exponent, mantissa) = if exponent == 0 { (1, mantissa) } else { (exponent, mantissa | 1 << 52) };
        let mantissa = Big::new(mantissa.into());
        if exponent >= 1075 {
            Fraction(mantissa.times(&Big::power_of_two(exponent - 1075)), Big::new(1))
        } else {
            Fraction(mantissa, Big::power_of_two(1075 - exponent))
        }
    }

    fn less(&self, other: &Fraction) -> bool {
        self.0.times(&other.1).less(&other.0.times(&self.1))
    }

    fn distance(&self, other: &Fraction) -> Fraction {
        Fraction(self.0.times(&other.1).distance(&other.0.times(&self.1)), self.1.times(&other.1))
    }

    /// `self - other`, or zero if that is negative.
    fn minus_or_zero(&self, other: &Fraction) -> Fraction {
        if self.less(other) { Fraction(Big::new(0), Big::new(1)) } else { self.distance(other) }
    }
}

/// The step of a counter, `None` if it is a reset.
fn step(older: u64, newer: u64, width: Width) -> Option<u64> {
    let step = i128::from(newer) - i128::from(older);
    let range = 1 << width.bits();
    let step = if step < 0 && width != Width::U64 { step + range } else { step };
    let wrapped_too_far = newer < older && step >= range / 2;
    (step >= 0 && !wrapped_too_far).then_some(step as u64)
}

/// The value by the bits of the counter type's number.
fn twin(number: u32, older: &Sample, newer: &Sample) -> Option<Fraction> {
    const HISTOGRAM: u32 = 0x8000_0000;
    let (kind, subtype, display) = (number & 0xC00, number >> 16 & 7, number >> 28);
    let (is_delta, is_inverse, is_multi) =
        (number >> 22 & 1 == 1, number >> 24 & 1 == 1, number >> 25 & 1 == 1);
    if number == HISTOGRAM || number & 0x300 >= 0x200 {
        return None;
    }
    if kind == 0 {
        return Some(Fraction::of(&[newer.value], &[1]));
    }
    let n = || step(older.value, newer.value, newer.width);
    let d = || step(older.time, newer.time, Width::U64).filter(|d| *d > 0);
    let f1 = || Some(newer.frequency).filter(|f| *f > 0);
    let f = || f1().filter(|f| *f == older.frequency);
    let (base0, base1, base_width) = (older.base?.0, newer.base?.0, newer.base?.1);
    let b = || step(base0, base1, base_width).filter(|b| *b > 0);
    let b1 = || Some(base1).filter(|b| *b > 0);
    match (subtype, display) {
        (0, _) => Some(Fraction::of(&[n()?], &[1])),
        (1, 2) => {
            let active = Fraction::of(&[100, n()?], &[d()?]);
            let count = if is_multi { b1()? } else { 1 };
            Some(match (is_inverse, is_multi) {
                (true, _) => Fraction::of(&[100, count], &[1]).minus_or_zero(&active),
                (false, true) => Fraction(active.0, active.1.times(&Big::new(count.into()))),
                (false, false) => active,
            })
        }
        (1, _) => Some(Fraction::of(&[n()?, f()?], &[d()?])),
        (2, 2) if is_delta => Some(Fraction::of(&[100, n()?], &[b()?])),
        (2, 2) => Some(Fraction::of(&[100, newer.value], &[b1()?])),
        (2, 3) => Some(Fraction::of(&[n()?], &[f()?, b()?])),
        (2, _) => Some(Fraction::of(&[n()?], &[b()?])),
        (4, _) => Some(Fraction::of(&[step(newer.value, newer.time, Width::U64)?], &[f1()?])),
        (5, _) => Some(Fraction::of(&[n()?], &[d()?])),
        (7, _) => Some(Fraction::of(&[100, n()?], &[b()?])),
        _ => None,
    }
}

/// Whether the cooked value is the fraction: truncated, and nearest.
fn is_exact(cooked: Cooked, fraction: &Fraction) -> bool {
    let Some(integer) = cooked.integer() else { return false };
    let whole = Fraction(Big::new(integer), Big::new(1));
    let next = Fraction(Big::new(integer + 1), Big::new(1));
    if fraction.less(&whole) || !fraction.less(&next) {
        return false;
    }
    let real = cooked.real();
    if !real.is_finite() || real.is_sign_negative() {
        return false;
    }
    let error = |real: f64| Fraction::of_real(real).distance(fraction);
    let is_nearer = |other: f64| other >= 0.0 && error(other).less(&error(real));
    !is_nearer(real.next_up()) && !is_nearer(real.next_down())
}

#[test]
fn formulas_equal_their_twin() {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    for of in CounterType::ALL.iter().copied().filter(|of| *of != CounterType::PERF_DOUBLE_RAW) {
        let mut values = 0;
        for _ in 0..VECTORS_PER_TYPE {
            // Classes don't always keep to the documented widths.
            let widths = [Width::U8, Width::U16, Width::U32, Width::U64];
            let width = widths[(random.next() % 4) as usize];
            let base_width = widths[(random.next() % 4) as usize];
            let (older, newer) = random.samples(width, base_width);
            match (cook(of, Some(&older), &newer), twin(of.number(), &older, &newer)) {
                (Ok(cooked), Some(fraction)) => {
                    assert!(is_exact(cooked, &fraction), "{of}: {older:?} {newer:?}: {cooked:?}");
                    values += 1;
                }
                (Err(_), None) => {}
                (cooked, fraction) => panic!("{of}: {older:?} {newer:?}: {cooked:?}, not {fraction:?}"),
            }
        }
        let calculable = of.formula().expression().is_some();
        assert!(!calculable || values > VECTORS_PER_TYPE / 5, "{of}: only {values} values");
    }
}

#[test]
fn raw_reals_are_finite_or_refused() {
    let mut random = Random(0x1405_7B7E_F767_814F);
    let of = CounterType::PERF_DOUBLE_RAW;
    for _ in 0..VECTORS_PER_TYPE {
        let value = random.value(Width::U64);
        let newer = Sample { value, width: Width::U64, time: 0, frequency: 0, base: None };
        let real = f64::from_bits(value);
        match cook(of, None, &newer) {
            Ok(cooked) => assert!(real.is_finite() && cooked.real() == real, "{value:#x}"),
            Err(_) => assert!(!real.is_finite(), "{value:#x}"),
        }
    }
}
