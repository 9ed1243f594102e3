//! The class objects of this process: CLSID to class.
//!
//! A class is registered either as a [`Factory`] in the program itself or as
//! the path of a library that exports DllGetClassObject. A library is loaded
//! when its class is first asked for, and stays until [`unload_if_idle`] finds
//! it idle. Registering a CLSID again replaces what was there. A CLSID that
//! nobody registered in this process is looked up by the [`Resolver`], if the
//! engine has set one.
//!
//! It reads no configuration: who is registered is the caller's decision.

use std::collections::HashMap;
use std::ffi::c_void;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, OnceLock, PoisonError};

use hiperf_cim::{Error, Result, Status};

use crate::error_info::call;
use crate::factory::{self, ClassObjectFactory, Factory, factory_of};
use crate::library::Library;
use crate::provider::{HiPerfProvider, class_factory};
use crate::{ComPtr, Guid, IClassFactory, IUnknown, Interface, WbemContext, clsid};

enum Registration {
    Class(Arc<dyn Factory>),
    Library(PathBuf),
}

struct Loaded {
    library: Arc<Library>,
    /// It was idle at the last look, and nobody asked for it since.
    was_idle: bool,
}

#[derive(Default)]
struct State {
    classes: HashMap<Guid, Registration>,
    libraries: HashMap<PathBuf, Loaded>,
}

static STATE: LazyLock<Mutex<State>> = LazyLock::new(|| {
    let mut state = State::default();
    let context = factory_of(WbemContext::new);
    state.classes.insert(clsid::WBEM_CONTEXT, Registration::Class(context));
    Mutex::new(state)
});

/// Finds the library of a class that this process hasn't registered: what the
/// registry of Windows is for. Called without a lock, from any thread.
pub type Resolver = fn(&Guid) -> Option<PathBuf>;

static RESOLVER: OnceLock<Resolver> = OnceLock::new();

/// Sets the resolver, unless there is one.
pub fn set_resolver(resolver: Resolver) {
    // The first one stays: a process has one engine.
    let _is_first = RESOLVER.set(resolver);
}

fn state() -> MutexGuard<'static, State> {
    // Every change is one step, so a panic leaves nothing half done.
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Registers a class of this program.
pub fn register_class(clsid: Guid, factory: Arc<dyn Factory>) {
    let replaced = state().classes.insert(clsid, Registration::Class(factory));
    // A factory's destructor is a stranger's code: it runs outside of the lock.
    drop(replaced);
}

/// Registers a provider of this program, which `make` makes.
pub fn register_provider<P: HiPerfProvider>(clsid: Guid, make: impl Fn() -> P + Send + Sync + 'static) {
    register_class(clsid, class_factory(make));
}

/// Registers the library that has a class. The file is looked at when the
/// class is first asked for.
pub fn register_library(clsid: Guid, path: impl Into<PathBuf>) {
    let replaced = state().classes.insert(clsid, Registration::Library(path.into()));
    drop(replaced);
}

/// Takes a registration back; objects that exist live on. Says whether there
/// was one.
pub fn revoke(clsid: Guid) -> bool {
    let removed = state().classes.remove(&clsid);
    removed.is_some()
}

/// Whether something is registered under this CLSID.
#[must_use]
pub fn is_registered(clsid: Guid) -> bool {
    state().classes.contains_key(&clsid)
}

/// The library that has a class, registered in this process or found by the
/// resolver; `None` if the class is the program's own or nobody knows it.
#[must_use]
pub fn library_of(clsid: Guid) -> Option<PathBuf> {
    let registered = match state().classes.get(&clsid) {
        Some(Registration::Class(_)) => return None,
        Some(Registration::Library(path)) => Some(path.clone()),
        None => None,
    };
    // Not under the lock: the resolver reads files.
    registered.or_else(|| RESOLVER.get().and_then(|resolve| resolve(&clsid)))
}

/// The class object of a CLSID.
///
/// # Errors
/// `REGDB_E_CLASSNOTREG`: nothing is registered under it, here or with the
/// resolver;
/// `WBEM_E_PROVIDER_LOAD_FAILURE`: its library can't be loaded or doesn't
/// have the class. The cause of the latter is an error with COM's own status.
pub fn class_object(clsid: Guid) -> Result<ComPtr<IClassFactory>> {
    if let Some(Registration::Class(factory)) = state().classes.get(&clsid) {
        return Ok(ComPtr::new(ClassObjectFactory::new(factory.clone())));
    }
    let Some(path) = library_of(clsid) else {
        let message = format!(
            "class {clsid} is not registered: register the provider in this program, or its library by \
             `hiperf provider register`"
        );
        return Err(Error::new(Status::REGDB_E_CLASSNOTREG, message));
    };
    library(&path)?.class_object(&clsid)
}

/// The library at `path`, loaded now if it isn't yet.
fn library(path: &Path) -> Result<Arc<Library>> {
    if let Some(loaded) = state().libraries.get_mut(path) {
        loaded.was_idle = false;
        return Ok(loaded.library.clone());
    }
    // Loading runs the library's constructors, so the lock isn't held. Two
    // threads may load it at once: the loader gives both the same one.
    let library = Arc::new(Library::load(path)?);
    let mut state = state();
    let loaded = state
        .libraries
        .entry(path.to_owned())
        .or_insert(Loaded { library: library.clone(), was_idle: false });
    let kept = loaded.library.clone();
    drop(state);
    drop(library);
    Ok(kept)
}

/// Makes an object of a class and returns its interface `I` (CoCreateInstance).
///
/// # Errors
/// As [`class_object`]; the class's own errors; `E_NOINTERFACE`.
pub fn create_instance<I: Interface>(clsid: Guid) -> Result<ComPtr<I>> {
    let class = class_object(clsid)?;
    factory::create_instance(&class, &format!("creating {} of class {clsid}", I::NAME))
}

/// The interface `iid` of a class object, as the C library's CoGetClassObject
/// returns it.
///
/// # Errors
/// As [`class_object`], but with COM's own status; and `E_NOINTERFACE`.
///
/// # Safety
/// `ppv` is writable. The caller owns the reference stored there.
pub unsafe fn get_class_object(clsid: Guid, iid: &Guid, ppv: *mut *mut c_void) -> Result<()> {
    // SAFETY: writable, as the caller promises.
    unsafe { ppv.write(std::ptr::null_mut()) };
    let class = class_object(clsid).map_err(with_own_status)?;
    // SAFETY: both pointers are valid.
    call("asking the class object for an interface", || unsafe { class.QueryInterface(iid, ppv) })?;
    Ok(())
}

/// The interface `iid` of a new object, as the C library's CoCreateInstance
/// returns it.
///
/// # Errors
/// As [`get_class_object`]; the class's own errors; `CLASS_E_NOAGGREGATION` when `outer` isn't NULL
/// and the class doesn't aggregate.
///
/// # Safety
/// `ppv` is writable; `outer` is NULL or an IUnknown. The caller owns the
/// reference stored in `ppv`.
pub unsafe fn create_instance_raw(
    clsid: Guid,
    outer: *mut IUnknown,
    iid: &Guid,
    ppv: *mut *mut c_void,
) -> Result<()> {
    // SAFETY: writable, as the caller promises.
    unsafe { ppv.write(std::ptr::null_mut()) };
    let class = class_object(clsid).map_err(with_own_status)?;
    // SAFETY: all pointers are valid, as the caller promises.
    call(&format!("creating an object of class {clsid}"), || unsafe {
        class.CreateInstance(outer, iid, ppv)
    })?;
    Ok(())
}

/// A client of WMI is told that a provider failed to load; one that asks COM
/// for a class is told what COM says in that case.
fn with_own_status(error: Error) -> Error {
    let source = std::error::Error::source(&error);
    match source.and_then(|source| source.downcast_ref::<Error>()) {
        Some(own) => Error::new(own.status(), error.message()),
        None => error,
    }
}

/// Unloads the libraries that were idle at the last call and have not been
/// used since (CoFreeUnusedLibraries); says how many. One call only marks:
/// a thread that just released the last object may still be on its way out of
/// the library. Call it at intervals of seconds or more.
pub fn unload_if_idle() -> usize {
    let known: Vec<(PathBuf, Arc<Library>)> =
        state().libraries.iter().map(|(path, loaded)| (path.clone(), loaded.library.clone())).collect();
    let mut unloaded = Vec::new();
    for (path, library) in known {
        // DllCanUnloadNow is a stranger's code: it is asked without the lock.
        let says_idle = library.can_unload();
        let mut state = state();
        let Some(loaded) = state.libraries.get_mut(&path) else { continue };
        // An owner beside the map and this call is a thread that is about to
        // ask for a class object.
        let idle = says_idle && Arc::strong_count(&library) == 2;
        if idle && loaded.was_idle {
            unloaded.extend(state.libraries.remove(&path));
        } else {
            loaded.was_idle = idle;
        }
    }
    // Unloading runs the libraries' destructors, outside of the lock.
    unloaded.len()
}
