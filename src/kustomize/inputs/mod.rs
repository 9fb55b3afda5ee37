//! What a build reads, found without building: kustomization files are read, and what they name is written down.
//!
//! Manifests, patches and values are not opened, nothing is fetched, and no program runs, so that the inputs of hundreds of overlays are known in
//! milliseconds. The list may hold more than a build reads (all files of a chart), never less; `tests/it/list_inputs.rs` holds it against real builds.

mod graph;
mod node;
mod plugin;

pub use graph::{Graph, Reach};
pub use node::{Input, InputKind, Node};
