//! Providers that fail, beside providers that don't.

use hiperf::{Refreshed, Refresher, Status, Value};

use crate::world::row;
use crate::{check_error, world};

#[test]
fn one_of_two_fails() {
    let (good, bad) = (world!("Good"), world!("Bad"));
    good.set(&[row("a", 1)]);
    bad.set(&[row("a", 1)]);
    let mut refresher = Refresher::new();
    let theirs = refresher.add_object(&bad.namespace, &bad.path("a")).unwrap();
    let ours = refresher.add_object(&good.namespace, &good.path("a")).unwrap();
    let level = |refresher: &Refresher, id| refresher.object(id).unwrap().get("Level").unwrap();
    refresher.refresh().unwrap();
    good.set(&[row("a", 2)]);
    bad.set(&[row("a", 2)]);
    bad.state().fails = Some(Status::WBEM_E_ACCESS_DENIED);
    assert_eq!(refresher.refresh(), Ok(Refreshed::Partial));
    // What failed keeps its last values, and says so.
    assert_eq!((level(&refresher, theirs), level(&refresher, ours)), (Value::Uint32(1), Value::Uint32(2)));
    assert_eq!(refresher.status(theirs), Some(Status::WBEM_E_ACCESS_DENIED));
    assert_eq!(refresher.status(ours), Some(Status::WBEM_S_NO_ERROR));
    good.state().fails = Some(Status::WBEM_E_NOT_AVAILABLE);
    // All fail: the error of the first, in the order in which they were added.
    assert_eq!(refresher.refresh(), Err(Status::WBEM_E_ACCESS_DENIED));
    bad.state().fails = None;
    bad.state().panics = true;
    assert_eq!(refresher.refresh(), Err(Status::WBEM_E_PROVIDER_FAILURE));
    bad.state().panics = false;
    assert_eq!(refresher.refresh(), Ok(Refreshed::Partial));
    assert_eq!((level(&refresher, theirs), level(&refresher, ours)), (Value::Uint32(2), Value::Uint32(2)));
    good.state().fails = None;
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    // A provider nothing is left of can't fail a refresh.
    refresher.remove(theirs).unwrap();
    bad.state().fails = Some(Status::WBEM_E_ACCESS_DENIED);
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
}

#[test]
fn failures_of_queries_are_told() {
    let world = world!("Queries");
    world.set(&[row("a", 1), row("b", 2)]);
    let namespace = &world.namespace;
    let query = |text: String| namespace.query(&hiperf::Query::new(namespace, &text).unwrap());
    let all = format!("SELECT * FROM {}", world.raw);
    assert_eq!(query(all.clone()).unwrap().len(), 2);
    assert_eq!(query(format!("{all} WHERE Name = 'b' OR Name = 'z'")).unwrap().len(), 1);
    assert_eq!(query(format!("{all} WHERE Level > 1")).unwrap().len(), 1);
    assert_eq!(namespace.get(&world.path("b")).unwrap().get("Level").unwrap(), Value::Uint32(2));
    check_error(namespace.get(&world.path("z")), Status::WBEM_E_NOT_FOUND, &["there is no instance \"z\""]);
    world.state().fails = Some(Status::WBEM_E_ACCESS_DENIED);
    check_error(query(all.clone()), Status::WBEM_E_ACCESS_DENIED, &[]);
    check_error(namespace.get(&world.path("b")), Status::WBEM_E_ACCESS_DENIED, &["getting "]);
    world.state().fails = None;
    world.state().panics = true;
    check_error(query(all.clone()), Status::WBEM_E_PROVIDER_FAILURE, &["QueryInstances"]);
    check_error(namespace.get(&world.path("b")), Status::WBEM_E_PROVIDER_FAILURE, &["GetObjects"]);
    let mut refresher = Refresher::new();
    let added = refresher.add_object(namespace, &world.path("b"));
    check_error(added, Status::WBEM_E_PROVIDER_FAILURE, &["CreateRefreshableObject"]);
    world.state().panics = false;
    assert_eq!(query(all).unwrap().len(), 2);
}
