//! [`Statistics`]: the properties of a formatted class that are a statistic
//! over the last raw values, and the windows they need.
//!
//! Every refresh is one sample. A raw value that is missing is left out: the
//! statistic is over those that are there, and over fewer than `SampleWindow`
//! until there have been so many. Only when there is none is it NULL, for the
//! reason that the raw value is. A query has one sample. Properties over the
//! same raw property and as many samples share their window.
//!
//! Source: counters.md section 7.

use hiperf_cim::cook::{SampleKind, SampleWindow, Statistic};
use hiperf_cim::{CimType, Class, Error, Instance, PropertyHandle, Reason, Result, Status};
use hiperf_com::access::ObjectAccess;

use super::naming::{Naming, invalid};
use super::target::Target;

/// The most samples that all windows of one instance hold. A class that anyone
/// compiled decides, and each of its instances pays for it: 1 MiB here.
const MAX_SAMPLES: usize = 1 << 17;

/// The statistical properties of a recipe.
#[derive(Debug, Default)]
pub(super) struct Statistics {
    windows: Vec<Window>,
    steps: Vec<Step>,
}

/// Which raw values a window is of.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Window {
    raw: PropertyHandle,
    ty: CimType,
    kind: SampleKind,
    size: usize,
}

#[derive(Debug)]
struct Step {
    target: Target,
    statistic: Statistic,
    /// Index of its window.
    window: usize,
}

impl Statistics {
    /// Adds a property.
    ///
    /// # Errors
    /// * `WBEM_E_INVALID_QUALIFIER`: no window is given, or a raw property that
    ///   isn't there or isn't a number.
    /// * `WBEM_E_VALUE_OUT_OF_RANGE`: a window of no samples, or of too many.
    /// * `WBEM_E_QUOTA_VIOLATION`: all windows together are too large.
    pub fn add(
        &mut self,
        naming: Naming<'_>,
        raw: &Class,
        statistic: Statistic,
        target: Target,
    ) -> Result<()> {
        let window = Window::new(naming, raw)?;
        let place = match self.windows.iter().position(|known| *known == window) {
            Some(place) => place,
            None => {
                self.windows.push(window);
                self.windows.len() - 1
            }
        };
        let samples: usize = self.windows.iter().map(|window| window.size).sum();
        if samples > MAX_SAMPLES {
            let message =
                format!("the windows of an instance hold {samples} samples; {MAX_SAMPLES} are the most");
            return Err(Error::new(Status::WBEM_E_QUOTA_VIOLATION, message));
        }
        self.steps.push(Step { target, statistic, window: place });
        Ok(())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Empty windows for an instance, of at most so many samples each.
    pub fn windows(&self, most: usize) -> Result<Vec<SampleWindow>> {
        self.windows.iter().map(|window| SampleWindow::new(window.kind, window.size.min(most))).collect()
    }

    /// Takes a sample in, and computes every property from what is there.
    /// `windows` are those of the instance.
    pub fn cook(
        &self,
        sample: &Instance,
        windows: &mut [SampleWindow],
        target: &ObjectAccess,
    ) -> Result<(), Status> {
        for (window, values) in self.windows.iter().zip(&mut *windows) {
            if let Some(value) = window.read(sample)? {
                values.push(value);
            }
        }
        for step in &self.steps {
            let values = &windows[step.window];
            let cooked = match step.statistic.cook(values) {
                Err(_) if values.is_empty() => Err(self.windows[step.window].why(sample)),
                cooked => cooked,
            };
            step.target.write(target, cooked)?;
        }
        Ok(())
    }

    /// The formatted properties.
    pub fn targets(&self) -> impl Iterator<Item = PropertyHandle> {
        self.steps.iter().map(|step| step.target.handle)
    }

    /// The raw properties.
    pub fn takes(&self) -> impl Iterator<Item = PropertyHandle> {
        self.windows.iter().map(|window| window.raw)
    }
}

impl Window {
    fn new(naming: Naming<'_>, raw: &Class) -> Result<Window> {
        let name = naming.counter();
        let property = raw
            .property(name)
            .ok_or_else(|| invalid(format!("its raw property {name} is not a property of {}", raw.name())))?;
        let ty = property.ty();
        let kind = SampleKind::of(ty.scalar).filter(|_| !ty.is_array).ok_or_else(|| {
            invalid(format!("its raw property {name} of {} is a {ty}, which is no number", raw.name()))
        })?;
        let size = naming.window_size()?;
        // Made to hear whether it can be.
        SampleWindow::new(kind, size)?;
        Ok(Window { raw: raw.handle(name)?, ty: ty.scalar, kind, size })
    }

    /// The raw value as a window takes it.
    fn read(&self, sample: &Instance) -> Result<Option<u64>, Status> {
        let Some(bytes) = sample.read_fixed(self.raw)? else { return Ok(None) };
        let mut word = [0; 8];
        word[..bytes.len()].copy_from_slice(bytes);
        let low = u64::from_le_bytes(word);
        Ok(Some(match (self.kind, self.ty) {
            (SampleKind::Real, CimType::Real32) => f64::from(f32::from_bits(low as u32)).to_bits(),
            (SampleKind::Signed, _) => {
                let unused = 64 - 8 * bytes.len() as u32;
                ((low << unused).cast_signed() >> unused).cast_unsigned()
            }
            _ => low,
        }))
    }

    /// Why there is no sample, after this one, which was none.
    fn why(&self, sample: &Instance) -> Reason {
        match sample.is_null(self.raw) {
            Ok(false) => Reason::NotANumber,
            _ => sample.why(self.raw).ok().flatten().unwrap_or(Reason::Missing),
        }
    }
}
