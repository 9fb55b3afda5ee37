//! Doing what a plan says: I/O, with the live cluster as the only truth about progress.

pub mod nodes;
pub mod objects;
pub mod scaling;
pub mod slots;
