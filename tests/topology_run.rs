//! `kind: Redis`, run: the rendered redis.conf, sentinel.conf and scripts with real servers, addresses and paths put in their places.
//!
//! Every node has an address of its own below 127.0.0.0/8, which stands for the name of its pod; ports are the same everywhere, as in a cluster.
#![allow(clippy::unwrap_used)]
#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use redisops::diagnostics::{SourceKind, Sources};
use redisops::kustomize::{Context, Options, build};
use redisops::source::{LoadOptions, Loader, Memory, NoTools};
use redisops::yaml::{Trace, parse_documents, to_json};
use serde_json::Value;

const PASSWORD: &str = r#"a"b\c d"#;
const PORT: &str = "16479";
const SENTINEL_PORT: &str = "16480";
/// Long: the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(150);

fn render(spec: &str) -> Vec<Value> {
    let text = format!("apiVersion: redisops.dev/v1alpha1\nkind: Redis\nmetadata: {{name: cache}}\nspec:\n{spec}");
    let files =
        Memory::new().with("/r/kustomization.yaml", "resources: [redis.yaml]\n").with("/r/redis.yaml", text.as_str());
    let (sources, trace) = (Sources::new(), Trace::new());
    let cx = Context::new(&sources, &trace);
    let loader = Loader::open(Arc::new(files), "/r", LoadOptions::default()).unwrap();
    let options = Options { expand: Some(redisops::topology::expand), ..Options::default() };
    let objects = build(loader, &options, &cx, &NoTools).unwrap();
    let json = |node| {
        let mut text = String::new();
        to_json(node, &mut text).unwrap();
        serde_json::from_str(&text).unwrap()
    };
    objects.iter().map(|object| json(&object.node)).collect()
}

/// One pod: its StatefulSet, and what its scripts are told.
struct Node {
    ip: String,
    directory: PathBuf,
    environment: Vec<(String, String)>,
    /// Arguments of the server.
    arguments: Vec<String>,
    /// Where certificates are.
    tls: String,
    running: Vec<Child>,
}

/// All pods of a Redis.
struct Nodes {
    list: Vec<Node>,
    objects: Vec<Value>,
    names: Vec<String>,
    net: u32,
    directory: tempfile::TempDir,
}

/// Stands in for the `aws` command: `s3://BUCKET/KEY` is a file below `$STORE`.
const AWS: &str = r#"#!/bin/sh
shift
verb=$1
shift
recursive=
[ "$1" != --recursive ] || { recursive=yes && shift; }
path() { case $1 in s3://*) echo "$STORE/${1#s3://}" ;; *) echo "$1" ;; esac; }
from=$(path "$1")
case $verb in
  ls) ls "$from" | sed 's/^/PRE /; s,$,/,' ;;
  cp)
    to=$(path "$2")
    if [ -n "$recursive" ]; then cp -r "$from/." "$to"; else mkdir -p "$(dirname "$to")" && cp "$from" "$to"; fi ;;
esac
"#;

/// A certificate as the Secret would hold it.
fn certificate(directory: &Path) {
    fs::create_dir_all(directory).unwrap();
    let made = Command::new("openssl")
        .current_dir(directory)
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"])
        .args(["-subj", "/CN=cache", "-keyout", "tls.key", "-out", "tls.crt"])
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    fs::copy(directory.join("tls.crt"), directory.join("ca.crt")).unwrap();
}

/// Names of pods as addresses, and ports that are free.
fn here(text: &str, names: &[String], net: u32) -> String {
    let named = names.iter().enumerate().rev().fold(text.to_owned(), |t, (i, name)| t.replace(name, &host(net, i + 1)));
    named.replace("16379", "26479").replace("26379", SENTINEL_PORT).replace("6379", PORT)
}

/// Addresses of one test.
fn host(net: u32, number: usize) -> String {
    format!("127.{net}.{number}")
}

impl Nodes {
    fn start(spec: &str, offset: u32) -> Nodes {
        Nodes::of(render(spec), offset)
    }

    fn of(objects: Vec<Value>, offset: u32) -> Nodes {
        Nodes::with(objects, offset, None)
    }

    /// With the programs of a folder instead of those of the distribution.
    fn with(objects: Vec<Value>, offset: u32, programs: Option<&Path>) -> Nodes {
        let net = 20 + (std::process::id() + offset) % 200;
        let directory = tempfile::tempdir().unwrap();
        certificate(&directory.path().join("tls"));
        let mut pods = Vec::new();
        for set in objects.iter().filter(|o| o["kind"] == "StatefulSet") {
            for number in 0..set["spec"]["replicas"].as_u64().unwrap() {
                pods.push((format!("{}-{number}", set["metadata"]["name"].as_str().unwrap()), set));
            }
        }
        let names: Vec<String> = pods.iter().map(|(name, _)| name.clone()).collect();
        let here = |text: &str| here(text, &names, net);
        let list = pods
            .iter()
            .enumerate()
            .map(|(i, (_, set))| {
                Node::new(directory.path().join(i.to_string()), &host(net, i + 1), &host(net, 1), set, &objects, &here)
            })
            .collect();
        let mut nodes = Nodes { list, objects, names, net, directory };
        if let Some(programs) = programs {
            let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
            nodes.list.iter_mut().for_each(|node| node.environment.push(("PATH".to_owned(), path.clone())));
        }
        nodes.list.iter_mut().for_each(Node::start);
        nodes
    }

    /// Waits until a condition holds.
    fn wait(&self, what: &str, condition: impl Fn(&Nodes) -> bool) {
        let start = Instant::now();
        while !condition(self) {
            assert!(start.elapsed() < PATIENCE, "{what} does not come\n{}", self.logs());
            sleep(Duration::from_millis(300));
        }
    }

    fn wait_until_ready(&self) {
        self.wait("readiness", |nodes| nodes.alive().all(|node| node.script("ready.sh").status.success()));
    }

    /// Runs the script of a job as its pod would.
    fn job(&self, kind: &str) -> String {
        let job = self.objects.iter().find(|o| o["kind"] == kind).unwrap();
        let pod = if kind == "Job" { &job["spec"] } else { &job["spec"]["jobTemplate"]["spec"] };
        let container = &pod["template"]["spec"]["containers"][0];
        let place = |name: &str| {
            let path = self.directory.path().join("job").join(name);
            fs::create_dir_all(&path).unwrap();
            path
        };
        let scripts = self.objects.iter().find(|o| o["data"]["backup.sh"].is_string()).unwrap();
        for (name, text) in scripts["data"].as_object().unwrap() {
            let text = text.as_str().unwrap().replace("/tls/", &self.list[0].tls);
            fs::write(place("scripts").join(name), text).unwrap();
        }
        fs::write(place("bin").join("aws"), AWS).unwrap();
        Command::new("chmod").arg("755").arg(place("bin").join("aws")).status().unwrap();
        let script = container["command"][1].as_str().unwrap().rsplit('/').next().unwrap();
        let mut command = Command::new("sh");
        command.arg(place("scripts").join(script));
        for variable in container["env"].as_array().unwrap() {
            if let Some(value) = variable["value"].as_str() {
                let value = here(value, &self.names, self.net)
                    .replace("cache-headless.$(POD_NAMESPACE).svc.cluster.local", "9")
                    .replace("cache-headless", "9")
                    .replace("/tls/", &self.list[0].tls);
                command.env(variable["name"].as_str().unwrap(), value);
            }
        }
        let path = std::env::var("PATH").unwrap();
        let output = command
            .env("PATH", format!("{}:{path}", place("bin").display()))
            .env("STORE", place("store"))
            .env("TMP", place("tmp"))
            .env("SCRIPTS", place("scripts"))
            .env("PORT", PORT)
            .env("LOCAL_PORT", (17000 + self.net).to_string())
            .env("REDIS_PASSWORD", PASSWORD)
            .output()
            .unwrap();
        let told = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{kind}: {told}");
        told
    }

    fn alive(&self) -> impl Iterator<Item = &Node> {
        self.list.iter().filter(|node| !node.running.is_empty())
    }

    fn masters(&self) -> Vec<&Node> {
        self.alive().filter(|node| node.ask(&["role"]).starts_with("master")).collect()
    }

    fn logs(&self) -> String {
        self.list
            .iter()
            .map(|n| fs::read_to_string(n.directory.join("log")).unwrap_or_default())
            .collect::<Vec<_>>()
            .join("\n==\n")
    }
}

impl Node {
    fn new(
        directory: PathBuf,
        pod: &str,
        first: &str,
        set: &Value,
        objects: &[Value],
        here: &dyn Fn(&str) -> String,
    ) -> Node {
        let ip = format!("{pod}.9");
        let path = |name: &str| directory.join(name).to_string_lossy().into_owned();
        for name in ["run", "data", "conf", "scripts", "layout"] {
            fs::create_dir_all(directory.join(name)).unwrap();
        }
        let tls = format!("{}/", directory.parent().unwrap().join("tls").display());
        let spec = &set["spec"]["template"]["spec"];
        for volume in spec["volumes"].as_array().unwrap() {
            let Some(map) = volume["configMap"]["name"].as_str() else { continue };
            let folder = match volume["name"].as_str().unwrap() {
                "config" => "conf",
                other => other,
            };
            let object = objects.iter().find(|o| o["kind"] == "ConfigMap" && o["metadata"]["name"] == map).unwrap();
            for (file, text) in object["data"].as_object().unwrap() {
                let text = text.as_str().unwrap();
                let text = match folder {
                    "scripts" => text.to_owned(),
                    _ => here(text)
                        .replace("bind * -::*", &format!("bind {ip}"))
                        .replace("bind 0.0.0.0", &format!("bind {ip}"))
                        .replace("dir /data", &format!("dir {}", path("data")))
                        .replace("/run/redis", &path("run"))
                        .replace("/tls/", &tls),
                };
                fs::write(directory.join(folder).join(file), text).unwrap();
            }
        }
        let mut environment: Vec<(String, String)> = Vec::new();
        for variable in spec["containers"][0]["env"].as_array().unwrap() {
            if let Some(value) = variable["value"].as_str() {
                // The pods of a node are below the name of their Service.
                let value = here(value);
                let value = match value.split_once("-headless.$(POD_NAMESPACE).svc.cluster.local") {
                    Some((name, "")) => name.rsplit_once('.').map_or("9".to_owned(), |(pod, _)| format!("{pod}.9")),
                    _ => value,
                };
                environment.push((variable["name"].as_str().unwrap().to_owned(), value.replace("/tls/", &tls)));
            }
        }
        for (name, value) in [
            ("POD_NAME", pod),
            ("FIRST", first),
            ("POD_IP", &ip),
            ("OWN", &ip),
            ("PORT", PORT),
            ("SENTINEL_PORT", SENTINEL_PORT),
            ("SENTINEL_HOST", "127.255.255.254"),
            ("REDIS_PASSWORD", PASSWORD),
            ("ACL_PASSWORD_0", "secret"),
            ("RUN", &path("run")),
            ("DATA", &path("data")),
            ("CONF", &path("conf")),
            ("SCRIPTS", &path("scripts")),
            ("LAYOUT", &path("layout")),
            ("STATE", &path("data/sentinel")),
        ] {
            environment.push((name.to_owned(), value.to_owned()));
        }
        let arguments = spec["containers"][0]["args"].as_array().into_iter().flatten();
        let arguments = arguments.map(|argument| argument.as_str().unwrap().to_owned()).collect();
        Node { ip, directory, environment, arguments, tls, running: Vec::new() }
    }

    fn command(&self, script: &str) -> Command {
        let mut command = Command::new("sh");
        command.arg(self.directory.join("scripts").join(script)).envs(self.environment.iter().cloned());
        command
    }

    fn start(&mut self) {
        for script in ["start.sh", "sentinel.sh"] {
            if !Path::new(&self.directory.join("scripts").join(script)).exists() {
                continue;
            }
            let log = fs::File::options().create(true).append(true).open(self.directory.join("log")).unwrap();
            let errors = log.try_clone().unwrap();
            let mut command = self.command(script);
            if script == "start.sh" {
                command.args(&self.arguments);
            }
            self.running
                .push(command.stdin(Stdio::null()).stdout(log).stderr(errors).process_group(0).spawn().unwrap());
        }
    }

    fn script(&self, name: &str) -> Output {
        self.command(name).output().unwrap()
    }

    /// The answer of the server.
    fn ask(&self, command: &[&str]) -> String {
        self.ask_port(PORT, command)
    }

    /// The answer of what listens on a port, encrypted where the pod's own scripts do it.
    fn ask_port(&self, port: &str, command: &[&str]) -> String {
        let encrypted = self.environment.iter().find(|(name, _)| name == "TLS_ARGS");
        let mut client = Command::new("redis-cli");
        client.args(encrypted.iter().flat_map(|(_, arguments)| arguments.split(' ')));
        client.args(["-h", &self.ip, "-p", port]).args(command).env("REDISCLI_AUTH", PASSWORD);
        String::from_utf8_lossy(&client.output().unwrap().stdout).into_owned()
    }

    /// Whether its sentinel knows so many replicas: it asks the master for them every ten seconds, and without one it has nobody to promote.
    fn sentinel_sees(&self, replicas: usize) -> bool {
        self.ask_port(SENTINEL_PORT, &["info", "sentinel"]).contains(&format!("slaves={replicas},"))
    }

    /// The pod is gone, with everything in it.
    fn kill(&mut self) {
        for mut child in self.running.drain(..) {
            let _ =
                Command::new("kill").args(["-KILL", "--", &format!("-{}", child.id())]).stderr(Stdio::null()).status();
            let _ = child.wait();
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill();
    }
}

#[test]
fn a_master_feeds_its_replica_and_users_may_do_what_is_said() {
    let spec = "  architecture: replication\n  replica: {replicaCount: 1}\n  resources: {limits: {memory: 64Mi}}\n  master: {extraFlags: [\"--maxmemory-samples 7\"]}\n  \
                backup: {enabled: true, image: i, bucket: b, existingSecret: s, restore: {from: latest}}\n  \
                acl: {users: [{name: app, rules: \"~app:* +@read\", existingSecret: s}]}\n";
    let nodes = Nodes::start(spec, 0);
    nodes.wait_until_ready();
    let [master, replica] = nodes.list.as_slice() else { panic!("two nodes are expected") };
    assert!(master.ask(&["set", "app:1", "x"]).starts_with("OK"));
    nodes.wait("the key", |_| replica.ask(&["get", "app:1"]).trim() == "x");
    let user = |command: &[&str]| {
        let mut client = Command::new("redis-cli");
        client
            .args(["-h", &master.ip, "-p", PORT, "--user", "app", "--pass", "secret", "--no-auth-warning"])
            .args(command);
        String::from_utf8_lossy(&client.output().unwrap().stdout).into_owned()
    };
    assert_eq!(user(&["get", "app:1"]).trim(), "x");
    assert!(user(&["set", "app:1", "y"]).contains("NOPERM"));
    assert!(master.ask(&["config", "get", "maxmemory"]).contains("50331648"), "three quarters of the limit");
    assert!(master.script("live.sh").status.success());
    assert!(master.ask(&["config", "get", "maxmemory-samples"]).contains('7'), "an argument of several words is one");
    assert!(master.ask(&["-n", "3", "set", "a \"b\\n", "z"]).starts_with("OK"));
    nodes.wait("both keys", |_| replica.ask(&["info", "keyspace"]).contains("db3:keys=1"));
    nodes.job("CronJob");
    assert!(master.ask(&["flushall"]).starts_with("OK"));
    assert!(nodes.job("Job").contains("took 1 keys"));
    assert_eq!((master.ask(&["get", "app:1"]).trim(), master.ask(&["-n", "3", "get", "a \"b\\n"]).trim()), ("x", "z"));
}

#[test]
fn a_single_node_keeps_what_it_has_when_its_pod_goes() {
    let mut nodes = Nodes::start("  architecture: standalone\n  configuration: |\n    timeout 300\n", 33);
    nodes.wait_until_ready();
    assert!(
        nodes.list[0].ask(&["set", "session:1", "x", "nx", "ex", "1800"]).starts_with("OK"),
        "the work of system D"
    );
    assert!(!nodes.list[0].ask(&["set", "session:1", "y", "nx", "ex", "1800"]).starts_with("OK"));
    assert!(nodes.list[0].ask(&["config", "get", "timeout"]).contains("300"));
    sleep(Duration::from_secs(2));
    nodes.list[0].kill();
    assert!(!nodes.list[0].script("live.sh").status.success());
    nodes.list[0].start();
    nodes.wait_until_ready();
    assert_eq!(nodes.list[0].ask(&["get", "session:1"]).trim(), "x");
}

#[test]
fn the_chart_of_the_shopping_cart_finds_a_master_and_another_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/examples/cart-production.yaml");
    let sources = Sources::new();
    let source = sources.add("cart.yaml", fs::read_to_string(path).unwrap(), SourceKind::Resource).unwrap();
    let json = |node: &redisops::yaml::Node| {
        let mut text = String::new();
        to_json(node, &mut text).unwrap();
        serde_json::from_str(&text).unwrap()
    };
    let objects = parse_documents(&source).unwrap().iter().map(json).collect();
    let mut nodes = Nodes::of(objects, 100);
    nodes.wait_until_ready();
    let told = |node: &Node, command: &[&str]| {
        let mut client = Command::new("redis-cli");
        client.args(["-h", &node.ip, "-p", SENTINEL_PORT, "sentinel"]).args(command).env("REDISCLI_AUTH", PASSWORD);
        String::from_utf8_lossy(&client.output().unwrap().stdout).into_owned()
    };
    let set = "shopping-cart-redis";
    nodes.wait("a quorum", |nodes| nodes.list.iter().all(|node| told(node, &["ckquorum", set]).starts_with("OK 3")));
    let master = told(&nodes.list[2], &["get-master-addr-by-name", set]);
    assert_eq!(master.lines().next(), Some(nodes.list[0].ip.as_str()), "writers ask for the master");
    nodes.wait("a write", |nodes| nodes.list[0].ask(&["set", "cart:1", "x"]).starts_with("OK"));
    nodes.wait("the write on a replica", |nodes| nodes.list[1].ask(&["get", "cart:1"]).trim() == "x");
    nodes.wait("sentinels that know both replicas", |nodes| nodes.list.iter().all(|node| node.sentinel_sees(2)));
    nodes.list[0].kill();
    nodes.wait("another master", |nodes| nodes.masters().len() == 1);
    assert_eq!(nodes.masters()[0].ask(&["get", "cart:1"]).trim(), "x");
}

#[test]
fn sentinels_find_a_master_and_it_hands_over_before_it_goes() {
    let nodes = Nodes::start("  architecture: sentinel\n  sentinel: {quorum: 2, downAfterMilliseconds: 3000}\n", 67);
    nodes.wait_until_ready();
    let first = nodes.masters().first().map(|node| node.ip.clone()).unwrap();
    assert_eq!(first, nodes.list[0].ip);
    let quorum = |node: &Node| {
        let mut client = Command::new("redis-cli");
        client
            .args(["-h", &node.ip, "-p", SENTINEL_PORT, "sentinel", "ckquorum", "cache"])
            .env("REDISCLI_AUTH", PASSWORD);
        String::from_utf8_lossy(&client.output().unwrap().stdout).starts_with("OK 3")
    };
    nodes.wait("a quorum of three", |nodes| nodes.list.iter().all(quorum));
    nodes.wait("a handover", |nodes| {
        nodes.list[0].script("stop.sh");
        nodes.masters().iter().all(|node| node.ip != first) && nodes.masters().len() == 1
    });
    nodes.wait_until_ready();
}

#[test]
fn a_cluster_forms_fails_over_and_hands_over() {
    let backup = "  backup: {enabled: true, image: i, bucket: b, existingSecret: s, restore: {from: latest}}\n";
    let cluster = "  architecture: cluster\n  cluster: {nodes: 6, replicas: 1, nodeTimeout: 5000}\n";
    let mut nodes = Nodes::start(&format!("{cluster}{backup}"), 134);
    nodes.wait_until_ready();
    nodes.wait("replicas", |nodes| nodes.masters().len() == 3);
    for (key, value) in [("a", "1"), ("b", "2"), ("{c}:x", "3")] {
        assert!(nodes.list[0].ask(&["-c", "set", key, value]).contains("OK"));
    }
    nodes.job("CronJob");
    nodes.masters().iter().for_each(|node| assert!(node.ask(&["flushall"]).starts_with("OK")));
    nodes.job("Job");
    assert_eq!(nodes.list[1].ask(&["-c", "get", "{c}:x"]).lines().last(), Some("3"));
    let keys =
        |nodes: &Nodes| nodes.masters().iter().map(|n| n.ask(&["dbsize"]).trim().parse::<u32>().unwrap()).sum::<u32>();
    assert_eq!(keys(&nodes), 3);
    assert!(nodes.list[0].ask(&["cluster", "nodes"]).contains(" 0-5460"));
    nodes.list[1].script("stop.sh");
    nodes.wait("a handover", |nodes| nodes.list[1].ask(&["role"]).starts_with("slave") && nodes.masters().len() == 3);
    nodes.list[0].kill();
    nodes.wait("a failover", |nodes| nodes.list[3].ask(&["role"]).starts_with("master"));
    nodes.wait_until_ready();
    nodes.list[0].start();
    nodes.wait("the old master as a replica", |nodes| nodes.list[0].ask(&["role"]).starts_with("slave"));
    nodes.wait_until_ready();
}

const TLS: &str = "  tls: {enabled: true, existingSecret: cache-tls, authClients: true}\n";

/// Whether somebody who does not encrypt, or shows no certificate, gets no answer.
fn is_closed(node: &Node, port: &str) -> bool {
    let ask = |more: &[&str]| {
        let mut client = Command::new("timeout");
        client
            .args(["5", "redis-cli", "-h", &node.ip, "-p", port])
            .args(more)
            .arg("ping")
            .env("REDISCLI_AUTH", PASSWORD);
        String::from_utf8_lossy(&client.output().unwrap().stdout).contains("PONG")
    };
    !ask(&[]) && !ask(&["--tls", "--insecure"])
}

#[test]
fn sentinels_and_their_servers_talk_encrypted_and_fail_over() {
    let sentinel = "  architecture: sentinel\n  sentinel: {quorum: 2, downAfterMilliseconds: 3000}\n";
    let mut nodes = Nodes::start(&format!("{sentinel}{TLS}"), 167);
    nodes.wait_until_ready();
    nodes.wait("a quorum of three", |nodes| {
        nodes
            .list
            .iter()
            .all(|node| node.ask_port(SENTINEL_PORT, &["sentinel", "ckquorum", "cache"]).starts_with("OK 3"))
    });
    assert!(is_closed(&nodes.list[0], PORT), "only those who encrypt and show a certificate are let in");
    nodes.wait("a write", |nodes| nodes.list[0].ask(&["set", "a", "1"]).starts_with("OK"));
    nodes.wait("the write on a replica", |nodes| nodes.list[2].ask(&["get", "a"]).trim() == "1");
    nodes.wait("sentinels that know both replicas", |nodes| nodes.list.iter().all(|node| node.sentinel_sees(2)));
    assert!(nodes.list[1].script("live.sh").status.success());
    nodes.list[0].kill();
    nodes.wait("another master", |nodes| nodes.masters().len() == 1);
    assert_eq!(nodes.masters()[0].ask(&["get", "a"]).trim(), "1");
    nodes.wait_until_ready();
}

#[test]
fn the_nodes_of_a_cluster_talk_encrypted_and_fail_over() {
    let cluster = "  architecture: cluster\n  cluster: {nodes: 6, replicas: 1, nodeTimeout: 5000}\n";
    let backup = "  backup: {enabled: true, image: i, bucket: b, existingSecret: s, restore: {from: latest}}\n";
    let mut nodes = Nodes::start(&format!("{cluster}{backup}{TLS}"), 187);
    nodes.wait_until_ready();
    nodes.wait("replicas", |nodes| nodes.masters().len() == 3);
    assert!(nodes.list[0].ask(&["-c", "set", "a", "1"]).contains("OK"));
    assert!(is_closed(&nodes.list[0], PORT), "only those who encrypt and show a certificate are let in");
    nodes.job("CronJob");
    nodes.masters().iter().for_each(|node| assert!(node.ask(&["flushall"]).starts_with("OK")));
    nodes.job("Job");
    assert_eq!(nodes.list[0].ask(&["-c", "get", "a"]).lines().last(), Some("1"));
    nodes.list[0].kill();
    nodes.wait("a failover", |nodes| nodes.list[3].ask(&["role"]).starts_with("master"));
    nodes.wait_until_ready();
}

#[test]
fn redis_5_takes_what_is_rendered_for_it() {
    let servers =
        Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("ci/setup")).arg("--servers").output().unwrap();
    let programs = PathBuf::from(String::from_utf8(servers.stdout).unwrap().trim()).join("redis-5.0");
    assert!(programs.join("redis-server").exists(), "{} is made by ci/setup", programs.display());
    let spec = "  architecture: replication\n  image: redis:5.0.6\n  replica: {replicaCount: 1}\n  resources: {limits: {memory: 64Mi}}\n  \
                metrics: {enabled: true}\n";
    let nodes = Nodes::with(render(spec), 203, Some(&programs));
    nodes.wait_until_ready();
    let [master, replica] = nodes.list.as_slice() else { panic!("two nodes are expected") };
    assert!(master.ask(&["info", "server"]).contains("redis_version:5.0.6"), "{}", nodes.logs());
    assert!(master.ask(&["set", "a", "1"]).starts_with("OK"));
    nodes.wait("the key", |_| replica.ask(&["get", "a"]).trim() == "1");
    assert!(master.ask(&["config", "get", "maxmemory"]).contains("50331648"));
    assert!(master.script("live.sh").status.success() && replica.script("live.sh").status.success());
}
