//! What a cluster is judged by: the answer of every node, as it gave it.

use crate::slots::{Address, ClusterState, Direction, Node, NodeId, Role, SLOTS, Slot, SlotSet};

/// How many keys a node has in each slot, all its databases together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Keys(Box<[u64]>);

impl Keys {
    /// No key.
    pub fn none() -> Keys {
        Keys(vec![0; usize::from(SLOTS)].into())
    }

    /// In that slot.
    pub fn of(&self, slot: Slot) -> u64 {
        self.0[slot.index()]
    }

    /// Counts more keys in a slot: those of another database.
    pub fn add(&mut self, slot: Slot, keys: u64) {
        self.0[slot.index()] += keys;
    }

    /// Slots with keys.
    pub fn slots(&self) -> SlotSet {
        Slot::all().filter(|slot| self.of(*slot) > 0).collect()
    }
}

/// One node as a node describes it: a line of its `CLUSTER NODES`.
#[derive(Clone, PartialEq, Debug)]
pub struct Seen {
    /// Who is described.
    pub id: NodeId,
    /// Its address, where it is known.
    pub address: Option<Address>,
    /// The port of the cluster bus.
    pub bus_port: Option<u16>,
    /// What it does; nothing in a handshake.
    pub role: Option<Role>,
    /// Whom it copies.
    pub master: Option<NodeId>,
    /// Flags other than the role: `fail?`, `fail`, `handshake`, `noaddr`.
    pub flags: Vec<String>,
    /// Its configuration epoch.
    pub config_epoch: u64,
    /// The slots that it owns.
    pub slots: SlotSet,
    /// Slots in the middle of a hand-over; a node tells only its own.
    pub open: Vec<(Slot, Direction)>,
}

impl Seen {
    /// Whether that flag is set.
    pub fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|set| set == flag)
    }

    /// Whether it is known by more than an address: a handshake has an id that is made up.
    pub fn is_member(&self) -> bool {
        !self.has("handshake")
    }
}

/// Whether a replica hears its master.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Link {
    /// It does.
    Up,
    /// It does not.
    Down,
    /// It copies everything from the beginning.
    Syncing,
}

/// A node that answered.
#[derive(Clone, PartialEq, Debug)]
pub struct Witness {
    /// Who it says that it is.
    pub id: NodeId,
    /// Where it was asked.
    pub address: Address,
    /// What it says about every node, itself included.
    pub says: Vec<Seen>,
    /// Its keys; nothing where they were not counted.
    pub keys: Option<Keys>,
    /// Of a replica, its link to its master, where it was asked.
    pub link: Option<Link>,
}

/// A node that others know and that did not answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Silent {
    /// Its identity.
    pub id: NodeId,
    /// Why there is no answer.
    pub why: String,
    /// Another node answered where this one should be.
    pub replaced_by: Option<NodeId>,
}

/// What nodes answered.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Evidence {
    /// The nodes that answered.
    pub witnesses: Vec<Witness>,
    /// Those that did not.
    pub silent: Vec<Silent>,
}

impl Evidence {
    /// What a saved state shows: one view for all, and no keys, as a state does not say which node has them.
    pub fn of_state(state: &ClusterState) -> Evidence {
        let witnesses = state.nodes.iter().filter(|node| !node.is_failed()).map(|node| {
            let says = state.nodes.iter().map(|other| seen(state, other, other.id == node.id)).collect();
            Witness { id: node.id.clone(), address: node.address.clone(), says, keys: None, link: None }
        });
        let silent = state.nodes.iter().filter(|node| node.is_failed()).map(|node| Silent {
            id: node.id.clone(),
            why: "failed when the state was saved".to_owned(),
            replaced_by: None,
        });
        Evidence { witnesses: witnesses.collect(), silent: silent.collect() }
    }
}

fn seen(state: &ClusterState, node: &Node, itself: bool) -> Seen {
    let open = state.open.iter().filter(|open| itself && open.node == node.id);
    Seen {
        id: node.id.clone(),
        address: Some(node.address.clone()),
        bus_port: None,
        role: Some(node.role),
        master: node.master.clone(),
        flags: node.flags.clone(),
        config_epoch: node.config_epoch,
        slots: node.slots.clone(),
        open: open.map(|open| (open.slot, open.direction.clone())).collect(),
    }
}
