//! Changes of a spec that a running Redis cannot take, with the way around them; and the growth of its volumes, which takes more than an update.

use rustc_hash::FxHashMap;

use crate::diagnostics::{Diagnostic, Diagnostics, Pos};
use crate::k8s::Quantity;
use crate::yaml::{Node, Origin, Trace};

use super::marks;
use super::spec::Architecture;

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

/// Architecture and layout: they decide which StatefulSets there are.
fn of_the_whole(old: &[((&str, &str), &Node)], new: &[((&str, &str), &Node)], trace: &Trace, found: &mut Diagnostics) {
    let mut seen: Vec<(&str, String)> = Vec::new();
    for ((namespace, _), set) in new {
        let Some((name, architecture)) = marks::read(set) else { continue };
        let was = old
            .iter()
            .find(|((other, _), set)| other == namespace && marks::read(set).is_some_and(|(known, _)| known == name));
        let Some((_, was)) = was.filter(|_| !seen.contains(&(*namespace, name.clone()))) else { continue };
        let Some((_, before)) = marks::read(was) else { continue };
        let place = |annotation: &str| {
            let node = set.lookup(&["metadata", "annotations", annotation]).unwrap_or(set);
            trace.pos(node.origin)
        };
        let (layout, old_layout) = (marks::layout(set), marks::layout(was));
        if architecture == Architecture::Cluster && before == architecture && layout != old_layout {
            found.push(
                Diagnostic::error(
                    "redisops::topology::layout_changed",
                    format!("the layout of the cluster `{name}` cannot be changed"),
                )
                .label(place(marks::LAYOUT), layout.name().len(), format!("it was `{}`", old_layout.name()))
                .note("pods get other names in it, and their volumes stay behind with the slots and keys")
                .help(format!("keep `{}`; for the other layout {WAY}", old_layout.name())),
            );
        } else if leaves_data(before, architecture) {
            found.push(
                Diagnostic::warning(
                    "redisops::topology::architecture_changed",
                    format!(
                        "`{name}` was a {} and becomes a {}: its nodes start empty",
                        before.name(),
                        architecture.name()
                    ),
                )
                .label(place(marks::ARCHITECTURE), 1, "the architecture")
                .note("other StatefulSets take the place of those that hold the data now; their volumes stay")
                .help(format!("to keep the data {WAY}")),
            );
        }
        seen.push((namespace, name));
    }
}

/// Whether the nodes of one architecture are others than those of another. A single node is the master of a replication.
fn leaves_data(before: Architecture, after: Architecture) -> bool {
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
            "they have some now",
        ));
    }
    for (claim, node) in &new {
        let Some((_, before)) = old.iter().find(|(other, _)| other == claim) else {
            found.push(changed(name, "its pods cannot get volumes", trace.pos(node.origin), "they have none now"));
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
        for (field, what) in [("storageClassName", "class"), ("accessModes", "access modes")] {
            let value = |claim: &Node| claim.lookup(&["spec", field]).cloned();
            let (old, new) = (value(before), value(node));
            if !same(old.as_ref(), new.as_ref()) {
                let at = new.as_ref().map_or(node.origin, |value| value.origin);
                let was = old
                    .as_ref()
                    .and_then(Node::text)
                    .map_or_else(|| "it was another one".to_owned(), |old| format!("it was `{old}`"));
                found.push(changed(name, &format!("the {what} of its volumes cannot change"), trace.pos(at), &was));
            }
        }
    }
}

fn same(old: Option<&Node>, new: Option<&Node>) -> bool {
    match (old, new) {
        (Some(old), Some(new)) => old.says_the_same(new),
        (None, None) => true,
        _ => false,
    }
}

/// Fields of a StatefulSet that are settled when it is created.
fn settled(was: &Node, set: &Node, trace: &Trace, found: &mut Diagnostics) {
    for field in ["serviceName", "podManagementPolicy", "selector"] {
        let value = |set: &'_ Node| set.lookup(&["spec", field]).cloned();
        let (old, new) = (value(was), value(set));
        if !same(old.as_ref(), new.as_ref()) {
            let origin: Origin = new.as_ref().map_or(set.origin, |value| value.origin);
            let message = format!("`{field}` of its StatefulSet cannot change");
            found.push(changed(identity(set).1, &message, trace.pos(origin), "it was another one"));
        }
    }
}

fn changed(name: &str, message: &str, at: Pos, was: &str) -> Diagnostic {
    Diagnostic::error("redisops::topology::immutable", format!("`{name}`: {message}"))
        .label(at, 1, was)
        .help(format!("keep it as it was; otherwise {WAY}"))
}
