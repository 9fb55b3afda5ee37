//! `redisops cluster`.

use crate::apply::objects::{Lock, set_of};
use crate::apply::scaling::{Order, ScalingReport, Workload, preview, replicas_now, scale};
use crate::apply::slots::{Options, Stopper};
use crate::cli::apply::holder as lease_holder;
use crate::cli::args::{ClusterCommand, Format, ResizeArgs};
use crate::cli::cluster::{Fleet, fleet, plan_text, report_text};
use crate::cli::confirm::confirmed;
use crate::cli::document::document;
use crate::cli::exit::Exit;
use crate::cli::printer::Printer;
use crate::cli::runtime::block_on;
use crate::cli::settings::Environment;
use crate::cli::slots::{Context, Display, guard, listen, now};
use crate::diagnostics::{Diagnostic, Diagnostics, Sources, arrange};
use crate::plan::scaling::Wanted;

use super::slots::{budget_of, holder};

/// Which half of the work is meant.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Both,
    Drain,
    Join,
}

/// Runs a command; what it could not do is told on stderr.
pub fn run(command: ClusterCommand, environment: &Environment, printer: &Printer) -> Exit {
    let sources = Sources::new();
    let cx = Context { printer, environment, sources: &sources };
    let (arguments, part) = match command {
        ClusterCommand::Scale(arguments) => (arguments, Part::Both),
        ClusterCommand::Drain(arguments) => (arguments, Part::Drain),
        ClusterCommand::Join(arguments) => (arguments, Part::Join),
    };
    let done = block_on(go(&arguments, part, &cx)).flatten();
    done.unwrap_or_else(|found| {
        printer.diagnostics(&arrange(found.0, &sources), &sources);
        Exit::CouldNot
    })
}

async fn go(arguments: &ResizeArgs, part: Part, cx: &Context<'_>) -> Result<Exit, Diagnostics> {
    let mut fleet = fleet(arguments, cx).await?;
    if fleet.is_sharded {
        let wanted = wanted(&fleet, arguments).await?;
        fleet.keep(wanted);
    }
    if let Some(why) = idle(&fleet, arguments, part) {
        cx.printer.note(&why);
        cx.printer.print(match arguments.output {
            Format::Json => document("ScalingReport", &ScalingReport::idle(usize::from(arguments.nodes))),
            Format::Human => String::new(),
        })?;
        return Ok(Exit::Done);
    }
    let wanted = wanted(&fleet, arguments).await?;
    let mut order = Order { places: fleet.places.clone(), wanted, patience: arguments.wait };
    if let Some(workload) = &fleet.workload {
        order.know_zones(&workload.zones().await);
    }
    let plan = preview(&fleet.access, &order).await?;
    if arguments.dry_run {
        cx.printer.print(match arguments.output {
            Format::Json => document("ScalingPlan", &plan),
            Format::Human => plan_text(&plan),
        })?;
        return Ok(Exit::Done);
    }
    if let Some(guards) = &fleet.guards {
        guard(guards, &plan.slots, now())?;
    }
    if !plan.steps.is_empty() && !arguments.yes {
        let question = format!("{}go on?", plan_text(&plan));
        if !confirmed(&question, cx.environment)? {
            return Ok(Exit::CouldNot);
        }
    }
    let work = async {
        if let Some(workload) = fleet.workload.as_ref().filter(|_| !plan.steps.is_empty()) {
            workload.needed(fleet.places.len()).await?;
        }
        let report = carried_out(&fleet, &order, arguments, cx).await?;
        if let Some(workload) = &fleet.workload {
            workload.drained(report.drained_to).await?;
        }
        Ok(report)
    };
    let report = match &fleet.workload {
        Some(workload) => under_lease(workload, work).await?,
        None => work.await?,
    };
    cx.printer.print(match arguments.output {
        Format::Json => document("ScalingReport", &report),
        Format::Human => report_text(&report),
    })?;
    Ok(Exit::Done)
}

/// Holds the Lease of a StatefulSet meanwhile: two runs at once would be one too many.
async fn under_lease(
    workload: &Workload,
    work: impl Future<Output = Result<ScalingReport, Diagnostics>>,
) -> Result<ScalingReport, Diagnostics> {
    let set = set_of(workload.name(), workload.namespace());
    let lock = Lock::take(workload.cluster(), &set, &lease_holder()).await.map_err(|error| error.diagnostic(&set))?;
    let done = tokio::select! {
        done = work => done,
        lost = lock.keep() => Err(lost.diagnostic(&set).into()),
    };
    lock.release().await;
    done
}

/// Why there is nothing to do, where that is known without a look at the nodes.
fn idle(fleet: &Fleet, arguments: &ResizeArgs, part: Part) -> Option<String> {
    let goes = fleet.places.iter().any(|place| !place.stays);
    match (&arguments.stateful_set, &fleet.workload) {
        (Some(name), None) => Some(format!("there is no StatefulSet `{name}` yet: nothing to do")),
        _ if part == Part::Drain && !goes => Some("no pod goes: nothing to drain".to_owned()),
        _ => None,
    }
}

async fn wanted(fleet: &Fleet, arguments: &ResizeArgs) -> Result<Wanted, Diagnostics> {
    let replicas = match arguments.replicas {
        Some(replicas) => replicas,
        None => replicas_now(&fleet.access, &fleet.places, arguments.wait).await?,
    };
    let (nodes, shard) = (arguments.nodes, replicas.saturating_add(1));
    if !nodes.is_multiple_of(shard) {
        return Err(Diagnostic::error(
            "redisops::scaling::size",
            format!("{nodes} nodes cannot be masters with {replicas} replicas each"),
        )
        .help(format!("ask for a multiple of {shard} nodes, or for another number of replicas"))
        .into());
    }
    Ok(Wanted { masters: nodes / shard, replicas })
}

async fn carried_out(
    fleet: &Fleet,
    order: &Order,
    arguments: &ResizeArgs,
    cx: &Context<'_>,
) -> Result<ScalingReport, Diagnostics> {
    let options = Options {
        latency_budget: budget_of(arguments.latency_budget.as_deref(), fleet.guards.as_ref())?,
        holder: holder(),
        ..Options::default()
    };
    let display = Display::new(cx.environment.stderr.terminal && !cx.environment.dumb, cx.printer.is_quiet());
    let (stopper, stop) = Stopper::new();
    let done = tokio::select! {
        done = scale(&fleet.access, order, &options, &display, &stop) => done,
        never = listen(&stopper, &stop, &display) => match never {},
    };
    display.end();
    done
}
