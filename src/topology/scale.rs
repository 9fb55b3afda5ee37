//! Which fields say how many there are of something, and how large: what `scale` changes.

use crate::diagnostics::Diagnostic;
use crate::k8s::{Resource, ResourceRef};
use crate::provenance::{FieldPath, Segment};
use crate::yaml::{Node, Origin, Scalar};

/// What was asked for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Amounts {
    /// Shards: masters of a cluster, shards of a database.
    pub shards: Option<u32>,
    /// Nodes.
    pub nodes: Option<u32>,
    /// Replicas.
    pub replicas: Option<u32>,
    /// Memory of a node or a database.
    pub memory: Option<String>,
}

/// A field and the value that it is to have.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wanted {
    /// Keys from the top of the object.
    pub path: &'static [&'static str],
    /// The value.
    pub value: Scalar,
}

impl Wanted {
    /// The path as paths of fields are written.
    pub fn field(&self) -> FieldPath {
        FieldPath(self.path.iter().map(|key| Segment::Key((*key).to_owned())).collect())
    }
}

/// Kinds whose size can be changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Database,
    EnterpriseCluster,
    Redis,
    Workload,
}

fn kind(resource: &Resource) -> Option<Kind> {
    let group = resource.gvk().group;
    Some(match (&*group, resource.kind()) {
        ("app.redislabs.com", "RedisEnterpriseDatabase") => Kind::Database,
        ("app.redislabs.com", "RedisEnterpriseCluster") => Kind::EnterpriseCluster,
        ("redisops.dev", "Redis") => Kind::Redis,
        ("apps", "StatefulSet" | "Deployment" | "ReplicaSet") => Kind::Workload,
        _ => return None,
    })
}

/// Whether an object has a size that can be changed.
pub fn is_scalable(resource: &Resource) -> bool {
    kind(resource).is_some()
}

const SHARD_COUNT: &[&str] = &["spec", "shardCount"];
const MEMORY_SIZE: &[&str] = &["spec", "memorySize"];
const REC_NODES: &[&str] = &["spec", "nodes"];
const REC_LIMIT: &[&str] = &["spec", "redisEnterpriseNodeResources", "limits", "memory"];
const REC_REQUEST: &[&str] = &["spec", "redisEnterpriseNodeResources", "requests", "memory"];
const REPLICAS: &[&str] = &["spec", "replicas"];
const CLUSTER_NODES: &[&str] = &["spec", "cluster", "nodes"];
const CLUSTER_REPLICAS: &[&str] = &["spec", "cluster", "replicas"];
const REPLICA_COUNT: &[&str] = &["spec", "replica", "replicaCount"];
const ENTERPRISE_SHARDS: &[&str] = &["spec", "enterprise", "shards"];
const ENTERPRISE_NODES: &[&str] = &["spec", "enterprise", "nodes"];
const ENTERPRISE_MEMORY: &[&str] = &["spec", "enterprise", "memorySize"];

/// The fields that say what was asked for.
///
/// # Errors
/// When an object of that kind has no such size.
pub fn wanted(resource: &Resource, amounts: &Amounts) -> Result<Vec<Wanted>, Diagnostic> {
    let mut found = Vec::new();
    let count = |path, value: u32| Wanted { path, value: Scalar::int(i64::from(value)) };
    let size = |path, value: &str| Wanted { path, value: Scalar::string(value) };
    let Amounts { shards, nodes, replicas, memory } = amounts;
    let mut left = Vec::new();
    match kind(resource) {
        Some(Kind::Database) => {
            found.extend(shards.map(|n| count(SHARD_COUNT, n)));
            found.extend(memory.as_deref().map(|size_| size(MEMORY_SIZE, size_)));
            left.extend(nodes.map(|_| "--nodes").into_iter().chain(replicas.map(|_| "--replicas")));
        }
        Some(Kind::EnterpriseCluster) => {
            found.extend(nodes.map(|n| count(REC_NODES, n)));
            if let Some(memory) = memory {
                // A node is evicted first when it asks for less than it may use.
                found.extend([size(REC_LIMIT, memory), size(REC_REQUEST, memory)]);
            }
            left.extend(shards.map(|_| "--shards").into_iter().chain(replicas.map(|_| "--replicas")));
        }
        Some(Kind::Redis) => return redis(resource, amounts),
        Some(Kind::Workload) => {
            found.extend(replicas.or(*nodes).map(|n| count(REPLICAS, n)));
            left.extend(shards.map(|_| "--shards"));
            left.extend(memory.as_ref().map(|_| "--memory"));
        }
        None => left.push("a size"),
    }
    match left.first() {
        Some(flag) => Err(no_such_size(resource, flag)),
        None => Ok(found),
    }
}

fn redis(resource: &Resource, amounts: &Amounts) -> Result<Vec<Wanted>, Diagnostic> {
    let Amounts { shards, nodes, replicas, memory } = amounts;
    let spec = |path: &[&str]| resource.node.text_at(&[&["spec"], path].concat());
    let architecture = spec(&["architecture"]).unwrap_or("replication");
    let count = |path, value: u32| Wanted { path, value: Scalar::int(i64::from(value)) };
    let mut found = Vec::new();
    let flag = match architecture {
        "cluster" => {
            let each = replicas.or_else(|| spec(&["cluster", "replicas"])?.parse().ok()).unwrap_or(1);
            let total = nodes.or_else(|| Some(shards.as_ref()?.saturating_mul(each.saturating_add(1))));
            if let (Some(shards), Some(nodes)) = (shards, nodes)
                && u64::from(*nodes) != u64::from(*shards) * (u64::from(each) + 1)
            {
                let message = format!("{shards} shards with {each} replicas each are not {nodes} nodes");
                return Err(Diagnostic::error("redisops::scale::contradiction", message)
                    .help("leave one of --shards and --nodes out"));
            }
            let old = spec(&["cluster", "nodes"]).and_then(|n| n.parse::<u32>().ok()).unwrap_or(6);
            let before = spec(&["cluster", "replicas"]).and_then(|n| n.parse::<u32>().ok()).unwrap_or(1);
            // More replicas with as many masters need more nodes.
            let masters = old / before.saturating_add(1);
            let total = total.or_else(|| Some(masters * (replicas.as_ref()? + 1)));
            found.extend(total.map(|n| count(CLUSTER_NODES, n)));
            found.extend(replicas.map(|n| count(CLUSTER_REPLICAS, n)));
            memory.as_ref().map(|_| "--memory")
        }
        "enterprise" => {
            found.extend(shards.map(|n| count(ENTERPRISE_SHARDS, n)));
            found.extend(nodes.map(|n| count(ENTERPRISE_NODES, n)));
            found
                .extend(memory.as_ref().map(|m| Wanted { path: ENTERPRISE_MEMORY, value: Scalar::string(m.as_str()) }));
            replicas.map(|_| "--replicas")
        }
        "standalone" => {
            let message = format!("{} is standalone: it has one node", ResourceRef::of(resource));
            return Err(Diagnostic::error("redisops::scale::standalone", message)
                .help("set `architecture` to replication, sentinel or cluster first"));
        }
        _ => {
            found.extend(replicas.map(|n| count(REPLICA_COUNT, n)));
            let other = shards.map(|_| "--shards").or(nodes.map(|_| "--nodes"));
            other.or(memory.as_ref().map(|_| "--memory"))
        }
    };
    match flag {
        Some(flag) => Err(no_such_size(resource, flag)),
        None => Ok(found),
    }
}

fn no_such_size(resource: &Resource, flag: &str) -> Diagnostic {
    let help = match kind(resource) {
        Some(Kind::Database) => "a database has --shards and --memory",
        Some(Kind::EnterpriseCluster) => "a cluster has --nodes and --memory",
        Some(Kind::Redis) => {
            "with replication and sentinels it is --replicas; for a cluster --shards, --nodes, --replicas; for enterprise --shards, --nodes, --memory"
        }
        _ => "it has --replicas",
    };
    let message = format!("{} has nothing that {flag} could set", ResourceRef::of(resource));
    Diagnostic::error("redisops::scale::no_such_size", message).help(help)
}

/// A strategic merge patch that sets a field, as text.
pub fn patch(resource: &Resource, wanted: &Wanted) -> String {
    let mut lines = format!(
        "apiVersion: {}\nkind: {}\nmetadata:\n  name: {}\n",
        resource.api_version(),
        resource.kind(),
        resource.original_name()
    );
    for (depth, key) in wanted.path.iter().enumerate() {
        lines.push_str(&"  ".repeat(depth));
        lines.push_str(key);
        lines.push_str(if depth + 1 == wanted.path.len() { ": " } else { ":\n" });
    }
    lines + &wanted.value.text
}

/// An object with a field set; parents are made where they are missing.
pub fn with_field(object: &Node, wanted: &Wanted) -> Node {
    fn set(node: &mut Node, path: &[&str], value: &Scalar) {
        if node.as_map().is_none() {
            *node = Node::empty_map(Origin::NONE);
        }
        let Some(map) = node.as_map_mut() else { return };
        match path {
            [] => {}
            [last] => map.set(last, Node::scalar(Origin::NONE, value.clone())),
            [first, rest @ ..] => {
                if map.get(first).is_none() {
                    map.set(first, Node::empty_map(Origin::NONE));
                }
                if let Some(inner) = map.get_mut(first) {
                    set(inner, rest, value);
                }
            }
        }
    }
    let mut object = object.clone();
    set(&mut object, wanted.path, &wanted.value);
    object
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::{SourceKind, Sources};
    use crate::yaml::parse_first;

    fn resource(text: &str) -> Resource {
        let source = Sources::new().add("x", text.into(), SourceKind::Resource).unwrap();
        Resource::new(parse_first(&source).unwrap().unwrap())
    }

    fn fields(text: &str, amounts: Amounts) -> Vec<(String, String)> {
        let wanted = wanted(&resource(text), &amounts).unwrap();
        wanted.iter().map(|w| (w.field().to_string(), w.value.text.to_string())).collect()
    }

    const CLUSTER: &str = "{apiVersion: redisops.dev/v1alpha1, kind: Redis, metadata: {name: c}, spec: {architecture: cluster, cluster: {nodes: 6, replicas: 1}}}";

    #[test]
    fn masters_of_a_cluster_bring_their_replicas() {
        let shards = |n| Amounts { shards: Some(n), ..Amounts::default() };
        assert_eq!(fields(CLUSTER, shards(6)), [("spec.cluster.nodes".into(), "12".into())]);
        let replicas = Amounts { replicas: Some(2), ..Amounts::default() };
        let both = [("spec.cluster.nodes".to_owned(), "9".to_owned()), ("spec.cluster.replicas".into(), "2".into())];
        assert_eq!(fields(CLUSTER, replicas), both);
        let contradiction = Amounts { nodes: Some(11), ..shards(6) };
        assert_eq!(wanted(&resource(CLUSTER), &contradiction).unwrap_err().code, "redisops::scale::contradiction");
    }

    #[test]
    fn a_kind_has_its_sizes() {
        let database = "{apiVersion: app.redislabs.com/v1alpha1, kind: RedisEnterpriseDatabase, metadata: {name: d}}";
        let amounts = Amounts { shards: Some(4), memory: Some("2GB".into()), ..Amounts::default() };
        assert_eq!(
            fields(database, amounts),
            [("spec.shardCount".into(), "4".into()), ("spec.memorySize".into(), "2GB".into())]
        );
        let nodes = Amounts { nodes: Some(4), ..Amounts::default() };
        assert_eq!(wanted(&resource(database), &nodes).unwrap_err().code, "redisops::scale::no_such_size");
    }

    #[test]
    fn a_patch_says_what_is_missing() {
        let wanted = wanted(&resource(CLUSTER), &Amounts { nodes: Some(12), ..Amounts::default() }).unwrap();
        assert_eq!(
            patch(&resource(CLUSTER), &wanted[0]),
            "apiVersion: redisops.dev/v1alpha1\nkind: Redis\nmetadata:\n  name: c\nspec:\n  cluster:\n    nodes: 12"
        );
    }
}
