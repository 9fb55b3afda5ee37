//! `redisops slots state`.

use crate::cli::args::{Format, StateArgs};
use crate::cli::document::{document, save};
use crate::cli::exit::Exit;
use crate::cli::runtime::block_on;
use crate::cli::slots::{Context, live, summary};
use crate::diagnostics::Diagnostics;

/// Looks at a live cluster.
///
/// # Errors
/// When it cannot be reached, or the file cannot be written.
pub fn run(arguments: &StateArgs, cx: &Context<'_>) -> Result<Exit, Diagnostics> {
    let live = live(&arguments.seed, &arguments.access, cx)?;
    let state = block_on(async { Ok::<_, Diagnostics>(live.connect().await?.state().await) })??;
    let text = document("ClusterState", &state);
    if let Some(path) = &arguments.save {
        save(path, &text)?;
    }
    cx.printer.print(match arguments.output {
        Format::Json => text,
        Format::Human => summary(&state),
    })?;
    Ok(Exit::Done)
}
