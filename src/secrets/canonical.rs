//! A document as a client of Kubernetes holds it before it looks for placeholders.

use crate::diagnostics::Diagnostic;
use crate::yaml::{Node, Tag, Value, json_float, resolve11};

/// Brings a document into that form: the last of keys that stand twice, integers that fit 64 bits, other numbers as floats.
///
/// # Errors
/// A document that is no object: it is no mapping, or has no kind.
pub fn canonical(document: &mut Node) -> Result<(), Diagnostic> {
    let pos = document.origin.pos().unwrap_or_default();
    if document.as_map().is_none() {
        return Err(Diagnostic::error("redisops::secrets::no_object", "this document is not a Kubernetes object")
            .label(pos, 1, "it is not a mapping"));
    }
    settle(document);
    let kind = document.get("kind").filter(|kind| kind.text().is_some_and(|text| !text.is_empty()) && !kind.is_null());
    if kind.is_none() {
        return Err(Diagnostic::error("redisops::secrets::no_object", "this document is not a Kubernetes object")
            .label(pos, 1, "it has no `kind`")
            .help("write `apiVersion` and `kind`, or take the document out"));
    }
    Ok(())
}

fn settle(node: &mut Node) {
    match &mut node.value {
        Value::Map(map) => {
            map.keep_last();
            map.entries.iter_mut().for_each(|entry| settle(&mut entry.value));
        }
        Value::Seq(items) => items.iter_mut().for_each(settle),
        Value::Scalar(scalar) => {
            if scalar.tag == Tag::Int
                && scalar.text.parse::<i64>().is_err()
                && let Some(value) = scalar.text.parse::<u64>().ok().map(|value| value as f64)
            {
                let text = json_float(value);
                scalar.tag = resolve11(&text);
                scalar.text = text.into();
            }
        }
    }
}
