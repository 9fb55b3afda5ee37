//! What a function reads: a `ResourceList` with the annotations by which the reference and functions find objects again.

use std::path::Path;

use crate::diagnostics::{Diagnostic, SourceKind, Sources};
use crate::k8s::{ResId, ResMap, Resource};
use crate::kustomize::build_annotations::LOCAL_CONFIG;
use crate::kustomize::plugins::memory::{annotate, annotation, take_annotation, with_memory};
use crate::source::clean;
use crate::yaml::{Map, Node, Origin, Style, Value, emit, emit_v3, parse_documents, refolded};

/// Names the object to the build; its value is the current identity.
const KUSTOMIZE_ID: &str = "kustomize.config.k8s.io/id";
const PATH: [&str; 2] = ["internal.config.kubernetes.io/path", "config.kubernetes.io/path"];
const INDEX: [&str; 2] = ["config.kubernetes.io/index", "internal.config.kubernetes.io/index"];
const ID: [&str; 2] = ["internal.config.kubernetes.io/id", "config.k8s.io/id"];
const MIGRATION_ID: &str = "internal.config.kubernetes.io/annotations-migration-resource-id";

/// The objects as YAML documents with memory and identity in annotations: the input of exec plugins, and what functions get inside a list.
///
/// # Errors
/// When an object cannot be printed.
pub fn documents(resources: &ResMap) -> Result<String, Diagnostic> {
    let mut text = String::new();
    for resource in resources.iter() {
        let mut node = with_memory(resource);
        annotate(&mut node, KUSTOMIZE_ID, &identity(&resource.id(resources.scopes().as_ref()))?);
        if !text.is_empty() {
            text.push_str("---\n");
        }
        emit(&node, &mut text)?;
    }
    Ok(text)
}

fn identity(id: &ResId) -> Result<String, Diagnostic> {
    let mut map = Map::new();
    let parts = [&id.gvk.group, &id.gvk.kind, &id.name, &id.namespace, &id.gvk.version];
    for (key, part) in ["group", "kind", "name", "namespace", "version"].into_iter().zip(parts) {
        if !part.is_empty() {
            map.set(key, Node::string(Origin::NONE, part.clone()));
        }
    }
    let mut text = String::new();
    emit(&Node::new(Origin::NONE, Value::Map(map)), &mut text)?;
    Ok(text)
}

/// The object that configures a plugin, as plugins see it.
///
/// # Errors
/// When it cannot be printed.
pub fn config_text(config: &Resource) -> Result<String, Diagnostic> {
    let mut text = String::new();
    emit(&with_memory(config), &mut text)?;
    Ok(text)
}

/// A `ResourceList` for a function.
pub struct ResourceList {
    /// The text.
    pub text: String,
    /// Positions of the objects that are none of the function's business.
    pub saved: Vec<usize>,
}

/// The configuration as `functionConfig`: an object that stays out of the output.
///
/// # Errors
/// When it cannot be printed.
pub fn function_config(config: &Resource) -> Result<Node, Diagnostic> {
    let mut node = reread(config_text(config)?)?.pop().unwrap_or_else(|| Node::empty_map(Origin::NONE));
    annotate(&mut node, LOCAL_CONFIG, "true");
    Ok(node)
}

/// Text to nodes as the reference's function library sees them: styles are those of the text. Nobody asks these nodes for places.
fn reread(text: String) -> Result<Vec<Node>, Diagnostic> {
    let source = Sources::new().add("the input of a function", text, SourceKind::Function);
    parse_documents(&*source.map_err(|error| Diagnostic::error("redisops::load::too_large", error.to_string()))?)
}

/// The input of a function. Without objects it is its own configuration: the reference starts no function on nothing.
///
/// # Errors
/// When an object cannot be printed.
pub fn resource_list(config: &Resource, resources: Option<&ResMap>) -> Result<ResourceList, Diagnostic> {
    let config = function_config(config)?;
    let mut items = match resources.filter(|all| !all.is_empty()) {
        Some(all) => reread(documents(all)?)?,
        None => vec![config.clone()],
    };
    for (index, item) in items.iter_mut().enumerate() {
        copy_path(item);
        let index = index.to_string();
        for key in INDEX.into_iter().chain([MIGRATION_ID]) {
            annotate(item, key, &index);
        }
    }
    let scope = scope(&config);
    let mut saved = Vec::new();
    let mut position = 0;
    items.retain(|item| {
        let stays = in_scope(item, scope.as_deref());
        if !stays {
            saved.push(position);
        }
        position += 1;
        stays
    });
    for (number, item) in items.iter_mut().enumerate() {
        for key in ID {
            annotate(item, key, &(number + 1).to_string());
        }
    }
    let mut list = Map::new();
    list.set("apiVersion", Node::string(Origin::NONE, "config.kubernetes.io/v1"));
    list.set("kind", Node::string(Origin::NONE, "ResourceList"));
    list.set("items", Node::new(Origin::NONE, Value::Seq(items)));
    list.set("functionConfig", config);
    let mut text = String::new();
    emit_v3(&Node::new(Origin::NONE, Value::Map(list)), None, &mut text);
    Ok(ResourceList { text, saved })
}

/// Old and new form of the path annotation are kept alike.
fn copy_path(item: &mut Node) {
    let value = |key| annotation(item, key).filter(|value| !value.is_empty()).map(str::to_owned);
    match PATH.map(value) {
        [Some(new), None] => annotate(item, PATH[1], &new),
        [None, Some(old)] => annotate(item, PATH[0], &old),
        _ => {}
    }
}

fn directory(path: &str) -> String {
    let path = clean(Path::new(path));
    let mut directory = path.parent().unwrap_or(Path::new(""));
    // What stands in a directory of this name belongs to the one above.
    if directory.file_name().is_some_and(|name| name == "functions") {
        directory = directory.parent().unwrap_or(Path::new(""));
    }
    directory.display().to_string()
}

/// The directory whose objects a function gets, when its configuration names one.
fn scope(config: &Node) -> Option<String> {
    let path = PATH.into_iter().find_map(|key| annotation(config, key))?;
    Some(directory(path)).filter(|dir| !dir.is_empty() && dir != ".")
}

fn in_scope(item: &Node, scope: Option<&str>) -> bool {
    let Some(scope) = scope else { return true };
    PATH.into_iter().find_map(|key| annotation(item, key)).is_some_and(|path| directory(path).starts_with(scope))
}

/// Takes the annotations out of an object that a function gave back; one without a path gets the path that the reference invents for it.
pub fn strip(resource: &mut Resource, config: &Resource) {
    let known = ID.into_iter().any(|key| annotation(&resource.node, key).is_some());
    refold(&mut resource.node, known);
    copy_path(&mut resource.node);
    if annotation(&resource.node, PATH[0]).is_none() {
        let scope = scope(&config.node).unwrap_or_default();
        let file = format!("{}_{}.yaml", resource.kind().to_lowercase(), resource.name());
        let parts = [scope.as_str(), resource.namespace(), &file];
        let path = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/");
        for key in PATH {
            annotate(&mut resource.node, key, &path);
        }
    }
    for key in INDEX.into_iter().chain(ID).chain([MIGRATION_ID]) {
        take_annotation(&mut resource.node, key);
    }
}

/// What becomes of folded texts: the reference writes and reads the objects once more, and puts those of objects that it knows in quotes first.
fn refold(node: &mut Node, known: bool) {
    match &mut node.value {
        Value::Scalar(scalar) if scalar.style == Style::Folded => {
            if known {
                scalar.style = Style::Double;
            } else if let Some(text) = refolded(&scalar.text) {
                scalar.text = text.into();
            }
        }
        Value::Scalar(_) => {}
        Value::Seq(items) => items.iter_mut().for_each(|item| refold(item, known)),
        Value::Map(map) => map.entries.iter_mut().for_each(|entry| refold(&mut entry.value, known)),
    }
}

/// Takes the identity out of an object that a plugin gave back.
pub fn strip_identity(resource: &mut Resource) {
    take_annotation(&mut resource.node, KUSTOMIZE_ID);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kustomize::Context;
    use crate::yaml::Trace;

    fn resource(text: &str) -> Resource {
        Resource::new(reread(text.to_owned()).unwrap().remove(0))
    }

    /// The expected text is what kustomize 5.8.2 gave to a function.
    #[test]
    fn a_list_reads_as_that_of_the_reference() {
        let (sources, trace) = (Sources::new(), Trace::new());
        let cx = Context::new(&sources, &trace);
        let mut resources = cx.empty_resources();
        resources
            .append(resource("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {b: 'x: 1'}\n"))
            .unwrap();
        let config = resource("kind: Fn\nmetadata: {name: fn}\n");
        let list = resource_list(&config, Some(&resources)).unwrap();
        let want = "apiVersion: config.kubernetes.io/v1
kind: ResourceList
items:
- apiVersion: v1
  data:
    b: 'x: 1'
  kind: ConfigMap
  metadata:
    annotations:
      kustomize.config.k8s.io/id: |
        kind: ConfigMap
        name: a
        version: v1
      config.kubernetes.io/index: '0'
      internal.config.kubernetes.io/index: '0'
      internal.config.kubernetes.io/annotations-migration-resource-id: '0'
      internal.config.kubernetes.io/id: '1'
      config.k8s.io/id: '1'
    name: a
functionConfig:
  kind: Fn
  metadata:
    name: fn
    annotations:
      config.kubernetes.io/local-config: 'true'
";
        assert_eq!(list.text, want);
        assert!(resource_list(&config, None).unwrap().text.contains("items:\n- kind: Fn\n"));
    }

    #[test]
    fn a_function_with_a_path_gets_the_objects_of_its_directory() {
        let (sources, trace) = (Sources::new(), Trace::new());
        let cx = Context::new(&sources, &trace);
        let mut resources = cx.empty_resources();
        for (name, path) in [("a", "x/a.yaml"), ("b", "y/b.yaml"), ("c", "x/d/c.yaml")] {
            let text =
                format!("kind: A\nmetadata:\n  name: {name}\n  annotations: {{config.kubernetes.io/path: {path}}}\n");
            resources.append(resource(&text)).unwrap();
        }
        let config = resource(
            "kind: Fn\nmetadata:\n  name: fn\n  annotations: {config.kubernetes.io/path: x/functions/fn.yaml}\n",
        );
        let list = resource_list(&config, Some(&resources)).unwrap();
        assert_eq!(list.saved, [1]);
        assert!(!list.text.contains("name: b"));
    }
}
