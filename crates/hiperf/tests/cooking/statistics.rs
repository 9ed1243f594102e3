//! Statistics over the last samples.

use hiperf::{Refresher, Status};

use crate::script::{Classes, Script, check, check_refused, refresh, shown};

const NAMES: [&str; 9] = [
    "COOKER_AVERAGE",
    "COOKER_MIN",
    "COOKER_MAX",
    "COOKER_RANGE",
    "COOKER_VARIANCE",
    "HIPERF_MEDIAN",
    "HIPERF_PERCENTILE_90",
    "HIPERF_PERCENTILE_95",
    "HIPERF_PERCENTILE_99",
];

/// A property of this type for each statistic of `counter`.
fn all(counter: &str, window: usize, ty: &str) -> String {
    let declare = |name: &str| {
        let property = name.rsplit_once("_").map_or(name, |(_, last)| last);
        format!("[CookingType(\"{name}\"), Counter(\"{counter}\"), SampleWindow({window})] {ty} P{property};")
    };
    NAMES.map(declare).concat()
}

fn one(statistic: &str, counter: &str, window: usize, ty: &str) -> String {
    format!("[CookingType(\"{statistic}\"), Counter(\"{counter}\"), SampleWindow({window})] {ty} {counter};")
}

/// What an enumerator and an object show after each sample.
#[track_caller]
fn check_steps(script: &Script, name: &str, expected: &[&str]) {
    let mut refresher = Refresher::new();
    let list = refresher.add_enum(&script.namespace, &script.formatted).unwrap();
    let object = refresher.add_object(&script.namespace, &script.path(name)).unwrap();
    for expected in expected {
        refresh(&mut refresher, 1);
        check(&shown(&refresher, list)[name], expected);
        check(&refresher.object(object).unwrap().to_instance(), expected);
    }
}

#[test]
fn worked_examples() {
    let formatted = all("N", 5, "uint64");
    let classes = Classes { raw: "uint32 N;", formatted: &formatted, ..Classes::default() };
    let rows = [512, 498, 505, 520, 490, 1000].map(|n| [format!("a: N={n}")]);
    let rows = rows.each_ref().map(|[row]| [row.as_str()]);
    let samples: Vec<&[&str]> = rows.iter().map(|row| &row[..]).collect();
    let script = Script::new("WorkedStatistics", classes, &samples);
    check_steps(
        &script,
        "a",
        &[
            // What is there before the window is full.
            "PAVERAGE=512, PMIN=512, PMAX=512, PRANGE=0, PVARIANCE=0, PMEDIAN=512, P90=512, P95=512, P99=512",
            "PAVERAGE=505, PMIN=498, PMAX=512, PRANGE=14, PVARIANCE=49, PMEDIAN=498, P90=512",
            "PAVERAGE=505, PMIN=498, PMAX=512, PRANGE=14, PMEDIAN=505",
            "PAVERAGE=508, PMAX=520, PRANGE=22",
            "PAVERAGE=505, PMIN=490, PMAX=520, PRANGE=30, PVARIANCE=109, PMEDIAN=505, P90=520, P95=520, P99=520",
            // The first one left.
            "PAVERAGE=602, PMIN=490, PMAX=1000, PRANGE=510, PMEDIAN=505, P99=1000",
        ],
    );
    // A query has one sample.
    check(&script.by_query()["a"], "PAVERAGE=512, PMIN=512, PRANGE=0, PVARIANCE=0, P99=512");
    check(&script.namespace.get(&script.path("a")).unwrap(), "PAVERAGE=512, PRANGE=0");
}

#[test]
fn of_any_number_and_into_any() {
    let raw = "sint8 A; sint64 B; real32 C; real64 E; uint64 G; sint16 H; sint32 I;";
    let formatted = [
        one("COOKER_AVERAGE", "A", 4, "real64"),
        one("COOKER_AVERAGE", "B", 4, "sint64"),
        one("COOKER_MIN", "C", 4, "real32"),
        one("COOKER_VARIANCE", "E", 4, "real64"),
        one("COOKER_RANGE", "G", 4, "uint64"),
        one("COOKER_RANGE", "H", 4, "uint16"),
        one("COOKER_MIN", "I", 4, "uint32"),
    ]
    .concat();
    let classes = Classes { raw, formatted: &formatted, ..Classes::default() };
    let script = Script::new(
        "KindsOfStatistics",
        classes,
        &[
            &["a: A=-128 B=-9223372036854775808 C=-1.5 E=0.5 G=0 H=-32768 I=3"],
            &["a: A=127 B=-9223372036854775808 C=2 E=1.5 G=18446744073709551615 H=32767 I=-3"],
        ],
    );
    check_steps(
        &script,
        "a",
        &[
            "A=-128, B=-9223372036854775808, C=-1.5, E=0, G=0, H=0, I=3",
            "A=-0.5, B=-9223372036854775808, C=-1.5, E=0.25, G=18446744073709551615, H=65535, I=out of range",
        ],
    );
}

#[test]
fn missing_samples_are_left_out() {
    let formatted = [one("COOKER_AVERAGE", "N", 2, "uint64"), one("COOKER_MAX", "R", 2, "real64")].concat();
    let classes = Classes { raw: "uint64 N; real64 R;", formatted: &formatted, ..Classes::default() };
    let samples: [&[&str]; 6] = [
        &["a: N=- R=NaN"],
        &["a: N=!denied R=-"],
        &["a: N=10 R=1.5"],
        &["a: N=- R=inf"],
        &["a: N=20 R=0.5"],
        &["a: N=30 R=0.25"],
    ];
    let script = Script::new("GapsInStatistics", classes, &samples);
    check_steps(
        &script,
        "a",
        &[
            "N=raw value missing, R=not a number",
            "N=denied, R=raw value missing",
            "N=10, R=1.5",
            "N=10, R=1.5",
            "N=15, R=1.5",
            "N=25, R=0.5",
        ],
    );
}

#[test]
fn another_instance_of_the_name_begins_anew() {
    let formatted = one("COOKER_AVERAGE", "N", 9, "real64");
    let classes = Classes { raw: "uint64 N;", formatted: &formatted, ..Classes::default() };
    let samples: [&[&str]; 5] = [
        &["a#1: N=10", "b: N=1"],
        &["a#1: N=20", "b: N=2"],
        &["a#2: N=90", "b: N=3"],
        &["c: N=7", "b: N=4"],
        &["a#1: N=60", "c: N=8", "b: N=5"],
    ];
    let script = Script::new("RebornStatistics", classes, &samples);
    let mut refresher = Refresher::new();
    let list = refresher.add_enum(&script.namespace, &script.formatted).unwrap();
    let object = refresher.add_object(&script.namespace, &script.path("a")).unwrap();
    let mut step = |rows: &[(&str, &str)], of_object: &str| {
        refresh(&mut refresher, 1);
        let shown = shown(&refresher, list);
        assert_eq!(shown.len(), rows.len());
        rows.iter().for_each(|(name, expected)| check(&shown[*name], expected));
        check(&refresher.object(object).unwrap().to_instance(), of_object);
    };
    step(&[("a", "N=10"), ("b", "N=1")], "N=10");
    step(&[("a", "N=15"), ("b", "N=1.5")], "N=15");
    step(&[("a", "N=90"), ("b", "N=2")], "N=15");
    step(&[("c", "N=7"), ("b", "N=2.5")], "N=15");
    // An object waits for its instance; an enumerator has another one then.
    step(&[("a", "N=60"), ("c", "N=7.5"), ("b", "N=3")], "N=30");
}

#[test]
fn windows_have_bounds() {
    let refuse = |name: &str, formatted: &str, status: Status, says: &str| {
        let classes = Classes { raw: "uint64 N; uint64 M; string T;", formatted, ..Classes::default() };
        check_refused(&Script::new(name, classes, &[&[]]), status, says);
    };
    let (range, invalid) = (Status::WBEM_E_VALUE_OUT_OF_RANGE, Status::WBEM_E_INVALID_QUALIFIER);
    let window = |size: &str| format!("[CookingType(\"COOKER_MIN\"), SampleWindow({size})] uint64 N;");
    refuse(
        "WindowOfNone",
        &window("0"),
        range,
        "property N of Test_PerfFormattedData_WindowOfNone: SampleWindow is 0",
    );
    refuse("WindowBelowNone", &window("-5"), range, "SampleWindow is 0; it can be 1 to 65536");
    refuse("WindowTooLarge", &window("65537"), range, "SampleWindow is 65537");
    refuse(
        "NoWindow",
        "[CookingType(\"COOKER_MIN\")] uint64 N;",
        invalid,
        "it has no SampleWindow qualifier",
    );
    refuse(
        "StatisticOfText",
        &one("COOKER_MIN", "T", 3, "uint64"),
        invalid,
        "T of Test_PerfRawData_StatisticOfText is a string",
    );
    refuse("StatisticOfNothing", &one("COOKER_MIN", "X", 3, "uint64"), invalid, "X is not a property of");
    refuse(
        "StatisticInText",
        "[CookingType(\"COOKER_MIN\"), Counter(\"N\"), SampleWindow(3)] string N;",
        invalid,
        "holds no cooked value",
    );
    let windows =
        [one("COOKER_MIN", "N", 65_536, "uint64"), one("COOKER_MIN", "M", 65_536, "uint64")].concat();
    let another = "[CookingType(\"COOKER_MAX\"), Counter(\"N\"), SampleWindow(1)] uint64 X;";
    refuse(
        "Windows",
        &(windows.clone() + another),
        Status::WBEM_E_QUOTA_VIOLATION,
        "131073 samples; 131072 are the most",
    );
    // Those of one property and size are one.
    let shared = windows + "[CookingType(\"COOKER_MAX\"), Counter(\"N\"), SampleWindow(65536)] uint64 X;";
    let classes = Classes { raw: "uint64 N; uint64 M;", formatted: &shared, ..Classes::default() };
    check(&Script::new("SharedWindows", classes, &[&["a: N=1 M=2"]]).by_enum(1)["a"], "N=1, M=2, X=1");
}
