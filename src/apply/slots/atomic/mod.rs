//! Slots that the servers move by themselves, in one step: a snapshot, the writes since, and one change of owner. No slot is ever open, clients see
//! nothing but one redirection, and what fails leaves everything at the source.
//!
//! Two servers can, in two ways: Valkey from 9.0 is told at the source, Redis from 8.4 at the target. Which one it is, and whether it can at all, is asked
//! of the nodes, not read from versions. Neither starts while a slot of the node is open, so this comes before moving keys one by one.

mod ability;
mod batch;
mod jobs;
mod outcome;
mod redis;
mod run;
mod valkey;

pub use ability::{Ability, Route, ability, route};
pub use outcome::{AtomicOptions, Left, Moved, Outcome, Progress, Why};
pub use run::transfer;
