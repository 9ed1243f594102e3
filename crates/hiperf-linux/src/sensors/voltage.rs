//! [`Voltage`]: `Linux_PerfRawData_Sensor_Voltage`, one instance for each sensor of
//! `/sys/class/hwmon` that measures a voltage.

use hiperf_provider::{Field, Instance, Reason};

use crate::area::Class;
use crate::property::{Property, Sources};
use crate::sensors::chip::{Part, Quantity, Sensor, source};
use crate::sensors::{Sensors, thousandths};

/// The class.
#[derive(Debug)]
pub struct Voltage;

const OF: Quantity = Quantity::Voltage;

impl Class for Voltage {
    type Area = Sensors;
    type Row = Sensor;
    const NAME: &'static str = "Linux_PerfRawData_Sensor_Voltage";
    const INSTANCES: Sources = Sensors::CHIPS;
    const PROPERTIES: &'static [Property<Sensor>] = &[
        Property::of_field("Label", source(OF, Part::Label), Field::Text(Sensor::label)),
        Property::of_field(
            "Volts",
            source(OF, Part::Input),
            Field::Real(|sensor| Some(thousandths(sensor.input()?))),
        ),
        Property::of_field(
            "MinimumVolts",
            source(OF, Part::Minimum),
            Field::Real(|sensor| Some(thousandths(sensor.minimum()?))),
        ),
        Property::of_field(
            "MaximumVolts",
            source(OF, Part::Maximum),
            Field::Real(|sensor| Some(thousandths(sensor.maximum()?))),
        ),
        Property::new("Alarm", source(OF, Part::Alarm), Sensor::alarm),
    ];

    fn for_each(sensors: &Sensors, visit: &mut dyn FnMut(Instance<'_>, &Sensor)) {
        sensors.for_each(OF, visit);
    }

    fn why_missing(sensor: &Sensor, property: &Property<Sensor>) -> Option<Reason> {
        Sensors::why_missing(sensor, property)
    }
}
