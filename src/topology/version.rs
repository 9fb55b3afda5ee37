//! What servers of earlier releases cannot do, as far as the tag of the image tells the release.

use crate::diagnostics::{Diagnostic, Diagnostics, Pos};

use super::instance::Instance;
use super::spec::Architecture;

/// Release and minor release of Redis in an image; nothing where the tag does not say it.
pub(super) fn of_image(image: &str) -> Option<(u32, u32)> {
    let last = image.rsplit('/').next()?;
    let (name, tag) = last.split('@').next()?.split_once(':')?;
    if name != "redis" {
        return None;
    }
    let mut numbers = tag.trim_start_matches('v').split(|c: char| !c.is_ascii_digit());
    let major = numbers.next()?.parse().ok()?;
    // `7` alone is the newest of that release.
    Some((major, numbers.next().and_then(|minor| minor.parse().ok()).unwrap_or(u32::MAX)))
}

/// Whether the servers are older than a release.
pub(super) fn is_before(instance: &Instance<'_>, release: (u32, u32)) -> bool {
    of_image(&instance.spec.image).is_some_and(|version| version < release)
}

/// Parts of the spec that the servers are too old for.
pub(super) fn check(instance: &Instance<'_>, found: &mut Diagnostics) {
    let spec = instance.spec;
    let stated = spec.architecture.map_or(Pos::NONE, |a| a.pos);
    let parts = [
        (instance.architecture == Architecture::Cluster, (7, 0), "cluster whose nodes announce names", stated),
        (instance.architecture == Architecture::Sentinel, (6, 2), "sentinels that know names", stated),
        (!spec.acl.users.is_empty(), (6, 2), "ACL users with rules for channels", spec.acl.pos),
        (instance.has_tls(), (6, 0), "encryption", spec.tls.enabled.map_or(spec.tls.pos, |e| e.pos)),
    ];
    for (asked, (major, minor), what, pos) in parts {
        if asked && is_before(instance, (major, minor)) {
            found.push(
                Diagnostic::error(
                    "redisops::topology::version_of_server",
                    format!("this release of Redis has no {what}"),
                )
                .label(spec.image.pos, spec.image.len(), "the image")
                .label(pos, 1, "asked for here")
                .help(format!("use an image of Redis {major}.{minor} or later")),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_tell_the_release() {
        let shown = [
            ("docker.io/library/redis:5.0.14", Some((5, 0))),
            ("redis:7.4.1-alpine", Some((7, 4))),
            ("registry:5000/redis:6", Some((6, u32::MAX))),
            ("registry:5000/redis", None),
            ("redis:latest", None),
            ("redis:6.2@sha256:00", Some((6, 2))),
            ("valkey/valkey:8.0", None),
        ];
        for (image, version) in shown {
            assert_eq!(of_image(image), version, "{image}");
        }
    }
}
