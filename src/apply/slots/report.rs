//! What a run did.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};

use crate::slots::{NodeId, Slot, SlotSet};

use super::conflict::Conflict;
use super::progress::Pair;
use super::replicas::Drained;

/// How a run ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Everything that the plan says is so.
    Done,
    /// Somebody stopped it.
    Stopped,
    /// Slots with big keys stay, as was asked for.
    Partial,
    /// Something is left that could not be done.
    Failed,
}

/// What a run did.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MigrationReport {
    /// The run, as its locks named it.
    pub run: String,
    /// How it ended.
    pub outcome: Outcome,
    /// Slots that have a new owner by this run.
    pub moved_slots: u64,
    /// Slots that the plan moves, those of earlier runs included.
    pub plan_slots: u64,
    /// Keys that this run moved.
    pub moved_keys: u64,
    /// Bytes that this run moved, from sizes of samples.
    pub moved_bytes: u64,
    /// How long it took.
    pub seconds: f64,
    /// The 99th percentile of the latency of the run's own probes to givers and takers, in milliseconds; nothing where nothing was moved.
    pub client_p99_ms: Option<f64>,
    /// What went from where to where.
    pub pairs: Vec<PairReport>,
    /// What is not where it should be.
    pub left: Vec<Left>,
    /// Slots in the middle of a hand-over.
    pub open: SlotSet,
    /// Keys with different values on both sides.
    pub conflicts: Vec<Conflict>,
    /// Batches that were lost with their taker before its replicas had them.
    pub unacknowledged: Vec<Unacknowledged>,
    /// Keys that were too big to move.
    pub skipped: Vec<Skipped>,
    /// Nodes that joined.
    pub joined: Vec<NodeId>,
    /// Nodes that left.
    pub removed: Vec<NodeId>,
    /// Replicas that copy another master than before.
    pub replicas_moved: Vec<NodeId>,
    /// Masters that gave all their slots away and stay in the cluster, and what they are now.
    pub drained: Vec<Drained>,
    /// What went wrong.
    pub problems: Vec<Problem>,
    /// What is worth knowing.
    pub notes: Vec<String>,
}

/// What one node gave to another.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PairReport {
    /// Who gave.
    pub from: NodeId,
    /// Who took.
    pub to: NodeId,
    /// How many slots.
    pub slots: u64,
    /// How many keys.
    pub keys: u64,
    /// How many bytes, from sizes of samples.
    pub bytes: u64,
}

/// Slots that are not where they should be.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Left {
    /// Who has them.
    pub from: Option<NodeId>,
    /// Who should.
    pub to: NodeId,
    /// Which.
    pub slots: SlotSet,
}

/// A batch that was lost with its taker before its replicas had it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Unacknowledged {
    /// Who gave.
    pub from: NodeId,
    /// Who took, and was lost.
    pub to: NodeId,
    /// The slot.
    pub slot: Slot,
    /// The database.
    pub database: u16,
    /// The keys that are on neither side, in base64.
    pub keys: Vec<String>,
}

/// A key that was too big to move.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Skipped {
    /// The key, with `\xHH` for what is no printable ASCII.
    pub key: String,
    /// Its slot.
    pub slot: Slot,
    /// Its bytes in memory.
    pub bytes: u64,
}

/// Something that went wrong.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Problem {
    /// Its code.
    pub code: String,
    /// What.
    pub message: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

/// A key as text: printable ASCII as it is, the rest as `\xHH`.
pub fn key_text(key: &[u8]) -> String {
    key.escape_ascii().to_string()
}

/// A key in base64.
pub fn key_base64(key: &[u8]) -> String {
    BASE64_STANDARD.encode(key)
}

/// Counts while a run works.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pairs: BTreeMap<Pair, (u64, u64, u64)>,
    pub conflicts: Vec<Conflict>,
    pub unacknowledged: Vec<Unacknowledged>,
    pub skipped: Vec<Skipped>,
    pub problems: Vec<Problem>,
    pub notes: Vec<String>,
    pub joined: Vec<NodeId>,
    pub removed: Vec<NodeId>,
    pub replicas_moved: Vec<NodeId>,
    pub drained: Vec<Drained>,
    /// Slots of nobody that have an owner now.
    pub assigned: u64,
}

impl Tally {
    pub fn moved(&mut self, pair: &Pair, keys: u64, bytes: u64) {
        let entry = self.pairs.entry(pair.clone()).or_default();
        entry.1 += keys;
        entry.2 += bytes;
    }

    pub fn closed(&mut self, pair: &Pair, slots: u64) {
        self.pairs.entry(pair.clone()).or_default().0 += slots;
    }

    pub fn pairs(&self) -> Vec<PairReport> {
        let report = |(pair, (slots, keys, bytes)): (&Pair, &(u64, u64, u64))| PairReport {
            from: pair.from.clone(),
            to: pair.to.clone(),
            slots: *slots,
            keys: *keys,
            bytes: *bytes,
        };
        self.pairs.iter().map(report).collect()
    }
}
