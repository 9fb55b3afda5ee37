//! StatefulSets of a Redis that its files do not have any more: another architecture, or another layout, has others.

use std::collections::BTreeSet;

use crate::k8s::ResourceRef;
use crate::live::kubernetes::Cluster;
use crate::topology::marks::REDIS;
use crate::yaml::{Node, Origin, from_value};

/// Those beside StatefulSets that are not there yet. `wanted` are all StatefulSets of the files, `new` those of them that are new.
pub async fn former_sets(
    cluster: &Cluster,
    wanted: &BTreeSet<ResourceRef>,
    new: &[(&Node, &ResourceRef)],
) -> Vec<Node> {
    let is_redis = |node: &Node| {
        node.text_at(&["kind"]) == Some("StatefulSet") && node.lookup(&["metadata", "annotations", REDIS]).is_some()
    };
    let namespaces: BTreeSet<&str> =
        new.iter().filter(|(node, _)| is_redis(node)).filter_map(|(_, it)| it.namespace.as_deref()).collect();
    let Ok(kind) = cluster.kind_of("apps/v1", "StatefulSet") else { return Vec::new() };
    let mut former = Vec::new();
    for namespace in namespaces {
        // Whoever may not see others is told nothing of them.
        let Ok(listed) = cluster.list(kind, Some(namespace), None).await else { continue };
        let nodes = listed.items.into_iter().map(|mut object| {
            object["apiVersion"] = "apps/v1".into();
            object["kind"] = "StatefulSet".into();
            from_value(object, Origin::NONE)
        });
        former.extend(nodes.filter(|node| is_redis(node) && !wanted.contains(&ResourceRef::of_node(node))));
    }
    former
}
