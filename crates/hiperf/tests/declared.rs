//! A provider whose classes are declared in Rust: its MOF, its values raw and
//! formatted, and a class in the namespace that isn't the declared one.

// It exports itself from a library; here it is a part of the test.
#[path = "../../hiperf-provider/examples/sample.rs"]
mod sample;

use hiperf::{EnumId, Namespace, Reason, Refreshed, Refresher, Status, Value};
use hiperf_provider::{
    CounterType, Instance, Instances, Provider, Result, Source, Timestamps, Visit, Wanted,
};
use sample::Sample;

const SOURCE: &str = include_str!("../../hiperf-provider/examples/sample.rs");

/// A provider with two classes and instances that come and go.
#[test]
fn the_sample_is_short_and_plain() {
    let lines = SOURCE.lines().filter(|line| !line.trim().is_empty()).count();
    assert!(lines < 60, "{lines} lines");
    assert!(SOURCE.contains("#![forbid(unsafe_code)]"));
    let code: String = SOURCE.lines().filter(|line| !line.contains("forbid(unsafe_code)")).collect();
    for word in ["unsafe", "IUnknown", "IWbem", "Guid", "HRESULT", "vtable", "DllGet", "ComPtr"] {
        assert!(!code.contains(word), "{word}");
    }
}

fn values(refresher: &Refresher, id: EnumId, property: &str) -> Vec<(String, Value)> {
    let instances = refresher.instances(id).unwrap();
    instances.map(|one| (one.get("Name").unwrap().to_string(), one.get(property).unwrap())).collect()
}

fn named(name: &str, value: Value) -> Vec<(String, Value)> {
    vec![(name.to_owned(), value)]
}

#[test]
fn the_sample_from_its_declaration() {
    Sample::register();
    let namespace = Namespace::connect("root\\cimv2").unwrap();
    // Two classes, raw and formatted, and two instances of registration.
    assert_eq!(namespace.compile_mof("sample", Sample::MOF).unwrap(), 6);
    let mut refresher = Refresher::new();
    let raw = refresher.add_enum(&namespace, "Example_PerfRawData_SampleQueue").unwrap();
    let cooked = refresher.add_enum(&namespace, "Example_PerfFormattedData_SampleQueue").unwrap();
    let workers = refresher.add_enum(&namespace, "Example_PerfRawData_SampleWorker").unwrap();
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    assert_eq!(values(&refresher, raw, "WaitTime100ns"), named("orders", Value::Uint64(2_000)));
    assert_eq!(values(&refresher, raw, "WaitTime100ns_Base"), named("orders", Value::Uint32(100)));
    assert_eq!(values(&refresher, workers, "Backlog"), named("worker", Value::Null));
    assert_eq!(values(&refresher, cooked, "EnqueuedPersec"), named("orders", Value::Null));
    for _ in 1..4 {
        assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    }
    // 2,000 for every 100 messages.
    assert_eq!(values(&refresher, cooked, "WaitTime100ns"), named("orders", Value::Uint64(20)));
    assert_eq!(values(&refresher, workers, "Backlog"), named("worker", Value::Uint32(7)));
    let one = namespace.get("Example_PerfRawData_SampleQueue.Name='orders'").unwrap();
    assert_eq!(one.get("EnqueuedPersec").unwrap(), Value::Uint64(100));
}

#[test]
fn qualifiers_of_the_declaration() {
    let namespace = Namespace::connect("root\\cimv2").unwrap();
    namespace.compile_mof("machine", Machine::MOF).unwrap();
    let class = namespace.class("Example_PerfRawData_DeclaredMachine").unwrap();
    assert!(class.qualifiers().is_true("Singleton") && class.qualifiers().is_true("HiPerf"));
    assert_eq!(class.superclass_name(), Some("Win32_PerfRawData"));
    // A quote, a backslash and more than one line.
    assert_eq!(class.qualifiers().text("Description"), Some("The \"machine\" \\ its mood. In two lines."));
    assert_eq!(class.qualifiers().text("DisplayName"), Some("Machine"));
    let names: Vec<&str> = class.properties().iter().map(|of| of.name()).collect();
    let own = names.iter().position(|name| *name == "Level").unwrap();
    assert_eq!(names[own..], ["Level", "Busy", "Part", "Part_Base"]);
    let text = |class: &str, property: &str, qualifier: &str| {
        let class = namespace.class(class).unwrap();
        class.property(property).unwrap().qualifiers().text(qualifier).map(str::to_owned)
    };
    let formatted = "Example_PerfFormattedData_DeclaredMachine";
    let unit = |class, property| text(class, property, "Units").unwrap_or_default();
    assert_eq!([unit(class.name(), "Level"), unit(formatted, "Level")], ["Moods", "Moods"]);
    assert_eq!([unit(class.name(), "Busy"), unit(formatted, "Busy")], ["100 nanoseconds", "Percent"]);
    assert_eq!([unit(class.name(), "Part"), unit(formatted, "Part")], ["Parts", "Whole parts"]);
    assert_eq!(text(formatted, "Part", "Base").as_deref(), Some("Part_Base"));
    assert_eq!(text(formatted, "Part", "CookingType").as_deref(), Some("PERF_RAW_FRACTION"));
    let number = |property: &str, qualifier: &str| {
        class.property(property).unwrap().qualifiers().get(qualifier).map(|found| found.value.clone())
    };
    assert_eq!(number("Level", "DefaultScale"), Some(Value::Sint32(-3)));
    let base = CounterType::PERF_RAW_BASE.number().cast_signed();
    assert_eq!(number("Part_Base", "CounterType"), Some(Value::Sint32(base)));
}

hiperf_provider::class! {
    /// The "machine" \ its mood.
    ///
    /// In two lines.
    #[class(Example_PerfRawData_DeclaredMachine, display = "Machine", singleton)]
    pub struct Mood {
        /// How good it is.
        #[counter(Level, PERF_COUNTER_LARGE_RAWCOUNT, unit = "Moods", scale = -3)]
        level: u64,
        /// How much of it is busy.
        #[counter(Busy, PERF_100NSEC_TIMER, unit = "100 nanoseconds")]
        busy: u64,
        /// How much of it is there.
        #[counter(Part, PERF_RAW_FRACTION, unit = "Parts", cooked_unit = "Whole parts")]
        part: Option<hiperf_provider::WithBase<u32>>,
    }
}

/// A source that has nothing to read.
pub struct Moods;

impl Source for Moods {
    fn sample(&mut self, _: Wanted) -> Result<Timestamps> {
        Ok(Timestamps::now())
    }
}

impl Instances<Mood> for Moods {
    fn for_each(&self, visit: &mut Visit<'_, Mood>) {
        visit(Instance::singleton(), &Mood { level: 7, busy: 1, part: None });
    }

    fn why_missing(&self, _: &Mood, counter: &str) -> Option<Reason> {
        (counter == "Part").then_some(Reason::Denied)
    }
}

fn open_moods() -> Result<Moods> {
    Ok(Moods)
}

hiperf_provider::provider! {
    /// A machine with moods.
    pub struct Machine {
        name: "DeclaredMachine",
        host: "57C5F4B7-8E0C-4C69-B6B2-1D3B2B6F5C11",
        client: "57C5F4B7-8E0C-4C69-B6B2-1D3B2B6F5C12",
        source: Moods = open_moods,
        classes: [Mood],
    }
}

#[test]
fn a_singleton() {
    Machine::register();
    let namespace = Namespace::connect("root\\cimv2").unwrap();
    namespace.compile_mof("machine", Machine::MOF).unwrap();
    let mut refresher = Refresher::new();
    let id = refresher.add_object(&namespace, "Example_PerfRawData_DeclaredMachine=@").unwrap();
    refresher.refresh().unwrap();
    assert_eq!(refresher.object(id).unwrap().get("Level").unwrap(), Value::Uint64(7));
    let object = refresher.object(id).unwrap();
    for property in ["Part", "Part_Base"] {
        assert_eq!(object.get(property).unwrap(), Value::Null);
        assert_eq!(
            object.why(object.class().handle(property).unwrap()),
            Ok(Some(Reason::Denied)),
            "{property}"
        );
    }
}

/// Registers `provider` for a class that somebody else's MOF made, and says
/// what adding an instance of it says.
#[track_caller]
fn refused<P: Provider>(name: &str, class: &str, property: &str, new: fn() -> P, says: &[&str]) {
    let namespace = Namespace::connect("root\\cimv2").unwrap();
    let data4 = std::array::from_fn(|at| name.as_bytes()[at]);
    let clsid = hiperf_provider::Guid { data1: 0x6465_636C, data2: 0x6172, data3: 0x6564, data4 };
    hiperf_provider::register(clsid, new);
    let mof = format!(
        "instance of __Win32Provider as $P {{ Name = \"{name}\"; ClientLoadableCLSID = \"{clsid}\"; }};
         instance of __InstanceProviderRegistration {{ provider = $P; SupportsGet = TRUE; \
         SupportsEnumeration = TRUE; }};
         [dynamic, hiperf, provider(\"{name}\")] class {class} : Win32_PerfRawData {{
         [key] string Name; {property} }};"
    );
    namespace.compile_mof("other", &mof).unwrap();
    let error = Refresher::new().add_enum(&namespace, class).unwrap_err();
    assert_eq!(error.status(), Status::WBEM_E_INITIALIZATION_FAILURE, "{error}");
    for part in says.iter().chain([&class]) {
        assert!(error.message().contains(part), "{part:?} is not in {error}");
    }
}

macro_rules! other {
    ($Row:ident, $class:ident, $Provider:ident, $name:literal, $host:literal, $client:literal) => {
        hiperf_provider::class! {
            /// A class that another MOF defines otherwise.
            #[class($class)]
            pub struct $Row {
                /// How deep it is.
                #[counter(Depth, PERF_COUNTER_RAWCOUNT)]
                depth: u32,
            }
        }

        impl Instances<$Row> for Moods {
            fn for_each(&self, _: &mut Visit<'_, $Row>) {}
        }

        hiperf_provider::provider! {
            /// It never comes to serve.
            pub struct $Provider {
                name: $name,
                host: $host,
                client: $client,
                source: Moods = open_moods,
                classes: [$Row],
            }
        }
    };
}

other! {
    Typed, Example_PerfRawData_DeclaredTyped, TypedProvider, "Typed",
    "57C5F4B7-8E0C-4C69-B6B2-1D3B2B6F5C21", "57C5F4B7-8E0C-4C69-B6B2-1D3B2B6F5C22"
}
other! {
    Missing, Example_PerfRawData_DeclaredMissing, MissingProvider, "Missing",
    "57C5F4B7-8E0C-4C69-B6B2-1D3B2B6F5C31", "57C5F4B7-8E0C-4C69-B6B2-1D3B2B6F5C32"
}
other! {
    Counted, Example_PerfRawData_DeclaredCounted, CountedProvider, "Counted",
    "57C5F4B7-8E0C-4C69-B6B2-1D3B2B6F5C41", "57C5F4B7-8E0C-4C69-B6B2-1D3B2B6F5C42"
}

#[test]
fn a_class_that_is_not_the_declared_one() {
    let typed = "Example_PerfRawData_DeclaredTyped";
    refused("DeclaredTyped", typed, "string Depth;", TypedProvider::default, &["property Depth is a string"]);
    let missing = "Example_PerfRawData_DeclaredMissing";
    refused("DeclaredMissing", missing, "uint32 Other;", MissingProvider::default, &["Depth"]);
    let counted = "Example_PerfRawData_DeclaredCounted";
    let says = ["property Depth has CounterType 272696320", "PERF_COUNTER_RAWCOUNT (65536)", "own MOF"];
    refused(
        "DeclaredCounted",
        counted,
        "[CounterType(272696320)] uint32 Depth;",
        CountedProvider::default,
        &says,
    );
}
