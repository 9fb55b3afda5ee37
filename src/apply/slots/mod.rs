//! Moving slots between nodes that serve clients, and who is a member of a cluster.
//!
//! The live cluster is the only truth about progress: a run looks at it, does what is left of its plan, and can be ended at any moment and begun again.

mod acks;
mod archive;
pub mod atomic;
mod commands;
pub mod conflict;
mod contents;
mod drive;
mod epochs;
pub mod failover;
pub mod fix;
mod handover;
mod heavy;
pub mod join;
mod lane;
pub mod leave;
pub mod lock;
mod members;
mod migrate;
mod options;
mod pace;
mod preflight;
mod probe;
mod progress;
mod promotion;
mod recover;
pub mod replicas;
mod report;
mod rights;
mod roots;
mod run;
mod settle;
mod site;
mod stop;
mod todo;
mod verify;
mod watch;
mod work;

pub use archive::Archive;
pub use members::{Member, Members, Step, Steps};
pub use migrate::migrate;
pub(in crate::apply) use migrate::{migrate_as, run_name};
pub use options::{Check, NoCheck, Options};
pub use progress::{Event, Pair, PairSize, Progress, Silent};
pub use report::{Left, MigrationReport, Outcome, PairReport, Problem, Skipped, Unacknowledged, key_base64, key_text};
pub use stop::{Stop, Stopper, Urgency};
