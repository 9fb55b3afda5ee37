//! `redisops slots plan`.

use crate::cli::args::{PlanArgs, PlanFormat};
use crate::cli::document::{document, save};
use crate::cli::exit::Exit;
use crate::cli::runtime::block_on;
use crate::cli::slots::{
    Context, Live, Planned, Purpose, Source, plan_live, plan_live_to, plan_saved, plan_to, read_state, source,
};
use crate::diagnostics::Diagnostics;
use crate::slots::ClusterState;
use crate::slots::render::{plan_html, plan_markdown, plan_text};

/// Plans, prints the plan and keeps it in a file.
///
/// # Errors
/// When there is no plan, or the file cannot be written.
pub fn run(arguments: &PlanArgs, cx: &Context<'_>) -> Result<Exit, Diagnostics> {
    let wanted = arguments.to_state.as_ref().map(|path| read_state(path, cx.sources)).transpose()?;
    let Planned { plan, state } = match (source(&arguments.source, &arguments.access, cx)?, wanted) {
        (Source::Saved(state), Some(wanted)) => plan_to(state, &wanted)?,
        (Source::Saved(state), None) => plan_saved(state, &arguments.target)?,
        (Source::Live(live), wanted) => block_on(ask(&live, wanted, arguments, cx))??,
    };
    let text = document("SlotPlan", &plan);
    if let Some(path) = &arguments.out {
        save(path, &text)?;
    }
    cx.printer.print(match arguments.output {
        PlanFormat::Json => text,
        PlanFormat::Human => plan_text(&plan, &state, cx.printer.result_style()),
        PlanFormat::Markdown => plan_markdown(&plan, &state),
        PlanFormat::Html => plan_html(&plan, &state),
    })?;
    Ok(if arguments.exit_code && !plan.is_empty() { Exit::No } else { Exit::Done })
}

async fn ask(
    live: &Live,
    wanted: Option<ClusterState>,
    arguments: &PlanArgs,
    cx: &Context<'_>,
) -> Result<Planned, Diagnostics> {
    let cluster = live.connect().await?;
    match wanted {
        Some(wanted) => plan_live_to(&cluster, &wanted, cx).await,
        None => plan_live(&cluster, &arguments.target, Purpose::Review, cx).await,
    }
}
