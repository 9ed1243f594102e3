//! A provider that does what it is told by the names of its instances: it serves
//! them, or does to its process what no provider should.
//!
//! An object `add:exit` exits when it is added, `refresh:exit` when it is
//! refreshed, `get:exit` when it is got; a class whose name ends with `_exit`
//! when it is queried. See [`fault::commit`] for what there is beside `exit`.

mod fault;
mod still;

use std::collections::HashMap;
use std::sync::OnceLock;

use hiperf_cim::{Error, Reason, Result, Value};
use hiperf_com::access::{HiPerfEnum, ObjectAccess};
use hiperf_com::client::{Context, ObjectSink};
use hiperf_com::provider::{HiPerfProvider, Initialization, ProviderRefresher, Services};
use hiperf_com::{Guid, Status};

hiperf_com::dll_exports! {
    Guid::parse("5B1D8F0A-2C7E-4D6B-9F31-7A0C5E4D4001") => || Told::new("host", ""),
    Guid::parse("5B1D8F0A-2C7E-4D6B-9F31-7A0C5E4D4002") => || Told::new("client", ""),
    Guid::parse("5B1D8F0A-2C7E-4D6B-9F31-7A0C5E4D4003") => || Told::new("host", "segfault"),
    Guid::parse("5B1D8F0A-2C7E-4D6B-9F31-7A0C5E4D4004") => || Told::new("host", "loop"),
    Guid::parse("5B1D8F0A-2C7E-4D6B-9F31-7A0C5E4D4005") => || Told::new("host", "ask"),
    Guid::parse("5B1D8F0A-2C7E-4D6B-9F31-7A0C5E4D4006") => || still::Still,
    Guid::parse("5B1D8F0A-2C7E-4D6B-9F31-7A0C5E4D4007") => || Told::new("host", "meet"),
}

/// The provider.
struct Told {
    /// By which of its CLSIDs it was loaded.
    place: &'static str,
    /// What it does when it is initialised.
    at_start: &'static str,
    /// What the namespace answered it then.
    answer: OnceLock<Status>,
}

impl Told {
    fn new(place: &'static str, at_start: &'static str) -> Told {
        Told { place, at_start, answer: OnceLock::new() }
    }
}

/// What an enumerator has: the names of the instances at each refresh, over and
/// over. Names that are there twice in a row are the same instance.
const CHANGES: [&[&str]; 4] = [&["a", "b"], &["a", "b"], &["b", "c", "d"], &[]];

struct ToldRefresher {
    place: &'static str,
    last_id: i32,
    refreshes: u64,
    objects: Vec<(i32, ObjectAccess, String)>,
    enums: Vec<List>,
}

struct List {
    id: i32,
    target: HiPerfEnum,
    template: ObjectAccess,
    /// How many instances it always has; none means that they come and go.
    count: Option<usize>,
    /// Whether their counts may not be read.
    is_missing: bool,
    here: HashMap<String, (i32, ObjectAccess)>,
}

impl HiPerfProvider for Told {
    type Refresher = ToldRefresher;

    fn initialize(&self, initialization: &Initialization) -> Result<()> {
        if self.at_start == "ask" {
            // A class that nobody sent along, asked for on a thread of its own.
            let services = initialization.services.clone();
            let asked = std::thread::spawn(move || services.get_object("Win32_PerfRawData")?.class_name());
            let name = asked.join().map_err(|_| Status::WBEM_E_FAILED)??;
            let none = initialization.services.get_object("No_Such_Class").err().map(|error| error.status());
            let is_right = name == "Win32_PerfRawData" && none == Some(Status::WBEM_E_NOT_FOUND);
            return if is_right { Ok(()) } else { Err(Status::WBEM_E_FAILED.into()) };
        }
        if self.at_start == "meet" {
            let asked = initialization.services.get_object("Test_Meeting_other.Name=\"x\"");
            let answer = asked.map_or_else(|error| error.status(), |_| Status::WBEM_S_NO_ERROR);
            self.answer.get_or_init(|| answer);
        }
        fault::commit(self.at_start)
    }

    fn create_refresher(&self, _: &Services) -> Result<ToldRefresher> {
        let (objects, enums) = (Vec::new(), Vec::new());
        Ok(ToldRefresher { place: self.place, last_id: 0, refreshes: 0, objects, enums })
    }

    fn query_instances(
        &self,
        services: &Services,
        class: &str,
        _: Option<&Context>,
        sink: &ObjectSink,
    ) -> Result<()> {
        fault::commit(class.rsplit('_').next().unwrap_or_default())?;
        if class.ends_with("_wrong") {
            return sink.indicate(&services.get_object("Win32_PerfRawData")?.spawn_instance()?);
        }
        let is_missing = class.ends_with("_missing");
        let class = services.get_object(class)?;
        for name in ["a", "b"] {
            let object = class.spawn_instance()?;
            object.put("Name", &Value::String(name.to_owned()))?;
            fill(&object, self.place, 1)?;
            if is_missing {
                miss(&object)?;
            }
            sink.indicate(&object)?;
        }
        Ok(())
    }

    fn get_objects(
        &self,
        services: &Services,
        objects: &[ObjectAccess],
        context: Option<&Context>,
    ) -> Result<()> {
        for object in objects {
            let name = tell(object, "get:")?;
            fill(object, self.place, 1)?;
            match name.as_str() {
                "asks for itself" => {
                    let path = object.get("__RELPATH")?;
                    services.get_object(path.as_str().unwrap_or_default())?;
                }
                "missing" => miss(object)?,
                "rights" => {
                    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
                    object.put("Place", &Value::String(status))?;
                }
                // Another's value that is missing: what it is told of it.
                "asks why" => {
                    let path = format!("{}.Name=\"missing\"", object.class_name()?);
                    let other = services.get_object(&path)?.access()?;
                    let (_, count) = other.property_handle("Count")?;
                    let why = other.why(count)?.map(Reason::text).unwrap_or_default();
                    object.put("Place", &Value::String(why.to_owned()))?;
                }
                "text" => {
                    let class = services.get_amended_object(&object.class_name()?)?;
                    let text = class.property_qualifier("Count", "Description")?;
                    object.put("Place", &text.unwrap_or(Value::Null))?;
                }
                "answer" => {
                    let answer = self.answer.get().map(Status::to_string).unwrap_or_default();
                    object.put("Place", &Value::String(answer))?;
                }
                _ => {}
            }
            if context.is_some_and(|context| context.flag("Placeless")) {
                object.put("Place", &Value::Null)?;
            }
        }
        Ok(())
    }
}

/// Does what an object's name says for this moment; there is no object `none`.
fn tell(object: &ObjectAccess, moment: &str) -> Result<String> {
    let name = object.get("Name")?.as_str().unwrap_or_default().to_owned();
    if name == "none" {
        return Err(Error::new(Status::WBEM_E_NOT_FOUND, "there is no instance none"));
    }
    if let Some(what) = name.strip_prefix(moment) {
        fault::commit(what)?;
    }
    Ok(name)
}

fn fill(object: &ObjectAccess, place: &str, count: u64) -> Result<()> {
    object.put("Place", &Value::String(place.to_owned()))?;
    object.put("Process", &Value::Uint32(std::process::id()))?;
    object.put("Count", &Value::Uint64(count))
}

/// Refuses a class of which somebody has put up a file.
fn refuse(class: &str) -> Result<()> {
    match std::env::temp_dir().join(format!("hiperf-{class}")).exists() {
        true => Err(Error::new(Status::WBEM_E_ACCESS_DENIED, "it is refused for now")),
        false => Ok(()),
    }
}

/// Says that its count may not be read.
fn miss(object: &ObjectAccess) -> Result<()> {
    let (_, count) = object.property_handle("Count")?;
    Ok(object.write_missing(count, Reason::Denied)?)
}

impl ProviderRefresher for ToldRefresher {
    fn add_object(
        &mut self,
        _: &Services,
        template: &ObjectAccess,
        _: Option<&Context>,
    ) -> Result<(ObjectAccess, i32)> {
        let name = tell(template, "add:")?;
        if name == "refused" {
            refuse(&template.class_name()?)?;
        }
        let object = template.clone_object()?;
        self.last_id += 1;
        self.objects.push((self.last_id, object.clone(), name));
        Ok((object, self.last_id))
    }

    fn add_enum(
        &mut self,
        services: &Services,
        class: &str,
        _: Option<&Context>,
        target: HiPerfEnum,
    ) -> Result<i32> {
        refuse(class)?;
        self.last_id += 1;
        let template = services.get_object(class)?.spawn_instance()?;
        let count = class.rsplit('_').next().and_then(|last| last.parse().ok());
        let (is_missing, here) = (class.contains("_missing"), HashMap::new());
        self.enums.push(List { id: self.last_id, target, template, count, is_missing, here });
        Ok(self.last_id)
    }

    fn stop_refreshing(&mut self, id: i32) -> Result<()> {
        self.objects.retain(|(known, ..)| *known != id);
        self.enums.retain(|list| list.id != id);
        Ok(())
    }

    fn refresh(&mut self, flags: i32) -> Result<Status, Status> {
        self.refreshes += 1;
        for (_, object, name) in &self.objects {
            if let Some(what) = name.strip_prefix("refresh:") {
                fault::commit(what).map_err(|error| error.status())?;
            }
            if name == "still" {
                match self.refreshes {
                    1 => object.put("Count", &Value::Uint64(1)).map_err(|error| error.status())?,
                    2 => return Err(Status::WBEM_E_ACCESS_DENIED),
                    _ => {}
                }
                continue;
            }
            fill(object, self.place, self.refreshes).map_err(|error| error.status())?;
            if name == "missing" && self.refreshes.is_multiple_of(2) {
                miss(object).map_err(|error| error.status())?;
            }
            if name == "grows" {
                let text = "x".repeat(usize::try_from(self.refreshes).unwrap_or(0) * 1000);
                object.put("Place", &Value::String(text)).map_err(|error| error.status())?;
            }
        }
        for list in &mut self.enums {
            list.refresh(self.place, self.refreshes).map_err(|error| error.status())?;
        }
        Ok(if flags & 0x100 == 0 { Status::WBEM_S_NO_ERROR } else { Status::WBEM_S_PARTIAL_RESULTS })
    }
}

impl List {
    fn refresh(&mut self, place: &str, refreshes: u64) -> Result<()> {
        let names: Vec<String> = match self.count {
            Some(count) => (0..count).map(|index| format!("{index}")).collect(),
            None => {
                let turn = usize::try_from(refreshes - 1).unwrap_or(0) % CHANGES.len();
                CHANGES[turn].iter().map(|name| (*name).to_owned()).collect()
            }
        };
        let gone: Vec<String> = self.here.keys().filter(|name| !names.contains(name)).cloned().collect();
        for name in gone {
            let (id, _) = self.here.remove(&name).ok_or(Status::WBEM_E_NOT_FOUND)?;
            self.target.remove_objects(&[id])?;
        }
        for (index, name) in names.iter().enumerate() {
            if !self.here.contains_key(name) {
                let object = self.template.spawn_instance()?;
                object.put("Name", &Value::String(name.clone()))?;
                // Ids come again with other instances.
                let id = i32::try_from(index).map_err(|_| Status::WBEM_E_FAILED)? + 1;
                let id = if self.here.values().any(|(known, _)| *known == id) { id + 100 } else { id };
                self.target.add_objects(&[id], std::slice::from_ref(&object))?;
                self.here.insert(name.clone(), (id, object));
            }
        }
        self.here.values().try_for_each(|(_, object)| {
            fill(object, place, refreshes)?;
            if self.is_missing { miss(object) } else { Ok(()) }
        })
    }
}
