//! Redis clusters: how many slots move when the number of masters changes.

use crate::provenance::FieldPath;
use crate::slots::SLOTS;
use crate::yaml::Node;

use super::Change;

/// The fewest slots that move when a balanced cluster of `before` masters becomes one of `after`.
pub fn slots_moved(before: u32, after: u32) -> u32 {
    let slots = u32::from(SLOTS);
    if before == 0 || after == 0 || before == after {
        return 0;
    }
    // Of a balanced cluster, the first masters have one slot more than the others.
    let (larger, smaller) = (before.max(after), before.min(after));
    let (share, more) = (slots / larger, slots % larger);
    let kept = smaller * share + smaller.min(more);
    slots - kept
}

pub(super) fn of_field(change: &Change<'_>, path: &FieldPath) -> Option<String> {
    let path = path.to_string();
    if change.group() == "redisops.dev" && change.kind() == "Redis" {
        if !["spec.cluster.nodes", "spec.cluster.replicas"].contains(&path.as_str()) {
            return None;
        }
        let ((old_nodes, nodes), (old_replicas, replicas)) =
            (change.numbers(&["spec", "cluster", "nodes"], 6), change.numbers(&["spec", "cluster", "replicas"], 1));
        return told(masters(old_nodes, old_replicas)?, masters(nodes, replicas)?);
    }
    if change.kind() == "StatefulSet" && path == "spec.replicas" && runs_cluster(change) {
        let (before, after) = change.numbers(&["spec", "replicas"], 1);
        return match replicas_of(change.before).zip(replicas_of(change.after)) {
            Some((old, new)) => told(masters(before, old)?, masters(after, new)?),
            None if after < before => {
                Some("takes nodes from a Redis cluster: their slots must be moved first".to_owned())
            }
            None => Some("adds nodes to a Redis cluster: they are empty until slots are moved".to_owned()),
        };
    }
    None
}

fn masters(nodes: i64, replicas: i64) -> Option<u32> {
    u32::try_from(nodes / (replicas.max(0) + 1)).ok()
}

fn told(before: u32, after: u32) -> Option<String> {
    match slots_moved(before, after) {
        0 if before == after => None,
        moved => Some(format!("moves {moved} slots: {before} to {after} masters")),
    }
}

/// Whether pods are nodes of a Redis cluster, by their arguments or their configuration.
fn runs_cluster(change: &Change<'_>) -> bool {
    let mut texts = Vec::new();
    texts_of(change.after.lookup(&["spec", "template", "spec"]), &mut texts);
    says_cluster(&texts) || change.users.configurations_of(change.after).iter().any(|text| says_cluster(&[text]))
}

fn says_cluster(texts: &[&str]) -> bool {
    let words: Vec<&str> = texts.iter().flat_map(|text| text.split_whitespace()).collect();
    let bare = |word: &str| word.trim_matches(|c: char| !c.is_ascii_alphanumeric()).to_owned();
    words.windows(2).any(|pair| pair[0].trim_start_matches('-') == "cluster-enabled" && bare(pair[1]) == "yes")
}

fn texts_of<'a>(node: Option<&'a Node>, texts: &mut Vec<&'a str>) {
    use crate::yaml::Value;
    match node.map(|node| &node.value) {
        Some(Value::Scalar(scalar)) => texts.push(&scalar.text),
        Some(Value::Seq(items)) => items.iter().for_each(|item| texts_of(Some(item), texts)),
        Some(Value::Map(map)) => map.entries.iter().for_each(|entry| texts_of(Some(&entry.value), texts)),
        None => {}
    }
}

/// Replicas of each master, where the object says it: as an annotation, or as the argument of the command that forms the cluster.
fn replicas_of(object: &Node) -> Option<i64> {
    if let Some(text) = object.text_at(&["metadata", "annotations", crate::topology::marks::REPLICAS]) {
        return text.parse().ok();
    }
    let mut texts = Vec::new();
    texts_of(object.lookup(&["spec", "template", "spec"]), &mut texts);
    let words: Vec<&str> = texts.iter().flat_map(|text| text.split_whitespace()).collect();
    words.windows(2).find(|pair| pair[0] == "--cluster-replicas").and_then(|pair| pair[1].parse().ok())
}
