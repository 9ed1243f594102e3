//! Refreshers within refreshers, as a Rust program nests them.

use hiperf::{Refreshed, Refresher, Status, Value};

use crate::world::row;
use crate::{check_error, check_rows, world};

#[test]
fn a_nested_refresher_is_refreshed_with_its_parent() {
    let (outer, inner) = (world!("Outer"), world!("Inner"));
    outer.set(&[row("a", 1)]);
    inner.set(&[row("b", 1)]);
    let mut child = Refresher::new();
    let list = child.add_enum(&inner.namespace, inner.raw).unwrap();
    let mut parent = Refresher::new();
    let id = parent.add_refresher(child);
    let object = parent.add_object(&outer.namespace, &outer.path("a")).unwrap();
    assert!(i32::from(object) > i32::from(id));
    assert_eq!(parent.refresh(), Ok(Refreshed::Complete));
    check_rows(parent.nested(id).unwrap(), list, "Level", "b=1");
    // It can be added to, and refreshed, by itself.
    inner.set(&[row("b", 2)]);
    outer.set(&[row("a", 2)]);
    let child = parent.nested_mut(id).unwrap();
    let b = child.add_object(&inner.namespace, &inner.path("b")).unwrap();
    assert_eq!(child.refresh(), Ok(Refreshed::Complete));
    let level = |refresher: &Refresher, id| refresher.object(id).unwrap().get("Level").unwrap();
    assert_eq!(level(parent.nested(id).unwrap(), b), Value::Uint32(2));
    assert_eq!(level(&parent, object), Value::Uint32(1));
    assert_eq!(parent.refresh(), Ok(Refreshed::Complete));
    assert_eq!(level(&parent, object), Value::Uint32(2));
    // With its removal it is gone from its parent, and so are its samples.
    parent.remove(id).unwrap();
    let before = inner.state().samples;
    assert_eq!(parent.refresh(), Ok(Refreshed::Complete));
    assert_eq!(inner.state().samples, before);
    check_error(parent.nested(id).map(|_| ()), Status::WBEM_E_NOT_FOUND, &["any more"]);
    check_error(parent.remove(id), Status::WBEM_E_NOT_FOUND, &[]);
}

#[test]
fn what_is_not_whole_below_is_not_whole_above() {
    let (outer, inner) = (world!("OuterFails"), world!("InnerFails"));
    outer.set(&[row("a", 1)]);
    inner.set(&[row("b", 1)]);
    let mut child = Refresher::new();
    child.add_object(&inner.namespace, &inner.path("b")).unwrap();
    let mut parent = Refresher::new();
    let id = parent.add_refresher(child);
    assert_eq!(parent.refresh(), Ok(Refreshed::Complete));
    inner.set(&[]);
    assert_eq!(parent.refresh(), Ok(Refreshed::Partial));
    assert_eq!(parent.status(id), Some(Status::WBEM_S_PARTIAL_RESULTS));
    inner.state().fails = Some(Status::WBEM_E_ACCESS_DENIED);
    // A nested refresher that fails never is more than a part that is missing.
    assert_eq!(parent.refresh(), Ok(Refreshed::Partial));
    assert_eq!(parent.status(id), Some(Status::WBEM_E_ACCESS_DENIED));
    let object = parent.add_object(&outer.namespace, &outer.path("a")).unwrap();
    assert_eq!(parent.refresh(), Ok(Refreshed::Partial));
    assert_eq!(parent.object(object).unwrap().get("Level").unwrap(), Value::Uint32(1));
    outer.state().fails = Some(Status::WBEM_E_NOT_AVAILABLE);
    assert_eq!(parent.refresh(), Err(Status::WBEM_E_NOT_AVAILABLE));
    // If only the parent's own fail, the child's data are fresh.
    inner.set(&[row("b", 3)]);
    inner.state().fails = None;
    parent.nested_mut(id).unwrap().add_object(&inner.namespace, &inner.path("b")).unwrap();
    assert_eq!(parent.refresh(), Ok(Refreshed::Partial));
}
