//! The nodes of a cluster against each other and against what Git wants: slots, epochs, who knows whom.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use crate::redis::NodeLine;
use crate::slots::health::{Evidence, Finding, Link, Rule, Seen, Severity, Witness, diagnose};
use crate::slots::{Address, Direction, NodeId, Role, SLOTS, SlotSet};

use super::super::report::{CompareError, NodeChange, NodeField};
use super::answers::{Answer, Answers};
use super::health::{at, field};
use super::wanted::Wanted;
use super::zones;

/// What was found about the nodes of a cluster.
#[derive(Default)]
pub(super) struct Judged {
    /// What differs, by the position of the node.
    pub(super) fields: BTreeMap<usize, Vec<NodeField>>,
    /// Nodes that are none of this cluster.
    pub(super) errors: BTreeMap<usize, CompareError>,
    /// Members that Git does not want.
    pub(super) surplus: Vec<NodeChange>,
}

/// A node of the cluster that answered.
struct Member<'a> {
    index: usize,
    name: &'a str,
    own: &'a NodeLine,
    lines: &'a [NodeLine],
    live: &'a Answers,
}

/// Judges a cluster by what its nodes say. Views may lag by a second: ask again before a disagreement is believed.
pub(super) fn judge(wanted: &Wanted, answers: &[Answer<Answers>]) -> Judged {
    let mut judged = Judged::default();
    let mut members: Vec<Member<'_>> = Vec::new();
    for (index, answer) in answers.iter().enumerate() {
        let Ok(live) = &answer.said else { continue };
        match (live.own_line(), &live.cluster) {
            (Some(own), Some(lines)) => members.push(Member { index, name: &answer.node, own, lines, live }),
            _ => {
                let is_told =
                    wanted.nodes.iter().any(|node| node.settings.iter().any(|it| it.name == "cluster-enabled"));
                let missing = (!is_told).then(|| field("config.cluster-enabled", "no", "yes", "restart"));
                judged.fields.entry(index).or_default().extend(missing);
            }
        }
    }
    let members = own_cluster(members, &mut judged);
    let evidence = evidence(&members);
    let health = diagnose(&evidence);
    slots(wanted, &members, &mut judged);
    for finding in &health.findings {
        told(finding, &members, &mut judged);
    }
    zones(&members, &mut judged);
    surplus(wanted, answers, &members, &mut judged);
    judged
}

/// Members of the cluster that its nodes know and that did not answer, with their addresses.
pub fn unheard(answers: &[Answer<Answers>]) -> Vec<(NodeId, Address)> {
    let members = own_cluster(members_of(answers), &mut Judged::default());
    let answered: BTreeSet<&NodeId> = members.iter().map(|member| &member.own.id).collect();
    let mut others: BTreeMap<NodeId, Address> = BTreeMap::new();
    for line in members.iter().flat_map(|member| member.lines) {
        if let (Some(address), false) =
            (line.address.as_ref().filter(|_| line.role.is_some()), answered.contains(&line.id))
        {
            others.insert(line.id.clone(), address.clone());
        }
    }
    others.into_iter().collect()
}

fn members_of(answers: &[Answer<Answers>]) -> Vec<Member<'_>> {
    let mut members = Vec::new();
    for (index, answer) in answers.iter().enumerate() {
        let Ok(live) = &answer.said else { continue };
        if let (Some(own), Some(lines)) = (live.own_line(), &live.cluster) {
            members.push(Member { index, name: &answer.node, own, lines, live });
        }
    }
    members
}

/// Whether nodes differ about something that they settle among themselves within a second or two.
pub(super) fn may_settle(answers: &[Answer<Answers>]) -> bool {
    let members = own_cluster(members_of(answers), &mut Judged::default());
    diagnose(&evidence(&members)).may_settle()
}

/// The members of the cluster that most nodes are in. Nodes that know others, but none of these, are of another one.
fn own_cluster<'a>(mut members: Vec<Member<'a>>, judged: &mut Judged) -> Vec<Member<'a>> {
    let known = |member: &Member<'_>| -> BTreeSet<NodeId> { member.lines.iter().map(|line| line.id.clone()).collect() };
    let mut groups: Vec<BTreeSet<NodeId>> = Vec::new();
    for member in &members {
        let mut own = known(member);
        let (joined, rest): (Vec<_>, Vec<_>) = groups.into_iter().partition(|group| !group.is_disjoint(&own));
        joined.into_iter().for_each(|group| own.extend(group));
        groups = rest;
        groups.push(own);
    }
    let size = |group: &BTreeSet<NodeId>| members.iter().filter(|member| group.contains(&member.own.id)).count();
    let Some(main) = groups.iter().max_by_key(|group| (size(group), group.len())) else { return members };
    let main = main.clone();
    let is_stranger = |member: &Member<'_>| !main.contains(&member.own.id) && member.lines.len() > 1;
    for stranger in members.iter().filter(|member| is_stranger(member)) {
        let others = stranger.lines.len() - 1;
        let message = format!(
            "node {} answers here, which is of another cluster: it knows {others} other nodes, and none of this one",
            stranger.own.id
        );
        judged.errors.insert(
            stranger.index,
            CompareError { code: "other_cluster".to_owned(), message, verb: None, resource: None },
        );
    }
    members.retain(|member| !is_stranger(member));
    without_impostors(members, judged)
}

/// Nodes that answer where the others expect another one: a map that leads elsewhere, or a node that lost its nodes.conf.
fn without_impostors<'a>(mut members: Vec<Member<'a>>, judged: &mut Judged) -> Vec<Member<'a>> {
    let expected = |member: &Member<'a>| {
        let others = members.iter().filter(|other| other.own.id != member.own.id).flat_map(|other| other.lines);
        let is_here = |line: &&NodeLine| {
            line.address.as_ref().is_some_and(|address| member.live.names.contains(&address.to_string()))
        };
        others.filter(|line| line.role.is_some()).find(is_here).map(|line| line.id.clone())
    };
    let is_known = |member: &Member<'a>| {
        members
            .iter()
            .filter(|other| other.own.id != member.own.id)
            .any(|other| other.lines.iter().any(|line| line.id == member.own.id))
    };
    let impostors: Vec<(usize, NodeId, NodeId)> = members
        .iter()
        .filter(|member| !is_known(member))
        .filter_map(|member| Some((member.index, member.own.id.clone(), expected(member)?)))
        .filter(|(_, own, expected)| own != expected)
        .collect();
    members.retain(|member| !impostors.iter().any(|(index, ..)| *index == member.index));
    for (index, own, expected) in impostors {
        let message = format!("node {own} answers here, where the cluster has node {expected}");
        judged
            .errors
            .insert(index, CompareError { code: "other_cluster".to_owned(), message, verb: None, resource: None });
    }
    members
}

fn evidence(members: &[Member<'_>]) -> Evidence {
    let witnesses = members.iter().map(|member| Witness {
        id: member.own.id.clone(),
        address: member.own.address.clone().unwrap_or_else(|| Address::new("localhost", member.live.port.max(1))),
        says: member.lines.iter().map(seen).collect(),
        keys: None,
        link: match member.live.info.get("master_link_status") {
            _ if member.live.info.get("master_sync_in_progress") == Some("1") => Some(Link::Syncing),
            Some("up") => Some(Link::Up),
            Some(_) => Some(Link::Down),
            None => None,
        },
    });
    Evidence { witnesses: witnesses.collect(), silent: Vec::new() }
}

fn seen(line: &NodeLine) -> Seen {
    Seen {
        id: line.id.clone(),
        address: line.address.clone(),
        bus_port: line.bus_port,
        role: line.role,
        master: line.master.clone(),
        flags: line.flags.clone(),
        config_epoch: line.config_epoch,
        slots: line.slots.clone(),
        open: line.open.clone(),
    }
}

/// Slots of masters: each has an equal share, owned once, none open.
fn slots(wanted: &Wanted, members: &[Member<'_>], judged: &mut Judged) {
    let masters: Vec<&Member<'_>> = members.iter().filter(|member| member.own.role == Some(Role::Master)).collect();
    let owners = masters.iter().filter(|master| !master.own.slots.is_empty()).count();
    let silent_owner = silent_owner(members);
    let count = wanted.masters.as_ref().map_or(owners, |masters| masters.value).max(1) as u16;
    let (floor, spare) = (SLOTS / count, SLOTS % count);
    let ceiling = floor + u16::from(spare > 0);
    let origin = wanted.masters.as_ref().and_then(|masters| masters.origin.as_ref());
    let mut claimed = SlotSet::new();
    let mut twice = SlotSet::new();
    for master in &masters {
        let mut both = master.own.slots.clone();
        both.intersect_with(&claimed);
        twice.union_with(&both);
        claimed.union_with(&master.own.slots);
    }
    // Which masters are to own nothing: those beyond the number, by what they own now.
    let mut by_size: Vec<&&Member<'_>> = masters.iter().collect();
    by_size.sort_by_key(|master| (std::cmp::Reverse(master.own.slots.len()), master.index));
    let mut told = false;
    for (rank, master) in by_size.into_iter().enumerate() {
        let own = master.own.slots.len();
        let is_share = match rank < usize::from(count) {
            true => (floor..=ceiling).contains(&own),
            false => own == 0,
        };
        let is_open = !master.own.open.is_empty();
        let is_contested = master.own.slots.intersects(&twice);
        // While a master is silent its slots are counted to nobody.
        if is_open || is_contested || !(is_share || silent_owner) {
            let after = match (is_share, rank < usize::from(count)) {
                (true, _) if !is_contested => Json::from(ranges(&master.own.slots, &[])),
                (_, true) if floor == ceiling => Json::from(format!("{floor} slots")),
                (_, true) => Json::from(format!("{floor} or {ceiling} slots")),
                (_, false) => Json::from("no slots"),
            };
            let before = ranges(&master.own.slots, &master.own.open);
            told = true;
            judged.fields.entry(master.index).or_default().push(at(field("slots", before, after, "slots"), origin));
        }
    }
    let unassigned = SLOTS - claimed.len();
    if let (false, false, true, Some(first)) = (told, silent_owner, unassigned > 0, masters.first()) {
        let before = ranges(&first.own.slots, &[]);
        let after = format!("{floor} or {ceiling} slots; {unassigned} are nobody's");
        judged.fields.entry(first.index).or_default().push(at(field("slots", before, after, "slots"), origin));
    }
}

/// Whether somebody who did not answer owns slots.
fn silent_owner(members: &[Member<'_>]) -> bool {
    let answered: BTreeSet<&NodeId> = members.iter().map(|member| &member.own.id).collect();
    members.iter().flat_map(|member| member.lines).any(|line| !line.slots.is_empty() && !answered.contains(&line.id))
}

/// Slots as a line of `CLUSTER NODES` has them.
fn ranges(slots: &SlotSet, open: &[(crate::slots::Slot, Direction)]) -> String {
    let closed = slots.ranges().map(|range| range.to_string());
    let open = open.iter().map(|(slot, direction)| match direction {
        Direction::Migrating(id) => format!("[{}->-{id}]", slot.number()),
        Direction::Importing(id) => format!("[{}-<-{id}]", slot.number()),
    });
    closed.chain(open).collect::<Vec<_>>().join(" ")
}

/// A finding about the nodes that it is about. What is told of slots and of nodes that do not answer is told elsewhere.
fn told(finding: &Finding, members: &[Member<'_>], judged: &mut Judged) {
    let about = |id: &NodeId| members.iter().find(|member| member.own.id == *id);
    let Some(first) = finding.nodes.first().and_then(about) else { return };
    let name = |id: &NodeId| about(id).map_or_else(|| id.to_string(), |member| member.name.to_owned());
    let others = || Json::from(finding.nodes.iter().skip(1).map(name).collect::<Vec<_>>());
    let mut add = |member: &Member<'_>, field: NodeField| judged.fields.entry(member.index).or_default().push(field);
    match finding.rule {
        Rule::EpochCollision => {
            for member in finding.nodes.iter().filter_map(about) {
                add(member, field("epoch", member.own.config_epoch, Json::Null, "slots"));
            }
        }
        Rule::UnknownNode => add(first, field("cluster.unknownTo", others(), json!([]), "slots")),
        Rule::BusLink => add(first, field("cluster.unheardBy", others(), json!([]), "manual")),
        Rule::ViewsDisagree => {
            add(first, field("cluster.view", finding.message.as_str(), Json::Null, "slots"));
        }
        Rule::WrongMaster => {
            let before = first.own.master.as_ref().map_or(Json::Null, |id| Json::from(name(id)));
            add(first, field("replication.master", before, Json::Null, "runtime"));
        }
        Rule::FailedMaster | Rule::FailedReplica => add(first, field("cluster.state", "fail", "ok", "failover")),
        Rule::NoReplica if finding.severity == Severity::Warning => {
            for member in finding.nodes.iter().filter_map(about) {
                add(member, field("replicas", 0, Json::Null, "runtime"));
            }
        }
        // Links are told by the replicas; slots by their masters; who is silent has an error.
        _ => {}
    }
}

/// Replicas that would go down with their masters, where there is more than one zone.
fn zones(members: &[Member<'_>], judged: &mut Judged) {
    let all = zones::all(members.iter().map(|member| member.live));
    for master in members.iter().filter(|member| member.own.role == Some(Role::Master)) {
        let own = members.iter().filter(|member| member.own.master.as_ref() == Some(&master.own.id));
        let replicas: Vec<(usize, &Answers)> = own.map(|member| (member.index, member.live)).collect();
        if let Some((index, found)) = zones::together(master.live, &replicas, &all) {
            judged.fields.entry(index).or_default().push(found);
        }
    }
}

/// Members that the cluster knows and that are none of the wanted nodes, where all of these answered.
fn surplus(wanted: &Wanted, answers: &[Answer<Answers>], members: &[Member<'_>], judged: &mut Judged) {
    let all_answered = members.len() == answers.len() && !wanted.nodes.is_empty();
    if !all_answered {
        return;
    }
    let answered: BTreeSet<&NodeId> = members.iter().map(|member| &member.own.id).collect();
    let mut others: BTreeMap<&NodeId, &NodeLine> = BTreeMap::new();
    for line in members.iter().flat_map(|member| member.lines) {
        let is_member = line.role.is_some() && !line.flags.iter().any(|flag| flag == "handshake" || flag == "noaddr");
        if is_member && !answered.contains(&line.id) {
            others.insert(&line.id, line);
        }
    }
    for (id, line) in others {
        let role = if line.role == Some(Role::Master) { "master" } else { "replica" };
        judged.surplus.push(NodeChange {
            redis: wanted.name.clone(),
            node: id.to_string(),
            address: line.address.as_ref().map_or_else(String::new, ToString::to_string),
            fields: vec![field("role", role, Json::Null, "slots")],
            not_compared: Vec::new(),
            error: None,
        });
    }
}
