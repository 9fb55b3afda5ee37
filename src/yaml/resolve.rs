//! Types of plain scalars.

use super::Tag;

/// The type of a plain scalar in resources.
pub fn resolve(text: &str) -> Tag {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Tag::Null,
        "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => Tag::Bool,
        _ if text.parse::<i64>().is_ok() => Tag::Int,
        _ if text.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '.') && text.parse::<f64>().is_ok() => {
            Tag::Float
        }
        _ => Tag::Str,
    }
}

/// The type of a plain scalar in YAML 1.1 files (kustomizations).
pub fn resolve11(text: &str) -> Tag {
    match text.to_ascii_lowercase().as_str() {
        "y" | "n" | "yes" | "no" | "on" | "off" => Tag::Bool,
        _ => resolve(text),
    }
}

/// The value of an integer in YAML 1.1 notation.
pub fn parse_int11(text: &str) -> Option<i64> {
    text.parse().ok()
}
