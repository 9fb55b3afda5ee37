//! The commands: each takes its settings, calls what does the work, and prints.

pub mod affected;
pub mod build;
mod list_inputs;
#[cfg(target_os = "linux")]
pub mod lab;
pub mod slots;
