//! What a run says while it works.

use std::time::Duration;

use crate::slots::{Address, NodeId, Slot};

use super::members::Step;

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// What is to be done, before it begins: how many slots each pair moves.
    Begun(Vec<PairSize>),
    /// Another part of the work begins.
    Phase(&'static str),
    /// Keys went from one node to another.
    Moved {
        /// Which pair.
        pair: Pair,
        /// How many keys.
        keys: u64,
        /// About how many bytes.
        bytes: u64,
    },
    /// Slots have a new owner.
    Closed {
        /// Which pair.
        pair: Pair,
        /// How many slots.
        slots: u64,
    },
    /// Slots that the servers move by themselves are in another state.
    Atomic {
        /// Which pair.
        pair: Pair,
        /// How many slots.
        slots: u64,
        /// The state, as the server names it.
        state: String,
    },
    /// A node joins, leaves or changes its master.
    Step(Step),
    /// The 99th percentile of clients' latency so far.
    Latency(Duration),
    /// A key is about to be moved that makes giver and taker stand still.
    Stall {
        /// The key, as text.
        key: String,
        /// Its slot.
        slot: Slot,
        /// Its bytes.
        bytes: u64,
        /// For about how long.
        stall: Duration,
        /// The giver.
        node: Address,
    },
    /// Something worth knowing.
    Note(String),
}

/// A giver and a taker.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Pair {
    /// Who gives.
    pub from: NodeId,
    /// Who takes.
    pub to: NodeId,
}

/// How much a pair moves.
#[derive(Clone, Debug)]
pub struct PairSize {
    /// Which pair.
    pub pair: Pair,
    /// The address of the giver.
    pub from: Address,
    /// The address of the taker.
    pub to: Address,
    /// How many slots.
    pub slots: u64,
    /// How many keys, where known.
    pub keys: Option<u64>,
}

/// Hears what happens.
pub trait Progress: Send + Sync {
    /// Something happened.
    fn event(&self, event: Event);
}

/// Hears nothing.
#[derive(Clone, Copy, Debug)]
pub struct Silent;

impl Progress for Silent {
    fn event(&self, _: Event) {}
}
