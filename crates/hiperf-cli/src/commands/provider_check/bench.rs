//! [`Bench`]: an initialised provider, and the calls that most checks begin
//! with.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use hiperf::{Status, Value};
use hiperf_cim::{CimType, Class, Instance, Property};
use hiperf_com::client::Services;
use hiperf_com::enumeration::ObjectList;
use hiperf_com::object::Object;
use hiperf_com::probe::{Event, InitReports, ProbedProvider, SinkRecord, Wanted, references};
use hiperf_com::{ComPtr, IWbemHiPerfEnum, IWbemRefresher, live_objects, registry};

use super::journal::Journal;
use super::subject::{Subject, described};

/// How long a provider has to report to a sink, as the engine allows it.
pub const SINK_LIMIT: Duration = Duration::from_secs(10);
/// How long who has reported an initialisation may take to release the sink.
pub const LIMIT_AFTER_REPORT: Duration = Duration::from_secs(1);
/// Instances of a class that a check looks at one by one.
pub const SOME: usize = 3;

/// An initialised provider.
pub struct Bench<'a> {
    /// Where it comes from.
    pub subject: &'a Subject,
    /// Where findings go.
    pub journal: &'a Journal,
    /// The provider, made by ClientLoadableCLSID.
    pub provider: ProbedProvider,
    /// How long Initialize took, until the report.
    pub initialize_time: Duration,
}

/// An object that a refresher refreshes.
pub struct Refreshed {
    /// What it was asked for with.
    pub template: Object,
    /// The provider's object.
    pub object: Object,
    /// Its id.
    pub id: i32,
}

/// An enumerator that a refresher refreshes.
pub struct Listed {
    /// What the provider changes.
    pub list: Arc<ObjectList>,
    /// The pointer that the provider got.
    pub target: ComPtr<IWbemHiPerfEnum>,
    /// Its id.
    pub id: i32,
}

impl Listed {
    /// The ids and objects in it now.
    pub fn members(&self) -> Vec<(i32, Object)> {
        let mut members = Vec::new();
        self.list.for_each(|id, object| members.push((id, object.clone())));
        members
    }
}

impl<'a> Bench<'a> {
    /// Makes and initialises a provider.
    ///
    /// # Errors
    /// A text that says what went wrong.
    pub fn open(subject: &'a Subject, journal: &'a Journal) -> Result<Bench<'a>, String> {
        let started = Instant::now();
        let provider = initialized(subject, journal)?;
        Ok(Bench { subject, journal, provider, initialize_time: started.elapsed() })
    }

    /// The namespace, as a provider gets it.
    pub fn services(&self) -> &Services {
        &self.subject.services
    }

    /// The classes to check.
    pub fn classes(&self) -> &'a [Arc<Class>] {
        &self.subject.classes
    }

    /// A new refresher; `None` after a finding, or if the provider has none.
    pub fn refresher(&self) -> Option<ComPtr<IWbemRefresher>> {
        self.journal.doing("CreateRefresher");
        match self.provider.create_refresher(Some(self.services())) {
            Ok(refresher) => Some(refresher),
            Err(Status::WBEM_S_NO_ERROR) => {
                self.journal.fail("CreateRefresher succeeds, but stores no refresher");
                None
            }
            Err(status) if is_left_out(status) => {
                self.journal.seen("the provider has no refreshers");
                None
            }
            Err(status) => {
                self.journal.fail(format!("CreateRefresher: {status}"));
                None
            }
        }
    }

    /// Refreshes; success has no bad status.
    pub fn refresh(&self, refresher: &ComPtr<IWbemRefresher>) -> bool {
        self.journal.doing("Refresh");
        let status = refresh(refresher);
        self.journal.expect(!status.is_error(), || format!("Refresh: {status}"))
    }

    /// Adds an instance to a refresher; `None` after a finding.
    pub fn object(&self, refresher: &ComPtr<IWbemRefresher>, template: &Object) -> Option<Refreshed> {
        let what = path(template);
        self.journal.doing(format!("CreateRefreshableObject of {what}"));
        let access = Some(template.access());
        let created =
            self.provider.create_object(Some(self.services()), access, Some(refresher), Wanted::Both);
        if created.status.is_error() {
            if !is_left_out(created.status) {
                self.journal.fail(format!("CreateRefreshableObject of {what}: {}", created.status));
            }
            return None;
        }
        let Some(access) = created.object else {
            self.journal.fail(format!("CreateRefreshableObject of {what} succeeds, but stores no object"));
            return None;
        };
        let Some(object) = Object::from_access(&access) else {
            self.journal.fail(format!(
                "CreateRefreshableObject of {what} gives an object of the provider's own making; it must be \
                 a clone of the template or an instance spawned from the class"
            ));
            return None;
        };
        // This pointer's, and the object's beside it; the provider's is another.
        if references(&access) < 3 {
            self.journal.fail(format!(
                "CreateRefreshableObject of {what} returns its object without a reference of the provider's \
                 own: it has to AddRef what it keeps for Refresh and also returns"
            ));
            // The provider will release one that it doesn't have; so that nothing ends with it.
            std::mem::forget(object.clone());
        }
        drop(access);
        Some(Refreshed { template: template.clone(), object, id: created.id })
    }

    /// Adds an enumerator to a refresher; `None` after a finding.
    pub fn list(&self, refresher: &ComPtr<IWbemRefresher>, class: &Arc<Class>) -> Option<Listed> {
        let name = class.name();
        self.journal.doing(format!("CreateRefreshableEnum of {name}"));
        let list = ObjectList::new(class.clone());
        let target = list.for_provider();
        let (status, id) = self.provider.create_enum(
            Some(self.services()),
            Some(name),
            Some(refresher),
            Some(&target),
            Wanted::Both,
        );
        if status.is_error() {
            if !is_left_out(status) {
                self.journal.fail(format!("CreateRefreshableEnum of {name}: {status}"));
            }
            return None;
        }
        Some(Listed { list, target, id })
    }

    /// What QueryInstances delivers, whatever else it does; `None` after a
    /// finding, or if it is left out.
    pub fn query(&self, class: &Class) -> Option<Vec<Object>> {
        let name = class.name();
        self.journal.doing(format!("QueryInstances of {name}"));
        match self.delivered(&self.provider, class) {
            Ok(objects) => return Some(objects),
            Err(status) if is_left_out(status) => {}
            Err(Status::WBEM_E_PROVIDER_TIMED_OUT) => {
                self.journal
                    .fail(format!("QueryInstances of {name} still has its sink after {SINK_LIMIT:?}"));
            }
            Err(status) => self.journal.fail(format!("QueryInstances of {name}: {status}")),
        }
        None
    }

    /// The same without a word to the journal.
    ///
    /// # Errors
    /// What it answers or reports; `WBEM_E_PROVIDER_TIMED_OUT` if it doesn't
    /// release its sink.
    pub fn delivered(&self, provider: &ProbedProvider, class: &Class) -> Result<Vec<Object>, Status> {
        let record = SinkRecord::default();
        let services = Some(self.services());
        let mut result = provider.query_instances(services, Some(class.name()), Some(&record));
        if !result.is_error() && !record.wait_for_release(SINK_LIMIT) {
            return Err(Status::WBEM_E_PROVIDER_TIMED_OUT);
        }
        let mut objects = Vec::new();
        for event in record.events() {
            match event {
                Event::Objects(batch) => {
                    objects.extend(
                        batch.into_iter().flatten().filter_map(|one| Object::from_class_object(&one)),
                    );
                }
                Event::Status(0, status) => result = status,
                _ => {}
            }
        }
        if result.is_error() { Err(result) } else { Ok(objects) }
    }

    /// The instances that are there now, with their keys alone: those of a
    /// query, else of an enumerator.
    pub fn templates(&self, class: &Arc<Class>) -> Vec<Object> {
        let objects = self.query(class).or_else(|| {
            let refresher = self.refresher()?;
            let list = self.list(&refresher, class)?;
            self.refresh(&refresher);
            Some(list.members().into_iter().map(|(_, object)| object).collect())
        });
        objects.unwrap_or_default().iter().map(|object| template(class, object)).collect()
    }

    /// Some instances of each class, each in the refresher, as far as they can be.
    pub fn objects(&self, refresher: &ComPtr<IWbemRefresher>) -> Vec<Refreshed> {
        let templates = self.classes().iter().flat_map(|class| {
            let mut some = self.templates(class);
            some.truncate(SOME);
            some
        });
        let templates: Vec<Object> = templates.collect();
        templates.iter().filter_map(|template| self.object(refresher, template)).collect()
    }

    /// An enumerator of each class.
    pub fn lists(&self, refresher: &ComPtr<IWbemRefresher>) -> Vec<Listed> {
        self.classes().iter().filter_map(|class| self.list(refresher, class)).collect()
    }
}

/// Refreshes, and says nothing of it.
pub fn refresh(refresher: &ComPtr<IWbemRefresher>) -> Status {
    hiperf_com::client::RefresherClient::new(refresher.clone()).refresh(0)
}

/// A provider that reported success to the sink of its initialisation.
///
/// # Errors
/// A text that says what went wrong.
pub fn initialized(subject: &Subject, journal: &Journal) -> Result<ProbedProvider, String> {
    journal.doing("CreateInstance");
    let class = registry::class_object(subject.client_clsid).map_err(|error| described(&error))?;
    let provider = ProbedProvider::create(&class).map_err(|error| described(&error))?;
    journal.doing("Initialize");
    let reports = InitReports::default();
    let path = subject.namespace.path();
    let status = provider.initialize(Some(path), Some(&subject.services), Some(&reports));
    if status.is_error() {
        return Err(format!("Initialize: {status}"));
    }
    let is_late = reports.statuses().is_empty();
    if !reports.wait(SINK_LIMIT) {
        return Err(format!("Initialize has not reported to its sink after {SINK_LIMIT:?}"));
    }
    // The thread that has reported still lets go of what it used, and that is no leak.
    let _in_time = is_late && reports.wait_for_release(LIMIT_AFTER_REPORT);
    match reports.statuses().first() {
        Some(status) if !status.is_error() => Ok(provider),
        Some(status) => Err(format!("Initialize reports a failure to its sink: {status}")),
        None => Err("Initialize returned success but never called SetStatus on its sink".to_owned()),
    }
}

/// How many objects of ours there are more than `before`, when threads that are
/// still letting go of some have had their time.
pub fn left_beyond(before: usize) -> usize {
    let deadline = Instant::now() + LIMIT_AFTER_REPORT;
    loop {
        let left = live_objects().saturating_sub(before);
        if left == 0 || Instant::now() > deadline {
            return left;
        }
        thread::sleep(Duration::from_millis(1));
    }
}

/// How a provider says that it doesn't have a method.
pub fn is_left_out(status: Status) -> bool {
    status == Status::WBEM_E_PROVIDER_NOT_CAPABLE || status == Status::E_NOTIMPL
}

/// A new instance with the keys of another.
pub fn template(class: &Arc<Class>, object: &Object) -> Object {
    let mut instance = Instance::spawn(class);
    for &key in class.keys() {
        let name = class.properties()[key].name();
        // A value of the same property fits; a key that is NULL stays it.
        let _kept = instance.put(name, &object.get(name).unwrap_or(Value::Null));
    }
    Object::new(instance)
}

/// An instance whose keys no instance has; `None` for a singleton.
pub fn nobody(class: &Arc<Class>) -> Option<Object> {
    let mut instance = Instance::spawn(class);
    for &key in class.keys() {
        let property = &class.properties()[key];
        let ty = property.ty();
        let value = match ty.scalar.integer_range() {
            Some((_, highest)) => Value::from_integer(ty.scalar, highest - 7)?,
            None if ty.scalar == CimType::String => Value::String("no instance has this name".to_owned()),
            None => return None,
        };
        instance.put(property.name(), &value).ok()?;
    }
    (!class.keys().is_empty()).then(|| Object::new(instance))
}

/// The class and the keys of an object, for a person.
pub fn path(object: &Object) -> String {
    let class = object.class();
    let keys = class.keys().iter().map(|&key| {
        let name = class.properties()[key].name();
        format!("{name}={}", shown(&object.value(key)))
    });
    let keys: Vec<String> = keys.collect();
    if keys.is_empty() {
        format!("{}=@", class.name())
    } else {
        format!("{}.{}", class.name(), keys.join(","))
    }
}

/// A value, for a person.
pub fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => format!("\"{text}\""),
        Value::Null => "NULL".to_owned(),
        Value::Uint32(number) => number.to_string(),
        Value::Uint64(number) => number.to_string(),
        other => format!("{other:?}"),
    }
}

/// The bytes of an object's values.
pub fn block(object: &Object) -> Vec<u8> {
    object.to_instance().block().to_vec()
}

/// Whether a provider has to fill a property: counters and times, unless the
/// class says that it doesn't.
pub fn is_owed(property: &Property) -> bool {
    let ty = property.ty();
    let is_number = ty.scalar.is_integer() || ty.scalar.is_real();
    is_number && !ty.is_array && !property.is_key() && property.qualifiers().get("Unsupported").is_none()
}
