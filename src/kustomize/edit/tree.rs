//! The kustomization as a tree that is being changed.

use crate::diagnostics::{Diagnostic, Source};
use crate::yaml::edit::Rename;
use crate::yaml::{Map, Node, Origin, Scalar, Style, Tag, Value};

use super::fix;

/// A kustomization on its way.
#[derive(Debug)]
pub(super) struct Tree {
    /// The content.
    pub(super) node: Node,
    /// Fields that have got another name.
    pub(super) renames: Vec<Rename>,
    /// What is worth telling.
    pub(super) notes: Vec<String>,
    path: String,
}

impl Tree {
    /// A tree as the reference has it after reading: old forms of fields are moved to the new ones.
    pub(super) fn new(mut node: Node, source: &Source) -> Tree {
        if let Some(map) = node.as_map_mut() {
            map.keep_last();
        } else {
            node = Node::empty_map(Origin::NONE);
        }
        let mut tree = Tree { node, renames: Vec::new(), notes: Vec::new(), path: source.path.clone() };
        fix::old_forms(&mut tree);
        tree
    }

    /// A mistake that is about the file as a whole.
    pub(super) fn error(&self, name: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(name, message).in_file(self.path.clone())
    }

    /// Fields.
    pub(super) fn map(&mut self) -> &mut Map {
        self.node.as_map_mut().expect("the root was made a mapping")
    }

    /// A field that is there and not null.
    pub(super) fn get(&self, field: &str) -> Option<&Node> {
        get(&self.node, field)
    }

    /// The entries of a field that is a list.
    pub(super) fn items(&self, field: &str) -> &[Node] {
        self.get(field).and_then(Node::as_seq).unwrap_or(&[])
    }

    /// The texts of a list.
    pub(super) fn texts(&self, field: &str) -> Vec<String> {
        self.items(field).iter().filter_map(Node::text).map(str::to_owned).collect()
    }

    /// A field that is a list, made where it is missing.
    pub(super) fn list(&mut self, field: &str) -> &mut Vec<Node> {
        list(self.map(), field)
    }

    /// A field that is a mapping, made where it is missing.
    pub(super) fn mapping(&mut self, field: &str) -> &mut Map {
        mapping(self.map(), field)
    }

    /// Sets a field that is a text. An empty one is as good as none.
    pub(super) fn set_text(&mut self, field: &str, value: &str) {
        set_text(self.map(), field, value);
    }

    /// Takes a field out whose last entry has gone.
    pub(super) fn drop_empty(&mut self, field: &str) {
        let map = self.map();
        let name = name(map, field);
        let empty = map.get(&name).is_some_and(|node| match &node.value {
            Value::Scalar(_) => node.is_null(),
            Value::Seq(items) => items.is_empty(),
            Value::Map(entries) => entries.is_empty(),
        });
        if empty {
            map.remove(&name);
        }
    }
}

/// The key of a field as it is written: the reference does not look at the case of letters.
pub(super) fn name(map: &Map, field: &str) -> String {
    let other = || map.entries.iter().rev().find(|e| e.key.text.eq_ignore_ascii_case(field));
    match map.get(field).is_some() {
        true => field.to_owned(),
        false => other().map_or_else(|| field.to_owned(), |e| e.key.text.to_string()),
    }
}

/// A field of a mapping that is there and not null.
pub(super) fn get<'n>(node: &'n Node, field: &str) -> Option<&'n Node> {
    let map = node.as_map()?;
    map.get(&name(map, field)).filter(|node| !node.is_null())
}

/// A text in a mapping; empty where it is missing.
pub(super) fn text<'n>(node: &'n Node, field: &str) -> &'n str {
    get(node, field).and_then(Node::text).unwrap_or("")
}

/// Whether a field of a mapping is true.
pub(super) fn is_true(node: &Node, field: &str) -> bool {
    get(node, field).and_then(Node::text).is_some_and(|text| crate::yaml::bool11(text) == Some(true))
}

/// A field that is a list, made where it is missing.
pub(super) fn list<'n>(map: &'n mut Map, field: &str) -> &'n mut Vec<Node> {
    let node = made(map, field, || Value::Seq(Vec::new()), |node| node.as_seq().is_some());
    node.as_seq_mut().expect("it was made a list")
}

/// A field that is a mapping, made where it is missing.
pub(super) fn mapping<'n>(map: &'n mut Map, field: &str) -> &'n mut Map {
    let node = made(map, field, || Value::Map(Map::new()), |node| node.as_map().is_some());
    node.as_map_mut().expect("it was made a mapping")
}

fn made<'n>(map: &'n mut Map, field: &str, empty: impl Fn() -> Value, fits: impl Fn(&Node) -> bool) -> &'n mut Node {
    let name = name(map, field);
    if !map.get(&name).is_some_and(fits) {
        map.set(&name, Node::new(Origin::NONE, empty()));
    }
    map.get_mut(&name).expect("it was set")
}

/// Sets a text in a mapping, or takes it out where it is empty.
pub(super) fn set_text(map: &mut Map, field: &str, value: &str) {
    let name = name(map, field);
    if value.is_empty() {
        map.remove(&name);
    } else if map.get(&name).is_none_or(|node| !node.says_the_same(&string(value))) {
        map.set(&name, string(value));
    }
}

/// A text. In quotes, so that those who read the tree by the rules of YAML 1.1 take it for nothing else.
pub(super) fn string(text: &str) -> Node {
    Node::scalar(Origin::NONE, Scalar { text: text.into(), tag: Tag::Str, style: Style::Double })
}

/// A mapping of texts, without those that are empty.
pub(super) fn record(fields: &[(&str, &str)]) -> Node {
    let mut map = Map::new();
    for (field, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
        map.set(field, string(value));
    }
    Node::new(Origin::NONE, Value::Map(map))
}

/// A boolean.
pub(super) fn boolean(value: bool) -> Node {
    Node::scalar(Origin::NONE, Scalar::bool(value))
}
