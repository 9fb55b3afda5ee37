//! Redis Enterprise: changes that its operator refuses, or that need a new database.

use crate::k8s::Quantity;
use crate::provenance::FieldPath;

use super::{Change, counted};

pub(super) fn of_field(change: &Change<'_>, path: &FieldPath) -> Option<String> {
    if change.group() != "app.redislabs.com" || change.renamed {
        return None;
    }
    let path = path.to_string();
    match (change.kind(), path.as_str()) {
        ("RedisEnterpriseDatabase", "spec.shardCount") => {
            let (before, after) = change.numbers(&["spec", "shardCount"], 1);
            match (after < before, before > 0 && after % before != 0) {
                (true, _) => {
                    Some("the operator will refuse it: shards cannot be taken away; make a new database".to_owned())
                }
                (_, true) => Some(format!("the operator will refuse it: {after} is no multiple of {before}")),
                _ => Some(format!("splits {} into {after}", counted(before, "shard"))),
            }
        }
        ("RedisEnterpriseDatabase", "spec.databasePort") if is_set(change, &path) => {
            Some("the operator will refuse it: the port of a database cannot change".to_owned())
        }
        ("RedisEnterpriseDatabase", "spec.type" | "spec.isRof") => {
            Some("the operator will refuse it: this needs a new database".to_owned())
        }
        ("RedisEnterpriseCluster", "spec.nodes") => {
            let (before, after) = change.numbers(&["spec", "nodes"], 3);
            match after - before {
                0 => None,
                more if more > 0 => Some(format!("starts {}", counted(more, "node"))),
                _ => Some("the operator will refuse it: nodes cannot be taken away".to_owned()),
            }
        }
        ("RedisEnterpriseCluster", "spec.persistentSpec.volumeSize") => {
            let size =
                |node: &crate::yaml::Node| Quantity::parse(node.text_at(&["spec", "persistentSpec", "volumeSize"])?);
            (size(change.after)? < size(change.before)?)
                .then(|| "the operator will refuse it: a volume cannot shrink".to_owned())
        }
        ("RedisEnterpriseCluster", path) if path.starts_with("spec.redisEnterpriseNodeResources") => {
            let (nodes, _) = change.numbers(&["spec", "nodes"], 3);
            Some(format!("rolls {}", counted(nodes, "node")))
        }
        _ => None,
    }
}

fn is_set(change: &Change<'_>, path: &str) -> bool {
    let path: Option<FieldPath> = path.parse().ok();
    path.is_some_and(|path| path.resolve(change.before).is_ok_and(|found| !found.node().is_null()))
}
