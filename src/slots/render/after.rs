//! The cluster that a plan leads to.

use std::collections::{BTreeMap, BTreeSet};

use crate::slots::{ClusterState, Direction, Node, NodeId, Role, SlotPlan, SlotSet};

/// The cluster after a plan: slots where they go, nodes that join in, nodes that leave out, replicas with their new masters, no open slot.
pub fn after(state: &ClusterState, plan: &SlotPlan) -> ClusterState {
    let mut nodes = state.nodes.clone();
    for join in &plan.joins {
        let id = join.id.clone().unwrap_or_else(|| NodeId::from(join.address.to_string()));
        if nodes.iter().all(|node| node.id != id) {
            nodes.push(newcomer(id, join));
        }
    }
    let mut takes: BTreeMap<&NodeId, SlotSet> = BTreeMap::new();
    let mut moved = SlotSet::new();
    for (to, slots) in hand_overs(state).iter().map(|(to, slots)| (*to, slots)) {
        take(&mut takes, &mut moved, to, slots);
    }
    for step in &plan.moves {
        take(&mut takes, &mut moved, &step.to, &step.slots);
    }
    let leaving: BTreeSet<&NodeId> = plan.leaves.iter().map(|leave| &leave.id).collect();
    nodes.retain(|node| !leaving.contains(&node.id));
    for node in &mut nodes {
        node.slots.subtract(&moved);
        if let Some(slots) = takes.get(&node.id) {
            node.slots.union_with(slots);
        }
        if let Some(change) = plan.replicas.iter().find(|change| change.node == node.id) {
            node.role = Role::Replica;
            node.master = Some(change.master.clone());
        }
    }
    ClusterState { nodes, open: Vec::new(), ..state.clone() }
}

/// Gives slots to a node, and to no other that had them before.
fn take<'p>(takes: &mut BTreeMap<&'p NodeId, SlotSet>, moved: &mut SlotSet, to: &'p NodeId, slots: &SlotSet) {
    takes.values_mut().for_each(|other| other.subtract(slots));
    takes.entry(to).or_default().union_with(slots);
    moved.union_with(slots);
}

/// Where open slots are going: to the node that imports them.
fn hand_overs(state: &ClusterState) -> BTreeMap<&NodeId, SlotSet> {
    let mut to: BTreeMap<&NodeId, SlotSet> = BTreeMap::new();
    for open in &state.open {
        let target = match &open.direction {
            Direction::Migrating(target) => target,
            Direction::Importing(_) => &open.node,
        };
        if state.node(target).is_some_and(Node::is_master) {
            to.entry(target).or_default().insert(open.slot);
        }
    }
    to
}

fn newcomer(id: NodeId, join: &crate::slots::Join) -> Node {
    Node {
        id,
        address: join.address.clone(),
        hostname: None,
        role: Role::Master,
        master: None,
        zone: None,
        labels: BTreeMap::new(),
        slots: SlotSet::new(),
        flags: Vec::new(),
        config_epoch: 0,
        used_memory: None,
        maxmemory: None,
    }
}
