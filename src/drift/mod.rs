//! What differs between two sides: objects of two revisions or environments, or of Git and a cluster.
//!
//! Pure: takes objects, gives reports. Where a line was written, and by whom, is told by the caller.

mod compare;
pub mod consequence;
mod equal;
pub mod managed;
mod metrics;
pub mod nodes;
mod objects;
mod pair;
mod report;
mod secret;
mod text;

pub use compare::{Difference, compare, value};
pub use consequence::WILL_REFUSE;
pub use metrics::{Runs, metrics};
pub use objects::{Asked, Sides, changes};
pub use pair::{Matching, Object, Pair, pair, without_hash};
pub use report::{
    Change, ChangeKind, CompareError, DiffReport, FieldChange, Manager, NodeChange, NodeField, Origin, Refusal, Summary,
};
