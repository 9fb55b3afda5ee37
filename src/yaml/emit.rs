//! A tree as the build prints it: the bytes of the reference's `Resource.AsYAML`.
//!
//! The reference goes from nodes to text (go-yaml v3), to a map, to JSON, and through go-yaml v2 to text again. What that does to a value is in
//! `scalar`; here is what the v2 emitter writes for the result, straight from the nodes.

use std::borrow::Cow;

use crate::diagnostics::{Diagnostic, Pos};

use super::order::{self, Sorter};
use super::scalar::{self, Typed};
use super::write::Writer;
use super::{Entry, Map, Node, Tag, Value};

/// Appends a tree to a text, ending in a line break.
///
/// # Errors
/// What has no form in JSON: keys that are not strings or stand twice, `.inf`, `.nan`. The text is incomplete then.
pub fn emit(node: &Node, out: &mut String) -> Result<(), Diagnostic> {
    if let Value::Scalar(scalar) = &node.value {
        return Err(Diagnostic::error("redisops::yaml::root", "a resource is a mapping, and this is a single value")
            .label(
                node.origin.pos().unwrap_or(Pos::NONE),
                scalar.text.lines().next().map_or(1, str::len),
                "not a mapping",
            ));
    }
    let mut emitter = Emitter { writer: Writer::new(out), orders: Vec::new() };
    emitter.node(node, -1, Context::Root)?;
    emitter.writer.end();
    Ok(())
}

/// Looks for keys that stand twice, as the reference does before it writes a resource.
///
/// # Errors
/// The first such key, with both places.
pub fn check(node: &Node) -> Result<(), Diagnostic> {
    match &node.value {
        Value::Scalar(_) => Ok(()),
        Value::Seq(items) => items.iter().try_for_each(check),
        Value::Map(map) => {
            let mut order = Vec::new();
            order::sorted(Sorter::V2, &map.entries, &mut order);
            check_order(map, &order)?;
            map.entries.iter().try_for_each(|e| check(&e.value))
        }
    }
}

fn check_order(map: &Map, order: &[u32]) -> Result<(), Diagnostic> {
    for pair in order.windows(2) {
        let (first, second) = (&map.entries[pair[0] as usize], &map.entries[pair[1] as usize]);
        if first.key.text == second.key.text {
            return Err(duplicate(first, second));
        }
    }
    Ok(())
}

/// A key that stands twice.
pub(super) fn duplicate(first: &Entry, second: &Entry) -> Diagnostic {
    let key = &first.key.text;
    Diagnostic::error("redisops::yaml::duplicate", format!("the key `{key}` stands twice"))
        .label(second.key_pos, key.len(), "again here")
        .label(first.key_pos, key.len(), "first here")
        .help("remove one of them")
}

/// Refuses keys that are not strings. The reference reads the outermost mapping with string keys in mind, so that any key but null is one there.
pub(super) fn check_key(entry: &Entry, root: bool) -> Result<(), Diagnostic> {
    if entry.key.tag == Tag::Str || root && entry.key.tag != Tag::Null {
        return Ok(());
    }
    let text = &entry.key.text;
    Err(Diagnostic::error("redisops::yaml::key", format!("the key `{text}` is not a string"))
        .label(entry.key_pos, text.len(), "read as another type")
        .help(format!("put it in quotes: \"{text}\"")))
}

/// What a node stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Context {
    Root,
    Item,
    Value,
}

struct Emitter<'o> {
    writer: Writer<'o>,
    /// Orders of keys that are not in use, to keep their memory.
    orders: Vec<Vec<u32>>,
}

impl Emitter<'_> {
    fn node(&mut self, node: &Node, indent: i32, context: Context) -> Result<(), Diagnostic> {
        match &node.value {
            Value::Scalar(scalar) => {
                let pos = node.origin.pos().unwrap_or(Pos::NONE);
                self.writer.space();
                match scalar::typed(scalar, pos)? {
                    Typed::Null => self.writer.word("null"),
                    Typed::Bool(true) => self.writer.word("true"),
                    Typed::Bool(false) => self.writer.word("false"),
                    Typed::Number(value) => self.writer.number(value),
                    Typed::Str(text) => {
                        let text = scalar::through_reader(&text).map_err(|c| refused(c, pos))?;
                        let indent = if indent < 0 { 2 } else { indent as usize + 2 };
                        self.writer.string(&text, indent, false);
                    }
                }
                Ok(())
            }
            Value::Seq(items) => self.seq(items, indent, context),
            Value::Map(map) => self.map(map, indent, context),
        }
    }

    fn seq(&mut self, items: &[Node], indent: i32, context: Context) -> Result<(), Diagnostic> {
        if items.is_empty() {
            self.writer.indicator("[]", false);
            return Ok(());
        }
        let indent = match indent {
            ..0 => 0,
            same if context == Context::Value && !self.writer.indention() => same,
            outer => outer + 2,
        };
        for item in items {
            self.writer.indent(indent as usize);
            self.writer.indicator("-", true);
            self.node(item, indent, Context::Item)?;
        }
        Ok(())
    }

    fn map(&mut self, map: &Map, indent: i32, context: Context) -> Result<(), Diagnostic> {
        if map.is_empty() {
            self.writer.indicator("{}", false);
            return Ok(());
        }
        let mut order = self.orders.pop().unwrap_or_default();
        order::sorted(Sorter::V2, &map.entries, &mut order);
        check_order(map, &order)?;
        let indent = if indent < 0 { 0 } else { indent + 2 };
        for &number in &order {
            let entry = &map.entries[number as usize];
            check_key(entry, context == Context::Root)?;
            let key = scalar::through_reader(&entry.key.text).map_err(|c| refused(c, entry.key_pos))?;
            if matches!(key, Cow::Owned(_)) {
                // The reader takes no key of several lines.
                return Err(refused('\u{85}', entry.key_pos));
            }
            self.writer.indent(indent as usize);
            if self.writer.simple_key(&key, indent as usize + 2) {
                self.writer.colon();
            } else {
                self.writer.indent(indent as usize);
                self.writer.indicator(":", true);
            }
            self.node(&entry.value, indent, Context::Value)?;
        }
        self.orders.push(order);
        Ok(())
    }
}

fn refused(c: char, pos: Pos) -> Diagnostic {
    Diagnostic::error("redisops::yaml::character", format!("the character U+{:04X} cannot be written", u32::from(c)))
        .label(pos, 1, "in this value")
        .note("YAML allows no control characters, and the reference refuses them even as escapes")
}
