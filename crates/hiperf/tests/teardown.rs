//! Everything that a client holds, released in every order; and what is let go
//! of when the last item of a provider is removed. One test, because it counts
//! the COM objects of the process.

#[path = "support/hooks.rs"]
mod hooks;
#[path = "support/names.rs"]
mod names;

#[allow(dead_code)] // the other tests of a client use the rest
#[path = "com/sys.rs"]
mod sys;

use std::any::Any;
use std::collections::HashSet;

use hiperf::{Refresher, Status};
use hiperf_com::live_objects;

use hooks::{Hooks, serve};

/// What a client holds, each by itself.
type Held = Vec<Option<Box<dyn Any>>>;

/// A refresher with one of everything, refreshed; what is to be released of it.
fn hold(class: &str) -> Held {
    let path = format!("{class}.Name=\"a\"");
    let services = sys::connect("root\\cimv2").unwrap();
    let (parent, child) = (sys::ClientRefresher::create(), sys::ClientRefresher::create());
    let (object, _) = parent.add_object(&services, &path, 0).unwrap();
    let (list, _) = parent.add_enum(&services, class, 0).unwrap();
    let (nested, _) = child.add_by_template(&services, &object, 0).unwrap();
    parent.nest(&child).unwrap();
    assert!(!parent.refresh(0).is_error());
    let (_, _, listed) = sys::get_objects(&list, 2);
    assert_eq!(listed.len(), 2);
    let held: [Box<dyn Any>; 7] = [
        Box::new(services),
        Box::new(parent),
        Box::new(child),
        Box::new(object),
        Box::new(nested),
        Box::new(list),
        Box::new(listed),
    ];
    held.into_iter().map(Some).collect()
}

/// All orders of the numbers below `count`.
fn orders(count: usize) -> Vec<Vec<usize>> {
    let mut orders = vec![vec![]];
    for _ in 0..count {
        let longer = |order: &Vec<usize>| {
            let used: HashSet<usize> = order.iter().copied().collect();
            let order = order.clone();
            (0..count)
                .filter(move |next| !used.contains(next))
                .map(move |next| [&order[..], &[next]].concat())
        };
        orders = orders.iter().flat_map(longer).collect();
    }
    orders
}

fn in_every_order(class: &str) {
    let before = live_objects();
    let count = hold(class).len();
    for order in orders(count) {
        let mut held = hold(class);
        assert!(live_objects() > before);
        order.iter().for_each(|&next| held[next] = None);
        assert_eq!(live_objects(), before, "{order:?}");
    }
}

/// Removing the last item of a provider lets go of its refresher, although the
/// client's refresher goes on.
fn the_last_item_of_a_provider(good: &str, other: &str) {
    let namespace = hiperf::Namespace::connect("").unwrap();
    // Providers that are loaded stay loaded.
    for class in [good, other] {
        namespace.get(&format!("{class}.Name=\"a\"")).unwrap();
    }
    let mut refresher = Refresher::new();
    let before = live_objects();
    let path = format!("{good}.Name=\"a\"");
    let (one, two) =
        (refresher.add_object(&namespace, &path).unwrap(), refresher.add_enum(&namespace, good).unwrap());
    let first_alone = live_objects();
    let kept = refresher.add_object(&namespace, &format!("{other}.Name=\"b\"")).unwrap();
    refresher.refresh().unwrap();
    refresher.remove(one).unwrap();
    refresher.remove(two).unwrap();
    assert!(refresher.add_object(&namespace, &format!("{good}.Name=\"z\"")).is_err());
    // The other provider's is found again at its new place.
    refresher.refresh().unwrap();
    assert_eq!(refresher.status(kept), Some(Status::WBEM_S_NO_ERROR));
    assert_eq!(refresher.object(kept).unwrap().get("Count").unwrap(), hiperf::Value::Uint64(2));
    let again = refresher.add_object(&namespace, &path).unwrap();
    refresher.remove(kept).unwrap();
    assert!(live_objects() < first_alone);
    refresher.remove(again).unwrap();
    assert_eq!(live_objects(), before);
}

#[test]
fn nothing_stays_behind() {
    hiperf::register();
    let [one, other] = ["Teardown", "TeardownOther"].map(|name| serve(name, Hooks::default()).1);
    in_every_order(&one);
    let before = live_objects();
    the_last_item_of_a_provider(&one, &other);
    // With the last connection the providers are let go of, too.
    assert_eq!(live_objects(), before);
}
