//! An overlay, an environment with an address map, and the servers behind the pods.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use redis::{Client, FromRedisValue};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Ports, Ran, Server, binary, run};

/// redis.conf of the overlay: where a pod listens and keeps its files is not where the servers of the test do.
pub const CONF: &str = "\
# Limits.
port 6379
dir /data
maxmemory 1gb
maxmemory-policy allkeys-lru

save 900 1
save 300 10
appendonly no
notify-keyspace-events KEA
client-output-buffer-limit replica 256mb 64mb 60
hz 20
databases 16
";

/// The line of the overlay that CONF begins after.
const BEFORE: usize = 7;

/// Users of the overlay.
const USERS: &str = "user default on nopass ~* &* +@all\nuser app on >pw ~app:* +@read -@dangerous +set\n";

/// A repository with an environment whose nodes only its access names: no object says what they are.
pub fn repository(directory: &Path, access: &str, auth: &str) {
    let write = |path: &str, text: &str| {
        let path = directory.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("overlay/kustomization.yaml", "configMapGenerator:\n- name: none\n  literals: [a=b]\n");
    write(
        "environments/test.yaml",
        &format!(
            "apiVersion: redisops.dev/v1alpha1\nkind: Environment\nmetadata: {{name: test}}\nspec:\n  overlay: overlay\n  redis:\n  - name: shards\n    \
             topology: {{mode: cluster}}\n    access: {access}\n{auth}"
        ),
    );
}

/// Servers that stand in for the pods of one environment. They end when this is dropped.
pub struct Stage {
    children: Vec<Option<Child>>,
    ports: Ports,
    dir: TempDir,
    pods: usize,
    former: Option<(Child, Ports)>,
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.end_former();
        for child in self.children.iter_mut().flatten() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Stage {
    /// A master `cache-0` and its replicas, and so many sentinels.
    pub fn start(pods: usize, sentinels: usize) -> Stage {
        Stage::of(Server::Redis70, pods, sentinels, true)
    }

    /// With another server; `with_file`: whether servers read their configuration from files.
    pub fn of(server: Server, pods: usize, sentinels: usize, with_file: bool) -> Stage {
        let ports = Ports::take((pods + sentinels) as u16);
        let dir = tempfile::Builder::new().prefix("redisops-nodes-").tempdir().unwrap();
        let mut stage = Stage { children: Vec::new(), ports, dir, pods, former: None };
        stage.write_repository(sentinels);
        for index in 0..pods {
            let child = stage.spawn(server, index, with_file);
            stage.children.push(Some(child));
        }
        (0..pods).for_each(|index| stage.wait_until(index, &["PING"], "PONG"));
        (1..pods).for_each(|index| stage.wait_until(index, &["INFO", "replication"], "master_link_status:up"));
        for index in 0..sentinels {
            let child = stage.spawn_sentinel(pods + index);
            stage.children.push(Some(child));
        }
        for index in 0..sentinels {
            let others = format!("num-other-sentinels\n{}\n", sentinels - 1);
            let masters = ["SENTINEL", "MASTERS"];
            stage.wait_until(pods + index, &masters, &others);
            stage.wait_until(pods + index, &masters, &format!("num-slaves\n{}\n", pods - 1));
        }
        stage
    }

    /// The folder of the repository.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// The port of a server: of pods, then of sentinels.
    pub fn port(&self, index: usize) -> u16 {
        self.ports.numbers()[index]
    }

    /// Replaces a text in a file of the repository.
    pub fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.path().join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} has no {from}");
        fs::write(path, text.replace(from, to)).unwrap();
    }

    /// Lets the environment be applied to a namespace of a real API server.
    pub fn live_in(&self, namespace: &str, kubeconfig: &Path) {
        self.edit("overlay/kustomization.yaml", "namespace: shop", &format!("namespace: {namespace}"));
        let kubernetes =
            format!("  kubernetes: {{namespace: {namespace}, kubeconfig: {}}}\n  redis:\n", kubeconfig.display());
        self.edit("environments/test.yaml", "  redis:\n", &kubernetes);
    }

    /// The line of the overlay in which a line of CONF stands.
    pub fn line(&self, directive: &str) -> usize {
        BEFORE + 1 + CONF.lines().position(|line| line.starts_with(directive)).unwrap()
    }

    /// The process of a server.
    pub fn pid(&self, index: usize) -> u32 {
        self.children[index].as_ref().unwrap().id()
    }

    /// Ends a server.
    pub fn kill(&mut self, index: usize) {
        let mut child = self.children[index].take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Starts a replica that is none of the pods; its port.
    pub fn start_former(&mut self) -> u16 {
        let (ports, master) = (Ports::take(1), self.port(0).to_string());
        let port = ports.numbers()[0];
        let mut command = Command::new("redis-server");
        command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--dir"]).arg(self.path());
        command.args(["--replicaof", "127.0.0.1", &master]);
        self.former = Some((quiet(command), ports));
        port
    }

    /// Ends it.
    pub fn end_former(&mut self) {
        if let Some((mut child, _)) = self.former.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Ends a server and starts it again with its files, as happens to a pod that is replaced.
    pub fn restart(&mut self, index: usize) {
        self.kill(index);
        let file = self.path().join(format!("server-{index}/redis.conf"));
        let mut command = Command::new(Server::Redis70.path());
        command.arg(file);
        self.children[index] = Some(quiet(command));
        self.wait_until(index, &["PING"], "PONG");
    }

    /// Sends a command to a server.
    pub fn command<T: FromRedisValue>(&self, index: usize, words: &[&str]) -> T {
        self.try_command(index, words).unwrap_or_else(|error| panic!("{words:?}: {error}"))
    }

    fn try_command<T: FromRedisValue>(&self, index: usize, words: &[&str]) -> redis::RedisResult<T> {
        let mut connection = Client::open(("127.0.0.1", self.port(index)))?.get_connection()?;
        let mut command = redis::cmd(words[0]);
        words[1..].iter().for_each(|word| {
            command.arg(word);
        });
        command.query(&mut connection)
    }

    /// What differs on the nodes of the environment.
    pub fn diff(&self, arguments: &[&str]) -> Ran {
        let all: Vec<&str> = ["diff", "test", "--redis-only"].iter().chain(arguments).copied().collect();
        self.redisops(&all)
    }

    /// Runs the built binary in the repository.
    pub fn redisops(&self, arguments: &[&str]) -> Ran {
        let cache = self.path().join("cache");
        run(binary(), arguments, self.path(), &[("XDG_CACHE_HOME", cache.to_str().unwrap())])
    }

    /// The fields of one node that differ, where nothing could not be done.
    #[track_caller]
    pub fn fields(&self, node: &str) -> Vec<Value> {
        let report = self.diff(&["-o", "json"]).expect(1).json();
        fields_of(&report, node)
    }

    /// Waits until a reply has a text.
    pub fn wait_until(&self, index: usize, words: &[&str], text: &str) {
        let begin = Instant::now();
        loop {
            let reply: redis::RedisResult<redis::Value> = self.try_command(index, words);
            let shown = reply.as_ref().map(flat).unwrap_or_default();
            if shown.contains(text) {
                return;
            }
            assert!(begin.elapsed() < Duration::from_secs(30), "{words:?} of {index} never has {text}: {shown}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn spawn(&self, server: Server, index: usize, with_file: bool) -> Child {
        let own = self.path().join(format!("server-{index}"));
        fs::create_dir(&own).unwrap();
        let lines = CONF.lines().filter(|line| !line.starts_with("port") && !line.starts_with("dir"));
        let mut text: String = lines.map(|line| format!("{line}\n")).collect();
        fs::write(own.join("users.acl"), USERS).unwrap();
        text.push_str(&format!(
            "port {}\nbind 127.0.0.1\ndir {}\naclfile {}\nrepl-diskless-sync-delay 0\n",
            self.port(index),
            own.display(),
            own.join("users.acl").display()
        ));
        if server == Server::Redis70 {
            text.push_str("enable-module-command yes\n");
        }
        if index > 0 {
            text.push_str(&format!("replicaof 127.0.0.1 {}\n", self.port(0)));
        }
        let file = own.join("redis.conf");
        fs::write(&file, &text).unwrap();
        let mut command = Command::new(server.path());
        match with_file {
            true => {
                command.arg(file);
            }
            false => {
                command.arg("-").stdin(fs::File::open(file).unwrap());
            }
        }
        quiet(command)
    }

    fn spawn_sentinel(&self, index: usize) -> Child {
        let own = self.path().join(format!("server-{index}"));
        fs::create_dir(&own).unwrap();
        let text = format!(
            "port {}\nbind 127.0.0.1\ndir {}\nsentinel monitor cache 127.0.0.1 {} 2\nsentinel down-after-milliseconds cache 60000\n",
            self.port(index),
            own.display(),
            self.port(0)
        );
        let file = own.join("sentinel.conf");
        fs::write(&file, text).unwrap();
        let mut command = Command::new("redis-server");
        command.arg(file).arg("--sentinel");
        quiet(command)
    }

    fn write_repository(&self, sentinels: usize) {
        let write = |path: &str, text: &str| {
            let path = self.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let map = |names: &str, first: usize, count: usize| {
            let entry = |i: usize| format!("{names}-{i}: \"127.0.0.1:{}\"", self.port(first + i));
            (0..count).map(entry).collect::<Vec<_>>().join(", ")
        };
        let conf: String = CONF.lines().map(|line| format!("    {line}\n").replace("    \n", "\n")).collect();
        write(
            "overlay/cache.yaml",
            &format!(
                "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: cache-config\ndata:\n  other: x\n  redis.conf: |\n{conf}---\n{}",
                set(self.pods)
            ),
        );
        write(
            "overlay/kustomization.yaml",
            "namespace: shop\nresources:\n- cache.yaml\nsecretGenerator:\n- name: cache-acl\n  files:\n  - users.acl\n",
        );
        write("overlay/users.acl", USERS);
        let watched = match sentinels {
            0 => String::new(),
            count => format!(
                "    sentinel: {{master: cache, quorum: 2, access: {{mode: map, map: {{{}}}}}}}\n",
                map("watch", self.pods, count)
            ),
        };
        write(
            "environments/test.yaml",
            &format!(
                "apiVersion: redisops.dev/v1alpha1\nkind: Environment\nmetadata: {{name: test}}\nspec:\n  overlay: overlay\n  redis:\n  - name: cache\n    \
                 workload: StatefulSet/cache\n    config: ConfigMap/cache-config/redis.conf\n    acl: Secret/cache-acl/users.acl\n    \
                 topology: {{mode: replication, master: cache-0}}\n    access: {{mode: map, map: {{{}}}}}\n{watched}",
                map("cache", 0, self.pods)
            ),
        );
    }
}

/// The fields of a node in a report.
#[track_caller]
pub fn fields_of(report: &Value, node: &str) -> Vec<Value> {
    let nodes = report["nodes"].as_array().unwrap();
    let found = nodes.iter().find(|one| one["node"] == node).unwrap_or_else(|| panic!("no {node} in {report:#}"));
    found["fields"].as_array().unwrap().clone()
}

/// Paths of fields.
pub fn paths(fields: &[Value]) -> Vec<&str> {
    fields.iter().map(|field| field["path"].as_str().unwrap()).collect()
}

fn set(pods: usize) -> String {
    format!(
        "apiVersion: apps/v1\nkind: StatefulSet\nmetadata:\n  name: cache\nspec:\n  serviceName: cache\n  replicas: {pods}\n  selector:\n    matchLabels: {{app: cache}}\n  \
         template:\n    metadata:\n      labels: {{app: cache}}\n    spec:\n      containers:\n      - name: redis\n        image: redis:7.0\n        \
         command: [redis-server, /conf/redis.conf]\n        resources: {{limits: {{memory: 2Gi}}}}\n"
    )
}

fn quiet(mut command: Command) -> Child {
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn flat(value: &redis::Value) -> String {
    match value {
        redis::Value::Array(items) => items.iter().map(|item| format!("{}\n", flat(item))).collect(),
        redis::Value::Map(pairs) => pairs.iter().map(|(k, v)| format!("{}\n{}\n", flat(k), flat(v))).collect(),
        redis::Value::BulkString(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        redis::Value::SimpleString(text) => text.clone(),
        redis::Value::VerbatimString { text, .. } => text.clone(),
        other => format!("{other:?}"),
    }
}
