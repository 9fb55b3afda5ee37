//! Two lists of objects compared: what comes, changes and goes.

use crate::diagnostics::Pos;
use crate::diagnostics::render::MASKED;
use crate::k8s::ResourceRef;
use crate::k8s::openapi::OpenApi;
use crate::provenance::{FieldPath, json, masked};
use crate::yaml::Node;
use serde_json::Value as Json;

use super::compare::compare;
use super::consequence::{self, Users};
use super::pair::{Matching, Object, Pair, pair, without_hash};
use super::report::{Change, ChangeKind, FieldChange, Origin};
use super::secret::{compare_data, is_secret, without_data};

/// What is compared.
pub struct Sides<'a> {
    /// The older objects, or what is live.
    pub before: &'a [Object<'a>],
    /// The newer objects, or Git.
    pub after: &'a [Object<'a>],
    /// How they are matched.
    pub matching: Matching,
    /// Merge keys.
    pub openapi: &'a OpenApi,
}

/// A value whose line is asked for.
#[derive(Debug)]
pub struct Asked<'a> {
    /// Whether the object is on the newer side.
    pub newer: bool,
    /// Its position in the list of that side.
    pub object: usize,
    /// The path of the value; empty for the object.
    pub path: &'a FieldPath,
    /// The value.
    pub node: &'a Node,
    /// Where its key stands.
    pub key: Pos,
}

/// What becomes of each object. `place` tells the line of a value.
pub fn changes(sides: &Sides<'_>, place: &mut dyn FnMut(&Asked<'_>) -> Option<Origin>) -> Vec<Change> {
    let users = Users::of(sides.after.iter().map(|object| object.node));
    let root = FieldPath::root();
    let mut found = Vec::new();
    for pair in pair(sides.before, sides.after, sides.matching) {
        let (newer, object, list) = match pair {
            Pair::Both { after, .. } | Pair::Created(after) => (true, after, sides.after),
            Pair::Deleted(before) => (false, before, sides.before),
        };
        let node = list[object].node;
        let asked = Asked { newer, object, path: &root, node, key: Pos::NONE };
        let mut change = Change {
            target: None,
            resource: ResourceRef::of_node(node),
            change: ChangeKind::None,
            renamed_from: None,
            place: place(&asked),
            consequence: None,
            fields: Vec::new(),
            error: None,
            refusal: None,
        };
        match pair {
            Pair::Created(_) => change.change = ChangeKind::Create,
            Pair::Deleted(_) => {
                change.change = ChangeKind::Delete;
                change.consequence = consequence::of_deletion(node).filter(|_| !sides.matching.across_namespaces);
            }
            Pair::Both { before, after } => update(sides, before, after, &users, &mut change, place),
        }
        found.push(change);
    }
    found
}

fn update(
    sides: &Sides<'_>,
    before: usize,
    after: usize,
    users: &Users,
    change: &mut Change,
    place: &mut dyn FnMut(&Asked<'_>) -> Option<Origin>,
) {
    let (old, new) = (&sides.before[before], &sides.after[after]);
    // Nobody makes one environment of the other.
    let applies = !sides.matching.across_namespaces;
    let same_place = sides.matching.across_namespaces || old.namespace() == new.namespace();
    let renamed = old.name() != new.name() || !same_place;
    let hashed = same_place && without_hash(old.name()).is_some_and(|name| Some(name) == without_hash(new.name()));
    if renamed {
        change.renamed_from = Some(match same_place {
            true => old.name().to_owned(),
            false => format!("{}/{}", old.namespace(), old.name()),
        });
        change.consequence = (applies && !hashed).then(|| consequence::of_rename(new.node));
    }
    let after_position = after;
    let versions = consequence::Change { before: old.node, after: new.node, users, renamed };
    let mut add = |path: FieldPath, before: Option<&Node>, after: Option<&Node>, key: Pos| {
        let is_identity = match path.to_string().as_str() {
            "metadata.name" => renamed,
            "metadata.namespace" => renamed || sides.matching.across_namespaces,
            _ => false,
        };
        if is_identity {
            return;
        }
        let origin =
            after.and_then(|node| place(&Asked { newer: true, object: after_position, path: &path, node, key }));
        let (old_value, new_value) = shown(old.node, new.node, &path, before, after);
        change.fields.push(FieldChange {
            consequence: if applies { consequence::of_field(&versions, &path) } else { None },
            path: path.to_string(),
            before: old_value,
            after: new_value,
            origin,
            manager: None,
            conflict: false,
            unmanaged: false,
        });
    };
    if is_secret(old.node) && is_secret(new.node) {
        for difference in compare_data(old.node, new.node) {
            let path = FieldPath::root().key("data").key(difference.key);
            add(path, difference.before, difference.after, difference.key_pos);
        }
        let (old_rest, new_rest) = (without_data(old.node), without_data(new.node));
        for difference in compare(&old_rest, &new_rest, sides.openapi) {
            add(difference.path, difference.before, difference.after, difference.key);
        }
    } else {
        for difference in compare(old.node, new.node, sides.openapi) {
            add(difference.path, difference.before, difference.after, difference.key);
        }
    }
    if renamed || !change.fields.is_empty() {
        change.change = ChangeKind::Update;
    }
}

/// Both values without what is secret in them; that a secret differs is told all the same.
pub(super) fn shown(
    old: &Node,
    new: &Node,
    path: &FieldPath,
    before: Option<&Node>,
    after: Option<&Node>,
) -> (Json, Json) {
    let value = |object: &Node, node: Option<&Node>| node.map_or(Json::Null, |node| json(&masked(object, path, node)));
    let both = (value(old, before), value(new, after));
    match before.is_some() && after.is_some() && both.0 == both.1 {
        true => (Json::from(MASKED), Json::from(MASKED)),
        false => both,
    }
}
