//! `redisops slots check`.

use crate::apply::slots::fix::examine;
use crate::cli::args::{CheckArgs, Format};
use crate::cli::document::document;
use crate::cli::exit::Exit;
use crate::cli::runtime::block_on;
use crate::cli::slots::{Context, Live, health_text, live, read_shown_state, whole_text};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::slots::health::{Evidence, Health, diagnose};

/// Says whether a cluster is whole.
///
/// # Errors
/// When it cannot be reached, or the file is no state.
pub fn run(arguments: &CheckArgs, cx: &Context<'_>) -> Result<Exit, Diagnostics> {
    let (evidence, health) = match (&arguments.source.state, &arguments.source.seed) {
        (Some(path), _) => {
            let evidence = Evidence::of_state(&read_shown_state(path, cx.sources)?);
            let health = diagnose(&evidence);
            (evidence, health)
        }
        (None, Some(word)) => block_on(ask(&live(word, &arguments.access, cx)?))??,
        (None, None) => {
            return Err(Diagnostic::error("redisops::slots::no_cluster_named", "no cluster is named")
                .help("name a node as HOST:PORT, or an environment; or a file with `--state FILE`")
                .into());
        }
    };
    cx.printer.print(match arguments.output {
        Format::Json => document("HealthReport", &health),
        Format::Human if health.whole => format!("{}{}", whole_text(&evidence), health_text(&health.findings)),
        Format::Human => health_text(&health.findings),
    })?;
    Ok(if health.whole { Exit::Done } else { Exit::No })
}

async fn ask(live: &Live) -> Result<(Evidence, Health), Diagnostics> {
    Ok(examine(&live.connect().await?).await)
}
