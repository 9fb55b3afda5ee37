//! `redisops plan`.

use crate::apply::objects::{Survey, missing};
use crate::cli::apply::{Clusters, Deployment, Wish, diagnostic, lacks_rights};
use crate::cli::args::{DeployPlanArgs, PlanFormat};
use crate::cli::document::{document, save};
use crate::cli::exit::Exit;
use crate::cli::printer::Printer;
use crate::cli::runtime::block_on;
use crate::cli::settings::{Environment, RenderSettings};
use crate::diagnostics::{Diagnostics, arrange};
use crate::plan::{Plan, plan_html, plan_markdown, plan_text};

/// Says what is to be done.
pub fn run(arguments: DeployPlanArgs, printer: &Printer) -> Exit {
    let settings = RenderSettings::resolve(arguments.render);
    let deployment = Deployment::open(&arguments.path, &settings, &arguments.cluster, printer);
    let Some(deployment) = deployment.and_then(|deployment| deployment.filled(printer)) else {
        return Exit::CouldNot;
    };
    let adopt = arguments.adopt_applyset.as_deref();
    let wish = Wish { manager: &arguments.field_manager, adopt, try_new: true, delete: &[] };
    let found = block_on(look(&deployment, wish, printer)).and_then(|found| found);
    let done = found.and_then(|survey| {
        let plan = &survey.plan;
        let refused = survey.refused(&*deployment.place());
        if let Some(path) = arguments.out.as_ref().filter(|_| refused.is_empty()) {
            save(path, &document("Plan", plan))?;
        }
        printer.print(text(plan, arguments.output, printer))?;
        if !refused.is_empty() {
            if let Some(path) = &arguments.out {
                // Applied, it would be done without what the files ask for.
                printer.note(&format!("no plan was written to {}: it lacks what is refused", path.display()));
            }
            let all = refused.iter().map(|(object, why)| diagnostic(object, why, &deployment));
            return Err(Diagnostics(all.collect()));
        }
        Ok(if arguments.exit_code && !plan.is_empty() { Exit::No } else { Exit::Done })
    });
    done.unwrap_or_else(|found| {
        let sources = &deployment.rendered.sources;
        printer.diagnostics(&arrange(found.0, sources), sources);
        Exit::CouldNot
    })
}

async fn look(deployment: &Deployment, wish: Wish<'_>, printer: &Printer) -> Result<Survey, Diagnostics> {
    let cluster = deployment.connect().await?;
    let found = match deployment.survey(&cluster, wish).await {
        Ok(survey) => {
            deployment.can_become(&survey, printer)?;
            missing(&cluster, &survey, &deployment.unmet())
                .await
                .iter()
                .for_each(|missing| printer.note(&missing.to_string()));
            let environment = Environment::of_process();
            let clusters = Clusters::of(deployment, &cluster, &environment, printer);
            Ok(clusters.planned(&cluster, survey, &|_| true, true).await)
        }
        Err(found) => Err(Diagnostics::from(found)),
    };
    let lacks = match &found {
        Ok(survey) => survey.refused(&*deployment.place()).iter().any(|(_, why)| why.code == "forbidden"),
        Err(found) => lacks_rights(found),
    };
    if lacks {
        printer.report(&deployment.rights(&cluster, false));
    }
    found
}

fn text(plan: &Plan, form: PlanFormat, printer: &Printer) -> String {
    match form {
        PlanFormat::Human => plan_text(plan, printer.result_style()),
        PlanFormat::Json => document("Plan", plan),
        PlanFormat::Markdown => plan_markdown(plan),
        PlanFormat::Html => plan_html(plan),
    }
}
