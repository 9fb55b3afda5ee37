//! Scalars in the style of go-yaml's emitters: which style, where lines fold, what is escaped.

use super::number::Number;
use super::resolve::{self, Schema};
use super::{Style, Tag, scalar};

/// Column after which a line folds at the next space.
const WIDTH: usize = 80;

/// Longest key, in bytes, that needs no `?`.
const SIMPLE_KEY: usize = 128;

/// The emitter's state between two tokens.
pub(super) struct Writer<'o> {
    out: &'o mut String,
    column: usize,
    /// The last character was a blank, or nothing was written.
    whitespace: bool,
    /// Nothing but indentation and `-`, `?`, `:` on the line.
    indention: bool,
    /// v3 folds nothing, and lets tabs stand in block scalars.
    width: usize,
    tabs_in_blocks: bool,
}

/// What a scalar stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A value or an item.
    Block,
    /// A simple key.
    Key,
    /// Inside brackets.
    Flow,
    /// A key inside brackets.
    FlowKey,
}

/// Which styles a text allows.
#[derive(Clone, Copy)]
struct Allowed {
    multiline: bool,
    plain: bool,
    flow_plain: bool,
    single: bool,
    block: bool,
}

impl<'o> Writer<'o> {
    /// At the start of a line, for the build's output.
    pub(super) fn new(out: &'o mut String) -> Writer<'o> {
        Writer { out, column: 0, whitespace: true, indention: true, width: WIDTH, tabs_in_blocks: false }
    }

    /// At the start of a line, as v3 writes.
    pub(super) fn v3(out: &'o mut String) -> Writer<'o> {
        Writer { width: usize::MAX, tabs_in_blocks: true, ..Writer::new(out) }
    }

    /// Ends the document.
    pub(super) fn end(&mut self) {
        self.indent(0);
    }

    /// Whether only indentation stands on the line.
    pub(super) fn indention(&self) -> bool {
        self.indention
    }

    fn put(&mut self, c: char) {
        self.out.push(c);
        self.column += 1;
    }

    fn line_break(&mut self) {
        self.out.push('\n');
        self.column = 0;
    }

    /// Goes to a column, on a new line if this one is in use.
    pub(super) fn indent(&mut self, indent: usize) {
        if !self.indention || self.column > indent || (self.column == indent && !self.whitespace) {
            self.line_break();
        }
        const BLANKS: &str = "                                                                ";
        while self.column < indent {
            let count = (indent - self.column).min(BLANKS.len());
            self.out.push_str(&BLANKS[..count]);
            self.column += count;
        }
        self.whitespace = true;
        self.indention = true;
    }

    /// A blank, where none stands.
    pub(super) fn space(&mut self) {
        if !self.whitespace {
            self.put(' ');
        }
    }

    /// Punctuation with a blank before it.
    pub(super) fn indicator(&mut self, text: &str, is_indention: bool) {
        self.space();
        self.out.push_str(text);
        self.column += text.len();
        self.whitespace = false;
        self.indention = self.indention && is_indention;
    }

    /// Punctuation without a blank before it; `open` brackets need none behind them.
    pub(super) fn bracket(&mut self, text: &str, open: bool) {
        self.out.push_str(text);
        self.column += text.len();
        self.whitespace = open;
        self.indention = false;
    }

    /// The `:` behind a simple key.
    pub(super) fn colon(&mut self) {
        self.put(':');
        self.whitespace = false;
        self.indention = false;
    }

    /// A word of ASCII that needs no quotes.
    pub(super) fn word(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += text.len();
        self.whitespace = false;
        self.indention = false;
    }

    /// A number.
    pub(super) fn number(&mut self, value: Number) {
        let before = self.out.len();
        scalar::write_number(self.out, value);
        self.column += self.out.len() - before;
        self.whitespace = false;
        self.indention = false;
    }

    /// A key and, when it is too long or has several lines, the `?` before it; says whether it is simple.
    pub(super) fn simple_key(&mut self, key: &str, indent: usize) -> bool {
        if is_word(key.as_bytes()) && key.len() <= SIMPLE_KEY && !needs_quotes(key) {
            self.word(key);
            return true;
        }
        let simple = key.len() <= SIMPLE_KEY && !analyze(key.as_bytes()).multiline;
        if !simple {
            self.indicator("?", true);
            self.space();
        }
        self.string(key, indent, simple);
        simple
    }

    /// A string; the blank before it is the caller's. `indent` is that of continuation lines.
    pub(super) fn string(&mut self, text: &str, indent: usize, key: bool) {
        let bytes = text.as_bytes();
        if is_word(bytes) {
            if needs_quotes(text) {
                self.out.push('"');
                self.out.push_str(text);
                self.out.push('"');
                self.column += text.len() + 2;
                self.whitespace = false;
                self.indention = false;
            } else {
                self.word(text);
            }
            return;
        }
        let allowed = analyze(bytes);
        if memchr::memchr(b'\n', bytes).is_some() {
            if allowed.block && !key {
                self.literal(text, indent);
            } else {
                self.double(text, indent, !key);
            }
        } else if needs_quotes(text) {
            self.double(text, indent, !key);
        } else if allowed.plain && !text.is_empty() {
            self.plain(text, indent, !key);
        } else if allowed.single {
            self.single(text, indent, !key);
        } else {
            self.double(text, indent, !key);
        }
        self.whitespace = self.column == 0;
    }

    /// A string in the style that is asked for, or the next one that can hold it.
    pub(super) fn styled(&mut self, text: &str, indent: usize, style: Style, place: Place) {
        let mut allowed = analyze(text.as_bytes());
        if self.tabs_in_blocks && !allowed.block && text.contains('\t') {
            allowed.block = analyze(text.replace('\t', "x").as_bytes()).block;
        }
        let (flow, key) =
            (place == Place::Flow || place == Place::FlowKey, matches!(place, Place::Key | Place::FlowKey));
        let mut style = if key && allowed.multiline { Style::Double } else { style };
        let plain = if flow { allowed.flow_plain } else { allowed.plain };
        if style == Style::Plain && (!plain || text.is_empty() && (flow || key)) {
            style = Style::Single;
        }
        if style == Style::Single && !allowed.single
            || matches!(style, Style::Literal | Style::Folded) && (!allowed.block || flow || key)
        {
            style = Style::Double;
        }
        if style != Style::Plain || !text.is_empty() {
            self.space();
        }
        match style {
            Style::Plain if text.is_empty() => return,
            Style::Plain => self.plain(text, indent, !key),
            Style::Single => self.single(text, indent, !key),
            Style::Double => self.double(text, indent, !key),
            Style::Literal => self.literal(text, indent),
            Style::Folded => self.folded(text, indent),
        }
        self.whitespace = self.column == 0;
    }

    /// Whether a key needs no `?` before it.
    pub(super) fn is_simple(key: &str) -> bool {
        key.len() <= SIMPLE_KEY && !analyze(key.as_bytes()).multiline
    }

    fn plain(&mut self, text: &str, indent: usize, fold: bool) {
        if !fold || self.column.saturating_add(text.len()) <= self.width {
            self.out.push_str(text);
            // Too much for text that is not ASCII; exact where it matters, in front of a fold.
            self.column += if text.is_ascii() { text.len() } else { text.chars().count() };
            self.indention = false;
            return;
        }
        let bytes = text.as_bytes();
        let mut spaces = false;
        for (i, c) in text.char_indices() {
            if c == ' ' {
                if !spaces && self.column > self.width && bytes.get(i + 1) != Some(&b' ') {
                    self.indent(indent);
                } else {
                    self.put(c);
                }
                spaces = true;
            } else {
                self.put(c);
                self.indention = false;
                spaces = false;
            }
        }
        self.indention = false;
    }

    fn single(&mut self, text: &str, indent: usize, fold: bool) {
        self.put('\'');
        self.indention = false;
        let bytes = text.as_bytes();
        let (mut spaces, mut breaks) = (false, false);
        for (i, c) in text.char_indices() {
            if c == ' ' {
                let inside = i > 0 && i < bytes.len() - 1;
                if fold && !spaces && self.column > self.width && inside && bytes[i + 1] != b' ' {
                    self.indent(indent);
                } else {
                    self.put(c);
                }
                spaces = true;
            } else if is_break(c) {
                // One line feed alone would read as a space.
                if !breaks && c == '\n' {
                    self.raw_break(c);
                }
                self.raw_break(c);
                breaks = true;
            } else {
                if breaks {
                    self.indent(indent);
                }
                if c == '\'' {
                    self.put(c);
                }
                self.put(c);
                self.indention = false;
                (spaces, breaks) = (false, false);
            }
        }
        self.put('\'');
        self.indention = false;
    }

    /// A line or paragraph separator ends the line without a line feed.
    fn raw_break(&mut self, c: char) {
        self.out.push(c);
        self.column = 0;
        self.indention = true;
    }

    fn double(&mut self, text: &str, indent: usize, fold: bool) {
        self.put('"');
        self.indention = false;
        let bytes = text.as_bytes();
        // The emitter looks for a byte order mark at the start of the text wherever it is, and so escapes everything behind one.
        let all = text.starts_with('\u{FEFF}');
        let mut spaces = false;
        for (i, c) in text.char_indices() {
            if all || c == '"' || c == '\\' || !is_printable(c) || is_break(c) {
                self.escape(c);
                spaces = false;
            } else if c == ' ' {
                let inside = i > 0 && i < bytes.len() - 1;
                if fold && !spaces && self.column > self.width && inside {
                    self.indent(indent);
                    if bytes[i + 1] == b' ' {
                        self.put('\\');
                    }
                } else {
                    self.put(c);
                }
                spaces = true;
            } else {
                self.put(c);
                spaces = false;
            }
        }
        self.put('"');
        self.indention = false;
    }

    fn escape(&mut self, c: char) {
        use std::fmt::Write;
        let before = self.out.len();
        self.out.push('\\');
        let short = match c {
            '\0' => '0',
            '\x07' => 'a',
            '\x08' => 'b',
            '\t' => 't',
            '\n' => 'n',
            '\x0B' => 'v',
            '\x0C' => 'f',
            '\r' => 'r',
            '\x1B' => 'e',
            '"' => '"',
            '\\' => '\\',
            '\u{85}' => 'N',
            '\u{A0}' => '_',
            '\u{2028}' => 'L',
            '\u{2029}' => 'P',
            _ => '-',
        };
        let code = u32::from(c);
        // Writing to a string cannot fail.
        let _ = match short {
            '-' if code <= 0xFF => write!(self.out, "x{code:02X}"),
            '-' if code <= 0xFFFF => write!(self.out, "u{code:04X}"),
            '-' => write!(self.out, "U{code:08X}"),
            short => {
                self.out.push(short);
                Ok(())
            }
        };
        self.column += self.out.len() - before;
    }

    fn literal(&mut self, text: &str, indent: usize) {
        self.block_header('|', text);
        let separators = text.contains(['\u{2028}', '\u{2029}']);
        let mut rest = text;
        while !rest.is_empty() {
            let end = if separators { rest.find(is_break) } else { memchr::memchr(b'\n', rest.as_bytes()) };
            let line = &rest[..end.unwrap_or(rest.len())];
            self.block_line(line, indent);
            rest = &rest[line.len()..];
            if let Some(c) = rest.chars().next() {
                self.raw_break(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }

    /// v3's folded scalar without a width. It doubles line breaks by a look at the start of the text instead of at the next line, so that what is
    /// read back may differ from what was written.
    fn folded(&mut self, text: &str, indent: usize) {
        self.block_header('>', text);
        let first = text.trim_start_matches(is_break).chars().next();
        let doubled = first.is_some_and(|c| !matches!(c, ' ' | '\t'));
        let mut rest = text;
        while !rest.is_empty() {
            let line = &rest[..rest.find(is_break).unwrap_or(rest.len())];
            self.block_line(line, indent);
            rest = &rest[line.len()..];
            if let Some(c) = rest.chars().next() {
                if doubled && c == '\n' && !line.is_empty() && !line.starts_with([' ', '\t']) {
                    self.raw_break('\n');
                }
                self.raw_break(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }

    fn block_line(&mut self, line: &str, indent: usize) {
        if !line.is_empty() {
            self.indent(indent);
            self.out.push_str(line);
            self.column += line.len();
            self.indention = false;
        }
    }

    fn block_header(&mut self, style: char, text: &str) {
        self.put(style);
        let first = text.chars().next();
        if first.is_some_and(|c| c == ' ' || is_break(c)) {
            self.put('2');
        }
        let mut last = text.chars().rev();
        match (last.next().is_some_and(is_break), last.next()) {
            (false, _) => self.put('-'),
            (true, None) => self.put('+'),
            (true, Some(c)) if is_break(c) => self.put('+'),
            (true, Some(_)) => {}
        }
        self.line_break();
        self.indention = true;
        self.whitespace = true;
    }
}

/// Whether the text would read back as something else than a string without quotes.
fn needs_quotes(text: &str) -> bool {
    match text.as_bytes().first() {
        Some(
            b'0'..=b'9'
            | b'+'
            | b'-'
            | b'.'
            | b'~'
            | b'y'
            | b'Y'
            | b'n'
            | b'N'
            | b't'
            | b'T'
            | b'f'
            | b'F'
            | b'o'
            | b'O',
        )
        | None => resolve::resolve_by(Schema::V11, text) != Tag::Str || resolve::is_base60(text),
        // go-yaml's table of first characters has no `<`: the merge key is not quoted.
        Some(_) => false,
    }
}

/// Whether a text is made of characters that need no look at their neighbours.
fn is_word(bytes: &[u8]) -> bool {
    const INNER: [bool; 256] = {
        let mut table = [false; 256];
        let mut i = 0;
        while i < 128 {
            let b = i as u8;
            table[i] = b.is_ascii_alphanumeric()
                || matches!(
                    b,
                    b'_' | b'-' | b'.' | b'/' | b'=' | b'+' | b'$' | b'(' | b')' | b';' | b'<' | b'^' | b'~'
                );
            i += 1;
        }
        table
    };
    bytes.first().is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'/' | b'$' | b'('))
        && bytes.iter().all(|b| INNER[*b as usize])
}

fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// What go-yaml's v2 emitter prints without an escape.
fn is_printable(c: char) -> bool {
    match c {
        '\n' | ' '..='~' | '\u{A0}'..='\u{FFFF}' => !matches!(c, '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}'),
        _ => false,
    }
}

/// The emitter's look at a text.
fn analyze(bytes: &[u8]) -> Allowed {
    if bytes.is_empty() {
        return Allowed { multiline: false, plain: true, flow_plain: false, single: true, block: false };
    }
    let text = std::str::from_utf8(bytes).unwrap_or("");
    let mut indicators = bytes.starts_with(b"---") || bytes.starts_with(b"...");
    let mut flow_indicators = indicators;
    let (mut line_breaks, mut special) = (false, false);
    let (mut break_space, mut space_break) = (false, false);
    let (mut previous_space, mut previous_break) = (false, false);
    let mut preceded_by_blank = true;
    let blank_at = |i: usize| matches!(bytes.get(i), None | Some(b' ' | b'\t'));
    for (i, c) in text.char_indices() {
        match c {
            '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`'
                if i == 0 =>
            {
                indicators = true;
            }
            '?' | ',' | '[' | ']' | '{' | '}' if i > 0 => flow_indicators = true,
            '?' => {
                flow_indicators = true;
                indicators |= blank_at(1);
            }
            '-' if i == 0 => indicators |= blank_at(1),
            ':' => {
                flow_indicators = true;
                indicators |= blank_at(i + 1);
            }
            '#' => indicators |= preceded_by_blank,
            _ => {}
        }
        special |= !is_printable(c);
        let space = c == ' ';
        let line_break = !space && is_break(c);
        break_space |= space && previous_break;
        space_break |= line_break && previous_space;
        line_breaks |= line_break;
        (previous_space, previous_break) = (space, line_break);
        preceded_by_blank = space || line_break || c == '\t' || c == '\0';
    }
    let (first, last) = (text.chars().next(), text.chars().next_back());
    let edge = |c: Option<char>| c.is_some_and(|c| c == ' ' || is_break(c));
    let edges = edge(first) || edge(last);
    let plain = !(edges || break_space || space_break || special || line_breaks || indicators);
    Allowed {
        multiline: line_breaks,
        plain,
        flow_plain: plain && !flow_indicators,
        single: !(break_space || space_break || special),
        block: !(last == Some(' ') || space_break || special),
    }
}
