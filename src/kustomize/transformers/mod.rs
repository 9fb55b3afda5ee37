//! The built-in transformers but patches and replacements: each changes all objects of a build in one pass.

mod annotations;
mod entries;
mod hash;
mod image_name;
mod images;
mod labels;
mod namespace;
mod prefix_suffix;
mod replicas;
mod sort_order;
#[cfg(test)]
pub(in crate::kustomize) mod testing;
mod value_add;
mod writer;

pub use annotations::Annotations;
pub use hash::HashSuffix;
pub(super) use image_name::split as split_image;
pub use images::Images;
pub use labels::Labels;
pub use namespace::{Namespace, RoleBindingSubjects};
pub use prefix_suffix::{Prefix, PrefixSuffix, Suffix};
pub use replicas::Replicas;
pub use sort_order::SortOrder;
pub use value_add::ValueAdd;
