//! A database at an API version that no operator serves.

use crate::validate::{Field, Findings, Objects, Rule};

use super::databases;

rule!(RedbApiVersion, "redis-enterprise/redb-api-version", Error);

fn check(rule: &dyn Rule, objects: &Objects<'_>, found: &mut Findings) {
    for database in databases(objects) {
        let version = Field::of(database).get("apiVersion");
        if version.text() == Some("app.redislabs.com/v1alpha1") {
            continue;
        }
        let shown = version.text().unwrap_or("");
        let message = format!("no operator serves RedisEnterpriseDatabase as {shown}: the API server refuses it");
        let finding = found.add(rule, objects, &version, message);
        finding.help = Some(
            "write `apiVersion: app.redislabs.com/v1alpha1`; RedisEnterpriseCluster is served as v1 (and v1alpha1)"
                .to_owned(),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::found;
    use super::RedbApiVersion;

    #[test]
    fn databases_are_served_as_v1alpha1_only() {
        let text = |version: &str| {
            format!("apiVersion: app.redislabs.com/{version}\nkind: RedisEnterpriseDatabase\nmetadata: {{name: a}}\n")
        };
        assert_eq!(
            found(&RedbApiVersion, &text("v1")),
            [
                "error 1:13 apiVersion: no operator serves RedisEnterpriseDatabase as app.redislabs.com/v1: the API server refuses it"
            ]
        );
        assert_eq!(found(&RedbApiVersion, &text("v1alpha1")), [""; 0]);
        let other = "apiVersion: example.com/v1\nkind: RedisEnterpriseDatabase\nmetadata: {name: a}\n";
        assert_eq!(found(&RedbApiVersion, other), [""; 0]);
    }
}
