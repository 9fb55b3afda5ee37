//! Who owns what is live, and which of the owners stand for Git.

use serde_json::Value as Json;

use crate::drift::Manager;
use crate::provenance::{FieldPath, Segment};

use super::set::FieldSet;

/// Managers that apply what stands in Git, and by which operation; any where none is named.
const APPLIERS: [(&str, Option<&str>); 7] = [
    ("argocd-controller", None),
    ("argocd-application-controller", None),
    ("kustomize-controller", None),
    ("kubectl", Some("Apply")),
    ("kubectl-last-applied", None),
    ("kubectl-client-side-apply", None),
    ("before-first-apply", None),
];

/// What tools write into metadata to find their objects again. It never stands in Git, and is no drift.
const TRACKS: [&str; 5] = [
    "kubectl.kubernetes.io/last-applied-configuration",
    "applyset.kubernetes.io/",
    "argocd.argoproj.io/",
    "kustomize.toolkit.fluxcd.io/",
    "kapp.k14s.io/",
];

/// An entry of the managed fields of an object.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Name of the manager.
    pub manager: String,
    /// `Apply` or `Update`.
    pub operation: String,
    /// When it wrote last, where the server keeps it.
    pub time: Option<String>,
    /// The subresource through which it writes; empty for the object itself.
    pub subresource: String,
    /// The version of the API that the fields are named in.
    pub api_version: String,
    /// The fields.
    pub fields: FieldSet,
}

impl Entry {
    /// From `metadata.managedFields`.
    pub fn all_of(managed: &Json) -> Vec<Entry> {
        let text = |value: &Json| value.as_str().unwrap_or("").to_owned();
        let entry = |it: &Json| Entry {
            manager: text(&it["manager"]),
            operation: text(&it["operation"]),
            time: it["time"].as_str().map(str::to_owned),
            subresource: text(&it["subresource"]),
            api_version: text(&it["apiVersion"]),
            fields: FieldSet::parse(&it["fieldsV1"]),
        };
        managed.as_array().map(Vec::as_slice).unwrap_or_default().iter().map(entry).collect()
    }
}

/// The managers that stand for Git.
#[derive(Clone, Debug)]
pub struct Ours {
    manager: String,
    others: Vec<String>,
}

impl Ours {
    /// The manager that would apply, and others that the user names.
    pub fn new(manager: &str, others: impl IntoIterator<Item = String>) -> Ours {
        Ours { manager: manager.to_owned(), others: others.into_iter().collect() }
    }

    /// The manager that would apply.
    pub fn manager(&self) -> &str {
        &self.manager
    }

    /// Whether an entry is what an apply by our own manager goes by: it takes away what the entry has and Git has not.
    pub fn is_own_apply(&self, entry: &Entry) -> bool {
        entry.manager == self.manager && entry.operation == "Apply" && entry.subresource.is_empty()
    }

    /// Whether an entry stands for Git.
    pub fn has(&self, entry: &Entry) -> bool {
        let known = APPLIERS.iter().any(|(name, operation)| {
            entry.manager == *name && operation.is_none_or(|wanted| entry.operation == wanted)
        });
        let named = entry.manager == self.manager || self.others.contains(&entry.manager);
        entry.subresource.is_empty() && (known || named || entry.manager == "redisops")
    }
}

/// Whether a field is how a tool finds its objects again, and no content.
pub(super) fn is_track(path: &[Segment]) -> bool {
    let [Segment::Key(top), Segment::Key(kind), Segment::Key(key), ..] = path else { return false };
    let marks = top == "metadata" && (kind == "annotations" || kind == "labels");
    marks && TRACKS.iter().any(|track| key == track || (track.ends_with('/') && key.starts_with(track)))
}

/// Who owns the value at a path: of several the one that is not ours, then the one that wrote last.
pub(super) fn manager_of(entries: &[Entry], ours: &Ours, path: &FieldPath) -> Option<(Manager, bool)> {
    let owners = entries.iter().filter(|entry| entry.fields.covers(&path.0));
    let last = owners.max_by(|a, b| {
        let rank = |it: &Entry| (!ours.has(it), it.time.clone(), std::cmp::Reverse(it.manager.clone()));
        rank(a).cmp(&rank(b))
    })?;
    Some((Manager { name: last.manager.clone(), last_write: last.time.clone() }, ours.has(last)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn managers_of_git_are_known_by_what_they_do() {
        let entry = |manager: &str, operation: &str, subresource: &str| {
            let all = json!([{"manager": manager, "operation": operation, "subresource": subresource, "fieldsV1": {"f:a": {}}}]);
            Entry::all_of(&all).remove(0)
        };
        let ours = Ours::new("mine", ["ci".to_owned()]);
        for (manager, operation, subresource, wanted) in [
            ("mine", "Apply", "", true),
            ("mine", "Update", "status", false),
            ("redisops", "Apply", "", true),
            ("ci", "Update", "", true),
            ("argocd-controller", "Apply", "", true),
            ("kustomize-controller", "Apply", "", true),
            ("kubectl", "Apply", "", true),
            ("kubectl-client-side-apply", "Update", "", true),
            ("kubectl-edit", "Update", "", false),
            ("kubectl-label", "Update", "", false),
            ("kubectl", "Update", "scale", false),
            ("kube-controller-manager", "Update", "", false),
        ] {
            assert_eq!(ours.has(&entry(manager, operation, subresource)), wanted, "{manager} {operation}");
        }
    }

    #[test]
    fn the_owner_that_is_not_ours_and_then_the_last_one_is_named() {
        let entries = Entry::all_of(&json!([
            {"manager": "redisops", "operation": "Apply", "time": "2026-03-01T00:00:00Z", "fieldsV1": {"f:a": {}, "f:b": {}}},
            {"manager": "kubectl-edit", "operation": "Update", "time": "2026-01-01T00:00:00Z", "fieldsV1": {"f:a": {}}},
            {"manager": "kubectl", "operation": "Update", "subresource": "scale", "fieldsV1": {"f:c": {}}},
        ]));
        let ours = Ours::new("redisops", []);
        let of = |path: &str| {
            manager_of(&entries, &ours, &path.parse().unwrap()).map(|(it, ours)| (it.name, it.last_write, ours))
        };
        assert_eq!(of("a"), Some(("kubectl-edit".into(), Some("2026-01-01T00:00:00Z".into()), false)));
        assert_eq!(of("b"), Some(("redisops".into(), Some("2026-03-01T00:00:00Z".into()), true)));
        assert_eq!(of("c"), Some(("kubectl".into(), None, false)));
        assert_eq!(of("d"), None);
    }
}
