//! The cluster that a plan leads to.

use std::collections::{BTreeMap, BTreeSet};

use crate::slots::{ClusterState, Direction, Join, Node, NodeId, Role, SlotPlan, SlotSet};

/// The cluster after a plan: slots where they go, nodes that join in, nodes that leave out, replicas with their new masters, no open slot.
pub fn after(state: &ClusterState, plan: &SlotPlan) -> ClusterState {
    let mut nodes = state.nodes.clone();
    for join in &plan.joins {
        let id = join.id.clone().unwrap_or_else(|| NodeId::from(join.address.to_string()));
        if nodes.iter().all(|node| node.id != id) {
            nodes.push(newcomer(id, join));
        }
    }
    give(&mut nodes, &hand_overs(state));
    let mut takes: BTreeMap<&NodeId, SlotSet> = BTreeMap::new();
    for step in &plan.moves {
        takes.entry(&step.to).or_default().union_with(&step.slots);
    }
    give(&mut nodes, &takes);
    let leaving: BTreeSet<&NodeId> = plan.leaves.iter().map(|leave| &leave.id).collect();
    nodes.retain(|node| !leaving.contains(&node.id));
    let masters: BTreeMap<&NodeId, &NodeId> = plan.replicas.iter().map(|it| (&it.node, &it.master)).collect();
    for node in &mut nodes {
        if let Some(master) = masters.get(&node.id) {
            node.role = Role::Replica;
            node.master = Some((*master).clone());
        }
    }
    ClusterState { nodes, open: Vec::new(), ..state.clone() }
}

/// Takes slots from whoever has them and gives them to their new owners.
fn give(nodes: &mut [Node], takes: &BTreeMap<&NodeId, SlotSet>) {
    let mut moved = SlotSet::new();
    takes.values().for_each(|slots| moved.union_with(slots));
    for node in nodes {
        node.slots.subtract(&moved);
        if let Some(slots) = takes.get(&node.id) {
            node.slots.union_with(slots);
        }
    }
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

fn newcomer(id: NodeId, join: &Join) -> Node {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slots::{Target, plan};

    fn state() -> ClusterState {
        serde_json::from_str(
            r#"{"nodes":[
                {"id":"a","address":"h:1","role":"master","slots":[[0,8191]],"configEpoch":1},
                {"id":"b","address":"h:2","role":"master","slots":[[8192,16383]],"configEpoch":2},
                {"id":"c","address":"h:3","role":"master"},
                {"id":"d","address":"h:4","role":"replica","master":"a"}],
              "open":[{"slot":5,"node":"a","migrating":"b"},{"slot":5,"node":"b","importing":"a"}]}"#,
        )
        .unwrap()
    }

    #[test]
    fn the_cluster_after_a_plan_is_what_the_plan_says() {
        let state = state();
        let plan = plan(&state, &Target { masters: Some(3), ..Target::default() }).unwrap();
        let after = after(&state, &plan);
        for (id, slots) in &plan.after.slots_per_master {
            assert_eq!(after.node(id).map(|node| node.slots.len()), Some(*slots), "{id}");
        }
        let ranges: usize = after.nodes.iter().map(|node| node.slots.ranges().count()).sum();
        assert_eq!((ranges, after.open.len()), (plan.after.ranges, 0));
        assert!(after.owners().iter().all(Option::is_some));
    }
}
