//! The node tree: scalars with their resolved type, sequences, mappings in the order of the text.
//!
//! Anchors and merge keys are expanded when a document is parsed, so a tree owns all it shows. Comments are not kept: the reference's output has none.

use compact_str::CompactString;

use crate::diagnostics::Pos;

use super::Origin;

/// The type of a scalar, by its explicit tag or by resolution of its plain text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tag {
    /// `!!str`
    Str,
    /// `!!int`
    Int,
    /// `!!float`
    Float,
    /// `!!bool`
    Bool,
    /// `!!null`
    Null,
    /// `!!timestamp`
    Timestamp,
    /// `!!binary`
    Binary,
    /// A tag of the user's own.
    Other,
}

/// How a scalar was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// `'…'`
    Single,
    /// `"…"`
    Double,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

/// A scalar: text as parsed (quotes and escapes gone), type, style.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Scalar {
    /// The text.
    pub text: CompactString,
    /// The type.
    pub tag: Tag,
    /// The style.
    pub style: Style,
}

impl Scalar {
    /// A string, whatever its text looks like.
    pub fn string(text: impl Into<CompactString>) -> Scalar {
        Scalar { text: text.into(), tag: Tag::Str, style: Style::Plain }
    }

    /// A scalar without an explicit tag: plain text is what it looks like, quoted text is a string.
    pub fn resolved(text: impl Into<CompactString>, style: Style) -> Scalar {
        let text = text.into();
        let tag = if style == Style::Plain { super::resolve(&text) } else { Tag::Str };
        Scalar { text, tag, style }
    }

    /// The null value.
    pub fn null() -> Scalar {
        Scalar { text: CompactString::const_new("null"), tag: Tag::Null, style: Style::Plain }
    }

    /// An integer.
    pub fn int(value: i64) -> Scalar {
        Scalar { text: compact_str::format_compact!("{value}"), tag: Tag::Int, style: Style::Plain }
    }

    /// A boolean.
    pub fn bool(value: bool) -> Scalar {
        Scalar {
            text: CompactString::const_new(if value { "true" } else { "false" }),
            tag: Tag::Bool,
            style: Style::Plain,
        }
    }
}

/// A key with its value.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// The key. Keys that are not strings are kept as they are and refused when the tree is written.
    pub key: Scalar,
    /// Where the key stands.
    pub key_pos: Pos,
    /// The value.
    pub value: Node,
}

/// A mapping: entries in the order of the text. A key may stand twice until somebody looks (writing such a tree is an error).
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Map {
    /// The entries.
    pub entries: Vec<Entry>,
}

/// What a node is.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    /// A scalar.
    Scalar(Scalar),
    /// A sequence.
    Seq(Vec<Node>),
    /// A mapping.
    Map(Map),
}

/// A value with its origin.
#[derive(Clone, PartialEq, Debug)]
pub struct Node {
    /// Where it came from.
    pub origin: Origin,
    /// What it is.
    pub value: Value,
}

impl Map {
    /// No entries.
    pub fn new() -> Map {
        Map::default()
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The position of a key.
    pub fn position(&self, key: &str) -> Option<usize> {
        self.entries.iter().position(|e| e.key.text == key)
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries.iter().find(|e| e.key.text == key).map(|e| &e.value)
    }

    /// The entry of a key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|e| e.key.text == key)
    }

    /// The value of a key, to change.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        self.entries.iter_mut().find(|e| e.key.text == key).map(|e| &mut e.value)
    }

    /// Appends an entry without looking for its key.
    pub fn push(&mut self, key: Scalar, key_pos: Pos, value: Node) {
        self.entries.push(Entry { key, key_pos, value });
    }

    /// Sets a key: replaces the value where the key exists, else appends.
    pub fn set(&mut self, key: &str, value: Node) {
        match self.get_mut(key) {
            Some(old) => *old = value,
            None => self.push(Scalar::string(key), Pos::NONE, value),
        }
    }

    /// Whether the key of an entry stands no more behind it.
    pub fn is_last(&self, index: usize) -> bool {
        let key = &self.entries[index].key.text;
        self.entries[index + 1..].iter().all(|e| e.key.text != *key)
    }

    /// Of keys that stand more than once, keeps the last.
    pub fn keep_last(&mut self) {
        let mut i = 0;
        while i < self.entries.len() {
            if self.is_last(i) {
                i += 1;
            } else {
                self.entries.remove(i);
            }
        }
    }

    /// Takes a key out, keeping the order of the rest.
    pub fn remove(&mut self, key: &str) -> Option<Entry> {
        self.position(key).map(|i| self.entries.remove(i))
    }
}

impl Node {
    /// A node from its parts.
    pub fn new(origin: Origin, value: Value) -> Node {
        Node { origin, value }
    }

    /// A scalar node.
    pub fn scalar(origin: Origin, scalar: Scalar) -> Node {
        Node { origin, value: Value::Scalar(scalar) }
    }

    /// A string node.
    pub fn string(origin: Origin, text: impl Into<CompactString>) -> Node {
        Node::scalar(origin, Scalar::string(text))
    }

    /// An empty mapping.
    pub fn empty_map(origin: Origin) -> Node {
        Node { origin, value: Value::Map(Map::new()) }
    }

    /// The null value.
    pub fn null(origin: Origin) -> Node {
        Node::scalar(origin, Scalar::null())
    }

    /// The mapping in it.
    pub fn as_map(&self) -> Option<&Map> {
        match &self.value {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The mapping in it, to change.
    pub fn as_map_mut(&mut self) -> Option<&mut Map> {
        match &mut self.value {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The sequence in it.
    pub fn as_seq(&self) -> Option<&[Node]> {
        match &self.value {
            Value::Seq(items) => Some(items),
            _ => None,
        }
    }

    /// The sequence in it, to change.
    pub fn as_seq_mut(&mut self) -> Option<&mut Vec<Node>> {
        match &mut self.value {
            Value::Seq(items) => Some(items),
            _ => None,
        }
    }

    /// The scalar in it.
    pub fn as_scalar(&self) -> Option<&Scalar> {
        match &self.value {
            Value::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The text of the scalar in it, whatever its type.
    pub fn text(&self) -> Option<&str> {
        self.as_scalar().map(|s| s.text.as_str())
    }

    /// Puts an untagged text where a scalar is, in the style of that scalar: in quotes it is a string, plain it is what it looks like. This is how
    /// the reference sets a field.
    pub fn set_text(&mut self, text: impl Into<CompactString>) {
        let style = self.as_scalar().map_or(Style::Plain, |s| s.style);
        self.value = Value::Scalar(Scalar::resolved(text, style));
    }

    /// Whether another node has the same values, whatever the order of keys and the style of scalars.
    pub fn says_the_same(&self, other: &Node) -> bool {
        match (&self.value, &other.value) {
            (Value::Scalar(a), Value::Scalar(b)) => a.tag == b.tag && a.text == b.text,
            (Value::Seq(a), Value::Seq(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.says_the_same(b)),
            (Value::Map(a), Value::Map(b)) => {
                let has = |entry: &Entry| b.get(&entry.key.text).is_some_and(|other| entry.value.says_the_same(other));
                a.len() == b.len() && a.entries.iter().all(has)
            }
            _ => false,
        }
    }

    /// Takes over the places of the scalars of a node that says the same. Recorded writes stay where they are: they can tie scalars together.
    pub fn adopt_places(&mut self, other: &Node) {
        match (&mut self.value, &other.value) {
            (Value::Scalar(_), Value::Scalar(_)) if other.origin.pos().is_some() => self.origin = other.origin,
            (Value::Seq(items), Value::Seq(others)) => {
                items.iter_mut().zip(others).for_each(|(item, other)| item.adopt_places(other));
            }
            (Value::Map(map), Value::Map(others)) => {
                for entry in &mut map.entries {
                    if let Some(other) = others.entry(&entry.key.text) {
                        entry.value.adopt_places(&other.value);
                    }
                }
            }
            _ => {}
        }
    }

    /// Whether it is the null value.
    pub fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar(Scalar { tag: Tag::Null, .. }))
    }

    /// The value of a key, when this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.as_map()?.get(key)
    }

    /// The value of a key, to change.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        self.as_map_mut()?.get_mut(key)
    }

    /// The node at a path of mapping keys.
    pub fn lookup(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The node at a path of mapping keys, to change.
    pub fn lookup_mut(&mut self, path: &[&str]) -> Option<&mut Node> {
        path.iter().try_fold(self, |node, key| node.get_mut(key))
    }

    /// The text of the scalar at a path of mapping keys; null has none.
    pub fn text_at(&self, path: &[&str]) -> Option<&str> {
        self.lookup(path).filter(|n| !n.is_null())?.text()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_stay_small() {
        // Memory of a build is nodes times this.
        assert!(size_of::<Node>() <= 40, "{}", size_of::<Node>());
        assert!(size_of::<Entry>() <= 80, "{}", size_of::<Entry>());
    }
}
