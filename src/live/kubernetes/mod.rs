//! The API server of a cluster, as far as schemas are asked for.

mod kubeconfig;
mod openapi;
pub mod secrets;

pub use kubeconfig::{Access, access};
pub use openapi::{Document, group_versions, pull};
