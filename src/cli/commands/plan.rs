//! `redisops plan`.

use crate::apply::objects::Survey;
use crate::cli::apply::{Deployment, Wish};
use crate::cli::args::{DeployPlanArgs, PlanFormat};
use crate::cli::document::{document, save};
use crate::cli::exit::Exit;
use crate::cli::printer::Printer;
use crate::cli::runtime::block_on;
use crate::cli::settings::RenderSettings;
use crate::diagnostics::{Diagnostic, Diagnostics, arrange};
use crate::drift::Change;
use crate::plan::{Plan, plan_html, plan_markdown, plan_text};

/// Says what is to be done.
pub fn run(arguments: DeployPlanArgs, printer: &Printer) -> Exit {
    let settings = RenderSettings::resolve(arguments.render);
    let Some(deployment) = Deployment::open(&arguments.path, &settings, &arguments.cluster, printer) else {
        return Exit::CouldNot;
    };
    let wish = Wish { manager: &arguments.field_manager, adopt: arguments.adopt_applyset.as_deref() };
    let found = block_on(look(&deployment, wish)).and_then(|found| found.map_err(Diagnostics::from));
    let done = found.and_then(|survey| {
        let plan = &survey.plan;
        if let Some(path) = &arguments.out {
            save(path, &document("Plan", plan))?;
        }
        printer.print(text(plan, arguments.output, printer))?;
        let refused: Vec<Diagnostic> = survey.refused().map(|(at, change)| not_compared(at, change, &deployment)).collect();
        if !refused.is_empty() {
            return Err(Diagnostics(refused));
        }
        Ok(if arguments.exit_code && !plan.is_empty() { Exit::No } else { Exit::Done })
    });
    done.unwrap_or_else(|found| {
        let sources = &deployment.rendered.sources;
        printer.diagnostics(&arrange(found.0, sources), sources);
        Exit::CouldNot
    })
}

async fn look(deployment: &Deployment, wish: Wish<'_>) -> Result<Survey, Diagnostic> {
    let cluster = deployment.connect().await?;
    deployment.survey(&cluster, wish).await
}

fn text(plan: &Plan, form: PlanFormat, printer: &Printer) -> String {
    match form {
        PlanFormat::Human => plan_text(plan, printer.result_style()),
        PlanFormat::Json => document("Plan", plan),
        PlanFormat::Markdown => plan_markdown(plan),
        PlanFormat::Html => plan_html(plan),
    }
}

fn not_compared(at: usize, change: &Change, deployment: &Deployment) -> Diagnostic {
    let why = change.error.as_ref().map_or("", |error| &error.message);
    let found = Diagnostic::error("redisops::plan::not_compared", format!("{} cannot be planned: {why}", change.resource));
    let pos = deployment.rendered.field_pos(at, &crate::provenance::FieldPath::root());
    match pos {
        Some(pos) => found.label(pos, 1, ""),
        None => found,
    }
}
