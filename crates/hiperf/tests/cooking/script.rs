//! A provider that plays what a test wrote: [`Script`].
//!
//! It is a provider below the SDK, of any class and any type of property. Each
//! of its refreshers begins with the first sample, goes on one with each
//! refresh and stays at the last, so that tests neither wait nor set clocks.
//!
//! A sample is a list of rows:
//!
//! ```text
//! row      = name [ "#" identity ] ":" { property "=" value }
//! value    = number | text | "-" (NULL) | "!" reason (NULL, and said why)
//! ```
//!
//! A sample [`FAILS`] is a refresh that fails. `D` stands for all three time stamps and `F` for their frequencies. Where a
//! row has none, the first sample is at 1 s and each is a second after the one
//! before, in 100 ns.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use hiperf::{EnumId, Namespace, Query, Reason, Refresher, Result, Status};
use hiperf_cim::{CimType, Instance};
use hiperf_com::access::{HiPerfEnum, ObjectAccess};
use hiperf_com::client::{ClassObject, Context, ObjectSink};
use hiperf_com::provider::{HiPerfProvider, Initialization, ProviderRefresher, Services};
use hiperf_com::registry;

use crate::names::{next_clsid, registration};

/// A sample that the provider can't take.
pub const FAILS: &[&str] = &[FAILURE];
const FAILURE: &str = "failure:";
const SECOND: u64 = 10_000_000;
const TIMES: [(&str, [&str; 3]); 2] = [
    ("D", ["Timestamp_PerfTime", "Timestamp_Sys100NS", "Timestamp_Object"]),
    ("F", ["Frequency_PerfTime", "Frequency_Sys100NS", "Frequency_Object"]),
];

/// What the classes of a test have, beside the key `Name`.
#[derive(Clone, Copy, Default)]
pub struct Classes<'a> {
    pub raw: &'a str,
    pub formatted: &'a str,
    /// Qualifiers of the classes, each beginning with a comma.
    pub raw_qualifiers: &'a str,
    pub formatted_qualifiers: &'a str,
}

/// A raw class that the script's samples are of, and its formatted twin.
pub struct Script {
    pub namespace: Namespace,
    pub raw: String,
    pub formatted: String,
    played: Arc<Played>,
}

#[derive(Debug)]
struct Row {
    /// One for each name and identity.
    id: i32,
    name: String,
    values: Vec<(String, String)>,
}

#[derive(Debug)]
struct Played {
    samples: Vec<Vec<Row>>,
    refreshes: AtomicU64,
}

impl Script {
    /// Classes that bear this name, and what their provider plays.
    pub fn new(name: &str, classes: Classes<'_>, samples: &[&[&str]]) -> Script {
        let played = Arc::new(Played { samples: parse(samples), refreshes: AtomicU64::new(0) });
        let (clsid, shared) = (next_clsid(), played.clone());
        registry::register_provider(clsid, move || ScriptProvider(shared.clone()));
        let namespace = Namespace::connect("root\\cimv2").unwrap();
        let provider = format!("Script {name}");
        let (raw, formatted) = (format!("Test_PerfRawData_{name}"), format!("Test_PerfFormattedData_{name}"));
        let Classes { raw: raw_body, formatted: formatted_body, raw_qualifiers, formatted_qualifiers } =
            classes;
        let mof = format!(
            "{}[dynamic, provider(\"{provider}\"), hiperf{raw_qualifiers}]\n\
             class {raw} : Win32_PerfRawData {{ [key] string Name; {raw_body} }};\n\
             [dynamic, provider(\"HiPerfCooker_v1\"), hiperf, Cooked, AutoCook(1), AutoCook_RawClass(\"{raw}\")\n\
              {formatted_qualifiers}]\n\
             class {formatted} : Win32_PerfFormattedData {{ [key] string Name; {formatted_body} }};\n",
            registration(&provider, clsid)
        );
        namespace.compile_mof("script.mof", &mof).unwrap_or_else(|error| panic!("{error}: {mof}"));
        Script { namespace, raw, formatted, played }
    }

    /// How often the provider was asked to refresh.
    pub fn refreshes(&self) -> u64 {
        self.played.refreshes.load(Ordering::Relaxed)
    }

    /// The path of a formatted instance.
    pub fn path(&self, name: &str) -> String {
        format!("{}.Name=\"{name}\"", self.formatted)
    }

    /// What an enumerator shows after so many refreshes.
    pub fn by_enum(&self, refreshes: usize) -> HashMap<String, Instance> {
        let mut refresher = Refresher::new();
        let id = refresher.add_enum(&self.namespace, &self.formatted).unwrap();
        refresh(&mut refresher, refreshes);
        shown(&refresher, id)
    }

    /// What an object shows after so many refreshes.
    pub fn by_object(&self, name: &str, refreshes: usize) -> Result<Instance> {
        let mut refresher = Refresher::new();
        let id = refresher.add_object(&self.namespace, &self.path(name))?;
        refresh(&mut refresher, refreshes);
        Ok(refresher.object(id)?.to_instance())
    }

    /// What a query shows.
    pub fn by_query(&self) -> HashMap<String, Instance> {
        let query = Query::new(&self.namespace, &format!("SELECT * FROM {}", self.formatted)).unwrap();
        self.namespace.query(&query).unwrap().into_iter().map(named).collect()
    }
}

/// Refreshes so many times.
pub fn refresh(refresher: &mut Refresher, times: usize) {
    for _ in 0..times {
        refresher.refresh().unwrap();
    }
}

/// What an enumerator shows.
pub fn shown(refresher: &Refresher, id: EnumId) -> HashMap<String, Instance> {
    refresher.instances(id).unwrap().map(|instance| named(instance.to_instance())).collect()
}

fn named(instance: Instance) -> (String, Instance) {
    (instance.get("Name").unwrap().to_string(), instance)
}

/// Whether each property has this value, or none for this reason: as
/// `Total=5, Level=no baseline yet`.
#[track_caller]
pub fn check(instance: &Instance, expected: &str) {
    let show = |name: &str| {
        let index = instance.class().index_of(name).unwrap_or_else(|| panic!("no property {name}"));
        match (instance.value(index), instance.why_at(index)) {
            (hiperf::Value::Null, why) => why.map_or("NULL", Reason::text).to_owned(),
            (value, None) => value.to_string(),
            (value, Some(why)) => panic!("{name} is {value} and {why}"),
        }
    };
    let names = expected.split(", ").map(|pair| pair.split_once('=').unwrap().0);
    let found: Vec<String> = names.map(|name| format!("{name}={}", show(name))).collect();
    assert_eq!(found.join(", "), expected, "{}", instance.get("Name").unwrap());
}

/// Whether the formatted class can't be added, for a reason with this status
/// that says this.
#[track_caller]
pub fn check_refused(script: &Script, status: Status, says: &str) {
    let error = Refresher::new().add_enum(&script.namespace, &script.formatted).unwrap_err();
    assert_eq!(error.status(), status, "{error}");
    assert!(error.message().contains(says), "{says:?} is not in {error}");
}

fn parse(samples: &[&[&str]]) -> Vec<Vec<Row>> {
    let mut labels: Vec<String> = Vec::new();
    let mut parse_row = |text: &str, at: u64| {
        let (label, values) = text.split_once(':').expect("a name and a colon");
        let place = labels.iter().position(|known| known == label).unwrap_or_else(|| {
            labels.push(label.to_owned());
            labels.len() - 1
        });
        let defaults = [("D", at.to_string()), ("F", SECOND.to_string())];
        let mut given: Vec<(String, String)> = defaults.map(|(name, value)| (name.to_owned(), value)).into();
        let pairs = values.split_whitespace().map(|pair| pair.split_once('=').expect("a value"));
        given.extend(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let name = label.split('#').next().unwrap_or_default().to_owned();
        Row { id: i32::try_from(place).unwrap() + 1, name, values: given }
    };
    let at = (1..).map(|seconds| seconds * SECOND);
    samples.iter().zip(at).map(|(rows, at)| rows.iter().map(|row| parse_row(row, at)).collect()).collect()
}

impl Row {
    fn write(&self, object: &ObjectAccess) -> Result<(), Status> {
        self.values.iter().try_for_each(|(name, value)| write_all(object, name, value))
    }

    /// Another instance than the object's has its place.
    fn write_lost(&self, object: &ObjectAccess, reason: Reason) -> Result<(), Status> {
        let lost = format!("!{}", reason.text().replace(' ', "_"));
        self.values.iter().try_for_each(|(name, _)| write_all(object, name, &lost))
    }
}

fn write_all(object: &ObjectAccess, name: &str, value: &str) -> Result<(), Status> {
    match TIMES.iter().find(|(short, _)| *short == name) {
        Some((_, names)) => names.iter().try_for_each(|name| write(object, name, value)),
        None => write(object, name, value),
    }
}

fn write(object: &ObjectAccess, name: &str, text: &str) -> Result<(), Status> {
    let (ty, handle) = object.property_handle(name).unwrap_or_else(|error| panic!("{name}: {error}"));
    if text == "-" {
        return object.write_null(handle);
    }
    if let Some(reason) = text.strip_prefix('!') {
        let reason = Reason::ALL.into_iter().find(|known| known.text().replace(' ', "_") == reason);
        return object.write_missing(handle, reason.unwrap_or_else(|| panic!("{text} is no reason")));
    }
    match ty.scalar {
        CimType::String => object.write_string(handle, text),
        CimType::Real32 => object.write_bytes(handle, &text.parse::<f32>().unwrap().to_le_bytes()),
        CimType::Real64 => object.write_bytes(handle, &text.parse::<f64>().unwrap().to_le_bytes()),
        integer => {
            let value: i128 = text.parse().unwrap_or_else(|error| panic!("{name}={text}: {error}"));
            object.write_bytes(handle, &value.to_le_bytes()[..integer.width()])
        }
    }
}

struct ScriptProvider(Arc<Played>);

struct ScriptRefresher {
    played: Arc<Played>,
    last_id: i32,
    /// How many samples were played.
    place: usize,
    /// Each with the instance it is of.
    objects: Vec<(i32, i32, String, ObjectAccess)>,
    enums: Vec<(i32, HiPerfEnum, ClassObject)>,
}

impl HiPerfProvider for ScriptProvider {
    type Refresher = ScriptRefresher;

    fn initialize(&self, _: &Initialization) -> Result<()> {
        Ok(())
    }

    fn create_refresher(&self, _: &Services) -> Result<ScriptRefresher> {
        let played = self.0.clone();
        Ok(ScriptRefresher { played, last_id: 0, place: 0, objects: Vec::new(), enums: Vec::new() })
    }

    fn query_instances(&self, _: &Services, _: &str, _: Option<&Context>, _: &ObjectSink) -> Result<()> {
        Err(Status::WBEM_E_PROVIDER_NOT_CAPABLE.into())
    }

    fn get_objects(&self, _: &Services, _: &[ObjectAccess], _: Option<&Context>) -> Result<()> {
        Err(Status::WBEM_E_PROVIDER_NOT_CAPABLE.into())
    }
}

impl ProviderRefresher for ScriptRefresher {
    fn add_object(
        &mut self,
        _: &Services,
        template: &ObjectAccess,
        _: Option<&Context>,
    ) -> Result<(ObjectAccess, i32)> {
        let (name, object) = (template.get("Name")?.to_string(), template.clone_object()?);
        let row = self.played.samples[0].iter().find(|row| row.name.eq_ignore_ascii_case(&name));
        let row = row.ok_or(Status::WBEM_E_NOT_FOUND)?;
        self.last_id += 1;
        self.objects.push((self.last_id, row.id, row.name.clone(), object.clone()));
        Ok((object, self.last_id))
    }

    fn add_enum(
        &mut self,
        services: &Services,
        class: &str,
        _: Option<&Context>,
        target: HiPerfEnum,
    ) -> Result<i32> {
        self.last_id += 1;
        self.enums.push((self.last_id, target, services.get_object(class)?));
        Ok(self.last_id)
    }

    fn stop_refreshing(&mut self, id: i32) -> Result<()> {
        self.objects.retain(|(known, ..)| *known != id);
        self.enums.retain(|(known, ..)| *known != id);
        Ok(())
    }

    fn refresh(&mut self, _: i32) -> Result<Status, Status> {
        self.played.refreshes.fetch_add(1, Ordering::Relaxed);
        let rows = &self.played.samples[self.place.min(self.played.samples.len() - 1)];
        self.place += 1;
        if rows.iter().any(|row| row.name == FAILURE.trim_end_matches(':')) {
            return Err(Status::WBEM_E_FAILED);
        }
        let mut status = Status::WBEM_S_NO_ERROR;
        for (_, instance, name, object) in &self.objects {
            match rows.iter().find(|row| row.id == *instance) {
                Some(row) => row.write(object)?,
                None => {
                    let namesake = rows.iter().any(|row| row.name == *name);
                    let reason = if namesake { Reason::Reborn } else { Reason::Gone };
                    let first = self.played.samples[0].iter().find(|row| row.id == *instance);
                    first.ok_or(Status::WBEM_E_NOT_FOUND)?.write_lost(object, reason)?;
                    status = Status::WBEM_S_PARTIAL_RESULTS;
                }
            }
        }
        for (_, target, class) in &self.enums {
            let spawn = |row: &Row| -> Result<ObjectAccess> {
                let object = class.spawn_instance()?;
                object.put("Name", &hiperf::Value::String(row.name.clone()))?;
                row.write(&object)?;
                Ok(object)
            };
            let objects =
                rows.iter().map(spawn).collect::<Result<Vec<_>>>().map_err(|error| error.status())?;
            target.remove_all()?;
            target.add_objects(&rows.iter().map(|row| row.id).collect::<Vec<_>>(), &objects)?;
        }
        Ok(status)
    }
}
