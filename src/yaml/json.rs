//! JSON as Go writes and reads it.

use compact_str::CompactString;

use crate::diagnostics::{Diagnostic, Pos};

use super::emit;
use super::number::{self, Number};
use super::order::{self, Sorter};
use super::resolve::{is_base60, resolve, resolve11};
use super::scalar::{self, Typed};
use super::{Entry, Map, Node, Origin, Scalar, Style, Tag, Value};

/// Appends a tree as `json.Marshal` prints it: keys in byte order, `<`, `>` and `&` escaped.
///
/// # Errors
/// What has no form in JSON, as for [`emit`](super::emit).
pub fn to_json(node: &Node, out: &mut String) -> Result<(), Diagnostic> {
    Writer { out, pretty: false }.value(node, 0, true)
}

/// The same with line breaks and an indentation of two, as `json.MarshalIndent` prints it.
///
/// # Errors
/// What has no form in JSON.
pub fn to_json_pretty(node: &Node, out: &mut String) -> Result<(), Diagnostic> {
    Writer { out, pretty: true }.value(node, 0, true)
}

/// A tree from JSON, all nodes with one origin; the order of keys is kept.
///
/// # Errors
/// Text that is not JSON.
pub fn from_json(text: &str, origin: Origin) -> Result<Node, Diagnostic> {
    let value: serde_json::Value = serde_json::from_str(text).map_err(|e| {
        Diagnostic::error("redisops::json::syntax", format!("not JSON: {e}")).label(
            origin.pos().unwrap_or(Pos::NONE),
            1,
            "in this text",
        )
    })?;
    Ok(from_value(value, origin))
}

/// A value of JSON as a node; all its parts have the same origin.
pub fn from_value(value: serde_json::Value, origin: Origin) -> Node {
    use serde_json::Value as Json;
    match value {
        Json::Null => Node::null(origin),
        Json::Bool(value) => Node::scalar(origin, Scalar::bool(value)),
        Json::Number(value) => {
            let text: CompactString = value.to_string().into();
            let tag = resolve(&text);
            Node::scalar(origin, Scalar { text, tag, style: Style::Plain })
        }
        Json::String(text) => Node::scalar(origin, Scalar { text: text.into(), tag: Tag::Str, style: Style::Double }),
        Json::Array(items) => {
            let items = items.into_iter().map(|item| from_value(item, origin)).collect();
            Node::new(origin, Value::Seq(items))
        }
        Json::Object(object) => {
            let pos = origin.pos().unwrap_or(Pos::NONE);
            let entries = object
                .into_iter()
                .map(|(key, value)| Entry { key: Scalar::string(key), key_pos: pos, value: from_value(value, origin) })
                .collect();
            Node::new(origin, Value::Map(Map { entries }))
        }
    }
}

/// Makes a tree what it becomes when the reference patches it as JSON: numbers are floats (12345678901234567890 loses digits, 1000000 reads `1e+06`),
/// dates are strings, keys are in order.
///
/// # Errors
/// What has no form in JSON. The tree is half done then.
pub fn through_json(node: &mut Node) -> Result<(), Diagnostic> {
    emit::check(node)?;
    normalise(node, true)
}

fn normalise(node: &mut Node, root: bool) -> Result<(), Diagnostic> {
    let pos = node.origin.pos().unwrap_or(Pos::NONE);
    match &mut node.value {
        Value::Scalar(scalar) => {
            let float = |value: f64| {
                let mut text = String::new();
                number::write_g(&mut text, value);
                Scalar { tag: resolve(&text), text: text.into(), style: Style::Plain }
            };
            let replacement = match scalar::typed(scalar, pos)? {
                Typed::Null => Scalar::null(),
                Typed::Bool(value) => Scalar::bool(value),
                Typed::Number(Number::Int(value)) => float(value as f64),
                Typed::Number(Number::Uint(value)) => float(value as f64),
                Typed::Number(Number::Float(value)) => float(value),
                Typed::Str(text) => {
                    let style = if text.contains('\n') {
                        Style::Literal
                    } else if resolve11(&text) != Tag::Str || is_base60(&text) {
                        Style::Double
                    } else {
                        Style::Plain
                    };
                    Scalar { text: text.as_ref().into(), tag: Tag::Str, style }
                }
            };
            *scalar = replacement;
        }
        Value::Seq(items) => items.iter_mut().try_for_each(|item| normalise(item, false))?,
        Value::Map(map) => {
            for entry in &mut map.entries {
                emit::check_key(entry, root)?;
                entry.key.tag = Tag::Str;
                normalise(&mut entry.value, false)?;
            }
            let mut order = Vec::new();
            order::sorted(Sorter::V3, &map.entries, &mut order);
            let mut entries: Vec<Option<Entry>> = std::mem::take(&mut map.entries).into_iter().map(Some).collect();
            map.entries = order.into_iter().filter_map(|i| entries[i as usize].take()).collect();
        }
    }
    Ok(())
}

struct Writer<'o> {
    out: &'o mut String,
    pretty: bool,
}

impl Writer<'_> {
    fn value(&mut self, node: &Node, level: usize, root: bool) -> Result<(), Diagnostic> {
        match &node.value {
            Value::Scalar(scalar) => {
                match scalar::typed(scalar, node.origin.pos().unwrap_or(Pos::NONE))? {
                    Typed::Null => self.out.push_str("null"),
                    Typed::Bool(true) => self.out.push_str("true"),
                    Typed::Bool(false) => self.out.push_str("false"),
                    Typed::Number(Number::Float(value)) => number::write_json_float(self.out, value),
                    Typed::Number(value) => scalar::write_number(self.out, value),
                    Typed::Str(text) => self.string(&text),
                }
                Ok(())
            }
            Value::Seq(items) => {
                self.out.push('[');
                for (i, item) in items.iter().enumerate() {
                    self.next(i, level + 1);
                    self.value(item, level + 1, false)?;
                }
                self.close(items.is_empty(), level, ']');
                Ok(())
            }
            Value::Map(map) => {
                let mut order: Vec<&Entry> = map.entries.iter().collect();
                order.sort_by(|a, b| a.key.text.cmp(&b.key.text));
                if let Some(pair) = order.windows(2).find(|pair| pair[0].key.text == pair[1].key.text) {
                    return Err(emit::duplicate(pair[0], pair[1]));
                }
                self.out.push('{');
                for (i, entry) in order.iter().enumerate() {
                    emit::check_key(entry, root)?;
                    self.next(i, level + 1);
                    self.string(&entry.key.text);
                    self.out.push_str(if self.pretty { ": " } else { ":" });
                    self.value(&entry.value, level + 1, false)?;
                }
                self.close(order.is_empty(), level, '}');
                Ok(())
            }
        }
    }

    fn next(&mut self, i: usize, level: usize) {
        if i > 0 {
            self.out.push(',');
        }
        if self.pretty {
            self.line(level);
        }
    }

    fn close(&mut self, empty: bool, level: usize, bracket: char) {
        if self.pretty && !empty {
            self.line(level);
        }
        self.out.push(bracket);
    }

    fn line(&mut self, level: usize) {
        self.out.push('\n');
        (0..level).for_each(|_| self.out.push_str("  "));
    }

    fn string(&mut self, text: &str) {
        use std::fmt::Write;
        self.out.push('"');
        let mut rest = text;
        while let Some(at) =
            rest.find(|c: char| c < ' ' || matches!(c, '"' | '\\' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}'))
        {
            self.out.push_str(&rest[..at]);
            let Some(c) = rest[at..].chars().next() else { break };
            match c {
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                '\n' => self.out.push_str("\\n"),
                '\r' => self.out.push_str("\\r"),
                '\t' => self.out.push_str("\\t"),
                '\x08' => self.out.push_str("\\b"),
                '\x0C' => self.out.push_str("\\f"),
                // Writing to a string cannot fail.
                c => drop(write!(self.out, "\\u{:04x}", u32::from(c))),
            }
            rest = &rest[at + c.len_utf8()..];
        }
        self.out.push_str(rest);
        self.out.push('"');
    }
}

#[cfg(test)]
mod tests {
    use super::super::{emit, parse_documents};
    use super::*;
    use crate::diagnostics::{SourceKind, Sources};

    fn parse(text: &str) -> Node {
        let sources = Sources::new();
        let source = sources.add("t", text.into(), SourceKind::Resource).unwrap();
        parse_documents(&source).unwrap().remove(0)
    }

    #[test]
    fn json_is_that_of_go() {
        let mut out = String::new();
        to_json(&parse("b: 1.50\na10: <&>\na2: [1e21, 0x10, ~, yes, true]\nc: 2001-01-02\nd: {}\n"), &mut out).unwrap();
        assert_eq!(
            out,
            "{\"a10\":\"\\u003c\\u0026\\u003e\",\"a2\":[1e+21,16,null,\"yes\",true],\"b\":1.5,\"c\":\"2001-01-02T00:00:00Z\",\"d\":{}}"
        );
        out.clear();
        to_json_pretty(&parse("b: [1, {}]\na: []\n"), &mut out).unwrap();
        assert_eq!(out, "{\n  \"a\": [],\n  \"b\": [\n    1,\n    {}\n  ]\n}");
    }

    #[test]
    fn numbers_become_floats() {
        let mut node = parse("big: 12345678901234567890\nmillion: 1000000\nport: 80\n");
        through_json(&mut node).unwrap();
        assert_eq!(node.text_at(&["million"]), Some("1e+06"));
        let mut out = String::new();
        emit(&node, &mut out).unwrap();
        assert_eq!(out, "big: 12345678901234567000\nmillion: 1000000\nport: 80\n");
    }

    #[test]
    fn reads_json() {
        let node = from_json(r#"{"b": [1, 1.5, "x\/y"], "a": {"n": null}}"#, Origin::NONE).unwrap();
        let mut out = String::new();
        emit(&node, &mut out).unwrap();
        assert_eq!(out, "a:\n  \"n\": null\nb:\n- 1\n- 1.5\n- x/y\n");
        assert!(from_json("{", Origin::NONE).is_err());
    }

    #[test]
    fn digits_stay() {
        let mut out = String::new();
        to_json(&from_json("[9.236853636853685e+22,1.2344444444444445e+29]", Origin::NONE).unwrap(), &mut out).unwrap();
        assert_eq!(out, "[9.236853636853685e+22,1.2344444444444445e+29]");
    }
}
