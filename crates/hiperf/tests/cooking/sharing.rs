//! One raw refresh for all that a refresher cooks.

use hiperf::{Refresher, Value};

use crate::script::{Classes, Script, check, refresh, shown};

#[test]
fn one_raw_refresh_serves_everything_that_is_cooked() {
    let classes = Classes {
        raw: "uint64 N;",
        formatted: "[CookingType(\"PERF_COUNTER_BULK_COUNT\")] uint64 N;",
        ..Classes::default()
    };
    let script = Script::new("Shared", classes, &[&["a: N=1", "b: N=2"], &["a: N=5", "b: N=9"]]);
    // Another way to see the same raw class.
    let mof = format!(
        "[dynamic, provider(\"HiPerfCooker_v1\"), hiperf, AutoCook_RawClass(\"{}\")]\n\
         class Test_SharedStatistics : Win32_PerfFormattedData {{\n\
           [key] string Name;\n\
           [CookingType(\"COOKER_AVERAGE\"), SampleWindow(8)] uint64 N;\n\
         }};",
        script.raw
    );
    script.namespace.compile_mof("statistics.mof", &mof).unwrap();
    let mut refresher = Refresher::new();
    let namespace = &script.namespace;
    let lists = [&script.formatted, "Test_SharedStatistics"]
        .map(|class| refresher.add_enum(namespace, class).unwrap());
    let objects = [script.path("a"), script.path("b"), "Test_SharedStatistics.Name='a'".to_owned()]
        .map(|path| refresher.add_object(namespace, &path).unwrap());
    let before = script.refreshes();
    refresh(&mut refresher, 2);
    assert_eq!(script.refreshes(), before + 2);
    check(&shown(&refresher, lists[0])["a"], "N=4");
    check(&shown(&refresher, lists[1])["b"], "N=5");
    let of = |index: usize| refresher.object(objects[index]).unwrap();
    check(&of(0).to_instance(), "N=4");
    check(&of(1).to_instance(), "N=7");
    check(&of(2).to_instance(), "N=3");
    // All of one moment.
    let moments = [0, 1, 2].map(|index| of(index).get("Timestamp_PerfTime").unwrap());
    assert_eq!(moments, [const { Value::Uint64(20_000_000) }; 3]);
}

/// The name that the cooking provider has had on Windows since Vista.
#[test]
fn classes_of_newer_windows_are_cooked_too() {
    let classes = Classes {
        raw: "uint64 N;",
        formatted: "[CookingType(\"PERF_COUNTER_BULK_COUNT\")] uint64 N;",
        ..Classes::default()
    };
    let mut script = Script::new("Vista", classes, &[&["a: N=1"], &["a: N=5"]]);
    let mof = format!(
        "[dynamic, provider(\"WmiPerfInst\"), hiperf, Cooked, AutoCook(1), AutoCook_RawClass(\"{}\"), AutoCook_RawDefault(1)]\n\
         class Test_Vista : Win32_PerfFormattedData {{\n\
           [key] string Name; [CookingType(\"PERF_COUNTER_LARGE_DELTA\"), Counter(\"N\")] uint64 N;\n\
         }};",
        script.raw
    );
    script.namespace.compile_mof("vista.mof", &mof).unwrap();
    script.formatted = "Test_Vista".to_owned();
    check(&script.by_enum(2)["a"], "N=4");
    check(&script.by_object("a", 2).unwrap(), "N=4");
}
