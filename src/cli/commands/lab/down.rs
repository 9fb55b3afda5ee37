//! `redisops lab down`.

use crate::cli::args::DownArgs;
use crate::cli::lab::{open, parting};
use crate::cli::printer::Printer;
use crate::cli::runtime::block_on;
use crate::diagnostics::Diagnostics;

/// Ends the servers of a lab and removes its data.
///
/// # Errors
/// When there is no lab, or a process cannot be ended.
pub fn run(arguments: &DownArgs, printer: &Printer) -> Result<(), Diagnostics> {
    let lab = open(&arguments.folder.dir)?;
    let ended = block_on(lab.end())??;
    printer.print(parting(&ended, &arguments.folder.dir))?;
    Ok(())
}
