//! What `scale` does: fields found by their origin, changed where they stand.

mod change;
mod outcome;
mod report;

pub use change::{Files, set_field};
pub use outcome::outcome;
pub use report::{How, ScaleChange, ScaleReport};
