//! [`CgroupProcessor`]: `Linux_PerfRawData_Cgroups_CgroupProcessor`, the time of
//! processors that each cgroup has, is allowed, and is refused.

use hiperf_provider::{Field, Instance, Reason};

use crate::area::Class;
use crate::cgroups::files::{CPU_MAX, PROCESSORS, SHARES, SYSTEM, Subject, THROTTLING, USAGE, USER, WEIGHT};
use crate::cgroups::group::Group;
use crate::cgroups::quantity::Quantity;
use crate::cgroups::{Cgroups, why_missing};
use crate::property::{Property, Sources};

/// The class.
#[derive(Debug)]
pub struct CgroupProcessor;

/// What has a value only if a limit is set.
const LIMITS: &[(&str, Quantity)] = &[("ProcessorLimit", Quantity::Quota)];

impl Class for CgroupProcessor {
    type Area = Cgroups;
    type Row = Group;
    const NAME: &'static str = "Linux_PerfRawData_Cgroups_CgroupProcessor";
    const INSTANCES: Sources = Subject::Processor.groups();
    const PROPERTIES: &'static [Property<Group>] = &[
        Property::new("PercentProcessorTime", USAGE, |group| group.get(Quantity::Usage)),
        Property::new("PercentUserTime", USER, |group| group.get(Quantity::User)),
        Property::new("PercentPrivilegedTime", SYSTEM, |group| group.get(Quantity::System)),
        Property::new("PeriodsPersec", THROTTLING, |group| group.get(Quantity::Periods)),
        Property::new("ThrottledPeriodsPersec", THROTTLING, |group| group.get(Quantity::ThrottledPeriods)),
        Property::new("PercentPeriodsThrottled", THROTTLING, |group| group.get(Quantity::ThrottledPeriods)),
        Property::new("PercentPeriodsThrottled_Base", THROTTLING, |group| group.get(Quantity::Periods)),
        Property::new("PercentThrottledTime", THROTTLING, |group| group.get(Quantity::Throttled)),
        Property::new("BurstsPersec", THROTTLING, |group| group.get(Quantity::Bursts)),
        Property::new("PercentBurstTime", THROTTLING, |group| group.get(Quantity::Burst)),
        Property::of_field("ProcessorLimit", CPU_MAX, Field::Real(processor_limit)),
        Property::new("Weight", WEIGHT, |group| group.get(Quantity::Weight)),
        Property::new("Shares", SHARES, |group| group.get(Quantity::Shares)),
        Property::new("EffectiveProcessors", PROCESSORS, |group| group.get(Quantity::Processors)),
        Property::of_field("EffectiveProcessorList", PROCESSORS, Field::Text(processor_list)),
    ];

    fn for_each(area: &Cgroups, visit: &mut dyn FnMut(Instance<'_>, &Group)) {
        area.groups(Subject::Processor).for_each(|(instance, group)| visit(instance, group));
    }

    fn why_missing(group: &Group, property: &Property<Group>) -> Option<Reason> {
        why_missing(group, property.sources, property.name, LIMITS)
    }
}

/// How many processors' time it may have.
#[allow(clippy::cast_precision_loss)] // microseconds of a period are few
fn processor_limit(group: &Group) -> Option<f64> {
    let period = group.get(Quantity::Period).filter(|period| *period > 0)?;
    Some(group.get(Quantity::Quota)? as f64 / period as f64)
}

fn processor_list(group: &Group) -> Option<&str> {
    group.get(Quantity::Processors).map(|_| group.processors.as_str())
}
