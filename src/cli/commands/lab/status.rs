//! `redisops lab status`.

use crate::cli::args::{Format, StatusArgs};
use crate::cli::document::document;
use crate::cli::lab::{open, status_table};
use crate::cli::printer::Printer;
use crate::cli::runtime::block_on;
use crate::diagnostics::Diagnostics;

/// Says how the servers of a lab are.
///
/// # Errors
/// When there is no lab, or what is kept of it cannot be read.
pub fn run(arguments: &StatusArgs, printer: &Printer) -> Result<(), Diagnostics> {
    let lab = open(&arguments.folder.dir)?;
    let status = block_on(lab.status())?;
    printer.print(match arguments.output {
        Format::Json => document("LabStatus", &status),
        Format::Human => status_table(&status),
    })?;
    Ok(())
}
