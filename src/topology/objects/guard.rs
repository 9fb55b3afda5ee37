//! What keeps the StatefulSets of a cluster from shrinking before their nodes are drained.
//!
//! A change of `spec.replicas` by Argo CD, Flux, `kubectl scale` or an autoscaler deletes pods and with them the slots that these own. The API server itself
//! refuses it then, until a verified drain has said on the StatefulSet to how many pods it may go.

use crate::k8s::Resource;
use crate::topology::instance::{Group, Instance, Kind, is_on};
use crate::topology::spec::Architecture;
use crate::topology::tree::{list, map};
use crate::yaml::Node;

/// The policy, and what binds it to each StatefulSet.
pub(super) fn objects(instance: &Instance<'_>) -> Vec<Resource> {
    let guarded = is_on(instance.spec.cluster.guard, true);
    if instance.architecture != Architecture::Cluster || !guarded {
        return Vec::new();
    }
    let name = name(instance, "");
    let bindings = instance.groups();
    let bindings = bindings.iter().map(|group| binding(group, &name, instance));
    [policy(&name, instance)].into_iter().chain(bindings).collect()
}

/// These objects are in no namespace, so that their names have to say it.
fn name(instance: &Instance<'_>, suffix: &str) -> String {
    let namespace = instance.parent.namespace();
    let before = if namespace.is_empty() { String::new() } else { format!("{namespace}-") };
    format!("{before}{}{suffix}-scale-guard", instance.name)
}

fn cluster_wide(kind: &'static str, name: &str, instance: &Instance<'_>, body: Node) -> Resource {
    let kind = Kind("admissionregistration.k8s.io/v1", kind);
    let mut resource = instance.object(kind, "-scale-guard", Some("node"), instance.cause, body);
    if let Some(metadata) = resource.node.lookup_mut(&["metadata"]).and_then(Node::as_map_mut) {
        metadata.remove("namespace");
        metadata.set("name", Node::string(instance.named, name));
    }
    resource.previous.clear();
    resource
}

fn policy(name: &str, instance: &Instance<'_>) -> Resource {
    let variable = |name: &str, expression: &str| map! { "expression" => expression, "name" => name };
    let body = map! {
        "spec" => map! {
            "failurePolicy" => "Fail",
            "matchConstraints" => map! {
                "resourceRules" => list![map! {
                    "apiGroups" => list!["apps"],
                    "apiVersions" => list!["*"],
                    "operations" => list!["UPDATE"],
                    "resources" => list!["statefulsets", "statefulsets/scale"],
                }],
            },
            // The StatefulSet itself: what is asked of its `scale` has neither labels nor annotations.
            "paramKind" => map! { "apiVersion" => "apps/v1", "kind" => "StatefulSet" },
            "validations" => list![map! {
                "expression" => "!variables.ours || variables.after >= variables.before || (variables.drained.matches('^[0-9]{1,5}$') && int(variables.drained) <= variables.after)",
                "messageExpression" => format!(
                    "'StatefulSet ' + request.name + ' of the Redis cluster {} may not go from ' + string(variables.before) + ' to ' + string(variables.after) + \
                     ' pods: their nodes are not drained. `redisops apply` or `redisops cluster drain` drains them and then sets the annotation \
                     redisops.dev/drained-to'",
                    instance.name
                ),
                "reason" => "Forbidden",
            }],
            "variables" => list![
                variable("ours", "params != null && request.name == params.metadata.name && has(params.metadata.labels) && 'redisops.dev/cluster' in params.metadata.labels"),
                variable("before", "has(oldObject.spec.replicas) ? int(oldObject.spec.replicas) : 0"),
                variable("after", "has(object.spec.replicas) ? int(object.spec.replicas) : 0"),
                variable("live", "has(request.subResource) && request.subResource == 'scale' ? params : oldObject"),
                variable(
                    "drained",
                    "has(variables.live.metadata.annotations) && 'redisops.dev/drained-to' in variables.live.metadata.annotations ? \
                     variables.live.metadata.annotations['redisops.dev/drained-to'] : ''"
                ),
            ],
        },
    };
    cluster_wide("ValidatingAdmissionPolicy", name, instance, body)
}

fn binding(group: &Group<'_>, policy: &str, instance: &Instance<'_>) -> Resource {
    let namespace = instance.parent.namespace();
    let own = (!namespace.is_empty()).then(|| {
        map! { "namespaceSelector" => map! { "matchLabels" => map! { "kubernetes.io/metadata.name" => namespace } } }
    });
    let body = map! {
        "spec" => map! {
            "matchResources" => own,
            "paramRef" => map! {
                "name" => instance.child(&group.suffix),
                "parameterNotFoundAction" => "Allow",
            },
            "policyName" => policy,
            "validationActions" => list!["Deny"],
        },
    };
    cluster_wide("ValidatingAdmissionPolicyBinding", &name(instance, &group.suffix), instance, body)
}
