//! Why a cluster cannot be made more or fewer.

use crate::diagnostics::Diagnostic;
use crate::slots::{Named, PlanError, SlotSet};

/// Why there is no plan.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ScalingError {
    /// No master is wanted.
    #[error("a cluster needs at least one master")]
    NoMasters,
    /// Fewer pods than nodes.
    #[error("{masters} masters with {replicas} replicas each need {needed} pods, and {available} stay")]
    TooFewPods {
        /// Masters that are wanted.
        masters: u16,
        /// Replicas of each.
        replicas: u16,
        /// How many pods that takes.
        needed: usize,
        /// How many there are.
        available: usize,
    },
    /// A node that stays does not answer.
    #[error("the node of pod `{pod}` does not answer")]
    Silent {
        /// The pod.
        pod: String,
    },
    /// Two pods with one node.
    #[error("pods `{first}` and `{second}` lead to the same node")]
    SameNode {
        /// One of them.
        first: String,
        /// The other one.
        second: String,
    },
    /// A member that is in no pod.
    #[error("node {node} is a member of the cluster, is alive, and is in none of the pods")]
    Stranger {
        /// The node.
        node: Named,
    },
    /// A master that is dead and owns slots.
    #[error("master {node} has failed and owns slots {slots}")]
    Dead {
        /// The master.
        node: Named,
        /// Its slots.
        slots: SlotSet,
    },
    /// What the slot planner says.
    #[error(transparent)]
    Slots(#[from] PlanError),
}

impl ScalingError {
    /// What is wrong and what to do. Always exit code 2.
    pub fn diagnostic(&self) -> Diagnostic {
        let (code, help) = match self {
            ScalingError::NoMasters => ("redisops::scaling::size", "ask for more nodes".to_owned()),
            ScalingError::TooFewPods { .. } => {
                ("redisops::scaling::size", "ask for more nodes, or for fewer replicas of each master".to_owned())
            }
            ScalingError::Silent { pod } => (
                "redisops::scaling::silent",
                format!("see that `{pod}` is up and reached from here, then run the same command again"),
            ),
            ScalingError::SameNode { .. } => {
                ("redisops::scaling::map", "correct the addresses at which the pods are reached".to_owned())
            }
            ScalingError::Stranger { node } => (
                "redisops::scaling::stranger",
                format!(
                    "add the pod of {} to those that are reached, or make the node leave with `redisops slots migrate --remove`",
                    node.address
                ),
            ),
            ScalingError::Dead { node, .. } => (
                "redisops::scaling::dead",
                format!("wait until a replica has taken over, or start {} again; nothing was changed", node.address),
            ),
            ScalingError::Slots(error) => return error.diagnostic(),
        };
        Diagnostic::error(code, self.to_string()).help(help)
    }
}
