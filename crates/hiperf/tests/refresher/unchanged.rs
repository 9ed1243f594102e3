//! What its provider did not write is not copied again, and nobody sees a
//! difference but who wrote to the copy.

use std::sync::{Arc, Mutex};

use hiperf::{EnumId, Error, Namespace, ObjectId, Reason, Refreshed, Refresher, Status, Value};
use hiperf_com::access::ObjectAccess;

use crate::check_rows;
use crate::hooks::{HookRefresher, Hooks, serve};

/// What the next refresh does.
#[derive(Default)]
struct Plan {
    /// To the objects at these places, the added ones first.
    writes: Vec<(usize, Value)>,
    fails: bool,
}

/// A provider whose instances are listed once and written as planned.
struct Planned {
    plan: Arc<Mutex<Plan>>,
    namespace: Namespace,
    class: String,
}

impl Planned {
    fn serve(name: &str, hooks: Hooks) -> Planned {
        let plan = Arc::<Mutex<Plan>>::default();
        let shared = plan.clone();
        let refresh = move |refresher: &mut HookRefresher| {
            if refresher.refreshes == 0 {
                refresher.count()?;
            }
            let Plan { writes, fails } = std::mem::take(&mut *shared.lock().unwrap());
            let listed = refresher.enums.iter().flat_map(|(.., objects)| objects);
            let all: Vec<_> = refresher.objects.iter().map(|(_, object)| object).chain(listed).collect();
            for (place, value) in writes {
                all[place].put("Count", &value).map_err(|error: Error| error.status())?;
            }
            if fails { Err(Status::WBEM_E_ACCESS_DENIED) } else { Ok(Status::WBEM_S_NO_ERROR) }
        };
        let (namespace, class) = serve(name, Hooks { refresh: Box::new(refresh), ..hooks });
        Planned { plan, namespace, class }
    }

    fn add(&self, refresher: &mut Refresher) -> (ObjectId, EnumId) {
        let path = format!("{}.Name=\"a\"", self.class);
        let object = refresher.add_object(&self.namespace, &path).unwrap();
        (object, refresher.add_enum(&self.namespace, &self.class).unwrap())
    }

    fn write(&self, place: usize, value: u64) {
        self.plan.lock().unwrap().writes.push((place, Value::Uint64(value)));
    }
}

#[track_caller]
fn check(refresher: &Refresher, (object, list): (ObjectId, EnumId), expected: (&str, &str)) {
    let count = refresher.object(object).unwrap().get("Count").unwrap();
    assert_eq!(count.to_string(), expected.0);
    check_rows(refresher, list, "Count", expected.1);
}

#[test]
fn each_change_arrives_and_the_rest_stays() {
    let planned = Planned::serve("Arrives", Hooks::default());
    let mut refresher = Refresher::new();
    let items = planned.add(&mut refresher);
    let mut step = |writes: &[(usize, u64)], object: &str, list: &str| {
        writes.iter().for_each(|(place, value)| planned.write(*place, *value));
        assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
        check(&refresher, items, (object, list));
    };
    step(&[], "1", "a=1 b=1");
    step(&[], "1", "a=1 b=1");
    step(&[(2, 7)], "1", "a=1 b=7");
    step(&[(0, 8), (1, 8)], "8", "a=8 b=7");
    step(&[], "8", "a=8 b=7");
    // A refresher that comes later has it all, though others have seen it.
    let mut later = Refresher::new();
    let items = planned.add(&mut later);
    later.refresh().unwrap();
    check(&later, items, ("1", "a=1 b=1"));
}

/// The reasons that a failure leaves in the client's objects are gone with it,
/// though the provider wrote nothing; and what it wrote before it failed is
/// there.
#[test]
fn what_a_failure_left_is_taken_back() {
    let planned = Planned::serve("TakenBack", Hooks::default());
    let mut refresher = Refresher::new();
    let (object, list) = planned.add(&mut refresher);
    refresher.refresh().unwrap();
    planned.plan.lock().unwrap().writes = vec![(0, Value::Null), (2, Value::Null)];
    refresher.refresh().unwrap();
    let reasons = |refresher: &Refresher| {
        let object = refresher.object(object).unwrap();
        let handle = object.class().handle("Count").unwrap();
        let listed = refresher.instances(list).unwrap().map(|one| one.why(handle).unwrap());
        (object.why(handle).unwrap(), listed.collect::<Vec<_>>())
    };
    assert_eq!(reasons(&refresher), (None, vec![None, None]));
    planned.plan.lock().unwrap().fails = true;
    assert_eq!(refresher.refresh(), Err(Status::WBEM_E_ACCESS_DENIED));
    let denied = Some(Reason::Denied);
    assert_eq!(reasons(&refresher), (denied, vec![None, denied]));
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    assert_eq!(reasons(&refresher), (None, vec![None, None]));
    *planned.plan.lock().unwrap() = Plan { writes: vec![(1, Value::Uint64(5))], fails: true };
    assert_eq!(refresher.refresh(), Err(Status::WBEM_E_ACCESS_DENIED));
    check(&refresher, (object, list), ("", "a=1 b="));
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    check(&refresher, (object, list), ("", "a=5 b="));
}

/// A provider that gives one object to two refreshers, and twice into a list.
#[test]
fn an_object_that_many_share() {
    let shared = Arc::new(Mutex::new(None::<ObjectAccess>));
    let kept = shared.clone();
    let add_object = move |_: &_, template: &ObjectAccess| {
        let mut kept = kept.lock().unwrap();
        if kept.is_none() {
            *kept = Some(template.clone_object()?);
        }
        kept.clone().ok_or_else(|| Status::WBEM_E_FAILED.into())
    };
    let (refreshed, in_list) = (shared.clone(), shared.clone());
    let refresh = move |refresher: &mut HookRefresher| {
        let shared = in_list.lock().unwrap().clone().ok_or(Status::WBEM_E_FAILED)?;
        for (_, target, _, objects) in &mut refresher.enums {
            if objects.is_empty() {
                *objects = vec![shared.clone(), shared.clone()];
                target.add_objects(&[1, 2], objects)?;
            }
        }
        Ok(Status::WBEM_S_NO_ERROR)
    };
    let hooks = Hooks { add_object: Box::new(add_object), refresh: Box::new(refresh), ..Hooks::default() };
    let (namespace, class) = serve("ManyShare", hooks);
    let mut refreshers = [Refresher::new(), Refresher::new()];
    let items = [0, 1].map(|index: usize| {
        let refresher = &mut refreshers[index];
        let object = refresher.add_object(&namespace, &format!("{class}.Name=\"a\"")).unwrap();
        (object, refresher.add_enum(&namespace, &class).unwrap())
    });
    for (value, order) in [(1, [0, 1]), (2, [1, 0]), (3, [1, 1]), (4, [0, 0]), (5, [0, 1])] {
        let object = refreshed.lock().unwrap().clone().unwrap();
        object.put("Count", &Value::Uint64(value)).unwrap();
        for index in order {
            refreshers[index].refresh().unwrap();
            check(&refreshers[index], items[index], (&value.to_string(), &format!("a={value} a={value}")));
        }
    }
}
