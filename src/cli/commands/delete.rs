//! `redisops delete`.

use crate::apply::objects::{Ended, Options, Run, Tools, peek};
use crate::apply::slots::Stopper;
use crate::cli::apply::{Deployment, Teller, Wish, holder, listen};
use crate::cli::args::DeleteArgs;
use crate::cli::confirm::{confirmed, nobody};
use crate::cli::exit::Exit;
use crate::cli::printer::Printer;
use crate::cli::runtime::block_on;
use crate::cli::settings::{Environment, RenderSettings};
use crate::diagnostics::{Diagnostics, Sources, arrange};
use crate::k8s::ResourceRef;
use crate::plan::{Plan, Step, as_asked, plan_text, protection};

use super::apply::{ended, untouched};

/// The manager whose fields nobody writes here.
const MANAGER: &str = "redisops";

/// Deletes what the files say.
pub fn run(arguments: DeleteArgs, environment: &Environment, printer: &Printer) -> Exit {
    let asks = !arguments.yes && arguments.dry_run.is_none();
    if asks && !environment.can_ask() {
        printer.diagnostics(&[nobody()], &Sources::new());
        return Exit::CouldNot;
    }
    let settings = RenderSettings::resolve(arguments.render);
    let Some(deployment) = Deployment::open(&arguments.path, &settings, &arguments.cluster, printer) else {
        return Exit::CouldNot;
    };
    let options = Options {
        manager: MANAGER.to_owned(),
        force: false,
        dry_run: arguments.dry_run.is_some(),
        prune: true,
        delete: arguments.delete,
        replace: Vec::new(),
        wait: true,
        timeout: arguments.timeout,
        holder: holder(),
    };
    let done = block_on(carry_out(&deployment, &options, asks.then_some(environment), printer)).and_then(|done| done);
    let sources = &deployment.rendered.sources;
    let told = done.and_then(|ending| match ending {
        None => Ok(Exit::CouldNot),
        Some((report, found)) => Ok(ended(&report, found, &deployment, arguments.output, printer)?),
    });
    told.unwrap_or_else(|found| {
        printer.diagnostics(&arrange(found.0, sources), sources);
        Exit::CouldNot
    })
}

/// Nothing where somebody was asked and said no.
async fn carry_out(
    deployment: &Deployment,
    options: &Options,
    ask: Option<&Environment>,
    printer: &Printer,
) -> Result<Option<Ended>, Diagnostics> {
    if !options.dry_run {
        deployment.may_change()?;
    }
    let cluster = deployment.connect().await.map_err(untouched)?;
    let wish = Wish { manager: MANAGER, adopt: None, try_new: false, delete: &options.delete };
    let survey = deployment.survey(&cluster, wish).await?.of_deletion();
    if survey.plan.is_empty() {
        printer.note("nothing of it is there");
        return Ok(Some(Ended::default()));
    }
    if !options.dry_run {
        peek(&cluster, &survey.set).await.map_err(|error| error.diagnostic(&survey.set))?;
    }
    let goes = |resource: &ResourceRef| options.deletes(resource);
    printer.report(&plan_text(&as_asked(&survey.plan, &goes), printer.style()));
    tell_about_data(&survey.plan, options, printer);
    if let Some(environment) = ask
        && !confirmed("delete this?", environment)?
    {
        return Ok(None);
    }
    let (stopper, stop) = Stopper::new();
    let teller = Teller(printer);
    let place = deployment.place();
    let tools = Tools { options, stop: &stop, watcher: &teller, place: &*place, scaler: None, tuner: None };
    Ok(Some(tokio::select! {
        ended = Run::new(cluster, survey, None, tools).go() => ended,
        never = listen(&stopper, &stop, printer) => match never {},
    }))
}

/// What becomes of the data, in a sentence.
fn tell_about_data(plan: &Plan, options: &Options, printer: &Printer) {
    let resources = || plan.steps.iter().filter_map(|step| step.resource.as_ref());
    let (lost, kept): (Vec<_>, Vec<_>) =
        resources().filter(|resource| protection(resource).is_some()).partition(|resource| options.deletes(resource));
    let lists = |all: &[&ResourceRef]| all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if !lost.is_empty() {
        printer.report(&format!("data: deleted, with all that is in it: {}\n", lists(&lost)));
    }
    if !kept.is_empty() {
        printer.report(&format!("data: kept unless `--delete` names it: {}\n", lists(&kept)));
    }
    let takes_volumes =
        |step: &&Step| step.consequence.as_deref().is_some_and(|text| text.contains("deletes their volumes"));
    let sets: Vec<String> = plan.steps.iter().filter(takes_volumes).map(Step::subject).collect();
    match sets.is_empty() {
        false => printer.report(&format!("data: the volumes of {} are deleted\n", sets.join(", "))),
        true if resources().any(|resource| resource.kind == "StatefulSet") => printer
            .report("data: volumes of StatefulSets stay, and are found again by a StatefulSet of the same name\n"),
        true => {}
    }
}
