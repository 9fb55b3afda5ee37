//! A cluster that speaks TLS and asks for a password, behind the API server: compared, planned and scaled through it, with names verified.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::forward::{ENVIRONMENT, nodes};
use crate::servers::{Server, certificates, conf_of};
use crate::support::Bench;

const REDIS: &str = "\
apiVersion: redisops.dev/v1alpha1
kind: Redis
metadata: {name: cache}
spec:
  architecture: cluster
  image: redis:7.0.15
  auth: {existingSecret: cache-auth}
  tls: {enabled: true, existingSecret: cache-tls, authClients: true}
  persistence: {enabled: false}
  configuration: |
    maxmemory 256mb
  cluster: {nodes: 3, replicas: 0}
";

const SECRET: &str = "requirepass hunter2\nmasterauth hunter2\ncluster-announce-ip 127.0.0.1\n";

/// The name under which a pod's certificate is looked at.
fn host(bench: &Bench, pod: usize) -> String {
    format!("cache-node-{pod}.cache-headless.{}.svc.cluster.local", bench.namespace)
}

/// Three nodes with all slots and one that is fresh, each behind its pod; the folder of their certificates.
fn stage() -> Option<(Bench, Vec<Server>, PathBuf)> {
    let bench = Bench::new()?;
    let namespace = bench.namespace.clone();
    let files = certificates(&bench, "tls", &[format!("*.cache-headless.{namespace}.svc.cluster.local")]);
    bench.write("prod/kustomization.yaml", "namespace: NAMESPACE\nresources: [redis.yaml]\n");
    bench.write("prod/redis.yaml", REDIS);
    bench.write("environments/shop.yaml", &format!("{ENVIRONMENT}  guards: {{latencyBudget: \"off\"}}\n"));
    let secret = |name: &str, entries: &[String]| {
        let entries = entries.iter().map(String::as_str);
        let words: Vec<&str> =
            ["-n", &namespace, "create", "secret", "generic", name].into_iter().chain(entries).collect();
        bench.kubectl(&words);
    };
    secret("cache-auth", &["--from-literal=redis-password=hunter2".to_owned()]);
    let file = |name: &str| format!("--from-file={name}={}", files.join(name).display());
    secret("cache-tls", &["ca.crt", "tls.crt", "tls.key"].map(file));
    bench.apply_as("redisops", "prod");
    let conf = conf_of(&bench.redisops(&["build", "prod", "--no-validate"]).stdout, "cache-node-");
    let start = |pod: usize| {
        let more = format!("{SECRET}cluster-announce-hostname {}\n", host(&bench, pod));
        let server = Server::start_tls(&bench, &conf, &more, &files);
        server.behind(&bench, &format!("cache-node-{pod}"));
        server
    };
    let servers: Vec<Server> = (0..4).map(start).collect();
    let first = servers[0].port.to_string();
    for (index, server) in servers.iter().take(3).enumerate() {
        bench.wait_for_pod(&format!("cache-node-{index}"));
        let (from, to) = [("0", "5460"), ("5461", "10922"), ("10923", "16383")][index];
        server.cli(&["CLUSTER", "ADDSLOTSRANGE", from, to]);
        server.cli(&["CLUSTER", "SET-CONFIG-EPOCH", &(index + 1).to_string()]);
        server.cli(&["CLUSTER", "MEET", "127.0.0.1", &first]);
    }
    for server in &servers[..3] {
        server.wait_for(&["CLUSTER", "INFO"], "cluster_state:ok");
        server.wait_for(&["CLUSTER", "INFO"], "cluster_known_nodes:3");
        (0..3).for_each(|pod| server.wait_for(&["CLUSTER", "NODES"], &host(&bench, pod)));
    }
    Some((bench, servers, files))
}

#[test]
fn a_cluster_with_certificates_is_compared_and_scaled_through_the_api_server() {
    let Some((bench, servers, files)) = stage() else { return };
    let diff = || bench.redisops(&["diff", "shop", "-o", "json"]);
    let apply = || {
        let run = bench.redisops(&["apply", "shop", "--yes"]);
        assert_eq!(run.code, 0, "{run:?}");
        assert!(!run.stderr.contains("hunter2"), "{run:?}");
    };
    let resize = |from: usize, to: usize| {
        let text = std::fs::read_to_string(bench.path().join("prod/redis.yaml")).unwrap();
        bench.write("prod/redis.yaml", &text.replace(&format!("nodes: {from}"), &format!("nodes: {to}")));
    };
    let keys = || servers.iter().map(|server| server.cli(&["DBSIZE"]).trim().parse::<u64>().unwrap()).sum::<u64>();
    let run = diff();
    assert_eq!((run.code, nodes(&run), run.json()["nodes"].as_array().unwrap().len()), (0, vec![], 3), "{run:?}");
    let sets: String = (0..60).map(|key| format!("SET key:{key} value\n")).collect();
    servers.iter().take(3).for_each(|server| drop(server.feed(&sets)));
    assert_eq!(keys(), 60);

    // Settings, those of TLS too, through `plan` and `apply`.
    servers[1].cli(&["CONFIG", "SET", "maxmemory", "512mb"]);
    servers[2].cli(&["CONFIG", "SET", "tls-auth-clients", "optional"]);
    let found = |pod: usize, path: &str| (format!("cache-node-{pod}"), vec![path.to_owned()], None);
    let run = diff();
    let wanted = vec![found(1, "config.maxmemory"), found(2, "config.tls-auth-clients")];
    assert_eq!((run.code, nodes(&run)), (1, wanted), "{run:?}");
    let plan = bench.redisops(&["plan", "shop", "-o", "json"]);
    let steps = plan.json()["steps"].as_array().unwrap().clone();
    let own: Vec<&Value> = steps.iter().filter(|step| step["redis"] == "cache").map(|step| &step["action"]).collect();
    assert_eq!((plan.code, own), (0, vec![&json!("configure"); 2]), "{plan:?}");
    apply();
    assert!(servers[1].cli(&["CONFIG", "GET", "maxmemory"]).contains("268435456"));
    assert!(servers[2].cli(&["CONFIG", "GET", "tls-auth-clients"]).contains("yes"));

    // More nodes, and fewer.
    resize(3, 4);
    let plan = bench.redisops(&["plan", "shop", "-o", "json"]);
    let actions: Vec<Value> = plan.json()["steps"].as_array().unwrap().iter().map(|it| it["action"].clone()).collect();
    assert!(actions.contains(&json!("meet")) && actions.contains(&json!("move")), "{plan:?}");
    apply();
    assert_eq!(bench.redisops(&["slots", "check", "shop"]).code, 0);
    // What nodes are asked is sampled over ways of their own.
    let run = bench.redisops(&["slots", "plan", "shop", "--balance", "ops", "--sample-ops", "1s"]);
    assert!(run.code == 0 && !run.stderr.contains("TLS"), "{run:?}");
    let lines = servers[0].cli(&["CLUSTER", "NODES"]);
    assert_eq!(lines.lines().filter(|line| line.contains("master")).count(), 4, "{lines}");
    assert_eq!(keys(), 60);
    let run = diff();
    assert_eq!((run.code, nodes(&run)), (0, vec![]), "{run:?}");
    // What plays the kubelet keeps ways open whose other end is gone; the run before has taken its name from them.
    resize(4, 3);
    apply();
    assert_eq!(servers[3].cli(&["CLUSTER", "NODES"]).lines().count(), 1);
    assert_eq!((servers[3].cli(&["DBSIZE"]).trim(), keys()), ("0", 60));
    let run = diff();
    assert_eq!((run.code, nodes(&run)), (0, vec![]), "{run:?}");

    // A server with the certificate of another, and an authority that has signed none of them.
    let other = certificates(&bench, "other", &["cache.elsewhere.svc".to_owned()]);
    let foreign = certificates_of(&bench, &files);
    let stranger = Server::start_tls(&bench, "", "requirepass hunter2\n", &foreign);
    stranger.behind(&bench, "cache-node-2");
    let run = diff();
    assert_eq!(
        (run.code, nodes(&run)),
        (2, vec![("cache-node-2".to_owned(), vec![], Some("tls".to_owned()))]),
        "{run:?}"
    );
    let message = run.json()["nodes"][2]["error"]["message"].as_str().unwrap().to_owned();
    assert!(message.contains("cache-node-2.cache-headless") || message.contains("name"), "{message}");
    let trusted = format!(
        "portForward, tls: {{ca: {1}/ca.crt, cert: {0}/tls.crt, key: {0}/tls.key}}",
        files.display(),
        other.display()
    );
    bench.write("environments/shop.yaml", &ENVIRONMENT.replace("portForward", &trusted));
    let run = bench.redisops(&["diff", "shop", "--redis-only", "-o", "json"]);
    let codes: Vec<Option<String>> = nodes(&run).into_iter().map(|(_, _, error)| error).collect();
    assert_eq!((run.code, codes), (2, vec![Some("tls".to_owned()); 3]), "{run:?}");
    for (kind, of) in [("validatingadmissionpolicybinding", "cache-node"), ("validatingadmissionpolicy", "cache")] {
        for guard in ["scale-guard", "scale-subresource-guard"] {
            bench.kubectl(&["delete", kind, &format!("{}-{of}-{guard}", bench.namespace)]);
        }
    }
}

/// A certificate of the same authority for another server.
fn certificates_of(bench: &Bench, files: &std::path::Path) -> PathBuf {
    let at = bench.path().join(".git/foreign");
    std::fs::create_dir_all(&at).unwrap();
    for file in ["ca.crt", "ca.key"] {
        std::fs::copy(files.join(file), at.join(file)).unwrap();
    }
    crate::servers::sign(&at, &["other.elsewhere.svc".to_owned()]);
    at
}
