//! Workloads: what rolls, starts and stops pods.

use crate::provenance::{FieldPath, Segment};

use super::{Change, pods};

/// The kinds whose pods are replaced when their template changes.
const ROLLING: [&str; 3] = ["Deployment", "StatefulSet", "DaemonSet"];

pub(super) fn of_field(change: &Change<'_>, path: &FieldPath) -> Option<String> {
    if change.group() != "apps" || !ROLLING.contains(&change.kind()) {
        return None;
    }
    let text = path.to_string();
    if text == "spec.replicas" {
        let (before, after) = change.numbers(&["spec", "replicas"], 1);
        return match after - before {
            0 => None,
            more if more > 0 => Some(format!("starts {}", pods(more))),
            fewer => Some(format!("stops {}", pods(-fewer))),
        };
    }
    is_template(path).then(|| roll(change)).flatten()
}

/// Whether a field is part of the template of pods.
pub(super) fn is_template(path: &FieldPath) -> bool {
    let is = |at: usize, name: &str| matches!(path.0.get(at), Some(Segment::Key(key)) if key == name);
    is(0, "spec") && is(1, "template")
}

fn roll(change: &Change<'_>) -> Option<String> {
    let strategy = ["spec", if change.kind() == "Deployment" { "strategy" } else { "updateStrategy" }, "type"];
    let strategy = change.after.text_at(&strategy);
    if change.kind() == "DaemonSet" {
        return Some(match strategy {
            Some("OnDelete") => "takes effect when somebody deletes the pods".to_owned(),
            _ => "rolls the pods of all nodes".to_owned(),
        });
    }
    let (before, after) = change.numbers(&["spec", "replicas"], 1);
    // Those that are started anew have the new template anyway.
    let count = before.min(after);
    match (count, strategy) {
        (0, _) => None,
        (_, Some("OnDelete")) => Some("takes effect when somebody deletes the pods".to_owned()),
        (_, Some("Recreate")) => Some(format!("stops all {} before the new ones start", pods(count))),
        _ => Some(format!("rolls {}", pods(count))),
    }
}
