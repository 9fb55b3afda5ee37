//! How the nodes of a database are, for a table.

use serde::Serialize;

use super::super::report::{NodeChange, NodeField};
use super::answers::{Answer, Answers, SentinelAnswers};
use super::wanted::{Mode, Wanted};

/// How a database is.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DatabaseStatus {
    /// Its name.
    pub name: String,
    /// `standalone`, `replication` or `cluster`.
    pub mode: &'static str,
    /// Its nodes.
    pub nodes: Vec<NodeStatus>,
    /// Its sentinels.
    pub sentinels: Vec<SentinelStatus>,
}

/// How a node is; what it did not tell is null.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeStatus {
    /// The pod, or the node's id in its cluster.
    pub node: String,
    /// Where it was asked.
    pub address: String,
    /// `master` or `replica`.
    pub role: Option<&'static str>,
    /// Whom a replica copies.
    pub master: Option<String>,
    /// Whether a replica hears its master: `up`, `sync`, `down`.
    pub link: Option<&'static str>,
    /// Bytes of its master's stream that a replica has not got yet, where its master answered.
    pub lag_bytes: Option<u64>,
    /// Slots of a master of a cluster.
    pub slots: Option<u16>,
    /// The version of the server.
    pub version: Option<String>,
    /// Seconds since it was started.
    pub uptime_seconds: Option<u64>,
    /// Keys of all databases.
    pub keys: Option<u64>,
    /// Bytes that data and everything else take.
    pub used_memory: Option<u64>,
    /// Bytes that data may take; 0 without a limit.
    pub maxmemory: Option<u64>,
    /// Clients that are connected.
    pub clients: Option<u64>,
    /// Commands per second, lately.
    pub ops_per_second: Option<u64>,
    /// Share of reads that found their key, from 0 to 1; null where nothing was read.
    pub hit_ratio: Option<f64>,
    /// Keys that were evicted since the start.
    pub evicted_keys: Option<u64>,
    /// What differs from Git.
    pub drift: Vec<NodeField>,
    /// Why it could not be asked or compared.
    pub error: Option<String>,
}

/// How a sentinel is.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SentinelStatus {
    /// The pod.
    pub node: String,
    /// Where it was asked.
    pub address: String,
    /// The address of the master that it watches.
    pub master: Option<String>,
    /// How many must agree that it is down.
    pub quorum: Option<u64>,
    /// Replicas that it knows.
    pub replicas: Option<usize>,
    /// Other sentinels that it knows.
    pub others: Option<usize>,
    /// What differs from Git.
    pub drift: Vec<NodeField>,
    /// Why it could not be asked.
    pub error: Option<String>,
}

/// How a database is, by what its nodes answered and what was found to differ.
pub fn status(
    wanted: &Wanted,
    nodes: &[Answer<Answers>],
    sentinels: &[Answer<SentinelAnswers>],
    changes: &[NodeChange],
) -> DatabaseStatus {
    let judged = |index: usize| {
        let change = changes.get(index);
        let error = change.and_then(|change| change.error.as_ref()).map(|error| error.message.clone());
        (change.map_or_else(Vec::new, |change| change.fields.clone()), error)
    };
    let of_node = |(index, answer): (usize, &Answer<Answers>)| {
        let (drift, error) = judged(index);
        let (node, address) = (answer.node.clone(), answer.address.clone());
        let told = answer.said.as_ref().ok().map(|live| told(live, nodes)).unwrap_or_default();
        NodeStatus { node, address, drift, error, ..told }
    };
    let of_sentinel = |(index, answer): (usize, &Answer<SentinelAnswers>)| {
        let (drift, error) = judged(nodes.len() + index);
        let said = answer.said.as_ref().ok();
        let master = wanted.sentinels.as_ref().map_or("", |it| it.master.as_str());
        let watched = said.and_then(|said| said.masters.iter().find(|it| it.name == master));
        SentinelStatus {
            node: answer.node.clone(),
            address: answer.address.clone(),
            master: watched.map(|it| it.address()),
            quorum: watched.and_then(|it| it.get("quorum")?.parse().ok()),
            replicas: watched.map(|it| it.replicas.len()),
            others: watched.map(|it| it.sentinels.len()),
            drift,
            error,
        }
    };
    DatabaseStatus {
        name: wanted.name.clone(),
        mode: match wanted.mode {
            Mode::Standalone => "standalone",
            Mode::Replication => "replication",
            Mode::Cluster => "cluster",
        },
        nodes: nodes.iter().enumerate().map(of_node).collect(),
        sentinels: sentinels.iter().enumerate().map(of_sentinel).collect(),
    }
}

fn told(live: &Answers, all: &[Answer<Answers>]) -> NodeStatus {
    let number = |name: &str| live.info.number(name);
    let is_master = live.is_master();
    let (hits, misses) = (number("keyspace_hits").unwrap_or(0), number("keyspace_misses").unwrap_or(0));
    let keys = live.info.names().filter(|name| name.strip_prefix("db").is_some_and(|rest| rest.parse::<u32>().is_ok()));
    let keys = keys.filter_map(|name| live.info.fields(name).find(|(key, _)| *key == "keys")?.1.parse::<u64>().ok());
    NodeStatus {
        role: Some(if is_master { "master" } else { "replica" }),
        master: live.master().map(|(host, port)| crate::slots::Address::new(host, port).to_string()),
        link: (!is_master).then(|| match live.info.get("master_link_status") {
            Some("up") => "up",
            _ if live.info.get("master_sync_in_progress") == Some("1") => "sync",
            _ => "down",
        }),
        lag_bytes: if is_master { None } else { lag(live, all) },
        slots: live.own_line().filter(|_| is_master).map(|own| own.slots.len()),
        version: Some(live.version().to_owned()),
        uptime_seconds: number("uptime_in_seconds"),
        keys: Some(keys.sum()),
        used_memory: number("used_memory"),
        maxmemory: number("maxmemory"),
        clients: number("connected_clients"),
        ops_per_second: number("instantaneous_ops_per_sec"),
        hit_ratio: (hits + misses > 0).then(|| (hits as f64 / (hits + misses) as f64 * 1e4).round() / 1e4),
        evicted_keys: number("evicted_keys"),
        ..NodeStatus::default()
    }
}

/// How far a replica is behind the master of its history that answered.
fn lag(live: &Answers, all: &[Answer<Answers>]) -> Option<u64> {
    let history = live.info.get("master_replid")?;
    let masters = all.iter().filter_map(|answer| answer.said.as_ref().ok()).filter(|other| other.is_master());
    let master = masters.into_iter().find(|other| other.info.get("master_replid") == Some(history))?;
    let own = live.info.number("slave_repl_offset")?;
    Some(master.info.number("master_repl_offset")?.saturating_sub(own))
}
