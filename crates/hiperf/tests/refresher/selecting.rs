//! Only certain properties are wanted: the provider learns which, and reads
//! only those.

use hiperf::{Query, Reason, Refresher, Status, Value};

use crate::world::{Row, row};
use crate::{check_error, check_rows, world};

fn full(name: &str, level: u64) -> Row {
    Row {
        total: Some(level * 10),
        small: Some(level * 100),
        sum: Some(level),
        sum_base: Some(1),
        ..row(name, level)
    }
}

#[test]
fn a_sample_is_for_what_all_items_want() {
    let world = world!("Wanted");
    world.set(&[full("a", 1), full("b", 2)]);
    let mut refresher = Refresher::new();
    let levels = refresher.add_enum_of(&world.namespace, world.raw, &["level"]).unwrap();
    let totals = refresher.add_enum_of(&world.namespace, world.raw, &["Name", "Total"]).unwrap();
    let wanted = |refresher: &mut Refresher| {
        refresher.refresh().unwrap();
        world.state().wanted.clone()
    };
    assert_eq!(wanted(&mut refresher), "Total Level");
    // Each has what it asked for and no more, whatever was read for others.
    check_rows(&refresher, levels, "Level", "a=1 b=2");
    check_rows(&refresher, levels, "Total", "a= b=");
    check_rows(&refresher, totals, "Total", "a=10 b=20");
    check_rows(&refresher, totals, "Level", "a= b=");
    check_rows(&refresher, totals, "Frequency_PerfTime", "a=10000000 b=10000000");
    for instance in refresher.instances(levels).unwrap() {
        let why = |name: &str| instance.why(instance.class().handle(name).unwrap()).unwrap();
        assert_eq!((why("Total"), why("Level"), why("Name")), (Some(Reason::NotAsked), None, None));
    }
    // Instances that come, in new objects and in used ones, are no different.
    world.set(&[full("b", 2)]);
    refresher.refresh().unwrap();
    world.set(&[full("b", 2), full("c", 3), full("d", 4)]);
    refresher.refresh().unwrap();
    check_rows(&refresher, levels, "Level", "b=2 c=3 d=4");
    check_rows(&refresher, levels, "Total", "b= c= d=");
    refresher.remove(totals).unwrap();
    assert_eq!(wanted(&mut refresher), "Level");
    let object = refresher.add_object_of(&world.namespace, &world.path("c"), &["Sum"]).unwrap();
    assert_eq!(world.state().wanted, "", "finding an instance needs no counters");
    assert_eq!(wanted(&mut refresher), "Level Sum");
    let object = refresher.object(object).unwrap();
    assert_eq!((object.get("Sum").unwrap(), object.get("Level").unwrap()), (Value::Uint64(3), Value::Null));
    let everything = refresher.add_enum(&world.namespace, world.raw).unwrap();
    assert_eq!(wanted(&mut refresher), "Total Small Level Sum Sum_Base");
    check_rows(&refresher, everything, "Small", "b=200 c=300 d=400");
    refresher.remove(everything).unwrap();
    refresher.remove(levels).unwrap();
    assert_eq!(wanted(&mut refresher), "Sum");
}

#[test]
fn names_have_to_be_properties() {
    let world = world!("WantedNames");
    world.set(&[full("a", 1)]);
    let mut refresher = Refresher::new();
    let namespace = &world.namespace;
    let invalid = Status::WBEM_E_INVALID_PROPERTY;
    let says = &["has no property Levle", "did you mean Level?"];
    check_error(refresher.add_enum_of(namespace, world.raw, &["Total", "Levle"]), invalid, says);
    check_error(refresher.add_object_of(namespace, &world.path("a"), &["Levle"]), invalid, says);
    // Whatever else is wrong is told as without a list.
    let unknown = refresher.add_enum_of(namespace, "Nobody_Knows", &["Levle"]);
    check_error(unknown, Status::WBEM_E_INVALID_CLASS, &[]);
    let unknown = refresher.add_object_of(namespace, "Nobody_Knows=@", &["Levle"]);
    check_error(unknown, Status::WBEM_E_NOT_FOUND, &["Nobody_Knows"]);
    let malformed = refresher.add_object_of(namespace, "..", &["Levle"]);
    check_error(malformed, Status::WBEM_E_INVALID_OBJECT_PATH, &[]);
    check_error(
        refresher.add_object_of(namespace, &world.path("z"), &["Level"]),
        Status::WBEM_E_NOT_FOUND,
        &[],
    );
    // No properties at all are the instances alone.
    let names = refresher.add_enum_of(namespace, world.raw, &[]).unwrap();
    refresher.refresh().unwrap();
    assert_eq!(world.state().wanted, "");
    check_rows(&refresher, names, "Level", "a=");
}

#[test]
fn a_formula_wants_what_goes_into_it() {
    let world = world!("WantedCooked");
    world.set(&[full("a", 1)]);
    let mut refresher = Refresher::new();
    let means = refresher.add_enum_of(&world.namespace, world.formatted, &["Sum"]).unwrap();
    refresher.refresh().unwrap();
    assert_eq!(world.state().wanted, "Sum Sum_Base");
    world.set(&[Row { sum: Some(9), sum_base: Some(3), ..full("a", 1) }]);
    refresher.refresh().unwrap();
    check_rows(&refresher, means, "Sum", "a=4");
    check_rows(&refresher, means, "Level", "a=");
    let instance = refresher.instances(means).unwrap().next().unwrap();
    let why = |name: &str| instance.why(instance.class().handle(name).unwrap()).unwrap();
    assert_eq!(
        (why("Level"), why("Exact"), why("Sum")),
        (Some(Reason::NotAsked), Some(Reason::NotAsked), None)
    );
    let path = format!("{}.Name=\"a\"", world.formatted);
    let object = refresher.add_object_of(&world.namespace, &path, &["Level"]).unwrap();
    refresher.refresh().unwrap();
    assert_eq!(world.state().wanted, "Level Sum Sum_Base");
    let object = refresher.object(object).unwrap();
    assert_eq!((object.get("Level").unwrap(), object.get("Sum").unwrap()), (Value::Uint32(1), Value::Null));
}

#[test]
fn a_query_wants_what_it_selects_and_tests() {
    let world = world!("WantedQuery");
    world.set(&[full("a", 1), full("b", 2)]);
    let check = |text: &str, found: usize, wanted: &str| {
        let query = Query::new(&world.namespace, &text.replace("CLASS", world.raw)).unwrap();
        let instances = world.namespace.query(&query).unwrap();
        assert_eq!((instances.len(), world.state().wanted.as_str()), (found, wanted), "{text}");
        instances
    };
    let both = check("SELECT Total FROM CLASS WHERE Level > 1 AND NOT Small IS NULL", 1, "Total Small Level");
    assert_eq!(both[0].get("Sum").unwrap(), Value::Null);
    assert_eq!(both[0].why(both[0].class().handle("Sum").unwrap()), Ok(Some(Reason::NotAsked)));
    check("SELECT Name, __PATH FROM CLASS", 2, "");
    // A single instance, by GetObjects.
    let one = check("SELECT Sum FROM CLASS WHERE Name = 'b'", 1, "Sum");
    assert_eq!((one[0].get("Sum").unwrap(), one[0].get("Total").unwrap()), (Value::Uint64(2), Value::Null));
    check("SELECT * FROM CLASS WHERE Level = 2", 1, "Total Small Level Sum Sum_Base");
}
