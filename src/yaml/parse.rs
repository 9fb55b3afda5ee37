//! Texts to nodes, cut into documents as the reference's resource reader cuts them.
//!
//! That reader looks for separator lines before it parses, so that a `---` at the start of a line ends a document even inside a block scalar; and of
//! each piece it reads the first YAML document only (what follows `...` is lost).

use std::borrow::Cow;

use rayon::prelude::*;

use crate::diagnostics::{Diagnostic, Source};

use super::build::Builder;
use super::libyaml::{Event, Parser, Problem};
use super::resolve::Schema;
use super::{Node, Value, problem};

/// Documents from which on several threads parse a text.
const MANY_PIECES: usize = 64;

/// The resources in a text: one node a document, empty documents left out, anchors and merge keys expanded. A text of one `List` or `ResourceList` is
/// its items.
///
/// # Errors
/// The first thing in the text that is not YAML, or that the reference refuses.
pub fn parse_documents(source: &Source) -> Result<Vec<Node>, Diagnostic> {
    let pieces = split(source)?;
    let single = pieces.len() == 1;
    let mut documents = Vec::with_capacity(pieces.len());
    for parsed in parse_pieces(source, pieces) {
        let Some(node) = parsed? else { continue };
        if node.is_null() {
            continue;
        }
        if single && is_list(&node) {
            return Ok(unwrap_list(node));
        }
        documents.push(node);
    }
    Ok(documents)
}

/// Parses the pieces of a text; many of them on all threads.
fn parse_pieces(source: &Source, pieces: Vec<Piece>) -> Vec<Result<Option<Node>, Diagnostic>> {
    let parse = |piece: Piece| parse_piece(source, piece, Schema::V3);
    if pieces.len() < MANY_PIECES {
        return pieces.into_iter().map(parse).collect();
    }
    pieces.into_par_iter().with_min_len(MANY_PIECES / 4).map(parse).collect()
}

/// The first document of a text under YAML 1.1, as `sigs.k8s.io/yaml` reads kustomization files and JSON patches; null for an empty text. Keys are
/// strings, as in JSON.
///
/// # Errors
/// The first thing in the text that is not YAML, or has no JSON form.
pub fn parse_yaml11(source: &Source) -> Result<Node, Diagnostic> {
    let whole = Piece { start: 0, end: source.text.len() };
    let node = parse_piece(source, whole, Schema::V11)?;
    Ok(node.unwrap_or_else(|| Node::null(super::Origin::at(source.pos(0)))))
}

/// All documents of a text under YAML 1.1, as a client of Kubernetes reads a stream of manifests; empty ones are left out. Lists stay lists.
///
/// # Errors
/// The first thing in the text that is not YAML, or has no JSON form.
pub fn parse_manifests11(source: &Source) -> Result<Vec<Node>, Diagnostic> {
    let pieces = match json_pieces(&source.text) {
        Some(pieces) => pieces,
        None => split(source)?,
    };
    let parsed = pieces.into_iter().map(|piece| parse_piece(source, piece, Schema::V11));
    let documents = parsed.filter_map(|document| document.map(|node| node.filter(|node| !node.is_null())).transpose());
    documents.collect()
}

/// The documents of a stream of JSON, which need nothing between them.
fn json_pieces(text: &str) -> Option<Vec<Piece>> {
    if !text.starts_with('{') {
        return None;
    }
    let mut documents = serde_json::Deserializer::from_str(text).into_iter::<serde::de::IgnoredAny>();
    let (mut pieces, mut start) = (Vec::new(), 0);
    while let Some(document) = documents.next() {
        document.ok()?;
        let end = documents.byte_offset();
        pieces.push(Piece { start, end });
        start = end;
    }
    Some(pieces)
}

/// The first document of a text by the rules for resources, without cutting at separator lines; none for an empty text.
///
/// # Errors
/// The first thing in the text that is not YAML.
pub fn parse_first(source: &Source) -> Result<Option<Node>, Diagnostic> {
    parse_piece(source, Piece { start: 0, end: source.text.len() }, Schema::V3)
}

/// Bytes to text: UTF-8, or UTF-16 behind its byte order mark; a UTF-8 mark is taken off.
///
/// # Errors
/// The offset of the first byte that is no text.
pub fn decode(bytes: Vec<u8>) -> Result<String, usize> {
    match &bytes[..] {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => utf16(&bytes),
        [0xEF, 0xBB, 0xBF, ..] => {
            let mut bytes = bytes;
            bytes.drain(..3);
            String::from_utf8(bytes).map_err(|e| e.utf8_error().valid_up_to() + 3)
        }
        _ => String::from_utf8(bytes).map_err(|e| e.utf8_error().valid_up_to()),
    }
}

/// The text of a UTF-16 file with its byte order mark, up to the end of its first document: the reference looks for separators in the bytes and finds
/// none, so that it reads no more of it.
///
/// # Errors
/// The offset of the first byte that is no text.
pub fn decode_utf16(bytes: &[u8]) -> Result<String, usize> {
    let mut text = utf16(bytes)?;
    let mut started = false;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let ends = line.strip_prefix("---").or_else(|| line.strip_prefix("..."));
        match ends.filter(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n'])) {
            Some(_) if started => {
                text.truncate(at);
                break;
            }
            Some(rest) => started = !rest.trim().is_empty(),
            None => started |= !line.trim().is_empty() && !line.starts_with(['#', '%']),
        }
        at += line.len();
    }
    Ok(text)
}

fn utf16(bytes: &[u8]) -> Result<String, usize> {
    let read = if bytes.starts_with(&[0xFF, 0xFE]) { u16::from_le_bytes } else { u16::from_be_bytes };
    let units = bytes[2..].chunks(2).map(|pair| match pair {
        [a, b] => read([*a, *b]),
        // Half a unit is no character.
        _ => 0xD800,
    });
    let mut offset = 2;
    let mut text = String::with_capacity(bytes.len());
    for unit in char::decode_utf16(units) {
        let c = unit.map_err(|_| offset)?;
        offset += 2 * c.len_utf16();
        text.push(c);
    }
    Ok(text)
}

/// A part of a text that holds one document.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Piece {
    start: usize,
    end: usize,
}

/// Cuts a text at its separator lines: `---`, blanks, a comment. The line break before the separator belongs to the piece before it.
fn split(source: &Source) -> Result<Vec<Piece>, Diagnostic> {
    let text = &source.text;
    let mut pieces = Vec::new();
    if text.is_empty() {
        return Ok(pieces);
    }
    let finder = memchr::memmem::Finder::new("\n---");
    let (mut start, mut from) = (0, 0);
    while let Some(found) = finder.find(&text.as_bytes()[from..]) {
        let line = from + found + 1;
        // A separator without a line break is the parser's business: it starts a second document, which is not read.
        let Some(length) = memchr::memchr(b'\n', &text.as_bytes()[line..]) else { break };
        let after = text[line + 3..line + length].trim();
        if !after.is_empty() && !after.starts_with('#') {
            return Err(separator_with_content(source, line, length));
        }
        pieces.push(Piece { start, end: line });
        start = line + length + 1;
        // The line break of a separator is not the one before the next.
        from = start;
    }
    pieces.push(Piece { start, end: text.len() });
    Ok(pieces)
}

fn separator_with_content(source: &Source, line: usize, length: usize) -> Diagnostic {
    let shown = source.text[line..line + length].trim_end();
    Diagnostic::error("redisops::yaml::separator", "a document separator has something behind it")
        .label(source.pos(line), shown.len(), "only blanks and a comment may follow `---` here")
        .help("put the content on the next line; a line of a block scalar that starts with `---` needs indentation")
}

fn parse_piece(source: &Source, piece: Piece, schema: Schema) -> Result<Option<Node>, Diagnostic> {
    let text = &source.text[piece.start..piece.end];
    // The parser does not count a byte order mark; the text behind it does.
    let mark = if text.starts_with(MARK) { MARK.len_utf8() } else { 0 };
    let base = piece.start + mark;
    let mut hidden = hide_marks(&text[mark..]);
    let mut stand_ins = StandIns { mark: matches!(hidden, Cow::Owned(_)), colon: None };
    for _ in 0..=MAX_HIDDEN_COLONS {
        match parse_hidden(source, base, &hidden, stand_ins, schema)? {
            Parsed::Done(node) => return Ok(node),
            Parsed::Stuck(found) => {
                let stand_in = stand_ins.colon.or_else(|| COLON_STAND_INS.chars().find(|c| !hidden.contains(*c)));
                let is_colon = found.problem == UNEXPECTED_COLON
                    && matches!(hidden.as_bytes().get(found.offset..), Some([b':', next, ..]) if *next != b'?');
                let Some(stand_in) = stand_in.filter(|_| is_colon) else {
                    return Err(problem::diagnose(source, base, &found));
                };
                stand_ins.colon = Some(stand_in);
                hidden.to_mut().replace_range(found.offset..=found.offset, stand_in.encode_utf8(&mut [0; 4]));
            }
        }
    }
    let too_many = "more than 100 values in brackets end with a colon";
    Err(Diagnostic::error("redisops::yaml::colons", too_many)
        .label(source.pos(base), 1, "in this document")
        .help("put them in quotes"))
}

/// What libyaml says of a colon before `,` or a bracket in a plain scalar in brackets (`[sh, -c, echo a:]`), where go-yaml goes on.
const UNEXPECTED_COLON: &str = "found unexpected ':'";

/// Characters that may stand for such a colon; one that the text does not have is taken, and turned back in the values.
const COLON_STAND_INS: &str = "^;~=+$_";

/// Each such colon costs a pass over the document.
const MAX_HIDDEN_COLONS: usize = 100;

/// What was put in the place of what libyaml would not read.
#[derive(Clone, Copy)]
struct StandIns {
    mark: bool,
    colon: Option<char>,
}

impl StandIns {
    fn any(self) -> bool {
        self.mark || self.colon.is_some()
    }

    fn undo(self, value: &str) -> String {
        let value = if self.mark { value.replace(STAND_IN, "\u{FEFF}") } else { value.to_owned() };
        match self.colon {
            Some(stand_in) => value.replace(stand_in, ":"),
            None => value,
        }
    }
}

enum Parsed {
    Done(Option<Node>),
    Stuck(Problem),
}

fn parse_hidden(
    source: &Source,
    base: usize,
    hidden: &str,
    stand_ins: StandIns,
    schema: Schema,
) -> Result<Parsed, Diagnostic> {
    let mut parser = Parser::new(hidden);
    let mut builder = Builder::new(source, base, schema);
    loop {
        match parser.next() {
            Ok((Event::DocumentEnd, _)) => return Ok(Parsed::Done(builder.finish())),
            Ok((Event::StreamEnd, _)) => return Ok(Parsed::Done(None)),
            Ok((Event::Scalar(properties, value, style), span)) if stand_ins.any() => {
                builder.event(Event::Scalar(properties, &stand_ins.undo(value), style), span)?;
            }
            Ok((event, span)) => builder.event(event, span)?,
            Err(found) => return Ok(Parsed::Stuck(found)),
        }
    }
}

/// The byte order mark.
const MARK: char = '\u{FEFF}';

/// A character of private use, as long as the mark.
const STAND_IN: char = '\u{E0FE}';

/// Puts a stand-in where a byte order mark begins a line: libyaml skips it there, the reference takes it for a part of the text.
fn hide_marks(text: &str) -> Cow<'_, str> {
    if memchr::memmem::find(text.as_bytes(), "\n\u{FEFF}".as_bytes()).is_none() || text.contains(STAND_IN) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace(MARK, STAND_IN.encode_utf8(&mut [0; 4])))
}

fn is_list(node: &Node) -> bool {
    matches!(node.get("kind").and_then(Node::text), Some("List" | "ResourceList"))
        && (node.get("items").is_some() || node.get("functionConfig").is_some())
}

fn unwrap_list(mut node: Node) -> Vec<Node> {
    match node.as_map_mut().and_then(|map| map.remove("items")).map(|entry| entry.value.value) {
        Some(Value::Seq(items)) => items,
        // Keys and values alike become resources in the reference, which then refuses them; the mapping itself is the better error.
        Some(Value::Map(map)) => map.entries.into_iter().map(|entry| entry.value).collect(),
        _ => Vec::new(),
    }
}

/// The text of the first scalar of a text.
pub(super) fn scalar_of(text: &str) -> Option<String> {
    let mut parser = Parser::new(text);
    loop {
        match parser.next() {
            Ok((Event::Scalar(_, value, _), _)) => return Some(value.to_owned()),
            Ok((Event::StreamEnd, _)) | Err(_) => return None,
            Ok(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::to_json;
    use super::*;
    use crate::diagnostics::{SourceKind, Sources};

    fn json11(text: &str) -> Result<String, Diagnostic> {
        let source = Sources::new().add("t", text.into(), SourceKind::Kustomization).unwrap();
        let mut out = String::new();
        to_json(&parse_yaml11(&source)?, &mut out)?;
        Ok(out)
    }

    #[test]
    fn yaml_1_1_forgets_styles() {
        assert_eq!(json11("a: >\n  b\n\n   c\n").unwrap(), r#"{"a":"b\n\n c\n"}"#);
        assert_eq!(
            json11("{a, b: , c: 2001-01-02 03:04:05}").unwrap(),
            r#"{"a":null,"b":null,"c":"2001-01-02 03:04:05"}"#
        );
    }

    #[test]
    fn colons_before_brackets_belong_to_the_value() {
        assert_eq!(json11("[sh, -c, 'x:', echo a:, b:]").unwrap(), r#"["sh","-c","x:","echo a:","b:"]"#);
        assert!(json11("[a:?b]").is_err());
        assert_eq!(json11("{d:}").unwrap(), r#"{"d:":null}"#);
        assert_eq!(json11(r#"{"a":[1], b: {c: "^;"}}"#).unwrap(), r#"{"a":[1],"b":{"c":"^;"}}"#);
        assert!(json11(&format!("[{}]", "a:,".repeat(101))).is_err());
    }

    #[test]
    fn yaml_1_1_has_no_null_keys() {
        assert!(json11("? \n: x\n").is_err());
        assert!(json11("~: x\n").is_err());
    }

    #[test]
    fn only_a_byte_order_mark_at_the_start_is_none() {
        let sources = Sources::new();
        let keys = |text: &str| -> Vec<String> {
            let source = sources.add("a.yaml", text.into(), SourceKind::Resource).unwrap();
            let node = parse_first(&source).unwrap().unwrap();
            node.as_map().unwrap().entries.iter().map(|e| e.key.text.to_string()).collect()
        };
        assert_eq!(keys("\u{FEFF}a: b\n"), ["a"]);
        assert_eq!(keys("---\n\u{FEFF}a: b\nc: d\n"), ["\u{FEFF}a", "c"]);
        assert_eq!(keys("a: b\n\u{FEFF}c: d\n"), ["a", "\u{FEFF}c"]);
    }

    #[test]
    fn of_utf16_the_first_document_is_read() {
        let wide = |text: &str| -> Vec<u8> {
            [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect()
        };
        assert_eq!(decode_utf16(&wide("# c\n---\na: é\n---\nb: c\n")).unwrap(), "# c\n---\na: é\n");
        assert_eq!(decode_utf16(&wide("a: b\n---x: y\n...\n")).unwrap(), "a: b\n---x: y\n");
        let mut half = wide("a");
        half.push(0);
        assert_eq!(decode_utf16(&half), Err(4));
    }
}
