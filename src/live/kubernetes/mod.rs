//! The API server of a cluster: how it is reached, what it serves, and requests with their errors as values.
//!
//! Knows nothing of manifests and reports.

mod cache;
mod cluster;
mod connect;
mod error;
mod forward;
mod kinds;
mod openapi;
mod outage;
mod pod_passwords;
mod requests;
mod role;
mod secret_values;
pub mod secrets;

pub use cluster::{Cluster, Listed};
pub use error::ServerError;
pub use forward::PortForward;
pub use kinds::{Kind, Kinds};
pub use openapi::{Document, group_versions, pull};
pub use outage::Away;
pub use pod_passwords::PodPasswords;
pub use requests::Apply;
pub use role::{role_for, role_of_compared};
pub use secret_values::SecretValues;
