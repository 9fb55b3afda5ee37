//! The rights that a request was refused for, as the objects that would give them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::ServerError;

/// Roles in YAML that would allow what was refused: one for each namespace, one for the cluster. Nothing when nothing was refused for a missing right.
pub fn role_for<'e>(refused: impl IntoIterator<Item = &'e ServerError>) -> Option<String> {
    let mut wanted: BTreeMap<Option<&str>, BTreeMap<&str, BTreeSet<&str>>> = BTreeMap::new();
    for error in refused.into_iter().filter(|it| it.is_forbidden() && !it.resource.is_empty()) {
        let verbs = wanted.entry(error.namespace.as_deref()).or_default().entry(&error.resource).or_default();
        verbs.insert(error.verb);
        // Whoever may get one by one is faster with a list; a dry run needs to see what is there.
        if ["get", "list", "patch"].contains(&error.verb) {
            verbs.extend(["get", "list"]);
        }
    }
    let roles: Vec<String> = wanted.iter().map(|(namespace, rules)| role(*namespace, rules)).collect();
    (!roles.is_empty()).then(|| roles.join("---\n"))
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
    use crate::live::kubernetes::error::Subject;

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
