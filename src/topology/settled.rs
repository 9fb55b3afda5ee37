//! Fields of a StatefulSet that are settled when it is created.

use crate::yaml::{Node, Value};

/// Fields of its spec that may change.
pub const CHANGEABLE: [&str; 7] = [
    "replicas",
    "ordinals",
    "template",
    "updateStrategy",
    "revisionHistoryLimit",
    "persistentVolumeClaimRetentionPolicy",
    "minReadySeconds",
];

/// A scalar of a tree.
pub(super) struct Leaf<'n> {
    /// Its keys, joined by dots.
    pub(super) path: String,
    /// The scalar.
    pub(super) node: &'n Node,
}

/// What the API server fills in: as good as nothing.
fn is_filled_in(path: &str, node: &Node) -> bool {
    let text = node.text().unwrap_or("");
    node.is_null()
        || matches!(
            (path, text),
            ("podManagementPolicy", "OrderedReady") | ("spec.volumeMode", "Filesystem") | ("apiVersion" | "kind", _)
        )
        || path.starts_with("status.")
        || path == "metadata.creationTimestamp"
}

fn leaves<'n>(node: &'n Node, path: &str, found: &mut Vec<Leaf<'n>>) {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match &node.value {
        Value::Map(map) => map.entries.iter().for_each(|entry| leaves(&entry.value, &below(&entry.key.text), found)),
        Value::Seq(items) => items.iter().for_each(|item| leaves(item, path, found)),
        Value::Scalar(_) if is_filled_in(path, node) => {}
        Value::Scalar(_) => found.push(Leaf { path: path.to_owned(), node }),
    }
}

/// The first scalar that two trees do not share, and what the older one has there; `ignored` are paths of no interest.
pub(super) fn first_difference<'n>(
    old: &'n Node,
    new: &'n Node,
    ignored: &[&str],
) -> Option<(Leaf<'n>, Option<&'n Node>)> {
    let all = |node: &'n Node| {
        let mut found = Vec::new();
        leaves(node, "", &mut found);
        found.retain(|leaf| !ignored.contains(&leaf.path.as_str()));
        found
    };
    let (old, new) = (all(old), all(new));
    let has = |list: &[Leaf<'_>], leaf: &Leaf<'_>| {
        list.iter().any(|other| other.path == leaf.path && other.node.text() == leaf.node.text())
    };
    let was = |path: &str| old.iter().find(|leaf| leaf.path == path).map(|leaf| leaf.node);
    if let Some(leaf) = new.iter().find(|leaf| !has(&old, leaf)) {
        return Some((Leaf { path: leaf.path.clone(), node: leaf.node }, was(&leaf.path)));
    }
    old.into_iter().find(|leaf| !has(&new, leaf)).map(|leaf| {
        let node = leaf.node;
        (leaf, Some(node))
    })
}

/// What of a spec cannot change any more, without the templates of volumes.
pub(super) fn rest(spec: &Node) -> Node {
    let mut rest = spec.clone();
    if let Some(map) = rest.as_map_mut() {
        for name in CHANGEABLE.iter().chain(&["volumeClaimTemplates"]) {
            map.remove(name);
        }
    }
    rest
}
