//! What generated workloads say of the Redis that they belong to, for whoever meets them in a cluster.

use crate::yaml::{Node, Origin};

use super::instance::Instance;
use super::spec::{Architecture, Layout};

/// Annotation: how the nodes work together.
pub const ARCHITECTURE: &str = "redisops.dev/architecture";
/// Annotation: how many replicas each master of a cluster has.
pub const REPLICAS: &str = "redisops.dev/replicas";
/// Annotation: how the nodes of a cluster are divided into StatefulSets.
pub const LAYOUT: &str = "redisops.dev/layout";
/// Label of StatefulSets whose nodes hold slots: the name of the Redis. Fewer of them lose keys unless they were drained.
pub const CLUSTER: &str = "redisops.dev/cluster";
/// Label of the pods of a shard that has a StatefulSet of its own: its number.
pub(super) const SHARD: &str = "redisops.dev/shard";
/// Annotation: the name of the Redis. The label of that meaning may be changed by overlays.
pub const REDIS: &str = "redisops.dev/redis";

/// Writes them into the metadata of a workload.
pub(super) fn write(metadata: &mut Node, instance: &Instance<'_>) {
    let is_cluster = instance.architecture == Architecture::Cluster;
    let cluster = &instance.spec.cluster;
    let Some(map) = metadata.as_map_mut() else { return };
    if map.get("annotations").is_none() {
        map.set("annotations", Node::empty_map(instance.cause));
    }
    let mut set = |part: &str, key: &str, origin: Origin, value: &str| {
        if let Some(entries) = map.get_mut(part).and_then(Node::as_map_mut) {
            entries.set(key, Node::string(origin, value));
        }
    };
    set("annotations", REDIS, instance.named, &instance.name);
    set("annotations", ARCHITECTURE, instance.cause, instance.architecture.name());
    if is_cluster {
        let (_, replicas) = instance.cluster_size();
        let layout = cluster.layout.map_or(Layout::Single, |l| l.value);
        let at = |pos: Option<crate::diagnostics::Pos>| pos.map_or(instance.cause, |pos| instance.at(pos));
        set("annotations", REPLICAS, at(cluster.replicas.map(|r| r.pos)), &replicas.to_string());
        set("annotations", LAYOUT, at(cluster.layout.map(|l| l.pos)), layout.name());
        set("labels", CLUSTER, instance.named, &instance.name);
    }
}

/// Name and architecture of the Redis that a workload, or a database of Redis Enterprise, belongs to.
pub(super) fn read(object: &Node) -> Option<(String, Architecture)> {
    let name = object.text_at(&["metadata", "annotations", REDIS])?;
    let word = object.text_at(&["metadata", "annotations", ARCHITECTURE])?;
    Some((name.to_owned(), Architecture::ALL.into_iter().find(|one| one.name() == word)?))
}

/// How the nodes are divided.
pub(super) fn layout(object: &Node) -> Layout {
    let word = object.text_at(&["metadata", "annotations", LAYOUT]);
    Layout::ALL.into_iter().find(|one| Some(one.name()) == word).unwrap_or_default()
}

/// Replicas of each master of a cluster.
pub(super) fn replicas(object: &Node) -> usize {
    object.text_at(&["metadata", "annotations", REPLICAS]).and_then(|text| text.parse().ok()).unwrap_or(0)
}
