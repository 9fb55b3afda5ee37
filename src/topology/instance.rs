//! A Redis with everything that its spec leaves open decided, and what its objects have in common.

use crate::diagnostics::Pos;
use crate::k8s::{PreviousId, Resource};
use crate::kustomize::decode::{Pairs, Spanned, Text};
use crate::yaml::{Map, Node, Origin, Scalar};

use super::origins::Origins;
use super::spec::{Architecture, Layout, Persistence, Spec};
use super::tree::{IntoNode, by, map};

/// The port of clients.
pub(super) const PORT: i64 = 6379;
/// The port of the cluster bus.
pub(super) const BUS_PORT: i64 = 16379;
/// The port of sentinels.
pub(super) const SENTINEL_PORT: i64 = 26379;
/// The port of the exporter.
pub(super) const METRICS_PORT: i64 = 9121;

/// The image of servers when the spec names none.
const IMAGE: &str = "docker.io/library/redis:7.4.1";

/// One Redis.
pub(super) struct Instance<'a> {
    /// What the user wrote.
    pub(super) spec: &'a Spec,
    /// The object that is expanded.
    pub(super) parent: &'a Resource,
    /// Its name.
    pub(super) name: String,
    /// How its nodes work together.
    pub(super) architecture: Architecture,
    /// The line that says so.
    pub(super) cause: Origin,
    /// Where its name was set.
    pub(super) named: Origin,
    /// Origins of what the spec causes.
    pub(super) origins: &'a Origins<'a>,
}

/// Nodes that are alike: one StatefulSet.
pub(super) struct Group<'a> {
    /// What follows the name of the Redis.
    pub(super) suffix: String,
    /// What the nodes are called in labels.
    pub(super) component: &'static str,
    /// How many there are.
    pub(super) count: i64,
    /// What says so.
    pub(super) counted: Origin,
    /// Their volume.
    pub(super) persistence: &'a Persistence,
    /// Their requests and limits.
    pub(super) resources: Option<&'a Node>,
    /// Lines of redis.conf: those of all nodes, then their own.
    pub(super) configuration: [&'a Text; 2],
    /// Arguments of the server.
    pub(super) flags: Vec<&'a Text>,
    /// What follows the name of the Redis in the name of their configuration.
    pub(super) config: &'static str,
}

impl Group<'_> {
    /// The number of the shard, where each has a StatefulSet.
    pub(super) fn shard(&self) -> Option<&str> {
        self.suffix.strip_prefix("-shard-")
    }
}

/// Whether a switch is on.
pub(super) fn is_on(switch: Option<Spanned<bool>>, otherwise: bool) -> bool {
    switch.map_or(otherwise, |s| s.value)
}

/// How a Redis with such a spec works: sentinels on top of replication make it `sentinel`.
pub(super) fn architecture(spec: &Spec) -> (Architecture, Pos) {
    match (spec.architecture, spec.sentinel.enabled) {
        (Some(Spanned { value: Architecture::Replication, .. }), Some(Spanned { value: true, pos })) => {
            (Architecture::Sentinel, pos)
        }
        (Some(stated), _) => (stated.value, stated.pos),
        (None, Some(Spanned { value: true, pos })) => (Architecture::Sentinel, pos),
        (None, _) => (Architecture::default(), spec.pos),
    }
}

impl<'a> Instance<'a> {
    /// The origin of what a part of the spec causes; of the whole where that part is not written.
    pub(super) fn at(&self, pos: Pos) -> Origin {
        if pos.is_none() { self.cause } else { self.origins.at(pos) }
    }

    /// A text of the spec, or what stands for it when it is not written.
    pub(super) fn text(&self, text: &Text, otherwise: &str) -> Option<Node> {
        match text.is_empty() {
            true => otherwise.into_node(),
            false => by(self.at(text.pos), text.value.as_str()),
        }
    }

    /// A text of the spec; nothing when it is not written.
    pub(super) fn maybe(&self, text: &Text) -> Option<Node> {
        if text.is_empty() { None } else { by(self.at(text.pos), text.value.as_str()) }
    }

    /// A part of the spec as it is.
    pub(super) fn carry(&self, node: Option<&Node>) -> Option<Node> {
        node.map(|node| self.origins.carry(node))
    }

    /// Names and values of the spec as a mapping; nothing when there are none.
    pub(super) fn pairs(&self, pairs: &Pairs) -> Option<Node> {
        if pairs.is_empty() {
            return None;
        }
        let mut node = Node::empty_map(self.at(pairs.0[0].0.pos));
        extend(&mut node, self, pairs);
        Some(node)
    }

    /// The name of one of its objects.
    pub(super) fn child(&self, suffix: &str) -> String {
        format!("{}{suffix}", self.name)
    }

    /// The image of servers.
    pub(super) fn image(&self) -> Option<Node> {
        self.text(&self.spec.image, IMAGE)
    }

    /// Whether clients need a password.
    pub(super) fn has_password(&self) -> bool {
        is_on(self.spec.auth.enabled, true)
    }

    /// Whether connections are encrypted.
    pub(super) fn has_tls(&self) -> bool {
        is_on(self.spec.tls.enabled, false)
    }

    /// Whether exporters run.
    pub(super) fn has_metrics(&self) -> bool {
        is_on(self.spec.metrics.enabled, false)
    }

    /// What sentinels call the master.
    pub(super) fn master_set(&self) -> &str {
        let set = &self.spec.sentinel.master_set;
        if set.is_empty() { &self.name } else { set }
    }

    /// The domain of the cluster's names.
    pub(super) fn domain(&self) -> &str {
        let domain = &self.spec.cluster_domain;
        if domain.is_empty() { "cluster.local" } else { domain }
    }

    /// Nodes and replicas of a cluster.
    pub(super) fn cluster_size(&self) -> (i64, i64) {
        let cluster = &self.spec.cluster;
        (cluster.nodes.map_or(6, |n| n.value), cluster.replicas.map_or(1, |r| r.value))
    }

    /// All nodes, by StatefulSet.
    pub(super) fn groups(&self) -> Vec<Group<'a>> {
        let spec = self.spec;
        match self.architecture {
            Architecture::Standalone => vec![self.master()],
            Architecture::Replication => vec![self.master(), self.replicas("-replicas", "replica", 2)],
            Architecture::Sentinel => vec![self.replicas("-node", "node", 3)],
            Architecture::Cluster => {
                let (nodes, replicas) = self.cluster_size();
                let counted = |part: Option<Spanned<i64>>| self.at(part.map_or(Pos::NONE, |p| p.pos));
                let group = |suffix: String, count: i64, counted: Origin| Group {
                    suffix,
                    component: "node",
                    count,
                    counted,
                    config: "-node-config",
                    ..self.master()
                };
                match spec.cluster.layout.map_or(Layout::Single, |l| l.value) {
                    Layout::Single => vec![group("-node".to_owned(), nodes, counted(spec.cluster.nodes))],
                    Layout::PerShard => (0..nodes / (replicas + 1))
                        .map(|shard| group(format!("-shard-{shard}"), replicas + 1, counted(spec.cluster.replicas)))
                        .collect(),
                }
            }
            Architecture::Enterprise => Vec::new(),
        }
    }

    fn master(&self) -> Group<'a> {
        let (spec, master) = (self.spec, &self.spec.master);
        Group {
            suffix: "-master".to_owned(),
            component: "master",
            count: 1,
            counted: self.at(master.count.map_or(Pos::NONE, |c| c.pos)),
            persistence: chosen(&master.persistence, &spec.persistence),
            resources: master.resources.as_ref().or(spec.resources.as_ref()),
            configuration: [&spec.configuration, &master.configuration],
            flags: spec.extra_flags.iter().chain(&master.extra_flags).collect(),
            config: "-master-config",
        }
    }

    fn replicas(&self, suffix: &str, component: &'static str, otherwise: i64) -> Group<'a> {
        let (spec, replica) = (self.spec, &self.spec.replica);
        // With sentinels any node may be the master, so that what is said of the master is meant for all.
        let master = (self.architecture == Architecture::Sentinel).then_some(&spec.master);
        let of_master =
            |own: &'a Text, master: Option<&'a Text>| if own.is_empty() { master.unwrap_or(own) } else { own };
        let general = chosen(master.map_or(&spec.persistence, |m| &m.persistence), &spec.persistence);
        let flags = match (replica.extra_flags.as_slice(), master) {
            ([], Some(master)) => &master.extra_flags,
            _ => &replica.extra_flags,
        };
        Group {
            suffix: suffix.to_owned(),
            component,
            count: replica.replica_count.map_or(otherwise, |c| c.value),
            counted: self.at(replica.replica_count.map_or(Pos::NONE, |c| c.pos)),
            persistence: chosen(&replica.persistence, general),
            resources: replica
                .resources
                .as_ref()
                .or(master.and_then(|m| m.resources.as_ref()))
                .or(spec.resources.as_ref()),
            configuration: [&spec.configuration, of_master(&replica.configuration, master.map(|m| &m.configuration))],
            flags: spec.extra_flags.iter().chain(flags).collect(),
            config: if component == "node" { "-node-config" } else { "-replicas-config" },
        }
    }

    /// The labels by which all its pods are found.
    pub(super) fn selector(&self, component: Option<&str>) -> Node {
        map! {
            "app.kubernetes.io/component" => component,
            "app.kubernetes.io/instance" => by(self.named, self.name.as_str()),
            "app.kubernetes.io/name" => "redis",
        }
    }

    /// One of its objects: what is said of the whole holds for it too (namespace, labels, annotations, earlier names).
    pub(super) fn object(
        &self,
        kind: Kind,
        suffix: &str,
        component: Option<&str>,
        cause: Origin,
        body: Node,
    ) -> Resource {
        let mut labels = self.selector(component);
        let metadata = self.parent.node.get("metadata");
        inherit(&mut labels, metadata.and_then(|m| m.get("labels")));
        let mut meta = map! {
            "labels" => labels,
            "name" => by(self.named, self.child(suffix)),
            "namespace" => metadata.and_then(|m| m.get("namespace")).cloned(),
        };
        if let Some(annotations) = metadata.and_then(|m| m.get("annotations")).filter(|a| a.as_map().is_some()) {
            meta.as_map_mut().expect("it was just made").set("annotations", annotations.clone());
        }
        let mut node = map! { "apiVersion" => kind.0, "kind" => kind.1, "metadata" => meta };
        if let (Some(map), crate::yaml::Value::Map(Map { entries })) = (node.as_map_mut(), body.value) {
            map.entries.extend(entries);
        }
        self.origins.settle(&mut node, cause);
        let mut resource = Resource::new(node);
        resource.previous = self
            .parent
            .previous
            .iter()
            .map(|p| PreviousId {
                kind: kind.1.into(),
                name: format!("{}{suffix}", p.name).into(),
                namespace: p.namespace.clone(),
            })
            .collect();
        resource.prefixes = self.parent.prefixes.clone();
        resource.suffixes = self.parent.suffixes.clone();
        resource
    }
}

/// `apiVersion` and `kind`.
#[derive(Clone, Copy)]
pub(super) struct Kind(pub(super) &'static str, pub(super) &'static str);

/// The part of a role where it says anything, else that of all.
fn chosen<'a>(own: &'a Persistence, general: &'a Persistence) -> &'a Persistence {
    let says = own.enabled.is_some() || !own.size.is_empty() || !own.storage_class.is_empty();
    if says { own } else { general }
}

fn inherit(labels: &mut Node, from: Option<&Node>) {
    let (Some(own), Some(from)) = (labels.as_map_mut(), from.and_then(Node::as_map)) else { return };
    for entry in &from.entries {
        own.set(&entry.key.text, entry.value.clone());
    }
}

/// Adds names and values of the spec to a mapping.
pub(super) fn extend(node: &mut Node, instance: &Instance<'_>, pairs: &Pairs) {
    let Some(map) = node.as_map_mut() else { return };
    for (key, value) in &pairs.0 {
        map.remove(key);
        let value_node = Node::string(instance.at(value.pos), value.value.as_str());
        map.push(Scalar::string(key.value.as_str()), key.pos, value_node);
    }
}
