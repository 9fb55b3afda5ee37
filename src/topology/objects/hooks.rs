//! Jobs by which Argo CD scales a cluster: before a sync they drain the nodes that go, after it they take the new ones in.
//!
//! They exist where the spec names an image with `redisops`.

use crate::k8s::Resource;
use crate::topology::instance::{Instance, Kind};
use crate::topology::spec::{Architecture, Layout};
use crate::topology::tree::{IntoNode, by, list, map};
use crate::yaml::{Node, Origin};

use super::pod;

const COMPONENT: &str = "scaling";

/// The Jobs, their account and its rights.
pub(super) fn objects(instance: &Instance<'_>) -> Vec<Resource> {
    let cluster = &instance.spec.cluster;
    let single = cluster.layout.is_none_or(|layout| layout.value == Layout::Single);
    if instance.architecture != Architecture::Cluster || cluster.hooks.image.is_empty() || !single {
        return Vec::new();
    }
    let mut all = rights(instance);
    all.extend([job("drain", "PreSync", instance), job("join", "PostSync", instance)]);
    all
}

/// What tells Argo CD when an object is made. Objects of a hook are made anew each time.
fn hook(resource: &mut Resource, phase: &str, wave: &str) {
    let Some(metadata) = resource.node.lookup_mut(&["metadata"]).and_then(Node::as_map_mut) else { return };
    if metadata.get("annotations").is_none() {
        metadata.set("annotations", Node::empty_map(Origin::NONE));
    }
    let Some(annotations) = resource.node.lookup_mut(&["metadata", "annotations"]).and_then(Node::as_map_mut) else {
        return;
    };
    for (key, value) in [
        ("argocd.argoproj.io/hook", phase),
        ("argocd.argoproj.io/hook-delete-policy", "BeforeHookCreation"),
        ("argocd.argoproj.io/sync-wave", wave),
    ] {
        annotations.set(key, Node::string(Origin::NONE, value));
    }
}

fn rights(instance: &Instance<'_>) -> Vec<Resource> {
    let name = instance.child("-scaling");
    let account = map! { "automountServiceAccountToken" => false };
    let rule = |group: &str, resources: Node, names: Option<Node>, verbs: Node| {
        map! { "apiGroups" => list![group], "resourceNames" => names, "resources" => resources, "verbs" => verbs }
    };
    let set = list![instance.child("-node")];
    let role = map! {
        "rules" => list![
            rule("apps", list!["statefulsets"], Some(set), list!["get", "patch"]),
            // The lock: two runs at once would be one too many.
            rule("coordination.k8s.io", list!["leases"], None, list!["create", "delete", "get", "update"]),
        ],
    };
    let binding = map! {
        "roleRef" => map! { "apiGroup" => "rbac.authorization.k8s.io", "kind" => "Role", "name" => name.as_str() },
        "subjects" => list![map! {
            "kind" => "ServiceAccount",
            "name" => name.as_str(),
            "namespace" => Some(instance.parent.namespace()).filter(|namespace| !namespace.is_empty()),
        }],
    };
    let rbac = "rbac.authorization.k8s.io/v1";
    let mut all: Vec<Resource> =
        [(Kind("v1", "ServiceAccount"), account), (Kind(rbac, "Role"), role), (Kind(rbac, "RoleBinding"), binding)]
            .into_iter()
            .map(|(kind, body)| instance.object(kind, "-scaling", Some(COMPONENT), cause(instance), body))
            .collect();
    for resource in &mut all {
        hook(resource, "PreSync", "-1");
    }
    all
}

fn cause(instance: &Instance<'_>) -> Origin {
    instance.at(instance.spec.cluster.hooks.image.pos)
}

fn job(verb: &str, phase: &str, instance: &Instance<'_>) -> Resource {
    let (nodes, replicas) = instance.cluster_size();
    let set = instance.child("-node");
    let field = map! { "fieldRef" => map! { "fieldPath" => "metadata.namespace" } };
    let headless = format!("{{pod}}.{}.$(POD_NAMESPACE).svc.{}:6379", instance.child("-headless"), instance.domain());
    let tls = instance.has_tls();
    let mut arguments: Vec<Option<Node>> = ["cluster", verb, "--stateful-set"].map(IntoNode::into_node).to_vec();
    arguments.push(format!("$(POD_NAMESPACE)/{set}").into_node());
    arguments.push("--nodes".into_node());
    arguments.push(by(
        instance.at(instance.spec.cluster.nodes.map_or(crate::diagnostics::Pos::NONE, |n| n.pos)),
        nodes.to_string(),
    ));
    let rest = ["--replicas".to_owned(), replicas.to_string(), "--address".to_owned(), headless];
    arguments.extend(rest.into_iter().map(IntoNode::into_node));
    let wait = if verb == "join" { "10m" } else { "1m" };
    arguments.extend(["--wait", wait, "--yes"].map(IntoNode::into_node));
    if tls {
        let files = ["--cacert", "/tls/ca.crt", "--cert", "/tls/tls.crt", "--key", "/tls/tls.key"];
        arguments.extend(files.map(IntoNode::into_node));
    }
    let password = instance.has_password().then(|| {
        map! { "name" => "REDISCLI_AUTH", "valueFrom" => map! { "secretKeyRef" => pod::password_key(instance) } }
    });
    let container = map! {
        "args" => arguments.into_iter().flatten().collect::<Vec<Node>>(),
        "command" => list!["redisops"],
        "env" => list![map! { "name" => "POD_NAMESPACE", "valueFrom" => field }, password],
        "image" => instance.maybe(&instance.spec.cluster.hooks.image),
        "imagePullPolicy" => instance.maybe(&instance.spec.image_pull_policy),
        "name" => COMPONENT,
        "securityContext" => pod::container_security(),
        "volumeMounts" => list![
            map! { "mountPath" => "/tmp", "name" => "tmp" },
            tls.then(|| map! { "mountPath" => "/tls", "name" => "tls", "readOnly" => true }),
        ],
        // What a run could not decide by itself is written to files.
        "workingDir" => "/tmp",
    };
    let volumes = list![
        map! { "emptyDir" => Node::empty_map(Origin::NONE), "name" => "tmp" },
        tls.then(|| map! { "name" => "tls", "secret" => map! { "defaultMode" => 0o440, "secretName" => pod::tls_secret(instance) } }),
    ];
    let pod_spec = map! {
        "containers" => list![container],
        "enableServiceLinks" => false,
        "imagePullSecrets" => pod::pull_secrets(instance),
        "restartPolicy" => "Never",
        "securityContext" => pod::pod_security(),
        "serviceAccountName" => instance.child("-scaling"),
        "automountServiceAccountToken" => true,
        "terminationGracePeriodSeconds" => 120,
        "volumes" => volumes,
    };
    let body = map! {
        "spec" => map! {
            // A run that was interrupted goes on in the next one.
            "backoffLimit" => 3,
            "template" => map! {
                "metadata" => map! { "labels" => instance.selector(Some(COMPONENT)) },
                "spec" => pod_spec,
            },
        },
    };
    let mut job = instance.object(Kind("batch/v1", "Job"), &format!("-{verb}"), Some(COMPONENT), cause(instance), body);
    hook(&mut job, phase, "0");
    job
}
