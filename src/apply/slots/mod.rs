//! Carrying out a plan of slots on a live cluster.

pub mod atomic;
pub mod failover;
pub mod join;
pub mod leave;
mod members;
pub mod replicas;
mod stop;

pub use members::{Member, Members, Step, Steps};
pub use stop::{Stop, Stopper, Urgency};
