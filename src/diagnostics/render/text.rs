//! Diagnostics for a terminal: what is wrong, the lines where it is, why, and what to do.

use std::fmt;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};
use rayon::prelude::*;

use super::mask::scrub;
use super::piece::{CONTEXT, Pieces};
use crate::diagnostics::{Diagnostic, Severity, Sources};

/// From so many diagnostics on, a second thread is worth its start.
const PARALLEL: usize = 64;

/// What the terminal can show.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Style {
    /// Whether escape sequences for colours may be written.
    pub color: bool,
    /// Whether line drawing characters may be written.
    pub unicode: bool,
    /// Columns; text is not wrapped where nothing is known (a file, a pipe), so that it stays easy to search.
    pub width: Option<usize>,
}

impl Style {
    /// For files and pipes, and for tests: the same everywhere.
    pub const PLAIN: Style = Style { color: false, unicode: true, width: None };
}

/// All diagnostics one below the other, and a line that counts them.
pub fn render_all(diagnostics: &[Diagnostic], sources: &Sources, style: Style) -> String {
    let mut out = if diagnostics.len() < PARALLEL {
        diagnostics.iter().map(|diagnostic| render(diagnostic, sources, style) + "\n").collect::<String>()
    } else {
        diagnostics.par_iter().map(|diagnostic| render(diagnostic, sources, style) + "\n").collect()
    };
    if let Some(counts) = summary(diagnostics) {
        out.push_str(&counts);
        out.push('\n');
    }
    out
}

/// `3 errors, 1 warning`; nothing when there is neither.
pub fn summary(diagnostics: &[Diagnostic]) -> Option<String> {
    let counted = |severity: Severity, name: &str| {
        let count = diagnostics.iter().filter(|d| d.severity == severity).count();
        (count > 0).then(|| format!("{count} {name}{}", if count == 1 { "" } else { "s" }))
    };
    let parts: Vec<String> =
        [counted(Severity::Error, "error"), counted(Severity::Warning, "warning")].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn render(diagnostic: &Diagnostic, sources: &Sources, style: Style) -> String {
    let diagnostic = &scrub(diagnostic, sources);
    let pieces = Pieces::of(diagnostic, sources, style);
    let theme = theme(style);
    let (note_style, link_style) = (theme.styles.advice, theme.styles.link);
    let help_style = theme.styles.help;
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_urls(false)
        .without_syntax_highlighting()
        .with_context_lines(CONTEXT as usize)
        .with_width(style.width.unwrap_or(usize::MAX))
        .with_wrap_lines(style.width.is_some())
        .with_break_words(false);
    let mut out = String::new();
    let file = diagnostic.file.as_deref().filter(|file| !pieces.shows(file) && !says(diagnostic, file));
    let report = Report { diagnostic, pieces };
    let mut drawn = String::new();
    handler.render_report(&mut drawn, &report).expect("writing to a string does not fail");
    for line in drawn.lines() {
        out.push_str(line.trim_end());
        out.push('\n');
    }
    let mut facts: Vec<(&str, &str, owo_colors::Style)> = Vec::new();
    facts.extend(file.map(|file| ("file", file, link_style)));
    facts.extend(diagnostic.notes.iter().map(|note| ("note", note.as_str(), note_style)));
    facts.extend(diagnostic.help.iter().map(|help| ("help", help.as_str(), help_style)));
    for (name, text, color) in facts {
        let mut lines = wrapped(text, style.width).into_iter();
        let first = lines.next().unwrap_or_default();
        out.push_str(&format!("  {} {first}\n", color.style(format_args!("{name}:"))));
        for line in lines {
            out.push_str(&format!("        {line}\n"));
        }
    }
    out
}

/// Whether the message names the file already.
fn says(diagnostic: &Diagnostic, file: &str) -> bool {
    diagnostic.message.contains(&format!("`{file}`"))
}

fn theme(style: Style) -> GraphicalTheme {
    match (style.unicode, style.color) {
        (true, true) => GraphicalTheme::unicode(),
        (true, false) => GraphicalTheme::unicode_nocolor(),
        (false, color) => {
            let mut theme = if color { GraphicalTheme::ascii() } else { GraphicalTheme::none() };
            theme.characters = miette::ThemeCharacters::ascii();
            theme
        }
    }
}

/// Lines of at most that many columns, broken at spaces.
fn wrapped(text: &str, width: Option<usize>) -> Vec<String> {
    let room = width.map_or(usize::MAX, |width| width.saturating_sub(10).max(20));
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split(' ') {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > room {
                lines.push(std::mem::take(&mut line));
            } else if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines
}

/// A diagnostic as miette takes it.
struct Report<'a> {
    diagnostic: &'a Diagnostic,
    pieces: Pieces,
}

impl fmt::Debug for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.diagnostic.fmt(f)
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.diagnostic.message)
    }
}

impl std::error::Error for Report<'_> {}

impl miette::Diagnostic for Report<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.diagnostic.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.diagnostic.severity {
            Severity::Note => miette::Severity::Advice,
            Severity::Warning => miette::Severity::Warning,
            Severity::Error => miette::Severity::Error,
        })
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        (!self.pieces.is_empty()).then_some(&self.pieces as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        (!self.pieces.is_empty()).then(|| Box::new(self.pieces.labels().iter().cloned()) as Box<_>)
    }
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
