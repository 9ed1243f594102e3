//! `hiperf classes [PATTERN]`: what there is, one line a class.

use hiperf::Namespace;
use hiperf_cim::path::caseless;
use hiperf_cim::{CimType, Class, Error, Status, Value, suggest};

use crate::args::{Format, OutputOptions};
use crate::failure::Failure;
use crate::format::table::{Column, Table};
use crate::format::{csv, json, mof, text};
use crate::screen::{self, Screen};

const COLUMNS: [&str; 4] = ["Class", "Kind", "DisplayName", "Description"];

/// Writes the classes whose names match `pattern`, or all but the system's.
pub fn run(namespace: &Namespace, pattern: Option<&str>, options: &OutputOptions) -> Result<(), Failure> {
    let names = namespace.class_names();
    let is_system = |name: &str| name.starts_with("__");
    // Who names underscores means the system's classes.
    let has_system = options.all || pattern.is_some_and(|pattern| pattern.contains("__"));
    let matching = |name: &&String| pattern.is_none_or(|pattern| matches(pattern, name));
    let (mut classes, mut left_out) = (Vec::new(), 0);
    for name in names.iter().filter(matching) {
        if is_system(name) && !has_system {
            left_out += 1;
        } else {
            classes.push(namespace.class(name)?);
        }
    }
    if let Some(pattern) = pattern.filter(|_| classes.is_empty()) {
        let hint = suggest::did_you_mean(pattern, names.iter().map(String::as_str));
        let message = format!("no class in {} matches {pattern}{hint}", namespace.path());
        return Err(Error::new(Status::WBEM_E_NOT_FOUND, message).into());
    }
    let mut out = String::new();
    match options.format {
        Format::Table => {
            let screen = Screen::current();
            let column = |name| Column::new(name, CimType::String);
            let mut table = Table::new(["Class", "Kind", "Description"].map(column).into());
            let text = Value::String;
            let row = |class: &Class| vec![text(class.name().into()), text(kind(class)), text(line(class))];
            // All three are kept: the description is cut at the edge.
            table.render(&mut out, classes.iter().map(|class| row(class)), 3, screen.width, screen.style);
            if left_out > 0 {
                screen.note(&mut out, &format!("+{left_out} system classes, --all shows them"));
            }
        }
        Format::Json => {
            classes
                .iter()
                .for_each(|class| json::object(&mut out, COLUMNS.into_iter().zip(fields(class)), false));
        }
        Format::Csv => {
            csv::header(&mut out, COLUMNS);
            classes.iter().for_each(|class| csv::record(&mut out, fields(class)));
        }
        Format::Mof => classes.iter().for_each(|class| mof::class(&mut out, class)),
    }
    screen::write(&out)
}

fn fields(class: &Class) -> [Value; 4] {
    let qualifier =
        |name| class.qualifiers().text(name).map_or(Value::Null, |text| Value::String(text.into()));
    let text = |text: &str| Value::String(text.to_owned());
    [text(class.name()), text(&kind(class)), qualifier("DisplayName"), qualifier("Description")]
}

/// What sort of class it is, in a word or two.
pub fn kind(class: &Class) -> String {
    let sort = if class.name().starts_with("__") {
        "system"
    } else if class.is_abstract() {
        "abstract"
    } else if class.is_a("Win32_PerfRawData") {
        "raw"
    } else if class.is_a("Win32_PerfFormattedData") {
        "formatted"
    } else if class.qualifiers().is_true("dynamic") {
        "dynamic"
    } else {
        "static"
    };
    if class.is_singleton() { format!("{sort} singleton") } else { sort.to_owned() }
}

/// Display name and first sentence of the description.
fn line(class: &Class) -> String {
    let description = text::first_sentence(class.qualifiers().text("Description").unwrap_or(""));
    match class.qualifiers().text("DisplayName") {
        Some(display) if description.is_empty() => display.to_owned(),
        Some(display) => format!("{display}: {description}"),
        None => description.to_owned(),
    }
}

/// Whether a name matches: without `*` the pattern is any part of it, with `*`
/// the whole, each star being any characters. Case does not matter.
fn matches(pattern: &str, name: &str) -> bool {
    let fold = |text: &str| text.chars().map(caseless::fold).collect::<String>();
    let (pattern, name) = (fold(pattern), fold(name));
    let Some((start, rest)) = pattern.split_once('*') else { return name.contains(&pattern) };
    let (middle, end) = rest.rsplit_once('*').unwrap_or(("", rest));
    let Some(mut left) = name.strip_prefix(start).and_then(|left| left.strip_suffix(end)) else {
        return false;
    };
    // The leftmost place of each part leaves the most room for the next.
    middle.split('*').all(|part| match left.split_once(part) {
        Some((_, after)) => {
            left = after;
            true
        }
        None => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        let name = "Win32_PerfRawData_PerfOS_Processor";
        for pattern in
            ["", "perfos", "PROCESSOR", "*", "win32*", "*processor", "*raw*os_*", "w*_*_*_p*r", "**", name]
        {
            assert!(matches(pattern, name), "{pattern}");
        }
        for pattern in ["x", "raw*", "*raw", "win32*x*", "*os*raw*", "*processor*processor"] {
            assert!(!matches(pattern, name), "{pattern}");
        }
        assert!(!matches("ab*ba", "aba"));
    }
}
