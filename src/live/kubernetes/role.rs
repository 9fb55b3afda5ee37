//! The rights that a request was refused for, as the objects that would give them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::drift::CompareError;

use super::ServerError;
use super::error::Subject;

/// The resource behind `kubectl port-forward`.
pub(super) const PORT_FORWARD: &str = "pods/portforward";

/// Roles in YAML that would allow what was refused: one for each namespace, one for the cluster. Nothing when nothing was refused for a missing right.
pub fn role_for<'e>(refused: impl IntoIterator<Item = &'e ServerError>) -> Option<String> {
    let mut wanted: BTreeMap<Option<&str>, BTreeMap<&str, BTreeSet<&str>>> = BTreeMap::new();
    for error in refused.into_iter().filter(|it| it.is_forbidden() && !it.resource.is_empty()) {
        let verbs = wanted.entry(error.namespace.as_deref()).or_default().entry(&error.resource).or_default();
        verbs.insert(error.verb);
        // Whoever may get one by one is faster with a list; a dry run needs to see what is there.
        match error.verb {
            "get" | "list" | "patch" => verbs.extend(["get", "list"]),
            // Servers before 1.35 ask for the one verb, later ones for both.
            "create" if error.resource == PORT_FORWARD => verbs.extend(["get", "create"]),
            _ => {}
        }
    }
    let roles: Vec<String> = wanted.iter().map(|(namespace, rules)| role(*namespace, rules)).collect();
    (!roles.is_empty()).then(|| roles.join("---\n"))
}

/// The same for what could not be compared, each with its namespace.
pub fn role_of_compared(refused: &[(String, CompareError)]) -> Option<String> {
    let verb = |text: &str| ["get", "list", "create", "patch"].into_iter().find(|it| *it == text);
    let as_server = |(namespace, error): &(String, CompareError)| {
        let resource = error.resource.clone().filter(|_| error.code == "forbidden")?;
        let namespace = Some(namespace.clone()).filter(|it| !it.is_empty());
        Some(Subject { verb: verb(error.verb.as_deref()?)?, resource, namespace }.refused(403, b""))
    };
    let all: Vec<ServerError> = refused.iter().filter_map(as_server).collect();
    role_for(&all)
}

fn role(namespace: Option<&str>, rules: &BTreeMap<&str, BTreeSet<&str>>) -> String {
    let mut out = String::from("apiVersion: rbac.authorization.k8s.io/v1\n");
    match namespace {
        Some(namespace) => {
            let _ = write!(out, "kind: Role\nmetadata:\n  name: redisops\n  namespace: {namespace}\n");
        }
        None => out.push_str("kind: ClusterRole\nmetadata:\n  name: redisops\n"),
    }
    out.push_str("rules:\n");
    // Resources with the same rights share a rule.
    let mut by_rights: BTreeMap<(&str, &BTreeSet<&str>), Vec<&str>> = BTreeMap::new();
    for (resource, verbs) in rules {
        let (plural, group) = resource.split_once('.').unwrap_or((resource, ""));
        by_rights.entry((group, verbs)).or_default().push(plural);
    }
    for ((group, verbs), plurals) in by_rights {
        let group = if group.is_empty() { "\"\"" } else { group };
        let verbs: Vec<&str> = verbs.iter().copied().collect();
        let _ = writeln!(out, "- apiGroups: [{group}]");
        let _ = writeln!(out, "  resources: [{}]", plurals.join(", "));
        let _ = writeln!(out, "  verbs: [{}]", verbs.join(", "));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(verb: &'static str, resource: &str, namespace: Option<&str>) -> ServerError {
        Subject { verb, resource: resource.into(), namespace: namespace.map(str::to_owned) }.refused(403, b"")
    }

    #[test]
    fn a_role_gives_what_was_refused() {
        let all = [
            refused("get", "secrets", Some("prod")),
            refused("list", "configmaps", Some("prod")),
            refused("patch", "deployments.apps", Some("prod")),
            refused("list", "namespaces", None),
        ];
        insta::assert_snapshot!(role_for(&all).unwrap(), @r#"
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRole
        metadata:
          name: redisops
        rules:
        - apiGroups: [""]
          resources: [namespaces]
          verbs: [get, list]
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: Role
        metadata:
          name: redisops
          namespace: prod
        rules:
        - apiGroups: [""]
          resources: [configmaps, secrets]
          verbs: [get, list]
        - apiGroups: [apps]
          resources: [deployments]
          verbs: [get, list, patch]
        "#);
        assert_eq!(role_for(&[]), None);
    }
}
