//! Events to a tree: positions, types, anchors, merge keys.
//!
//! Aliases and merge keys are expanded where they stand, which gives the same tree as kyaml's pass over the finished document: an alias can only name a
//! node that is complete, or one that contains it, which is refused.

use compact_str::CompactString;
use rustc_hash::FxHashMap;

use crate::diagnostics::{Diagnostic, Pos, Source, did_you_mean};

use super::libyaml::{Event, Properties, Span};
use super::resolve::{self, Schema};
use super::{Entry, Map, Node, Origin, Scalar, Style, Tag, Value, merge, number};

/// Levels that a document may be deep. The reference takes 10,000, but nothing that Kubernetes accepts has a hundred, and all that walks a tree may
/// recurse on the stack of a thread.
const MAX_DEPTH: usize = 256;

/// Nodes that aliases may add to a document before it counts as an attack; go-yaml's decoder stops at about the same number.
const MAX_ALIAS_NODES: usize = 400_000;

/// Text that aliases may add, in bytes.
const MAX_ALIAS_TEXT: usize = 64 << 20;

enum Kind {
    Seq,
    Map,
}

/// What a mapping waits for.
enum Key {
    /// The next node is a key.
    Wanted,
    /// The next node is the value of this key.
    Have(Scalar, Pos),
    /// The next node is the value of a merge key.
    Merge(Pos),
}

/// A collection that is open.
struct Frame {
    kind: Kind,
    origin: Origin,
    anchor: Option<CompactString>,
    /// Where its nodes (or entries) start on the stack of all.
    first: usize,
    key: Key,
    merge: Option<merge::Operand>,
    /// Written in brackets.
    flow: bool,
}

/// An anchor and what copying it costs.
struct Anchored {
    node: Node,
    nodes: usize,
    bytes: usize,
}

/// Builds the tree of one document.
pub(super) struct Builder<'s> {
    source: &'s Source,
    base: usize,
    schema: Schema,
    frames: Vec<Frame>,
    items: Vec<Node>,
    entries: Vec<Entry>,
    anchors: FxHashMap<CompactString, Anchored>,
    alias_nodes: usize,
    alias_bytes: usize,
    root: Option<Node>,
}

impl<'s> Builder<'s> {
    /// A builder for a piece of a text that starts at `base`.
    pub(super) fn new(source: &'s Source, base: usize, schema: Schema) -> Builder<'s> {
        Builder {
            source,
            base,
            schema,
            frames: Vec::new(),
            items: Vec::new(),
            entries: Vec::new(),
            anchors: FxHashMap::default(),
            alias_nodes: 0,
            alias_bytes: 0,
            root: None,
        }
    }

    /// The tree, after the end of the document.
    pub(super) fn finish(self) -> Option<Node> {
        self.root
    }

    /// Takes an event.
    pub(super) fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Diagnostic> {
        match event {
            Event::Scalar(properties, text, style) => self.scalar(properties, text, style, span),
            Event::Alias(name) => self.alias(name, span),
            Event::SequenceStart(properties, flow) => self.open(Kind::Seq, properties, span, flow),
            Event::MappingStart(properties, flow) => self.open(Kind::Map, properties, span, flow),
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            Event::Structure | Event::DocumentEnd | Event::StreamEnd => Ok(()),
        }
    }

    fn pos(&self, offset: usize) -> Pos {
        self.source.pos(self.base + offset)
    }

    /// Where the value itself starts, behind its tag and anchor.
    fn value_pos(&self, properties: Properties<'_>, span: Span) -> Pos {
        if properties.anchor.is_none() && properties.tag.is_none() {
            return self.pos(span.start);
        }
        let text = &self.source.text[self.base..];
        let mut at = span.start;
        loop {
            let rest = &text[at..];
            at += rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
            match text.as_bytes().get(at) {
                Some(b'&' | b'!') => at += text[at..].find(char::is_whitespace).unwrap_or(text.len() - at),
                Some(b'#') => at += text[at..].find('\n').unwrap_or(text.len() - at),
                _ => break,
            }
        }
        // An empty scalar has nothing behind its properties.
        self.pos(if at > span.end && span.end > span.start { span.end } else { at })
    }

    fn scalar(&mut self, properties: Properties<'_>, text: &str, style: Style, span: Span) -> Result<(), Diagnostic> {
        let pos = self.value_pos(properties, span);
        if style == Style::Double {
            self.check_escapes(span)?;
        }
        let is_key = matches!(self.frames.last(), Some(Frame { kind: Kind::Map, key: Key::Wanted, .. }));
        // v3 takes the tag `!` for none at all, v2 for one of the user's own.
        let explicit = properties.tag.filter(|tag| *tag != "!" || self.schema == Schema::V11);
        let tag = match explicit {
            None if style == Style::Plain => {
                if is_key && text == "<<" {
                    return self.merge_key(pos);
                }
                resolve::resolve_by(self.schema, text)
            }
            None => Tag::Str,
            Some(tag) => match explicit_tag(tag) {
                Explicit::Merge
                    if matches!(self.frames.last(), Some(Frame { kind: Kind::Map, key: Key::Wanted, .. })) =>
                {
                    return self.merge_key(pos);
                }
                Explicit::Merge => Tag::Other,
                Explicit::Tag(tag) => {
                    self.check_tag(tag, text, pos, span)?;
                    tag
                }
            },
        };
        let mut scalar = Scalar { text: text.into(), tag, style };
        let in_brackets = self.frames.last().is_some_and(|f| f.flow);
        if self.schema == Schema::V3 && style == Style::Plain && in_brackets && needs_quotes_in_brackets(tag, text) {
            // kyaml quotes it when it writes the text that it then reads again: null (or a date) while it is in the tree, a string in the end.
            scalar.style = Style::Single;
        }
        if self.schema == Schema::V11 && tag == Tag::Timestamp {
            // v2 reads them as strings.
            scalar.tag = Tag::Str;
        }
        if self.schema == Schema::V11 && style == Style::Folded {
            // v2 forgets styles, so that this text is not folded again when it is printed.
            scalar.style = Style::Double;
        }
        let node = Node::scalar(Origin::at(pos), scalar);
        if let Some(anchor) = properties.anchor {
            self.define(anchor.into(), &node);
        }
        self.add(node, pos, false)
    }

    /// go-yaml lacks one escape that libyaml has.
    fn check_escapes(&self, span: Span) -> Result<(), Diagnostic> {
        let bytes = &self.source.text.as_bytes()[self.base + span.start..self.base + span.end];
        let mut rest = 0;
        while let Some(found) = memchr::memchr(b'\\', &bytes[rest..]) {
            let at = rest + found;
            if bytes.get(at + 1) == Some(&b'/') {
                return Err(Diagnostic::error(
                    "redisops::yaml::escape",
                    "unknown escape `\\/` in a double-quoted string",
                )
                .label(self.pos(span.start + at), 2, "not an escape of YAML 1.1")
                .help("write `/` without the backslash"));
            }
            rest = at + 2;
            if rest >= bytes.len() {
                break;
            }
        }
        Ok(())
    }

    /// Refuses `!!int abc`.
    fn check_tag(&self, tag: Tag, text: &str, pos: Pos, span: Span) -> Result<(), Diagnostic> {
        let found = resolve::resolve_by(self.schema, text);
        let fits = match tag {
            Tag::Str | Tag::Binary | Tag::Other => true,
            Tag::Float => matches!(found, Tag::Float | Tag::Int),
            // With a tag, a date is tried as a number only.
            Tag::Int if found == Tag::Timestamp => false,
            _ => found == tag,
        };
        if fits {
            return Ok(());
        }
        Err(Diagnostic::error("redisops::yaml::tag", format!("`{}` is not {}", short(text), type_name(tag))).label(
            pos,
            span.end.saturating_sub(self.source.offset(pos) - self.base),
            format!("the tag says {}", type_name(tag)),
        ))
    }

    fn merge_key(&mut self, pos: Pos) -> Result<(), Diagnostic> {
        let Some(frame) = self.frames.last_mut() else { return Ok(()) };
        if frame.merge.is_some() {
            return Err(Diagnostic::error("redisops::yaml::merge", "a second merge key in one mapping")
                .label(pos, 2, "second `<<`")
                .help("list the mappings under one key: `<<: [*a, *b]`"));
        }
        frame.key = Key::Merge(pos);
        Ok(())
    }

    fn alias(&mut self, name: &str, span: Span) -> Result<(), Diagnostic> {
        let pos = self.pos(span.start);
        let length = span.end - span.start;
        let Some(anchored) = self.anchors.get(name) else {
            let inside = self.frames.iter().any(|f| f.anchor.as_deref() == Some(name));
            let base = |message: String| Diagnostic::error("redisops::yaml::alias", message);
            if inside {
                return Err(base(format!("`*{name}` stands inside the value that it names")).label(
                    pos,
                    length,
                    "contains itself",
                ));
            }
            let near = did_you_mean(name, self.anchors.keys().map(CompactString::as_str));
            return Err(base(format!("no anchor `&{name}` before this alias"))
                .label(pos, length, "unknown anchor")
                .help_if(near.map(|near| format!("did you mean `*{near}`?")))
                .note("an anchor is known in its own document only, and after the place where it stands"));
        };
        self.alias_nodes += anchored.nodes;
        self.alias_bytes += anchored.bytes;
        if self.alias_nodes > MAX_ALIAS_NODES || self.alias_bytes > MAX_ALIAS_TEXT {
            return Err(Diagnostic::error("redisops::yaml::bomb", "aliases blow this document up beyond reason")
                .label(pos, length, "the limit is passed here")
                .note(format!("aliases may add {MAX_ALIAS_NODES} values or 64 MiB of text to a document")));
        }
        let node = anchored.node.clone();
        self.add(node, pos, true)
    }

    fn define(&mut self, name: CompactString, node: &Node) {
        let (nodes, bytes) = size(node);
        self.anchors.insert(name, Anchored { node: node.clone(), nodes, bytes });
    }

    fn open(&mut self, kind: Kind, properties: Properties<'_>, span: Span, flow: bool) -> Result<(), Diagnostic> {
        let pos = self.value_pos(properties, span);
        if self.frames.len() >= MAX_DEPTH {
            return Err(Diagnostic::error("redisops::yaml::depth", "values are nested too deep")
                .label(pos, 1, format!("level {}", MAX_DEPTH + 1))
                .note(format!("a document may be {MAX_DEPTH} levels deep")));
        }
        if let Some(Frame { kind: Kind::Map, key: Key::Wanted, .. }) = self.frames.last() {
            return Err(complex_key(pos));
        }
        let first = match kind {
            Kind::Seq => self.items.len(),
            Kind::Map => self.entries.len(),
        };
        let anchor: Option<CompactString> = properties.anchor.map(Into::into);
        if let Some(name) = &anchor {
            // From here on the name means this value, which is not complete.
            self.anchors.remove(name);
        }
        self.frames.push(Frame { kind, origin: Origin::at(pos), anchor, first, key: Key::Wanted, merge: None, flow });
        Ok(())
    }

    fn close(&mut self) -> Result<(), Diagnostic> {
        let Some(frame) = self.frames.pop() else { return Ok(()) };
        let value = match frame.kind {
            Kind::Seq => Value::Seq(self.items.drain(frame.first..).collect()),
            Kind::Map => {
                let mut map = Map { entries: self.entries.drain(frame.first..).collect() };
                // kyaml drops a quoted `"<<"` with the merge key that is not there.
                if self.schema == Schema::V3
                    && let Some(at) = map.position("<<")
                {
                    map.entries.remove(at);
                }
                if let Some(operand) = frame.merge {
                    merge::apply(&mut map, operand)?;
                }
                Value::Map(map)
            }
        };
        let node = Node::new(frame.origin, value);
        if let Some(anchor) = frame.anchor {
            self.define(anchor, &node);
        }
        let pos = frame.origin.pos().unwrap_or(Pos::NONE);
        self.add(node, pos, false)
    }

    /// Puts a complete node into the collection that is open.
    fn add(&mut self, node: Node, pos: Pos, alias: bool) -> Result<(), Diagnostic> {
        let Some(frame) = self.frames.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match frame.kind {
            Kind::Seq => self.items.push(node),
            Kind::Map => match std::mem::replace(&mut frame.key, Key::Wanted) {
                Key::Wanted => {
                    let Value::Scalar(mut scalar) = node.value else { return Err(complex_key(pos)) };
                    if self.schema == Schema::V3
                        && (scalar.tag == Tag::Null && scalar.text.is_empty()
                            || scalar.tag == Tag::Timestamp && scalar.style == Style::Single)
                    {
                        // Quoted by kyaml on the way; the style of a key in brackets says so, an empty key always is.
                        scalar.tag = Tag::Str;
                    }
                    let scalar = if self.schema == Schema::V11 { json_key(scalar, pos)? } else { scalar };
                    frame.key = Key::Have(scalar, pos);
                }
                Key::Have(key, key_pos) => self.entries.push(Entry { key, key_pos, value: node }),
                Key::Merge(key_pos) => frame.merge = Some(merge::Operand { key_pos, pos, node, alias }),
            },
        }
        Ok(())
    }
}

/// Whether kyaml's writer puts a plain scalar that is no string into quotes because it stands in brackets.
fn needs_quotes_in_brackets(tag: Tag, text: &str) -> bool {
    match tag {
        Tag::Null => text.is_empty(),
        Tag::Timestamp => text.contains(':'),
        _ => false,
    }
}

fn complex_key(pos: Pos) -> Diagnostic {
    Diagnostic::error("redisops::yaml::key", "a mapping or a sequence cannot be a key")
        .label(pos, 1, "not a string")
        .help("a template placeholder such as `{{ name }}` needs quotes")
}

/// What a tag in its long form says.
enum Explicit {
    Merge,
    Tag(Tag),
}

fn explicit_tag(tag: &str) -> Explicit {
    Explicit::Tag(match tag.strip_prefix("tag:yaml.org,2002:").unwrap_or("") {
        "str" => Tag::Str,
        "int" => Tag::Int,
        "float" => Tag::Float,
        "bool" => Tag::Bool,
        "null" => Tag::Null,
        "timestamp" => Tag::Timestamp,
        "binary" => Tag::Binary,
        "merge" => return Explicit::Merge,
        _ => Tag::Other,
    })
}

fn type_name(tag: Tag) -> &'static str {
    match tag {
        Tag::Str => "a string",
        Tag::Int => "an integer",
        Tag::Float => "a number",
        Tag::Bool => "a boolean",
        Tag::Null => "null",
        Tag::Timestamp => "a timestamp",
        Tag::Binary => "binary data",
        Tag::Other => "of a custom type",
    }
}

fn short(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A key of YAML 1.1 as JSON has it: numbers and booleans become strings.
fn json_key(key: Scalar, pos: Pos) -> Result<Scalar, Diagnostic> {
    let text = match key.tag {
        Tag::Str | Tag::Timestamp | Tag::Binary | Tag::Other => return Ok(key),
        Tag::Bool => CompactString::const_new(if resolve::bool11(&key.text) == Some(true) { "true" } else { "false" }),
        Tag::Null => {
            return Err(Diagnostic::error("redisops::yaml::key", "null cannot be a key")
                .label(pos, key.text.len(), "not a string")
                .help("put it in quotes"));
        }
        Tag::Int | Tag::Float => match resolve::parse_number(Schema::V11, &key.text) {
            Some(number::Number::Int(value)) => compact_str::format_compact!("{value}"),
            Some(number::Number::Uint(value)) => compact_str::format_compact!("{value}"),
            Some(number::Number::Float(value)) => {
                let mut out = String::new();
                number::write_g32(&mut out, value);
                out.into()
            }
            None => key.text.to_ascii_lowercase().trim_start_matches('+').into(),
        },
    };
    Ok(Scalar { text, tag: Tag::Str, style: Style::Double })
}

/// Nodes in a tree and bytes of their texts.
fn size(node: &Node) -> (usize, usize) {
    let add = |(a, b): (usize, usize), (c, d): (usize, usize)| (a + c, b + d);
    match &node.value {
        Value::Scalar(scalar) => (1, scalar.text.len()),
        Value::Seq(items) => items.iter().map(size).fold((1, 0), add),
        Value::Map(map) => map.entries.iter().map(|e| add(size(&e.value), (1, e.key.text.len()))).fold((1, 0), add),
    }
}
