//! `PerUserInitialization`, `PerLocaleInitialization`, `InitializationReentrancy`.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use hiperf::{Locale, Namespace, Status};
use hiperf_com::effective_user_name;

use crate::hooks::Hooks;
use crate::{connect, provide, repository};

/// The users and locales that a provider was initialised with.
type Seen = Arc<Mutex<Vec<(Option<String>, Option<String>)>>>;

fn noting() -> (Hooks, Seen) {
    let seen = Seen::default();
    let noted = seen.clone();
    let hooks = Hooks {
        initialize: Box::new(move |initialization| {
            noted.lock().unwrap().push((initialization.user.clone(), initialization.locale.clone()));
            Ok(())
        }),
        ..Hooks::default()
    };
    (hooks, seen)
}

#[track_caller]
fn check(test: &str, properties: &str, user: Option<String>, locale: Option<&str>) {
    let (hooks, seen) = noting();
    let (repository, _scratch) = repository(test);
    let namespace = connect(&repository, "root\\A", provide(hooks), properties);
    for _ in 0..3 {
        namespace.get("Test.Name=\"a\"").unwrap();
    }
    assert_eq!(*seen.lock().unwrap(), [(user.clone(), locale.map(str::to_owned))]);
    // Whoever connects to the same namespace shares it.
    repository.connect("ROOT\\a").unwrap().get("Test.Name=\"b\"").unwrap();
    assert_eq!(seen.lock().unwrap().len(), 1);
}

#[test]
fn who_is_told_for_whom() {
    let user = Some(effective_user_name());
    assert_ne!(user.as_deref(), Some(""));
    check("told-nobody", "", None, None);
    check("told-user", "PerUserInitialization = TRUE;", user.clone(), None);
    check("told-locale", "PerLocaleInitialization = TRUE;", None, Some("MS_409"));
    let both = "PerUserInitialization = TRUE; PerLocaleInitialization = TRUE;";
    check("told-both", both, user, Some("MS_409"));
}

#[test]
fn once_for_each_locale() {
    let (hooks, seen) = noting();
    let (repository, _scratch) = repository("locales");
    let english = connect(&repository, "root\\A", provide(hooks), "PerLocaleInitialization = TRUE;");
    let german = english.clone().in_locale(Locale::parse("MS_407").unwrap());
    for namespace in [&english, &german, &english, &german] {
        namespace.get("Test.Name=\"a\"").unwrap();
    }
    let locale = |name: &str| (None, Some(name.to_owned()));
    assert_eq!(*seen.lock().unwrap(), [locale("MS_409"), locale("MS_407")]);
}

/// Counts who is in Initialize, and how many were there at once at most.
#[derive(Default)]
struct Inside {
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Inside {
    fn during(&self, body: impl FnOnce()) {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        body();
        self.now.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Initialises a provider in all namespaces at once; how many were initialised
/// at the same time.
fn at_once(clsid_hooks: Hooks, reentrancy: u32, places: &[(&str, &str)]) {
    let clsid = provide(clsid_hooks);
    let properties = format!("InitializationReentrancy = {reentrancy};");
    let (repositories, namespaces): (Vec<_>, Vec<Namespace>) = places
        .iter()
        .map(|(test, namespace)| {
            let (repository, scratch) = repository(test);
            let namespace = connect(&repository, namespace, clsid, &properties);
            (scratch, namespace)
        })
        .unzip();
    thread::scope(|scope| {
        for namespace in &namespaces {
            scope.spawn(|| namespace.get("Test.Name=\"a\"").unwrap());
        }
    });
    drop(repositories);
}

/// No two of these are initialised at once, however often one gives way.
#[track_caller]
fn check_apart(reentrancy: u32, places: &[(&str, &str)]) {
    let inside = Arc::new(Inside::default());
    let counted = inside.clone();
    let hooks = Hooks {
        initialize: Box::new(move |_| {
            counted.during(|| (0..1000).for_each(|_| thread::yield_now()));
            Ok(())
        }),
        ..Hooks::default()
    };
    at_once(hooks, reentrancy, places);
    assert_eq!(inside.most.load(Ordering::SeqCst), 1);
}

/// Two of these can be initialised at once: each waits until the other is there.
#[track_caller]
fn check_together(reentrancy: u32, places: &[(&str, &str); 2]) {
    const LIMIT: Duration = Duration::from_secs(9);
    let arrived = Arc::new((Mutex::new(0), Condvar::new()));
    let both = arrived.clone();
    let hooks = Hooks {
        initialize: Box::new(move |_| {
            let (count, changed) = &*both;
            let mut here = count.lock().unwrap();
            *here += 1;
            changed.notify_all();
            let (here, _) = changed.wait_timeout_while(here, LIMIT, |here| *here < 2).unwrap();
            if *here < 2 { Err(Status::WBEM_E_PROVIDER_TIMED_OUT.into()) } else { Ok(()) }
        }),
        ..Hooks::default()
    };
    at_once(hooks, reentrancy, places);
    assert_eq!(*arrived.0.lock().unwrap(), 2);
}

#[test]
fn zero_is_one_at_a_time() {
    check_apart(0, &[("zero-1", "root\\A"), ("zero-2", "root\\B"), ("zero-3", "root\\A")]);
}

#[test]
fn one_is_one_at_a_time_in_a_namespace() {
    check_apart(1, &[("one-1", "root\\A"), ("one-2", "root\\a"), ("one-3", "root\\A")]);
    check_together(1, &[("one-4", "root\\A"), ("one-5", "root\\B")]);
}

#[test]
fn two_is_no_waiting() {
    check_together(2, &[("two-1", "root\\A"), ("two-2", "root\\A")]);
}

/// An initialisation that leads to another one of the same provider in the same
/// thread would wait for itself.
#[test]
fn a_provider_that_needs_itself_elsewhere() {
    let elsewhere: Arc<Mutex<Option<Namespace>>> = Arc::default();
    let answer: Arc<Mutex<Option<hiperf::Error>>> = Arc::default();
    let (asked, answered) = (elsewhere.clone(), answer.clone());
    let hooks = Hooks {
        initialize: Box::new(move |initialization| {
            if initialization.namespace.eq_ignore_ascii_case("root\\A") {
                let elsewhere = asked.lock().unwrap().take().unwrap();
                *answered.lock().unwrap() = elsewhere.get("Test.Name=\"a\"").err();
            }
            Ok(())
        }),
        ..Hooks::default()
    };
    let clsid = provide(hooks);
    let (repository, _scratch) = repository("itself");
    let namespace = connect(&repository, "root\\A", clsid, "");
    let other = connect(&repository, "root\\B", clsid, "");
    *elsewhere.lock().unwrap() = Some(other.clone());
    namespace.get("Test.Name=\"a\"").unwrap();
    let error = answer.lock().unwrap().take().unwrap();
    assert_eq!(error.status(), Status::WBEM_E_NOT_AVAILABLE);
    assert!(error.message().contains("its InitializationReentrancy does not allow another"), "{error}");
    // Later it can be had there as well.
    other.get("Test.Name=\"a\"").unwrap();
}
