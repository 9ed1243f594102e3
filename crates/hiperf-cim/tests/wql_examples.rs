//! The example queries of the specification, each with its outcome, and what
//! goes beyond them: statements other than data queries, embedded objects, the
//! text of messages.

use std::sync::Arc;
use std::time::Duration;

use hiperf_cim::mof::{self, Compiled};
use hiperf_cim::path::ObjectPath;
use hiperf_cim::wql::{self, AssociationQuery, EventQuery, Grouping, Predicate, Query};
use hiperf_cim::{Class, Instance, Result, Status, Value};

/// The classes of the examples, and one or two instances of each.
const SCHEMA: &str = r#"
class CIM_ManagedSystemElement { };
class D : CIM_ManagedSystemElement {
    [Key] string DeviceID; string Name; uint64 Size; uint64 FreeSpace; uint32 DriveType; boolean Compressed;
    string FileSystem; datetime InstallDate;
};
class DSub : D { };
class Win32_PerfRawData { [Key] string Name; };
class P : Win32_PerfRawData { uint64 PercentProcessorTime; uint64 Timestamp_Sys100NS; };
class Base { uint32 Num; string Text; };
class Derived : Base { datetime When; object Inner; boolean Flag; real32 Ratio; uint8 List[]; };
class OBJ { [Key] string Id; Base E; object Any; };
class ARR { uint32 A[]; };
class __Event { };
class Ev : __Event { string Sender; uint8 Importance; datetime Sent; };
class Mail : Ev { string Subject; };
class __InstanceOperationEvent : __Event { object TargetInstance; };
class __InstanceCreationEvent : __InstanceOperationEvent { };
class __InstanceModificationEvent : __InstanceOperationEvent { object PreviousInstance; };
class __AggregateEvent : __Event { uint32 NumberOfEvents; object Representative; };
[Dynamic] class Win32_Directory { [Key] string Name; };
[Association] class Holds { [Key] D ref Antecedent; [Key] Win32_Directory ref Dependent; };
class Loose { [Key] D ref Disk; [Key] object ref Other; };

instance of D { DeviceID = "C:"; Name = "a\\b"; Size = 18446744073709551615; FreeSpace = 123456789012346;
    DriveType = 3; Compressed = TRUE; FileSystem = "NTFS"; InstallDate = "20240305140709.000000+060"; };
instance of DSub { DeviceID = "D:"; Name = "sub"; DriveType = 5; };
instance of P { Name = "_Total"; PercentProcessorTime = 5; Timestamp_Sys100NS = 7; };
instance of OBJ { Id = "1"; E = instance of Derived { Num = 5; Text = "Five"; Ratio = 0.1; Flag = TRUE; List = {1};
    When = "00000001120032.000000:000"; Inner = instance of Base { Num = 6; }; }; };
instance of OBJ { Id = "2"; };
instance of Holds { Antecedent = "D.DeviceID=\"C:\""; Dependent = "Win32_Directory.Name=\"C:\\\\\""; };
instance of Holds { Antecedent = "\\\\.\\root\\cimv2:d.deviceid='c:'"; Dependent = "Win32_Directory=\"x\""; };
instance of Holds { Antecedent = "D.DeviceID=\"E:\""; Dependent = "Win32_Directory.Name=\"y\""; };
instance of Loose { Disk = "D=\"C:\""; Other = "D=\"C:\""; };
"#;

/// Whether a query selects each instance, as text: the keys or names of those
/// that it does.
struct Schema {
    classes: Vec<Arc<Class>>,
    instances: Vec<Instance>,
}

impl Schema {
    fn new() -> Schema {
        let nothing = |_: Option<&str>, _: &str| None;
        let (mut classes, mut instances) = (Vec::new(), Vec::new());
        for compiled in mof::compile(&mof::parse(SCHEMA), &nothing).unwrap() {
            match compiled {
                Compiled::Class { class, .. } => classes.push(class),
                Compiled::Instance { instance, .. } => instances.push(instance),
                other => panic!("{other:?}"),
            }
        }
        Schema { classes, instances }
    }

    fn class(&self, name: &str) -> Option<&Arc<Class>> {
        self.classes.iter().find(|class| class.name().eq_ignore_ascii_case(name))
    }

    /// What the engine does with a query, without providers: the names of what
    /// is selected.
    fn run(&self, query: &str, is_event: bool) -> Result<Vec<String>> {
        let parsed = if is_event { Query::Event(wql::parse_event(query)?) } else { wql::parse(query)? };
        match &parsed {
            Query::Data(select) => {
                let class = self.class(select.class()).ok_or_else(|| select.unknown_class(""))?;
                select.bind_selection(&**class)?;
                let predicate = Predicate::bind(select, &**class)?;
                let found = self.instances.iter().filter(|instance| instance.class().is_a(class.name()));
                let found = found.filter(|instance| predicate.matches_instance(class, instance));
                Ok(found.map(name).collect())
            }
            Query::Schema(schema) => {
                let predicate = schema.predicate()?;
                let found = self.classes.iter().filter(|class| predicate.matches_definition(class));
                Ok(found.map(|class| class.name().to_owned()).collect())
            }
            Query::Event(event) => {
                let class =
                    self.class(event.select().class()).ok_or_else(|| event.select().unknown_class(""))?;
                event.check(class, event.select().class().eq_ignore_ascii_case("Ev"))?;
                Predicate::bind(event.select(), &**class)?;
                Grouping::new(event, class)?;
                Ok(Vec::new())
            }
            Query::Associations(query) => Ok(self.associations(query)),
        }
    }

    fn associations(&self, query: &AssociationQuery) -> Vec<String> {
        let admitted = |class: &Class| query.admits_association(class);
        if query.wanted() == wql::Yield::SchemaOnly {
            let Some(source) = self.class(&query.source().class) else { return Vec::new() };
            let found = self.classes.iter().filter(|class| admitted(class));
            return found.filter_map(|class| query.endpoint_classes(class, source)).flatten().collect();
        }
        let found = self.instances.iter().filter(|instance| admitted(instance.class()));
        found.filter_map(|instance| query.endpoints(instance, query.source())).flatten().collect()
    }
}

fn name(instance: &Instance) -> String {
    match instance.class().keys().first() {
        Some(key) => instance.value(*key).to_string(),
        None => instance.class().name().to_owned(),
    }
}

/// An outcome of the specification's table.
enum Outcome {
    /// It runs and selects these, with blanks between them.
    Selects(&'static str),
    /// It is a query of events, and valid.
    Events,
    Fails(Status),
    /// As a query of events, it fails.
    EventFails(Status),
}

use Outcome::{EventFails, Events, Fails, Selects};

const INVALID: Outcome = Fails(Status::WBEM_E_INVALID_QUERY);

#[test]
fn the_examples_of_the_specification() {
    let schema = Schema::new();
    for (number, query, outcome) in EXAMPLES {
        let is_event = matches!(outcome, Events | EventFails(_));
        let result = schema.run(query, is_event).map(|found| found.join(" "));
        let message = result.as_ref().err().map_or("", |error| error.message());
        match (outcome, result.as_ref().map_err(|error| error.status())) {
            (Selects(expected), Ok(found)) => assert_eq!(found, expected, "{number}: {query}"),
            (Events, Ok(_)) => {}
            (Fails(status) | EventFails(status), Err(found)) => {
                assert_eq!(found, *status, "{number}: {query}: {message}");
                assert!(message.contains('^'), "{number}: the place is shown: {message}");
            }
            (_, other) => panic!("{number}: {query}: {other:?} {message}"),
        }
        // What it prints as has the same outcome.
        if let Ok(parsed) = wql::parse(query) {
            let again = schema.run(&parsed.to_string(), is_event).map(|found| found.join(" "));
            let status = |result: &Result<String>| result.as_ref().map_err(|e| e.status()).cloned();
            assert_eq!(status(&again), status(&result), "{number}: {parsed}");
        }
    }
}

#[rustfmt::skip] // a table
const EXAMPLES: &[(&str, &str, Outcome)] = &[
    ("1", "SELECT * FROM D", Selects("C: D:")),
    ("2", "select deviceid, FREESPACE from d", Selects("C: D:")),
    ("3", "SELECT DeviceID FROM D WHERE DriveType = 3", Selects("C:")),
    ("4", "SELECT * FROM D WHERE DriveType = \"3\"", Selects("C:")),
    ("5", "SELECT * FROM D WHERE 3 = DriveType", Selects("C:")),
    ("6", "SELECT * FROM D WHERE FileSystem = 'ntfs'", Selects("C:")),
    ("7", "SELECT * FROM D WHERE FileSystem IS NULL", Selects("D:")),
    ("8", "SELECT * FROM D WHERE FileSystem IS NOT NULL", Selects("C:")),
    ("9", "SELECT * FROM D WHERE DriveType IS 5", INVALID),
    ("10", "SELECT * FROM D WHERE FileSystem IS NOT \"NTFS\"", INVALID),
    ("11", "SELECT * FROM D WHERE Compressed = TRUE", Selects("C:")),
    ("12", "SELECT * FROM D WHERE Compressed <> 0", Selects("C:")),
    ("13", "SELECT * FROM D WHERE Compressed >= 0", INVALID),
    ("14", "SELECT * FROM D WHERE (Name=\"a\\\\b\" OR Name=\"D:\") AND FreeSpace > 2000000", Selects("C:")),
    ("15", "SELECT * FROM D WHERE Name=\"sub\" OR Name=\"D:\" AND FreeSpace > 1", Selects("D:")),
    ("16", "SELECT * FROM D WHERE NOT DriveType = 5", Selects("C:")),
    ("17", "SELECT * FROM D WHERE FreeSpace > (4+7)", INVALID),
    ("18", "SELECT * FROM D WHERE FreeSpace = Size", INVALID),
    ("19", "SELECT * FROM D WHERE NoSuch = 1", INVALID),
    ("20", "SELECT NoSuch FROM D", INVALID),
    ("21", "SELECT * FROM NoClass", Fails(Status::WBEM_E_INVALID_CLASS)),
    ("22", "SELECT * FROM D,P", INVALID),
    ("23", "SELECT * FROM D WHERE DeviceID LIKE \"C%\"", Selects("C:")),
    ("24", "SELECT * FROM D WHERE DeviceID LIKE \"[A-C]:\"", Selects("C:")),
    ("25", "SELECT * FROM D WHERE DeviceID LIKE \"[^A-C]:\"", Selects("D:")),
    ("26", "SELECT * FROM meta_class WHERE __CLASS LIKE \"%[_][_]Agg%\"", Selects("__AggregateEvent")),
    ("27", "SELECT * FROM D WHERE NOT Name LIKE \"%\\\\%\"", Selects("D:")),
    ("28", "SELECT * FROM D WHERE DriveType LIKE \"3\"", Selects("C:")),
    ("29", "SELECT * FROM D WHERE DriveType LIKE \"3%\"", INVALID),
    ("30", "SELECT * FROM D WHERE InstallDate > \"20240101000000.000000+000\"", Selects("C:")),
    ("31", "SELECT * FROM D WHERE InstallDate > \"2024-01-01\"", Selects("C:")),
    ("32", "SELECT * FROM D WHERE InstallDate = \"****0401******.000000+***\"", Selects("")),
    ("33", "SELECT * FROM D WHERE __CLASS = \"D\"", Selects("C:")),
    ("34", "SELECT __PATH, DeviceID FROM D", Selects("C: D:")),
    ("35", "SELECT * FROM D WHERE Name = \"a\\\\b\"", Selects("C:")),
    ("36", "SELECT * FROM D WHERE Name = \"C:", INVALID),
    ("37", "SELECT FROM D", INVALID),
    ("38", "SELECT * D", INVALID),
    ("39", "SELECT * FROM D WHERE", INVALID),
    ("40", "SELECT * FROM D WHERE DriveType = 3 AND", INVALID),
    ("41", "SELECT * FROM D WHERE (DriveType = 3", INVALID),
    ("42", "SELECT * FROM ARR WHERE A = 1", INVALID),
    ("43", "SELECT * FROM OBJ WHERE E ISA \"Base\"", Selects("1")),
    ("44", "SELECT * FROM OBJ WHERE E.Num = 5", Selects("1")),
    ("45", "SELECT * FROM OBJ WHERE E.Nope = 5", Selects("")),
    ("46", "SELECT * FROM meta_class WHERE __superclass = 'base' OR __class = 'arr'", Selects("Derived ARR")),
    ("47", "SELECT * FROM meta_class WHERE __this ISA \"D\"", Selects("D DSub")),
    ("48", "SELECT * FROM meta_class WHERE __Superclass IS NULL AND __Class < 'C'", Selects("Base ARR __Event")),
    ("49", "SELECT * FROM meta_class WHERE __Dynasty = \"CIM_ManagedSystemElement\"", Selects("CIM_ManagedSystemElement D DSub")),
    ("50", "SELECT __CLASS FROM meta_class", INVALID),
    ("51", "SELECT * FROM meta_class WHERE NOT __class < \"P\" AND NOT __this ISA \"Win32_Directory\"", Selects("Win32_PerfRawData P")),
    ("52", "ASSOCIATORS OF {D.DeviceID=\"C:\"} WHERE AssocClass=Holds", Selects("Win32_Directory.Name=\"C:\\\\\" Win32_Directory=\"x\"")),
    ("53", "ASSOCIATORS OF {D=\"E:\"} WHERE ResultClass = Win32_Directory RequiredQualifier = Dynamic", Selects("Win32_Directory.Name=\"y\"")),
    ("54", "ASSOCIATORS OF {D=\"C:\"} WHERE ResultClass = X AND Role = y", INVALID),
    ("55", "ASSOCIATORS OF {D=\"C:\"} WHERE ResultClass <> X", INVALID),
    ("56", "ASSOCIATORS OF {D=\"C:\"} WHERE ClassDefsOnly ResultClass = X", INVALID),
    ("57", "ASSOCIATORS OF {D=\"E:\"} WHERE ClassDefsOnly", Selects("Win32_Directory.Name=\"y\"")),
    ("58", "ASSOCIATORS OF {D} WHERE SchemaOnly", Selects("Win32_Directory")),
    ("59", "ASSOCIATORS OF {D.DeviceID = \"C:\"}", Fails(Status::WBEM_E_INVALID_OBJECT_PATH)),
    ("60", "REFERENCES OF {D=\"E:\"} WHERE Role = Antecedent", Selects("Win32_Directory.Name=\"y\"")),
    ("61", "REFERENCES OF {D=\"C:\"} WHERE ResultRole = x", INVALID),
    ("62", "REFERENCES OF {D=\"E:\"} WHERE KeysOnly", Selects("Win32_Directory.Name=\"y\"")),
    ("63", "SELECT * FROM __InstanceModificationEvent WITHIN 10 WHERE TargetInstance ISA \"D\"", Events),
    ("64", "SELECT * FROM __InstanceModificationEvent WHERE TargetInstance ISA \"D\"", EventFails(Status::WBEMESS_E_REGISTRATION_TOO_PRECISE)),
    ("65", "SELECT * FROM __InstanceCreationEvent WITHIN 2 WHERE TargetInstance ISA \"D\" AND TargetInstance.FreeSpace < 9", Events),
    ("66", "SELECT * FROM D WITHIN 10", EventFails(Status::WBEM_E_NOT_EVENT_CLASS)),
    ("67", "SELECT * FROM Ev GROUP WITHIN 300 BY Sender HAVING NumberOfEvents > 5", Events),
    ("68", "SELECT * FROM Ev GROUP BY Sender", EventFails(Status::WBEM_E_MISSING_GROUP_WITHIN)),
    ("69", "SELECT * FROM __InstanceCreationEvent WITHIN 5 WHERE TargetInstance ISA \"D\" GROUP WITHIN 5 BY TargetInstance", EventFails(Status::WBEM_E_AGGREGATING_BY_OBJECT)),
    ("70", "SELECT Name, PercentProcessorTime, Timestamp_Sys100NS FROM P WHERE Name = \"_Total\"", Selects("_Total")),
    ("71a", "SELECT COUNT(*) FROM D", INVALID),
    ("71b", "SELECT * FROM D ORDER BY Name", INVALID),
    // 72 is the language's name, which the call has beside the query.
    ("73", "SELECT * FROM D WHERE DriveType = 3.4", INVALID),
    ("74a", "SELECT * FROM D WHERE FreeSpace > \"123456789012345\"", Selects("C:")),
    ("74b", "SELECT * FROM D WHERE FreeSpace > 123456789012345", Selects("C:")),
    ("75", "SELECT * FROM Win32_PerfRawData WHERE Name = \"_Total\"", Selects("_Total")),
    // The addenda.
    ("ref <", "SELECT * FROM Holds WHERE Antecedent < \"D='C:'\"", INVALID),
    ("ref LIKE", "SELECT Dependent FROM Holds WHERE Antecedent LIKE \"D='E:'\"", Selects("D.DeviceID=\"E:\"")),
    ("no qualifier", "REFERENCES OF {D=\"C:\"} WHERE ResultClass = Loose", Selects("D=\"C:\"")),
    ("backslash", "SELECT * FROM D WHERE Name = \"a\\b\"", INVALID),
    ("WITHIN", "SELECT * FROM __InstanceCreationEvent WITHIN 4294967.295 WHERE TargetInstance ISA 'D'", Events),
    // Beyond: data.
    ("this", "SELECT * FROM D WHERE __THIS ISA 'DSub'", Selects("D:")),
    ("this =", "SELECT * FROM D WHERE __THIS = 'DSub'", INVALID),
    ("isa text", "SELECT * FROM D WHERE Name ISA 'DSub'", INVALID),
    ("isa name", "SELECT * FROM OBJ WHERE E ISA Base", INVALID),
    ("isa wrong", "SELECT * FROM OBJ WHERE E ISA 'D'", Selects("")),
    ("isa not", "SELECT * FROM OBJ WHERE NOT E ISA 'D'", Selects("1")),
    ("isa inner", "SELECT * FROM OBJ WHERE E.Inner ISA 'Base'", Selects("1")),
    ("member 2", "SELECT * FROM OBJ WHERE E.Inner.Num >= 6", Selects("1")),
    ("member null", "SELECT Id FROM OBJ WHERE E.Num IS NULL", Selects("2")),
    ("member none", "SELECT Id FROM OBJ WHERE E.Nope IS NULL", Selects("2")),
    ("member not", "SELECT Id FROM OBJ WHERE NOT E.Num = 6", Selects("1")),
    ("member text", "SELECT E.Text FROM OBJ WHERE E.Text LIKE 'f_v[^a]' AND E.Text = 'FIVE'", Selects("1")),
    ("member type", "SELECT * FROM OBJ WHERE E.Text > 5.5 OR E.Num = 'x' OR E.Flag > 0 OR E.List = 1", Selects("")),
    ("member more", "SELECT * FROM OBJ WHERE E.Flag = TRUE AND E.Ratio = 0.1 AND E.When > '00000000000000.000000:000'", Selects("1")),
    ("member class", "SELECT * FROM OBJ WHERE E.__CLASS = 'derived' AND E.__SUPERCLASS = 'Base'", Selects("1")),
    ("member of text", "SELECT * FROM OBJ WHERE Id.Num = 5", INVALID),
    // Beyond: schema.
    ("schema props", "SELECT * FROM META_CLASS WHERE Name = 'x'", INVALID),
    ("schema other", "SELECT * FROM META_CLASS WHERE __DERIVATION IS NULL", INVALID),
    ("schema within", "SELECT * FROM META_CLASS WITHIN 5", INVALID),
    // Beyond: associations.
    ("no of", "ASSOCIATORS {D=\"C:\"}", INVALID),
    ("no path", "ASSOCIATORS OF D", INVALID),
    ("open", "ASSOCIATORS OF {D=\"C:}\"", INVALID),
    ("no where", "ASSOCIATORS OF {D=\"C:\"} Role = x", INVALID),
    ("where none", "ASSOCIATORS OF {D=\"C:\"} WHERE", INVALID),
    ("comma", "ASSOCIATORS OF {D=\"C:\"} WHERE Role = x, ResultRole = y", INVALID),
    ("twice", "ASSOCIATORS OF {D=\"C:\"} WHERE Role = x Role = x", INVALID),
    ("twice alone", "ASSOCIATORS OF {D=\"C:\"} WHERE KeysOnly KeysOnly", INVALID),
    ("no value", "ASSOCIATORS OF {D=\"C:\"} WHERE Role =", INVALID),
    ("quoted", "ASSOCIATORS OF {D=\"C:\"} WHERE Role = 'x'", INVALID),
    ("unknown", "ASSOCIATORS OF {D=\"C:\"} WHERE Roll = x", INVALID),
    ("schema instance", "ASSOCIATORS OF {D=\"C:\"} WHERE SchemaOnly", INVALID),
    ("schema defs", "ASSOCIATORS OF {D} WHERE SchemaOnly ClassDefsOnly", INVALID),
    ("references assoc", "REFERENCES OF {D=\"C:\"} WHERE AssocClass = x", INVALID),
    ("all", "associators of {D=\"C:\"} where requiredassocqualifier=Association resultrole=Dependent role=Antecedent \
        keysonly assocclass=Holds resultclass=Win32_Directory requiredqualifier=Dynamic",
        Selects("Win32_Directory.Name=\"C:\\\\\" Win32_Directory=\"x\"")),
    ("self", "ASSOCIATORS OF {D=\"C:\"} WHERE AssocClass = Loose", Selects("D=\"C:\"")),
    ("self role", "ASSOCIATORS OF {D=\"C:\"} WHERE AssocClass = Loose Role = Other ResultRole = Disk", Selects("D=\"C:\"")),
    ("other role", "ASSOCIATORS OF {D=\"C:\"} WHERE Role = Dependent", Selects("")),
    ("brace", "ASSOCIATORS OF {D=\"}\"}", Selects("")),
    // Beyond: events.
    ("plain", "SELECT * FROM Ev WHERE Importance > 3", Events),
    ("fraction", "SELECT * FROM __InstanceCreationEvent WITHIN .5 WHERE TargetInstance ISA 'D'", Events),
    ("never", "SELECT * FROM __InstanceCreationEvent WITHIN 0", EventFails(Status::WBEM_E_INVALID_QUERY)),
    ("negative", "SELECT * FROM __InstanceCreationEvent WITHIN -1", EventFails(Status::WBEM_E_INVALID_QUERY)),
    ("too long", "SELECT * FROM __InstanceCreationEvent WITHIN 4294968", EventFails(Status::WBEM_E_INVALID_QUERY)),
    ("no seconds", "SELECT * FROM __InstanceCreationEvent WITHIN WHERE", EventFails(Status::WBEM_E_INVALID_QUERY)),
    ("late within", "SELECT * FROM Ev WHERE Sender = 'x' WITHIN 5", EventFails(Status::WBEM_E_INVALID_QUERY)),
    ("group only", "SELECT * FROM Ev GROUP", EventFails(Status::WBEM_E_MISSING_GROUP_WITHIN)),
    ("group fraction", "SELECT * FROM Ev GROUP WITHIN 1.5", EventFails(Status::WBEM_E_INVALID_QUERY)),
    ("group by none", "SELECT * FROM Ev GROUP WITHIN 5 BY", EventFails(Status::WBEM_E_MISSING_AGGREGATION_LIST)),
    ("group by all", "SELECT * FROM Ev GROUP WITHIN 5 BY *", EventFails(Status::WBEM_E_MISSING_AGGREGATION_LIST)),
    ("group by having", "SELECT * FROM Ev GROUP WITHIN 5 BY HAVING NumberOfEvents > 5", EventFails(Status::WBEM_E_MISSING_AGGREGATION_LIST)),
    ("group by member", "SELECT * FROM Ev GROUP WITHIN 5 BY Sender.Name", EventFails(Status::WBEM_E_PROPERTY_NOT_AN_OBJECT)),
    ("group by unknown", "SELECT * FROM Ev GROUP WITHIN 5 BY Nobody", EventFails(Status::WBEM_E_INVALID_QUERY)),
    ("having other", "SELECT * FROM Ev GROUP WITHIN 5 HAVING Sender = 'x'", EventFails(Status::WBEM_E_INVALID_QUERY)),
    ("having text", "SELECT * FROM Ev GROUP WITHIN 5 HAVING NumberOfEvents > 'x'", EventFails(Status::WBEM_E_INVALID_QUERY)),
    ("having alone", "SELECT * FROM Ev HAVING NumberOfEvents > 5", EventFails(Status::WBEM_E_INVALID_QUERY)),
    ("group then where", "SELECT * FROM Ev GROUP WITHIN 5 WHERE Sender = 'x'", EventFails(Status::WBEM_E_INVALID_QUERY)),
    ("events of assoc", "ASSOCIATORS OF {D=\"C:\"}", EventFails(Status::WBEM_E_INVALID_QUERY)),
];

#[test]
fn canonical_text() {
    for (query, printed) in [
        ("select a,b.c from X", "SELECT a, b.c FROM X"),
        ("SELECT * FROM X WHERE 0x10 <> a", "SELECT * FROM X WHERE a != 16"),
        ("SELECT * FROM X WHERE 'it''s' < a", ""),
        ("SELECT * FROM X WHERE 'q\\'\\\"\\\\' <= a", "SELECT * FROM X WHERE a >= \"q'\\\"\\\\\""),
        (
            "SELECT * FROM X WHERE ((a = 1 or b = 1.0)) and (c = NULL and true = d)",
            "SELECT * FROM X WHERE (a = 1 OR b = 1.0) AND (c IS NULL AND d = TRUE)",
        ),
        ("SELECT * FROM X WHERE not (not a not like 'x')", "SELECT * FROM X WHERE NOT NOT NOT a LIKE \"x\""),
        (
            "SELECT * FROM X WHERE NOT (a ISA 'x' AND b IS NOT NULL)",
            "SELECT * FROM X WHERE NOT (a ISA \"x\" AND b IS NOT NULL)",
        ),
        ("SELECT * FROM meta_class", "SELECT * FROM meta_class"),
        (
            "select * from E within 0.50 where a=1 group within 5 by a.b,c having numberofevents>=5",
            "SELECT * FROM E WITHIN 0.500 WHERE a = 1 GROUP WITHIN 5 BY a.b, c HAVING NumberOfEvents >= 5",
        ),
        (
            "references of {//s/root/a:X.b='c',d=0x1} where keysonly role=r",
            "REFERENCES OF {\\\\s\\root\\a:X.b=\"c\",d=1} WHERE Role = r KeysOnly",
        ),
        ("associators of {X=@}", "ASSOCIATORS OF {X=@}"),
        ("associators of {X='c:\\x\\\\y\\''}", "ASSOCIATORS OF {X=\"c:\\\\x\\\\y'\"}"),
    ] {
        match wql::parse(query) {
            Ok(parsed) => {
                assert_eq!(parsed.to_string(), printed);
                assert_eq!(wql::parse(printed).unwrap(), parsed);
            }
            Err(error) => assert_eq!(printed, "", "{error}"),
        }
    }
}

#[test]
fn messages_of_the_new_statements() {
    let message = |query: &str| wql::parse(query).unwrap_err().message().to_owned();
    assert_eq!(
        message("ASSOCIATORS OF {D=\"C:\"} WHERE Role = a AND AssocClass = b"),
        "this is no keyword of the statement\n  ASSOCIATORS OF {D=\"C:\"} WHERE Role = a AND AssocClass = b\n  \
         \u{20}                                      ^^^\n  \
         hint: keywords stand one after the other, with blanks between them"
    );
    assert!(message("REFERENCES OF {D=1} WHERE x = 1").ends_with(
        "hint: REFERENCES OF takes ResultClass, Role, RequiredQualifier, KeysOnly, ClassDefsOnly, SchemaOnly"
    ));
    assert!(message("ASSOCIATORS OF {D = 1}").contains("column 2"));
}

fn event_query(query: &str) -> EventQuery {
    wql::parse_event(query).unwrap()
}

#[test]
fn the_classes_that_an_event_query_is_about() {
    for (condition, classes) in [
        ("TargetInstance ISA 'A'", Some(vec!["A"])),
        ("targetinstance isa 'A' AND TargetInstance.X = 1", Some(vec!["A"])),
        ("(TargetInstance ISA 'A' OR TargetInstance ISA 'B') AND x = 1", Some(vec!["A", "B"])),
        ("TargetInstance ISA 'A' OR x = 1", None),
        ("NOT TargetInstance ISA 'A'", None),
        ("PreviousInstance ISA 'A'", None),
        ("TargetInstance.X = 1", None),
    ] {
        let query = event_query(&format!("SELECT * FROM E WITHIN 1 WHERE {condition}"));
        assert_eq!(query.required_classes("TargetInstance"), classes, "{condition}");
    }
    assert_eq!(event_query("SELECT * FROM E").required_classes("TargetInstance"), None);
}

#[test]
fn events_are_selected_by_their_target() {
    let schema = Schema::new();
    let class = schema.class("__InstanceModificationEvent").unwrap();
    let mut event = Instance::spawn(class);
    event.put("TargetInstance", &Value::Object(Box::new(schema.instances[0].clone()))).unwrap();
    let base = schema.class("__InstanceOperationEvent").unwrap();
    for (condition, expected) in [
        ("TargetInstance ISA 'CIM_ManagedSystemElement' AND TargetInstance.FreeSpace > 9", true),
        ("TargetInstance ISA 'DSub'", false),
        ("TargetInstance.__PATH IS NULL AND TargetInstance.__RELPATH = 'D.DeviceID=\"C:\"'", true),
        ("TargetInstance.Size = 18446744073709551615", true),
        ("TargetInstance.InstallDate = '20240305130709.000000+000'", true),
        ("__CLASS = '__InstanceModificationEvent'", true),
        ("__THIS ISA '__InstanceCreationEvent'", false),
    ] {
        let query =
            event_query(&format!("SELECT * FROM __InstanceOperationEvent WITHIN 1 WHERE {condition}"));
        let predicate = Predicate::bind(query.select(), &**base).unwrap();
        assert_eq!(predicate.matches_instance(base, &event), expected, "{condition}");
    }
}

#[test]
fn events_are_grouped() {
    let schema = Schema::new();
    let (class, mail) = (schema.class("Ev").unwrap(), schema.class("Mail").unwrap());
    let event = |sender: &str, importance: u8| {
        let mut event = Instance::spawn(mail);
        event.put("Sender", &Value::String(sender.into())).unwrap();
        event.put("Importance", &Value::Uint8(importance)).unwrap();
        event
    };
    let grouping = |clause: &str| {
        let query = event_query(&format!("SELECT * FROM Ev GROUP WITHIN 10 {clause}"));
        Grouping::new(&query, class).unwrap().unwrap()
    };
    let at = Duration::from_secs;
    let shown = |groups: Vec<wql::Aggregate>| -> Vec<(u32, String)> {
        let show = |group: wql::Aggregate| {
            (group.number_of_events, group.representative.get("Sender").unwrap().to_string())
        };
        groups.into_iter().map(show).collect()
    };

    let mut by_sender = grouping("BY Sender, __CLASS");
    assert_eq!(by_sender.next_end(), None);
    for (sender, second) in [("a", 1), ("b", 3), ("A", 4), ("b", 9), ("a", 10)] {
        assert_eq!(shown(by_sender.push(event(sender, 0), at(second)).unwrap()), []);
    }
    assert_eq!(by_sender.next_end(), Some(at(11)));
    // An event at the end of the interval is the first of the next one.
    assert_eq!(shown(by_sender.push(event("a", 1), at(11)).unwrap()), [(3, "a".to_owned())]);
    // Time that goes back stands still.
    assert_eq!(shown(by_sender.due(at(5))), []);
    assert_eq!(shown(by_sender.due(at(100))), [(2, "b".to_owned()), (1, "a".to_owned())]);
    assert_eq!(by_sender.next_end(), None);

    let mut all = grouping("HAVING NumberOfEvents >= 2");
    all.push(event("a", 0), at(0)).unwrap();
    assert_eq!(shown(all.due(at(10))), [], "there was one event only");
    all.push(event("a", 0), at(20)).unwrap();
    all.push(event("b", 0), at(21)).unwrap();
    let over = all.due(at(30));
    let aggregate = schema.class("__AggregateEvent").unwrap();
    let delivered = over[0].clone().into_event(aggregate).unwrap();
    assert_eq!(delivered.get("NumberOfEvents").unwrap(), Value::Uint32(2));
    assert!(
        matches!(delivered.get("Representative").unwrap(), Value::Object(first) if first == Box::new(event("a", 0)))
    );

    let mut many = grouping("BY Sender");
    for n in 0..wql::MAX_GROUPS {
        many.push(event(&n.to_string(), 0), at(0)).unwrap();
    }
    let refused = many.push(event("x", 0), at(1)).unwrap_err();
    assert_eq!(refused.status(), Status::WBEM_E_QUOTA_VIOLATION);
    many.push(event("0", 0), at(1)).unwrap();
    assert_eq!(many.push(event("x", 0), at(10)).unwrap().len(), wql::MAX_GROUPS);
}

#[test]
fn a_projection_keeps_what_is_selected() {
    let schema = Schema::new();
    let object = schema.instances.iter().find(|instance| name(instance) == "1").unwrap();
    let projected = |list: &str| {
        let Query::Data(query) = wql::parse(&format!("SELECT {list} FROM OBJ")).unwrap() else { panic!() };
        let mut instance = object.clone();
        let selected = query.bind_selection(&**object.class()).unwrap().unwrap();
        wql::project(&mut instance, &selected).unwrap();
        let Value::Object(embedded) = instance.get("E").unwrap() else { return (instance, None) };
        (instance, Some(embedded))
    };
    assert_eq!(projected("Any"), {
        let (kept, none) = projected("Id");
        assert_eq!(none, None);
        (kept, None)
    });
    assert_eq!(projected("E").0, *object);
    assert_eq!(projected("E.Num, E").0, *object);
    let (_, embedded) = projected("E.num, E.Inner.Num, E.Nope");
    let embedded = embedded.unwrap();
    assert_eq!(embedded.get("Num").unwrap(), Value::Uint32(5));
    assert_eq!(embedded.get("Text").unwrap(), Value::Null);
    let Value::Object(inner) = embedded.get("Inner").unwrap() else { panic!("the inner object stays") };
    assert_eq!(inner.get("Num").unwrap(), Value::Uint32(6));
    assert!(ObjectPath::parse(&projected("E.Num").0.relpath().unwrap()).is_ok());
}
