//! A schema, wherever it comes from, and the questions that a merge asks of it.

use serde_json::Value;

use super::source::OpenApi;
use super::tables;

const PATCH_STRATEGY: &str = "x-kubernetes-patch-strategy";
const MERGE_KEY: &str = "x-kubernetes-patch-merge-key";
const MERGE_KEYS: &str = "x-kubernetes-list-map-keys";

/// References followed in a row before a chain counts as a cycle.
const LONGEST_REFERENCE_CHAIN: usize = 64;

/// The schema of an object, a list or a field.
///
/// A schema that says nothing about a field differs from no schema: where no schema is known, an object with
/// `apiVersion` and `kind` of its own gets the schema of that kind; under a known schema it does not.
#[derive(Clone, Copy, Debug)]
pub struct SchemaRef<'a>(Inner<'a>);

#[derive(Clone, Copy, Debug)]
enum Inner<'a> {
    /// Node of the built-in table.
    Builtin(u16),
    /// JSON schema, whose references are looked up in `openapi`.
    Json { openapi: &'a OpenApi, schema: &'a Value },
}

impl<'a> SchemaRef<'a> {
    pub(super) fn builtin(node: u16) -> Self {
        Self(Inner::Builtin(node))
    }

    pub(super) fn json(openapi: &'a OpenApi, schema: &'a Value) -> Self {
        Self(Inner::Json { openapi, schema })
    }

    /// The schema that a comment gave ([`comment_schema`](super::comment_schema)). One reference is followed; one
    /// that leads nowhere leaves a schema that says nothing.
    pub fn from_comment(openapi: &'a OpenApi, schema: &'a Value) -> Self {
        reference(schema).and_then(|target| openapi.resolve(target)).unwrap_or_else(|| Self::json(openapi, schema))
    }

    /// The schema of a field; in a map with free keys, that of its values.
    pub fn field(&self, name: &str) -> Option<Self> {
        match self.0 {
            Inner::Builtin(node) => tables::field(node, name).map(Self::builtin),
            Inner::Json { openapi, schema } => {
                let field = schema.get("properties").and_then(|properties| properties.get(name));
                let values = || schema.get("additionalProperties").filter(|values| values.is_object());
                Self::json(openapi, field.or_else(values)?).follow()
            }
        }
    }

    /// The schema of the items, if this is the schema of a list.
    pub fn elements(&self) -> Option<Self> {
        match self.0 {
            Inner::Builtin(node) => tables::items(node).map(Self::builtin),
            Inner::Json { openapi, schema } => {
                let is_list = match schema.get("type") {
                    Some(Value::String(name)) => name == "array",
                    Some(Value::Array(names)) => matches!(names.as_slice(), [Value::String(name)] if name == "array"),
                    _ => false,
                };
                let items = schema.get("items").filter(|items| is_list && items.is_object())?;
                Self::json(openapi, items).follow()
            }
        }
    }

    /// The merge strategy (a comma-separated list of words) and the merge keys, which count beside one only.
    pub fn patch_strategy_and_keys(&self) -> (Option<&'a str>, MergeKeys<'a>) {
        match self.0 {
            Inner::Builtin(node) => {
                let patch = tables::patch(node);
                (patch.strategy, MergeKeys(Keys::Static(patch.keys)))
            }
            Inner::Json { schema, .. } => {
                let Some(strategy) = schema.get(PATCH_STRATEGY).and_then(Value::as_str) else {
                    return (None, MergeKeys(Keys::Static(&[])));
                };
                let keys = match (schema.get(MERGE_KEYS), schema.get(MERGE_KEY)) {
                    (Some(Value::Array(keys)), _) => Keys::Json(keys),
                    (None, Some(key @ Value::String(_))) => Keys::Json(std::slice::from_ref(key)),
                    _ => Keys::Static(&[]),
                };
                (Some(strategy), MergeKeys(keys))
            }
        }
    }

    /// Whether a list of this schema merges item by item; any other list is replaced whole.
    pub fn is_associative(&self) -> bool {
        let (strategy, _) = self.patch_strategy_and_keys();
        strategy.is_some_and(|strategy| strategy.split(',').any(|word| word == "merge"))
    }

    /// Follows references to the schema that is meant; `None` if they lead nowhere or in a circle.
    fn follow(self) -> Option<Self> {
        let mut schema = self;
        for _ in 0..LONGEST_REFERENCE_CHAIN {
            let Inner::Json { openapi, schema: value } = schema.0 else { return Some(schema) };
            let Some(target) = reference(value) else { return Some(schema) };
            schema = openapi.resolve(target)?;
        }
        None
    }
}

fn reference(schema: &Value) -> Option<&str> {
    schema.get("$ref").and_then(Value::as_str).filter(|target| !target.is_empty())
}

/// The names of the fields that identify an item of a list, most significant first; none for a list of scalars.
#[derive(Clone, Copy, Debug)]
pub struct MergeKeys<'a>(Keys<'a>);

#[derive(Clone, Copy, Debug)]
enum Keys<'a> {
    Static(&'static [&'static str]),
    Json(&'a [Value]),
}

impl<'a> MergeKeys<'a> {
    /// How many keys there are.
    pub fn len(&self) -> usize {
        match self.0 {
            Keys::Static(keys) => keys.len(),
            Keys::Json(keys) => keys.len(),
        }
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The keys in order.
    pub fn iter(self) -> impl ExactSizeIterator<Item = &'a str> + Clone {
        (0..self.len()).map(move |index| match self.0 {
            Keys::Static(keys) => keys[index],
            Keys::Json(keys) => keys[index].as_str().unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Walks from a kind: `[]` asks for the items of a list.
    fn walk<'a>(openapi: &'a OpenApi, api_version: &str, kind: &str, path: &str) -> Option<SchemaRef<'a>> {
        path.split('.').filter(|step| !step.is_empty()).try_fold(openapi.schema_for(api_version, kind)?, |at, step| {
            if step == "[]" { at.elements() } else { at.field(step) }
        })
    }

    fn keys(api_version: &str, kind: &str, path: &str) -> Vec<String> {
        let openapi = OpenApi::default();
        let schema = walk(&openapi, api_version, kind, path).expect("the path is in the table");
        assert!(schema.is_associative(), "{kind} {path} is replaced");
        schema.patch_strategy_and_keys().1.iter().map(str::to_owned).collect()
    }

    fn strategy(api_version: &str, kind: &str, path: &str) -> Option<String> {
        let openapi = OpenApi::default();
        let schema = walk(&openapi, api_version, kind, path).expect("the path is in the table");
        schema.patch_strategy_and_keys().0.map(str::to_owned)
    }

    #[test]
    fn pod_lists_merge_by_their_keys() {
        let pod = "spec.template.spec";
        for (path, expected) in [
            ("containers", &["name"][..]),
            ("initContainers", &["name"]),
            ("ephemeralContainers", &["name"]),
            ("containers.[].ports", &["containerPort", "protocol"]),
            ("containers.[].env", &["name"]),
            ("containers.[].volumeMounts", &["mountPath"]),
            ("containers.[].volumeDevices", &["devicePath"]),
            ("imagePullSecrets", &["name"]),
            ("volumes", &["name"]),
            ("hostAliases", &["ip"]),
            ("topologySpreadConstraints", &["topologyKey", "whenUnsatisfiable"]),
        ] {
            assert_eq!(keys("apps/v1", "Deployment", &format!("{pod}.{path}")), expected, "{path}");
            assert_eq!(keys("apps/v1", "StatefulSet", &format!("{pod}.{path}")), expected, "{path}");
        }
        assert_eq!(keys("batch/v1", "CronJob", "spec.jobTemplate.spec.template.spec.containers"), ["name"]);
    }

    #[test]
    fn other_lists_merge_by_their_keys() {
        assert_eq!(keys("v1", "Service", "spec.ports"), ["port", "protocol"]);
        assert_eq!(keys("v1", "ServiceAccount", "secrets"), ["name"]);
        assert_eq!(keys("v1", "ConfigMap", "metadata.ownerReferences"), ["uid"]);
        let webhooks = keys("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", "webhooks");
        assert_eq!(webhooks, ["name"]);
    }

    #[test]
    fn scalars_merge_as_a_set_where_the_strategy_says_so() {
        assert!(keys("v1", "ConfigMap", "metadata.finalizers").is_empty());
    }

    #[test]
    fn lists_without_a_strategy_are_replaced() {
        for path in ["tolerations", "containers.[].args", "containers.[].command", "containers.[].envFrom"] {
            assert_eq!(strategy("apps/v1", "Deployment", &format!("spec.template.spec.{path}")), None, "{path}");
        }
        // It has keys for server-side apply, but no strategy: they do not count.
        assert_eq!(strategy("autoscaling/v2beta2", "HorizontalPodAutoscaler", "spec.metrics"), None);
        assert_eq!(strategy("networking.k8s.io/v1", "Ingress", "spec.rules"), None);
    }

    #[test]
    fn a_strategy_of_several_words_merges() {
        let volumes = strategy("v1", "Pod", "spec.volumes");
        assert_eq!(volumes.as_deref(), Some("merge,retainKeys"));
    }

    #[test]
    fn a_map_describes_all_its_values() {
        let openapi = OpenApi::default();
        assert!(walk(&openapi, "v1", "ConfigMap", "data.any").is_some());
        assert!(walk(&openapi, "v1", "ConfigMap", "data.any.more").is_none());
    }

    #[test]
    fn an_unknown_field_has_no_schema_and_a_free_object_has_an_empty_one() {
        let openapi = OpenApi::default();
        assert!(walk(&openapi, "apps/v1", "Deployment", "spec.nonsense").is_none());
        assert!(walk(&openapi, "apps/v1", "ControllerRevision", "data").is_some());
        assert!(walk(&openapi, "apps/v1", "ControllerRevision", "data.spec").is_none());
    }

    #[test]
    fn definitions_that_contain_themselves_can_be_walked() {
        let openapi = OpenApi::default();
        let path = "spec.versions.[].schema.openAPIV3Schema.properties.a.properties.b.items";
        assert!(walk(&openapi, "apiextensions.k8s.io/v1", "CustomResourceDefinition", path).is_some());
    }

    #[test]
    fn kinds_that_are_not_in_the_table_have_no_schema() {
        let openapi = OpenApi::default();
        assert!(openapi.schema_for("redisops.dev/v1alpha1", "Redis").is_none());
        assert!(openapi.schema_for("apps/v1", "Redis").is_none());
        assert!(openapi.schema_for("", "").is_none());
        assert!(openapi.schema_for("autoscaling/v2", "HorizontalPodAutoscaler").is_none());
    }
}
