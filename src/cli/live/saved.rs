//! A dump of a cluster, as `kubectl get -o json|yaml --show-managed-fields` prints it.

use std::path::Path;

use rustc_hash::FxHashMap;
use serde_json::Value;

use crate::diagnostics::{Diagnostic, Diagnostics, SourceKind, Sources};
use crate::drift::managed::LiveObject;
use crate::k8s::{ResourceRef, parse_api_version};
use crate::yaml::{Node, parse_documents, to_json};

/// Group, kind, namespace and name: the version of the API does not matter.
type Name = (String, String, Option<String>, String);

/// The objects of a dump.
pub(super) struct Saved {
    objects: FxHashMap<Name, Value>,
    /// Whether any object says who owns its fields.
    pub(super) has_managers: bool,
}

impl Saved {
    /// Reads a file.
    pub(super) fn read(file: &Path, sources: &Sources) -> Result<Saved, Diagnostics> {
        let shown = file.display().to_string();
        let text = std::fs::read_to_string(file).map_err(|error| {
            Diagnostic::error("redisops::load::io", format!("the dump `{shown}` cannot be read: {error}"))
        })?;
        let mut saved = Saved { objects: FxHashMap::default(), has_managers: false };
        for document in documents(&shown, text, sources)? {
            saved.add(document);
        }
        if saved.objects.is_empty() {
            return Err(Diagnostic::error("redisops::diff::empty_dump", format!("the dump `{shown}` has no objects"))
                .help("make one with `kubectl get KINDS -o json --show-managed-fields`")
                .into());
        }
        Ok(saved)
    }

    fn add(&mut self, mut object: Value) {
        if object["kind"].as_str().is_some_and(|kind| kind.ends_with("List"))
            && let Value::Array(items) = object["items"].take()
        {
            return items.into_iter().for_each(|item| self.add(item));
        }
        let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
        let (group, _) = parse_api_version(object["apiVersion"].as_str().unwrap_or(""));
        let metadata = &object["metadata"];
        let namespace = Some(text(&metadata["namespace"])).filter(|it| !it.is_empty());
        let name = (group.to_owned(), text(&object["kind"]), namespace, text(&metadata["name"]));
        if !name.1.is_empty() && !name.3.is_empty() {
            self.has_managers |= metadata["managedFields"].is_array();
            self.objects.insert(name, object);
        }
    }

    fn name(resource: &ResourceRef, namespace: Option<String>) -> Name {
        let (group, _) = parse_api_version(&resource.api_version);
        (group.to_owned(), resource.kind.clone(), namespace, resource.name.clone())
    }

    /// Whether an object is there without a namespace.
    pub(super) fn has_outside(&self, resource: &ResourceRef) -> bool {
        self.objects.contains_key(&Saved::name(resource, None))
    }

    /// Takes an object out.
    pub(super) fn take(&mut self, resource: &ResourceRef) -> Option<LiveObject> {
        self.objects.remove(&Saved::name(resource, resource.namespace.clone())).map(LiveObject::new)
    }

    /// All objects, as nodes, that fit.
    pub(super) fn nodes(&self, fits: impl Fn(&Value) -> bool) -> Vec<Node> {
        let all = self.objects.values().filter(|object| fits(object));
        all.map(|object| crate::yaml::from_value(object.clone(), crate::yaml::Origin::NONE)).collect()
    }
}

fn documents(shown: &str, text: String, sources: &Sources) -> Result<Vec<Value>, Diagnostics> {
    if text.trim_start().starts_with(['{', '[']) {
        let stream = serde_json::Deserializer::from_str(&text).into_iter::<Value>();
        let all: Result<Vec<Value>, _> = stream.collect();
        return all.map_err(|error| {
            Diagnostic::error("redisops::json::syntax", format!("the dump `{shown}` is not JSON: {error}")).into()
        });
    }
    let source = sources.add(shown.to_owned(), text, SourceKind::Config)?;
    let mut all = Vec::new();
    for document in parse_documents(&source)? {
        let mut json = String::new();
        to_json(&document, &mut json)?;
        let value: Value = serde_json::from_str(&json).unwrap_or_default();
        all.push(value);
    }
    Ok(all)
}
