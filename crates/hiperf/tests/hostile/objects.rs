//! Objects, ids and statuses that are not what they should be.

use std::sync::{Arc, Mutex};

use hiperf::{Error, Namespace, Refreshed, Refresher, Status, Value};
use hiperf_com::access::ObjectAccess;
use hiperf_com::provider::Services;

use crate::hooks::{HookRefresher, Hooks, define, serve, spawn};
use crate::sys::{Stranger, misuse};
use crate::{Turn, check_engine, check_error, query};

const FAILURE: Status = Status::WBEM_E_PROVIDER_FAILURE;

/// Adds an object that `make` makes; the ids that were stopped.
fn check_object(
    name: &str,
    make: impl Fn(&Services, &ObjectAccess) -> hiperf::Result<ObjectAccess> + Send + Sync + 'static,
    says: &str,
) {
    let _turn = Turn::take();
    let stopped = Arc::new(Mutex::new(Vec::new()));
    let ids = stopped.clone();
    let hooks = Hooks {
        add_object: Box::new(make),
        stop_refreshing: Box::new(move |id| {
            ids.lock().unwrap().push(id);
            Ok(())
        }),
        ..Hooks::default()
    };
    let (namespace, class) = serve(name, hooks);
    let mut refresher = Refresher::new();
    let added = refresher.add_object(&namespace, &format!("{class}.Name=\"a\""));
    check_error(added, FAILURE, &[says, &format!("provider {name}")]);
    // The provider was told to forget it, so nothing is left to refresh.
    assert_eq!(*stopped.lock().unwrap(), [1]);
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    check_engine(name);
}

#[test]
fn an_object_of_another_class() {
    define("OtherClass", "");
    let make = |services: &Services, _: &_| spawn(&services.get_object("Test_OtherClass")?, "a");
    check_object(
        "WrongClass",
        make,
        "returned an object of class Test_OtherClass, asked for Test_WrongClass",
    );
}

#[test]
fn an_object_of_a_stranger() {
    check_object("StrangeObject", |_, _| Ok(Stranger::create()), "an object that hiperf did not make");
}

#[test]
fn a_class_for_an_object() {
    let make = |services: &Services, _: &_| services.get_object("Test_ClassObject")?.access();
    check_object("ClassObject", make, "a class, not an instance");
}

#[test]
fn the_template_itself() {
    let _turn = Turn::take();
    let make = |_: &_, template: &ObjectAccess| Ok(template.clone());
    let hooks = Hooks { add_object: Box::new(make), ..Hooks::default() };
    let (namespace, class) = serve("Template", hooks);
    let mut refresher = Refresher::new();
    let id = refresher.add_object(&namespace, &format!("{class}.Name=\"a\"")).unwrap();
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    assert_eq!(refresher.object(id).unwrap().get("Count").unwrap(), Value::Uint64(1));
}

#[test]
fn what_an_enumerator_refuses() {
    let _turn = Turn::take();
    define("Foreign", "");
    let statuses = Arc::new(Mutex::new(Vec::new()));
    let seen = statuses.clone();
    let refresh = move |refresher: &mut HookRefresher| {
        let (_, list, class, _) = &refresher.enums[0];
        let failed = |error: Error| error.status();
        let good = spawn(class, "good").map_err(failed)?;
        let mut statuses = seen.lock().unwrap();
        if statuses.is_empty() {
            *statuses = misuse(list, &good);
            // An instance of another class, and a class.
            let class_itself = class.access().map_err(failed)?;
            statuses.push(list.add_objects(&[9], &[class_itself]).unwrap_err());
            list.add_objects(&[1, 2], &[good.clone(), good.clone()])?;
            // Nothing of a batch with a known id is taken.
            statuses.push(list.add_objects(&[3, 2], &[good.clone(), good]).unwrap_err());
            statuses.push(list.remove_objects(&[1, 4]).unwrap_err());
        }
        Ok(Status::WBEM_S_NO_ERROR)
    };
    let (namespace, class) = serve("Refused", Hooks { refresh: Box::new(refresh), ..Hooks::default() });
    let mut refresher = Refresher::new();
    let list = refresher.add_enum(&namespace, &class).unwrap();
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    let (failed, invalid, not_found) =
        (Status::WBEM_E_FAILED, Status::WBEM_E_INVALID_PARAMETER, Status::WBEM_E_NOT_FOUND);
    let expected = [
        failed,
        invalid,
        Status::WBEM_E_INVALID_OBJECT,
        invalid,
        invalid,
        invalid,
        invalid,
        Status::WBEM_S_NO_ERROR,
        not_found,
        invalid,
        invalid,
        invalid,
        Status::WBEM_E_INVALID_CLASS,
        failed,
        not_found,
    ];
    assert_eq!(*statuses.lock().unwrap(), expected);
    // One object under two ids is two instances.
    let names = |refresher: &Refresher| -> Vec<String> {
        let instances = refresher.instances(list).unwrap();
        instances.map(|instance| instance.get("Name").unwrap().to_string()).collect()
    };
    assert_eq!(names(&refresher), ["good", "good"]);
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    check_engine("Refused");
}

#[test]
fn an_enumerator_is_changed_outside_of_a_refresh() {
    let _turn = Turn::take();
    let kept = Arc::new(Mutex::new(None));
    let keep = kept.clone();
    let add_enum = move |list: &hiperf_com::access::HiPerfEnum| {
        *keep.lock().unwrap() = Some(list.clone());
        Ok(())
    };
    let (namespace, class) = serve("Outside", Hooks { add_enum: Box::new(add_enum), ..Hooks::default() });
    let mut refresher = Refresher::new();
    let id = refresher.add_enum(&namespace, &class).unwrap();
    refresher.refresh().unwrap();
    let list = kept.lock().unwrap().take().unwrap();
    list.remove_objects(&[1]).unwrap();
    // What the client reads changes in a refresh only.
    assert_eq!(refresher.instances(id).unwrap().len(), 2);
    refresher.refresh().unwrap();
    assert_eq!(refresher.instances(id).unwrap().len(), 1);
    refresher.remove(id).unwrap();
    // The client has let go of it; the provider hasn't.
    list.remove_all().unwrap();
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
}

#[test]
fn what_queries_deliver() {
    let _turn = Turn::take();
    define("OtherQuery", "");
    let check = |name: &str, hooks: Hooks, status, says: &[&str]| {
        let (namespace, class) = serve(name, hooks);
        check_error(query(&namespace, &class), status, says);
    };
    let stranger = |_: &_, sink: &hiperf_com::client::ObjectSink| sink.indicate(&Stranger::create());
    let hooks = Hooks { query_instances: Box::new(stranger), ..Hooks::default() };
    check("QueryStranger", hooks, FAILURE, &["provider QueryStranger", "no instance of Test_QueryStranger"]);
    let itself = |class: &hiperf_com::client::ClassObject, sink: &hiperf_com::client::ObjectSink| {
        sink.indicate(&class.access()?)
    };
    let hooks = Hooks { query_instances: Box::new(itself), ..Hooks::default() };
    check("QueryClass", hooks, FAILURE, &["no instance of Test_QueryClass"]);
    let fails = |class: &hiperf_com::client::ClassObject, sink: &hiperf_com::client::ObjectSink| {
        sink.indicate(&spawn(class, "a")?)?;
        Err(Error::new(Status::WBEM_E_ACCESS_DENIED, "only the first is for you"))
    };
    let hooks = Hooks { query_instances: Box::new(fails), ..Hooks::default() };
    check("QueryFails", hooks, Status::WBEM_E_ACCESS_DENIED, &["only the first is for you"]);
    check_engine("Queries");
}

#[test]
fn a_provider_without_get_objects_is_asked_through_a_refresher() {
    let _turn = Turn::take();
    let not_capable = |_: &[ObjectAccess]| Err(Status::WBEM_E_PROVIDER_NOT_CAPABLE.into());
    let hooks = Hooks { get_objects: Box::new(not_capable), ..Hooks::default() };
    let (namespace, class) = serve("NoGet", hooks);
    let found = namespace.get(&format!("{class}.Name=\"b\"")).unwrap();
    assert_eq!(found.get("Count").unwrap(), Value::Uint64(1));
    let missing = namespace.get(&format!("{class}.Name=\"z\""));
    check_error(missing, Status::WBEM_E_NOT_FOUND, &["there are a and b only"]);
}

#[test]
fn statuses_of_refresh_and_stop_refreshing() {
    let _turn = Turn::take();
    let answer = Arc::new(Mutex::new(Ok(Status::WBEM_S_NO_ERROR)));
    let shared = answer.clone();
    let hooks = Hooks {
        refresh: Box::new(move |refresher| {
            refresher.count()?;
            *shared.lock().unwrap()
        }),
        stop_refreshing: Box::new(|_| Err(Status::WBEM_E_NOT_FOUND.into())),
        ..Hooks::default()
    };
    let (namespace, class) = serve("Statuses", hooks);
    let mut refresher = Refresher::new();
    let id = refresher.add_object(&namespace, &format!("{class}.Name=\"a\"")).unwrap();
    let count = |refresher: &Refresher| refresher.object(id).unwrap().get("Count").unwrap();
    let mut step = |answered, expected, count_then| {
        *answer.lock().unwrap() = answered;
        assert_eq!(refresher.refresh(), expected);
        assert_eq!(count(&refresher), Value::Uint64(count_then));
        let status = match answered {
            Ok(status) | Err(status) => status,
        };
        assert_eq!(refresher.status(id), Some(status));
    };
    step(Ok(Status::WBEM_S_NO_ERROR), Ok(Refreshed::Complete), 1);
    step(Ok(Status::WBEM_S_PARTIAL_RESULTS), Ok(Refreshed::Partial), 2);
    step(Ok(Status::WBEM_S_FALSE), Ok(Refreshed::Partial), 3);
    // What failed keeps its last values.
    step(Err(Status::WBEM_E_NOT_FOUND), Err(Status::WBEM_E_NOT_FOUND), 3);
    step(Err(Status(0xFFFF_FFFF)), Err(Status(0xFFFF_FFFF)), 3);
    // A success of no known meaning is one all the same.
    step(Err(Status(0x7FFF_FFFF)), Ok(Refreshed::Partial), 6);
    step(Ok(Status::WBEM_S_NO_ERROR), Ok(Refreshed::Complete), 7);
    // The provider doesn't know the id; the refresher does.
    refresher.remove(id).unwrap();
    assert_eq!(refresher.status(id), None);
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    check_engine("Statuses");
}

#[test]
fn a_provider_that_asks_for_instances_while_it_initialises() {
    let _turn = Turn::take();
    serve("AskedFirst", Hooks::default());
    let answers = Arc::new(Mutex::new(Vec::new()));
    let seen = answers.clone();
    let initialize = move |initialization: &hiperf_com::provider::Initialization| {
        for class in ["AskedFirst", "AsksItself"] {
            let got = initialization.services.get_object(&format!("Test_{class}.Name=\"a\""));
            seen.lock().unwrap().push(got.err().map(|error| (error.status(), error.message().to_owned())));
        }
        Ok(())
    };
    let hooks = Hooks { initialize: Box::new(initialize), ..Hooks::default() };
    let (namespace, class) = serve("AsksItself", hooks);
    assert_eq!(query(&namespace, &class).unwrap().len(), 2);
    let answers = answers.lock().unwrap();
    // Another provider's are there; its own can't be yet.
    assert_eq!(answers[0], None);
    let (status, message) = answers[1].clone().unwrap();
    assert_eq!(status, Status::WBEM_E_NOT_AVAILABLE);
    assert!(message.contains("AsksItself has no instances before it is initialised"), "{message}");
}

#[test]
fn threads_load_a_provider_once() {
    let _turn = Turn::take();
    let loads = Arc::new(Mutex::new(0));
    let counted = loads.clone();
    let initialize = move |_: &_| {
        *counted.lock().unwrap() += 1;
        Ok(())
    };
    let (namespace, class) = serve("Once", Hooks { initialize: Box::new(initialize), ..Hooks::default() });
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let namespace = Namespace::connect("").unwrap();
                assert_eq!(query(&namespace, &class).unwrap().len(), 2);
            });
        }
    });
    assert_eq!(*loads.lock().unwrap(), 1);
    drop(namespace);
}

#[test]
fn services_end_with_the_namespace() {
    let _turn = Turn::take();
    let kept = Arc::new(Mutex::new(None));
    let keep = kept.clone();
    let initialize = move |initialization: &hiperf_com::provider::Initialization| {
        *keep.lock().unwrap() = Some(initialization.services.clone());
        Ok(())
    };
    let (namespace, class) = serve("Keeps", Hooks { initialize: Box::new(initialize), ..Hooks::default() });
    let mut refresher = Refresher::new();
    let id = refresher.add_enum(&namespace, &class).unwrap();
    let services: Services = kept.lock().unwrap().take().unwrap();
    assert!(services.get_object(&class).is_ok());
    drop(namespace);
    let Err(error) = services.get_object(&class) else { panic!("the namespace is gone") };
    assert_eq!(error.status(), Status::WBEM_E_SHUTTING_DOWN);
    // What was added before goes on.
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    assert_eq!(refresher.instances(id).unwrap().len(), 2);
}
