//! A database as Git wants it against what its nodes answered.

use std::collections::BTreeMap;

use super::super::report::{CompareError, NodeChange, NodeField};
use super::answers::{Answer, Answers, SentinelAnswers};
use super::cluster::{Judged, judge, may_settle};
use super::enterprise::service;
use super::health::server;
use super::password::password;
use super::replication::{Group, master, replication};
use super::sentinels::sentinel;
use super::settings::settings;
use super::users::users;
use super::wanted::{Mode, Wanted, WantedNode};
use super::zones;

/// What differs on the nodes of a database.
#[derive(Clone, Debug, Default)]
pub struct Compared {
    /// The nodes in the order of Git, then the sentinels, then what nobody wants.
    pub nodes: Vec<NodeChange>,
    /// Whether nodes differ about something that they settle among themselves within a second or two: ask again.
    pub may_settle: bool,
}

/// Compares a database with what its nodes and sentinels answered; the answers are in the order of the wanted nodes, those of nodes that only others
/// know behind them.
pub fn compare(wanted: &Wanted, answers: &[Answer<Answers>], sentinels: &[Answer<SentinelAnswers>]) -> Compared {
    let group = Group::of(answers);
    let is_cluster = wanted.mode == Mode::Cluster;
    let mut judged = if is_cluster { judge(wanted, answers) } else { Judged::default() };
    let master = master(wanted, &group, sentinels);
    let twins = twins(answers);
    let with_master = if is_cluster { None } else { master.and_then(|master| zone(answers, master)) };
    let mut nodes = Vec::new();
    for (index, answer) in answers.iter().enumerate() {
        let known = wanted.nodes.get(index);
        let error = answer.said.as_ref().err().cloned();
        let error = error.or_else(|| twins.get(&index).cloned()).or_else(|| judged.errors.remove(&index));
        let mut fields: Vec<NodeField> = Vec::new();
        let mut not_compared = Vec::new();
        if let (Ok(live), None) = (&answer.said, &error) {
            fields.extend(replication(wanted, &group, index, master));
            fields.extend(with_master.iter().filter(|(at, _)| *at == index).map(|(_, field)| field.clone()));
            fields.extend(judged.fields.remove(&index).unwrap_or_default());
            fields.extend(known.map(|node| of_node(wanted, node, live)).unwrap_or_default());
            if let Some(database) = &wanted.service {
                let (found, untold) = service(database, live);
                let is_new = |one: &NodeField| !fields.iter().any(|known| known.path == one.path);
                let found: Vec<NodeField> = found.into_iter().filter(is_new).collect();
                fields.extend(found);
                not_compared = untold;
            }
        }
        let error = error.or_else(|| hidden_users(wanted, answer));
        nodes.push(NodeChange { not_compared, ..change(wanted, &answer.node, &answer.address, fields, error) });
    }
    if let Some(watched) = &wanted.sentinels {
        for answer in sentinels {
            let said = answer.said.as_ref();
            let fields = said.map(|live| sentinel(watched, live, sentinels, &group, master, answers.len()));
            let error = said.err().cloned();
            nodes.push(change(wanted, &answer.node, &answer.address, fields.unwrap_or_default(), error));
        }
    }
    nodes.append(&mut judged.surplus);
    let link_is_new = nodes.iter().flat_map(|node| &node.fields).any(|field| field.path == "replication.link");
    Compared { nodes, may_settle: link_is_new || is_cluster && may_settle(answers) }
}

/// Whether all replicas of a master would go down with it: the first of them, and what is told.
fn zone(answers: &[Answer<Answers>], master: usize) -> Option<(usize, NodeField)> {
    let live = || answers.iter().enumerate().filter_map(|(index, answer)| Some((index, answer.said.as_ref().ok()?)));
    let replicas: Vec<(usize, &Answers)> =
        live().filter(|(index, live)| *index != master && !live.is_master()).collect();
    zones::together(answers.get(master)?.said.as_ref().ok()?, &replicas, &zones::all(live().map(|(_, live)| live)))
}

fn of_node(wanted: &Wanted, node: &WantedNode, live: &Answers) -> Vec<NodeField> {
    let mut fields = settings(wanted, node, live);
    fields.extend(users(wanted, live));
    fields.extend(password(wanted, live));
    fields.extend(server(node, live));
    fields
}

fn change(
    wanted: &Wanted,
    node: &str,
    address: &str,
    fields: Vec<NodeField>,
    error: Option<CompareError>,
) -> NodeChange {
    let (redis, node, address) = (wanted.name.clone(), node.to_owned(), address.to_owned());
    NodeChange { redis, node, address, fields, not_compared: Vec::new(), error }
}

/// Nodes that are one process: an address map that leads to a place twice.
fn twins(answers: &[Answer<Answers>]) -> BTreeMap<usize, CompareError> {
    let mut first: BTreeMap<&str, usize> = BTreeMap::new();
    let mut found = BTreeMap::new();
    for (index, answer) in answers.iter().enumerate() {
        let Some(id) = answer.said.as_ref().ok().and_then(|live| live.info.get("run_id")) else { continue };
        match first.get(id) {
            Some(other) => {
                let message = format!("the same server answers here as for `{}`", answers[*other].node);
                let error = CompareError { code: "same_node".to_owned(), message, verb: None, resource: None };
                found.insert(index, error);
            }
            None => {
                first.insert(id, index);
            }
        }
    }
    found
}

/// Users that Git names and that may not be looked at.
fn hidden_users(wanted: &Wanted, answer: &Answer<Answers>) -> Option<CompareError> {
    let live = answer.said.as_ref().ok()?;
    let is_asked = wanted.users.as_ref().is_some_and(|users| !users.is_empty());
    (is_asked && live.users.is_none()).then(|| CompareError {
        code: "no_permission".to_owned(),
        message: "its users could not be compared: `ACL LIST` is not allowed".to_owned(),
        verb: Some("ACL LIST".to_owned()),
        resource: Some(answer.address.clone()),
    })
}
