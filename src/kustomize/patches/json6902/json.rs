//! JSON text to nodes with places: a patch that starts with `[` must be JSON to the letter.

use crate::diagnostics::{Diagnostic, Source};
use crate::yaml::{Entry, Map, Node, Origin, Scalar, Style, Tag, Value};

/// Depth at which Go's JSON decoder gives up.
const MAX_DEPTH: usize = 1000;

/// The value in a text.
///
/// # Errors
/// The first thing that is not JSON.
pub(super) fn parse(source: &Source) -> Result<Node, Diagnostic> {
    let mut parser = Parser { source, at: 0 };
    let node = parser.value(0)?;
    parser.space();
    if parser.at < source.text.len() {
        return Err(parser.error("nothing may follow the closing bracket"));
    }
    Ok(node)
}

struct Parser<'s> {
    source: &'s Source,
    at: usize,
}

impl Parser<'_> {
    fn error(&self, what: &str) -> Diagnostic {
        Diagnostic::error("redisops::patch::json", "the patch is not JSON")
            .label(self.source.pos(self.at), 1, what)
            .note("a patch that starts with `[` is read as JSON, in which keys and texts need double quotes")
            .help("write it as YAML: one `- op: …` an operation")
    }

    fn peek(&self) -> Option<u8> {
        self.source.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn value(&mut self, depth: usize) -> Result<Node, Diagnostic> {
        if depth > MAX_DEPTH {
            return Err(self.error("too many levels"));
        }
        self.space();
        let origin = Origin::at(self.source.pos(self.at));
        let value = match self.peek() {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.array(depth)?,
            Some(b'"') => Value::Scalar(Scalar { text: self.string()?.into(), tag: Tag::Str, style: Style::Double }),
            Some(b'-' | b'0'..=b'9') => Value::Scalar(self.number()?),
            _ => Value::Scalar(self.word()?),
        };
        Ok(Node::new(origin, value))
    }

    fn object(&mut self, depth: usize) -> Result<Value, Diagnostic> {
        self.at += 1;
        let mut map = Map::new();
        self.space();
        if self.eat(b'}') {
            return Ok(Value::Map(map));
        }
        loop {
            self.space();
            let key_pos = self.source.pos(self.at);
            if self.peek() != Some(b'"') {
                return Err(self.error("expected a key in double quotes"));
            }
            let key = Scalar { text: self.string()?.into(), tag: Tag::Str, style: Style::Double };
            self.space();
            if !self.eat(b':') {
                return Err(self.error("expected `:`"));
            }
            let value = self.value(depth + 1)?;
            // The last of equal keys counts.
            map.entries.retain(|e: &Entry| e.key.text != key.text);
            map.push(key, key_pos, value);
            self.space();
            if self.eat(b'}') {
                return Ok(Value::Map(map));
            }
            if !self.eat(b',') {
                return Err(self.error("expected `,` or `}`"));
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value, Diagnostic> {
        self.at += 1;
        let mut items = Vec::new();
        self.space();
        if self.eat(b']') {
            return Ok(Value::Seq(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.space();
            if self.eat(b']') {
                return Ok(Value::Seq(items));
            }
            if !self.eat(b',') {
                return Err(self.error("expected `,` or `]`"));
            }
        }
    }

    fn word(&mut self) -> Result<Scalar, Diagnostic> {
        let words = [("true", Scalar::bool(true)), ("false", Scalar::bool(false)), ("null", Scalar::null())];
        for (word, scalar) in words {
            if self.source.text[self.at..].starts_with(word) {
                self.at += word.len();
                return Ok(scalar);
            }
        }
        Err(self.error("expected a value"))
    }

    fn number(&mut self) -> Result<Scalar, Diagnostic> {
        let rest = &self.source.text[self.at..];
        let end = rest.find(|c: char| !matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E')).unwrap_or(rest.len());
        let text = &rest[..end];
        if serde_json::from_str::<serde_json::Number>(text).is_err() {
            return Err(self.error("this is no number"));
        }
        self.at += end;
        Ok(Scalar::resolved(text, Style::Plain))
    }

    fn string(&mut self) -> Result<String, Diagnostic> {
        let start = self.at;
        let bytes = self.source.text.as_bytes();
        let mut end = start + 1;
        while let Some(byte) = bytes.get(end) {
            match byte {
                b'"' => {
                    // Escapes are decoded by a JSON library; half of a surrogate pair is the one thing on which Go is milder.
                    return match serde_json::from_str(&self.source.text[start..=end]) {
                        Ok(text) => {
                            self.at = end + 1;
                            Ok(text)
                        }
                        Err(_) => Err(self.error("this text has an escape or a character that JSON does not allow")),
                    };
                }
                b'\\' => end += 2,
                _ => end += 1,
            }
        }
        Err(self.error("the text that starts here has no end"))
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostics::{SourceKind, Sources};

    use super::*;

    fn read(text: &str) -> Result<Node, Diagnostic> {
        let sources = Sources::new();
        let source = sources.add("p.json", text.into(), SourceKind::Patch).unwrap();
        parse(&source)
    }

    #[test]
    fn json_and_nothing_else() {
        let node =
            read(r#"[{"op": "add", "path": "/a~1b", "value": {"n": -1.5e3, "t": "\u00e4\/", "z": null}}]"#).unwrap();
        let op = &node.as_seq().unwrap()[0];
        assert_eq!(op.text_at(&["value", "t"]), Some("ä/"));
        assert_eq!(op.text_at(&["value", "n"]), Some("-1.5e3"));
        assert!(op.lookup(&["value", "z"]).unwrap().is_null());
        for bad in ["[{op: add}]", "[1,]", "[01]", "[] x", "[\"a", "[{\"a\" 1}]", "[tru]"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
