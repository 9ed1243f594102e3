//! [`Fan`]: `Linux_PerfRawData_Sensor_Fan`, one instance for each sensor of
//! `/sys/class/hwmon` that measures how fast a fan turns.

use hiperf_provider::{Field, Instance, Reason};

use crate::area::Class;
use crate::property::{Property, Sources};
use crate::sensors::chip::{Part, Quantity, Sensor, source};
use crate::sensors::{Sensors, count};

/// The class.
#[derive(Debug)]
pub struct Fan;

const OF: Quantity = Quantity::Fan;

impl Class for Fan {
    type Area = Sensors;
    type Row = Sensor;
    const NAME: &'static str = "Linux_PerfRawData_Sensor_Fan";
    const INSTANCES: Sources = Sensors::CHIPS;
    const PROPERTIES: &'static [Property<Sensor>] = &[
        Property::of_field("Label", source(OF, Part::Label), Field::Text(Sensor::label)),
        Property::new("RevolutionsPerMinute", source(OF, Part::Input), |sensor| count(sensor.input()?)),
        Property::new("MinimumRevolutionsPerMinute", source(OF, Part::Minimum), |sensor| {
            count(sensor.minimum()?)
        }),
        Property::new("Alarm", source(OF, Part::Alarm), Sensor::alarm),
    ];

    fn for_each(sensors: &Sensors, visit: &mut dyn FnMut(Instance<'_>, &Sensor)) {
        sensors.for_each(OF, visit);
    }

    fn why_missing(sensor: &Sensor, property: &Property<Sensor>) -> Option<Reason> {
        Sensors::why_missing(sensor, property)
    }
}
