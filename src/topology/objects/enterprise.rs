//! Redis Enterprise: a cluster and a database that its operator makes.

use crate::diagnostics::Pos;
use crate::k8s::Resource;
use crate::kustomize::decode::Spanned;
use crate::topology::instance::{Instance, Kind, is_on};
use crate::topology::marks;
use crate::topology::tree::{IntoNode, by, map};
use crate::yaml::Node;

/// What Argo CD is told about an object.
const SYNC_OPTIONS: &str = "argocd.argoproj.io/sync-options";

/// The cluster, unless one exists, and the database.
pub(super) fn objects(instance: &Instance<'_>) -> Vec<Resource> {
    let part = &instance.spec.enterprise;
    let cluster = part.cluster.is_empty().then(|| cluster(instance));
    cluster.into_iter().chain([database(instance)]).collect()
}

fn number(instance: &Instance<'_>, value: Option<Spanned<i64>>) -> Option<Node> {
    value.and_then(|v| by(instance.at(v.pos), v.value))
}

fn cluster(instance: &Instance<'_>) -> Resource {
    let spec = instance.spec;
    let persistence = &spec.persistence;
    let nodes = number(instance, spec.enterprise.nodes).or_else(|| 3.into_node());
    let enabled = is_on(persistence.enabled, true);
    let body = map! {
        "spec" => map! {
            "nodes" => nodes,
            "persistentSpec" => by(instance.at(persistence.enabled.map_or(persistence.pos, |e| e.pos)), map! {
                "enabled" => enabled,
                "storageClassName" => instance.maybe(&persistence.storage_class).filter(|_| enabled),
                "volumeSize" => instance.maybe(&persistence.size).filter(|_| enabled),
            }),
            "redisEnterpriseNodeResources" => instance.carry(spec.resources.as_ref()),
        },
    };
    let kind = Kind("app.redislabs.com/v1", "RedisEnterpriseCluster");
    kept(instance.object(kind, "-cluster", Some("cluster"), instance.cause, body), instance)
}

/// Argo CD does not delete what holds data.
fn kept(mut resource: Resource, instance: &Instance<'_>) -> Resource {
    if let Some(metadata) = resource.node.lookup_mut(&["metadata"]).and_then(Node::as_map_mut)
        && metadata.get("annotations").is_none()
    {
        metadata.set("annotations", Node::empty_map(instance.cause));
    }
    if let Some(annotations) = resource.node.lookup_mut(&["metadata", "annotations"]).and_then(Node::as_map_mut)
        && annotations.get(SYNC_OPTIONS).is_none()
    {
        annotations.set(SYNC_OPTIONS, Node::string(instance.cause, "Prune=false,Delete=false"));
    }
    resource
}

fn database(instance: &Instance<'_>) -> Resource {
    let spec = instance.spec;
    let part = &spec.enterprise;
    let name = match part.cluster.is_empty() {
        true => instance.child("-cluster").into_node(),
        false => instance.maybe(&part.cluster),
    };
    let switch = |s: Option<Spanned<bool>>| s.and_then(|s| by(instance.at(s.pos), s.value));
    let tls = spec.tls.enabled.filter(|e| e.value).and_then(|e| by(instance.at(e.pos), "enabled"));
    // Without `auth` in the spec the operator makes a password of its own.
    let secret = instance.maybe(&spec.auth.existing_secret).filter(|_| instance.has_password());
    let body = map! {
        "spec" => map! {
            "databasePort" => number(instance, part.port),
            "databaseSecretName" => secret,
            "evictionPolicy" => instance.maybe(&part.eviction_policy),
            "memorySize" => instance.text(&part.memory_size, "1GB"),
            "persistence" => instance.text(&part.persistence, "aofEverySecond"),
            "redisEnterpriseCluster" => map! { "name" => name },
            "replication" => switch(part.replication).or_else(|| true.into_node()),
            "shardCount" => number(instance, part.shards).or_else(|| 1.into_node()),
            "tlsMode" => tls,
        },
    };
    let cause = instance.at(if part.pos.is_none() { Pos::NONE } else { part.pos });
    let kind = Kind("app.redislabs.com/v1alpha1", "RedisEnterpriseDatabase");
    let mut database = instance.object(kind, "", Some("database"), cause, body);
    if let Some(metadata) = database.node.get_mut("metadata") {
        marks::write(metadata, instance);
    }
    kept(database, instance)
}
