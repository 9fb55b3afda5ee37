//! What only live nodes tell, beyond the state of the cluster: what a plan's risks are judged by.

use std::collections::BTreeMap;

use super::slot::Slot;
use super::state::NodeId;

/// A key that is big.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BigKey {
    /// The key.
    pub key: Vec<u8>,
    /// Its slot.
    pub slot: Slot,
    /// The master that has it.
    pub node: NodeId,
    /// Its database.
    pub database: u32,
    /// Its bytes, as the server estimates them.
    pub bytes: u64,
}

/// What a node tells of a replica.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReplicaFacts {
    /// Where the replica is, as its master has it.
    pub address: String,
    /// Whether it follows: `online`.
    pub online: bool,
    /// Bytes of writes that it has not confirmed.
    pub behind: u64,
}

/// What a node tells of itself.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct NodeFacts {
    /// `maxmemory-policy`.
    pub policy: Option<String>,
    /// `cluster-node-timeout`, in milliseconds; nothing without the right to read it.
    pub node_timeout: Option<u64>,
    /// Its replicas.
    pub replicas: Vec<ReplicaFacts>,
}

/// What live nodes tell.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LiveFacts {
    /// By node; those that did not answer are missing.
    pub nodes: BTreeMap<NodeId, NodeFacts>,
    /// Big keys, the biggest first.
    pub big_keys: Vec<BigKey>,
    /// Masters of whose keys only samples were looked at.
    pub sampled: Vec<NodeId>,
}
