//! The one place that writes to stdout and stderr.

use std::io::{self, ErrorKind, Write};

use crate::diagnostics::render::{Style, render_all};
use crate::diagnostics::{Diagnostic, Severity, Sources};

use super::output;
use super::recorder::{Stream, record};
use super::settings::{GlobalSettings, Verbosity};

/// Writes what commands have to say.
#[derive(Debug)]
pub struct Printer {
    settings: GlobalSettings,
}

impl Printer {
    /// With that style and verbosity.
    pub fn new(settings: GlobalSettings) -> Printer {
        Printer { settings }
    }

    /// How messages look.
    pub fn style(&self) -> Style {
        self.settings.style
    }

    /// How results for people look.
    pub fn result_style(&self) -> Style {
        self.settings.result_style
    }

    /// The result of a command. Somebody who has read enough and closed the pipe is no error.
    ///
    /// # Errors
    /// When stdout does not take it.
    pub fn result(&self, chunks: &[String]) -> io::Result<()> {
        chunks.iter().for_each(|chunk| record(Stream::Out, chunk.as_bytes()));
        let mut out = io::stdout().lock();
        let written = chunks.iter().try_for_each(|chunk| out.write_all(chunk.as_bytes())).and_then(|()| out.flush());
        match written {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }

    /// A result that is one text.
    ///
    /// # Errors
    /// When stdout does not take it.
    pub fn print(&self, text: String) -> Result<(), Diagnostic> {
        self.result(&[text]).map_err(|error| output::cannot_write("stdout", &error))
    }

    /// Diagnostics in their order, and how many there are.
    pub fn diagnostics(&self, diagnostics: &[Diagnostic], sources: &Sources) {
        let least = match self.settings.verbosity {
            Verbosity::Quiet => Severity::Error,
            _ => Severity::Note,
        };
        let shown: Vec<Diagnostic> = diagnostics.iter().filter(|d| d.severity >= least).cloned().collect();
        if !shown.is_empty() {
            self.stderr(&render_all(&shown, sources, self.settings.style));
        }
    }

    /// Whether only errors are told.
    pub fn is_quiet(&self) -> bool {
        self.settings.verbosity == Verbosity::Quiet
    }

    /// Whether everything is told.
    pub fn is_verbose(&self) -> bool {
        self.settings.verbosity == Verbosity::Verbose
    }

    /// Something worth knowing.
    pub fn note(&self, text: &str) {
        if self.settings.verbosity >= Verbosity::Normal {
            self.stderr(&format!("note: {text}\n"));
        }
    }

    /// What is done, for those who want to follow.
    pub fn detail(&self, text: &str) {
        if self.settings.verbosity >= Verbosity::Verbose {
            self.stderr(&format!("{text}\n"));
        }
    }

    /// Something that was asked for and is not the result.
    pub fn report(&self, text: &str) {
        self.stderr(text);
    }

    fn stderr(&self, text: &str) {
        // Where stderr is closed, nobody listens.
        let _ = to_stderr(text);
    }
}

/// Writes to stderr what has no verbosity: questions, progress, how a command is used.
///
/// # Errors
/// When stderr does not take it.
pub fn to_stderr(text: &str) -> io::Result<()> {
    record(Stream::Err, text.as_bytes());
    io::stderr().lock().write_all(text.as_bytes())
}
