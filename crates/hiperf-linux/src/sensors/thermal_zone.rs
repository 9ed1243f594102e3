//! [`ThermalZone`]: `Linux_PerfRawData_Sensor_ThermalZone`, one instance for each
//! place whose temperature the kernel keeps within bounds, from
//! `/sys/class/thermal`.
//!
//! Source: the kernel's Documentation/driver-api/thermal/sysfs-api.rst.

use hiperf_provider::{Field, Instance, Reason};

use crate::area::{Class, reason};
use crate::attribute::{Attribute, Word};
use crate::listing::Device;
use crate::property::{Property, Sources};
use crate::root::Root;
use crate::sensors::{Sensors, thousandths};

/// A place and its temperature.
#[derive(Debug)]
pub struct Place {
    kind: Word,
    temperature: Attribute,
}

impl Device for Place {
    /// Fans and what else cools are listed beside the places.
    fn is_one(name: &[u8]) -> bool {
        name.starts_with(b"thermal_zone")
    }

    fn at(path: &str) -> Place {
        Place { kind: Word::new(format!("{path}/type")), temperature: Attribute::new(format!("{path}/temp")) }
    }
}

impl Place {
    /// Reads the wanted files.
    pub(crate) fn update(&mut self, root: &mut Root, wanted: Sources) {
        self.kind.update(wanted.has_any(Sensors::PLACE_TYPE), root);
        self.temperature.update(wanted.has_any(Sensors::PLACE_TEMPERATURE), root);
    }
}

/// The class.
#[derive(Debug)]
pub struct ThermalZone;

impl Class for ThermalZone {
    type Area = Sensors;
    type Row = Place;
    const NAME: &'static str = "Linux_PerfRawData_Sensor_ThermalZone";
    const INSTANCES: Sources = Sensors::PLACES;
    const PROPERTIES: &'static [Property<Place>] = &[
        Property::of_field("Type", Sensors::PLACE_TYPE, Field::Text(|place| place.kind.get())),
        Property::of_field(
            "Celsius",
            Sensors::PLACE_TEMPERATURE,
            Field::Real(|place| Some(thousandths(place.temperature.value()?))),
        ),
    ];

    fn for_each(sensors: &Sensors, visit: &mut dyn FnMut(Instance<'_>, &Place)) {
        for (identity, name, place) in sensors.places() {
            visit(Instance::identified(name, identity), place);
        }
    }

    fn why_missing(place: &Place, property: &Property<Place>) -> Option<Reason> {
        let why = match property.sources {
            Sensors::PLACE_TYPE => place.kind.unavailable(),
            _ => place.temperature.unavailable(),
        };
        why.map(|why| reason(Some(why)))
    }
}
