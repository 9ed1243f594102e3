//! Why values are missing, as whoever reads them learns it.

use hiperf::{EnumId, InstanceRef, ItemId, ObjectId, Reason, Refreshed, Refresher, Status};

use crate::world;
use crate::world::{Row, SECOND, World, row};

fn why(instance: InstanceRef<'_>, property: &str) -> Option<Reason> {
    instance.why(instance.class().handle(property).unwrap()).unwrap()
}

fn of_object(refresher: &Refresher, id: ObjectId, property: &str) -> Option<Reason> {
    why(refresher.object(id).unwrap(), property)
}

fn of_first(refresher: &Refresher, id: EnumId, property: &str) -> Option<Reason> {
    why(refresher.instances(id).unwrap().next().unwrap(), property)
}

/// The next sample is of this second.
fn step(world: &World, second: u64, rows: &[Row]) {
    world.set(rows);
    world.state().time = second * SECOND;
}

#[test]
fn before_the_first_refresh_values_are_stale() {
    let world = world!("WhyStale");
    world.set(&[row("a", 1)]);
    let mut refresher = Refresher::new();
    let id = refresher.add_object(&world.namespace, &world.path("a")).unwrap();
    assert_eq!(of_object(&refresher, id, "Level"), Some(Reason::Stale));
    assert_eq!(of_object(&refresher, id, "Name"), None);
    world.state().fails = Some(Status::WBEM_E_ACCESS_DENIED);
    assert_eq!(refresher.refresh(), Err(Status::WBEM_E_ACCESS_DENIED));
    assert_eq!(of_object(&refresher, id, "Level"), Some(Reason::Denied));
    world.state().fails = None;
    refresher.refresh().unwrap();
    // The provider knows of no level why it isn't there, and of this one says nothing.
    assert_eq!((of_object(&refresher, id, "Level"), of_object(&refresher, id, "Total")), (None, None));
    world.state().why = Some(Reason::Unsupported);
    refresher.refresh().unwrap();
    assert_eq!(of_object(&refresher, id, "Level"), None);
    assert_eq!(of_object(&refresher, id, "Total"), Some(Reason::Unsupported));
    // What fails later keeps its values and what was said of the others.
    world.state().fails = Some(Status::WBEM_E_FAILED);
    refresher.refresh().unwrap_err();
    assert_eq!(of_object(&refresher, id, "Level"), None);
    assert_eq!(of_object(&refresher, id, "Total"), Some(Reason::Unsupported));
}

#[test]
fn gone_is_not_reborn() {
    let world = world!("WhyGone");
    world.set(&[row("a", 1), row("b", 2)]);
    let mut refresher = Refresher::new();
    let id = refresher.add_object(&world.namespace, &world.path("a")).unwrap();
    refresher.refresh().unwrap();
    world.set(&[row("b", 2)]);
    assert_eq!(refresher.refresh(), Ok(Refreshed::Partial));
    assert_eq!(of_object(&refresher, id, "Level"), Some(Reason::Gone));
    world.set(&[Row { identity: 77, ..row("A", 3) }, row("b", 2)]);
    assert_eq!(refresher.refresh(), Ok(Refreshed::Partial));
    assert_eq!(of_object(&refresher, id, "Level"), Some(Reason::Reborn));
    // The namesake is another one, but the first may come back, as a processor does.
    world.set(&[row("a", 4)]);
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    assert_eq!(of_object(&refresher, id, "Level"), None);
    world.set(&[]);
    refresher.refresh().unwrap();
    assert_eq!(of_object(&refresher, id, "Level"), Some(Reason::Gone));
}

/// A provider says of all that it refreshes that something is missing; what, the
/// values tell.
#[test]
fn a_report_of_what_is_partial() {
    let (world, other) = (world!("ReportOne"), world!("ReportTwo"));
    let mut refresher = Refresher::new();
    world.set(&[row("a", 1), row("b", 2)]);
    other.set(&[row("c", 3)]);
    let mut add = |world: &World, name: &str| {
        refresher.add_object(&world.namespace, &world.path(name)).map(ItemId::Object).unwrap()
    };
    let [a, b, c] = [add(&world, "a"), add(&world, "b"), add(&other, "c")];
    let list = ItemId::Enum(refresher.add_enum(&world.namespace, world.raw).unwrap());
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    assert!(refresher.incomplete().is_empty());

    // Of the three of the first provider, one is known to be.
    world.set(&[row("b", 2)]);
    assert_eq!(refresher.refresh(), Ok(Refreshed::Partial));
    let report = refresher.incomplete();
    assert_eq!(
        report.iter().map(|one| (one.item, one.is_known())).collect::<Vec<_>>(),
        [(a, true), (b, false), (list, false)]
    );
    assert_eq!(report[0].missing, [(Reason::Gone, report[0].missing[0].1)]);
    assert!(report[0].missing[0].1 >= 5, "all counters: {report:?}");
    let provider = format!("Provider of {}", world.raw);
    assert!(report.iter().all(|one| one.provider == Some(&*provider) && !one.is_stale()));

    // One that fails says why, and what is up to date is not in the report.
    world.set(&[row("a", 1), row("b", 2)]);
    other.state().fails = Some(Status::WBEM_E_ACCESS_DENIED);
    assert_eq!(refresher.refresh(), Ok(Refreshed::Partial));
    let report = refresher.incomplete();
    let [failed] = &report[..] else { panic!("{report:?}") };
    assert_eq!((failed.item, failed.status), (c, Status::WBEM_E_ACCESS_DENIED));
    assert!(failed.is_known() && failed.is_stale());
    assert_eq!(failed.error.unwrap().status(), Status::WBEM_E_ACCESS_DENIED);

    // What is fetched has a status of its own.
    let mof = "class Test_ReportStored { [key] string Name; uint32 Level; };\n\
               instance of Test_ReportStored { Name = \"d\"; Level = 1; };\n";
    world.namespace.compile_mof("stored.mof", mof).unwrap();
    let stored = refresher.add_object(&world.namespace, "Test_ReportStored.Name=\"d\"").unwrap();
    other.state().fails = None;
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    assert!(refresher.incomplete().is_empty());
    refresher.remove(c).unwrap();
    refresher.remove(stored).unwrap();
}

#[test]
fn what_is_cooked_says_what_the_formula_lacked() {
    let world = world!("WhyCooked");
    let mut refresher = Refresher::new();
    let total = |total| Row { total: Some(total), sum: Some(1), sum_base: Some(1), ..row("a", 1) };
    step(&world, 1, &[total(10)]);
    let list = refresher.add_enum(&world.namespace, world.formatted).unwrap();
    let path = format!("{}.Name=\"a\"", world.formatted);
    let object = refresher.add_object(&world.namespace, &path).unwrap();
    let mut check = |expected: [Option<Reason>; 4]| {
        let refreshed = refresher.refresh();
        let properties = ["Total", "Level", "Sum", "Small"];
        assert_eq!(properties.map(|property| of_object(&refresher, object, property)), expected);
        if refreshed == Ok(Refreshed::Complete) {
            assert_eq!(properties.map(|property| of_first(&refresher, list, property)), expected);
        }
    };
    let missing = Some(Reason::Missing);
    check([Some(Reason::NoBaseline), None, Some(Reason::NoBaseline), missing]);
    check([Some(Reason::TimeNotAdvanced), None, Some(Reason::NoOperations), missing]);
    step(&world, 2, &[total(5)]);
    world.state().why = Some(Reason::Denied);
    check([Some(Reason::Reset), None, Some(Reason::NoOperations), Some(Reason::Denied)]);
    step(&world, 3, &[total(9)]);
    check([None, None, Some(Reason::NoOperations), Some(Reason::Denied)]);
    world.set(&[]);
    let gone = Some(Reason::Gone);
    check([gone, gone, gone, gone]);
}
