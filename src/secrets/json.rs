//! JSON of stores and in values.

use super::value::{Fields, Value};

/// What becomes of numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Numbers {
    /// They stay as they are written.
    Kept,
    /// They become floats.
    Floats,
}

/// Reads JSON. The error says where, never what.
///
/// # Errors
/// Text that is not JSON.
pub fn parse(text: &[u8], numbers: Numbers) -> Result<Value, String> {
    let text = String::from_utf8_lossy(text);
    // The reader knows the syntax; what follows walks over text that is right.
    let checked: Result<serde::de::IgnoredAny, _> = serde_json::from_str(&text);
    checked.map_err(|error| place(&error))?;
    let mut reader = Reader { text: &text, at: 0, numbers };
    reader.value()
}

fn place(error: &serde_json::Error) -> String {
    let what = match error.classify() {
        serde_json::error::Category::Eof => "it ends too early",
        _ => "it is not JSON",
    };
    format!("{what} (line {}, column {})", error.line(), error.column())
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    numbers: Numbers,
}

impl<'a> Reader<'a> {
    fn peek(&mut self) -> u8 {
        let bytes = self.text.as_bytes();
        while bytes.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
        bytes.get(self.at).copied().unwrap_or(0)
    }

    /// Whether the list or mapping has an item behind this one.
    fn goes_on(&mut self, end: u8) -> bool {
        let next = self.peek();
        self.at += usize::from(next == b',' || next == end);
        next != end && next != 0
    }

    fn word(&mut self) -> &'a str {
        let rest = &self.text[self.at..];
        let end = rest.find([',', ']', '}', ' ', '\t', '\r', '\n']).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn string(&mut self) -> Result<String, String> {
        let bytes = self.text.as_bytes();
        let start = self.at;
        self.at += 1;
        while let Some(byte) = bytes.get(self.at) {
            match byte {
                b'"' => break,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        let quoted = self.text.get(start..self.at).unwrap_or("");
        serde_json::from_str(quoted).or_else(|_| serde_json::from_str(&without_halves(quoted))).map_err(|e| place(&e))
    }

    fn value(&mut self) -> Result<Value, String> {
        Ok(match self.peek() {
            b'"' => Value::text(self.string()?),
            b'[' => {
                self.at += 1;
                let mut items = Vec::new();
                if self.peek() == b']' {
                    self.at += 1;
                    return Ok(Value::List(items));
                }
                loop {
                    items.push(self.value()?);
                    if !self.goes_on(b']') {
                        return Ok(Value::List(items));
                    }
                }
            }
            b'{' => Value::Map(self.fields()?),
            _ => match self.word() {
                "null" => Value::Null,
                "true" => Value::Bool(true),
                "false" => Value::Bool(false),
                number => match self.numbers {
                    Numbers::Kept => Value::Number(number.to_owned()),
                    Numbers::Floats => number
                        .parse::<f64>()
                        .ok()
                        .filter(|value| value.is_finite())
                        .map(Value::Float)
                        .ok_or_else(|| "it has a number that no computer can hold".to_owned())?,
                },
            },
        })
    }

    fn fields(&mut self) -> Result<Fields, String> {
        self.at += 1;
        let mut fields: Fields = Vec::new();
        if self.peek() == b'}' {
            self.at += 1;
            return Ok(fields);
        }
        loop {
            self.peek();
            let key = self.string()?;
            self.peek();
            self.at += 1;
            let value = self.value()?;
            match fields.iter_mut().find(|(name, _)| *name == key) {
                Some(same) => same.1 = value,
                None => fields.push((key, value)),
            }
            if !self.goes_on(b'}') {
                return Ok(fields);
            }
        }
    }
}

/// Halves of surrogate pairs that stand alone are U+FFFD to Go.
fn without_halves(quoted: &str) -> String {
    let mut out = String::with_capacity(quoted.len());
    let mut rest = quoted;
    let half = |text: &str| u16::from_str_radix(text.get(2..6).unwrap_or(""), 16).ok();
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = match half(rest).filter(|_| rest.starts_with("\\u")) {
            Some(0xD800..=0xDBFF)
                if matches!(half(&rest[6..]), Some(0xDC00..=0xDFFF)) && rest[6..].starts_with("\\u") =>
            {
                12
            }
            Some(0xD800..=0xDFFF) => {
                out.push('\u{FFFD}');
                rest = &rest[6..];
                continue;
            }
            _ => 2.min(rest.len()),
        };
        out.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(text: &str, numbers: Numbers) -> Result<String, String> {
        let mut out = String::new();
        parse(text.as_bytes(), numbers)?.write_json(&mut out);
        Ok(out)
    }

    #[test]
    fn reads_all_of_it() {
        let text = r#" { "a" : [ 1.0, -2e3 ,"x\"}\\" , [] ,{}], "b":{"c":null,"d" :true}, "a2":"\ud83d\ude00" } "#;
        assert_eq!(
            round(text, Numbers::Kept).unwrap(),
            r#"{"a":[1.0,-2e3,"x\"}\\",[],{}],"a2":"😀","b":{"c":null,"d":true}}"#
        );
        assert_eq!(round("[1.0, 12345678901234567890]", Numbers::Floats).unwrap(), "[1,12345678901234567000]");
        assert_eq!(round(r#""\ud800x\u0041""#, Numbers::Kept).unwrap(), "\"\u{FFFD}xA\"");
    }

    #[test]
    fn an_error_says_nothing_of_the_text() {
        assert_eq!(round("hunter2", Numbers::Kept).unwrap_err(), "it is not JSON (line 1, column 1)");
        assert_eq!(round("{\"a\": \"hunter2\"", Numbers::Kept).unwrap_err(), "it ends too early (line 1, column 15)");
        assert!(round("[1e999]", Numbers::Floats).unwrap_err().contains("number"));
    }
}
