//! Moving slots between nodes that serve clients.
//!
//! The live cluster is the only truth about progress: a run looks at it, does what is left of its plan, and can be ended at any moment and begun again.

mod acks;
mod commands;
mod handover;
mod lane;
mod options;
mod pace;
mod probe;
mod progress;
mod report;
mod run;
mod site;
mod stop;
mod work;

pub use options::{Check, NoCheck, Options, Side};
pub use progress::{Event, Pair, PairSize, Progress, Silent};
pub use report::{
    Conflict, Left, MigrationReport, Outcome, PairReport, Problem, Skipped, Unacknowledged, Version, key_base64, key_text,
};
pub use run::migrate;
pub use stop::{Stop, Stopper, Urgency};
