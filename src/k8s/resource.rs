//! One object of a build, and what the build remembers about it.
//!
//! The reference keeps this memory in annotations of the object itself and strips them at the end; here it stands beside the tree, so that no
//! transformer pays for it.

use compact_str::CompactString;
use smallvec::SmallVec;

use crate::yaml::{Node, Origin, Scalar, Style, Tag, Value};

use super::resid::{effective_namespace, id_key};
use super::{Gvk, ResId, ScopeLookup, parse_api_version};

/// What a generated object does to one of the same id that exists already.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Behavior {
    /// Nothing said: it must be new.
    #[default]
    Unspecified,
    /// It must be new.
    Create,
    /// Takes the place of the old one.
    Replace,
    /// Its data is merged over the data of the old one.
    Merge,
}

impl Behavior {
    /// From its name in a generator; anything unknown is unspecified, as in the reference.
    pub fn parse(name: &str) -> Behavior {
        match name {
            "replace" => Behavior::Replace,
            "merge" => Behavior::Merge,
            "create" => Behavior::Create,
            _ => Behavior::Unspecified,
        }
    }

    /// Its name in messages.
    pub fn name(self) -> &'static str {
        match self {
            Behavior::Unspecified => "unspecified",
            Behavior::Create => "create",
            Behavior::Replace => "replace",
            Behavior::Merge => "merge",
        }
    }
}

/// A name that an object had before a transformer changed it. Group and version are always the current ones, as in the reference.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PreviousId {
    /// Kind at that time.
    pub kind: CompactString,
    /// Name at that time.
    pub name: CompactString,
    /// Effective namespace at that time.
    pub namespace: CompactString,
}

/// An object with its history of names.
#[derive(Clone, Debug)]
pub struct Resource {
    /// The object; a null or an empty mapping once a patch deleted it.
    pub node: Node,
    /// Earlier identities, oldest first.
    pub previous: SmallVec<[PreviousId; 1]>,
    /// Name prefixes, in the order in which they were added.
    pub prefixes: SmallVec<[CompactString; 1]>,
    /// Name suffixes, in the order in which they were added.
    pub suffixes: SmallVec<[CompactString; 1]>,
    /// Names of the vars that read from it.
    pub ref_vars: Vec<CompactString>,
    /// What to do with an older object of the same id (generated objects).
    pub behavior: Behavior,
    /// Whether the name gets a suffix with the hash of the content.
    pub needs_hash: bool,
    /// As a patch: whether it may rename its target.
    pub allow_name_change: bool,
    /// As a patch: whether it may change the kind of its target.
    pub allow_kind_change: bool,
    /// Scalars that are one scalar in several places; see [`super::shared`].
    pub shared: Vec<super::SharedScalar>,
    /// Output of helm whose namespace helm has set: the namespace transformer leaves it alone.
    pub helm_generated: bool,
}

impl Resource {
    /// An object without a history.
    pub fn new(node: Node) -> Resource {
        Resource {
            node,
            previous: SmallVec::new(),
            prefixes: SmallVec::new(),
            suffixes: SmallVec::new(),
            ref_vars: Vec::new(),
            behavior: Behavior::Unspecified,
            needs_hash: false,
            allow_name_change: false,
            allow_kind_change: false,
            shared: Vec::new(),
            helm_generated: false,
        }
    }

    /// `apiVersion`, or nothing.
    pub fn api_version(&self) -> &str {
        top_text(&self.node, "apiVersion")
    }

    /// `kind`, or nothing.
    pub fn kind(&self) -> &str {
        top_text(&self.node, "kind")
    }

    /// Group, version and kind.
    pub fn gvk(&self) -> Gvk {
        Gvk::from_api_version(self.api_version(), self.kind())
    }

    /// `metadata.name`, or nothing.
    pub fn name(&self) -> &str {
        self.metadata_text("name")
    }

    /// `metadata.namespace`, or nothing.
    pub fn namespace(&self) -> &str {
        self.metadata_text("namespace")
    }

    fn metadata_text(&self, key: &str) -> &str {
        self.node.get("metadata").map_or("", |m| top_text(m, key))
    }

    /// The text of a label, when it exists.
    pub fn label(&self, key: &str) -> Option<&str> {
        self.node.lookup(&["metadata", "labels", key])?.text()
    }

    /// The text of an annotation, when it exists.
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.node.lookup(&["metadata", "annotations", key])?.text()
    }

    /// Whether nothing is left of it.
    pub fn is_empty(&self) -> bool {
        match &self.node.value {
            Value::Map(map) => map.is_empty(),
            Value::Scalar(s) => s.tag == Tag::Null,
            Value::Seq(items) => items.is_empty(),
        }
    }

    /// The current identity.
    pub fn id(&self, scopes: &dyn ScopeLookup) -> ResId {
        ResId {
            gvk: self.gvk(),
            name: self.name().into(),
            namespace: self.namespace().into(),
            cluster_scoped: scopes.is_cluster_scoped(self.api_version(), self.kind()),
        }
    }

    /// The namespace that decides identity.
    pub fn effective_namespace(&self, scopes: &dyn ScopeLookup) -> &str {
        effective_namespace(self.namespace(), scopes.is_cluster_scoped(self.api_version(), self.kind()))
    }

    /// Hash of the current identity, equal to [`ResId::key`].
    pub fn key(&self, scopes: &dyn ScopeLookup) -> u64 {
        let (group, version) = parse_api_version(self.api_version());
        id_key(group, version, self.kind(), self.name(), self.effective_namespace(scopes))
    }

    /// Earlier identities, oldest first, with the current group and version.
    pub fn previous_ids(&self) -> impl Iterator<Item = ResId> + '_ {
        self.previous.iter().map(|p| {
            let (group, version) = parse_api_version(self.api_version());
            ResId {
                gvk: Gvk::new(group, version, &p.kind),
                name: p.name.clone(),
                namespace: p.namespace.clone(),
                cluster_scoped: false,
            }
        })
    }

    /// The identity it was loaded with.
    pub fn original_id(&self, scopes: &dyn ScopeLookup) -> ResId {
        self.previous_ids().next().unwrap_or_else(|| self.id(scopes))
    }

    /// The name it was loaded with.
    pub fn original_name(&self) -> &str {
        self.previous.first().map_or(self.name(), |p| &p.name)
    }

    /// The effective namespace it was loaded with.
    pub fn original_namespace(&self, scopes: &dyn ScopeLookup) -> &str {
        match self.previous.first() {
            // A previous id is never cluster-scoped, but its namespace may have been stored as such.
            Some(p) => effective_namespace(&p.namespace, false),
            None => self.effective_namespace(scopes),
        }
    }

    /// Remembers the current identity; call it before a rename.
    pub fn store_previous_id(&mut self, scopes: &dyn ScopeLookup) {
        let previous = PreviousId {
            kind: self.kind().into(),
            name: self.name().into(),
            namespace: self.effective_namespace(scopes).into(),
        };
        self.previous.push(previous);
    }

    /// Sets `metadata.name` without recording a write.
    pub fn set_name(&mut self, name: &str) {
        set_metadata(&mut self.node, "name", name);
    }

    /// Sets `metadata.namespace` without recording a write; an empty one clears the field.
    pub fn set_namespace(&mut self, namespace: &str) {
        if namespace.is_empty() {
            if let Some(metadata) = self.node.get_mut("metadata").and_then(Node::as_map_mut) {
                metadata.remove("namespace");
            }
            return;
        }
        set_metadata(&mut self.node, "namespace", namespace);
    }

    /// Whether the build remembers anything of it. The reference keeps that in annotations, so that its objects have some then.
    pub fn has_history(&self) -> bool {
        !self.previous.is_empty()
            || !self.prefixes.is_empty()
            || !self.suffixes.is_empty()
            || !self.ref_vars.is_empty()
            || self.needs_hash
            || self.behavior != Behavior::Unspecified
    }

    /// Takes over what the build remembers of another object (an older one of the same id).
    pub fn copy_history_from(&mut self, other: &Resource) {
        self.previous = other.previous.clone();
        self.prefixes = other.prefixes.clone();
        self.suffixes = other.suffixes.clone();
        self.ref_vars = other.ref_vars.clone();
    }

    /// Whether two objects have gone through compatible prefixes and suffixes: one list ends with the other. Empty lists are compatible with
    /// anything when `allow_empty`.
    pub fn affixes_match(&self, other: &Resource, allow_empty: bool) -> bool {
        fn same_end(a: &[CompactString], b: &[CompactString], allow_empty: bool) -> bool {
            if a.is_empty() || b.is_empty() {
                return allow_empty || a.len() == b.len();
            }
            a.iter().rev().zip(b.iter().rev()).all(|(x, y)| x == y)
        }
        same_end(&self.prefixes, &other.prefixes, allow_empty) && same_end(&self.suffixes, &other.suffixes, allow_empty)
    }
}

fn top_text<'a>(node: &'a Node, key: &str) -> &'a str {
    match node.get(key).map(|n| &n.value) {
        Some(Value::Scalar(s)) if s.tag != Tag::Null => &s.text,
        _ => "",
    }
}

fn set_metadata(node: &mut Node, key: &str, text: &str) {
    let Some(object) = node.as_map_mut() else { return };
    if object.get("metadata").is_none_or(|m| m.as_map().is_none()) {
        object.set("metadata", Node::empty_map(Origin::NONE));
    }
    let Some(metadata) = object.get_mut("metadata").and_then(Node::as_map_mut) else { return };
    match metadata.get_mut(key) {
        Some(old) => old.set_text(text),
        None => metadata.set(key, Node::scalar(Origin::NONE, Scalar::resolved(text, Style::Plain))),
    }
}
