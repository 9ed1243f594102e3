//! A panic in each method of a provider, and its return after it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hiperf::{Refreshed, Refresher, Status};

use crate::hooks::{HookRefresher, Hooks, serve};
use crate::{Turn, check_engine, check_error, query};

const FAILURE: Status = Status::WBEM_E_PROVIDER_FAILURE;

/// Whether to panic.
#[derive(Clone, Default)]
struct Bomb(Arc<AtomicBool>);

impl Bomb {
    fn set(&self, armed: bool) {
        self.0.store(armed, Ordering::Relaxed);
    }

    fn go_off(&self) {
        assert!(!self.0.load(Ordering::Relaxed), "as tested");
    }
}

#[test]
fn in_initialize() {
    let _turn = Turn::take();
    let bomb = Bomb::default();
    bomb.set(true);
    let inside = bomb.clone();
    let initialize = move |_: &_| {
        inside.go_off();
        Ok(())
    };
    let hooks = Hooks { initialize: Box::new(initialize), ..Hooks::default() };
    let (namespace, class) = serve("PanicInitialize", hooks);
    let mut refresher = Refresher::new();
    let says = ["loading provider PanicInitialize", "Initialize", "WBEM_E_PROVIDER_FAILURE"];
    for _ in 0..2 {
        let added = refresher.add_enum(&namespace, &class);
        check_error(added, Status::WBEM_E_INITIALIZATION_FAILURE, &says);
    }
    check_engine("Initialize");
    // A provider that failed to load is tried again.
    bomb.set(false);
    refresher.add_enum(&namespace, &class).unwrap();
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
}

#[test]
fn in_every_method_of_the_provider() {
    let _turn = Turn::take();
    let bomb = Bomb::default();
    let good = Hooks::default();
    let [one, two, three, four, five] = std::array::from_fn(|_| bomb.clone());
    let hooks = Hooks {
        create_refresher: Box::new(move || {
            one.go_off();
            Ok(())
        }),
        add_object: Box::new(move |services, template| {
            two.go_off();
            (good.add_object)(services, template)
        }),
        add_enum: Box::new(move |_| {
            three.go_off();
            Ok(())
        }),
        query_instances: Box::new(move |class, sink| {
            sink.indicate(&crate::hooks::spawn(class, "a")?)?;
            four.go_off();
            Ok(())
        }),
        get_objects: Box::new(move |_| {
            five.go_off();
            Ok(())
        }),
        ..Hooks::default()
    };
    let (namespace, class) = serve("PanicEverywhere", hooks);
    let path = format!("{class}.Name=\"a\"");
    bomb.set(true);
    check_error(Refresher::new().add_enum(&namespace, &class), FAILURE, &["CreateRefresher"]);
    check_error(query(&namespace, &class), FAILURE, &["QueryInstances"]);
    check_error(namespace.get(&path), FAILURE, &["GetObjects"]);
    bomb.set(false);
    let mut refresher = Refresher::new();
    let list = refresher.add_enum(&namespace, &class).unwrap();
    let object = refresher.add_object(&namespace, &path).unwrap();
    bomb.set(true);
    check_error(refresher.add_enum(&namespace, &class), FAILURE, &["CreateRefreshableEnum", &class]);
    check_error(refresher.add_object(&namespace, &path), FAILURE, &["CreateRefreshableObject", &path]);
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    assert_eq!(refresher.instances(list).unwrap().len(), 2);
    assert!(refresher.object(object).is_ok());
    bomb.set(false);
    assert_eq!(query(&namespace, &class).unwrap().len(), 1);
    assert!(namespace.get(&path).is_ok());
    check_engine("Everywhere");
}

#[test]
fn in_refresh_and_stop_refreshing() {
    let _turn = Turn::take();
    let bomb = Bomb::default();
    let (inside, stopping) = (bomb.clone(), bomb.clone());
    let hooks = Hooks {
        refresh: Box::new(move |refresher| {
            let counted = refresher.count();
            inside.go_off();
            counted
        }),
        stop_refreshing: Box::new(move |_| {
            stopping.go_off();
            Ok(())
        }),
        ..Hooks::default()
    };
    let (namespace, class) = serve("PanicRefresh", hooks);
    let mut refresher = Refresher::new();
    let list = refresher.add_enum(&namespace, &class).unwrap();
    let object = refresher.add_object(&namespace, &format!("{class}.Name=\"b\"")).unwrap();
    bomb.set(true);
    assert_eq!(refresher.refresh(), Err(FAILURE));
    assert_eq!(refresher.status(list), Some(FAILURE));
    // What it wrote before the panic is not shown.
    assert_eq!(refresher.instances(list).unwrap().len(), 0);
    // Removing works whatever the provider does.
    refresher.remove(object).unwrap();
    assert!(refresher.object(object).is_err());
    bomb.set(false);
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    assert_eq!(refresher.instances(list).unwrap().len(), 2);
    check_engine("Refresh");
}

/// Panics when it is dropped.
struct Mine(Bomb);

impl Drop for Mine {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.0.go_off();
        }
    }
}

#[test]
fn at_the_end() {
    let _turn = Turn::take();
    let bomb = Bomb::default();
    let mine = Mine(bomb.clone());
    let refresh = move |refresher: &mut HookRefresher| {
        mine.0.go_off();
        refresher.count()
    };
    let (namespace, class) = serve("PanicDrop", Hooks { refresh: Box::new(refresh), ..Hooks::default() });
    let mut refresher = Refresher::new();
    refresher.add_enum(&namespace, &class).unwrap();
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    bomb.set(true);
    drop((refresher, namespace));
    bomb.set(false);
    check_engine("Drop");
}
