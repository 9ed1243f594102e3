//! Tests of parsing, binding and evaluation of data queries together; those of
//! the other kinds are in `tests/wql_examples.rs`.

use super::*;
use crate::{CimType, DateTime, Status, Type, Value};

/// A class of one property of each sort and an instance of it.
struct Disk(Vec<(&'static str, Type, Value)>);

fn disk() -> Disk {
    let text = |text: &str| Value::String(text.to_owned());
    Disk(
        [
            ("__CLASS", CimType::String, text("D")),
            ("__PATH", CimType::String, text("\\\\.\\root\\cimv2:D.DeviceID=\"C:\"")),
            ("DeviceID", CimType::String, text("C:")),
            ("Name", CimType::String, text("a\\b")),
            ("Size", CimType::Uint64, Value::Uint64(u64::MAX)),
            ("FreeSpace", CimType::Uint64, Value::Uint64(1000)),
            ("DriveType", CimType::Uint32, Value::Uint32(3)),
            ("Offset", CimType::Sint16, Value::Sint16(-5)),
            ("Compressed", CimType::Boolean, Value::Boolean(true)),
            ("FileSystem", CimType::String, text("NTFS")),
            ("VolumeName", CimType::String, Value::Null),
            ("Load", CimType::Real32, Value::Real32(0.1)),
            ("Letter", CimType::Char16, Value::Char16(67)),
            ("Handle", CimType::String, text("4")),
            ("Group", CimType::String, text("g")),
            ("Parent", CimType::Reference, Value::Reference("root\\cimv2:P.A=1,B=\"x\"".to_owned())),
            ("InstallDate", CimType::DateTime, datetime("20240305140709.000000+060")),
            ("Anniversary", CimType::DateTime, datetime("****0401******.000000+***")),
            ("Uptime", CimType::DateTime, datetime("00000001120032.000000:000")),
            ("E", CimType::Object, Value::Null),
        ]
        .into_iter()
        .map(|(name, cim, value)| (name, Type::scalar(cim), value))
        .chain([("A", Type::array(CimType::Uint32), Value::Null)])
        .collect(),
    )
}

fn datetime(text: &str) -> Value {
    Value::DateTime(DateTime::parse(text).unwrap())
}

impl Scope for Disk {
    fn class_name(&self) -> &str {
        "D"
    }

    fn property(&self, name: &str) -> Option<(usize, Type)> {
        let index = self.0.iter().position(|(known, _, _)| known.eq_ignore_ascii_case(name))?;
        Some((index, self.0[index].1))
    }

    fn property_names(&self) -> Vec<&str> {
        self.0.iter().map(|(name, _, _)| *name).collect()
    }
}

fn data(query: &str) -> crate::Result<DataQuery> {
    match parse(query)? {
        Query::Data(query) => Ok(query),
        other => panic!("{other} is no data query"),
    }
}

/// Parses, binds and asks; the status of what fails first.
fn run(query: &str) -> Result<bool, crate::Error> {
    let disk = disk();
    let query = data(query)?;
    query.bind_selection(&disk)?;
    let predicate = Predicate::bind(&query, &disk)?;
    Ok(predicate.matches(&|index| disk.0[index].2.clone()))
}

#[track_caller]
fn fails(query: &str, status: Status, saying: &str) {
    let error = run(query).expect_err(query);
    assert_eq!(error.status(), status, "{query}: {error}");
    assert!(error.message().contains(saying), "{error}");
}

#[test]
fn matches() {
    for (condition, expected) in [
        ("DriveType = 3", true),
        ("drivetype = \"3\"", true),
        ("DriveType = 0x3", true),
        ("3 = DriveType", true),
        ("2 < DriveType", true),
        ("4 <= DriveType", false),
        ("DriveType LIKE '3'", true),
        ("DriveType <> 3", false),
        ("DriveType = 99999999999999", false),
        ("Offset < 0 AND Offset >= -5", true),
        ("Size = 18446744073709551615", true),
        ("Size > '18446744073709551614'", true),
        ("FileSystem = 'ntfs'", true),
        ("FileSystem IS NULL", false),
        ("FileSystem IS NOT NULL", true),
        ("FileSystem = NULL", false),
        ("FileSystem <> null", true),
        ("FileSystem > 'ntf' AND FileSystem < 'NTFSa'", true),
        ("Name = \"a\\\\b\"", true),
        ("Name LIKE '%\\\\%'", true),
        ("NOT Name LIKE '%\\\\%'", false),
        ("Name NOT LIKE 'x%'", true),
        ("DeviceID LIKE '[A-C]:'", true),
        ("DeviceID LIKE '[^A-C]:'", false),
        ("Compressed = TRUE", true),
        ("Compressed <> 0", true),
        ("Compressed = 'False'", false),
        ("Compressed != -1", false),
        ("Handle = 0 OR Handle = 4", true),
        ("Group = 'G'", true),
        ("Load = 0.1", true),
        ("Load < 1", true),
        ("Load = '0.1'", true),
        ("Letter = 'c'", true),
        ("Letter = 67", true),
        ("Letter LIKE '[A-C]'", true),
        ("Parent = 'P.b=\"X\",a=1'", true),
        ("Parent != \"\\\\\\\\.\\\\root\\\\cimv2:P.A=1,B='y'\"", true),
        ("InstallDate > '20240101000000.000000+000'", true),
        ("InstallDate = '20240305130709.000000+000'", true),
        ("InstallDate > '2024-01-01'", true),
        ("InstallDate < '03/05/2024 13:07:10'", true),
        ("InstallDate = '00000001120032.000000:000'", false),
        ("InstallDate != '00000001120032.000000:000'", true),
        ("InstallDate < '00000001120032.000000:000'", false),
        ("NOT InstallDate < '00000001120032.000000:000'", false),
        ("Anniversary = '****0401******.000000+***'", true),
        ("Anniversary = '20240401000000.000000+000'", false),
        ("Anniversary > '20240401000000.000000+000'", false),
        ("Uptime > '00000001000000.000000:000'", true),
        ("__CLASS = 'd'", true),
        ("__CLASS = 'Other'", false),
        ("E IS NULL AND A IS NULL", true),
        // A test of NULL is unknown, and so is its negation.
        ("VolumeName = 'x'", false),
        ("NOT VolumeName = 'x'", false),
        ("VolumeName <> 'x'", false),
        ("NOT VolumeName LIKE '%'", false),
        ("VolumeName = 'x' OR DriveType = 3", true),
        ("NOT (VolumeName = 'x' AND DriveType = 4)", true),
        ("NOT (VolumeName = 'x' OR DriveType = 4)", false),
        ("NOT (VolumeName = 'x' OR DriveType = 3)", false),
        ("NOT NOT DriveType = 3", true),
        // AND binds tighter than OR.
        ("DriveType = 3 OR DriveType = 3 AND DriveType = 4", true),
        ("(DriveType = 3 OR DriveType = 3) AND DriveType = 4", false),
        ("NOT DriveType = 4 AND DriveType = 3", true),
    ] {
        let query = format!("SELECT * FROM D WHERE {condition}");
        assert_eq!(run(&query).unwrap_or_else(|error| panic!("{error}")), expected, "{condition}");
    }
}

#[test]
fn selections() {
    let disk = disk();
    let selected = |query: &str| {
        let list = data(query).unwrap().bind_selection(&disk).unwrap()?;
        Some(list.into_iter().map(|selected| selected.index).collect::<Vec<_>>())
    };
    assert_eq!(selected("select * from d"), None);
    assert_eq!(selected("SELECT __PATH,deviceid , FREESPACE,DeviceID\tFROM\r\nd"), Some(vec![1, 2, 5, 2]));
    let query = data("SELECT Name, Group FROM __Thing WHERE Group = 'x'").unwrap();
    assert_eq!(query.class(), "__Thing");
    let error = query.unknown_class("did you mean D?");
    assert_eq!(error.status(), Status::WBEM_E_INVALID_CLASS);
    assert!(error.message().contains("there is no class __Thing"), "{error}");
    assert!(run("SELECT * FROM D").unwrap());
}

#[test]
fn invalid() {
    for (query, saying) in [
        ("SELECT * FROM D WHERE DriveType IS 5", "followed by NULL only"),
        ("SELECT * FROM D WHERE FileSystem IS NOT \"NTFS\"", "followed by NULL only"),
        ("SELECT * FROM D WHERE Compressed >= 0", "only = and != do"),
        ("SELECT * FROM D WHERE 0 < Compressed", "only = and != do"),
        ("SELECT * FROM D WHERE Compressed = 2", "write TRUE or FALSE"),
        ("SELECT * FROM D WHERE FreeSpace > (4+7)", "no arithmetic"),
        ("SELECT * FROM D WHERE FreeSpace > 4 - 7", "no arithmetic"),
        ("SELECT * FROM D WHERE FreeSpace > 4 -7", "no arithmetic"),
        ("SELECT * FROM D WHERE FreeSpace = Size", "not with another property"),
        ("SELECT * FROM D WHERE 3 = 3", "one side of a comparison is a property"),
        ("SELECT * FROM D WHERE 3", "expected a comparison"),
        ("SELECT * FROM D WHERE NoSuch = 1", "class D has no property NoSuch"),
        ("SELECT * FROM D WHERE FreeSpaec = 1", "did you mean FreeSpace?"),
        ("SELECT NoSuch FROM D", "class D has no property NoSuch"),
        ("SELECT D.Name FROM D", "named without its class"),
        ("SELECT Name.Part FROM D", "has no members"),
        // The keyword is the member's name, and FROM is missed.
        ("SELECT Name. FROM D", "expected FROM"),
        ("SELECT *, Name FROM D", "expected FROM"),
        ("SELECT * FROM D,P", "no joins"),
        ("SELECT * FROM D x LEFT JOIN P", "expected WHERE"),
        ("SELECT * FROM D INNER JOIN P", "no joins"),
        ("SELECT * FROM a.b", "no '.'"),
        ("SELECT * FROM D WHERE DriveType LIKE \"3%\"", "patterns for text only"),
        ("SELECT * FROM D WHERE DriveType LIKE 3", "between quotes after LIKE"),
        ("SELECT * FROM D WHERE Name = \"C:", "no closing quote"),
        ("SELECT * FROM D WHERE Name = 'a\\b'", "written twice"),
        ("SELECT FROM D", "after SELECT"),
        ("SELECT * D", "expected FROM"),
        ("SELECT * FROM", "name of a class"),
        ("SELECT * FROM D WHERE", "expected a property"),
        ("SELECT * FROM D WHERE DriveType = 3 AND", "expected a property"),
        ("SELECT * FROM D WHERE DriveType =", "expected a constant"),
        ("SELECT * FROM D WHERE DriveType", "after the property"),
        ("SELECT * FROM D WHERE (DriveType = 3", "nothing closes"),
        ("SELECT * FROM D WHERE DriveType = 3)", "nothing opens"),
        ("SELECT * FROM D WHERE DriveType = 3 Name = 'a'", "expected AND, OR"),
        ("SELECT * FROM D AND Name = 'a'", "conditions stand after WHERE"),
        ("SELECT * FROM D WHERE A = 1", "an array"),
        ("SELECT * FROM D WHERE E = 1", "an object"),
        ("SELECT * FROM D WHERE DriveType >= NULL", "NULL"),
        ("SELECT * FROM D WHERE DriveType = 3.4", "whole number"),
        ("SELECT * FROM D WHERE DriveType = '3.4'", "no value of DriveType, a uint32"),
        ("SELECT * FROM D WHERE DriveType = 'x'", "write a number"),
        ("SELECT * FROM D WHERE DriveType = 3x", "no number"),
        ("SELECT * FROM D WHERE Name = 1.5", "between quotes"),
        ("SELECT * FROM D WHERE Name = TRUE", "between quotes"),
        ("SELECT * FROM D WHERE Parent < 'x'", "only = and != do"),
        ("SELECT * FROM D WHERE InstallDate > 'yesterday'", "yyyy-MM-dd"),
        ("SELECT * FROM D WHERE InstallDate > 2024", "yyyy-MM-dd"),
        ("SELECT * FROM D WHERE InstallDate > '****0401******.000000+***'", "asterisks"),
        ("SELECT COUNT(*) FROM D", "no functions"),
        ("SELECT * FROM D ORDER BY Name", "no ORDER BY"),
        ("SELECT * FROM D HAVING Name = 1", "expected WHERE"),
        ("SELECT * FROM D;", "without ';'"),
        ("SELECT * FROM D WHERE NULL IS NULL", "expected a comparison"),
        ("SELECT TRUE FROM D", "expected a property"),
        ("SELECT * FROM D WHERE 3 = NOT", "one side of a comparison is a property"),
        ("DELETE FROM D", "starts with SELECT"),
    ] {
        fails(query, Status::WBEM_E_INVALID_QUERY, saying);
    }
}

#[test]
fn other_statuses() {
    fails("", Status::WBEM_E_INVALID_PARAMETER, "empty");
    fails(" \r\n", Status::WBEM_E_INVALID_PARAMETER, "empty");
    let nested = |depth: usize| {
        format!("SELECT * FROM D WHERE {}DriveType = 3{}", "(".repeat(depth), ")".repeat(depth))
    };
    assert!(run(&nested(MAX_NESTING)).unwrap());
    fails(&nested(MAX_NESTING + 1), Status::WBEM_E_QUOTA_VIOLATION, "within each other");
    let nots = format!("SELECT * FROM D WHERE {} DriveType = 3", "NOT ".repeat(3000));
    fails(&nots, Status::WBEM_E_QUOTA_VIOLATION, "within each other");
    let long = format!("SELECT * FROM D WHERE Name = '{}'", "a".repeat(MAX_QUERY_CHARACTERS));
    fails(&long, Status::WBEM_E_QUOTA_VIOLATION, "longer than");
    let many = format!("SELECT * FROM D WHERE DriveType = 3{}", " OR DriveType = 3".repeat(900));
    assert!(run(&many).unwrap());
    let more = format!("SELECT * FROM D WHERE DriveType=3{}", " OR DriveType=3".repeat(MAX_CONDITIONS));
    fails(&more, Status::WBEM_E_QUOTA_VIOLATION, "more than 1024 conditions");
    let deep = format!("SELECT * FROM D WHERE {}Name NOT LIKE 'x'{}", "(".repeat(64), ")".repeat(64));
    fails(&deep, Status::WBEM_E_QUOTA_VIOLATION, "within each other");
}

#[test]
fn messages_show_the_place() {
    let error = run("SELECT * FROM D\nWHERE FreeSpaec > 1").unwrap_err();
    assert_eq!(
        error.message(),
        "class D has no property FreeSpaec\n  \
         SELECT * FROM D WHERE FreeSpaec > 1\n                        \
         ^^^^^^^^^\n  \
         hint: did you mean FreeSpace?"
    );
}

#[test]
fn keys_that_the_clause_fixes() {
    let disk = disk();
    let bound = |condition: &str| {
        let query = data(&format!("SELECT * FROM D WHERE {condition}")).unwrap();
        Predicate::bind(&query, &disk).unwrap()
    };
    let values = |condition: &str, name: &str| {
        let shown = bound(condition).key_values(disk.property(name).unwrap().0)?;
        Some(shown.iter().map(ToString::to_string).collect::<Vec<_>>().join("|"))
    };
    for (condition, name, expected) in [
        ("DeviceID = 'C:'", "DeviceID", Some("C:")),
        ("'C:' = DeviceID AND FreeSpace > 1", "DeviceID", Some("C:")),
        ("(DeviceID = 'C:' OR DeviceID = 'D:' OR DeviceID = 'C:') AND Size > 1", "DeviceID", Some("C:|D:")),
        ("DeviceID = 'C:' OR Size > 1", "DeviceID", None),
        ("NOT DeviceID = 'C:'", "DeviceID", None),
        ("DeviceID <> 'C:'", "DeviceID", None),
        ("DeviceID LIKE 'C:'", "DeviceID", None),
        ("DriveType = '3'", "DriveType", Some("3")),
        ("DriveType = -1", "DriveType", Some("")),
        ("Compressed = 1", "Compressed", Some("TRUE")),
        ("DeviceID = 'C:'", "DriveType", None),
    ] {
        assert_eq!(values(condition, name).as_deref(), expected, "{condition}");
    }
    assert_eq!(bound("Size > 1 AND (DeviceID = 'a' OR NOT Size < 5)").properties(), [2, 4]);
    assert_eq!(
        data("SELECT * FROM D").map(|q| Predicate::bind(&q, &disk).unwrap().properties()).unwrap(),
        []
    );
}

#[test]
fn broken_queries_never_panic() {
    let words = [
        "SELECT",
        "*",
        "FROM",
        "D",
        "WHERE",
        "DriveType",
        "=",
        "<>",
        "3",
        "'x'",
        "AND",
        "OR",
        "NOT",
        "(",
        ")",
        "IS",
        "NULL",
        "LIKE",
        ",",
        ".",
        "-",
        "é",
        "\"",
        "\\",
        "0x",
        "1e",
        "ISA",
        "{",
        "GROUP",
        "__CLASS",
        "Name",
    ];
    let mut state: u64 = 1;
    let mut below = |bound: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % bound
    };
    let mut matched = 0;
    for _ in 0..50_000 {
        let mut query = "SELECT * FROM D WHERE".to_owned();
        for _ in 0..below(10) {
            query.push_str(if below(4) == 0 { "" } else { " " });
            query.push_str(words[below(words.len())]);
        }
        matched += usize::from(run(&query).is_ok());
    }
    assert!(matched > 0, "some random queries are valid");
}
