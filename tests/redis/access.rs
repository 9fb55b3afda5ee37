//! How a cluster is reached: passwords, users, TLS, announced addresses behind a map, host names, IPv6; and what answers when it is no cluster.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::support::{Ran, TestCluster, redisops};

/// The rights that docs/access.md lists for reading.
const READER: &str = "on >reader %R~* +ping +info +client|setname +cluster|nodes +cluster|myid +cluster|countkeysinslot \
                      +cluster|getkeysinslot +memory|usage";

/// The nodes of a state that was printed as JSON.
fn nodes(ran: &Ran) -> Vec<serde_json::Value> {
    ran.json()["nodes"].as_array().expect("a list").clone()
}

fn keys(ran: &Ran) -> u64 {
    let keys = ran.json()["slotStats"]["keys"].as_array().expect("a table").clone();
    keys.iter().filter_map(serde_json::Value::as_u64).sum()
}

#[test]
fn a_password_is_needed_and_right() {
    let cluster = TestCluster::builder().password("open sesame").start();
    let ran = cluster.redisops(&["slots", "state", &cluster.seed(), "-o", "json"]).expect(0);
    assert_eq!(nodes(&ran).len(), 3);
    let ran = redisops(&["slots", "state", &cluster.seed()]).expect(2);
    assert!(ran.stdout.is_empty());
    assert!(ran.stderr.contains("does not let the default user in"), "{}", ran.stderr);
    assert!(ran.stderr.contains("`--password-file FILE` or the variable `REDISCLI_AUTH`"), "{}", ran.stderr);
    fs::write(cluster.dir().join("wrong"), "wrong\n").unwrap();
    let wrong = cluster.dir().join("wrong").display().to_string();
    let ran = redisops(&["slots", "state", &cluster.seed(), "--password-file", &wrong]).expect(2);
    assert!(ran.stderr.contains("the user or the password is wrong"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("sesame"));
    let missing = redisops(&["slots", "state", &cluster.seed(), "--password-file", "/does/not/exist"]).expect(2);
    assert!(missing.stderr.contains("`/does/not/exist` cannot be read"), "{}", missing.stderr);
}

#[test]
fn a_user_with_the_least_rights_sees_everything() {
    let cluster = TestCluster::builder().user("reader", READER).user("nobody", "on >nobody +ping").start();
    cluster.fill(500);
    for name in ["reader", "nobody"] {
        fs::write(cluster.dir().join(name), name).unwrap();
    }
    let as_user = |name: &str| {
        let file = cluster.dir().join(name).display().to_string();
        redisops(&["slots", "state", &cluster.seed(), "-o", "json", "--user", name, "--password-file", &file])
    };
    let ran = as_user("reader").expect(0);
    assert_eq!((ran.stderr.as_str(), keys(&ran)), ("", 500));
    assert!(ran.json()["slotStats"]["bytes"].is_array());
    assert!(nodes(&ran).iter().all(|node| node["usedMemory"].is_u64()));
    let ran = as_user("nobody").expect(2);
    assert!(ran.stderr.contains("user `nobody` may not do this"), "{}", ran.stderr);
    assert!(ran.stderr.contains("cluster|nodes") && ran.stderr.contains("docs/access.md"), "{}", ran.stderr);
}

#[test]
fn what_a_user_may_not_ask_is_missing_and_told() {
    let rules = READER.replace(" +memory|usage", "");
    let cluster = TestCluster::builder().user("reader", &rules).start();
    cluster.fill(10);
    fs::write(cluster.dir().join("password"), "reader").unwrap();
    let file = cluster.dir().join("password").display().to_string();
    let ran =
        redisops(&["slots", "state", &cluster.seed(), "-o", "json", "--user", "reader", "--password-file", &file]);
    let ran = ran.expect(0);
    assert_eq!(keys(&ran), 10);
    assert!(ran.json()["slotStats"]["bytes"].is_null());
    assert!(ran.stderr.contains("user `reader` may not do this"), "{}", ran.stderr);
    assert!(ran.stderr.contains("memory|usage"), "{}", ran.stderr);
}

#[test]
fn tls_with_a_client_certificate() {
    let cluster = TestCluster::builder().tls().start();
    cluster.fill(100);
    let ran = cluster.redisops(&["slots", "state", &cluster.seed(), "-o", "json"]).expect(0);
    assert_eq!((nodes(&ran).len(), keys(&ran)), (3, 100));
    let flags = cluster.flags();
    let ran = redisops(&["slots", "state", &cluster.seed(), "--cacert", &flags[2]]).expect(2);
    assert!(ran.stderr.contains("redisops::redis::"), "the server wants a certificate of the client: {}", ran.stderr);
    let ran =
        redisops(&["slots", "state", &cluster.seed(), "--tls", "--cert", &flags[4], "--key", &flags[6]]).expect(2);
    assert!(ran.stderr.contains("TLS with") && ran.stderr.contains("--cacert"), "{}", ran.stderr);
}

#[test]
fn a_name_that_the_certificate_lacks_is_no_hindrance_where_it_has_the_address() {
    let cluster = TestCluster::builder().tls().config("cluster-announce-hostname", "node.invalid").start();
    let ran = cluster.redisops(&["slots", "state", &cluster.seed(), "-o", "json"]).expect(0);
    assert!(ran.stderr.is_empty(), "{}", ran.stderr);
    assert!(nodes(&ran).iter().all(|node| node["hostname"] == "node.invalid"), "{}", ran.stdout);
}

#[test]
fn host_names_that_nodes_announce() {
    let cluster = TestCluster::builder().tls().config("cluster-announce-hostname", "localhost").start();
    let port = cluster.node(1).address().port;
    let ran = cluster.redisops(&["slots", "state", &format!("localhost:{port}"), "-o", "json"]).expect(0);
    assert!(ran.stderr.is_empty(), "{}", ran.stderr);
    let nodes = nodes(&ran);
    assert_eq!(nodes.len(), 3);
    assert!(nodes.iter().all(|node| node["address"].as_str().is_some_and(|a| a.starts_with("127.0.0.1:"))));
}

#[test]
fn addresses_of_ipv6() {
    let cluster = TestCluster::builder().ipv6().start();
    cluster.fill(10);
    let port = cluster.node(2).address().port;
    for seed in [format!("[::1]:{port}"), format!("::1:{port}"), format!("[::1]:1,[::1]:{port}")] {
        let ran = redisops(&["slots", "state", &seed, "-o", "json"]).expect(0);
        assert_eq!((nodes(&ran).len(), keys(&ran)), (3, 10), "{seed}");
        assert!(nodes(&ran).iter().all(|node| node["address"].as_str().is_some_and(|a| a.starts_with("[::1]:"))));
    }
}

/// A cluster whose nodes announce ports on which nobody listens, and the map to the real ones.
fn announced() -> (TestCluster, Vec<String>) {
    let cluster = TestCluster::start(3, 0, 0);
    for node in cluster.nodes() {
        node.command::<()>(&["CONFIG", "SET", "cluster-announce-port", &node.number().to_string()]);
    }
    let all_know = || {
        cluster.nodes().all(|node| {
            let view: String = node.command(&["CLUSTER", "NODES"]);
            [":1@", ":2@", ":3@"].iter().all(|port| view.contains(port))
        })
    };
    while !all_know() {
        thread::sleep(Duration::from_millis(20));
    }
    let map = cluster.nodes().map(|node| format!("--map=127.0.0.1:{}={}", node.number(), node.address())).collect();
    (cluster, map)
}

#[test]
fn announced_addresses_behind_a_map() {
    let (cluster, map) = announced();
    cluster_is_seen(&cluster, &map, &cluster.seed());
    cluster_is_seen(&cluster, &map, "127.0.0.1:1");
    // The map has all but the seed: what was named leads there.
    cluster_is_seen(&cluster, &map[1..], &cluster.seed());

    let ran = redisops(&["slots", "state", &cluster.seed()]).expect(2);
    assert!(ran.stderr.contains("announce addresses that cannot be reached from here"), "{}", ran.stderr);
    assert!(ran.stderr.contains("127.0.0.1:2: cannot be reached") && ran.stderr.contains("`--map "), "{}", ran.stderr);

    let twice = format!("--map=127.0.0.1:2={}", cluster.seed());
    let ran = redisops(&["slots", "state", &cluster.seed(), &map[0], &twice, &map[2]]).expect(2);
    assert!(ran.stderr.contains("answers at `127.0.0.1:2`, not node"), "{}", ran.stderr);
    assert!(ran.stderr.contains("check `--map`"), "{}", ran.stderr);
}

fn cluster_is_seen(cluster: &TestCluster, map: &[String], seed: &str) {
    let arguments: Vec<&str> =
        ["slots", "state", seed, "-o", "json"].into_iter().chain(map.iter().map(|m| &**m)).collect();
    let ran = redisops(&arguments).expect(0);
    let mut addresses: Vec<String> =
        nodes(&ran).iter().map(|node| node["address"].as_str().unwrap().to_owned()).collect();
    addresses.sort_unstable();
    assert_eq!(
        addresses,
        ["127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3"],
        "announced, as servers want them: {cluster:?}"
    );
}

#[test]
fn an_environment_names_the_nodes() {
    let (cluster, map) = announced();
    let places: Vec<String> = map
        .iter()
        .enumerate()
        .map(|(i, rule)| format!("cache-{i}: \"{}\"", rule.rsplit('=').next().unwrap()))
        .collect();
    let environments = cluster.dir().join("environments");
    fs::create_dir(&environments).unwrap();
    let write = |access: &str| {
        let text = format!(
            "apiVersion: redisops.dev/v1alpha1\nkind: Environment\nmetadata: {{name: lab}}\nspec:\n  overlay: overlays/lab\n  \
             redis:\n  - name: cache\n    topology: {{mode: cluster}}\n    access: {access}\n"
        );
        fs::write(environments.join("lab.yaml"), text).unwrap();
    };
    write(&format!("{{mode: map, map: {{{}}}}}", places.join(", ")));
    for word in ["lab", "env:lab", "lab/cache"] {
        let ran = cluster.redisops(&["slots", "state", word, "-o", "json"]).expect(0);
        assert_eq!(nodes(&ran).len(), 3, "{word}");
    }
    write("{mode: portForward}");
    let ran = cluster.redisops(&["slots", "state", "lab"]).expect(2);
    assert!(
        ran.stderr.contains("environments/lab.yaml:7") && ran.stderr.contains("does not say which pods it has"),
        "{}",
        ran.stderr
    );
    let ran = cluster.redisops(&["slots", "state", "lba"]).expect(2);
    assert!(ran.stderr.contains("did you mean the environment `lab`?"), "{}", ran.stderr);
}

#[test]
fn nodes_that_are_down_are_told_and_the_rest_is_seen() {
    let cluster = TestCluster::start(3, 1, 0);
    cluster.node(3).kill9();
    let ran = redisops(&["slots", "state", &cluster.seed(), "-o", "json"]).expect(0);
    assert_eq!(nodes(&ran).len(), 6);
    assert!(ran.stderr.contains("cannot be reached: connection refused"), "{}", ran.stderr);
    assert!(ran.stderr.contains("is judged by what the others say of it"), "{}", ran.stderr);
    let seeds = format!("{},{}", cluster.node(3).address(), cluster.node(2).address());
    redisops(&["slots", "state", &seeds]).expect(0);
}

/// What listens on a free port and answers every connection with a text.
fn listener(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 1024]);
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    address
}

#[test]
fn what_is_no_redis_is_told() {
    let http = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    for (answer, code) in [(http, "not_redis"), ("SSH-2.0-OpenSSH_9.2\r\n", "not_redis"), ("", "closed")] {
        let ran = redisops(&["slots", "state", &listener(answer)]).expect(2);
        assert!(ran.stderr.contains(&format!("redisops::redis::{code}")), "{answer:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("help:") && ran.stdout.is_empty(), "{answer:?}: {}", ran.stderr);
    }
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let ran = redisops(&["slots", "state", &free]).expect(2);
    assert!(ran.stderr.contains("cannot be reached: connection refused"), "{}", ran.stderr);
    let ran = redisops(&["slots", "state", "no.such.host.invalid:7001"]).expect(2);
    assert!(ran.stderr.contains("redisops::redis::unreachable"), "{}", ran.stderr);
}

/// A server outside of any cluster, which ends with this.
struct Lone(Child);

impl Lone {
    fn start(arguments: &[&str], port: u16) -> Lone {
        let child = Command::new("redis-server").args(arguments).stdout(Stdio::null()).spawn().unwrap();
        let lone = Lone(child);
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            thread::sleep(Duration::from_millis(10));
        }
        lone
    }
}

impl Drop for Lone {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn servers_that_are_no_node_of_a_cluster_are_told() {
    let cluster = TestCluster::start(1, 0, 1);
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let _standalone = Lone::start(&["--port", &port.to_string(), "--save", ""], port);
    let ran = redisops(&["slots", "state", &format!("127.0.0.1:{port}")]).expect(2);
    assert!(ran.stderr.contains("is not a node of a cluster"), "{}", ran.stderr);
    assert!(ran.stderr.contains("cluster-enabled yes"), "{}", ran.stderr);
    let watcher = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let file = cluster.dir().join("sentinel.conf");
    fs::write(&file, format!("port {watcher}\nsentinel monitor m 127.0.0.1 {port} 1\n")).unwrap();
    let _sentinel = Lone::start(&[&file.display().to_string(), "--sentinel"], watcher);
    let ran = redisops(&["slots", "state", &format!("127.0.0.1:{watcher}")]).expect(2);
    assert!(ran.stderr.contains("is a Sentinel, not a node of a cluster"), "{}", ran.stderr);
}
