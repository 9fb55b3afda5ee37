//! A sample of the keys of a cluster.

use crate::slots::{ClusterState, Slot, key_slot};

/// A key that was looked at.
#[derive(Clone, PartialEq, Debug)]
pub struct SampledKey {
    /// The key.
    pub key: Vec<u8>,
    /// The reply of `TYPE`.
    pub value_type: String,
    /// Milliseconds until it expires; nothing where it stays.
    pub ttl: Option<u64>,
    /// Bytes of the key and its value; nothing where the server does not tell.
    pub bytes: Option<u64>,
    /// How many keys it stands for, itself included.
    pub weight: f64,
}

impl SampledKey {
    /// Its slot.
    pub fn slot(&self) -> Slot {
        key_slot(&self.key)
    }
}

/// A sample of the keys of a cluster.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct KeySample {
    /// The keys that were looked at.
    pub keys: Vec<SampledKey>,
    /// How many keys there are.
    pub total: u64,
    /// Keys in each of the 16,384 slots, where every node told.
    pub slot_keys: Option<Box<[u64]>>,
    /// Who owns which slot.
    pub cluster: ClusterState,
    /// Nodes that were asked that are masters, and replicas.
    pub asked: (usize, usize),
}

impl KeySample {
    /// Whether every key was looked at.
    pub fn is_complete(&self) -> bool {
        self.keys.len() as u64 >= self.total
    }

    /// Weights of all keys.
    pub fn weight(&self) -> f64 {
        self.keys.iter().map(|key| key.weight).sum()
    }

    /// Estimated bytes of all keys whose size is known.
    pub fn bytes(&self) -> f64 {
        self.keys.iter().filter_map(|key| Some(key.weight * key.bytes? as f64)).sum()
    }

    /// The address of the master that owns a slot, in parentheses: ` (127.0.0.1:7001)`.
    pub fn owner(&self, slot: Slot) -> String {
        let owner = self.cluster.masters().find(|node| node.slots.contains(slot));
        owner.map_or_else(String::new, |node| format!(" ({})", node.address))
    }
}
