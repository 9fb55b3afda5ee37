//! A plan as Markdown: what a person reviews in a pull request.

use std::fmt::Write as _;

use crate::report::text::{cell_code, code, plain, prose};
use crate::slots::render;

use super::text::value;
use super::types::{Plan, Risk, Step};

/// Rows that are shown before the rest is folded away.
const ROWS: usize = 60;

/// A plan as Markdown that GitHub and GitLab show as tables.
pub fn plan_markdown(plan: &Plan) -> String {
    let mut out = format!("## Plan for {}\n\n**{}**\n", code(&plan.target), plain(&plan.headline()));
    if plan.is_empty() {
        return out;
    }
    let _ = write!(out, "\nPlan {}", code(&plan.digest[..plan.digest.len().min(12)]));
    if let Some(cluster) = &plan.cluster {
        let _ = write!(out, " for the cluster at {}", code(&cluster.server));
    }
    out.push_str(".\n");
    let risky: Vec<&Step> = plan.steps.iter().filter(|step| step.risk >= Risk::Medium).collect();
    if !risky.is_empty() {
        out.push_str("\n### Know before you say yes\n\n");
        for step in risky {
            let told = step.consequence.as_deref().unwrap_or("something that runs is touched");
            let _ = writeln!(out, "- **{}** {}: {}", step.risk.name(), code(&step.subject()), prose(told));
        }
    }
    out.push_str("\n### Steps\n\n| group | step | what | line | consequence | risk |\n|---:|---|---|---|---|---|\n");
    for step in plan.steps.iter().take(ROWS) {
        out.push_str(&row(step));
    }
    if plan.steps.len() > ROWS {
        let _ = writeln!(out, "\n<details><summary>{} steps more</summary>\n", plan.steps.len() - ROWS);
        out.push_str("| group | step | what | line | consequence | risk |\n|---:|---|---|---|---|---|\n");
        plan.steps.iter().skip(ROWS).for_each(|step| out.push_str(&row(step)));
        out.push_str("\n</details>\n");
    }
    for step in plan.steps.iter().filter(|step| !step.fields.is_empty()) {
        let _ = write!(out, "\n<details><summary>{}</summary>\n\n", plain(&step.subject()));
        out.push_str("| field | before | after | line |\n|---|---|---|---|\n");
        for field in &step.fields {
            let line = field.cause.as_ref().map_or(String::new(), |cause| cell_code(&cause.to_string()));
            let (before, after) = (cell_code(&value(&field.before)), cell_code(&value(&field.after)));
            let _ = writeln!(out, "| {} | {before} | {after} | {line} |", cell_code(&field.path));
        }
        out.push_str("\n</details>\n");
    }
    for slots in plan.steps.iter().filter_map(|step| step.slots.as_ref()) {
        let _ = write!(out, "\n{}", render::plan_markdown(&slots.plan, &slots.state));
    }
    out
}

fn row(step: &Step) -> String {
    let line = step.cause.as_ref().map_or(String::new(), |cause| cell_code(&cause.to_string()));
    let told = step.consequence.as_deref().map_or(String::new(), |told| prose(told).replace('|', "\\|"));
    format!(
        "| {} | {} | {} | {line} | {told} | {} |\n",
        step.group + 1,
        step.action.name(),
        cell_code(&step.subject()),
        step.risk.name()
    )
}
