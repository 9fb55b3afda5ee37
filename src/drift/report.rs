//! The report on differences.

use serde::Serialize;
use serde_json::Value;

use crate::k8s::ResourceRef;

/// What differs: the document of `diff`.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DiffReport {
    /// Objects.
    pub changes: Vec<Change>,
    /// Redis nodes.
    pub nodes: Vec<NodeChange>,
    /// Counts.
    pub summary: Summary,
}

/// What becomes of an object.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum ChangeKind {
    /// It is new.
    Create,
    /// It stays and changes.
    Update,
    /// It goes.
    Delete,
    /// It stays as it is, or could not be compared.
    None,
}

/// An object and what differs in it.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// What was rendered: the PATH as given. None where there is one target only and it has no name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// The object, by its new name.
    pub resource: ResourceRef,
    /// What becomes of it.
    pub change: ChangeKind,
    /// Its name before, where only the name changed and the object is the same: a hash suffix, a rename.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub renamed_from: Option<String>,
    /// Where the new object is written; of an object that goes, where the old one was.
    #[serde(skip)]
    pub place: Option<Origin>,
    /// What the change does to what runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consequence: Option<String>,
    /// Fields that differ; may be empty for objects that come or go.
    pub fields: Vec<FieldChange>,
    /// Why it could not be compared.
    pub error: Option<CompareError>,
    /// Why the server does not let a plain apply make it so. What differs is known all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
}

/// What the server has against bringing an object to what Git says.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Refusal {
    /// Stable id of the reason: `denied`, `immutable`, `quota`, …
    pub code: String,
    /// The reason, in the words of the server.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl Refusal {
    /// On one line.
    pub fn text(&self) -> String {
        let help = self.help.as_ref().map_or(String::new(), |help| format!("; {help}"));
        format!("the server refuses a plain apply: {}{help}", self.message)
    }
}

/// A field that differs.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldChange {
    /// Its path: `spec.template.spec.containers[name=redis].image`.
    pub path: String,
    /// The value of the older side; null where it has none. Masked in secrets.
    pub before: Value,
    /// The value of the newer side; null where it has none. Masked in secrets.
    pub after: Value,
    /// The line that set the newer value; none where nothing sets it any more.
    pub origin: Option<Origin>,
    /// Who owns the value in the cluster; none between revisions.
    pub manager: Option<Manager>,
    /// What the change does to what runs.
    pub consequence: Option<String>,
    /// Git sets the field, and somebody else has it: applying takes force.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub conflict: bool,
    /// Git does not set the field and never has: no drift, shown on request.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unmanaged: bool,
}

/// A line, and the commit that wrote it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Origin {
    /// Path from the root of the repository.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
    /// Full hash; none where it is not known or the line is not committed.
    pub commit: Option<String>,
}

/// Who wrote a field in the cluster.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Manager {
    /// Name of the field manager.
    pub name: String,
    /// When, RFC 3339, where the server keeps it.
    pub last_write: Option<String>,
}

/// Why an object or a node could not be compared.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CompareError {
    /// Stable id of the reason.
    pub code: String,
    /// The reason.
    pub message: String,
    /// What was tried: a verb of the API.
    pub verb: Option<String>,
    /// On what.
    pub resource: Option<String>,
}

/// A Redis node and what differs on it.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeChange {
    /// The database it belongs to.
    pub redis: String,
    /// Name of the pod, or the node's id in its cluster.
    pub node: String,
    /// Where it listens.
    pub address: String,
    /// What differs.
    pub fields: Vec<NodeField>,
    /// What Git sets and the node tells nobody, so that it is neither alike nor different.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_compared: Vec<String>,
    /// Why it could not be compared.
    pub error: Option<CompareError>,
}

/// A setting of a node that differs.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeField {
    /// `config.NAME`, `role`, `acl.USER`, …
    pub path: String,
    /// What the node says.
    pub before: Value,
    /// What Git says.
    pub after: Value,
    /// The line that set it.
    pub origin: Option<Origin>,
    /// How it is mended: `runtime`, `restart`, `slots`, `failover`, `manual`.
    pub fix: String,
    /// Whether the server's own file does not have the running value.
    pub unsaved: bool,
}

/// Counts of a report.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// New objects.
    pub create: usize,
    /// Changed objects.
    pub update: usize,
    /// Objects that go.
    pub delete: usize,
    /// Objects that stay as they are.
    pub unchanged: usize,
    /// Nodes that differ.
    pub nodes_drifted: usize,
}

impl DiffReport {
    /// Adds the change of an object and counts it; one that could not be compared is not counted.
    pub fn push(&mut self, change: Change) {
        match change.change {
            _ if change.error.is_some() => {}
            ChangeKind::Create => self.summary.create += 1,
            ChangeKind::Update => self.summary.update += 1,
            ChangeKind::Delete => self.summary.delete += 1,
            ChangeKind::None => self.summary.unchanged += 1,
        }
        self.changes.push(change);
    }

    /// Adds a node and counts it where it differs.
    pub fn push_node(&mut self, change: NodeChange) {
        self.summary.nodes_drifted += usize::from(!change.fields.is_empty());
        self.nodes.push(change);
    }

    /// Whether anything differs.
    pub fn differs(&self) -> bool {
        let Summary { create, update, delete, nodes_drifted, .. } = self.summary;
        create + update + delete + nodes_drifted > 0
    }

    /// Whether something could not be compared.
    pub fn has_errors(&self) -> bool {
        self.changes.iter().any(|c| c.error.is_some()) || self.nodes.iter().any(|n| n.error.is_some())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn change(kind: ChangeKind) -> Change {
        let resource =
            ResourceRef { api_version: "v1".into(), kind: "Service".into(), namespace: None, name: "cache".into() };
        Change {
            target: Some("overlays/prod".into()),
            resource,
            change: kind,
            renamed_from: None,
            place: None,
            consequence: None,
            fields: Vec::new(),
            error: None,
            refusal: None,
        }
    }

    #[test]
    fn the_document_is_the_documented_one() {
        let mut report = DiffReport::default();
        report.push(Change {
            fields: vec![FieldChange {
                path: "spec.type".into(),
                before: Value::Null,
                after: json!("ClusterIP"),
                origin: Some(Origin { file: "a.yaml".into(), line: 3, column: 5, commit: None }),
                manager: None,
                consequence: None,
                conflict: false,
                unmanaged: false,
            }],
            ..change(ChangeKind::Update)
        });
        report.push(change(ChangeKind::None));
        let expected = json!({
            "changes": [
                {"target": "overlays/prod", "resource": {"apiVersion": "v1", "kind": "Service", "namespace": null, "name": "cache"}, "change": "update",
                 "fields": [{"path": "spec.type", "before": null, "after": "ClusterIP", "origin": {"file": "a.yaml", "line": 3, "column": 5, "commit": null},
                             "manager": null, "consequence": null}], "error": null},
                {"target": "overlays/prod", "resource": {"apiVersion": "v1", "kind": "Service", "namespace": null, "name": "cache"}, "change": "none",
                 "fields": [], "error": null},
            ],
            "nodes": [],
            "summary": {"create": 0, "update": 1, "delete": 0, "unchanged": 1, "nodesDrifted": 0},
        });
        assert_eq!(serde_json::to_value(&report).unwrap(), expected);
        assert!(report.differs() && !report.has_errors());
    }

    #[test]
    fn what_could_not_be_compared_is_not_counted() {
        let mut report = DiffReport::default();
        let error = CompareError { code: "forbidden".into(), message: "no".into(), verb: None, resource: None };
        report.push(Change { error: Some(error), ..change(ChangeKind::Update) });
        assert_eq!(report.summary, Summary::default());
        assert!(report.has_errors() && !report.differs());
    }
}
