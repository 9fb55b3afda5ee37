//! The render engine: a kustomization and everything it names, to a list of objects.
//!
//! Compatible with `kustomize build` 5.8. Pure but for the file system and tools it is given: no clock, no environment, nothing printed.

pub mod absorb;
pub mod accumulate;
pub mod build;
pub mod build_annotations;
pub mod config;
mod consequences;
mod context;
pub mod crd_config;
pub mod decode;
pub mod edit;
pub mod fields;
pub mod generators;
pub mod inputs;
pub mod kustomization_file;
pub mod load;
pub mod load_resources;
pub mod name_reference;
pub mod patches;
pub mod plugins;
pub mod replacements;
pub mod specs;
pub mod transformers;
pub mod types;
pub mod vars;

pub use build::{Expand, HelmOptions, Options, Reorder, build};
pub use context::{Context, Observer, Transformer};
