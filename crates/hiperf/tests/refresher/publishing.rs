//! What a refresher publishes, as other threads read it.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use hiperf::{Published, Reason, Refreshed, Refresher, Status, Value};
use hiperf_cim::Instance;

use crate::world;
use crate::world::{Row, row};

fn levels(instances: &[Instance]) -> String {
    let level = |instance: &Instance| {
        let name = instance.get("Name").unwrap();
        format!("{}={}", name.as_str().unwrap(), instance.get("Level").unwrap())
    };
    instances.iter().map(level).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_snapshot_is_of_one_refresh() {
    fn is_for_any_thread<T: Send + Sync + Clone>(_: &T) {}
    let world = world!("Snapshot");
    world.set(&[row("a", 1), row("b", 2)]);
    let mut refresher = Refresher::new();
    let list = refresher.add_enum(&world.namespace, world.raw).unwrap();
    let mut published = refresher.publish();
    is_for_any_thread(&published);
    // The first is of the moment: nothing was refreshed yet.
    assert_eq!(
        (published.read().number(), levels(published.read().instances(list).unwrap())),
        (0, String::new())
    );
    refresher.refresh().unwrap();
    let mut other = published.clone();
    let snapshot = published.read();
    assert_eq!((snapshot.number(), snapshot.refreshed()), (1, Ok(Refreshed::Complete)));
    let first = snapshot.instances(list).unwrap();
    // Instances come and go, but not from what is being read.
    world.set(&[row("b", 3), row("c", 4), row("d", 5)]);
    for _ in 0..3 {
        refresher.refresh().unwrap();
        assert_eq!(levels(other.read().instances(list).unwrap()), "b=3 c=4 d=5");
    }
    world.set(&[row("d", 6)]);
    refresher.refresh().unwrap();
    assert_eq!(levels(first), "a=1 b=2");
    assert_eq!(levels(published.read().instances(list).unwrap()), "d=6");
    assert_eq!(published.read().instances(list).unwrap()[0].relpath(), Some(world.path("d")));
    // What fails is published too, and so is why values are missing.
    let object = refresher.add_object(&world.namespace, &world.path("d")).unwrap();
    assert_eq!(published.read().object(object).unwrap_err().status(), Status::WBEM_E_NOT_FOUND);
    world.state().fails = Some(Status::WBEM_E_ACCESS_DENIED);
    assert_eq!(refresher.refresh(), Err(Status::WBEM_E_ACCESS_DENIED));
    let snapshot = published.read();
    assert_eq!((snapshot.number(), snapshot.refreshed()), (6, Err(Status::WBEM_E_ACCESS_DENIED)));
    let level = snapshot.object(object).unwrap();
    assert_eq!(level.why(level.class().handle("Level").unwrap()), Ok(Some(Reason::Denied)));
    assert_eq!(levels(snapshot.instances(list).unwrap()), "d=6");
    refresher.remove(list).unwrap();
    world.state().fails = None;
    refresher.refresh().unwrap();
    assert_eq!(published.read().instances(list).unwrap_err().status(), Status::WBEM_E_NOT_FOUND);
    assert_eq!(published.read().object(object).unwrap().get("Level").unwrap(), Value::Uint32(6));
    // A new reader begins with what there is.
    drop((published, other));
    refresher.refresh().unwrap();
    assert_eq!(refresher.publish().read().object(object).unwrap().get("Level").unwrap(), Value::Uint32(6));
    // The end of the refresher is not the end of what it found.
    let mut late = refresher.publish();
    drop(refresher);
    assert_eq!((late.read().number(), late.read().object(object).is_ok()), (8, true));
}

/// Every instance of a refresh has that refresh's number as its level, and there
/// are as many as the number says.
fn check_whole(published: &mut Published, list: hiperf::EnumId) -> u64 {
    let snapshot = published.read();
    let instances = snapshot.instances(list).unwrap();
    if snapshot.number() == 0 {
        return 0;
    }
    assert_eq!(instances.len() as u64, 1 + snapshot.number() % 7);
    for instance in instances {
        assert_eq!(instance.get("Level").unwrap(), Value::Uint32(snapshot.number() as u32));
        assert_eq!(instance.get("Total").unwrap(), Value::Uint64(snapshot.number()));
    }
    snapshot.number()
}

#[test]
fn threads_read_whole_refreshes() {
    const READERS: usize = 3;
    const REFRESHES: u64 = 300;
    let world = world!("SnapshotThreads");
    let mut refresher = Refresher::new();
    let list = refresher.add_enum(&world.namespace, world.raw).unwrap();
    let published = refresher.publish();
    let (is_over, seen) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..READERS {
            let mut published = published.clone();
            let (is_over, seen) = (&is_over, &seen);
            scope.spawn(move || {
                let mut last = 0;
                while !is_over.load(Ordering::Relaxed) {
                    let number = check_whole(&mut published, list);
                    assert!(number >= last, "{number} after {last}");
                    seen.fetch_add(usize::from(number > last), Ordering::Relaxed);
                    last = number;
                }
                assert!(check_whole(&mut published, list) >= REFRESHES);
            });
        }
        let mut number = 0;
        while number < REFRESHES || seen.load(Ordering::Relaxed) < READERS {
            number += 1;
            let instance = |index| Row {
                identity: index,
                total: Some(number),
                ..row(&format!("instance {index}"), number)
            };
            world.set(&(0..=number % 7).map(instance).collect::<Vec<_>>());
            refresher.refresh().unwrap();
            thread::yield_now();
        }
        is_over.store(true, Ordering::Relaxed);
    });
}
