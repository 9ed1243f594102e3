//! [`PowerZone`]: `Linux_PerfRawData_Sensor_PowerZone`, one instance for each part
//! of the machine whose energy the processor counts, from `/sys/class/powercap`.
//!
//! ```text
//!   intel-rapl:0/name                            package-0
//!   intel-rapl:0/energy_uj                       177845512370    begins anew at
//!   intel-rapl:0/max_energy_range_uj             262143328850
//!   intel-rapl:0/constraint_0_power_limit_uw     125000000
//!   intel-rapl:0:1/name                          core            a part of package-0
//! ```
//!
//! Only root may read the energy: from how it grows others can tell what is
//! computed. The counter begins anew after a few minutes of hard work; here it goes
//! on.
//!
//! Source: the kernel's Documentation/power/powercap/powercap.rst.

use hiperf_provider::{Instance, Reason};

use crate::area::{Class, reason};
use crate::attribute::{Attribute, Word};
use crate::listing::Device;
use crate::property::{Property, Sources};
use crate::root::{Root, Unavailable};
use crate::sensors::Sensors;

/// A zone and its counter.
#[derive(Debug)]
pub struct Zone {
    path: String,
    /// Its name behind that of the zone that it is part of: `package-0/core`.
    pub name: String,
    energy: Attribute,
    range: Attribute,
    limit: Attribute,
    last_uj: Option<u64>,
    /// What was counted before the counter last began anew.
    before_uj: u64,
}

impl Device for Zone {
    /// A control type, such as `intel-rapl`, has no number.
    fn is_one(name: &[u8]) -> bool {
        name.contains(&b':')
    }

    fn at(path: &str) -> Zone {
        let attribute = |file: &str| Attribute::new(format!("{path}/{file}"));
        Zone {
            path: path.to_owned(),
            name: String::new(),
            energy: attribute("energy_uj"),
            range: attribute("max_energy_range_uj"),
            limit: attribute("constraint_0_power_limit_uw"),
            last_uj: None,
            before_uj: 0,
        }
    }
}

impl Zone {
    /// What it is called, without a namesake's suffix.
    pub(crate) fn read_name(&self, root: &mut Root) -> String {
        let mut name_of = |path: &str| {
            let mut word = Word::new(format!("{path}/name"));
            word.update(true, root);
            word.get().map(str::to_owned)
        };
        let (parent, file) = self.path.rsplit_once('/').unwrap_or(("", &self.path));
        let own = name_of(&self.path).unwrap_or_else(|| file.to_owned());
        let is_part = file.matches(':').count() > 1;
        let above = file.rsplit_once(':').filter(|_| is_part);
        match above.and_then(|(above, _)| name_of(&format!("{parent}/{above}"))) {
            Some(above) => format!("{above}/{own}"),
            None => own,
        }
    }

    /// Reads the wanted files.
    pub(crate) fn update(&mut self, root: &mut Root, wanted: Sources) {
        let wants_energy = wanted.has_any(Sensors::ZONE_ENERGY);
        self.energy.update(wants_energy, root);
        self.range.update(wants_energy, root);
        self.limit.update(wanted.has_any(Sensors::ZONE_LIMIT), root);
        if let Some(now) = self.energy.count() {
            if self.last_uj.is_some_and(|last| now < last) {
                self.before_uj = self.before_uj.wrapping_add(self.range.count().unwrap_or(0));
            }
            self.last_uj = Some(now);
        }
    }

    /// Microjoules since some moment.
    fn energy_uj(&self) -> Option<u64> {
        Some(self.before_uj.wrapping_add(self.energy.count()?))
    }

    fn unavailable(&self, of: Sources) -> Option<Unavailable> {
        let of_energy = self.energy.unavailable().filter(|_| of.has_any(Sensors::ZONE_ENERGY));
        of_energy.or_else(|| self.limit.unavailable().filter(|_| of.has_any(Sensors::ZONE_LIMIT)))
    }
}

/// The class.
#[derive(Debug)]
pub struct PowerZone;

impl Class for PowerZone {
    type Area = Sensors;
    type Row = Zone;
    const NAME: &'static str = "Linux_PerfRawData_Sensor_PowerZone";
    const INSTANCES: Sources = Sensors::ZONES;
    const PROPERTIES: &'static [Property<Zone>] = &[
        Property::new("PowerMicrowatts", Sensors::ZONE_ENERGY, Zone::energy_uj),
        Property::new("PowerLimitMicrowatts", Sensors::ZONE_LIMIT, |zone| zone.limit.count()),
    ];

    fn for_each(sensors: &Sensors, visit: &mut dyn FnMut(Instance<'_>, &Zone)) {
        for (identity, _, zone) in sensors.power_zones() {
            visit(Instance::identified(&zone.name, identity), zone);
        }
    }

    fn why_missing(zone: &Zone, property: &Property<Zone>) -> Option<Reason> {
        zone.unavailable(property.sources).map(|why| reason(Some(why)))
    }
}
