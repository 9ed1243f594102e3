//! Properties that are no counters: signed and real numbers and texts, written by
//! a provider of the SDK, raw and in the formatted twin that is made of the raw
//! class.

use hiperf::{EnumId, Namespace, Reason, Refresher, Value};
use hiperf_cim::mof::{Item, formatted_twin, parse};
use hiperf_provider::{
    Counter, CounterClass, Field, Guid, Instance, Provider, Result, ServedClass, Source, Timestamps, Wanted,
    served,
};

const CLIENT: &str = "6E3F1C52-5C0B-4F0E-9A0B-0C6F4B1B7A61";

const REGISTRATION: &str = r#"
instance of __Win32Provider as $P
{
  Name = "FieldsOfAllKinds"; HostingModel = "NetworkServiceHost";
  CLSID = "{6E3F1C52-5C0B-4F0E-9A0B-0C6F4B1B7A60}";
  ClientLoadableCLSID = "{6E3F1C52-5C0B-4F0E-9A0B-0C6F4B1B7A61}";
};
instance of __InstanceProviderRegistration { provider = $P; SupportsGet = TRUE; SupportsEnumeration = TRUE; };
"#;

const RAW: &str = r#"
[Dynamic, Provider("FieldsOfAllKinds"), HiPerf]
class Example_PerfRawData_Sensor : Win32_PerfRawData
{
  [Key] string Name;
  [CounterType(272696576)] uint64 ReadsPersec;
  [Units("Degrees")] sint32 Low;
  sint64 Offset;
  [CounterType(73728)] real64 Load;
  real64 Odd;
  string Label;
  [CounterType(2816)] string Long;
};
"#;

/// What a sensor says in the sample of that number.
struct Sensor(u64);

impl Sensor {
    fn long(&self) -> &'static str {
        const LONG: &str = match str::from_utf8(&[b'x'; 300]) {
            Ok(text) => text,
            Err(_) => unreachable!(),
        };
        LONG
    }
}

#[derive(Default)]
struct Sensors(u64);

impl Source for Sensors {
    fn sample(&mut self, _: Wanted<'_>) -> Result<Timestamps> {
        self.0 += 1;
        Ok(Timestamps::now())
    }
}

struct SensorClass;

impl CounterClass<Sensors> for SensorClass {
    type Row = Sensor;
    const NAME: &'static str = "Example_PerfRawData_Sensor";

    fn counters(&self) -> Vec<Counter<Sensor>> {
        vec![
            Counter::new("ReadsPersec", |row| Some(row.0)),
            Counter::of_field("Low", Field::Signed(|row| Some(-40 - i64::try_from(row.0).ok()?))),
            Counter::of_field("Offset", Field::Signed(|_| Some(i64::MIN))),
            Counter::of_field("Load", Field::Real(|_| Some(-0.25))),
            Counter::of_field("Odd", Field::Real(|_| Some(f64::NAN))),
            Counter::of_field("Label", Field::Text(|row| (row.0 > 1).then_some("größer als 1 €"))),
            Counter::of_field("Long", Field::Text(|row| Some(row.long()))),
        ]
    }

    fn for_each(&self, sample: &Sensors, visit: &mut dyn FnMut(Instance<'_>, &Sensor)) {
        visit(Instance::named("s"), &Sensor(sample.0));
    }

    fn why_missing(&self, _: &Sensors, _: &Sensor, _: usize) -> Option<Reason> {
        Some(Reason::Denied)
    }
}

struct Fields;

impl Provider for Fields {
    type Source = Sensors;

    fn open(&self) -> Result<Sensors> {
        Ok(Sensors::default())
    }

    fn classes(&self) -> Vec<Box<dyn ServedClass<Sensors>>> {
        vec![served(SensorClass)]
    }
}

fn namespace(raw: &str) -> Namespace {
    hiperf_provider::register(Guid::parse(CLIENT), || Fields);
    let parsed = parse(raw);
    let Some(Item::Class(class)) = parsed.items.first() else { panic!("{:?}", parsed.diagnostics) };
    let twin = formatted_twin(raw, class).unwrap().unwrap();
    let namespace = Namespace::connect("root\\cimv2").unwrap();
    namespace.compile_mof("fields", &format!("{REGISTRATION}{raw}{twin}")).unwrap();
    namespace
}

#[track_caller]
fn check(refresher: &Refresher, id: EnumId, expected: &[(&str, Value)]) {
    let instance = refresher.instances(id).unwrap().next().expect("there is one sensor");
    for (property, value) in expected {
        assert_eq!(instance.get(property).unwrap(), *value, "{property}");
    }
}

/// One test: what is registered and compiled is the whole process's.
#[test]
fn fields_of_every_kind() {
    raw_and_formatted();
    a_property_of_another_type_is_refused();
}

fn raw_and_formatted() {
    let namespace = namespace(RAW);
    let mut refresher = Refresher::new();
    let raw = refresher.add_enum(&namespace, "Example_PerfRawData_Sensor").unwrap();
    let formatted = refresher.add_enum(&namespace, "Example_PerfFormattedData_Sensor").unwrap();
    for sample in 1..4 {
        refresher.refresh().unwrap();
        let label = if sample > 1 { Value::String("größer als 1 €".into()) } else { Value::Null };
        let both = [
            ("Low", Value::Sint32(-40 - sample)),
            ("Offset", Value::Sint64(i64::MIN)),
            ("Load", Value::Real64(-0.25)),
            ("Odd", Value::Null),
            ("Label", label),
            ("Long", Value::String("x".repeat(300))),
        ];
        check(&refresher, raw, &both);
        check(&refresher, formatted, &both);
        for id in [raw, formatted] {
            let instance = refresher.instances(id).unwrap().next().unwrap();
            let odd = instance.class().handle("Odd").unwrap();
            assert_eq!(instance.why(odd).unwrap(), Some(Reason::Denied));
        }
    }
    check(&refresher, raw, &[("ReadsPersec", Value::Uint64(3))]);
}

fn a_property_of_another_type_is_refused() {
    for (from, to, why) in [
        ("sint32 Low", "uint32 Low", "a signed number is a sint32 or a sint64"),
        ("real64 Odd", "real32 Odd", "a real number is a real64"),
        ("string Label", "uint64 Label", "a text is a string"),
        ("uint64 ReadsPersec", "string ReadsPersec", "a counter is a uint32 or a uint64"),
    ] {
        hiperf_provider::register(Guid::parse(CLIENT), || Fields);
        let namespace = Namespace::connect("root\\cimv2").unwrap();
        let raw = RAW.replace(from, to);
        namespace.compile_mof("fields", &format!("{REGISTRATION}{raw}")).unwrap();
        let error = Refresher::new().add_enum(&namespace, "Example_PerfRawData_Sensor").unwrap_err();
        assert!(error.to_string().contains(why), "{error}");
    }
}
