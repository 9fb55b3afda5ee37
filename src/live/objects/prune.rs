//! Objects that are live as members of a set, and that Git has no more.

use std::collections::BTreeSet;

use futures::future::join_all;

use crate::drift::managed::{ApplySetParent, PART_OF};
use crate::k8s::ResourceRef;
use crate::live::kubernetes::{Cluster, Listed, ServerError};
use crate::yaml::{Node, Origin, from_value};

/// Members that are live and that Git has no more, each with its values; and why members of some kinds could not be looked for.
pub type Gone = (Vec<(ResourceRef, Node)>, Vec<ServerError>);

/// The members of a set that are not among those that stay. A set that does not exist has none.
///
/// # Errors
/// When the parent cannot be read.
pub async fn candidates(
    cluster: &Cluster,
    parent: &ApplySetParent,
    stay: &BTreeSet<ResourceRef>,
) -> Result<Gone, ServerError> {
    let secrets = cluster.kind_of("v1", "Secret")?;
    let Some(found) = cluster.get(secrets, Some(&parent.namespace), &parent.name).await? else {
        return Ok(Gone::default());
    };
    let (kinds, namespaces) = parent.members_of(&from_value(found, Origin::NONE));
    let selector = format!("{PART_OF}={}", parent.id());
    let mut lists = Vec::new();
    for (group, kind) in &kinds {
        let Some(kind) = cluster.kinds().preferred(group, kind) else { continue };
        let of = |namespace: Option<String>| {
            let selector = &selector;
            async move { cluster.list(kind, namespace.as_deref(), Some(selector)).await }
        };
        match kind.namespaced {
            true => lists.extend(namespaces.iter().map(|namespace| of(Some(namespace.clone())))),
            false => lists.push(of(None)),
        }
    }
    // One object may be served in several versions: Git's names count without them.
    let known: BTreeSet<(&str, &str, Option<&str>, &str)> = stay.iter().map(identity).collect();
    let (mut gone, mut errors) = Gone::default();
    for listed in join_all(lists).await {
        let listed = listed.unwrap_or_else(|error| {
            errors.push(error);
            Listed::default()
        });
        for item in listed.items {
            let node = from_value(item, Origin::NONE);
            let resource = ResourceRef::of_node(&node);
            if !known.contains(&identity(&resource)) {
                gone.push((resource, node));
            }
        }
    }
    gone.sort_by(|a, b| a.0.cmp(&b.0));
    Ok((gone, errors))
}

fn identity(resource: &ResourceRef) -> (&str, &str, Option<&str>, &str) {
    let (group, _) = crate::k8s::parse_api_version(&resource.api_version);
    (group, &resource.kind, resource.namespace.as_deref(), &resource.name)
}
