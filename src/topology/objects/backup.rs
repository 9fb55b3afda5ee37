//! Copies to object storage on a schedule, and the job that brings one back.

use crate::k8s::Resource;
use crate::topology::instance::{Instance, Kind, is_on};
use crate::topology::spec::Architecture;
use crate::topology::tree::{list, map};
use crate::yaml::{Node, Origin};

use super::config_maps::shards;
use super::pod;

/// Every night at three when the spec says nothing.
const SCHEDULE: &str = "0 3 * * *";

/// The script and the CronJob, where backups are on.
pub(super) fn objects(instance: &Instance<'_>) -> Vec<Resource> {
    if !is_on(instance.spec.backup.enabled, false) {
        return Vec::new();
    }
    vec![script(instance), cron_job(instance)]
}

fn cause(instance: &Instance<'_>) -> Origin {
    let backup = &instance.spec.backup;
    instance.at(backup.enabled.map_or(backup.pos, |e| e.pos))
}

fn script(instance: &Instance<'_>) -> Resource {
    let body = map! {
        "data" => map! {
            "backup.sh" => include_str!("scripts/backup.sh"),
            "common.sh" => include_str!("scripts/common.sh"),
        },
    };
    let mut resource = instance.object(Kind("v1", "ConfigMap"), "-backup", Some("backup"), cause(instance), body);
    resource.needs_hash = true;
    resource
}

/// Where copies are taken from: a node that has all data, or of a cluster all nodes, of which masters answer.
fn sources(instance: &Instance<'_>) -> String {
    let headless = format!("{}.$(POD_NAMESPACE).svc.{}", instance.child("-headless"), instance.domain());
    let hosts: Vec<String> = match instance.architecture {
        Architecture::Cluster => shards(instance).concat().iter().map(|pod| format!("{pod}.{headless}")).collect(),
        _ => {
            // The last node: of replication a replica, which has time for it.
            let groups = instance.groups();
            let group = groups.iter().rev().find(|g| g.count > 0);
            group.map(|g| format!("{}-{}.{headless}", instance.child(&g.suffix), g.count - 1)).into_iter().collect()
        }
    };
    hosts.join(" ")
}

fn cron_job(instance: &Instance<'_>) -> Resource {
    let backup = &instance.spec.backup;
    let endpoint = (!backup.endpoint.is_empty()).then(|| {
        map! { "name" => "ENDPOINT_ARGS", "value" => format!("--endpoint-url {}", backup.endpoint.value) }
    });
    let field = map! { "fieldRef" => map! { "fieldPath" => "metadata.namespace" } };
    let env = list![
        map! { "name" => "POD_NAMESPACE", "valueFrom" => field },
        map! { "name" => "POD_NAME", "value" => "backup" },
        map! { "name" => "HEADLESS", "value" => instance.child("-headless") },
        map! { "name" => "ROLE", "value" => instance.architecture.name() },
        map! { "name" => "SOURCES", "value" => sources(instance) },
        map! { "name" => "BUCKET", "value" => instance.maybe(&backup.bucket) },
        map! { "name" => "PREFIX", "value" => instance.text(&backup.prefix, &instance.name) },
        endpoint,
        pod::tls_arguments(instance),
        pod::password(instance),
    ];
    let mount = |name: &str, path: &str| map! { "mountPath" => path, "name" => name };
    let tls = instance.has_tls();
    let container = map! {
        "command" => list!["/bin/sh", "/scripts/backup.sh"],
        "env" => env,
        "envFrom" => list![map! { "secretRef" => map! { "name" => instance.maybe(&backup.existing_secret) } }],
        "image" => instance.maybe(&backup.image),
        "imagePullPolicy" => instance.maybe(&instance.spec.image_pull_policy),
        "name" => "backup",
        "resources" => instance.carry(backup.resources.as_ref()),
        "securityContext" => pod::container_security(),
        "volumeMounts" => list![mount("scripts", "/scripts"), mount("tmp", "/tmp"), tls.then(|| mount("tls", "/tls"))],
    };
    let volumes = list![
        map! { "configMap" => map! { "defaultMode" => 0o555, "name" => instance.child("-backup") }, "name" => "scripts" },
        map! { "emptyDir" => Node::empty_map(Origin::NONE), "name" => "tmp" },
        tls.then(|| map! { "name" => "tls", "secret" => map! { "defaultMode" => 0o440, "secretName" => pod::tls_secret(instance) } }),
    ];
    let pod_spec = map! {
        "automountServiceAccountToken" => false,
        "containers" => list![container],
        "enableServiceLinks" => false,
        "imagePullSecrets" => pod::pull_secrets(instance),
        "restartPolicy" => "OnFailure",
        "securityContext" => pod::pod_security(),
        "serviceAccountName" => pod::account(instance),
        "volumes" => volumes,
    };
    let labels = instance.selector(Some("backup"));
    let body = map! {
        "spec" => map! {
            // A copy that takes longer than the pause is finished first.
            "concurrencyPolicy" => "Forbid",
            "failedJobsHistoryLimit" => 3,
            "jobTemplate" => map! {
                "spec" => map! {
                    "backoffLimit" => 2,
                    "template" => map! { "metadata" => map! { "labels" => labels }, "spec" => pod_spec },
                },
            },
            "schedule" => instance.text(&backup.schedule, SCHEDULE),
            "successfulJobsHistoryLimit" => 3,
        },
    };
    instance.object(Kind("batch/v1", "CronJob"), "-backup", Some("backup"), cause(instance), body)
}
