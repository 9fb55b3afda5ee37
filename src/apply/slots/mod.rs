//! Changing who owns which slots of a live cluster.

mod archive;
pub mod conflict;
mod contents;

pub use archive::Archive;
