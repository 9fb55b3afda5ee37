//! A field of an object, there or not: what rules look at and point to.

use std::sync::Arc;

use compact_str::CompactString;

use crate::diagnostics::{Label, Pos};
use crate::k8s::Resource;
use crate::yaml::{Entry, Node, Tag, Trace, Value};

/// A step from a node to one below it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// The value of a key.
    Key(CompactString),
    /// An item of a list, from 0.
    Index(usize),
}

/// A field of an object. A field that is missing keeps the way to it, and what is there on that way. Cheap to clone: fields share their way.
#[derive(Clone, Debug)]
pub struct Field<'a> {
    resource: &'a Resource,
    node: Option<&'a Node>,
    /// The last step; none for the object.
    last: Option<Arc<Link<'a>>>,
}

/// A step of the way, with what it leads to.
#[derive(Debug)]
struct Link<'a> {
    above: Option<Arc<Link<'a>>>,
    step: Step,
    /// Of a key that exists.
    entry: Option<&'a Entry>,
    node: Option<&'a Node>,
}

impl<'a> Field<'a> {
    /// The object as a whole.
    pub fn of(resource: &'a Resource) -> Field<'a> {
        Field { resource, node: Some(&resource.node), last: None }
    }

    /// The field at steps from the object.
    pub fn follow(resource: &'a Resource, steps: &[Step]) -> Field<'a> {
        steps.iter().fold(Field::of(resource), |field, step| match step {
            Step::Key(key) => field.get(key),
            Step::Index(index) => field.at(*index),
        })
    }

    /// The object that it is a field of.
    pub fn resource(&self) -> &'a Resource {
        self.resource
    }

    /// The field of a key in it.
    #[must_use]
    pub fn get(&self, key: &str) -> Field<'a> {
        let entry = self.node.and_then(Node::as_map).and_then(|map| map.entry(key));
        self.step(Step::Key(key.into()), entry, entry.map(|entry| &entry.value))
    }

    /// The field at keys below each other: `field.path(&["spec", "template", "spec"])`.
    #[must_use]
    pub fn path(&self, keys: &[&str]) -> Field<'a> {
        keys.iter().fold(self.clone(), |field, key| field.get(key))
    }

    /// An item of the list in it.
    #[must_use]
    pub fn at(&self, index: usize) -> Field<'a> {
        let item = self.node.and_then(Node::as_seq).and_then(|items| items.get(index));
        self.step(Step::Index(index), None, item)
    }

    fn step(&self, step: Step, entry: Option<&'a Entry>, node: Option<&'a Node>) -> Field<'a> {
        let link = Link { above: self.last.clone(), step, entry, node };
        Field { resource: self.resource, node, last: Some(Arc::new(link)) }
    }

    /// The steps of the way, the last first.
    fn way(&self) -> impl Iterator<Item = &Link<'a>> {
        std::iter::successors(self.last.as_deref(), |link| link.above.as_deref())
    }

    /// The items of the list in it; none where there is no list.
    pub fn items(&self) -> impl Iterator<Item = Field<'a>> + use<'a, '_> {
        let count = self.node.and_then(Node::as_seq).map_or(0, <[Node]>::len);
        (0..count).map(|index| self.at(index))
    }

    /// The entries of the mapping in it; none where there is no mapping. A key that stands twice has its last value.
    pub fn entries(&self) -> impl Iterator<Item = (&'a str, Field<'a>)> + use<'a, '_> {
        let map = self.node.and_then(Node::as_map);
        let entries = map.map_or(&[][..], |map| &map.entries);
        entries.iter().enumerate().filter(move |(i, _)| map.is_some_and(|map| map.is_last(*i))).map(|(_, entry)| {
            let key = entry.key.text.as_str();
            (key, self.step(Step::Key(entry.key.text.clone()), Some(entry), Some(&entry.value)))
        })
    }

    /// What is there, null included.
    pub fn node(&self) -> Option<&'a Node> {
        self.node
    }

    /// Whether it is there and not null.
    pub fn is_set(&self) -> bool {
        self.node.is_some_and(|node| !node.is_null())
    }

    /// The text of a scalar that is not null, whatever its type.
    pub fn text(&self) -> Option<&'a str> {
        self.node.filter(|node| !node.is_null())?.text()
    }

    /// The integer in it.
    pub fn int(&self) -> Option<i64> {
        let scalar = self.node?.as_scalar().filter(|scalar| scalar.tag == Tag::Int)?;
        crate::yaml::parse_int11(&scalar.text).or_else(|| scalar.text.parse().ok())
    }

    /// The boolean in it.
    pub fn bool(&self) -> Option<bool> {
        let scalar = self.node?.as_scalar().filter(|scalar| scalar.tag == Tag::Bool)?;
        crate::yaml::bool11(&scalar.text)
    }

    /// The steps from the object to it.
    pub fn steps(&self) -> Vec<Step> {
        let mut steps: Vec<Step> = self.way().map(|link| link.step.clone()).collect();
        steps.reverse();
        steps
    }

    /// Its path by places: `spec.template.spec.containers[0].image`. Reports have [`super::Objects::path`].
    pub fn path_text(&self) -> String {
        path_text(&self.steps())
    }

    /// Where it stands, the place to change first: the value in the file or patch that set it, then what it came from or replaced. A field that is
    /// missing stands at the key of its parent.
    pub fn places(&self, trace: &Trace) -> Vec<Label> {
        match self.node {
            Some(node) => {
                let mut labels = places_of(node, trace);
                if labels.is_empty() {
                    labels.extend(self.parent_place(trace));
                }
                labels
            }
            None => self.parent_place(trace).into_iter().collect(),
        }
    }

    /// As [`Field::places`], but at its key, for what should not be there at all.
    pub fn key_places(&self, trace: &Trace) -> Vec<Label> {
        match self.last.as_ref().and_then(|link| link.entry) {
            Some(entry) if !entry.key_pos.is_none() => {
                vec![label(entry.key_pos, entry.key.text.len(), "")]
            }
            _ => self.places(trace),
        }
    }

    /// The nearest thing around it that has a place: its key where it has one.
    fn parent_place(&self, trace: &Trace) -> Option<Label> {
        let near = self.way().find_map(|link| match link.entry {
            Some(entry) if !entry.key_pos.is_none() => Some(label(entry.key_pos, entry.key.text.len(), "")),
            _ => places_of(link.node?, trace).into_iter().next(),
        });
        near.or_else(|| {
            // The object itself: its kind is what readers look for.
            let kind = self.resource.node.as_map()?.entry("kind")?;
            match kind.key_pos.is_none() {
                true => places_of(&kind.value, trace).into_iter().next(),
                false => Some(label(kind.key_pos, kind.key.text.len(), "")),
            }
        })
        .or_else(|| places_of(&self.resource.node, trace).into_iter().next())
    }
}

fn label(pos: Pos, len: usize, text: &str) -> Label {
    Label { pos, len: len.min(u32::MAX as usize) as u32, text: text.to_owned() }
}

/// Where a value stands: the place that set it; then where a replacement took it from, or what it replaced.
fn places_of(node: &Node, trace: &Trace) -> Vec<Label> {
    let length = match &node.value {
        Value::Scalar(scalar) => scalar.text.lines().next().unwrap_or("").len(),
        _ => 1,
    };
    let pos = trace.pos(node.origin);
    if pos.is_none() {
        return Vec::new();
    }
    let mut labels = vec![label(pos, length, "")];
    let Some(write) = trace.write(node.origin) else { return labels };
    if !write.source.is_none() {
        labels.push(label(write.source, 1, "the value comes from here"));
    } else if let Some(old) = write.before {
        let before = trace.pos(old.origin);
        if !before.is_none() {
            let length = old.text().map_or(1, |text| text.lines().next().unwrap_or("").len());
            labels.push(label(before, length, "it was this before"));
        }
    }
    labels
}

/// `spec.containers[0].image`, `metadata.labels["a.b/c"]`.
fn path_text(steps: &[Step]) -> String {
    use std::fmt::Write;
    let mut out = String::new();
    for step in steps {
        match step {
            Step::Key(key) if is_plain(key) => {
                if !out.is_empty() {
                    out.push('.');
                }
                out.push_str(key);
            }
            Step::Key(key) => {
                let _ = write!(out, "[{}]", serde_json::Value::from(key.as_str()));
            }
            Step::Index(index) => {
                let _ = write!(out, "[{index}]");
            }
        }
    }
    out
}

/// Whether a key needs no quotes in a path.
fn is_plain(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'$'))
}
