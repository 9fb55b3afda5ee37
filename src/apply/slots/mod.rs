//! Carrying out a plan of slots on a live cluster.

pub mod failover;
pub mod join;
pub mod leave;
mod members;
pub mod replicas;

pub use members::{Member, Members, Step, Steps, View};
