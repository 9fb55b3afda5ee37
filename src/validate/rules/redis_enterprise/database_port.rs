//! Two databases of a cluster on one port.

use crate::k8s::Resource;
use crate::validate::{Field, Findings, Objects, Rule};

use super::{cluster_of, databases};

rule!(DatabasePort, "redis-enterprise/database-port", Error);

fn check(rule: &dyn Rule, objects: &Objects<'_>, found: &mut Findings) {
    // A cluster, or the name of one that is not in the build, with its namespace.
    let key = |database: &Resource| {
        let name = database.node.text_at(&["spec", "redisEnterpriseCluster", "name"]).unwrap_or("").to_owned();
        (objects.namespace(database).to_owned(), name)
    };
    let mut seen: Vec<((String, String), i64, Field<'_>)> = Vec::new();
    for database in databases(objects) {
        let field = Field::of(database).path(&["spec", "databasePort"]);
        let Some(port) = field.int() else { continue };
        let cluster = cluster_of(objects, database);
        let cluster =
            cluster.map_or_else(|| key(database), |it| (objects.namespace(it).to_owned(), it.name().to_owned()));
        match seen.iter().find(|(of, taken, _)| *of == cluster && *taken == port) {
            Some((_, _, first)) => {
                let message = format!("port {port} is taken by `{}` of the same cluster", first.resource().name());
                let labels = objects.places(first);
                let used = |port: i64| seen.iter().any(|(of, taken, _)| *of == cluster && *taken == port);
                let free = (port + 1..65536).find(|port| !used(*port)).unwrap_or(port);
                let finding = found.add(rule, objects, &field, message);
                finding.labels.extend(labels.into_iter().take(1).map(|mut label| {
                    label.text = "taken here".to_owned();
                    label
                }));
                finding.help = Some(format!("take another one: {free} is free; it cannot be changed later"));
            }
            None => seen.push((cluster, port, field)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::found;
    use super::DatabasePort;

    fn text(second: &str) -> String {
        let one = |name: &str, rest: &str| {
            format!(
                "apiVersion: app.redislabs.com/v1alpha1\nkind: RedisEnterpriseDatabase\nmetadata: {{name: {name}}}\nspec: {rest}\n---\n"
            )
        };
        one("a", "{redisEnterpriseCluster: {name: rec}, databasePort: 12000}") + &one("b", second)
    }

    #[test]
    fn a_port_is_taken_once_in_a_cluster() {
        let same = text("{redisEnterpriseCluster: {name: rec}, databasePort: 12000}");
        let want = "error 9:59 spec.databasePort: port 12000 is taken by `a` of the same cluster";
        assert_eq!(found(&DatabasePort, &same), [want]);
        for other in [
            "{redisEnterpriseCluster: {name: rec}, databasePort: 12001}",
            "{redisEnterpriseCluster: {name: other}, databasePort: 12000}",
            "{}",
        ] {
            assert_eq!(found(&DatabasePort, &text(other)), [""; 0], "{other}");
        }
    }
}
