//! `redisops slots fix`.

use crate::apply::slots::conflict::Side;
use crate::apply::slots::fix::{FixOptions, FixReport, examine, fix};
use crate::cli::args::{FixArgs, Format};
use crate::cli::confirm::confirmed;
use crate::cli::document::document;
use crate::cli::exit::Exit;
use crate::cli::runtime::block_on;
use crate::cli::slots::{Context, Live, fix_text, health_text, live};
use crate::diagnostics::Diagnostics;

use super::migrate::holder;

/// Mends a cluster.
///
/// # Errors
/// When it cannot be reached, or nobody says yes.
pub fn run(arguments: &FixArgs, cx: &Context<'_>) -> Result<Exit, Diagnostics> {
    let live = live(&arguments.seed, &arguments.access, cx)?;
    let options = FixOptions {
        on_conflict: arguments
            .on_conflict
            .as_deref()
            .map(|side| if side == "source" { Side::Source } else { Side::Target }),
        archive: arguments.conflicts.clone(),
        lock: arguments.force.is_empty(),
        holder: holder(),
    };
    let Some(report) = block_on(mend(&live, arguments.yes, &options, cx))?? else { return Ok(Exit::CouldNot) };
    cx.printer.print(match arguments.output {
        Format::Json => document("FixReport", &report),
        Format::Human => fix_text(&report, &options.archive, cx.printer.result_style()),
    })?;
    Ok(if report.whole { Exit::Done } else { Exit::No })
}

/// Nothing where somebody was asked and said no.
async fn mend(
    live: &Live,
    yes: bool,
    options: &FixOptions,
    cx: &Context<'_>,
) -> Result<Option<FixReport>, Diagnostics> {
    let cluster = live.connect().await?;
    let (_, health) = examine(&cluster).await;
    if health.next_repairs(&[]).is_empty() {
        return Ok(Some(FixReport { whole: health.whole, findings: health.findings, ..FixReport::default() }));
    }
    if !yes {
        cx.printer.report(&health_text(&health.findings, cx.printer.style()));
        if !confirmed("repair this?", cx.environment)? {
            return Ok(None);
        }
    }
    let report = fix(cluster, options, |repair| cx.printer.note(&repair.to_string())).await?;
    Ok(Some(report))
}
