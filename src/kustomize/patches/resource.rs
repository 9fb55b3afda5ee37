//! A strategic patch on one object: what it may change beside the fields, and what the reference does to the patch itself.

use crate::diagnostics::Diagnostics;
use crate::k8s::Resource;
use crate::yaml::{Node, Origin, Scalar, Style, Tag, Value};

use super::super::Context;
use super::strategic::strategic_merge;

/// Applies a patch as it stands to an object. The namespace stays; kind and name do unless the patch may change them.
///
/// # Errors
/// As for [`strategic_merge`].
pub(super) fn patch_resource(object: &mut Resource, patch: &Resource, cx: &Context<'_>) -> Result<(), Diagnostics> {
    if patch.allow_name_change || patch.allow_kind_change {
        object.store_previous_id(cx.scopes().as_ref());
    }
    let kept = [&["kind"][..], &["metadata", "name"], &["metadata", "namespace"]]
        .map(|path| object.node.lookup(path).filter(|n| n.text_at(&[]).is_some()).cloned());
    let openapi = cx.openapi.borrow();
    let since = cx.trace.len();
    strategic_merge(&mut object.node, &patch.node, &openapi, cx.trace)?;
    object.spread_writes(cx.trace, since);
    if object.is_empty() {
        return Ok(());
    }
    let [kind, name, namespace] = kept;
    if !patch.allow_kind_change {
        restore(&mut object.node, "kind", kind);
    }
    if !patch.allow_name_change {
        restore_metadata(&mut object.node, "name", name);
    }
    match namespace {
        Some(namespace) => restore_metadata(&mut object.node, "namespace", Some(namespace)),
        None => object.set_namespace(""),
    }
    Ok(())
}

/// Puts a field back as it was; a text that did not change is left alone.
fn restore(node: &mut Node, key: &str, old: Option<Node>) {
    let Some(map) = node.as_map_mut() else { return };
    let text = old.as_ref().and_then(Node::text).unwrap_or("");
    match map.get_mut(key) {
        Some(new) if new.text() == Some(text) => {}
        Some(new) => match old {
            Some(old) => *new = old,
            None => new.set_text(""),
        },
        None => {
            map.set(key, old.unwrap_or_else(|| Node::scalar(Origin::NONE, Scalar::resolved("", Style::Plain))));
        }
    }
}

fn restore_metadata(node: &mut Node, key: &str, old: Option<Node>) {
    let Some(map) = node.as_map_mut() else { return };
    if map.get("metadata").is_none_or(|m| m.as_map().is_none()) {
        map.set("metadata", Node::empty_map(Origin::NONE));
    }
    if let Some(metadata) = map.get_mut("metadata") {
        restore(metadata, key, old);
    }
}

/// The patch as the reference prepares it for selected objects: group and version are those of the object, and all labels and annotations are
/// strings, so that a null there means the text `null`, and an empty or null mapping of them means nothing.
pub(super) fn prepare(patch: &Resource, object: &Resource) -> Resource {
    let mut copy = patch.clone();
    if let Some(map) = copy.node.as_map_mut() {
        if let Some(metadata) = map.get_mut("metadata") {
            for key in ["labels", "annotations"] {
                strings_only(metadata, key);
            }
            if let Some(metadata) = metadata.as_map_mut()
                && metadata.get("namespace").is_some_and(|n| n.is_null() || n.text() == Some(""))
            {
                metadata.remove("namespace");
            }
        }
        let api_version = object.api_version();
        match map.get_mut("apiVersion") {
            Some(node) if node.text() == Some(api_version) => {}
            Some(node) => node.set_text(api_version),
            None => {
                // Without a place of its own, it must not look like a change.
                let same = object.node.get("apiVersion").cloned();
                map.set("apiVersion", same.unwrap_or_else(|| Node::string(Origin::NONE, api_version)));
            }
        }
    }
    copy
}

/// Turns the values of a mapping of labels or annotations into strings, as the reference's setters do; an empty one goes.
pub(super) fn strings_only(metadata: &mut Node, key: &str) {
    let Some(metadata) = metadata.as_map_mut() else { return };
    let Some(node) = metadata.get_mut(key) else { return };
    let Value::Map(map) = &mut node.value else {
        metadata.remove(key);
        return;
    };
    if map.is_empty() {
        metadata.remove(key);
        return;
    }
    map.keep_last();
    for entry in &mut map.entries {
        match &mut entry.value.value {
            Value::Scalar(scalar) => {
                let style = if scalar.text.contains('\n') { Style::Literal } else { Style::Plain };
                *scalar = Scalar { text: scalar.text.clone(), tag: Tag::Str, style };
            }
            // A mapping or list has no text.
            other => *other = Value::Scalar(Scalar::string("")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kustomize::Transformer;
    use crate::kustomize::config::TransformerConfig;
    use crate::kustomize::decode::Pairs;
    use crate::kustomize::transformers::Labels;
    use crate::kustomize::transformers::testing::{Fixture, text};

    #[test]
    fn a_patched_label_changes_in_the_selectors_that_were_created_with_it() {
        let fixture = Fixture::new();
        let cx = fixture.cx();
        let deployment = r#"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a"}}"#;
        let mut resources = fixture.resources(&[deployment]);
        let labels = Labels::common(Pairs(vec![(text("env"), text("a"))]), &TransformerConfig::built_in());
        labels.transform(&mut resources, &cx).unwrap();
        let patch = deployment.replace(r#""a""#, r#""a","labels":{"env":"b"}"#);
        let patch = Resource::new(fixture.node(&patch));
        let object = &mut resources.list_mut()[0];
        patch_resource(object, &patch, &cx).unwrap();
        assert_eq!(object.node.text_at(&["spec", "selector", "matchLabels", "env"]), Some("b"));
    }
}
