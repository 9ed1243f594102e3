//! [`CHECKS`]: every check, in the order in which they are run.

use super::bench::Bench;
use super::checks::{
    arguments, enumerators, hosting, identity, initializing, loading, objects, queries, refreshers,
    releasing, resources, strangers, values,
};
use super::journal::Journal;
use super::subject::Subject;

/// What has to work before a check can say anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing.
    Nothing,
    /// The library is loaded.
    Library,
    /// A provider is initialised.
    Provider,
}

impl Needs {
    /// The checks that find it out.
    pub fn all(self) -> &'static [&'static str] {
        match self {
            Needs::Nothing => &[],
            Needs::Library => &["load"],
            Needs::Provider => &["load", "initialize"],
        }
    }
}

/// What a check begins with.
#[derive(Clone, Copy)]
pub enum Run {
    /// The loaded library.
    Library(fn(&Subject, &Journal)),
    /// An initialised provider.
    Provider(fn(&Bench<'_>)),
}

/// A check.
pub struct Check {
    /// Its name.
    pub name: &'static str,
    /// What it finds out.
    pub about: &'static str,
    /// What to do when it fails.
    pub mend: &'static str,
    /// What has to work before.
    pub needs: Needs,
    /// The check itself.
    pub run: Run,
}

const fn library(
    name: &'static str,
    about: &'static str,
    mend: &'static str,
    run: fn(&Subject, &Journal),
) -> Check {
    Check { name, about, mend, needs: Needs::Library, run: Run::Library(run) }
}

const fn provider(name: &'static str, about: &'static str, mend: &'static str, run: fn(&Bench<'_>)) -> Check {
    Check { name, about, mend, needs: Needs::Provider, run: Run::Provider(run) }
}

/// All checks.
pub const CHECKS: &[Check] = &[
    Check {
        needs: Needs::Nothing,
        ..library(
            "load",
            "the library loads, and its MOF registers a provider with classes",
            "export DllGetClassObject, DllCanUnloadNow and HiperfProviderMof; correct the MOF",
            loading::load,
        )
    },
    library(
        "class-objects",
        "both CLSIDs give a class object that makes providers; others are refused",
        "answer CLASS_E_CLASSNOTAVAILABLE for other CLSIDs, CLASS_E_NOAGGREGATION for an outer object",
        loading::class_objects,
    ),
    library(
        "query-interface",
        "QueryInterface adds a reference, keeps the object's identity and refuses what isn't there",
        "AddRef what QueryInterface returns; for an unknown IID store NULL and return E_NOINTERFACE",
        loading::query_interface,
    ),
    Check {
        needs: Needs::Library,
        ..library(
            "initialize",
            "a provider made by either CLSID reports to its sink that it is initialised",
            "call SetStatus(WBEM_S_INITIALIZED, 0) on the sink exactly once, and return WBEM_S_NO_ERROR",
            loading::initialize,
        )
    },
    library(
        "initialize-arguments",
        "Initialize without a namespace or a sink fails and harms nothing",
        "check pNamespace and pInitSink for NULL and return WBEM_E_INVALID_PARAMETER",
        loading::initialize_arguments,
    ),
    Check {
        needs: Needs::Provider,
        ..library(
            "initialize-late",
            "a provider that reports after Initialize has returned does so though its client has released it",
            "AddRef the provider and its sink for the thread that reports; release both when it has",
            initializing::late,
        )
    },
    provider(
        "load-time",
        "library and provider are ready within 100 ms",
        "do the work of the beginning in the first Refresh, or on a thread of your own",
        resources::load_time,
    ),
    provider(
        "null-arguments",
        "a NULL for any pointer fails and harms nothing",
        "check every pointer before it is used and return WBEM_E_INVALID_PARAMETER",
        arguments::null_arguments,
    ),
    provider(
        "unknown-class",
        "a class of somebody else is refused",
        "compare wszClass and the template's __CLASS with your classes; return WBEM_E_INVALID_CLASS",
        arguments::unknown_class,
    ),
    provider(
        "unknown-instance",
        "an instance that isn't there is refused",
        "look the template's key up; return WBEM_E_NOT_FOUND if there is no such instance",
        arguments::unknown_instance,
    ),
    provider(
        "unknown-id",
        "StopRefreshing of an unknown id is refused",
        "return WBEM_E_NOT_FOUND for an id that isn't in this refresher, or is no more",
        arguments::unknown_id,
    ),
    provider(
        "flags",
        "flags that nobody has defined are refused, or change nothing",
        "return WBEM_E_INVALID_PARAMETER before anything is kept, or leave lFlags alone",
        strangers::flags,
    ),
    provider(
        "foreign-refresher",
        "a refresher that the provider has not made is refused and left alone",
        "compare the refresher's lpVtbl with your own before you use it; return WBEM_E_INVALID_PARAMETER",
        strangers::foreign_refresher,
    ),
    provider(
        "impersonation",
        "a method that acts as its caller acts as itself again when it returns",
        "call CoRevertToSelf on every way out of what follows CoImpersonateClient",
        identity::impersonation,
    ),
    provider(
        "query-sink",
        "QueryInstances delivers, reports once that it is complete, and stops",
        "call SetStatus(WBEM_STATUS_COMPLETE, hr, NULL, NULL) once, after the last Indicate; release the sink",
        queries::sink,
    ),
    provider(
        "query-instances",
        "QueryInstances delivers instances of the class with their keys, each once",
        "spawn every instance from exactly the class asked for and write its key",
        queries::instances,
    ),
    provider(
        "get-objects",
        "GetObjects fills the instances it is given and leaves their keys alone",
        "read the key, write the other properties by handle; WBEM_E_NOT_FOUND if one isn't there",
        queries::get_objects,
    ),
    provider(
        "objects",
        "CreateRefreshableObject gives an object of its own, of the right class, with the template's keys",
        "clone the template for each request, keep one reference, return another one",
        objects::objects,
    ),
    provider(
        "ids",
        "objects and enumerators of a refresher have different ids",
        "count ids up with an atomic counter of the process",
        objects::ids,
    ),
    provider(
        "values",
        "Refresh writes every counter by a handle of its type and changes no key",
        "look at what each Write returns; use WriteDWORD for 32 bits, WriteQWORD for 64, others by their size",
        values::values,
    ),
    provider(
        "refresh-updates",
        "each Refresh brings new values, whose times don't go back",
        "sample and write in every Refresh; take times from the monotonic clock",
        values::updates,
    ),
    provider(
        "outside-refresh",
        "objects and enumerators change inside of Refresh only",
        "let a thread of yours collect into memory of your own, and only Refresh write to objects",
        values::outside_refresh,
    ),
    provider(
        "enumerator",
        "an enumerator has the instances that a query has, each once",
        "add what came, remove what went, and look at what AddObjects and RemoveObjects return",
        enumerators::contents,
    ),
    provider(
        "enumerator-ids",
        "an instance that stays in an enumerator keeps its id and its key",
        "give an id to an instance when it appears and keep it; never number the instances by their place",
        enumerators::ids,
    ),
    provider(
        "stop-refreshing",
        "StopRefreshing ends it: the object is let go and not written any more",
        "take the object out of the refresher's list and release it",
        releasing::stop_refreshing,
    ),
    provider(
        "references",
        "what the provider is lent has as many references afterwards as before; what it keeps, one more",
        "AddRef what you keep, Release what you kept when the refresher ends, and nothing else",
        releasing::references_counted,
    ),
    provider(
        "release-order",
        "provider, refresher, object and enumerator may be released in any order",
        "let the refresher hold a reference to what it needs of the provider",
        releasing::orders,
    ),
    library(
        "unload",
        "DllCanUnloadNow says S_FALSE while anything is in use, and S_OK when nothing is",
        "count every object and lock of the library; S_OK only when the count is 0",
        releasing::unload,
    ),
    provider(
        "refreshers",
        "several refreshers work, each on objects of its own",
        "keep what belongs to a refresher in it, not in the provider or in static variables",
        refreshers::several,
    ),
    provider(
        "threads",
        "refreshers may be refreshed on several threads while others are made and queries run",
        "protect what refreshers share by a lock or by atomic variables",
        refreshers::threads,
    ),
    provider(
        "churn",
        "objects and enumerators come and go between refreshes, and nothing is left behind",
        "free in StopRefreshing and in the last Release all that CreateRefreshable.. made",
        refreshers::churn,
    ),
    provider(
        "host",
        "in a provider host there is what there is in a client",
        "look at what is different there: the CLSID, the rights, and the namespace, which can't be asked in Refresh",
        hosting::host,
    ),
    provider(
        "refresh-time",
        "a Refresh takes at most 10 ms",
        "keep files open, read them once a Refresh, use handles; collect on a thread of your own",
        resources::refresh_time,
    ),
    provider(
        "allocations",
        "a warm Refresh allocates nothing",
        "keep buffers and objects from one Refresh to the next",
        resources::allocations,
    ),
    provider(
        "memory",
        "memory doesn't grow from Refresh to Refresh",
        "free what a Refresh allocates; release what it gets from QueryInterface, GetObject or SpawnInstance",
        resources::memory_growth,
    ),
];
