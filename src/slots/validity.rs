//! What is wrong with a state as a value. What is wrong with a cluster is the diagnosis of `slots check`.

use std::collections::HashSet;

use super::set::SlotSet;
use super::state::{ClusterState, Node, NodeId, Role};

/// Something in a state that cannot be.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum StateProblem {
    /// There is no node at all.
    #[error("the state has no nodes")]
    Empty,
    /// Two nodes have one identity.
    #[error("two nodes have the id `{0}`")]
    DuplicateId(NodeId),
    /// Two nodes have one address.
    #[error("nodes `{0}` and `{1}` have the same address")]
    DuplicateAddress(NodeId, NodeId),
    /// A replica copies nobody.
    #[error("replica `{0}` names no master")]
    NoMaster(NodeId),
    /// A replica copies a node that is not there.
    #[error("replica `{replica}` names the master `{master}`, which is no node of the state")]
    UnknownMaster {
        /// The replica.
        replica: NodeId,
        /// Whom it names.
        master: NodeId,
    },
    /// A replica owns slots.
    #[error("replica `{0}` owns slots, which only masters do")]
    ReplicaWithSlots(NodeId),
    /// Two masters claim slots with the same epoch, so nothing tells who owns them.
    #[error("masters `{first}` and `{second}` both own slots {slots} at configuration epoch {epoch}")]
    Overlap {
        /// One.
        first: NodeId,
        /// The other.
        second: NodeId,
        /// What both claim.
        slots: SlotSet,
        /// The epoch of both.
        epoch: u64,
    },
    /// An open slot is about a node that is not there.
    #[error("an open slot names `{0}`, which is no node of the state")]
    UnknownOpen(NodeId),
}

impl StateProblem {
    /// The node that it is about first.
    pub fn node(&self) -> Option<&NodeId> {
        match self {
            StateProblem::Empty => None,
            StateProblem::DuplicateId(id)
            | StateProblem::NoMaster(id)
            | StateProblem::ReplicaWithSlots(id)
            | StateProblem::UnknownOpen(id)
            | StateProblem::DuplicateAddress(_, id) => Some(id),
            StateProblem::UnknownMaster { replica, .. } => Some(replica),
            StateProblem::Overlap { second, .. } => Some(second),
        }
    }
}

impl ClusterState {
    /// Everything in it that cannot be. Two masters that claim a slot at different epochs can: the higher one owns it.
    pub fn problems(&self) -> Vec<StateProblem> {
        let mut found = Vec::new();
        if self.nodes.is_empty() {
            found.push(StateProblem::Empty);
        }
        let mut ids = HashSet::new();
        for (index, node) in self.nodes.iter().enumerate() {
            if !ids.insert(&node.id) {
                found.push(StateProblem::DuplicateId(node.id.clone()));
            } else if let Some(twin) = self.nodes[..index].iter().find(|other| other.address == node.address) {
                found.push(StateProblem::DuplicateAddress(twin.id.clone(), node.id.clone()));
            }
        }
        for node in self.nodes.iter().filter(|node| node.role == Role::Replica) {
            match &node.master {
                None => found.push(StateProblem::NoMaster(node.id.clone())),
                Some(master) if !ids.contains(master) => {
                    found.push(StateProblem::UnknownMaster { replica: node.id.clone(), master: master.clone() })
                }
                Some(_) => {}
            }
            if !node.slots.is_empty() {
                found.push(StateProblem::ReplicaWithSlots(node.id.clone()));
            }
        }
        let masters: Vec<&Node> = self.masters().filter(|node| !node.slots.is_empty()).collect();
        let mut claimed = SlotSet::new();
        for (index, second) in masters.iter().enumerate() {
            if second.slots.intersects(&claimed) {
                found.extend(masters[..index].iter().filter_map(|first| overlap(first, second)));
            }
            claimed.union_with(&second.slots);
        }
        let open = self.open.iter().map(|open| &open.node).filter(|id| !ids.contains(id));
        found.extend(open.map(|id| StateProblem::UnknownOpen(id.clone())));
        found
    }
}

fn overlap(first: &Node, second: &Node) -> Option<StateProblem> {
    let mut both = first.slots.clone();
    both.intersect_with(&second.slots);
    (!both.is_empty() && first.config_epoch == second.config_epoch).then(|| StateProblem::Overlap {
        first: first.id.clone(),
        second: second.id.clone(),
        slots: both,
        epoch: first.config_epoch,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(nodes: &str) -> Vec<String> {
        let state: ClusterState = serde_json::from_str(&format!("{{\"nodes\":[{nodes}]}}")).unwrap();
        state.problems().iter().map(StateProblem::to_string).collect()
    }

    #[test]
    fn what_cannot_be() {
        let a = r#"{"id":"a","address":"h:1","role":"master","slots":[[0,9]],"configEpoch":1}"#;
        assert!(problems(a).is_empty());
        assert_eq!(problems(""), ["the state has no nodes"]);
        assert_eq!(problems(&format!("{a},{a}"))[0], "two nodes have the id `a`");
        let other = |rest: &str| problems(&format!("{a},{{\"id\":\"b\",{rest}}}"));
        assert_eq!(other(r#""address":"h:1","role":"master""#), ["nodes `a` and `b` have the same address"]);
        assert_eq!(other(r#""address":"h:2","role":"replica""#), ["replica `b` names no master"]);
        assert_eq!(
            other(r#""address":"h:2","role":"replica","master":"x","slots":[[20,20]]"#),
            [
                "replica `b` names the master `x`, which is no node of the state",
                "replica `b` owns slots, which only masters do"
            ]
        );
        assert_eq!(
            other(r#""address":"h:2","role":"master","slots":[[5,6],[9,12]],"configEpoch":1"#),
            ["masters `a` and `b` both own slots 5-6, 9 at configuration epoch 1"]
        );
        assert!(other(r#""address":"h:2","role":"master","slots":[[5,6]],"configEpoch":2"#).is_empty());
    }
}
