//! How Prometheus finds the exporters, and what it warns of.

use crate::k8s::Resource;
use crate::kustomize::Context;
use crate::topology::check::memory_limit;
use crate::topology::instance::{Instance, Kind, extend, is_on};
use crate::topology::spec::{Architecture, Monitor};
use crate::topology::tree::{IntoNode, list, map};
use crate::yaml::Node;

/// ServiceMonitor and PrometheusRule, where they are asked for.
pub(super) fn objects(instance: &Instance<'_>, cx: &Context<'_>) -> Vec<Resource> {
    let metrics = &instance.spec.metrics;
    let monitor = part(&metrics.service_monitor).map(|_| service_monitor(instance));
    let rule = part(&metrics.prometheus_rule).map(|_| prometheus_rule(instance, cx));
    monitor.into_iter().chain(rule).collect()
}

/// A part of the monitoring when it is on.
pub(super) fn part(monitor: &Monitor) -> Option<&Monitor> {
    is_on(monitor.enabled, false).then_some(monitor)
}

/// An object of the monitoring stack: in the namespace and with the labels by which the stack finds it.
pub(super) fn object(instance: &Instance<'_>, kind: Kind, suffix: &str, monitor: &Monitor, body: Node) -> Resource {
    let cause = instance.at(monitor.enabled.map_or(monitor.pos, |e| e.pos));
    let mut resource = instance.object(kind, suffix, Some("metrics"), cause, body);
    if let Some(metadata) = resource.node.get_mut("metadata").and_then(Node::as_map_mut) {
        if let Some(labels) = metadata.get_mut("labels") {
            extend(labels, instance, &monitor.labels);
        }
        if let Some(namespace) = instance.maybe(&monitor.namespace) {
            metadata.set("namespace", namespace);
        }
    }
    resource
}

fn service_monitor(instance: &Instance<'_>) -> Resource {
    let monitor = &instance.spec.metrics.service_monitor;
    let own = instance.parent.namespace();
    // Elsewhere than its targets it has to say where they are.
    let elsewhere = (!monitor.namespace.is_empty() && monitor.namespace.value != own && !own.is_empty())
        .then(|| map! { "matchNames" => list![own] });
    let body = map! {
        "spec" => map! {
            "endpoints" => list![map! {
                "interval" => instance.text(&monitor.interval, "30s"),
                "port" => "metrics",
            }],
            "namespaceSelector" => elsewhere,
            "selector" => map! { "matchLabels" => instance.selector(Some("metrics")) },
            "targetLabels" => list!["app.kubernetes.io/instance"],
        },
    };
    object(instance, Kind("monitoring.coreos.com/v1", "ServiceMonitor"), "", monitor, body)
}

/// An alert: name, for how long, how bad, expression, what it says.
type Alert = (&'static str, &'static str, &'static str, String, &'static str);

fn prometheus_rule(instance: &Instance<'_>, cx: &Context<'_>) -> Resource {
    let monitor = &instance.spec.metrics.prometheus_rule;
    let rules: Vec<Node> = alerts(instance, cx)
        .into_iter()
        .map(|(name, time, severity, expression, summary)| {
            map! {
                "alert" => name,
                "annotations" => map! { "summary" => format!("{}: {summary}", instance.name) },
                "expr" => expression,
                "for" => time,
                "labels" => map! { "redis" => instance.name.as_str(), "severity" => severity },
            }
        })
        .collect();
    let body = map! {
        "spec" => map! {
            "groups" => list![map! {
                "interval" => instance.maybe(&monitor.interval),
                "name" => format!("{}.redis", instance.name),
                "rules" => rules.into_node(),
            }],
        },
    };
    object(instance, Kind("monitoring.coreos.com/v1", "PrometheusRule"), "", monitor, body)
}

fn alerts(instance: &Instance<'_>, cx: &Context<'_>) -> Vec<Alert> {
    let by = format!("{{service=\"{}\"}}", instance.child("-metrics"));
    let nodes: i64 = instance.groups().iter().map(|g| g.count).sum();
    let mut alerts: Vec<Alert> = vec![
        ("RedisDown", "2m", "critical", format!("redis_up{by} == 0"), "a server does not answer"),
        (
            "RedisNodesMissing",
            "5m",
            "critical",
            format!("(count(redis_up{by} == 1) or vector(0)) < {nodes}"),
            "fewer nodes answer than the spec asks for",
        ),
        (
            "RedisMemoryHigh",
            "5m",
            "warning",
            format!("redis_memory_used_bytes{by} / (redis_memory_max_bytes{by} > 0) > 0.9"),
            "more than 90 % of maxmemory is in use",
        ),
        (
            "RedisEvicting",
            "5m",
            "warning",
            format!("rate(redis_evicted_keys_total{by}[5m]) > 10"),
            "keys are evicted for lack of memory",
        ),
        (
            "RedisHitRatioLow",
            "15m",
            "info",
            format!(
                "rate(redis_keyspace_hits_total{by}[15m]) / (rate(redis_keyspace_hits_total{by}[15m]) + rate(redis_keyspace_misses_total{by}[15m]) > 1) < 0.5"
            ),
            "less than half of the reads find their key",
        ),
        (
            "RedisRejectsConnections",
            "5m",
            "critical",
            format!("increase(redis_rejected_connections_total{by}[5m]) > 0"),
            "connections are refused: there are as many as maxclients allows",
        ),
        (
            "RedisSnapshotFailed",
            "5m",
            "critical",
            format!("redis_rdb_last_bgsave_status{by} == 0"),
            "the last snapshot could not be written",
        ),
        (
            "RedisAppendOnlyFileFailed",
            "5m",
            "critical",
            format!("redis_aof_last_write_status{by} == 0 or redis_aof_last_bgrewrite_status{by} == 0"),
            "the append-only file could not be written",
        ),
        (
            "RedisSlowCommands",
            "15m",
            "warning",
            format!("increase(redis_slowlog_last_id{by}[15m]) > 20"),
            "many commands land in the slow log",
        ),
        (
            "RedisLatencyHigh",
            "10m",
            "warning",
            format!(
                "sum by (instance) (rate(redis_commands_duration_seconds_total{by}[5m])) / sum by (instance) (rate(redis_commands_total{by}[5m]) > 0) > 0.005"
            ),
            "commands take more than 5 ms on average",
        ),
    ];
    if instance.groups().iter().any(|g| memory_limit(g, cx.trace).is_none()) {
        alerts.retain(|alert| alert.0 != "RedisMemoryHigh" || has_maxmemory(instance));
    }
    match instance.architecture {
        Architecture::Standalone | Architecture::Enterprise => {}
        Architecture::Cluster => alerts.extend(cluster_alerts(&by)),
        Architecture::Replication | Architecture::Sentinel => alerts.push((
            "RedisMasters",
            "1m",
            "critical",
            format!(
                "(count(redis_instance_info{{service=\"{}\",role=\"master\"}}) or vector(0)) != 1",
                instance.child("-metrics")
            ),
            "there is not exactly one master",
        )),
    }
    if instance.architecture != Architecture::Standalone {
        alerts.extend(replication_alerts(&by));
    }
    alerts
}

fn has_maxmemory(instance: &Instance<'_>) -> bool {
    let spec = instance.spec;
    [&spec.configuration, &spec.master.configuration, &spec.replica.configuration]
        .iter()
        .any(|c| c.contains("maxmemory "))
}

fn replication_alerts(by: &str) -> [Alert; 2] {
    [
        (
            "RedisReplicaUnlinked",
            "5m",
            "critical",
            format!("redis_master_link_up{by} == 0"),
            "a replica has no link to its master",
        ),
        (
            "RedisReplicationLag",
            "5m",
            "warning",
            format!("redis_connected_slave_lag_seconds{by} > 10"),
            "a replica is more than 10 seconds behind",
        ),
    ]
}

fn cluster_alerts(by: &str) -> [Alert; 2] {
    [
        (
            "RedisClusterDown",
            "1m",
            "critical",
            format!("redis_cluster_state{by} == 0"),
            "the cluster does not serve all slots",
        ),
        (
            "RedisClusterSlotsFailing",
            "2m",
            "critical",
            format!("redis_cluster_slots_fail{by} > 0 or redis_cluster_slots_pfail{by} > 0"),
            "slots belong to nodes that do not answer",
        ),
    ]
}
