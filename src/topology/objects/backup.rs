//! Copies to object storage on a schedule, and the job that brings one back.

use crate::k8s::Resource;
use crate::topology::instance::{Group, Instance, Kind, is_on};
use crate::topology::spec::Architecture;
use crate::topology::tree::{list, map};
use crate::yaml::{Node, Origin};

use super::config_maps::shards;
use super::pod;

/// Every night at three when the spec says nothing.
const SCHEDULE: &str = "0 3 * * *";

/// The scripts, the CronJob where backups are on, and the Job where a copy is to be brought back.
pub(super) fn objects(instance: &Instance<'_>) -> Vec<Resource> {
    let backup = &instance.spec.backup;
    let copies = is_on(backup.enabled, false);
    let restores = !backup.restore.from.is_empty();
    if !copies && !restores {
        return Vec::new();
    }
    let mut objects = vec![scripts(instance)];
    objects.extend(copies.then(|| cron_job(instance)));
    objects.extend(restores.then(|| restore_job(instance)));
    objects
}

fn cause(instance: &Instance<'_>) -> Origin {
    let backup = &instance.spec.backup;
    instance.at(backup.enabled.map_or(backup.pos, |e| e.pos))
}

fn scripts(instance: &Instance<'_>) -> Resource {
    let body = map! {
        "data" => map! {
            "backup.sh" => include_str!("scripts/backup.sh"),
            "common.sh" => include_str!("scripts/common.sh"),
            "restore.sh" => include_str!("scripts/restore.sh"),
        },
    };
    let mut resource = instance.object(Kind("v1", "ConfigMap"), "-backup", Some("backup"), cause(instance), body);
    resource.needs_hash = true;
    resource
}

/// The names of all nodes.
fn nodes(instance: &Instance<'_>) -> Vec<String> {
    let headless = format!("{}.$(POD_NAMESPACE).svc.{}", instance.child("-headless"), instance.domain());
    let pods = match instance.architecture {
        Architecture::Cluster => shards(instance).concat(),
        _ => {
            let groups = instance.groups();
            let pods =
                |g: &Group<'_>| (0..g.count).map(|n| format!("{}-{n}", instance.child(&g.suffix))).collect::<Vec<_>>();
            groups.iter().flat_map(pods).collect()
        }
    };
    pods.iter().map(|pod| format!("{pod}.{headless}")).collect()
}

/// Where copies are taken from: of a cluster all nodes, of which masters answer; else the last one: of replication a replica, which has time for it.
fn sources(instance: &Instance<'_>) -> String {
    let mut nodes = nodes(instance);
    match instance.architecture {
        Architecture::Cluster => nodes.join(" "),
        _ => nodes.pop().unwrap_or_default(),
    }
}

/// The pod of a job: a script with what it needs to know.
fn pod(instance: &Instance<'_>, name: &'static str, own: Vec<Node>) -> Node {
    let backup = &instance.spec.backup;
    let endpoint = (!backup.endpoint.is_empty()).then(|| {
        map! { "name" => "ENDPOINT_ARGS", "value" => format!("--endpoint-url {}", backup.endpoint.value) }
    });
    let field = map! { "fieldRef" => map! { "fieldPath" => "metadata.namespace" } };
    let mut env = vec![
        map! { "name" => "POD_NAMESPACE", "valueFrom" => field },
        map! { "name" => "POD_NAME", "value" => name },
        map! { "name" => "HEADLESS", "value" => instance.child("-headless") },
        map! { "name" => "ROLE", "value" => instance.architecture.name() },
        map! { "name" => "BUCKET", "value" => instance.maybe(&backup.bucket) },
        map! { "name" => "PREFIX", "value" => instance.text(&backup.prefix, &instance.name) },
    ];
    env.extend(own);
    env.extend(endpoint.into_iter().chain(pod::tls_arguments(instance)).chain(pod::password(instance)));
    let mount = |name: &str, path: &str| map! { "mountPath" => path, "name" => name };
    let tls = instance.has_tls();
    let container = map! {
        "command" => list!["/bin/sh", format!("/scripts/{name}.sh")],
        "env" => env,
        "envFrom" => list![map! { "secretRef" => map! { "name" => instance.maybe(&backup.existing_secret) } }],
        "image" => instance.maybe(&backup.image),
        "imagePullPolicy" => instance.maybe(&instance.spec.image_pull_policy),
        "name" => name,
        "resources" => instance.carry(backup.resources.as_ref()),
        "securityContext" => pod::container_security(),
        "volumeMounts" => list![mount("scripts", "/scripts"), mount("tmp", "/tmp"), tls.then(|| mount("tls", "/tls"))],
    };
    let volumes = list![
        map! { "configMap" => map! { "defaultMode" => 0o555, "name" => instance.child("-backup") }, "name" => "scripts" },
        map! { "emptyDir" => Node::empty_map(Origin::NONE), "name" => "tmp" },
        tls.then(|| map! { "name" => "tls", "secret" => map! { "defaultMode" => 0o440, "secretName" => pod::tls_secret(instance) } }),
    ];
    let spec = map! {
        "automountServiceAccountToken" => false,
        "containers" => list![container],
        "enableServiceLinks" => false,
        "imagePullSecrets" => pod::pull_secrets(instance),
        "restartPolicy" => "OnFailure",
        "securityContext" => pod::pod_security(),
        "serviceAccountName" => pod::account(instance),
        "volumes" => volumes,
    };
    map! { "metadata" => map! { "labels" => instance.selector(Some(name)) }, "spec" => spec }
}

/// Brings a copy back, once: another copy is another Job. Keys that are there and not in the copy stay.
fn restore_job(instance: &Instance<'_>) -> Resource {
    let from = &instance.spec.backup.restore.from;
    let at = instance.at(from.pos);
    let own = vec![
        map! { "name" => "NODES", "value" => nodes(instance).join(" ") },
        map! { "name" => "COPY", "value" => instance.maybe(from) },
    ];
    let body = map! {
        "spec" => map! { "backoffLimit" => 2, "template" => pod(instance, "restore", own) },
    };
    // A Job cannot change: which copy it brings back is part of its name.
    let suffix = format!("-restore-{}", from.to_ascii_lowercase());
    instance.object(Kind("batch/v1", "Job"), &suffix, Some("restore"), at, body)
}

fn cron_job(instance: &Instance<'_>) -> Resource {
    let own = vec![map! { "name" => "SOURCES", "value" => sources(instance) }];
    let body = map! {
        "spec" => map! {
            // A copy that takes longer than the pause is finished first.
            "concurrencyPolicy" => "Forbid",
            "failedJobsHistoryLimit" => 3,
            "jobTemplate" => map! {
                "spec" => map! {
                    "backoffLimit" => 2,
                    "template" => pod(instance, "backup", own),
                },
            },
            "schedule" => instance.text(&instance.spec.backup.schedule, SCHEDULE),
            "successfulJobsHistoryLimit" => 3,
        },
    };
    instance.object(Kind("batch/v1", "CronJob"), "-backup", Some("backup"), cause(instance), body)
}
