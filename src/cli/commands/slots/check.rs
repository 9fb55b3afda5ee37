//! `redisops slots check`.

use std::collections::BTreeMap;

use crate::apply::slots::fix::examine;
use crate::cli::args::{CheckArgs, Format};
use crate::cli::document::{document, save};
use crate::cli::exit::Exit;
use crate::cli::runtime::block_on;
use crate::cli::slots::{Context, Live, Picture, health_text, live, read_shown_state, whole_text};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::slots::ClusterState;
use crate::slots::health::{Evidence, Health, diagnose};

/// Says whether a cluster is whole.
///
/// # Errors
/// When it cannot be reached, or the file is no state.
pub fn run(arguments: &CheckArgs, cx: &Context<'_>) -> Result<Exit, Diagnostics> {
    let pictures = arguments.svg.is_some() || arguments.html.is_some();
    let (evidence, health, state) = match (&arguments.source.state, &arguments.source.seed) {
        (Some(path), _) => {
            let state = read_shown_state(path, cx.sources)?;
            let evidence = Evidence::of_state(&state);
            let health = diagnose(&evidence);
            (evidence, health, Some(state))
        }
        (None, Some(word)) => block_on(ask(&live(word, &arguments.access, cx)?, pictures))??,
        (None, None) => {
            return Err(Diagnostic::error("redisops::slots::no_cluster_named", "no cluster is named")
                .help("name a node as HOST:PORT, or an environment; or a file with `--state FILE`")
                .into());
        }
    };
    if let Some(state) = state.filter(|_| pictures) {
        draw(arguments, state, cx)?;
    }
    let style = cx.printer.result_style();
    cx.printer.print(match arguments.output {
        Format::Json => document("HealthReport", &health),
        Format::Human if health.whole => format!("{}{}", whole_text(&evidence), health_text(&health.findings, style)),
        Format::Human => health_text(&health.findings, style),
    })?;
    Ok(if health.whole { Exit::Done } else { Exit::No })
}

async fn ask(live: &Live, pictures: bool) -> Result<(Evidence, Health, Option<ClusterState>), Diagnostics> {
    let cluster = live.connect().await?;
    let (evidence, health) = examine(&cluster).await;
    let state = if pictures { Some(cluster.state().await) } else { None };
    Ok((evidence, health, state))
}

/// The map of the slots, open and unassigned ones marked.
fn draw(arguments: &CheckArgs, state: ClusterState, cx: &Context<'_>) -> Result<(), Diagnostic> {
    let picture = Picture::new(state, &BTreeMap::new(), None, None);
    for (path, text) in [(&arguments.svg, picture.svg()), (&arguments.html, picture.html())] {
        if let Some(path) = path {
            save(path, &text)?;
            cx.printer.note(&format!("wrote `{}`", path.display()));
        }
    }
    Ok(())
}
