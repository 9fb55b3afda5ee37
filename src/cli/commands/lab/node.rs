//! `redisops lab kill` and `redisops lab start`.

use crate::cli::args::NodeArgs;
use crate::cli::lab::open;
use crate::cli::printer::Printer;
use crate::cli::runtime::block_on;
use crate::diagnostics::Diagnostics;

/// Ends the server of a node, as a crash does.
///
/// # Errors
/// When there is no such node, or it does not run.
pub fn kill(arguments: &NodeArgs, printer: &Printer) -> Result<(), Diagnostics> {
    let lab = open(&arguments.folder.dir)?;
    block_on(lab.kill(arguments.node))??;
    printer
        .note(&format!("node {} has ended; `redisops lab start {}` starts it again", arguments.node, arguments.node));
    Ok(())
}

/// Starts the server of a node again.
///
/// # Errors
/// When there is no such node, it runs, or does not come up.
pub fn start(arguments: &NodeArgs, printer: &Printer) -> Result<(), Diagnostics> {
    let mut lab = open(&arguments.folder.dir)?;
    block_on(lab.revive(arguments.node))??;
    printer.note(&format!("node {} answers", arguments.node));
    Ok(())
}
