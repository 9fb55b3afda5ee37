//! Data that is written to a place that is gone with the pod.

use crate::validate::rules::facts::Role;
use crate::validate::{Findings, Objects, Rule};

use super::directive_place;
use super::storage::{Storage, storage};

rule!(PersistenceWithoutVolume, "redis/persistence-without-volume", Warning);

fn check(rule: &dyn Rule, objects: &Objects<'_>, found: &mut Findings) {
    let facts = objects.facts();
    for server in
        facts.servers.iter().filter(|server| server.role == Role::Data && server.settings.asks_for_persistence())
    {
        let Storage::Ephemeral(field) = storage(objects, facts, server) else { continue };
        let message = "the server writes its data to a place that is gone with the pod";
        let finding = found.add(rule, objects, &field, message);
        let directive = if server.settings.append_only == Some(true) { "appendonly" } else { "save" };
        if let Some(mut place) = directive_place(objects, server, directive) {
            place.text = "persistence is asked for here".to_owned();
            finding.labels.push(place);
        }
        finding.help = Some(
            "mount a volume at its directory (`volumeClaimTemplates` of a StatefulSet), or write `save \"\"` and `appendonly no`".to_owned(),
        );
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::super::testing::found;
    use super::PersistenceWithoutVolume;

    /// A StatefulSet with arguments of its server and a volume behind `/data`.
    pub fn set(arguments: &str, mounts: &str, volumes: &str, claims: &str) -> String {
        format!(
            "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {{name: a}}\nspec:\n  template:\n    spec:\n      containers:\n      \
             - name: redis\n        image: redis:7\n        args: [{arguments}]\n        volumeMounts: [{mounts}]\n      \
             volumes: [{volumes}]\n  volumeClaimTemplates: [{claims}]\n"
        )
    }

    pub const DATA: &str = "{name: data, mountPath: /data}";

    pub fn claim(size: &str) -> String {
        format!("{{metadata: {{name: data}}, spec: {{resources: {{requests: {{storage: {size}}}}}}}}}")
    }

    #[test]
    fn data_goes_to_a_volume() {
        let on = "--appendonly, \"yes\"";
        assert_eq!(
            found(&PersistenceWithoutVolume, &set(on, DATA, "{name: data, emptyDir: {}}", "")),
            [
                "warning 12:40 spec.template.spec.volumes[name=data].emptyDir: the server writes its data to a place that is gone with the pod"
            ]
        );
        assert_eq!(found(&PersistenceWithoutVolume, &set(on, "", "", "")).len(), 1);
        assert_eq!(found(&PersistenceWithoutVolume, &set("--save, \"900 1\"", "", "", "")).len(), 1);
        for good in [
            set(on, DATA, "", &claim("1Gi")),
            set(on, DATA, "{name: data, persistentVolumeClaim: {claimName: x}}", ""),
            set("--maxmemory, 1gb", DATA, "{name: data, emptyDir: {}}", ""),
            set(on, DATA, "{name: data, hostPath: {path: /x}}", ""),
            set("--appendonly, \"yes\", --dir, /var/lib/redis", "{name: data, mountPath: /var/lib}", "", &claim("1Gi")),
        ] {
            assert_eq!(found(&PersistenceWithoutVolume, &good), [""; 0], "{good}");
        }
    }
}
