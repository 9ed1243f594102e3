//! MOF files that include each other: whatever is wrong can be shown, and what
//! compiles is printed as one text that compiles to the same.
//!
//! ```text
//! first file                 read as `main.mof`
//! @ sub/other.mof            a line with `@` begins another
//! second file
//! ```

use std::collections::HashMap;

use hiperf_cim::mof::{self, Compiler, Item, MAX_FILES};
use hiperf_cim::{Error, Status};

use crate::mof::{Others, check_printed};

/// Files that an input may have.
const MOST_FILES: usize = 16;
/// Files that may be read in place of an include, counted each time: an input
/// of a few includes could else ask for all that the loader allows, which takes
/// seconds.
const MOST_INCLUDES: usize = 2000;

/// Checks files.
pub fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let mut files: HashMap<&str, &str> = HashMap::new();
    let (mut name, mut rest) = ("main.mof", &*text);
    while files.len() < MOST_FILES {
        let (file, next) = rest.split_once("\n@").unwrap_or((rest, ""));
        files.entry(name).or_insert(file);
        (name, rest) = next.split_once('\n').unwrap_or((next, ""));
        name = name.trim();
        if name.is_empty() {
            break;
        }
    }
    if includes(&files) > MOST_INCLUDES {
        return;
    }
    let parsed: Vec<_> = files.values().map(|text| mof::parse(text)).collect();
    let items: Vec<Item<'_>> = parsed.into_iter().flat_map(|parsed| parsed.items).collect();
    let others = Others::of(&items);
    let read = |path: &str| match files.get(path) {
        Some(text) => Ok(text.as_bytes().to_vec()),
        None => Err(Error::new(Status::WBEM_E_NOT_FOUND, format!("there is no {path}"))),
    };
    let loaded = mof::load(&mut Compiler::new(&others), "main.mof", read).expect("the first file is there");
    assert!(loaded.files.len() <= files.len() && loaded.files.len() <= MAX_FILES);
    assert!(loaded.diagnostics.iter().all(|found| found.file < loaded.files.len()));
    assert!(loaded.diagnostics.len() > 100 || loaded.render().is_empty() == loaded.diagnostics.is_empty());
    assert_eq!(loaded.first_error().is_some(), loaded.has_errors());
    if loaded.has_errors() {
        assert!(loaded.compiled.is_empty(), "something is stored in spite of errors");
    } else {
        check_printed(&loaded.compiled, &others);
    }
}

/// How many files are read at most, if each that is named is included by the
/// one before.
fn includes(files: &HashMap<&str, &str>) -> usize {
    let of = |text: &&str| text.matches("nclude").count();
    files.values().map(of).fold(1, |all: usize, count| all.saturating_mul(count.max(1)))
}
