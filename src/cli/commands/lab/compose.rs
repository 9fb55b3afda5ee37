//! `redisops lab compose`.

use crate::cli::args::ComposeArgs;
use crate::cli::lab::layout;
use crate::cli::printer::Printer;
use crate::diagnostics::Diagnostics;
use crate::lab::Compose;

/// Prints a compose file.
///
/// # Errors
/// When the layout is impossible, or the network has too few addresses.
pub fn run(arguments: &ComposeArgs, printer: &Printer) -> Result<(), Diagnostics> {
    let layout = layout(arguments.layout)?;
    let compose = Compose::new(layout, arguments.layout.base_port, arguments.network, &arguments.image)?;
    printer.print(compose.to_string())?;
    Ok(())
}
