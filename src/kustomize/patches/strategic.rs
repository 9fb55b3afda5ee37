//! The strategic merge: a patch shaped like the object, laid over it in place.
//!
//! Three walks cover what the reference does in one with missing or identical sides: both sides present ([`Merge::both`]), only the object
//! ([`Merge::untouched`]: even parts that the patch does not name are tidied), only the patch ([`Merge::added`], then [`Merge::absorb`] on the copy,
//! because the reference walks a new part as if it were merged with itself). Only moves inside the object; what is taken from the patch is cloned.

use std::rc::Rc;

use compact_str::CompactString;

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::k8s::openapi::{OpenApi, SchemaRef};
use crate::yaml::{Entry, Map, Node, Scalar, Style, Tag, Trace, Value, Via, resolve11};

use super::super::context::SourceComments;
use super::directive::{self, Directive};
use super::list::{self, Other};

/// Merges a patch into an object; a deleted object is left as null. Comments say nothing about lists; see [`merge_with_comments`].
///
/// # Errors
/// Values of different types at the same place, unknown `$patch` directives, lists that cannot be merged by key. All are reported.
pub fn strategic_merge(object: &mut Node, patch: &Node, openapi: &OpenApi, trace: &Trace) -> Result<(), Diagnostics> {
    merge_with_comments(object, patch, openapi, trace, &[])
}

/// Merges a patch into an object by the schema of its kind, and those that comments give to single lists.
///
/// # Errors
/// As for [`strategic_merge`].
pub(super) fn merge_with_comments(
    object: &mut Node,
    patch: &Node,
    openapi: &OpenApi,
    trace: &Trace,
    comments: &[Rc<SourceComments>],
) -> Result<(), Diagnostics> {
    let mut merge = Merge { openapi, trace, comments, found: Diagnostics::new(), path: Vec::new() };
    match merge.both(object, patch, None) {
        // The reference has no place to put a whole new object: it is lost, and the old one stays.
        Outcome::Keep | Outcome::Replace(_) => {}
        Outcome::Clear => *object = Node::null(patch.origin),
    }
    if merge.found.has_errors() { Err(merge.found) } else { Ok(()) }
}

/// What becomes of a value of the object.
pub(super) enum Outcome {
    /// It stays, changed in place.
    Keep,
    /// It goes.
    Clear,
    /// This takes its place.
    Replace(Node),
}

/// One merge: its schema, its log of writes, what is wrong so far.
pub(super) struct Merge<'a> {
    openapi: &'a OpenApi,
    trace: &'a Trace,
    comments: &'a [Rc<SourceComments>],
    pub(super) found: Diagnostics,
    path: Vec<CompactString>,
}

/// Keys are looked up in an index from this many on.
const INDEX_FROM: usize = 16;

impl<'a> Merge<'a> {
    /// The schema of a node: the one of its field, else that of its own `apiVersion` and `kind`.
    fn schema(&self, schema: Option<SchemaRef<'a>>, nodes: &[&Node]) -> Option<SchemaRef<'a>> {
        schema.or_else(|| {
            nodes.iter().find_map(|node| {
                let kind = node.text_at(&["kind"]).filter(|t| !t.is_empty())?;
                let api_version = node.text_at(&["apiVersion"]).filter(|t| !t.is_empty())?;
                self.openapi.schema_for(api_version, kind)
            })
        })
    }

    /// The schema of a field: the one in a comment behind the key of a list (the object's comes first), else that of the mapping.
    fn field(&self, schema: Option<SchemaRef<'a>>, entries: &[&Entry]) -> Option<SchemaRef<'a>> {
        let lists = entries.iter().filter(|e| !self.comments.is_empty() && e.value.as_seq().is_some());
        let mut in_comments = lists.filter_map(|e| self.comments.iter().find_map(|c| c.at(e.key_pos)));
        match in_comments.next() {
            Some(found) => Some(SchemaRef::from_comment(self.openapi, found)),
            None => schema.and_then(|s| s.field(entries.first()?.key.text.as_str())),
        }
    }

    /// A value of the object and one of the patch.
    pub(super) fn both(&mut self, node: &mut Node, patch: &Node, schema: Option<SchemaRef<'a>>) -> Outcome {
        if patch.is_null() {
            return Outcome::Clear;
        }
        if node.is_null() {
            return self.in_place_of(node, patch, schema);
        }
        let schema = self.schema(schema, &[node, patch]);
        match (&mut node.value, &patch.value) {
            (Value::Map(map), Value::Map(changes)) => match directive::of_map(changes) {
                Ok(Directive::Delete) => Outcome::Clear,
                Ok(Directive::Replace) => self.in_place_of(node, patch, schema),
                Ok(Directive::Merge) => {
                    self.fields(map, changes, schema);
                    Outcome::Keep
                }
                Err(value) => {
                    let diagnostic = directive::unknown(value, self.trace, &self.path());
                    self.found.push(diagnostic);
                    Outcome::Keep
                }
            },
            (Value::Seq(items), Value::Seq(changes)) => match schema.filter(SchemaRef::is_associative) {
                None => self.replaced(node, patch.clone()),
                Some(schema) => match self.lists(items, changes, patch, schema) {
                    Outcome::Replace(new) => self.replaced(node, new),
                    other => other,
                },
            },
            (Value::Scalar(_), Value::Scalar(new)) => {
                self.overwrite(node, new, patch);
                Outcome::Keep
            }
            _ => {
                let diagnostic = self.mismatch(node, patch);
                self.found.push(diagnostic);
                Outcome::Keep
            }
        }
    }

    /// A value of the patch that takes the place of one of the object whole.
    fn in_place_of(&mut self, node: &Node, patch: &Node, schema: Option<SchemaRef<'a>>) -> Outcome {
        match self.added(patch, schema) {
            Some(new) => self.replaced(node, new),
            None => Outcome::Clear,
        }
    }

    /// Notes what was replaced. A value that says the same keeps its history.
    fn replaced(&self, node: &Node, mut new: Node) -> Outcome {
        if node.says_the_same(&new) {
            new.adopt_places(node);
        } else {
            new.origin = self.trace.overwrote(self.trace.pos(new.origin), Via::Patch, node.clone());
        }
        Outcome::Replace(new)
    }

    fn lists(&mut self, items: &mut Vec<Node>, changes: &[Node], patch: &Node, schema: SchemaRef<'a>) -> Outcome {
        let (directive, changes) = match directive::of_list(changes) {
            Ok(found) => found,
            Err(value) => {
                let diagnostic = directive::unknown(value, self.trace, &self.path());
                self.found.push(diagnostic);
                return Outcome::Keep;
            }
        };
        match directive {
            Directive::Delete => Outcome::Clear,
            Directive::Replace => {
                let mut kept: Vec<Node> = changes.into_iter().cloned().collect();
                list::merge(self, &mut kept, Other::Same, schema);
                Outcome::Replace(Node::new(patch.origin, Value::Seq(kept)))
            }
            Directive::Merge => {
                list::merge(self, items, Other::Patch(changes), schema);
                Outcome::Keep
            }
        }
    }

    /// Lays a scalar of the patch over one of the object. The quotes of the old one stay, and with them its being a string.
    fn overwrite(&mut self, node: &mut Node, new: &Scalar, patch: &Node) {
        let Value::Scalar(old) = &mut node.value else { return };
        let mut new = Scalar { style: old.style, ..new.clone() };
        if new.style != Style::Plain && matches!(new.tag, Tag::Int | Tag::Float | Tag::Bool | Tag::Timestamp) {
            new.tag = Tag::Str;
        }
        if new == *old {
            return;
        }
        let before = Node::scalar(node.origin, std::mem::replace(old, new));
        node.origin = self.trace.overwrote(self.trace.pos(patch.origin), Via::Patch, before);
    }

    fn fields(&mut self, map: &mut Map, changes: &Map, schema: Option<SchemaRef<'a>>) {
        let index = KeyIndex::new(changes);
        let mut used = vec![false; changes.len()];
        map.entries.retain_mut(|entry| {
            let key = entry.key.text.as_str();
            let change = index.position(changes, key).filter(|_| key != directive::KEY);
            let Some(change) = change else {
                let field = self.field(schema, &[entry]);
                return self.untouched_field(&mut entry.value, field);
            };
            let field = self.field(schema, &[entry, &changes.entries[change]]);
            used[change] = true;
            self.path.push(entry.key.text.clone());
            let outcome = self.both(&mut entry.value, &changes.entries[change].value, field);
            self.path.pop();
            match outcome {
                Outcome::Keep => {
                    quote_ambiguous(&mut entry.value);
                    true
                }
                Outcome::Clear => false,
                Outcome::Replace(mut node) => {
                    // Only a null gives way to a scalar like this; it passes its plain style on.
                    if let (Value::Scalar(new), Value::Scalar(old)) = (&mut node.value, &entry.value.value) {
                        new.style = old.style;
                    }
                    entry.value = node;
                    true
                }
            }
        });
        for (i, entry) in changes.entries.iter().enumerate() {
            // Of a key that stands twice the first place counts, also when it is a null that has just cleared the field.
            let counts = index.position(changes, &entry.key.text) == Some(i);
            if used[i] || !counts || entry.key.text == directive::KEY {
                continue;
            }
            self.path.push(entry.key.text.clone());
            let field = self.field(schema, &[entry]);
            if let Some(mut value) = self.added(&entry.value, field) {
                quote_ambiguous(&mut value);
                map.push(entry.key.clone(), entry.key_pos, value);
            }
            self.path.pop();
        }
    }

    /// A value that only the object has; false when it goes. A field without any value (`key:`) does, an explicit null does not.
    pub(super) fn untouched(&mut self, node: &mut Node, schema: Option<SchemaRef<'a>>) -> bool {
        let schema = match &node.value {
            Value::Scalar(scalar) => return scalar.tag != Tag::Null || !scalar.text.is_empty(),
            _ => self.schema(schema, &[node]),
        };
        match &mut node.value {
            Value::Scalar(_) => {}
            Value::Map(map) => map.entries.retain_mut(|entry| {
                let field = self.field(schema, &[entry]);
                self.untouched_field(&mut entry.value, field)
            }),
            Value::Seq(items) => {
                if let Some(schema) = schema.filter(SchemaRef::is_associative) {
                    list::merge(self, items, Other::Absent, schema);
                }
            }
        }
        true
    }

    fn untouched_field(&mut self, node: &mut Node, schema: Option<SchemaRef<'a>>) -> bool {
        let keep = self.untouched(node, schema);
        quote_ambiguous(node);
        keep
    }

    /// A value that only the patch has, as it comes into the object; none when it says to delete.
    pub(super) fn added(&mut self, patch: &Node, schema: Option<SchemaRef<'a>>) -> Option<Node> {
        if patch.is_null() {
            return None;
        }
        let schema = self.schema(schema, &[patch]);
        let mut node = patch.clone();
        match &mut node.value {
            Value::Scalar(_) => {}
            Value::Map(map) => {
                match directive::of_map(map) {
                    Ok(Directive::Delete) => return None,
                    Ok(Directive::Replace | Directive::Merge) => {
                        map.remove(directive::KEY);
                    }
                    // The reference looks away here, and copies it.
                    Err(_) => {}
                }
                self.absorb_fields(map, schema);
            }
            Value::Seq(items) => {
                if let Some(schema) = schema.filter(SchemaRef::is_associative) {
                    list::merge(self, items, Other::Same, schema);
                }
            }
        }
        Some(node)
    }

    /// A value inside a part that only the patch has, merged with itself: nulls go, directives work; false when it goes.
    pub(super) fn absorb(&mut self, node: &mut Node, schema: Option<SchemaRef<'a>>) -> bool {
        if node.is_null() {
            return false;
        }
        let schema = self.schema(schema, &[node]);
        match &mut node.value {
            Value::Scalar(_) => true,
            Value::Map(map) => match directive::of_map(map) {
                Ok(Directive::Delete) => {
                    // A list may keep the item all the same (it finds no key to delete it by), without the directive.
                    map.remove(directive::KEY);
                    false
                }
                Ok(Directive::Replace | Directive::Merge) => {
                    map.remove(directive::KEY);
                    self.absorb_fields(map, schema);
                    true
                }
                Err(value) => {
                    let diagnostic = directive::unknown(value, self.trace, &self.path());
                    self.found.push(diagnostic);
                    true
                }
            },
            Value::Seq(items) => match schema.filter(SchemaRef::is_associative) {
                None => true,
                Some(schema) => match directive::take_of_list(items) {
                    Ok(Directive::Delete) => false,
                    Ok(Directive::Replace | Directive::Merge) => {
                        list::merge(self, items, Other::Same, schema);
                        true
                    }
                    Err(value) => {
                        let diagnostic = directive::unknown(&value, self.trace, &self.path());
                        self.found.push(diagnostic);
                        true
                    }
                },
            },
        }
    }

    fn absorb_fields(&mut self, map: &mut Map, schema: Option<SchemaRef<'a>>) {
        map.entries.retain_mut(|entry| {
            self.path.push(entry.key.text.clone());
            let field = self.field(schema, &[entry]);
            let keep = self.absorb(&mut entry.value, field);
            self.path.pop();
            quote_ambiguous(&mut entry.value);
            keep
        });
    }

    /// The place in the object, as messages show it.
    pub(super) fn path(&self) -> String {
        if self.path.is_empty() { "the top".to_owned() } else { self.path.join(".") }
    }

    fn mismatch(&self, node: &Node, patch: &Node) -> Diagnostic {
        let (old, new) = (describe(node), describe(patch));
        Diagnostic::error(
            "redisops::patch::type_mismatch",
            format!("the patch has {new} at `{}`, where the object has {old}", self.path()),
        )
        .label(self.trace.pos(patch.origin), patch.text().map_or(1, str::len), format!("{new} in the patch"))
        .label(self.trace.pos(node.origin), node.text().map_or(1, str::len), format!("{old} in the object"))
        .help("a strategic patch keeps the type of a field; to change it, use a JSON patch with `op: replace`")
    }

    /// Reports items that have no place in a list that is merged by key.
    pub(super) fn wrong_item(&mut self, item: &Node, keys: &[&str]) {
        let expected = match keys {
            [""] | [] => "a scalar".to_owned(),
            keys => format!("a mapping with `{}`", keys.join("`, `")),
        };
        let diagnostic = Diagnostic::error(
            "redisops::patch::list_item",
            format!("an item of the list at `{}` is {}; expected {expected}", self.path(), describe(item)),
        )
        .label(self.trace.pos(item.origin), item.text().map_or(1, str::len), "this item")
        .note("the items of this list are merged one by one, so they must be of one kind");
        self.found.push(diagnostic);
    }
}

/// Quotes a string that YAML 1.1 would read as something else, as the reference does whenever it sets a field. It shows only when the text changes
/// later on: quoted, it stays a string.
fn quote_ambiguous(node: &mut Node) {
    if let Value::Scalar(scalar) = &mut node.value
        && scalar.tag == Tag::Str
        && scalar.style == Style::Plain
        && !scalar.text.is_empty()
        && !matches!(resolve11(&scalar.text), Tag::Str | Tag::Timestamp)
    {
        scalar.style = Style::Double;
    }
}

/// What a node is, for people.
pub(super) fn describe(node: &Node) -> &'static str {
    match &node.value {
        Value::Map(_) => "a mapping",
        Value::Seq(_) => "a list",
        Value::Scalar(s) => match s.tag {
            Tag::Int | Tag::Float => "a number",
            Tag::Bool => "a boolean",
            Tag::Null => "null",
            _ => "a string",
        },
    }
}

/// Finds keys of a mapping: by looking through it, or by an index when it is large.
struct KeyIndex<'m>(Option<rustc_hash::FxHashMap<&'m str, usize>>);

impl<'m> KeyIndex<'m> {
    fn new(map: &'m Map) -> KeyIndex<'m> {
        KeyIndex((map.len() >= INDEX_FROM).then(|| {
            // The first of equal keys counts.
            map.entries.iter().enumerate().rev().map(|(i, e)| (e.key.text.as_str(), i)).collect()
        }))
    }

    fn position(&self, map: &Map, key: &str) -> Option<usize> {
        match &self.0 {
            Some(index) => index.get(key).copied(),
            None => map.position(key),
        }
    }
}
