//! JSON and YAML inside a string: read, changed, and written back as the reference writes it.

use std::borrow::Cow;
use std::sync::Arc;

use crate::diagnostics::{Diagnostic, Pos, Source, SourceKind, Sources};
use crate::yaml::{Entry, Map, Node, Origin, Style, Value, emit_v3, parse_first, to_json, to_json_pretty};

use super::path::lookup;

/// Where a path leaves the object and goes on inside a string: the number of parts that lead to that string.
pub(super) fn text_in_path(node: &Node, path: &[String]) -> Option<usize> {
    (1..path.len()).find(|&end| {
        // Longer paths cannot be found behind the first scalar, so this is the only one.
        matches!(lookup(node, &path[..end]), Ok(Some(found)) if found.as_scalar().is_some())
    })
}

/// A text that was read as a tree.
pub(super) struct Parsed {
    pub(super) tree: Node,
    pub(super) source: Arc<Source>,
}

/// The tree in a text; none for an empty one. Its places are of no use outside of it.
///
/// # Errors
/// When it is not YAML.
pub(super) fn parse(text: &str) -> Result<Option<Parsed>, String> {
    let source = Sources::new()
        .add("", text.to_owned(), SourceKind::Data)
        .map_err(|_| "the text is too large to look into".to_owned())?;
    let tree =
        parse_first(&source).map_err(|error| format!("the text there is neither JSON nor YAML: {}", error.message))?;
    Ok(tree.map(|tree| Parsed { tree, source }))
}

impl Parsed {
    /// The changed tree as text: JSON where the text was JSON, on several lines where it had several.
    ///
    /// # Errors
    /// When the tree has no such form.
    pub(super) fn write(&self) -> Result<String, Diagnostic> {
        let before = self.source.text.as_str();
        let mut out = String::with_capacity(before.len() + 16);
        if !before.trim_start().starts_with(['{', '[']) {
            emit_v3(&self.tree, Some(&self.source), &mut out);
            return Ok(out.trim().to_owned());
        }
        match before.contains('\n') && before.contains("  ") {
            true => to_json_pretty(&self.tree, &mut out)?,
            false => to_json(&self.tree, &mut out)?,
        }
        Ok(out)
    }
}

/// Whether a collection stands in brackets in its text.
pub(super) fn is_in_brackets(source: &Source, origin: Origin) -> bool {
    origin.pos().is_some_and(|pos| {
        source.contains(pos) && matches!(source.text.as_bytes().get(source.offset(pos)), Some(b'[' | b'{'))
    })
}

/// A value to be put into such a tree: without places, which mean something else there.
pub(super) fn without_origins(node: &Node) -> Node {
    let value = match &node.value {
        Value::Scalar(scalar) => Value::Scalar(scalar.clone()),
        Value::Seq(items) => Value::Seq(items.iter().map(without_origins).collect()),
        Value::Map(map) => Value::Map(Map {
            entries: map
                .entries
                .iter()
                .map(|e| Entry { key: e.key.clone(), key_pos: Pos::NONE, value: without_origins(&e.value) })
                .collect(),
        }),
    };
    Node::new(Origin::NONE, value)
}

/// A value as the reference compares it with the pattern of a list item: as YAML, with its quotes.
pub(super) fn shown(node: &Node) -> Cow<'_, str> {
    match node.as_scalar() {
        Some(scalar) if scalar.style == Style::Plain && !scalar.text.contains('\n') => {
            Cow::Borrowed(scalar.text.trim())
        }
        _ => {
            let mut out = String::new();
            emit_v3(node, None, &mut out);
            Cow::Owned(out.trim().to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(text: &str) -> String {
        parse(text).unwrap().unwrap().write().unwrap()
    }

    #[test]
    fn json_keeps_being_json() {
        assert_eq!(rewritten(r#"{"b": 1, "a": ["<x>", 1.50, null]}"#), r#"{"a":["\u003cx\u003e",1.5,null],"b":1}"#);
        assert_eq!(rewritten("{\n  \"a\": {},\n  \"b\": [1]\n}"), "{\n  \"a\": {},\n  \"b\": [\n    1\n  ]\n}");
    }

    #[test]
    fn yaml_keeps_being_yaml() {
        assert_eq!(rewritten("b: 1\na:\n  - 'x'\n"), "b: 1\na:\n- 'x'");
    }
}
