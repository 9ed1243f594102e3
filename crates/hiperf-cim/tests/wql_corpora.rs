//! Queries from documentation, scripts and products that nobody here wrote.

use std::path::Path;

use hiperf_cim::Status;
use hiperf_cim::wql;

/// Data queries that WMI would not run either, or that hiperf does not yet.
const EXCEPTIONS: [(&str, Status, &str); 10] = [
    ("(4 + 7 - 2)", Status::WBEM_E_INVALID_QUERY, "documented as invalid: arithmetic"),
    ("infraredsupported >= null", Status::WBEM_E_INVALID_QUERY, "documented as invalid: ordering and NULL"),
    ("DriveType IS 5", Status::WBEM_E_INVALID_QUERY, "documented as invalid: IS without NULL"),
    ("FileSystem IS NOT \"NTFS\"", Status::WBEM_E_INVALID_QUERY, "documented as invalid: IS without NULL"),
    ("'Fabrikam\\TimO'", Status::WBEM_E_INVALID_QUERY, "documented as invalid: a lone backslash"),
    ("C:\\WINDOWS\\system32\\hal.dll", Status::WBEM_E_INVALID_QUERY, "its source printed lone backslashes"),
    (" inner join ", Status::WBEM_E_INVALID_QUERY, "a join: another product's extension"),
    (" left join ", Status::WBEM_E_INVALID_QUERY, "a join: Transact-SQL"),
    ("ProcessId = {}", Status::WBEM_E_INVALID_QUERY, "a program's template, not filled in"),
    (" ISA ", Status::WBEM_E_NOT_SUPPORTED, "ISA, on embedded objects"),
];

/// Invalid for their types, which parsing does not know: a bound query's matter.
const INVALID_BY_TYPE: [&str; 4] =
    ["BoolProp <= TRUE", "BoolProp >= 0", "BoolProp > FALSE", "exampleUint16 = 1000.4"];

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
    let (mut parsed, mut refused, mut rows) = (0, 0, 0);
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let (query, expected, kind) = (unescape(cells[0]), cells[2], cells[3]);
        let upper = query.to_ascii_uppercase();
        // Without these words an event query looks as a data query does; that
        // its class is an event class is for the engine to see.
        let looks_like_data = kind == "data"
            || kind == "event" && !["WITHIN", "GROUP", " ISA "].iter().any(|word| upper.contains(word));
        let exception = EXCEPTIONS
            .iter()
            .find(|(part, ..)| looks_like_data && upper.contains(&part.to_ascii_uppercase()));
        let should_be = match exception {
            Some((_, status, _)) => Some(*status),
            None if looks_like_data => None,
            None => Some(Status::WBEM_E_NOT_SUPPORTED),
        };
        let status = wql::parse(&query).err().map(|error| error.status());
        if status != should_be {
            wrong.push(format!("{query}: {status:?} instead of {should_be:?}"));
        }
        let is_documented_invalid = expected.starts_with("invalid") && kind == "data";
        if is_documented_invalid
            && status.is_none()
            && !INVALID_BY_TYPE.iter().any(|part| query.contains(part))
        {
            wrong.push(format!("{query}: documented as invalid"));
        }
        parsed += usize::from(status.is_none());
        refused += usize::from(status == Some(Status::WBEM_E_NOT_SUPPORTED));
        rows += 1;
    }
    println!("{rows} queries: {parsed} parsed, {refused} not supported");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(rows >= 525 && parsed > 400, "the corpus has {rows} rows, {parsed} parsed");
}
