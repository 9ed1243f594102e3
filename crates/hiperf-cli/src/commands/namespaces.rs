//! `hiperf namespaces`: the namespaces, one a line.

use hiperf::Repository;
use hiperf_cim::Value;

use crate::args::{Format, OutputOptions};
use crate::failure::Failure;
use crate::format::{csv, json};
use crate::screen;

const COLUMN: &str = "Namespace";

/// Writes all namespaces.
pub fn run(repository: &Repository, options: &OutputOptions) -> Result<(), Failure> {
    let names = repository.namespaces()?;
    let mut out = String::new();
    if options.format == Format::Csv {
        csv::header(&mut out, [COLUMN]);
    }
    for name in names {
        match options.format {
            Format::Table => out.extend([&name, "\n"]),
            Format::Json => json::object(&mut out, [(COLUMN, Value::String(name))], false),
            Format::Csv => csv::record(&mut out, [Value::String(name)]),
            Format::Mof => {
                let path = name.replace('\\', "\\\\");
                out.push_str(&format!("#pragma namespace(\"{path}\")\n"));
            }
        }
    }
    screen::write(&out)
}
