//! `redisops slots migrate`.

use std::path::Path;
use std::time::Duration;

use crate::apply::slots::conflict::Side;
use crate::apply::slots::{MigrationReport, Options, Outcome, Stopper, migrate};
use crate::cli::args::{Format, MigrateArgs, TargetArgs};
use crate::cli::confirm::confirmed;
use crate::cli::document::document;
use crate::cli::exit::Exit;
use crate::cli::runtime::block_on;
use crate::cli::slots::{
    Context, Display, Live, Purpose, guard, listen, live, migration_text, now, plan_live, read_document,
};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::environment::Guards;
use crate::live::redis::Cluster;
use crate::slots::SlotPlan;

/// What the 99th percentile of clients' latency may be where nobody says.
const BUDGET: &str = "5ms";

/// Carries a plan out.
///
/// # Errors
/// When the arguments are wrong, the cluster cannot be reached, nobody says yes, or the run is refused.
pub fn run(arguments: &MigrateArgs, cx: &Context<'_>) -> Result<Exit, Diagnostics> {
    let (live, plan) = goal(arguments, cx)?;
    let options = options(arguments, &live)?;
    match block_on(go(&live, plan, arguments, &options, cx))?? {
        Some(report) => {
            cx.printer.print(match arguments.output {
                Format::Json => document("MigrationReport", &report),
                Format::Human => migration_text(&report),
            })?;
            Ok(if report.outcome == Outcome::Done { Exit::Done } else { Exit::CouldNot })
        }
        None => Ok(Exit::CouldNot),
    }
}

/// The cluster, and the plan where a file has it.
fn goal(arguments: &MigrateArgs, cx: &Context<'_>) -> Result<(Live, Option<SlotPlan>), Diagnostics> {
    let path = Path::new(&arguments.plan);
    if !path.is_file() {
        let seed = arguments.seed.as_ref().unwrap_or(&arguments.plan);
        return Ok((live(seed, &arguments.access, cx)?, None));
    }
    if let Some(flag) = target_flag(&arguments.target) {
        return Err(Diagnostic::error(
            "redisops::slots::argument",
            format!("`{flag}` does not go with a plan from a file"),
        )
        .help("make a new plan with it, or name a node of the cluster instead of the file")
        .into());
    }
    let (plan, _): (SlotPlan, _) = read_document(path, "SlotPlan", cx.sources)?;
    let seed = arguments.seed.as_ref().or(plan.seed.as_ref()).ok_or_else(|| {
        Diagnostic::error(
            "redisops::slots::no_seed",
            format!("`{}` was made from a saved state and does not say where the cluster is", path.display()),
        )
        .help("name a node of the cluster with `--seed HOST:PORT`")
    })?;
    Ok((live(seed, &arguments.access, cx)?, Some(plan)))
}

/// An option of the target that was given.
fn target_flag(target: &TargetArgs) -> Option<&'static str> {
    let given = [
        (target.masters.is_some(), "--masters"),
        (!target.add.is_empty(), "--add"),
        (!target.remove.is_empty(), "--remove"),
        (!target.weights.is_empty(), "--weights"),
        (target.replicas.is_some(), "--replicas"),
        (!target.pin.is_empty(), "--pin"),
        (target.zone_label.is_some(), "--zone-label"),
        (target.balance != "slots", "--balance"),
    ];
    given.into_iter().find(|(given, _)| *given).map(|(_, flag)| flag)
}

/// Nothing where somebody was asked and said no.
async fn go(
    live: &Live,
    plan: Option<SlotPlan>,
    arguments: &MigrateArgs,
    options: &Options,
    cx: &Context<'_>,
) -> Result<Option<MigrationReport>, Diagnostics> {
    let cluster = live.connect().await?;
    let plan = match plan {
        Some(plan) => plan,
        None => plan_live(&cluster, &arguments.target, Purpose::Run, cx).await?.plan,
    };
    if let Some(guards) = &live.guards {
        guard(guards, &plan, now())?;
    }
    if !arguments.yes && !agreed(&plan, cx)? {
        return Ok(None);
    }
    carried_out(cluster, &plan, options, cx).await.map(Some)
}

fn agreed(plan: &SlotPlan, cx: &Context<'_>) -> Result<bool, Diagnostic> {
    let mut text = format!("{} slots move", plan.moved_slots());
    for (count, what) in [
        (plan.joins.len(), "nodes join"),
        (plan.leaves.len(), "nodes leave"),
        (plan.replicas.len(), "replicas change their master"),
    ] {
        if count > 0 {
            text.push_str(&format!(", {count} {what}"));
        }
    }
    confirmed(&format!("{text}: go on?"), cx.environment)
}

async fn carried_out(
    cluster: Cluster,
    plan: &SlotPlan,
    options: &Options,
    cx: &Context<'_>,
) -> Result<MigrationReport, Diagnostics> {
    let display = Display::new(cx.environment.stderr.terminal && !cx.environment.dumb, cx.printer.is_quiet());
    let (stopper, stop) = Stopper::new();
    let done = tokio::select! {
        done = migrate(cluster, plan, options, &display, &stop) => done,
        never = listen(&stopper, &stop, &display) => match never {},
    };
    display.end();
    done
}

fn options(arguments: &MigrateArgs, live: &Live) -> Result<Options, Diagnostics> {
    Ok(Options {
        latency_budget: budget_of(arguments.latency_budget.as_deref(), live.guards.as_ref())?,
        parallel: arguments.parallel.map(usize::from),
        atomic: !arguments.no_atomic,
        skip_big_keys: arguments.skip_big_keys,
        on_conflict: arguments
            .on_conflict
            .as_deref()
            .map(|side| if side == "source" { Side::Source } else { Side::Target }),
        force: arguments.force.iter().copied().collect(),
        require_replicas: arguments.require_replicas,
        failover: time(&arguments.failover_timeout, "--failover-timeout", "write it with its unit, as in 90s")?,
        conflicts: ".".into(),
        holder: holder(),
    })
}

/// `user@host pid N`, as far as known.
pub fn holder() -> String {
    let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let user = variable("USER").or_else(|| variable("LOGNAME")).unwrap_or_else(|| "somebody".to_owned());
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").ok().map(|name| name.trim().to_owned());
    let host = host.or_else(|| variable("HOSTNAME")).unwrap_or_else(|| "unknown".to_owned());
    format!("{user}@{host}/{}", std::process::id())
}

/// The budget of clients. That of an environment counts where none is given.
///
/// # Errors
/// When it is no time.
pub fn budget_of(given: Option<&str>, guards: Option<&Guards>) -> Result<Option<Duration>, Diagnostic> {
    let guarded = guards.map(|guards| &*guards.latency_budget.value).filter(|text| !text.is_empty());
    budget(given.or(guarded).unwrap_or(BUDGET))
}

fn budget(text: &str) -> Result<Option<Duration>, Diagnostic> {
    if text == "off" {
        return Ok(None);
    }
    time(text, "--latency-budget", "write it with its unit, as in 5ms, or `off`").map(Some)
}

/// A time with its unit.
fn time(text: &str, flag: &str, help: &str) -> Result<Duration, Diagnostic> {
    let (number, unit) = text.split_at(text.find(|c: char| c.is_alphabetic()).unwrap_or(text.len()));
    let factor = match unit {
        "us" | "µs" => Some(1e-6),
        "ms" => Some(1e-3),
        "s" => Some(1.0),
        _ => None,
    };
    let seconds = number.parse::<f64>().ok().zip(factor).map(|(number, factor)| number * factor);
    match seconds.filter(|seconds| (9.9e-5..=3600.0).contains(seconds)) {
        Some(seconds) => Ok(Duration::from_secs_f64(seconds)),
        None => Err(Diagnostic::error("redisops::slots::argument", format!("`{text}` is no time from 100us to 3600s"))
            .note(format!("given to `{flag}`"))
            .help(help)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_has_a_unit() {
        assert_eq!(budget("5ms"), Ok(Some(Duration::from_millis(5))));
        assert_eq!(budget("1.5ms"), Ok(Some(Duration::from_micros(1500))));
        assert_eq!(budget("100us"), Ok(Some(Duration::from_micros(100))));
        assert_eq!(budget("off"), Ok(None));
        for wrong in ["5", "", "ms", "-5ms", "0ms", "5m", "99999s"] {
            assert_eq!(budget(wrong).unwrap_err().code, "redisops::slots::argument", "{wrong}");
        }
    }

    #[test]
    fn options_of_the_target_belong_to_planning() {
        let target = TargetArgs { balance: "slots".to_owned(), masters: Some(4), ..TargetArgs::default() };
        assert_eq!(target_flag(&target), Some("--masters"));
        assert_eq!(target_flag(&TargetArgs { balance: "slots".to_owned(), ..TargetArgs::default() }), None);
    }
}
