//! Changes of a spec that a running Redis cannot take, with the way around them; and the growth of its volumes, which takes more than an update.

use rustc_hash::FxHashMap;

use crate::diagnostics::{Diagnostic, Diagnostics, Pos, Severity};
use crate::k8s::Quantity;
use crate::yaml::{Node, Trace};

use super::marks;
use super::settled::{Leaf, first_difference, rest};
use super::spec::{Architecture, Layout};

/// The way from one Redis to another.
const WAY: &str = "make a second Redis beside this one, bring its data over (`backup`, then `backup.restore.from` there), send clients to it, and delete this \
                   one";

/// Volumes that become larger: the claims are expanded, and the StatefulSet, whose templates cannot change, is created again while its pods go on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Growth {
    /// Namespace of the StatefulSet.
    pub namespace: String,
    /// The StatefulSet.
    pub workload: String,
    /// The template of its volumes; claims are called `<template>-<pod>`.
    pub claim: String,
    /// How many pods have such a volume.
    pub volumes: i64,
    /// The size before.
    pub from: String,
    /// The size that is wanted.
    pub to: String,
    /// The line that wants it.
    pub at: Pos,
}

/// StatefulSets of Redis, by namespace and name.
type Sets<'a> = FxHashMap<(&'a str, &'a str), &'a Node>;

fn sets<'a>(objects: &[&'a Node]) -> Vec<((&'a str, &'a str), &'a Node)> {
    let is_ours = |node: &&&Node| node.text_at(&["kind"]) == Some("StatefulSet") && marks::read(node).is_some();
    objects.iter().filter(is_ours).map(|node| (identity(node), *node)).collect()
}

fn identity(node: &Node) -> (&str, &str) {
    let text = |key: &str| node.text_at(&["metadata", key]).unwrap_or("");
    (text("namespace"), text("name"))
}

/// What cannot be changed between two states of the same target, as errors at the lines of the newer one, whose writes are in `trace`. What can be done but
/// leaves data behind is a warning.
pub fn refused(before: &[&Node], after: &[&Node], trace: &Trace) -> Diagnostics {
    let mut found = Diagnostics::new();
    let (old, new) = (sets(before), sets(after));
    of_the_whole(&old, &new, trace, &mut found);
    let old: Sets<'_> = old.into_iter().collect();
    for (id, set) in new {
        if let Some(was) = old.get(&id) {
            volumes(was, set, trace, &mut found);
            settled(was, set, trace, &mut found);
        }
    }
    found
}

/// The volumes that grow between two states of the same target.
pub fn grown(before: &[&Node], after: &[&Node], trace: &Trace) -> Vec<Growth> {
    let old: Sets<'_> = sets(before).into_iter().collect();
    let mut all = Vec::new();
    for (id, set) in sets(after) {
        let Some(was) = old.get(&id) else { continue };
        for (name, claim) in claims(set) {
            let sizes = claims(was)
                .into_iter()
                .find(|(old, _)| *old == name)
                .and_then(|(_, old)| Some((size(old)?, size(claim)?)));
            let Some(((_, old), (_, node))) = sizes.filter(|((from, _), (to, _))| to > from) else { continue };
            let text = |node: &Node| node.text().unwrap_or("").to_owned();
            let count = |set: &Node| set.text_at(&["spec", "replicas"]).and_then(|text| text.parse().ok()).unwrap_or(1);
            all.push(Growth {
                namespace: id.0.to_owned(),
                workload: id.1.to_owned(),
                claim: name.to_owned(),
                volumes: count(was),
                from: text(old),
                to: text(node),
                at: trace.pos(node.origin),
            });
        }
    }
    all
}

/// Whether a live StatefulSet of a Redis differs from the wanted one in the size of its volumes, and otherwise only in what may change.
pub fn only_grows(live: &Node, wanted: &Node) -> bool {
    let (Some(old), Some(new)) = (live.get("spec"), wanted.get("spec")) else { return false };
    let (claimed, claims) = (claims(live), claims(wanted));
    let pairs: Vec<_> = claimed.iter().zip(&claims).filter(|(one, other)| one.0 == other.0).collect();
    let is_larger = |(one, other): &&(&(&str, &Node), &(&str, &Node))| matches!((size(one.1), size(other.1)), (Some((from, _)), Some((to, _))) if to > from);
    let is_otherwise_equal = |(one, other): &(&(&str, &Node), &(&str, &Node))| {
        let is_smaller = matches!((size(one.1), size(other.1)), (Some((from, _)), Some((to, _))) if to < from);
        !is_smaller && first_difference(one.1, other.1, &[STORAGE]).is_none()
    };
    marks::read(wanted).is_some()
        && pairs.len() == claims.len()
        && pairs.len() == claimed.len()
        && pairs.iter().any(|pair| is_larger(&pair))
        && pairs.iter().all(is_otherwise_equal)
        && first_difference(&rest(old), &rest(new), &[]).is_none()
}

/// A StatefulSet that is new although its Redis is not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Started {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub workload: String,
    /// Those of the same Redis that have the data.
    pub data: Vec<String>,
}

/// The StatefulSets whose pods start empty because the nodes of their Redis become others.
pub fn starts_empty(before: &[&Node], after: &[&Node]) -> Vec<Started> {
    let old = sets(before);
    let known: Sets<'_> = old.iter().copied().collect();
    let mut all = Vec::new();
    for (id, set) in sets(after) {
        let Some((name, architecture)) = marks::read(set).filter(|_| !known.contains_key(&id)) else { continue };
        let holds = |((namespace, _), other): &&((&str, &str), &Node)| {
            let is_other = |(redis, was)| redis == name && leaves_data(was, architecture);
            *namespace == id.0 && marks::read(other).is_some_and(is_other)
        };
        let data: Vec<String> = old.iter().filter(holds).map(|((_, name), _)| (*name).to_owned()).collect();
        if !data.is_empty() {
            all.push(Started { namespace: id.0.to_owned(), workload: id.1.to_owned(), data });
        }
    }
    all
}

/// Architecture and layout: they decide which StatefulSets there are.
fn of_the_whole(old: &[((&str, &str), &Node)], new: &[((&str, &str), &Node)], trace: &Trace, found: &mut Diagnostics) {
    let known: Sets<'_> = old.iter().copied().collect();
    let mut seen: Vec<(&str, String)> = Vec::new();
    for (id, set) in new {
        let Some((name, _)) = marks::read(set) else { continue };
        let of_it = |((namespace, _), other): &&((&str, &str), &Node)| {
            *namespace == id.0 && marks::read(other).is_some_and(|(redis, _)| redis == name)
        };
        // Where the StatefulSet is there, others of the same Redis are what an earlier change has left.
        let before: Vec<&Node> = match known.get(id) {
            Some(same) => vec![*same],
            None => old.iter().filter(of_it).map(|(_, other)| *other).collect(),
        };
        if seen.contains(&(id.0, name.clone())) {
            continue;
        }
        let all: Vec<Diagnostic> = before.iter().filter_map(|was| becomes(&name, was, set, trace)).collect();
        let worst = all.iter().position(|one| one.severity == Severity::Error).unwrap_or(0);
        if let Some(one) = all.into_iter().nth(worst) {
            found.push(one);
            seen.push((id.0, name));
        }
    }
}

/// What is against making other nodes of those of a StatefulSet.
fn becomes(name: &str, was: &Node, set: &Node, trace: &Trace) -> Option<Diagnostic> {
    let ((_, before), (_, architecture)) = marks::read(was).zip(marks::read(set))?;
    let place = |annotation: &str| {
        let node = set.lookup(&["metadata", "annotations", annotation]).unwrap_or(set);
        trace.pos(node.origin)
    };
    let (layout, old_layout) = (marks::layout(set), marks::layout(was));
    if architecture == Architecture::Cluster && before == architecture && layout != old_layout {
        let message = format!("the layout of the cluster `{name}` cannot be changed");
        return Some(
            Diagnostic::error("redisops::topology::layout_changed", message)
                .label(place(marks::LAYOUT), layout.name().len(), format!("it was `{}`", old_layout.name()))
                .note("pods get other names in it, and their volumes stay behind with the slots and keys")
                .help(format!("keep `{}`; for the other layout {WAY}", old_layout.name())),
        );
    }
    let it_was = format!("it was `{}`", before.name());
    let (from, to, length) = (before.name(), architecture.name(), architecture.name().len());
    if keeps_sets((before, old_layout), (architecture, layout)) {
        let message = format!("`{name}` is a {from} and cannot become a {to}");
        return Some(
            Diagnostic::error("redisops::topology::architecture_changed", message)
                .label(place(marks::ARCHITECTURE), length, it_was)
                .note("the same pods and volumes would be taken over: nodes of a cluster that start with the data of a single master each claim all slots")
                .help(format!("keep `{from}`; to move the data {WAY}")),
        );
    }
    leaves_data(before, architecture).then(|| {
        let message = format!("`{name}` is a {from} and becomes a {to}: its nodes start empty");
        Diagnostic::warning("redisops::topology::architecture_changed", message)
            .label(place(marks::ARCHITECTURE), length, it_was)
            .note("other StatefulSets take the place of those that hold the data now; their volumes stay")
            .help(format!("to keep the data {WAY}"))
    })
}

/// Whether one architecture would take over the StatefulSets of another, with the data of other nodes on their volumes.
fn keeps_sets(before: (Architecture, Layout), after: (Architecture, Layout)) -> bool {
    let takes = |one, other: (Architecture, Layout)| {
        one == Architecture::Sentinel && other == (Architecture::Cluster, Layout::Single)
    };
    takes(before.0, after) || takes(after.0, before)
}

/// Whether the nodes of one architecture are others than those of another. A single node is the master of a replication.
pub(super) fn leaves_data(before: Architecture, after: Architecture) -> bool {
    let plain = |one: Architecture| matches!(one, Architecture::Standalone | Architecture::Replication);
    before != after && !(plain(before) && plain(after))
}

/// Templates of volumes by name.
fn claims(set: &Node) -> Vec<(&str, &Node)> {
    let list = set.lookup(&["spec", "volumeClaimTemplates"]).and_then(Node::as_seq).unwrap_or(&[]);
    list.iter().filter_map(|claim| Some((claim.text_at(&["metadata", "name"])?, claim))).collect()
}

fn size(claim: &Node) -> Option<(Quantity, &Node)> {
    let node = claim.lookup(&["spec", "resources", "requests", "storage"])?;
    Some((Quantity::parse(node.text()?)?, node))
}

fn volumes(was: &Node, set: &Node, trace: &Trace, found: &mut Diagnostics) {
    let name = identity(set).1;
    let (old, new) = (claims(was), claims(set));
    let has = |list: &[(&str, &Node)], name: &str| list.iter().any(|(other, _)| *other == name);
    for (claim, _) in old.iter().filter(|(claim, _)| !has(&new, claim)) {
        let volumes = set.lookup(&["spec", "template", "spec", "volumes"]).and_then(Node::as_seq).unwrap_or(&[]);
        let instead = volumes.iter().find(|volume| volume.text_at(&["name"]) == Some(claim)).unwrap_or(set);
        found.push(changed(
            name,
            "its pods cannot lose their volumes",
            trace.pos(instead.origin),
            1,
            "they have some now",
        ));
    }
    for (claim, node) in &new {
        let Some((_, before)) = old.iter().find(|(other, _)| other == claim) else {
            found.push(changed(name, "its pods cannot get volumes", trace.pos(node.origin), 1, "they have none now"));
            continue;
        };
        if let (Some((from, old)), Some((to, at))) = (size(before), size(node))
            && to < from
        {
            let (from, to) = (old.text().unwrap_or(""), at.text().unwrap_or(""));
            let length = to.len();
            found.push(
                Diagnostic::error(
                    "redisops::topology::volume_shrinks",
                    format!("the volumes of `{name}` cannot shrink from {from} to {to}"),
                )
                .label(trace.pos(at.origin), length, format!("it was {from}"))
                .help(format!("keep {from}; for smaller volumes {WAY}")),
            );
        }
        if let Some((leaf, was)) = first_difference(before, node, &[STORAGE]) {
            let what = match leaf.path.as_str() {
                "spec.storageClassName" => "the class of its volumes".to_owned(),
                "spec.accessModes" => "the access modes of its volumes".to_owned(),
                path => format!("`{path}` of its volumes"),
            };
            found.push(differs(name, &what, &leaf, was, node, trace));
        }
    }
}

/// Where a template says how large volumes are.
const STORAGE: &str = "spec.resources.requests.storage";

/// Fields of a StatefulSet that are settled when it is created.
fn settled(was: &Node, set: &Node, trace: &Trace, found: &mut Diagnostics) {
    let (Some(old), Some(spec)) = (was.get("spec"), set.get("spec")) else { return };
    let (old, new) = (rest(old), rest(spec));
    if let Some((leaf, before)) = first_difference(&old, &new, &[]) {
        let what = format!("`{}` of its StatefulSet", leaf.path);
        found.push(differs(identity(set).1, &what, &leaf, before, spec, trace));
    }
}

/// A field that cannot change. Where nothing sets it any more, or to what the server fills in, it is looked for in `around`, which has a line in any case.
fn differs(name: &str, what: &str, leaf: &Leaf<'_>, was: Option<&Node>, around: &Node, trace: &Trace) -> Diagnostic {
    let is_gone = was.is_some_and(|was| std::ptr::eq(was, leaf.node));
    let path: Vec<&str> = leaf.path.split('.').collect();
    let node = if is_gone { around.lookup(&path).unwrap_or(around) } else { leaf.node };
    let length = node.text().map_or(1, str::len).max(1);
    let label = match was.and_then(Node::text) {
        Some(was) => format!("it was `{was}`"),
        None => "it was not there".to_owned(),
    };
    changed(name, &format!("{what} cannot change"), trace.pos(node.origin), length, &label)
}

fn changed(name: &str, message: &str, at: Pos, length: usize, was: &str) -> Diagnostic {
    Diagnostic::error("redisops::topology::immutable", format!("`{name}`: {message}"))
        .label(at, length, was)
        .help(format!("keep it as it was; otherwise {WAY}"))
}
