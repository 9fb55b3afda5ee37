//! Who uses a ConfigMap or a Secret: workloads that read it at their start.

use rustc_hash::FxHashMap;

use crate::provenance::{FieldPath, Segment};
use crate::yaml::{Node, Value};

use super::{Change, counted};

/// The workloads of a side, by what they use; and what ConfigMaps hold.
#[derive(Debug, Default)]
pub struct Users {
    /// Kind and name of a ConfigMap or Secret, to the workloads.
    by_source: FxHashMap<(&'static str, String, String), Vec<String>>,
    /// Texts of ConfigMaps by namespace and name.
    texts: FxHashMap<(String, String), Vec<String>>,
}

const WORKLOADS: [&str; 5] = ["Deployment", "StatefulSet", "DaemonSet", "CronJob", "Pod"];

impl Users {
    /// Of all objects of a side.
    pub fn of<'a>(objects: impl IntoIterator<Item = &'a Node>) -> Users {
        let mut users = Users::default();
        for object in objects {
            let kind = object.text_at(&["kind"]).unwrap_or("");
            let name = object.text_at(&["metadata", "name"]).unwrap_or("");
            let namespace = object.text_at(&["metadata", "namespace"]).unwrap_or("");
            if kind == "ConfigMap" {
                let entries = object.get("data").and_then(Node::as_map).map_or(&[][..], |map| &map.entries);
                let texts = entries.iter().filter_map(|entry| entry.value.text().map(str::to_owned)).collect();
                users.texts.insert((namespace.to_owned(), name.to_owned()), texts);
            }
            if WORKLOADS.contains(&kind) {
                let mut used = Vec::new();
                sources_of(object, &mut used);
                used.sort();
                used.dedup();
                for (source_kind, source) in used {
                    let key = (source_kind, namespace.to_owned(), source);
                    users.by_source.entry(key).or_default().push(format!("{kind}/{name}"));
                }
            }
        }
        users
    }

    /// The texts of the ConfigMaps that a workload uses.
    pub(super) fn configurations_of(&self, workload: &Node) -> Vec<&str> {
        let namespace = workload.text_at(&["metadata", "namespace"]).unwrap_or("");
        let mut used = Vec::new();
        sources_of(workload, &mut used);
        let maps = used.into_iter().filter(|(kind, _)| *kind == "ConfigMap");
        maps.filter_map(|(_, name)| self.texts.get(&(namespace.to_owned(), name)))
            .flatten()
            .map(String::as_str)
            .collect()
    }

    fn workloads(&self, kind: &'static str, object: &Node) -> &[String] {
        let text = |path: &[&str]| object.text_at(path).unwrap_or("").to_owned();
        let key = (kind, text(&["metadata", "namespace"]), text(&["metadata", "name"]));
        self.by_source.get(&key).map_or(&[], Vec::as_slice)
    }
}

/// The ConfigMaps and Secrets that a tree refers to.
fn sources_of(node: &Node, found: &mut Vec<(&'static str, String)>) {
    let Value::Map(map) = &node.value else {
        if let Value::Seq(items) = &node.value {
            items.iter().for_each(|item| sources_of(item, found));
        }
        return;
    };
    for entry in &map.entries {
        let source = match entry.key.text.as_str() {
            "configMap" | "configMapRef" | "configMapKeyRef" => Some(("ConfigMap", "name")),
            "secretRef" | "secretKeyRef" => Some(("Secret", "name")),
            // Projected volumes name a Secret like everybody else.
            "secret" if entry.value.get("secretName").is_none() => Some(("Secret", "name")),
            "secret" => Some(("Secret", "secretName")),
            _ => None,
        };
        if let Some((kind, field)) = source
            && let Some(name) = entry.value.text_at(&[field])
        {
            found.push((kind, name.to_owned()));
        }
        sources_of(&entry.value, found);
    }
}

pub(super) fn of_field(change: &Change<'_>, path: &FieldPath) -> Option<String> {
    let kind = match (change.group(), change.kind()) {
        ("", "ConfigMap") => "ConfigMap",
        ("", "Secret") => "Secret",
        _ => return None,
    };
    let is_data = matches!(path.0.first(), Some(Segment::Key(key)) if ["data", "binaryData", "stringData"].contains(&key.as_str()));
    // With a new name, the pods roll: that is told where the name is used.
    if !is_data || change.renamed {
        return None;
    }
    match change.users.workloads(kind, change.after) {
        [] => None,
        [one] => Some(format!("needs a restart of {one}: nothing rolls its pods")),
        several => {
            Some(format!("needs a restart of {}: {}", counted(several.len() as i64, "workload"), several.join(", ")))
        }
    }
}
