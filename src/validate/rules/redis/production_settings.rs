//! Settings of a desk in production.

use crate::validate::rules::facts::{Facts, RedisServer, Role, is_production};
use crate::validate::{Field, Findings, Objects, Rule};

use super::storage::{Storage, storage};

rule!(ProductionSettings, "redis/production-settings", Warning);

fn check(rule: &dyn Rule, objects: &Objects<'_>, found: &mut Findings) {
    let facts = objects.facts();
    for server in facts.servers.iter().filter(|server| server.role == Role::Data) {
        if is_production(objects, facts.workload_of(server).resource) {
            own_server(rule, objects, facts, server, found);
        }
    }
    for database in
        objects.of_group_kind("app.redislabs.com", "RedisEnterpriseDatabase").filter(|it| is_production(objects, it))
    {
        let spec = Field::of(database).get("spec");
        let off = |name: &str| matches!(spec.get(name).text(), None | Some("disabled" | ""));
        let mut add = |name: &str, message: &str, help: &str| {
            found.add(rule, objects, &spec.get(name), format!("a database of production {message}")).help =
                Some(help.to_owned());
        };
        if off("tlsMode") {
            add("tlsMode", "that speaks without TLS", "write `tlsMode: enabled`");
        }
        if off("persistence") {
            add(
                "persistence",
                "that keeps nothing on disk",
                "write `persistence: aofEverySecond`, or silence this rule for a cache",
            );
        }
        if spec.get("databaseSecretName").text() == Some("") {
            add(
                "databaseSecretName",
                "that asks for no password",
                "remove it, or name a Secret with the key `password`",
            );
        }
    }
    for cluster in
        objects.of_group_kind("app.redislabs.com", "RedisEnterpriseCluster").filter(|it| is_production(objects, it))
    {
        let field = Field::of(cluster).path(&["spec", "persistentSpec", "enabled"]);
        if field.bool() == Some(false) {
            let finding =
                found.add(rule, objects, &field, "a cluster of production without volumes: it cannot be recovered");
            finding.help = Some("write `enabled: true`".to_owned());
        }
    }
}

fn own_server<'a>(
    rule: &dyn Rule,
    objects: &Objects<'a>,
    facts: &Facts<'a>,
    server: &RedisServer<'a>,
    found: &mut Findings,
) {
    // Scripts of an image may set all of this.
    if !server.is_plain {
        return;
    }
    let container = &server.container.field;
    let mut add = |field: &Field<'_>, message: &str, help: &str| {
        found.add(rule, objects, field, format!("a server of production {message}")).help = Some(help.to_owned());
    };
    if !server.settings.has_password {
        add(container, "that asks for no password", "write `requirepass` or an `aclfile`, from a Secret");
    }
    if server.settings.tls_port.is_none_or(|port| port == 0) {
        add(container, "that speaks without TLS", "write `tls-port 6379`, `port 0` and the files of its certificate");
    }
    let is_lost = matches!(storage(objects, facts, server), Storage::Ephemeral(_));
    if server.settings.refuses_persistence() || is_lost {
        let help = "write `appendonly yes` and mount a volume, or silence this rule for a cache";
        add(container, "that keeps nothing on disk", help);
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{found, found_in};
    use super::ProductionSettings;

    fn database(namespace: &str, spec: &str) -> String {
        format!(
            "apiVersion: app.redislabs.com/v1alpha1\nkind: RedisEnterpriseDatabase\nmetadata: {{name: a, namespace: {namespace}}}\nspec: {spec}\n"
        )
    }

    #[test]
    fn databases_of_production_are_safe() {
        let plain = "{tlsMode: disabled}";
        assert_eq!(
            found(&ProductionSettings, &database("orders-prod", plain)),
            [
                "warning 4:17 spec.tlsMode: a database of production that speaks without TLS",
                "warning 4:1 spec.persistence: a database of production that keeps nothing on disk",
            ]
        );
        assert_eq!(found(&ProductionSettings, &database("orders-dev", plain)), [""; 0]);
        assert_eq!(found_in(&ProductionSettings, &database("orders-prod", plain), "dev"), [""; 0]);
        assert_eq!(found_in(&ProductionSettings, &database("orders", plain), "prod").len(), 2);
        assert_eq!(
            found(&ProductionSettings, &database("orders-prod", "{tlsMode: enabled, persistence: aofAlways}")),
            [""; 0]
        );
    }

    #[test]
    fn servers_of_production_are_safe() {
        let text = |arguments: &str| {
            format!(
                "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {{name: a}}\nspec:\n  template:\n    spec:\n      containers:\n      \
                 - name: redis\n        image: redis:7\n        args: [{arguments}]\n        volumeMounts: [{{name: d, mountPath: /data}}]\n  \
                 volumeClaimTemplates: [{{metadata: {{name: d}}}}]\n"
            )
        };
        let all = found_in(&ProductionSettings, &text("--save, \"\""), "prod");
        assert_eq!(all.len(), 3, "{all:?}");
        assert_eq!(found_in(&ProductionSettings, &text("--requirepass, $(PW), --tls-port, \"6379\""), "prod"), [""; 0]);
        assert_eq!(found_in(&ProductionSettings, &text(""), "staging"), [""; 0]);
    }
}
