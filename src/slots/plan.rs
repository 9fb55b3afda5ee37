//! A plan: what moves from where to where, and what that costs. Made by the planner, reviewed by people, carried out by the executor.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::address::Address;
use super::set::SlotSet;
use super::state::NodeId;

/// Slots that one node gives to another.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Move {
    /// Who gives; nobody where the slots belong to nobody.
    pub from: Option<NodeId>,
    /// Who takes.
    pub to: NodeId,
    /// What.
    pub slots: SlotSet,
    /// Keys in them, where known.
    pub keys: Option<u64>,
    /// Bytes in them, where known.
    pub bytes: Option<u64>,
}

/// A node that becomes a member.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Join {
    /// Its identity, where it could be asked.
    pub id: Option<NodeId>,
    /// Where it listens.
    pub address: Address,
}

/// A node that is a member no longer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Leave {
    /// Its identity.
    pub id: NodeId,
    /// Where it listens.
    pub address: Address,
}

/// A node that copies another master than before.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ReplicaChange {
    /// The replica.
    pub node: NodeId,
    /// Whom it copies in the end.
    pub master: NodeId,
}

/// The layout before.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Before {
    /// Ranges of all masters together.
    pub ranges: usize,
    /// How many slots each master has.
    #[serde(default)]
    pub slots_per_master: BTreeMap<NodeId, u16>,
}

/// The layout after.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct After {
    /// Ranges of all masters together.
    pub ranges: usize,
    /// How many slots each master has.
    pub slots_per_master: BTreeMap<NodeId, u16>,
}

/// How close to the least possible a plan is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Optimality {
    /// What is counted: `slots`, `keys`, `bytes` or `ops`.
    pub metric: String,
    /// How much of it the plan moves.
    pub moved: u64,
    /// No plan that meets the target moves less.
    pub lower_bound: u64,
}

/// How long it takes.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Estimate {
    /// Seconds; nothing where the number of keys is not known.
    pub seconds: Option<f64>,
}

/// Something that somebody who says yes should know.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Risk {
    /// Which kind, for programs: `big-key`, `hot-slot`, `memory`, `replica-lag`, `no-replica`, `same-zone`, `node-timeout`, `open-slots`, …
    pub rule: String,
    /// What, in a sentence.
    pub message: String,
    /// The node that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<NodeId>,
    /// The slots that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slots: Option<SlotSet>,
}

/// A plan.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SlotPlan {
    /// A node of the cluster that it was made from; nothing where it was made from a file.
    pub seed: Option<String>,
    /// SHA-256 of the state that it was made from.
    pub state_digest: String,
    /// What moves; ordered by giver, then taker.
    pub moves: Vec<Move>,
    /// Who joins.
    pub joins: Vec<Join>,
    /// Who leaves.
    pub leaves: Vec<Leave>,
    /// Who copies another master than before.
    pub replicas: Vec<ReplicaChange>,
    /// The layout before.
    pub before: Before,
    /// The layout after.
    pub after: After,
    /// How close to the least possible.
    pub optimality: Optimality,
    /// How long it takes.
    pub estimate: Estimate,
    /// What to know before saying yes.
    pub risks: Vec<Risk>,
}

impl SlotPlan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.moves.is_empty() && self.joins.is_empty() && self.leaves.is_empty() && self.replicas.is_empty()
    }

    /// How many slots move.
    pub fn moved_slots(&self) -> u32 {
        self.moves.iter().map(|m| u32::from(m.slots.len())).sum()
    }
}
