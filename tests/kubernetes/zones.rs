//! Zones of replicas, by the machines that their pods run on.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::servers::Server;
use crate::support::{Bench, Run};

/// A database that only an annotation tells of, with both pods in one zone.
const SET: &str = "\
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: lab
  annotations: {redisops.dev/redis: 'true'}
spec:
  replicas: 2
  serviceName: lab
  podManagementPolicy: Parallel
  selector: {matchLabels: {app: lab}}
  template:
    metadata: {labels: {app: lab}}
    spec:
      nodeSelector: {topology.kubernetes.io/zone: zone-1}
      containers:
      - {name: redis, image: 'redis:7', command: [redis-server]}
";

/// Zones that are told: node, its zone, where it could be.
fn zones(run: &Run) -> Vec<(String, Value, Value)> {
    let report = run.json();
    let mut found = Vec::new();
    for node in report["nodes"].as_array().unwrap() {
        assert_eq!(node["error"], Value::Null, "{run:?}");
        for field in node["fields"].as_array().unwrap().iter().filter(|field| field["path"] == "zone") {
            found.push((node["node"].as_str().unwrap().to_owned(), field["before"].clone(), field["after"].clone()));
        }
    }
    found
}

#[test]
fn a_replica_in_the_zone_of_its_master_is_told() {
    let Some(bench) = Bench::new() else { return };
    let namespace = bench.namespace.clone();
    bench.write("prod/kustomization.yaml", "namespace: NAMESPACE\nresources: [set.yaml]\n");
    bench.write("prod/set.yaml", SET);
    bench.apply_as("redisops", "prod");
    let master = Server::start(&bench, "", "save \"\"\nrepl-diskless-sync-delay 0\n");
    let replica = Server::start(&bench, "", &format!("save \"\"\nreplicaof 127.0.0.1 {}\n", master.port));
    replica.wait_for(&["INFO", "replication"], "master_link_status:up");
    master.behind(&bench, "lab-0");
    replica.behind(&bench, "lab-1");
    ["lab-0", "lab-1"].iter().for_each(|pod| bench.wait_for_pod(pod));
    let run = bench.redisops(&["diff", "prod", "-o", "json"]);
    let wanted = vec![("lab-1".to_owned(), json!("zone-1"), json!(["zone-2", "zone-3"]))];
    assert_eq!((run.code, zones(&run)), (1, wanted.clone()), "{run:?}");
    let status = bench.redisops(&["redis", "status", "prod", "-o", "json"]);
    assert_eq!((status.code, &status.json()["redis"][0]["name"]), (0, &json!("lab")), "{status:?}");
    assert!(status.stdout.contains("\"zone\""), "{status:?}");
    // Reached by a map, the same pods run on the same machines; the API server is asked only where it is asked for objects, too.
    bench.write(
        "environments/shop.yaml",
        &format!(
            "apiVersion: redisops.dev/v1alpha1\nkind: Environment\nmetadata: {{name: shop}}\nspec:\n  overlay: prod\n  kubernetes: {{namespace: NAMESPACE}}\n  redis:\n  \
             - {{name: lab, workload: StatefulSet/lab, access: {{mode: map, map: {{lab-0: '127.0.0.1:{}', lab-1: '127.0.0.1:{}'}}}}}}\n",
            master.port, replica.port
        ),
    );
    let run = bench.redisops(&["diff", "shop", "-o", "json"]);
    assert_eq!((run.code, zones(&run)), (1, wanted), "{run:?}");
    let run = bench.redisops(&["diff", "shop", "--redis-only", "-o", "json"]);
    assert_eq!((run.code, zones(&run)), (0, vec![]), "{run:?}");
    // Who may not look at machines learns nothing of zones, and all else.
    let user = bench.user("- {apiGroups: ['*'], resources: ['*'], verbs: ['*']}");
    let run = bench.redisops(&["diff", "shop", "--kubeconfig", user.to_str().unwrap(), "-o", "json"]);
    assert_eq!((run.code, zones(&run)), (0, vec![]), "{run:?}");
    // The replica moves.
    bench.write(
        "prod/set.yaml",
        &SET.replace("zone-1", "zone-2")
            .replace("  replicas: 2\n", "  replicas: 2\n  updateStrategy: {rollingUpdate: {partition: 1}}\n"),
    );
    bench.apply_as("redisops", "prod");
    let begin = Instant::now();
    let machine = ["-n", &namespace, "get", "pod/lab-1", "-o", "jsonpath={.spec.nodeName} {.status.phase}"];
    while bench.kubectl_with(&machine, "").stdout != b"node-2 Running" {
        assert!(begin.elapsed() < Duration::from_secs(60), "lab-1 never moves");
        std::thread::sleep(Duration::from_millis(200));
    }
    let run = bench.redisops(&["diff", "prod", "-o", "json"]);
    assert_eq!((run.code, zones(&run)), (0, vec![]), "{run:?}");
}
