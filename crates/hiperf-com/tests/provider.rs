//! A provider of the safe traits behind its COM objects, called through the
//! safe client and by hand as a stranger would call it.

mod common;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hiperf_cim::{CimType, Class, Error, PropertyHandle, Result, Status, Type, Value};
use hiperf_com::access::{HiPerfEnum, ObjectAccess};
use hiperf_com::client::{Context, ObjectSink, Provider};
use hiperf_com::enumeration::ObjectList;
use hiperf_com::factory::{Factory, factory_of};
use hiperf_com::object::Object;
use hiperf_com::provider::{HiPerfProvider, Initialization, ProviderRefresher, Services};
use hiperf_com::{
    ComPtr, Guid, IUnknown, IWbemContext, IWbemHiPerfProvider, IWbemProviderInit, IWbemProviderInit_Impl,
    IWbemProviderInitSink, IWbemRefresher, IWbemRefresher_Impl, IWbemServices, WideString, com_class,
    registry,
};

const LIMIT: Duration = Duration::from_secs(10);

/// A CLSID for each test, which run at once.
fn next_clsid() -> Guid {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let data4 = LAST.fetch_add(1, Ordering::Relaxed).to_be_bytes();
    Guid { data1: 0x7465_7374, data2: 0, data3: 0, data4 }
}

/// Toys "a" and "b"; their counts are how often they were refreshed.
struct Toy;

struct ToyRefresher {
    handles: Option<(PropertyHandle, PropertyHandle, PropertyHandle)>,
    last_id: i32,
    refreshes: u64,
    objects: Vec<(i32, ObjectAccess)>,
    enums: Vec<(i32, HiPerfEnum, Vec<ObjectAccess>)>,
    panics: bool,
    /// Calls [`OWN`] from inside its refresh.
    reenters: bool,
}

/// The COM object of the refresher that calls itself.
static OWN: Mutex<Option<ComPtr<IWbemRefresher>>> = Mutex::new(None);

const NAMES: [&str; 2] = ["a", "b"];

impl HiPerfProvider for Toy {
    type Refresher = ToyRefresher;

    fn initialize(&self, initialization: &Initialization) -> Result<()> {
        match initialization.namespace.as_str() {
            "root\\panic" => panic!("as tested"),
            "root\\cimv2" => Ok(()),
            other => Err(Error::new(Status::WBEM_E_INVALID_NAMESPACE, format!("no toys in {other}"))),
        }
    }

    fn create_refresher(&self, _: &Services) -> Result<ToyRefresher> {
        let (objects, enums) = (Vec::new(), Vec::new());
        Ok(ToyRefresher {
            handles: None,
            last_id: 0,
            refreshes: 0,
            objects,
            enums,
            reenters: false,
            panics: false,
        })
    }

    fn query_instances(
        &self,
        services: &Services,
        class: &str,
        context: Option<&Context>,
        sink: &ObjectSink,
    ) -> Result<()> {
        assert_ne!(class, "Panic");
        let class = services.get_object(class)?;
        for name in NAMES {
            let object = class.spawn_instance()?;
            object.put("Name", &Value::String(name.to_owned()))?;
            sink.indicate(&object)?;
        }
        match context.is_some_and(|context| context.flag("fail")) {
            true => Err(Error::new(Status::WBEM_E_ACCESS_DENIED, "the context says so")),
            false => Ok(()),
        }
    }

    fn get_objects(&self, _: &Services, objects: &[ObjectAccess], _: Option<&Context>) -> Result<()> {
        for object in objects {
            known_name(object)?;
            object.put("Count", &Value::Uint64(7))?;
        }
        Ok(())
    }
}

fn known_name(object: &ObjectAccess) -> Result<String> {
    let name = object.get("Name")?.to_string();
    match NAMES.contains(&name.as_str()) {
        true => Ok(name),
        false => Err(Error::new(Status::WBEM_E_NOT_FOUND, format!("there is no toy {name}"))),
    }
}

impl ToyRefresher {
    fn next_id(&mut self) -> i32 {
        self.last_id += 1;
        self.last_id
    }
}

impl ProviderRefresher for ToyRefresher {
    fn add_object(
        &mut self,
        _: &Services,
        template: &ObjectAccess,
        context: Option<&Context>,
    ) -> Result<(ObjectAccess, i32)> {
        known_name(template)?;
        self.panics = context.is_some_and(|context| context.flag("panic"));
        self.reenters = context.is_some_and(|context| context.flag("reenter"));
        let object = template.clone_object()?;
        let handle = |name: &str| object.property_handle(name).map(|(_, handle)| handle);
        self.handles = Some((handle("Count")?, handle("Level")?, handle("Load")?));
        let id = self.next_id();
        self.objects.push((id, object.clone()));
        Ok((object, id))
    }

    fn add_enum(
        &mut self,
        services: &Services,
        class: &str,
        _: Option<&Context>,
        target: HiPerfEnum,
    ) -> Result<i32> {
        let class = services.get_object(class)?;
        let id = self.next_id();
        let spawn = |name: &&str| {
            let object = class.spawn_instance()?;
            object.put("Name", &Value::String((*name).to_owned()))?;
            Ok(object)
        };
        let toys = NAMES.iter().map(spawn).collect::<Result<_>>()?;
        self.enums.push((id, target, toys));
        Ok(id)
    }

    fn stop_refreshing(&mut self, id: i32) -> Result<()> {
        let before = self.objects.len() + self.enums.len();
        self.objects.retain(|(known, _)| *known != id);
        self.enums.retain(|(known, ..)| *known != id);
        if before == self.objects.len() + self.enums.len() {
            Err(Status::WBEM_E_NOT_FOUND.into())
        } else {
            Ok(())
        }
    }

    fn refresh(&mut self, flags: i32) -> std::result::Result<Status, Status> {
        if self.reenters {
            let own = OWN.lock().unwrap().clone().ok_or(Status::WBEM_E_UNEXPECTED)?;
            // SAFETY: no pointers.
            return Ok(unsafe { own.Refresh(flags) });
        }
        self.refreshes += 1;
        for (_, object) in &self.objects {
            let (count, level, load) = self.handles.ok_or(Status::WBEM_E_UNEXPECTED)?;
            object.write_u64(count, self.refreshes)?;
            object.write_u32(level, 3)?;
            object.write_bytes(load, &0.5f64.to_le_bytes())?;
        }
        assert!(!std::mem::take(&mut self.panics), "as tested");
        for (_, target, toys) in &self.enums {
            target.remove_all()?;
            target.add_objects(&[1, 2], toys)?;
        }
        Ok(Status::WBEM_S_NO_ERROR)
    }
}

/// The class, a namespace with it, and a provider that is loaded.
fn load() -> (Arc<Class>, Services, Provider) {
    let class = common::toy_class();
    let services = common::services(&class);
    let clsid = next_clsid();
    registry::register_provider(clsid, || Toy);
    let provider =
        Provider::load(clsid, &Initialization::new("root\\cimv2", services.clone()), LIMIT).unwrap();
    registry::revoke(clsid);
    (class, services, provider)
}

#[test]
fn objects_are_refreshed() {
    let (class, _, provider) = load();
    let refresher = provider.create_refresher().unwrap();
    let template = common::template(&class, "a");
    let (object, id) = provider.create_refreshable_object(&refresher, template.access(), None).unwrap();
    assert!(!object.is_same_object(template.access()));
    let object = ObjectAccess::new(object);
    for expected in 1..=3 {
        assert_eq!(refresher.refresh(0), Status::WBEM_S_NO_ERROR);
        assert_eq!(object.get("Count").unwrap(), Value::Uint64(expected));
    }
    let (ty, load) = object.property_handle("Load").unwrap();
    let mut bytes = [0; 8];
    assert_eq!((ty, object.read_bytes(load, &mut bytes)), (Type::from(CimType::Real64), Ok(Some(8))));
    assert_eq!(f64::from_le_bytes(bytes), 0.5);
    assert_eq!(object.read_bytes(load, &mut bytes[..4]), Err(Status::WBEM_E_BUFFER_TOO_SMALL));
    provider.stop_refreshing(&refresher, id).unwrap();
    let error = provider.stop_refreshing(&refresher, id).unwrap_err();
    assert_eq!(error.status(), Status::WBEM_E_NOT_FOUND);
    refresher.refresh(0);
    assert_eq!(object.get("Count").unwrap(), Value::Uint64(3));
    // The object outlives its refresher and its provider.
    drop((refresher, provider));
    assert_eq!(object.class_name().unwrap(), "Toy");
}

#[test]
fn by_handle() {
    let class = common::toy_class();
    let object = ObjectAccess::new(common::template(&class, "a").access().clone());
    let handle = |name: &str| object.property_handle(name).unwrap().1;
    let (name, count, level) = (handle("Name"), handle("Count"), handle("Level"));
    let long = "x\u{1F600}".repeat(200);
    for text in ["", "b", "größe", &"y".repeat(255), &"y".repeat(256), &long] {
        object.write_string(name, text).unwrap();
        assert_eq!(object.read_string(name).unwrap().as_deref(), Some(text));
        assert_eq!(object.get("Name").unwrap(), Value::String(text.to_owned()));
    }
    assert_eq!((object.read_u64(count), object.read_u32(level)), (Ok(None), Ok(None)));
    object.write_u64(count, u64::MAX).unwrap();
    assert_eq!((object.read_u64(count), object.read_u32(count)), (Ok(Some(u64::MAX)), Ok(Some(u32::MAX))));
    object.write_null(count).unwrap();
    assert_eq!(object.read_u64(count), Ok(None));
    object.write_null(name).unwrap();
    assert_eq!(object.read_string(name), Ok(None));
    assert_eq!(object.write_u64(level, 1), Err(Status::WBEM_E_TYPE_MISMATCH));
    assert!(object.write_u64(PropertyHandle(-1), 1).is_err());
    let error = object.property_handle("Nothing").unwrap_err();
    assert_eq!(error.status(), Status::WBEM_E_NOT_FOUND);
    assert_eq!(
        object.put("Level", &Value::String("x".to_owned())).unwrap_err().status(),
        Status::WBEM_E_TYPE_MISMATCH
    );
    let spawned = object.spawn_instance().unwrap();
    assert_eq!(spawned.get("Level").unwrap(), Value::Null);
}

#[test]
fn enumerators_are_refreshed() {
    let (class, _, provider) = load();
    let refresher = provider.create_refresher().unwrap();
    let list = ObjectList::new(class);
    let id = provider.create_refreshable_enum(&refresher, "Toy", None, list.for_provider()).unwrap();
    assert_eq!(refresher.refresh(0), Status::WBEM_S_NO_ERROR);
    assert_eq!(refresher.refresh(0), Status::WBEM_S_NO_ERROR);
    let mut names = Vec::new();
    list.for_each(|id, object| names.push((id, object.get("Name").unwrap().to_string())));
    assert_eq!(names, [(1, "a".to_owned()), (2, "b".to_owned())]);
    provider.stop_refreshing(&refresher, id).unwrap();
    let error = provider.create_refreshable_enum(&refresher, "Other", None, list.for_provider()).unwrap_err();
    // The namespace's sentence came through two vtables.
    assert_eq!((error.status(), error.message()), (Status::WBEM_E_NOT_FOUND, "there is no Other here"));
    let target = HiPerfEnum::new(list.for_provider());
    assert_eq!(target.add_objects(&[3], &[]), Err(Status::WBEM_E_INVALID_PARAMETER));
    assert_eq!(target.remove_objects(&[9]), Err(Status::WBEM_E_NOT_FOUND));
    assert_eq!((target.add_objects(&[], &[]), target.remove_objects(&[])), (Ok(()), Ok(())));
}

#[test]
fn queries_and_single_objects() {
    let (class, _, provider) = load();
    let collected = provider.query_instances("Toy", None, LIMIT).unwrap();
    assert_eq!((collected.objects.len(), collected.status), (2, Status::WBEM_S_NO_ERROR));
    let second = Object::from_class_object(&collected.objects[1]).unwrap();
    assert_eq!(second.get("Name").unwrap(), Value::String("b".to_owned()));

    let context = Context::new();
    context.set("fail", &Value::Boolean(true)).unwrap();
    let error = provider.query_instances("Toy", Some(&context), LIMIT).unwrap_err();
    assert_eq!((error.status(), error.message()), (Status::WBEM_E_ACCESS_DENIED, "the context says so"));
    let error = provider.query_instances("Panic", None, LIMIT).unwrap_err();
    assert_eq!(error.status(), Status::WBEM_E_PROVIDER_FAILURE);

    let (known, unknown) = (common::template(&class, "a"), common::template(&class, "z"));
    provider.get_objects(std::slice::from_ref(known.access()), None).unwrap();
    assert_eq!(known.get("Count").unwrap(), Value::Uint64(7));
    let error = provider.get_objects(&[known.access().clone(), unknown.access().clone()], None).unwrap_err();
    assert_eq!((error.status(), error.message()), (Status::WBEM_E_NOT_FOUND, "there is no toy z"));
}

#[test]
fn a_panic_in_a_refresh_leaves_the_refresher_usable() {
    let (class, _, provider) = load();
    let refresher = provider.create_refresher().unwrap();
    let context = Context::new();
    context.set("panic", &Value::Boolean(true)).unwrap();
    let template = common::template(&class, "a");
    provider.create_refreshable_object(&refresher, template.access(), Some(&context)).unwrap();
    assert_eq!(refresher.refresh(0), Status::WBEM_E_PROVIDER_FAILURE);
    assert_eq!(refresher.refresh(0), Status::WBEM_S_NO_ERROR);
}

#[test]
fn a_refresher_in_use_is_busy() {
    let (class, _, provider) = load();
    let refresher = provider.create_refresher().unwrap();
    let context = Context::new();
    context.set("reenter", &Value::Boolean(true)).unwrap();
    let template = common::template(&class, "a");
    provider.create_refreshable_object(&refresher, template.access(), Some(&context)).unwrap();
    *OWN.lock().unwrap() = Some(refresher.as_com().clone());
    assert_eq!(refresher.refresh(0), Status::WBEM_E_REFRESHER_BUSY);
    *OWN.lock().unwrap() = None;
}

/// An IWbemRefresher that isn't the toy provider's.
struct Stranger;

com_class! { class Stranger: IWbemRefresher; }

impl IWbemRefresher_Impl for Stranger {
    unsafe fn Refresh(&self, _: i32) -> Status {
        Status::WBEM_S_NO_ERROR
    }
}

#[test]
fn strangers_and_nulls_are_refused() {
    let (class, services, provider) = load();
    let (_, _, other) = load();
    let template = common::template(&class, "a");
    let stranger = hiperf_com::client::RefresherClient::new(ComPtr::new(Stranger));
    for refresher in [stranger, other.create_refresher().unwrap()] {
        let error = provider.create_refreshable_object(&refresher, template.access(), None).unwrap_err();
        assert_eq!(error.status(), Status::WBEM_E_INVALID_PARAMETER);
        let error = provider.stop_refreshing(&refresher, 1).unwrap_err();
        assert_eq!(error.status(), Status::WBEM_E_INVALID_PARAMETER);
    }
    let com: &IWbemHiPerfProvider = provider.as_com();
    let services: *mut IWbemServices = services.as_com().as_raw();
    let no_context: *mut IWbemContext = std::ptr::null_mut();
    let refresher = provider.create_refresher().unwrap();
    let (refresher, template) = (refresher.as_com().as_raw(), template.access().as_raw());
    let name = WideString::new("Toy");
    let empty = WideString::new("");
    let mut object = std::ptr::null_mut();
    let mut id = 0;
    let bad = Status::WBEM_E_INVALID_PARAMETER;
    // SAFETY: every pointer is NULL or valid, which is what is tested.
    unsafe {
        use std::ptr::{null, null_mut};
        assert_eq!(com.CreateRefresher(services, 0, null_mut()), bad);
        assert_eq!(com.CreateRefresher(null_mut(), 0, &mut null_mut()), bad);
        let create = |services, template, refresher, object, id| {
            com.CreateRefreshableObject(services, template, refresher, 0, no_context, object, id)
        };
        assert_eq!(create(null_mut(), template, refresher, &raw mut object, &raw mut id), bad);
        assert_eq!(create(services, null_mut(), refresher, &raw mut object, &raw mut id), bad);
        assert_eq!(create(services, template, null_mut(), &raw mut object, &raw mut id), bad);
        assert_eq!(create(services, template, refresher, null_mut(), &raw mut id), bad);
        assert_eq!(create(services, template, refresher, &raw mut object, null_mut()), bad);
        assert!(object.is_null());
        let enumerate =
            |class| com.CreateRefreshableEnum(services, class, refresher, 0, no_context, null_mut(), &mut 0);
        assert_eq!((enumerate(name.as_ptr()), enumerate(null()), enumerate(empty.as_ptr())), (bad, bad, bad));
        assert_eq!(com.QueryInstances(services, name.as_ptr(), 0, no_context, null_mut()), bad);
        let mut objects = [template, null_mut()];
        for (count, array) in [
            (-1, objects.as_mut_ptr()),
            (i32::MAX, objects.as_mut_ptr()),
            (2, objects.as_mut_ptr()),
            (1, null_mut()),
        ] {
            assert_eq!(com.GetObjects(services, count, array, 0, no_context), bad);
        }
        assert_eq!(com.GetObjects(services, 0, null(), 0, no_context), Status::WBEM_S_NO_ERROR);
        assert_eq!(com.StopRefreshing(null_mut(), 1, 0), bad);
    }
}

#[test]
fn initialisation_fails_with_its_reason() {
    let services = common::services(&common::toy_class());
    let clsid = next_clsid();
    registry::register_provider(clsid, || Toy);
    let load =
        |namespace: &str| Provider::load(clsid, &Initialization::new(namespace, services.clone()), LIMIT);
    let error = load("root\\other").unwrap_err();
    assert_eq!(error.status(), Status::WBEM_E_INITIALIZATION_FAILURE);
    assert!(error.message().contains("no toys in root\\other"), "{error}");
    let error = load("root\\panic").unwrap_err();
    assert_eq!(error.status(), Status::WBEM_E_INITIALIZATION_FAILURE);
    assert!(error.message().contains("WBEM_E_PROVIDER_FAILURE"), "{error}");
    let error = Provider::load(next_clsid(), &Initialization::new("root\\cimv2", services.clone()), LIMIT)
        .unwrap_err();
    assert_eq!(error.status(), Status::REGDB_E_CLASSNOTREG);
}

/// What a provider does with its initialisation sink.
#[derive(Clone, Copy)]
enum Reports {
    Nothing,
    Failure,
    /// Keeps the sink and never reports.
    Never,
    /// Reports from another thread, after Initialize returned.
    Later,
}

/// A provider that only initialises.
struct Initializer {
    reports: Reports,
    kept: Mutex<Option<ComPtr<IWbemProviderInitSink>>>,
}

com_class! { class Initializer: IWbemProviderInit; }

impl IWbemProviderInit_Impl for Initializer {
    unsafe fn Initialize(
        &self,
        _: *const u16,
        _: i32,
        _: *const u16,
        _: *const u16,
        _: *mut IWbemServices,
        _: *mut IWbemContext,
        sink: *mut IWbemProviderInitSink,
    ) -> Status {
        // SAFETY: a sink lent for the call.
        let sink = unsafe { ComPtr::from_borrowed(sink) }.unwrap();
        match self.reports {
            Reports::Nothing => {}
            // SAFETY: no pointers.
            Reports::Failure => _ = unsafe { sink.SetStatus(Status::WBEM_E_FAILED, 0) },
            Reports::Never => *self.kept.lock().unwrap() = Some(sink),
            Reports::Later => {
                // SAFETY: no pointers.
                std::thread::spawn(move || unsafe { sink.SetStatus(Status::WBEM_S_NO_ERROR, 0) });
            }
        }
        Status::WBEM_S_NO_ERROR
    }
}

#[track_caller]
fn check_reports(reports: Reports, limit: Duration, expected: Status, message: &str) {
    let clsid = next_clsid();
    let make: Arc<dyn Factory> = factory_of(move || Initializer { reports, kept: Mutex::default() });
    registry::register_class(clsid, make);
    let services = common::services(&common::toy_class());
    let error = Provider::load(clsid, &Initialization::new("root\\cimv2", services), limit).unwrap_err();
    assert_eq!(error.status(), expected);
    assert!(error.message().contains(message), "{error}");
}

#[test]
fn providers_that_do_not_report() {
    let failure = Status::WBEM_E_INITIALIZATION_FAILURE;
    check_reports(Reports::Nothing, LIMIT, failure, "never called SetStatus");
    check_reports(Reports::Failure, LIMIT, failure, "WBEM_E_FAILED");
    let short = Duration::from_millis(20);
    check_reports(Reports::Never, short, Status::WBEM_E_PROVIDER_TIMED_OUT, "within 20ms");
    // It initialises, but is no hi-perf provider.
    check_reports(Reports::Later, LIMIT, Status::WBEM_E_PROVIDER_LOAD_FAILURE, "no IWbemHiPerfProvider");
}

#[test]
fn class_objects() {
    let clsid = next_clsid();
    registry::register_class(clsid, factory_of(|| Stranger));
    assert!(registry::is_registered(clsid));
    assert!(registry::create_instance::<IWbemRefresher>(clsid).is_ok());
    let error = registry::create_instance::<IWbemProviderInit>(clsid).unwrap_err();
    assert_eq!(error.status(), Status::E_NOINTERFACE);
    let class = registry::class_object(clsid).unwrap();
    let outer: ComPtr<IUnknown> = ComPtr::new(Stranger);
    let (iid, mut found) = (<IUnknown as hiperf_com::Interface>::IID, std::ptr::dangling_mut());
    // SAFETY: all pointers are NULL or valid.
    unsafe {
        let status = class.CreateInstance(outer.as_raw(), &raw const iid, &raw mut found);
        assert_eq!((status, found), (Status::CLASS_E_NOAGGREGATION, std::ptr::null_mut()));
        assert_eq!(
            class.CreateInstance(std::ptr::null_mut(), std::ptr::null(), &raw mut found),
            Status::E_POINTER
        );
        assert_eq!(class.LockServer(0), Status::E_UNEXPECTED);
        assert_eq!(
            (class.LockServer(1), class.LockServer(0)),
            (Status::WBEM_S_NO_ERROR, Status::WBEM_S_NO_ERROR)
        );
    }
}
