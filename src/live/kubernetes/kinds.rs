//! The kinds that a server serves.

use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::Value;

use crate::k8s::parse_api_version;

/// A kind that is served.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Kind {
    /// API group; empty for the core.
    pub group: String,
    /// API version.
    pub version: String,
    /// The kind.
    pub kind: String,
    /// Its name in paths.
    pub plural: String,
    /// Whether its objects stand in namespaces.
    pub namespaced: bool,
    /// Whether its status is written apart from the rest.
    pub has_status: bool,
    /// What can be done with it.
    pub verbs: Vec<String>,
}

impl Kind {
    /// As rights name it: `deployments.apps`.
    pub fn resource(&self) -> String {
        match self.group.is_empty() {
            true => self.plural.clone(),
            false => format!("{}.{}", self.plural, self.group),
        }
    }

    /// The value of `apiVersion`.
    pub fn api_version(&self) -> String {
        match self.group.is_empty() {
            true => self.version.clone(),
            false => format!("{}/{}", self.group, self.version),
        }
    }

    /// Whether something can be done with it.
    pub fn can(&self, verb: &str) -> bool {
        self.verbs.iter().any(|it| it == verb)
    }

    /// Path of its objects.
    pub(super) fn path(&self, namespace: Option<&str>, name: Option<&str>) -> String {
        let mut path = match self.group.is_empty() {
            true => format!("/api/{}", self.version),
            false => format!("/apis/{}/{}", self.group, self.version),
        };
        if let Some(namespace) = namespace.filter(|_| self.namespaced) {
            path.push_str("/namespaces/");
            path.push_str(&escape(namespace));
        }
        path.push('/');
        path.push_str(&self.plural);
        if let Some(name) = name {
            path.push('/');
            path.push_str(&escape(name));
        }
        path
    }
}

/// A part of a path or a query; names of RBAC objects may have colons.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// All kinds that a server serves.
#[derive(Clone, Debug, Default)]
pub struct Kinds {
    all: Vec<Kind>,
    by_name: FxHashMap<(String, String, String), usize>,
    /// Versions of groups whose server does not answer.
    stale: FxHashSet<(String, String)>,
}

impl Kinds {
    /// The kind of an object.
    pub fn find(&self, api_version: &str, kind: &str) -> Option<&Kind> {
        let (group, version) = parse_api_version(api_version);
        let key = (group.to_owned(), version.to_owned(), kind.to_owned());
        self.by_name.get(&key).map(|index| &self.all[*index])
    }

    /// The kind of a group in the version that the server prefers.
    pub fn preferred(&self, group: &str, kind: &str) -> Option<&Kind> {
        self.all.iter().find(|it| it.group == group && it.kind == kind)
    }

    /// Whether the server that serves the version of a group does not answer, so that nobody knows its kinds.
    pub fn is_stale(&self, api_version: &str) -> bool {
        let (group, version) = parse_api_version(api_version);
        self.stale.contains(&(group.to_owned(), version.to_owned()))
    }

    /// All of them, preferred versions of a group first.
    pub fn all(&self) -> &[Kind] {
        &self.all
    }

    fn add(&mut self, kind: Kind) {
        let key = (kind.group.clone(), kind.version.clone(), kind.kind.clone());
        if !self.by_name.contains_key(&key) {
            self.by_name.insert(key, self.all.len());
            self.all.push(kind);
        }
    }

    /// Takes the kinds of an `APIGroupDiscoveryList`.
    pub(super) fn add_aggregated(&mut self, list: &Value) {
        let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
        for group in items(&list["items"]) {
            let name = text(&group["metadata"]["name"]);
            for version in items(&group["versions"]) {
                if version["freshness"] == "Stale" {
                    self.stale.insert((name.clone(), text(&version["version"])));
                }
                for resource in items(&version["resources"]) {
                    let subresources = items(&resource["subresources"]);
                    self.add(Kind {
                        group: name.clone(),
                        version: text(&version["version"]),
                        kind: text(&resource["responseKind"]["kind"]),
                        plural: text(&resource["resource"]),
                        namespaced: resource["scope"] == "Namespaced",
                        has_status: subresources.iter().any(|it| it["subresource"] == "status"),
                        verbs: items(&resource["verbs"]).iter().map(text).collect(),
                    });
                }
            }
        }
    }

    /// Takes the kinds of an `APIResourceList`, which older servers have for each version of a group.
    pub(super) fn add_resources(&mut self, group: &str, version: &str, list: &Value) {
        let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
        let all = items(&list["resources"]);
        let has_status = |plural: &str| all.iter().any(|it| it["name"].as_str() == Some(&format!("{plural}/status")));
        for resource in all {
            let plural = text(&resource["name"]);
            if plural.contains('/') {
                continue;
            }
            self.add(Kind {
                group: group.to_owned(),
                version: version.to_owned(),
                kind: text(&resource["kind"]),
                namespaced: resource["namespaced"] == true,
                has_status: has_status(&plural),
                verbs: items(&resource["verbs"]).iter().map(text).collect(),
                plural,
            });
        }
    }

    pub(super) fn mark_stale(&mut self, group: &str, version: &str) {
        self.stale.insert((group.to_owned(), version.to_owned()));
    }
}

pub(super) fn items(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_forms_of_discovery_say_the_same() {
        let mut new = Kinds::default();
        new.add_aggregated(&json!({"items": [{"metadata": {"name": "apps"}, "versions": [
            {"version": "v1", "resources": [{"resource": "deployments", "responseKind": {"group": "apps", "version": "v1", "kind": "Deployment"},
              "scope": "Namespaced", "verbs": ["get", "list"], "subresources": [{"subresource": "status"}]}]},
            {"version": "v2", "freshness": "Stale"}]}]}));
        let mut old = Kinds::default();
        old.add_resources(
            "apps",
            "v1",
            &json!({"resources": [
            {"name": "deployments", "kind": "Deployment", "namespaced": true, "verbs": ["get", "list"]},
            {"name": "deployments/status", "kind": "Deployment", "namespaced": true, "verbs": ["get"]}]}),
        );
        assert_eq!(new.all(), old.all());
        let found = new.find("apps/v1", "Deployment").unwrap();
        assert_eq!(found.resource(), "deployments.apps");
        assert_eq!(found.path(Some("a"), Some("x:y")), "/apis/apps/v1/namespaces/a/deployments/x%3Ay");
        assert!(new.is_stale("apps/v2") && !new.is_stale("apps/v1"));
        assert!(new.find("v1", "Deployment").is_none());
    }
}
