//! `buildMetadata`: annotations of the output that tell where an object came from and what transformed it.

use crate::k8s::{ResMap, Resource};
use crate::source::OriginPath;
use crate::yaml::{Entry, Map, Node, Origin, Tag, Value, emit_v3};

/// Where an object came from, in the words of the reference.
pub const ORIGIN: &str = "config.kubernetes.io/origin";
/// What transformed it.
pub const TRANSFORMATIONS: &str = "alpha.config.kubernetes.io/transformations";
/// Objects that are input of the build only.
pub const LOCAL_CONFIG: &str = "config.kubernetes.io/local-config";

/// Annotations with which the reference and functions talk to each other; they never reach the output.
const BUILD_ANNOTATIONS: [&str; 18] = [
    "internal.config.kubernetes.io/previousKinds",
    "internal.config.kubernetes.io/previousNames",
    "internal.config.kubernetes.io/prefixes",
    "internal.config.kubernetes.io/suffixes",
    "internal.config.kubernetes.io/previousNamespaces",
    "internal.config.kubernetes.io/allowNameChange",
    "internal.config.kubernetes.io/allowKindChange",
    "internal.config.kubernetes.io/refBy",
    "internal.config.kubernetes.io/generatorBehavior",
    "internal.config.kubernetes.io/needsHashSuffix",
    "internal.config.kubernetes.io/path",
    "internal.config.kubernetes.io/index",
    "internal.config.kubernetes.io/seqindent",
    "internal.config.kubernetes.io/id",
    "internal.config.kubernetes.io/annotations-migration-resource-id",
    "config.kubernetes.io/path",
    "config.kubernetes.io/index",
    "config.k8s.io/id",
];
const HELM_GENERATED: &str = "internal.config.kubernetes.io/helm-generated";

/// Which annotations the root kustomization asked for.
#[derive(Clone, Copy, Default, Debug)]
pub struct Wanted {
    /// `originAnnotations`
    pub origin: bool,
    /// `transformerAnnotations`
    pub transformers: bool,
    /// `managedByLabel`
    pub managed_by: bool,
}

/// Where the configuration of a generator or transformer stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConfiguredIn {
    /// File, repository, revision.
    pub file: OriginPath,
    /// `apiVersion` of the plugin.
    pub api_version: String,
    /// Kind of the plugin.
    pub kind: String,
    /// Name of the plugin's configuration.
    pub name: String,
    /// Namespace of the plugin's configuration.
    pub namespace: String,
}

impl ConfiguredIn {
    /// A field of a kustomization file.
    pub fn builtin(directory: &OriginPath, file_name: &str, kind: &str) -> ConfiguredIn {
        let path =
            if directory.path.is_empty() { file_name.to_owned() } else { format!("{}/{file_name}", directory.path) };
        ConfiguredIn {
            file: OriginPath { path, ..directory.clone() },
            api_version: "builtin".to_owned(),
            kind: kind.to_owned(),
            name: String::new(),
            namespace: String::new(),
        }
    }

    fn node(&self) -> Node {
        let by = fields(&[
            ("apiVersion", &self.api_version),
            ("kind", &self.kind),
            ("name", &self.name),
            ("namespace", &self.namespace),
        ]);
        let mut node =
            fields(&[("repo", &self.file.repo), ("ref", &self.file.reference), ("configuredIn", &self.file.path)]);
        if let Some(map) = node.as_map_mut() {
            map.set("configuredBy", by);
        }
        node
    }
}

fn fields(pairs: &[(&str, &str)]) -> Node {
    let mut node = Node::empty_map(Origin::NONE);
    if let Some(map) = node.as_map_mut() {
        for (key, value) in pairs.iter().filter(|(_, v)| !v.is_empty()) {
            map.set(key, Node::string(Origin::NONE, *value));
        }
    }
    node
}

fn text(node: &Node) -> String {
    let mut text = String::new();
    emit_v3(node, None, &mut text);
    text
}

/// Notes the file that an object was read from.
pub fn set_file_origin(resource: &mut Resource, origin: &OriginPath) {
    let node = fields(&[("path", &origin.path), ("repo", &origin.repo), ("ref", &origin.reference)]);
    set_annotation(resource, ORIGIN, &text(&node));
}

/// Notes the generator that made an object, unless an origin is noted already.
pub fn set_generator_origin(resources: &mut [Resource], configured: &ConfiguredIn) {
    for resource in resources {
        if resource.annotation(ORIGIN).is_none() {
            set_annotation(resource, ORIGIN, &text(&configured.node()));
        }
    }
}

/// Notes a transformer on all objects; an object without an origin must have been made by it.
pub fn add_transformation(resources: &mut ResMap, configured: &ConfiguredIn) {
    let own = text(&configured.node());
    let item = text(&Node::new(Origin::NONE, Value::Seq(vec![configured.node()])));
    for resource in resources.contents_mut() {
        if resource.annotation(ORIGIN).is_none() {
            set_annotation(resource, ORIGIN, &own);
        } else {
            let all = format!("{}{item}", resource.annotation(TRANSFORMATIONS).unwrap_or(""));
            set_annotation(resource, TRANSFORMATIONS, &all);
        }
    }
}

/// Sets an annotation without recording a write: these stand in no file.
pub fn set_annotation(resource: &mut Resource, key: &str, text: &str) {
    let Some(object) = resource.node.as_map_mut() else { return };
    if object.get("metadata").is_none_or(|n| n.as_map().is_none()) {
        object.set("metadata", Node::empty_map(Origin::NONE));
    }
    let Some(metadata) = object.get_mut("metadata").and_then(Node::as_map_mut) else { return };
    if metadata.get("annotations").is_none_or(|n| n.as_map().is_none()) {
        metadata.set("annotations", Node::empty_map(Origin::NONE));
    }
    if let Some(annotations) = metadata.get_mut("annotations").and_then(Node::as_map_mut) {
        annotations.set(key, Node::string(Origin::NONE, text));
    }
    resource.own_annotations();
}

/// Brings the annotations of the output into the reference's form: internal ones and those nobody asked for are gone, values are strings, of equal keys
/// the last counts, and an empty mapping vanishes.
pub fn clean(resource: &mut Resource, wanted: Wanted) {
    let Some(metadata) = resource.node.get_mut("metadata").and_then(Node::as_map_mut) else { return };
    unite(metadata);
    let Some(annotations) = metadata.get_mut("annotations") else { return };
    let Some(map) = annotations.as_map_mut() else {
        metadata.remove("annotations");
        return;
    };
    map.keep_last();
    map.entries.retain(|e| {
        let key = e.key.text.as_str();
        match key {
            ORIGIN => wanted.origin,
            TRANSFORMATIONS => wanted.transformers,
            // All build annotations share few endings; most keys are none of them.
            _ => !BUILD_ANNOTATIONS.contains(&key) && key != HELM_GENERATED,
        }
    });
    for entry in &mut map.entries {
        match &mut entry.value.value {
            Value::Scalar(scalar) => scalar.tag = Tag::Str,
            other => *other = Value::Scalar(crate::yaml::Scalar::string("")),
        }
    }
    if map.is_empty() {
        metadata.remove("annotations");
    }
}

/// Joins annotations that stand in several fields: the reference takes the first out and writes what it held into the next.
fn unite(metadata: &mut Map) {
    let is_annotations = |e: &Entry| e.key.text == "annotations";
    while metadata.entries.iter().filter(|e| is_annotations(e)).count() > 1 {
        let Some(Entry { value: first, .. }) = metadata.remove("annotations") else { return };
        let (Value::Map(first), Some(next)) = (first.value, metadata.get_mut("annotations")) else { continue };
        match &mut next.value {
            Value::Map(next) => {
                next.keep_last();
                first.entries.into_iter().for_each(|entry| match next.get_mut(&entry.key.text) {
                    Some(value) => *value = entry.value,
                    None => next.entries.push(entry),
                });
            }
            _ if first.is_empty() => {}
            other => *other = Value::Map(first),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kustomize::transformers::testing::Fixture;
    use crate::yaml::to_json;

    #[test]
    fn annotations_that_stand_twice_are_joined() {
        let cleaned = |metadata: &str| {
            let mut resource = Resource::new(Fixture::new().yaml(&format!("metadata: {metadata}")));
            clean(&mut resource, Wanted::default());
            let mut json = String::new();
            to_json(&resource.node, &mut json).unwrap();
            json
        };
        let expected = |annotations: &str| format!(r#"{{"metadata":{{"annotations":{annotations}}}}}"#);
        assert_eq!(cleaned("{annotations: {a: x, b: y, a: z}}"), expected(r#"{"a":"z","b":"y"}"#));
        assert_eq!(cleaned("{annotations: , annotations: {a: x}}"), expected(r#"{"a":"x"}"#));
        assert_eq!(cleaned("{annotations: {a: x}, annotations: {a: y, b: z}}"), expected(r#"{"a":"x","b":"z"}"#));
    }
}
