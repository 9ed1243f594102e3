//! MOF files as the compiler gets them: with the files they include in place.
//!
//! An include is textual, so aliases, declarations and pragmas go across it.
//! [`Source`] knows which part of its text came from which file, and shows a
//! diagnostic at its place there.

use std::path::{Path, PathBuf};

use hiperf_cim::mof::ast::Command;
use hiperf_cim::mof::{self, Diagnostic, Item, MAX_FILES, MAX_INCLUDE_DEPTH, MAX_TEXT_BYTES, Span, codes};
use hiperf_cim::{Error, Result, Status};

use super::log::MofText;

/// A MOF text, its includes in place.
#[derive(Debug)]
pub struct Source {
    files: Vec<MofText>,
    text: String,
    /// In the order of the text.
    pieces: Vec<Piece>,
}

/// A piece of the text, and where it came from.
#[derive(Debug)]
struct Piece {
    start: usize,
    file: usize,
    file_start: usize,
}

impl Source {
    /// A text without a file. Its includes, if it has any, are relative to the
    /// working directory.
    ///
    /// # Errors
    /// Its syntax errors, and `WBEMMOF_E_ERROR_INVALID_INCLUDE_FILE`.
    pub fn from_text(name: &str, text: &str) -> Result<Source> {
        let mut source = Source { files: Vec::new(), text: String::new(), pieces: Vec::new() };
        source.add(name, text, Path::new(""), &mut Vec::new())?;
        Ok(source)
    }

    /// A file, and the files it includes, relative to it.
    ///
    /// # Errors
    /// * `WBEMMOF_E_INVALID_FILE`: it can't be read.
    /// * its syntax errors, and `WBEMMOF_E_ERROR_INVALID_INCLUDE_FILE`.
    pub fn read(path: &Path) -> Result<Source> {
        let name = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|error| {
            Error::new(codes::WBEMMOF_E_INVALID_FILE, format!("reading {name}: {error}")).caused_by(error)
        })?;
        let mut source = Source { files: Vec::new(), text: String::new(), pieces: Vec::new() };
        let directory = path.parent().unwrap_or(Path::new(""));
        source.add(&name, &mof::decode(&bytes), directory, &mut vec![resolved(path)])?;
        Ok(source)
    }

    /// The same with flags of the command line, which a pragma in the text
    /// overrides.
    #[must_use]
    pub fn with_flags(mut self, class_flags: &str, instance_flags: &str) -> Source {
        let pragma = |name: &str, flags: &str| match flags {
            "" => String::new(),
            flags => format!("#pragma {name}(\"{flags}\") "),
        };
        let flags = pragma("classflags", class_flags) + &pragma("instanceflags", instance_flags);
        self.text.insert_str(0, &flags);
        self.pieces.iter_mut().for_each(|piece| piece.start += flags.len());
        self
    }

    /// The text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The text with its name, to be kept.
    pub(crate) fn into_kept(self) -> MofText {
        let name = self.files.into_iter().next().map_or_else(String::new, |file| file.name);
        MofText { name, text: self.text }
    }

    fn add(&mut self, name: &str, text: &str, directory: &Path, open: &mut Vec<PathBuf>) -> Result<()> {
        let parsed = mof::parse(text);
        if parsed.has_errors() {
            return Err(failed(&parsed.diagnostics, name, text));
        }
        let file = self.files.len();
        self.files.push(MofText { name: name.to_owned(), text: text.to_owned() });
        let mut done = 0;
        for item in &parsed.items {
            let Item::Pragma(pragma) = item else { continue };
            let Command::Include(included) = &pragma.command else { continue };
            let wrong = |message: String| {
                let status = codes::WBEMMOF_E_ERROR_INVALID_INCLUDE_FILE;
                failed(&[Diagnostic::error(status, pragma.span, message)], name, text)
            };
            self.piece(file, done, &text[done..pragma.span.start as usize]);
            done = pragma.span.end as usize;
            let path = directory.join(included.replace('\\', "/"));
            let bytes = std::fs::read(&path)
                .map_err(|error| wrong(format!("{} can't be read: {error}", path.display())))?;
            if open.contains(&resolved(&path)) {
                return Err(wrong(format!("{} includes itself", path.display())));
            }
            if open.len() > MAX_INCLUDE_DEPTH
                || self.files.len() > MAX_FILES
                || self.text.len() > MAX_TEXT_BYTES
            {
                let message = format!(
                    "files include each other more than {MAX_INCLUDE_DEPTH} deep, or there are more than \
                     {MAX_FILES} or {} MiB of them",
                    MAX_TEXT_BYTES >> 20
                );
                return Err(wrong(message));
            }
            open.push(resolved(&path));
            let directory = path.parent().unwrap_or(Path::new(""));
            self.add(&path.display().to_string(), &mof::decode(&bytes), directory, open)?;
            open.pop();
            // Whatever the included file ends with, a new line starts here.
            self.text.push('\n');
        }
        self.piece(file, done, &text[done..]);
        Ok(())
    }

    fn piece(&mut self, file: usize, file_start: usize, text: &str) {
        self.pieces.push(Piece { start: self.text.len(), file, file_start });
        self.text.push_str(text);
    }

    /// The diagnostics as a person reads them, each at its place in its file.
    pub(crate) fn render(&self, diagnostics: &[Diagnostic]) -> String {
        let rendered: Vec<String> =
            diagnostics.iter().map(|diagnostic| self.render_one(diagnostic)).collect();
        rendered.join("\n")
    }

    fn render_one(&self, diagnostic: &Diagnostic) -> String {
        let start = diagnostic.span.start as usize;
        let piece = self.pieces.iter().rev().find(|piece| piece.start <= start);
        let Some(piece) = piece.or(self.pieces.first()) else { return diagnostic.message.clone() };
        let moved = |at: u32| {
            let at = (at as usize).saturating_sub(piece.start) + piece.file_start;
            u32::try_from(at).unwrap_or(u32::MAX)
        };
        let span = Span { start: moved(diagnostic.span.start), end: moved(diagnostic.span.end) };
        let file = &self.files[piece.file];
        mof::render(&Diagnostic { span, ..diagnostic.clone() }, &file.name, &file.text)
    }

    /// The error for what is wrong with the text: the status of the first
    /// diagnostic, and all of them rendered.
    pub(crate) fn failed(&self, diagnostics: &[Diagnostic]) -> Error {
        Error::new(first_status(diagnostics), self.render(diagnostics))
    }
}

/// The error for a text that doesn't compile: the first diagnostic's status,
/// and all diagnostics with their lines.
pub(crate) fn failed(diagnostics: &[Diagnostic], file_name: &str, text: &str) -> Error {
    let rendered: Vec<String> =
        diagnostics.iter().map(|diagnostic| mof::render(diagnostic, file_name, text)).collect();
    Error::new(first_status(diagnostics), rendered.join("\n"))
}

fn first_status(diagnostics: &[Diagnostic]) -> Status {
    let first = diagnostics.iter().find(|diagnostic| diagnostic.is_error());
    first.map_or(Status::WBEM_E_FAILED, |first| first.status)
}

/// The file that a path means, whatever links lead to it.
fn resolved(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}
