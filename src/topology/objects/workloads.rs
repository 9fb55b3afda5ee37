//! StatefulSets: nodes with names and volumes that stay.

use crate::k8s::Resource;
use crate::topology::instance::{Group, Instance, Kind, is_on};
use crate::topology::marks;
use crate::topology::tree::{IntoNode, by, list, map};
use crate::yaml::Node;

use super::pod;

/// The size of volumes when the spec says none.
const SIZE: &str = "8Gi";

/// One for every group of nodes.
pub(super) fn stateful_sets(instance: &Instance<'_>) -> Vec<Resource> {
    instance.groups().iter().map(|group| stateful_set(group, instance)).collect()
}

fn stateful_set(group: &Group<'_>, instance: &Instance<'_>) -> Resource {
    let mut selector = instance.selector(Some(group.component));
    let mut template = pod::template(group, instance);
    if let Some(shard) = group.shard() {
        // Pods of other shards are not this StatefulSet's.
        for labels in [Some(&mut selector), template.lookup_mut(&["metadata", "labels"])].into_iter().flatten() {
            if let Some(map) = labels.as_map_mut() {
                map.set(marks::SHARD, Node::string(crate::yaml::Origin::NONE, shard));
            }
        }
    }
    let body = map! {
        "spec" => map! {
            // Deleting a StatefulSet or its pods never deletes data.
            "persistentVolumeClaimRetentionPolicy" => map! { "whenDeleted" => "Retain", "whenScaled" => "Retain" },
            // Nodes find each other by name before they are ready, and none waits for one before it.
            "podManagementPolicy" => "Parallel",
            "replicas" => by(group.counted, group.count),
            "selector" => map! { "matchLabels" => selector },
            "serviceName" => instance.child("-headless"),
            "template" => template,
            "updateStrategy" => map! { "type" => "RollingUpdate" },
            "volumeClaimTemplates" => claims(group, instance),
        },
    };
    let kind = Kind("apps/v1", "StatefulSet");
    let mut set = instance.object(kind, &group.suffix, Some(group.component), instance.cause, body);
    if let Some(metadata) = set.node.get_mut("metadata") {
        marks::write(metadata, instance);
    }
    set
}

fn claims(group: &Group<'_>, instance: &Instance<'_>) -> Option<Node> {
    let persistence = group.persistence;
    if !is_on(persistence.enabled, true) {
        return None;
    }
    let modes: Vec<Option<Node>> = persistence.access_modes.iter().map(|mode| instance.maybe(mode)).collect();
    let modes = if modes.is_empty() { Some(list!["ReadWriteOnce"]) } else { modes.into_node() };
    by(
        instance.at(persistence.pos),
        list![map! {
            "apiVersion" => "v1",
            "kind" => "PersistentVolumeClaim",
            // Argo CD does not delete what holds data.
            "metadata" => map! {
                "annotations" => map! { "argocd.argoproj.io/sync-options" => "Prune=false,Delete=false" },
                "labels" => instance.selector(None),
                "name" => "data",
            },
            "spec" => map! {
                "accessModes" => modes,
                "resources" => map! { "requests" => map! { "storage" => instance.text(&persistence.size, SIZE) } },
                "storageClassName" => instance.maybe(&persistence.storage_class),
            },
        }],
    )
}
