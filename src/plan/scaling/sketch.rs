//! The cluster as it will be after some of the steps.

use crate::slots::{Address, ClusterState, Direction, Node, NodeId, Role, Slot, SlotSet};

/// A state that steps are tried on.
pub(super) struct Sketch {
    pub state: ClusterState,
}

impl Sketch {
    /// As it is. Of two claims to a slot only the one that counts is kept.
    pub fn new(state: &ClusterState) -> Sketch {
        let mut state = state.clone();
        let owners: Vec<Option<NodeId>> = state.owners().iter().map(|owner| owner.cloned()).collect();
        for node in &mut state.nodes {
            node.slots = Slot::all().filter(|slot| owners[slot.index()].as_ref() == Some(&node.id)).collect();
        }
        Sketch { state }
    }

    pub fn node(&self, id: &NodeId) -> Option<&Node> {
        self.state.node(id)
    }

    fn node_mut(&mut self, id: &NodeId) -> Option<&mut Node> {
        self.state.nodes.iter_mut().find(|node| node.id == *id)
    }

    /// Brings open slots to where they were going, as far as that is clear; which ones.
    pub fn finish(&mut self) -> SlotSet {
        let mut done = SlotSet::new();
        for open in std::mem::take(&mut self.state.open) {
            let taker = match &open.direction {
                Direction::Migrating(to) => to,
                Direction::Importing(_) => &open.node,
            };
            let alive = self.node(taker).is_some_and(|node| node.is_master() && !node.is_failed());
            let ends = done.contains(open.slot);
            match alive && (!ends || self.node(taker).is_some_and(|node| node.slots.contains(open.slot))) {
                true => {
                    let taker = taker.clone();
                    for node in &mut self.state.nodes {
                        node.slots.remove(open.slot);
                    }
                    if let Some(node) = self.node_mut(&taker) {
                        node.slots.insert(open.slot);
                    }
                    done.insert(open.slot);
                }
                // The planner of slots says what is wrong with it.
                false => self.state.open.push(open),
            }
        }
        done
    }

    pub fn forget(&mut self, id: &NodeId) {
        self.state.nodes.retain(|node| node.id != *id);
    }

    /// A node becomes a member: a master without slots.
    pub fn meet(&mut self, id: &NodeId, address: Address, zone: Option<String>) {
        self.state.nodes.push(Node {
            id: id.clone(),
            address,
            hostname: None,
            role: Role::Master,
            master: None,
            zone,
            labels: Default::default(),
            slots: SlotSet::new(),
            flags: Vec::new(),
            config_epoch: 0,
            used_memory: None,
            maxmemory: None,
        });
    }

    pub fn copy(&mut self, id: &NodeId, master: &NodeId) {
        if let Some(node) = self.node_mut(id) {
            node.role = Role::Replica;
            node.master = Some(master.clone());
        }
    }

    /// A replica and its master change places; the other replicas follow the new one.
    pub fn fail_over(&mut self, replica: &NodeId, master: &NodeId) {
        let epoch = self.state.nodes.iter().map(|node| node.config_epoch).max().unwrap_or(0) + 1;
        let slots = self.node_mut(master).map(|node| std::mem::take(&mut node.slots)).unwrap_or_default();
        for node in &mut self.state.nodes {
            if node.id == *master || node.master.as_ref() == Some(master) {
                node.role = Role::Replica;
                node.master = Some(replica.clone());
            }
        }
        if let Some(node) = self.node_mut(replica) {
            (node.role, node.master, node.slots, node.config_epoch) = (Role::Master, None, slots, epoch);
        }
    }

    /// A replica becomes a master without slots.
    pub fn renew(&mut self, id: &NodeId) {
        if let Some(node) = self.node_mut(id) {
            (node.role, node.master) = (Role::Master, None);
        }
    }
}
