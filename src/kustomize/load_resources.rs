//! The text of a manifest or patch to objects.
//!
//! Every object needs a kind and a name, kinds that end in `List` are replaced by their items, empty documents vanish. All objects of a text that
//! are not fit are reported together.

use std::collections::VecDeque;

use crate::diagnostics::{Diagnostic, Diagnostics, Pos, Source, SourceKind, did_you_mean};
use crate::k8s::Resource;
use crate::yaml::{Node, Tag, Value, from_json, parse_documents, to_json};

use super::plugins::take_memory;

/// The objects in a text.
///
/// # Errors
/// Text that is not YAML; documents that are no objects. All documents are looked at.
pub fn resources_from_source(source: &Source) -> Result<Vec<Resource>, Diagnostics> {
    let documents = parse_documents(source)?;
    let mut found = Diagnostics::new();
    let mut queue: VecDeque<Node> = VecDeque::with_capacity(documents.len());
    for document in documents {
        keep_object(document, source.kind, &mut queue, &mut found);
    }
    let mut resources = Vec::with_capacity(queue.len());
    while let Some(mut node) = queue.pop_front() {
        match take_items(&mut node) {
            Items::None => resources.push(remembering(Resource::new(node))),
            Items::Empty => {}
            Items::Wrong(items) => found.push(
                Diagnostic::error(
                    "redisops::resource::list_items",
                    format!("`items` of a {} must be a list", kind(&node)),
                )
                .label(pos(&items), items.text().map_or(1, str::len), "expected a list of objects"),
            ),
            Items::Some(items) => {
                // They come behind what is left of the text, as in the reference.
                for mut item in items {
                    if let Err(diagnostic) = as_json_text(&mut item) {
                        found.push(diagnostic);
                        continue;
                    }
                    keep_inner(item, source.kind, &mut queue, &mut found);
                }
            }
        }
    }
    if found.has_errors() { Err(found) } else { Ok(resources) }
}

/// The reference keeps what it remembers of an object in annotations, and believes those that it finds.
fn remembering(mut resource: Resource) -> Resource {
    let annotations = resource.node.lookup(&["metadata", "annotations"]).and_then(Node::as_map);
    if annotations
        .is_some_and(|map| map.entries.iter().any(|e| e.key.text.starts_with("internal.config.kubernetes.io/")))
    {
        take_memory(&mut resource);
    }
    resource
}

fn pos(node: &Node) -> Pos {
    node.origin.pos().unwrap_or(Pos::NONE)
}

fn kind(node: &Node) -> &str {
    node.text_at(&["kind"]).unwrap_or("")
}

/// Queues an object that is fit; empty ones vanish.
fn keep_object(node: Node, text: SourceKind, queue: &mut VecDeque<Node>, found: &mut Diagnostics) {
    let empty = match &node.value {
        Value::Map(map) => map.is_empty(),
        Value::Seq(items) => items.is_empty(),
        Value::Scalar(scalar) => scalar.tag == Tag::Null,
    };
    if empty {
        return;
    }
    match check(&node) {
        Ok(()) => queue.push_back(node),
        Err(diagnostic) => found.push(advised(diagnostic, text)),
    }
}

/// What to do depends on who has written the text.
fn advised(mut diagnostic: Diagnostic, text: SourceKind) -> Diagnostic {
    match text {
        SourceKind::Helm => diagnostic
            .note("a template of the chart has written this")
            .help("correct the template, or the values that it uses"),
        SourceKind::Function => diagnostic.note("the function has written this"),
        SourceKind::Patch if !diagnostic.help.as_ref().is_some_and(|help| help.starts_with("did you mean")) => {
            diagnostic.help = Some("a strategic patch names its object by `apiVersion`, `kind` and `metadata.name`; a JSON patch is a list of operations".to_owned());
            diagnostic
        }
        _ => diagnostic,
    }
}

/// Queues an item of a list; an item that is a `List` itself gives its items.
fn keep_inner(mut item: Node, text: SourceKind, queue: &mut VecDeque<Node>, found: &mut Diagnostics) {
    let is_list = matches!(kind(&item), "List" | "ResourceList")
        && (item.get("items").is_some() || item.get("functionConfig").is_some());
    if !is_list {
        return keep_object(item, text, queue, found);
    }
    let items = item.as_map_mut().and_then(|map| map.remove("items")).map(|entry| entry.value.value);
    if let Some(Value::Seq(items)) = items {
        items.into_iter().for_each(|inner| keep_object(inner, text, queue, found));
    }
}

/// Whether a node is an object with a kind and, unless it is a list of objects, a name.
fn check(node: &Node) -> Result<(), Diagnostic> {
    let Some(map) = node.as_map() else {
        let what = if node.as_seq().is_some() { "a list" } else { "a scalar" };
        let shown = node.text().map_or(1, |t| t.lines().next().unwrap_or("").len()).max(1);
        return Err(Diagnostic::error(
            "redisops::resource::not_an_object",
            format!("expected an object, found {what}"),
        )
        .label(pos(node), shown, format!("this is {what}"))
        .help("an object has `apiVersion`, `kind` and `metadata`"));
    };
    let keys = || map.entries.iter().map(|e| e.key.text.as_str());
    if kind(node).is_empty() {
        let near = did_you_mean("kind", keys());
        return Err(Diagnostic::error("redisops::resource::no_kind", "an object has no `kind`")
            .label(pos(node), 1, "this object")
            .help(match near {
                Some(near) => format!("did you mean `kind` where `{near}` stands?"),
                None => "an object needs `apiVersion`, `kind` and `metadata.name`".to_owned(),
            }));
    }
    if kind(node).ends_with("List") {
        return Ok(());
    }
    let metadata = node.get("metadata").filter(|m| !m.is_null());
    let name = metadata.and_then(|m| m.text_at(&["name"])).unwrap_or("");
    if !name.is_empty() {
        return Ok(());
    }
    let at = metadata.unwrap_or(node);
    let near = match metadata.and_then(Node::as_map) {
        Some(map) => did_you_mean("name", map.entries.iter().map(|e| e.key.text.as_str())),
        None => did_you_mean("metadata", keys()),
    };
    let help = match (near, kind(node)) {
        (_, "Kustomization" | "Component") => {
            "a kustomization is not an object: name its directory where this file is named".to_owned()
        }
        (Some(near), _) => {
            let meant = if metadata.is_some() { "name" } else { "metadata" };
            format!("did you mean `{meant}` where `{near}` stands?")
        }
        _ if metadata.is_some_and(|m| m.get("generateName").is_some()) => {
            "`generateName` is no name: a build cannot know the name that the server makes of it".to_owned()
        }
        _ => "add `metadata.name`".to_owned(),
    };
    Err(Diagnostic::error("redisops::resource::no_name", format!("a {} has no `metadata.name`", kind(node)))
        .label(pos(at), 1, if metadata.is_some() { "this `metadata`" } else { "this object" })
        .help(help))
}

/// The items of an object whose kind ends in `List`.
enum Items {
    /// It is no list of objects, or has no `items`.
    None,
    /// It has none.
    Empty,
    /// These.
    Some(Vec<Node>),
    /// Something else.
    Wrong(Node),
}

fn take_items(node: &mut Node) -> Items {
    if !kind(node).ends_with("List") {
        return Items::None;
    }
    let Some(entry) = node.as_map_mut().and_then(|map| map.remove("items")) else { return Items::None };
    match entry.value {
        value if value.is_null() => Items::Empty,
        Node { value: Value::Seq(items), .. } => Items::Some(items),
        other => Items::Wrong(other),
    }
}

/// Makes an item what it is after the reference has written it as JSON and read it as YAML: strings are quoted, numbers have the digits of JSON.
fn as_json_text(node: &mut Node) -> Result<(), Diagnostic> {
    match &mut node.value {
        Value::Seq(items) => items.iter_mut().try_for_each(as_json_text),
        Value::Map(map) => map.entries.iter_mut().try_for_each(|entry| as_json_text(&mut entry.value)),
        Value::Scalar(_) => {
            let mut text = String::new();
            to_json(node, &mut text)?;
            node.value = from_json(&text, node.origin)?.value;
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::Sources;

    fn load(text: &str) -> Result<Vec<String>, Diagnostics> {
        let sources = Sources::new();
        let source = sources.add("a.yaml", text.into(), SourceKind::Resource).unwrap();
        let resources = resources_from_source(&source)?;
        Ok(resources.iter().map(|r| format!("{}/{}", r.kind(), r.name())).collect())
    }

    #[test]
    fn lists_give_their_items_behind_the_rest() {
        let text = "kind: ConfigMapList\nitems:\n- {kind: ConfigMap, metadata: {name: a}}\n- {kind: ConfigMap, metadata: {name: b}}\n---\n\
                    kind: Pod\nmetadata: {name: p}\n---\n# nothing\n---\nkind: FooList\nmetadata: {name: no-items}\n---\nkind: BarList\nitems:\n";
        assert_eq!(load(text).unwrap(), ["Pod/p", "FooList/no-items", "ConfigMap/a", "ConfigMap/b"]);
    }

    #[test]
    fn every_bad_document_is_reported() {
        let found = load("kind: A\nmetadata: {nmae: x}\n---\nKind: B\n---\n- 1\n---\nkind: C\nmetadata: {name: c}\n")
            .unwrap_err();
        let codes: Vec<&str> = found.0.iter().map(|d| d.code).collect();
        assert_eq!(
            codes,
            ["redisops::resource::no_name", "redisops::resource::no_kind", "redisops::resource::not_an_object"]
        );
        assert!(found.0[0].help.as_deref().unwrap().contains("`nmae`"));
    }
}
