//! Redis nodes through the API server: real servers behind pods, by the kubelet API that kwok serves.

use serde_json::{Value, json};

use crate::servers::{Server, conf_of, forward};
use crate::support::{Bench, Run};

const REDIS: &str = "\
apiVersion: redisops.dev/v1alpha1
kind: Redis
metadata: {name: cache}
spec:
  architecture: replication
  image: redis:7.0.15
  auth: {existingSecret: cache-auth}
  persistence: {enabled: false}
  replica: {replicaCount: 1}
  configuration: |
    maxmemory 256mb
    maxmemory-policy allkeys-lru
";

/// An environment whose one Redis is reached through the API server.
pub const ENVIRONMENT: &str = "\
apiVersion: redisops.dev/v1alpha1
kind: Environment
metadata: {name: shop}
spec:
  overlay: prod
  kubernetes: {namespace: NAMESPACE}
  redis:
  - name: cache
    resource: Redis/cache
    access: {mode: portForward}
";

const PODS: [&str; 2] = ["cache-master-0", "cache-replicas-0"];

/// A master and its replica, behind their pods.
fn stage() -> Option<(Bench, [Server; 2])> {
    let bench = Bench::new()?;
    let namespace = bench.namespace.clone();
    bench.write("prod/kustomization.yaml", "namespace: NAMESPACE\nresources: [redis.yaml]\n");
    bench.write("prod/redis.yaml", REDIS);
    bench.write("environments/shop.yaml", ENVIRONMENT);
    bench.kubectl(&[
        "-n",
        &namespace,
        "create",
        "secret",
        "generic",
        "cache-auth",
        "--from-literal=redis-password=hunter2",
    ]);
    bench.apply_as("redisops", "prod");
    let rendered = bench.redisops(&["build", "prod", "--no-validate"]).stdout;
    let conf = conf_of(&rendered, "cache-");
    let secret = "requirepass hunter2\nmasterauth hunter2\nprotected-mode no\nrepl-diskless-sync-delay 0\n";
    let master = Server::start(&bench, &conf, secret);
    let replica = Server::start(&bench, &conf, &format!("{secret}replicaof 127.0.0.1 {}\n", master.port));
    replica.wait_for(&["INFO", "replication"], "master_link_status:up");
    master.behind(&bench, PODS[0]);
    replica.behind(&bench, PODS[1]);
    for pod in PODS {
        bench.wait_for_pod(pod);
    }
    Some((bench, [master, replica]))
}

fn diff(bench: &Bench, arguments: &[&str]) -> Run {
    let all: Vec<&str> = ["diff", "-o", "json"].iter().chain(arguments).copied().collect();
    bench.redisops(&all)
}

/// Nodes that differ or could not be compared.
pub fn nodes(run: &Run) -> Vec<(String, Vec<String>, Option<String>)> {
    let report = run.json();
    let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
    let node = |node: &Value| {
        let fields: Vec<String> = node["fields"].as_array().unwrap().iter().map(|it| text(&it["path"])).collect();
        (text(&node["node"]), fields, node["error"]["code"].as_str().map(str::to_owned))
    };
    let all = report["nodes"].as_array().unwrap().iter().map(node);
    all.filter(|(_, fields, error)| !fields.is_empty() || error.is_some()).collect()
}

#[test]
fn nodes_are_reached_through_the_api_server() {
    let Some((bench, [master, mut replica])) = stage() else { return };
    // The password is the one that the pods take from their Secret.
    let run = diff(&bench, &["shop"]);
    assert_eq!((run.code, nodes(&run), run.json()["nodes"].as_array().unwrap().len()), (0, vec![], 2), "{run:?}");
    master.cli(&["CONFIG", "SET", "maxmemory", "512mb"]);
    let run = diff(&bench, &["shop"]);
    assert_eq!(
        (run.code, nodes(&run)),
        (1, vec![(PODS[0].to_owned(), vec!["config.maxmemory".to_owned()], None)]),
        "{run:?}"
    );
    let field = run.json()["nodes"][0]["fields"][0].clone();
    assert_eq!((&field["before"], &field["after"]), (&json!("536870912"), &json!("256mb")));
    assert_eq!(
        (&field["origin"]["file"], &field["origin"]["line"]),
        (&json!("prod/redis.yaml"), &json!(11)),
        "{field}"
    );
    // Without an environment its objects tell of it.
    let run = diff(&bench, &["prod"]);
    assert_eq!((run.code, nodes(&run).len()), (1, 1), "{run:?}");
    let run = bench.redisops(&["redis", "status", "prod", "-o", "json"]);
    let status = run.json()["redis"][0]["nodes"].clone();
    assert_eq!((run.code, &status[0]["role"], &status[1]["link"]), (0, &json!("master"), &json!("up")), "{run:?}");
    assert!(!run.stdout.contains("hunter2") && !run.stderr.contains("hunter2"));
    // What is not Redis, then one that is dead: neither hides anything of the other.
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    forward(&bench, PODS[1], other.local_addr().unwrap().port());
    std::thread::spawn(move || {
        use std::io::{Read, Write};
        for mut stream in other.incoming().flatten() {
            let _ = stream.read(&mut [0; 512]);
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
        }
    });
    let run = diff(&bench, &["shop"]);
    let found = nodes(&run);
    assert_eq!((run.code, found[0].1.len(), found[1].2.as_deref()), (2, 1, Some("not_redis")), "{run:?}");
    replica.behind(&bench, PODS[1]);
    replica.kill();
    let run = diff(&bench, &["shop"]);
    assert_eq!(run.code, 2, "{run:?}");
    let found = nodes(&run);
    assert_eq!((found[0].1.len(), found[0].2.as_deref()), (1, None), "{found:?}");
    assert_eq!((found[1].0.as_str(), found[1].2.is_some()), (PODS[1], true), "{found:?}");
    let message = run.json()["nodes"][1]["error"]["message"].as_str().unwrap().to_owned();
    assert!(message.contains("refused"), "the kubelet's own reason: {message}");
}

#[test]
fn passwords_stand_in_secrets_of_the_cluster_and_rights_that_are_missing_are_named() {
    let Some((bench, _servers)) = stage() else { return };
    let entry = |auth: &str| {
        bench.write("environments/shop.yaml", &format!("{ENVIRONMENT}    auth: {{passwordFrom: {{secret: {auth}}}}}\n"))
    };
    entry("cache-auth/redis-password");
    let run = diff(&bench, &["shop"]);
    assert_eq!(run.code, 0, "{run:?}");
    for (auth, wanted) in [
        ("cache-auth/other", "has no text under the key `other`"),
        ("absent/key", "Secret `absent` of the cluster, which cannot be read"),
    ] {
        entry(auth);
        let run = diff(&bench, &["shop"]);
        assert_eq!(run.code, 2, "{run:?}");
        assert!(run.stderr.contains(wanted) && run.stderr.contains("environments/shop.yaml:11"), "{}", run.stderr);
        assert_ne!(run.json()["summary"]["unchanged"], 0, "the objects are told all the same");
    }
    // Who may read objects only.
    let rules = "- {apiGroups: ['*'], resources: ['*'], verbs: [list, patch]}\n- {apiGroups: [''], resources: [pods, configmaps, services], verbs: [get]}";
    let user = bench.user(rules);
    let user = user.to_str().unwrap();
    entry("cache-auth/redis-password");
    let run = diff(&bench, &["shop", "--kubeconfig", user]);
    assert_eq!(run.code, 2, "{run:?}");
    for part in ["the user may not get secrets", "resources: [secrets]", "kind: Role"] {
        assert!(run.stderr.contains(part), "{part}: {}", run.stderr);
    }
    bench.write("environments/shop.yaml", ENVIRONMENT);
    let run = diff(&bench, &["shop", "--kubeconfig", user]);
    let error = run.json()["nodes"][0]["error"].clone();
    assert_eq!(
        (run.code, &error["code"], &error["verb"], &error["resource"]),
        (2, &json!("forbidden"), &json!("create"), &json!("pods/portforward")),
        "{run:?}"
    );
    for part in ["resources: [pods/portforward]", "verbs: [create, get]"] {
        assert!(run.stderr.contains(part), "{part}: {}", run.stderr);
    }
}

#[test]
fn pods_that_are_not_there_yet_are_no_errors_of_their_nodes() {
    let Some(bench) = Bench::new() else { return };
    bench.write("prod/kustomization.yaml", "namespace: NAMESPACE\nresources: [redis.yaml]\n");
    bench.write("prod/redis.yaml", REDIS);
    bench.write("environments/shop.yaml", ENVIRONMENT);
    let run = diff(&bench, &["shop"]);
    assert_eq!((run.code, &run.json()["nodes"]), (1, &json!([])), "{run:?}");
    assert!(run.stderr.contains("its pods are not there yet"), "{}", run.stderr);
    let run = diff(&bench, &["shop", "--redis-only"]);
    assert_eq!((run.code, nodes(&run)[0].2.as_deref()), (2, Some("notFound")), "{run:?}");
}

#[test]
fn slots_of_a_cluster_are_looked_at_through_the_api_server() {
    let Some(bench) = Bench::new() else { return };
    bench.write("prod/kustomization.yaml", "namespace: NAMESPACE\nresources: [set.yaml]\n");
    bench.write("prod/set.yaml", SET);
    bench.write(
        "environments/shop.yaml",
        "apiVersion: redisops.dev/v1alpha1\nkind: Environment\nmetadata: {name: shop}\nspec:\n  overlay: prod\n  kubernetes: {namespace: NAMESPACE}\n  redis:\n  \
         - {name: lab, workload: StatefulSet/lab, topology: {mode: cluster}, access: {mode: portForward}}\n",
    );
    bench.apply_as("redisops", "prod");
    let servers: Vec<Server> = (0..3)
        .map(|index| {
            let more = format!(
                "cluster-enabled yes\ncluster-node-timeout 2000\ncluster-announce-hostname lab-{index}\nsave \"\"\n"
            );
            Server::start(&bench, "", &more)
        })
        .collect();
    for (index, server) in servers.iter().enumerate() {
        server.behind(&bench, &format!("lab-{index}"));
        bench.wait_for_pod(&format!("lab-{index}"));
        let ranges = [("0", "5460"), ("5461", "10922"), ("10923", "16383")];
        server.cli(&["CLUSTER", "ADDSLOTSRANGE", ranges[index].0, ranges[index].1]);
        server.cli(&["CLUSTER", "SET-CONFIG-EPOCH", &(index + 1).to_string()]);
        server.cli(&["CLUSTER", "MEET", "127.0.0.1", &servers[0].port.to_string()]);
    }
    for server in &servers {
        server.wait_for(&["CLUSTER", "INFO"], "cluster_state:ok");
        server.wait_for(&["CLUSTER", "NODES"], ",lab-2");
    }
    let run = bench.redisops(&["slots", "check", "shop", "-o", "json"]);
    assert_eq!(run.code, 0, "{run:?}");
    let run = bench.redisops(&["slots", "state", "shop", "-o", "json"]);
    assert_eq!(run.json()["nodes"].as_array().unwrap().len(), 3, "{run:?}");
    let run = diff(&bench, &["shop"]);
    assert!(nodes(&run).iter().all(|node| node.2.is_none()), "{run:?}");
    servers[1].cli(&["CLUSTER", "SETSLOT", "6000", "MIGRATING", servers[0].cli(&["CLUSTER", "MYID"]).trim()]);
    let run = bench.redisops(&["slots", "check", "shop"]);
    assert_eq!(run.code, 1, "{run:?}");
    // Nobody listens behind a pod: the others tell of it.
    forward(&bench, "lab-0", 1);
    let run = bench.redisops(&["slots", "state", "shop"]);
    assert!(
        run.code == 0 && run.stderr.contains("`lab-0") && run.stderr.contains("is judged by what the others say"),
        "{run:?}"
    );
    // Nobody listens behind any.
    forward(&bench, "lab-1", 1);
    forward(&bench, "lab-2", 1);
    let run = bench.redisops(&["slots", "state", "shop"]);
    assert_eq!(run.code, 2, "{run:?}");
}

const SET: &str = "\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: lab}
spec:
  replicas: 3
  serviceName: lab
  podManagementPolicy: Parallel
  selector: {matchLabels: {app: lab}}
  template:
    metadata: {labels: {app: lab}}
    spec:
      containers:
      - {name: redis, image: 'redis:7.0.15', command: [redis-server, --cluster-enabled, 'yes']}
";
