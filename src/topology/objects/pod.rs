//! The pods of servers.

use crate::kustomize::decode::Text;
use crate::topology::PREVIOUS;
use crate::topology::instance::{BUS_PORT, Group, Instance, METRICS_PORT, PORT, SENTINEL_PORT, extend, is_on};
use crate::topology::marks;
use crate::topology::spec::{AntiAffinity, Architecture};
use crate::topology::tree::{IntoNode, by, list, map};
use crate::yaml::{Node, Origin};

/// The image of exporters when the spec names none.
const EXPORTER: &str = "docker.io/oliver006/redis_exporter:v1.66.0";
/// The key of a password in its Secret when the spec names none.
const PASSWORD_KEY: &str = "redis-password";
/// User and group of servers in the official images.
const USER: i64 = 999;

/// The labels of the pods of a group.
fn labels(group: &Group<'_>, instance: &Instance<'_>) -> Node {
    let mut labels = instance.selector(Some(group.component));
    if let Some(map) = labels.as_map_mut() {
        map.set("redisops.dev/node", Node::string(Origin::NONE, "true"));
    }
    extend(&mut labels, instance, &instance.spec.pod_labels);
    labels
}

/// The template of the pods of a group.
pub(super) fn template(group: &Group<'_>, instance: &Instance<'_>) -> Node {
    let spec = instance.spec;
    let scheduling = &spec.scheduling;
    map! {
        "metadata" => map! {
            "annotations" => instance.pairs(&spec.pod_annotations),
            "labels" => labels(group, instance),
        },
        "spec" => map! {
            "affinity" => affinity(group, instance),
            "automountServiceAccountToken" => false,
            "containers" => containers(group, instance),
            "enableServiceLinks" => false,
            "imagePullSecrets" => pull_secrets(instance),
            "nodeSelector" => instance.carry(scheduling.node_selector.as_ref()),
            "priorityClassName" => instance.maybe(&scheduling.priority_class_name),
            "securityContext" => pod_security(),
            "serviceAccountName" => account(instance),
            "terminationGracePeriodSeconds" => 60,
            "tolerations" => instance.carry(scheduling.tolerations.as_ref()),
            "topologySpreadConstraints" => spread(group, instance),
            "volumes" => volumes(group, instance),
        },
    }
}

/// Secrets for pulling images; nothing when none are named.
pub(super) fn pull_secrets(instance: &Instance<'_>) -> Option<Node> {
    let secrets = &instance.spec.image_pull_secrets;
    let items: Vec<Node> = secrets.iter().map(|name| map! { "name" => instance.maybe(name) }).collect();
    if items.is_empty() { None } else { items.into_node() }
}

/// The account of pods.
pub(super) fn account(instance: &Instance<'_>) -> Option<Node> {
    let account = &instance.spec.service_account;
    instance.text(&account.name, if is_on(account.create, true) { &instance.name } else { "default" })
}

/// What the `restricted` standard asks of pods.
pub(super) fn pod_security() -> Node {
    map! {
        "fsGroup" => USER,
        "fsGroupChangePolicy" => "OnRootMismatch",
        "runAsGroup" => USER,
        "runAsNonRoot" => true,
        "runAsUser" => USER,
        "seccompProfile" => map! { "type" => "RuntimeDefault" },
    }
}

/// What the `restricted` standard asks of containers, and a file system that nobody writes to.
pub(super) fn container_security() -> Node {
    map! {
        "allowPrivilegeEscalation" => false,
        "capabilities" => map! { "drop" => list!["ALL"] },
        "readOnlyRootFilesystem" => true,
    }
}

fn affinity(group: &Group<'_>, instance: &Instance<'_>) -> Option<Node> {
    let wish = instance.spec.scheduling.anti_affinity;
    let origin = instance.at(wish.map_or(crate::diagnostics::Pos::NONE, |w| w.pos));
    if group.count < 2 && instance.groups().len() < 2 {
        return None;
    }
    let term = map! {
        "labelSelector" => map! { "matchLabels" => instance.selector(None) },
        "topologyKey" => "kubernetes.io/hostname",
    };
    let rules = match wish.map_or(AntiAffinity::Soft, |w| w.value) {
        AntiAffinity::None => return None,
        AntiAffinity::Hard => map! { "requiredDuringSchedulingIgnoredDuringExecution" => list![term] },
        AntiAffinity::Soft => map! {
            "preferredDuringSchedulingIgnoredDuringExecution" => list![map! { "podAffinityTerm" => term, "weight" => 100 }],
        },
    };
    by(origin, map! { "podAntiAffinity" => rules })
}

fn spread(group: &Group<'_>, instance: &Instance<'_>) -> Option<Node> {
    if group.count < 2 {
        return None;
    }
    let key = &instance.spec.scheduling.topology_key;
    let mut together = instance.selector(Some(group.component));
    if let (Some(shard), Some(map)) = (group.shard(), together.as_map_mut()) {
        // A master and its replicas are to be apart, whatever other shards do.
        map.set(marks::SHARD, Node::string(Origin::NONE, shard));
    }
    by(
        instance.at(key.pos),
        list![map! {
            "labelSelector" => map! { "matchLabels" => together },
            "maxSkew" => 1,
            "topologyKey" => instance.text(key, "topology.kubernetes.io/zone"),
            "whenUnsatisfiable" => "ScheduleAnyway",
        }],
    )
}

fn containers(group: &Group<'_>, instance: &Instance<'_>) -> Node {
    let sentinel = (instance.architecture == Architecture::Sentinel).then(|| sentinel(instance));
    let exporter = instance.has_metrics().then(|| exporter(instance));
    list![server(group, instance), sentinel, exporter]
}

fn server(group: &Group<'_>, instance: &Instance<'_>) -> Node {
    let flags: Vec<Option<Node>> = group.flags.iter().map(|flag| instance.maybe(flag)).collect();
    let bus = (instance.architecture == Architecture::Cluster)
        .then(|| map! { "containerPort" => BUS_PORT, "name" => "bus", "protocol" => "TCP" });
    let hands_over = matches!(instance.architecture, Architecture::Sentinel | Architecture::Cluster);
    map! {
        "args" => (!flags.is_empty()).then_some(flags),
        "command" => list!["/bin/sh", "/scripts/start.sh"],
        "env" => environment(group, instance),
        "image" => instance.image(),
        "imagePullPolicy" => instance.maybe(&instance.spec.image_pull_policy),
        "lifecycle" => hands_over.then(|| map! {
            "preStop" => map! { "exec" => map! { "command" => list!["/bin/sh", "/scripts/stop.sh"] } },
        }),
        "livenessProbe" => probe("live.sh", 10, 5, 6),
        "name" => "redis",
        "ports" => list![map! { "containerPort" => PORT, "name" => "redis", "protocol" => "TCP" }, bus],
        "readinessProbe" => probe("ready.sh", 5, 5, 2),
        "resources" => instance.carry(group.resources),
        "securityContext" => container_security(),
        // Loading a large data set takes minutes; until the server answers, liveness is not asked for.
        "startupProbe" => probe("live.sh", 5, 5, 120),
        "volumeMounts" => mounts(instance, true),
    }
}

fn probe(script: &str, period: i64, timeout: i64, failures: i64) -> Node {
    map! {
        "exec" => map! { "command" => list!["/bin/sh", format!("/scripts/{script}")] },
        "failureThreshold" => failures,
        "periodSeconds" => period,
        "timeoutSeconds" => timeout,
    }
}

fn sentinel(instance: &Instance<'_>) -> Node {
    let ping = |failures: i64| {
        map! {
            "exec" => map! {
                "command" => list!["/bin/sh", "-c", ". /scripts/common.sh; [ \"$(ask 127.0.0.1 $SENTINEL_PORT ping)\" = PONG ]"],
            },
            "failureThreshold" => failures,
            "periodSeconds" => 10,
            "timeoutSeconds" => 5,
        }
    };
    let part = &instance.spec.sentinel;
    map! {
        "command" => list!["/bin/sh", "/scripts/sentinel.sh"],
        "env" => common_environment("sentinel", instance),
        "image" => instance.image(),
        "imagePullPolicy" => instance.maybe(&instance.spec.image_pull_policy),
        "livenessProbe" => ping(6),
        "name" => "sentinel",
        "ports" => list![map! { "containerPort" => SENTINEL_PORT, "name" => "sentinel", "protocol" => "TCP" }],
        "readinessProbe" => ping(2),
        "resources" => instance.carry(part.resources.as_ref()),
        "securityContext" => container_security(),
        "volumeMounts" => mounts(instance, false),
    }
}

fn exporter(instance: &Instance<'_>) -> Node {
    let metrics = &instance.spec.metrics;
    let enabled = instance.at(metrics.enabled.map_or(metrics.pos, |e| e.pos));
    let tls = instance.has_tls();
    let scheme = if tls { "rediss" } else { "redis" };
    let mut env = vec![map! { "name" => "REDIS_ADDR", "value" => format!("{scheme}://127.0.0.1:{PORT}") }];
    if instance.architecture == Architecture::Cluster {
        env.push(map! { "name" => "REDIS_EXPORTER_IS_CLUSTER", "value" => "true" });
    }
    if tls {
        // The certificate is for names, and this container asks the address next to it.
        env.push(map! { "name" => "REDIS_EXPORTER_SKIP_TLS_VERIFICATION", "value" => "true" });
        env.push(map! { "name" => "REDIS_EXPORTER_TLS_CLIENT_CERT_FILE", "value" => "/tls/tls.crt" });
        env.push(map! { "name" => "REDIS_EXPORTER_TLS_CLIENT_KEY_FILE", "value" => "/tls/tls.key" });
    }
    env.extend(password(instance));
    let node = map! {
        "env" => env,
        "image" => instance.text(&metrics.image, EXPORTER),
        "livenessProbe" => map! {
            "httpGet" => map! { "path" => "/health", "port" => "metrics" },
            "periodSeconds" => 10,
        },
        "name" => "metrics",
        "ports" => list![map! { "containerPort" => METRICS_PORT, "name" => "metrics", "protocol" => "TCP" }],
        "resources" => instance.carry(metrics.resources.as_ref()),
        "securityContext" => container_security(),
        "volumeMounts" => tls.then(|| list![map! { "mountPath" => "/tls", "name" => "tls", "readOnly" => true }]),
    };
    by(enabled, node).unwrap_or_else(|| Node::null(Origin::NONE))
}

/// The Secret with the password, and its key.
pub(super) fn password_key(instance: &Instance<'_>) -> Node {
    let auth = &instance.spec.auth;
    map! {
        "key" => instance.text(&auth.existing_secret_password_key, PASSWORD_KEY),
        "name" => instance.text(&auth.existing_secret, &instance.name),
    }
}

/// The variable with the password; nothing where none is needed.
pub(super) fn password(instance: &Instance<'_>) -> Option<Node> {
    instance.has_password().then(|| {
        map! { "name" => "REDIS_PASSWORD", "valueFrom" => map! { "secretKeyRef" => password_key(instance) } }
    })
}

/// A variable with the password that was valid before, which is in the Secret while the password is replaced.
fn previous(variable: &str, secret: Option<Node>, key: &Text, otherwise: &str) -> Node {
    let key = if key.is_empty() { otherwise } else { key };
    let reference = map! { "key" => format!("{key}{PREVIOUS}"), "name" => secret, "optional" => true };
    map! { "name" => format!("{variable}_PREVIOUS"), "valueFrom" => map! { "secretKeyRef" => reference } }
}

/// What every script needs to know.
fn common_environment(role: &str, instance: &Instance<'_>) -> Vec<Node> {
    let field = |name: &str, path: &str| {
        map! { "name" => name, "valueFrom" => map! { "fieldRef" => map! { "fieldPath" => path } } }
    };
    let value = |name: &str, value: String| map! { "name" => name, "value" => value };
    let domain = instance.domain();
    let service = |suffix: &str| format!("{}.$(POD_NAMESPACE).svc.{domain}", instance.child(suffix));
    let mut env = vec![
        field("POD_NAME", "metadata.name"),
        field("POD_NAMESPACE", "metadata.namespace"),
        field("POD_IP", "status.podIP"),
        value("ROLE", role.to_owned()),
        value("HEADLESS", service("-headless")),
    ];
    if instance.architecture == Architecture::Sentinel {
        let set = &instance.spec.sentinel.master_set;
        env.push(map! { "name" => "MASTER_SET", "value" => by(instance.at(set.pos), instance.master_set()) });
        env.push(value("SENTINEL_HOST", service("")));
        env.push(value("STATE", "/data/sentinel".to_owned()));
    }
    env.extend(tls_arguments(instance));
    env.extend(password(instance));
    if instance.has_password() {
        let auth = &instance.spec.auth;
        let secret = instance.text(&auth.existing_secret, &instance.name);
        env.push(previous("REDIS_PASSWORD", secret, &auth.existing_secret_password_key, PASSWORD_KEY));
    }
    env
}

/// How `redis-cli` encrypts.
pub(super) fn tls_arguments(instance: &Instance<'_>) -> Option<Node> {
    // Scripts also ask by address, for which no certificate is made.
    let arguments = "--tls --insecure --cert /tls/tls.crt --key /tls/tls.key --cacert /tls/ca.crt";
    instance.has_tls().then(|| map! { "name" => "TLS_ARGS", "value" => arguments })
}

fn environment(group: &Group<'_>, instance: &Instance<'_>) -> Vec<Node> {
    let role = match instance.architecture {
        Architecture::Replication => group.component,
        other => other.name(),
    };
    let mut env = common_environment(role, instance);
    if group.component == "replica" {
        let master = format!("{}.$(POD_NAMESPACE).svc.{}", master_pod(instance), instance.domain());
        env.push(map! { "name" => "MASTER_HOST", "value" => master });
    }
    for (number, user) in instance.spec.acl.users.iter().enumerate() {
        let key = map! {
            "key" => instance.text(&user.key, "password"),
            "name" => instance.maybe(&user.existing_secret),
        };
        let variable =
            map! { "name" => format!("ACL_PASSWORD_{number}"), "valueFrom" => map! { "secretKeyRef" => key } };
        env.extend(by(instance.at(user.pos), variable));
        let before =
            previous(&format!("ACL_PASSWORD_{number}"), instance.maybe(&user.existing_secret), &user.key, "password");
        env.extend(by(instance.at(user.pos), before));
    }
    env
}

/// The one master of replication: its pod, and the Service that gives it a name.
fn master_pod(instance: &Instance<'_>) -> String {
    format!("{}-0.{}", instance.child("-master"), instance.child("-headless"))
}

fn mounts(instance: &Instance<'_>, with_layout: bool) -> Node {
    let mount = |name: &str, path: &str| map! { "mountPath" => path, "name" => name };
    let read_only = |name: &str, path: &str| map! { "mountPath" => path, "name" => name, "readOnly" => true };
    let layout = with_layout && instance.architecture == Architecture::Cluster;
    list![
        mount("data", "/data"),
        mount("run", "/run/redis"),
        read_only("config", "/conf"),
        read_only("scripts", "/scripts"),
        layout.then(|| read_only("layout", "/layout")),
        instance.has_tls().then(|| read_only("tls", "/tls")),
    ]
}

/// The Secret with the certificate.
pub(super) fn tls_secret(instance: &Instance<'_>) -> Option<Node> {
    instance.text(&instance.spec.tls.existing_secret, &instance.child("-tls"))
}

fn volumes(group: &Group<'_>, instance: &Instance<'_>) -> Node {
    let config = |name: &str, map: String, mode: Option<i64>| {
        map! { "configMap" => map! { "defaultMode" => mode, "name" => map }, "name" => name }
    };
    let data = (!is_on(group.persistence.enabled, true)).then(|| {
        let off = instance.at(group.persistence.enabled.map_or(group.persistence.pos, |e| e.pos));
        by(off, map! { "emptyDir" => Node::empty_map(Origin::NONE), "name" => "data" })
    });
    list![
        data.flatten(),
        config("config", instance.child(group.config), None),
        config("scripts", instance.child("-scripts"), Some(0o555)),
        (instance.architecture == Architecture::Cluster).then(|| config("layout", instance.child("-layout"), None)),
        // Passwords are written here, and never reach a disk.
        map! { "emptyDir" => map! { "medium" => "Memory", "sizeLimit" => "1Mi" }, "name" => "run" },
        instance.has_tls().then(|| {
            map! { "name" => "tls", "secret" => map! { "defaultMode" => 0o440, "secretName" => tls_secret(instance) } }
        }),
    ]
}
