//! Argo CD's side: what its variables say, and what the plugin announces.

mod announcement;
mod parameters;

pub use announcement::announcement;
pub use parameters::{Parameters, build_arguments};
