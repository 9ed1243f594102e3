//! [`Chip`]: a device beneath `/sys/class/hwmon`, and its [`Sensor`]s.
//!
//! ```text
//!   hwmon3/name          coretemp
//!   hwmon3/temp1_input   47000         thousandths of a degree
//!   hwmon3/temp1_label   Package id 0
//!   hwmon3/temp1_crit    100000
//! ```
//!
//! Which files a chip has is looked up once: they are there as long as it is.
//!
//! Source: the kernel's Documentation/hwmon/sysfs-interface.rst.

use crate::attribute::{Attribute, Word};
use crate::listing::{Device, names_in};
use crate::property::Sources;
use crate::root::{Root, Unavailable};

/// What is measured. The number of each is its place among the sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// `temp`, in thousandths of a degree Celsius.
    Temperature,
    /// `fan`, in revolutions per minute.
    Fan,
    /// `in`, in millivolts.
    Voltage,
    /// `curr`, in milliamperes.
    Current,
    /// `power`, in microwatts.
    Power,
    /// `energy`, in microjoules since some moment.
    Energy,
}

impl Quantity {
    /// How many there are.
    pub(crate) const COUNT: usize = 6;

    pub(crate) const ALL: [Quantity; Quantity::COUNT] = [
        Quantity::Temperature,
        Quantity::Fan,
        Quantity::Voltage,
        Quantity::Current,
        Quantity::Power,
        Quantity::Energy,
    ];

    /// How the names of its files begin.
    const fn stem(self) -> &'static str {
        match self {
            Quantity::Temperature => "temp",
            Quantity::Fan => "fan",
            Quantity::Voltage => "in",
            Quantity::Current => "curr",
            Quantity::Power => "power",
            Quantity::Energy => "energy",
        }
    }
}

/// The files of a sensor, by the ends of their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// `_input`, or `_average` of a power that isn't measured otherwise.
    Input,
    /// `_label`, what the sensor is at.
    Label,
    /// `_min`, the least that is well.
    Minimum,
    /// `_max`, the most that is.
    Maximum,
    /// `_crit`, from which on the machine is in danger.
    Critical,
    /// `_alarm` and `_crit_alarm`.
    Alarm,
}

impl Part {
    const COUNT: u32 = 6;
}

/// The source that the files of one part are, of one quantity. Those behind the
/// lists, which are the first.
#[must_use]
pub const fn source(quantity: Quantity, part: Part) -> Sources {
    Sources::number(8 + quantity as u32 * Part::COUNT + part as u32)
}

/// All files of a quantity.
const fn sources(quantity: Quantity) -> Sources {
    source(quantity, Part::Input)
        .union(source(quantity, Part::Label))
        .union(source(quantity, Part::Minimum))
        .union(source(quantity, Part::Maximum))
        .union(source(quantity, Part::Critical))
        .union(source(quantity, Part::Alarm))
}

/// A sensor of a chip.
#[derive(Debug)]
pub struct Sensor {
    /// The chip's name and the sensor's, such as `coretemp/temp1`.
    pub name: String,
    quantity: Quantity,
    label: Option<Word>,
    input: Attribute,
    minimum: Option<Attribute>,
    maximum: Option<Attribute>,
    critical: Option<Attribute>,
    alarms: Vec<Attribute>,
}

impl Sensor {
    /// What the sensor is at, as the board's maker says.
    #[must_use]
    pub fn label(&self) -> Option<&str> {
        self.label.as_ref()?.get()
    }

    /// What it measures, in the kernel's unit.
    #[must_use]
    pub fn input(&self) -> Option<i64> {
        self.input.value()
    }

    /// The least that is well, in the same unit.
    #[must_use]
    pub fn minimum(&self) -> Option<i64> {
        self.minimum.as_ref()?.value()
    }

    /// The most that is.
    #[must_use]
    pub fn maximum(&self) -> Option<i64> {
        self.maximum.as_ref()?.value()
    }

    /// From where on the machine is in danger.
    #[must_use]
    pub fn critical(&self) -> Option<i64> {
        self.critical.as_ref()?.value()
    }

    /// Whether the chip raises an alarm; `None` if it has none.
    #[must_use]
    pub fn alarm(&self) -> Option<u64> {
        let mut known = self.alarms.iter().filter_map(Attribute::value).peekable();
        known.peek()?;
        Some(known.any(|alarm| alarm != 0).into())
    }

    /// Why one of its files could not be read.
    #[must_use]
    pub fn unavailable(&self, of: Sources) -> Option<Unavailable> {
        let has = |part| of.has_any(source(self.quantity, part));
        let why = |attribute: &Option<Attribute>| attribute.as_ref().and_then(Attribute::unavailable);
        [
            (Part::Input, self.input.unavailable()),
            (Part::Label, self.label.as_ref().and_then(Word::unavailable)),
            (Part::Minimum, why(&self.minimum)),
            (Part::Maximum, why(&self.maximum)),
            (Part::Critical, why(&self.critical)),
            (Part::Alarm, self.alarms.iter().find_map(Attribute::unavailable)),
        ]
        .into_iter()
        .filter(|(part, _)| has(*part))
        .find_map(|(_, why)| why)
    }

    fn update(&mut self, root: &mut Root, wanted: Sources) {
        let wants = |part| wanted.has_any(source(self.quantity, part));
        self.input.update(wants(Part::Input), root);
        if let Some(label) = &mut self.label {
            label.update(wants(Part::Label), root);
        }
        for (part, attribute) in [
            (Part::Minimum, &mut self.minimum),
            (Part::Maximum, &mut self.maximum),
            (Part::Critical, &mut self.critical),
        ] {
            if let Some(attribute) = attribute {
                attribute.update(wants(part), root);
            }
        }
        for alarm in &mut self.alarms {
            alarm.update(wants(Part::Alarm), root);
        }
    }
}

/// A chip with sensors.
#[derive(Debug)]
pub struct Chip {
    path: String,
    name: Word,
    known_as: Option<String>,
    /// Its sensors by quantity; not known before they are wanted.
    sensors: Option<[Vec<Sensor>; Quantity::COUNT]>,
}

impl Device for Chip {
    fn is_one(_name: &[u8]) -> bool {
        true
    }

    fn at(path: &str) -> Chip {
        Chip { path: path.to_owned(), name: Word::new(format!("{path}/name")), known_as: None, sensors: None }
    }
}

impl Chip {
    /// Its sensors of a quantity.
    #[must_use]
    pub fn sensors(&self, quantity: Quantity) -> &[Sensor] {
        self.sensors.as_ref().map_or(&[], |all| &all[quantity as usize])
    }

    /// The name by which its sensors are known, once they are found.
    pub(crate) fn known_as(&self) -> Option<&str> {
        self.known_as.as_deref()
    }

    /// Its name, without a namesake's suffix.
    pub(crate) fn read_name(&mut self, root: &mut Root) -> String {
        self.name.update(true, root);
        let directory = || self.path.rsplit('/').next().unwrap_or_default();
        self.name.get().unwrap_or_else(directory).to_owned()
    }

    /// Whether its sensors are still to be [found](Chip::find_sensors).
    pub(crate) fn is_new(&self) -> bool {
        self.sensors.is_none()
    }

    /// Looks up which files it has. Their sensors bear the name `chip`.
    pub(crate) fn find_sensors(&mut self, root: &mut Root, chip: &str) {
        let files = names_in(root, &self.path).unwrap_or_default();
        self.known_as = Some(chip.to_owned());
        self.sensors = Some(Quantity::ALL.map(|quantity| self.sensors_among(&files, quantity, chip)));
    }

    fn sensors_among(&self, files: &[String], quantity: Quantity, chip: &str) -> Vec<Sensor> {
        let number = |file: &str, end: &str| {
            file.strip_prefix(quantity.stem())?.strip_suffix(end)?.parse::<u32>().ok()
        };
        let mut numbers: Vec<u32> = files
            .iter()
            .filter_map(|file| number(file, "_input").or_else(|| number(file, "_average")))
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        let path = |file: &str| format!("{}/{file}", self.path);
        let sensor = |number: u32| {
            let name = format!("{}{number}", quantity.stem());
            let has = |end: &str| Some(format!("{name}{end}")).filter(|file| files.contains(file));
            let attribute = |end: &str| has(end).map(|file| Attribute::new(path(&file)));
            Some(Sensor {
                quantity,
                label: has("_label").map(|file| Word::new(path(&file))),
                input: attribute("_input").or_else(|| attribute("_average"))?,
                minimum: attribute("_min"),
                maximum: attribute("_max"),
                critical: attribute("_crit"),
                alarms: ["_alarm", "_crit_alarm"].into_iter().filter_map(attribute).collect(),
                name: format!("{chip}/{name}"),
            })
        };
        numbers.into_iter().filter_map(sensor).collect()
    }

    /// Reads the wanted files.
    pub(crate) fn update(&mut self, root: &mut Root, wanted: Sources) {
        let all = self.sensors.iter_mut().flatten();
        for (quantity, sensors) in Quantity::ALL.into_iter().zip(all) {
            if wanted.has_any(sources(quantity)) {
                sensors.iter_mut().for_each(|sensor| sensor.update(root, wanted));
            } else {
                sensors.iter_mut().for_each(|sensor| sensor.update(root, Sources::NONE));
            }
        }
    }
}
