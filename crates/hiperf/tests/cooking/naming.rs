//! What the qualifiers of classes and properties name, and what stands where
//! they are silent.

use hiperf::Status;

use crate::script::{Classes, Script, check, check_refused};

#[test]
fn bases_are_named_or_adjacent() {
    let raw = "uint64 A; uint64 Whole; uint64 A_Base;\
               uint32 B; uint64 B_Base;\
               uint32 C; [CounterType(1073939459)] uint32 Possible;\
               uint64 E; [CounterType(1073939712)] uint64 Entire;\
               uint64 G; [CounterType(1073939715)] uint64 Misprinted;\
               uint64 H; [CounterType(65536)] uint32 Behind;";
    let formatted = "[CookingType(\"PERF_LARGE_RAW_FRACTION\"), Base(\"Whole\")] uint64 A;\
                     [CookingType(\"PERF_RAW_FRACTION\")] uint32 B;\
                     [CookingType(\"PERF_RAW_FRACTION\"), Counter(\"C\")] uint32 OfC;\
                     [CookingType(\"PERF_LARGE_RAW_FRACTION\")] uint64 E;\
                     [CookingType(\"PERF_LARGE_RAW_FRACTION\")] uint64 G;\
                     [CookingType(\"PERF_AVERAGE_BULK\"), Counter(\"A\"), Base(\"B\")] uint64 Mean;";
    let classes = Classes { raw, formatted, ..Classes::default() };
    let row = "a: A=1 Whole=4 A_Base=2 B=1 B_Base=10 C=1 Possible=5 E=3 Entire=4 G=1 Misprinted=8";
    let script = Script::new("Bases", classes, &[&[row], &["a: A=7 B=4 Whole=7"]]);
    check(&script.by_enum(1)["a"], "A=25, B=10, OfC=20, E=75, G=12");
    check(&script.by_enum(2)["a"], "A=100, Mean=2");
    // What is behind a counter is its base only if it says that it is one.
    let formatted = "[CookingType(\"PERF_LARGE_RAW_FRACTION\")] uint64 H;";
    let script = Script::new("NoBase", Classes { raw, formatted, ..Classes::default() }, &[&[]]);
    check_refused(&script, Status::WBEM_E_INVALID_QUALIFIER, "H_Base is not a property of");
}

#[test]
fn times_are_named_by_property_or_class() {
    let raw = "uint64 N; uint64 Ticks; uint64 Hertz; uint64 Clock; uint64 ClockHertz; uint64 Wait; uint64 Wait_Base;";
    let rate = "CookingType(\"PERF_COUNTER_BULK_COUNT\"), Counter(\"N\")";
    let own = format!(
        "[{rate}] uint64 Rate;\
         [{rate}, PerfTimeStamp(\"Clock\"), PerfTimeFreq(\"ClockHertz\")] uint64 ByOwn;\
         [{rate}, PerfTimeFreq(\"ClockHertz\")] uint64 HalfOwn;\
         [CookingType(\"PERF_100NSEC_TIMER\"), Counter(\"N\")] real64 Busy;\
         [CookingType(\"PERF_OBJ_TIME_TIMER\"), Counter(\"N\")] real64 OfObject;\
         [CookingType(\"PERF_AVERAGE_TIMER\"), Counter(\"Wait\")] real64 Wait;"
    );
    let named = ", PerfSysTimeStamp(\"Ticks\"), PerfSysTimeFreq(\"Hertz\"), Perf100NSTimeStamp(\"Clock\")";
    let samples: [&[&str]; 2] = [
        &["a: N=0 Ticks=0 Hertz=10 Clock=0 ClockHertz=100 Wait=0 Wait_Base=0"],
        &["a: N=30 Ticks=20 Hertz=10 Clock=60 ClockHertz=100 Wait=40 Wait_Base=2"],
    ];
    let play = |name: &str, raw_qualifiers: &str, formatted_qualifiers: &str| {
        let classes = Classes { raw, formatted: &own, raw_qualifiers, formatted_qualifiers };
        Script::new(name, classes, &samples).by_enum(2)
    };
    // Class-level names: 30 in 2 s; the own ones: 30 in 0.6 s; own ticks a second alone: in 20 of 100.
    let by_class = "Rate=15, ByOwn=50, HalfOwn=150, Busy=50, OfObject=0.0003, Wait=2";
    check(&play("ClassTimes", "", named)["a"], by_class);
    // Nothing is said: the six properties of Win32_Perf, a second apart.
    let by_default = "Rate=30, ByOwn=50, HalfOwn=0, Busy=0.0003, OfObject=0.0003, Wait=0.000002";
    check(&play("NoTimes", "", "")["a"], by_default);
    // The raw class says it, which counts where it is asked.
    check(&play("RawTimesUnasked", named, "")["a"], by_default);
    check(&play("RawTimes", named, ", AutoCook_RawDefault(1)")["a"], by_class);
    // A formula that doesn't read the time needs none.
    let classes = Classes { raw, formatted: &own, ..Classes::default() };
    let timeless: [&[&str]; 2] = [&["a: Wait=0 Wait_Base=0 D=-"], &["a: Wait=40 Wait_Base=2 D=-"]];
    check(&Script::new("NoStamps", classes, &timeless).by_enum(2)["a"], "Wait=0.000002");
}

#[test]
fn narrow_time_stamps_wrap() {
    let raw = "uint64 N; uint32 Ticks; uint16 Short; uint32 Hertz;";
    let rate = "CookingType(\"PERF_COUNTER_BULK_COUNT\"), Counter(\"N\"), PerfTimeFreq(\"Hertz\")";
    let formatted = format!(
        "[{rate}, PerfTimeStamp(\"Ticks\")] uint64 Rate; [{rate}, PerfTimeStamp(\"Short\")] uint64 Short;\
         [CookingType(\"PERF_COUNTER_TIMER\"), Counter(\"N\"), PerfTimeStamp(\"Ticks\")] uint64 Busy;"
    );
    let classes = Classes { raw, formatted: &formatted, ..Classes::default() };
    let older = ["wraps: N=0 Ticks=4294967290 Short=65530 Hertz=10", "back: N=0 Ticks=10 Short=10 Hertz=10"];
    let newer = ["wraps: N=20 Ticks=14 Short=14 Hertz=10", "back: N=20 Ticks=9 Short=9 Hertz=10"];
    let shown = Script::new("NarrowTimes", classes, &[&older, &newer]).by_enum(2);
    check(&shown["wraps"], "Rate=10, Short=10, Busy=100");
    check(&shown["back"], "Rate=reset, Short=reset, Busy=reset");
    let refuse = |name: &str, stamp: &str| {
        let formatted = format!(
            "[CookingType(\"PERF_COUNTER_BULK_COUNT\"), Counter(\"N\"), PerfTimeStamp(\"{stamp}\")] uint64 R;"
        );
        let classes = Classes { raw: "uint64 N; real64 T;", formatted: &formatted, ..Classes::default() };
        let says = format!("{stamp}, its time, is not an unsigned integer property of");
        check_refused(&Script::new(name, classes, &[&[]]), Status::WBEM_E_INVALID_QUALIFIER, &says);
    };
    refuse("RealTime", "T");
    refuse("NoSuchTime", "Nothing");
}

/// What a formatted class leaves to its raw class.
#[test]
fn counter_types_stand_in_for_cooking_types() {
    let raw = "[CounterType(272696576)] uint64 N;\
               [CounterType(1073874176), Base(\"Operations\")] uint64 Bytes; uint32 Operations;\
               [CounterType(2816)] string Version;\
               [CounterType(1073939459)] uint32 Whole; uint32 Level;";
    let formatted = "uint64 N; uint64 Bytes; string Version; uint32 Whole; uint32 Level;\
                     [CounterType(4195584), Counter(\"N\")] uint64 Change;";
    let samples: [&[&str]; 2] = [
        &["a: N=5 Bytes=100 Operations=1 Version=1 Whole=3 Level=9"],
        &["a: N=15 Bytes=400 Operations=4 Version=2 Whole=4 Level=8"],
    ];
    let classes =
        Classes { raw, formatted, formatted_qualifiers: ", AutoCook_RawDefault(1)", ..Classes::default() };
    let script = Script::new("RawDefault", classes, &samples);
    check(&script.by_enum(1)["a"], "N=no baseline yet, Bytes=no baseline yet, Version=1, Whole=3, Level=9");
    check(&script.by_enum(2)["a"], "N=10, Bytes=100, Version=2, Whole=4, Level=8, Change=10");
    // Unasked, what has no cooking type is a copy.
    let script = Script::new("NoRawDefault", Classes { formatted_qualifiers: "", ..classes }, &samples);
    check(&script.by_enum(2)["a"], "N=15, Bytes=400, Version=2, Whole=4, Level=8, Change=10");
}

#[test]
fn statistics_take_the_raw_default() {
    let raw = "[SampleWindow(2)] uint64 N;";
    let formatted = "[CookingType(\"COOKER_MAX\")] uint64 N;";
    let classes =
        Classes { raw, formatted, formatted_qualifiers: ", AutoCook_RawDefault(1)", ..Classes::default() };
    let script = Script::new("RawWindow", classes, &[&["a: N=9"], &["a: N=2"], &["a: N=1"]]);
    check(&script.by_enum(2)["a"], "N=9");
    check(&script.by_enum(3)["a"], "N=2");
}

/// The class in docs/providers.md, over a raw class as it is meant there.
#[test]
fn the_example_of_the_guide() {
    let guide = include_str!("../../../../docs/providers.md");
    let example = guide.split_once("```mof\n").unwrap().1.split_once("```").unwrap().0;
    let raw = "uint64 Customers; uint64 Items; uint32 Waiting; string Cashier;";
    let samples: [&[&str]; 2] = [
        &["1: Customers=10 Items=90 Waiting=3 Cashier=Ada"],
        &["1: Customers=12 Items=95 Waiting=4 Cashier=Bo"],
    ];
    let mut script = Script::new("Till", Classes { raw, ..Classes::default() }, &samples);
    let example = example.replace("Shop_PerfRawData_Till", &script.raw);
    script.namespace.compile_mof("guide.mof", &example).unwrap();
    script.formatted = "Shop_PerfFormattedData_TillTrends".to_owned();
    check(&script.by_enum(1)["1"], "CustomersPersec=no baseline yet, MeanWaiting=3, Cashier=Ada");
    let expected = "CustomersPersec=2, ItemsPerCustomer=2.5, MeanWaiting=3.5, Waiting95=4, Cashier=Bo";
    check(&script.by_enum(2)["1"], expected);
}
