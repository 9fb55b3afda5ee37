//! A cluster with a StatefulSet for each shard: shards come and go, and so do replicas, as one apply, while a client writes.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

use redisops::redis::{NodeLine, parse_nodes};
use redisops::slots::Role;
use serde_json::Value;

use crate::support::{TestCluster, TestNode};

use super::Fleet;
use super::guard::Space;
use super::writer::Writer;

/// The node of each pod.
pub struct Shards<'c> {
    pub space: &'c Space,
    pub cluster: &'c TestCluster,
    pub pods: BTreeMap<String, u16>,
    /// How the nodes are reached; nothing for a map.
    pub access: Option<&'static str>,
    /// More of the spec of the Redis.
    pub more: String,
}

pub fn pod(shard: usize, ordinal: usize) -> String {
    format!("cache-shard-{shard}-{ordinal}")
}

/// What a run has said.
pub struct Told {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl<'c> Shards<'c> {
    /// Three masters with a replica each, and six fresh nodes: masters and their replicas are in different StatefulSets, and two masters are in one. Third
    /// pods of shards are those that the last shards have.
    pub fn shuffled(space: &'c Space, cluster: &'c TestCluster) -> Shards<'c> {
        let numbers = [1, 2, 5, 6, 3, 4, 9, 7, 12, 8, 11, 10];
        Fleet::new(cluster, &numbers, false).expel(6..12);
        let mut pods: BTreeMap<String, u16> =
            numbers.iter().enumerate().map(|(index, number)| (pod(index / 2, index % 2), *number)).collect();
        pods.extend((0..3).map(|shard| (pod(shard, 2), numbers[6 + shard])));
        Shards { space, cluster, pods, access: None, more: String::new() }
    }

    pub fn node(&self, pod: &str) -> TestNode<'_> {
        self.cluster.node(self.pods[pod])
    }

    /// A repository with one environment, whose Redis has so many nodes.
    pub fn write(&self, nodes: usize, replicas: usize) {
        let at = self.space.directory.path();
        let write = |file: &str, text: String| {
            let path = at.join(file);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, text).expect("a file");
        };
        let map: String =
            self.pods.keys().map(|pod| format!("        {pod}: \"{}\"\n", self.node(pod).address())).collect();
        let access = self
            .access
            .map_or_else(|| format!("\n      mode: map\n      map:\n{map}"), |access| format!(" {access}\n"));
        write(
            "environments/prod.yaml",
            format!(
                "apiVersion: redisops.dev/v1alpha1\nkind: Environment\nmetadata: {{name: prod}}\nspec:\n  overlay: overlays/prod\n  kubernetes: {{namespace: {}, kubeconfig: {}}}\n  \
                 redis:\n  - name: cache\n    resource: Redis/cache\n    topology: {{mode: cluster}}\n    access:{access}  guards: {{latencyBudget: \"off\"}}\n",
                self.space.name,
                self.space.kubeconfig.display()
            ),
        );
        write("overlays/prod/kustomization.yaml", format!("namespace: {}\nresources: [redis.yaml]\n", self.space.name));
        write(
            "overlays/prod/redis.yaml",
            format!(
                "apiVersion: redisops.dev/v1alpha1\nkind: Redis\nmetadata: {{name: cache}}\nspec:\n  architecture: cluster\n  auth: {{enabled: false}}\n  \
                 persistence: {{enabled: false}}\n  scheduling: {{antiAffinity: none}}\n  cluster:\n    nodes: {nodes}\n    replicas: {replicas}\n    layout: perShard\n{}",
                self.more
            ),
        );
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(crate::support::binary());
        command.args(arguments).current_dir(self.space.directory.path()).stdin(Stdio::null());
        command
    }

    pub fn redisops(&self, arguments: &[&str]) -> Told {
        let ran = self.command(arguments).output().expect("it runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Told { code: ran.status.code(), stdout: text(&ran.stdout), stderr: text(&ran.stderr) }
    }

    /// The objects of what there is in the beginning: who has which role is left as it is.
    #[track_caller]
    pub fn create(&self) {
        self.write(6, 1);
        let told = self.redisops(&["apply", "prod", "--yes", "--prune"]);
        assert_eq!(told.code, Some(0), "{}\n{}", told.stdout, told.stderr);
    }

    #[track_caller]
    pub fn apply(&self, nodes: usize, replicas: usize) {
        self.write(nodes, replicas);
        let told = self.redisops(&["apply", "prod", "--yes", "--prune"]);
        assert_eq!(told.code, Some(0), "{}\n{}", told.stdout, told.stderr);
        self.assert_shape(nodes, replicas);
    }

    /// Every StatefulSet has one master and its replicas, nobody else is a member, and all others are empty.
    #[track_caller]
    pub fn assert_shape(&self, nodes: usize, replicas: usize) {
        let masters = nodes / (replicas + 1);
        let sets = self.space.run(&["get", "statefulset", "-o", "jsonpath={.items[*].metadata.name}"]).expect("sets");
        let wanted: Vec<String> = (0..masters).map(|shard| format!("cache-shard-{shard}")).collect();
        assert_eq!(sets.split(' ').collect::<Vec<_>>(), wanted);
        let lines: Vec<NodeLine> =
            parse_nodes(&self.node(&pod(0, 0)).command::<String>(&["CLUSTER", "NODES"])).expect("lines");
        assert_eq!(lines.len(), nodes, "{lines:#?}");
        for shard in 0..masters {
            let ids: Vec<_> = (0..=replicas).map(|ordinal| self.node(&pod(shard, ordinal)).id()).collect();
            let own: Vec<&NodeLine> = lines.iter().filter(|line| ids.contains(&line.id)).collect();
            let (owners, copies): (Vec<&NodeLine>, Vec<&NodeLine>) =
                own.into_iter().partition(|line| line.role == Some(Role::Master));
            assert_eq!((owners.len(), copies.len()), (1, replicas), "shard {shard}: {lines:#?}");
            assert!(copies.iter().all(|copy| copy.master.as_ref() == Some(&owners[0].id)), "shard {shard}: {lines:#?}");
            let share = 16384 / masters;
            assert!((share..=share + 1).contains(&usize::from(owners[0].slots.len())), "{}", owners[0].slots);
        }
        let members: Vec<_> = lines.iter().map(|line| line.id.clone()).collect();
        for number in self.pods.values() {
            let node = self.cluster.node(*number);
            if !members.contains(&node.id()) {
                assert_eq!(node.command::<u64>(&["DBSIZE"]), 0, "node {number}");
            }
        }
        self.cluster.assert_redis_cli_check();
    }

    /// A replica of one shard becomes one of another, and takes over there: two masters in one StatefulSet, none in the other.
    pub fn shuffle(&self, shard: usize, other: usize) {
        let replica = |shard: usize| {
            let own = (0..2).map(|ordinal| pod(shard, ordinal));
            let role = |pod: &String| self.node(pod).info("replication").get("role") == Some("slave");
            own.into_iter().find(|pod| role(pod)).expect("a replica")
        };
        let master = |shard: usize| {
            let replica = replica(shard);
            if replica.ends_with("-0") { pod(shard, 1) } else { pod(shard, 0) }
        };
        let (copy, taken) = (replica(shard), master(other));
        let id = self.node(&taken).id();
        let _: () = self.node(&copy).command(&["CLUSTER", "REPLICATE", id.as_str()]);
        let is = |what: &str, value: &str| {
            for _ in 0..600 {
                if self.node(&copy).info("replication").get(what) == Some(value) {
                    return;
                }
                std::thread::sleep(std::time::Duration::from_millis(50));
            }
            panic!("{copy} has not become {what}:{value}");
        };
        is("master_link_status", "up");
        // On a loaded machine an election may come to nothing.
        for _ in 0..10 {
            let _: () = self.node(&copy).command(&["CLUSTER", "FAILOVER"]);
            for _ in 0..120 {
                if self.node(&copy).info("replication").get("role") == Some("master") {
                    return;
                }
                std::thread::sleep(std::time::Duration::from_millis(50));
            }
        }
        panic!("{copy} does not take over");
    }
}

/// To how many pods StatefulSets may go.
fn drained_to(space: &Space) -> Vec<String> {
    let path = "jsonpath={.items[*].metadata.annotations.redisops\\.dev/drained-to}";
    let told = space.run(&["get", "statefulset", "-o", path]).expect("annotations");
    told.split(' ').map(str::to_owned).collect()
}

/// The guards stand in no namespace.
pub struct Unguard<'c>(pub &'c Space);

impl Drop for Unguard<'_> {
    fn drop(&mut self) {
        let guards = ["scale-guard", "scale-subresource-guard"];
        let of = |kind: &str, names: Vec<String>| {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let _ = self.0.run(&[&["delete", kind, "--ignore-not-found"], names.as_slice()].concat());
        };
        let name = &self.0.name;
        let sets = guards.iter().flat_map(|guard| (0..6).map(move |n| format!("{name}-cache-shard-{n}-{guard}")));
        of("validatingadmissionpolicybinding", sets.collect());
        of("validatingadmissionpolicy", guards.iter().map(|guard| format!("{name}-cache-{guard}")).collect());
    }
}

#[test]
fn shards_and_replicas_come_and_go_with_their_stateful_sets() {
    let Some(space) = Space::named("shards") else { return };
    let _unguard = Unguard(&space);
    let cluster = TestCluster::start(3, 1, 6);
    cluster.fill(1_000);
    let before = cluster.digest();
    let shards = Shards::shuffled(&space, &cluster);
    shards.create();

    let writer = Writer::start(&cluster);
    shards.apply(12, 1);
    // Roles are shuffled beyond the StatefulSets.
    shards.shuffle(0, 4);
    shards.shuffle(5, 1);

    // A shard that goes is a cluster that shrinks: the server keeps it, whoever deletes it, and it may not become smaller either.
    let denied = |what: &[&str]| {
        for _ in 0..100 {
            match space.run(what) {
                // What is known of parameters may be nothing: see `Space`.
                Err(said) if said.contains("are not drained") || said.contains("no params found") => return,
                Err(said) => panic!("{said}"),
                Ok(_) => std::thread::sleep(std::time::Duration::from_millis(100)),
            }
        }
        panic!("nobody refuses {what:?}");
    };
    denied(&["delete", "statefulset/cache-shard-5", "--dry-run=server"]);
    denied(&["delete", "statefulset/cache-shard-5", "--cascade=foreground"]);
    denied(&["patch", "statefulset/cache-shard-5", "--dry-run=server", "-p", "{\"spec\":{\"replicas\":1}}"]);
    space
        .run(&["delete", "statefulset/cache-shard-5", "--dry-run=server", "--cascade=orphan"])
        .expect("its pods would stay");

    shards.write(6, 1);
    let told = shards.redisops(&["plan", "prod", "-o", "json"]);
    assert_eq!(told.code, Some(0), "{}", told.stderr);
    let plan: Value = serde_json::from_str(&told.stdout).expect("a plan");
    let steps = plan["steps"].as_array().expect("steps");
    let at = |is: &dyn Fn(&Value) -> bool| steps.iter().position(is).expect("such a step");
    let first = at(&|step| step["redis"] == "cache");
    let deleted = at(&|step| step["id"].as_str().is_some_and(|id| id.ends_with("cache-shard-3")));
    assert!(first < deleted, "nodes leave before their StatefulSet: {steps:#?}");
    assert_eq!(steps[first]["cause"]["line"], 10, "the line of `nodes`: {:#?}", steps[first]);

    // Without `--prune` nothing is deleted, so nothing is drained.
    let told = shards.redisops(&["apply", "prod", "--yes"]);
    assert_eq!(told.code, Some(0), "{}\n{}", told.stdout, told.stderr);
    assert!(told.stderr.contains("kept StatefulSet/"), "{}", told.stderr);
    let told = shards.redisops(&["apply", "prod", "--prune", "--dry-run=server", "-o", "json"]);
    assert_eq!(told.code, Some(0), "{}\n{}", told.stdout, told.stderr);
    shards.apply(6, 1);

    // More replicas of each master, and fewer. That two pods were enough before says nothing once three are in use again: neither what people type nor what
    // others apply may take the third one away.
    assert_eq!(drained_to(&space), ["2"; 3]);
    shards.apply(9, 2);
    assert_eq!(drained_to(&space), ["3"; 3]);
    shards.write(6, 1);
    let built = shards.redisops(&["build", "overlays/prod"]).stdout;
    let sets: Vec<&str> =
        built.split("---\n").filter(|object| object.starts_with("apiVersion: apps/v1\nkind: StatefulSet\n")).collect();
    assert_eq!(sets.len(), 3, "{built}");
    let file = space.directory.path().join("sets.yaml");
    std::fs::write(&file, sets.join("---\n")).expect("a file");
    let file = file.display().to_string();
    denied(&["scale", "statefulset/cache-shard-0", "--replicas", "2"]);
    denied(&["apply", "--server-side", "--force-conflicts", "-f", &file]);
    let sizes = space.run(&["get", "statefulset", "-o", "jsonpath={.items[*].spec.replicas}"]).expect("sizes");
    assert_eq!(sizes, "3 3 3");
    let told = shards.redisops(&["apply", "prod", "--prune", "--dry-run=server", "-o", "json"]);
    assert_eq!(told.code, Some(0), "{}\n{}", told.stdout, told.stderr);
    assert!(
        told.stderr.contains("it refuses them until their nodes are drained, which an apply does first"),
        "{}",
        told.stderr
    );
    shards.apply(6, 1);
    let told = shards.redisops(&["plan", "prod", "--exit-code"]);
    assert_eq!(told.code, Some(0), "{}{}", told.stdout, told.stderr);

    assert!(writer.end() > 100, "it has written");
    let lost: Vec<String> =
        cluster.digest().differences(&before).into_iter().filter(|key| !key.starts_with("written:")).collect();
    assert_eq!(lost, Vec::<String>::new());
    assert_eq!(cluster.digest().doubled(), Vec::<String>::new());

    // The whole of it may go: that is meant.
    let told = shards.redisops(&["delete", "prod", "--yes"]);
    assert_eq!(told.code, Some(0), "{}\n{}", told.stdout, told.stderr);
    assert_eq!(space.run(&["get", "statefulset", "-o", "name"]).expect("a list"), "");
}
