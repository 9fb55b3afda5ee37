//! Which objects belong together: an ApplySet as KEP-3659 has it.
//!
//! A Secret stands for the set and names the kinds and namespaces in which members may be; members carry its id as a label. The lists are widened before
//! anything is applied and shrunk after all that has gone is gone, so that they never leave out a member.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::drift::managed::ApplySetParent;
use crate::k8s::{ResourceRef, parse_api_version};
use crate::plan::ApplySetRef;

pub use crate::drift::managed::{GROUP_KINDS, ID, NAMESPACES, PART_OF, TOOLING};

/// How we name ourselves in a parent.
pub const TOOL: &str = concat!("redisops/v", env!("CARGO_PKG_VERSION"));

/// Kinds and namespaces in which members may be.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Extent {
    /// `Kind.group`, the core group without a dot.
    pub group_kinds: BTreeSet<String>,
    /// Namespaces, that of the parent too.
    pub namespaces: BTreeSet<String>,
}

/// `Kind.group` of an object.
pub fn group_kind(api_version: &str, kind: &str) -> String {
    match parse_api_version(api_version).0 {
        "" => kind.to_owned(),
        group => format!("{kind}.{group}"),
    }
}

impl Extent {
    /// Of objects.
    pub fn of<'a>(resources: impl IntoIterator<Item = &'a ResourceRef>) -> Extent {
        let mut extent = Extent::default();
        for resource in resources {
            extent.group_kinds.insert(group_kind(&resource.api_version, &resource.kind));
            extent.namespaces.extend(resource.namespace.clone());
        }
        extent
    }

    /// As a parent says it.
    pub fn read(parent: &Value) -> Extent {
        let list = |name: &str| -> BTreeSet<String> {
            let text = parent["metadata"]["annotations"][name].as_str().unwrap_or("");
            text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
        };
        let mut namespaces = list(NAMESPACES);
        namespaces.extend(parent["metadata"]["namespace"].as_str().map(str::to_owned));
        Extent { group_kinds: list(GROUP_KINDS), namespaces }
    }

    /// Both together.
    #[must_use]
    pub fn and(&self, other: &Extent) -> Extent {
        Extent {
            group_kinds: self.group_kinds.union(&other.group_kinds).cloned().collect(),
            namespaces: self.namespaces.union(&other.namespaces).cloned().collect(),
        }
    }
}

/// The id of a set.
pub fn id(set: &ApplySetRef) -> String {
    ApplySetParent { name: set.name.clone(), namespace: set.namespace.clone() }.id()
}

/// The parent as it is applied.
pub fn parent(set: &ApplySetRef, extent: &Extent) -> Value {
    let joined = |parts: &mut dyn Iterator<Item = &String>| parts.map(String::as_str).collect::<Vec<_>>().join(",");
    let namespaces = joined(&mut extent.namespaces.iter().filter(|namespace| **namespace != set.namespace));
    json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": set.name,
            "namespace": set.namespace,
            "labels": {ID: id(set)},
            "annotations": {
                TOOLING: TOOL,
                GROUP_KINDS: joined(&mut extent.group_kinds.iter()),
                NAMESPACES: namespaces,
            },
        },
    })
}

/// Whose set a parent is, where that is not us.
pub fn foreign_tool(parent: &Value) -> Option<&str> {
    let tool = parent["metadata"]["annotations"][TOOLING].as_str();
    let own = |tool: &str| tool.split('/').next() == Some("redisops");
    match tool {
        Some(tool) if own(tool) => None,
        Some(tool) => Some(tool),
        // A Secret of that name which is no parent at all.
        None => Some(""),
    }
}

/// The set of an environment or a directory.
pub fn set_of(what: &str, namespace: &str) -> ApplySetRef {
    let ApplySetParent { name, namespace } = ApplySetParent::of(what, namespace);
    ApplySetRef { name, namespace }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set() -> ApplySetRef {
        ApplySetRef { name: "redisops-prod".into(), namespace: "shop".into() }
    }

    #[test]
    fn a_parent_says_all_that_was_said_before() {
        let before = Extent {
            group_kinds: ["Secret", "Deployment.apps"].map(str::to_owned).into(),
            namespaces: ["shop", "other"].map(str::to_owned).into(),
        };
        let written = parent(&set(), &before);
        assert_eq!(written["metadata"]["annotations"][GROUP_KINDS], "Deployment.apps,Secret");
        assert_eq!(written["metadata"]["annotations"][NAMESPACES], "other");
        assert_eq!(Extent::read(&written), before);
        assert_eq!(foreign_tool(&written), None);
        let more = Extent::of(&[ResourceRef {
            api_version: "v1".into(),
            kind: "Service".into(),
            namespace: None,
            name: "x".into(),
        }]);
        assert_eq!(before.and(&more).group_kinds.len(), 3);
    }

    #[test]
    fn other_tools_keep_their_sets() {
        let of = |tool: &str| json!({"metadata": {"annotations": {TOOLING: tool}}});
        assert_eq!(foreign_tool(&of("kubectl/v1.36.3")), Some("kubectl/v1.36.3"));
        assert_eq!(foreign_tool(&of("redisops/v9.9.9")), None);
        assert_eq!(foreign_tool(&json!({"metadata": {}})), Some(""));
    }
}
