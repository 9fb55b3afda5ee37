//! States and targets for tests, in few words.

use crate::slots::{
    Address, Balance, ClusterState, Node, NodeRef, Role, SLOTS, SlotPlan, SlotRange, SlotSet, Target, Weight,
};

pub(super) fn node(id: &str, slots: &[(u16, u16)]) -> Node {
    let number: u16 = id.bytes().fold(0, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    Node {
        id: id.into(),
        address: Address::new("127.0.0.1", 7000 + number % 2000),
        hostname: None,
        role: Role::Master,
        master: None,
        zone: None,
        labels: Default::default(),
        slots: ranges(slots),
        flags: Vec::new(),
        config_epoch: 1,
        used_memory: None,
        maxmemory: None,
    }
}

pub(super) fn replica(id: &str, master: &str) -> Node {
    Node { role: Role::Replica, master: Some(master.into()), ..node(id, &[]) }
}

pub(super) fn in_zone(zone: &str, node: Node) -> Node {
    Node { zone: Some(zone.to_owned()), ..node }
}

pub(super) fn flagged(flag: &str, node: Node) -> Node {
    Node { flags: vec![flag.to_owned()], ..node }
}

pub(super) fn ranges(slots: &[(u16, u16)]) -> SlotSet {
    slots
        .iter()
        .map(|&pair| serde_json::from_value::<SlotRange>(serde_json::json!([pair.0, pair.1])).unwrap())
        .collect()
}

/// As `redis-cli --cluster create` gives slots to three masters, and two spares.
pub(super) fn three() -> ClusterState {
    state([
        node("a", &[(0, 5460)]),
        node("b", &[(5461, 10922)]),
        node("c", &[(10923, 16383)]),
        node("d", &[]),
        node("e", &[]),
        node("f", &[]),
    ])
}

pub(super) fn state(nodes: impl IntoIterator<Item = Node>) -> ClusterState {
    ClusterState { nodes: nodes.into_iter().collect(), ..Default::default() }
}

pub(super) fn masters(masters: u16) -> Target {
    Target { masters: Some(masters), ..Default::default() }
}

pub(super) fn names(names: &[&str]) -> Vec<NodeRef> {
    names.iter().map(|name| NodeRef((*name).to_owned())).collect()
}

pub(super) fn weights(weights: &[(&str, &str)]) -> Target {
    let weights = weights.iter().map(|(name, weight)| (NodeRef((*name).to_owned()), weight.parse::<Weight>().unwrap()));
    Target { weights: weights.collect(), ..Default::default() }
}

pub(super) fn pin(range: (u16, u16), name: &str) -> (SlotRange, NodeRef) {
    (ranges(&[range]).ranges().next().unwrap(), NodeRef(name.to_owned()))
}

pub(super) fn by(balance: Balance, target: Target) -> Target {
    Target { balance, ..target }
}

/// The state once the plan is carried out; fails where a slot is not where the plan says it comes from.
pub(super) fn after(state: &ClusterState, plan: &SlotPlan) -> ClusterState {
    let mut state = state.clone();
    let mut owner: Vec<Option<crate::slots::NodeId>> = state.owners().iter().map(|id| id.cloned()).collect();
    for one in &plan.moves {
        for slot in one.slots.iter() {
            assert_eq!(owner[slot.index()], one.from, "slot {slot}");
            owner[slot.index()] = Some(one.to.clone());
        }
    }
    assert!(owner.iter().all(Option::is_some));
    for node in &mut state.nodes {
        node.slots = crate::slots::Slot::all().filter(|slot| owner[slot.index()].as_ref() == Some(&node.id)).collect();
        if let Some(change) = plan.replicas.iter().find(|change| change.node == node.id) {
            node.role = Role::Replica;
            node.master = Some(change.master.clone());
        }
        node.flags.retain(|flag| flag != super::JOINING);
    }
    let leaves: Vec<_> = plan.leaves.iter().map(|leave| leave.id.clone()).collect();
    state.nodes.retain(|node| !leaves.contains(&node.id));
    for node in state.nodes.iter().filter(|node| node.is_master()) {
        let count = plan.after.slots_per_master.get(&node.id).copied().unwrap_or_default();
        assert_eq!(count, node.slots.len(), "{}", node.id);
    }
    let ranges: usize = state.nodes.iter().map(|node| node.slots.ranges().count()).sum();
    assert_eq!(ranges, plan.after.ranges);
    state
}

/// A table with a number for each slot.
pub(super) fn table(of: impl Fn(usize) -> u64) -> Option<Box<[u64]>> {
    Some((0..usize::from(SLOTS)).map(of).collect())
}
