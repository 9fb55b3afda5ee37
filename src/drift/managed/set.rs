//! Sets of fields, as the API server writes them down for each manager (`fieldsV1`).

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::provenance::Segment;
use crate::yaml::Node;

/// A step of a path in a set of fields.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Step {
    /// A field, or a key of a mapping.
    Field(String),
    /// An item of a list with keys: its keys as JSON, as the server writes them.
    Key(String),
    /// An item of a list that is a set: its value as JSON.
    Value(String),
    /// An item by its place.
    Index(usize),
}

impl Step {
    fn parse(text: &str) -> Option<Step> {
        let (kind, rest) = text.split_once(':')?;
        match kind {
            "f" => Some(Step::Field(rest.to_owned())),
            "k" => Some(Step::Key(rest.to_owned())),
            "v" => Some(Step::Value(rest.to_owned())),
            "i" => rest.parse().ok().map(Step::Index),
            _ => None,
        }
    }

    /// As paths of reports write it.
    pub fn segment(&self) -> Segment {
        match self {
            Step::Field(name) => Segment::Key(name.clone()),
            Step::Key(text) => Segment::Item(fields_of(text)),
            Step::Value(text) => Segment::Item(vec![(String::new(), scalar_text(text))]),
            Step::Index(index) => Segment::Index(*index),
        }
    }

    fn fits(&self, segment: &Segment) -> bool {
        match (self, segment) {
            (Step::Field(name), Segment::Key(key)) => name == key,
            (Step::Index(at), Segment::Index(index)) => at == index,
            (Step::Value(text), Segment::Item(wanted)) => {
                matches!(wanted.as_slice(), [(key, value)] if key.is_empty() && *value == scalar_text(text))
            }
            (Step::Key(text), Segment::Item(wanted)) => {
                let own = fields_of(text);
                !wanted.is_empty() && wanted.iter().all(|(key, value)| own.iter().any(|(k, v)| k == key && v == value))
            }
            _ => false,
        }
    }
}

/// Names and values of the keys of an item.
fn fields_of(text: &str) -> Vec<(String, String)> {
    let Ok(Json::Object(fields)) = serde_json::from_str::<Json>(text) else { return Vec::new() };
    fields.iter().map(|(key, value)| (key.clone(), plain(value))).collect()
}

fn scalar_text(text: &str) -> String {
    serde_json::from_str::<Json>(text).map_or_else(|_| text.to_owned(), |value| plain(&value))
}

fn plain(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// What a set says of the shape of a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Shape {
    /// Field by field.
    Fields,
    /// A list whose items have these keys.
    Keyed(Vec<String>),
    /// A list without order whose items are scalars.
    Scalars,
    /// One value: a scalar, or a list or mapping that is replaced as a whole.
    Whole,
}

/// A set of fields, as a tree.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct FieldSet {
    /// Whether the value at this place is in the set, and not only parts of it.
    pub owned: bool,
    /// What is below.
    pub children: BTreeMap<Step, FieldSet>,
}

impl FieldSet {
    /// Reads the form of the server. What is not of that form is left out.
    pub fn parse(fields: &Json) -> FieldSet {
        let Some(object) = fields.as_object() else { return FieldSet::default() };
        let mut set = FieldSet { owned: object.is_empty() || object.contains_key("."), children: BTreeMap::new() };
        for (key, below) in object {
            if let Some(step) = Step::parse(key) {
                set.children.insert(step, FieldSet::parse(below));
            }
        }
        set
    }

    /// Adds the fields of another set.
    pub fn add(&mut self, other: &FieldSet) {
        self.owned |= other.owned;
        for (step, below) in &other.children {
            self.children.entry(step.clone()).or_default().add(below);
        }
    }

    /// The part below a field.
    pub fn field(&self, name: &str) -> Option<&FieldSet> {
        self.children.get(&Step::Field(name.to_owned()))
    }

    /// The part below a step of a path.
    pub fn below(&self, segment: &Segment) -> Option<&FieldSet> {
        match segment {
            Segment::Key(name) => self.field(name),
            _ => self.children.iter().find(|(step, _)| step.fits(segment)).map(|(_, below)| below),
        }
    }

    /// Whether the set has the value at a path, a part of it, or something around it that is one value.
    pub fn covers(&self, path: &[Segment]) -> bool {
        let mut set = self;
        for segment in path {
            if set.children.is_empty() {
                return set.owned;
            }
            match set.below(segment) {
                Some(below) => set = below,
                None => return false,
            }
        }
        true
    }

    /// Whether the value at its top is one that is replaced as a whole.
    pub fn is_whole(&self) -> bool {
        self.owned && self.children.is_empty()
    }

    /// What the set says of the value at its top.
    pub fn shape(&self) -> Shape {
        match self.children.keys().next() {
            None => Shape::Whole,
            Some(Step::Field(_)) => Shape::Fields,
            Some(Step::Key(text)) => Shape::Keyed(fields_of(text).into_iter().map(|(key, _)| key).collect()),
            Some(Step::Value(_)) => Shape::Scalars,
            Some(Step::Index(_)) => Shape::Whole,
        }
    }
}

/// The step of a path that leads to an item with keys; the protocol of a port need not be written.
pub(super) fn item_segment(item: &Node, keys: &[String]) -> Segment {
    let value = |key: &String| match item.get(key).filter(|value| !value.is_null()).and_then(Node::text) {
        Some(text) => Some((key.clone(), text.to_owned())),
        None if key == "protocol" => Some((key.clone(), "TCP".to_owned())),
        None => None,
    };
    Segment::Item(keys.iter().filter_map(value).collect())
}

/// The item of a list that a step leads to.
pub(super) fn find_item<'n>(items: &'n [Node], segment: &Segment) -> Option<&'n Node> {
    let Segment::Item(wanted) = segment else { return None };
    let fits = |item: &&Node| {
        wanted.iter().all(|(key, value)| {
            let field = if key.is_empty() { Some(*item) } else { item.get(key) };
            match field.filter(|node| !node.is_null()).and_then(Node::text) {
                Some(text) => text == value,
                None => field.is_none() && (key.as_str(), value.as_str()) == ("protocol", "TCP"),
            }
        })
    };
    if wanted.is_empty() { None } else { items.iter().find(fits) }
}

/// The value that a step leads to.
pub fn step<'n>(node: &'n Node, segment: &Segment) -> Option<&'n Node> {
    at(node, std::slice::from_ref(segment))
}

/// The value at a path, taken step by step.
pub(super) fn at<'n>(node: &'n Node, path: &[Segment]) -> Option<&'n Node> {
    path.iter().try_fold(node, |node, segment| match segment {
        Segment::Key(key) => node.get(key),
        Segment::Index(index) => node.as_seq()?.get(*index),
        Segment::Item(_) => find_item(node.as_seq()?, segment),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::provenance::FieldPath;

    fn path(text: &str) -> Vec<Segment> {
        text.parse::<FieldPath>().unwrap().0
    }

    #[test]
    fn sets_are_read_and_asked() {
        let set = FieldSet::parse(&json!({
            "f:metadata": {"f:labels": {".": {}, "f:a.b/c": {}}, "f:finalizers": {".": {}, "v:\"x\"": {}}},
            "f:spec": {"f:selector": {}, "f:ports": {"k:{\"port\":80,\"protocol\":\"TCP\"}": {".": {}, "f:port": {}}}},
        }));
        for (text, wanted) in [
            ("metadata.labels[\"a.b/c\"]", true),
            ("metadata.labels.x", false),
            ("metadata.labels", true),
            ("spec.selector.app", true),
            ("spec.ports[port=80,protocol=TCP].port", true),
            ("spec.ports[port=80]", true),
            ("spec.ports[port=80,protocol=TCP].name", false),
            ("spec.ports[port=81]", false),
            ("spec", true),
            ("status", false),
        ] {
            assert_eq!(set.covers(&path(text)), wanted, "{text}");
        }
        let ports = set.field("spec").unwrap().field("ports").unwrap();
        assert_eq!(ports.shape(), Shape::Keyed(vec!["port".into(), "protocol".into()]));
        let segment = ports.children.keys().next().unwrap().segment();
        assert_eq!(FieldPath(vec![segment]).to_string(), "[port=80,protocol=TCP]");
        assert_eq!(set.field("metadata").unwrap().field("finalizers").unwrap().shape(), Shape::Scalars);
    }
}
