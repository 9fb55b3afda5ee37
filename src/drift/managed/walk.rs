//! The values that Git sets beside those that are live: where they are not the same.
//!
//! Strict: what may be the same in another spelling is doubted, and the caller finds out.

use std::collections::BTreeSet;

use crate::diagnostics::Pos;
use crate::drift::equal::{is_default, is_quantity, same_scalar, says_nothing};
use crate::k8s::openapi::SchemaRef;
use crate::provenance::{FieldPath, Segment};
use crate::yaml::{Map, Node, Value};

use super::assess::Doubt;
use super::set::{FieldSet, Shape, find_item, item_segment};

/// Fields of metadata that the server writes, whatever Git says.
const OF_SERVER: [&str; 7] =
    ["managedFields", "resourceVersion", "uid", "generation", "creationTimestamp", "selfLink", "deletionTimestamp"];

/// What the walk has found.
pub(super) struct Walk<'a> {
    /// Values that may differ.
    pub(super) doubts: Vec<Doubt<'a>>,
    /// Whether everything that may differ is among them.
    pub(super) complete: bool,
    path: FieldPath,
    kind: &'a str,
    /// Whether the kind is one of Kubernetes, whose quantities are known.
    built_in: bool,
    /// Every value is doubted.
    every: bool,
}

impl<'a> Walk<'a> {
    /// Walks along an object of Git.
    pub(super) fn over(
        git: &'a Node,
        live: &Node,
        fields: &FieldSet,
        schema: Option<SchemaRef<'_>>,
        has_status: bool,
        every: bool,
    ) -> Walk<'a> {
        let mut walk = Walk {
            doubts: Vec::new(),
            complete: true,
            path: FieldPath::root(),
            kind: git.text_at(&["kind"]).unwrap_or(""),
            built_in: schema.is_some(),
            every,
        };
        let Some(map) = git.as_map() else { return walk };
        for entry in &map.entries {
            let name = entry.key.text.as_str();
            if ["apiVersion", "kind"].contains(&name) || (name == "status" && has_status) {
                continue;
            }
            let field = schema.and_then(|schema| schema.field(name));
            walk.field(name, &entry.value, entry.key_pos, live.get(name), Some(fields), field);
        }
        walk
    }

    fn field(
        &mut self,
        name: &str,
        git: &'a Node,
        key: Pos,
        live: Option<&Node>,
        around: Option<&FieldSet>,
        schema: Option<SchemaRef<'_>>,
    ) {
        self.path.0.push(Segment::Key(name.to_owned()));
        // Inside of what is replaced as a whole everything is.
        let set = around.and_then(|set| if set.is_whole() { Some(set) } else { set.field(name) });
        self.value(git, key, live, set, schema);
        self.path.0.pop();
    }

    fn doubt(&mut self, git: Option<&'a Node>, key: Pos, order: bool) {
        self.doubts.push(Doubt { path: self.path.clone(), git, key, order });
    }

    fn is_of_server(&self) -> bool {
        matches!(self.path.0.as_slice(), [Segment::Key(top), Segment::Key(name)]
            if top == "metadata" && (OF_SERVER.contains(&name.as_str()) || name == "name" || name == "namespace"))
    }

    fn value(
        &mut self,
        git: &'a Node,
        key: Pos,
        live: Option<&Node>,
        set: Option<&FieldSet>,
        schema: Option<SchemaRef<'_>>,
    ) {
        if self.is_of_server() {
            return;
        }
        let Some(live) = live else { return self.absent(git, key, schema) };
        match (&git.value, &live.value) {
            (Value::Map(map), Value::Map(now)) => self.maps(map, now, set, schema),
            (Value::Seq(items), Value::Seq(now)) => self.lists(git, items, now, key, set, schema),
            (Value::Scalar(one), Value::Scalar(other)) => {
                let is_quantity = self.built_in && is_quantity(&self.path, self.kind);
                if self.every || !same_scalar(other, one, is_quantity) {
                    self.doubt(Some(git), key, false);
                }
            }
            _ => self.doubt(Some(git), key, false),
        }
    }

    /// What only Git has: field by field, items of lists with keys one by one, so that each has its own line.
    fn absent(&mut self, git: &'a Node, key: Pos, schema: Option<SchemaRef<'_>>) {
        match &git.value {
            // Nothing is what is there.
            Value::Scalar(_) if git.is_null() => {}
            Value::Map(map) if !map.is_empty() => {
                for entry in &map.entries {
                    let field = schema.and_then(|schema| schema.field(&entry.key.text));
                    self.field(&entry.key.text, &entry.value, entry.key_pos, None, None, field);
                }
            }
            Value::Seq(items) => match self.keys_by_schema(schema, items).filter(|_| !items.is_empty()) {
                Some(keys) => {
                    for item in items {
                        self.path.0.push(item_segment(item, &keys));
                        self.doubt(Some(item), Pos::NONE, false);
                        self.path.0.pop();
                    }
                }
                None => self.doubt(Some(git), key, false),
            },
            _ => self.doubt(Some(git), key, false),
        }
    }

    fn maps(&mut self, git: &'a Map, live: &Map, set: Option<&FieldSet>, schema: Option<SchemaRef<'_>>) {
        for entry in &git.entries {
            let name = entry.key.text.as_str();
            let field = schema.and_then(|schema| schema.field(name));
            self.field(name, &entry.value, entry.key_pos, live.get(name), set, field);
        }
        let others = live.entries.iter().filter(|entry| git.get(&entry.key.text).is_none());
        match set {
            // Replaced as a whole: what Git has not goes.
            Some(set) if set.shape() == Shape::Whole && !git.is_empty() => {
                for entry in others {
                    self.path.0.push(Segment::Key(entry.key.text.to_string()));
                    if !(self.built_in && is_filled_in(&self.path, &entry.value)) {
                        self.doubt(None, Pos::NONE, false);
                    }
                    self.path.0.pop();
                }
            }
            Some(_) => {}
            // Nobody owns it: whether what Git has not stays is not known.
            None => self.complete &= others.count() == 0 || self.path.0.len() < 2,
        }
    }

    fn lists(
        &mut self,
        node: &'a Node,
        git: &'a [Node],
        live: &[Node],
        key: Pos,
        set: Option<&FieldSet>,
        schema: Option<SchemaRef<'_>>,
    ) {
        let shape = match (set.map(FieldSet::shape), self.keys_by_schema(schema, git)) {
            (None, Some(keys)) if !live.is_empty() => {
                self.complete = false;
                if keys.is_empty() { Shape::Scalars } else { Shape::Keyed(keys) }
            }
            (Some(shape), _) => shape,
            (None, _) => Shape::Whole,
        };
        let elements = schema.and_then(|schema| schema.elements());
        match shape {
            Shape::Keyed(keys) if git.iter().all(|item| has_keys(item, &keys)) => {
                self.keyed(node, git, live, &keys, set, elements, key);
            }
            Shape::Scalars if git.iter().all(|item| item.as_scalar().is_some()) => {
                for item in git {
                    let segment = Segment::Item(vec![(String::new(), item.text().unwrap_or_default().to_owned())]);
                    if find_item(live, &segment).is_none() {
                        self.path.0.push(segment);
                        self.doubt(Some(item), Pos::NONE, false);
                        self.path.0.pop();
                    }
                }
            }
            _ if git.len() == live.len() => {
                let whole = FieldSet { owned: true, ..FieldSet::default() };
                for (index, (item, now)) in git.iter().zip(live).enumerate() {
                    self.path.0.push(Segment::Index(index));
                    self.value(item, Pos::NONE, Some(now), Some(&whole), elements);
                    self.path.0.pop();
                }
            }
            _ => self.doubt(Some(node), key, false),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "both lists and what is known of them")]
    fn keyed(
        &mut self,
        node: &'a Node,
        git: &'a [Node],
        live: &[Node],
        keys: &[String],
        set: Option<&FieldSet>,
        elements: Option<SchemaRef<'_>>,
        key: Pos,
    ) {
        let segments: Vec<Segment> = git.iter().map(|item| item_segment(item, keys)).collect();
        if segments.iter().collect::<BTreeSet<_>>().len() < segments.len() {
            // The server takes no item twice, and says so.
            self.complete = false;
            return self.doubt(Some(node), key, false);
        }
        let mut places = Vec::new();
        for (item, segment) in git.iter().zip(&segments) {
            self.path.0.push(segment.clone());
            match find_item(live, segment) {
                Some(now) => {
                    places.push(live.iter().position(|it| std::ptr::eq(it, now)));
                    self.value(item, Pos::NONE, Some(now), set.and_then(|set| set.below(segment)), elements);
                }
                None => self.doubt(Some(item), Pos::NONE, false),
            }
            self.path.0.pop();
        }
        if !places.is_sorted() {
            self.doubt(Some(node), key, true);
        }
    }

    /// The keys of a list by what is known of its kind; empty for a set of scalars.
    fn keys_by_schema(&self, schema: Option<SchemaRef<'_>>, items: &[Node]) -> Option<Vec<String>> {
        let keys: Vec<String> = match schema {
            Some(schema) if schema.is_associative() => {
                schema.patch_strategy_and_keys().1.iter().map(str::to_owned).collect()
            }
            Some(_) => return None,
            // Custom resources: what nobody has said is replaced as a whole.
            None => return None,
        };
        let is_set = keys.is_empty() && items.iter().all(|item| item.as_scalar().is_some());
        (is_set || (!keys.is_empty() && items.iter().all(|item| has_keys(item, &keys)))).then_some(keys)
    }
}

/// Whether a field is what the server fills in where nobody says anything.
pub(super) fn is_filled_in(path: &FieldPath, now: &Node) -> bool {
    let name = match path.0.last() {
        Some(Segment::Key(name)) => name.as_str(),
        _ => "",
    };
    // Of the claims of a StatefulSet.
    let of_claim = ["apiVersion", "kind", "status"].contains(&name)
        && path.0.iter().any(|it| matches!(it, Segment::Key(key) if key == "volumeClaimTemplates"));
    is_default(path, now) || says_nothing(path, now, true) || of_claim
}

/// Whether an item has the first of the keys; the server fills in the others.
fn has_keys(item: &Node, keys: &[String]) -> bool {
    keys.iter().any(|key| item.get(key).and_then(Node::as_scalar).is_some())
}
