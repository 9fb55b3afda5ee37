//! What mends a cluster, as data. Whoever runs it asks again after each phase: a repair changes what the next one has to do.

use std::fmt;

use crate::slots::{Address, NodeId, SlotSet};

use super::wording::{Named, fit};

/// One repair. Each is safe to stop half-way: what is left of it is a state that is understood.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Repair {
    /// A node that lost its slots to another still has keys of them. It has to stop owning them before it learns of the other: a server that learns by
    /// gossip deletes its keys without a word. Afterwards the keys are orphans, which nobody deletes.
    Protect {
        /// Who lets go.
        loser: NodeId,
        /// Who owns.
        winner: NodeId,
        /// What.
        slots: SlotSet,
    },
    /// `SETSLOT NODE`: a node learns who owns slots. It has no key of them.
    Tell {
        /// Who learns.
        node: NodeId,
        /// Who owns.
        owner: NodeId,
        /// What.
        slots: SlotSet,
    },
    /// `CLUSTER MEET`: a node gets to know another.
    Meet {
        /// Who is told.
        node: NodeId,
        /// Whom it meets.
        other: NodeId,
        /// Where that one listens.
        address: Address,
        /// Its port of the cluster bus.
        bus_port: Option<u16>,
    },
    /// Slots of nobody get an owner.
    Assign {
        /// Who takes them.
        to: NodeId,
        /// What.
        slots: SlotSet,
    },
    /// `SETSLOT STABLE`: a node forgets that slots are open.
    Close {
        /// Who.
        node: NodeId,
        /// What.
        slots: SlotSet,
    },
    /// A hand-over goes on: `IMPORTING` and `MIGRATING` again where one is missing, the keys that are left, then ownership, target first.
    Finish {
        /// Who owns the slots now.
        from: NodeId,
        /// Who gets them.
        to: NodeId,
        /// What.
        slots: SlotSet,
    },
    /// Keys go to the owner of their slots; ownership stays.
    MoveKeys {
        /// Who has them.
        from: NodeId,
        /// Who owns the slots.
        to: NodeId,
        /// What.
        slots: SlotSet,
    },
    /// `CLUSTER REPLICATE`: a replica copies another master.
    Replicate {
        /// The replica.
        node: NodeId,
        /// Whom it copies from now on.
        master: NodeId,
    },
    /// `CLUSTER BUMPEPOCH`: a node's claims become the newest, so that everybody learns them.
    BumpEpoch {
        /// Who.
        node: NodeId,
    },
}

/// The order of repairs: first what keeps keys from being deleted, then what brings the cluster up (a cluster that is down refuses `MIGRATE`), then
/// keys, then hand-overs, then what is only knowledge.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Phase {
    /// Keys that gossip would delete.
    Protect,
    /// Nodes that still own what they lost.
    Yield,
    /// Nodes that do not know each other.
    Meet,
    /// Slots of nobody.
    Assign,
    /// Marks without meaning.
    Close,
    /// Keys in the wrong place: before hand-overs, as a master that gives its last slot away may become a replica and drop what it holds.
    MoveKeys,
    /// Hand-overs.
    Finish,
    /// Who copies whom.
    Replicate,
    /// Epochs.
    Epochs,
}

impl Repair {
    /// When it is its turn.
    pub fn phase(&self) -> Phase {
        match self {
            Repair::Protect { .. } => Phase::Protect,
            Repair::Tell { .. } => Phase::Yield,
            Repair::Meet { .. } => Phase::Meet,
            Repair::Assign { .. } => Phase::Assign,
            Repair::Close { .. } => Phase::Close,
            Repair::Finish { .. } => Phase::Finish,
            Repair::MoveKeys { .. } => Phase::MoveKeys,
            Repair::Replicate { .. } => Phase::Replicate,
            Repair::BumpEpoch { .. } => Phase::Epochs,
        }
    }
}

/// What it does, for people.
impl fmt::Display for Repair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Repair::Protect { loser, winner, slots } => {
                write!(
                    f,
                    "{} lets go of {}, which {} owns, and keeps {} keys",
                    loser.short(),
                    Named(slots),
                    winner.short(),
                    fit(slots, "its", "their")
                )
            }
            Repair::Tell { node, owner, slots } => {
                write!(f, "{} learns that {} owns {}", node.short(), owner.short(), Named(slots))
            }
            Repair::Meet { node, other, address, .. } => {
                write!(f, "{} meets {} at {address}", node.short(), other.short())
            }
            Repair::Assign { to, slots } => write!(f, "{} takes {}, which nobody owns", to.short(), Named(slots)),
            Repair::Close { node, slots } => {
                write!(f, "{} forgets that {} {} open", node.short(), Named(slots), fit(slots, "is", "are"))
            }
            Repair::Finish { from, to, slots } => {
                write!(f, "{} hands {} over to {}", from.short(), Named(slots), to.short())
            }
            Repair::MoveKeys { from, to, slots } => {
                write!(
                    f,
                    "keys of {} move from {} to {} owner {}",
                    Named(slots),
                    from.short(),
                    fit(slots, "its", "their"),
                    to.short()
                )
            }
            Repair::Replicate { node, master } => write!(f, "{} copies {}", node.short(), master.short()),
            Repair::BumpEpoch { node } => write!(f, "{} takes a new configuration epoch", node.short()),
        }
    }
}
