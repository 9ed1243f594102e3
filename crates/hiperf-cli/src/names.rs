//! Class arguments: any unambiguous ending of a class's name, or its display
//! name.
//!
//! The first of these rules that finds anything decides:
//!
//! 1. the name itself, in any case;
//! 2. names that end in `_` and the argument;
//! 3. names that end in the argument;
//! 4. display names.
//!
//! A formatted class hides its raw twin, because people mean values that they
//! can read. WQL has none of this: there a class is its name.

use std::sync::Arc;

use hiperf::Namespace;
use hiperf_cim::{Class, Error, Result, Status, suggest};

/// Candidates that an error lists.
const MAX_LISTED: usize = 8;

/// The class that an argument means.
///
/// # Errors
/// `WBEM_E_NOT_FOUND` when there is none, with a suggestion;
/// `WBEM_E_INVALID_PARAMETER` when there are several, with their names.
pub fn resolve(namespace: &Namespace, argument: &str) -> Result<Arc<Class>> {
    match namespace.class(argument) {
        Err(error) if error.status() == Status::WBEM_E_NOT_FOUND => {}
        known_or_broken => return known_or_broken,
    }
    let display_name = |name: &str| {
        let class = namespace.class(name).ok()?;
        class.qualifiers().text("DisplayName").map(str::to_owned)
    };
    let names = namespace.class_names();
    let elsewhere = |name: &str| namespace.elsewhere(name);
    let name = choose(&names, argument, &display_name, namespace.path(), &elsewhere)?;
    namespace.class(name)
}

fn choose<'a>(
    names: &'a [String],
    argument: &str,
    display_name: &dyn Fn(&str) -> Option<String>,
    namespace: &str,
    elsewhere: &dyn Fn(&str) -> Option<String>,
) -> Result<&'a str> {
    let whole_part = format!("_{argument}");
    let rules: [&dyn Fn(&str) -> bool; 4] = [
        &|name| name.eq_ignore_ascii_case(argument),
        &|name| ends_with(name, &whole_part),
        &|name| ends_with(name, argument),
        &|name| display_name(name).is_some_and(|display| display.eq_ignore_ascii_case(argument)),
    ];
    // An empty argument is the ending of everything.
    let rules = if argument.is_empty() { &[][..] } else { &rules[..] };
    for rule in rules {
        let hits: Vec<&str> = names.iter().map(String::as_str).filter(|name| rule(name)).collect();
        match without_raw_twins(&hits)[..] {
            [] => {}
            [one] => return Ok(one),
            ref several => return Err(ambiguous(argument, several)),
        }
    }
    let hint = hint(names, argument, elsewhere);
    let message = format!("there is no class {argument} in {namespace}; {hint}");
    Err(Error::new(Status::WBEM_E_NOT_FOUND, message))
}

fn ends_with(name: &str, ending: &str) -> bool {
    let start = name.len().checked_sub(ending.len());
    start.and_then(|start| name.get(start..)).is_some_and(|end| end.eq_ignore_ascii_case(ending))
}

fn without_raw_twins<'a>(hits: &[&'a str]) -> Vec<&'a str> {
    let has_formatted_twin = |name: &str| {
        let twin = name.replacen("PerfRawData", "PerfFormattedData", 1);
        twin != name && hits.iter().any(|hit| hit.eq_ignore_ascii_case(&twin))
    };
    hits.iter().copied().filter(|name| !has_formatted_twin(name)).collect()
}

fn ambiguous(argument: &str, hits: &[&str]) -> Error {
    let mut message = format!("{argument} can be any of these; say which:");
    for hit in hits.iter().take(MAX_LISTED) {
        message.push_str("\n  ");
        message.push_str(hit);
    }
    if hits.len() > MAX_LISTED {
        message.push_str(&format!("\n  and {} more", hits.len() - MAX_LISTED));
    }
    Error::new(Status::WBEM_E_INVALID_PARAMETER, message)
}

/// What to do about a class that isn't there.
fn hint(names: &[String], argument: &str, elsewhere: &dyn Fn(&str) -> Option<String>) -> String {
    // What is mistyped is the whole name, or the short form of one.
    let last_part = |name: &'_ String| name.rsplit('_').next().unwrap_or(name).to_owned();
    let short: Vec<String> = names.iter().map(last_part).collect();
    if let Some(other) = elsewhere(argument) {
        return format!("there is one in {other}: say -n '{other}'");
    }
    let near = suggest::closest(argument, names.iter().map(String::as_str))
        .or_else(|| suggest::closest(argument, short.iter().map(String::as_str)))
        .or_else(|| begun(argument, &short));
    match near {
        Some(near) => format!("did you mean {near}?"),
        None => "`hiperf classes` lists what there is".to_owned(),
    }
}

/// The short name that somebody began to write.
fn begun<'a>(argument: &str, short: &'a [String]) -> Option<&'a str> {
    /// Fewer letters begin too many names.
    const ENOUGH: usize = 3;
    let begins =
        |name: &&String| name.get(..argument.len()).is_some_and(|start| start.eq_ignore_ascii_case(argument));
    short.iter().find(begins).filter(|_| argument.len() >= ENOUGH).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 8] = [
        "CIM_Processor",
        "Win32_PerfFormattedData",
        "Win32_PerfFormattedData_PerfDisk_LogicalDisk",
        "Win32_PerfFormattedData_PerfOS_Memory",
        "Win32_PerfFormattedData_PerfOS_Processor",
        "Win32_PerfRawData_PerfOS_Memory",
        "Win32_PerfRawData_PerfOS_Processor",
        "Win32_PerfRawData_PerfOS_System",
    ];

    fn find(argument: &str) -> Result<String> {
        let names: Vec<String> = NAMES.map(str::to_owned).into();
        let display = |name: &str| name.ends_with("LogicalDisk").then(|| "Logical Disk".to_owned());
        let elsewhere = |name: &str| (name == "My_Thing").then(|| "root\\default".to_owned());
        choose(&names, argument, &display, "root\\cimv2", &elsewhere).map(str::to_owned)
    }

    #[track_caller]
    fn check(argument: &str, expected: &str) {
        assert_eq!(find(argument).unwrap(), expected);
    }

    #[test]
    fn endings_and_display_names() {
        check("win32_perfrawdata_perfos_memory", "Win32_PerfRawData_PerfOS_Memory");
        check("Memory", "Win32_PerfFormattedData_PerfOS_Memory");
        check("perfos_processor", "Win32_PerfFormattedData_PerfOS_Processor");
        check("PerfRawData_PerfOS_Processor", "Win32_PerfRawData_PerfOS_Processor");
        check("system", "Win32_PerfRawData_PerfOS_System");
        check("Disk", "Win32_PerfFormattedData_PerfDisk_LogicalDisk");
        check("logical disk", "Win32_PerfFormattedData_PerfDisk_LogicalDisk");
    }

    #[test]
    fn several_are_listed() {
        let error = find("Processor").unwrap_err();
        assert_eq!(error.status(), Status::WBEM_E_INVALID_PARAMETER);
        assert_eq!(
            error.message(),
            "Processor can be any of these; say which:\n  CIM_Processor\n  \
             Win32_PerfFormattedData_PerfOS_Processor"
        );
    }

    #[test]
    fn unknown_ones_get_a_suggestion() {
        let check = |argument, expected: &str| {
            let error = find(argument).unwrap_err();
            assert_eq!(error.status(), Status::WBEM_E_NOT_FOUND);
            assert!(error.message().contains(expected), "{}", error.message());
        };
        check("Memroy", "did you mean Memory?");
        check("proc", "did you mean Processor?");
        check("pr", "`hiperf classes` lists");
        check("Win32_PerfFormatedData_PerfOS_Memory", "did you mean Win32_PerfFormattedData_PerfOS_Memory?");
        check("My_Thing", "there is one in root\\default: say -n 'root\\default'");
        check("Nothing of this kind", "`hiperf classes` lists");
        check("", "there is no class");
        check("\u{e9}", "there is no class");
    }
}
