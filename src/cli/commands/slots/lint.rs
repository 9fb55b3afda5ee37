//! `redisops slots lint`.

use std::path::Path;

use crate::cli::args::{Format, LintArgs};
use crate::cli::document::document;
use crate::cli::exit::Exit;
use crate::cli::slots::{Context, ScriptFiles, read_model};
use crate::diagnostics::Diagnostics;
use crate::diagnostics::render::Style;
use crate::slots::lint::{Report, check};

/// Rows of a table that people read; JSON has all.
const ROWS: usize = 50;

/// Checks a key model.
///
/// # Errors
/// When it cannot be read, or is none.
pub fn run(arguments: &LintArgs, cx: &Context<'_>) -> Result<Exit, Diagnostics> {
    let path = Path::new(&arguments.target);
    let file = read_model(path, cx.sources)?;
    let report = check(&file.model, &file.source, &ScriptFiles::beside(path, cx.sources), cx.sources)?;
    print(&report, arguments.output, cx)?;
    Ok(if report.has_errors() { Exit::No } else { Exit::Done })
}

fn print(report: &Report, format: Format, cx: &Context<'_>) -> Result<(), Diagnostics> {
    let text = match format {
        Format::Json => document("ValidationReport", &report.document(cx.sources)),
        Format::Human => report.text(cx.sources, Style::PLAIN, ROWS),
    };
    Ok(cx.printer.print(text)?)
}
