//! A cluster and the pods that it runs in become more or fewer together: which node does what, in which order, so that no key is lost.
//!
//! Pure: from the pods and the state of the cluster to ordered steps. They speak of pods by name, as identities of nodes change when a node is reset. A
//! plan that is made again in the middle goes on to the same end, so that nothing has to be remembered between runs.

mod choice;
mod error;
mod homes;
mod planner;
mod sketch;
mod stale;
mod steps;
mod types;

#[cfg(test)]
mod case_tests;
#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod testing;

pub use error::ScalingError;
pub use planner::plan;
pub use stale::stale_slots;
pub use steps::Resized;
pub use types::{
    CLUSTER_LABEL, CLUSTER_REPLICAS, DRAINED_TO, LAYOUT, PER_SHARD, Pod, REDIS, SCALING, ScalingPlan, Step, Wanted,
};
