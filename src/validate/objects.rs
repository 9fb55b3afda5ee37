//! The objects of a build as rules see them: by kind, namespace and name, with the places of their fields.

use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;

use crate::diagnostics::{Label, Sources};
use crate::k8s::openapi::OpenApi;
use crate::k8s::{Resource, ScopeLookup, parse_api_version};
use crate::provenance::{Segment, keyed_path};
use crate::yaml::Trace;

use super::rules::facts::Facts;
use super::{Field, Repository, Step};

/// What objects are checked for.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Name of the environment, where one was named.
    pub environment: Option<String>,
    /// Its namespace, for objects that have none.
    pub namespace: Option<String>,
    /// Minor version of Kubernetes: 36 is 1.36.
    pub kube_minor: u16,
    /// Version of Redis, where it is known.
    pub redis_version: Option<String>,
    /// Whether what cannot be checked is an error.
    pub strict: bool,
    /// The repository that the objects come from, where there is one.
    pub repository: Option<Arc<dyn Repository>>,
}

/// The objects of a build.
pub struct Objects<'a> {
    list: &'a [Resource],
    trace: &'a Trace,
    sources: &'a Sources,
    settings: &'a Settings,
    /// Whether objects of an API version and a kind have no namespace.
    cluster_scoped: FxHashMap<(&'a str, &'a str), bool>,
    by_kind: FxHashMap<&'a str, Vec<&'a Resource>>,
    by_name: FxHashMap<(&'a str, &'a str), Vec<&'a Resource>>,
    facts: OnceLock<Box<Facts<'a>>>,
}

impl<'a> Objects<'a> {
    /// Of a build.
    pub fn new(
        list: &'a [Resource],
        scopes: &dyn ScopeLookup,
        trace: &'a Trace,
        sources: &'a Sources,
        settings: &'a Settings,
    ) -> Objects<'a> {
        let mut by_kind: FxHashMap<&str, Vec<&Resource>> = FxHashMap::default();
        let mut by_name: FxHashMap<(&str, &str), Vec<&Resource>> = FxHashMap::default();
        let mut cluster_scoped = FxHashMap::default();
        for resource in list {
            let (api_version, kind) = (resource.api_version(), resource.kind());
            let ask = || scopes.is_cluster_scoped(api_version, kind);
            cluster_scoped.entry((api_version, kind)).or_insert_with(ask);
            by_kind.entry(resource.kind()).or_default().push(resource);
            by_name.entry((resource.kind(), resource.name())).or_default().push(resource);
        }
        Objects { list, trace, sources, settings, cluster_scoped, by_kind, by_name, facts: OnceLock::new() }
    }

    /// All objects in order.
    pub fn iter(&self) -> std::slice::Iter<'a, Resource> {
        self.list.iter()
    }

    /// All objects of a kind, of any group, in order.
    pub fn of_kind(&self, kind: &str) -> &[&'a Resource] {
        self.by_kind.get(kind).map_or(&[], Vec::as_slice)
    }

    /// The first object of a kind and name, of any group and namespace.
    pub fn first_named(&self, kind: &str, name: &str) -> Option<&'a Resource> {
        self.by_name.get(&(kind, name))?.first().copied()
    }

    /// All objects of a group and kind, in order.
    pub fn of_group_kind<'s>(&'s self, group: &'s str, kind: &str) -> impl Iterator<Item = &'a Resource> + use<'a, 's> {
        self.of_kind(kind).iter().copied().filter(move |it| parse_api_version(it.api_version()).0 == group)
    }

    /// The object of a kind and name in the namespace of another object.
    pub fn find_beside(&self, group: &str, kind: &str, name: &str, beside: &Resource) -> Option<&'a Resource> {
        self.find(group, kind, self.namespace(beside), name)
    }

    /// The object of a kind, namespace (see [`Objects::namespace`]; not looked at for cluster-scoped kinds) and name.
    pub fn find(&self, group: &str, kind: &str, namespace: &str, name: &str) -> Option<&'a Resource> {
        let candidates = self.by_name.get(&(kind, name))?;
        let fits = |it: &&&'a Resource| {
            let cluster_scoped = self.cluster_scoped.get(&(it.api_version(), it.kind())) == Some(&true);
            parse_api_version(it.api_version()).0 == group && (cluster_scoped || self.namespace(it) == namespace)
        };
        candidates.iter().find(fits).copied()
    }

    /// The namespace that an object goes to: its own, or that of the environment; nothing where neither is known.
    pub fn namespace<'s>(&'s self, resource: &'s Resource) -> &'s str {
        match resource.namespace() {
            "" => self.settings.namespace.as_deref().unwrap_or(""),
            own => own,
        }
    }

    /// A field of an object, by keys below each other.
    pub fn field(&self, resource: &'a Resource, keys: &[&str]) -> Field<'a> {
        Field::of(resource).path(keys)
    }

    /// Places of a field; see [`Field::places`].
    pub fn places(&self, field: &Field<'_>) -> Vec<Label> {
        field.places(self.trace)
    }

    /// Places of the key of a field; see [`Field::key_places`].
    pub fn key_places(&self, field: &Field<'_>) -> Vec<Label> {
        field.key_places(self.trace)
    }

    /// The path of a field, as reports write it.
    pub fn path(&self, field: &Field<'_>) -> String {
        let steps = field.steps().into_iter().map(|step| match step {
            Step::Key(key) => Segment::Key(key.to_string()),
            Step::Index(index) => Segment::Index(index),
        });
        keyed_path(&field.resource().node, steps, &OpenApi::default()).to_string()
    }

    /// What objects are checked for.
    pub fn settings(&self) -> &'a Settings {
        self.settings
    }

    /// Pods, servers of Redis and their configuration, computed when the first rule asks.
    pub fn facts(&self) -> &Facts<'a> {
        self.facts.get_or_init(|| Box::new(Facts::of(self)))
    }

    /// The texts behind the places.
    pub fn sources(&self) -> &'a Sources {
        self.sources
    }

    /// The writes of the build.
    pub fn trace(&self) -> &'a Trace {
        self.trace
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::{Severity, SourceKind};
    use crate::validate::{Finding, Report, TargetReport};
    use crate::yaml::parse_documents;

    const TEXT: &str = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata:\n  name: cache\n  labels: {a.b/c: x}\nspec:\n  replicas: 3\n  template:\n    spec:\n      containers:\n      - name: redis\n        image: redis:7\n";

    #[test]
    fn fields_have_paths_and_places_there_or_not() {
        let (sources, trace, settings) = (Sources::new(), Trace::new(), Settings::default());
        let source = sources.add("a.yaml", TEXT.to_owned(), SourceKind::Resource).unwrap();
        let list: Vec<Resource> = parse_documents(&source).unwrap().into_iter().map(Resource::new).collect();
        let scopes = std::cell::RefCell::new(OpenApi::default());
        let objects = Objects::new(&list, &scopes, &trace, &sources, &settings);
        let set = objects.find("apps", "StatefulSet", "", "cache").unwrap();
        let pod = objects.field(set, &["spec", "template", "spec"]);
        let place = |field: &Field<'_>| {
            let label = objects.places(field).into_iter().next().unwrap();
            let at = sources.location(label.pos).unwrap();
            format!("{}:{}:{}", field.path_text(), at.line, at.column)
        };
        let container = pod.get("containers").items().next().unwrap();
        assert_eq!(place(&container.get("image")), "spec.template.spec.containers[0].image:12:16");
        assert_eq!(
            place(&container.get("resources").get("limits")),
            "spec.template.spec.containers[0].resources.limits:11:9"
        );
        assert_eq!(place(&pod.get("affinity")), "spec.template.spec.affinity:9:5");
        assert_eq!(place(&Field::of(set).get("status")), "status:2:1");
        assert_eq!(place(&objects.field(set, &["metadata", "labels", "a.b/c"])), "metadata.labels[\"a.b/c\"]:5:19");
        assert_eq!(objects.field(set, &["spec", "replicas"]).int(), Some(3));

        let finding = Finding::new("test/rule", Severity::Error, "too many")
            .at_key(&objects, &pod.get("containers"))
            .help("fewer");
        let report =
            Report { targets: vec![TargetReport { name: "x".to_owned(), resources: 1, findings: vec![finding] }] };
        let document = serde_json::to_value(report.document(&sources, &|path| format!("root/{path}"))).unwrap();
        assert_eq!(
            document,
            serde_json::json!({
                "findings": [{
                    "rule": "test/rule", "severity": "error", "message": "too many", "help": "fewer",
                    "resource": {"apiVersion": "apps/v1", "kind": "StatefulSet", "namespace": null, "name": "cache"},
                    "path": "spec.template.spec.containers", "file": "root/a.yaml", "line": 10, "column": 7,
                    "target": "x", "notes": [], "related": [],
                }],
                "summary": {"targets": 1, "resources": 1, "errors": 1, "warnings": 0},
            })
        );
    }
}
