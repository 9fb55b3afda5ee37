//! The name of an object in reports.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Resource;
use crate::yaml::Node;

/// Which object: what reports carry as `resource`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceRef {
    /// Group and version.
    pub api_version: String,
    /// Kind.
    pub kind: String,
    /// Namespace; none where the object names none.
    pub namespace: Option<String>,
    /// Name.
    pub name: String,
}

impl ResourceRef {
    /// Of an object as rendered.
    pub fn of(resource: &Resource) -> ResourceRef {
        ResourceRef::of_node(&resource.node)
    }

    /// Of an object of which nothing else is known.
    pub fn of_node(object: &Node) -> ResourceRef {
        let text = |path: &[&str]| object.text_at(path).unwrap_or_default().to_owned();
        ResourceRef {
            api_version: text(&["apiVersion"]),
            kind: text(&["kind"]),
            namespace: Some(text(&["metadata", "namespace"])).filter(|namespace| !namespace.is_empty()),
            name: text(&["metadata", "name"]),
        }
    }
}

/// `Kind/name` with the namespace in front of the name where there is one.
impl fmt::Display for ResourceRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{}/{namespace}/{}", self.kind, self.name),
            None => write!(f, "{}/{}", self.kind, self.name),
        }
    }
}
