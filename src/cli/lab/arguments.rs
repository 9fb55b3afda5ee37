//! From arguments to what the library takes.

use std::path::Path;

use crate::cli::args::LayoutArgs;
use crate::diagnostics::Diagnostic;
use crate::lab::{Lab, Layout};

/// Spares when the number of nodes is not given.
const SPARES: u16 = 2;

/// The nodes of a lab.
///
/// # Errors
/// When there are too few, or none.
pub fn layout(arguments: LayoutArgs) -> Result<Layout, Diagnostic> {
    let LayoutArgs { nodes, masters, replicas, .. } = arguments;
    let needed = masters.saturating_mul(replicas.saturating_add(1));
    Layout::new(nodes.unwrap_or(needed.saturating_add(SPARES)), masters, replicas)
}

/// The lab of a folder.
///
/// # Errors
/// When there is none.
pub fn open(dir: &Path) -> Result<Lab, Diagnostic> {
    Lab::open(dir)?.ok_or_else(|| {
        let message = format!("there is no lab in `{}`", dir.display());
        Diagnostic::error("redisops::lab::none", message)
            .help("name its folder with `--dir`, or start one with `redisops lab up`")
    })
}
