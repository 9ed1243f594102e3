//! The cooking provider, `HiPerfCooker_v1`: computes the instances of
//! formatted classes from samples of their raw classes.
//!
//! It is a hi-perf provider like any other: it writes its objects by handle
//! through `IWbemObjectAccess`. Inside it is a client of the raw class through
//! a refresher of its own, so one raw refresh serves all cooked objects of a
//! client's refresher. Any class that carries `AutoCook_RawClass` and the
//! property qualifiers is cooked, whoever provides the raw one.
//!
//! A value that needs two samples is NULL after the first refresh: nothing is
//! made up. A query, which has no first refresh, takes two samples
//! [`BASELINE_AGE`] apart when the class needs them, or has the first one from
//! the same query before.

mod baselines;
mod naming;
mod one_shot;
mod recipe;
mod refresher;
mod statistics;
mod step;
mod target;
mod text;

#[cfg(test)]
mod one_shot_tests;

use std::sync::Arc;
use std::time::Duration;

use hiperf_cim::{Class, Context as _, Error, Instance, Result, Status, Value, path};
use hiperf_com::access::ObjectAccess;
use hiperf_com::client::{Context, ObjectSink, Services};
use hiperf_com::object::Object;
use hiperf_com::provider::{HiPerfProvider, Initialization};
use hiperf_com::server::Adding;

use crate::{EnumId, Namespace, ObjectId, Refresher};
use baselines::Baselines;
use one_shot::{Clock, MonotonicClock, OneShot};
use recipe::{Recipe, raw_class_name};
use refresher::CookerRefresher;

/// The names that `schema/providers.mof` registers it under.
const PROVIDER_NAMES: [&str; 2] = ["HiPerfCooker_v1", "WmiPerfInst"];

/// How far apart the two samples of a query are. Long enough that a clock tick
/// (10 ms) is 2 % of it, short enough to wait for.
pub const BASELINE_AGE: Duration = Duration::from_millis(500);

/// The provider. It keeps what answered the latest questions; a refresher has
/// its own samples.
pub(crate) struct Cooker {
    clock: Arc<dyn Clock>,
    baselines: Baselines<OneShot>,
}

impl Default for Cooker {
    fn default() -> Cooker {
        Cooker::with_clock(Arc::new(MonotonicClock::default()))
    }
}

impl Cooker {
    fn with_clock(clock: Arc<dyn Clock>) -> Cooker {
        Cooker { clock, baselines: Baselines::default() }
    }
}

impl HiPerfProvider for Cooker {
    type Refresher = CookerRefresher;

    fn initialize(&self, _: &Initialization) -> Result<()> {
        Ok(())
    }

    fn create_refresher(&self, _: &Services) -> Result<CookerRefresher> {
        Ok(CookerRefresher::default())
    }

    fn query_instances(
        &self,
        services: &Services,
        class: &str,
        context: Option<&Context>,
        sink: &ObjectSink,
    ) -> Result<()> {
        sink.indicate_all(&self.all_of(services, class, context)?)
    }

    fn get_objects(
        &self,
        services: &Services,
        objects: &[ObjectAccess],
        context: Option<&Context>,
    ) -> Result<()> {
        self.fill(services, objects, context)
    }
}

/// A formatted class, its raw class and the way from one to the other.
#[derive(Debug)]
struct Cooking {
    formatted: Arc<Class>,
    raw: Arc<Class>,
    recipe: Recipe,
    /// The context for the raw class's provider: the client's, and in it the raw
    /// properties that the recipe takes if the client doesn't want all.
    context: Option<Context>,
}

/// Whether a class names the cooking provider.
pub(crate) fn cooks(class: &Class) -> bool {
    let name = class.qualifiers().text("provider");
    name.is_some_and(|name| PROVIDER_NAMES.iter().any(|own| own.eq_ignore_ascii_case(name)))
}

impl Cooking {
    fn new(namespace: &Namespace, class: &str, context: Option<&Context>) -> Result<Cooking> {
        let cook = || -> Result<_> {
            let is_precise = context.is_some_and(Context::wants_reals);
            let formatted = Cooking::formatted_class(namespace, class, context)?;
            let raw = raw_class_name(&formatted).ok_or_else(|| {
                let message = "the class has no AutoCook_RawClass qualifier that names its raw class";
                Error::new(Status::WBEM_E_INVALID_CLASS, message)
            })?;
            let raw = namespace.class(raw)?;
            check_keys(&formatted, &raw)?;
            let wanted = context.and_then(Context::wanted_properties);
            let recipe = Recipe::new(&formatted, &raw, wanted.as_deref())?;
            let context = context.map(Context::duplicate).transpose()?;
            if let Some(changed) = &context {
                if wanted.is_some() {
                    changed.want_properties(recipe.raw_properties(&raw).into_iter())?;
                }
                // Cooked from what is cooked itself, it is cooked from integers.
                if is_precise {
                    changed.want_reals(false)?;
                }
            }
            Ok(Cooking { formatted, raw, recipe, context })
        };
        cook().context(|| format!("cooking {class}"))
    }

    /// The formatted class as the call is about it.
    fn formatted_class(namespace: &Namespace, class: &str, context: Option<&Context>) -> Result<Arc<Class>> {
        let class = namespace.class(class)?;
        Ok(if context.is_some_and(Context::wants_reals) { class.precise() } else { class })
    }

    /// Whether both classes are still those of the namespace.
    fn is_of_classes_of(&self, namespace: &Namespace) -> bool {
        let is_now = |class: &Arc<Class>| {
            let now = namespace.class(class.name());
            now.is_ok_and(|now| Arc::ptr_eq(&now, class) || Arc::ptr_eq(&now.precise(), class))
        };
        is_now(&self.raw) && is_now(&self.formatted)
    }

    /// How raw items are added.
    fn adding(&self) -> Adding<'_> {
        Adding { context: self.context.as_ref(), ..Adding::default() }
    }

    /// Adds the raw instances. Which formatted class they are for says whoever
    /// asked for it, so an error doesn't.
    fn sample_all(&self, sampler: &mut Refresher, namespace: &Namespace) -> Result<EnumId> {
        let raw = self.raw.name();
        sampler.add_instances(namespace, raw, self.adding()).context(|| format!("sampling {raw}"))
    }

    /// Adds the raw instance of a formatted one.
    fn sample_one(
        &self,
        sampler: &mut Refresher,
        namespace: &Namespace,
        formatted: &ObjectAccess,
    ) -> Result<ObjectId> {
        let path = self.raw_path(formatted)?;
        sampler.add_path(namespace, &path, self.adding()).context(|| format!("sampling {path}"))
    }

    /// A new formatted object with the keys of the raw one.
    fn spawn(&self, raw: &Object) -> Result<ObjectAccess> {
        let mut instance = Instance::spawn(&self.formatted);
        for &index in self.formatted.keys() {
            let name = self.formatted.properties()[index].name();
            instance.put(name, &raw.get(name)?)?;
        }
        let object = ObjectAccess::new(Object::new(instance).access().clone());
        self.recipe.mark_others(&object)?;
        Ok(object)
    }

    /// Gives a formatted object that served another instance the keys of `raw`.
    fn rename(&self, target: &ObjectAccess, raw: &Object) -> Result<()> {
        for &index in self.formatted.keys() {
            let name = self.formatted.properties()[index].name();
            target.put(name, &raw.get(name)?)?;
        }
        Ok(())
    }

    /// The path of the raw instance with the keys of a formatted one.
    fn raw_path(&self, formatted: &ObjectAccess) -> Result<String> {
        self.path_with(|key| formatted.get(key))
    }

    /// What all instances that have these keys, whoever they are, have in
    /// common.
    fn name_of(&self, key: impl Fn(&str) -> Result<Value>) -> Result<String> {
        Ok(self.path_with(key)?.to_lowercase())
    }

    /// The path of the raw instance with these values of its keys.
    fn path_with(&self, key: impl Fn(&str) -> Result<Value>) -> Result<String> {
        if self.raw.is_singleton() {
            return Ok(format!("{}=@", self.raw.name()));
        }
        let mut keys: Vec<(&str, Value)> = Vec::new();
        for &index in self.raw.keys() {
            let name = self.raw.properties()[index].name();
            keys.push((name, key(name)?));
        }
        let keys: Vec<(&str, &Value)> = keys.iter().map(|(name, value)| (*name, value)).collect();
        Ok(path::relpath(self.raw.name(), &keys))
    }
}

/// An instance of one class has to name one of the other.
fn check_keys(formatted: &Class, raw: &Class) -> Result<()> {
    for (one, other) in [(formatted, raw), (raw, formatted)] {
        for key in one.keys().iter().map(|&index| &one.properties()[index]) {
            let same = other.index_of(key.name()).filter(|index| other.keys().contains(index));
            if same.is_none_or(|index| other.properties()[index].ty() != key.ty()) {
                let (name, ty) = (key.name(), key.ty());
                let message =
                    format!("key {name} of {}, a {ty}, is no such key of {}", one.name(), other.name());
                return Err(Error::new(Status::WBEM_E_INVALID_CLASS, message));
            }
        }
    }
    Ok(())
}
