//! The layout of one state as the target for another.

use super::plan::ReplicaChange;
use super::set::SlotSet;
use super::slot::Slot;
use super::state::{ClusterState, Node, NodeId, Role};
use super::target::{NodeRef, Target};

/// What a cluster is to become so that it looks as another state does.
#[derive(Clone, PartialEq, Debug)]
pub struct Layout {
    /// Who owns what, and who leaves.
    pub target: Target,
    /// Replicas that copy another master there.
    pub replicas: Vec<ReplicaChange>,
}

/// Why a state is no target for another.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoLayout {
    /// It has a node that the other lacks.
    #[error("node `{0}` of the wanted state is no node of the other")]
    UnknownNode(NodeId),
    /// It has slots without an owner.
    #[error("slots {0} belong to nobody in the wanted state")]
    Unowned(SlotSet),
}

impl ClusterState {
    /// How this cluster gets the layout of another state. Nodes are the same by their id, or else by their address.
    ///
    /// # Errors
    /// When that state has nodes that this one lacks, or slots without an owner.
    pub fn layout_of(&self, wanted: &ClusterState) -> Result<Layout, NoLayout> {
        let here = |id: &NodeId| {
            wanted.node(id).and_then(|node| self.same(node)).ok_or_else(|| NoLayout::UnknownNode(id.clone()))
        };
        let owners = wanted.owners();
        let unowned: SlotSet = Slot::all().filter(|slot| owners[slot.index()].is_none()).collect();
        if !unowned.is_empty() {
            return Err(NoLayout::Unowned(unowned));
        }
        let mut target = Target::default();
        for master in wanted.masters() {
            let mine: SlotSet = Slot::all().filter(|slot| owners[slot.index()] == Some(&master.id)).collect();
            for range in mine.ranges() {
                target.pins.push((range, NodeRef::from(&here(&master.id)?.id)));
            }
        }
        let mut replicas = Vec::new();
        for replica in wanted.nodes.iter().filter(|node| node.role == Role::Replica) {
            let (Some(now), Some(master)) = (self.same(replica), &replica.master) else { continue };
            let master = here(master)?.id.clone();
            if now.master.as_ref() != Some(&master) {
                replicas.push(ReplicaChange { node: now.id.clone(), master });
            }
        }
        let gone = self.nodes.iter().filter(|node| wanted.same(node).is_none());
        target.remove = gone.map(|node| NodeRef::from(&node.id)).collect();
        Ok(Layout { target, replicas })
    }

    fn same(&self, other: &Node) -> Option<&Node> {
        self.node(&other.id).or_else(|| self.nodes.iter().find(|node| node.address == other.address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(a: &str, b: &str, rest: &str) -> ClusterState {
        serde_json::from_str(&format!(
            "{{\"nodes\":[{{\"id\":\"a\",\"address\":\"h:1\",\"role\":\"master\",\"slots\":{a}}},{{\"id\":\"b\",\"address\":\"h:2\",\"role\":\"master\",\"slots\":{b}}}{rest}]}}"
        ))
        .unwrap()
    }

    #[test]
    fn every_slot_is_where_it_is_wanted() {
        let from = state("[[0,16383]]", "[]", r#",{"id":"c","address":"h:3","role":"replica","master":"a"}"#);
        let to = state("[[0,99]]", "[[100,16383]]", r#",{"id":"x","address":"h:3","role":"replica","master":"b"}"#);
        let layout = from.layout_of(&to).unwrap();
        let plan = crate::slots::plan(&from, &layout.target).unwrap();
        assert_eq!((plan.moves.len(), plan.moves[0].slots.to_string().as_str()), (1, "100-16383"));
        assert_eq!(layout.replicas, [ReplicaChange { node: "c".into(), master: "b".into() }]);
    }

    #[test]
    fn who_is_not_wanted_leaves() {
        let from = state("[[0,9000]]", "[[9001,16383]]", "");
        let mut to = state("[[0,16383]]", "[]", "");
        to.nodes.pop();
        let layout = from.layout_of(&to).unwrap();
        assert_eq!(layout.target.remove, [NodeRef("b".to_owned())]);
        assert_eq!(
            to.layout_of(&from).unwrap_err().to_string(),
            "node `b` of the wanted state is no node of the other"
        );
        let hole = state("[[0,9000]]", "[[9002,16383]]", "");
        assert_eq!(from.layout_of(&hole).unwrap_err().to_string(), "slots 9001 belong to nobody in the wanted state");
    }
}
