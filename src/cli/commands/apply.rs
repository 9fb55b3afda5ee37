//! `redisops apply`.

use std::time::Duration;

use rustc_hash::FxHashSet;

use crate::apply::nodes::Tuner;
use crate::apply::objects::{ApplyReport, Ended, Options, Run, Survey, Tools, Watcher};
use crate::apply::slots::Stopper;
use crate::cli::apply::{
    Clusters, Deployment, Teller, Wish, check_plan, failures, holder, lacks_rights, listen, read_plan, report_text,
};
use crate::cli::args::{ApplyArgs, Format};
use crate::cli::confirm::confirmed;
use crate::cli::document::document;
use crate::cli::exit::Exit;
use crate::cli::printer::Printer;
use crate::cli::runtime::block_on;
use crate::cli::settings::{Environment, RenderSettings};
use crate::cli::slots::Display;
use crate::diagnostics::{Diagnostic, Diagnostics, Sources, arrange};
use crate::k8s::ResourceRef;
use crate::live::kubernetes::Cluster;
use crate::plan::nodes::{Fresh, judge_nodes};
use crate::plan::scaling::stale_slots;
use crate::plan::{Action, Judgement, Plan, as_asked, is_kept, judge, plan_text, step_line};

/// Makes a cluster what the files say.
pub fn run(arguments: ApplyArgs, environment: &Environment, printer: &Printer) -> Exit {
    let tell = |found: Diagnostics, sources: &Sources| {
        printer.diagnostics(&arrange(found.0, sources), sources);
        Exit::CouldNot
    };
    let none = Sources::new();
    let plan = match read_plan(&arguments.path) {
        Ok(plan) => plan,
        Err(found) => return tell(found.into(), &none),
    };
    let asks = !arguments.yes && arguments.dry_run.is_none();
    if asks && !environment.can_ask() {
        return tell(crate::cli::confirm::nobody().into(), &none);
    }
    let word = plan.as_ref().map_or(arguments.path.as_str(), |plan| plan.target.as_str());
    let ApplyArgs { render, cluster: which, output, .. } = arguments;
    let deployment = Deployment::open(word, &RenderSettings::resolve(render), &which, printer);
    let Some(deployment) = deployment.and_then(|deployment| deployment.filled(printer)) else {
        return Exit::CouldNot;
    };
    let options = Options {
        manager: arguments.field_manager,
        force: arguments.force_conflicts,
        dry_run: arguments.dry_run.is_some(),
        prune: arguments.prune,
        delete: arguments.delete,
        replace: arguments.replace,
        wait: !arguments.no_wait,
        timeout: arguments.timeout,
        holder: holder(),
    };
    let (adopt, window) = (arguments.adopt_applyset, arguments.password_window);
    let job = Job { deployment: &deployment, plan, options, adopt, window, asks, environment, printer };
    let sources = &deployment.rendered.sources;
    match block_on(job.carry_out()).and_then(|done| done) {
        Ok(None) => Exit::CouldNot,
        Ok(Some((report, found))) => match ended(&report, found, &deployment, output, printer) {
            Ok(exit) => exit,
            Err(found) => tell(found.into(), sources),
        },
        Err(found) => tell(found, sources),
    }
}

/// Tells how a run has ended.
pub(super) fn ended(
    report: &ApplyReport,
    mut found: Vec<Diagnostic>,
    deployment: &Deployment,
    output: Format,
    printer: &Printer,
) -> Result<Exit, Diagnostic> {
    printer.print(match output {
        Format::Human if report.steps.is_empty() && !found.is_empty() => "nothing was done\n".to_owned(),
        Format::Human => report_text(report),
        Format::Json => document("ApplyReport", report),
    })?;
    found.extend(failures(report, deployment));
    let sources = &deployment.rendered.sources;
    let is_done = found.is_empty();
    printer.diagnostics(&arrange(found, sources), sources);
    Ok(if is_done { Exit::Done } else { Exit::CouldNot })
}

/// A server that is not reached in the first place is not waited for: most often it is not the right one.
pub(super) fn untouched(found: Diagnostic) -> Diagnostic {
    found.note("nothing was written")
}

struct Job<'a> {
    deployment: &'a Deployment,
    plan: Option<Plan>,
    options: Options,
    adopt: Option<String>,
    /// How long old passwords stay valid.
    window: Duration,
    asks: bool,
    environment: &'a Environment,
    printer: &'a Printer,
}

impl Job<'_> {
    /// Nothing where somebody was asked and said no.
    async fn carry_out(&self) -> Result<Option<Ended>, Diagnostics> {
        if !self.options.dry_run {
            self.deployment.may_change()?;
        }
        let cluster = self.deployment.connect().await.map_err(untouched)?;
        let ended = self.go(&cluster).await;
        let lacks = match &ended {
            Ok(Some((report, found))) => {
                let failures = report.steps.iter().filter_map(|step| step.error.as_ref());
                lacks_rights(&Diagnostics(found.clone())) || failures.into_iter().any(|error| error.code == "forbidden")
            }
            Ok(None) => false,
            Err(found) => lacks_rights(found),
        };
        if lacks {
            let deletes = self.options.prune || !self.options.delete.is_empty();
            self.printer.report(&self.deployment.rights(&cluster, deletes));
        }
        ended
    }

    async fn go(&self, cluster: &Cluster) -> Result<Option<Ended>, Diagnostics> {
        let survey = self.look(cluster).await?;
        let agreed = self.plan.as_ref().unwrap_or(&survey.plan);
        let judgement = self.judged(agreed, &survey)?;
        self.named_objects_exist(&survey)?;
        if self.asks && !self.agreed(agreed, &judgement)? {
            return Ok(None);
        }
        let only = self.plan.as_ref().map(|plan| resources(plan, &judgement.pending));
        let on_nodes = self.plan.as_ref().map(|plan| node_steps(plan, &judgement.pending));
        let survey = match self.asks {
            // What was agreed to may be minutes old.
            true => {
                let again = self.look(cluster).await?;
                self.judged(agreed, &again)?;
                again
            }
            false => survey,
        };
        Ok(Some(self.run(cluster.clone(), survey, only, on_nodes).await))
    }

    async fn look(&self, cluster: &Cluster) -> Result<Survey, Diagnostics> {
        if !self.options.dry_run {
            self.deployment.peek(cluster).await?;
        }
        let Options { manager, delete, .. } = &self.options;
        let wish = Wish { manager, adopt: self.adopt.as_deref(), try_new: false, delete };
        let survey = self.deployment.survey(cluster, wish).await?;
        self.deployment.can_become(&survey, self.printer)?;
        let options = &self.options;
        let goes = |resource: &ResourceRef| options.deletes(resource);
        let clusters = Clusters::of(self.deployment, cluster, self.environment, self.printer);
        Ok(clusters.planned(cluster, survey, &goes, self.asks).await)
    }

    fn judged(&self, plan: &Plan, survey: &Survey) -> Result<Judgement, Diagnostics> {
        let mut judgement = judge(plan, &survey.nodes(), &survey.changes, &survey.seals);
        let answers = |redis: &str, node: &str| survey.answering.contains(&(redis.to_owned(), node.to_owned()));
        judge_nodes(plan, &Fresh { plan: &survey.plan, answers: &answers }, &mut judgement);
        judgement.stale.extend(stale_slots(plan, &survey.plan));
        let now = survey.plan.cluster.clone().unwrap_or_default();
        check_plan(plan, &now, &judgement)?;
        Ok(judgement)
    }

    /// What is named to be deleted must not be in the files.
    fn named_objects_exist(&self, survey: &Survey) -> Result<(), Diagnostics> {
        let mut found = Diagnostics::new();
        for named in &self.options.delete {
            let is_replaced = self.options.replace.contains(named);
            if let Some(wanted) = survey.wanted.iter().find(|one| named.is(&one.resource)).filter(|_| !is_replaced) {
                let message = format!("`--delete {named}` names {}, which the files have", wanted.resource);
                found
                    .push(Diagnostic::error("redisops::apply::delete", message).help("take it out of the files first"));
            } else if let Some(pod) = survey.user_of(named, &|resource| !self.options.deletes(resource)) {
                let message = format!("`--delete {named}` names the claim of pod `{pod}`, which stays");
                let help = "take its pod out of the files first (with `--prune` where its StatefulSet goes), then name the claim";
                found.push(Diagnostic::error("redisops::apply::delete", message).help(help));
            } else if !survey.plan.steps.iter().any(|step| {
                step.action == Action::Delete && step.resource.as_ref().is_some_and(|resource| named.is(resource))
            }) && !is_replaced
            {
                self.printer.note(&format!("`--delete {named}`: nothing of that name is there to be deleted"));
            }
        }
        if found.has_errors() { Err(found) } else { Ok(()) }
    }

    fn agreed(&self, plan: &Plan, judgement: &Judgement) -> Result<bool, Diagnostic> {
        let goes = |resource: &ResourceRef| self.options.deletes(resource);
        self.printer.report(&plan_text(&as_asked(plan, &goes), self.printer.style()));
        for at in &judgement.finished {
            self.printer.note(&format!("done already: {}", step_line(&plan.steps[*at])));
        }
        let steps = judgement.pending.iter().filter(|at| !is_kept(&plan.steps[**at], &goes)).count();
        if steps == 0 {
            return Ok(true);
        }
        let question = format!("{steps} step{}: go on?", if steps == 1 { "" } else { "s" });
        confirmed(&question, self.environment)
    }

    async fn run(
        &self,
        cluster: Cluster,
        survey: Survey,
        only: Option<FxHashSet<ResourceRef>>,
        on_nodes: Option<FxHashSet<String>>,
    ) -> Ended {
        let (stopper, stop) = Stopper::new();
        let teller = Teller(self.printer);
        let place = self.deployment.place();
        let display = Display::new(self.environment.stderr.terminal && !self.environment.dumb, self.printer.is_quiet());
        let clusters = Clusters::of(self.deployment, &cluster, self.environment, self.printer);
        let moves = match clusters.options() {
            Ok(moves) => moves,
            Err(found) => return (ApplyReport::default(), vec![found]),
        };
        let scaler = clusters.scaler(cluster.clone(), &moves, &display, &stop);
        let tell = |text: &str| teller.tell(text);
        let tuner = Tuner::new(clusters.nodes(), on_nodes, &tell, &stop, self.options.timeout).with_window(self.window);
        let tools = Tools {
            options: &self.options,
            stop: &stop,
            watcher: &teller,
            place: &*place,
            scaler: Some(&scaler),
            tuner: clusters.nodes().is_any().then_some(&tuner),
        };
        let ended = tokio::select! {
            ended = Run::new(cluster, survey, only, tools).go() => ended,
            never = listen(&stopper, &stop, self.printer) => match never {},
        };
        display.end();
        ended
    }
}

fn resources(plan: &Plan, steps: &[usize]) -> FxHashSet<ResourceRef> {
    steps.iter().filter_map(|at| plan.steps[*at].resource.clone()).collect()
}

fn node_steps(plan: &Plan, steps: &[usize]) -> FxHashSet<String> {
    steps.iter().map(|at| &plan.steps[*at]).filter(|step| step.redis.is_some()).map(|step| step.id.clone()).collect()
}
