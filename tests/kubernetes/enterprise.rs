//! Databases of Redis Enterprise, reached at the Services that their operator makes. The operator and what it runs cannot be had here: the test makes the Services and a
//! pod, and real redis-servers stand in for the databases. A server tells more than such a database does; one whose `CONFIG` is taken away is nearer to it.

use std::path::Path;

use serde_json::{Value, json};

use crate::player::definitions;
use crate::servers::{Server, certificates, forward_ports};
use crate::support::{Bench, Run};

/// What the operator would make: a pod of the cluster, and a Service for each database.
const MADE: &str = "\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: orders-rec}
spec:
  serviceName: orders-rec
  replicas: 1
  selector: {matchLabels: {app: redis-enterprise}}
  template:
    metadata: {labels: {app: redis-enterprise}}
    spec: {containers: [{name: node, image: node}]}
---
apiVersion: v1
kind: Service
metadata: {name: orders-cache-prod}
spec: {clusterIP: None, selector: {app: redis-enterprise}, ports: [{port: 12000, targetPort: 12000}]}
---
apiVersion: v1
kind: Service
metadata: {name: orders-cache-dev}
spec: {clusterIP: None, selector: {app: redis-enterprise}, ports: [{port: 12005, targetPort: 12005}]}
";

const ENVIRONMENT: &str = "\
apiVersion: redisops.dev/v1alpha1
kind: Environment
metadata: {name: shop}
spec:
  overlay: prod
  kubernetes: {namespace: NAMESPACE}
  redis:
";

/// Nodes of a report: names, fields that differ, errors.
fn nodes(run: &Run) -> Vec<(String, Vec<String>, Option<String>)> {
    let report = run.json();
    let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
    let node = |node: &Value| {
        let fields: Vec<String> = node["fields"].as_array().unwrap().iter().map(|it| text(&it["path"])).collect();
        (text(&node["node"]), fields, node["error"]["code"].as_str().map(str::to_owned))
    };
    report["nodes"].as_array().unwrap().iter().map(node).collect()
}

fn clean(name: &str) -> (String, Vec<String>, Option<String>) {
    (name.to_owned(), Vec::new(), None)
}

const NAMES: [&str; 2] = ["orders-cache-dev", "orders-cache-prod"];

/// The cluster and two databases of the orders system, those of `base/` and `overlays/`, on the control plane.
fn stage() -> Option<Bench> {
    let bench = Bench::new()?;
    definitions(&bench);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = |path: &str| std::fs::read_to_string(root.join(path)).unwrap();
    bench.write("prod/rec.yaml", &file("base/rec.yaml"));
    bench.write("prod/cache-prod.yaml", &file("overlays/prod/orders-cache-prod.yaml"));
    // Both in one cluster, so on ports of their own.
    bench.write("prod/cache-dev.yaml", &file("overlays/dev/orders-cache-dev.yaml").replace("12000", "12005"));
    let resources = "namespace: NAMESPACE\nresources: [rec.yaml, cache-dev.yaml, cache-prod.yaml]\n";
    bench.write("prod/kustomization.yaml", resources);
    bench.apply_as("redisops", "prod");
    let namespace = bench.namespace.clone();
    for name in NAMES {
        let secret = format!("redb-{name}");
        bench.kubectl(&["-n", &namespace, "create", "secret", "generic", &secret, "--from-literal=password=hunter2"]);
    }
    Some(bench)
}

#[test]
fn databases_are_compared_at_their_services() {
    let Some(bench) = stage() else { return };
    let namespace = bench.namespace.clone();
    let files = certificates(&bench, "tls", &[format!("orders-cache-prod.{namespace}.svc")]);
    // The cluster is all of its databases; which of them speaks TLS they say themselves.
    let entry = format!(
        "  - {{name: orders, resource: RedisEnterpriseCluster/orders-rec, access: {{mode: portForward, tls: {{ca: {}/ca.crt}}}}}}\n",
        files.display()
    );
    bench.write("environments/shop.yaml", &format!("{ENVIRONMENT}{entry}"));
    // Nobody is behind a Service that the operator has not made yet.
    let run = bench.redisops(&["diff", "shop", "--redis-only", "-o", "json"]);
    let missing = |name: &str| (name.to_owned(), vec![], Some("notFound".to_owned()));
    assert_eq!((run.code, nodes(&run)), (2, NAMES.map(missing).to_vec()), "{run:?}");
    let done = bench.kubectl_with(&["-n", &namespace, "apply", "-f", "-"], MADE);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let conf = "maxmemory 1gb\nmaxmemory-policy allkeys-lru\nsave \"\"\n";
    let dev = Server::start(&bench, conf, "requirepass hunter2\n");
    let conf = "maxmemory 2gb\nmaxmemory-policy allkeys-lru\nappendonly yes\nsave \"\"\n";
    let mut prod = Server::start_tls(&bench, conf, "requirepass hunter2\ntls-auth-clients no\n", &files);
    forward_ports(&bench, "orders-rec-0", &[(12000, prod.port), (12005, dev.port)]);
    bench.wait_for_pod("orders-rec-0");
    for name in NAMES {
        let label = format!("kubernetes.io/service-name={name}");
        let ready = || bench.kubectl(&["-n", &namespace, "get", "endpointslices", "-l", &label, "-o", "json"]);
        let begin = std::time::Instant::now();
        while !ready().contains("\"orders-rec-0\"") {
            assert!(begin.elapsed() < std::time::Duration::from_secs(30), "{}", ready());
            std::thread::sleep(std::time::Duration::from_millis(200));
        }
    }
    let diff = || bench.redisops(&["diff", "shop", "-o", "json"]);
    let run = diff();
    assert_eq!((run.code, nodes(&run)), (0, NAMES.map(clean).to_vec()), "{run:?}");
    let untold = json!(["spec.replication", "spec.shardCount"]);
    assert_eq!((&run.json()["nodes"][1]["notCompared"], &run.json()["nodes"][0]["error"]), (&untold, &Value::Null));
    assert!(
        run.stderr.contains("spec.replication, spec.shardCount of `orders-cache-prod` are not compared"),
        "{run:?}"
    );
    let status = bench.redisops(&["redis", "status", "shop"]);
    assert!(status.code == 0 && status.stdout.contains("orders-cache-prod"), "{status:?}");

    prod.cli(&["CONFIG", "SET", "maxmemory-policy", "noeviction"]);
    prod.cli(&["CONFIG", "SET", "appendfsync", "always"]);
    dev.cli(&["CONFIG", "SET", "maxmemory", "300mb"]);
    dev.cli(&["CONFIG", "SET", "appendonly", "yes"]);
    let run = diff();
    let found = |name: &str, fields: [&str; 2]| (name.to_owned(), fields.map(str::to_owned).to_vec(), None);
    assert_eq!(
        (run.code, nodes(&run)),
        (
            1,
            vec![
                found(NAMES[0], ["config.maxmemory", "config.appendonly"]),
                found(NAMES[1], ["config.maxmemory-policy", "config.appendfsync"])
            ]
        ),
        "{run:?}"
    );
    let field = run.json()["nodes"][0]["fields"][0].clone();
    assert_eq!(
        (&field["before"], &field["after"], &field["fix"], &field["origin"]["file"]),
        (&json!("314572800"), &json!("1GB"), &json!("manual"), &json!("prod/cache-dev.yaml"))
    );
    // The operator mends it: no step of a plan does.
    let plan = bench.redisops(&["plan", "shop", "-o", "json"]);
    let steps = plan.json()["steps"].as_array().unwrap().clone();
    assert!(plan.code == 0 && steps.iter().all(|step| step["redis"].is_null()), "{plan:?}");

    // One that tells no settings, as a database of Redis Enterprise: that is no error.
    let silent = Server::start(
        &bench,
        "maxmemory 1gb\nmaxmemory-policy allkeys-lru\n",
        "requirepass hunter2\nrename-command CONFIG \"\"\nrename-command MODULE \"\"\n",
    );
    forward_ports(&bench, "orders-rec-0", &[(12000, prod.port), (12005, silent.port)]);
    prod.kill();
    let run = diff();
    let dead = (NAMES[1].to_owned(), vec![], Some("unreachable".to_owned()));
    assert_eq!((run.code, nodes(&run)), (2, vec![clean(NAMES[0]), dead]), "{run:?}");
    assert_eq!(
        run.json()["nodes"][0]["notCompared"],
        json!(["spec.persistence", "spec.replication", "spec.shardCount"]),
        "{run:?}"
    );

    // By an address map, under whatever name.
    let map = |key: &str| {
        bench.write(
            "environments/shop.yaml",
            &format!(
                "{ENVIRONMENT}  - {{name: cache, resource: RedisEnterpriseDatabase/orders-cache-dev, access: {{mode: map, map: {{\"{key}\": \"127.0.0.1:{}\"}}}},\n     \
                 auth: {{passwordFrom: {{secret: redb-orders-cache-dev/password}}}}}}\n",
                dev.port
            ),
        );
        let run = bench.redisops(&["diff", "shop", "--redis-only", "-o", "json"]);
        let first = nodes(&run).remove(0);
        assert_eq!(
            (run.code, first),
            (1, found(NAMES[0], ["config.maxmemory", "config.appendonly"])),
            "{key}: {run:?}"
        );
    };
    map("orders-cache-dev");
    map("orders-cache-dev.shop.svc:12005");
}
