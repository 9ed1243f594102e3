//! [`Energy`]: `Linux_PerfRawData_Sensor_Energy`, one instance for each sensor of
//! `/sys/class/hwmon` that measures an energy.

use hiperf_provider::{Field, Instance, Reason};

use crate::area::Class;
use crate::property::{Property, Sources};
use crate::sensors::chip::{Part, Quantity, Sensor, source};
use crate::sensors::{Sensors, count};

/// The class.
#[derive(Debug)]
pub struct Energy;

const OF: Quantity = Quantity::Energy;

impl Class for Energy {
    type Area = Sensors;
    type Row = Sensor;
    const NAME: &'static str = "Linux_PerfRawData_Sensor_Energy";
    const INSTANCES: Sources = Sensors::CHIPS;
    const PROPERTIES: &'static [Property<Sensor>] = &[
        Property::of_field("Label", source(OF, Part::Label), Field::Text(Sensor::label)),
        Property::new("PowerMicrowatts", source(OF, Part::Input), |sensor| count(sensor.input()?)),
    ];

    fn for_each(sensors: &Sensors, visit: &mut dyn FnMut(Instance<'_>, &Sensor)) {
        sensors.for_each(OF, visit);
    }

    fn why_missing(sensor: &Sensor, property: &Property<Sensor>) -> Option<Reason> {
        Sensors::why_missing(sensor, property)
    }
}
