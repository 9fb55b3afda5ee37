//! What differs between two sides: objects of two revisions or environments, or of Git and a cluster.
//!
//! Pure: takes objects, gives reports. Where a line was written, and by whom, is told by the caller.

mod compare;
mod equal;
mod report;

pub use compare::{Difference, compare, value};
pub use report::{
    Change, ChangeKind, CompareError, DiffReport, FieldChange, Manager, NodeChange, NodeField, Origin, Summary,
};
