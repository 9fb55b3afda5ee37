//! Whether an apply of an object would change it, as far as values and ownership tell.
//!
//! # The proof
//! An apply by force makes every field of Git what Git says, and takes away every field that the last apply of the same manager had, that Git has not, and
//! that nobody else has. So it changes nothing when both lists are empty:
//! - the values of Git that are not, strictly, what is live (`walk`), and
//! - the fields that a manager of ours owns alone, and Git does not set (`given_up`).
//!
//! Where either is not, or ownership does not tell the shape of a list, the server is asked with a dry run, whose answer decides (`confirm`).

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::diagnostics::Pos;
use crate::drift::secret::is_secret;
use crate::k8s::Quantity;
use crate::k8s::openapi::OpenApi;
use crate::provenance::FieldPath;
use crate::yaml::{Entry as MapEntry, Map, Node, Scalar, Value};

use super::confirm::{Drifted, drifted};
use super::given_up::{GivenUp, given_up, unmanaged};
use super::ignore::IgnoreRules;
use super::live::LiveObject;
use super::owners::Ours;
use super::set::{FieldSet, at};
use super::walk::Walk;

/// A value that may differ.
#[derive(Clone, Debug)]
pub struct Doubt<'a> {
    /// Its path.
    pub path: FieldPath,
    /// What Git sets; none where Git replaces what is around it and has not this.
    pub git: Option<&'a Node>,
    /// Where its key stands.
    pub key: Pos,
    /// Only the order of the items differs.
    pub order: bool,
}

/// What has to be asked before anything can be said for sure.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Need {
    /// What an apply would make of the object.
    pub apply: bool,
    /// What would become of it without fields that another tool has applied.
    pub removal: bool,
}

/// What values and ownership tell of an object.
#[derive(Clone, Debug)]
pub struct Assessment<'a> {
    /// Values that may differ.
    pub doubts: Vec<Doubt<'a>>,
    /// Fields that Git gave up and that are still live.
    pub given_up: Vec<GivenUp>,
    /// Fields that somebody else set, and Git does not.
    pub unmanaged: Vec<FieldPath>,
    /// What has to be asked.
    pub need: Need,
}

/// The object in the form that the server keeps: what a Secret holds under one name and in one spelling.
pub fn comparable(git: &Node) -> Cow<'_, Node> {
    if !is_secret(git) {
        return Cow::Borrowed(git);
    }
    let mut object = git.clone();
    let Some(map) = object.as_map_mut() else { return Cow::Borrowed(git) };
    let plain = map.remove("stringData").map(|entry| entry.value);
    let mut data = map.get("data").and_then(Node::as_map).cloned().unwrap_or_default();
    for entry in &mut data.entries {
        if let Some(text) = entry.value.text() {
            let packed: String = text.split_whitespace().collect();
            entry.value.value = Value::Scalar(Scalar::string(packed));
        }
    }
    for MapEntry { key, key_pos, value } in plain.as_ref().and_then(Node::as_map).into_iter().flat_map(|it| &it.entries)
    {
        let coded = STANDARD.encode(value.text().unwrap_or("").as_bytes());
        let node = Node::string(value.origin, coded);
        match data.entries.iter_mut().find(|entry| entry.key.text == key.text) {
            Some(entry) => (entry.key_pos, entry.value) = (*key_pos, node),
            None => data.push(key.clone(), *key_pos, node),
        }
    }
    let had = map.get("data").is_some();
    if had || !data.is_empty() {
        let origin = map.get("data").or(plain.as_ref()).map_or(crate::yaml::Origin::NONE, |node| node.origin);
        map.set("data", Node::new(origin, Value::Map(Map { entries: data.entries })));
    }
    Cow::Owned(object)
}

/// What an assessment goes by.
#[derive(Clone, Copy)]
pub struct Known<'k> {
    /// The managers that stand for Git.
    pub ours: &'k Ours,
    /// Kinds of Kubernetes.
    pub openapi: &'k OpenApi,
    /// What the user does not want to know.
    pub ignored: &'k IgnoreRules,
    /// Whether the status of the kind is written apart from the rest.
    pub has_status: bool,
    /// Doubt every value.
    pub every: bool,
}

impl Assessment<'_> {
    /// Whether a value may be another spelling of the same amount.
    pub fn has_spellings(&self, live: &LiveObject) -> bool {
        let amount = |node: &Node| node.text().and_then(Quantity::parse);
        self.doubts.iter().any(|doubt| {
            let now = at(&live.node, &doubt.path.0).and_then(amount);
            now.is_some() && doubt.git.and_then(amount) == now
        })
    }

    /// What somebody else has set, as entries of a report.
    pub fn unmanaged_fields(&self, live: &LiveObject, ours: &Ours) -> Vec<Drifted<'static>> {
        let field = |path: &FieldPath| {
            let now = at(&live.node, &path.0);
            Drifted { unmanaged: true, ..drifted(path.clone(), now, None, Pos::NONE, live, ours) }
        };
        self.unmanaged.iter().map(field).collect()
    }
}

/// Compares an object of Git, in its comparable form, with the live one.
pub fn assess<'a>(git: &'a Node, live: &LiveObject, known: Known<'_>) -> Assessment<'a> {
    let Known { ours, openapi, ignored, has_status, every } = known;
    let text = |key: &str| git.text_at(&[key]).unwrap_or("");
    let schema = openapi.schema_for(text("apiVersion"), text("kind"));
    let (mut all, mut theirs, mut our) = (FieldSet::default(), FieldSet::default(), FieldSet::default());
    // What an apply goes by, and what is left of our fields when it is done.
    let (mut own, mut rest) = (FieldSet::default(), FieldSet::default());
    let mut same_version = true;
    for entry in &live.entries {
        all.add(&entry.fields);
        if ours.is_own_apply(entry) {
            own.add(&entry.fields);
            same_version &= entry.api_version == text("apiVersion");
        } else if ours.has(entry) {
            rest.add(&entry.fields);
        }
        match ours.has(entry) {
            true => our.add(&entry.fields),
            false => theirs.add(&entry.fields),
        }
    }
    let mut walk = Walk::over(git, &live.node, &all, schema, has_status, every);
    let mut given_up = given_up(git, live, ours, &our, &theirs, has_status);
    let mut unmanaged = unmanaged(git, live, &our, &theirs, has_status);
    let rules = ignored.of(git);
    if !rules.is_empty() {
        let is_wanted = |path: &FieldPath| !rules.iter().any(|rule| rule.covers(path, git, live));
        walk.doubts.retain(|doubt| is_wanted(&doubt.path));
        given_up.retain(is_wanted);
        unmanaged.retain(is_wanted);
    }
    let with_owner = |path: FieldPath| GivenUp { own: own.covers(&path.0) && !rest.covers(&path.0), path };
    let given_up: Vec<GivenUp> = given_up.into_iter().map(with_owner).collect();
    let need = Need {
        apply: !walk.doubts.is_empty() || !walk.complete || !same_version || given_up.iter().any(|it| it.own),
        removal: given_up.iter().any(|it| !it.own),
    };
    Assessment { doubts: walk.doubts, given_up, unmanaged, need }
}

#[cfg(test)]
#[path = "assess_tests.rs"]
mod tests;
