//! What is asked for, what happens, and what came of it.

use std::time::Duration;

use crate::diagnostics::Diagnostic;
use crate::slots::{NodeId, SlotSet};

/// How slots are moved atomically.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AtomicOptions {
    /// How long one job may take, retries included.
    pub deadline: Duration,
    /// How often to look at jobs that run; the time after which the next one starts depends on it.
    pub poll: Duration,
    /// A job is split where its slots hold more; what fails or is stopped begins anew, so a job should not be everything.
    pub batch_bytes: u64,
    /// How often a job is tried.
    pub attempts: u32,
}

impl Default for AtomicOptions {
    fn default() -> AtomicOptions {
        AtomicOptions {
            deadline: Duration::from_secs(3600),
            poll: Duration::from_millis(5),
            batch_bytes: 4 << 30,
            attempts: 3,
        }
    }
}

/// Something that happens to slots on their way from one node to another.
#[derive(Clone, PartialEq, Debug)]
pub struct Progress {
    /// Who gives.
    pub from: NodeId,
    /// Who takes.
    pub to: NodeId,
    /// What.
    pub slots: SlotSet,
    /// The state as the server names it: `snapshotting`, `replicating`, …; `moved`, `failed` or `cancelled` in the end.
    pub state: String,
    /// Bytes of writes that are still to be sent, where the server says so.
    pub remaining_bytes: Option<u64>,
}

/// Slots that have a new owner.
#[derive(Clone, PartialEq, Debug)]
pub struct Moved {
    /// Who gave.
    pub from: NodeId,
    /// Who took.
    pub to: NodeId,
    /// What.
    pub slots: SlotSet,
    /// Keys in them at the target, right after.
    pub keys: Option<u64>,
    /// How often it was tried; 0 where an earlier run had moved them.
    pub attempts: u32,
}

/// Slots that stay where they were, whole and closed.
#[derive(Clone, PartialEq, Debug)]
pub struct Left {
    /// Who keeps them.
    pub from: NodeId,
    /// Who was to have them.
    pub to: NodeId,
    /// What.
    pub slots: SlotSet,
    /// Why.
    pub why: Why,
}

/// Why slots stay.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Why {
    /// The run was stopped before or while they moved.
    Stopped,
    /// The server does not begin: its words.
    Refused(String),
    /// It failed as often as it was tried: the last reason.
    Failed(String),
    /// It was not done in time, and was taken back.
    TooLate,
    /// A node stopped answering, so it is not known; the owners have to be asked again.
    Unknown(String),
}

/// What came of it.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Outcome {
    /// Slots that have a new owner.
    pub moved: Vec<Moved>,
    /// Slots that stay.
    pub left: Vec<Left>,
    /// How long it took.
    pub seconds: f64,
}

impl Outcome {
    pub(super) fn merge(&mut self, other: Outcome) {
        self.moved.extend(other.moved);
        self.left.extend(other.left);
    }
}

impl Left {
    /// What stays and why, as something to show; nothing where it was stopped.
    pub fn diagnostic(&self) -> Option<Diagnostic> {
        let what = format!("slots {} stay on `{}`", self.slots, self.from.short());
        let to = self.to.short();
        let (why, help) = match &self.why {
            Why::Stopped => return None,
            Why::Refused(words) => (
                format!("the server does not move them to `{to}`: {words}"),
                "mend what the server says, or move them key by key with `--no-atomic`",
            ),
            Why::Failed(words) => (
                format!("moving them to `{to}` failed: {words}"),
                "nothing was lost: see that the target is up, then run the same command again",
            ),
            Why::TooLate => (
                format!("moving them to `{to}` was not done in time, and was taken back"),
                "see what keeps the source or the target busy, then run the same command again",
            ),
            Why::Unknown(words) => (
                format!("a node stopped answering while they moved to `{to}`: {words}"),
                "run `redisops slots check`, then the same command again: it goes on where it stopped",
            ),
        };
        Some(Diagnostic::error("redisops::slots::atomic", format!("{what}: {why}")).help(help))
    }
}
