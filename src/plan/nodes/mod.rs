//! What differs on running nodes, as steps of a plan: settings, users, sentinels, replicas.
//!
//! Pure: takes what a comparison of nodes found, gives steps. Doing them is the business of `apply::nodes`.

mod judge;
mod roll;
mod steps;
mod task;

pub use judge::{Fresh, judge_nodes};
pub use roll::Roll;
pub use steps::{NodeSteps, Window, node_steps, step_id};
pub use task::{Task, task_of};

#[cfg(test)]
mod tests;
