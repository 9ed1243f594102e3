//! Values beyond truncated integers, on connections that ask for them.

use hiperf::{Query, Reason, Refreshed, Refresher, Status, Value};
use hiperf_cim::{CimType, Class};

use crate::world::{Row, SECOND, World, row};
use crate::{check_error, world};

const TYPES: [(&str, CimType); 5] = [
    ("Total", CimType::Real64),
    ("Small", CimType::Real64),
    ("Sum", CimType::Real64),
    ("Level", CimType::Uint32),
    ("Timestamp_PerfTime", CimType::Uint64),
];

fn step(world: &World, seconds: u64, total: u64, small: u64) {
    world.state().time += seconds * SECOND;
    let (total, small) = (Some(total), Some(small));
    world.set(&[Row { total, small, sum: Some(10), sum_base: Some(3), ..row("a", 7) }]);
}

#[test]
fn a_precise_connection_has_the_same_names_with_reals() {
    let world = world!("Precise");
    let precise = world.namespace.clone().precise();
    let class = precise.class(world.formatted).unwrap();
    let types = TYPES.map(|(name, _)| (name, class.property(name).unwrap().ty().scalar));
    assert_eq!(types, TYPES);
    let names = |class: &Class| class.properties().iter().map(|p| p.name().to_owned()).collect::<Vec<_>>();
    let plain = world.namespace.class(world.formatted).unwrap();
    assert_eq!(names(&class), names(&plain));
    assert_eq!(plain.property("Total").unwrap().ty().scalar, CimType::Uint64, "others see no difference");
    let raw = precise.class(world.raw).unwrap();
    assert_eq!(raw.property("Total").unwrap().ty().scalar, CimType::Uint64, "what is raw is whole");
}

#[test]
fn a_refresh_brings_the_exact_quotients() {
    let world = world!("PreciseRefresh");
    let precise = world.namespace.clone().precise();
    let path = format!("{}.Name=\"a\"", world.formatted);
    step(&world, 1, 0, 0);
    let mut refresher = Refresher::new();
    let list = refresher.add_enum(&precise, world.formatted).unwrap();
    let object = refresher.add_object(&precise, &path).unwrap();
    // Both kinds in one refresher, from one sample.
    let truncated = refresher.add_object(&world.namespace, &path).unwrap();
    let class = precise.class(world.formatted).unwrap();
    let total = class.handle("Total").unwrap();
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    let first = refresher.object(object).unwrap();
    assert_eq!((first.read_f64(total), first.why(total)), (Ok(None), Ok(Some(Reason::NoBaseline))));
    step(&world, 3, 10, (1 << 53) - 1);
    let before = world.state().samples;
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    assert_eq!(world.state().samples, before + 1);
    let row = refresher.instances(list).unwrap().next().unwrap();
    assert_eq!(row.read_f64(total), Ok(Some(10.0 / 3.0)));
    assert_eq!(refresher.object(object).unwrap().read_f64(total), Ok(Some(10.0 / 3.0)));
    assert_eq!(row.get("Level").unwrap(), Value::Uint32(7));
    let sum = class.handle("Sum").unwrap();
    assert_eq!((row.read_f64(sum), row.why(sum)), (Ok(None), Ok(Some(Reason::NoOperations))));
    let truncated = refresher.object(truncated).unwrap();
    assert_eq!(truncated.get("Total").unwrap(), Value::Uint64(3));
    assert_eq!(truncated.read_f64(total), Err(Status::WBEM_E_INVALID_HANDLE_REQUEST));
}

#[test]
fn queries_and_paths_follow_the_connection() {
    let world = world!("PreciseQuery");
    let precise = world.namespace.clone().precise();
    step(&world, 1, 5, 5);
    let text = format!("SELECT Total, Level FROM {} WHERE Level = 7", world.formatted);
    let found = precise.query(&Query::new(&precise, &text).unwrap()).unwrap();
    assert_eq!(found[0].class().property("Total").unwrap().ty().scalar, CimType::Real64);
    // Against a fraction only a real can be compared.
    let fraction = format!("SELECT * FROM {} WHERE Total > 0.5", world.formatted);
    Query::new(&precise, &fraction).unwrap();
    let one = precise.get(&format!("{}.Name=\"a\"", world.formatted)).unwrap();
    assert_eq!(one.class().property("Total").unwrap().ty().scalar, CimType::Real64);
    let all = precise.query(&Query::new(&precise, &format!("SELECT * FROM {}", world.raw)).unwrap()).unwrap();
    assert_eq!(all[0].get("Total").unwrap(), Value::Uint64(5));
}

#[test]
fn a_precise_class_is_not_stored() {
    let world = world!("PreciseStored");
    let precise = world.namespace.clone().precise();
    let class = precise.class(world.formatted).unwrap();
    let refused = precise.put_class(&class, 0);
    check_error(refused, Status::WBEM_E_INVALID_OPERATION, &[world.formatted, "isn't precise"]);
}
