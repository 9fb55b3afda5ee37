//! Group, version and kind.

use std::cmp::Ordering;
use std::fmt;

use compact_str::CompactString;

/// Group, version and kind of an object; the core group is empty.
#[derive(Clone, PartialEq, Eq, Hash, Default, Debug)]
pub struct Gvk {
    /// API group.
    pub group: CompactString,
    /// API version, without the group.
    pub version: CompactString,
    /// Kind.
    pub kind: CompactString,
}

/// A [`Gvk`] in which empty parts match anything.
pub type GvkPattern = Gvk;

/// Group and version of an `apiVersion`; everything before the first slash is the group.
pub fn parse_api_version(api_version: &str) -> (&str, &str) {
    api_version.split_once('/').unwrap_or(("", api_version))
}

impl Gvk {
    /// From its parts.
    pub fn new(group: &str, version: &str, kind: &str) -> Gvk {
        Gvk { group: group.into(), version: version.into(), kind: kind.into() }
    }

    /// From `apiVersion` and `kind`.
    pub fn from_api_version(api_version: &str, kind: &str) -> Gvk {
        let (group, version) = parse_api_version(api_version);
        Gvk::new(group, version, kind)
    }

    /// `group/version`, or the version alone in the core group.
    pub fn api_version(&self) -> CompactString {
        if self.group.is_empty() {
            self.version.clone()
        } else {
            compact_str::format_compact!("{}/{}", self.group, self.version)
        }
    }

    /// Whether every part that the pattern names is equal.
    pub fn is_selected(&self, pattern: &GvkPattern) -> bool {
        pattern.selects(&self.group, &self.version, &self.kind)
    }

    /// As a pattern: whether it selects these parts.
    pub fn selects(&self, group: &str, version: &str, kind: &str) -> bool {
        (self.kind.is_empty() || self.kind == kind)
            && (self.group.is_empty() || self.group == group)
            && (self.version.is_empty() || self.version == version)
    }

    /// The reference's order of field specs and name references: its fixed list of kinds first and last, the rest by text, in which an empty part
    /// sorts behind all names.
    pub fn config_order(&self, other: &Gvk) -> Ordering {
        kind_rank(&self.kind).cmp(&kind_rank(&other.kind)).then_with(|| self.sort_text().cmp(&other.sort_text()))
    }

    /// `group_version_kind` with `~G`, `~V`, `~K` for empty parts, as the reference compares.
    pub fn sort_text(&self) -> String {
        fn or<'a>(part: &'a str, empty: &'a str) -> &'a str {
            if part.is_empty() { empty } else { part }
        }
        format!("{}_{}_{}", or(&self.group, "~G"), or(&self.version, "~V"), or(&self.kind, "~K"))
    }
}

impl fmt::Display for Gvk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.group.is_empty(), self.version.is_empty()) {
            (true, true) => write!(f, "{}", self.kind),
            _ => write!(f, "{} ({})", self.kind, self.api_version()),
        }
    }
}

/// Kinds that come first in the legacy order, in that order.
pub const ORDER_FIRST: [&str; 22] = [
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
];

/// Kinds that come last in the legacy order, in that order.
pub const ORDER_LAST: [&str; 2] = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

fn kind_rank(kind: &str) -> i32 {
    if let Some(i) = ORDER_FIRST.iter().position(|k| *k == kind) {
        return i as i32 - ORDER_FIRST.len() as i32;
    }
    ORDER_LAST.iter().position(|k| *k == kind).map_or(0, |i| i as i32 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_parts_of_a_pattern_match_anything() {
        let deployment = Gvk::from_api_version("apps/v1", "Deployment");
        assert!(deployment.is_selected(&Gvk::new("", "", "Deployment")));
        assert!(deployment.is_selected(&Gvk::default()));
        assert!(!deployment.is_selected(&Gvk::new("extensions", "", "Deployment")));
    }

    #[test]
    fn order_is_by_rank_then_text() {
        let ns = Gvk::new("", "v1", "Namespace");
        let pod = Gvk::new("", "v1", "Pod");
        let ingress = Gvk::new("networking.k8s.io", "v1", "Ingress");
        assert_eq!(ns.config_order(&pod), Ordering::Less);
        // `~G` of the core group sorts behind names of groups.
        assert_eq!(ingress.config_order(&pod), Ordering::Less);
    }
}
