//! A volume that stays empty.

use crate::validate::rules::facts::Role;
use crate::validate::{Findings, Objects, Rule};

use super::directive_place;
use super::storage::{Storage, storage};

rule!(VolumeWithoutPersistence, "redis/volume-without-persistence", Warning);

fn check(rule: &dyn Rule, objects: &Objects<'_>, found: &mut Findings) {
    let facts = objects.facts();
    for server in
        facts.servers.iter().filter(|server| server.role == Role::Data && server.settings.refuses_persistence())
    {
        // The file in which a node of a cluster keeps who it is must outlive the pod.
        if server.settings.is_cluster {
            continue;
        }
        let Storage::Volume(volume) = storage(objects, facts, server) else { continue };
        let finding = found.add(rule, objects, &volume.mount, "a volume for data that the server is told not to write");
        if let Some(mut place) = directive_place(objects, server, "save") {
            place.text = "no snapshots".to_owned();
            finding.labels.push(place);
        }
        finding.help = Some("remove the volume, or write `appendonly yes`".to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::found;
    use super::super::persistence_without_volume::tests::{DATA, claim, set};
    use super::VolumeWithoutPersistence;

    #[test]
    fn a_volume_is_used() {
        let off = "--save, \"\", --appendonly, \"no\"";
        let path = "spec.template.spec.containers[name=redis].volumeMounts[mountPath=/data]";
        assert_eq!(
            found(&VolumeWithoutPersistence, &set(off, DATA, "", &claim("1Gi"))),
            [format!("warning 11:24 {path}: a volume for data that the server is told not to write")]
        );
        for good in [
            set(off, DATA, "{name: data, emptyDir: {}}", ""),
            set("--maxmemory, 1gb", DATA, "", &claim("1Gi")),
            set("--save, \"\", --appendonly, \"yes\"", DATA, "", &claim("1Gi")),
            set("--save, \"\", --cluster-enabled, \"yes\"", DATA, "", &claim("1Gi")),
        ] {
            assert_eq!(found(&VolumeWithoutPersistence, &good), [""; 0], "{good}");
        }
    }
}
