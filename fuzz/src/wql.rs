//! WQL: whatever is wrong is told with a documented status and the place; what
//! is right prints as a text that is parsed to the same, and can be bound to a
//! class and asked of an instance.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use hiperf_cim::mof::{self, Compiled};
use hiperf_cim::path::{MAX_PATH_CHARACTERS, ObjectPath};
use hiperf_cim::wql::{self, DataQuery, EventQuery, Grouping, MAX_QUERY_CHARACTERS, Predicate, Query};
use hiperf_cim::{Class, Error, Instance, Status};

/// A property of each sort, with names that a fuzzer finds soon.
const MOF: &str = r#"
class I { sint64 n; string t; object o; };
class c { [Key] uint32 k; sint8 i; uint64 u; real32 f; real64 g; boolean b; string t; char16 h; datetime d; c ref r;
    I e; object o; uint8 a[]; };
instance of c { k = 1; i = -1; u = 18446744073709551615; f = 0.1; g = 1.0e300; b = TRUE; t = "ab"; h = 'a';
    d = "20240305140709.000000+060"; r = "c.k=1"; e = instance of I { n = 5; t = "T"; }; a = {1}; };
"#;

static INSTANCE: LazyLock<Instance> = LazyLock::new(|| {
    let compiled =
        mof::compile(&mof::parse(MOF), &|_: Option<&str>, _: &str| None).expect("it has no mistake");
    let instance = compiled.into_iter().find_map(|compiled| match compiled {
        Compiled::Instance { instance, .. } => Some(instance),
        _ => None,
    });
    instance.expect("there is one")
});

/// Checks a query.
pub fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    match wql::parse(&text) {
        Ok(query) => {
            check_printed(&query);
            ask(&query);
        }
        Err(error) => check_error(&error),
    }
    if let Err(error) = wql::parse_event(&text) {
        check_error(&error);
    }
}

fn check_error(error: &Error) {
    let whole = [Status::WBEM_E_INVALID_PARAMETER, Status::WBEM_E_QUOTA_VIOLATION];
    let placed = [
        Status::WBEM_E_INVALID_QUERY,
        Status::WBEM_E_INVALID_OBJECT_PATH,
        Status::WBEM_E_MISSING_GROUP_WITHIN,
        Status::WBEM_E_MISSING_AGGREGATION_LIST,
        Status::WBEM_E_PROPERTY_NOT_AN_OBJECT,
        Status::WBEM_E_AGGREGATING_BY_OBJECT,
    ];
    let status = error.status();
    assert!(whole.contains(&status) || placed.contains(&status), "{error:?}");
    assert!(whole.contains(&status) || error.message().contains('^'), "{error}");
}

fn check_printed(query: &Query) {
    let printed = query.to_string();
    // Escapes and decimal digits can make a text longer than a query may be, or
    // a path longer than that may be.
    let is_too_long = match query {
        Query::Associations(query) => query.source().to_string().encode_utf16().count() > MAX_PATH_CHARACTERS,
        _ => false,
    };
    if is_too_long || printed.encode_utf16().count() > MAX_QUERY_CHARACTERS {
        return;
    }
    let again = wql::parse(&printed).expect("what was printed is a query");
    assert_eq!(&again, query, "{printed}");
    assert_eq!(again.to_string(), printed);
}

fn ask(query: &Query) {
    let class = INSTANCE.class();
    match query {
        Query::Data(data) => select(data, class),
        Query::Schema(schema) => {
            let predicate = schema.predicate().expect("it was bound when it was parsed");
            let _one_or_the_other = predicate.matches_definition(class);
        }
        Query::Associations(query) => {
            let _one_or_the_other = query.admits_association(class) && query.admits_endpoint(class);
            let endpoints = query.endpoints(&INSTANCE, &ObjectPath::class("c"));
            assert_eq!(endpoints, None, "no object is a class");
            let _any_classes = query.endpoint_classes(class, class);
        }
        Query::Event(event) => {
            select(event.select(), class);
            group(event, class);
        }
    }
}

fn select(query: &DataQuery, class: &Class) {
    match query.bind_selection(class) {
        Ok(Some(selected)) => {
            let mut instance = INSTANCE.clone();
            wql::project(&mut instance, &selected).expect("NULL fits every property");
            assert_eq!(instance.relpath(), INSTANCE.relpath());
        }
        Ok(None) => {}
        Err(error) => check_error(&error),
    }
    match Predicate::bind(query, class) {
        Ok(predicate) => {
            let is_selected = predicate.matches_instance(class, &INSTANCE);
            let keys = predicate.key_values(class.keys()[0]);
            // What the clause says of the key holds of what it selects.
            assert!(!is_selected || keys.is_none_or(|keys| keys.contains(&INSTANCE.value(class.keys()[0]))));
        }
        Err(error) => check_error(&error),
    }
}

fn group(query: &EventQuery, class: &Arc<Class>) {
    let _classes = query.required_classes("o");
    match Grouping::new(query, class) {
        Ok(Some(mut grouping)) => {
            let at = Duration::from_secs;
            let over = grouping.push(INSTANCE.clone(), at(1)).expect("it is the first group");
            assert!(over.is_empty() && grouping.next_end() > Some(at(1)));
            assert!(grouping.due(Duration::MAX).len() <= 1);
            assert_eq!(grouping.next_end(), None);
        }
        Ok(None) => assert!(query.group().is_none()),
        Err(error) => check_error(&error),
    }
}
