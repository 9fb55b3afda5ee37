//! The answer to "who set this field": plain data, in the form of the document.

use serde::Serialize;
use serde_json::Value as Json;

use crate::diagnostics::{Diagnostic, Pos, Sources};
use crate::k8s::{Resource, ResourceRef};
use crate::yaml::{Node, Trace};

use super::history::{Step, history, json};
use super::mask::masked;
use super::path::FieldPath;
use super::subject::{field, leaves};

/// What the places of an explanation are looked up in.
pub struct Places<'a> {
    /// All texts.
    pub sources: &'a Sources,
    /// All writes.
    pub trace: &'a Trace,
    /// The name of a file in reports, from its path in messages.
    pub name: &'a dyn Fn(&str) -> String,
}

/// The document of `explain`.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// The object.
    pub resource: ResourceRef,
    /// The field; empty for the object.
    pub path: String,
    /// Its value; secrets are masked.
    pub value: Json,
    /// The write that set it last.
    pub origin: OriginEntry,
    /// All writes that changed it, oldest first.
    pub history: Vec<HistoryEntry>,
    /// The commit of the line that set it last, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blame: Option<Blame>,
    /// Of an object, or of a field that has fields: every value in it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldEntry>,
}

/// A place and what wrote there.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OriginEntry {
    /// Path from the root of the repository.
    pub file: Option<String>,
    /// Line, from 1.
    pub line: Option<u32>,
    /// Column in characters, from 1.
    pub column: Option<u32>,
    /// What wrote: `resource`, `patch`, `replacement`, `helm`, the field of a kustomization.
    pub via: String,
    /// Of a replacement: where the value itself stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceEntry>,
    /// The chart that the value was rendered by, with its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chart: Option<String>,
    /// The files with values that the chart was given.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values_files: Vec<String>,
}

/// Where a value stands that was copied from there.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SourceEntry {
    /// Path from the root of the repository.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
}

/// One write and the value after it.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HistoryEntry {
    /// The write.
    #[serde(flatten)]
    pub origin: OriginEntry,
    /// The value after it; secrets are masked.
    pub value: Json,
}

/// A value inside the field that was asked for.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldEntry {
    /// Its path.
    pub path: String,
    /// The value; secrets are masked.
    pub value: Json,
    /// The write that set it last.
    pub origin: OriginEntry,
    /// The commit of that line, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blame: Option<Blame>,
}

/// Who wrote a line, and when.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Blame {
    /// Full hash; none for a line that is not committed.
    pub commit: Option<String>,
    /// Name of the author.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// When the author wrote it, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// First line of the message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Whether the line is not committed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub uncommitted: bool,
    /// Whether the history ends there because the clone is shallow, so that the line may be older.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub shallow: bool,
}

impl Explanation {
    /// Of a field of an object.
    ///
    /// # Errors
    /// When the object has no such field.
    pub fn of(resource: &Resource, path: &FieldPath, places: &Places<'_>) -> Result<Explanation, Diagnostic> {
        let found = field(resource, path)?;
        let shown = |value: &Node| json(&masked(&resource.node, &found.path, value));
        let steps = history(&found, places.trace, places.sources);
        let history: Vec<HistoryEntry> =
            steps.iter().map(|step| HistoryEntry { origin: places.entry(step), value: shown(&step.value) }).collect();
        let mut inside = Vec::new();
        if found.node().as_scalar().is_none() {
            leaves(found.node(), &found.path, &mut inside);
        }
        let fields = inside.into_iter().filter_map(|(path, node)| {
            let found = path.resolve(&resource.node).ok()?;
            let last = history_end(&found, places);
            let value = json(&masked(&resource.node, &path, node));
            Some(FieldEntry { path: path.to_string(), value, origin: last, blame: None })
        });
        Ok(Explanation {
            resource: ResourceRef::of(resource),
            path: found.path.to_string(),
            value: shown(found.node()),
            origin: history.last().map(|last| last.origin.clone()).unwrap_or_default(),
            fields: fields.collect(),
            history,
            blame: None,
        })
    }
}

fn history_end(found: &super::path::Found<'_>, places: &Places<'_>) -> OriginEntry {
    places.entry(&super::history::origin_of(found, places.trace, places.sources))
}

impl Places<'_> {
    /// The entry of a write.
    pub fn entry(&self, step: &Step) -> OriginEntry {
        let made_by =
            self.sources.get(step.text).and_then(|source| source.made_by.clone()).filter(|_| step.via == "helm");
        let mut entry = OriginEntry { via: step.via.clone().into_owned(), ..OriginEntry::default() };
        if let Some((file, line, column)) = self.place(step.at) {
            (entry.file, entry.line, entry.column) = (Some(file), Some(line), Some(column));
        }
        entry.source = step.source.and_then(|pos| self.place(pos)).map(|(file, line, _)| SourceEntry { file, line });
        if let Some(made_by) = made_by {
            entry.chart = Some(made_by.name);
            entry.values_files = made_by.inputs.iter().map(|file| (self.name)(file)).collect();
        }
        entry
    }

    /// File, line and column of a place.
    pub fn place(&self, pos: Pos) -> Option<(String, u32, u32)> {
        let location = self.sources.location(pos)?;
        Some(((self.name)(&location.path), location.line, location.column))
    }
}
