//! Which schemas are in force: the built-in ones, those of a kustomization, or both.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU8, Ordering};

use super::custom::CustomSchema;
use super::schema::SchemaRef;
use super::{table, tables};
use crate::k8s::ScopeLookup;

/// A schema was looked up while no description was chosen.
const SCHEMAS_USED: u8 = 1;
/// The scope of a kind that is not built in was looked up while no description was chosen.
const SCOPES_USED: u8 = 2;

/// Why the `openapi` field of a kustomization cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenApiError {
    /// `version` names another version than the built-in one.
    #[error("OpenAPI version `{0}` is not built in; `{version}` is", version = table::VERSION)]
    UnknownVersion(String),
    /// `version` and `path` stand side by side.
    #[error("`openapi` has both a `version` and a `path`")]
    VersionAndPath,
}

/// The schemas of one build, which all its kustomizations share.
///
/// The first kustomization that chooses a description (the root, then the order of the walk) chooses for the rest
/// of the build. A description of its own replaces the built-in schemas, unless those were in use already: then
/// both are in force, and which one wins depends on the use.
#[derive(Debug, Default)]
pub struct OpenApi {
    custom: Option<CustomSchema>,
    builtin: Builtin,
    chosen: bool,
    used: AtomicU8,
}

/// What the built-in schemas are worth beside a description of the kustomization.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Builtin {
    /// They are asked first.
    #[default]
    First,
    /// They are asked where the other has no answer.
    Second,
    /// They are not asked.
    Unused,
}

impl OpenApi {
    /// Applies the `openapi` field of a kustomization, in the order in which kustomizations are entered.
    /// `version` is `Some` if the field has that key, `custom` if it has a `path`.
    ///
    /// # Errors
    /// If both are given or the version is not built in; a later kustomization is not looked at once one has chosen.
    pub fn choose(&mut self, version: Option<&str>, custom: Option<CustomSchema>) -> Result<(), OpenApiError> {
        if self.chosen {
            return Ok(());
        }
        match (version, custom) {
            (Some(_), Some(_)) => return Err(OpenApiError::VersionAndPath),
            (None | Some(""), None) => {}
            (Some(version), None) if version == table::VERSION => self.chosen = true,
            (Some(version), None) => return Err(OpenApiError::UnknownVersion(version.to_owned())),
            (None, Some(custom)) => {
                let used = *self.used.get_mut();
                self.builtin = if used & SCHEMAS_USED != 0 {
                    Builtin::Second
                } else if used & SCOPES_USED != 0 {
                    Builtin::First
                } else {
                    Builtin::Unused
                };
                self.custom = Some(custom);
                self.chosen = true;
            }
        }
        Ok(())
    }

    /// Whether a kustomization has chosen, so that the `openapi` field of the next ones has no effect.
    pub fn is_chosen(&self) -> bool {
        self.chosen
    }

    /// The schema of a kind.
    pub fn schema_for(&self, api_version: &str, kind: &str) -> Option<SchemaRef<'_>> {
        self.note(SCHEMAS_USED);
        if let Some(node) = tables::kustomization_root(api_version, kind) {
            return Some(SchemaRef::builtin(node));
        }
        let custom = || self.custom.as_ref()?.root(api_version, kind).map(|schema| SchemaRef::json(self, schema));
        self.in_order(|| tables::root(api_version, kind).map(SchemaRef::builtin), custom)
    }

    /// Whether objects of a kind live in a namespace; `None` if unknown.
    ///
    /// The built-in answers stand whatever the kustomization brings.
    pub fn is_namespace_scoped(&self, api_version: &str, kind: &str) -> Option<bool> {
        tables::namespaced(api_version, kind).or_else(|| {
            self.note(SCOPES_USED);
            self.custom.as_ref()?.namespaced(api_version, kind)
        })
    }

    /// Whether a kind is known to live outside of namespaces.
    pub fn is_cluster_scoped(&self, api_version: &str, kind: &str) -> bool {
        self.is_namespace_scoped(api_version, kind) == Some(false)
    }

    /// The schema that a reference (`#/definitions/<name>`) means. What stands before `#` does not count.
    pub(super) fn resolve(&self, reference: &str) -> Option<SchemaRef<'_>> {
        let pointer = reference.split_once('#').map_or("", |(_, fragment)| fragment);
        let path = match pointer.strip_prefix("/definitions/") {
            Some(path) => path,
            // The whole description is a schema, too; it says nothing about fields.
            None if pointer.is_empty() => return Some(SchemaRef::builtin(tables::BLANK)),
            None => return None,
        };
        let (name, rest) = match path.find('/') {
            Some(slash) => path.split_at(slash),
            None => (path, ""),
        };
        let name = name.replace("~1", "/").replace("~0", "~");
        if let Some(node) = tables::kustomization_definition(&name) {
            return rest.is_empty().then(|| SchemaRef::builtin(node));
        }
        let builtin = || tables::definition(&name).filter(|_| rest.is_empty()).map(SchemaRef::builtin);
        let custom = || {
            let schema = self.custom.as_ref()?.definition(&name)?.pointer(rest)?;
            (schema.is_object() || schema.is_null()).then(|| SchemaRef::json(self, schema))
        };
        self.in_order(builtin, custom)
    }

    fn in_order<T>(&self, builtin: impl FnOnce() -> Option<T>, custom: impl FnOnce() -> Option<T>) -> Option<T> {
        match self.builtin {
            Builtin::First => builtin().or_else(custom),
            Builtin::Second => custom().or_else(builtin),
            Builtin::Unused => custom(),
        }
    }

    fn note(&self, what: u8) {
        if !self.chosen && self.used.load(Ordering::Relaxed) & what == 0 {
            self.used.fetch_or(what, Ordering::Relaxed);
        }
    }
}

impl ScopeLookup for RefCell<OpenApi> {
    fn is_cluster_scoped(&self, api_version: &str, kind: &str) -> bool {
        self.borrow().is_cluster_scoped(api_version, kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Describes a kind of its own and a Deployment without merge keys.
    fn custom() -> CustomSchema {
        let kind = |group: &str, kind: &str| json!([{"group": group, "version": "v1", "kind": kind}]);
        CustomSchema::from_value(json!({
            "definitions": {
                "example.Cache": {
                    "x-kubernetes-group-version-kind": kind("example.com", "Cache"),
                    "type": "object",
                    "properties": {
                        "shards": {"type": "array", "items": {"$ref": "#/definitions/example.Shard"},
                            "x-kubernetes-patch-strategy": "merge", "x-kubernetes-patch-merge-key": "id"},
                        "pairs": {"type": ["array"], "items": {"type": "object"},
                            "x-kubernetes-patch-strategy": "merge", "x-kubernetes-patch-merge-key": "ignored",
                            "x-kubernetes-list-map-keys": ["a", "b"]},
                        "keyed": {"type": "array", "x-kubernetes-patch-merge-key": "name"},
                        "loose": {"items": {"type": "string"}},
                        "template": {"$ref": "#/definitions/io.k8s.api.core.v1.PodTemplateSpec"},
                        "circle": {"$ref": "#/definitions/example.Circle"},
                        "part": {"$ref": "#/definitions/example.Cache/properties/pairs"},
                        "zones": {"additionalProperties": {"$ref": "#/definitions/example.Shard"}},
                    },
                },
                "example.Circle": {"$ref": "#/definitions/example.Circle"},
                "example.Shard": {"properties": {"replicas": {"type": "integer"}}},
                "example.Deployment": {"x-kubernetes-group-version-kind": kind("apps", "Deployment")},
            },
            "paths": {"/apis/example.com/v1/caches": {"get": {
                "x-kubernetes-group-version-kind": {"group": "example.com", "version": "v1", "kind": "Cache"}}}},
        }))
        .unwrap()
    }

    fn with_custom(use_before: impl FnOnce(&OpenApi)) -> OpenApi {
        let mut openapi = OpenApi::default();
        use_before(&openapi);
        openapi.choose(None, Some(custom())).unwrap();
        openapi
    }

    fn cache_field<'a>(openapi: &'a OpenApi, name: &str) -> Option<SchemaRef<'a>> {
        openapi.schema_for("example.com/v1", "Cache")?.field(name)
    }

    fn merges_containers(openapi: &OpenApi) -> bool {
        let path = ["spec", "template", "spec", "containers"];
        let schema = openapi.schema_for("apps/v1", "Deployment");
        let containers = path.iter().try_fold(schema, |schema, name| Some(schema?.field(name)));
        containers.flatten().is_some_and(|containers| containers.is_associative())
    }

    #[test]
    fn a_description_answers_like_the_table() {
        let openapi = with_custom(|_| {});
        let shards = cache_field(&openapi, "shards").unwrap();
        let (strategy, keys) = shards.patch_strategy_and_keys();
        assert_eq!((strategy, keys.iter().collect::<Vec<_>>()), (Some("merge"), vec!["id"]));
        assert!(shards.elements().unwrap().field("replicas").is_some());
        let pairs = cache_field(&openapi, "pairs").unwrap().patch_strategy_and_keys().1;
        assert_eq!(pairs.iter().collect::<Vec<_>>(), ["a", "b"]);
        assert!(!pairs.is_empty());
        assert!(!cache_field(&openapi, "keyed").unwrap().is_associative());
        assert!(cache_field(&openapi, "loose").unwrap().elements().is_none());
        assert!(cache_field(&openapi, "zones").unwrap().field("any").unwrap().field("replicas").is_some());
        assert!(cache_field(&openapi, "part").unwrap().is_associative());
        assert!(cache_field(&openapi, "circle").is_none());
        assert!(cache_field(&openapi, "nonsense").is_none());
    }

    #[test]
    fn a_description_replaces_the_built_in_schemas() {
        let openapi = with_custom(|openapi| {
            openapi.is_namespace_scoped("apps/v1", "Deployment");
        });
        assert!(openapi.schema_for("apps/v1", "StatefulSet").is_none());
        assert!(cache_field(&openapi, "template").is_none());
        assert!(!merges_containers(&openapi));
        assert!(openapi.schema_for("kustomize.config.k8s.io/v1beta1", "Kustomization").is_some());
    }

    #[test]
    fn a_description_covers_the_built_in_schemas_once_these_were_used() {
        let openapi = with_custom(|openapi| {
            openapi.schema_for("v1", "Service");
        });
        assert!(openapi.schema_for("apps/v1", "StatefulSet").is_some());
        assert!(cache_field(&openapi, "template").unwrap().field("spec").unwrap().field("containers").is_some());
        assert!(!merges_containers(&openapi));
    }

    #[test]
    fn the_built_in_schemas_cover_a_description_once_scopes_were_asked() {
        let openapi = with_custom(|openapi| {
            openapi.is_namespace_scoped("example.com/v1", "Cache");
        });
        assert!(merges_containers(&openapi));
        assert!(cache_field(&openapi, "shards").is_some());
    }

    #[test]
    fn the_first_choice_stands() {
        let mut openapi = OpenApi::default();
        openapi.choose(None, None).unwrap();
        openapi.choose(Some(""), None).unwrap();
        assert!(!openapi.is_chosen());
        openapi.choose(Some("v1.21.2"), None).unwrap();
        assert!(openapi.is_chosen());
        openapi.choose(None, Some(custom())).unwrap();
        assert!(openapi.schema_for("example.com/v1", "Cache").is_none());
        assert_eq!(openapi.choose(Some("v1.0.0"), Some(custom())), Ok(()));
    }

    #[test]
    fn a_choice_that_cannot_be_followed_is_an_error() {
        let mut openapi = OpenApi::default();
        assert_eq!(openapi.choose(Some("v1.21.2"), Some(custom())), Err(OpenApiError::VersionAndPath));
        assert_eq!(openapi.choose(Some("v1.20.4"), None), Err(OpenApiError::UnknownVersion("v1.20.4".into())));
    }

    #[test]
    fn scopes_of_built_in_kinds() {
        let openapi = OpenApi::default();
        for (api_version, kind, expected) in [
            ("v1", "Namespace", Some(false)),
            ("v1", "PersistentVolume", Some(false)),
            ("v1", "ConfigMap", Some(true)),
            ("apps/v1", "StatefulSet", Some(true)),
            ("rbac.authorization.k8s.io/v1", "ClusterRole", Some(false)),
            ("rbac.authorization.k8s.io/v1", "Role", Some(true)),
            // Newer than the description, but in the list of known scopes.
            ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy", Some(false)),
            ("policy/v1beta1", "PodSecurityPolicy", Some(false)),
            ("redisops.dev/v1alpha1", "Redis", None),
            ("v2", "Namespace", None),
            ("v1", "DeleteOptions", None),
            ("v1", "", None),
        ] {
            assert_eq!(openapi.is_namespace_scoped(api_version, kind), expected, "{api_version} {kind}");
        }
        assert!(openapi.is_cluster_scoped("v1", "Node"));
        assert!(!openapi.is_cluster_scoped("example.com/v1", "Unknown"));
    }

    #[test]
    fn paths_of_a_description_add_scopes() {
        let openapi = with_custom(|_| {});
        assert_eq!(openapi.is_namespace_scoped("example.com/v1", "Cache"), Some(false));
        assert_eq!(openapi.is_namespace_scoped("v1", "Namespace"), Some(false));
    }
}
