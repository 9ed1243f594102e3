//! [`SampleWindow`]: the last raw values of a property, for the statistics.
//!
//! It takes what it is given: whether a sample is missing, or another entity
//! bears the name, is for the one to say who takes samples.

use super::{Cooked, Reason, Width};
use crate::{CimType, Error, Status};

/// What the raw values in a window are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SampleKind {
    /// Integers that are never negative: given as they are.
    Unsigned,
    /// Integers with a sign: given as the bits of an i64.
    Signed,
    /// Reals: given as the bits of an f64.
    Real,
}

/// The bit that is a sign.
const SIGN: u64 = 1 << 63;

impl SampleKind {
    /// The kind of a raw property of this CIM type; `None` if it isn't a number.
    #[must_use]
    pub const fn of(cim: CimType) -> Option<SampleKind> {
        match (Width::of(cim), cim) {
            (Some(width), _) if width.is_signed() => Some(SampleKind::Signed),
            (Some(_), _) => Some(SampleKind::Unsigned),
            (None, CimType::Real32 | CimType::Real64) => Some(SampleKind::Real),
            (None, _) => None,
        }
    }

    /// How far above itself an integer's key is.
    pub(super) const fn lift(self) -> u64 {
        if matches!(self, SampleKind::Signed) { SIGN } else { 0 }
    }

    /// A number in the same order as the values.
    const fn key(self, value: u64) -> u64 {
        match self {
            SampleKind::Unsigned => value,
            SampleKind::Signed => value ^ SIGN,
            // The bits of reals are in order but for the sign, which comes last
            // and turns it around.
            SampleKind::Real if value & SIGN == 0 => value | SIGN,
            SampleKind::Real => !value,
        }
    }
}

/// The last raw values of a property, as many as SampleWindow says.
///
/// They are kept as keys, which are in the order of the values whatever these
/// are, so that smallest, largest and percentiles are found in one way.
#[derive(Clone, Debug)]
pub struct SampleWindow {
    kind: SampleKind,
    keys: Vec<u64>,
    size: usize,
    oldest: usize,
}

impl SampleWindow {
    /// The largest SampleWindow. A class that anyone compiled decides the
    /// size, and each property of each instance pays for it: 512 KiB here.
    pub const MAX_SIZE: usize = 1 << 16;

    /// An empty window for `size` values, allocated in full.
    ///
    /// # Errors
    /// WBEM_E_VALUE_OUT_OF_RANGE if the size is 0 or more than
    /// [`SampleWindow::MAX_SIZE`].
    pub fn new(kind: SampleKind, size: usize) -> crate::Result<SampleWindow> {
        if size == 0 || size > SampleWindow::MAX_SIZE {
            let message = format!("SampleWindow is {size}; it can be 1 to {}", SampleWindow::MAX_SIZE);
            return Err(Error::new(Status::WBEM_E_VALUE_OUT_OF_RANGE, message));
        }
        Ok(SampleWindow { kind, keys: Vec::with_capacity(size), size, oldest: 0 })
    }

    /// Takes a raw value in; the oldest leaves if the window is full. A real
    /// that is NaN or infinite was no sample.
    pub fn push(&mut self, value: u64) {
        if self.kind == SampleKind::Real && !f64::from_bits(value).is_finite() {
            return;
        }
        let key = self.kind.key(value);
        if self.keys.len() < self.size {
            self.keys.push(key);
            return;
        }
        self.keys[self.oldest] = key;
        self.oldest = (self.oldest + 1) % self.size;
    }

    /// Forgets all values: after a reset, or when another entity bears the
    /// name.
    pub fn clear(&mut self) {
        self.keys.clear();
        self.oldest = 0;
    }

    /// What the values are.
    pub(super) fn kind(&self) -> SampleKind {
        self.kind
    }

    /// The keys of the values in the window, in no particular order.
    pub(super) fn keys(&self) -> &[u64] {
        &self.keys
    }

    /// The values, if they are reals.
    pub(super) fn reals(&self) -> impl ExactSizeIterator<Item = f64> + Clone {
        self.keys.iter().map(|key| real_of(*key))
    }

    /// The value that has this key.
    pub(super) fn cooked(&self, key: u64) -> Result<Cooked, Reason> {
        match self.kind {
            SampleKind::Real => Cooked::from_real(real_of(key)),
            kind => Ok(Cooked::signed(i128::from(key) - i128::from(kind.lift()))),
        }
    }

    /// The number of values in the window.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is no value yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}

/// The real that has this key.
const fn real_of(key: u64) -> f64 {
    f64::from_bits(if key & SIGN == 0 { !key } else { key ^ SIGN })
}

#[cfg(test)]
mod tests {
    use super::super::Statistic;
    use super::*;

    #[test]
    fn the_window_slides() {
        let mut window = SampleWindow::new(SampleKind::Unsigned, 3).unwrap();
        [100, 1, 2, 3].into_iter().for_each(|value| window.push(value));
        assert_eq!(Statistic::Max.cook(&window).unwrap().integer(), Some(3));
        window.push(0);
        assert_eq!(Statistic::Min.cook(&window).unwrap().integer(), Some(0));
        assert_eq!(Statistic::Average.cook(&window).unwrap().real(), 5.0 / 3.0);
        window.clear();
        assert!(window.is_empty());
        assert_eq!(Statistic::Min.cook(&window), Err(Reason::NoBaseline));
        for size in [0, SampleWindow::MAX_SIZE + 1] {
            let error = SampleWindow::new(SampleKind::Real, size).unwrap_err();
            assert_eq!(error.status(), Status::WBEM_E_VALUE_OUT_OF_RANGE);
        }
    }

    #[test]
    fn keys_are_in_the_order_of_the_values() {
        let check = |kind: SampleKind, values: &[u64]| {
            let keys: Vec<u64> = values.iter().map(|value| kind.key(*value)).collect();
            assert!(keys.is_sorted_by(|one, two| one < two), "{kind:?}: {keys:x?}");
            let mut window = SampleWindow::new(kind, values.len()).unwrap();
            values.iter().for_each(|value| window.push(*value));
            keys.iter().map(|key| window.cooked(*key).unwrap().real()).collect::<Vec<f64>>()
        };
        check(SampleKind::Unsigned, &[0, 1, u64::MAX]);
        let signed = [i64::MIN, -2, -1, 0, 1, i64::MAX];
        assert_eq!(check(SampleKind::Signed, &signed.map(i64::cast_unsigned)), signed.map(|one| one as f64));
        let reals = [f64::MIN, -1.5, -f64::MIN_POSITIVE, -0.0, 0.0, 5e-324, 1.5, f64::MAX];
        assert_eq!(check(SampleKind::Real, &reals.map(f64::to_bits)), reals);
    }

    #[test]
    fn what_is_no_number_is_no_sample() {
        let mut window = SampleWindow::new(SampleKind::Real, 2).unwrap();
        [f64::NAN, f64::INFINITY, f64::NEG_INFINITY].into_iter().for_each(|real| window.push(real.to_bits()));
        assert!(window.is_empty());
    }

    #[test]
    fn kinds() {
        for cim in CimType::ALL {
            let kind = SampleKind::of(cim);
            assert_eq!(kind.is_some(), cim.is_integer() || cim.is_real(), "{cim:?}");
            let is_signed = cim.integer_range().is_some_and(|(min, _)| min < 0);
            assert_eq!(kind == Some(SampleKind::Signed), is_signed, "{cim:?}");
        }
    }
}
