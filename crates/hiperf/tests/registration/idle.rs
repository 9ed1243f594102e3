//! When providers are let go, on a clock that the test turns.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use hiperf::{Namespace, Refresher, Repository, Unloaded};

use crate::hooks::Hooks;
use crate::scratch::Scratch;
use crate::{connect, provide, repository};

const MINUTE: Duration = Duration::from_secs(60);

/// A namespace with a provider, and how often that was initialised.
fn world(test: &str, properties: &str) -> (Namespace, Arc<AtomicUsize>, Repository, Scratch) {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let hooks = Hooks {
        initialize: Box::new(move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
            Ok(())
        }),
        ..Hooks::default()
    };
    let (repository, scratch) = repository(test);
    let namespace = connect(&repository, "root\\A", provide(hooks), properties);
    (namespace, count, repository, scratch)
}

#[track_caller]
fn check(namespace: &Namespace, at: Instant, released: &[&str]) {
    let Unloaded { providers, .. } = namespace.unload_idle(at).unwrap();
    assert_eq!(providers, released);
}

#[test]
fn five_minutes_after_the_last_use() {
    let (namespace, count, ..) = world("idle-default", "");
    namespace.get("Test.Name=\"a\"").unwrap();
    let start = Instant::now();
    check(&namespace, start + 4 * MINUTE, &[]);
    // Who asks for it again gets the same one, and the time starts over.
    namespace.get("Test.Name=\"a\"").unwrap();
    assert_eq!(count.load(Ordering::SeqCst), 1);
    check(&namespace, start + 5 * MINUTE - Duration::from_secs(1), &[]);
    check(&namespace, Instant::now() + 5 * MINUTE, &["P"]);
    check(&namespace, start + 60 * MINUTE, &[]);
    namespace.get("Test.Name=\"a\"").unwrap();
    assert_eq!(count.load(Ordering::SeqCst), 2);
}

#[test]
fn a_refresher_is_a_use() {
    let (namespace, ..) = world("idle-refresher", "");
    let mut refresher = Refresher::new();
    refresher.add_enum(&namespace, "Test").unwrap();
    let start = Instant::now();
    check(&namespace, start + 60 * MINUTE, &[]);
    refresher.refresh().unwrap();
    drop(refresher);
    // It was in use at the last look, so the time runs from there.
    check(&namespace, start + 64 * MINUTE, &[]);
    check(&namespace, start + 65 * MINUTE, &["P"]);
}

#[test]
fn a_provider_that_is_not_pure_stays() {
    let (namespace, count, ..) = world("idle-impure", "Pure = FALSE;");
    namespace.get("Test.Name=\"a\"").unwrap();
    check(&namespace, Instant::now() + 600 * MINUTE, &[]);
    namespace.get("Test.Name=\"a\"").unwrap();
    assert_eq!(count.load(Ordering::SeqCst), 1);
}

#[test]
fn the_administrator_says_how_long() {
    let (namespace, _, repository, _scratch) = world("idle-control", "");
    let root = repository.connect("root").unwrap();
    let say = |clear_after: &str| {
        let mof = format!("instance of __ObjectProviderCacheControl {{ ClearAfter = {clear_after}; }};");
        root.compile_mof("control.mof", &mof).unwrap();
    };
    say("\"00000000000100.000000:000\"");
    namespace.get("Test.Name=\"a\"").unwrap();
    check(&namespace, Instant::now() + MINUTE / 2, &[]);
    check(&namespace, Instant::now() + MINUTE, &["P"]);
    say("\"00000000010000.000000:000\"");
    namespace.get("Test.Name=\"a\"").unwrap();
    check(&namespace, Instant::now() + 59 * MINUTE, &[]);
    check(&namespace, Instant::now() + 60 * MINUTE, &["P"]);
    // NULL says nothing.
    say("NULL");
    namespace.get("Test.Name=\"a\"").unwrap();
    check(&namespace, Instant::now() + 4 * MINUTE, &[]);
    check(&namespace, Instant::now() + 5 * MINUTE, &["P"]);
}
