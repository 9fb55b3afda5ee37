//! The value of a scalar as JSON has it, which is what the reference's output is made of.

use std::borrow::Cow;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::diagnostics::{Diagnostic, Pos};

use super::number::{self, Number};
use super::resolve::{self, Schema};
use super::{Scalar, Style, Tag, emit_v3, timestamp};

/// A value of JSON.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Typed<'a> {
    Null,
    Bool(bool),
    Number(Number),
    Str(Cow<'a, str>),
}

/// Go's `base64.StdEncoding`: padding is needed, spare bits are not looked at.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireCanonical)
        .with_decode_allow_trailing_bits(true),
);

/// The value of a scalar that stands at `pos`.
pub(super) fn typed(scalar: &Scalar, pos: Pos) -> Result<Typed<'_>, Diagnostic> {
    let text = scalar.text.as_str();
    let label = |diagnostic: Diagnostic| diagnostic.label(pos, text.len(), "");
    let wrong = |what: &str| label(Diagnostic::error("redisops::yaml::tag", format!("`{text}` is not {what}")));
    Ok(match scalar.tag {
        Tag::Str | Tag::Other if emit_v3::is_lost(text, scalar.style) => {
            return Err(Diagnostic::error("redisops::yaml::tab", "a text of several lines starts with a tab")
                .label(pos, 1, "this text")
                .note(
                    "kustomize writes such a text as a block, and cannot read the block: YAML is indented with spaces",
                )
                .help("start the text with an empty line or another character, or put it into double quotes"));
        }
        Tag::Str | Tag::Other => Typed::Str(match scalar.style {
            Style::Folded => emit_v3::refolded(text).map_or(Cow::Borrowed(text), Cow::Owned),
            _ => Cow::Borrowed(text),
        }),
        // Quoted by kyaml on the way, see the builder.
        Tag::Null if scalar.style == Style::Single && text.is_empty() => Typed::Str(Cow::Borrowed("")),
        Tag::Timestamp if scalar.style == Style::Single => Typed::Str(Cow::Borrowed(text)),
        // A replacement may put a text where a null was, which keeps its type.
        Tag::Null if resolve::resolve(text) == Tag::Null => Typed::Null,
        Tag::Null => return Err(wrong("null, which the field is; remove the null, or quote it")),
        Tag::Bool => Typed::Bool(resolve::bool11(text).ok_or_else(|| wrong("a boolean"))?),
        Tag::Int => match resolve::parse_number(Schema::V3, text) {
            Some(value @ (Number::Int(_) | Number::Uint(_))) => Typed::Number(value),
            _ => return Err(wrong("an integer")),
        },
        Tag::Float => match resolve::parse_number(Schema::V3, text) {
            Some(Number::Int(value)) => Typed::Number(Number::Float(value as f64)),
            Some(Number::Uint(value)) => Typed::Number(Number::Float(value as f64)),
            Some(value @ Number::Float(_)) => Typed::Number(value),
            None if resolve::resolve(text) == Tag::Float => {
                return Err(label(Diagnostic::error(
                    "redisops::yaml::number",
                    format!("`{text}` has no form in JSON, which Kubernetes needs"),
                ))
                .help("put it in quotes if it is meant as text"));
            }
            None => return Err(wrong("a number")),
        },
        Tag::Timestamp => match timestamp::to_rfc3339(text) {
            Some(date) => Typed::Str(Cow::Owned(date.into())),
            None => return Err(wrong("a timestamp")),
        },
        Tag::Binary => {
            let clean: Vec<u8> = text.bytes().filter(|b| !matches!(b, b'\n' | b'\r')).collect();
            let bytes = BASE64.decode(clean).map_err(|_| wrong("base64"))?;
            Typed::Str(Cow::Owned(replace_invalid(&bytes)))
        }
    })
}

/// Text of bytes; each byte that is not part of UTF-8 becomes U+FFFD, as in Go's JSON.
pub fn replace_invalid(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        chunk.invalid().iter().for_each(|_| out.push('\u{FFFD}'));
    }
    out
}

/// The text of a scalar that is a string in JSON; none for what is of another type.
pub fn string_value(scalar: &Scalar) -> Option<Cow<'_, str>> {
    match typed(scalar, Pos::NONE) {
        Ok(Typed::Str(text)) => Some(text),
        _ => None,
    }
}

/// A number as the output has it: through JSON, then by YAML 1.1.
pub(super) fn write_number(out: &mut String, value: Number) {
    use std::fmt::Write;
    // Writing to a string cannot fail.
    let _ = match value {
        Number::Int(value) => write!(out, "{value}"),
        Number::Uint(value) => write!(out, "{value}"),
        Number::Float(value) => {
            let mut json = String::new();
            number::write_json_float(&mut json, value);
            match number::parse_int(&json, 0) {
                Some(Number::Int(value)) => write!(out, "{value}"),
                Some(Number::Uint(value)) => write!(out, "{value}"),
                _ => {
                    number::write_g(out, value);
                    Ok(())
                }
            }
        }
    };
}

/// What a text becomes on its way through JSON and a YAML 1.1 reader: a next-line character is a line break there, and is folded.
///
/// # Errors
/// The character that the reader refuses.
pub(super) fn through_reader(text: &str) -> Result<Cow<'_, str>, char> {
    if text.bytes().all(|b| b < 0x7F) {
        return Ok(Cow::Borrowed(text));
    }
    if let Some(refused) =
        text.chars().find(|c| matches!(c, '\u{7F}'..='\u{84}' | '\u{86}'..='\u{9F}' | '\u{FFFE}' | '\u{FFFF}'))
    {
        return Err(refused);
    }
    if !text.contains('\u{85}') {
        return Ok(Cow::Borrowed(text));
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\u{85}') {
        // Spaces around the break go; tabs are escapes in JSON and stay.
        out.push_str(rest[..at].trim_end_matches(' '));
        let after = rest[at..].trim_start_matches(['\u{85}', ' ']);
        let breaks = rest[at..rest.len() - after.len()].matches('\u{85}').count();
        if breaks == 1 {
            out.push(' ');
        }
        (1..breaks).for_each(|_| out.push('\n'));
        rest = after;
    }
    out.push_str(rest);
    Ok(Cow::Owned(out))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> String {
        let mut out = String::new();
        let scalar = Scalar { text: text.into(), tag: resolve::resolve(text), style: Style::Plain };
        match typed(&scalar, Pos::NONE).unwrap() {
            Typed::Number(value) => write_number(&mut out, value),
            other => panic!("{other:?}"),
        }
        out
    }

    /// `tests/yaml/scalars.tsv` was made by both go-yaml libraries: text, tag in v3, Go type and JSON in v2.
    #[test]
    fn plain_scalars_have_the_types_of_go() {
        let mut wrong = Vec::new();
        for line in include_str!("../../tests/yaml/scalars.tsv").lines() {
            let mut fields = line.split('\t');
            let (text, tag, typed11) = (fields.next().unwrap(), fields.next().unwrap(), fields.next().unwrap());
            let found = match resolve::resolve(text) {
                _ if text == "<<" => "!!merge",
                Tag::Str => "!!str",
                Tag::Int => "!!int",
                Tag::Float => "!!float",
                Tag::Bool => "!!bool",
                Tag::Null => "!!null",
                Tag::Timestamp => "!!timestamp",
                Tag::Binary | Tag::Other => "?",
            };
            if found != tag {
                wrong.push(format!("{text}: {found}, not {tag}"));
            }
            let tag = match resolve::resolve11(text) {
                Tag::Timestamp => Tag::Str,
                tag => tag,
            };
            let scalar = Scalar { text: text.into(), tag, style: Style::Plain };
            let found = match typed(&scalar, Pos::NONE) {
                Err(_) => "float64".to_owned(),
                Ok(Typed::Null) => "<nil> null".to_owned(),
                Ok(Typed::Bool(value)) => format!("bool {value}"),
                Ok(Typed::Str(_)) => "string".to_owned(),
                Ok(Typed::Number(Number::Int(value))) => format!("int {value}"),
                Ok(Typed::Number(Number::Uint(value))) => format!("uint64 {value}"),
                Ok(Typed::Number(Number::Float(value))) => {
                    let mut out = "float64 ".to_owned();
                    number::write_json_float(&mut out, value);
                    out
                }
            };
            let expected = if typed11.starts_with("string ") { "string" } else { typed11 };
            if found != expected {
                wrong.push(format!("{text}: {found}, not {expected}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn numbers_go_through_json() {
        for (text, expected) in [
            ("1.0", "1"),
            ("1.50", "1.5"),
            ("1e3", "1000"),
            ("0x1F", "31"),
            ("0755", "493"),
            ("-0.0", "0"),
            ("1e20", "1e+20"),
            ("1234567.5", "1.2345675e+06"),
            ("18446744073709551615", "18446744073709551615"),
            ("0.00001", "1e-05"),
        ] {
            assert_eq!(number(text), expected, "{text}");
        }
    }

    #[test]
    fn blocks_that_start_with_a_tab_are_refused() {
        let is_refused = |text: &str, style| typed(&Scalar { style, ..Scalar::string(text) }, Pos::NONE).is_err();
        assert!(is_refused("\ta\n", Style::Plain) && is_refused("\ta", Style::Literal));
        assert!(is_refused("\ta\nb", Style::Folded));
        // In quotes, with a sign for the indentation, on one line, or where no block can hold the text.
        assert!(!is_refused("\ta\n", Style::Double) && !is_refused(" \ta\n", Style::Literal));
        assert!(!is_refused("\ta", Style::Plain) && !is_refused("\ta \n", Style::Literal));
    }

    #[test]
    fn next_line_characters_fold() {
        assert_eq!(through_reader("a \u{85} b").unwrap(), "a b");
        assert_eq!(through_reader("a\u{85}\u{85}b").unwrap(), "a\nb");
        assert_eq!(through_reader("a\u{7F}"), Err('\u{7F}'));
    }
}
