//! [`PowerSupply`]: `Linux_PerfRawData_Sensor_PowerSupply`, one instance for each
//! battery, mains adapter and uninterruptible supply, from `/sys/class/power_supply`.
//!
//! One file, `uevent`, has all that a supply says, each in a line:
//!
//! ```text
//!   POWER_SUPPLY_STATUS=Discharging
//!   POWER_SUPPLY_ENERGY_NOW=38210000     millionths of a watt-hour
//! ```
//!
//! A battery counts energy or charge, seldom both.
//!
//! Source: the kernel's Documentation/ABI/testing/sysfs-class-power.

use hiperf_provider::{Field, Instance, Reason};

use crate::area::{Class, reason};
use crate::file::{File, Shape};
use crate::listing::Device;
use crate::property::{Property, Sources};
use crate::root::{Root, Unavailable};
use crate::scan::{lines, number, put_text, split_at_byte};
use crate::sensors::{Sensors, millionths};

/// What is before each name.
const STEM: &[u8] = b"POWER_SUPPLY_";

/// The texts that are kept, by name.
const TEXTS: [&[u8]; 3] = [b"TYPE", b"STATUS", b"HEALTH"];

/// The numbers that are kept, by name.
const NUMBERS: [&[u8]; 11] = [
    b"ONLINE",
    b"CAPACITY",
    b"ENERGY_NOW",
    b"ENERGY_FULL",
    b"ENERGY_FULL_DESIGN",
    b"CHARGE_NOW",
    b"CHARGE_FULL",
    b"POWER_NOW",
    b"VOLTAGE_NOW",
    b"CURRENT_NOW",
    b"CYCLE_COUNT",
];

/// A supply and what it said last.
#[derive(Debug)]
pub struct Supply {
    file: File,
    texts: [(String, bool); TEXTS.len()],
    numbers: [Option<i64>; NUMBERS.len()],
    unavailable: Option<Unavailable>,
}

impl Device for Supply {
    fn is_one(_name: &[u8]) -> bool {
        true
    }

    fn at(path: &str) -> Supply {
        Supply {
            file: File::new(format!("{path}/uevent"), Shape::OnePiece, 2048),
            texts: Default::default(),
            numbers: [None; NUMBERS.len()],
            unavailable: None,
        }
    }
}

impl Supply {
    /// Reads the file if it is wanted.
    pub(crate) fn update(&mut self, root: &mut Root, wanted: Sources) {
        self.texts.iter_mut().for_each(|(_, is_there)| *is_there = false);
        (self.numbers, self.unavailable) = ([None; NUMBERS.len()], None);
        if !wanted.has_any(Sensors::SUPPLY) {
            return;
        }
        let text = match self.file.read(root) {
            Ok(text) => text,
            Err(why) => {
                self.unavailable = Some(why);
                return;
            }
        };
        for line in lines(text) {
            let Some((name, value)) = line.strip_prefix(STEM).and_then(|rest| split_at_byte(rest, b'='))
            else {
                continue;
            };
            if let Some(at) = TEXTS.iter().position(|known| *known == name) {
                put_text(&mut self.texts[at].0, value);
                self.texts[at].1 = true;
            } else if let Some(at) = NUMBERS.iter().position(|known| *known == name) {
                self.numbers[at] = signed(value);
            }
        }
    }

    fn text(&self, at: usize) -> Option<&str> {
        self.texts.get(at).filter(|(_, is_there)| *is_there).map(|(text, _)| text.as_str())
    }

    fn number(&self, name: &[u8]) -> Option<i64> {
        let at = NUMBERS.iter().position(|known| *known == name)?;
        self.numbers[at]
    }

    fn count(&self, name: &[u8]) -> Option<u64> {
        u64::try_from(self.number(name)?).ok()
    }

    fn real(&self, name: &[u8]) -> Option<f64> {
        self.number(name).map(millionths)
    }
}

fn signed(value: &[u8]) -> Option<i64> {
    match value.strip_prefix(b"-") {
        Some(digits) => i64::try_from(number(digits)?).ok()?.checked_neg(),
        None => i64::try_from(number(value)?).ok(),
    }
}

/// The class.
#[derive(Debug)]
pub struct PowerSupply;

const SUPPLY: Sources = Sensors::SUPPLY;

impl Class for PowerSupply {
    type Area = Sensors;
    type Row = Supply;
    const NAME: &'static str = "Linux_PerfRawData_Sensor_PowerSupply";
    const INSTANCES: Sources = Sensors::SUPPLIES;
    const PROPERTIES: &'static [Property<Supply>] = &[
        Property::of_field("Type", SUPPLY, Field::Text(|supply| supply.text(0))),
        Property::of_field("Status", SUPPLY, Field::Text(|supply| supply.text(1))),
        Property::of_field("Health", SUPPLY, Field::Text(|supply| supply.text(2))),
        Property::new("Online", SUPPLY, |supply| supply.count(b"ONLINE")),
        Property::new("PercentCharge", SUPPLY, |supply| supply.count(b"CAPACITY")),
        Property::of_field("WattHours", SUPPLY, Field::Real(|supply| supply.real(b"ENERGY_NOW"))),
        Property::of_field("FullWattHours", SUPPLY, Field::Real(|supply| supply.real(b"ENERGY_FULL"))),
        Property::of_field(
            "DesignWattHours",
            SUPPLY,
            Field::Real(|supply| supply.real(b"ENERGY_FULL_DESIGN")),
        ),
        Property::of_field("AmpereHours", SUPPLY, Field::Real(|supply| supply.real(b"CHARGE_NOW"))),
        Property::of_field("FullAmpereHours", SUPPLY, Field::Real(|supply| supply.real(b"CHARGE_FULL"))),
        Property::of_field("Watts", SUPPLY, Field::Real(|supply| supply.real(b"POWER_NOW"))),
        Property::of_field("Volts", SUPPLY, Field::Real(|supply| supply.real(b"VOLTAGE_NOW"))),
        Property::of_field("Amperes", SUPPLY, Field::Real(|supply| supply.real(b"CURRENT_NOW"))),
        Property::new("Cycles", SUPPLY, |supply| supply.count(b"CYCLE_COUNT")),
    ];

    fn for_each(sensors: &Sensors, visit: &mut dyn FnMut(Instance<'_>, &Supply)) {
        for (identity, name, supply) in sensors.power_supplies() {
            visit(Instance::identified(name, identity), supply);
        }
    }

    fn why_missing(supply: &Supply, _property: &Property<Supply>) -> Option<Reason> {
        supply.unavailable.map(|why| reason(Some(why)))
    }
}
