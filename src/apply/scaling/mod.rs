//! Carrying out what `plan::scaling` says: on live nodes, with `apply::slots` as the library that moves slots and changes members.
//!
//! A run looks at the nodes, plans, does the first kind of step that is left, and looks again, until nothing is left. So a run that was ended at any
//! moment is begun again and goes on, and what servers do by themselves in between is part of the next plan.

mod fleet;
mod left;
mod look;
mod phases;
mod report;
mod resize;
mod run;
mod verify;
mod workload;

pub use fleet::{Allow, Fleet, Reach, Scaler};
pub(super) use look::look;
pub use look::{Order, Place};
pub use report::ScalingReport;
pub use resize::{Resize, Set};
pub use run::{preview, replicas_now, scale};
pub use workload::Workload;
