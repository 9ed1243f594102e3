//! The types of raw and of formatted properties, and texts.

use hiperf::{Refresher, Status};

use crate::script::{Classes, Script, check, check_refused, refresh, shown};

const TARGETS: [&str; 10] =
    ["sint8", "uint8", "sint16", "uint16", "sint32", "uint32", "sint64", "uint64", "real32", "real64"];

/// A property of each type, cooked alike; its name is the type's and `suffix`.
fn targets(suffix: &str, qualifiers: &str) -> String {
    let declare = |ty: &str| format!("[{qualifiers}] {ty} {ty}{suffix};");
    TARGETS.map(declare).concat()
}

/// What the integer types show of an integer.
fn fits(integer: i128) -> [String; 8] {
    fn show<T: TryFrom<i128> + ToString>(integer: i128) -> String {
        T::try_from(integer).map_or_else(|_| "out of range".to_owned(), |fits| fits.to_string())
    }
    let show = [
        show::<i8>,
        show::<u8>,
        show::<i16>,
        show::<u16>,
        show::<i32>,
        show::<u32>,
        show::<i64>,
        show::<u64>,
    ];
    show.map(|show| show(integer))
}

#[test]
fn what_a_type_does_not_hold_is_no_value() {
    let mut integers = vec![0, 1, -1];
    for bits in [8, 16, 32, 64] {
        let (half, whole) = (1_i128 << (bits - 1), 1_i128 << bits);
        integers.extend([half - 1, half, -half, -half - 1, whole - 1, whole]);
    }
    integers.retain(|integer| i64::try_from(*integer).is_ok());
    let rows: Vec<String> = integers.iter().map(|integer| format!("{integer}: N={integer}")).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let formatted = targets("", "CookingType(\"PERF_COUNTER_RAWCOUNT\"), Counter(\"N\")");
    let classes = Classes { raw: "sint64 N;", formatted: &formatted, ..Classes::default() };
    let shown = Script::new("TypesOfLevels", classes, &[&rows]).by_enum(1);
    for integer in integers {
        let expected = TARGETS.iter().zip(fits(integer)).map(|(ty, fits)| format!("{ty}={fits}"));
        let instance = &shown[&integer.to_string()];
        check(instance, &expected.collect::<Vec<_>>().join(", "));
        check(instance, &format!("real32={}, real64={}", integer as f32, integer as f64));
    }
}

#[test]
fn quotients_are_truncated_toward_zero() {
    let formatted = targets("", "CookingType(\"PERF_DOUBLE_RAW\"), Counter(\"R\")")
        + &targets("Mean", "CookingType(\"PERF_AVERAGE_BULK\"), Counter(\"N\"), Base(\"B\")");
    let classes =
        Classes { raw: "real64 R; uint64 N; uint16 B;", formatted: &formatted, ..Classes::default() };
    let rows = ["up: N=0 B=65534 R=0", "down: N=0 B=0 R=0", "huge: N=0 B=0 R=0"];
    let then = ["up: N=1543 B=2 R=0.9", "down: N=7 B=2 R=-1.9", "huge: N=18446744073709551615 B=1 R=4e38"];
    let shown = Script::new("TypesOfReals", classes, &[&rows, &then]).by_enum(2);
    check(&shown["up"], "sint8=0, uint8=0, uint64=0, real32=0.9, real64=0.9");
    check(
        &shown["up"],
        "sint8Mean=out of range, uint8Mean=out of range, sint16Mean=385, uint64Mean=385, real32Mean=385.75",
    );
    check(
        &shown["down"],
        "sint8=-1, uint8=out of range, sint64=-1, uint64=out of range, real32=-1.9, real64=-1.9",
    );
    check(&shown["down"], "sint8Mean=3, uint32Mean=3, real32Mean=3.5, real64Mean=3.5");
    check(&shown["huge"], "sint64=out of range, uint64=out of range, real32=out of range");
    assert_eq!(shown["huge"].get("real64").unwrap(), hiperf::Value::Real64(4e38));
    check(
        &shown["huge"],
        "sint64Mean=out of range, uint32Mean=out of range, uint64Mean=18446744073709551615",
    );
}

#[test]
fn raw_values_of_any_width_wrap_in_theirs() {
    let raw = "uint8 A; uint16 B; sint32 C; sint64 D64;";
    let formatted = "[CookingType(\"PERF_COUNTER_DELTA\")] uint32 A;\
                     [CookingType(\"PERF_COUNTER_COUNTER\")] uint32 B;\
                     [CookingType(\"PERF_COUNTER_BULK_COUNT\")] uint64 C;\
                     [CookingType(\"PERF_COUNTER_LARGE_DELTA\")] uint64 D64;";
    let classes = Classes { raw, formatted, ..Classes::default() };
    let older = ["wraps: A=250 B=65535 C=2147483647 D64=-5", "back: A=128 B=1 C=5 D64=5"];
    let newer = ["wraps: A=4 B=9 C=-2147483639 D64=5", "back: A=0 B=0 C=-5 D64=-5"];
    let shown = Script::new("Widths", classes, &[&older, &newer]).by_enum(2);
    check(&shown["wraps"], "A=10, B=10, C=10, D64=10");
    check(&shown["back"], "A=reset, B=reset, C=reset, D64=reset");
}

#[test]
fn texts_are_copied() {
    let raw = "[CounterType(2816)] string Version; string Owner; string Alone; datetime Since;";
    let formatted = "[CookingType(\"PERF_COUNTER_TEXT\"), Counter(\"Version\")] string Text;\
                     string Owner; datetime Since;";
    let classes = Classes { raw, formatted, ..Classes::default() };
    let long = format!("a: Version={} Owner=x", "long".repeat(200));
    let samples: [&[&str]; 4] = [
        &["a: Version=1.0 Owner=\u{e9}va"],
        &["a: Version=- Owner=!denied"],
        &[&long],
        &["a: Version=2 Owner=\u{20ac}"],
    ];
    let script = Script::new("Texts", classes, &samples);
    let mut refresher = Refresher::new();
    let list = refresher.add_enum(&script.namespace, &script.formatted).unwrap();
    let object = refresher.add_object(&script.namespace, &script.path("a")).unwrap();
    let mut step = |expected: &str| {
        refresh(&mut refresher, 1);
        check(&shown(&refresher, list)["a"], expected);
        check(&refresher.object(object).unwrap().to_instance(), expected);
    };
    step("Text=1.0, Owner=\u{e9}va, Since=raw value missing");
    step("Text=raw value missing, Owner=denied");
    step(&format!("Text={}, Owner=x", "long".repeat(200)));
    step("Text=2, Owner=\u{20ac}");
    check(&script.by_query()["a"], "Text=1.0, Owner=\u{e9}va");
}

#[test]
fn what_holds_no_value_is_refused() {
    let refuse = |name: &str, formatted: &str, says: &str| {
        let classes =
            Classes { raw: "uint64 N; string Text; uint32 Many[];", formatted, ..Classes::default() };
        check_refused(&Script::new(name, classes, &[&[]]), Status::WBEM_E_INVALID_QUALIFIER, says);
    };
    let number = "CookingType(\"PERF_COUNTER_RAWCOUNT\"), Counter(\"N\")";
    refuse(
        "IsBoolean",
        &format!("[{number}] boolean Value;"),
        "property Value of Test_PerfFormattedData_IsBoolean: it is a boolean",
    );
    refuse("IsText", &format!("[{number}] string Value;"), "it is a string, which holds no cooked value");
    refuse("IsArray", &format!("[{number}] uint32 Value[];"), "which holds no cooked value");
    refuse("OfArray", "[CookingType(\"PERF_COUNTER_RAWCOUNT\"), Counter(\"Many\")] uint32 Value;", "Many of");
    let text = |counter: &str, ty: &str| {
        format!("[CookingType(\"PERF_COUNTER_TEXT\"), Counter(\"{counter}\")] {ty} Value;")
    };
    refuse("TextInNumber", &text("Text", "uint32"), "it is a uint32 and its raw property Text of");
    refuse("NumberInText", &text("N", "string"), "it is a string and its raw property N of");
    refuse("NoText", &text("Nothing", "string"), "Nothing is not a property of");
    refuse("NoType", "[CounterType(7)] uint32 Value;", "7 is no counter type");
}
