//! Objects of a cluster brought in line with the files: compared, applied in waves, waited for, pruned.

mod clusters;
mod compare;
mod failure;
mod left_claims;
mod lock;
mod members;
mod missing;
mod passwords;
mod pods;
mod prune;
mod ready;
mod report;
mod rights;
mod run;
mod set;
mod survey;
mod tracked;
mod volumes;
mod wait;
mod wanted;

pub use clusters::{OfCluster, resizes};
pub use compare::PlaceOf;
pub use failure::failure_of;
pub use lock::{Lock, LockError, peek};
pub use missing::{Missing, missing};
pub use ready::{Readiness, readiness};
pub use report::{ApplyReport, Counts, Failure, Outcome, StepReport};
pub use rights::role;
pub use run::{Ended, Options, Run, Tools};
pub use set::{id, set_of};
pub use survey::{Question, Survey, cluster_ref, hide, is_another, survey};
pub use volumes::Trouble;
pub use wait::Watcher;
pub use wanted::Wanted;
