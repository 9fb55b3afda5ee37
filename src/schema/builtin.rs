//! The schemas that come with the program. They are compressed, and read when the first object is checked.

use std::sync::OnceLock;

use flate2::{Decompress, FlushDecompress};
use serde::{Deserialize, Serialize};

use super::arena::{Arena, Kind};
use super::version::KubeVersion;

static KUBERNETES: &[u8] = include_bytes!("builtin/kubernetes.bin");
static OPERATORS: &[u8] = include_bytes!("builtin/operators.bin");
static LIFECYCLE: &str = include_str!("builtin/lifecycle.json");

/// The schemas in a file: the length that they have unpacked, and they.
fn unpacked(bytes: &[u8]) -> Arena {
    let arena = bytes.split_at_checked(4).and_then(|(length, packed)| {
        // Memory that is taken once is cheaper than memory that grows.
        let mut plain = Vec::with_capacity(u32::from_le_bytes(length.try_into().ok()?) as usize);
        Decompress::new(false).decompress_vec(packed, &mut plain, FlushDecompress::Finish).ok()?;
        Arena::decode(&plain)
    });
    arena.expect("the file is made by our own program and tested")
}

/// The types of Kubernetes, of all releases that are known.
pub fn kubernetes() -> &'static Arena {
    static ARENA: OnceLock<Arena> = OnceLock::new();
    ARENA.get_or_init(|| unpacked(KUBERNETES))
}

/// Kinds of operators: Redis Enterprise, the Prometheus operator, Argo CD, cert-manager.
pub fn operators() -> &'static Arena {
    static ARENA: OnceLock<Arena> = OnceLock::new();
    ARENA.get_or_init(|| unpacked(OPERATORS))
}

/// The kind of a release of Kubernetes.
pub fn kind_of_release(group: &str, version: &str, kind: &str, release: KubeVersion) -> Option<&'static Kind> {
    kubernetes().find(group, version, kind).iter().find(|it| it.releases & release.bit() != 0)
}

/// When a version of a kind came, was deprecated, and went: minor versions of Kubernetes.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Lifetime {
    /// API group.
    pub group: String,
    /// API version.
    pub version: String,
    /// Kind.
    pub kind: String,
    /// The first release with it.
    pub introduced: u16,
    /// The release that deprecated it.
    pub deprecated: Option<u16>,
    /// The first release without it.
    pub removed: Option<u16>,
    /// Group, version and kind that take its place.
    pub replacement: Option<[String; 3]>,
}

/// The life of a version of a kind, where something is known of it.
pub fn lifetime(group: &str, version: &str, kind: &str) -> Option<Lifetime> {
    // Each stands on its line; of most runs few are asked for.
    let wanted = format!("{{\"group\":\"{group}\",\"version\":\"{version}\",\"kind\":\"{kind}\",");
    let start = memchr::memmem::find(LIFECYCLE.as_bytes(), wanted.as_bytes())?;
    let line = LIFECYCLE[start..].lines().next()?.trim_end_matches([',', ']']);
    Some(serde_json::from_str(line).expect("the file is made by our own program and tested"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{ANY, CLOSED, Type};

    #[test]
    fn tables_are_whole() {
        for arena in [kubernetes(), operators()] {
            assert!(arena.kinds().is_sorted_by_key(|it| (&it.group, &it.version, &it.kind)));
            let last = arena.nodes.len() as u32;
            for node in &arena.nodes {
                assert!(node.rest < last || node.rest == CLOSED);
                assert!((node.checks as usize) < arena.checks.len());
                let names: Vec<&str> = arena.properties(node).iter().map(|it| arena.name(it)).collect();
                assert!(names.is_sorted(), "{names:?}");
                assert!(arena.properties(node).iter().all(|it| it.node < last));
            }
        }
    }

    #[test]
    fn releases_differ_and_share() {
        let of = |minor| kind_of_release("", "v1", "ConfigMap", KubeVersion::of_minor(minor).unwrap()).unwrap();
        assert_eq!(of(31), of(37));
        assert!(
            kind_of_release("resource.k8s.io", "v1", "ResourceClaim", KubeVersion::of_minor(33).unwrap()).is_none()
        );
        assert!(
            kind_of_release("resource.k8s.io", "v1", "ResourceClaim", KubeVersion::of_minor(34).unwrap()).is_some()
        );
        let arena = kubernetes();
        let node = arena.node(of(36).node);
        let (_, data) = arena.property(node, "data").unwrap();
        assert_eq!(arena.node(data.node).kind, Type::Object);
        assert!(arena.node(data.node).rest != ANY);
        assert!(arena.property(node, "dat").is_none());
    }

    #[test]
    fn versions_have_lives() {
        let gone = lifetime("policy", "v1beta1", "PodDisruptionBudget").unwrap();
        assert_eq!((gone.deprecated, gone.removed), (Some(21), Some(25)));
        assert_eq!(gone.replacement.as_ref().unwrap()[1], "v1");
        assert_eq!(lifetime("policy", "v1", "PodDisruptionBudget").unwrap().removed, None);
        let all: Vec<Lifetime> = serde_json::from_str(LIFECYCLE).unwrap();
        for life in &all {
            assert_eq!(lifetime(&life.group, &life.version, &life.kind).as_ref(), Some(life));
        }
        assert!(lifetime("policy", "v3", "PodDisruptionBudget").is_none());
    }
}
