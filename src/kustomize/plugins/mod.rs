//! What a kustomization asks for, as generators and transformers ready to run: its own fields, and plugin configuration under `generators`,
//! `transformers` and `validators`.

mod builtin;
mod configured;
mod exec_plugin;
mod function;
mod helm;
mod memory;
mod schema;
mod validators;

use crate::diagnostics::Diagnostics;
use crate::k8s::Resource;

use super::Transformer;
use super::build_annotations::ConfiguredIn;

pub use builtin::{generators, transformers};
pub use memory::take_memory;
pub use schema::choose_schema;
pub use validators::{validate, validators};

/// Makes objects.
pub struct Generator<'a> {
    /// Whether other programs, or even other machines, take part in it.
    pub external: bool,
    /// Runs it.
    pub run: Box<dyn FnOnce() -> Result<Vec<Resource>, Diagnostics> + 'a>,
    /// Where it is configured, when the root wants to know.
    pub configured: Option<ConfiguredIn>,
}

/// A transformer with the place that configures it, when the root wants to know.
pub struct Configured<'a> {
    /// The transformer.
    pub transformer: Box<dyn Transformer + 'a>,
    /// Where it is configured.
    pub configured: Option<ConfiguredIn>,
}
