//! [`Resource`]: `Linux_PerfRawData_OS_Pressure`, one instance for each
//! resource that tasks wait for.

use hiperf_provider::{Field, Instance, Reason};

use crate::area::{Class, reason};
use crate::pressure::stalls::{Stall, Stalls};
use crate::pressure::{CPU, Pressure, RESOURCES};
use crate::property::{Property, Sources};
use crate::root::Unavailable;

/// A resource in a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resource {
    /// Its place in [`RESOURCES`].
    pub index: usize,
    /// For how long tasks waited for it.
    pub stalls: Stalls,
    /// Why that isn't known.
    pub unavailable: Option<Unavailable>,
}

impl Resource {
    /// When all waited. Of the machine's processors the kernel writes a line of
    /// zeros for the sake of old programs; it is no measurement.
    fn full(&self) -> Option<Stall> {
        self.stalls.full.filter(|_| self.index != CPU)
    }
}

const FILES: Sources = Pressure::FILES;

impl Class for Resource {
    type Area = Pressure;
    type Row = Resource;
    const NAME: &'static str = "Linux_PerfRawData_OS_Pressure";
    const INSTANCES: Sources = FILES;
    const PROPERTIES: &'static [Property<Resource>] = &[
        Property::new("PercentSomeStalledTime", FILES, |row| Some(row.stalls.some?.total_100ns)),
        Property::new("PercentFullStalledTime", FILES, |row| Some(row.full()?.total_100ns)),
        Property::of_field("SomeAverage10", FILES, Field::Real(|row| Some(row.stalls.some?.average(0)))),
        Property::of_field("SomeAverage60", FILES, Field::Real(|row| Some(row.stalls.some?.average(1)))),
        Property::of_field("SomeAverage300", FILES, Field::Real(|row| Some(row.stalls.some?.average(2)))),
        Property::of_field("FullAverage10", FILES, Field::Real(|row| Some(row.full()?.average(0)))),
        Property::of_field("FullAverage60", FILES, Field::Real(|row| Some(row.full()?.average(1)))),
        Property::of_field("FullAverage300", FILES, Field::Real(|row| Some(row.full()?.average(2)))),
    ];

    fn for_each(area: &Pressure, visit: &mut dyn FnMut(Instance<'_>, &Resource)) {
        for row in area.resources() {
            visit(Instance::named(RESOURCES[row.index]), &row);
        }
    }

    fn why_missing(row: &Resource, _property: &Property<Resource>) -> Option<Reason> {
        Some(reason(row.unavailable))
    }
}
