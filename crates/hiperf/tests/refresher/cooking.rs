//! Formatted classes over a stranger's raw class.

use hiperf::{Namespace, Query, Refreshed, Refresher, Status, Value};

use crate::world::{Row, SECOND, World, row};
use crate::{check_error, check_rows, world};

impl World {
    /// Time goes on; the next sample finds these rows.
    fn step(&self, seconds: u64, rows: &[Row]) {
        self.state().time += seconds * SECOND;
        self.set(rows);
    }
}

fn total(total: u64) -> Row {
    Row { total: Some(total), ..row("a", 7) }
}

#[test]
fn values_need_a_baseline() {
    let world = world!("Baseline");
    let mut refresher = Refresher::new();
    world.step(100, &[Row { small: Some(5), sum: Some(40), sum_base: Some(2), ..total(1_000) }]);
    let list = refresher.add_enum(&world.namespace, world.formatted).unwrap();
    let object = refresher.add_object(&world.namespace, &format!("{}.Name=\"a\"", world.formatted)).unwrap();
    let get = |refresher: &Refresher, name: &str| refresher.object(object).unwrap().get(name).unwrap();
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    for name in ["Total", "Exact", "Small", "Sum"] {
        assert_eq!(get(&refresher, name), Value::Null, "{name}");
        check_rows(&refresher, list, name, "a=");
    }
    // One sample is enough for a level, and for the time.
    assert_eq!(get(&refresher, "Level"), Value::Uint32(7));
    assert_eq!(get(&refresher, "Timestamp_PerfTime"), Value::Uint64(100 * SECOND));
    world.step(2, &[Row { small: Some(11), sum: Some(140), sum_base: Some(6), ..total(1_005) }]);
    let before = world.state().samples;
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    assert_eq!(world.state().samples, before + 1);
    assert_eq!(get(&refresher, "Total"), Value::Uint64(2));
    assert_eq!(get(&refresher, "Exact"), Value::Real64(2.5));
    assert_eq!(get(&refresher, "Small"), Value::Uint32(3));
    assert_eq!(get(&refresher, "Sum"), Value::Uint64(25));
    check_rows(&refresher, list, "Total", "a=2");
    refresher.remove(object).unwrap();
    refresher.remove(list).unwrap();
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    assert_eq!(world.state().samples, before + 1);
}

#[test]
fn wraps_resets_and_standing_clocks() {
    let world = world!("Wraps");
    let mut refresher = Refresher::new();
    let mut list = None;
    let mut step = |seconds, row: Row, total: &str, small: &str, sum: &str| {
        world.step(seconds, &[row]);
        let list =
            *list.get_or_insert_with(|| refresher.add_enum(&world.namespace, world.formatted).unwrap());
        assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
        check_rows(&refresher, list, "Total", total);
        check_rows(&refresher, list, "Small", small);
        check_rows(&refresher, list, "Sum", sum);
    };
    let row = |total, small, sum, base| {
        let (total, small, sum, sum_base) = (Some(total), Some(small), Some(sum), Some(base));
        Row { total, small, sum, sum_base, ..row("a", 0) }
    };
    step(1, row(10, (1 << 32) - 6, 0, 1), "a=", "a=", "a=");
    // 32 bits wrap: 6 to the end and 4 from there.
    step(1, row(20, (1 << 32) + 4, 10, 2), "a=10", "a=10", "a=10");
    // 64 bits don't: they were set back. So was the base of the average.
    step(1, row(5, 14, 20, 1), "a=", "a=10", "a=");
    step(1, row(6, 24, 30, 2), "a=1", "a=10", "a=10");
    // A large step back of 32 bits is a reset too.
    step(1, row(7, 0, 40, 2), "a=1", "a=", "a=");
    // Time stands still, then goes on.
    step(0, row(8, 10, 50, 3), "a=", "a=", "a=10");
    step(2, row(12, 30, 60, 4), "a=2", "a=10", "a=10");
    // The clock steps back.
    world.state().time = 0;
    step(0, row(13, 40, 70, 5), "a=", "a=", "a=10");
    step(1, row(14, 50, 80, 6), "a=1", "a=10", "a=10");
    // A value that isn't there makes two that aren't.
    step(1, Row { total: None, ..row(0, 60, 90, 7) }, "a=", "a=10", "a=10");
    step(1, row(20, 70, 100, 8), "a=", "a=10", "a=10");
    step(1, row(21, 80, 110, 9), "a=1", "a=10", "a=10");
    // The largest sum is a right one; what a type does not hold see tests/cooking/types.rs.
    step(1, row(21, 80, u64::MAX, 10), "a=0", "a=0", &format!("a={}", u64::MAX - 110));
}

#[test]
fn instances_that_come_and_go() {
    let world = world!("CookedGone");
    let mut refresher = Refresher::new();
    world.step(1, &[total(10)]);
    let path = format!("{}.Name=\"a\"", world.formatted);
    let list = refresher.add_enum(&world.namespace, world.formatted).unwrap();
    let object = refresher.add_object(&world.namespace, &path).unwrap();
    let mut step = |rows: &[Row], refreshed, expected: &str, of_object: Value| {
        world.step(1, rows);
        assert_eq!(refresher.refresh(), Ok(refreshed));
        check_rows(&refresher, list, "Total", expected);
        assert_eq!(refresher.object(object).unwrap().get("Total").unwrap(), of_object);
    };
    let (complete, partial) = (Refreshed::Complete, Refreshed::Partial);
    let b = |total| Row { total: Some(total), ..row("b", 1) };
    let namesake = |value| Row { identity: 77, ..total(value) };
    step(&[total(10)], complete, "a=", Value::Null);
    step(&[b(100), total(11)], complete, "a=1 b=", Value::Uint64(1));
    step(&[b(102)], partial, "b=2", Value::Null);
    // Another a begins without a baseline; the object isn't it.
    step(&[b(104), namesake(50)], partial, "b=2 a=", Value::Null);
    step(&[b(106), namesake(53)], partial, "b=2 a=3", Value::Null);
    // The first one is back. What it did meanwhile is in no interval.
    step(&[total(20)], complete, "a=", Value::Null);
    step(&[total(24)], complete, "a=4", Value::Uint64(4));
    step(&[], partial, "", Value::Null);
}

#[test]
fn a_raw_provider_that_fails() {
    let world = world!("RawFails");
    let mut refresher = Refresher::new();
    world.step(1, &[total(10)]);
    let list = refresher.add_enum(&world.namespace, world.formatted).unwrap();
    refresher.refresh().unwrap();
    world.state().fails = Some(Status::WBEM_E_ACCESS_DENIED);
    assert_eq!(refresher.refresh(), Err(Status::WBEM_E_ACCESS_DENIED));
    world.state().fails = None;
    world.step(2, &[total(20)]);
    refresher.refresh().unwrap();
    // The interval is as long as it was.
    check_rows(&refresher, list, "Total", "a=5");
    world.state().fails = Some(Status::WBEM_E_ACCESS_DENIED);
    let mut other = Refresher::new();
    other.add_enum(&world.namespace, world.formatted).unwrap();
    let path = format!("{}.Name=\"a\"", world.formatted);
    check_error(other.add_object(&world.namespace, &path), Status::WBEM_E_ACCESS_DENIED, &[&path]);
    assert_eq!(other.refresh(), Err(Status::WBEM_E_ACCESS_DENIED));
}

#[test]
fn queries_take_two_samples() {
    let world = world!("CookedQuery");
    world.step(1, &[total(10), Row { name: "b".into(), identity: 2, ..total(5) }]);
    let query = |selected: &str| {
        let text = format!("SELECT {selected} FROM {} WHERE Level = 7", world.formatted);
        let query = Query::new(&world.namespace, &text).unwrap();
        let found = world.namespace.query(&query).unwrap();
        assert_eq!(found.len(), 2);
        (found, std::mem::take(&mut world.state().samples))
    };
    // A level is what it is now.
    assert_eq!(query("Name").1, 1);
    assert_eq!(query("Level, Total").1, 2);
    let (found, samples) = query("*");
    assert_eq!(samples, 2);
    // The test's clock stood still.
    assert_eq!(found[0].get("Total").unwrap(), Value::Null);
    let one = world.namespace.get(&format!("{}.Name=\"b\"", world.formatted)).unwrap();
    assert_eq!((one.get("Level").unwrap(), one.get("Total").unwrap()), (Value::Uint32(7), Value::Null));
}

#[test]
fn recipes_that_can_not_be() {
    let world = world!("Recipes");
    let raw = world.raw;
    let namespace = Namespace::connect("").unwrap();
    let check = |name: &str, raw: &str, body: &str, status, says: &[&str]| {
        let class = format!("Test_Recipe{name}");
        let cook = if raw.is_empty() { String::new() } else { format!(", AutoCook_RawClass(\"{raw}\")") };
        let mof = format!(
            "[dynamic, hiperf, provider(\"HiPerfCooker_v1\"){cook}] class {class} : Win32_PerfFormattedData {{ {body} }};"
        );
        namespace.compile_mof("test.mof", &mof).unwrap();
        let mut refresher = Refresher::new();
        check_error(refresher.add_enum(&namespace, &class), status, says);
        assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    };
    let key = "[key] string Name;";
    check("NoRaw", "", key, Status::WBEM_E_INVALID_CLASS, &["AutoCook_RawClass", "Test_RecipeNoRaw"]);
    check("UnknownRaw", "Nobody_Knows", key, Status::WBEM_E_NOT_FOUND, &["no class Nobody_Knows"]);
    let invalid = Status::WBEM_E_INVALID_QUALIFIER;
    let property = |qualifiers: &str| format!("{key} [{qualifiers}] uint64 Value;");
    check(
        "Type",
        raw,
        &property("CookingType(\"PERF_NOTHING\")"),
        invalid,
        &["PERF_NOTHING is no cooking type"],
    );
    let counter =
        |name: &str| property(&format!("CookingType(\"PERF_COUNTER_COUNTER\"), Counter(\"{name}\")"));
    check(
        "Counter",
        raw,
        &counter("Nothing"),
        invalid,
        &["Nothing is not a property of", "property Value of"],
    );
    check("Text", raw, &counter("Name"), invalid, &["Name of", "is a string, which holds no counter"]);
    let real = property("CookingType(\"PERF_DOUBLE_RAW\"), Counter(\"Total\")");
    check("Real", raw, &real, invalid, &["is a uint64, which holds no counter of type PERF_DOUBLE_RAW"]);
    let no_base = property("CookingType(\"PERF_AVERAGE_BULK\"), Counter(\"Total\")");
    check("Base", raw, &no_base, invalid, &["Total_Base is not a property of"]);
    // Keys that the raw instances can't fill.
    check("Keys", raw, "[key] string Other;", Status::WBEM_E_INVALID_CLASS, &["key Other"]);
    check("KeyType", raw, "[key] uint32 Level;", Status::WBEM_E_INVALID_CLASS, &["key"]);
}
