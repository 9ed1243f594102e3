//! `AddRefresher`: cycles, depth, who is busy, and refreshers of strangers.

use std::sync::{Arc, Mutex, mpsc};

use hiperf::{Status, Value};
use hiperf_com::client::ClassObject;

use crate::hooks::{HookRefresher, Hooks, serve};
use crate::sys::{ClientRefresher, Foreign};
use crate::world::row;
use crate::{OK, connect, world};

const CIRCULAR: Status = Status::WBEM_E_CIRCULAR_REFERENCE;
const PARTIAL: Status = Status::WBEM_S_PARTIAL_RESULTS;
const BUSY: Status = Status::WBEM_E_REFRESHER_BUSY;

fn refreshers<const N: usize>() -> [ClientRefresher; N] {
    hiperf::register();
    std::array::from_fn(|_| ClientRefresher::create())
}

#[test]
fn a_child_is_refreshed_with_its_parent_and_by_itself() {
    let world = world!("Nested");
    let (services, [parent, child]) = (connect(), refreshers());
    world.set(&[row("a", 1)]);
    let (object, _) = child.add_object(&services, &world.path("a"), 0).unwrap();
    let object = ClassObject::new(object);
    let id = parent.nest(&child).unwrap();
    assert!(id > 0);
    assert_eq!(parent.refresh(0), OK);
    assert_eq!(object.get("Level").unwrap(), Value::Uint32(1));
    world.set(&[row("a", 2)]);
    assert_eq!(child.refresh(1), OK);
    assert_eq!(object.get("Level").unwrap(), Value::Uint32(2));
    // What is added to the child later is refreshed too.
    let (later, later_id) = child.add_by_template(&services, object.as_com(), 0).unwrap();
    world.set(&[row("a", 3)]);
    assert_eq!(parent.refresh(1), OK);
    assert_eq!(ClassObject::new(later).get("Level").unwrap(), Value::Uint32(3));
    world.state().fails = Some(Status::WBEM_E_ACCESS_DENIED);
    assert_eq!((parent.refresh(0), child.refresh(0)), (PARTIAL, Status::WBEM_E_ACCESS_DENIED));
    world.state().fails = None;
    assert_eq!(
        (parent.remove(later_id + 100, 0), parent.remove(id, 2)),
        (Status::WBEM_E_NOT_FOUND, Status::WBEM_E_INVALID_PARAMETER)
    );
    assert_eq!(parent.remove(id, 1), OK);
    world.set(&[row("a", 4)]);
    assert_eq!(parent.refresh(0), OK);
    assert_eq!(object.get("Level").unwrap(), Value::Uint32(3));
    assert_eq!(child.refresh(0), OK);
    assert_eq!(object.get("Level").unwrap(), Value::Uint32(4));
    // A parent holds its child.
    parent.nest(&child).unwrap();
    drop((child, services));
    world.set(&[row("a", 5)]);
    assert_eq!(parent.refresh(0), OK);
    assert_eq!(object.get("Level").unwrap(), Value::Uint32(5));
}

#[test]
fn cycles_are_refused() {
    let [a, b, c, d] = refreshers();
    assert_eq!(a.nest(&a), Err(CIRCULAR));
    let below_a = a.nest(&b).unwrap();
    assert_eq!(b.nest(&a), Err(CIRCULAR));
    let below_b = b.nest(&c).unwrap();
    assert_eq!((c.nest(&a), c.nest(&b), c.nest(&c)), (Err(CIRCULAR), Err(CIRCULAR), Err(CIRCULAR)));
    // Twice below one is no cycle; nor is what ends in one place.
    a.nest(&c).unwrap();
    a.nest(&b).unwrap();
    d.nest(&a).unwrap();
    d.nest(&c).unwrap();
    assert_eq!(d.refresh(0), OK);
    // Without the edges between there is none.
    assert_eq!(b.remove(below_b, 0), OK);
    assert_eq!(c.nest(&b), Ok(1));
    assert_eq!(c.nest(&a), Err(CIRCULAR));
    assert_eq!(a.remove(below_a, 0), OK);
    for flags in [1, 2, -1] {
        assert_eq!(a.add_refresher(&Foreign::create(OK), flags), Err(Status::WBEM_E_INVALID_PARAMETER));
    }
}

#[test]
fn depth_is_bounded_from_above_and_from_below() {
    let quota = Status::WBEM_E_QUOTA_VIOLATION;
    // The next one is put on top of those that are there.
    let mut top = refreshers::<1>()[0].clone();
    let mut levels = 0;
    let refused = loop {
        let next = ClientRefresher::create();
        match next.nest(&top) {
            Ok(_) => levels += 1,
            Err(status) => break status,
        }
        top = next;
    };
    assert_eq!((refused, levels), (quota, 32));
    assert_eq!(top.refresh(0), OK);
    // The next one is put below the lowest.
    let [first] = refreshers();
    let (mut lowest, mut levels) = (first.clone(), 0);
    let refused = loop {
        let next = ClientRefresher::create();
        match lowest.nest(&next) {
            Ok(_) => levels += 1,
            Err(status) => break status,
        }
        lowest = next;
    };
    assert_eq!((refused, levels), (quota, 32));
    // What hangs low may hang nothing that is itself deep.
    let [pair, lower] = refreshers();
    pair.nest(&lower).unwrap();
    assert_eq!(lowest.nest(&pair), Err(quota));
    assert_eq!(first.refresh(0), OK);
}

#[test]
fn the_number_below_one_is_bounded() {
    let [leaf] = refreshers();
    // Each level doubles what a refresh of it has to do.
    let (mut top, mut levels) = (leaf, 0);
    let refused = loop {
        let next = ClientRefresher::create();
        if let Err(status) = next.nest(&top).and(next.nest(&top)) {
            break status;
        }
        (top, levels) = (next, levels + 1);
    };
    assert_eq!((refused, levels), (Status::WBEM_E_QUOTA_VIOLATION, 12));
    assert_eq!(top.refresh(0), OK);
}

#[test]
fn a_child_in_use_is_busy() {
    let (inside, entered) = mpsc::channel::<()>();
    let (leave, left) = mpsc::channel::<()>();
    let (inside, left) = (Mutex::new(inside), Mutex::new(left));
    let refresh = move |refresher: &mut HookRefresher| {
        inside.lock().unwrap().send(()).unwrap();
        left.lock().unwrap().recv().unwrap();
        refresher.count()
    };
    let (_namespace, class) = serve("BusyChild", Hooks { refresh: Box::new(refresh), ..Hooks::default() });
    let (services, [parent, child, grandparent]) = (connect(), refreshers());
    child.add_object(&services, &format!("{class}.Name=\"a\""), 0).unwrap();
    parent.nest(&child).unwrap();
    let own = child.clone();
    let thread = std::thread::spawn(move || own.refresh(0));
    entered.recv().unwrap();
    // The parent is not, but its child's data are not fresh.
    assert_eq!(parent.refresh(0), PARTIAL);
    // Whether it would be a cycle can't be told now.
    assert_eq!(
        (parent.nest(&child), grandparent.nest(&parent), child.nest(&parent)),
        (Err(BUSY), Err(BUSY), Err(BUSY))
    );
    leave.send(()).unwrap();
    assert_eq!(thread.join().unwrap(), OK);
    let whole = grandparent.clone();
    grandparent.nest(&parent).unwrap();
    let thread = std::thread::spawn(move || whole.refresh(0));
    entered.recv().unwrap();
    // A refresh of one above is one of all below.
    assert_eq!((parent.refresh(0), child.refresh(0), parent.nest(&child)), (BUSY, BUSY, Err(BUSY)));
    leave.send(()).unwrap();
    assert_eq!(thread.join().unwrap(), OK);
}

#[test]
fn refreshers_of_strangers() {
    let world = world!("ForeignChild");
    let (services, [parent, child]) = (connect(), refreshers());
    world.set(&[row("a", 1)]);
    parent.add_object(&services, &world.path("a"), 0).unwrap();
    let flags = Arc::new(Mutex::new(Vec::new()));
    let stranger = Foreign::create_with({
        let flags = flags.clone();
        move |flag| {
            flags.lock().unwrap().push(flag);
            OK
        }
    });
    let id = parent.add_refresher(&stranger, 0).unwrap();
    assert_eq!((parent.refresh(0), parent.refresh(1)), (OK, OK));
    assert_eq!(*flags.lock().unwrap(), [0, 1]);
    assert_eq!(parent.remove(id, 0), OK);
    for answer in [PARTIAL, Status::WBEM_S_FALSE, Status::WBEM_E_FAILED] {
        let id = parent.add_refresher(&Foreign::create(answer), 0).unwrap();
        assert_eq!(parent.refresh(0), PARTIAL);
        assert_eq!(parent.remove(id, 0), OK);
    }
    // One that panics: in Rust its own thunk turns that into an answer.
    let id = parent.add_refresher(&Foreign::create_with(|_| panic!("as tested")), 0).unwrap();
    assert_eq!((parent.refresh(0), parent.remove(id, 0)), (PARTIAL, OK));
    // One that leads back to its parent finds it busy.
    let answers = Arc::new(Mutex::new(Vec::new()));
    let (above, seen) = (Mutex::new(Some(parent.clone())), answers.clone());
    let back = Foreign::create_with(move |flags| {
        let above = above.lock().unwrap().take();
        above.map_or(OK, |above| {
            let answer = above.refresh(flags);
            seen.lock().unwrap().push(answer);
            answer
        })
    });
    child.add_refresher(&back, 0).unwrap();
    parent.nest(&child).unwrap();
    assert_eq!(parent.refresh(0), PARTIAL);
    assert_eq!(*answers.lock().unwrap(), [BUSY]);
    assert_eq!(parent.refresh(0), OK);
}
