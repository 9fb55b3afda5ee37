//! Redis Enterprise: what its operator does, and what it refuses.

use crate::provenance::FieldPath;
use crate::validate::rules::refused_changes;

use super::{Change, counted};

pub(super) fn of_field(change: &Change<'_>, path: &FieldPath) -> Option<String> {
    if change.group() != "app.redislabs.com" || change.renamed {
        return None;
    }
    let path = path.to_string();
    if let Some(refused) = refused_changes(change.before, change.after).into_iter().find(|it| it.path == path) {
        return Some(format!("the operator will refuse it: {}; {}", refused.message, refused.help));
    }
    match (change.kind(), path.as_str()) {
        ("RedisEnterpriseDatabase", "spec.shardCount") => {
            let (before, after) = change.numbers(&["spec", "shardCount"], 1);
            Some(format!("splits {} into {after}", counted(before, "shard")))
        }
        ("RedisEnterpriseCluster", "spec.nodes") => {
            let (before, after) = change.numbers(&["spec", "nodes"], 3);
            (after > before).then(|| format!("starts {}", counted(after - before, "node")))
        }
        ("RedisEnterpriseCluster", path) if path.starts_with("spec.redisEnterpriseNodeResources") => {
            let (nodes, _) = change.numbers(&["spec", "nodes"], 3);
            Some(format!("rolls {}", counted(nodes, "node")))
        }
        _ => None,
    }
}
