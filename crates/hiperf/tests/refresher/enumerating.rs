//! Instances that come and go.

use std::sync::{Arc, Mutex};

use hiperf::{Refreshed, Refresher, Status, Value};

use crate::hooks::{HookRefresher, Hooks, serve, spawn};
use crate::world::{Row, row};
use crate::{check_rows, world};

#[test]
fn instances_come_and_go() {
    let world = world!("ComeAndGo");
    let mut refresher = Refresher::new();
    let id = refresher.add_enum(&world.namespace, world.raw).unwrap();
    let mut step = |rows: &[Row], expected: &str| {
        world.set(rows);
        assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
        check_rows(&refresher, id, "Level", expected);
    };
    step(&[], "");
    step(&[row("a", 1), row("b", 2), row("c", 3)], "a=1 b=2 c=3");
    step(&[row("a", 4), row("c", 5)], "a=4 c=5");
    // Those that stay keep their places; new ones come behind them.
    step(&[row("d", 6), row("a", 7), row("c", 8), row("b", 9)], "a=7 c=8 d=6 b=9");
    step(&[row("x", 1), row("y", 2)], "x=1 y=2");
    step(&[], "");
    let many: Vec<Row> = (0..300).map(|n| Row { identity: n, ..row(&format!("n{n}"), n) }).collect();
    let text: Vec<String> = (0..300).map(|n| format!("n{n}={n}")).collect();
    step(&many, &text.join(" "));
    step(&many[..1], "n0=0");
}

#[test]
fn what_served_a_gone_instance_serves_a_new_one_from_scratch() {
    let world = world!("Spare");
    let mut refresher = Refresher::new();
    let id = refresher.add_enum(&world.namespace, world.raw).unwrap();
    world.set(&[Row { total: Some(5), ..row("a-very-long-name-that-needs-room", 1) }]);
    refresher.refresh().unwrap();
    world.set(&[]);
    refresher.refresh().unwrap();
    world.set(&[Row { level: None, ..row("b", 0) }]);
    refresher.refresh().unwrap();
    check_rows(&refresher, id, "Total", "b=");
    check_rows(&refresher, id, "Level", "b=");
}

#[test]
fn a_name_may_be_there_twice() {
    let world = world!("Namesakes");
    let mut refresher = Refresher::new();
    let id = refresher.add_enum(&world.namespace, world.raw).unwrap();
    let twin = |identity, level| Row { identity, ..row("a", level) };
    world.set(&[twin(1, 10), twin(2, 20), twin(2, 21)]);
    refresher.refresh().unwrap();
    refresher.refresh().unwrap();
    check_rows(&refresher, id, "Level", "a=10 a=20 a=21");
    world.set(&[twin(2, 22)]);
    refresher.refresh().unwrap();
    check_rows(&refresher, id, "Level", "a=22");
}

#[test]
fn an_object_follows_its_instance_and_no_namesake() {
    let world = world!("Gone");
    let mut refresher = Refresher::new();
    world.set(&[row("a", 1), row("b", 2)]);
    let a = refresher.add_object(&world.namespace, &world.path("a")).unwrap();
    let b = refresher.add_object(&world.namespace, &world.path("b")).unwrap();
    let mut step = |rows: &[Row], refreshed, expected: [Value; 2]| {
        world.set(rows);
        assert_eq!(refresher.refresh(), Ok(refreshed));
        let level = |id| refresher.object(id).unwrap().get("Level").unwrap();
        assert_eq!([level(a), level(b)], expected);
        assert_eq!(refresher.object(a).unwrap().get("Name").unwrap(), Value::String("a".into()));
        let partial = Status::WBEM_S_PARTIAL_RESULTS;
        let status = if refreshed == Refreshed::Complete { Status::WBEM_S_NO_ERROR } else { partial };
        assert_eq!(refresher.status(a), Some(status));
    };
    step(&[row("a", 3), row("b", 4)], Refreshed::Complete, [Value::Uint32(3), Value::Uint32(4)]);
    step(&[row("b", 5)], Refreshed::Partial, [Value::Null, Value::Uint32(5)]);
    // Another one of that name is not the one that was added.
    let namesake = Row { identity: 77, ..row("a", 6) };
    step(&[namesake, row("b", 7)], Refreshed::Partial, [Value::Null, Value::Uint32(7)]);
    // The one that was added is, even under another name.
    let renamed = Row { name: "z".into(), ..row("a", 8) };
    step(&[renamed, row("b", 9)], Refreshed::Complete, [Value::Uint32(8), Value::Uint32(9)]);
    step(&[], Refreshed::Partial, [Value::Null, Value::Null]);
}

#[test]
fn a_panic_halfway_leaves_no_ghosts() {
    let world = world!("Halfway");
    let mut refresher = Refresher::new();
    let id = refresher.add_enum(&world.namespace, world.raw).unwrap();
    world.set(&[row("a", 1), row("b", 2)]);
    refresher.refresh().unwrap();
    // c was met, then it went wrong; c is gone before it ever was reported.
    world.set(&[row("a", 3), row("c", 4), row("b", 5)]);
    world.state().panics_after = Some(1);
    assert_eq!(refresher.refresh(), Err(Status::WBEM_E_PROVIDER_FAILURE));
    check_rows(&refresher, id, "Level", "a=1 b=2");
    world.state().panics_after = None;
    world.set(&[row("a", 6), row("d", 7)]);
    for _ in 0..2 {
        assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
        check_rows(&refresher, id, "Level", "a=6 d=7");
    }
}

/// A provider may keep the class from when it was initialised; who describes it
/// anew meanwhile makes no other class of it.
#[test]
fn objects_of_a_class_that_was_described_anew() {
    let kept = Mutex::new(None);
    let refresh = move |refresher: &mut HookRefresher| {
        let failed = |error: hiperf::Error| error.status();
        let (_, target, class, _) = &refresher.enums[0];
        let object = spawn(kept.lock().unwrap().get_or_insert(class.clone()), "a").map_err(failed)?;
        object.put("Count", &Value::Uint64(7)).map_err(failed)?;
        target.remove_all()?;
        target.add_objects(&[1], &[object])?;
        Ok(Status::WBEM_S_NO_ERROR)
    };
    let hooks = Hooks { refresh: Box::new(refresh), ..Hooks::default() };
    let (namespace, class) = serve("DescribedAnew", hooks);
    let check = || {
        let mut refresher = Refresher::new();
        let id = refresher.add_enum(&namespace, &class).unwrap();
        assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
        check_rows(&refresher, id, "Count", "a=7");
        namespace.class(&class).unwrap()
    };
    let before = check();
    let mof = format!(
        "[dynamic, provider(\"DescribedAnew\"), hiperf, Description(\"Anew.\")]\n\
         class {class} : Win32_PerfRawData {{ [key] string Name; uint64 Count; }};"
    );
    namespace.compile_mof("anew.mof", &mof).unwrap();
    assert!(!Arc::ptr_eq(&before, &check()));
}
