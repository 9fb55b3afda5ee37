//! Dashboards of Grafana, as ConfigMaps that its side-car picks up.

use serde_json::{Value, json};

use crate::k8s::Resource;
use crate::topology::instance::{Instance, Kind};
use crate::topology::spec::Architecture;
use crate::topology::tree::map;
use crate::yaml::Node;

use super::monitoring::{object, part};

/// A panel: title, unit, expression, legend.
type Panel = (&'static str, &'static str, &'static str, &'static str);

const OVERVIEW: &[Panel] = &[
    ("Nodes that answer", "short", "sum(redis_up{$})", "nodes"),
    ("Clients", "short", "redis_connected_clients{$}", "{{pod}}"),
    ("Memory in use", "bytes", "redis_memory_used_bytes{$}", "{{pod}}"),
    ("Memory of maxmemory", "percentunit", "redis_memory_used_bytes{$} / (redis_memory_max_bytes{$} > 0)", "{{pod}}"),
    ("Keys", "short", "sum by (pod, db) (redis_db_keys{$})", "{{pod}} {{db}}"),
    (
        "Evicted and expired keys",
        "ops",
        "rate(redis_evicted_keys_total{$}[5m]) + rate(redis_expired_keys_total{$}[5m])",
        "{{pod}}",
    ),
    ("Replication lag", "s", "redis_connected_slave_lag_seconds{$}", "{{pod}} {{slave_ip}}"),
    ("Last snapshot", "s", "time() - redis_rdb_last_save_timestamp_seconds{$}", "{{pod}}"),
];

const PERFORMANCE: &[Panel] = &[
    ("Commands", "ops", "rate(redis_commands_processed_total{$}[1m])", "{{pod}}"),
    (
        "Time of commands",
        "s",
        "sum by (cmd) (rate(redis_commands_duration_seconds_total{$}[1m])) / sum by (cmd) (rate(redis_commands_total{$}[1m]) > 0)",
        "{{cmd}}",
    ),
    (
        "Hit ratio",
        "percentunit",
        "rate(redis_keyspace_hits_total{$}[5m]) / (rate(redis_keyspace_hits_total{$}[5m]) + rate(redis_keyspace_misses_total{$}[5m]) > 0)",
        "{{pod}}",
    ),
    ("Slow log", "short", "increase(redis_slowlog_last_id{$}[5m])", "{{pod}}"),
    ("Network in", "Bps", "rate(redis_net_input_bytes_total{$}[1m])", "{{pod}}"),
    ("Network out", "Bps", "rate(redis_net_output_bytes_total{$}[1m])", "{{pod}}"),
    (
        "CPU",
        "percentunit",
        "rate(redis_cpu_user_seconds_total{$}[1m]) + rate(redis_cpu_sys_seconds_total{$}[1m])",
        "{{pod}}",
    ),
    ("Fragmentation", "short", "redis_mem_fragmentation_ratio{$}", "{{pod}}"),
];

const SLOTS: &[Panel] = &[
    ("Slots served", "short", "redis_cluster_slots_ok{$}", "{{pod}}"),
    ("Slots that fail", "short", "redis_cluster_slots_fail{$} + redis_cluster_slots_pfail{$}", "{{pod}}"),
    ("Known nodes", "short", "redis_cluster_known_nodes{$}", "{{pod}}"),
    ("Masters with slots", "short", "redis_cluster_size{$}", "{{pod}}"),
    ("Messages on the bus", "ops", "rate(redis_cluster_messages_sent_total{$}[1m])", "{{pod}}"),
    ("Keys of each node", "short", "sum by (pod) (redis_db_keys{$})", "{{pod}}"),
];

/// Overview, performance, and for a cluster its slots.
pub(super) fn objects(instance: &Instance<'_>) -> Vec<Resource> {
    let Some(monitor) = part(&instance.spec.metrics.dashboards) else { return Vec::new() };
    let mut boards = vec![("overview", OVERVIEW), ("performance", PERFORMANCE)];
    if instance.architecture == Architecture::Cluster {
        boards.push(("slots", SLOTS));
    }
    let board = |(name, panels): (&'static str, &[Panel])| {
        let text = serde_json::to_string_pretty(&dashboard(instance, name, panels)).unwrap_or_default();
        let body = map! { "data" => map! { format!("{}-{name}.json", instance.name).as_str() => text } };
        let mut resource = object(instance, Kind("v1", "ConfigMap"), &format!("-dashboard-{name}"), monitor, body);
        // The label that Grafana's side-car looks for, unless the spec says another value.
        if let Some(labels) = resource.node.lookup_mut(&["metadata", "labels"]).and_then(Node::as_map_mut)
            && labels.get("grafana_dashboard").is_none()
        {
            let origin = instance.at(monitor.enabled.map_or(monitor.pos, |e| e.pos));
            labels.set("grafana_dashboard", Node::string(origin, "1"));
        }
        resource
    };
    boards.into_iter().map(board).collect()
}

fn dashboard(instance: &Instance<'_>, name: &str, panels: &[Panel]) -> Value {
    let interval = instance.spec.metrics.dashboards.interval.value.as_str();
    let selector = format!("{{service=\"{}\"}}", instance.child("-metrics"));
    let panels: Vec<Value> = panels
        .iter()
        .zip(0_u64..)
        .map(|((title, unit, expression, legend), i)| {
            json!({
                "id": i + 1,
                "title": title,
                "type": "timeseries",
                "datasource": { "type": "prometheus", "uid": "${datasource}" },
                "gridPos": { "h": 8, "w": 12, "x": (i % 2) * 12, "y": (i / 2) * 8 },
                "fieldConfig": { "defaults": { "unit": unit }, "overrides": [] },
                "targets": [{ "refId": "A", "expr": expression.replace("{$}", &selector), "legendFormat": legend }],
            })
        })
        .collect();
    json!({
        "uid": uid(&instance.name, name),
        "title": format!("Redis {}: {name}", instance.name),
        "tags": ["redis", instance.name],
        "schemaVersion": 39,
        "time": { "from": "now-3h", "to": "now" },
        "refresh": if interval.is_empty() { "30s" } else { interval },
        "templating": { "list": [{ "name": "datasource", "type": "datasource", "query": "prometheus" }] },
        "panels": panels,
    })
}

/// Grafana takes forty characters.
fn uid(instance: &str, name: &str) -> String {
    let uid = format!("{name}-{instance}");
    uid.chars().take(40).collect()
}
