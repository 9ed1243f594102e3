//! Why there is no value, or the right one after a wrap: the same table for an
//! enumerator, an object, a query and GetObject.

use std::thread;

use hiperf::{Refreshed, Refresher, Status};
use hiperf_cim::Instance;

use crate::script::{Classes, FAILS, Script, check, shown};

const CLASSES: Classes<'_> = Classes {
    raw: "uint32 Small; uint64 Large; uint32 Sum; uint32 Sum_Base; uint32 Part; uint32 Part_Base;\
          uint64 Busy; uint64 Busy_Base; uint64 Idle; uint64 Start; real64 Real;",
    formatted: "[CookingType(\"PERF_COUNTER_COUNTER\"), Counter(\"Small\")] uint32 Rate;\
                [CookingType(\"PERF_COUNTER_BULK_COUNT\"), Counter(\"Large\")] uint64 Bulk;\
                [CookingType(\"PERF_AVERAGE_BULK\"), Counter(\"Sum\")] uint32 Mean;\
                [CookingType(\"PERF_AVERAGE_TIMER\"), Counter(\"Sum\")] real64 Wait;\
                [CookingType(\"PERF_RAW_FRACTION\"), Counter(\"Part\")] uint32 Share;\
                [CookingType(\"PERF_PRECISION_100NS_TIMER\"), Counter(\"Busy\")] uint64 Busy;\
                [CookingType(\"PERF_100NSEC_TIMER_INV\"), Counter(\"Idle\")] uint64 Active;\
                [CookingType(\"PERF_ELAPSED_TIME\"), Counter(\"Start\")] uint64 Age;\
                [CookingType(\"PERF_DOUBLE_RAW\"), Counter(\"Real\")] real64 Real;\
                [CookingType(\"PERF_COUNTER_RAWCOUNT\"), Counter(\"Small\")] uint32 Level;\
                [CookingType(\"PERF_COUNTER_DELTA\"), Counter(\"Small\")] uint32 Change;",
    raw_qualifiers: "",
    formatted_qualifiers: "",
};

/// What happens, the older and the newer sample, what is shown then.
struct Case(&'static str, &'static str, &'static str, &'static str);

/// The instance isn't in the older sample.
const ABSENT: &str = "";

const TABLE: &[Case] = &[
    Case(
        "all_well",
        "Small=10 Large=5 Sum=100 Sum_Base=4 Part=7 Part_Base=9 Busy=0 Busy_Base=0 Idle=0 Start=5000000 Real=1",
        "Small=16 Large=45 Sum=150 Sum_Base=8 Part=7 Part_Base=9 Busy=3 Busy_Base=4 Idle=2500000 Start=5000000 Real=-2.5",
        "Rate=6, Bulk=40, Mean=12, Wait=0.00000125, Share=77, Busy=75, Active=75, Age=1, Real=-2.5, Level=16, Change=6",
    ),
    Case(
        "no_baseline",
        ABSENT,
        "Small=16 Large=45 Sum=150 Sum_Base=8 Part=1 Part_Base=2 Busy=3 Busy_Base=4 Idle=5 Start=0 Real=1",
        "Rate=no baseline yet, Bulk=no baseline yet, Mean=no baseline yet, Wait=no baseline yet, Share=50, \
         Busy=no baseline yet, Active=no baseline yet, Age=2, Real=1, Level=16, Change=no baseline yet",
    ),
    Case(
        "no_operations",
        "Sum=100 Sum_Base=4",
        "Sum=150 Sum_Base=4",
        "Mean=no operations in the interval, Wait=no operations in the interval",
    ),
    Case(
        "reset_of_the_counter",
        "Small=10 Large=5 Sum=100 Sum_Base=4",
        "Small=9 Large=4 Sum=99 Sum_Base=8",
        "Rate=reset, Bulk=reset, Mean=reset, Wait=reset, Change=reset, Level=9",
    ),
    Case("reset_of_the_base", "Sum=100 Sum_Base=8", "Sum=150 Sum_Base=4", "Mean=reset, Wait=reset"),
    Case("base_zero", "Part=1 Part_Base=2", "Part=1 Part_Base=0", "Share=base zero"),
    Case("base_of_time_stands", "Busy=1 Busy_Base=9", "Busy=2 Busy_Base=9", "Busy=time not advanced"),
    Case(
        "time_not_advanced",
        "D=70 Small=1 Large=1 Idle=1 Sum=1 Sum_Base=1",
        "D=70 Small=2 Large=2 Idle=2 Sum=5 Sum_Base=2",
        "Rate=time not advanced, Bulk=time not advanced, Active=time not advanced, Mean=4, Change=1",
    ),
    Case(
        "time_stepped_back",
        "D=70 Small=1 Large=1 Idle=1 Start=50",
        "D=60 Small=2 Large=2 Idle=2 Start=65",
        "Rate=reset, Bulk=reset, Active=reset, Change=1, Age=reset",
    ),
    Case(
        "no_frequency",
        "Small=1 F=0",
        "Small=2 F=0 Start=1",
        "Rate=no frequency, Age=no frequency, Change=1",
    ),
    Case("another_frequency", "Small=1 F=10", "Small=2 F=20", "Rate=reset, Change=1"),
    Case(
        "no_time",
        "Small=1 D=- Idle=1",
        "Small=2 D=- Idle=2",
        "Rate=raw value missing, Active=raw value missing, Change=1",
    ),
    Case(
        "no_older_time",
        "Small=1 D=- Idle=1",
        "Small=2 Idle=2",
        "Rate=no baseline yet, Active=no baseline yet, Change=1",
    ),
    Case(
        "sample_missing",
        "Small=1 Large=1 Part=1 Part_Base=1",
        "Small=- Large=!denied Part=- Part_Base=1",
        "Rate=raw value missing, Level=raw value missing, Bulk=denied, Share=raw value missing",
    ),
    Case(
        "baseline_missing",
        "Small=- Large=!denied",
        "Small=1 Large=1",
        "Rate=no baseline yet, Bulk=no baseline yet, Level=1",
    ),
    Case(
        "base_missing",
        "Sum=1 Sum_Base=1",
        "Sum=2 Sum_Base=!denied Part=1 Part_Base=-",
        "Mean=denied, Share=raw value missing",
    ),
    Case("older_base_missing", "Sum=1 Sum_Base=-", "Sum=2 Sum_Base=1", "Mean=no baseline yet"),
    Case("no_number", "Real=1", "Real=NaN", "Real=not a number"),
    Case(
        "wrap_of_32_bits",
        "Small=4294967290 Sum=4294967290 Sum_Base=4294967295",
        "Small=4 Sum=10 Sum_Base=3",
        "Rate=10, Change=10, Mean=4",
    ),
    Case("half_of_32_bits", "Small=2147483648", "Small=0", "Rate=reset, Change=reset, Level=0"),
    Case("no_wrap_of_64_bits", "Large=18446744073709551615", "Large=4", "Bulk=reset"),
    Case("idle_jitter", "Idle=0", "Idle=10000001", "Active=0"),
    Case(
        "too_much",
        "D=0 Small=0 Large=0",
        "D=1 Small=4294967295 Large=18446744073709551615",
        "Rate=out of range, Bulk=out of range, Change=4294967295",
    ),
];

fn play(name: &str) -> Script {
    let older: Vec<String> = TABLE
        .iter()
        .filter(|case| case.1 != ABSENT)
        .map(|Case(name, older, ..)| format!("{name}: {older}"))
        .collect();
    let newer: Vec<String> = TABLE.iter().map(|Case(name, _, newer, _)| format!("{name}: {newer}")).collect();
    let older: Vec<&str> =
        older.iter().map(String::as_str).chain(["reborn#1: Small=1 Sum=1 Sum_Base=1"]).collect();
    let newer: Vec<&str> =
        newer.iter().map(String::as_str).chain(["reborn#2: Small=2 Sum=5 Sum_Base=3"]).collect();
    Script::new(name, CLASSES, &[&older, &newer])
}

/// An instance under the same name that is another one.
#[track_caller]
fn check_reborn(instance: &Instance) {
    const REBORN: &str = "another instance of this name";
    check(
        instance,
        &format!("Rate={REBORN}, Mean={REBORN}, Change={REBORN}, Level=2, Bulk=raw value missing"),
    );
}

#[test]
fn in_an_enumerator() {
    let shown = play("ValidEnum").by_enum(2);
    assert_eq!(shown.len(), TABLE.len() + 1);
    TABLE.iter().for_each(|Case(name, _, _, expected)| check(&shown[*name], expected));
    check_reborn(&shown["reborn"]);
}

#[test]
fn in_objects() {
    let script = play("ValidObject");
    for Case(name, older, _, expected) in TABLE {
        match script.by_object(name, 2) {
            Ok(object) => check(&object, expected),
            Err(error) => assert!(*older == ABSENT && error.status() == Status::WBEM_E_NOT_FOUND, "{error}"),
        }
    }
    // The object is the instance it was added for, which is no more.
    const REBORN: &str = "another instance of this name";
    check(&script.by_object("reborn", 2).unwrap(), &format!("Rate={REBORN}, Mean={REBORN}, Level={REBORN}"));
}

#[test]
fn in_a_query() {
    let shown = play("ValidQuery").by_query();
    assert_eq!(shown.len(), TABLE.len() + 1);
    TABLE.iter().for_each(|Case(name, _, _, expected)| check(&shown[*name], expected));
    check_reborn(&shown["reborn"]);
}

/// All at the same time, because each waits for its second sample.
#[test]
fn in_get_object() {
    let script = play("ValidGet");
    thread::scope(|scope| {
        for Case(name, older, _, expected) in TABLE {
            let (namespace, path) = (&script.namespace, script.path(name));
            scope.spawn(move || match namespace.get(&path) {
                Ok(instance) => check(&instance, expected),
                Err(error) => {
                    assert!(*older == ABSENT && error.status() == Status::WBEM_E_NOT_FOUND, "{error}")
                }
            });
        }
    });
}

/// One raw provider fails while another is well: nothing of it is of now, and
/// the next interval is as long as it was.
#[test]
fn a_raw_provider_that_fails_alone() {
    let classes = Classes {
        raw: "uint64 N;",
        formatted: "[CookingType(\"PERF_COUNTER_BULK_COUNT\")] uint64 N;\
                    [CookingType(\"PERF_COUNTER_LARGE_RAWCOUNT\"), Counter(\"N\")] uint64 Level;\
                    [CookingType(\"COOKER_AVERAGE\"), Counter(\"N\"), SampleWindow(9)] real64 Mean;",
        ..Classes::default()
    };
    let samples: [&[&str]; 4] = [&["a: N=10"], FAILS, &["a: N=30"], &["a: N=31"]];
    let failing = Script::new("FailsAlone", classes, &samples);
    let well = Script::new("Well", classes, &[&["a: N=1"], &["a: N=3"], &["a: N=6"], &["a: N=10"]]);
    let mut refresher = Refresher::new();
    let lists =
        [&failing, &well].map(|script| refresher.add_enum(&script.namespace, &script.formatted).unwrap());
    let object = refresher.add_object(&failing.namespace, &failing.path("a")).unwrap();
    let mut step = |refreshed: Refreshed, of_failing: &str, of_well: &str| {
        assert_eq!(refresher.refresh(), Ok(refreshed));
        check(&shown(&refresher, lists[0])["a"], of_failing);
        check(&refresher.object(object).unwrap().to_instance(), of_failing);
        check(&shown(&refresher, lists[1])["a"], of_well);
    };
    step(Refreshed::Complete, "N=no baseline yet, Level=10, Mean=10", "N=no baseline yet, Mean=1");
    step(Refreshed::Partial, "N=failed, Level=failed, Mean=failed", "N=2, Mean=2");
    step(Refreshed::Complete, "N=10, Level=30, Mean=20", "N=3");
    step(Refreshed::Complete, "N=1, Level=31", "N=4, Mean=5");
}
