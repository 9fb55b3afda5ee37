//! The rights that a run needs, as the objects that would give them.

use std::collections::BTreeSet;

use crate::k8s::ResourceRef;
use crate::live::kubernetes::{Cluster, ServerError, role_for};
use crate::plan::ApplySetRef;

/// Roles in YAML for a run over these objects: to see and write them, to look after the set, and to hold the lock.
pub fn role<'a>(
    cluster: &Cluster,
    resources: impl IntoIterator<Item = &'a ResourceRef>,
    set: &ApplySetRef,
    deletes: bool,
) -> String {
    let mut wanted: BTreeSet<(String, Option<String>)> = BTreeSet::new();
    for resource in resources {
        if let Some(kind) = cluster.kinds().find(&resource.api_version, &resource.kind) {
            wanted.insert((kind.resource(), resource.namespace.clone().filter(|_| kind.namespaced)));
        }
    }
    wanted.insert(("secrets".to_owned(), Some(set.namespace.clone())));
    let mut verbs = vec!["get", "list", "patch", "create"];
    if deletes {
        verbs.push("delete");
    }
    let mut refused: Vec<ServerError> = Vec::new();
    let mut add = |verb: &'static str, resource: &str, namespace: &Option<String>| {
        refused.push(ServerError {
            status: 403,
            code: "forbidden".to_owned(),
            message: String::new(),
            verb,
            resource: resource.to_owned(),
            namespace: namespace.clone(),
            causes: Vec::new(),
        });
    };
    for (resource, namespace) in &wanted {
        verbs.iter().for_each(|verb| add(verb, resource, namespace));
    }
    for verb in ["get", "create", "update", "delete"] {
        add(verb, "leases.coordination.k8s.io", &Some(set.namespace.clone()));
    }
    role_for(&refused).unwrap_or_default()
}
