//! How long a plan takes, from rates.

use std::collections::BTreeMap;

use crate::slots::{Estimate, Move, NodeId};

/// How fast slots move into one node.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Rates {
    /// Keys a second.
    pub keys: f64,
    /// Bytes a second.
    pub bytes: f64,
    /// Slots a second where they are empty.
    pub slots: f64,
}

/// As measured with `MIGRATE` between nodes on one machine with two cores: small keys, one hash of 56 MB, empty slots.
impl Default for Rates {
    fn default() -> Rates {
        Rates { keys: 125_000.0, bytes: 147e6, slots: 4_000.0 }
    }
}

impl Rates {
    /// Seconds that the moves take: those of the node that has most to give and take, as pairs of nodes work side by side.
    pub fn estimate(&self, moves: &[Move]) -> Estimate {
        let mut busy: BTreeMap<&NodeId, f64> = BTreeMap::new();
        for one in moves {
            let Some(keys) = one.keys else { return Estimate { seconds: None } };
            let seconds = self.seconds(one.slots.len(), keys, one.bytes);
            for node in one.from.iter().chain([&one.to]) {
                *busy.entry(node).or_default() += seconds;
            }
        }
        let longest = busy.into_values().fold(0.0, f64::max);
        Estimate { seconds: Some((longest * 1000.0).round() / 1000.0) }
    }

    /// Seconds that slots with so many keys and bytes take from one node to another.
    pub fn seconds(&self, slots: u16, keys: u64, bytes: Option<u64>) -> f64 {
        let bytes = bytes.unwrap_or(0) as f64 / self.bytes;
        (f64::from(slots) / self.slots).max(keys as f64 / self.keys).max(bytes)
    }
}
