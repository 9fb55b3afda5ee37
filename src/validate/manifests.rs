//! Files of plain manifests: objects as they stand, nothing rendered.

use crate::diagnostics::{Diagnostic, Diagnostics, Pos, Source, did_you_mean};
use crate::k8s::Resource;
use crate::yaml::{Node, Value, parse_documents};

/// The objects in a text; lists of objects give their items.
///
/// # Errors
/// Text that is not YAML; documents that are no objects.
pub fn manifests(source: &Source) -> (Vec<Resource>, Diagnostics) {
    let mut found = Diagnostics::new();
    let Some(documents) = found.take(parse_documents(source)) else { return (Vec::new(), found) };
    let mut objects = Vec::with_capacity(documents.len());
    for document in documents {
        add(document, &mut objects, &mut found);
    }
    (objects, found)
}

fn add(mut node: Node, objects: &mut Vec<Resource>, found: &mut Diagnostics) {
    let empty = match &node.value {
        Value::Map(map) => map.is_empty(),
        _ => node.is_null(),
    };
    if empty {
        return;
    }
    let is_list = node.text_at(&["kind"]).is_some_and(|kind| kind.ends_with("List"));
    if is_list && let Some(items) = node.get_mut("items").and_then(Node::as_seq_mut) {
        std::mem::take(items).into_iter().for_each(|item| add(item, objects, found));
        return;
    }
    match lacks(&node) {
        None => objects.push(Resource::new(node)),
        Some(wrong) => found.push(wrong),
    }
}

/// What keeps a document from being an object.
fn lacks(node: &Node) -> Option<Diagnostic> {
    let pos = node.origin.pos().unwrap_or(Pos::NONE);
    let Some(map) = node.as_map() else {
        return Some(
            Diagnostic::error("redisops::resource::not_an_object", "this document is no object")
                .label(pos, 1, "expected a mapping")
                .help("begin with `apiVersion` and `kind`"),
        );
    };
    for key in ["kind", "apiVersion"] {
        if node.text_at(&[key]).is_none_or(str::is_empty) {
            let near = did_you_mean(key, map.entries.iter().map(|entry| entry.key.text.as_str()));
            return Some(
                Diagnostic::error("redisops::resource::incomplete", format!("the object has no `{key}`"))
                    .label(pos, 1, "this object")
                    .help(match near {
                        Some(near) => format!("did you mean `{key}` by `{near}`?"),
                        None => format!("add `{key}`"),
                    }),
            );
        }
    }
    let has = |key: &str| node.text_at(&["metadata", key]).is_some_and(|name| !name.is_empty());
    (!has("name") && !has("generateName")).then(|| {
        Diagnostic::error("redisops::resource::no_name", "the object has no name")
            .label(node.get("metadata").and_then(|it| it.origin.pos()).unwrap_or(pos), 1, "this object")
            .help("add `name` to `metadata`")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::{SourceKind, Sources};

    #[test]
    fn objects_are_taken_as_they_stand() {
        let text = "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: a}}\n---\n# nothing\n---\n\
                    {apiVersion: batch/v1, kind: Job, metadata: {generateName: j-}}\n---\n{kind: Pod, apiVerion: v1, metadata: {name: x}}\n---\n- 1\n---\n{apiVersion: v1, kind: Pod}\n";
        let sources = Sources::new();
        let source = sources.add("a.yaml", text.to_owned(), SourceKind::Resource).unwrap();
        let (objects, found) = manifests(&source);
        let names: Vec<&str> = objects.iter().map(Resource::kind).collect();
        assert_eq!(names, ["Pod", "Job"]);
        let said: Vec<&str> = found.0.iter().map(|it| it.message.as_str()).collect();
        assert_eq!(said, ["the object has no `apiVersion`", "this document is no object", "the object has no name"]);
        assert_eq!(found.0[0].help.as_deref(), Some("did you mean `apiVersion` by `apiVerion`?"));
    }
}
