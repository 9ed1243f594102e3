//! [`Provider`] and [`Source`], and the hi-perf provider made of them.

use std::sync::Arc;

use hiperf_cim::{Error, Result, Status};
use hiperf_com::access::ObjectAccess;
use hiperf_com::client::{Context, ObjectSink, Services};
use hiperf_com::provider::{HiPerfProvider, Initialization};

use crate::class::{BoundClass, Instance, ServedClass, Targets};
use crate::refresher::{CounterRefresher, spawn};
use crate::timestamps::Timestamps;

/// What an author implements: a provider of counters.
pub trait Provider: Send + Sync + 'static {
    /// What one refresher reads.
    type Source: Source;

    /// A source for one refresher, or for one query.
    ///
    /// # Errors
    /// Why there can't be one; the client gets the status.
    fn open(&self) -> Result<Self::Source>;

    /// Whether the classes are compared with their MOF when the provider is
    /// initialised, so that one that doesn't fit fails there, by name. Else it
    /// fails when it is first used.
    const CHECKS_CLASSES: bool = true;

    /// The classes, always the same ones in the same order.
    fn classes(&self) -> Vec<Box<dyn ServedClass<Self::Source>>>;
}

/// Reads what there is to read, for all classes of one refresher at once.
pub trait Source: Send + 'static {
    /// Takes a sample of at least what the wanted classes need. Once warm it
    /// allocates nothing and opens nothing.
    ///
    /// # Errors
    /// Why there is no sample; the objects keep their last values.
    fn sample(&mut self, wanted: Wanted) -> Result<Timestamps>;
}

/// The classes that a sample is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted(u64);

impl Wanted {
    /// More classes than this a provider can't have.
    pub(crate) const MAX_CLASSES: usize = 64;

    /// Whether the class at this index of [`Provider::classes`] is wanted.
    #[must_use]
    pub const fn contains(self, class: usize) -> bool {
        class < Wanted::MAX_CLASSES && self.0 >> class & 1 == 1
    }

    pub(crate) fn class(class: usize) -> Wanted {
        Wanted(1 << class)
    }

    pub(crate) fn insert(&mut self, class: usize) {
        self.0 |= 1 << class;
    }
}

/// A provider with its classes, shared by its refreshers.
pub(crate) struct Served<P: Provider> {
    pub(crate) provider: P,
    pub(crate) classes: Vec<Box<dyn ServedClass<P::Source>>>,
}

impl<P: Provider> Served<P> {
    /// The index of a class, by name.
    pub(crate) fn class(&self, name: &str) -> Result<usize> {
        let found = self.classes.iter().position(|class| class.name().eq_ignore_ascii_case(name));
        found.filter(|index| *index < Wanted::MAX_CLASSES).ok_or_else(|| {
            let message = format!("the provider does not serve class {name}");
            Error::new(Status::WBEM_E_INVALID_CLASS, message)
        })
    }
}

/// The hi-perf provider over an author's [`Provider`].
pub struct CounterProvider<P: Provider>(Arc<Served<P>>);

impl<P: Provider> CounterProvider<P> {
    /// A hi-perf provider over `provider`.
    pub fn new(provider: P) -> CounterProvider<P> {
        let classes = provider.classes();
        CounterProvider(Arc::new(Served { provider, classes }))
    }
}

impl<P: Provider> HiPerfProvider for CounterProvider<P> {
    type Refresher = CounterRefresher<P>;

    fn initialize(&self, initialization: &Initialization) -> Result<()> {
        if P::CHECKS_CLASSES {
            for class in &self.0.classes {
                match initialization.services.get_object(class.name()) {
                    Ok(object) => class.check(&object)?,
                    // Nobody can ask for a class that this namespace hasn't.
                    Err(error) if error.status() == Status::WBEM_E_NOT_FOUND => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(())
    }

    fn create_refresher(&self, _: &Services) -> Result<CounterRefresher<P>> {
        Ok(CounterRefresher::new(self.0.clone(), self.0.provider.open()?))
    }

    fn query_instances(
        &self,
        services: &Services,
        class: &str,
        _: Option<&Context>,
        sink: &ObjectSink,
    ) -> Result<()> {
        let index = self.0.class(class)?;
        let template = spawn(services, self.0.classes[index].name())?;
        let bound = self.0.classes[index].bind(&template)?;
        let mut source = self.0.provider.open()?;
        let time = source.sample(Wanted::class(index))?;
        let mut spawned = Spawned { template, objects: Vec::new(), failed: None };
        let written = bound.write_all(&source, &time, &mut spawned);
        if let Some(error) = spawned.failed {
            return Err(error);
        }
        written?;
        spawned.objects.iter().try_for_each(|object| sink.indicate(object))
    }

    fn get_objects(&self, services: &Services, objects: &[ObjectAccess], _: Option<&Context>) -> Result<()> {
        let mut wanted = Wanted::default();
        let mut classes = Vec::with_capacity(objects.len());
        for object in objects {
            let index = self.0.class(&object.class_name()?)?;
            wanted.insert(index);
            classes.push(index);
        }
        let mut source = self.0.provider.open()?;
        let time = source.sample(wanted)?;
        let mut bound_classes: Vec<Option<Bound<P::Source>>> = Vec::new();
        bound_classes.resize_with(self.0.classes.len(), || None);
        for (object, index) in objects.iter().zip(classes) {
            let class = &self.0.classes[index];
            let bound = match &mut bound_classes[index] {
                Some(bound) => bound,
                unbound => unbound.insert(class.bind(&spawn(services, class.name())?)?),
            };
            let mut one = Named { name: key_of(object)?, object: std::slice::from_ref(object), found: false };
            bound.write_all(&source, &time, &mut one)?;
            if !one.found {
                return Err(not_found(class.name(), &one.name));
            }
        }
        Ok(())
    }
}

/// The key of an object; empty for a singleton.
pub(crate) fn key_of(object: &ObjectAccess) -> Result<String> {
    // A singleton's Name is an ordinary property and stays NULL.
    Ok(object.get("Name")?.as_str().unwrap_or_default().to_owned())
}

pub(crate) fn not_found(class: &str, name: &str) -> Error {
    Error::new(Status::WBEM_E_NOT_FOUND, format!("there is no instance {name:?} of {class}"))
}

/// Finds an instance by name.
pub(crate) struct Finder<'a> {
    pub(crate) name: &'a str,
    pub(crate) identity: Option<u64>,
}

impl Targets for Finder<'_> {
    fn of(&mut self, instance: Instance<'_>) -> Result<&[ObjectAccess], Status> {
        if self.identity.is_none() && instance.name.eq_ignore_ascii_case(self.name) {
            self.identity = Some(instance.identity);
        }
        Ok(&[])
    }
}

/// Writes the one instance of this name.
struct Named<'a> {
    name: String,
    object: &'a [ObjectAccess],
    found: bool,
}

impl Targets for Named<'_> {
    fn of(&mut self, instance: Instance<'_>) -> Result<&[ObjectAccess], Status> {
        if self.found || !instance.name.eq_ignore_ascii_case(&self.name) {
            return Ok(&[]);
        }
        self.found = true;
        Ok(self.object)
    }
}

/// Makes a new object for every instance.
struct Spawned {
    template: ObjectAccess,
    objects: Vec<ObjectAccess>,
    failed: Option<Error>,
}

impl Targets for Spawned {
    fn of(&mut self, instance: Instance<'_>) -> Result<&[ObjectAccess], Status> {
        match named(&self.template, instance) {
            Ok(object) => self.objects.push(object),
            Err(error) => {
                let status = error.status();
                self.failed = Some(error);
                return Err(status);
            }
        }
        Ok(&self.objects[self.objects.len() - 1..])
    }
}

/// A new object of the template's class with the instance's name.
pub(crate) fn named(template: &ObjectAccess, instance: Instance<'_>) -> Result<ObjectAccess> {
    let object = template.spawn_instance()?;
    if !instance.name.is_empty() {
        object.put("Name", &hiperf_cim::Value::String(instance.name.to_owned()))?;
    }
    Ok(object)
}

/// What the refresher keeps of a class in use.
pub(crate) type Bound<S> = Box<dyn BoundClass<S>>;
