//! Databases that together want more memory than their cluster has.

use crate::diagnostics::Severity;
use crate::k8s::Resource;
use crate::validate::rules::facts::{bytes, quantity};
use crate::validate::{Field, Findings, Objects, Rule};

use super::{cluster_of, clusters, databases, memory_size};

rule!(DatabaseMemory, "redis-enterprise/database-memory", Error);

/// The part of a node's memory that databases can have: the rest is for the node itself, replication and fragmentation.
const USABLE: f64 = 0.8;

fn check(rule: &dyn Rule, objects: &Objects<'_>, found: &mut Findings) {
    let databases = databases(objects);
    for cluster in clusters(objects) {
        let spec = Field::of(cluster).get("spec");
        let resources = spec.get("redisEnterpriseNodeResources");
        let limit = [resources.path(&["limits", "memory"]), resources.path(&["requests", "memory"])]
            .into_iter()
            .find(Field::is_set);
        // Without one, the operator gives each node its own default, which differs by version.
        let Some(node) = limit.as_ref().and_then(Field::text).and_then(quantity) else { continue };
        let nodes = spec.get("nodes").int().unwrap_or(3).max(0);
        let own: Vec<&Resource> = databases
            .iter()
            .copied()
            .filter(|it| cluster_of(objects, it).is_some_and(|of| std::ptr::eq(of, cluster)))
            .collect();
        let size = |database: &&Resource| {
            let spec = Field::of(database).get("spec");
            // Most of a database on flash is not in memory.
            let on_flash = spec.get("isRof").bool() == Some(true);
            let field = if on_flash { "rofRamSize" } else { "memorySize" };
            match spec.get(field).text() {
                Some(text) => memory_size(text),
                None => (!on_flash).then_some(100e6),
            }
        };
        let sum: f64 = own.iter().filter_map(size).sum();
        let total = nodes as f64 * node;
        if sum <= total * USABLE {
            continue;
        }
        // The largest one is the first to look at.
        let largest =
            own.iter().copied().max_by(|a, b| size(a).partial_cmp(&size(b)).unwrap_or(std::cmp::Ordering::Equal));
        let Some(largest) = largest else { continue };
        let field = Field::of(largest).path(&["spec", "memorySize"]);
        let message = format!(
            "{} of `{}` want {}, and {nodes} nodes of {} have {} for them",
            if own.len() == 1 { "the database".to_owned() } else { format!("the {} databases", own.len()) },
            cluster.name(),
            bytes(sum),
            bytes(node),
            bytes(total * USABLE),
        );
        let places = limit.map(|limit| objects.places(&limit)).unwrap_or_default();
        let finding = found.add(rule, objects, &field, message);
        if sum <= total {
            finding.severity = Severity::Warning;
        }
        finding.labels.extend(places.into_iter().take(1).map(|mut label| {
            label.text = "the memory of a node".to_owned();
            label
        }));
        finding.help = Some("lower `memorySize`, or give the cluster more or larger nodes".to_owned());
        finding.notes.push("memorySize counts primaries and replicas: with replication half of it is data".to_owned());
        finding
            .notes
            .push("a fifth of each node is left for the node itself, replication and fragmentation".to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::found;
    use super::DatabaseMemory;

    fn text(sizes: &[&str]) -> String {
        let mut out = "apiVersion: app.redislabs.com/v1\nkind: RedisEnterpriseCluster\nmetadata: {name: rec}\n\
                       spec: {nodes: 3, redisEnterpriseNodeResources: {limits: {memory: 2Gi}}}\n"
            .to_owned();
        for (i, size) in sizes.iter().enumerate() {
            out += &format!(
                "---\napiVersion: app.redislabs.com/v1alpha1\nkind: RedisEnterpriseDatabase\nmetadata: {{name: d{i}}}\nspec: {{replication: true, memorySize: {size}}}\n"
            );
        }
        out
    }

    #[test]
    fn databases_fit_their_cluster() {
        assert_eq!(found(&DatabaseMemory, &text(&["2GB", "3GB"])), [""; 0]);
        assert_eq!(
            found(&DatabaseMemory, &text(&["2GB", "6GB"])),
            [
                "error 14:39 spec.memorySize: the 2 databases of `rec` want 7.5 GiB, and 3 nodes of 2 GiB have 4.8 GiB for them"
            ]
        );
        assert!(found(&DatabaseMemory, &text(&["6GB"]))[0].starts_with("warning"));
    }
}
