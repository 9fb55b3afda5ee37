//! A tree as kyaml prints it (`RNode.String`): two columns of indentation, lists not indented, nothing folded, styles kept.
//!
//! Used for YAML inside strings that a replacement writes into, and for what functions are given. Comments are not kept: nodes have none. Whether a
//! collection stood in brackets is read from its text.

use crate::diagnostics::Source;

use super::resolve::resolve;
use super::write::{Place, Writer};
use super::{Node, Scalar, Style, Tag, Value};

/// Appends a tree to a text, ending in a line break. `source` is the text that the tree was parsed from, if there is one.
pub fn emit_v3(node: &Node, source: Option<&Source>, out: &mut String) {
    let mut emitter = Emitter { writer: Writer::v3(out), source };
    emitter.node(node, -1, Place::Block, false);
    emitter.writer.end();
}

/// What a folded scalar reads as after the reference has written and read it, which its output has gone through; none when that changes nothing.
pub fn refolded(text: &str) -> Option<String> {
    let inner = text.strip_suffix('\n').unwrap_or(text);
    if !inner.contains(['\n', '\u{2028}', '\u{2029}']) {
        return None;
    }
    let mut written = String::new();
    Writer::v3(&mut written).styled(text, 2, Style::Folded, Place::Block);
    super::parse::scalar_of(&written)
}

/// Whether the reference cannot read a text again once it has written it: as a block whose first line starts with a tab, since it gives no indentation
/// then and the reader looks for it there.
pub(super) fn is_lost(text: &str, style: Style) -> bool {
    let style = match style {
        Style::Plain if text.contains('\n') => Style::Literal,
        style => style,
    };
    if !text.starts_with('\t') || !matches!(style, Style::Literal | Style::Folded) {
        return false;
    }
    let mut written = String::new();
    Writer::v3(&mut written).styled(text, 2, style, Place::Block);
    written.starts_with(['|', '>'])
}

struct Emitter<'o, 's> {
    writer: Writer<'o>,
    source: Option<&'s Source>,
}

impl Emitter<'_, '_> {
    fn node(&mut self, node: &Node, indent: i32, place: Place, in_value: bool) {
        match &node.value {
            Value::Scalar(scalar) => {
                let indent = if indent < 0 { 2 } else { indent as usize + 2 };
                self.scalar(scalar, indent, place);
            }
            Value::Seq(items) if items.is_empty() => self.writer.indicator("[]", false),
            Value::Map(map) if map.is_empty() => self.writer.indicator("{}", false),
            _ if place == Place::Flow || self.in_brackets(node) => self.flow(node, indent),
            Value::Seq(items) => {
                let indent = match indent {
                    ..0 => 0,
                    same if in_value && !self.writer.indention() => same,
                    outer => outer + 2,
                };
                for item in items {
                    self.writer.indent(indent as usize);
                    self.writer.indicator("-", true);
                    self.node(item, indent, Place::Block, false);
                }
            }
            Value::Map(map) => {
                let indent = if indent < 0 { 0 } else { indent + 2 };
                for entry in &map.entries {
                    self.writer.indent(indent as usize);
                    if Writer::is_simple(&entry.key.text) {
                        self.scalar(&entry.key, indent as usize + 2, Place::Key);
                        self.writer.colon();
                    } else {
                        self.writer.indicator("?", true);
                        self.scalar(&entry.key, indent as usize + 2, Place::Block);
                        self.writer.indent(indent as usize);
                        self.writer.indicator(":", true);
                    }
                    self.node(&entry.value, indent, Place::Block, true);
                }
            }
        }
    }

    fn flow(&mut self, node: &Node, indent: i32) {
        let indent = indent.max(0) + 2;
        match &node.value {
            Value::Scalar(_) => {}
            Value::Seq(items) => {
                self.writer.space();
                self.writer.bracket("[", true);
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        self.writer.bracket(",", false);
                    }
                    self.node(item, indent, Place::Flow, false);
                }
                self.writer.bracket("]", false);
            }
            Value::Map(map) => {
                self.writer.space();
                self.writer.bracket("{", true);
                for (i, entry) in map.entries.iter().enumerate() {
                    if i > 0 {
                        self.writer.bracket(",", false);
                    }
                    if Writer::is_simple(&entry.key.text) {
                        self.scalar(&entry.key, indent as usize, Place::FlowKey);
                        self.writer.colon();
                    } else {
                        self.writer.indicator("?", false);
                        self.scalar(&entry.key, indent as usize, Place::Flow);
                        self.writer.indicator(":", false);
                    }
                    self.node(&entry.value, indent, Place::Flow, true);
                }
                self.writer.bracket("}", false);
            }
        }
    }

    fn scalar(&mut self, scalar: &Scalar, indent: usize, place: Place) {
        let text = scalar.text.as_str();
        let plain = scalar.style == Style::Plain;
        let mut style = scalar.style;
        match scalar.tag {
            Tag::Str if plain && text.contains('\n') => style = Style::Literal,
            // A plain `<<` would read back as a merge key.
            Tag::Str if plain && (resolve(text) != Tag::Str || text == "<<") => style = Style::Double,
            Tag::Str | Tag::Other => {}
            tag if plain && resolve(text) == tag => {}
            tag => self.writer.indicator(tag_name(tag), false),
        }
        self.writer.styled(text, indent, style, place);
    }

    fn in_brackets(&self, node: &Node) -> bool {
        let (Some(source), Some(pos)) = (self.source, node.origin.pos()) else { return false };
        source.contains(pos) && matches!(source.text.as_bytes().get(source.offset(pos)), Some(b'[' | b'{'))
    }
}

fn tag_name(tag: Tag) -> &'static str {
    match tag {
        Tag::Str | Tag::Other => "!!str",
        Tag::Int => "!!int",
        Tag::Float => "!!float",
        Tag::Bool => "!!bool",
        Tag::Null => "!!null",
        Tag::Timestamp => "!!timestamp",
        Tag::Binary => "!!binary",
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse_first;
    use super::*;
    use crate::diagnostics::{SourceKind, Sources};

    fn printed(text: &str) -> String {
        let source = Sources::new().add("t", text.into(), SourceKind::Resource).unwrap();
        let node = parse_first(&source).unwrap().unwrap();
        let mut out = String::new();
        emit_v3(&node, Some(&source), &mut out);
        out
    }

    #[test]
    fn line_feeds_stay_in_quotes() {
        let text = "a: 'one\n\n  two\n\n\n  three'\n";
        assert_eq!(printed(text), text);
    }
}
