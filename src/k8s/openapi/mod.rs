//! Facts of the Kubernetes API that decide how objects are merged and named.

use std::cell::RefCell;

use super::ScopeLookup;

/// The schema that a build uses.
#[derive(Debug, Default)]
pub struct OpenApi {}

impl OpenApi {
    /// Whether the kind is known to be cluster-scoped.
    pub fn is_cluster_scoped(&self, _api_version: &str, kind: &str) -> bool {
        kind == "Namespace"
    }
}

impl ScopeLookup for RefCell<OpenApi> {
    fn is_cluster_scoped(&self, api_version: &str, kind: &str) -> bool {
        self.borrow().is_cluster_scoped(api_version, kind)
    }
}
