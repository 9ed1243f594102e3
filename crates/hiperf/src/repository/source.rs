//! MOF files as the compiler gets them: with the files they include in place.
//!
//! An include is textual, so aliases, declarations and pragmas go across it.
//! [`Source`] knows which part of its text came from which file, and shows a
//! diagnostic at its place there.

use std::path::Path;

use hiperf_cim::mof::{self, Diagnostic, Gathered, SourceFile, Span, codes};
use hiperf_cim::{Error, Result, Status};

use super::log::MofText;

/// A MOF text, its includes in place.
#[derive(Debug)]
pub struct Source {
    files: Vec<SourceFile>,
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
    /// working directory, or to that of its name.
    ///
    /// # Errors
    /// Its syntax errors, and `WBEMMOF_E_ERROR_INVALID_INCLUDE_FILE`.
    pub fn from_text(name: &str, text: &str) -> Result<Source> {
        let mut root = Some(text.as_bytes().to_vec());
        Source::of(mof::gather(name, |path| root.take().map_or_else(|| read(path), Ok))?)
    }

    /// A file, and the files it includes, relative to it.
    ///
    /// # Errors
    /// * `WBEMMOF_E_INVALID_FILE`: it can't be read.
    /// * its syntax errors, and `WBEMMOF_E_ERROR_INVALID_INCLUDE_FILE`.
    pub fn read(path: &Path) -> Result<Source> {
        Source::of(mof::gather(&path.to_string_lossy(), read)?)
    }

    fn of(gathered: Gathered) -> Result<Source> {
        let Gathered { files, pieces, diagnostics } = gathered;
        let mut wrong: Vec<(usize, Diagnostic)> =
            diagnostics.into_iter().map(|found| (found.file, found.diagnostic)).collect();
        for (file, source) in files.iter().enumerate() {
            let found = mof::parse(&source.text).diagnostics;
            wrong.extend(found.into_iter().filter(Diagnostic::is_error).map(|error| (file, error)));
        }
        wrong.sort_by_key(|(file, diagnostic)| (*file, diagnostic.span));
        if let Some((_, first)) = wrong.first() {
            let shown = wrong
                .iter()
                .map(|(file, diagnostic)| mof::render(diagnostic, &files[*file].path, &files[*file].text));
            return Err(Error::new(first.status, shown.collect::<Vec<_>>().join("\n")));
        }
        let mut source = Source { files, text: String::new(), pieces: Vec::new() };
        for piece in pieces {
            let (start, file_start) = (source.text.len(), piece.bytes.start);
            source.pieces.push(Piece { start, file: piece.file, file_start });
            source.text.push_str(&source.files[piece.file].text[piece.bytes]);
            // Whatever an included file ends with, a new line starts behind it.
            source.text.push('\n');
        }
        // The text of one file stays as it is.
        source.text.pop();
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
        let name = self.files.into_iter().next().map_or_else(String::new, |file| file.path);
        MofText { name, text: self.text }
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
        mof::render(&Diagnostic { span, ..diagnostic.clone() }, &file.path, &file.text)
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

fn read(path: &str) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|error| {
        Error::new(codes::WBEMMOF_E_INVALID_FILE, format!("reading {path}: {error}")).caused_by(error)
    })
}
