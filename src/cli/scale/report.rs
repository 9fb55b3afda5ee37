//! The document of `scale`.

use std::fmt::Write;

use serde::Serialize;
use serde_json::Value;

use crate::k8s::ResourceRef;

/// How a value was set.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum How {
    /// It had that value.
    Unchanged,
    /// The line that says it was changed.
    Line,
    /// The field was added to the object.
    Field,
    /// A patch was added to the overlay.
    Patch,
}

/// A field that was set.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ScaleChange {
    /// The object.
    pub resource: ResourceRef,
    /// The field.
    pub path: String,
    /// Path from the root of the repository.
    pub file: Option<String>,
    /// The line that sets it now.
    pub line: Option<u32>,
    /// The value before; null where there was none.
    pub before: Value,
    /// The value now.
    pub after: Value,
    /// How it was set.
    pub how: How,
}

/// What was changed.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ScaleReport {
    /// Whether nothing was written because that was asked for.
    pub dry_run: bool,
    /// Fields.
    pub changes: Vec<ScaleChange>,
    /// What the changes do to what runs.
    pub consequences: Vec<String>,
    /// Full hash of the commit.
    pub commit: Option<String>,
    /// The branch of the commit.
    pub branch: Option<String>,
}

impl ScaleReport {
    /// Whether anything was changed.
    pub fn has_changes(&self) -> bool {
        self.changes.iter().any(|change| change.how != How::Unchanged)
    }

    /// For people.
    pub fn text(&self) -> String {
        let mut out = String::new();
        for change in &self.changes {
            let place = match (&change.file, change.line) {
                (Some(file), Some(line)) => format!("{file}:{line}"),
                _ => "?".to_owned(),
            };
            let value = |value: &Value| match value {
                Value::Null => "not set".to_owned(),
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            let what = format!("{} {}", change.resource, change.path);
            let (before, after) = (value(&change.before), value(&change.after));
            // Writing to a string cannot fail.
            let _ = match change.how {
                How::Unchanged => writeln!(out, "{place}  {what}: {after} already"),
                How::Line => writeln!(out, "{place}  {what}: {before} → {after}"),
                How::Field => writeln!(out, "{place}  {what}: {before} → {after} (a new line)"),
                How::Patch => writeln!(out, "{place}  {what}: {before} → {after} (a new patch of the overlay)"),
            };
        }
        for consequence in &self.consequences {
            let _ = writeln!(out, "  {consequence}");
        }
        if self.dry_run && self.has_changes() {
            out.push_str("nothing was written\n");
        }
        if let Some(commit) = &self.commit {
            let on = self.branch.as_ref().map_or(String::new(), |branch| format!(" on {branch}"));
            let _ = writeln!(out, "committed {}{on}", &commit[..commit.len().min(10)]);
        }
        out
    }
}
