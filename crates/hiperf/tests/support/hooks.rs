//! A provider below the SDK, each of whose methods a test may replace:
//! [`Hooks`]. Left alone, it has instances "a" and "b" of any class, whose
//! `Count` is the number of refreshes.

use std::sync::Arc;

use hiperf::{Error, Namespace, Result, Status, Value};
use hiperf_com::access::{HiPerfEnum, ObjectAccess};
use hiperf_com::client::{ClassObject, Context, ObjectSink};
use hiperf_com::provider::{HiPerfProvider, Initialization, ProviderRefresher, Services};
use hiperf_com::{Guid, registry};

use crate::names::{next_clsid, registration};

/// The methods of the provider and of its refresher.
#[allow(clippy::type_complexity)] // each type is one method's signature, and is used once
pub struct Hooks {
    pub initialize: Box<dyn Fn(&Initialization) -> Result<()> + Send + Sync>,
    pub create_refresher: Box<dyn Fn() -> Result<()> + Send + Sync>,
    pub add_object: Box<dyn Fn(&Services, &ObjectAccess) -> Result<ObjectAccess> + Send + Sync>,
    pub add_enum: Box<dyn Fn(&HiPerfEnum) -> Result<()> + Send + Sync>,
    pub refresh: Box<dyn Fn(&mut HookRefresher) -> Result<Status, Status> + Send + Sync>,
    pub stop_refreshing: Box<dyn Fn(i32) -> Result<()> + Send + Sync>,
    pub query_instances: Box<dyn Fn(&ClassObject, &ObjectSink) -> Result<()> + Send + Sync>,
    pub get_objects: Box<dyn Fn(&[ObjectAccess]) -> Result<()> + Send + Sync>,
}

impl Default for Hooks {
    fn default() -> Hooks {
        Hooks {
            initialize: Box::new(|_| Ok(())),
            create_refresher: Box::new(|| Ok(())),
            add_object: Box::new(|_, template| {
                known(template)?;
                template.clone_object()
            }),
            add_enum: Box::new(|_| Ok(())),
            refresh: Box::new(HookRefresher::count),
            stop_refreshing: Box::new(|_| Ok(())),
            query_instances: Box::new(|class, sink| {
                NAMES.iter().try_for_each(|name| sink.indicate(&spawn(class, name)?))
            }),
            get_objects: Box::new(|objects| objects.iter().try_for_each(known)),
        }
    }
}

const NAMES: [&str; 2] = ["a", "b"];

fn known(object: &ObjectAccess) -> Result<()> {
    match object.get("Name")?.as_str() {
        Some(name) if NAMES.contains(&name) => Ok(()),
        _ => Err(Error::new(Status::WBEM_E_NOT_FOUND, "there are a and b only")),
    }
}

/// An instance of `class` with this name.
pub fn spawn(class: &ClassObject, name: &str) -> Result<ObjectAccess> {
    let object = class.spawn_instance()?;
    object.put("Name", &Value::String(name.to_owned()))?;
    Ok(object)
}

/// The refresher of [`Hooks`].
pub struct HookRefresher {
    hooks: Arc<Hooks>,
    last_id: i32,
    pub refreshes: u64,
    pub objects: Vec<(i32, ObjectAccess)>,
    /// Each with an instance of its class and with what was put into it.
    pub enums: Vec<(i32, HiPerfEnum, ClassObject, Vec<ObjectAccess>)>,
}

impl HookRefresher {
    /// What it does when left alone.
    pub fn count(&mut self) -> Result<Status, Status> {
        self.refreshes += 1;
        let failed = |error: Error| error.status();
        for (_, list, class, objects) in &mut self.enums {
            if objects.is_empty() {
                let spawned = NAMES.iter().map(|name| spawn(class, name)).collect::<Result<Vec<_>>>();
                *objects = spawned.map_err(failed)?;
                list.add_objects(&[1, 2], objects)?;
            }
        }
        let listed = self.enums.iter().flat_map(|(.., objects)| objects);
        for object in self.objects.iter().map(|(_, object)| object).chain(listed) {
            object.put("Count", &Value::Uint64(self.refreshes)).map_err(failed)?;
        }
        Ok(Status::WBEM_S_NO_ERROR)
    }
}

pub struct HookProvider(pub Arc<Hooks>);

impl HiPerfProvider for HookProvider {
    type Refresher = HookRefresher;

    fn initialize(&self, initialization: &Initialization) -> Result<()> {
        (self.0.initialize)(initialization)
    }

    fn create_refresher(&self, _: &Services) -> Result<HookRefresher> {
        (self.0.create_refresher)()?;
        let (objects, enums) = (Vec::new(), Vec::new());
        Ok(HookRefresher { hooks: self.0.clone(), last_id: 0, refreshes: 0, objects, enums })
    }

    fn query_instances(
        &self,
        services: &Services,
        class: &str,
        _: Option<&Context>,
        sink: &ObjectSink,
    ) -> Result<()> {
        (self.0.query_instances)(&services.get_object(class)?, sink)
    }

    fn get_objects(&self, _: &Services, objects: &[ObjectAccess], _: Option<&Context>) -> Result<()> {
        (self.0.get_objects)(objects)
    }
}

impl ProviderRefresher for HookRefresher {
    fn add_object(
        &mut self,
        services: &Services,
        template: &ObjectAccess,
        _: Option<&Context>,
    ) -> Result<(ObjectAccess, i32)> {
        let object = (self.hooks.add_object)(services, template)?;
        self.last_id += 1;
        self.objects.push((self.last_id, object.clone()));
        Ok((object, self.last_id))
    }

    fn add_enum(
        &mut self,
        services: &Services,
        class: &str,
        _: Option<&Context>,
        target: HiPerfEnum,
    ) -> Result<i32> {
        (self.hooks.add_enum)(&target)?;
        self.last_id += 1;
        self.enums.push((self.last_id, target, services.get_object(class)?, Vec::new()));
        Ok(self.last_id)
    }

    fn stop_refreshing(&mut self, id: i32) -> Result<()> {
        (self.hooks.clone().stop_refreshing)(id)?;
        self.objects.retain(|(known, _)| *known != id);
        self.enums.retain(|(known, ..)| *known != id);
        Ok(())
    }

    fn refresh(&mut self, _: i32) -> Result<Status, Status> {
        (self.hooks.clone().refresh)(self)
    }
}

/// Registers the provider `name` with a class `Test_<name>`, and connects.
pub fn serve(name: &str, hooks: Hooks) -> (Namespace, String) {
    serve_as(name, hooks, |clsid| registration(name, clsid))
}

/// As [`serve`], with a registration of the test's own.
pub fn serve_as(name: &str, hooks: Hooks, registration: impl Fn(Guid) -> String) -> (Namespace, String) {
    let clsid = next_clsid();
    let hooks = Arc::new(hooks);
    registry::register_provider(clsid, move || HookProvider(hooks.clone()));
    define(name, &registration(clsid))
}

/// Compiles the class `Test_<name>` of the provider `name`, and its
/// registration; connects.
pub fn define(name: &str, registration: &str) -> (Namespace, String) {
    let namespace = Namespace::connect("root\\cimv2").unwrap();
    let class = format!("Test_{name}");
    let mof = format!(
        "{registration}[dynamic, provider(\"{name}\"), hiperf] class {class} : Win32_PerfRawData {{\n\
           [key] string Name; uint64 Count;\n\
         }};\n"
    );
    namespace.compile_mof("hooks.mof", &mof).unwrap();
    (namespace, class)
}
