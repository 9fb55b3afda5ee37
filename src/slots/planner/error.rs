//! Why there is no plan.

use std::fmt;

use crate::diagnostics::Diagnostic;
use crate::slots::{Address, NoNode, Node, NodeId, SlotSet};

/// A node as messages name it: its short id and where it listens.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Named {
    /// Its identity.
    pub id: NodeId,
    /// Where it listens.
    pub address: Address,
}

impl From<&Node> for Named {
    fn from(node: &Node) -> Named {
        Named { id: node.id.clone(), address: node.address.clone() }
    }
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` ({})", self.id.short(), self.address)
    }
}

/// Why there is no plan.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PlanError {
    /// The target names a node that the state does not have, or several have.
    #[error("`{option}`: {error}")]
    NoNode {
        /// The flag that names it.
        option: &'static str,
        /// What is wrong with the name.
        error: NoNode,
    },
    /// The target gives slots to a replica.
    #[error("`{option}` names {node}, which is a replica: plans never promote replicas")]
    Replica {
        /// The flag that names it.
        option: &'static str,
        /// The replica.
        node: Named,
    },
    /// The target gives slots to a node that is dead or not yet a member.
    #[error("`{option}` names {node}, which is not reachable")]
    Unreachable {
        /// The flag that names it.
        option: &'static str,
        /// The node.
        node: Named,
    },
    /// The target wants a node to leave and to have slots.
    #[error("`--remove` makes {node} leave, and `{option}` gives it slots")]
    Leaving {
        /// The other flag.
        option: &'static str,
        /// The node.
        node: Named,
    },
    /// Two weights for one node.
    #[error("`--weights` names {node} twice, with different weights")]
    TwoWeights {
        /// The node.
        node: Named,
    },
    /// Every master that could have slots has weight 0.
    #[error("every master that could own slots has weight 0")]
    NoWeight,
    /// Slots pinned to two nodes.
    #[error("slots {slots} are pinned to {first} and to {second}")]
    TwoPins {
        /// The slots.
        slots: SlotSet,
        /// One of the nodes.
        first: Named,
        /// The other one.
        second: Named,
    },
    /// Slots pinned to a node of weight 0.
    #[error("`--pin` gives slots to {node}, and `--weights` says that it has none")]
    PinnedToZero {
        /// The node.
        node: Named,
    },
    /// Slots of a dead master without a replica.
    #[error("master {node} has failed, has no replica that could take over, and owns slots {slots}")]
    DeadOwner {
        /// The master.
        node: Named,
        /// Its slots.
        slots: SlotSet,
    },
    /// Slots whose hand-over has no one end.
    #[error("nodes disagree on where the open slots {slots} are going")]
    OpenSlots {
        /// The slots.
        slots: SlotSet,
    },
    /// Fewer nodes than masters wanted.
    #[error("{wanted} masters are wanted, and {available} nodes can be one")]
    TooFewMasters {
        /// How many are wanted.
        wanted: usize,
        /// How many masters and spares there are.
        available: usize,
    },
    /// Fewer nodes than replicas wanted.
    #[error("{wanted} replicas are wanted for {masters} masters, and {available} nodes can be one")]
    TooFewNodes {
        /// How many replicas in all.
        wanted: usize,
        /// For how many masters.
        masters: usize,
        /// How many replicas, spares and drained masters there are.
        available: usize,
    },
    /// More masters than slots, or none.
    #[error("{wanted} masters are wanted: a cluster has 1 to 16384")]
    MastersOutOfRange {
        /// How many are wanted.
        wanted: usize,
    },
    /// More masters are named than wanted.
    #[error("{wanted} masters are wanted, and {named} are named by `--add`, `--weights` or `--pin`")]
    MoreNamed {
        /// How many are wanted.
        wanted: usize,
        /// How many are named.
        named: usize,
    },
    /// No master has slots and none is named.
    #[error("no master that stays owns a slot")]
    NoMasters,
    /// The state lacks what the balance weighs.
    #[error("the state has no {metric} per slot, and `--balance {balance}` weighs them")]
    NoStats {
        /// What is missing.
        metric: &'static str,
        /// The balance that was asked for.
        balance: &'static str,
    },
}

impl PlanError {
    /// What is wrong and what to do. Always exit code 2.
    pub fn diagnostic(&self) -> Diagnostic {
        let (code, help) = self.code_and_help();
        Diagnostic::error(code, self.to_string()).help(help)
    }

    fn code_and_help(&self) -> (&'static str, String) {
        match self {
            PlanError::NoNode { .. } => (
                "redisops::slots::unknown-node",
                "name a node by its id, a beginning of it that only one node has, or its address; `redisops slots show` lists them".to_owned(),
            ),
            PlanError::Replica { node, .. } => (
                "redisops::slots::replica",
                format!("name a master, or run `CLUSTER FAILOVER` on {} first", node.address),
            ),
            PlanError::Unreachable { node, .. } => (
                "redisops::slots::unreachable",
                format!("start {} again, or name another node", node.address),
            ),
            PlanError::Leaving { .. } => ("redisops::slots::leaving", "leave out one of the two".to_owned()),
            PlanError::TwoWeights { .. } => ("redisops::slots::weights", "leave out one of the two".to_owned()),
            PlanError::NoWeight => ("redisops::slots::weights", "give one of them a weight above 0".to_owned()),
            PlanError::TwoPins { .. } => ("redisops::slots::pins", "leave out one of the two".to_owned()),
            PlanError::PinnedToZero { .. } => ("redisops::slots::pins", "leave out the pin or the weight".to_owned()),
            PlanError::DeadOwner { node, slots } => (
                "redisops::slots::dead-owner",
                format!(
                    "start {} again, as the data of its {} slots is only there; if it is lost for good, `redisops slots fix` gives the slots to others, empty",
                    node.address,
                    slots.len()
                ),
            ),
            PlanError::OpenSlots { .. } => ("redisops::slots::open", "run `redisops slots fix` first".to_owned()),
            PlanError::TooFewMasters { .. } => (
                "redisops::slots::too-few-nodes",
                "name new nodes with `--add`, or ask for fewer masters".to_owned(),
            ),
            PlanError::TooFewNodes { .. } => (
                "redisops::slots::too-few-nodes",
                "add nodes to the cluster first, or ask for fewer replicas".to_owned(),
            ),
            PlanError::MastersOutOfRange { .. } => (
                "redisops::slots::masters",
                "ask for a number from 1 to 16384".to_owned(),
            ),
            PlanError::MoreNamed { .. } => (
                "redisops::slots::masters",
                "name fewer nodes, or ask for more masters".to_owned(),
            ),
            PlanError::NoMasters => (
                "redisops::slots::no-masters",
                "say which masters get the slots, with `--masters` or `--add`".to_owned(),
            ),
            PlanError::NoStats { .. } => (
                "redisops::slots::no-stats",
                "take the state from live nodes with `redisops slots state SEED --save FILE`, or balance by slots".to_owned(),
            ),
        }
    }
}
