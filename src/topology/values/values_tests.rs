use super::*;
use crate::diagnostics::{SourceKind, Sources};
use crate::yaml::parse_first;

fn converted(values: &str) -> String {
    let (sources, trace) = (Sources::new(), Trace::new());
    let source = sources.add("values.yaml", values.to_owned(), SourceKind::Data).unwrap();
    let node = parse_first(&source).unwrap().unwrap();
    let done = convert(&node, "cache", &trace).unwrap();
    let place = |at| sources.location(at).map_or(String::new(), |l| format!("{}:{}", l.line, l.column));
    let left: Vec<String> =
        done.left.iter().map(|one| format!("{} {}: {}", place(one.at), one.path, one.why)).collect();
    format!("{}---\n{}", done.text, left.join("\n"))
}

#[test]
fn what_has_a_counterpart_is_carried_and_the_rest_is_named() {
    insta::assert_snapshot!(converted(
        "architecture: replication
image: {registry: docker.io, repository: bitnami/redis, tag: 7.2.4}
commonLabels: {team: shop}
commonConfiguration: |-
  appendonly yes
  save \"\"
  port 6380
auth:
  enabled: true
  password: hunter2
  acl:
    enabled: true
    users:
    - {username: app, password: secret, enabled: \"on\", commands: +@read, keys: \"~app:*\", channels: \"&*\"}
master:
  count: 1
  disableCommands: [FLUSHALL]
  configuration: |-
    maxmemory-policy allkeys-lru
  resources: {limits: {memory: 1Gi}}
  resourcesPreset: nano
  persistence: {enabled: true, size: 20Gi, storageClass: premium, existingClaim: old}
  service: {type: LoadBalancer, ports: {redis: 6379}, nodePorts: {redis: \"\"}, loadBalancerIP: 10.0.0.7}
  podAntiAffinityPreset: hard
  sidecars: [{name: x}]
  extraFlags: [\"--maxmemory-samples 10\"]
  kind: StatefulSet
replica:
  autoscaling: {enabled: false}
  livenessProbe: {enabled: true, periodSeconds: 5}
  nodeSelector: {disk: ssd}
networkPolicy: {enabled: true, allowExternal: true}
pdb: {create: true}
tls: {enabled: true, existingSecret: certs, certFilename: server.crt}
metrics:
  enabled: true
  serviceMonitor: {enabled: true, namespace: monitoring, additionalLabels: {release: prom}, relabelings: []}
  prometheusRule: {enabled: true, rules: [{alert: x}]}
volumePermissions: {enabled: false}
unheardOf: {a: 1}
"
    ));
}

#[test]
fn sentinels_clusters_and_single_nodes_stay_what_they_are() {
    let all: Vec<String> = [
        "sentinel: {enabled: true, quorum: 2}\nreplica: {replicaCount: 5}\nfullnameOverride: shop\n",
        "cluster: {nodes: 6, replicas: 1, init: true}\nusePassword: true\nexistingSecret: s\npersistence: {size: 5Gi}\nredis: {podAntiAffinityPreset: soft, configmap: \"timeout 5\"}\n",
        "architecture: standalone\nreplica: {replicaCount: 3, configuration: timeout 5}\nmaster: {persistence: {enabled: false}}\nglobal: {storageClass: fast}\n",
        "{}",
    ]
    .into_iter()
    .map(converted)
    .collect();
    insta::assert_snapshot!(all.join("\n======\n"));
}

#[test]
fn a_list_is_no_values_file() {
    let (sources, trace) = (Sources::new(), Trace::new());
    let source = sources.add("values.yaml", "[1]\n".to_owned(), SourceKind::Data).unwrap();
    let found = convert(&parse_first(&source).unwrap().unwrap(), "cache", &trace).unwrap_err();
    assert_eq!(found.0[0].message, "a values file is a mapping of names to values");
}
