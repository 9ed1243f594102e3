//! A file and the files that it includes, compiled as one text.
//!
//! ```text
//! path --read--> bytes --parse--> statements, those of an included file in
//!                                 place of the #include --compile--> objects
//! ```
//!
//! Nothing is read here: the caller gives a function that reads a file. Every
//! file is parsed before anything is compiled, and each diagnostic knows the
//! file that it is about. An include is textual: the namespace, the flags and
//! the qualifier declarations of an included file hold for what follows it.
//!
//! Source: mofcomp's documentation of `#include`; the limits are our own.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::ast::{Command, Item, Pragma, Span};
use super::compile::Found;
use super::diagnostic::Diagnostic;
use super::{ClassSource, Compiled, Compiler, Parsed, codes, decode, parse, render};
use crate::{Error, Result};

/// Files include each other this deep at most: a circle ends here at last.
pub const MAX_INCLUDE_DEPTH: usize = 32;
/// Files in all, counted each time they are included. The CIM schema has 1,425.
pub const MAX_FILES: usize = 20_000;
/// Bytes of text in all, counted likewise: two includes of each file in the
/// next would else double it 32 times.
pub const MAX_TEXT_BYTES: usize = 512 << 20;

/// A file that was read.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Its path, as it was read by.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// A diagnostic of one of several files.
#[derive(Clone, Debug)]
pub struct FileDiagnostic {
    /// The index of the file in [`Loaded::files`].
    pub file: usize,
    /// What is wrong in it.
    pub diagnostic: Diagnostic,
}

/// Files, and what they ask for.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// Every file once, in the order in which they were met.
    pub files: Vec<SourceFile>,
    /// What the statements ask for, in their order; nothing if there are
    /// errors.
    pub compiled: Vec<Compiled>,
    /// Errors and warnings, by file and place.
    pub diagnostics: Vec<FileDiagnostic>,
}

impl Loaded {
    /// Whether there is an error, so that nothing may be stored.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|found| found.diagnostic.is_error())
    }

    /// All diagnostics as text for a person.
    #[must_use]
    pub fn render(&self) -> String {
        let shown = self.diagnostics.iter().map(|found| {
            let file = &self.files[found.file];
            render(&found.diagnostic, &file.path, &file.text)
        });
        shown.collect()
    }

    /// The first error, with its file, line and column.
    #[must_use]
    pub fn first_error(&self) -> Option<Error> {
        let first = self.diagnostics.iter().find(|found| found.diagnostic.is_error())?;
        let file = &self.files[first.file];
        Some(first.diagnostic.to_error(&file.path, &file.text))
    }

    fn add(&mut self, found: impl IntoIterator<Item = Found>) {
        let found = found.into_iter().map(|(file, diagnostic)| FileDiagnostic { file, diagnostic });
        self.diagnostics.extend(found);
    }
}

/// Compiles the file at `path` and those that it includes. `read` gets `path`,
/// and the path of an included file relative to that of the including one.
///
/// # Errors
/// That of `read` if there is no such file. What is wrong in a file, or with
/// one that it includes, is in the diagnostics.
pub fn load<S: ClassSource>(
    compiler: &mut Compiler<'_, S>,
    path: &str,
    read: impl FnMut(&str) -> Result<Vec<u8>>,
) -> Result<Loaded> {
    let Gathered { files, pieces, diagnostics } = gather(path, read)?;
    let mut loaded = Loaded { diagnostics, ..Loaded::default() };
    let parsed: Vec<Parsed<'_>> = files.iter().map(|file| parse(&file.text)).collect();
    for (file, parsed) in parsed.iter().enumerate() {
        loaded.add(parsed.diagnostics.iter().map(|diagnostic| (file, diagnostic.clone())));
    }
    if !loaded.has_errors() {
        let items = pieces.iter().flat_map(|piece| {
            let items = &parsed[piece.file].items;
            let end = piece.last_item.unwrap_or(items.len());
            items[piece.first_item..end].iter().map(|item| (piece.file, item))
        });
        match compiler.compile_files(items) {
            Ok(compiled) => loaded.compiled = compiled,
            Err(found) => loaded.add(found),
        }
        loaded.add(compiler.take_found_warnings());
    }
    loaded.diagnostics.sort_by_key(|found| (found.file, found.diagnostic.span));
    // A file that is included twice has the same trouble twice.
    loaded.diagnostics.dedup_by(|a, b| a.file == b.file && a.diagnostic == b.diagnostic);
    drop(parsed);
    Ok(Loaded { files, ..loaded })
}

/// A file and those that it includes, read and put in order, not yet compiled.
#[derive(Clone, Debug, Default)]
pub struct Gathered {
    /// Every file once, in the order in which they were met.
    pub files: Vec<SourceFile>,
    /// The text as it is compiled.
    pub pieces: Vec<Piece>,
    /// What is wrong with an include.
    pub diagnostics: Vec<FileDiagnostic>,
}

/// A part of a file without an include in it.
#[derive(Clone, Debug)]
pub struct Piece {
    /// The index of the file in [`Gathered::files`].
    pub file: usize,
    /// Which of its bytes.
    pub bytes: Range<usize>,
    first_item: usize,
    /// Up to the end of the file if there is none.
    last_item: Option<usize>,
}

/// Reads the file at `path` and those that it includes, and puts them in order,
/// as [`load`] compiles them.
///
/// # Errors
/// That of `read` if there is no such file.
pub fn gather(path: &str, read: impl FnMut(&str) -> Result<Vec<u8>>) -> Result<Gathered> {
    let mut loader = Loader { read, gathered: Gathered::default(), known: HashMap::new(), bytes: 0 };
    let root = loader.file(path)?;
    loader.include(root, &mut Vec::new());
    Ok(loader.gathered)
}

/// An include: its place among the statements and in the text, and the path.
struct Inclusion {
    item: usize,
    span: Span,
    path: String,
}

struct Loader<R> {
    read: R,
    gathered: Gathered,
    /// Path -> file, with what it includes.
    known: HashMap<String, (usize, Arc<[Inclusion]>)>,
    bytes: usize,
}

impl<R: FnMut(&str) -> Result<Vec<u8>>> Loader<R> {
    /// Reads a file, if it is not known.
    fn file(&mut self, path: &str) -> Result<usize> {
        if let Some((file, _)) = self.known.get(path) {
            return Ok(*file);
        }
        let bytes = (self.read)(path)?;
        let text = decode(&bytes).into_owned();
        let inclusions = inclusions(&text).into();
        let file = self.gathered.files.len();
        self.gathered.files.push(SourceFile { path: path.to_owned(), text });
        self.known.insert(path.to_owned(), (file, inclusions));
        Ok(file)
    }

    /// Puts the statements of a file and of those that it includes in order.
    /// `open` are the files that lead to it.
    fn include(&mut self, file: usize, open: &mut Vec<usize>) {
        let source = &self.gathered.files[file];
        self.bytes = self.bytes.saturating_add(source.text.len());
        let (path, (_, inclusions)) = (source.path.clone(), self.known[&source.path].clone());
        open.push(file);
        let (mut start, mut first_item) = (0, 0);
        for Inclusion { item, span, path: included } in inclusions.iter() {
            let bytes = start..span.start as usize;
            self.gathered.pieces.push(Piece { file, bytes, first_item, last_item: Some(*item) });
            (start, first_item) = (span.end as usize, item + 1);
            match self.included(&resolve(&path, included), open) {
                Ok(next) => self.include(next, open),
                Err(message) => {
                    let status = codes::WBEMMOF_E_ERROR_INVALID_INCLUDE_FILE;
                    let diagnostic = Diagnostic::error(status, *span, message);
                    self.gathered.diagnostics.push(FileDiagnostic { file, diagnostic });
                }
            }
        }
        let bytes = start..self.gathered.files[file].text.len();
        self.gathered.pieces.push(Piece { file, bytes, first_item, last_item: None });
        open.pop();
    }

    /// The included file, unless there is a reason not to include it.
    fn included(&mut self, path: &str, open: &[usize]) -> Result<usize, String> {
        let is_open = open.iter().any(|file| self.gathered.files[*file].path == path);
        if is_open {
            return Err(format!("{path} includes itself"));
        }
        if open.len() >= MAX_INCLUDE_DEPTH {
            return Err(format!("files include each other more than {MAX_INCLUDE_DEPTH} deep"));
        }
        if self.gathered.pieces.len() >= MAX_FILES || self.bytes >= MAX_TEXT_BYTES {
            return Err(format!("more than {MAX_FILES} files or {} MiB are included", MAX_TEXT_BYTES >> 20));
        }
        self.file(path).map_err(|error| format!("{path} can't be included: {}", error.message()))
    }
}

/// What a text includes. That most texts include nothing is seen without
/// parsing them.
fn inclusions(text: &str) -> Vec<Inclusion> {
    let starts_with = |text: &str, word: &str| {
        text.as_bytes().get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()))
    };
    let may_include = text.split('#').skip(1).any(|command| {
        let command = command.trim_start();
        let is_pragma = starts_with(command, "pragma");
        starts_with(if is_pragma { command[6..].trim_start() } else { command }, "include")
    });
    if !may_include {
        return Vec::new();
    }
    let include = |(item, statement): (usize, Item<'_>)| match statement {
        Item::Pragma(Pragma { command: Command::Include(path), span }) => {
            Some(Inclusion { item, span, path: path.into_owned() })
        }
        _ => None,
    };
    parse(text).items.into_iter().enumerate().filter_map(include).collect()
}

/// The path of a file that the one at `including` includes. Both kinds of
/// separators are read; `.` is dropped, and `..` is left to the caller's system.
fn resolve(including: &str, included: &str) -> String {
    let included = included.replace('\\', "/");
    let has_drive = included.as_bytes().get(1) == Some(&b':');
    let is_absolute = included.starts_with('/') || has_drive;
    let folder = match including.rfind(['/', '\\']).filter(|_| !is_absolute) {
        Some(separator) => &including[..=separator],
        None => "",
    };
    let mut path = folder.to_owned();
    let parts: Vec<&str> = included.split('/').filter(|part| *part != ".").collect();
    path.push_str(&parts.join("/"));
    path
}
