//! Tests of object and namespace paths.

use super::*;
use crate::{DateTime, Status};

#[track_caller]
fn check(text: &str, canonical: &str) -> ObjectPath {
    let path = ObjectPath::parse(text).unwrap();
    assert_eq!(path.to_string(), canonical);
    assert_eq!(ObjectPath::parse(canonical).as_ref().ok(), Some(&path));
    path
}

#[test]
fn valid_paths() {
    check("X", "X");
    check("Win32_PerfRawData_PerfOS_Memory=@", "Win32_PerfRawData_PerfOS_Memory=@");
    let path = check("P.Name='_Total'", "P.Name=\"_Total\"");
    assert_eq!(path.key("NAME"), Some(&KeyValue::String("_Total".to_owned())));
    check("P=\"_Total\"", "P=\"_Total\"");
    let full = check(r"\\.\root\cimv2:Win32_LogicalDisk='C:'", "\\\\.\\root\\cimv2:Win32_LogicalDisk=\"C:\"");
    assert_eq!((full.server.as_deref(), full.namespace.as_deref()), (Some("."), Some("root\\cimv2")));
    check("//a.b/root/cimv2:X.A=1,B=\"q\\\"q\"", "\\\\a.b\\root\\cimv2:X.A=1,B=\"q\\\"q\"");
    check("root:X.A=\"a:b=c, 'd'\"", "root:X.A=\"a:b=c, 'd'\"");
    check(
        "X.A=0x1F,B=-7,C=true,D=FALSE,E=1.5,F=-2e3,G=.5",
        "X.A=31,B=-7,C=TRUE,D=FALSE,E=1.5,F=-2000.0,G=0.5",
    );
    check(r#"B.aRef="A.aKey=\"x\"""#, r#"B.aRef="A.aKey=\"x\"""#);
    check("__Win32Provider.Name=\"c:\\\\x\"", "__Win32Provider.Name=\"c:\\\\x\"");
    check("X=18446744073709551615", "X=18446744073709551615");
    check("Größe.Maß=\"\"", "Größe.Maß=\"\"");
}

#[test]
fn invalid_paths() {
    for (text, column, reason) in [
        ("", 1, "it is empty"),
        ("X. A=1", 3, "expected the name of a key"),
        ("X .A=1", 2, "without white space"),
        ("X.A = 1", 4, "expected '='"),
        ("X.A", 4, "expected '='"),
        ("X.A=", 5, "expected a value"),
        ("X.A=abc", 5, "between quotes"),
        ("X.A=1x", 5, "no number"),
        ("X.A=inf", 5, "between quotes"),
        ("X.A=1e999", 5, "no number"),
        ("X.A=0x+1", 5, "no number"),
        ("X.A=1,", 7, "expected the name of a key"),
        ("X.A=1,a=2", 7, "given twice"),
        ("X.A=1;", 6, "nothing more"),
        ("X=1,B=2", 4, "several keys"),
        ("X=@.A", 4, "nothing more"),
        ("X.A=\"a", 5, "no closing quote"),
        ("X.A=\"a\\n\"", 7, "backslash"),
        ("X.A=\"a\\", 7, "backslash"),
        ("1X", 1, "name of a class"),
        ("\\root:X", 1, "two slashes"),
        ("\\\\\\root:X", 3, "machine's name"),
        ("\\\\host", 7, "a slash and a namespace"),
        ("\\\\host\\root\\cimv2", 18, "expected ':' and a class"),
        ("\\\\host\\:X", 8, "name of a namespace"),
        ("root\\\\cimv2:X", 6, "name of a namespace"),
        ("root\\cimv2", 5, "followed by ':'"),
        ("root\\cimv2:", 12, "name of a class"),
        ("ro ot:X", 3, "expected '\\'"),
        (":X", 1, "name of a namespace"),
    ] {
        let error = ObjectPath::parse(text).unwrap_err();
        assert_eq!(error.status(), Status::WBEM_E_INVALID_OBJECT_PATH, "{text}");
        let message = error.to_string();
        assert!(message.contains(&format!("at column {column}: ")) && message.contains(reason), "{message}");
    }
    for long in ["X".repeat(MAX_NAME_CHARACTERS + 1), format!("X=\"{}\"", "a".repeat(MAX_PATH_CHARACTERS))] {
        assert_eq!(ObjectPath::parse(&long).unwrap_err().status(), Status::WBEM_E_INVALID_OBJECT_PATH);
    }
}

#[test]
fn same_objects() {
    let same = |a: &str, b: &str| {
        let (a, b) = (ObjectPath::parse(a).unwrap(), ObjectPath::parse(b).unwrap());
        assert_eq!(a.names_same_object(&b), b.names_same_object(&a));
        a.names_same_object(&b)
    };
    assert!(same("x.a=1,b='U'", "X.B=\"u\",A=1"));
    assert!(same("X='a'", "X.Name=\"A\""));
    assert!(same("root\\cimv2:X=@", "\\\\.\\ROOT\\CIMV2:x=@"));
    assert!(same("\\\\localhost\\root:X", "\\\\.\\root:X"));
    assert!(!same("\\\\a\\root:X", "\\\\b\\root:X"));
    assert!(!same("X=1", "X='1'"));
    assert!(!same("X=1", "X.A=1,B=2"));
    assert!(!same("X", "X=@"));
}

#[test]
fn relpaths_and_values() {
    let name = Value::String("a\"b\\c".to_owned());
    assert_eq!(relpath("X", &[("Name", &name), ("Id", &Value::Uint64(7))]), r#"X.Name="a\"b\\c",Id=7"#);
    assert_eq!(relpath("X", &[]), "X=@");
    assert_eq!(relpath("X", &[("Name", &Value::Real64(f64::NAN))]), "X.Name=\"NaN\"");
    let datetime = DateTime::parse("20240305140709.123456+060").unwrap();
    for value in [
        name,
        Value::Sint8(-8),
        Value::Uint64(u64::MAX),
        Value::Boolean(true),
        Value::Char16(65),
        Value::Real32(1.5),
        Value::Real64(0.1),
        Value::DateTime(datetime),
        Value::Reference("X=1".to_owned()),
    ] {
        let key = KeyValue::from_value(&value).unwrap();
        assert_eq!(key.to_value(value.type_of().unwrap().scalar), Some(value));
    }
    let quoted = KeyValue::String("12".to_owned());
    assert_eq!(quoted.to_value(CimType::Uint8), Some(Value::Uint8(12)));
    assert_eq!(KeyValue::Integer(300).to_value(CimType::Uint8), None);
    assert_eq!(KeyValue::String("True".to_owned()).to_value(CimType::Boolean), Some(Value::Boolean(true)));
}

/// A linear congruential generator: enough spread for tests, always the same.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    fn text(&mut self, alphabet: &[char], least: usize) -> String {
        let count = least + self.below(6);
        (0..count).map(|_| alphabet[self.below(alphabet.len())]).collect()
    }

    fn name(&mut self) -> String {
        format!("{}{}", ["A", "z_", "__B", "é"][self.below(4)], self.text(&['a', 'Z', '0', '_'], 0))
    }

    fn value(&mut self) -> KeyValue {
        match self.below(4) {
            0 => KeyValue::String(self.text(&['a', '"', '\'', '\\', ' ', '=', ',', ':', '.', '/', '🦀'], 0)),
            1 => KeyValue::Integer(self.below(usize::MAX) as i128 - (1 << 30)),
            2 => KeyValue::Real(
                (self.below(2_000_000) as f64 - 1e6) / 1e3 * 10f64.powi(self.below(40) as i32 - 20),
            ),
            _ => KeyValue::Boolean(self.below(2) == 0),
        }
    }

    fn path(&mut self) -> ObjectPath {
        let namespace = (self.below(2) == 0).then(|| format!("{}\\{}", self.name(), self.name()));
        let server = namespace.is_some().then(|| [".", "host", "a.b-c"][self.below(3)].to_owned());
        let keys = match self.below(4) {
            0 => Keys::None,
            1 => Keys::Singleton,
            2 => Keys::Unnamed(self.value()),
            _ => Keys::Named(
                (0..=self.below(4)).map(|n| (format!("{}{n}", self.name()), self.value())).collect(),
            ),
        };
        ObjectPath { server, namespace, class: self.name(), keys }
    }
}

#[test]
fn what_is_printed_is_read_back() {
    let mut random = Random(42);
    for _ in 0..20_000 {
        let path = random.path();
        let text = path.to_string();
        assert_eq!(ObjectPath::parse(&text).unwrap(), path, "{text}");
        assert!(path.names_same_object(&path), "{text}");
    }
}

#[test]
fn broken_paths_never_panic() {
    let mut random = Random(7);
    let alphabet: Vec<char> = "aX0.=@,:\"'\\/ -+e_é".chars().collect();
    for _ in 0..50_000 {
        let text = random.text(&alphabet, 0) + &random.text(&alphabet, 0);
        if let Ok(path) = ObjectPath::parse(&text) {
            assert_eq!(ObjectPath::parse(&path.to_string()).unwrap(), path, "{text}");
        }
        if let Ok(path) = NamespacePath::parse(&text) {
            assert_eq!(NamespacePath::parse(&path.to_string()).unwrap(), path, "{text}");
        }
    }
}

#[test]
fn namespaces() {
    for (text, canonical, local) in [
        ("root", "root", true),
        ("ROOT/cimv2", "ROOT\\cimv2", true),
        ("//./root/cimv2", "\\\\.\\root\\cimv2", true),
        ("\\/LocalHost\\root", "\\\\LocalHost\\root", true),
        ("\\\\host.example\\root", "\\\\host.example\\root", false),
        ("\\\\host", "\\\\host", false),
    ] {
        let path = NamespacePath::parse(text).unwrap();
        assert_eq!((path.to_string().as_str(), path.is_local()), (canonical, local));
    }
    for text in [
        "",
        "\\",
        "\\root",
        "\\\\",
        "\\\\.",
        "\\\\.\\",
        "\\\\host\\",
        "root\\",
        "root\\\\a",
        "ro ot",
        "root:X",
    ] {
        let status = NamespacePath::parse(text).unwrap_err().status();
        assert_eq!(status, Status::WBEM_E_INVALID_NAMESPACE, "{text}");
    }
    assert_eq!(NamespacePath::parse("\\\\\\.\\root").unwrap_err().status(), Status::WBEM_E_INVALID_PARAMETER);
}
