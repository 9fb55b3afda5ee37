//! What a repair has done.

use serde::Serialize;

use crate::apply::slots::conflict::Conflict;
use crate::slots::SlotSet;
use crate::slots::health::Finding;

/// A repair that did not work.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Failure {
    /// What was to be done, in words.
    pub repair: String,
    /// Why it did not work.
    pub error: String,
}

/// What a run has done, and what is left.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FixReport {
    /// Whether the cluster is whole now.
    pub whole: bool,
    /// What was done, in words, in order.
    pub repaired: Vec<String>,
    /// What did not work.
    pub failed: Vec<Failure>,
    /// Keys that were moved.
    pub moved_keys: u64,
    /// Slots that changed their owner, or got one.
    pub slots: SlotSet,
    /// Keys with two values, those that were decided included.
    pub conflicts: Vec<Conflict>,
    /// What was found at the end.
    pub findings: Vec<Finding>,
}
