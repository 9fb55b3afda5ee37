//! A database of a cluster that is not there.

use crate::diagnostics::{Severity, did_you_mean};
use crate::validate::{Field, Findings, Objects, Rule};

use super::{CLUSTER, cluster_of, clusters, databases};

rule!(ClusterReference, "redis-enterprise/cluster-reference", Error);

fn check(rule: &dyn Rule, objects: &Objects<'_>, found: &mut Findings) {
    let clusters = clusters(objects);
    for database in databases(objects) {
        if cluster_of(objects, database).is_some() {
            continue;
        }
        let field = Field::of(database).path(&["spec", "redisEnterpriseCluster", "name"]);
        let namespace = objects.namespace(database);
        let beside: Vec<&str> =
            clusters.iter().filter(|it| objects.namespace(it) == namespace).map(|cluster| cluster.name()).collect();
        let Some(name) = field.text().filter(|name| !name.is_empty()) else {
            if beside.len() > 1 {
                let message = format!("the namespace has {} clusters, and the database names none", beside.len());
                let finding = found.add(rule, objects, &field, message);
                finding.help = Some(format!("write `redisEnterpriseCluster: {{name: {}}}`", beside[0]));
            }
            continue;
        };
        let elsewhere = clusters.iter().find(|cluster| cluster.name() == name);
        let message = match namespace {
            "" => format!("there is no {CLUSTER} `{name}`"),
            _ => format!("there is no {CLUSTER} `{name}` in namespace `{namespace}`"),
        };
        let finding = found.add(rule, objects, &field, message);
        if let Some(near) = did_you_mean(name, beside.iter().copied()) {
            finding.help = Some(format!("did you mean `{near}`?"));
        } else if let Some(there) = elsewhere {
            finding.help = Some(format!(
                "the one of that name is in namespace `{}`; put both into one, or silence this rule where the operator serves several namespaces",
                objects.namespace(there)
            ));
        } else if let [only] = beside.as_slice() {
            finding.help = Some(format!("write `{only}`, the cluster of this namespace"));
        } else if clusters.is_empty() {
            // It may come from another build.
            finding.severity = Severity::Warning;
            finding.help =
                Some("add the cluster to this build; where another build brings it, silence this rule".to_owned());
        } else {
            finding.help = Some("add the cluster to this namespace, or correct the name".to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::found;
    use super::ClusterReference;

    fn text(cluster: &str, reference: &str) -> String {
        format!(
            "apiVersion: app.redislabs.com/v1\nkind: RedisEnterpriseCluster\nmetadata: {{{cluster}}}\n---\n\
             apiVersion: app.redislabs.com/v1alpha1\nkind: RedisEnterpriseDatabase\nmetadata: {{name: a, namespace: n}}\n\
             spec:\n  redisEnterpriseCluster: {{{reference}}}\n"
        )
    }

    #[test]
    fn a_database_needs_its_cluster_beside_it() {
        let message = "there is no RedisEnterpriseCluster `rec` in namespace `n`";
        let path = "spec.redisEnterpriseCluster.name";
        let want = format!("error 9:34 {path}: {message}");
        assert_eq!(
            found(&ClusterReference, &text("name: orders, namespace: n", "name: rec")),
            std::slice::from_ref(&want)
        );
        assert_eq!(found(&ClusterReference, &text("name: rec, namespace: m", "name: rec")), [want]);
        assert_eq!(found(&ClusterReference, &text("name: rec, namespace: n", "name: rec")), [""; 0]);
        assert_eq!(found(&ClusterReference, &text("name: rec, namespace: n", "")), [""; 0]);
    }

    #[test]
    fn a_cluster_of_another_build_is_possible() {
        let alone = text("x: y", "name: rec").split("---\n").nth(1).unwrap().to_owned();
        let all = found(&ClusterReference, &alone);
        assert!(all.len() == 1 && all[0].starts_with("warning"), "{all:?}");
    }
}
