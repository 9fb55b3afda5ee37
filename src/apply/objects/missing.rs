//! What objects take for granted and the cluster does not have: an apply would stop there.

use std::collections::BTreeSet;
use std::fmt;

use futures::future::join_all;

use crate::k8s::{ResourceRef, parse_api_version};
use crate::live::kubernetes::Cluster;
use crate::yaml::Node;

use super::survey::Survey;

/// Something that is neither in the cluster nor among the objects.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Missing {
    /// The namespace of objects, or of the lock.
    Namespace(String),
    /// A kind that the server does not serve.
    Kind {
        /// The group and version.
        api_version: String,
        /// The name of the kind.
        kind: String,
    },
    /// An object without which pods do not start.
    Object(ResourceRef),
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Missing::Namespace(name) => {
                write!(f, "there is no namespace `{name}`, and none of the files makes it: create it before the apply")
            }
            Missing::Kind { api_version, kind } => write!(
                f,
                "the server does not serve {kind} of {api_version}, and none of the files defines it: install what does before the apply"
            ),
            Missing::Object(ResourceRef { kind, namespace, name, .. }) => write!(
                f,
                "there is no {kind} `{name}` in namespace `{}`, and none of the files makes it: pods that need it do not start",
                namespace.as_deref().unwrap_or_default()
            ),
        }
    }
}

/// What is missing for what is wanted; `needed` are objects that no file makes and pods need. What nobody may look at is taken to be there.
pub async fn missing(cluster: &Cluster, survey: &Survey, needed: &BTreeSet<ResourceRef>) -> Vec<Missing> {
    let nodes = survey.nodes();
    let defined: BTreeSet<(&str, &str)> = nodes.iter().filter_map(|node| definition(node)).collect();
    let mut found = BTreeSet::new();
    let mut namespaces: BTreeSet<&str> = [survey.set.namespace.as_str()].into();
    for one in &survey.wanted {
        let (group, _) = parse_api_version(&one.resource.api_version);
        namespaces.extend(one.resource.namespace.as_deref());
        if one.kind(cluster.kinds()).is_none() && !defined.contains(&(group, one.resource.kind.as_str())) {
            found.insert(Missing::Kind {
                api_version: one.resource.api_version.clone(),
                kind: one.resource.kind.clone(),
            });
        }
    }
    for (one, known) in survey.wanted.iter().zip(&survey.known) {
        if known.live.is_some() {
            one.resource.namespace.as_deref().map(|name| namespaces.remove(name));
        }
        if one.resource.kind == "Namespace" {
            namespaces.remove(one.resource.name.as_str());
        }
    }
    let absent: BTreeSet<&str> = absent(cluster, namespaces.into_iter().map(|name| ("Namespace", None, name)))
        .await
        .into_iter()
        .map(|(_, _, name)| name)
        .collect();
    let needed = needed.iter().filter_map(|it| Some((it.kind.as_str(), it.namespace.as_deref()?, it.name.as_str())));
    let needed = needed.filter(|(_, namespace, _)| !namespace.is_empty() && !absent.contains(namespace));
    let objects = self::absent(cluster, needed.map(|(kind, namespace, name)| (kind, Some(namespace), name))).await;
    found.extend(absent.into_iter().map(|name| Missing::Namespace(name.to_owned())));
    found.extend(objects.into_iter().map(|(kind, namespace, name)| {
        Missing::Object(ResourceRef {
            api_version: "v1".to_owned(),
            kind: kind.to_owned(),
            namespace: namespace.map(str::to_owned),
            name: name.to_owned(),
        })
    }));
    found.into_iter().collect()
}

/// Kind, namespace and name of an object of the core group.
type Named<'n> = (&'n str, Option<&'n str>, &'n str);

/// Those of which the server says that they are not there.
async fn absent<'n>(cluster: &Cluster, objects: impl Iterator<Item = Named<'n>>) -> Vec<Named<'n>> {
    let asked = objects.map(|object| async move {
        let (kind, namespace, name) = object;
        let kind = cluster.kind_of("v1", kind).ok()?;
        let there = cluster.exists(kind, namespace, name).await;
        matches!(there, Ok(false)).then_some(object)
    });
    join_all(asked).await.into_iter().flatten().collect()
}

/// The group and the kind that an object defines.
fn definition(node: &Node) -> Option<(&str, &str)> {
    node.get("kind")?.text().filter(|kind| *kind == "CustomResourceDefinition")?;
    let spec = node.get("spec")?;
    Some((spec.get("group")?.text()?, spec.get("names")?.get("kind")?.text()?))
}
