//! What stands where in a text: the spans of the first document's nodes.

use std::ops::Range;

use crate::yaml::Style;
use crate::yaml::libyaml::{Event, Parser};

/// A node and where it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Syntax {
    /// From its anchor or tag, where it has one, to behind its last character. Empty, behind the colon or the dash, where nothing is written.
    pub(super) span: Range<usize>,
    /// What it is.
    pub(super) shape: Shape,
    /// Whether it has an anchor or a tag.
    pub(super) marked: bool,
}

/// How a node is written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    /// `*name`
    Alias,
    /// A scalar.
    Scalar(Style),
    /// A list, perhaps in brackets.
    Seq { flow: bool, items: Vec<Item> },
    /// A mapping, perhaps in brackets.
    Map { flow: bool, pairs: Vec<Pair> },
}

/// An item of a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Item {
    /// Where its dash stands; in brackets, its first character.
    pub(super) dash: usize,
    /// The item.
    pub(super) value: Syntax,
}

/// A key with its value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Pair {
    /// Where the key stands.
    pub(super) key: Range<usize>,
    /// The key, decoded.
    pub(super) name: String,
    /// Behind the colon; none for a key that is written with `?`, or that has no colon.
    pub(super) after_colon: Option<usize>,
    /// The value.
    pub(super) value: Syntax,
}

impl Pair {
    /// Behind its last character.
    pub(super) fn end(&self) -> usize {
        self.value.span.end.max(self.after_colon.unwrap_or(self.key.end))
    }
}

/// A document.
#[derive(Clone, Debug)]
pub(super) struct Document {
    /// Its root.
    pub(super) root: Syntax,
    /// Where it ends: at `---` or `...` or the end of the text.
    pub(super) end: usize,
    /// Spans of scalars of several lines, in which `#` begins no comment.
    pub(super) blocks: Vec<Range<usize>>,
}

struct Token {
    what: What,
    start: usize,
    end: usize,
    text: String,
    marked: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Alias,
    Scalar(Style),
    SeqStart(bool),
    MapStart(bool),
    End,
    DocumentEnd,
}

/// The spans of the first document that starts at or behind an offset; none where there is no document, or the parser does not go through.
pub(super) fn read(text: &str, from: usize) -> Option<Document> {
    let mut tokens = Vec::new();
    let mut parser = Parser::new(&text[from..]);
    loop {
        let (event, span) = parser.next().ok()?;
        let marked = |p: crate::yaml::libyaml::Properties<'_>| p.anchor.is_some() || p.tag.is_some();
        let (what, text, marked) = match event {
            Event::Alias(name) => (What::Alias, name, false),
            Event::Scalar(properties, value, style) => (What::Scalar(style), value, marked(properties)),
            Event::SequenceStart(properties, flow) => (What::SeqStart(flow), "", marked(properties)),
            Event::MappingStart(properties, flow) => (What::MapStart(flow), "", marked(properties)),
            Event::SequenceEnd | Event::MappingEnd => (What::End, "", false),
            Event::DocumentEnd => (What::DocumentEnd, "", false),
            Event::StreamEnd => return None,
            Event::Structure => continue,
        };
        tokens.push(Token { what, start: from + span.start, end: from + span.end, text: text.into(), marked });
        if what == What::DocumentEnd {
            break;
        }
    }
    let end = tokens.last().map_or(text.len(), |token| token.start);
    let mut reader = Reader { text, tokens, next: 0, blocks: Vec::new() };
    let root = reader.node(None)?;
    // The mark of an end that is not written out stands where the parser has looked last.
    let end = if text[end..].starts_with("---") || text[end..].starts_with("...") { end } else { text.len() };
    Some(Document { root, end, blocks: reader.blocks })
}

/// Behind blanks, line breaks and comments.
pub(super) fn skip_blanks(text: &str, mut at: usize) -> usize {
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => at += 1,
            b'#' if at == 0 || bytes[at - 1].is_ascii_whitespace() => {
                at += text[at..].find('\n').unwrap_or(text.len() - at);
            }
            _ => break,
        }
    }
    at
}

struct Reader<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    next: usize,
    blocks: Vec<Range<usize>>,
}

impl Reader<'_> {
    /// Reads a node. `empty_at` is where one that is not written stands.
    fn node(&mut self, empty_at: Option<usize>) -> Option<Syntax> {
        let token = self.tokens.get(self.next)?;
        let (what, start, end, marked) = (token.what, token.start, token.end, token.marked);
        self.next += 1;
        match what {
            What::End | What::DocumentEnd => None,
            What::Alias => Some(Syntax { span: start..end, shape: Shape::Alias, marked: false }),
            What::Scalar(style) => {
                let span = self.scalar_span(style, start, end, empty_at.filter(|_| !marked));
                Some(Syntax { span, shape: Shape::Scalar(style), marked })
            }
            What::SeqStart(flow) => self.seq(flow, start, end, marked),
            What::MapStart(flow) => self.map(flow, start, end, marked),
        }
    }

    fn scalar_span(&mut self, style: Style, start: usize, end: usize, empty_at: Option<usize>) -> Range<usize> {
        if let Some(at) = empty_at.filter(|_| start == end) {
            return at..at;
        }
        let end = match style {
            Style::Literal | Style::Folded => self.block_end(start, end),
            _ => end,
        };
        if self.text[start..end].contains('\n') {
            self.blocks.push(start..end);
        }
        start..end
    }

    /// The end of a block scalar without the line breaks behind it, but for one that keeps them.
    fn block_end(&self, start: usize, end: usize) -> usize {
        let body = &self.text[start..end];
        let header = body.find('\n').map_or(body, |at| &body[..at]);
        let keeps = header.split('#').next().is_some_and(|h| h.contains('+'));
        let trimmed = if keeps { body.trim_end_matches([' ', '\t']) } else { body.trim_end() };
        let trimmed = if keeps { trimmed.strip_suffix('\n').unwrap_or(trimmed) } else { trimmed };
        start + trimmed.trim_end_matches('\r').len()
    }

    fn is_end(&mut self) -> Option<Option<usize>> {
        let token = self.tokens.get(self.next)?;
        if token.what != What::End {
            return Some(None);
        }
        self.next += 1;
        Some(Some(token.end))
    }

    fn seq(&mut self, flow: bool, start: usize, open_end: usize, marked: bool) -> Option<Syntax> {
        let mut items: Vec<Item> = Vec::new();
        let mut at = if flow { open_end } else { self.behind_marks(start, marked) };
        loop {
            if let Some(end) = self.is_end()? {
                let end = if flow { end } else { at };
                return Some(Syntax { span: start..end, shape: Shape::Seq { flow, items }, marked });
            }
            let dash = self.skip(at, flow);
            if !flow && self.text.as_bytes().get(dash) != Some(&b'-') {
                return None;
            }
            let value = self.node((!flow).then_some(dash + 1))?;
            at = value.span.end.max(if flow { dash } else { dash + 1 });
            let dash = if flow { value.span.start } else { dash };
            items.push(Item { dash, value });
        }
    }

    fn map(&mut self, flow: bool, start: usize, open_end: usize, marked: bool) -> Option<Syntax> {
        let mut pairs: Vec<Pair> = Vec::new();
        let mut at = if flow { open_end } else { self.behind_marks(start, marked) };
        loop {
            if let Some(end) = self.is_end()? {
                let end = if flow { end } else { at };
                return Some(Syntax { span: start..end, shape: Shape::Map { flow, pairs }, marked });
            }
            let first = self.skip(at, flow);
            let token = self.tokens.get(self.next)?;
            let (name, key_start) = (token.text.clone(), token.start);
            let is_scalar = matches!(token.what, What::Scalar(_) | What::Alias);
            if !is_scalar {
                // Keys that are collections are refused by those who read the tree.
                return None;
            }
            let key = self.node(Some(first))?.span;
            let colon = skip_blanks(self.text, key.end);
            let is_simple = first == key_start && self.text.as_bytes().get(colon) == Some(&b':');
            let after_colon = is_simple.then_some(colon + 1);
            let value = self.node(after_colon.or(Some(key.end)))?;
            let pair = Pair { key, name, after_colon, value };
            at = pair.end();
            pairs.push(pair);
        }
    }

    /// Behind blanks and comments, and in brackets behind commas.
    fn skip(&self, at: usize, flow: bool) -> usize {
        let mut at = skip_blanks(self.text, at);
        while flow && self.text.as_bytes().get(at) == Some(&b',') {
            at = skip_blanks(self.text, at + 1);
        }
        at
    }

    /// Behind the anchor and the tag of a collection.
    fn behind_marks(&self, start: usize, marked: bool) -> usize {
        let mut at = start;
        while marked && matches!(self.text.as_bytes().get(at), Some(b'&' | b'!')) {
            at += self.text[at..].find(char::is_whitespace).unwrap_or(self.text.len() - at);
            at = skip_blanks(self.text, at);
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(text: &str) -> Vec<String> {
        fn walk(text: &str, node: &Syntax, out: &mut Vec<String>) {
            out.push(text[node.span.clone()].to_owned());
            match &node.shape {
                Shape::Seq { items, .. } => items.iter().for_each(|item| walk(text, &item.value, out)),
                Shape::Map { pairs, .. } => pairs.iter().for_each(|pair| walk(text, &pair.value, out)),
                _ => {}
            }
        }
        let mut out = Vec::new();
        walk(text, &read(text, 0).unwrap().root, &mut out);
        out
    }

    #[test]
    fn spans_end_with_what_is_written() {
        let text = "# head\na: 1 # one\nb:\n- x\n# between\n- name: y\n  n: |\n    t\n\n\nc:\nd: {e: [1, 2]} # end\n";
        let all = spans(text);
        assert_eq!(all[0], text[7..text.len() - 7].to_owned());
        assert_eq!(
            all[1..7],
            ["1", "- x\n# between\n- name: y\n  n: |\n    t", "x", "name: y\n  n: |\n    t", "y", "|\n    t"]
        );
        assert_eq!(all[7..], ["", "{e: [1, 2]}", "[1, 2]", "1", "2"]);
    }

    #[test]
    fn items_know_their_dashes() {
        let text = "a:\n  - # first\n    b: 1\n  -\n  - - c\n";
        let Shape::Map { pairs, .. } = read(text, 0).unwrap().root.shape else { panic!() };
        let Shape::Seq { items, .. } = &pairs[0].value.shape else { panic!() };
        assert_eq!(items.iter().map(|item| item.dash).collect::<Vec<_>>(), [5, 26, 30]);
        assert_eq!(items[1].value.span, 27..27);
    }

    #[test]
    fn marks_belong_to_the_span() {
        assert_eq!(spans("a: &x\n  b: 1\nc: *x\n")[1..], ["&x\n  b: 1", "1", "*x"]);
    }

    #[test]
    fn a_document_ends_at_its_mark() {
        let text = "---\na: 1\n---\nb: 2\n";
        assert_eq!(read(text, 0).unwrap().end, 9);
        assert_eq!(read("a: 1\n# end\n", 0).unwrap().end, 11);
        assert!(read("", 0).is_none() || read("# c\n", 0).is_none());
    }
}
