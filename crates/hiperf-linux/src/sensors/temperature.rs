//! [`Temperature`]: `Linux_PerfRawData_Sensor_Temperature`, one instance for each sensor of
//! `/sys/class/hwmon` that measures a temperature.

use hiperf_provider::{Field, Instance, Reason};

use crate::area::Class;
use crate::property::{Property, Sources};
use crate::sensors::chip::{Part, Quantity, Sensor, source};
use crate::sensors::{Sensors, thousandths};

/// The class.
#[derive(Debug)]
pub struct Temperature;

const OF: Quantity = Quantity::Temperature;

impl Class for Temperature {
    type Area = Sensors;
    type Row = Sensor;
    const NAME: &'static str = "Linux_PerfRawData_Sensor_Temperature";
    const INSTANCES: Sources = Sensors::CHIPS;
    const PROPERTIES: &'static [Property<Sensor>] = &[
        Property::of_field("Label", source(OF, Part::Label), Field::Text(Sensor::label)),
        Property::of_field(
            "Celsius",
            source(OF, Part::Input),
            Field::Real(|sensor| Some(thousandths(sensor.input()?))),
        ),
        Property::of_field(
            "MaximumCelsius",
            source(OF, Part::Maximum),
            Field::Real(|sensor| Some(thousandths(sensor.maximum()?))),
        ),
        Property::of_field(
            "CriticalCelsius",
            source(OF, Part::Critical),
            Field::Real(|sensor| Some(thousandths(sensor.critical()?))),
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
