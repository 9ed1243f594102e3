//! [`Recipe`]: how the properties of a formatted class are computed from those
//! of its raw class, worked out once from the classes' qualifiers.
//!
//! | a formatted property | becomes |
//! |---|---|
//! | with a counter type | the formula's value of the raw properties that its qualifiers name |
//! | with a statistical cooking type | the statistic over the last raw values |
//! | with a raw one of the same name and type, such as the time stamps | a copy |
//! | the key | written once, when the instance appears |
//!
//! Which qualifiers name what says [`Naming`]. Formulas and copies that a
//! [`Lane`] can take are in one, and go from object to object; the others are
//! computed from two whole samples and written one by one.
//!
//! Source: counters.md sections 5 and 6.

use hiperf_cim::cook::{CookingType, Lane, LaneSample, Left, LeftValue, Pace, Place, Reason, SampleWindow};
use hiperf_cim::{CimType, Class, Context as _, Instance, Property, PropertyHandle, Result, Status};
use hiperf_com::access::ObjectAccess;
use hiperf_com::object::Object;

use super::naming::{Naming, is_text};
use super::statistics::Statistics;
use super::step::{Baseline, Step};
use super::target::Target;
use super::text::TextStep;

/// The raw class that `formatted` is cooked from, by its qualifiers.
pub(crate) fn raw_class_name(formatted: &Class) -> Option<&str> {
    formatted.qualifiers().text("AutoCook_RawClass")
}

/// How instances of a formatted class are computed.
#[derive(Debug, Default)]
pub(crate) struct Recipe {
    steps: Vec<Step>,
    statistics: Statistics,
    texts: Vec<TextStep>,
    copies: Vec<(PropertyHandle, PropertyHandle)>,
    lane: Option<Lane>,
    /// Which step each of the lane's is.
    in_lane: Vec<usize>,
    /// The steps that aren't in the lane.
    beside_lane: Vec<usize>,
    /// Computed properties that nobody asked for.
    others: Vec<PropertyHandle>,
}

/// What is kept of an instance from one refresh to the next, beside its two
/// samples.
#[derive(Debug)]
pub(crate) struct History {
    windows: Vec<SampleWindow>,
    /// Room for its longest text.
    units: Vec<u16>,
}

impl History {
    /// Forgets all samples: another instance begins.
    pub(crate) fn clear(&mut self) {
        self.windows.iter_mut().for_each(SampleWindow::clear);
    }
}

/// What a lane needs from one instance to the next.
#[derive(Debug)]
pub(crate) struct LaneWork {
    /// `None` without a lane.
    pace: Option<Pace>,
    left: Vec<Left>,
}

/// The class whose properties say when a sample was taken. Everybody gets them.
const SAMPLE_CLASS: &str = "Win32_Perf";

impl Recipe {
    /// The recipe for `formatted` from `raw`, of the properties that are
    /// `wanted`; `None` means all.
    ///
    /// # Errors
    /// * `WBEM_E_INVALID_QUALIFIER`: a qualifier names a formula or a raw
    ///   property that isn't there, or one that holds no counter; or the
    ///   formatted property holds none.
    /// * Those of a window: see [`Statistics::add`].
    pub(crate) fn new(formatted: &Class, raw: &Class, wanted: Option<&[String]>) -> Result<Recipe> {
        let mut recipe = Recipe::default();
        let is_wanted = |name: &str| {
            wanted.is_none_or(|names| names.iter().any(|wanted| wanted.eq_ignore_ascii_case(name)))
        };
        for property in formatted.properties() {
            let name = property.name();
            if !is_wanted(name) && property.origin() != SAMPLE_CLASS {
                // The key is not computed, and what has no handle neither.
                recipe.others.extend(formatted.handle(name).ok().filter(|_| !property.is_key()));
                continue;
            }
            let added = recipe.add(formatted, raw, property);
            added.context(|| format!("property {name} of {}", formatted.name()))?;
        }
        recipe.make_lane(formatted, raw);
        Ok(recipe)
    }

    /// Puts into a lane what can be in one.
    fn make_lane(&mut self, formatted: &Class, raw: &Class) {
        let mut taken = Vec::new();
        for (place, step) in self.steps.iter().enumerate() {
            let step = step.for_lane();
            if Lane::takes(&step, raw, formatted) {
                taken.push(step);
                self.in_lane.push(place);
            } else {
                self.beside_lane.push(place);
            }
        }
        self.lane = Lane::new(taken, &self.copies, raw, formatted);
        if self.lane.is_none() {
            self.in_lane.clear();
            self.beside_lane = (0..self.steps.len()).collect();
        }
    }

    fn add(&mut self, formatted: &Class, raw: &Class, property: &Property) -> Result<()> {
        let naming = Naming::new(formatted, raw, property);
        match naming.cooking_type()? {
            Some(CookingType::Counter(text)) if is_text(text) => {
                self.texts.push(TextStep::new(formatted, property, raw, naming.counter())?);
            }
            Some(CookingType::Counter(counter_type)) => {
                let target = Target::new(formatted, property)?;
                self.steps.push(Step::new(target, counter_type, naming, raw)?);
            }
            Some(CookingType::Statistic(statistic)) => {
                let target = Target::new(formatted, property)?;
                self.statistics.add(naming, raw, statistic, target)?;
            }
            None => self.add_copy(formatted, raw, property)?,
        }
        Ok(())
    }

    /// A copy of the raw property of the same name and type, if there is one.
    fn add_copy(&mut self, formatted: &Class, raw: &Class, property: &Property) -> Result<()> {
        let (name, ty) = (property.name(), property.ty());
        let same = raw.property(name).filter(|same| same.ty() == ty && !property.is_key());
        let Some(same) = same.filter(|_| !ty.is_array && ty.scalar != CimType::Object) else { return Ok(()) };
        if !ty.scalar.is_text() {
            self.copies.push((raw.handle(name)?, formatted.handle(name)?));
        } else if same.origin() != property.origin() {
            self.texts.push(TextStep::new(formatted, property, raw, name)?);
        }
        Ok(())
    }

    /// What is kept of an instance of which there are to be up to `samples`.
    pub(crate) fn history(&self, samples: usize) -> Result<History> {
        Ok(History { windows: self.statistics.windows(samples)?, units: Vec::new() })
    }

    /// Whether any property is the difference of two samples.
    pub(crate) fn needs_two_samples(&self) -> bool {
        self.steps.iter().any(|step| step.counter_type.needs_two_samples())
    }

    /// The properties of `raw` that the recipe takes.
    pub(crate) fn raw_properties<'r>(&self, raw: &'r Class) -> Vec<&'r str> {
        let copied = self.copies.iter().map(|&(from, _)| from);
        let copied = copied.chain(self.texts.iter().map(|text| text.raw));
        let taken = self.steps.iter().flat_map(Step::takes).chain(self.statistics.takes()).chain(copied);
        let mut indexes: Vec<usize> = taken.map(PropertyHandle::index).collect();
        indexes.sort_unstable();
        indexes.dedup();
        indexes.into_iter().map(|index| raw.properties()[index].name()).collect()
    }

    /// Says in a new object why the properties that nobody asked for are NULL.
    pub(crate) fn mark_others(&self, target: &ObjectAccess) -> Result<(), Status> {
        self.others.iter().try_for_each(|&handle| target.write_missing(handle, Reason::NotAsked))
    }

    /// A sample for the lane, of nothing yet; `None` without a lane.
    pub(crate) fn lane_sample(&self) -> Option<LaneSample> {
        self.lane.as_ref().map(Lane::sample)
    }

    /// What the lane needs from one instance to the next.
    pub(crate) fn lane_work(&self) -> LaneWork {
        LaneWork { pace: self.lane.as_ref().map(Lane::pace), left: Vec::new() }
    }

    /// Whether anything is computed from whole samples.
    pub(crate) fn needs_samples(&self) -> bool {
        let has_copies = self.lane.is_none() && !self.copies.is_empty();
        let is_beside = !self.beside_lane.is_empty() || !self.texts.is_empty();
        has_copies || is_beside || !self.statistics.is_empty()
    }

    /// Computes what is in the lane. `own` is the target if it is an object of
    /// ours; anybody else's is written by its methods. Allocates nothing but room
    /// for an object's first reason and for what the lane leaves.
    #[inline]
    pub(crate) fn cook_lane(
        &self,
        raw: &Object,
        sample: &mut LaneSample,
        own: Option<&Object>,
        target: &ObjectAccess,
        work: &mut LaneWork,
    ) -> Result<(), Status> {
        let (Some(lane), Some(pace)) = (&self.lane, &mut work.pace) else { return Ok(()) };
        // Of an instance that failed, nothing is of use to the next.
        work.left.clear();
        match own {
            Some(own) => raw.cook(lane, sample, own, pace, &mut work.left)?,
            None => raw.cook_singly(lane, sample, &mut work.left)?,
        }
        if work.left.is_empty() { Ok(()) } else { self.write_left(target, &mut work.left) }
    }

    #[cold]
    fn write_left(&self, target: &ObjectAccess, left: &mut Vec<Left>) -> Result<(), Status> {
        left.drain(..).try_for_each(|Left { place, value }| match (place, value) {
            (Place::Step(place), LeftValue::Cooked(cooked)) => {
                self.steps[self.in_lane[place]].target.write(target, Ok(cooked))
            }
            (Place::Step(place), LeftValue::Missing(reason)) => {
                self.steps[self.in_lane[place]].target.write(target, Err(reason))
            }
            (Place::Copy(place), LeftValue::Bytes(bytes, len)) => {
                target.write_bytes(self.copies[place].1, &bytes[..len])
            }
            (Place::Copy(place), LeftValue::Missing(reason)) => {
                target.write_missing(self.copies[place].1, reason)
            }
            (Place::Step(_), LeftValue::Bytes(..)) | (Place::Copy(_), LeftValue::Cooked(_)) => {
                Err(Status::WBEM_E_CRITICAL_ERROR)
            }
        })
    }

    /// Takes the newer sample in, and computes every property of `target` that
    /// isn't in the lane. What can't be computed becomes NULL, with the reason.
    /// Allocates nothing but room for an object's first reason and for a text
    /// longer than all before.
    pub(crate) fn cook(
        &self,
        older: Baseline<'_>,
        newer: &Instance,
        history: &mut History,
        target: &ObjectAccess,
    ) -> Result<(), Status> {
        if self.lane.is_none() {
            for &(from, to) in &self.copies {
                match newer.read_fixed(from)? {
                    Some(value) => target.write_bytes(to, value)?,
                    None => target.write_missing(to, newer.why(from)?.unwrap_or(Reason::Missing))?,
                }
            }
        }
        for step in self.beside_lane.iter().map(|&place| &self.steps[place]) {
            step.target.write(target, step.value(older, newer))?;
        }
        self.statistics.cook(newer, &mut history.windows, target)?;
        self.texts.iter().try_for_each(|text| text.copy(newer, &mut history.units, target))
    }

    /// Sets every computed property to NULL: the sample is missing.
    pub(crate) fn clear(&self, target: &ObjectAccess, reason: Reason) -> Result<(), Status> {
        let copied = self.copies.iter().map(|&(_, to)| to);
        let copied = copied.chain(self.texts.iter().map(|text| text.target));
        let cooked = self.steps.iter().map(|step| step.target.handle).chain(self.statistics.targets());
        cooked.chain(copied).try_for_each(|handle| target.write_missing(handle, reason))
    }
}
