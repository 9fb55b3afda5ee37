//! What the objects of a build want of Redis: which nodes there are, which part each plays, what their configuration is.
//!
//! Read from the objects that [`super::expand`] has made, patches included, so that it holds for objects of a cluster as well.

use rustc_hash::FxHashMap;

use crate::diagnostics::Pos;
use crate::redis::config::{Parsed, monitored, parse, parse_arguments};
use crate::yaml::{Node, Trace};

use super::marks;
use super::spec::{Architecture, Layout};

/// A Redis and all that is wanted of it.
#[derive(Clone, Debug)]
pub struct WantedRedis {
    /// Its name.
    pub name: String,
    /// Its namespace; empty where the objects name none.
    pub namespace: String,
    /// How its nodes work together.
    pub architecture: Architecture,
    /// How the nodes of a cluster are divided into StatefulSets.
    pub layout: Layout,
    /// Replicas of each master. With sentinels and in a cluster any node may be the master.
    pub replicas: usize,
    /// The image of the servers.
    pub image: String,
    /// Its nodes, StatefulSet by StatefulSet, by ordinal. None for Redis Enterprise.
    pub nodes: Vec<WantedNode>,
    /// The line that says how many nodes there are.
    pub nodes_at: Pos,
    /// Configurations that the nodes have, each once.
    pub configs: Vec<WantedConfig>,
    /// Users beside the default one.
    pub users: Vec<WantedUser>,
    /// The password of the default user; none where it has none.
    pub password: Option<SecretKey>,
    /// The Secret with the certificate, where connections are encrypted.
    pub tls: Option<String>,
    /// The sentinels.
    pub sentinel: Option<WantedSentinel>,
    /// The Service that gives the pods their names.
    pub headless: String,
    /// The database and the cluster of Redis Enterprise.
    pub enterprise: Option<WantedDatabase>,
    /// Where its first object was written.
    pub at: Pos,
}

/// A node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WantedNode {
    /// Its pod.
    pub pod: String,
    /// The StatefulSet of the pod.
    pub workload: String,
    /// The number of the pod in it.
    pub ordinal: usize,
    /// The part that it plays.
    pub role: WantedRole,
    /// In a cluster, the master with which this node starts: equal numbers are a master and its replicas.
    pub shard: Option<usize>,
    /// Its configuration, as an index of [`WantedRedis::configs`].
    pub config: Option<usize>,
}

/// The part of a node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum WantedRole {
    /// The master, always.
    Master,
    /// A replica of that pod, always.
    Replica(String),
    /// What sentinels or the cluster decide; of all nodes as many are masters as [`WantedRedis::masters`] says.
    Either,
}

/// A configuration of servers.
#[derive(Clone, Debug)]
pub struct WantedConfig {
    /// The ConfigMap that holds it under `redis.conf`, by its rendered name.
    pub config_map: String,
    /// redis.conf, line by line. What the start script adds (passwords, announced names) is not there.
    pub file: Parsed,
    /// Arguments of the server, which win over the file.
    pub arguments: Parsed,
    /// The text of redis.conf.
    text: String,
    /// Where the lines of the file come from.
    lines: Vec<Pos>,
    /// Where the arguments come from.
    argument_places: Vec<Pos>,
    /// Where the file as a whole comes from.
    pub at: Pos,
}

/// One parameter as it is wanted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WantedParameter {
    /// Its name in lower case.
    pub name: String,
    /// Its value as it is written, words separated by blanks; several lines of `save` are one.
    pub value: String,
    /// The line of the user that set or caused it.
    pub at: Pos,
}

/// A user and what it may do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WantedUser {
    /// Its name.
    pub name: String,
    /// Its rules, without passwords.
    pub rules: String,
    /// The Secret with its password.
    pub password: Option<SecretKey>,
    /// Where it stands.
    pub at: Pos,
}

/// A key of a Secret.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SecretKey {
    /// The Secret.
    pub name: String,
    /// Its key.
    pub key: String,
}

/// What follows the key of a password in a Secret in the name of the key with the one that was valid before, while it is replaced.
pub const PREVIOUS: &str = "-previous";

/// The sentinels: one beside every node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WantedSentinel {
    /// What they call the master.
    pub master_set: String,
    /// How many must agree that it is down.
    pub quorum: i64,
    /// Where that stands.
    pub at: Pos,
}

/// A database of Redis Enterprise.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WantedDatabase {
    /// The cluster that serves it.
    pub cluster: String,
    /// Its port, where it is fixed.
    pub port: Option<u16>,
    /// Its shards.
    pub shards: i64,
}

impl WantedRedis {
    /// How many nodes are masters.
    pub fn masters(&self) -> usize {
        match self.architecture {
            Architecture::Cluster => self.nodes.len() / (self.replicas + 1),
            Architecture::Enterprise => 0,
            _ => 1,
        }
    }

    /// The name under which other pods reach a node, without the domain of the cluster.
    pub fn host(&self, node: &WantedNode) -> String {
        match self.namespace.is_empty() {
            true => format!("{}.{}", node.pod, self.headless),
            false => format!("{}.{}.{}.svc", node.pod, self.headless, self.namespace),
        }
    }

    /// The configuration of a node.
    pub fn config(&self, node: &WantedNode) -> Option<&WantedConfig> {
        self.configs.get(node.config?)
    }
}

impl WantedConfig {
    /// Every parameter that the configuration names, by name, with the line that counts. Words that are no parameters (`include`) are left out.
    pub fn parameters(&self) -> Vec<WantedParameter> {
        let mut all: Vec<WantedParameter> = Vec::new();
        let parts = [(&self.file, false), (&self.arguments, true)];
        for (part, is_argument) in parts {
            // Several `save` lines of one place add up; those of a later place take the place of all.
            let mut added: Vec<&str> = Vec::new();
            for line in &part.lines {
                let name = line.name.text.as_str();
                if ["include", "loadmodule", "user", "rename-command"].contains(&name) {
                    continue;
                }
                let words: Vec<&str> = line.arguments.iter().map(|word| word.text.as_str()).collect();
                let value = words.join(" ");
                let at = if is_argument { self.argument_place(line.name.at) } else { self.place(line.name.at) };
                let adds_up = ["save", "client-output-buffer-limit"].contains(&name) && !value.is_empty();
                match all.iter_mut().find(|known| known.name == name) {
                    Some(known) if adds_up && added.contains(&name) && !known.value.is_empty() => {
                        known.value = format!("{} {value}", known.value);
                        known.at = at;
                    }
                    Some(known) => (known.value, known.at) = (value, at),
                    None => all.push(WantedParameter { name: name.to_owned(), value, at }),
                }
                added.push(name);
            }
        }
        all
    }

    /// The line of the user behind an offset of the file.
    pub fn place(&self, offset: usize) -> Pos {
        let line = self.text.get(..offset).map_or(0, |before| before.matches('\n').count());
        self.lines.get(line).copied().unwrap_or(self.at)
    }

    fn argument_place(&self, index: usize) -> Pos {
        self.argument_places.get(index).copied().unwrap_or(self.at)
    }
}

/// All Redis of some objects, in the order of their names.
pub fn wanted<'a>(objects: impl IntoIterator<Item = &'a Node>, trace: &Trace) -> Vec<WantedRedis> {
    let objects: Vec<&Node> = objects.into_iter().collect();
    let text = |object: &Node, path: &[&str]| object.text_at(path).unwrap_or("").to_owned();
    let mut maps: FxHashMap<(String, String), &Node> = FxHashMap::default();
    for object in objects.iter().filter(|o| o.text_at(&["kind"]) == Some("ConfigMap")) {
        maps.insert((text(object, &["metadata", "namespace"]), text(object, &["metadata", "name"])), object);
    }
    let mut all: Vec<WantedRedis> = Vec::new();
    for object in objects {
        let Some((name, architecture)) = marks::read(object) else { continue };
        let namespace = text(object, &["metadata", "namespace"]);
        let known = all.iter().position(|one| one.name == name && one.namespace == namespace);
        let index = known.unwrap_or_else(|| {
            let mut one = empty(object, name, namespace, architecture, trace);
            let layout = maps.get(&(one.namespace.clone(), format!("{}-layout", one.name)));
            if let Some(masters) = layout.and_then(|map| map.lookup(&["data", "masters"])) {
                one.nodes_at = trace.pos(masters.origin);
            }
            all.push(one);
            all.len() - 1
        });
        match object.text_at(&["kind"]) {
            Some("StatefulSet") => workload(object, &maps, &mut all[index], trace),
            _ => all[index].enterprise = database(object),
        }
    }
    for one in &mut all {
        roles(one);
    }
    all.sort_by(|a, b| (&a.namespace, &a.name).cmp(&(&b.namespace, &b.name)));
    all
}

fn empty(object: &Node, name: String, namespace: String, architecture: Architecture, trace: &Trace) -> WantedRedis {
    WantedRedis {
        name,
        namespace,
        architecture,
        layout: marks::layout(object),
        replicas: marks::replicas(object),
        image: String::new(),
        nodes: Vec::new(),
        nodes_at: trace.pos(object.origin),
        configs: Vec::new(),
        users: Vec::new(),
        password: None,
        tls: None,
        sentinel: None,
        headless: String::new(),
        enterprise: None,
        at: trace.pos(object.origin),
    }
}

fn named<'n>(list: Option<&'n Node>, name: &str) -> Option<&'n Node> {
    list?.as_seq()?.iter().find(|item| item.text_at(&["name"]) == Some(name))
}

fn workload(set: &Node, maps: &FxHashMap<(String, String), &Node>, one: &mut WantedRedis, trace: &Trace) {
    let set_name = set.text_at(&["metadata", "name"]).unwrap_or("");
    let Some(pod) = set.lookup(&["spec", "template", "spec"]) else { return };
    let server = named(pod.get("containers"), "redis");
    let volumes = pod.get("volumes");
    if let Some(server) = server {
        one.image = server.text_at(&["image"]).unwrap_or("").to_owned();
        one.password = secret_key(named(server.get("env"), "REDIS_PASSWORD"));
    }
    one.headless = set.text_at(&["spec", "serviceName"]).unwrap_or("").to_owned();
    one.tls = named(volumes, "tls").and_then(|v| v.text_at(&["secret", "secretName"])).map(str::to_owned);
    let map = named(volumes, "config").and_then(|v| v.text_at(&["configMap", "name"]));
    let map = map.and_then(|name| maps.get(&(one.namespace.clone(), name.to_owned())).map(|map| (name, *map)));
    let config = map.map(|(name, map)| {
        if one.users.is_empty() {
            one.users = users(map, server, trace);
        }
        one.sentinel = one.sentinel.take().or_else(|| sentinel(map, trace));
        let known = one.configs.iter().position(|config| config.config_map == name);
        known.unwrap_or_else(|| {
            one.configs.push(configuration(name, map, server, trace));
            one.configs.len() - 1
        })
    });
    let count = set.text_at(&["spec", "replicas"]).map_or(1, |text| text.parse().unwrap_or(0));
    one.nodes.extend((0..count).map(|ordinal| WantedNode {
        pod: format!("{set_name}-{ordinal}"),
        workload: set_name.to_owned(),
        ordinal,
        role: WantedRole::Either,
        shard: None,
        config,
    }));
}

fn secret_key(variable: Option<&Node>) -> Option<SecretKey> {
    let source = variable?.lookup(&["valueFrom", "secretKeyRef"])?;
    Some(SecretKey { name: source.text_at(&["name"])?.to_owned(), key: source.text_at(&["key"])?.to_owned() })
}

fn configuration(name: &str, map: &Node, server: Option<&Node>, trace: &Trace) -> WantedConfig {
    let file = map.lookup(&["data", "redis.conf"]);
    let text = file.and_then(Node::text).unwrap_or("");
    let origin = file.map_or(map.origin, |file| file.origin);
    let lines = trace.lines(origin).map(|lines| lines.iter().map(|line| line.at).collect()).unwrap_or_default();
    let arguments = server.and_then(|s| s.get("args")).and_then(Node::as_seq).unwrap_or(&[]);
    WantedConfig {
        config_map: name.to_owned(),
        file: parse(text),
        arguments: parse_arguments(arguments.iter().filter_map(Node::text)),
        text: text.to_owned(),
        lines,
        argument_places: arguments.iter().map(|argument| trace.pos(argument.origin)).collect(),
        at: trace.pos(origin),
    }
}

fn users(map: &Node, server: Option<&Node>, trace: &Trace) -> Vec<WantedUser> {
    let Some(list) = map.lookup(&["data", "users"]) else { return Vec::new() };
    let lines = trace.lines(list.origin);
    let all = list.text().unwrap_or("").lines().enumerate();
    all.filter_map(|(number, line)| {
        let (name, rules) = line.split_once(' ').unwrap_or((line, ""));
        (!name.is_empty()).then(|| WantedUser {
            name: name.to_owned(),
            rules: rules.trim().to_owned(),
            password: secret_key(server.and_then(|server| named(server.get("env"), &format!("ACL_PASSWORD_{number}")))),
            at: lines
                .as_ref()
                .and_then(|lines| lines.get(number).map(|line| line.at))
                .unwrap_or_else(|| trace.pos(list.origin)),
        })
    })
    .collect()
}

fn sentinel(map: &Node, trace: &Trace) -> Option<WantedSentinel> {
    let file = map.lookup(&["data", "sentinel.conf"])?;
    let one = monitored(&parse(file.text()?)).into_iter().next()?;
    Some(WantedSentinel { master_set: one.name, quorum: one.quorum, at: trace.pos(file.origin) })
}

fn database(object: &Node) -> Option<WantedDatabase> {
    let number = |path: &[&str]| object.text_at(path).and_then(|text| text.parse::<i64>().ok());
    (object.text_at(&["kind"]) == Some("RedisEnterpriseDatabase")).then(|| WantedDatabase {
        cluster: object.text_at(&["spec", "redisEnterpriseCluster", "name"]).unwrap_or("").to_owned(),
        port: number(&["spec", "databasePort"]).and_then(|port| u16::try_from(port).ok()),
        shards: number(&["spec", "shardCount"]).unwrap_or(1),
    })
}

/// Who plays which part, once all nodes are known.
fn roles(one: &mut WantedRedis) {
    match one.architecture {
        Architecture::Standalone => one.nodes.iter_mut().for_each(|node| node.role = WantedRole::Master),
        Architecture::Replication => {
            let master = format!("{}-master-0", one.name);
            for node in &mut one.nodes {
                node.role = match node.pod == master {
                    true => WantedRole::Master,
                    false => WantedRole::Replica(master.clone()),
                };
            }
            one.replicas = one.nodes.len().saturating_sub(1);
        }
        Architecture::Sentinel => one.replicas = one.nodes.len().saturating_sub(1),
        Architecture::Cluster => {
            let masters = one.masters().max(1);
            let mut sets: Vec<String> = one.nodes.iter().map(|node| node.workload.clone()).collect();
            sets.dedup();
            for node in &mut one.nodes {
                node.shard = match one.layout {
                    Layout::Single => Some(node.ordinal % masters),
                    Layout::PerShard => sets.iter().position(|set| *set == node.workload),
                };
            }
        }
        Architecture::Enterprise => {}
    }
}
