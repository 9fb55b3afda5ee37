//! The core: slots of a Redis Cluster, who owns them, and the least that has to move to get from one layout to another.
//!
//! Pure: values in, values out. No I/O, no clock, no randomness; the same input gives the same plan.

mod address;
mod digest;
mod facts;
pub mod health;
mod key;
mod key_slots;
mod layout;
pub mod lint;
mod plan;
mod plan_risks;
mod planner;
pub mod render;
mod set;
mod shown;
mod slot;
mod state;
mod target;
mod validity;

pub use address::{Address, NoAddress};
pub use digest::state_digest;
pub use facts::{BigKey, LiveFacts, NodeFacts, ReplicaFacts};
pub use key::{hash_tag, key_slot};
pub use key_slots::{KeySlot, key_slots};
pub use layout::{Layout, NoLayout};
pub use plan::{After, Before, Estimate, Join, Leave, Move, Optimality, ReplicaChange, Risk, SlotPlan};
pub use plan_risks::live_risks;
pub use planner::{JOINING, Named, PlanError, Rates, plan, plan_with};
pub use set::SlotSet;
pub use shown::Shown;
pub use slot::{NoRange, NoSlot, SLOTS, Slot, SlotRange};
pub use state::{ClusterState, Direction, Node, NodeId, OpenSlot, PerSlot, Role, SlotStats};
pub use target::{Balance, NoNode, NoTolerance, NoWeight, NodeRef, Target, Tolerance, Weight};
pub use validity::StateProblem;
