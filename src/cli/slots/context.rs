//! What every command about slots has at hand.

use crate::cli::printer::Printer;
use crate::cli::settings::Environment;
use crate::diagnostics::Sources;

/// What every command about slots has at hand.
#[derive(Debug)]
pub struct Context<'a> {
    /// Where it prints.
    pub printer: &'a Printer,
    /// Variables and terminal of the process.
    pub environment: &'a Environment,
    /// Files that messages point into.
    pub sources: &'a Sources,
}
