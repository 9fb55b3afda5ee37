//! `redisops lab forward`, which `lab up --announce` starts.

use crate::cli::args::ForwardArgs;
use crate::cli::runtime::block_on;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::lab::forward;

/// Forwards until it is ended.
///
/// # Errors
/// When a port is taken.
pub fn run(arguments: &ForwardArgs) -> Result<(), Diagnostics> {
    let done = block_on(forward(&arguments.ways))?;
    done.map_err(|error| {
        Diagnostic::error("redisops::lab::ports", format!("a port cannot be forwarded: {error}")).into()
    })
}
