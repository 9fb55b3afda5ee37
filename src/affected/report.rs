//! The report as programs read it.

use serde::Serialize;

/// What depends on the changes.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AffectedReport {
    /// The older state; null before the first commit, and where the files were named.
    pub from: Option<RevisionEntry>,
    /// The newer state; null for the working tree and the index.
    pub to: Option<RevisionEntry>,
    /// The files that changed.
    pub files: Vec<FileEntry>,
    /// The targets that depend on them, by path.
    pub targets: Vec<Affected>,
    /// How many.
    pub summary: Summary,
}

/// A revision.
#[derive(Clone, Debug, Serialize)]
pub struct RevisionEntry {
    /// As it was named.
    pub revision: String,
    /// The commit.
    pub commit: String,
}

/// A file that changed.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FileEntry {
    /// Relative to the root of the repository.
    pub path: String,
    /// The old name of a renamed file.
    pub old_path: Option<String>,
    /// `added`, `modified`, `deleted`, `renamed`.
    pub change: &'static str,
}

/// What happened to a target.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fate {
    /// It is new.
    Added,
    /// Something that it depends on changed.
    Changed,
    /// It is gone.
    Removed,
    /// Nothing changed, and it was asked for all the same.
    Unchanged,
}

/// A target that depends on changes.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Affected {
    /// Its directory, relative to the root of the repository.
    pub path: String,
    /// The environments that render it.
    pub environments: Vec<String>,
    /// What happened to it.
    pub change: Fate,
    /// The changed files that it depends on, relative to the root of the repository.
    pub because: Vec<String>,
}

/// How many.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Summary {
    /// Files that changed.
    pub files: usize,
    /// Targets in the repository.
    pub targets: usize,
    /// Targets that depend on a change, or are gone.
    pub affected: usize,
}
