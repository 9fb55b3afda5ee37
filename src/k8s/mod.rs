//! Kubernetes facts and objects: group, version and kind, ids, resources, selectors.
//!
//! Knows the shape of an object and what the reference remembers about it during a build; knows nothing of kustomization files.

pub mod fieldspecs_default;
mod gvk;
pub mod hash;
pub mod names;
pub mod openapi;
mod quantity;
mod reference;
mod regex;
mod resid;
mod resmap;
mod resource;
mod selector;
pub mod shared;

pub use gvk::{Gvk, GvkPattern, ORDER_FIRST, ORDER_LAST, parse_api_version};
pub use quantity::Quantity;
pub use reference::ResourceRef;
pub use regex::go_regex;
pub use resid::{CLUSTER_NAMESPACE, DEFAULT_NAMESPACE, ResId, ScopeLookup, Scopes, effective_namespace};
pub use resmap::{DuplicateId, ResMap, expanded_later};
pub use resource::{Behavior, PreviousId, Resource};
pub use selector::{LabelSelector, Pattern, Selector, SelectorError};
pub use shared::SharedScalar;
