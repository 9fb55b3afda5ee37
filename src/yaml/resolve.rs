//! The type of a plain scalar, by the rules of go-yaml v3 (resources) and v2 (kustomization files, JSON patches, output).
//!
//! v3 is YAML 1.2 with leftovers: octal `0777`, underscores in numbers, timestamps. v2 adds the booleans of YAML 1.1 (`yes`, `on`, `y`, …) and lacks `0o7`.

use super::number::{self, Number};
use super::{Tag, timestamp};

/// Which rules.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Schema {
    /// go-yaml v3.
    V3,
    /// go-yaml v2, as `sigs.k8s.io/yaml` has it: YAML 1.1.
    V11,
}

/// The type of a plain scalar of a resource.
pub fn resolve(text: &str) -> Tag {
    resolve_by(Schema::V3, text)
}

/// The type of a plain scalar under YAML 1.1.
pub fn resolve11(text: &str) -> Tag {
    resolve_by(Schema::V11, text)
}

/// The type of a plain scalar. `<<` is a string here: what it means depends on its being a key.
pub fn resolve_by(schema: Schema, text: &str) -> Tag {
    let Some(&first) = text.as_bytes().first() else { return Tag::Null };
    match first {
        b'0'..=b'9' | b'+' | b'-' => match fixed(text) {
            Some(tag) => tag,
            None if timestamp::to_rfc3339(text).is_some() => Tag::Timestamp,
            None => match parse_number(schema, text) {
                Some(Number::Float(_)) => Tag::Float,
                Some(_) => Tag::Int,
                None => Tag::Str,
            },
        },
        b'.' => match fixed(text) {
            Some(tag) => tag,
            None if number::parse_dot_float(text).is_some() => Tag::Float,
            None => Tag::Str,
        },
        b't' | b'T' | b'f' | b'F' | b'n' | b'N' | b'~' if text.len() <= 5 => match fixed(text) {
            Some(tag) => tag,
            None if schema == Schema::V11 && bool11(text).is_some() => Tag::Bool,
            None => Tag::Str,
        },
        b'y' | b'Y' | b'o' | b'O' if schema == Schema::V11 && bool11(text).is_some() => Tag::Bool,
        _ => Tag::Str,
    }
}

/// Words with a fixed meaning in both versions.
fn fixed(text: &str) -> Option<Tag> {
    Some(match text {
        "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => Tag::Bool,
        "~" | "null" | "Null" | "NULL" => Tag::Null,
        ".nan" | ".NaN" | ".NAN" | ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" | "-.inf" | "-.Inf"
        | "-.INF" => Tag::Float,
        _ => return None,
    })
}

/// The value of a boolean in any of the spellings of YAML 1.1.
pub fn bool11(text: &str) -> Option<bool> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Some(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

/// The value of an integer in YAML 1.1 notation.
pub fn parse_int11(text: &str) -> Option<i64> {
    match parse_number(Schema::V11, text) {
        Some(Number::Int(value)) => Some(value),
        _ => None,
    }
}

/// The value of a finite number; none when the text is no number (or `.inf`, `.nan`, which JSON cannot say).
pub(super) fn parse_number(schema: Schema, text: &str) -> Option<Number> {
    match *text.as_bytes().first()? {
        b'.' => return number::parse_dot_float(text).map(Number::Float),
        b'0'..=b'9' | b'+' | b'-' => {}
        _ => return None,
    }
    // The common case: a short decimal number.
    if text.len() < 19 && text.bytes().all(|b| b.is_ascii_digit()) && (text.len() == 1 || !text.starts_with('0')) {
        return text.parse().ok().map(Number::Int);
    }
    let without;
    let plain = if text.contains('_') {
        without = text.replace('_', "");
        &without
    } else {
        text
    };
    if let Some(found) = number::parse_int(plain, 0) {
        // Go knows `0o7` by itself, v2 and v3 alike.
        return Some(found);
    }
    if number::is_float_form(plain) {
        return number::parse_float(plain).map(Number::Float);
    }
    // Digits behind these prefixes may carry a sign of their own.
    let (base, digits) = if let Some(digits) = plain.strip_prefix("0b") {
        (2, digits.to_owned())
    } else if let Some(digits) = plain.strip_prefix("-0b") {
        (2, format!("-{digits}"))
    } else if schema == Schema::V11 {
        return None;
    } else if let Some(digits) = plain.strip_prefix("0o") {
        (8, digits.to_owned())
    } else {
        (8, format!("-{}", plain.strip_prefix("-0o")?))
    };
    number::parse_int(&digits, base)
}

/// Whether a text is a base 60 number of YAML 1.1 (`1:30`): never read as one, but quoted when written.
pub(super) fn is_base60(text: &str) -> bool {
    let bytes = text.as_bytes();
    let start = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    if !bytes.get(start).is_some_and(u8::is_ascii_digit) || memchr::memchr(b':', bytes).is_none() {
        return false;
    }
    let mut rest = &bytes[start..];
    let run = rest.iter().take_while(|b| b.is_ascii_digit() || **b == b'_').count();
    rest = &rest[run..];
    let mut groups = 0;
    while let [b':', more @ ..] = rest {
        rest = match more {
            [b'0'..=b'5', b'0'..=b'9', rest @ ..] | [b'0'..=b'9', rest @ ..] => rest,
            _ => return false,
        };
        groups += 1;
    }
    if let [b'.', more @ ..] = rest {
        let run = more.iter().take_while(|b| b.is_ascii_digit() || **b == b'_').count();
        rest = &more[run..];
    }
    groups > 0 && rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_versions_differ_in_booleans_only() {
        for text in ["yes", "No", "ON", "off", "y", "N"] {
            assert_eq!((resolve(text), resolve11(text)), (Tag::Str, Tag::Bool), "{text}");
        }
        for text in ["yEs", "oN", "nO", "tRue", "yess"] {
            assert_eq!((resolve(text), resolve11(text)), (Tag::Str, Tag::Str), "{text}");
        }
    }

    #[test]
    fn numbers_and_dates() {
        for (text, tag) in [
            ("0", Tag::Int),
            ("0755", Tag::Int),
            ("0o755", Tag::Int),
            ("08", Tag::Float),
            ("1_000", Tag::Int),
            ("1e3", Tag::Float),
            ("1e400", Tag::Str),
            ("1:30", Tag::Str),
            ("2001-01-01", Tag::Timestamp),
            ("1.2.3", Tag::Str),
            ("-", Tag::Str),
            (".", Tag::Str),
            (".5", Tag::Float),
            ("-.inf", Tag::Float),
            ("~", Tag::Null),
            ("", Tag::Null),
            ("<<", Tag::Str),
        ] {
            assert_eq!(resolve(text), tag, "{text}");
        }
    }

    #[test]
    fn base_60() {
        for text in ["1:30", "190:20:30", "-1:5.5", "1_0:00", "1:5:"] {
            assert_eq!(is_base60(text), text != "1:5:", "{text}");
        }
        assert!(!is_base60("1:60"));
        assert!(!is_base60("a:30"));
        assert!(!is_base60("12"));
    }
}
