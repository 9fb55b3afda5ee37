//! Services: names for every node, and for clients.

use crate::k8s::Resource;
use crate::topology::instance::{BUS_PORT, Instance, Kind, METRICS_PORT, PORT, SENTINEL_PORT};
use crate::topology::spec::Architecture;
use crate::topology::tree::{list, map};
use crate::yaml::Node;

const KIND: Kind = Kind("v1", "Service");

/// All Services.
pub(super) fn objects(instance: &Instance<'_>) -> Vec<Resource> {
    let mut services = vec![headless(instance), client(instance, "", None)];
    match instance.architecture {
        Architecture::Standalone => services.push(client(instance, "-master", Some("master"))),
        Architecture::Replication => {
            services.push(client(instance, "-master", Some("master")));
            services.push(client(instance, "-replicas", Some("replica")));
        }
        _ => {}
    }
    if instance.has_metrics() {
        services.push(metrics(instance));
    }
    services
}

fn port(name: &str, number: i64) -> Node {
    map! { "name" => name, "port" => number, "protocol" => "TCP", "targetPort" => name }
}

fn ports(instance: &Instance<'_>, with_bus: bool) -> Node {
    list![
        port("redis", PORT),
        (with_bus && instance.architecture == Architecture::Cluster).then(|| port("bus", BUS_PORT)),
        (instance.architecture == Architecture::Sentinel).then(|| port("sentinel", SENTINEL_PORT)),
    ]
}

/// Gives every pod a name, ready or not: nodes look for each other while they start.
fn headless(instance: &Instance<'_>) -> Resource {
    let body = map! {
        "spec" => map! {
            "clusterIP" => "None",
            "ports" => ports(instance, true),
            "publishNotReadyAddresses" => true,
            "selector" => nodes(instance),
            "type" => "ClusterIP",
        },
    };
    instance.object(KIND, "-headless", None, instance.cause, body)
}

/// All nodes: other pods of this Redis (backups) lack the label.
fn nodes(instance: &Instance<'_>) -> Node {
    let mut selector = instance.selector(None);
    if let Some(map) = selector.as_map_mut() {
        map.set("redisops.dev/node", Node::string(crate::yaml::Origin::NONE, "true"));
    }
    selector
}

/// For clients: ready nodes of a kind, or of all.
fn client(instance: &Instance<'_>, suffix: &str, component: Option<&str>) -> Resource {
    let service = &instance.spec.service;
    let body = map! {
        "spec" => map! {
            "ports" => ports(instance, false),
            "selector" => component.map_or_else(|| nodes(instance), |c| instance.selector(Some(c))),
            "type" => instance.text(&service.kind, "ClusterIP"),
        },
    };
    let mut resource = instance.object(KIND, suffix, component, instance.cause, body);
    annotate(&mut resource, instance);
    resource
}

fn annotate(resource: &mut Resource, instance: &Instance<'_>) {
    let pairs = &instance.spec.service.annotations;
    let Some(metadata) = resource.node.get_mut("metadata").and_then(Node::as_map_mut) else { return };
    if pairs.is_empty() {
        return;
    }
    if metadata.get("annotations").is_none() {
        metadata.set("annotations", Node::empty_map(instance.cause));
    }
    if let Some(annotations) = metadata.get_mut("annotations") {
        crate::topology::instance::extend(annotations, instance, pairs);
    }
}

/// For Prometheus.
fn metrics(instance: &Instance<'_>) -> Resource {
    let body = map! {
        "spec" => map! {
            "clusterIP" => "None",
            "ports" => list![port("metrics", METRICS_PORT)],
            "selector" => nodes(instance),
            "type" => "ClusterIP",
        },
    };
    let metrics = &instance.spec.metrics;
    let cause = instance.at(metrics.enabled.map_or(metrics.pos, |e| e.pos));
    instance.object(KIND, "-metrics", Some("metrics"), cause, body)
}
