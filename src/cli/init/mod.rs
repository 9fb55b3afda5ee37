//! Repositories to begin with.

mod systems;
mod values;
mod write;

pub use systems::{named, systems};
pub use values::from_values;
pub use write::{NewFile, write};
