//! The hash that generated ConfigMaps and Secrets carry in their names.
//!
//! SHA-256 of a compact JSON text with sorted keys, in the notation of Go's encoder; the first ten hex digits, of which those that could form words are
//! replaced. The object's name is part of the text but always empty: the reference looks for a field of the literal name `metadata/name`.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use crate::yaml::{Node, Scalar, Tag, Value};

/// The hash of an object; none for kinds other than ConfigMap and Secret.
pub fn hash(object: &Node) -> Option<String> {
    let kind = object.text_at(&["kind"])?;
    let (fields, optional): (&[&str], &str) = match kind {
        "ConfigMap" => (&["binaryData", "data", "kind", "name"], "binaryData"),
        "Secret" => (&["data", "kind", "name", "stringData", "type"], "stringData"),
        _ => return None,
    };
    let mut json = String::from("{");
    for field in fields {
        // The optional field takes part when it is a mapping, the others always.
        let value = if *field == "name" { object.get("metadata/name") } else { object.get(field) };
        if *field == optional && value.is_none_or(|v| v.as_map().is_none()) {
            continue;
        }
        if json.len() > 1 {
            json.push(',');
        }
        write_string(&mut json, field);
        json.push(':');
        match value.map(|v| &v.value) {
            None => json.push_str("\"\""),
            Some(Value::Scalar(scalar)) => write_string(&mut json, &scalar.text),
            // What is not a mapping is lost on the way through the reference's map of values.
            Some(Value::Seq(_)) => json.push_str("null"),
            Some(Value::Map(_)) => write_node(&mut json, value.expect("it is a mapping")),
        }
    }
    json.push('}');
    Some(shorten(&json))
}

fn shorten(json: &str) -> String {
    let digest = Sha256::digest(json.as_bytes());
    hex::encode(&digest[..5])
        .chars()
        .map(|c| match c {
            '0' => 'g',
            '1' => 'h',
            '3' => 'k',
            'a' => 'm',
            'e' => 't',
            other => other,
        })
        .collect()
}

fn write_node(out: &mut String, node: &Node) {
    match &node.value {
        Value::Scalar(scalar) => write_scalar(out, scalar),
        Value::Seq(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write_node(out, item);
            }
            out.push(']');
        }
        Value::Map(map) => {
            let mut entries: Vec<_> = map.entries.iter().collect();
            entries.sort_by(|a, b| a.key.text.cmp(&b.key.text));
            out.push('{');
            for (i, entry) in entries.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write_string(out, &entry.key.text);
                out.push(':');
                write_node(out, &entry.value);
            }
            out.push('}');
        }
    }
}

fn write_scalar(out: &mut String, scalar: &Scalar) {
    match scalar.tag {
        Tag::Null => out.push_str("null"),
        Tag::Bool => out.push_str(if scalar.text.starts_with(['t', 'T']) { "true" } else { "false" }),
        Tag::Int | Tag::Float => match number(&scalar.text) {
            Some(value) => write_number(out, value),
            None => write_string(out, &scalar.text),
        },
        Tag::Str | Tag::Timestamp | Tag::Binary | Tag::Other => write_string(out, &scalar.text),
    }
}

/// Numbers are double precision on their way through the reference.
fn number(text: &str) -> Option<f64> {
    crate::yaml::parse_int11(text).map(|i| i as f64).or_else(|| text.replace('_', "").parse().ok())
}

/// The notation of Go's encoder: shortest digits, an exponent below 1e-6 and from 1e21 on.
fn write_number(out: &mut String, value: f64) {
    let size = value.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        let text = format!("{value:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |e| ('-', e));
        write!(out, "{digits}e{sign}{exponent:0>2}").expect("writing to a string succeeds");
        // One-digit negative exponents lose their leading zero.
        if sign == '-' && exponent.len() == 1 {
            out.replace_range(out.len() - 2..out.len() - 1, "");
        }
    } else {
        write!(out, "{value}").expect("writing to a string succeeds");
    }
}

/// A JSON string as Go writes it, with the characters escaped that HTML gives a meaning.
fn write_string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                write!(out, "\\u{:04x}", c as u32).expect("writing to a string succeeds");
            }
            _ => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::Origin;

    fn object(kind: &str, data: &[(&str, &str)]) -> Node {
        let mut node = Node::empty_map(Origin::NONE);
        let map = node.as_map_mut().unwrap();
        map.set("kind", Node::string(Origin::NONE, kind));
        if !data.is_empty() {
            let mut inner = Node::empty_map(Origin::NONE);
            for (key, value) in data {
                inner.as_map_mut().unwrap().set(key, Node::string(Origin::NONE, *value));
            }
            map.set("data", inner);
        }
        node
    }

    #[test]
    fn equals_the_reference() {
        // `kustomize build` of a generator with these literals.
        let map = object(
            "ConfigMap",
            &[("A", "1"), ("B ", " 2 "), ("C", "\"q\""), ("PATH", ""), ("q", "x"), ("r", "\""), ("s", "")],
        );
        assert_eq!(hash(&map).as_deref(), Some("g6kd96c7c2"));
        assert_eq!(hash(&object("Deployment", &[])), None);
    }

    #[test]
    fn text_is_in_the_notation_of_go() {
        let mut out = String::new();
        write_string(&mut out, "<a>&\u{1}\n\u{2028}ä");
        assert_eq!(out, "\"\\u003ca\\u003e\\u0026\\u0001\\n\\u2028ä\"");
        for (value, text) in [(1.5, "1.5"), (1e21, "1e+21"), (1e-7, "1e-7"), (1.25e-10, "1.25e-10"), (-3.0, "-3")] {
            let mut out = String::new();
            write_number(&mut out, value);
            assert_eq!(out, text);
        }
    }
}
