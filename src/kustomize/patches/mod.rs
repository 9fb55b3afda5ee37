//! Patches: strategic merges, JSON patches, and how a kustomization applies them.

mod directive;
pub mod json6902;
mod list;
mod load;
mod resource;
mod strategic;
mod targets;
#[cfg(test)]
mod tests;
mod transformer;

pub use load::LoadText;
pub use strategic::strategic_merge;
pub use transformer::{PatchJson6902Transformer, PatchStrategicMergeTransformer, PatchTransformer, Patches};
