//! The text of a JSON patch to operations with places.

use crate::diagnostics::{Diagnostic, Pos, Source};
use crate::yaml::{Node, Trace, parse_yaml11, through_json};

use super::json;

/// Operations in order.
#[derive(Clone, Debug, Default)]
pub struct JsonPatch {
    /// The operations.
    pub operations: Vec<Operation>,
}

/// One operation as written. What is wrong with it is found out when it is applied, as in the reference: a patch that selects nothing may be wrong.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Where it stands.
    pub pos: Pos,
    /// The mapping, as it stands in the patch.
    pub node: Node,
    /// Its `value`, as an object gets it; null where there is none.
    pub value: Option<Node>,
}

impl Operation {
    /// The text of a field of the operation, when it is a string.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        let node = self.node.get(key)?;
        let scalar = node.as_scalar()?;
        (scalar.tag == crate::yaml::Tag::Str).then_some(scalar.text.as_str())
    }

    /// Where a field of the operation stands; the operation itself when it has no such field.
    pub(super) fn pos_of(&self, key: &str, trace: &Trace) -> Pos {
        self.node.get(key).map_or(self.pos, |n| trace.pos(n.origin))
    }
}

/// Reads a patch: JSON when it starts with `[`, YAML 1.1 otherwise. Nothing, or null, is a patch without operations.
///
/// # Errors
/// When it is not JSON or YAML, or not a list of mappings.
pub fn parse_json_patch(source: &Source) -> Result<JsonPatch, Diagnostic> {
    let node = if source.text.starts_with('[') { json::parse(source)? } else { parse_yaml11(source)? };
    if node.is_null() {
        return Ok(JsonPatch::default());
    }
    let pos = |node: &Node| node.origin.pos().unwrap_or(Pos::NONE);
    let wrong = |node: &Node, what: &str| {
        Diagnostic::error(
            "redisops::patch::json_shape",
            format!("a JSON patch is a list of operations; this is {what}"),
        )
        .label(pos(node), node.text().map_or(1, str::len), "expected `- op: …` here")
        .help("write `- op: add|remove|replace|move|copy|test` with a `path`, and a `value` or `from`")
    };
    let Some(items) = node.as_seq() else { return Err(wrong(&node, super::super::strategic::describe(&node))) };
    let mut operations = Vec::with_capacity(items.len());
    for item in items {
        if item.as_map().is_none() && !item.is_null() {
            return Err(wrong(item, super::super::strategic::describe(item)));
        }
        let value = match item.get("value") {
            None => None,
            Some(value) => {
                let mut value = value.clone();
                through_json(&mut value)?;
                Some(value)
            }
        };
        operations.push(Operation { pos: pos(item), node: item.clone(), value });
    }
    Ok(JsonPatch { operations })
}
