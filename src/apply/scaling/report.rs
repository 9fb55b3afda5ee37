//! What a run did.

use serde::Serialize;

use crate::plan::scaling::Step;

/// What a run did, and what holds now.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ScalingReport {
    /// What was done, in order.
    pub steps: Vec<Step>,
    /// Pods whose nodes own slots now.
    pub masters: Vec<String>,
    /// Slots that this run moved.
    pub moved_slots: u64,
    /// Keys that it moved.
    pub moved_keys: u64,
    /// Bytes that it moved, from sizes of samples.
    pub moved_bytes: u64,
    /// How long it took.
    pub seconds: f64,
    /// How many pods the workload may have: those with a higher ordinal hold nothing that is needed.
    pub drained_to: usize,
    /// What is worth knowing.
    pub notes: Vec<String>,
}

impl ScalingReport {
    /// Nothing was to be done.
    pub fn idle(drained_to: usize) -> ScalingReport {
        ScalingReport { drained_to, ..ScalingReport::default() }
    }
}
