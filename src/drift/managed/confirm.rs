//! What differs for sure: the doubts that the server has confirmed, or, without a server, those that no spelling explains.

use crate::diagnostics::Pos;
use crate::drift::equal::{is_default, is_quantity, same_scalar, says_nothing};
use crate::drift::report::Manager;
use crate::k8s::Quantity;
use crate::provenance::{FieldPath, Segment};
use crate::yaml::{Node, Value};

use super::assess::{Assessment, Doubt};
use super::given_up::GivenUp;
use super::live::LiveObject;
use super::owners::{Ours, manager_of};
use super::set::at;
use super::walk::is_filled_in;

/// A field that differs.
#[derive(Clone, Debug)]
pub struct Drifted<'a> {
    /// Its path.
    pub path: FieldPath,
    /// What is live.
    pub before: Option<Node>,
    /// What Git sets.
    pub after: Option<&'a Node>,
    /// Where its key stands.
    pub key: Pos,
    /// Who owns what is live.
    pub manager: Option<Manager>,
    /// Somebody else has what Git sets.
    pub conflict: bool,
    /// Git does not set it and never has.
    pub unmanaged: bool,
}

/// What schemas of custom resources say of fields.
pub trait Equals {
    /// Whether a field of a custom resource is a quantity, which has several spellings.
    fn is_quantity(&self, path: &FieldPath) -> bool;
}

/// Nothing is known of the kind.
#[derive(Clone, Copy, Debug)]
pub struct NoSchema;

impl Equals for NoSchema {
    fn is_quantity(&self, _: &FieldPath) -> bool {
        false
    }
}

/// What the server said.
#[derive(Clone, Copy, Default, Debug)]
pub struct Confirmed<'s> {
    /// What an apply would make of the object, where that was asked.
    pub applied: Option<&'s Node>,
    /// What would be left without fields that other tools applied, where that was asked.
    pub removed: Option<&'s Node>,
    /// The server was asked and does not say: only what Git sets is compared, for what is beside it may be a default.
    pub refused: bool,
}

/// The fields that differ, in the order of their paths.
pub fn confirm<'a>(
    assessment: &Assessment<'a>,
    live: &LiveObject,
    ours: &Ours,
    built_in: Option<&str>,
    said: Confirmed<'_>,
    equals: &dyn Equals,
) -> Vec<Drifted<'a>> {
    let mut found = Vec::new();
    for doubt in &assessment.doubts {
        let now = at(&live.node, &doubt.path.0);
        let differs = match said.applied {
            Some(applied) => changes(doubt, now, at(applied, &doubt.path.0), equals),
            None if said.refused && doubt.git.is_none() => false,
            None => differs(doubt, now, built_in, equals),
        };
        if differs {
            found.push(drifted(doubt.path.clone(), now, doubt.git, doubt.key, live, ours));
        }
    }
    for GivenUp { path, own } in &assessment.given_up {
        let now = at(&live.node, &path.0);
        let asked = if *own { said.applied } else { said.removed };
        // A default comes back as it was; that is no change.
        let stays = match asked {
            Some(then) => is_same(now, at(then, &path.0)),
            None => built_in.is_some() && now.is_some_and(|now| is_default(path, now) || says_nothing(path, now, true)),
        };
        let is_known = found.iter().any(|it: &Drifted<'_>| path.0.starts_with(&it.path.0));
        if !stays && !is_known {
            found.push(drifted(path.clone(), now, None, Pos::NONE, live, ours));
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

pub(super) fn drifted<'a>(
    path: FieldPath,
    now: Option<&Node>,
    git: Option<&'a Node>,
    key: Pos,
    live: &LiveObject,
    ours: &Ours,
) -> Drifted<'a> {
    let owner = now.and_then(|_| manager_of(&live.entries, ours, &path));
    let conflict = git.is_some() && owner.as_ref().is_some_and(|(_, is_ours)| !is_ours);
    Drifted { before: now.cloned(), after: git, key, manager: owner.map(|it| it.0), conflict, unmanaged: false, path }
}

fn is_same(one: Option<&Node>, other: Option<&Node>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.says_the_same(other),
        (one, other) => one.is_none() == other.is_none(),
    }
}

/// Whether the server would change a value.
fn changes(doubt: &Doubt<'_>, now: Option<&Node>, then: Option<&Node>, equals: &dyn Equals) -> bool {
    if is_same(now, then) {
        return false;
    }
    if doubt.order {
        // Items may differ, which is told of each; here it is their order.
        let names = |node: Option<&Node>| -> Vec<String> {
            let items = node.and_then(Node::as_seq).unwrap_or_default();
            items.iter().map(identity).collect()
        };
        let (before, after) = (names(now), names(then));
        let both = |list: &[String], other: &[String]| -> Vec<String> {
            list.iter().filter(|it| other.contains(it)).cloned().collect()
        };
        return both(&before, &after) != both(&after, &before);
    }
    !is_same_quantity(now, doubt.git, &doubt.path, equals)
}

/// What an item is known by: any of the fields that lists have as keys.
fn identity(item: &Node) -> String {
    let keys =
        ["name", "mountPath", "containerPort", "port", "protocol", "key", "type", "ip", "topologyKey", "devicePath"];
    keys.iter().filter_map(|key| item.get(key).and_then(Node::text).map(|text| format!("{key}={text}"))).collect()
}

fn is_same_quantity(now: Option<&Node>, git: Option<&Node>, path: &FieldPath, equals: &dyn Equals) -> bool {
    let amount = |node: Option<&Node>| node.and_then(Node::text).and_then(Quantity::parse);
    match (amount(now), amount(git)) {
        (Some(now), Some(git)) => now == git && equals.is_quantity(path),
        _ => false,
    }
}

/// Whether a value differs, where no server can be asked.
fn differs(doubt: &Doubt<'_>, now: Option<&Node>, built_in: Option<&str>, equals: &dyn Equals) -> bool {
    if doubt.order {
        return matches!(doubt.path.0.last(), Some(Segment::Key(name)) if name == "initContainers");
    }
    let says_nothing = |node: &Node| says_nothing(&doubt.path, node, built_in.is_some()) || is_empty(node);
    match (now, doubt.git) {
        (None, Some(git)) => {
            let is_left_out = is_left_out(&doubt.path, git);
            !(says_nothing(git) || is_left_out || (built_in.is_some() && is_default(&doubt.path, git)))
        }
        // Of what is replaced as a whole: the server may have filled it in.
        (Some(now), None) => !(says_nothing(now) || (built_in.is_some() && is_filled_in(&doubt.path, now))),
        (Some(now), Some(git)) => {
            let scalars = now.as_scalar().zip(git.as_scalar());
            let same = scalars.is_some_and(|(now, git)| {
                same_scalar(now, git, built_in.is_some_and(|kind| is_quantity(&doubt.path, kind)))
            });
            let no_amount = !is_same_quantity(Some(now), Some(git), &doubt.path, equals);
            let both_nothing = says_nothing(now) && says_nothing(git);
            !same && no_amount && !both_nothing
        }
        (None, None) => false,
    }
}

fn is_empty(node: &Node) -> bool {
    match &node.value {
        Value::Map(map) => map.is_empty(),
        Value::Seq(items) => items.is_empty(),
        Value::Scalar(_) => false,
    }
}

/// Defaults that the server does not even keep.
fn is_left_out(path: &FieldPath, git: &Node) -> bool {
    let name = match path.0.last() {
        Some(Segment::Key(name)) => name.as_str(),
        _ => return false,
    };
    let is_false = git.text() == Some("false");
    is_false
        && [
            "preserveUnknownFields",
            "hostNetwork",
            "hostPID",
            "hostIPC",
            "paused",
            "suspend",
            "readOnly",
            "stdin",
            "tty",
        ]
        .contains(&name)
}
