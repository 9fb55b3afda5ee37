//! The objects that are wanted, as they are sent.

use serde_json::{Value, json as object};

use crate::k8s::{Resource, ResourceRef};
use crate::live::kubernetes::{Kind, Kinds};
use crate::provenance::json;
use crate::yaml::Node;

use super::set::PART_OF;

/// An object that is wanted.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Which one; with its namespace, also where the files do not say it.
    pub resource: ResourceRef,
    /// As rendered, with its namespace.
    pub node: Node,
    /// Its position among the objects as rendered.
    pub source: usize,
}

impl Wanted {
    /// The objects of a build. Kinds that live in namespaces get one where the files name none.
    pub fn of(objects: &[Resource], kinds: &Kinds, namespace: &str) -> Vec<Wanted> {
        objects.iter().enumerate().map(|(source, object)| Wanted::one(object, source, kinds, namespace)).collect()
    }

    fn one(object: &Resource, source: usize, kinds: &Kinds, namespace: &str) -> Wanted {
        let is_namespaced = kinds.find(object.api_version(), object.kind()).is_none_or(|kind| kind.namespaced);
        let mut resource = ResourceRef::of(object);
        let mut node = object.node.clone();
        if resource.namespace.is_none() && is_namespaced && !is_cluster_wide(&resource) {
            resource.namespace = Some(namespace.to_owned());
            let mut named = Resource::new(node);
            named.set_namespace(namespace);
            node = named.node;
        }
        Wanted { resource, node, source }
    }

    /// As JSON, as a member of a set.
    pub fn body(&self, set: &str) -> Value {
        let mut body = json(&self.node);
        let metadata = &mut body["metadata"];
        if !metadata["labels"].is_object() {
            metadata["labels"] = object!({});
        }
        metadata["labels"][PART_OF] = Value::from(set);
        body
    }

    /// Its kind, where the server serves it.
    pub fn kind<'k>(&self, kinds: &'k Kinds) -> Option<&'k Kind> {
        kinds.find(&self.resource.api_version, &self.resource.kind)
    }
}

/// Kinds of a definition that is not there yet, of which it is known that they stand in no namespace.
fn is_cluster_wide(resource: &ResourceRef) -> bool {
    matches!(resource.kind.as_str(), "Namespace" | "CustomResourceDefinition") || resource.kind.starts_with("Cluster")
}
