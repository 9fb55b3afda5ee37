//! A plan for people at a terminal.

use std::fmt::Write as _;

use owo_colors::{OwoColorize, Style as Ink};
use serde_json::Value;

use crate::diagnostics::render::Style;

use super::types::{Action, Plan, Risk, Step};

/// Longest value on a line, in characters.
const LONGEST: usize = 60;
/// Most fields of a step that are shown.
const FIELDS: usize = 12;

/// The steps, what they do, and how many there are.
pub fn plan_text(plan: &Plan, style: Style) -> String {
    let mut out = String::new();
    let mut group = None;
    for step in &plan.steps {
        if group != Some(step.group) {
            if group.is_some() {
                out.push('\n');
            }
            group = Some(step.group);
        }
        one(step, style, &mut out);
    }
    if !out.is_empty() {
        out.push('\n');
    }
    let _ = writeln!(out, "{}", plan.headline());
    if !plan.is_empty() {
        let _ = writeln!(out, "plan {}", &plan.digest[..plan.digest.len().min(12)]);
    }
    out
}

fn inked(text: &str, ink: Ink, style: Style) -> String {
    if style.color { text.style(ink).to_string() } else { text.to_owned() }
}

/// A step on one line, without its line in the files.
pub fn step_line(step: &Step) -> String {
    format!("{} {} {}", mark(step.action), step.action.name(), step.subject())
}

fn mark(action: Action) -> char {
    match action {
        Action::Create | Action::Meet => '+',
        Action::Delete | Action::Forget => '-',
        _ => '~',
    }
}

fn one(step: &Step, style: Style, out: &mut String) {
    let ink = match mark(step.action) {
        '+' => Ink::new().green(),
        '-' => Ink::new().red(),
        _ => Ink::new().yellow(),
    };
    let _ = write!(out, "{}", inked(&step_line(step), ink, style));
    if let Some(cause) = &step.cause {
        let _ = write!(out, "  {}", inked(&cause.to_string(), Ink::new().dimmed(), style));
    }
    if step.risk >= Risk::Medium {
        let ink = if step.risk == Risk::High { Ink::new().red().bold() } else { Ink::new().yellow() };
        let _ = write!(out, "  {}", inked(&format!("risk {}", step.risk.name()), ink, style));
    }
    out.push('\n');
    let arrow = if style.unicode { "→" } else { "=>" };
    for field in step.fields.iter().take(FIELDS) {
        let place = field.cause.as_ref().map_or(String::new(), |cause| format!("  {cause}"));
        let place = inked(&place, Ink::new().dimmed(), style);
        let _ = writeln!(out, "    {}: {} {arrow} {}{place}", field.path, value(&field.before), value(&field.after));
    }
    if step.fields.len() > FIELDS {
        let _ = writeln!(out, "    and {} fields more", step.fields.len() - FIELDS);
    }
    if let Some(consequence) = &step.consequence {
        let _ = writeln!(out, "    {}", inked(&format!("{arrow} {consequence}"), Ink::new().magenta(), style));
    }
}

/// A value on one line; `-` where there is none.
pub(super) fn value(value: &Value) -> String {
    let text = match value {
        Value::Null => return "-".to_owned(),
        Value::String(text) if !text.is_empty() && !text.contains(['\n', '"']) && text.trim() == text => text.clone(),
        other => other.to_string(),
    };
    match text.chars().count() > LONGEST {
        true => format!("{}…", text.chars().take(LONGEST).collect::<String>()),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{change, field, object};
    use super::super::{Inputs, make, plan_html, plan_markdown};
    use super::*;
    use crate::drift::ChangeKind;

    fn plan() -> Plan {
        let objects = [object("apps/v1", "StatefulSet", "shop", "cache"), object("v1", "ConfigMap", "shop", "a|b<c>")];
        let gone = object("v1", "PersistentVolumeClaim", "shop", "data");
        let mut replicas = field("spec.replicas", json!(3), json!(5));
        replicas.consequence = Some("starts 2 pods".to_owned());
        let changes = [
            change(&objects[0], ChangeKind::Update, vec![replicas]),
            change(&objects[1], ChangeKind::Create, vec![]),
            change(&gone, ChangeKind::Delete, vec![]),
        ];
        let all: Vec<_> = objects.iter().collect();
        let seals = crate::plan::Seals::default();
        make(&Inputs {
            target: "prod",
            cluster: None,
            apply_set: None,
            objects: &all,
            changes: &changes,
            seals: &seals,
        })
    }

    #[test]
    fn a_plan_reads_well_everywhere() {
        let plan = Plan { digest: "0123456789abcdef".to_owned(), ..plan() };
        insta::assert_snapshot!(plan_text(&plan, Style::PLAIN));
        insta::assert_snapshot!(plan_markdown(&plan));
        let page = plan_html(&plan);
        assert!(page.starts_with("<!DOCTYPE html>") && page.contains("a|b&lt;c&gt;") && !page.contains("b<c>"));
        assert_eq!(plan_text(&Plan::default(), Style::PLAIN), "0 to create, 0 to change, 0 to delete, 0 unchanged\n");
    }
}
