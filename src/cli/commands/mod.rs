//! The commands: each takes its settings, calls what does the work, and prints.

pub mod build;
pub mod lab;
pub mod slots;
