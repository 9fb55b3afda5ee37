//! What is wrong with a `kind: Redis`: an error at the user's line, exit code 1, and nothing on stdout.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::process::Command;

const PLAIN: &str = "resources: [redis.yaml]\n";

fn build(directory: &Path, kustomization: &str, spec: &str) -> (Option<i32>, String, String) {
    let head = "apiVersion: redisops.dev/v1alpha1\nkind: Redis\nmetadata: {name: cache}\nspec:\n";
    fs::write(directory.join("redis.yaml"), format!("{head}{spec}")).unwrap();
    fs::write(directory.join("kustomization.yaml"), kustomization).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_redisops")).arg("build").current_dir(directory).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn mistakes_are_shown_where_they_stand() {
    // Spec, line and column, what is said.
    let cases = [
        (
            "  architecture: cluster\n  cluster: {nodes: 4, replicas: 1}\n",
            "6:20",
            "4 nodes with 1 replica each do not make a cluster",
        ),
        ("  architecture: cluster\n  cluster: {nodes: 12, replicas: 4}\n", "6:20", "12 / 5 is not a whole number"),
        ("  architecture: cluster\n  cluster: {nodes: 0}\n", "6:20", "a cluster cannot have 0 nodes"),
        ("  architecture: cluster\n  cluster: {nodes: six}\n", "6:20", "expected an integer"),
        (
            "  architecture: sentinel\n  replica: {replicaCount: 3}\n  sentinel: {quorum: 4}\n",
            "7:22",
            "a quorum of 4 cannot be reached by 3 sentinels",
        ),
        ("  architecture: sentinel\n  sentinel: {quorum: 0}\n", "6:22", "a quorum of 0"),
        ("  architecture: sentinel\n  replica: {replicaCount: 2}\n", "6:27", "2 sentinels cannot agree"),
        (
            "  resources: {limits: {memory: 256Mi}}\n  configuration: |\n    timeout 5\n    maxmemory 1gb\n",
            "8:5",
            "maxmemory (1 GiB) is above the memory limit (256 MiB)",
        ),
        ("  resources: {limits: {memory: lots}}\n", "5:32", "the memory limit is no size"),
        ("  configuration: |\n    port 7000\n", "6:5", "port"),
        ("  persistence: {size: -1Gi}\n", "5:23", "no size of a volume"),
        ("  tls: {enabled: true}\n", "5:18", "encryption is on, but there is no certificate"),
        ("  tls: {existingSecret: a}\n", "5:", "there is a certificate, but encryption is off"),
        ("  tls: {enabled: true, certManager: {issuerRef: {kind: Issuer}}}\n", "5:", "`certManager` names no issuer"),
        (
            "  tls: {enabled: true, existingSecret: a, certManager: {issuerRef: {name: b}}}\n",
            "5:18",
            "two sources of the certificate",
        ),
        ("  tls: {enabeld: true, existingSecret: a}\n", "5:9", "did you mean `enabled`"),
        ("  replicas: 3\n", "5:3", "replicas"),
        ("  architecture: clutser\n", "5:17", "did you mean `cluster`"),
        ("  architecture: [cluster]\n", "5:17", "architecture"),
        ("  architecture: standalone\n  sentinel: {enabled: true}\n", "6:23", "contradict each other"),
        ("  architecture: sentinel\n  sentinel: {enabled: false}\n", "6:23", "contradict each other"),
        ("  master: {count: 3}\n", "5:19", "there cannot be 3 masters"),
        ("  acl: {users: [{name: app, rules: \"+@all >hunter2\", existingSecret: a}]}\n", "5:36", "hold a password"),
        ("  architecture: enterprise\n  enterprise: {memorySize: NaNGB}\n", "6:28", "no memory size"),
        ("  architecture: enterprise\n  enterprise: {nodes: 3, cluster: rec}\n", "6:23", "gets its nodes elsewhere"),
        ("  architecture: cluster\n  image: redis:6.2.1\n", "6:10", "this release of Redis has no cluster"),
        ("  image: redis:6.0.9\n  acl: {users: [{name: app, rules: +@all, existingSecret: a}]}\n", "5:10", "ACL users"),
        ("  metrics: {dashboards: {enabled: true}}\n", "5:35", "there are no metrics"),
        (
            "  backup: {enabled: true, bucket: b, existingSecret: s, image: i, schedule: daily}\n",
            "5:77",
            "no cron schedule",
        ),
        (
            "  patches: [{target: {kind: StatefulSet, name: cache-mastr}, patch: '- {op: add, path: /a, value: b}'}]\n",
            "5:",
            "cache-mastr",
        ),
        ("  - a list\n", "5:3", "spec"),
    ];
    let directory = tempfile::tempdir().unwrap();
    for (spec, place, message) in cases {
        let (code, out, told) = build(directory.path(), PLAIN, spec);
        assert_eq!((code, out.as_str()), (Some(1), ""), "{spec}{told}");
        assert!(told.contains(&format!("redis.yaml:{place}")), "{place} is not in\n{told}");
        assert!(told.contains(message), "{message} is not in\n{told}");
        assert!(!told.contains("hunter2"), "{told}");
    }
}

#[test]
fn what_is_aimed_at_a_child_that_does_not_exist_yet_is_sent_to_the_spec() {
    let cases = [
        "patches:\n- target: {kind: StatefulSet, name: cache-master}\n  patch: |-\n    - {op: add, path: /spec/minReadySeconds, value: 7}\n",
        "patches:\n- patch: |-\n    apiVersion: apps/v1\n    kind: StatefulSet\n    metadata: {name: cache-master}\n    spec: {minReadySeconds: 7}\n",
        "replicas:\n- {name: cache-replicas, count: 5}\n",
        "replacements:\n- source: {kind: Redis, name: cache, fieldPath: metadata.name}\n  targets:\n  - select: {kind: Service, name: cache-master}\n    fieldPaths: [metadata.annotations.x]\n    options: {create: true}\n",
        "replacements:\n- source: {kind: Service, name: cache-master, fieldPath: metadata.name}\n  targets:\n  - select: {kind: Redis, name: cache}\n    fieldPaths: [metadata.annotations.x]\n    options: {create: true}\n",
    ];
    let directory = tempfile::tempdir().unwrap();
    for case in cases {
        let (code, out, told) = build(directory.path(), &format!("{PLAIN}{case}"), "  architecture: replication\n");
        assert_eq!((code, out.as_str()), (Some(1), ""), "{case}{told}");
        assert!(told.contains("kustomization.yaml:"), "{case}{told}");
        assert!(told.contains("spec.patches") || told.contains("kind: Redis"), "{case}{told}");
    }
}
