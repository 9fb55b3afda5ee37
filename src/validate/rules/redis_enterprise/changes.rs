//! Changes of a cluster or a database that the operator refuses, or that cannot be made in place.
//!
//! Not a rule of one build: it compares an object with its older self.

use crate::k8s::{Quantity, parse_api_version};
use crate::yaml::{Node, bool11};

use super::{CLUSTER, DATABASE, GROUP};

/// A change that will not happen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refused {
    /// The field, `spec.shardCount`.
    pub path: &'static str,
    /// Why.
    pub message: String,
    /// What to do instead.
    pub help: &'static str,
}

/// What the operator refuses when an object becomes another one; nothing for objects of other kinds.
pub fn refused_changes(old: &Node, new: &Node) -> Vec<Refused> {
    let of = |key: &str| (old.text_at(&[key]), new.text_at(&[key]));
    let mut found = Vec::new();
    if parse_api_version(of("apiVersion").1.unwrap_or("")).0 == GROUP {
        match of("kind") {
            (Some(DATABASE), Some(DATABASE)) => database(old, new, &mut found),
            (Some(CLUSTER), Some(CLUSTER)) => cluster(old, new, &mut found),
            _ => {}
        }
    }
    found
}

fn number(object: &Node, path: &[&str], default: i64) -> i64 {
    object.text_at(path).and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn database(old: &Node, new: &Node, found: &mut Vec<Refused>) {
    let shards = |object: &Node| number(object, &["spec", "shardCount"], 1);
    let (before, after) = (shards(old), shards(new));
    let another =
        "create a database with another name and move the data (spec.replicaSources), then remove the old one";
    if after < before {
        let message = format!("the number of shards cannot be lowered in place ({before} to {after})");
        found.push(Refused { path: "spec.shardCount", message, help: another });
    } else if before > 0 && after % before != 0 {
        let message = format!("the number of shards grows in multiples only: {after} is none of {before}");
        found.push(Refused { path: "spec.shardCount", message, help: "write a multiple of the number of today" });
    }
    let fixed = [
        (
            "databasePort",
            "spec.databasePort",
            "the port of a database cannot be changed",
            "keep it; spec.databaseServicePort changes the port of the Service",
        ),
        ("type", "spec.type", "the type of a database cannot be changed", another),
        ("isRof", "spec.isRof", "a database cannot be moved to flash or back in place", another),
    ];
    for (key, path, message, help) in fixed {
        let (before, after) = (with_default(old, key), with_default(new, key));
        // A port that Git does not name is made by the operator, and Git may follow it.
        if before != after && (key != "databasePort" || (before.is_some() && after.is_some())) {
            found.push(Refused { path, message: message.to_owned(), help });
        }
    }
    let name = ["spec", "redisEnterpriseCluster", "name"];
    if let (Some(before), Some(after)) = (old.text_at(&name), new.text_at(&name))
        && before != after
    {
        let message = format!("a database cannot be moved from cluster `{before}` to `{after}`");
        found.push(Refused { path: "spec.redisEnterpriseCluster.name", message, help: another });
    }
    if let (Some(before), Some(after)) = (version(old), version(new))
        && after < before
    {
        let message = "the version of a database cannot be lowered".to_owned();
        found.push(Refused { path: "spec.redisVersion", message, help: another });
    }
}

/// The value of a field, with the default of the operator.
fn with_default<'a>(object: &'a Node, key: &str) -> Option<&'a str> {
    let default = match key {
        "type" => Some("redis"),
        "isRof" => Some("false"),
        _ => None,
    };
    object.text_at(&["spec", key]).or(default)
}

fn version(object: &Node) -> Option<(u32, u32)> {
    let (major, minor) = object.text_at(&["spec", "redisVersion"])?.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

fn cluster(old: &Node, new: &Node, found: &mut Vec<Refused>) {
    let nodes = |object: &Node| number(object, &["spec", "nodes"], 3);
    if nodes(new) < nodes(old) {
        let message = format!("the number of nodes cannot be lowered ({} to {})", nodes(old), nodes(new));
        found.push(Refused { path: "spec.nodes", message, help: "keep it; a smaller cluster is a new cluster" });
    }
    let persistent = |key: &'static str| ["spec", "persistentSpec", key];
    let size = |object: &Node| object.text_at(&persistent("volumeSize")).and_then(Quantity::parse);
    if let (Some(before), Some(after)) = (size(old), size(new)) {
        let path = "spec.persistentSpec.volumeSize";
        let resize = new.text_at(&persistent("enablePersistentVolumeResize")).and_then(bool11);
        if after < before {
            found.push(Refused { path, message: "a volume cannot be made smaller".to_owned(), help: "keep its size" });
        } else if after > before && resize != Some(true) {
            let message = "volumes grow only with enablePersistentVolumeResize".to_owned();
            found.push(Refused { path, message, help: "write `enablePersistentVolumeResize: true` beside it" });
        }
    }
    let class = |object: &'_ Node| object.text_at(&persistent("storageClassName")).map(str::to_owned);
    if let (Some(before), Some(after)) = (class(old), class(new))
        && before != after
    {
        let message = format!("volumes cannot be moved from class `{before}` to `{after}`");
        found.push(Refused {
            path: "spec.persistentSpec.storageClassName",
            message,
            help: "keep it; another class is a new cluster",
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostics::{SourceKind, Sources};
    use crate::yaml::parse_documents;

    use super::*;

    fn refused(kind: &str, old: &str, new: &str) -> Vec<String> {
        let object = |spec: &str| {
            let text =
                format!("apiVersion: app.redislabs.com/v1alpha1\nkind: {kind}\nmetadata: {{name: a}}\nspec: {spec}\n");
            let source = Sources::new().add("a.yaml", text, SourceKind::Resource).unwrap();
            parse_documents(&source).unwrap().remove(0)
        };
        refused_changes(&object(old), &object(new))
            .into_iter()
            .map(|it| format!("{}: {}", it.path, it.message))
            .collect()
    }

    #[test]
    fn shards_only_multiply() {
        let shards = |old: &str, new: &str| refused(DATABASE, old, new);
        assert_eq!(
            shards("{shardCount: 4}", "{shardCount: 2}"),
            ["spec.shardCount: the number of shards cannot be lowered in place (4 to 2)"]
        );
        assert_eq!(shards("{shardCount: 4}", "{}").len(), 1);
        assert_eq!(shards("{shardCount: 2}", "{shardCount: 3}").len(), 1);
        assert_eq!(shards("{}", "{shardCount: 4, memorySize: 2GB}"), [""; 0]);
    }

    #[test]
    fn some_fields_are_fixed() {
        assert_eq!(
            refused(DATABASE, "{databasePort: 12000}", "{databasePort: 12001}"),
            ["spec.databasePort: the port of a database cannot be changed"]
        );
        assert_eq!(refused(DATABASE, "{}", "{databasePort: 12001, type: redis}"), [""; 0]);
        assert_eq!(refused(DATABASE, "{}", "{type: memcached, isRof: true}").len(), 2);
        assert_eq!(refused(DATABASE, "{redisVersion: \"7.4\"}", "{redisVersion: \"7.2\"}").len(), 1);
        assert_eq!(
            refused(DATABASE, "{redisEnterpriseCluster: {name: a}}", "{redisEnterpriseCluster: {name: b}}").len(),
            1
        );
    }

    #[test]
    fn clusters_only_grow() {
        assert_eq!(
            refused(CLUSTER, "{nodes: 5}", "{nodes: 3}"),
            ["spec.nodes: the number of nodes cannot be lowered (5 to 3)"]
        );
        assert_eq!(refused(CLUSTER, "{nodes: 3}", "{nodes: 5}"), [""; 0]);
        let volume = |size: &str, more: &str| format!("{{persistentSpec: {{volumeSize: {size}{more}}}}}");
        let grows = ", enablePersistentVolumeResize: true";
        assert_eq!(refused(CLUSTER, &volume("20Gi", ""), &volume("10Gi", grows)).len(), 1);
        assert_eq!(refused(CLUSTER, &volume("10Gi", ""), &volume("20Gi", "")).len(), 1);
        assert_eq!(refused(CLUSTER, &volume("10Gi", ""), &volume("20Gi", grows)), [""; 0]);
        assert_eq!(refused("Service", "{nodes: 5}", "{nodes: 3}"), [""; 0]);
    }
}
