//! A cluster as a value: nodes, who owns which slot, what is in the slots. What the planner works on, and what `--state` files hold.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::address::Address;
use super::set::SlotSet;
use super::slot::{SLOTS, Slot};

/// The identity of a node: 40 hexadecimal digits where a server made it. Cheap to copy.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct NodeId(Arc<str>);

impl NodeId {
    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first eight characters: enough for people.
    pub fn short(&self) -> &str {
        self.0.get(..8).unwrap_or(&self.0)
    }
}

impl From<String> for NodeId {
    fn from(text: String) -> NodeId {
        NodeId(text.into())
    }
}

impl From<&str> for NodeId {
    fn from(text: &str) -> NodeId {
        NodeId(text.into())
    }
}

impl From<NodeId> for String {
    fn from(id: NodeId) -> String {
        id.0.as_ref().to_owned()
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a node does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Owns slots, or could.
    Master,
    /// Copies a master.
    Replica,
}

/// A node.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Node {
    /// Its identity.
    pub id: NodeId,
    /// The address that it announces to clients.
    pub address: Address,
    /// The host name that it announces beside its address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
    /// What it does.
    pub role: Role,
    /// Whom a replica copies.
    #[serde(default)]
    pub master: Option<NodeId>,
    /// The failure zone it runs in.
    #[serde(default)]
    pub zone: Option<String>,
    /// More that is known of where it runs; `--zone-label` takes one of them for the zone.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// The slots that it owns; empty for a replica.
    #[serde(default)]
    pub slots: SlotSet,
    /// Flags of `CLUSTER NODES` other than `myself`, `master` and `slave`: `fail?`, `fail`, `handshake`, `noaddr`, `nofailover`.
    #[serde(default)]
    pub flags: Vec<String>,
    /// Its configuration epoch; that of its master for a replica.
    #[serde(default)]
    pub config_epoch: u64,
    /// Bytes that it has allocated (`used_memory`).
    #[serde(default)]
    pub used_memory: Option<u64>,
    /// Bytes that it may allocate; 0 is no limit.
    #[serde(default)]
    pub maxmemory: Option<u64>,
}

impl Node {
    /// Whether it is a master.
    pub fn is_master(&self) -> bool {
        self.role == Role::Master
    }

    /// Whether the cluster takes it for dead, or has no address of it.
    pub fn is_failed(&self) -> bool {
        self.flags.iter().any(|flag| matches!(flag.as_str(), "fail" | "noaddr"))
    }

    /// Whether it is a master that waits for work: no slots, not failed.
    pub fn is_spare(&self) -> bool {
        self.is_master() && self.slots.is_empty() && !self.is_failed()
    }
}

/// Something per slot. `None` where nobody asked.
pub type PerSlot = Option<Box<[u64]>>;

/// What is in the slots and how busy they are; each a table of 16,384 numbers.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct SlotStats {
    /// Keys in each slot.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "per_slot")]
    pub keys: PerSlot,
    /// Bytes of each slot's keys and values in memory.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "per_slot")]
    pub bytes: PerSlot,
    /// Commands a second that touch each slot.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "per_slot")]
    pub ops: PerSlot,
}

/// A table must have an entry for each slot. Fractions (rates) are rounded.
fn per_slot<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<PerSlot, D::Error> {
    use serde::de::Error;
    let Some(numbers) = Option::<Vec<f64>>::deserialize(deserializer)? else { return Ok(None) };
    if numbers.len() != usize::from(SLOTS) {
        return Err(D::Error::custom(format!("{} entries, not one for each of the 16384 slots", numbers.len())));
    }
    if let Some((slot, number)) = numbers.iter().enumerate().find(|(_, n)| !(**n >= 0.0 && **n < 9e15)) {
        return Err(D::Error::custom(format!("{number} of slot {slot} is no count")));
    }
    Ok(Some(numbers.into_iter().map(|n| n.round() as u64).collect()))
}

/// Which half of a hand-over a node knows.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// The node gives the slot to that one.
    Migrating(NodeId),
    /// The node takes the slot from that one.
    Importing(NodeId),
}

/// A slot in the middle of a hand-over, as one node knows it (only the node itself tells).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OpenSlot {
    /// The slot.
    pub slot: Slot,
    /// The node that says so.
    pub node: NodeId,
    /// What it says.
    #[serde(flatten)]
    pub direction: Direction,
}

/// A cluster.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClusterState {
    /// The nodes; order has no meaning.
    pub nodes: Vec<Node>,
    /// What is in the slots.
    #[serde(default)]
    pub slot_stats: SlotStats,
    /// Slots in the middle of a hand-over.
    #[serde(default)]
    pub open: Vec<OpenSlot>,
}

impl ClusterState {
    /// The node of that identity.
    pub fn node(&self, id: &NodeId) -> Option<&Node> {
        self.nodes.iter().find(|node| node.id == *id)
    }

    /// The masters, failed ones included.
    pub fn masters(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(|node| node.is_master())
    }

    /// The replicas of a master.
    pub fn replicas_of<'a>(&'a self, master: &'a NodeId) -> impl Iterator<Item = &'a Node> {
        self.nodes.iter().filter(move |node| node.role == Role::Replica && node.master.as_ref() == Some(master))
    }

    /// The master that owns each slot; of two that claim one, the one with the higher epoch. Of two with the same epoch, servers let the one with the smaller
    /// id take a new one (Redis Cluster specification, "Configuration epoch collision resolution"), so that it wins.
    pub fn owners(&self) -> Box<[Option<&NodeId>]> {
        let mut owners: Vec<Option<&Node>> = vec![None; usize::from(SLOTS)];
        for master in self.masters() {
            for slot in master.slots.iter() {
                let owner = &mut owners[slot.index()];
                let wins = |other: &Node| {
                    (other.config_epoch, Reverse(&other.id)) < (master.config_epoch, Reverse(&master.id))
                };
                if owner.is_none_or(wins) {
                    *owner = Some(master);
                }
            }
        }
        owners.into_iter().map(|owner| owner.map(|node| &node.id)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_read_as_documented_and_written_back() {
        let text = r#"{"kind":"ClusterState","nodes":[
            {"id":"a","address":"172.30.0.11:7001","role":"master","master":null,"zone":null,"slots":[[0,5460]],"flags":[],"configEpoch":1,"usedMemory":null,"maxmemory":null},
            {"id":"b","address":"172.30.0.14:7004","role":"replica","master":"a","zone":"z1"}],
            "slotStats":{},"open":[{"slot":5,"node":"a","migrating":"c"},{"slot":5,"node":"c","importing":"a"}]}"#;
        let state: ClusterState = serde_json::from_str(text).unwrap();
        assert_eq!(state.owners().iter().flatten().count(), 5461);
        assert_eq!(state.open[0].direction, Direction::Migrating("c".into()));
        assert_eq!(state.replicas_of(&"a".into()).count(), 1);
        let again = serde_json::to_string(&state).unwrap();
        assert_eq!(serde_json::from_str::<ClusterState>(&again).unwrap(), state);
        assert!(again.contains(r#"{"slot":5,"node":"a","migrating":"c"}"#), "{again}");
    }

    #[test]
    fn of_two_claims_the_newer_wins_then_the_smaller_id() {
        let owner = |epochs: (u64, u64)| {
            let text = format!(
                r#"{{"nodes":[{{"id":"a","address":"h:1","role":"master","slots":[[0,1]],"configEpoch":{}}},
                {{"id":"b","address":"h:2","role":"master","slots":[[1,2]],"configEpoch":{}}}]}}"#,
                epochs.0, epochs.1
            );
            let state: ClusterState = serde_json::from_str(&text).unwrap();
            state.owners()[1].cloned()
        };
        assert_eq!(owner((1, 2)), Some("b".into()));
        assert_eq!(owner((2, 1)), Some("a".into()));
        assert_eq!(owner((2, 2)), Some("a".into()));
    }

    #[test]
    fn a_table_of_the_wrong_length_is_refused() {
        let error = serde_json::from_str::<SlotStats>(r#"{"keys":[1,2,3]}"#).unwrap_err();
        assert!(error.to_string().contains("3 entries"), "{error}");
        let table = format!("{{\"ops\":[{}]}}", vec!["0.6"; 16384].join(","));
        assert_eq!(serde_json::from_str::<SlotStats>(&table).unwrap().ops.unwrap()[7], 1);
    }
}
