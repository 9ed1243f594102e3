//! Providers that leave methods out, each combination of them: what can be had
//! another way is, and what can't be is `WBEM_E_PROVIDER_NOT_CAPABLE`.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use hiperf::{Error, Namespace, Query, Refreshed, Refresher, Result, Status, Value};
use hiperf_com::access::ObjectAccess;

use crate::check_error;
use crate::hooks::{Hooks, serve, serve_as, spawn};
use crate::names::registration;

const NOT_CAPABLE: Status = Status::WBEM_E_PROVIDER_NOT_CAPABLE;

/// The methods that a provider leaves out, as bits.
const QUERY: u32 = 1;
const GET: u32 = 2;
const OBJECT: u32 = 4;
const ENUM: u32 = 8;
const REFRESHER: u32 = 16;

/// What a provider of these tests has, and how often it was asked for what it
/// leaves out.
#[derive(Default)]
pub struct Partial {
    /// The instances; each has the moment as its `Count`.
    pub names: Mutex<Vec<String>>,
    pub moment: AtomicU64,
    asked: Mutex<Vec<u32>>,
}

impl Partial {
    fn new(names: &[&str]) -> Arc<Partial> {
        let names = Mutex::new(names.iter().map(|&name| name.to_owned()).collect());
        Arc::new(Partial { names, ..Partial::default() })
    }

    fn set(&self, names: &[&str]) {
        *self.names.lock().unwrap() = names.iter().map(|&name| name.to_owned()).collect();
    }

    fn fill(&self, object: &ObjectAccess) -> Result<()> {
        let name = object.get("Name")?;
        let known = self.names.lock().unwrap().iter().any(|known| Some(known.as_str()) == name.as_str());
        if !known {
            return Err(Error::new(Status::WBEM_E_NOT_FOUND, format!("there is no {name}")));
        }
        object.put("Count", &Value::Uint64(self.moment.load(Ordering::Relaxed)))
    }

    fn refuse(&self, left_out: u32, method: u32) -> Result<()> {
        if left_out & method == 0 {
            return Ok(());
        }
        self.asked.lock().unwrap().push(method);
        // Either word means that the method is left out.
        Err(if method & (GET | ENUM) == 0 { NOT_CAPABLE.into() } else { Status::E_NOTIMPL.into() })
    }

    /// The hooks of a provider that leaves these methods out.
    fn hooks(self: &Arc<Self>, left_out: u32) -> Hooks {
        let [query, get, object, list, refresher, refresh] = std::array::from_fn(|_| self.clone());
        Hooks {
            create_refresher: Box::new(move || refresher.refuse(left_out, REFRESHER)),
            add_object: Box::new(move |_, template| {
                object.refuse(left_out, OBJECT)?;
                object.fill(template)?;
                template.clone_object()
            }),
            add_enum: Box::new(move |_| list.refuse(left_out, ENUM)),
            refresh: Box::new(move |refresher| {
                let failed = |error: Error| error.status();
                for (_, target, class, _) in &refresher.enums {
                    target.remove_all()?;
                    for (id, name) in (1..).zip(refresh.names.lock().unwrap().iter()) {
                        let instance = spawn(class, name).map_err(failed)?;
                        let moment = refresh.moment.load(Ordering::Relaxed);
                        instance.put("Count", &Value::Uint64(moment)).map_err(failed)?;
                        target.add_objects(&[id], &[instance])?;
                    }
                }
                for (_, object) in &refresher.objects {
                    refresh.fill(object).map_err(failed)?;
                }
                Ok(Status::WBEM_S_NO_ERROR)
            }),
            query_instances: Box::new(move |class, sink| {
                query.refuse(left_out, QUERY)?;
                for name in query.names.lock().unwrap().iter() {
                    let instance = spawn(class, name)?;
                    instance.put("Count", &Value::Uint64(query.moment.load(Ordering::Relaxed)))?;
                    sink.indicate(&instance)?;
                }
                Ok(())
            }),
            get_objects: Box::new(move |objects| {
                get.refuse(left_out, GET)?;
                objects.iter().try_for_each(|object| get.fill(object))
            }),
            ..Hooks::default()
        }
    }
}

fn path(class: &str, name: &str) -> String {
    format!("{class}.Name=\"{name}\"")
}

fn count(instance: &hiperf_cim::Instance) -> Value {
    instance.get("Count").unwrap()
}

#[track_caller]
fn check<T>(can: bool, result: Result<T>) -> Option<T> {
    match result {
        Ok(value) => {
            assert!(can);
            Some(value)
        }
        Err(error) => {
            assert_eq!((can, error.status()), (false, NOT_CAPABLE), "{error}");
            None
        }
    }
}

/// Everything that a client may want of a provider that leaves these out.
fn check_left_out(left_out: u32) {
    let has = |method: u32| left_out & method == 0;
    let partial = Partial::new(&["a", "b"]);
    let (namespace, class) = serve(&format!("LeavesOut{left_out}"), partial.hooks(left_out));
    let all = has(QUERY) || has(REFRESHER) && has(ENUM);
    let one = has(GET) || has(REFRESHER) && has(OBJECT) || all;
    partial.moment.store(7, Ordering::Relaxed);

    if let Some(found) = check(one, namespace.get(&path(&class, "b"))) {
        assert_eq!(count(&found), Value::Uint64(7));
        assert!(found.system_value("__PATH").unwrap().as_str().unwrap().starts_with("\\\\"));
        check_error(namespace.get(&path(&class, "z")), Status::WBEM_E_NOT_FOUND, &["z"]);
    }
    let query = |text: &str| {
        let query = Query::new(&namespace, &format!("SELECT * FROM {class}{text}")).unwrap();
        namespace.query(&query).map(|found| found.len())
    };
    assert!(check(all, query("")).is_none_or(|found| found == 2));
    assert!(
        check(one, query(" WHERE Name = 'a' OR Name = 'z' OR Name = 'b'")).is_none_or(|found| found == 2)
    );

    let mut refresher = Refresher::new();
    let object = check(one, refresher.add_object(&namespace, &path(&class, "a")));
    let list = check(all, refresher.add_enum(&namespace, &class));
    if one {
        let missing = refresher.add_object(&namespace, &path(&class, "z"));
        check_error(missing, Status::WBEM_E_NOT_FOUND, &["adding", "z"]);
    }
    for moment in 8..11 {
        partial.moment.store(moment, Ordering::Relaxed);
        assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
        if let Some(object) = object {
            assert_eq!(refresher.status(object), Some(Status::WBEM_S_NO_ERROR));
            assert_eq!(refresher.object(object).unwrap().get("Count").unwrap(), Value::Uint64(moment));
        }
        if let Some(list) = list {
            let expected = format!("a={moment} b={moment}");
            crate::check_rows(&refresher, list, "Count", &expected);
        }
    }
    if let Some(object) = object {
        refresher.remove(object).unwrap();
        check_error(refresher.object(object), Status::WBEM_E_NOT_FOUND, &[]);
    }
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));

    // Each method was found to be missing once.
    let mut asked = partial.asked.lock().unwrap().clone();
    asked.sort_unstable();
    let once: Vec<u32> =
        [QUERY, GET, OBJECT, ENUM, REFRESHER].into_iter().filter(|m| asked.contains(m)).collect();
    assert_eq!(asked, once, "{left_out:b}");
}

#[test]
fn every_set_of_methods_that_a_provider_may_have() {
    (0..32).for_each(check_left_out);
}

/// What becomes of an object that was added by path: its instance goes, and
/// another one of its name comes.
fn check_identity(left_out: u32, name: &str) {
    let partial = Partial::new(&["a", "b"]);
    let (namespace, class) = serve(name, partial.hooks(left_out));
    let mut refresher = Refresher::new();
    let a = refresher.add_object(&namespace, &path(&class, "a")).unwrap();
    let b = refresher.add_object(&namespace, &path(&class, "b")).unwrap();
    partial.moment.store(1, Ordering::Relaxed);
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    let mut step = |moment: u64, names: &[&str]| {
        partial.set(names);
        partial.moment.store(moment, Ordering::Relaxed);
        assert_eq!(refresher.refresh(), Ok(Refreshed::Partial));
        let value = |id, name| refresher.object(id).unwrap().get(name).unwrap();
        assert_eq!((value(a, "Name"), value(a, "Count")), (Value::String("a".into()), Value::Null));
        assert_eq!(refresher.status(a), Some(Status::WBEM_E_NOT_FOUND));
        assert_eq!(
            (value(b, "Count"), refresher.status(b)),
            (Value::Uint64(moment), Some(Status::WBEM_S_NO_ERROR))
        );
    };
    step(2, &["x", "b"]);
    // A namesake is not the one that was added.
    step(3, &["a", "b"]);
    step(4, &["b"]);
}

#[test]
fn an_object_that_was_got_stays_gone() {
    check_identity(OBJECT, "GotIsGone");
}

#[test]
fn an_object_out_of_an_enumerator_stays_gone() {
    check_identity(OBJECT | GET, "ListedIsGone");
    check_identity(OBJECT | GET | ENUM, "QueriedIsGone");
}

#[test]
fn an_enumerator_for_objects_goes_with_the_last_of_them() {
    let partial = Partial::new(&["a", "b"]);
    let (namespace, class) = serve("HiddenList", partial.hooks(OBJECT | GET));
    let mut refresher = Refresher::new();
    let ids = ["a", "b"].map(|name| refresher.add_object(&namespace, &path(&class, name)).unwrap());
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    // The client can't reach it.
    for id in -4..1 {
        check_error(refresher.remove(id), Status::WBEM_E_NOT_FOUND, &[]);
    }
    refresher.remove(ids[0]).unwrap();
    partial.set(&[]);
    assert_eq!(refresher.refresh(), Ok(Refreshed::Partial));
    refresher.remove(ids[1]).unwrap();
    // Nothing is left that could be partial.
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
}

#[test]
fn what_fails_is_not_what_is_left_out() {
    let refuse = Arc::new(Mutex::new(Status::WBEM_S_NO_ERROR));
    let partial = Partial::new(&["a"]);
    let (shared, hooks) = (refuse.clone(), partial.hooks(OBJECT | ENUM));
    let get = hooks.get_objects;
    let hooks = Hooks {
        get_objects: Box::new(move |objects| {
            let status = *shared.lock().unwrap();
            if status.is_error() { Err(status.into()) } else { get(objects) }
        }),
        ..hooks
    };
    let (namespace, class) = serve("FailsToGet", hooks);
    let mut refresher = Refresher::new();
    let object = refresher.add_object(&namespace, &path(&class, "a")).unwrap();
    partial.moment.store(1, Ordering::Relaxed);
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    *refuse.lock().unwrap() = Status::WBEM_E_ACCESS_DENIED;
    partial.moment.store(2, Ordering::Relaxed);
    // What can't be had keeps its last values.
    assert_eq!(refresher.refresh(), Ok(Refreshed::Partial));
    let value = |refresher: &Refresher| refresher.object(object).unwrap().get("Count").unwrap();
    assert_eq!(
        (value(&refresher), refresher.status(object)),
        (Value::Uint64(1), Some(Status::WBEM_E_ACCESS_DENIED))
    );
    *refuse.lock().unwrap() = Status::WBEM_S_NO_ERROR;
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    assert_eq!(value(&refresher), Value::Uint64(2));
}

#[test]
fn many_single_instances_are_got_at_once() {
    let calls = Arc::new(Mutex::new(Vec::new()));
    let names: Vec<String> = (0..600).map(|n| format!("n{n}")).collect();
    let partial = Partial::new(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let (seen, hooks) = (calls.clone(), partial.hooks(OBJECT));
    let get = hooks.get_objects;
    let hooks = Hooks {
        get_objects: Box::new(move |objects| {
            seen.lock().unwrap().push(objects.len());
            get(objects)
        }),
        ..hooks
    };
    let (namespace, class) = serve("Batches", hooks);
    let terms: Vec<String> = names.iter().map(|name| format!("Name = '{name}'")).collect();
    let query = |terms: &[String]| {
        let text = format!("SELECT * FROM {class} WHERE {}", terms.join(" OR "));
        namespace.query(&Query::new(&namespace, &text).unwrap()).unwrap().len()
    };
    assert_eq!(query(&terms[..200]), 200);
    assert_eq!(std::mem::take(&mut *calls.lock().unwrap()), [200]);
    // One that doesn't exist is found by halving.
    let mut some = terms[..7].to_vec();
    some.push("Name = 'none'".into());
    assert_eq!(query(&some), 7);
    assert_eq!(std::mem::take(&mut *calls.lock().unwrap()), [8, 4, 4, 2, 2, 1, 1]);
    // The objects of a refresher are got in one call.
    let mut refresher = Refresher::new();
    let ids: Vec<_> = names[..10]
        .iter()
        .map(|name| refresher.add_object(&namespace, &path(&class, name)).unwrap())
        .collect();
    calls.lock().unwrap().clear();
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    refresher.remove(ids[0]).unwrap();
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    assert_eq!(*calls.lock().unwrap(), [10, 9]);
}

/// The statuses of a single instance, of a query for all, of one for a key, of
/// an object and of an enumerator in a refresher.
fn registered(name: &str, get: bool, enumeration: bool) -> [Status; 5] {
    let supports = |is: bool| if is { "TRUE" } else { "FALSE" };
    let partial = Partial::new(&["a"]);
    let (namespace, class) = serve_as(name, partial.hooks(0), |clsid| {
        registration(name, clsid)
            .replace("SupportsGet = TRUE", &format!("SupportsGet = {}", supports(get)))
            .replace(
                "SupportsEnumeration = TRUE",
                &format!("SupportsEnumeration = {}", supports(enumeration)),
            )
    });
    let query = |namespace: &Namespace, text: &str| {
        let query = Query::new(namespace, &format!("SELECT * FROM {class}{text}"))?;
        namespace.query(&query).map(|found| assert_eq!(found.len(), 1))
    };
    let mut refresher = Refresher::new();
    let results = [
        namespace.get(&path(&class, "a")).map(|_| ()),
        query(&namespace, ""),
        query(&namespace, " WHERE Name = 'a'"),
        refresher.add_object(&namespace, &path(&class, "a")).map(|_| ()),
        refresher.add_enum(&namespace, &class).map(|_| ()),
    ];
    results.map(|result| result.map_or_else(|error| error.status(), |()| Status::WBEM_S_NO_ERROR))
}

#[test]
fn what_a_provider_is_not_registered_for() {
    let ok = Status::WBEM_S_NO_ERROR;
    // A refresher asks for neither.
    assert_eq!(registered("SupportsBoth", true, true), [ok; 5]);
    assert_eq!(registered("SupportsGet", true, false), [ok, NOT_CAPABLE, ok, ok, ok]);
    // A query for keys is answered by going through all.
    assert_eq!(registered("SupportsEnumeration", false, true), [NOT_CAPABLE, ok, ok, ok, ok]);
    assert_eq!(registered("SupportsNothing", false, false), [NOT_CAPABLE, NOT_CAPABLE, NOT_CAPABLE, ok, ok]);
}
