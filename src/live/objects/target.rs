//! Where an object of Git stands in a cluster.

use crate::drift::managed::comparable;
use crate::k8s::ResourceRef;
use crate::live::kubernetes::{Cluster, Kind, ServerError};
use crate::yaml::{Node, to_json};

/// An object of Git.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Its name; without a namespace where Git names none.
    pub resource: ResourceRef,
    /// In the form that is compared.
    pub node: Node,
    /// As it is applied.
    pub json: Vec<u8>,
}

impl Wanted {
    /// From an object as rendered.
    pub fn new(object: &Node) -> Wanted {
        let mut json = String::new();
        // An object that cannot be written is refused by the server too, who says so.
        let _ = to_json(object, &mut json);
        Wanted {
            resource: ResourceRef::of_node(object),
            node: comparable(object).into_owned(),
            json: json.into_bytes(),
        }
    }
}

/// Where an object belongs.
#[derive(Clone, Debug)]
pub enum Place<'c> {
    /// A kind that is served, and the namespace.
    Served(&'c Kind, Option<String>),
    /// Its kind is yet to come: a definition of it is new as well.
    NotYet,
    /// It cannot be there.
    Nowhere(ServerError),
}

/// Finds the place of an object. `defined` tells whether a definition of a kind is among the objects.
pub fn locate<'c>(
    cluster: &'c Cluster,
    resource: &ResourceRef,
    namespace: &str,
    defined: &dyn Fn(&str, &str) -> bool,
) -> Place<'c> {
    let error = match cluster.kind_of(&resource.api_version, &resource.kind) {
        Ok(kind) => {
            let own = resource.namespace.clone().unwrap_or_else(|| namespace.to_owned());
            return Place::Served(kind, kind.namespaced.then_some(own));
        }
        Err(error) => error,
    };
    let (group, _) = crate::k8s::parse_api_version(&resource.api_version);
    if error.code != "unknownKind" || defined(group, &resource.kind) {
        return if error.code == "unknownKind" { Place::NotYet } else { Place::Nowhere(error) };
    }
    let others: Vec<String> = cluster
        .kinds()
        .all()
        .iter()
        .filter(|it| it.group == group && it.kind == resource.kind)
        .map(Kind::api_version)
        .collect();
    if !others.is_empty() {
        let message = format!("{}, only of {}", error.message, others.join(", "));
        return Place::Nowhere(ServerError { message, ..error });
    }
    // Groups of Kubernetes itself do not grow by definitions.
    match group.contains('.') && !group.ends_with(".k8s.io") {
        true => Place::NotYet,
        false => Place::Nowhere(error),
    }
}
