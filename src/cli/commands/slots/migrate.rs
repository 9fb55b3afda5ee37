//! `redisops slots migrate`.

use std::path::Path;

use crate::apply::slots::{MigrationReport, Options, Outcome, Silent, Stop, migrate};
use crate::cli::args::{Format, MigrateArgs};
use crate::cli::document::document;
use crate::cli::exit::Exit;
use crate::cli::runtime::block_on;
use crate::cli::slots::{Context, live, read_document};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::slots::SlotPlan;

/// Carries a plan out.
///
/// # Errors
/// When the run is refused.
pub fn run(arguments: &MigrateArgs, cx: &Context<'_>) -> Result<Exit, Diagnostics> {
    let (plan, _): (SlotPlan, _) = read_document(Path::new(&arguments.plan), "SlotPlan", cx.sources)?;
    let seed = arguments.seed.clone().or_else(|| plan.seed.clone()).ok_or_else(|| {
        Diagnostic::error("redisops::slots::no_seed", "the plan does not say which cluster it is for")
            .help("name a node of the cluster with `--seed HOST:PORT`")
    })?;
    let live = live(&seed, &arguments.access, cx)?;
    let options = Options { latency_budget: budget(&arguments.latency_budget)?, ..Options::default() };
    let report: MigrationReport =
        block_on(async { migrate(live.connect().await?, &plan, &options, &Silent, &Stop::never()).await })??;
    cx.printer.print(match arguments.output {
        Format::Json => document("MigrationReport", &report),
        Format::Human => format!("{report:#?}\n"),
    })?;
    Ok(if report.outcome == Outcome::Done { Exit::Done } else { Exit::CouldNot })
}

fn budget(text: &str) -> Result<Option<std::time::Duration>, Diagnostic> {
    if text == "off" {
        return Ok(None);
    }
    let (number, unit) = text.split_at(text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len()));
    let factor = match unit {
        "us" | "µs" => Some(1e-6),
        "ms" => Some(1e-3),
        "s" => Some(1.0),
        _ => None,
    };
    let seconds = number.parse::<f64>().ok().zip(factor).map(|(number, factor)| number * factor);
    match seconds.filter(|seconds| (1e-4..=3600.0).contains(seconds)) {
        Some(seconds) => Ok(Some(std::time::Duration::from_secs_f64(seconds))),
        None => Err(Diagnostic::error("redisops::slots::argument", format!("`{text}` is no time"))
            .note("given to `--latency-budget`")
            .help("write it with its unit, as in 5ms, or `off`")),
    }
}
