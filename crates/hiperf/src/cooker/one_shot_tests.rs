//! Questions without a refresher, on a clock that the test advances: nobody
//! waits.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use hiperf_cim::{Class, Instance, Reason, Result, Status, Value};
use hiperf_com::access::ObjectAccess;
use hiperf_com::client::{Context, Services};
use hiperf_com::object::Object;
use hiperf_com::provider::HiPerfProvider as _;

use super::baselines::MAX_AGE;
use super::{BASELINE_AGE, Clock, Cooker};
use crate::world;
use crate::world::{Row, SECOND, World, row};

/// A provider's world and a cooker, both of which have the test's time.
struct Kitchen {
    world: Arc<World>,
    time: Arc<Time>,
    cooker: Cooker,
    services: Services,
}

/// A clock that goes on when somebody waits, or when the test says so. The
/// world's goes with it, and its counters: 10 a second, of `a` and of `b`.
struct Time {
    world: Arc<World>,
    now: Mutex<Duration>,
    waits: Mutex<Vec<Duration>>,
}

impl Time {
    fn pass(&self, time: Duration) {
        *self.now.lock().unwrap() += time;
        let mut state = self.world.state();
        state.time += u64::try_from(time.as_nanos() / 100).unwrap();
        let total = Some(state.time * 10 / SECOND);
        state.rows.iter_mut().for_each(|row| row.total = total);
    }
}

impl Clock for Time {
    fn now(&self) -> Duration {
        *self.now.lock().unwrap()
    }

    fn wait(&self, time: Duration) {
        if time.is_zero() {
            return;
        }
        self.waits.lock().unwrap().push(time);
        self.pass(time);
    }
}

const TEN_A_SECOND: Value = Value::Uint64(10);

impl Kitchen {
    fn new(world: World) -> Kitchen {
        let world = Arc::new(world);
        world.set(&[row("a", 7), row("b", 7)]);
        let (now, waits) = (Mutex::default(), Mutex::default());
        let time = Arc::new(Time { world: world.clone(), now, waits });
        time.pass(Duration::from_secs(1));
        let cooker = Cooker::with_clock(time.clone());
        let services = world.namespace.provider_services();
        Kitchen { world, time, cooker, services }
    }

    fn class(&self) -> Arc<Class> {
        self.world.namespace.class(self.world.formatted).unwrap()
    }

    fn all(&self, context: Option<&Context>) -> Vec<ObjectAccess> {
        self.cooker.all_of(&self.services, self.world.formatted, context).unwrap()
    }

    fn all_totals(&self) -> Vec<Value> {
        self.all(None).iter().map(|object| object.get("Total").unwrap()).collect()
    }

    fn template(&self, name: &str) -> ObjectAccess {
        let mut instance = Instance::spawn(&self.class());
        instance.put("Name", &Value::String(name.to_owned())).unwrap();
        ObjectAccess::new(Object::new(instance).access().clone())
    }

    fn try_one(&self, name: &str) -> Result<Value> {
        let object = self.template(name);
        self.cooker.get_objects(&self.services, std::slice::from_ref(&object), None)?;
        object.get("Total")
    }

    #[track_caller]
    fn one(&self, name: &str) -> Value {
        self.try_one(name).unwrap()
    }

    /// How many samples were taken, and how long was waited, since it was asked
    /// last.
    #[track_caller]
    fn check_cost(&self, samples: u64, waits: &[Duration]) {
        assert_eq!(std::mem::take(&mut self.world.state().samples), samples);
        assert_eq!(std::mem::take(&mut *self.time.waits.lock().unwrap()), waits);
    }
}

#[test]
fn the_first_question_waits_and_the_next_does_not() {
    let kitchen = Kitchen::new(world!("OneShot"));
    assert_eq!(kitchen.all_totals(), [TEN_A_SECOND, TEN_A_SECOND]);
    kitchen.check_cost(2, &[BASELINE_AGE]);
    kitchen.time.pass(Duration::from_secs(1));
    assert_eq!(kitchen.all_totals(), [TEN_A_SECOND, TEN_A_SECOND]);
    kitchen.check_cost(1, &[]);
    // Too soon for a value that is more than a clock's tick: the rest is waited for.
    kitchen.time.pass(BASELINE_AGE / 5);
    assert_eq!(kitchen.all_totals(), [TEN_A_SECOND, TEN_A_SECOND]);
    kitchen.check_cost(1, &[BASELINE_AGE / 5 * 4]);
    kitchen.time.pass(MAX_AGE);
    assert_eq!(kitchen.all_totals(), [TEN_A_SECOND, TEN_A_SECOND]);
    kitchen.check_cost(1, &[]);
    kitchen.time.pass(MAX_AGE + Duration::from_millis(1));
    assert_eq!(kitchen.all_totals(), [TEN_A_SECOND, TEN_A_SECOND]);
    kitchen.check_cost(2, &[BASELINE_AGE]);
}

#[test]
fn single_objects_have_a_baseline_of_their_own() {
    let kitchen = Kitchen::new(world!("OneShotObject"));
    assert_eq!(kitchen.one("a"), TEN_A_SECOND);
    // One sample is for whether there is such an instance.
    kitchen.check_cost(3, &[BASELINE_AGE]);
    kitchen.time.pass(Duration::from_secs(2));
    assert_eq!(kitchen.one("A"), TEN_A_SECOND, "keys have no case");
    kitchen.check_cost(1, &[]);
    assert_eq!(kitchen.one("b"), TEN_A_SECOND);
    kitchen.check_cost(3, &[BASELINE_AGE]);
}

#[test]
fn what_was_given_out_does_not_change() {
    let kitchen = Kitchen::new(world!("OneShotGiven"));
    let given = kitchen.all(None);
    let object = kitchen.template("a");
    kitchen.cooker.get_objects(&kitchen.services, std::slice::from_ref(&object), None).unwrap();
    let stamp = |object: &ObjectAccess| object.get("Timestamp_PerfTime").unwrap();
    let before = (stamp(&given[0]), stamp(&object));
    kitchen.time.pass(Duration::from_secs(1));
    kitchen.all(None);
    kitchen.one("a");
    assert_eq!((stamp(&given[0]), stamp(&object)), before);
    let ours = Object::from_access(object.as_com()).unwrap();
    drop(object);
    assert!(ours.is_unshared(), "nobody else holds what a client gave to be filled");
}

#[test]
fn instances_that_come_and_go_between_two_questions() {
    let kitchen = Kitchen::new(world!("OneShotGone"));
    kitchen.all(None);
    assert_eq!(kitchen.one("a"), TEN_A_SECOND);
    // A namesake of a, and c is new.
    kitchen.world.set(&[Row { identity: 99, ..row("a", 7) }, row("b", 7), row("c", 7)]);
    kitchen.time.pass(Duration::from_secs(1));
    kitchen.check_cost(5, &[BASELINE_AGE, BASELINE_AGE]);
    let found = kitchen.all(None);
    let total = kitchen.class().handle("Total").unwrap();
    let mut totals: Vec<_> = found
        .iter()
        .map(|object| (object.get("Name").unwrap().to_string(), object.read_u64(total).unwrap()))
        .collect();
    totals.sort();
    let name = |name: &str| Value::String(name.into()).to_string();
    assert_eq!(totals, [(name("a"), None), (name("b"), Some(10)), (name("c"), None)]);
    let c = found.iter().find(|object| object.get("Name").unwrap() == Value::String("c".into())).unwrap();
    assert_eq!(c.why(total), Ok(Some(Reason::NoBaseline)));
    kitchen.check_cost(1, &[]);
    // The object is another one now, so it begins anew.
    assert_eq!(kitchen.one("a"), TEN_A_SECOND);
    assert_eq!(kitchen.time.waits.lock().unwrap().len(), 1);
    kitchen.world.set(&[row("b", 7)]);
    kitchen.time.pass(Duration::from_secs(1));
    assert_eq!(kitchen.try_one("a").unwrap_err().status(), Status::WBEM_E_NOT_FOUND);
}

#[test]
fn other_questions_are_other_baselines() {
    let kitchen = Kitchen::new(world!("OneShotOther"));
    kitchen.all(None);
    kitchen.check_cost(2, &[BASELINE_AGE]);
    let context = Context::new();
    context.want_properties(["Level"].into_iter()).unwrap();
    kitchen.time.pass(Duration::from_secs(1));
    kitchen.all(Some(&context));
    kitchen.check_cost(1, &[]);
    context.want_properties(["Total"].into_iter()).unwrap();
    kitchen.all(Some(&context));
    kitchen.check_cost(2, &[BASELINE_AGE]);
    context.want_reals(true).unwrap();
    let reals = kitchen.all(Some(&context));
    kitchen.check_cost(2, &[BASELINE_AGE]);
    assert_eq!(reals[0].get("Total").unwrap(), Value::Real64(10.0));
}

#[test]
fn a_provider_that_fails_leaves_nothing_behind() {
    let kitchen = Kitchen::new(world!("OneShotFails"));
    kitchen.all(None);
    kitchen.world.state().fails = Some(Status::WBEM_E_ACCESS_DENIED);
    kitchen.time.pass(Duration::from_secs(1));
    let failed = kitchen.cooker.all_of(&kitchen.services, kitchen.world.formatted, None);
    assert_eq!(failed.unwrap_err().status(), Status::WBEM_E_ACCESS_DENIED);
    kitchen.world.state().fails = None;
    kitchen.world.state().samples = 0;
    kitchen.time.waits.lock().unwrap().clear();
    assert_eq!(kitchen.all_totals(), [TEN_A_SECOND, TEN_A_SECOND]);
    kitchen.check_cost(2, &[BASELINE_AGE]);
}
