//! Objects that another tool brings back to what it has in Git, at any time: a change of size that is under way would be undone by it.

use serde_json::Value;

use crate::k8s::ResourceRef;
use crate::live::kubernetes::Cluster;

use super::report::Failure;

/// Label of StatefulSets whose pods are nodes of a Redis Cluster.
const CLUSTER: &str = "redisops.dev/cluster";
const TRACKING: &str = "argocd.argoproj.io/tracking-id";
const FLUX: [&str; 2] = ["kustomize.toolkit.fluxcd.io/namespace", "kustomize.toolkit.fluxcd.io/name"];

/// What speaks against changing the number of pods of a Redis Cluster: Argo CD or Flux heals it, and nothing keeps them from deleting pods that own slots.
pub async fn objection(cluster: &Cluster, resource: &ResourceRef, live: &Value) -> Option<Failure> {
    let is_node_set = resource.kind == "StatefulSet" && live["metadata"]["labels"][CLUSTER].is_string();
    if !is_node_set {
        return None;
    }
    let healer = match argo_cd(cluster, live).await {
        Some(healer) => healer,
        None => flux(cluster, live).await?,
    };
    if is_guarded(cluster, resource).await {
        return None;
    }
    Some(Failure {
        code: "selfHeal".to_owned(),
        message: format!(
            "{healer} brings it back to what it has in Git, and nothing keeps it from deleting pods that own slots"
        ),
        field: Some("spec.replicas".to_owned()),
        notes: vec![
            "the guard of `kind: Redis`, a ValidatingAdmissionPolicy with its binding, is not there".to_owned(),
        ],
        help: Some(
            "apply the guard first (`spec.cluster.guard`), or turn self-healing off while the size changes".to_owned(),
        ),
        ..Failure::default()
    })
}

/// The application that tracks an object and heals it.
async fn argo_cd(cluster: &Cluster, live: &Value) -> Option<String> {
    let tracked = live["metadata"]["annotations"][TRACKING].as_str()?;
    // `application:group/kind:namespace/name`; applications of other namespaces are written `namespace_application`.
    let application = tracked.split(':').next()?;
    let (namespace, name) = application.split_once('_').map_or((None, application), |(a, b)| (Some(a), b));
    let kind = cluster.kinds().preferred("argoproj.io", "Application")?;
    let all = cluster.list(kind, namespace, None).await.ok()?.items;
    let heals =
        |it: &&Value| it["metadata"]["name"] == name && it["spec"]["syncPolicy"]["automated"]["selfHeal"] == true;
    all.iter().find(heals).map(|_| format!("Argo CD (application {application})"))
}

/// The kustomization of Flux that has applied an object. It heals unless it is suspended.
async fn flux(cluster: &Cluster, live: &Value) -> Option<String> {
    let [namespace, name] = FLUX.map(|label| live["metadata"]["labels"][label].as_str());
    let (namespace, name) = (namespace?, name?);
    let kind = cluster.kinds().preferred("kustomize.toolkit.fluxcd.io", "Kustomization")?;
    let found = cluster.get(kind, Some(namespace), name).await.ok()??;
    (found["spec"]["suspend"] != true).then(|| format!("Flux (kustomization {namespace}/{name})"))
}

/// Whether the API server refuses to make the set smaller before it is drained.
async fn is_guarded(cluster: &Cluster, resource: &ResourceRef) -> bool {
    let kind = cluster.kinds().preferred("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding");
    let Some(kind) = kind else { return false };
    let Ok(bindings) = cluster.list(kind, None, None).await else { return false };
    bindings.items.iter().any(|binding| guards(&binding["spec"], resource))
}

/// Whether a binding keeps what writes a StatefulSet itself; that its policy is a guard is told by its name.
fn guards(spec: &Value, resource: &ResourceRef) -> bool {
    let is_guard = spec["policyName"].as_str().is_some_and(|name| name.ends_with("-scale-guard"));
    let scope = &spec["matchResources"];
    let home = scope["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"].as_str();
    let is_here = home.is_none_or(|namespace| Some(namespace) == resource.namespace.as_deref());
    let has = |list: &Value, text: &str| list.as_array().is_some_and(|list| list.iter().any(|one| one == text));
    let rules = scope["resourceRules"].as_array();
    let is_named = rules.is_some_and(|rules| {
        rules.iter().any(|rule| has(&rule["resources"], "statefulsets") && has(&rule["resourceNames"], &resource.name))
    });
    // Guards that earlier versions have made.
    let was_named = spec["paramRef"]["name"] == resource.name.as_str();
    is_guard && is_here && (is_named || was_named)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_guard_is_for_one_set_of_one_namespace() {
        let of = |namespace: &str, name: &str| ResourceRef {
            api_version: "apps/v1".into(),
            kind: "StatefulSet".into(),
            namespace: Some(namespace.into()),
            name: name.into(),
        };
        let spec = json!({"policyName": "shop-cache-scale-guard", "matchResources": {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "shop"}},
            "resourceRules": [{"resources": ["statefulsets"], "resourceNames": ["cache-node"]}]}});
        assert!(guards(&spec, &of("shop", "cache-node")));
        assert!(!guards(&spec, &of("other", "cache-node")) && !guards(&spec, &of("shop", "session-node")));
        let mut foreign = spec;
        foreign["policyName"] = json!("images-are-signed");
        assert!(!guards(&foreign, &of("shop", "cache-node")));
    }
}
