//! [`HostedProvider`]: a provider in a host, as a provider of this process.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use hiperf_cim::{Class, Context as _, Error, Instance, Result, Status, wmio};
use hiperf_com::access::ObjectAccess;
use hiperf_com::client::{Context, ObjectSink, Provider};
use hiperf_com::object::Object;
use hiperf_com::provider::{HiPerfProvider, Initialization, Services, class_factory};
use hiperf_com::{Guid, registry};

use super::Hosting;
use super::channel::Channel;
use super::host::ProviderHost;
use super::process::Process;
use super::protocol::Message;
use super::protocol::message::{ClassedObject, ContextValues, values_of};
use super::protocol::objects::{class_unit, instance_bytes, instance_of};
use super::refresher::HostedRefresher;
use crate::hosting_model::HostingModel;
use crate::loading::INITIALIZATION_LIMIT;
use crate::namespace::lock;
use crate::registration::{Impersonation, Registration};
use crate::repository::fold;
use crate::services::namespace_of;
use crate::turn::Turn;

/// How much longer than one call the host may take to initialise a provider and
/// to deliver a query's objects: for it waits, too, until the provider reports.
const LONGER: u32 = 3;

/// How long a provider may take to be released, at most: nobody needs what it
/// does then.
const LIMIT_TO_RELEASE: Duration = Duration::from_secs(1);

/// No instance that was ever seen has a hundredth of this many siblings: the
/// largest process table that Linux allows has 2^22 entries.
const MAX_OBJECTS: usize = 1 << 22;

/// The most bytes of a query's result.
const MAX_RESULT: usize = 1 << 30;

/// Loads the provider into its host, under `clsid`, in this thread's [`Turn`].
///
/// # Errors
/// * `WBEM_E_PROVIDER_LOAD_FAILURE`: there is no host, or no such class in it.
/// * `WBEM_E_INITIALIZATION_FAILURE`, `WBEM_E_PROVIDER_TIMED_OUT`: the provider
///   did not initialise.
/// * `WBEM_E_PROVIDER_FAILURE`: the host died.
pub(crate) fn load(
    registration: &Arc<Registration>,
    clsid: Guid,
    initialization: &Initialization,
    hosting: &Hosting,
) -> Result<Provider> {
    let name = host_name(&registration.name, &registration.hosting_model, &initialization.namespace);
    let hosted = Arc::new(Hosted {
        registration: registration.clone(),
        clsid,
        namespace: initialization.namespace.clone(),
        user: initialization.user.clone(),
        locale: initialization.locale.clone(),
        context: values_of(initialization.context.as_ref())?,
        services: initialization.services.clone(),
        host: hosting.hosts.get(&name, hosting),
        state: Mutex::new(State::Ready(None)),
        changed: Condvar::new(),
    });
    hosted.load_if_needed()?;
    let factory = class_factory(move || HostedProvider(hosted.clone()));
    let name = format!("provider {}", registration.name);
    Provider::of_factory(factory, &name, initialization, INITIALIZATION_LIMIT)
}

/// What the host of a provider serves: all providers of a hosting model and its
/// group, or this one in one namespace.
fn host_name(provider: &str, model: &HostingModel, namespace: &str) -> String {
    match model.group {
        Some(_) => model.to_string().to_lowercase(),
        None => format!("provider {provider} in {namespace}"),
    }
}

/// A provider in a host, through all lives of that host.
pub(super) struct Hosted {
    registration: Arc<Registration>,
    clsid: Guid,
    /// For whom it is initialised, each time.
    namespace: String,
    user: Option<String>,
    locale: Option<String>,
    context: ContextValues,
    services: Services,
    host: Arc<ProviderHost>,
    state: Mutex<State>,
    changed: Condvar,
}

enum State {
    /// This thread is loading it.
    Loading(ThreadId),
    /// It is loaded there, unless that host has died, or nowhere.
    Ready(Option<Loaded>),
}

/// Where it is loaded, and under which number.
#[derive(Clone)]
struct Loaded {
    process: Arc<Process>,
    number: u32,
}

impl Hosted {
    fn name(&self) -> &str {
        &self.registration.name
    }

    /// What providers in hosts may ask.
    pub(super) fn services(&self) -> &Services {
        &self.services
    }

    /// How long one call may take.
    pub(super) fn limit(&self) -> Duration {
        self.host.hosting().deadline
    }

    /// How long it may take to release something.
    pub(super) fn limit_to_release(&self) -> Duration {
        self.limit().min(LIMIT_TO_RELEASE)
    }

    /// A channel to a process in which the provider is loaded, and its number
    /// there. It is loaded if it isn't, when it is its turn.
    ///
    /// # Errors
    /// Those of [`load`] and of [`Turn::wait`]; `WBEM_E_NOT_AVAILABLE`: this
    /// thread is loading it.
    pub(super) fn attach(&self) -> Result<(Channel, u32)> {
        let Loaded { process, number } = match self.loaded() {
            Some(loaded) => loaded,
            None => {
                // Before anything that others wait for: whoever has the turn may need this.
                let _turn = Turn::wait(&self.registration, self.clsid, &fold(&self.namespace))?;
                self.load_if_needed()?
            }
        };
        Ok((process.channel()?, number))
    }

    fn loaded(&self) -> Option<Loaded> {
        match &*lock(&self.state) {
            State::Ready(Some(loaded)) if !loaded.process.has_ended() => Some(loaded.clone()),
            _ => None,
        }
    }

    fn load_if_needed(&self) -> Result<Loaded> {
        let this_thread = thread::current().id();
        // No lock is held while it is loaded: it may ask for what needs others,
        // and those for what needs it.
        let limit = self.limit().saturating_mul(LONGER + 1);
        let deadline = Instant::now() + limit;
        let mut state = lock(&self.state);
        loop {
            match &mut *state {
                State::Ready(Some(loaded)) if !loaded.process.has_ended() => return Ok(loaded.clone()),
                State::Ready(old) => {
                    let old = old.take();
                    *state = State::Loading(this_thread);
                    drop(state);
                    let mut loading = Loading { hosted: self, loaded: None };
                    let loaded = self.load(old.as_ref())?;
                    loading.loaded = Some(loaded.clone());
                    return Ok(loaded);
                }
                State::Loading(thread) if *thread == this_thread => {
                    let message =
                        format!("provider {} has no instances before it is initialised", self.name());
                    return Err(Error::new(Status::WBEM_E_NOT_AVAILABLE, message));
                }
                State::Loading(_) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        let message =
                            format!("another thread is loading provider {}, for {limit:?} now", self.name());
                        return Err(Error::new(Status::WBEM_E_PROVIDER_TIMED_OUT, message));
                    }
                    state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
                }
            }
        }
    }

    /// Loads the provider into the host's process. `old` is where it was: who
    /// kept that process until now, so that the host could see how it ended.
    fn load(&self, _old: Option<&Loaded>) -> Result<Loaded> {
        let load = || -> Result<Loaded> {
            let process = self.host.process()?;
            let number = process.next_provider();
            let message = Message::Load {
                provider: number,
                clsid: self.clsid,
                library: registry::library_of(self.clsid).map(|path| path.to_string_lossy().into_owned()),
                namespace: self.namespace.clone(),
                user: self.user.clone(),
                locale: self.locale.clone(),
                impersonates: self.registration.impersonation == Impersonation::Caller,
                context: self.context.clone(),
                limit_ms: milliseconds(self.limit()),
            };
            let limit = self.limit().saturating_mul(LONGER);
            process.channel()?.call(&message, None, limit, self.services(), &mut nothing)?;
            Ok(Loaded { process, number })
        };
        load().context(|| format!("provider {}", self.name()))
    }

    /// Makes a call of the provider, which may take `limit`.
    fn call(
        &self,
        services: &Services,
        limit: Duration,
        message: impl FnOnce(u32) -> Message,
        take: &mut dyn FnMut(Vec<u8>) -> Result<()>,
    ) -> Result<Status> {
        let (mut channel, number) = self.attach()?;
        channel.call(&message(number), None, limit, services, take)
    }
}

impl Drop for Hosted {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let State::Ready(Some(Loaded { process, number })) = state
            && let Ok(mut channel) = process.channel()
        {
            let message = Message::Unload { provider: *number };
            // One that doesn't let go loses its host.
            let _gone_either_way =
                channel.call(&message, None, self.limit_to_release(), self.services(), &mut nothing);
        }
    }
}

/// Says how loading ended, in one way or another, and wakes those who wait.
struct Loading<'a> {
    hosted: &'a Hosted,
    loaded: Option<Loaded>,
}

impl Drop for Loading<'_> {
    fn drop(&mut self) {
        *lock(&self.hosted.state) = State::Ready(self.loaded.take());
        self.hosted.changed.notify_all();
    }
}

/// Takes no objects: to deliver some is a lie.
pub(super) fn nothing(_: Vec<u8>) -> Result<()> {
    Err(Error::new(Status::WBEM_E_PROVIDER_FAILURE, "objects came that were not asked for"))
}

/// As a message has it. More than 49 days are for ever.
fn milliseconds(limit: Duration) -> u32 {
    u32::try_from(limit.as_millis()).unwrap_or(u32::MAX)
}

/// The provider that the engine sees.
struct HostedProvider(Arc<Hosted>);

impl HiPerfProvider for HostedProvider {
    type Refresher = HostedRefresher;

    /// It is initialised where it is: see [`Hosted::attach`].
    fn initialize(&self, _: &Initialization) -> Result<()> {
        Ok(())
    }

    fn create_refresher(&self, _: &Services) -> Result<HostedRefresher> {
        HostedRefresher::new(self.0.clone())
    }

    fn query_instances(
        &self,
        services: &Services,
        class: &str,
        context: Option<&Context>,
        sink: &ObjectSink,
    ) -> Result<()> {
        let class = namespace_of(services)?.class(class)?;
        let (unit, context) = (class_unit(&class)?, values_of(context)?);
        let limit_ms = milliseconds(self.0.limit().saturating_mul(LONGER));
        let message = |provider| Message::Query { provider, class: unit, context, limit_ms };
        // The host gives the provider as long and then says so, unless it is stuck itself.
        let limit = self.0.limit().saturating_mul(LONGER + 1);
        let mut decoder = wmio::Decoder::new();
        let (mut count, mut length) = (0, 0);
        let mut found = Vec::new();
        let status = self.0.call(services, limit, message, &mut |bytes| {
            count += 1;
            length += bytes.len();
            if count > MAX_OBJECTS || length > MAX_RESULT {
                return Err(Error::new(Status::WBEM_E_PROVIDER_FAILURE, "it delivers objects without end"));
            }
            found.push(object_of(instance_of(&bytes, &mut decoder, &class)?));
            Ok(())
        })?;
        sink.indicate_all(&found)?;
        // A success with a meaning takes the way of errors, on which it stays what it is.
        if status == Status::WBEM_S_NO_ERROR { Ok(()) } else { Err(status.into()) }
    }

    fn get_objects(
        &self,
        services: &Services,
        objects: &[ObjectAccess],
        context: Option<&Context>,
    ) -> Result<()> {
        let own = objects.iter().map(|object| Object::from_access(object.as_com()));
        let own: Vec<Object> = own.collect::<Option<_>>().ok_or(Status::WBEM_E_INVALID_OBJECT)?;
        let mut classes: Vec<Arc<Class>> = Vec::new();
        let mut sent = Vec::with_capacity(own.len());
        for object in &own {
            let known = classes.iter().position(|class| Arc::ptr_eq(class, object.class()));
            let index = known.unwrap_or_else(|| {
                classes.push(object.class().clone());
                classes.len() - 1
            });
            let class = u32::try_from(index).map_err(|_| Status::WBEM_E_INVALID_PARAMETER)?;
            sent.push(ClassedObject { class, object: instance_bytes(&object.to_instance())? });
        }
        let classes = classes.iter().map(class_unit).collect::<Result<_>>()?;
        let context = values_of(context)?;
        let message = |provider| Message::GetObjects { provider, classes, objects: sent, context };
        let mut decoder = wmio::Decoder::new();
        let mut filled: Vec<Instance> = Vec::with_capacity(own.len());
        self.0.call(services, self.0.limit(), message, &mut |bytes| {
            let Some(object) = own.get(filled.len()) else { return nothing(bytes) };
            filled.push(instance_of(&bytes, &mut decoder, object.class())?);
            Ok(())
        })?;
        if filled.len() != own.len() {
            let message = format!("the host of provider {} gave back too few objects", self.0.name());
            return Err(Error::new(Status::WBEM_E_PROVIDER_FAILURE, message));
        }
        own.iter().zip(filled).try_for_each(|(object, instance)| Ok(object.assign(&instance)?))
    }
}

/// A new object that the engine takes as the provider's.
fn object_of(instance: Instance) -> ObjectAccess {
    ObjectAccess::new(Object::new(instance).access().clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_shares_a_host() {
        let name = |provider, model: &str| host_name(provider, &model.parse().unwrap(), "root\\cimv2");
        let shared = name("A", "NetworkServiceHost:Mine");
        assert_eq!(shared, name("B", "networkservicehost:MINE"));
        assert_ne!(shared, name("B", "LocalSystemHost:Mine"));
        assert_eq!(name("A", "NetworkServiceHost"), "provider A in root\\cimv2");
    }
}
