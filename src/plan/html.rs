//! A plan as a page, to be reviewed: the steps, their fields, and a picture of the slots where some move.

use crate::slots::render::{Column, Holds, Page, plan_svg};

use super::text::value;
use super::types::{Plan, Risk};

const STEPS: [Column; 6] = [
    ("group", Holds::Text),
    ("step", Holds::Text),
    ("what", Holds::Text),
    ("line", Holds::Text),
    ("consequence", Holds::Ranges),
    ("risk", Holds::Text),
];

const FIELDS: [Column; 4] =
    [("field", Holds::Text), ("before", Holds::Ranges), ("after", Holds::Ranges), ("line", Holds::Text)];

/// The page.
pub fn plan_html(plan: &Plan) -> String {
    let mut page = Page::new(&format!("Plan for {}", plan.target));
    page.lead(&plan.headline());
    if plan.is_empty() {
        return page.finish();
    }
    let mut facts = vec![("plan", plan.digest.clone())];
    if let Some(cluster) = &plan.cluster {
        facts.push(("cluster", cluster.server.clone()));
    }
    page.facts(&facts);
    let risks: Vec<String> = plan
        .steps
        .iter()
        .filter(|step| step.risk >= Risk::Medium)
        .map(|step| {
            let told = step.consequence.as_deref().unwrap_or("something that runs is touched");
            format!("{} ({}): {told}", step.subject(), step.risk.name())
        })
        .collect();
    if !risks.is_empty() {
        page.heading("Know before you say yes");
        page.list("risks", risks);
    }
    page.heading("Steps");
    let rows: Vec<Vec<String>> = plan
        .steps
        .iter()
        .map(|step| {
            vec![
                (step.group + 1).to_string(),
                step.action.name().to_owned(),
                step.subject(),
                step.cause.as_ref().map(ToString::to_string).unwrap_or_default(),
                step.consequence.clone().unwrap_or_default(),
                step.risk.name().to_owned(),
            ]
        })
        .collect();
    page.table(&STEPS, &rows, false);
    for step in plan.steps.iter().filter(|step| !step.fields.is_empty()) {
        page.heading(&step.subject());
        let rows: Vec<Vec<String>> = step
            .fields
            .iter()
            .map(|field| {
                let line = field.cause.as_ref().map(ToString::to_string).unwrap_or_default();
                vec![field.path.clone(), value(&field.before), value(&field.after), line]
            })
            .collect();
        page.table(&FIELDS, &rows, false);
    }
    for (step, slots) in plan.steps.iter().filter_map(|step| Some((step, step.slots.as_ref()?))) {
        page.heading(&format!("Slots of {} before and after", step.subject()));
        page.picture(&plan_svg(&slots.plan, &slots.state));
    }
    page.finish()
}
