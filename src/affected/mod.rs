//! Which overlays and environments depend on files that changed. Nothing is rendered: [`crate::kustomize::inputs`] tells what each would read.

mod report;
mod select;
mod targets;

pub use report::{Affected, AffectedReport, Fate, FileEntry, RevisionEntry, Summary};
pub use select::{Changed, select};
pub use targets::{Named, Target, is_of_interest, named_environments, targets};
