//! [`Provider`] and [`Source`], and the hi-perf provider made of them.

use std::sync::Arc;

use hiperf_cim::{Error, Result, Status, Value};
use hiperf_com::access::ObjectAccess;
use hiperf_com::client::{Context, ObjectSink, Services};
use hiperf_com::provider::{HiPerfProvider, Initialization};

use crate::class::{BoundClass, ServedClass, Target, Targets};
use crate::instance::{Instance, keys_of, not_found, write_keys};
use crate::refresher::{CounterRefresher, spawn};
use crate::timestamps::Timestamps;
use crate::wanted::{Selection, Wanted, WantedClass};

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
    /// Takes a sample of at least what the wanted counters need, and of what
    /// instances there are of the wanted classes. Once warm it allocates nothing
    /// and opens nothing.
    ///
    /// # Errors
    /// Why there is no sample; the objects keep their last values.
    fn sample(&mut self, wanted: Wanted<'_>) -> Result<Timestamps>;
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
        found.ok_or_else(|| {
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
        context: Option<&Context>,
        sink: &ObjectSink,
    ) -> Result<()> {
        let index = self.0.class(class)?;
        let template = spawn(services, self.0.classes[index].name())?;
        let bound = self.0.classes[index].bind(&template)?;
        let selection = bound.select(wanted_names(context).as_deref());
        let mut source = self.0.provider.open()?;
        let time = source.sample(Wanted::of(&[WantedClass::selected(index, &selection)]))?;
        let keys = self.0.classes[index].keys();
        let mut spawned = Spawned { template, keys, selection, targets: Vec::new(), failed: None };
        let written = bound.write_all(&source, &time, &mut spawned);
        if let Some(error) = spawned.failed {
            return Err(error);
        }
        written?;
        spawned.targets.iter().try_for_each(|target| sink.indicate(&target.object))
    }

    fn get_objects(
        &self,
        services: &Services,
        objects: &[ObjectAccess],
        context: Option<&Context>,
    ) -> Result<()> {
        let names = wanted_names(context);
        let mut bound_classes: Vec<(usize, Bound<P::Source>, Selection)> = Vec::new();
        let mut places = Vec::with_capacity(objects.len());
        for object in objects {
            let index = self.0.class(&object.class_name()?)?;
            let known = bound_classes.iter().position(|(known, ..)| *known == index);
            places.push(known.unwrap_or(bound_classes.len()));
            if known.is_none() {
                let class = &self.0.classes[index];
                let bound = class.bind(&spawn(services, class.name())?)?;
                let selection = bound.select(names.as_deref());
                bound_classes.push((index, bound, selection));
            }
        }
        let wanted: Vec<WantedClass> = bound_classes
            .iter()
            .map(|(index, _, selection)| WantedClass::selected(*index, selection))
            .collect();
        let mut source = self.0.provider.open()?;
        let time = source.sample(Wanted::of(&wanted))?;
        for (object, place) in objects.iter().zip(places) {
            let (index, bound, selection) = &bound_classes[place];
            selection.mark_others(object)?;
            let target = [Target { object: object.clone(), selection: selection.clone() }];
            let class = &self.0.classes[*index];
            let mut one = Keyed { keys: keys_of(object, class.keys())?, target, found: false };
            bound.write_all(&source, &time, &mut one)?;
            if !one.found {
                return Err(not_found(class.name(), class.keys(), &one.keys));
            }
        }
        Ok(())
    }
}

/// The properties that a client asks for; `None` means all.
pub(crate) fn wanted_names(context: Option<&Context>) -> Option<Vec<String>> {
    context?.wanted_properties()
}

/// Finds an instance by its keys.
pub(crate) struct Finder<'a> {
    pub(crate) keys: &'a [Value],
    pub(crate) identity: Option<u64>,
}

impl Targets for Finder<'_> {
    fn of(&mut self, instance: Instance<'_>) -> Result<&[Target], Status> {
        if self.identity.is_none() && instance.is(self.keys) {
            self.identity = Some(instance.identity());
        }
        Ok(&[])
    }
}

/// Writes the one instance with these keys.
struct Keyed {
    keys: Vec<Value>,
    target: [Target; 1],
    found: bool,
}

impl Targets for Keyed {
    fn of(&mut self, instance: Instance<'_>) -> Result<&[Target], Status> {
        if self.found || !instance.is(&self.keys) {
            return Ok(&[]);
        }
        self.found = true;
        Ok(&self.target)
    }
}

/// Makes a new object for every instance.
struct Spawned {
    template: ObjectAccess,
    keys: &'static [&'static str],
    selection: Selection,
    targets: Vec<Target>,
    failed: Option<Error>,
}

impl Targets for Spawned {
    fn of(&mut self, instance: Instance<'_>) -> Result<&[Target], Status> {
        match spawned(&self.template, self.keys, &self.selection, instance) {
            Ok(target) => self.targets.push(target),
            Err(error) => {
                let status = error.status();
                self.failed = Some(error);
                return Err(status);
            }
        }
        Ok(&self.targets[self.targets.len() - 1..])
    }
}

/// A new object of the template's class with the instance's keys.
pub(crate) fn spawned(
    template: &ObjectAccess,
    keys: &[&str],
    selection: &Selection,
    instance: Instance<'_>,
) -> Result<Target> {
    let object = template.spawn_instance()?;
    write_keys(&object, keys, instance)?;
    selection.mark_others(&object)?;
    Ok(Target { object, selection: selection.clone() })
}

/// What the refresher keeps of a class in use.
pub(crate) type Bound<S> = Box<dyn BoundClass<S>>;
