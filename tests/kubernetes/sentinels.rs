//! Sentinels beside the servers of pods: those of a `kind: Redis` and those of the chart of the shopping cart, with real servers and sentinels behind the pods.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::servers::{Server, conf_of, file_of, forward_ports};
use crate::support::{Bench, Run};
use crate::systems::copy;

const REDIS: &str = "\
apiVersion: redisops.dev/v1alpha1
kind: Redis
metadata: {name: cache}
spec:
  architecture: sentinel
  image: redis:7.0.15
  auth: {existingSecret: cache-auth}
  persistence: {enabled: false}
  replica: {replicaCount: 3}
  sentinel: {quorum: 2}
";

/// Entries follow.
pub const ENVIRONMENT: &str = "\
apiVersion: redisops.dev/v1alpha1
kind: Environment
metadata: {name: shop}
spec:
  overlay: prod
  kubernetes: {namespace: NAMESPACE}
  redis:
";

/// The image whose version the servers of this machine have.
const OF_THE_SERVERS: &str = "images: [{name: docker.io/library/redis, newTag: 7.0.15}]\n";

/// A set of pods with a server and a sentinel in each.
struct Watched {
    bench: Bench,
    /// Where its quorum is written.
    quorum: &'static str,
    set: &'static str,
    /// What sentinels call the master.
    name: &'static str,
    servers: Vec<Server>,
    sentinels: Vec<Server>,
}

#[test]
fn sentinels_of_a_redis_are_compared() {
    let Some(bench) = Bench::new() else { return };
    let namespace = bench.namespace.clone();
    bench.write("prod/kustomization.yaml", "namespace: NAMESPACE\nresources: [redis.yaml]\n");
    bench.write("prod/redis.yaml", REDIS);
    let entry = "  - {name: cache, resource: Redis/cache, access: {mode: portForward}}\n";
    bench.write("environments/shop.yaml", &format!("{ENVIRONMENT}{entry}"));
    let literal = "--from-literal=redis-password=hunter2";
    bench.kubectl(&["-n", &namespace, "create", "secret", "generic", "cache-auth", literal]);
    bench.apply_as("redisops", "prod");
    let rendered = bench.redisops(&["build", "prod", "--no-validate"]).stdout;
    compared(&Watched::start(bench, &rendered, "prod/redis.yaml", "cache-node", "cache-node-config", "cache"));
}

#[test]
fn sentinels_of_the_chart_of_the_shopping_cart_are_compared() {
    if Command::new("helm").arg("version").output().is_err() {
        return;
    }
    let Some(bench) = Bench::new() else { return };
    let namespace = bench.namespace.clone();
    let name = "shopping-cart-redis";
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/shopping-cart"), &bench.path().join("system"));
    let chart = bench.redisops(&["build", "system/overlays/production", "--enable-helm", "--no-validate"]);
    assert_eq!(chart.code, 0, "{chart:?}");
    bench.write("prod/chart.yaml", &chart.stdout);
    bench.write("prod/kustomization.yaml", &format!("namespace: NAMESPACE\nresources: [chart.yaml]\n{OF_THE_SERVERS}"));
    // The entry of the example, word by word.
    let example = std::fs::read_to_string(bench.path().join("system/environments/production.yaml")).unwrap();
    let entry: String = example.split_once("  redis:\n").unwrap().1.to_owned();
    bench.write("environments/shop.yaml", &format!("{ENVIRONMENT}{entry}"));
    bench.volumes("", 4);
    bench.apply_as("redisops", "prod");
    let patch = r#"{"stringData":{"db-password":"hunter2"}}"#;
    bench.kubectl(&["-n", &namespace, "patch", "secret", name, "--type", "merge", "-p", patch]);
    let rendered = bench.redisops(&["build", "prod", "--no-validate"]).stdout;
    compared(&Watched::start(bench, &rendered, "environments/shop.yaml", name, "shopping-cart-redis-config", name));
}

const SECRET: &str = "requirepass hunter2\nmasterauth hunter2\nprotected-mode no\nrepl-diskless-sync-delay 0\n";

impl Watched {
    fn start(
        bench: Bench,
        rendered: &str,
        quorum: &'static str,
        set: &'static str,
        map: &str,
        name: &'static str,
    ) -> Watched {
        let conf = conf_of(rendered, map);
        let master = Server::start(&bench, &conf, SECRET);
        let more = format!("{SECRET}replicaof 127.0.0.1 {}\n", master.port);
        let replicas = (0..2).map(|_| Server::start(&bench, &conf, &more));
        let servers: Vec<Server> = [master].into_iter().chain(replicas.collect::<Vec<_>>()).collect();
        servers[1..].iter().for_each(|replica| replica.wait_for(&["INFO", "replication"], "master_link_status:up"));
        let mut watched = Watched { bench, quorum, set, name, servers, sentinels: Vec::new() };
        let conf = file_of(rendered, map, "sentinel.conf");
        watched.sentinels = (0..3).map(|_| watched.sentinel(&conf)).collect();
        for (index, (server, sentinel)) in watched.servers.iter().zip(&watched.sentinels).enumerate() {
            let pod = format!("{set}-{index}");
            forward_ports(&watched.bench, &pod, &[(6379, server.port), (26379, sentinel.port)]);
            watched.bench.wait_for_pod(&pod);
        }
        for sentinel in &watched.sentinels {
            sentinel.wait_for(&["SENTINEL", "MASTERS"], "num-other-sentinels\n2\n");
            sentinel.wait_for(&["SENTINEL", "MASTERS"], "num-slaves\n2\n");
        }
        watched
    }

    /// A sentinel with the configuration of the pods, whose places the start script would fill in.
    fn sentinel(&self, conf: &str) -> Server {
        let monitored = format!("127.0.0.1 {}", self.servers[0].port);
        let text = conf.replace("@MASTER@ 6379", &monitored);
        let lines = text.lines().filter(|line| !line.contains('@') && !line.contains("announce-port"));
        let text: String = lines.map(|line| format!("{line}\n")).collect();
        let pass =
            format!("requirepass hunter2\nsentinel sentinel-pass hunter2\nsentinel auth-pass {} hunter2\n", self.name);
        Server::start_sentinel(&self.bench, &text, &pass)
    }

    fn diff(&self) -> Run {
        self.bench.redisops(&["diff", "shop", "--redis-only", "-o", "json"])
    }

    /// What differs on the sentinel of a pod: it comes after the nodes.
    #[track_caller]
    fn of_sentinel(&self, run: &Run, pod: usize) -> Vec<Value> {
        let report = run.json();
        let node = &report["nodes"][3 + pod];
        assert_eq!(node["node"], format!("{}-{pod}", self.set), "{report:#}");
        node["fields"].as_array().unwrap().clone()
    }
}

#[track_caller]
fn field<'f>(fields: &'f [Value], path: &str) -> &'f Value {
    fields.iter().find(|field| field["path"] == path).unwrap_or_else(|| panic!("no {path} in {fields:#?}"))
}

/// Clean first; then each kind of drift, planted, is found at the sentinel that has it.
fn compared(watched: &Watched) {
    let Watched { servers, sentinels, name, set, .. } = watched;
    let run = watched.diff();
    let report = run.json();
    let count = report["nodes"].as_array().unwrap().len();
    assert_eq!((run.code, count, &report["summary"]["nodesDrifted"]), (0, 6, &json!(0)), "{run:?}");
    let status = watched.bench.redisops(&["redis", "status", "shop", "-o", "json"]);
    let shown = &status.json()["redis"][0]["sentinels"][0];
    assert_eq!(
        (&shown["quorum"], &shown["replicas"], &shown["others"]),
        (&json!(2), &json!(2), &json!(2)),
        "{status:?}"
    );

    // Another quorum, another patience; and a replica that only this one will remember.
    sentinels[0].cli(&["SENTINEL", "SET", name, "quorum", "3"]);
    sentinels[0].cli(&["SENTINEL", "SET", name, "down-after-milliseconds", "500"]);
    let more = format!("{SECRET}replicaof 127.0.0.1 {}\n", servers[0].port);
    let former = Server::start(&watched.bench, "save \"\"\n", &more);
    let place = format!("127.0.0.1:{}", former.port);
    sentinels[0].wait_for(&["SENTINEL", "REPLICAS", name], &place);
    drop(former);
    sentinels[0].wait_for(&["SENTINEL", "REPLICAS", name], "s_down");
    // Another master than the others watch.
    let other = servers[1].port.to_string();
    sentinels[1].cli(&["SENTINEL", "REMOVE", name]);
    sentinels[1].cli(&["SENTINEL", "MONITOR", name, "127.0.0.1", &other, "2"]);
    sentinels[1].cli(&["SENTINEL", "SET", name, "auth-pass", "hunter2"]);
    // More that have to agree than there are, and one that nobody wants.
    sentinels[2].cli(&["SENTINEL", "SET", name, "quorum", "9"]);
    let stranger = watched.sentinel(&format!("sentinel monitor {name} @MASTER@ 6379 2\n"));
    sentinels[2].wait_for(&["SENTINEL", "MASTERS"], "num-other-sentinels\n3\n");
    let run = watched.diff();
    assert_eq!(run.code, 1, "{run:?}");
    let first = watched.of_sentinel(&run, 0);
    let quorum = field(&first, "sentinel.quorum");
    assert_eq!(
        (&quorum["before"], &quorum["after"], &quorum["origin"]["file"]),
        (&json!(3), &json!(2), &json!(watched.quorum)),
        "{run:?}"
    );
    let patience = field(&first, "sentinel.down-after-milliseconds");
    assert_eq!((&patience["before"], &patience["after"]), (&json!("500"), &json!("10000")));
    assert_eq!(field(&first, "sentinel.replicas")["before"], json!([place]));
    let second = watched.of_sentinel(&run, 1);
    let master = field(&second, "sentinel.master");
    assert_eq!(
        (&master["before"], &master["after"]),
        (&json!(format!("127.0.0.1:{other}")), &json!(format!("{set}-0")))
    );
    let third = watched.of_sentinel(&run, 2);
    assert_eq!(field(&third, "sentinel.sentinels")["before"], 4);
    assert!(field(&third, "sentinel.ckquorum")["before"].as_str().unwrap().starts_with("NOQUORUM"));
    drop(stranger);

    // One that watches nothing, and one that is gone: the others are told all the same.
    sentinels[1].cli(&["SENTINEL", "REMOVE", name]);
    sentinels[2].cli(&["SHUTDOWN", "NOSAVE"]);
    let run = watched.diff();
    assert_eq!(run.code, 2, "{run:?}");
    let second = watched.of_sentinel(&run, 1);
    assert_eq!((second.len(), &second[0]["path"], &second[0]["before"]), (1, &json!("sentinel.master"), &Value::Null));
    assert_eq!(run.json()["nodes"][5]["error"]["code"], "unreachable", "{run:?}");
    assert!(!run.stdout.contains("hunter2") && !run.stderr.contains("hunter2"));
}
