//! Two objects compared: what a person, or the API server, would call a difference.
//!
//! Items of lists are matched by their merge keys, quantities by their amount. Knows nothing of where an object came from: either side may be a
//! revision, an environment, or a cluster.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use crate::diagnostics::Pos;
use crate::k8s::openapi::{OpenApi, SchemaRef};
use crate::provenance::{FieldPath, ItemKeys, Segment, json};
use crate::yaml::{Map, Node, Value};

use super::equal::{is_default, is_order_sensitive, is_quantity, same_scalar, says_nothing};

/// A field that differs.
#[derive(Clone, Debug)]
pub struct Difference<'a> {
    /// Its path.
    pub path: FieldPath,
    /// The older value.
    pub before: Option<&'a Node>,
    /// The newer value.
    pub after: Option<&'a Node>,
    /// Where the key of the newer value stands; nowhere for items of lists.
    pub key: Pos,
}

/// What differs between two versions of an object, in the order of the paths.
pub fn compare<'a>(before: &'a Node, after: &'a Node, openapi: &OpenApi) -> Vec<Difference<'a>> {
    if before.says_the_same(after) {
        return Vec::new();
    }
    let of = |node: &Node, key: &str| node.text_at(&[key]).unwrap_or("").to_owned();
    let schema = openapi.schema_for(&of(after, "apiVersion"), &of(after, "kind"));
    let mut comparison =
        Comparison { built_in: schema.is_some(), found: Vec::new(), path: FieldPath::root(), kind: of(after, "kind") };
    comparison.both(before, after, schema, Pos::NONE);
    comparison.found
}

struct Comparison<'a> {
    /// Whether the kind is one of Kubernetes: its defaults and empty values are known.
    built_in: bool,
    kind: String,
    path: FieldPath,
    found: Vec<Difference<'a>>,
}

impl<'a> Comparison<'a> {
    fn below<T>(&mut self, segment: Segment, work: impl FnOnce(&mut Self) -> T) -> T {
        self.path.0.push(segment);
        let done = work(self);
        self.path.0.pop();
        done
    }

    fn report(&mut self, before: Option<&'a Node>, after: Option<&'a Node>, key: Pos) {
        self.found.push(Difference { path: self.path.clone(), before, after, key });
    }

    fn both(&mut self, before: &'a Node, after: &'a Node, schema: Option<SchemaRef<'_>>, key: Pos) {
        match (&before.value, &after.value) {
            (Value::Map(old), Value::Map(new)) => self.maps(old, new, schema),
            (Value::Seq(old), Value::Seq(new)) => self.lists(before, after, old, new, schema, key),
            (Value::Scalar(old), Value::Scalar(new)) => {
                if !same_scalar(old, new, is_quantity(&self.path, &self.kind)) {
                    self.report(Some(before), Some(after), key);
                }
            }
            _ if self.is_nothing(before) && self.is_nothing(after) => {}
            _ => self.report(Some(before), Some(after), key),
        }
    }

    fn maps(&mut self, old: &'a Map, new: &'a Map, schema: Option<SchemaRef<'_>>) {
        let keys: BTreeSet<&str> =
            old.entries.iter().chain(&new.entries).map(|entry| entry.key.text.as_str()).collect();
        for name in keys {
            let field = schema.and_then(|schema| schema.field(name));
            let (before, entry) = (old.get(name), new.entry(name));
            let key = entry.map_or(Pos::NONE, |entry| entry.key_pos);
            self.below(Segment::Key(name.to_owned()), |this| match (before, entry.map(|entry| &entry.value)) {
                (Some(before), Some(after)) => this.both(before, after, field, key),
                (Some(before), None) => this.only(before, field, Pos::NONE, Side::Before),
                (None, Some(after)) => this.only(after, field, key, Side::After),
                (None, None) => {}
            });
        }
    }

    /// A value that one side has: field by field, keyed lists item by item, so that each has its own origin.
    fn only(&mut self, node: &'a Node, schema: Option<SchemaRef<'_>>, key: Pos, side: Side) {
        if self.is_nothing(node) || (self.built_in && is_default(&self.path, node)) {
            return;
        }
        match &node.value {
            Value::Map(map) if !map.is_empty() => {
                let mut entries: Vec<_> = map.entries.iter().collect();
                entries.sort_by(|a, b| a.key.text.cmp(&b.key.text));
                for entry in entries {
                    let field = schema.and_then(|schema| schema.field(&entry.key.text));
                    let segment = Segment::Key(entry.key.text.to_string());
                    let key = if side == Side::After { entry.key_pos } else { Pos::NONE };
                    self.below(segment, |this| this.only(&entry.value, field, key, side));
                }
            }
            Value::Seq(items) => match ItemKeys::of(schema, self.built_in, &[items]) {
                Some(keys) => {
                    for item in items {
                        let segment = keys.segment(item);
                        self.below(segment, |this| this.whole(item, Pos::NONE, side));
                    }
                }
                None => self.whole(node, key, side),
            },
            _ => self.whole(node, key, side),
        }
    }

    fn whole(&mut self, node: &'a Node, key: Pos, side: Side) {
        match side {
            Side::Before => self.report(Some(node), None, Pos::NONE),
            Side::After => self.report(None, Some(node), key),
        }
    }

    fn lists(
        &mut self,
        before: &'a Node,
        after: &'a Node,
        old: &'a [Node],
        new: &'a [Node],
        schema: Option<SchemaRef<'_>>,
        key: Pos,
    ) {
        let elements = schema.and_then(|schema| schema.elements());
        if let Some(keys) = ItemKeys::of(schema, self.built_in, &[old, new]) {
            return self.keyed(before, after, &keys, elements, key);
        }
        if old.len() != new.len() {
            return self.report(Some(before), Some(after), key);
        }
        for (index, (before, after)) in old.iter().zip(new).enumerate() {
            self.below(Segment::Index(index), |this| this.both(before, after, elements, Pos::NONE));
        }
    }

    fn keyed(&mut self, before: &'a Node, after: &'a Node, keys: &ItemKeys, elements: Option<SchemaRef<'_>>, key: Pos) {
        let (old, new) = (before.as_seq().unwrap_or_default(), after.as_seq().unwrap_or_default());
        let by_key: FxHashMap<Segment, &'a Node> = old.iter().map(|item| (keys.segment(item), item)).collect();
        let known: BTreeSet<Segment> = new.iter().map(|item| keys.segment(item)).collect();
        for item in new {
            let segment = keys.segment(item);
            let same = by_key.get(&segment).copied();
            self.below(segment, |this| match same {
                Some(before) => this.both(before, item, elements, Pos::NONE),
                None => this.whole(item, Pos::NONE, Side::After),
            });
        }
        for item in old {
            let segment = keys.segment(item);
            if !known.contains(&segment) {
                self.below(segment, |this| this.whole(item, Pos::NONE, Side::Before));
            }
        }
        let order = |items: &[Node]| -> Vec<Segment> {
            let both = |segment: &Segment| known.contains(segment) && by_key.contains_key(segment);
            items.iter().map(|item| keys.segment(item)).filter(both).collect()
        };
        if is_order_sensitive(&self.path) && order(old) != order(new) {
            self.report(Some(before), Some(after), key);
        }
    }

    fn is_nothing(&self, node: &Node) -> bool {
        says_nothing(&self.path, node, self.built_in)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Before,
    After,
}

/// A value as reports carry it.
pub fn value(node: Option<&Node>) -> serde_json::Value {
    node.map_or(serde_json::Value::Null, json)
}

#[cfg(test)]
#[path = "compare_tests.rs"]
mod tests;
