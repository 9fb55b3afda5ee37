//! What has become of objects, for people.

use std::fmt::Write as _;

use crate::apply::objects::{ApplyReport, Failure, Outcome};
use crate::diagnostics::Diagnostic;
use crate::k8s::ResourceRef;
use crate::provenance::FieldPath;

use super::deployment::Deployment;

/// The objects that were touched, and how many there are.
pub fn report_text(report: &ApplyReport) -> String {
    let mut out = String::new();
    let would = if report.dry_run { "would be " } else { "" };
    for step in report.steps.iter().filter(|step| step.result != Outcome::Unchanged) {
        let would = if matches!(step.result, Outcome::Failed) { "" } else { would };
        let _ = writeln!(out, "{} {would}{}", step.resource, step.result.name());
    }
    let _ = writeln!(out, "{}{}", report.headline(), if report.dry_run { " (dry run)" } else { "" });
    out
}

/// The failures of a report, with the lines that they are about.
pub fn failures(report: &ApplyReport, deployment: &Deployment) -> Vec<Diagnostic> {
    let failed = report.steps.iter().filter_map(|step| Some((&step.resource, step.error.as_ref()?)));
    failed.map(|(resource, failure)| diagnostic(resource, failure, deployment)).collect()
}

/// A failure with its line.
pub fn diagnostic(resource: &ResourceRef, failure: &Failure, deployment: &Deployment) -> Diagnostic {
    let mut message = format!("{resource}");
    if let Some(field) = &failure.field {
        let _ = write!(message, " {field}");
    }
    let _ = write!(message, ": {}", failure.message);
    let mut found = Diagnostic::error(code(&failure.code), message);
    let path = failure.field.as_deref().and_then(|field| field.parse::<FieldPath>().ok()).unwrap_or_default();
    if let Some(at) = deployment.position(resource) {
        let pos =
            deployment.rendered.field_pos(at, &path).or_else(|| deployment.rendered.field_pos(at, &FieldPath::root()));
        if let Some(pos) = pos {
            found = found.label(pos, 1, "");
        }
    }
    for note in &failure.notes {
        found = found.note(note.clone());
    }
    found.help_if(failure.help.clone())
}

fn code(code: &str) -> &'static str {
    match code {
        "conflict" => "redisops::apply::conflict",
        "denied" => "redisops::apply::denied",
        "forbidden" => "redisops::apply::forbidden",
        "immutable" => "redisops::apply::immutable",
        "invalid" => "redisops::apply::invalid",
        "tooLarge" => "redisops::apply::too_large",
        "terminating" => "redisops::apply::terminating",
        "quota" => "redisops::apply::quota",
        "missingNamespace" => "redisops::apply::missing_namespace",
        "unknownKind" => "redisops::apply::unknown_kind",
        "timeout" => "redisops::apply::timeout",
        "notReady" => "redisops::apply::not_ready",
        "finalizer" => "redisops::apply::finalizer",
        "interrupted" => "redisops::apply::interrupted",
        "selfHeal" => "redisops::apply::self_heal",
        "unauthorized" => "redisops::apply::unauthorized",
        "unreachable" => "redisops::apply::unreachable",
        _ => "redisops::apply::refused",
    }
}
