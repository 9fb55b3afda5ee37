//! What the build remembers about an object, as annotations: functions and exec plugins get it so, and give it back so.
//!
//! The reference keeps this memory in annotations all the time; a plugin that drops or changes them changes what the build knows.

use compact_str::CompactString;
use smallvec::SmallVec;

use crate::diagnostics::Pos;
use crate::k8s::{Behavior, PreviousId, Resource};
use crate::yaml::{Map, Node, Origin, Scalar, Style, Tag};

const PREVIOUS_KINDS: &str = "internal.config.kubernetes.io/previousKinds";
const PREVIOUS_NAMES: &str = "internal.config.kubernetes.io/previousNames";
const PREVIOUS_NAMESPACES: &str = "internal.config.kubernetes.io/previousNamespaces";
const PREFIXES: &str = "internal.config.kubernetes.io/prefixes";
const SUFFIXES: &str = "internal.config.kubernetes.io/suffixes";
const BEHAVIOR: &str = "internal.config.kubernetes.io/generatorBehavior";
const NEEDS_HASH: &str = "internal.config.kubernetes.io/needsHashSuffix";
const HELM_GENERATED: &str = "internal.config.kubernetes.io/helm-generated";
const ENABLED: &str = "enabled";

/// The object with the memory of the build in its annotations, all of which are strings.
pub fn with_memory(resource: &Resource) -> Node {
    let mut node = resource.node.clone();
    if let Some(map) = node.lookup_mut(&["metadata", "annotations"]).and_then(Node::as_map_mut) {
        for entry in &mut map.entries {
            if let crate::yaml::Value::Scalar(scalar) = &mut entry.value.value {
                scalar.tag = Tag::Str;
            }
        }
    }
    let mut set = |key: &str, text: &str| {
        if !text.is_empty() {
            annotate(&mut node, key, text);
        }
    };
    let previous = |part: fn(&PreviousId) -> &CompactString| join(resource.previous.iter().map(part));
    set(PREVIOUS_KINDS, &previous(|p| &p.kind));
    set(PREVIOUS_NAMES, &previous(|p| &p.name));
    set(PREVIOUS_NAMESPACES, &previous(|p| &p.namespace));
    set(PREFIXES, &join(resource.prefixes.iter()));
    set(SUFFIXES, &join(resource.suffixes.iter()));
    if resource.needs_hash || resource.behavior != Behavior::Unspecified {
        set(BEHAVIOR, resource.behavior.name());
    }
    if resource.needs_hash {
        set(NEEDS_HASH, ENABLED);
    }
    if resource.helm_generated {
        set(HELM_GENERATED, "true");
    }
    node
}

/// Takes the memory out of the annotations of an object that a plugin gave back.
pub fn take_memory(resource: &mut Resource) {
    let mut take = |key: &str| take_annotation(&mut resource.node, key);
    let (kinds, names, namespaces) = (take(PREVIOUS_KINDS), take(PREVIOUS_NAMES), take(PREVIOUS_NAMESPACES));
    let (prefixes, suffixes) = (take(PREFIXES), take(SUFFIXES));
    let (behavior, needs_hash, helm) = (take(BEHAVIOR), take(NEEDS_HASH), take(HELM_GENERATED));
    let (kinds, names, namespaces) = (split(kinds), split(names), split(namespaces));
    // Lists of different lengths are nobody's history.
    resource.previous = if kinds.len() == names.len() && names.len() == namespaces.len() {
        let ids = kinds.into_iter().zip(names).zip(namespaces);
        ids.map(|((kind, name), namespace)| PreviousId { kind, name, namespace }).collect()
    } else {
        SmallVec::new()
    };
    resource.prefixes = split(prefixes).into();
    resource.suffixes = split(suffixes).into();
    resource.behavior = Behavior::parse(behavior.as_deref().unwrap_or_default());
    resource.needs_hash = needs_hash.as_deref() == Some(ENABLED);
    resource.helm_generated = helm.as_deref() == Some("true");
}

/// Sets an annotation in quotes, as the reference's libraries for functions do, without recording a write.
pub fn annotate(node: &mut Node, key: &str, text: &str) {
    let Some(metadata) = node.as_map_mut().and_then(|object| child(object, "metadata")) else { return };
    let Some(annotations) = child(metadata, "annotations") else { return };
    match annotations.get_mut(key) {
        Some(old) => {
            // The style of an annotation that is there already stays.
            let style = old.as_scalar().map_or(Style::Plain, |scalar| scalar.style);
            *old = Node::scalar(Origin::NONE, Scalar { text: text.into(), tag: Tag::Str, style });
        }
        None => {
            let scalar = Scalar { text: text.into(), tag: Tag::Str, style: Style::Single };
            annotations.push(Scalar::string(key), Pos::NONE, Node::scalar(Origin::NONE, scalar));
        }
    }
}

fn child<'m>(map: &'m mut Map, key: &str) -> Option<&'m mut Map> {
    if map.get(key).is_none_or(|n| n.as_map().is_none()) {
        map.set(key, Node::empty_map(Origin::NONE));
    }
    map.get_mut(key).and_then(Node::as_map_mut)
}

/// Takes an annotation out; a mapping that becomes empty goes too.
pub fn take_annotation(node: &mut Node, key: &str) -> Option<CompactString> {
    let metadata = node.get_mut("metadata").and_then(Node::as_map_mut)?;
    let annotations = metadata.get_mut("annotations").and_then(Node::as_map_mut)?;
    let entry = annotations.remove(key)?;
    if annotations.is_empty() {
        metadata.remove("annotations");
    }
    entry.value.text().map(CompactString::from)
}

/// The text of an annotation.
pub fn annotation<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    node.lookup(&["metadata", "annotations", key])?.text()
}

/// Parts that are empty are left out when they are remembered.
fn join<'a>(parts: impl Iterator<Item = &'a CompactString>) -> String {
    parts.filter(|p| !p.is_empty()).map(CompactString::as_str).collect::<Vec<_>>().join(",")
}

fn split(text: Option<CompactString>) -> Vec<CompactString> {
    text.map_or(Vec::new(), |text| text.split(',').map(CompactString::from).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::{SourceKind, Sources};
    use crate::yaml::{emit, parse_documents};

    fn resource() -> Resource {
        let text = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: p-a\n  annotations: {x: true}\n";
        let source = Sources::new().add("a.yaml", text.into(), SourceKind::Resource).unwrap();
        let mut resource = Resource::new(parse_documents(&source).unwrap().remove(0));
        let previous = |name: &str, namespace: &str| PreviousId {
            kind: "ConfigMap".into(),
            name: name.into(),
            namespace: namespace.into(),
        };
        resource.previous = [previous("a", "default"), previous("a", "ns")].into_iter().collect();
        resource.prefixes = [CompactString::from("p-")].into_iter().collect();
        resource.needs_hash = true;
        resource.behavior = Behavior::Merge;
        resource
    }

    #[test]
    fn goes_out_as_the_reference_writes_it() {
        let mut text = String::new();
        emit(&with_memory(&resource()), &mut text).unwrap();
        let wanted = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  annotations:\n    internal.config.kubernetes.io/generatorBehavior: merge\n    \
                      internal.config.kubernetes.io/needsHashSuffix: enabled\n    internal.config.kubernetes.io/prefixes: p-\n    \
                      internal.config.kubernetes.io/previousKinds: ConfigMap,ConfigMap\n    internal.config.kubernetes.io/previousNames: a,a\n    \
                      internal.config.kubernetes.io/previousNamespaces: default,ns\n    x: \"true\"\n  name: p-a\n";
        assert_eq!(text, wanted);
    }

    #[test]
    fn comes_back() {
        let before = resource();
        let mut after = Resource::new(with_memory(&before));
        take_memory(&mut after);
        assert_eq!(
            (&after.previous, &after.prefixes, &after.suffixes),
            (&before.previous, &before.prefixes, &before.suffixes)
        );
        assert_eq!((after.needs_hash, after.behavior, after.helm_generated), (true, Behavior::Merge, false));
        assert_eq!(after.annotation("x"), Some("true"));
        assert_eq!(after.node.lookup(&["metadata", "annotations"]).unwrap().as_map().unwrap().len(), 1);
    }

    #[test]
    fn a_plugin_may_make_the_build_forget() {
        let mut node = with_memory(&resource());
        take_annotation(&mut node, PREVIOUS_NAMES);
        take_annotation(&mut node, NEEDS_HASH);
        let mut after = Resource::new(node);
        take_memory(&mut after);
        assert!(after.previous.is_empty() && !after.needs_hash);
    }
}
