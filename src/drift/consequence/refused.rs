//! Changes that the API server refuses: fields that are settled when an object is created.

use crate::k8s::Quantity;
use crate::provenance::{FieldPath, Segment};
use crate::topology::CHANGEABLE;

use super::Change;

pub(super) fn of_field(change: &Change<'_>, path: &FieldPath) -> Option<String> {
    // Under another name it is another object.
    if change.renamed {
        return None;
    }
    let key = |at: usize| match path.0.get(at) {
        Some(Segment::Key(key)) => Some(key.as_str()),
        _ => None,
    };
    let (top, second) = (key(0)?, key(1));
    let is_settled = match (change.group(), change.kind(), top, second) {
        ("apps", "StatefulSet", "spec", Some("volumeClaimTemplates")) if volumes_grow(change, path) => {
            let pods = change.numbers(&["spec", "replicas"], 1).0;
            return Some(format!(
                "expands {}; the StatefulSet is created again, its pods go on",
                super::counted(pods, "volume")
            ));
        }
        ("apps", "StatefulSet", "spec", Some(field)) => !CHANGEABLE.contains(&field),
        ("apps", "Deployment" | "DaemonSet" | "ReplicaSet", "spec", Some("selector")) => true,
        ("batch", "Job", "spec", Some("selector" | "template" | "completionMode")) => true,
        ("", "Service", "spec", Some("clusterIP")) => was_set(change, path),
        ("", "PersistentVolumeClaim", "spec", Some("resources")) => return shrunk(change),
        ("", "PersistentVolumeClaim", "spec", Some(field)) => field != "volumeAttributesClassName",
        ("storage.k8s.io", "StorageClass", "provisioner" | "parameters" | "reclaimPolicy" | "volumeBindingMode", _) => {
            true
        }
        ("", "Secret", "type", _) => true,
        ("", "ConfigMap" | "Secret", "data" | "stringData" | "binaryData" | "immutable", _) => {
            change.before.text_at(&["immutable"]) == Some("true")
        }
        ("rbac.authorization.k8s.io", "RoleBinding" | "ClusterRoleBinding", "roleRef", _) => true,
        _ => false,
    };
    is_settled.then(|| {
        let kind = change.kind();
        format!("the API server will refuse it: this cannot change, the {kind} must be deleted and created again")
    })
}

/// Whether a change makes the volumes of a Redis larger, which `apply` does by expanding the claims.
fn volumes_grow(change: &Change<'_>, path: &FieldPath) -> bool {
    let is_ours = change.after.lookup(&["metadata", "annotations", crate::topology::marks::REDIS]).is_some();
    let size = |node| Quantity::parse(path.resolve(node).ok()?.node().text()?);
    is_ours
        && path.to_string().ends_with(".resources.requests.storage")
        && size(change.before).zip(size(change.after)).is_some_and(|(before, after)| after > before)
}

fn was_set(change: &Change<'_>, path: &FieldPath) -> bool {
    path.resolve(change.before).is_ok_and(|found| !found.node().is_null())
}

/// A volume can grow where its class allows it, and never shrinks.
fn shrunk(change: &Change<'_>) -> Option<String> {
    let size = |node| -> Option<Quantity> {
        let path: FieldPath = "spec.resources.requests.storage".parse().ok()?;
        Quantity::parse(path.resolve(node).ok()?.node().text()?)
    };
    (size(change.after)? < size(change.before)?)
        .then(|| "the API server will refuse it: a volume cannot shrink".to_owned())
}
