//! `redisops slots state`.

use crate::cli::args::{Format, StateArgs};
use crate::cli::document::{document, save};
use crate::cli::exit::Exit;
use crate::cli::runtime::block_on;
use crate::cli::slots::{Context, Source, source, summary};
use crate::diagnostics::Diagnostics;

/// Looks at a cluster.
///
/// # Errors
/// When it cannot be reached, or the file cannot be written.
pub fn run(arguments: &StateArgs, cx: &Context<'_>) -> Result<Exit, Diagnostics> {
    let state = match source(&arguments.source, &arguments.access, cx)? {
        Source::Live(live) => block_on(async { Ok::<_, Diagnostics>(live.connect().await?.state().await) })??,
        Source::Saved(state) => state,
    };
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
