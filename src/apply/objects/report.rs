//! What has become of objects: the document of `apply` and `delete`.

use serde::Serialize;

use crate::k8s::ResourceRef;

/// What was done, object by object, in the order in which it was done.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ApplyReport {
    /// Whether nothing was written.
    pub dry_run: bool,
    /// Objects.
    pub steps: Vec<StepReport>,
    /// Counts.
    pub summary: Counts,
}

/// What has become of an object.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StepReport {
    /// The object.
    pub resource: ResourceRef,
    /// What was done.
    pub result: Outcome,
    /// Why it was not.
    pub error: Option<Failure>,
}

/// What was done to an object.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// It is new.
    Created,
    /// It has changed.
    Changed,
    /// It was as it should be.
    Unchanged,
    /// It is gone.
    Pruned,
    /// It belongs to the set, is not in the files, and was left alone.
    Kept,
    /// It could not be done.
    Failed,
}

impl Outcome {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Created => "created",
            Outcome::Changed => "changed",
            Outcome::Unchanged => "unchanged",
            Outcome::Pruned => "pruned",
            Outcome::Kept => "kept",
            Outcome::Failed => "failed",
        }
    }
}

/// Why something could not be done to an object.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// Stable id of the reason.
    pub code: String,
    /// The reason, in the words of the server where it has some.
    pub message: String,
    /// The first field that it is about.
    pub field: Option<String>,
    /// Who owns the field, of conflicts.
    pub manager: Option<String>,
    /// Where the field is set: path from the root of the repository.
    pub file: Option<String>,
    /// Line, from 1.
    pub line: Option<u32>,
    /// Column, from 1.
    pub column: Option<u32>,
    /// All fields that it is about, with what is said of each.
    #[serde(skip)]
    pub fields: Vec<(String, String)>,
    /// Facts.
    #[serde(skip)]
    pub notes: Vec<String>,
    /// What to do.
    #[serde(skip)]
    pub help: Option<String>,
}

/// How many objects have become what.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// New ones.
    pub created: usize,
    /// Those that changed.
    pub changed: usize,
    /// Those that were as they should be.
    pub unchanged: usize,
    /// Those that are gone.
    pub pruned: usize,
    /// Those that were left alone.
    pub kept: usize,
    /// Those that could not be done.
    pub failed: usize,
}

impl ApplyReport {
    /// Adds what has become of an object. What fails after it was written is reported once, as failed.
    pub fn push(&mut self, resource: ResourceRef, result: Outcome, error: Option<Failure>) {
        if let Some(known) = self.steps.iter_mut().find(|step| step.resource == resource) {
            (known.result, known.error) = (result, error);
        } else {
            self.steps.push(StepReport { resource, result, error });
        }
        self.summary = Counts::default();
        for step in &self.steps {
            let count = match step.result {
                Outcome::Created => &mut self.summary.created,
                Outcome::Changed => &mut self.summary.changed,
                Outcome::Unchanged => &mut self.summary.unchanged,
                Outcome::Pruned => &mut self.summary.pruned,
                Outcome::Kept => &mut self.summary.kept,
                Outcome::Failed => &mut self.summary.failed,
            };
            *count += 1;
        }
    }

    /// Whether something could not be done.
    pub fn has_failed(&self) -> bool {
        self.summary.failed > 0
    }

    /// `3 created, 1 unchanged`.
    pub fn headline(&self) -> String {
        let Counts { created, changed, unchanged, pruned, kept, failed } = self.summary;
        let all = [
            (created, "created"),
            (changed, "changed"),
            (unchanged, "unchanged"),
            (pruned, "pruned"),
            (kept, "kept"),
            (failed, "failed"),
        ];
        let told: Vec<String> =
            all.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
        if told.is_empty() { "nothing to do".to_owned() } else { told.join(", ") }
    }
}
