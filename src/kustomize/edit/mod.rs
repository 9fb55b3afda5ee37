//! What the verbs of `kustomize edit` make of a kustomization: from tree to tree.
//!
//! Knows nothing of the text: `yaml::edit` makes of the old text one that says what the new tree says. Files are seen through a trait.

mod fix;
mod generators;
mod globs;
mod images;
mod lists;
mod metadata;
mod patches;
mod tree;
mod value;
mod vars;
mod verb;

pub use globs::{Surroundings, glob, matches};
pub use metadata::{parse_keys, parse_pairs};
pub use value::{InPlace, in_place};
pub use verb::{
    Add, BUILD_METADATA, Edited, Fix, GeneratorFlags, MetadataKind, PatchFlags, Remove, Set, Verb, WrittenFile, edit,
};
