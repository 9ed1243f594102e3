//! [`Sensors`]: temperatures, fans, voltages and what else the machine measures of
//! itself.

pub mod chip;
pub mod current;
pub mod energy;
pub mod fan;
pub mod power;
pub mod power_supply;
pub mod rapl;
pub mod temperature;
pub mod thermal_zone;
pub mod voltage;

use hiperf_provider::{Instance, Reason};

use self::chip::{Chip, Quantity, Sensor};
use self::current::Current;
use self::energy::Energy;
use self::fan::Fan;
use self::power::Power;
use self::power_supply::{PowerSupply, Supply};
use self::rapl::{PowerZone, Zone};
use self::temperature::Temperature;
use self::thermal_zone::{Place, ThermalZone};
use self::voltage::Voltage;
use crate::area::{Area, Entry, Moment, Sampled, first_unavailable, reason};
use crate::listing::Listing;
use crate::property::{Property, Sources};
use crate::root::{Root, Unavailable};

/// What the machine measures of itself.
#[derive(Debug)]
pub struct Sensors {
    chips: Listing<Chip>,
    places: Listing<Place>,
    supplies: Listing<Supply>,
    zones: Listing<Zone>,
}

impl Sensors {
    /// `/sys/class/hwmon`, and of each chip its name and which files it has.
    pub const CHIPS: Sources = Sources::number(0);
    /// `/sys/class/thermal`.
    pub const PLACES: Sources = Sources::number(1);
    /// `/sys/class/power_supply`.
    pub const SUPPLIES: Sources = Sources::number(2);
    /// `/sys/class/powercap`, and the name of each zone.
    pub const ZONES: Sources = Sources::number(3);
    /// `type` of a thermal zone.
    pub const PLACE_TYPE: Sources = Sources::number(4);
    /// `temp` of a thermal zone.
    pub const PLACE_TEMPERATURE: Sources = Sources::number(5);
    /// `uevent` of a power supply.
    pub const SUPPLY: Sources = Sources::number(6);
    // 8 to 43 are the files of the chips, by `chip::source`.
    /// `energy_uj` of a power zone, and where it begins anew.
    pub const ZONE_ENERGY: Sources = Sources::number(60);
    /// What a power zone may take.
    pub const ZONE_LIMIT: Sources = Sources::number(61);

    /// The thermal zones: identity, name.
    pub(crate) fn places(&self) -> impl Iterator<Item = (u64, &str, &Place)> {
        self.places.devices()
    }

    /// The power supplies: identity, name.
    pub(crate) fn power_supplies(&self) -> impl Iterator<Item = (u64, &str, &Supply)> {
        self.supplies.devices()
    }

    /// The power zones: identity, name of the directory.
    pub(crate) fn power_zones(&self) -> impl Iterator<Item = (u64, &str, &Zone)> {
        self.zones.devices()
    }

    /// Calls `visit` with each sensor of a quantity.
    pub(crate) fn for_each(&self, quantity: Quantity, visit: &mut dyn FnMut(Instance<'_>, &Sensor)) {
        for (identity, _, chip) in self.chips.devices() {
            for (index, sensor) in chip.sensors(quantity).iter().enumerate() {
                // A chip has fewer sensors of a quantity than that.
                let identity = identity << 16 | index as u64;
                visit(Instance::identified(&sensor.name, identity), sensor);
            }
        }
    }

    /// Why a value of a sensor isn't there, if a file is to blame.
    pub(crate) fn why_missing(sensor: &Sensor, property: &Property<Sensor>) -> Option<Reason> {
        sensor.unavailable(property.sources).map(|why| reason(Some(why)))
    }

    /// Gives the chips that are new a name that no other has, and finds their
    /// sensors.
    fn name_chips(&mut self, root: &mut Root) {
        if !self.chips.devices().any(|(_, _, chip)| chip.is_new()) {
            return;
        }
        let mut taken: Vec<String> =
            self.chips.devices().filter_map(|(_, _, chip)| chip.known_as().map(str::to_owned)).collect();
        for chip in self.chips.devices_mut().filter(|chip| chip.is_new()) {
            let name = chip.read_name(root);
            let name = unique(&name, &taken);
            chip.find_sensors(root, &name);
            taken.push(name);
        }
    }

    fn name_zones(&mut self, root: &mut Root) {
        if !self.zones.devices().any(|(_, _, zone)| zone.name.is_empty()) {
            return;
        }
        let mut taken: Vec<String> = self.zones.devices().map(|(_, _, zone)| zone.name.clone()).collect();
        for zone in self.zones.devices_mut().filter(|zone| zone.name.is_empty()) {
            zone.name = unique(&zone.read_name(root), &taken);
            taken.push(zone.name.clone());
        }
    }
}

/// A name that isn't taken: `nvme`, `nvme#1`, .. as namesakes among processes.
fn unique(name: &str, taken: &[String]) -> String {
    let is_free = |name: &String| !taken.contains(name);
    let suffixed = (1..).map(|number: u64| format!("{name}#{number}"));
    std::iter::once(name.to_owned()).chain(suffixed).find(is_free).unwrap_or_default()
}

/// A thousandth of the unit as the unit itself.
#[expect(clippy::cast_precision_loss, reason = "no sensor has more than 53 bits")]
pub(crate) fn thousandths(value: i64) -> f64 {
    value as f64 / 1e3
}

/// A millionth of the unit as the unit itself.
#[expect(clippy::cast_precision_loss, reason = "no sensor has more than 53 bits")]
pub(crate) fn millionths(value: i64) -> f64 {
    value as f64 / 1e6
}

/// A number that isn't negative.
pub(crate) fn count(value: i64) -> Option<u64> {
    u64::try_from(value).ok()
}

impl Default for Sensors {
    fn default() -> Sensors {
        Sensors {
            chips: Listing::new("sys/class/hwmon"),
            places: Listing::new("sys/class/thermal"),
            supplies: Listing::new("sys/class/power_supply"),
            zones: Listing::new("sys/class/powercap"),
        }
    }
}

impl Area for Sensors {
    const CLASSES: &'static [Entry] = &[
        Entry::of::<Temperature>(),
        Entry::of::<Fan>(),
        Entry::of::<Voltage>(),
        Entry::of::<Current>(),
        Entry::of::<Power>(),
        Entry::of::<Energy>(),
        Entry::of::<ThermalZone>(),
        Entry::of::<PowerSupply>(),
        Entry::of::<PowerZone>(),
    ];

    fn unavailable(&self, sources: Sources) -> Option<Unavailable> {
        first_unavailable(
            sources,
            [
                (Sensors::CHIPS, self.chips.unavailable()),
                (Sensors::PLACES, self.places.unavailable()),
                (Sensors::SUPPLIES, self.supplies.unavailable()),
                (Sensors::ZONES, self.zones.unavailable()),
            ],
        )
    }
}

impl Sampled for Sensors {
    fn sample(&mut self, moment: &mut Moment<'_>, wanted: Sources) {
        self.chips.update(wanted.has_any(Sensors::CHIPS), moment);
        self.places.update(wanted.has_any(Sensors::PLACES), moment);
        self.supplies.update(wanted.has_any(Sensors::SUPPLIES), moment);
        self.zones.update(wanted.has_any(Sensors::ZONES), moment);
        self.name_chips(moment.root);
        self.name_zones(moment.root);
        self.chips.devices_mut().for_each(|chip| chip.update(moment.root, wanted));
        self.places.devices_mut().for_each(|place| place.update(moment.root, wanted));
        self.supplies.devices_mut().for_each(|supply| supply.update(moment.root, wanted));
        self.zones.devices_mut().for_each(|zone| zone.update(moment.root, wanted));
    }
}
