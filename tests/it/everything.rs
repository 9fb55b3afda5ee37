//! `kind: Redis` with every field of its schema set: what comes out passes the strict check, for each architecture. `ci/kubeconform` holds the same outputs,
//! committed as `tests/fixtures/examples/full-*.yaml`, against the schemas of Kubernetes.
//!
//! `UPDATE_EXAMPLES=1` writes them again.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use redisops::diagnostics::{SourceKind, Sources};
use redisops::provenance::json;
use redisops::yaml::parse_first;
use serde_json::Value;

/// What is said of every architecture.
const SHARED: &str = r#"
  image: docker.io/library/redis:7.4.1
  imagePullPolicy: IfNotPresent
  imagePullSecrets: [registry]
  configuration: |
    timeout 300
    tcp-keepalive 60
  extraFlags: ["--maxmemory-samples 7"]
  resources: {requests: {cpu: 250m, memory: 1Gi}, limits: {memory: 1Gi}}
  persistence: {enabled: true, size: 20Gi, storageClass: premium, accessModes: [ReadWriteOnce]}
  auth: {enabled: true, existingSecret: credentials, existingSecretPasswordKey: password}
  acl: {users: [{name: app, rules: "~app:* +@read", existingSecret: app, key: secret}]}
  master:
    count: 1
    persistence: {enabled: true, size: 30Gi, storageClass: premium, accessModes: [ReadWriteOncePod]}
    resources: {requests: {cpu: 500m, memory: 2Gi}, limits: {memory: 2Gi}}
    configuration: |
      maxmemory-policy allkeys-lru
    extraFlags: ["--io-threads 2"]
  service: {type: LoadBalancer, annotations: {example.com/internal: "true"}}
  networkPolicy:
    enabled: true
    clients: [{namespaceSelector: {matchLabels: {team: shop}}}]
    metrics: [{namespaceSelector: {matchLabels: {team: monitoring}}}]
  podDisruptionBudget: {enabled: true}
  serviceAccount: {create: true, name: keeper}
  scheduling:
    antiAffinity: hard
    topologyKey: topology.kubernetes.io/zone
    nodeSelector: {disk: fast}
    tolerations: [{key: dedicated, operator: Equal, value: redis, effect: NoSchedule}]
    priorityClassName: important
  podLabels: {team: shop}
  podAnnotations: {example.com/team: shop}
  metrics:
    enabled: true
    image: docker.io/oliver006/redis_exporter:v1.66.0
    resources: {requests: {cpu: 50m, memory: 32Mi}, limits: {memory: 64Mi}}
    serviceMonitor: {enabled: true, namespace: monitoring, labels: {release: stack}, interval: 15s}
    prometheusRule: {enabled: true, namespace: monitoring, labels: {release: stack}, interval: 1m}
    dashboards: {enabled: true, namespace: monitoring, labels: {grafana_dashboard: "1"}, interval: 1m}
  backup:
    enabled: true
    schedule: "0 3 * * *"
    image: registry.example.com/backup:1.0.0
    bucket: copies
    prefix: shop
    endpoint: https://s3.example.com
    existingSecret: s3
    resources: {requests: {cpu: 100m, memory: 256Mi}, limits: {memory: 256Mi}}
    restore: {from: 2026-11-21T03-00-00Z}
  clusterDomain: cluster.example
"#;
const TLS: &str = "  tls: {enabled: true, certManager: {issuerRef: {name: ca, kind: ClusterIssuer, group: cert-manager.io}}, authClients: true}\n";
const TLS_OF_A_SECRET: &str = "  tls: {enabled: true, existingSecret: certificate, authClients: true}\n";
const REPLICA: &str = r#"
  replica:
    replicaCount: 3
    persistence: {enabled: true, size: 30Gi, storageClass: premium, accessModes: [ReadWriteOncePod]}
    resources: {requests: {cpu: 500m, memory: 2Gi}, limits: {memory: 2Gi}}
    configuration: |
      maxmemory-policy allkeys-lru
    extraFlags: ["--io-threads 2"]
"#;
const PATCH: &str = r#"
  patches:
  - target: {kind: StatefulSet}
    patch: |-
      - {op: add, path: /spec/template/spec/terminationGracePeriodSeconds, value: 90}
"#;
const SENTINEL: &str = r#"
  sentinel:
    enabled: true
    quorum: 2
    masterSet: orders
    downAfterMilliseconds: 5000
    failoverTimeout: 30000
    parallelSyncs: 1
    resources: {requests: {cpu: 50m, memory: 32Mi}, limits: {memory: 64Mi}}
"#;
const CLUSTER: &str = "  cluster: {nodes: 9, replicas: 2, layout: single, nodeTimeout: 5000, guard: true, hooks: {image: registry.example.com/redisops:1.0.0}}\n";
const ENTERPRISE: &str = r#"
  enterprise: {nodes: 3, memorySize: 2GB, shards: 2, replication: true, persistence: aofEverySecond, port: 12000, evictionPolicy: volatile-lru}
  tls: {enabled: true, existingSecret: certificate}
  persistence: {size: 100Gi, storageClass: premium}
  resources: {requests: {cpu: "2", memory: 8Gi}, limits: {cpu: "2", memory: 8Gi}}
  patches:
  - target: {kind: RedisEnterpriseCluster}
    patch: |-
      - {op: add, path: /spec/uiServiceType, value: ClusterIP}
"#;
/// The other way to a Redis Enterprise cluster.
const EXISTING: &str =
    "  enterprise:\n    cluster: rec # redisops:ignore redis-enterprise/cluster-reference\n    memorySize: 1GB\n";

fn specs() -> Vec<(&'static str, String)> {
    let sharded = CLUSTER
        .replace("layout: single", "layout: perShard")
        .replace(", hooks: {image: registry.example.com/redisops:1.0.0}", "");
    vec![
        ("standalone", format!("  architecture: standalone{SHARED}{TLS}{PATCH}")),
        ("replication", format!("  architecture: replication{SHARED}{REPLICA}{TLS_OF_A_SECRET}{PATCH}")),
        ("sentinel", format!("  architecture: sentinel{SHARED}{REPLICA}{SENTINEL}{TLS}{PATCH}")),
        ("cluster", format!("  architecture: cluster{SHARED}{CLUSTER}{TLS}{PATCH}")),
        ("cluster-per-shard", format!("  architecture: cluster{SHARED}{sharded}{TLS_OF_A_SECRET}{PATCH}")),
        ("enterprise", format!("  architecture: enterprise{ENTERPRISE}")),
        ("enterprise-existing", format!("  architecture: enterprise\n{EXISTING}")),
    ]
}

fn text(spec: &str) -> String {
    let metadata =
        "metadata: {name: orders, namespace: shop, labels: {team: shop}, annotations: {example.com/owner: shop}}";
    format!("apiVersion: redisops.dev/v1alpha1\nkind: Redis\n{metadata}\nspec:\n{spec}").replace("\n\n", "\n")
}

fn run(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_redisops")).args(arguments).current_dir(directory).output().unwrap()
}

#[test]
fn everything_at_once_passes_the_strict_check() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    fs::write(at.join("kustomization.yaml"), "resources: [redis.yaml]\n").unwrap();
    let goldens = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/examples");
    let mut wrong = Vec::new();
    for (name, spec) in specs() {
        fs::write(at.join("redis.yaml"), text(&spec)).unwrap();
        let built = run(at, &["build"]);
        let told = String::from_utf8_lossy(&built.stderr);
        assert!(built.status.code() == Some(0) && told.is_empty(), "{name}: {told}");
        let checked = run(at, &["validate", ".", "--strict"]);
        assert_eq!(checked.status.code(), Some(0), "{name}: {}", String::from_utf8_lossy(&checked.stdout));
        let golden = goldens.join(format!("full-{name}.yaml"));
        if std::env::var_os("UPDATE_EXAMPLES").is_some() {
            fs::write(&golden, &built.stdout).unwrap();
        }
        if fs::read(&golden).unwrap_or_default() != built.stdout {
            wrong.push(name);
        }
    }
    assert!(wrong.is_empty(), "{wrong:?} render something else; UPDATE_EXAMPLES=1 writes them again");
}

/// Paths of the fields of a schema that have none below them.
fn fields(schema: &Value, path: &str, found: &mut BTreeSet<String>) {
    let schema = if schema["items"].is_object() { &schema["items"] } else { schema };
    match schema["properties"].as_object() {
        Some(properties) => {
            for (name, below) in properties {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                fields(below, &path, found);
            }
        }
        None => {
            found.insert(path.to_owned());
        }
    }
}

/// Whether a value has something at a path; lists are looked through.
fn has(value: &Value, path: &[&str]) -> bool {
    match (value, path) {
        (Value::Array(items), _) if !path.is_empty() => items.iter().any(|item| has(item, path)),
        (_, []) => !value.is_null(),
        (_, [name, rest @ ..]) => has(&value[*name], rest),
    }
}

#[test]
fn every_field_of_the_schema_is_set_in_one_of_them() {
    let schema = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/redis.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let mut all = BTreeSet::new();
    fields(&schema["properties"]["spec"], "", &mut all);
    assert!(all.len() > 100, "{all:?}");
    let specs: Vec<Value> = specs()
        .iter()
        .map(|(_, spec)| {
            let source = Sources::new().add("redis.yaml", text(spec), SourceKind::Resource).unwrap();
            json(&parse_first(&source).unwrap().unwrap())["spec"].clone()
        })
        .collect();
    let is_missing = |path: &&String| {
        let path: Vec<&str> = path.split('.').collect();
        !specs.iter().any(|spec| has(spec, &path))
    };
    let missing: Vec<&String> = all.iter().filter(is_missing).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
