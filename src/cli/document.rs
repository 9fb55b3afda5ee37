//! JSON that programs read and people review: each member of the document and each item of its lists on a line of its own.

use std::fmt::Write;
use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use crate::cli::output;
use crate::diagnostics::Diagnostic;

/// The version of the forms.
pub const API_VERSION: &str = "redisops.dev/v1";

/// A value as a document of that kind.
pub fn document(kind: &str, value: &impl Serialize) -> String {
    let mut out = format!("{{\n  \"apiVersion\": \"{API_VERSION}\",\n  \"kind\": {}", Value::from(kind));
    // Types that fail to serialize do not exist here: no maps with keys that are no text, no own serializers that fail.
    let members = match serde_json::to_value(value) {
        Ok(Value::Object(members)) => members,
        _ => serde_json::Map::new(),
    };
    for (name, value) in &members {
        let _ = write!(out, ",\n  {}: ", Value::from(name.as_str()));
        member(value, &mut out);
    }
    out.push_str("\n}\n");
    out
}

/// Writes a document to a file, in one go.
///
/// # Errors
/// When it cannot be written; an old file is then as it was.
pub fn save(path: &Path, text: &str) -> Result<(), Diagnostic> {
    output::replace(path, std::slice::from_ref(&text.to_owned()))
        .map_err(|error| output::cannot_write(&path.display().to_string(), &error))
}

/// Lists of objects and lists, and objects, spread over lines; everything below is on one.
fn member(value: &Value, out: &mut String) {
    match value {
        Value::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => {
            spread('[', ']', items.iter().map(Value::to_string), out);
        }
        Value::Object(members) if !members.is_empty() => {
            spread(
                '{',
                '}',
                members.iter().map(|(name, value)| format!("{}: {value}", Value::from(name.as_str()))),
                out,
            );
        }
        other => {
            let _ = write!(out, "{other}");
        }
    }
}

fn spread(open: char, close: char, items: impl Iterator<Item = String>, out: &mut String) {
    out.push(open);
    for (index, item) in items.enumerate() {
        out.push_str(if index > 0 { ",\n    " } else { "\n    " });
        out.push_str(&item);
    }
    out.push_str("\n  ");
    out.push(close);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_an_item() {
        let value = serde_json::json!({"seed": null, "moves": [{"from": "a", "slots": [[0, 5]]}, {"from": "b"}], "none": [], "table": {"a": [1, 2], "b\"": {}}, "empty": {}});
        let text = document("SlotPlan", &value);
        let expected = r#"{
  "apiVersion": "redisops.dev/v1",
  "kind": "SlotPlan",
  "seed": null,
  "moves": [
    {"from":"a","slots":[[0,5]]},
    {"from":"b"}
  ],
  "none": [],
  "table": {
    "a": [1,2],
    "b\"": {}
  },
  "empty": {}
}
"#;
        assert_eq!(text, expected);
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["moves"], value["moves"]);
    }
}
