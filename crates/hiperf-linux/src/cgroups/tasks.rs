//! [`CgroupTasks`]: `Linux_PerfRawData_Cgroups_CgroupTasks`, the tasks of each
//! cgroup and the cgroups below it.

use hiperf_provider::{Instance, Reason};

use crate::area::Class;
use crate::cgroups::files::{DESCENDANTS, STATE, Subject, TASK_LIMIT, TASK_LIMIT_HITS, TASK_PEAK, TASKS};
use crate::cgroups::group::Group;
use crate::cgroups::quantity::Quantity;
use crate::cgroups::{Cgroups, why_missing};
use crate::property::{Property, Sources};

/// The class.
#[derive(Debug)]
pub struct CgroupTasks;

/// What has a value only if a limit is set.
const LIMITS: &[(&str, Quantity)] = &[("TaskLimit", Quantity::TaskLimit)];

impl Class for CgroupTasks {
    type Area = Cgroups;
    type Row = Group;
    const NAME: &'static str = "Linux_PerfRawData_Cgroups_CgroupTasks";
    const INSTANCES: Sources = Subject::Tasks.groups();
    const PROPERTIES: &'static [Property<Group>] = &[
        Property::new("Tasks", TASKS, |group| group.get(Quantity::Tasks)),
        Property::new("TaskLimit", TASK_LIMIT, |group| group.get(Quantity::TaskLimit)),
        Property::new("TaskPeak", TASK_PEAK, |group| group.get(Quantity::TaskPeak)),
        Property::new("TaskLimitHits", TASK_LIMIT_HITS, |group| group.get(Quantity::TaskLimitHits)),
        Property::new("Descendants", DESCENDANTS, |group| group.get(Quantity::Descendants)),
        Property::new("DyingDescendants", DESCENDANTS, |group| group.get(Quantity::DyingDescendants)),
        Property::new("Populated", STATE, |group| group.get(Quantity::Populated)),
        Property::new("Frozen", STATE, |group| group.get(Quantity::Frozen)),
    ];

    fn for_each(area: &Cgroups, visit: &mut dyn FnMut(Instance<'_>, &Group)) {
        area.groups(Subject::Tasks).for_each(|(instance, group)| visit(instance, group));
    }

    fn why_missing(group: &Group, property: &Property<Group>) -> Option<Reason> {
        why_missing(group, property.sources, property.name, LIMITS)
    }
}
