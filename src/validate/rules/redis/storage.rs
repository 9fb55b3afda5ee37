//! Where a server keeps its files.

use crate::validate::rules::facts::{Facts, RedisServer, quantity};
use crate::validate::{Field, Objects};

/// A volume that outlives the pod.
pub(super) struct Volume<'a> {
    /// Where the container has it.
    pub mount: Field<'a>,
    /// Its size, where that is known.
    pub size: Option<(f64, Field<'a>)>,
}

/// What lies behind the directory of a server.
pub(super) enum Storage<'a> {
    /// A volume.
    Volume(Box<Volume<'a>>),
    /// Something that is gone with the pod.
    Ephemeral(Box<Field<'a>>),
    /// Nobody can tell.
    Unknown,
}

/// Directories that images of servers write to when nothing is said.
const USUAL: [&str; 3] = ["/data", "/bitnami/redis/data", "/bitnami/valkey/data"];

/// Where the files of a server go.
pub(super) fn storage<'a>(objects: &Objects<'a>, facts: &Facts<'a>, server: &RedisServer<'a>) -> Storage<'a> {
    let workload = facts.workload_of(server);
    let said = std::iter::once(&server.options)
        .chain(server.files.iter().rev().map(|&file| &facts.files[file].parsed))
        .find_map(|parsed| parsed.last("dir")?.argument(0));
    // A path that is not absolute depends on where the server starts.
    if said.is_some_and(|dir| !dir.starts_with('/')) {
        return Storage::Unknown;
    }
    let mounts: Vec<Field<'a>> = match said {
        Some(dir) => server.container.mount_of(dir).into_iter().collect(),
        None => USUAL.iter().filter_map(|dir| server.container.mount_of(dir)).collect(),
    };
    let Some(mount) = mounts.into_iter().next() else {
        // A server of an image whose directory is not known, with volumes that may be it.
        let known = said.is_some() || is_official(server.container.image);
        let has_volumes = server.container.field.get("volumeMounts").items().next().is_some();
        return if known || !has_volumes {
            Storage::Ephemeral(Box::new(server.container.field.get("volumeMounts")))
        } else {
            Storage::Unknown
        };
    };
    let name = mount.get("name").text().unwrap_or("");
    if let Some(claim) = workload.claim_template(name) {
        return Storage::Volume(Box::new(Volume {
            mount,
            size: size(&claim.path(&["spec", "resources", "requests", "storage"])),
        }));
    }
    let Some(volume) = workload.volume(name) else { return Storage::Unknown };
    if volume.get("emptyDir").node().is_some() {
        return Storage::Ephemeral(Box::new(volume.get("emptyDir")));
    }
    let ephemeral = volume.path(&["ephemeral", "volumeClaimTemplate"]);
    if ephemeral.is_set() {
        return Storage::Ephemeral(Box::new(ephemeral));
    }
    let claim = volume.path(&["persistentVolumeClaim", "claimName"]);
    match claim.text() {
        Some(name) => {
            let claim = objects.find_beside("", "PersistentVolumeClaim", name, workload.resource);
            let request = claim.map(|it| objects.field(it, &["spec", "resources", "requests", "storage"]));
            Storage::Volume(Box::new(Volume { mount, size: request.as_ref().and_then(size) }))
        }
        None => Storage::Unknown,
    }
}

fn size<'a>(request: &Field<'a>) -> Option<(f64, Field<'a>)> {
    Some((quantity(request.text()?)?, request.clone()))
}

/// Whether an image is one of those that keep their files in `/data`.
fn is_official(image: &str) -> bool {
    let name = image.split(['@', ':']).next().unwrap_or(image);
    let name = name.rsplit_once("docker.io/").map_or(name, |(_, rest)| rest);
    matches!(name, "redis" | "library/redis" | "valkey/valkey" | "redis/redis-stack-server")
}
