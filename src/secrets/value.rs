//! What a store gives for a key.

use std::fmt;

use crate::yaml::{self, Node, Origin, Scalar, Style, Tag};

use super::go;

/// A value of a store, as deep as it may be. It prints as dots.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number as the store wrote it.
    Number(String),
    /// A number that was read as a float.
    Float(f64),
    /// Text, which need not be UTF-8 once it was decoded.
    Text(Vec<u8>),
    /// Bytes, which have no other form than base64 in a manifest.
    Bytes(Vec<u8>),
    /// A list.
    List(Vec<Value>),
    /// A mapping, in the order of the store.
    Map(Fields),
}

/// The keys of a secret with their values.
pub type Fields = Vec<(String, Value)>;

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("••••")
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("••••")
    }
}

/// The value of a key, the last where it stands twice.
pub fn field<'a>(fields: &'a Fields, key: &str) -> Option<&'a Value> {
    fields.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value)
}

impl Value {
    /// Text.
    pub fn text(text: impl Into<String>) -> Value {
        Value::Text(text.into().into_bytes())
    }

    /// What kind of value it is, for messages.
    pub fn what(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "a truth value",
            Value::Number(_) | Value::Float(_) => "a number",
            Value::Text(_) => "a text",
            Value::Bytes(_) => "binary",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }

    /// Its text, where a manifest needs one; none for lists and mappings.
    pub fn into_text(self) -> Option<Vec<u8>> {
        Some(match self {
            Value::Bool(value) => value.to_string().into_bytes(),
            Value::Number(text) => text.into_bytes(),
            Value::Float(value) => yaml::json_float(value).into_bytes(),
            Value::Text(bytes) | Value::Bytes(bytes) => bytes,
            Value::Null | Value::List(_) | Value::Map(_) => return None,
        })
    }

    /// As a node of a manifest.
    pub fn into_node(self, origin: Origin) -> Node {
        match self {
            Value::Null => Node::null(origin),
            Value::Bool(value) => Node::scalar(origin, Scalar::bool(value)),
            Value::Number(text) => number(&text, origin),
            Value::Float(value) => number(&yaml::json_float(value), origin),
            Value::Text(bytes) => string(yaml::replace_invalid(&bytes), origin),
            Value::Bytes(bytes) => string(go::encode(&bytes), origin),
            Value::List(items) => {
                let items = items.into_iter().map(|item| item.into_node(origin)).collect();
                Node::new(origin, yaml::Value::Seq(items))
            }
            Value::Map(fields) => {
                let mut node = Node::empty_map(origin);
                if let Some(map) = node.as_map_mut() {
                    for (key, value) in fields {
                        map.set(&key, value.into_node(origin));
                    }
                }
                node
            }
        }
    }

    /// Appends it as Go prints JSON.
    pub fn write_json(&self, out: &mut String) {
        match self {
            Value::Number(text) => out.push_str(text),
            Value::List(items) => {
                out.push('[');
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    item.write_json(out);
                }
                out.push(']');
            }
            Value::Map(fields) => {
                let mut sorted: Vec<(usize, &(String, Value))> = fields.iter().enumerate().collect();
                sorted.sort_by(|(i, (a, _)), (j, (b, _))| a.cmp(b).then(j.cmp(i)));
                sorted.dedup_by(|(_, (a, _)), (_, (b, _))| a == b);
                out.push('{');
                for (i, (_, (key, value))) in sorted.into_iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    json_scalar(&string(key.clone(), Origin::NONE), out);
                    out.push(':');
                    value.write_json(out);
                }
                out.push('}');
            }
            scalar => json_scalar(&scalar.clone().into_node(Origin::NONE), out),
        }
    }
}

fn json_scalar(node: &Node, out: &mut String) {
    // Texts, truth values, null and finite numbers have a form in JSON.
    let _ = yaml::to_json(node, out);
}

fn string(text: String, origin: Origin) -> Node {
    // Quoted, so that the emitter takes nothing for a block that it has to read again.
    Node::scalar(origin, Scalar { text: text.into(), tag: Tag::Str, style: Style::Double })
}

fn number(text: &str, origin: Origin) -> Node {
    match yaml::resolve11(text) {
        tag @ (Tag::Int | Tag::Float) if text.parse::<f64>().is_ok_and(f64::is_finite) => {
            Node::scalar(origin, Scalar { text: text.into(), tag, style: Style::Plain })
        }
        _ => string(text.to_owned(), origin),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(value: &Value) -> String {
        let mut out = String::new();
        value.write_json(&mut out);
        out
    }

    #[test]
    fn prints_as_dots() {
        let value = Value::Map(vec![("a".into(), Value::text("hunter2"))]);
        assert_eq!(format!("{value} {value:?} {:?}", Some(&value)), "•••• •••• Some(••••)");
    }

    #[test]
    fn json_is_that_of_go() {
        let value = Value::Map(vec![
            ("b".into(), Value::Number("1.0".into())),
            ("a".into(), Value::text("<x>\n")),
            ("b".into(), Value::List(vec![Value::Float(26_379_000.0), Value::Null, Value::Bool(true)])),
        ]);
        assert_eq!(json(&value), "{\"a\":\"\\u003cx\\u003e\\n\",\"b\":[26379000,null,true]}");
    }

    #[test]
    fn manifests_get_what_json_can_hold() {
        let emitted = |value: Value| {
            let mut node = Node::empty_map(Origin::NONE);
            node.as_map_mut().unwrap().set("v", value.into_node(Origin::NONE));
            let mut out = String::new();
            yaml::emit(&node, &mut out).unwrap();
            out
        };
        assert_eq!(emitted(Value::Number("1.0".into())), "v: 1\n");
        assert_eq!(emitted(Value::text("1.0")), "v: \"1.0\"\n");
        assert_eq!(emitted(Value::Text(vec![b'a', 0xFF, 0xFE])), "v: a\u{FFFD}\u{FFFD}\n");
        assert_eq!(emitted(Value::Bytes(vec![0, 1])), "v: AAE=\n");
        assert_eq!(emitted(Value::text("\tx\ny\n")), "v: \"\\tx\\ny\\n\"\n");
    }
}
