//! What objects take for granted and the cluster does not have: an apply would stop there.

use std::collections::BTreeSet;
use std::fmt;

use futures::future::join_all;

use crate::k8s::parse_api_version;
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
        }
    }
}

/// What is missing for what is wanted. Namespaces that nobody may look at are taken to be there.
pub async fn missing(cluster: &Cluster, survey: &Survey) -> Vec<Missing> {
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
    let Ok(kind) = cluster.kind_of("v1", "Namespace") else { return found.into_iter().collect() };
    let asked = namespaces.into_iter().map(|name| async move { (name, cluster.get(kind, None, name).await) });
    let absent = join_all(asked).await.into_iter().filter(|(_, answer)| matches!(answer, Ok(None)));
    found.extend(absent.map(|(name, _)| Missing::Namespace(name.to_owned())));
    found.into_iter().collect()
}

/// The group and the kind that an object defines.
fn definition(node: &Node) -> Option<(&str, &str)> {
    node.get("kind")?.text().filter(|kind| *kind == "CustomResourceDefinition")?;
    let spec = node.get("spec")?;
    Some((spec.get("group")?.text()?, spec.get("names")?.get("kind")?.text()?))
}
