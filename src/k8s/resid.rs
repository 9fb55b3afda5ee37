//! The identity of an object: kind, name, namespace.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

use compact_str::CompactString;
use rustc_hash::FxHasher;

use super::Gvk;

/// The effective namespace of objects without one, when they could have one.
pub const DEFAULT_NAMESPACE: &str = "default";

/// The effective namespace of cluster-scoped objects; the reference stores the same text as a previous namespace.
pub const CLUSTER_NAMESPACE: &str = "_non_namespaceable_";

/// Tells which kinds are certainly cluster-scoped; a kind that nobody knows counts as namespaced.
pub trait ScopeLookup {
    /// Whether the kind is known to be cluster-scoped.
    fn is_cluster_scoped(&self, api_version: &str, kind: &str) -> bool;
}

/// A shared [`ScopeLookup`].
pub type Scopes = Rc<dyn ScopeLookup>;

/// The namespace that decides identity.
pub fn effective_namespace(namespace: &str, cluster_scoped: bool) -> &str {
    if cluster_scoped {
        CLUSTER_NAMESPACE
    } else if namespace.is_empty() {
        DEFAULT_NAMESPACE
    } else {
        namespace
    }
}

/// The identity of an object, current or previous.
#[derive(Clone, PartialEq, Eq, Hash, Default, Debug)]
pub struct ResId {
    /// Group, version and kind.
    pub gvk: Gvk,
    /// Name.
    pub name: CompactString,
    /// Namespace as written; empty where there is none.
    pub namespace: CompactString,
    /// Whether the kind is known to be cluster-scoped. Previous ids never are: their namespace already is the effective one.
    pub cluster_scoped: bool,
}

impl ResId {
    /// The namespace that decides identity.
    pub fn effective_namespace(&self) -> &str {
        effective_namespace(&self.namespace, self.cluster_scoped)
    }

    /// Whether both name the same object.
    pub fn is_same(&self, other: &ResId) -> bool {
        self.name == other.name && self.gvk == other.gvk && self.effective_namespace() == other.effective_namespace()
    }

    /// Hash of what [`ResId::is_same`] compares.
    pub fn key(&self) -> u64 {
        id_key(&self.gvk.group, &self.gvk.version, &self.gvk.kind, &self.name, self.effective_namespace())
    }
}

/// Hash of an identity from its parts.
pub(crate) fn id_key(group: &str, version: &str, kind: &str, name: &str, effective_namespace: &str) -> u64 {
    let mut hasher = FxHasher::default();
    (group, version, kind, name, effective_namespace).hash(&mut hasher);
    hasher.finish()
}

/// `Kind/name` with the namespace in front where there is one, as messages name objects.
impl fmt::Display for ResId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.namespace.is_empty() || self.namespace == CLUSTER_NAMESPACE {
            write!(f, "{}/{}", self.gvk.kind, self.name)
        } else {
            write!(f, "{}/{}/{}", self.gvk.kind, self.namespace, self.name)
        }
    }
}
