//! What a map of slots says in numbers: per master, and how even it is.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;

use crate::slots::{Address, ClusterState, Node, NodeId, OpenSlot, PerSlot, SLOTS, Slot, SlotSet};

/// A master: what it owns and who copies it.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MasterFigures {
    /// Its identity.
    pub id: NodeId,
    /// Where it listens.
    pub address: Address,
    /// Its failure zone, where known.
    pub zone: Option<String>,
    /// Whether the cluster takes it for dead.
    pub failed: bool,
    /// How many slots it owns.
    pub slot_count: u16,
    /// Its part of the 16,384 slots, from 0 to 1.
    pub share: f64,
    /// The slots that it owns.
    pub slots: SlotSet,
    /// Keys in them, where known.
    pub keys: Option<u64>,
    /// Bytes in them, where known.
    pub bytes: Option<u64>,
    /// Commands a second that touch them, where known.
    pub ops: Option<u64>,
    /// Bytes that the server has allocated, where known.
    pub used_memory: Option<u64>,
    /// Bytes that the server may allocate, where known; 0 is no limit.
    pub maxmemory: Option<u64>,
    /// Who copies it.
    pub replicas: Vec<ReplicaFigures>,
}

/// A replica.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReplicaFigures {
    /// Its identity.
    pub id: NodeId,
    /// Where it listens.
    pub address: Address,
    /// Its failure zone, where known.
    pub zone: Option<String>,
    /// Whether the cluster takes it for dead.
    pub failed: bool,
    /// Whether its link to the master is up, where known.
    pub link_up: Option<bool>,
    /// Bytes of the master's stream that it has not acknowledged, where known.
    pub lag_bytes: Option<u64>,
}

/// What a node is doing, as it says itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Activity {
    /// Commands a second.
    pub ops: Option<u64>,
    /// Whether the link to its master is up; nothing for a master.
    pub link_up: Option<bool>,
    /// How far it is in the stream of its master, or in its own.
    pub offset: Option<u64>,
}

/// How evenly something lies on the masters that own slots.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Spread {
    /// The least that a master has.
    pub min: u64,
    /// The most.
    pub max: u64,
    /// The mean.
    pub mean: f64,
    /// The most as a part of the mean; 1 is even. Nothing where there is nothing to share out.
    pub max_to_mean: Option<f64>,
    /// The least as a part of the mean.
    pub min_to_mean: Option<f64>,
}

/// How evenly slots and what is in them lie on the masters that own slots; nothing where the numbers are not known.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Balances {
    /// Slots.
    pub slots: Option<Spread>,
    /// Keys.
    pub keys: Option<Spread>,
    /// Bytes.
    pub bytes: Option<Spread>,
    /// Commands a second.
    pub ops: Option<Spread>,
}

/// A map of slots: what each master owns, and what is wrong with it.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SlotMap {
    /// The masters: those with slots in the order of their first slot, then the others in the order of their addresses.
    pub masters: Vec<MasterFigures>,
    /// How even it is.
    pub balance: Balances,
    /// Ranges of all masters together.
    pub ranges: usize,
    /// Slots that nobody owns.
    pub unassigned: SlotSet,
    /// Slots that more than one master claims; they count for the one with the highest epoch.
    pub contested: SlotSet,
    /// Slots in the middle of a hand-over.
    pub open: Vec<OpenSlot>,
    /// Nodes that the cluster takes for dead.
    pub failed: Vec<NodeId>,
    /// Replicas whose master is not known, or is no master.
    pub strays: Vec<NodeId>,
}

impl SlotMap {
    /// Of a cluster.
    pub fn of(state: &ClusterState) -> SlotMap {
        let owned = owned_slots(state);
        let mut replicas = HashMap::<&NodeId, Vec<ReplicaFigures>>::new();
        for node in state.nodes.iter().filter(|node| !node.is_master()) {
            if let Some(master) = &node.master {
                replicas.entry(master).or_default().push(replica(node));
            }
        }
        let mut masters: Vec<MasterFigures> = state
            .masters()
            .map(|node| {
                let slots = owned.get(&node.id).cloned().unwrap_or_default();
                figures(state, node, slots, replicas.remove(&node.id).unwrap_or_default())
            })
            .collect();
        masters.sort_by_cached_key(|master| {
            let first = master.slots.iter().next();
            (first.is_none(), first, master.address.clone(), master.id.clone())
        });
        let mut unassigned = SlotSet::all();
        masters.iter().for_each(|master| unassigned.subtract(&master.slots));
        let failed = state.nodes.iter().filter(|node| node.is_failed()).map(|node| node.id.clone()).collect();
        let ids: BTreeSet<&NodeId> = state.masters().map(|node| &node.id).collect();
        let stray = |node: &&Node| !node.is_master() && node.master.as_ref().is_none_or(|master| !ids.contains(master));
        SlotMap {
            balance: Balances::of(&masters),
            ranges: masters.iter().map(|master| master.slots.ranges().count()).sum(),
            unassigned,
            contested: contested(state),
            open: state.open.clone(),
            failed,
            strays: state.nodes.iter().filter(stray).map(|node| node.id.clone()).collect(),
            masters,
        }
    }

    /// With what its nodes are doing: commands a second of masters where slots have no figures of their own, links of replicas and how far they are behind.
    #[must_use]
    pub fn with_activity(mut self, activity: &BTreeMap<NodeId, Activity>) -> SlotMap {
        for master in &mut self.masters {
            let own = activity.get(&master.id);
            master.ops = master.ops.or(own.and_then(|it| it.ops));
            for replica in &mut master.replicas {
                let Some(its) = activity.get(&replica.id) else { continue };
                replica.link_up = its.link_up;
                let offsets = own.and_then(|it| it.offset).zip(its.offset);
                replica.lag_bytes = offsets.map(|(ahead, behind)| ahead.saturating_sub(behind));
            }
        }
        self.balance = Balances::of(&self.masters);
        self
    }

    /// The slots in the middle of a hand-over.
    pub fn open_slots(&self) -> SlotSet {
        self.open.iter().map(|open| open.slot).collect()
    }
}

impl Balances {
    fn of(masters: &[MasterFigures]) -> Balances {
        let busy = || masters.iter().filter(|master| !master.slots.is_empty());
        Balances {
            slots: spread(busy().map(|master| Some(u64::from(master.slot_count)))),
            keys: spread(busy().map(|master| master.keys)),
            bytes: spread(busy().map(|master| master.bytes)),
            ops: spread(busy().map(|master| master.ops)),
        }
    }
}

/// Nothing where there is no master with slots, or where a number is missing.
fn spread(numbers: impl Iterator<Item = Option<u64>>) -> Option<Spread> {
    let numbers: Vec<u64> = numbers.collect::<Option<_>>()?;
    let (min, max) = (*numbers.iter().min()?, *numbers.iter().max()?);
    let mean = numbers.iter().map(|&number| number as f64).sum::<f64>() / numbers.len() as f64;
    let to_mean = |number: u64| (mean > 0.0).then(|| number as f64 / mean);
    Some(Spread { min, max, mean, max_to_mean: to_mean(max), min_to_mean: to_mean(min) })
}

/// What each master owns; a slot that two claim counts for one of them.
fn owned_slots(state: &ClusterState) -> HashMap<&NodeId, SlotSet> {
    let mut owned = HashMap::<&NodeId, SlotSet>::new();
    for (slot, owner) in Slot::all().zip(state.owners()) {
        if let Some(owner) = owner {
            owned.entry(owner).or_default().insert(slot);
        }
    }
    owned
}

fn contested(state: &ClusterState) -> SlotSet {
    let (mut seen, mut twice) = (SlotSet::new(), SlotSet::new());
    for master in state.masters() {
        let mut again = master.slots.clone();
        again.intersect_with(&seen);
        twice.union_with(&again);
        seen.union_with(&master.slots);
    }
    twice
}

fn figures(state: &ClusterState, node: &Node, slots: SlotSet, mut replicas: Vec<ReplicaFigures>) -> MasterFigures {
    replicas.sort_by(|a, b| (&a.address, &a.id).cmp(&(&b.address, &b.id)));
    let total = |table: &PerSlot| table.as_ref().map(|table| slots.iter().map(|slot| table[slot.index()]).sum());
    MasterFigures {
        id: node.id.clone(),
        address: node.address.clone(),
        zone: node.zone.clone(),
        failed: node.is_failed(),
        slot_count: slots.len(),
        share: f64::from(slots.len()) / f64::from(SLOTS),
        keys: total(&state.slot_stats.keys),
        bytes: total(&state.slot_stats.bytes),
        ops: total(&state.slot_stats.ops),
        used_memory: node.used_memory,
        maxmemory: node.maxmemory,
        replicas,
        slots,
    }
}

fn replica(node: &Node) -> ReplicaFigures {
    ReplicaFigures {
        id: node.id.clone(),
        address: node.address.clone(),
        zone: node.zone.clone(),
        failed: node.is_failed(),
        link_up: None,
        lag_bytes: None,
    }
}
