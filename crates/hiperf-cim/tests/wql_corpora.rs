//! Queries from documentation, scripts and products that nobody here wrote:
//! each is parsed, or refused with the status that its source asserts.

use std::collections::BTreeMap;
use std::path::Path;

use hiperf_cim::mof::{self, Compiled};
use hiperf_cim::wql::{self, Predicate, Query};
use hiperf_cim::{Result, Status};

/// Queries of which the corpus asserts nothing, or that they run with another
/// product's extension: these words of each that is refused, and why. All are
/// `WBEM_E_INVALID_QUERY`.
const REFUSED: [(&str, &str); 5] = [
    ("C:\\WINDOWS\\system32\\hal.dll", "its source printed lone backslashes"),
    (" inner join SMS_G_System_ADD_REMOVE_PROGRAMS ", "a join: SMS's extension of WQL"),
    (" inner join SMS_Client_ComanagementState ", "a join: SMS's extension of WQL"),
    (" left join master.sys.syslogins ", "a join: Transact-SQL"),
    ("ProcessId = {}", "a program's template, not filled in"),
];

/// The classes of queries that are invalid for the types in them, which only a
/// bound query knows; as the pages that print them describe the classes.
const TYPED: &str = "class MyClass { [Key] boolean BoolProp; }; class abc { [Key] uint16 exampleUint16; };";

/// Parses a query, and binds it if its class is one of [`TYPED`].
fn run(query: &str) -> Result<Query> {
    let parsed = wql::parse(query)?;
    let nothing = |_: Option<&str>, _: &str| None;
    for compiled in mof::compile(&mof::parse(TYPED), &nothing).unwrap() {
        let Compiled::Class { class, .. } = compiled else { panic!("{compiled:?}") };
        if let Query::Data(data) = &parsed
            && data.class().eq_ignore_ascii_case(class.name())
            && data.filter().is_some_and(|filter| filter.to_string().contains(class.properties()[0].name()))
        {
            Predicate::bind(data, &*class)?;
        }
    }
    Ok(parsed)
}

/// The name of a query's kind in the corpus.
fn kind(query: &Query) -> &'static str {
    match query {
        Query::Data(_) => "data",
        Query::Schema(_) => "schema",
        Query::Event(_) => "event",
        Query::Associations(query) => match (query.wanted(), query.kind()) {
            (wql::Yield::SchemaOnly, _) => "schema-assoc",
            (_, wql::AssociationKind::Associators) => "associators",
            (_, wql::AssociationKind::References) => "references",
        },
    }
}

fn unescape(cell: &str) -> String {
    let mut text = String::new();
    let mut characters = cell.chars();
    while let Some(c) = characters.next() {
        match (c, characters.clone().next()) {
            ('\\', Some(escaped @ ('\\' | 't' | 'n' | 'r'))) => {
                characters.next();
                text.push(match escaped {
                    't' => '\t',
                    'n' => '\n',
                    'r' => '\r',
                    _ => '\\',
                });
            }
            _ => text.push(c),
        }
    }
    text
}

#[test]
fn queries_of_others() {
    let Some(corpora) = std::env::var_os("HIPERF_CORPORA") else {
        println!("skipped: HIPERF_CORPORA is not set");
        return;
    };
    let text = std::fs::read_to_string(Path::new(&corpora).join("wql.tsv")).unwrap();
    let mut wrong = Vec::new();
    let mut refused: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut parsed, mut rows) = (0, 0);
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let (query, expected) = (unescape(cells[0]), cells[2]);
        let result = run(&query);
        let status = result.as_ref().err().map(hiperf_cim::Error::status);
        let exception = REFUSED.iter().find(|(words, _)| query.contains(words));
        let should_be = match expected {
            "WBEM_E_INVALID_QUERY" | "invalid (documented)" => Some(Status::WBEM_E_INVALID_QUERY),
            // The provider's own answer to a query that it parsed.
            "WBEM_E_TOO_BROAD (documented)" => None,
            "extended-wql (SMS provider only)" | "unasserted" if exception.is_some() => {
                Some(Status::WBEM_E_INVALID_QUERY)
            }
            _ if expected.starts_with("ok") || expected == "unasserted" => None,
            other => panic!("{query}: unknown expectation {other}"),
        };
        if status != should_be {
            wrong.push(format!("{query}: {status:?} instead of {should_be:?}"));
        }
        if let Some((words, _)) = exception {
            *refused.entry(words).or_default() += 1;
        }
        rows += 1;
        let Ok(query) = result else { continue };
        parsed += 1;
        // Without these clauses a query of events is one of instances to the parser.
        if kind(&query) != cells[3] && (kind(&query), cells[3]) != ("data", "event") {
            wrong.push(format!("{query}: a {} query, not {}", cells[3], kind(&query)));
        }
        if (cells[3] == "event") != wql::parse_event(query.text()).is_ok() && cells[3] != "data" {
            wrong.push(format!("{query}: as a query of events"));
        }
        let printed = query.to_string();
        if wql::parse(&printed).ok().as_ref() != Some(&query) {
            wrong.push(format!("{query}: is not what it prints as, {printed}"));
        }
    }
    println!("{rows} queries: {parsed} parsed, {} refused", rows - parsed);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let once: Vec<&str> = refused.iter().filter(|(_, count)| **count != 1).map(|(words, _)| *words).collect();
    assert!(once.is_empty() && refused.len() == REFUSED.len(), "refused other than once: {refused:?}");
    assert!(rows >= 525 && parsed >= 507, "the corpus has {rows} rows, {parsed} parsed");
}
