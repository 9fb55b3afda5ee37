//! What a change does to what runs: pods that roll, slots that move, changes that are refused.
//!
//! Says only what is sure from the two versions of the manifests.

mod enterprise;
mod refused;
mod slots;
mod users;
mod workload;

pub use slots::slots_moved;

pub use users::Users;

use crate::provenance::FieldPath;
use crate::yaml::Node;

/// What the consequence of a change says that whoever has the object does not take.
pub const WILL_REFUSE: &str = "will refuse it";

/// Two versions of an object, and the objects around it.
pub(super) struct Change<'a> {
    /// The older version.
    pub(super) before: &'a Node,
    /// The newer version.
    pub(super) after: &'a Node,
    /// Who uses it.
    pub(super) users: &'a Users,
    /// Whether it has another name now.
    pub(super) renamed: bool,
}

impl<'a> Change<'a> {
    pub(super) fn kind(&self) -> &'a str {
        self.after.text_at(&["kind"]).unwrap_or("")
    }

    pub(super) fn group(&self) -> &'a str {
        crate::k8s::parse_api_version(self.after.text_at(&["apiVersion"]).unwrap_or("")).0
    }

    /// A number of the older and the newer version.
    pub(super) fn numbers(&self, path: &[&str], default: i64) -> (i64, i64) {
        let number =
            |node: &Node| node.text_at(path).map_or(Some(default), |text| text.parse().ok()).unwrap_or(default);
        (number(self.before), number(self.after))
    }
}

/// What the change of a field does, where that is known.
pub(super) fn of_field(change: &Change<'_>, path: &FieldPath) -> Option<String> {
    refused::of_field(change, path)
        .or_else(|| enterprise::of_field(change, path))
        .or_else(|| slots::of_field(change, path))
        .or_else(|| workload::of_field(change, path))
        .or_else(|| users::of_field(change, path))
}

/// What the deletion of an object does, where that is more than its end.
pub(super) fn of_deletion(object: &Node) -> Option<String> {
    let replicas = object.text_at(&["spec", "replicas"]).map_or(Some(1), |text| text.parse().ok()).unwrap_or(1);
    match object.text_at(&["kind"])? {
        "Namespace" => Some("deletes everything in the namespace".to_owned()),
        "CustomResourceDefinition" => Some("deletes all objects of the kind".to_owned()),
        "PersistentVolumeClaim" => Some("deletes the data, unless the volume is retained".to_owned()),
        "StatefulSet" => Some(match object.text_at(&["spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted"]) {
            Some("Delete") => format!("stops {} and deletes their volumes with the data", pods(replicas)),
            _ => format!("stops {}; their volumes stay", pods(replicas)),
        }),
        "Deployment" => Some(format!("stops {}", pods(replicas))),
        "RedisEnterpriseDatabase" => Some("deletes the database".to_owned()),
        "RedisEnterpriseCluster" => Some("deletes the cluster and its databases".to_owned()),
        _ => None,
    }
}

/// What another name means.
pub(super) fn of_rename(object: &Node) -> String {
    let volumes = match object.text_at(&["kind"]) {
        Some("StatefulSet") => "; its volumes stay with the old name",
        Some("PersistentVolumeClaim") => "; the data stays with the old name",
        _ => "",
    };
    format!("the old object is deleted and this one created{volumes}")
}

/// `1 pod`, `3 pods`.
pub(super) fn pods(count: i64) -> String {
    counted(count, "pod")
}

pub(super) fn counted(count: i64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests;
