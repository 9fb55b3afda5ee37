//! What keeps the StatefulSets of a cluster from shrinking before their nodes are drained.
//!
//! A change of `spec.replicas` by Argo CD, Flux, `kubectl scale` or an autoscaler deletes pods and with them the slots that these own. The API server itself
//! refuses it then, until a verified drain has said on the StatefulSet to how many pods it may go.

use crate::k8s::Resource;
use crate::topology::instance::{Group, Instance, Kind, is_on};
use crate::topology::spec::{Architecture, Layout};
use crate::topology::tree::{list, map};
use crate::yaml::Node;

/// The policies, and what binds them to each StatefulSet.
pub(super) fn objects(instance: &Instance<'_>) -> Vec<Resource> {
    let guarded = is_on(instance.spec.cluster.guard, true);
    if instance.architecture != Architecture::Cluster || !guarded {
        return Vec::new();
    }
    let groups = instance.groups();
    let of = |guard: &'static Guard| {
        let name = name(instance, "", guard);
        let bindings: Vec<Resource> = groups.iter().map(|group| binding(group, &name, instance, guard)).collect();
        [policy(&name, instance, guard)].into_iter().chain(bindings)
    };
    of(&WHOLE).chain(of(&SCALE)).collect()
}

/// One of the two ways in which a StatefulSet gets another size.
struct Guard {
    /// Behind the name of the instance.
    suffix: &'static str,
    /// What is written.
    resource: &'static str,
    /// Where the annotations of the live StatefulSet are found.
    live: &'static str,
    /// Whether what is known of it is what it is now.
    fresh: Option<&'static str>,
}

/// The StatefulSet itself is written: the older one says everything.
const WHOLE: Guard = Guard { suffix: "-scale-guard", resource: "statefulsets", live: "oldObject", fresh: None };

/// Its `scale` is written, which has neither labels nor annotations: the StatefulSet is a parameter then. The API server does not follow parameters of its own
/// kinds any more once the last policy that has such ones was deleted, until it is restarted: what it knows may be old, or nothing. What is not what it is
/// now counts as not drained, and a StatefulSet that is not known may not be written this way.
const SCALE: Guard = Guard {
    suffix: "-scale-subresource-guard",
    resource: "statefulsets/scale",
    live: "params",
    fresh: Some(
        "params.metadata.uid == oldObject.metadata.uid && params.metadata.resourceVersion == oldObject.metadata.resourceVersion",
    ),
};

/// A deletion that is none of a shard: its pods stay, as when volumes grow, or the whole namespace goes.
const KEPT: &str = "request.operation == 'DELETE' && (has(namespaceObject.metadata.deletionTimestamp) || \
                    (has(request.options) && request.options != null && has(request.options.propagationPolicy) && \
                    request.options.propagationPolicy == 'Orphan'))";

impl Guard {
    fn rules(&self, names: Option<String>, instance: &Instance<'_>) -> Node {
        list![map! {
            "apiGroups" => list!["apps"],
            "apiVersions" => list!["*"],
            "operations" => list!["UPDATE", self.keeps(instance).then_some("DELETE")],
            "resourceNames" => names.map(|name| list![name]),
            "resources" => list![self.resource],
        }]
    }

    /// Whether it keeps StatefulSets from being deleted: where each holds a shard, one that goes is a cluster that shrinks.
    fn keeps(&self, instance: &Instance<'_>) -> bool {
        let layout = instance.spec.cluster.layout.map_or(Layout::Single, |layout| layout.value);
        !self.is_parameter() && layout == Layout::PerShard
    }

    fn is_parameter(&self) -> bool {
        self.fresh.is_some()
    }
}

/// These objects are in no namespace, so that their names have to say it.
fn name(instance: &Instance<'_>, suffix: &str, guard: &Guard) -> String {
    let namespace = instance.parent.namespace();
    let before = if namespace.is_empty() { String::new() } else { format!("{namespace}-") };
    format!("{before}{}{suffix}{}", instance.name, guard.suffix)
}

fn cluster_wide(kind: &'static str, name: &str, instance: &Instance<'_>, guard: &Guard, body: Node) -> Resource {
    let kind = Kind("admissionregistration.k8s.io/v1", kind);
    let mut resource = instance.object(kind, guard.suffix, Some("node"), instance.cause, body);
    if let Some(metadata) = resource.node.lookup_mut(&["metadata"]).and_then(Node::as_map_mut) {
        metadata.remove("namespace");
        metadata.set("name", Node::string(instance.named, name));
    }
    resource.previous.clear();
    resource
}

fn policy(name: &str, instance: &Instance<'_>, guard: &Guard) -> Resource {
    let variable = |name: &str, expression: String| map! { "expression" => expression, "name" => name };
    let live = guard.live;
    let keeps = guard.keeps(instance);
    let after = "has(object.spec.replicas) ? int(object.spec.replicas) : 0";
    let body = map! {
        "spec" => map! {
            "failurePolicy" => "Fail",
            "matchConstraints" => map! { "resourceRules" => guard.rules(None, instance) },
            "paramKind" => guard.is_parameter().then(|| map! { "apiVersion" => "apps/v1", "kind" => "StatefulSet" }),
            "validations" => list![map! {
                "expression" => format!(
                    "variables.after >= variables.before || (variables.fresh && (!variables.ours || \
                     (variables.drained.matches('^[0-9]{{1,5}}$') && int(variables.drained) <= variables.after))){}",
                    if keeps { " || variables.kept" } else { "" }
                ),
                "messageExpression" => format!(
                    "'StatefulSet ' + request.name + ' of the Redis cluster {} may not go from ' + string(variables.before) + ' to ' + string(variables.after) + \
                     ' pods: their nodes are not drained. {} drains them and then sets the annotation \
                     redisops.dev/drained-to'",
                    instance.name,
                    if keeps { "`redisops apply --prune`" } else { "`redisops apply` or `redisops cluster drain`" }
                ),
                "reason" => "Forbidden",
            }],
            "variables" => list![
                variable("before", "has(oldObject.spec.replicas) ? int(oldObject.spec.replicas) : 0".to_owned()),
                variable("after", if keeps { format!("request.operation == 'DELETE' ? 0 : ({after})") } else { after.to_owned() }),
                variable("fresh", guard.fresh.unwrap_or("true").to_owned()),
                variable("ours", format!("has({live}.metadata.labels) && 'redisops.dev/cluster' in {live}.metadata.labels")),
                variable(
                    "drained",
                    format!(
                        "has({live}.metadata.annotations) && 'redisops.dev/drained-to' in {live}.metadata.annotations ? \
                         {live}.metadata.annotations['redisops.dev/drained-to'] : ''"
                    )
                ),
                keeps.then(|| variable("kept", KEPT.to_owned())),
            ],
        },
    };
    cluster_wide("ValidatingAdmissionPolicy", name, instance, guard, body)
}

fn binding(group: &Group<'_>, policy: &str, instance: &Instance<'_>, guard: &Guard) -> Resource {
    let namespace = instance.parent.namespace();
    let own =
        (!namespace.is_empty()).then(|| map! { "matchLabels" => map! { "kubernetes.io/metadata.name" => namespace } });
    let set = instance.child(&group.suffix);
    let parameter = guard.is_parameter().then(|| map! { "name" => set.clone(), "parameterNotFoundAction" => "Deny" });
    let body = map! {
        "spec" => map! {
            "matchResources" => map! { "namespaceSelector" => own, "resourceRules" => guard.rules(Some(set), instance) },
            "paramRef" => parameter,
            "policyName" => policy,
            "validationActions" => list!["Deny"],
        },
    };
    cluster_wide("ValidatingAdmissionPolicyBinding", &name(instance, &group.suffix, guard), instance, guard, body)
}
