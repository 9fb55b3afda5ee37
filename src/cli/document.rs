//! JSON that programs read and people review: each member of the document and each item of its lists on a line of its own.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;
use serde_json::ser::Formatter;
use serde_json::{Serializer, Value};

use crate::cli::output;
use crate::diagnostics::Diagnostic;

/// The version of the forms.
pub const API_VERSION: &str = "redisops.dev/v1";

/// A value as a document of that kind.
pub fn document(kind: &str, value: &impl Serialize) -> String {
    let mut out = Vec::new();
    let lines = Lines { kind, depth: 0, is_spread: false, opens: false };
    // Types that fail to serialize do not exist here: no maps with keys that are no text, no own serializers that fail.
    let _ = value.serialize(&mut Serializer::with_formatter(&mut out, lines));
    out.push(b'\n');
    String::from_utf8(out).unwrap_or_default()
}

/// Writes a document to a file, in one go.
///
/// # Errors
/// When it cannot be written; an old file is then as it was.
pub fn save(path: &Path, text: &str) -> Result<(), Diagnostic> {
    output::replace(path, std::slice::from_ref(&text.to_owned()))
        .map_err(|error| output::cannot_write(&path.display().to_string(), &error))
}

/// How deep the members of a document are, and what is in them.
const MEMBERS: usize = 1;
const ITEMS: usize = 2;

/// Lists of objects and lists, and objects, that are members are spread over lines; everything below is on one.
struct Lines<'a> {
    kind: &'a str,
    /// How many objects and lists are open.
    depth: usize,
    /// Whether the items of the member that is open have lines of their own.
    is_spread: bool,
    /// Whether the first item of a list has begun, and what it is decides.
    opens: bool,
}

impl Lines<'_> {
    fn open<W: Write + ?Sized>(&mut self, out: &mut W, bracket: &[u8]) -> io::Result<()> {
        if std::mem::take(&mut self.opens) {
            self.is_spread = true;
            out.write_all(b"\n    ")?;
        }
        self.depth += 1;
        if self.depth == ITEMS {
            self.is_spread = false;
        }
        out.write_all(bracket)
    }

    fn close<W: Write + ?Sized>(&mut self, out: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth -= 1;
        if self.depth + 1 == ITEMS && self.is_spread {
            out.write_all(b"\n  ")?;
        }
        out.write_all(bracket)
    }
}

impl Formatter for Lines<'_> {
    fn begin_array<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.open(out, b"[")
    }

    fn end_array<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.close(out, b"]")
    }

    fn begin_array_value<W: Write + ?Sized>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        match (first, self.depth) {
            (true, ITEMS) => self.opens = true,
            (true, _) => {}
            (false, ITEMS) if self.is_spread => return out.write_all(b",\n    "),
            (false, _) => return out.write_all(b","),
        }
        Ok(())
    }

    fn end_array_value<W: Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        self.opens = false;
        Ok(())
    }

    fn begin_object<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.open(out, b"{")?;
        match self.depth {
            MEMBERS => {
                write!(out, "\n  \"apiVersion\": \"{API_VERSION}\",\n  \"kind\": {}", Value::from(self.kind))
            }
            _ => Ok(()),
        }
    }

    fn end_object<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        if self.depth == MEMBERS {
            out.write_all(b"\n")?;
        }
        self.close(out, b"}")
    }

    fn begin_object_key<W: Write + ?Sized>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        match (first, self.depth) {
            (_, MEMBERS) => out.write_all(b",\n  "),
            (true, ITEMS) => {
                self.is_spread = true;
                out.write_all(b"\n    ")
            }
            (false, ITEMS) => out.write_all(b",\n    "),
            (true, _) => Ok(()),
            (false, _) => out.write_all(b","),
        }
    }

    fn begin_object_value<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(if self.depth <= ITEMS { b": " } else { b":" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_an_item() {
        let value = serde_json::json!({"seed": null, "moves": [{"from": "a", "slots": [[0, 5]]}, {"from": "b"}], "none": [], "table": {"a": [1, 2], "b\"": {}}, "empty": {}, "lists": [[1, {"c": [{}]}], []], "words": ["x", "y"], "last": [{}]});
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
  "empty": {},
  "lists": [
    [1,{"c":[{}]}],
    []
  ],
  "words": ["x","y"],
  "last": [
    {}
  ]
}
"#;
        assert_eq!(text, expected);
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["moves"], value["moves"]);
    }
}
