//! Walking an object along the path of a field spec.

use crate::yaml::{Map, Node, Origin, Scalar, Style, Tag, Value};

use super::types::FieldSpec;

/// What to do with a field that is not there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Missing {
    /// Nothing.
    Leave,
    /// Create an empty mapping for it.
    CreateMap,
    /// Create an empty scalar for it, with that type.
    CreateScalar(Tag),
}

/// A path that does not fit the object.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FieldError {
    /// What is wrong.
    pub message: String,
    /// The node where it is.
    pub origin: Origin,
}

impl FieldError {
    /// An error at a node.
    pub fn at(node: &Node, message: impl Into<String>) -> FieldError {
        FieldError { message: message.into(), origin: node.origin }
    }
}

/// Splits a path at a delimiter; a backslash before the delimiter keeps it, and one leading delimiter is dropped (the reference's path splitter).
pub fn split_path(path: &str, delimiter: char) -> Vec<String> {
    let path = path.strip_prefix(delimiter).unwrap_or(path);
    let mut parts: Vec<String> = Vec::new();
    let mut escaped = false;
    for piece in path.split(delimiter) {
        match parts.last_mut() {
            Some(last) if escaped => {
                last.pop();
                last.push(delimiter);
                last.push_str(piece);
            }
            _ => parts.push(piece.to_owned()),
        }
        escaped = parts.last().is_some_and(|p| p.ends_with('\\'));
    }
    parts
}

/// A field spec with its path split, ready to apply to many objects.
#[derive(Clone, Debug)]
pub struct FieldPath {
    /// The field spec.
    pub spec: FieldSpec,
    parts: Vec<String>,
}

impl FieldPath {
    /// Prepares a field spec.
    pub fn new(spec: &FieldSpec) -> FieldPath {
        FieldPath { spec: spec.clone(), parts: split_path(&spec.path, '/') }
    }

    /// Prepares many.
    pub fn all(specs: &[FieldSpec]) -> Vec<FieldPath> {
        specs.iter().map(FieldPath::new).collect()
    }

    /// Calls `set` on every node that the path reaches; lists are entered whether the path marks them (`[]`) or not. Does not look at the kind.
    ///
    /// # Errors
    /// When the path leads through a scalar, or `set` fails.
    pub fn visit(
        &self,
        object: &mut Node,
        missing: Missing,
        set: &mut dyn FnMut(&mut Node) -> Result<(), FieldError>,
    ) -> Result<(), FieldError> {
        let missing = if self.spec.create { missing } else { Missing::Leave };
        walk(object, &self.parts, missing, set)
    }
}

fn walk(
    node: &mut Node,
    path: &[String],
    missing: Missing,
    set: &mut dyn FnMut(&mut Node) -> Result<(), FieldError>,
) -> Result<(), FieldError> {
    let Some((part, rest)) = path.split_first() else { return set(node) };
    if node.is_null() {
        return Ok(());
    }
    let origin = node.origin;
    match &mut node.value {
        // Lists have no part of their own in the path.
        Value::Seq(items) => items.iter_mut().try_for_each(|item| walk(item, path, missing, set)),
        Value::Map(map) => walk_map(map, part, rest, missing, origin, set),
        Value::Scalar(_) => Err(FieldError::at(
            node,
            format!("the path goes on with `{part}`, but this is neither a mapping nor a list"),
        )),
    }
}

fn walk_map(
    map: &mut Map,
    part: &str,
    rest: &[String],
    missing: Missing,
    origin: Origin,
    set: &mut dyn FnMut(&mut Node) -> Result<(), FieldError>,
) -> Result<(), FieldError> {
    let (name, is_list) = part.strip_suffix("[]").map_or((part, false), |n| (n, true));
    if name.is_empty() {
        return Err(FieldError { message: "a part of the path is empty".to_owned(), origin });
    }
    let create = if is_list {
        Missing::Leave
    } else if rest.is_empty() || missing == Missing::Leave {
        missing
    } else {
        Missing::CreateMap
    };
    let position = match map.position(name) {
        Some(position) => position,
        None => {
            let Some(value) = empty(create) else { return Ok(()) };
            map.set(name, Node::new(Origin::NONE, value));
            map.len() - 1
        }
    };
    let field = &mut map.entries[position].value;
    if field.is_null() {
        if is_list {
            field.value = Value::Seq(Vec::new());
        } else if let (Missing::CreateScalar(tag), Value::Scalar(null)) = (create, &mut field.value) {
            // The reference changes the type and leaves the text (`null`, `~`).
            null.tag = tag;
        } else if let Some(value) = empty(create) {
            field.value = value;
        }
    }
    walk(field, rest, missing, set)
}

fn empty(missing: Missing) -> Option<Value> {
    match missing {
        Missing::Leave => None,
        Missing::CreateMap => Some(Value::Map(Map::new())),
        Missing::CreateScalar(tag) => Some(Value::Scalar(Scalar { text: "".into(), tag, style: Style::Plain })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_split_at_unescaped_delimiters() {
        assert_eq!(split_path("/metadata/name", '/'), ["metadata", "name"]);
        assert_eq!(split_path(r"metadata/annotations/a.b\/c", '/'), ["metadata", "annotations", "a.b/c"]);
        assert_eq!(split_path("spec", '/'), ["spec"]);
    }

    #[test]
    fn missing_fields_are_created_on_request_only() {
        let spec = |create| FieldSpec { path: "metadata/labels".into(), create, ..FieldSpec::default() };
        let mut object = Node::empty_map(Origin::NONE);
        let mut calls = 0;
        FieldPath::new(&spec(false))
            .visit(&mut object, Missing::CreateMap, &mut |_| {
                calls += 1;
                Ok(())
            })
            .unwrap();
        assert_eq!((calls, object.as_map().unwrap().len()), (0, 0));
        FieldPath::new(&spec(true))
            .visit(&mut object, Missing::CreateMap, &mut |n| {
                n.as_map_mut().unwrap().set("a", Node::string(Origin::NONE, "b"));
                Ok(())
            })
            .unwrap();
        assert_eq!(object.text_at(&["metadata", "labels", "a"]), Some("b"));
    }
}
