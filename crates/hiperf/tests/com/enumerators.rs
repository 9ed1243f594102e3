//! The objects of a client's enumerator, when a provider rebuilds its own.

use std::sync::{Arc, Mutex};

use hiperf::{Error, Status};
use hiperf_com::client::ClassObject;

use crate::hooks::{HookRefresher, Hooks, serve, spawn};
use crate::sys::{ClientRefresher, get_objects};
use crate::{OK, connect, pointers};

#[test]
fn a_rebuild_with_the_same_ids_keeps_the_objects() {
    let listing: Arc<Mutex<Vec<(i32, &str)>>> = Arc::default();
    let shared = listing.clone();
    let refresh = move |refresher: &mut HookRefresher| {
        let failed = |error: Error| error.status();
        for (_, target, class, _) in &refresher.enums {
            target.remove_all()?;
            for (id, name) in shared.lock().unwrap().iter() {
                target.add_objects(&[*id], &[spawn(class, name).map_err(failed)?])?;
            }
        }
        Ok(Status::WBEM_S_NO_ERROR)
    };
    let (_namespace, class) = serve("Rebuilds", Hooks { refresh: Box::new(refresh), ..Hooks::default() });
    let (services, refresher) = (connect(), ClientRefresher::create());
    let (list, _) = refresher.add_enum(&services, &class, 0).unwrap();
    let step = |entries: &[(i32, &'static str)]| {
        *listing.lock().unwrap() = entries.to_vec();
        assert_eq!(refresher.refresh(0), OK);
        pointers(&list)
    };
    let first = step(&[(1, "a"), (2, "b")]);
    assert_eq!(step(&[(1, "a"), (2, "b")]), first);
    // Another order of the same.
    assert_eq!(step(&[(2, "b"), (1, "a")]), [first[1].clone(), first[0].clone()]);
    assert_eq!(step(&[(3, "c"), (1, "a")])[1], first[0]);
    // The client holds a. Its id goes to d, which is another instance.
    let (_, _, held) = get_objects(&list, 2);
    let third = step(&[(1, "d")]);
    assert_eq!(third[0].0, "d");
    assert!(held.iter().all(|object| object.as_raw() as usize != third[0].1));
    let names: Vec<_> = held
        .iter()
        .map(|object| ClassObject::new(object.cast().unwrap()).get("Name").unwrap().to_string())
        .collect();
    assert_eq!(names, ["c", "a"]);
}
