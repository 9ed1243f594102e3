//! `hiperf provider list`: all providers, and whether they can be used.

use hiperf::Repository;
use hiperf::provider_files::{ListedProvider, ProviderState};
use hiperf_cim::{CimType, Value};

use crate::args::{Format, OutputOptions};
use crate::failure::{Failure, status};
use crate::format::table::{Column, Table};
use crate::format::{csv, json};
use crate::screen::{self, Screen};

/// What programs get; a table has the first ones of it.
const COLUMNS: [&str; 10] = [
    "Name",
    "State",
    "Classes",
    "Library",
    "HostingModel",
    "Namespace",
    "CLSID",
    "ClientLoadableCLSID",
    "File",
    "Error",
];

/// The columns of a table that isn't asked for everything.
const TABLE_COLUMNS: usize = 4;

/// The column with the list of classes.
const CLASSES: usize = 2;

/// Writes all providers. Those that are faulty are explained below a table.
pub fn run(repository: &Repository, options: &OutputOptions) -> Result<(), Failure> {
    let providers = repository.providers()?;
    let mut out = String::new();
    match options.format {
        Format::Table => table(&mut out, &providers, options.all),
        Format::Json => providers
            .iter()
            .for_each(|provider| json::object(&mut out, COLUMNS.into_iter().zip(fields(provider)), false)),
        Format::Csv => {
            csv::header(&mut out, COLUMNS);
            providers.iter().for_each(|provider| csv::record(&mut out, fields(provider)));
        }
        Format::Mof => {
            let message = "provider list has no MOF: query __Win32Provider with --format mof instead\n";
            return Err(Failure::Found(format!("error: {message}")));
        }
    }
    screen::write(&out)
}

fn table(out: &mut String, providers: &[ListedProvider], is_complete: bool) {
    let screen = Screen::current();
    // What is wrong is told below, where there is room for it.
    let count = if is_complete { COLUMNS.len() - 1 } else { TABLE_COLUMNS };
    let columns = COLUMNS[..count].iter().map(|name| Column::new(*name, CimType::String));
    let rows = providers.iter().map(|provider| {
        let mut row = Vec::from(fields(provider));
        // A list in a cell would push out all others.
        if let Value::Array(_, classes) = &row[CLASSES] {
            row[CLASSES] = Value::String(classes.len().to_string());
        }
        row.truncate(count);
        row
    });
    // Half a path is of no use, so lines may be longer than the screen is wide.
    Table::new(columns.collect()).render(out, rows, count, None, screen.style);
    for provider in providers {
        if let ProviderState::Faulty(fault) = &provider.state {
            let what = match &provider.file {
                Some(file) => file.display().to_string(),
                None => format!("provider {}", provider.name),
            };
            out.push_str(&format!("\n{what}: {}\n  {}\n", fault.message.trim_end(), status(fault.status)));
        }
    }
}

fn fields(provider: &ListedProvider) -> [Value; COLUMNS.len()] {
    let text = |text: Option<String>| text.map_or(Value::Null, Value::String);
    let path = |path: &Option<std::path::PathBuf>| text(path.as_ref().map(|path| path.display().to_string()));
    let registration = provider.registration.as_ref();
    let classes = provider.classes.iter().map(|class| Value::String(class.clone())).collect();
    let (state, error) = match &provider.state {
        ProviderState::BuiltIn => ("built in", None),
        ProviderState::Ready => ("ready", None),
        ProviderState::Disabled => ("disabled", None),
        ProviderState::NoLibrary => ("no library", None),
        ProviderState::Faulty(fault) => ("faulty", Some(fault.message.trim_end().to_owned())),
    };
    [
        text(Some(provider.name.clone())),
        text(Some(state.to_owned())),
        Value::Array(CimType::String, classes),
        path(&provider.library),
        text(registration.map(|known| known.hosting_model.to_string())),
        text(Some(provider.namespace.clone()).filter(|namespace| !namespace.is_empty())),
        text(registration.and_then(|known| known.clsid).map(|clsid| clsid.to_string())),
        text(registration.and_then(|known| known.client_loadable_clsid).map(|clsid| clsid.to_string())),
        path(&provider.file),
        text(error),
    ]
}
