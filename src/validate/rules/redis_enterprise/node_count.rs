//! Clusters that cannot keep a quorum.

use crate::validate::{Field, Findings, Objects, Rule};

use super::clusters;

rule!(NodeCount, "redis-enterprise/node-count", Error);

fn check(rule: &dyn Rule, objects: &Objects<'_>, found: &mut Findings) {
    for cluster in clusters(objects) {
        let field = Field::of(cluster).path(&["spec", "nodes"]);
        let Some(nodes) = field.int().filter(|nodes| *nodes < 3 || nodes % 2 == 0) else { continue };
        let message = match nodes {
            ..3 => format!("a cluster of {nodes} cannot lose a node: there is no quorum without it"),
            _ => format!("an even number of nodes ({nodes}): half of a cluster that is split has no quorum"),
        };
        let finding = found.add(rule, objects, &field, message);
        finding.help = Some(match nodes {
            ..3 => "write 3 or more, an odd number".to_owned(),
            _ => format!(
                "write {}: it survives the loss of as many nodes as {nodes} would; the number can never be lowered",
                nodes + 1
            ),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::found;
    use super::NodeCount;

    #[test]
    fn nodes_are_odd_and_three_or_more() {
        let text = |spec: &str| {
            format!(
                "apiVersion: app.redislabs.com/v1\nkind: RedisEnterpriseCluster\nmetadata: {{name: a}}\nspec: {{{spec}}}\n"
            )
        };
        for good in ["", "nodes: 3", "nodes: 5"] {
            assert_eq!(found(&NodeCount, &text(good)), [""; 0]);
        }
        let want = "error 4:15 spec.nodes: an even number of nodes (4): half of a cluster that is split has no quorum";
        assert_eq!(found(&NodeCount, &text("nodes: 4")), [want]);
        assert_eq!(found(&NodeCount, &text("nodes: 1")).len(), 1);
    }
}
