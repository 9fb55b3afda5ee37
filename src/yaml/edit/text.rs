//! New values as text.

use std::fmt::Write;

use super::layout::Layout;
use crate::yaml::{Map, Node, Scalar, Style, Tag, Value, resolve, resolve11};

/// Lines of a value in block style at an indentation; the first line has none, it stands behind a dash or at the place of a key.
pub(super) fn block(node: &Node, indent: usize, layout: &Layout) -> String {
    let mut out = String::new();
    match &node.value {
        Value::Seq(items) if !items.is_empty() => block_items(items, indent, layout, &mut out),
        Value::Map(map) if !map.is_empty() => block_pairs(map, indent, layout, &mut out),
        _ => {
            out.push_str(&inline(node, indent, layout, Style::Plain));
            out.push('\n');
        }
    }
    out
}

/// One item of a list with its dash, without the indentation of its first line.
pub(super) fn item(node: &Node, indent: usize, gap: usize, layout: &Layout) -> String {
    format!("-{:gap$}{}", "", block(node, indent + 1 + gap, layout))
}

/// One entry of a mapping, without the indentation of its first line.
pub(super) fn pair(key: &str, value: &Node, indent: usize, layout: &Layout) -> String {
    let key = scalar(&Scalar::string(key), false, key_style(layout), layout);
    format!("{key}:{}", behind_colon(value, indent, layout, Style::Plain))
}

/// What stands behind the colon of a key at an indentation: on its line, or on those below it.
pub(super) fn behind_colon(value: &Node, indent: usize, layout: &Layout, style: Style) -> String {
    match nested(value, indent, layout) {
        Some(lines) => format!("\n{lines}"),
        None => format!(" {}\n", inline(value, indent, layout, style)),
    }
}

/// The lines of a collection below a key at an indentation; none for what fits on the line of the key.
pub(super) fn nested(value: &Node, indent: usize, layout: &Layout) -> Option<String> {
    let inner = match &value.value {
        Value::Seq(items) if !items.is_empty() => indent + layout.list,
        Value::Map(map) if !map.is_empty() => indent + layout.step,
        _ => return None,
    };
    Some(format!("{:inner$}{}", "", block(value, inner, layout)))
}

fn key_style(layout: &Layout) -> Style {
    if layout.json { Style::Double } else { Style::Plain }
}

fn block_items(items: &[Node], indent: usize, layout: &Layout, out: &mut String) {
    for (i, node) in items.iter().enumerate() {
        if i > 0 {
            let _ = write!(out, "{:indent$}", "");
        }
        out.push_str(&item(node, indent, layout.gap, layout));
    }
}

fn block_pairs(map: &Map, indent: usize, layout: &Layout, out: &mut String) {
    for (i, entry) in map.entries.iter().enumerate() {
        if i > 0 {
            let _ = write!(out, "{:indent$}", "");
        }
        out.push_str(&pair(&entry.key.text, &entry.value, indent, layout));
    }
}

/// A scalar, or an empty collection, behind a key or dash at an indentation. A text of several lines becomes a block.
pub(super) fn inline(node: &Node, indent: usize, layout: &Layout, style: Style) -> String {
    match &node.value {
        Value::Scalar(value) if value.tag == Tag::Str && is_block(&value.text) && !quoted(style) => {
            literal(&value.text, indent + layout.step)
        }
        _ => flow(node, style, layout),
    }
}

fn quoted(style: Style) -> bool {
    matches!(style, Style::Single | Style::Double)
}

/// A value in brackets, or a scalar.
pub(super) fn flow(node: &Node, style: Style, layout: &Layout) -> String {
    match &node.value {
        Value::Scalar(value) => scalar(value, true, style, layout),
        Value::Seq(items) => {
            let items: Vec<String> = items.iter().map(|item| flow(item, style, layout)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Map(map) => {
            let entries: Vec<String> =
                map.entries.iter().map(|e| flow_pair(&e.key.text, &e.value, style, layout)).collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

/// An entry of a mapping in brackets.
pub(super) fn flow_pair(key: &str, value: &Node, style: Style, layout: &Layout) -> String {
    let key = scalar(&Scalar::string(key), true, key_style(layout), layout);
    format!("{key}: {}", flow(value, style, layout))
}

/// A scalar on one line, in the wanted style where that can say it.
pub(super) fn scalar(value: &Scalar, in_brackets: bool, style: Style, layout: &Layout) -> String {
    let text = value.text.as_str();
    if value.tag != Tag::Str {
        return text.to_owned();
    }
    let style = if layout.json { Style::Double } else { style };
    match style {
        Style::Double => double(text),
        Style::Single if is_printable(text) => single(text),
        _ if is_plain(text, in_brackets) => text.to_owned(),
        _ if layout.quotes == Style::Single && is_printable(text) => single(text),
        _ => double(text),
    }
}

fn single(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn double(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if needs_escape(c) => {
                let code = c as u32;
                let _ = match code {
                    0..=0xFF => write!(out, "\\x{code:02X}"),
                    0x100..=0xFFFF => write!(out, "\\u{code:04X}"),
                    _ => write!(out, "\\U{code:08X}"),
                };
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn needs_escape(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}')
}

fn is_printable(text: &str) -> bool {
    !text.chars().any(needs_escape)
}

/// Whether a text without quotes is read back as that text, by every rule.
fn is_plain(text: &str, in_brackets: bool) -> bool {
    let Some(first) = text.chars().next() else { return false };
    let indicator = "-?:,[]{}#&*!|>'\"%@`".contains(first);
    // A dash or colon that something follows begins no item and no value.
    let second = text.chars().nth(1);
    let harmless = matches!(first, '-' | '?' | ':') && second.is_some_and(|c| !c.is_whitespace() && !in_brackets);
    let harmless = harmless && !text.starts_with("---");
    (!indicator || harmless)
        && is_printable(text)
        && text.trim() == text
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.contains('\t')
        && !text.ends_with(':')
        && !text.starts_with("...")
        && !(in_brackets && text.contains([',', '[', ']', '{', '}', '?', ':']))
        && resolve(text) == Tag::Str
        && resolve11(text) == Tag::Str
        && !looks_like_a_number(text)
        && text != "="
        && text != "<<"
}

/// Hours and minutes, and other things that some readers take for numbers.
fn looks_like_a_number(text: &str) -> bool {
    let digits = text.trim_start_matches(['+', '-']);
    digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.chars().all(|c| c.is_ascii_digit() || matches!(c, ':' | '_' | '.'))
        && digits.contains([':', '_'])
}

/// Whether a text is written as a block: of several lines, each as it is.
fn is_block(text: &str) -> bool {
    let body = text.strip_suffix('\n').unwrap_or(text);
    (body.contains('\n') || text.len() != body.len())
        && !body.starts_with([' ', '\n', '\t'])
        && !body.is_empty()
        && !body.ends_with('\n')
        && body.lines().all(|line| line.trim_end() == line && is_printable(line))
        && !body.contains('\r')
        && body.split('\n').all(|line| !line.starts_with('\t'))
}

/// A text as a block at an indentation, from its header on; without the last line break.
pub(super) fn literal(text: &str, indent: usize) -> String {
    let (header, body) = match text.strip_suffix('\n') {
        Some(body) => ("|", body),
        None => ("|-", text),
    };
    let mut out = header.to_owned();
    for line in body.split('\n') {
        out.push('\n');
        if !line.is_empty() {
            let _ = write!(out, "{:indent$}{line}", "");
        }
    }
    out
}

/// Whether a scalar can be written as a block.
pub(super) fn fits_block(value: &Scalar) -> bool {
    value.tag == Tag::Str && is_block(&value.text)
}

#[cfg(test)]
mod tests {
    use super::super::syntax::read;
    use super::*;
    use crate::diagnostics::{SourceKind, Sources};
    use crate::yaml::{parse_first, parse_yaml11};

    fn layout() -> Layout {
        Layout::of("a: b\n", &read("a: b\n", 0).unwrap())
    }

    #[test]
    fn every_text_is_read_back() {
        let texts = [
            "",
            "a",
            "yes",
            "1",
            "1.5",
            "~",
            "null",
            "a: b",
            "a #b",
            "#a",
            "- a",
            "-a",
            "--- a",
            "a:",
            " a",
            "a ",
            "'",
            "\"",
            "a\nb",
            "a\nb\n",
            "\n",
            "a\n\n",
            "\ta",
            "\u{7}",
            "0x1F",
            "1_000",
            "12:30:45",
            "2001-01-01",
            "a, b",
            "{a}",
            "[a]",
            "*a",
            "&a",
            "!a",
            "%a",
            "@a",
            "`a",
            "|",
            ">",
            "<<",
            "=",
            "é",
            "\u{2028}",
            "a\r\nb",
            " a\nb",
            "a \nb",
            ".5",
            "...",
            "? a",
            "?a",
            ":a",
            "http://x:80/y",
            "k8s.io/a_b",
            "on",
            "N",
            "0o7",
            "+1",
            "a\n\tb",
        ];
        let sources = Sources::new();
        for text in texts {
            for style in [Style::Plain, Style::Single, Style::Double] {
                let node = Node::string(crate::yaml::Origin::NONE, text);
                let places = [
                    format!("k: {}\n", inline(&node, 0, &layout(), style)),
                    format!("k: [{}]\n", flow(&node, style, &layout())),
                ];
                for (i, place) in places.iter().enumerate() {
                    let source = sources.add("t", place.clone(), SourceKind::Resource).unwrap();
                    for tree in [parse_yaml11(&source).unwrap(), parse_first(&source).unwrap().unwrap()] {
                        let read = tree.get("k").unwrap();
                        let read = if i == 1 { &read.as_seq().unwrap()[0] } else { read };
                        assert_eq!((read.text(), read.as_scalar().unwrap().tag), (Some(text), Tag::Str), "{place}");
                    }
                }
            }
        }
    }
}
