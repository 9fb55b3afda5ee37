//! What a placeholder may do with its value: `| base64decode | jsonPath {.host}`.

use sha2::{Digest, Sha256};

use crate::diagnostics::{SourceKind, Sources};
use crate::yaml::{self, parse_yaml11};

use super::json::{self, Numbers};
use super::value::Value;
use super::{go, jsonpath};

/// The names of all modifiers.
pub const NAMES: [&str; 7] =
    ["base64encode", "base64decode", "jsonPath", "jsonParse", "yamlParse", "indent", "sha256sum"];

/// What a modifier makes of a value.
///
/// # Errors
/// Why it makes nothing of it, in words that have no part of the value.
pub fn apply(name: &str, parameters: &[&str], value: Value) -> Result<Value, String> {
    match name {
        "jsonPath" => json_path(parameters, value),
        "indent" => indent(parameters, value),
        _ if !parameters.is_empty() => Err(format!("`{name}` takes no parameters")),
        "base64encode" => Ok(Value::text(go::encode(&text(name, value)?))),
        // What is no base64 ends the value, as it does in the reference.
        "base64decode" => Ok(Value::Text(go::decode(&text(name, value)?).0)),
        "sha256sum" => Ok(Value::text(hex::encode(Sha256::digest(text(name, value)?)))),
        "jsonParse" => {
            json::parse(&text(name, value)?, Numbers::Floats).map_err(|why| format!("the value is not JSON: {why}"))
        }
        "yamlParse" => yaml_parse(&text(name, value)?),
        _ => Err(format!("there is no modifier `{name}`")),
    }
}

fn text(name: &str, value: Value) -> Result<Vec<u8>, String> {
    match value {
        Value::Text(bytes) => Ok(bytes),
        other => Err(format!("`{name}` needs a text, the value is {}", other.what())),
    }
}

fn indent(parameters: &[&str], value: Value) -> Result<Value, String> {
    let [level] = parameters else { return Err("`indent` takes one number, as in `indent 4`".to_owned()) };
    let level: i64 = level.parse().map_err(|_| format!("`{level}` is not a number of columns"))?;
    // More than any manifest has.
    let level = usize::try_from(level.max(0)).unwrap_or(0).min(10_000);
    let bytes = text("indent", value)?;
    let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    let mut out = go::trim(lines[0]).to_vec();
    if lines.len() > 1 {
        out.push(b'\n');
    }
    for (i, line) in lines.iter().enumerate().skip(1).filter(|(_, line)| !line.is_empty()) {
        out.extend(std::iter::repeat_n(b' ', level));
        out.extend_from_slice(go::trim(line));
        if i + 1 < lines.len() {
            out.push(b'\n');
        }
    }
    Ok(Value::Text(out))
}

fn json_path(parameters: &[&str], value: Value) -> Result<Value, String> {
    if parameters.is_empty() {
        return Err("`jsonPath` needs an expression, as in `jsonPath {.host}`".to_owned());
    }
    let template = jsonpath::parse(&parameters.join(" "))?;
    let value = match value {
        Value::Text(bytes) => {
            json::parse(&bytes, Numbers::Floats).map_err(|why| format!("the value is not JSON: {why}"))?
        }
        other => other,
    };
    jsonpath::evaluate(&template, &value).map(Value::Text)
}

fn yaml_parse(bytes: &[u8]) -> Result<Value, String> {
    let sources = Sources::new();
    let source = sources
        .add("(a secret)", String::from_utf8_lossy(bytes).into_owned(), SourceKind::Data)
        .map_err(|_| "the value is too large".to_owned())?;
    // What the parser says of the text would show it.
    let node = parse_yaml11(&source).map_err(|found| {
        let line = found.labels.first().and_then(|label| sources.location(label.pos)).map(|at| at.line);
        format!("the value is not YAML{}", line.map_or(String::new(), |line| format!(" (line {line})")))
    })?;
    let mut out = String::new();
    yaml::to_json(&node, &mut out).map_err(|_| "the value has no form in JSON".to_owned())?;
    json::parse(out.as_bytes(), Numbers::Floats)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(chain: &str, value: &str) -> Result<String, String> {
        let mut value = Value::text(value);
        for modifier in chain.split('|') {
            let words: Vec<&str> = modifier.split_whitespace().collect();
            value = apply(words[0], &words[1..], value)?;
        }
        let mut out = String::new();
        value.write_json(&mut out);
        Ok(out)
    }

    #[test]
    fn modifiers_do_what_they_say() {
        let cases = [
            ("base64encode", "hello", "\"aGVsbG8=\""),
            ("base64decode", "aGVsbG8=", "\"hello\""),
            ("base64decode", "aGVs!", "\"hel\""),
            ("sha256sum", "hello", "\"2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\""),
            ("jsonPath {.a} and {.b[0]}", r#"{"a": 1, "b": [true]}"#, "\"1 and true\""),
            ("jsonParse", r#"{"a": 1.50}"#, r#"{"a":1.5}"#),
            ("jsonParse", "null", "null"),
            ("yamlParse", "a: 010\nb: [yes, x]\n", r#"{"a":8,"b":[true,"x"]}"#),
            ("jsonParse | jsonPath {.a.b} | base64encode", r#"{"a": {"b": "x"}}"#, "\"eA==\""),
            ("indent 2", " a \n b \n\nc", "\"a\\n  b\\n  c\""),
            ("indent 2", "a\nb\n", "\"a\\n  b\\n\""),
        ];
        for (chain, value, expected) in cases {
            assert_eq!(run(chain, value).as_deref(), Ok(expected), "{chain} of {value}");
        }
    }

    #[test]
    fn errors_show_nothing_of_the_value() {
        let cases = [
            ("base64encode 1", "`base64encode` takes no parameters"),
            ("indent", "`indent` takes one number, as in `indent 4`"),
            ("indent x", "`x` is not a number of columns"),
            ("jsonPath", "`jsonPath` needs an expression, as in `jsonPath {.host}`"),
            ("jsonPath {.a}", "the value is not JSON: it is not JSON (line 1, column 1)"),
            ("jsonParse", "the value is not JSON: it is not JSON (line 1, column 1)"),
            ("yamlParse", "the value is not YAML (line 1)"),
            ("rot13", "there is no modifier `rot13`"),
        ];
        for (chain, expected) in cases {
            let got = run(chain, "hunter2: [").unwrap_err();
            assert_eq!(got, expected, "{chain}");
        }
        assert_eq!(
            run("jsonParse | base64encode", "[1]").unwrap_err(),
            "`base64encode` needs a text, the value is a list"
        );
    }
}
