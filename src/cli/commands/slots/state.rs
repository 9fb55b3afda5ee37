//! `redisops slots state`.

use crate::cli::args::{Format, StateArgs};
use crate::cli::document::{document, save};
use crate::cli::exit::Exit;
use crate::cli::runtime::block_on;
use crate::cli::slots::{Context, Live, Source, look, source, summary, warn_of_unreachable};
use crate::diagnostics::Diagnostics;
use crate::live::redis::SurveyOptions;
use crate::slots::ClusterState;

/// Looks at a cluster.
///
/// # Errors
/// When it cannot be reached, or the file cannot be written.
pub fn run(arguments: &StateArgs, cx: &Context<'_>) -> Result<Exit, Diagnostics> {
    let state = match source(&arguments.source, &arguments.access, cx)? {
        Source::Live(live) => block_on(ask(&live, arguments, cx))??,
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

async fn ask(live: &Live, arguments: &StateArgs, cx: &Context<'_>) -> Result<ClusterState, Diagnostics> {
    let cluster = live.connect().await?;
    if arguments.no_stats {
        warn_of_unreachable(&cluster, cx);
        return Ok(cluster.state().await);
    }
    let options = SurveyOptions { bytes: true, big_keys: None, ops: arguments.sample_ops };
    Ok(look(&cluster, options, cx).await.0)
}
