//! The refresher through the engine's own interface, with providers that do
//! what providers should.

#[path = "../support/hooks.rs"]
mod hooks;
#[path = "../support/names.rs"]
mod names;
#[path = "../scratch/mod.rs"]
mod scratch;
#[path = "../support/world.rs"]
mod world;

mod adding;
mod cooking;
mod enumerating;
mod explaining;
mod failing;
mod identity;
mod nested;
mod precise;
mod publishing;
mod registering;
mod selecting;
mod stored;
mod substitutes;
mod templates;
mod unchanged;

use hiperf::{EnumId, Refresher, Result, Status, Value};

/// The names of an enumerator's instances with one of their properties.
pub fn rows(refresher: &Refresher, id: EnumId, property: &str) -> Vec<(String, Value)> {
    let instances = refresher.instances(id).unwrap();
    let row = |instance: hiperf::InstanceRef<'_>| {
        let name = instance.get("Name").unwrap();
        (name.as_str().unwrap().to_owned(), instance.get(property).unwrap())
    };
    instances.map(row).collect()
}

/// As [`rows`], as text.
#[track_caller]
pub fn check_rows(refresher: &Refresher, id: EnumId, property: &str, expected: &str) {
    let found: Vec<String> =
        rows(refresher, id, property).into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(found.join(" "), expected);
}

/// A failure with this status whose message has all of these in it.
#[track_caller]
pub fn check_error<T>(result: Result<T>, status: Status, says: &[&str]) {
    let Err(error) = result else { panic!("it succeeded") };
    assert_eq!(error.status(), status, "{error}");
    for part in says {
        assert!(error.message().contains(part), "{part:?} is not in {error}");
    }
}
