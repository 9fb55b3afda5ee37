//! The commands: each takes its settings, calls what does the work, and prints.

pub mod affected;
pub mod apply;
pub mod argocd;
pub mod build;
pub mod cluster;
pub mod completion;
pub mod delete;
pub mod diff;
pub mod edit;
pub mod env;
pub mod explain;
pub mod init;
#[cfg(target_os = "linux")]
pub mod lab;
mod list_inputs;
pub mod plan;
pub mod redis;
pub mod scale;
pub mod schema;
pub mod secrets;
pub mod slots;
pub mod validate;
