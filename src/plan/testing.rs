//! Objects for tests.
#![allow(clippy::unwrap_used)]

use crate::drift::{Change, ChangeKind, FieldChange, Origin};
use crate::k8s::ResourceRef;
use crate::yaml::{Node, from_json};

/// An object with some members more; those win over the usual ones.
pub fn with(api_version: &str, kind: &str, namespace: &str, name: &str, more: &str) -> Node {
    let namespace = match namespace {
        "" => String::new(),
        namespace => format!(r#","namespace":"{namespace}""#),
    };
    let metadata = match more.contains(r#""metadata""#) {
        true => String::new(),
        false => format!(r#","metadata":{{"name":"{name}"{namespace}}}"#),
    };
    let more = if more.is_empty() { String::new() } else { format!(",{more}") };
    let text = format!(r#"{{"apiVersion":"{api_version}","kind":"{kind}"{metadata}{more}}}"#);
    from_json(&text, crate::yaml::Origin::NONE).unwrap()
}

/// An object without anything.
pub fn object(api_version: &str, kind: &str, namespace: &str, name: &str) -> Node {
    with(api_version, kind, namespace, name, "")
}

/// What becomes of an object.
pub fn change(object: &Node, change: ChangeKind, fields: Vec<FieldChange>) -> Change {
    Change {
        target: None,
        resource: ResourceRef::of_node(object),
        change,
        renamed_from: None,
        place: Some(Origin { file: "a.yaml".into(), line: 1, column: 1, commit: None }),
        consequence: None,
        fields,
        error: None,
        refusal: None,
    }
}

/// A field that differs.
pub fn field(path: &str, before: serde_json::Value, after: serde_json::Value) -> FieldChange {
    FieldChange {
        path: path.into(),
        before,
        after,
        origin: Some(Origin { file: "a.yaml".into(), line: 7, column: 3, commit: None }),
        manager: None,
        consequence: None,
        conflict: false,
        unmanaged: false,
    }
}
