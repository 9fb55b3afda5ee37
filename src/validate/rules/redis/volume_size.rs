//! A volume that is too small for the data of its server.

use crate::validate::rules::facts::{Role, bytes};
use crate::validate::{Findings, Objects, Rule};

use super::directive_place;
use super::storage::{Storage, storage};

rule!(VolumeSize, "redis/volume-size", Warning);

/// Volume for each byte of `maxmemory` with a log: the old one, and the new one while it is rewritten.
const WITH_LOG: f64 = 2.0;
/// The same with snapshots only: one that is complete beside one that is being written, both packed.
const WITH_SNAPSHOTS: f64 = 1.0;

fn check(rule: &dyn Rule, objects: &Objects<'_>, found: &mut Findings) {
    let facts = objects.facts();
    for server in
        facts.servers.iter().filter(|server| server.role == Role::Data && !server.settings.refuses_persistence())
    {
        let Some(maxmemory) = server.settings.maxmemory.map(|bytes| bytes as f64) else { continue };
        let Storage::Volume(volume) = storage(objects, facts, server) else { continue };
        let Some((size, field)) = volume.size else { continue };
        let has_log = server.settings.append_only == Some(true);
        let needed = maxmemory * if has_log { WITH_LOG } else { WITH_SNAPSHOTS };
        if size >= needed {
            continue;
        }
        let files = if has_log { "a log that is rewritten" } else { "snapshots" };
        let message = format!("a volume of {} is too small for {files} of {} of data", bytes(size), bytes(maxmemory));
        let finding = found.add(rule, objects, &field, message);
        if let Some(mut place) = directive_place(objects, server, "maxmemory") {
            place.text = "so much data".to_owned();
            finding.labels.push(place);
        }
        finding.help = Some(format!("write {} or more, or lower `maxmemory`", bytes(needed)));
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::found;
    use super::super::persistence_without_volume::tests::{DATA, claim, set};
    use super::VolumeSize;

    #[test]
    fn files_fit_their_volume() {
        let log = "--appendonly, \"yes\", --maxmemory, 2gb";
        let path = "spec.volumeClaimTemplates[0].spec.resources.requests.storage";
        assert_eq!(
            found(&VolumeSize, &set(log, DATA, "", &claim("3Gi"))),
            [format!(
                "warning 13:90 {path}: a volume of 3 GiB is too small for a log that is rewritten of 2 GiB of data"
            )]
        );
        assert_eq!(found(&VolumeSize, &set("--maxmemory, 2gb", DATA, "", &claim("1Gi"))).len(), 1);
        for good in [
            set(log, DATA, "", &claim("4Gi")),
            set("--maxmemory, 2gb", DATA, "", &claim("2Gi")),
            set("--port, \"1\"", DATA, "", &claim("1Gi")),
        ] {
            assert_eq!(found(&VolumeSize, &good), [""; 0], "{good}");
        }
    }
}
