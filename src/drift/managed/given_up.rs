//! Fields that are live and not in Git: given up, or set by somebody else.

use crate::provenance::{FieldPath, Segment};
use crate::yaml::Node;

use super::live::LiveObject;
use super::owners::{Ours, is_track};
use super::set::{FieldSet, Step, at, find_item};

/// The label that Argo CD finds its objects by, unless it is told otherwise.
const INSTANCE: &str = "app.kubernetes.io/instance";

/// A field that Git gave up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GivenUp {
    /// Its path.
    pub path: FieldPath,
    /// Our own manager alone has it: an apply takes it away.
    pub own: bool,
}

/// Fields that managers of ours own alone, that are live, and that Git does not set.
pub(super) fn given_up(
    git: &Node,
    live: &LiveObject,
    ours: &Ours,
    our: &FieldSet,
    theirs: &FieldSet,
    has_status: bool,
) -> Vec<FieldPath> {
    let mut search =
        Search { live: &live.node, keep: Some(theirs), has_status, path: FieldPath::root(), found: Vec::new() };
    search.below(our, Some(git));
    search.found.retain(|path| !is_instance_of_argocd(path, live, ours));
    search.found
}

/// Fields that others own, that are live, and that neither Git nor a manager of ours sets.
pub(super) fn unmanaged(
    git: &Node,
    live: &LiveObject,
    our: &FieldSet,
    theirs: &FieldSet,
    has_status: bool,
) -> Vec<FieldPath> {
    let mut search = Search { live: &live.node, keep: None, has_status, path: FieldPath::root(), found: Vec::new() };
    search.below(theirs, Some(git));
    search.found.retain(|path| !our.covers(&path.0));
    search.found
}

fn is_instance_of_argocd(path: &FieldPath, live: &LiveObject, ours: &Ours) -> bool {
    let is_label = matches!(path.0.as_slice(), [Segment::Key(top), Segment::Key(labels), Segment::Key(key)]
        if top == "metadata" && labels == "labels" && key == INSTANCE);
    let owners = live.entries.iter().filter(|entry| ours.has(entry) && entry.fields.covers(&path.0));
    is_label && owners.into_iter().all(|entry| entry.manager.starts_with("argocd-"))
}

struct Search<'a> {
    live: &'a Node,
    /// What stays, because somebody else has it.
    keep: Option<&'a FieldSet>,
    has_status: bool,
    path: FieldPath,
    found: Vec<FieldPath>,
}

impl Search<'_> {
    /// Goes along a set and what Git has at the same place.
    fn below(&mut self, set: &FieldSet, git: Option<&Node>) {
        for (step, below) in &set.children {
            let segment = step.segment();
            let child = match step {
                Step::Field(name) => git.and_then(|git| git.get(name)),
                Step::Index(_) => continue,
                Step::Key(_) | Step::Value(_) => {
                    git.and_then(Node::as_seq).and_then(|items| find_item(items, &segment))
                }
            };
            self.path.0.push(segment);
            let is_status =
                self.has_status && self.path.0.len() == 1 && matches!(step, Step::Field(name) if name == "status");
            if !is_status && !is_track(&self.path.0) {
                match child {
                    Some(child) if !child.is_null() => self.below(below, Some(child)),
                    Some(_) => {}
                    None => self.gone(step, below),
                }
            }
            self.path.0.pop();
        }
    }

    /// Git has nothing here.
    fn gone(&mut self, step: &Step, set: &FieldSet) {
        if at(self.live, &self.path.0).is_none_or(Node::is_null) {
            return;
        }
        let is_kept = self.keep.is_some_and(|keep| keep.covers(&self.path.0));
        let is_item = matches!(step, Step::Key(_)) && set.owned;
        if set.children.is_empty() || (is_item && !is_kept) {
            if !is_kept {
                self.found.push(self.path.clone());
            }
            return;
        }
        // The keys of an item go and stay with it.
        let keys: Vec<String> = match self.path.0.last() {
            Some(Segment::Item(fields)) => fields.iter().map(|(key, _)| key.clone()).collect(),
            _ => Vec::new(),
        };
        for (step, below) in &set.children {
            if matches!(step, Step::Field(name) if keys.contains(name)) || matches!(step, Step::Index(_)) {
                continue;
            }
            self.path.0.push(step.segment());
            if !is_track(&self.path.0) {
                self.gone(step, below);
            }
            self.path.0.pop();
        }
    }
}
