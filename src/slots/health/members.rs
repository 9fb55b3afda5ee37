//! Nodes that are dead, silent, strange, or not known to all.

use std::collections::BTreeMap;

use crate::slots::{NodeId, Role};

use super::finding::{Finding, Rule, Severity};
use super::repair::Repair;
use super::roster::{Member, Roster};
use super::wording::Named;

/// Everything about who is a member, and who hears whom.
pub(super) fn members(roster: &Roster) -> Vec<Finding> {
    let mut findings = Vec::new();
    for member in roster.members.values() {
        findings.extend(replaced(roster, member).or_else(|| dead(roster, member)));
        findings.extend(unknown(roster, member));
    }
    findings.extend(handshakes(roster));
    findings.extend(collisions(roster));
    findings
}

/// Another node answers where this one should be.
fn replaced(roster: &Roster, member: &Member) -> Option<Finding> {
    let stranger = member.silent?.replaced_by.as_ref()?;
    let message = format!(
        "{} is expected at its address, but a node with another identity answers there: {}",
        roster.name(member.id),
        stranger.short()
    );
    let help = "the node lost its nodes.conf, or its address was given to a node of another cluster. \
        If it is a new node: `CLUSTER FORGET` the old one on every node, then add it; its slots, if any, are those of a failed master";
    Some(
        Finding::new(Rule::OtherCluster, Severity::Error, message)
            .nodes([member.id, stranger])
            .slots(member.claims.clone())
            .help(help),
    )
}

/// Dead for the cluster, or silent here, or heard here and not by the others.
fn dead(roster: &Roster, member: &Member) -> Option<Finding> {
    let name = roster.name(member.id);
    let about = |rule, severity, message: String| Finding::new(rule, severity, message).nodes([member.id]);
    if roster.is_failed(member) {
        return Some(match member.line.role {
            Some(Role::Replica) => about(Rule::FailedReplica, Severity::Warning, format!("replica {name} has failed"))
                .help("start it again, or take it out with `CLUSTER FORGET` on every node"),
            _ => failed_master(roster, member),
        });
    }
    if !member.answers() {
        let why = member.silent.map_or("it was not asked", |silent| silent.why.as_str());
        let severity = if member.is_master() { Severity::Error } else { Severity::Warning };
        return Some(
            about(Rule::Unreachable, severity, format!("{name} does not answer: {why}"))
                .slots(member.claims.clone())
                .help("the cluster does not take it for dead (yet), but what it sees and holds cannot be checked"),
        );
    }
    if member.unheard_by.is_empty() {
        return None;
    }
    let port = member.bus_port.map_or_else(|| "of the cluster bus".to_owned(), |port| format!("{port}"));
    Some(
        about(
            Rule::BusLink,
            Severity::Warning,
            format!("{name} answers here, but {} cannot hear it", roster.names(member.unheard_by.iter().copied())),
        )
        .nodes(member.unheard_by.iter().copied())
        .help(format!("nodes talk over another port than clients: see that port {port} is open between them")),
    )
}

fn failed_master(roster: &Roster, member: &Member) -> Finding {
    let name = roster.name(member.id);
    let slots = &member.claims;
    let copies: Vec<&NodeId> = roster
        .replicas()
        .filter(|replica| replica.line.master.as_ref() == Some(member.id) && replica.answers())
        .map(|replica| replica.id)
        .collect();
    let (message, help) = match (slots.is_empty(), copies.as_slice()) {
        (true, _) => (
            format!("master {name} has failed; it owns no slot"),
            "start it again: it comes back as a replica of the node that took over; or take it out with `CLUSTER FORGET` on every node".to_owned(),
        ),
        (false, []) => (
            format!("master {name} has failed, and with it {}: no replica answers", Named(slots)),
            "nobody serves these slots, and their keys are in its files only. Start it again with its data; or, to go on without these keys, \
             take it out with `CLUSTER FORGET` on every node: `fix` then gives the empty slots to others"
                .to_owned(),
        ),
        (false, copies) => (
            format!("master {name} has failed, and with it {}; its replicas: {}", Named(slots), roster.names(copies.iter().copied())),
            format!(
                "a replica takes over by itself within a few node time-outs where most masters are alive. If none does, choose the one with the newest data \
                 (`master_repl_offset` in `INFO replication`) and run `CLUSTER FAILOVER FORCE` there, or `TAKEOVER` where most masters are dead; \
                 what had not reached it is lost. Candidates: {}",
                roster.names(copies.iter().copied())
            ),
        ),
    };
    let unheard = if member.answers() { "; it answers here, but the other nodes cannot hear it" } else { "" };
    Finding::new(Rule::FailedMaster, Severity::Error, format!("{message}{unheard}"))
        .nodes([member.id])
        .nodes(copies)
        .slots(slots.clone())
        .help(help)
}

/// Nodes that answer and that some have not heard of. One that is dead cannot be met.
fn unknown(roster: &Roster, member: &Member) -> Option<Finding> {
    if member.unknown_to.is_empty() {
        return None;
    }
    let message =
        format!("{} is unknown to {}", roster.name(member.id), roster.names(member.unknown_to.iter().copied()));
    let severity = if member.answers() { Severity::Error } else { Severity::Warning };
    let finding =
        Finding::new(Rule::UnknownNode, severity, message).nodes([member.id]).nodes(member.unknown_to.iter().copied());
    let (Some(address), true) = (member.address, member.answers()) else {
        return Some(
            finding
                .help("it does not answer: if it is gone for good, `CLUSTER FORGET` it on every node, within a minute"),
        );
    };
    let finding = finding.help("it was forgotten there, or never introduced; `fix` introduces it again. To remove it, forget it on every node within a minute, and reset it");
    Some(member.unknown_to.iter().fold(finding, |finding, node| {
        finding.repair(Repair::Meet {
            node: (*node).clone(),
            other: member.id.clone(),
            address: address.clone(),
            bus_port: member.bus_port,
        })
    }))
}

/// Introductions without an answer, by address.
fn handshakes(roster: &Roster) -> Vec<Finding> {
    let mut waiting: BTreeMap<String, Vec<&NodeId>> = BTreeMap::new();
    for (witness, seen) in &roster.handshakes {
        let address = seen.address.as_ref().map_or_else(|| "an unknown address".to_owned(), ToString::to_string);
        waiting.entry(address).or_default().push(&witness.id);
    }
    let found = waiting.into_iter().map(|(address, nodes)| {
        let message = format!("{} waits for an answer from {address}", roster.names(nodes.iter().copied()));
        Finding::new(Rule::Handshake, Severity::Warning, message).nodes(nodes).help(
            "a node was introduced with `CLUSTER MEET` and does not answer on its bus port; after a node time-out the attempt is given up",
        )
    });
    found.collect()
}

/// Masters with the same epoch: where both claim a slot, nobody could tell who is right.
fn collisions(roster: &Roster) -> Vec<Finding> {
    let mut epochs: BTreeMap<u64, Vec<&Member>> = BTreeMap::new();
    for member in roster.masters().filter(|member| member.answers()) {
        epochs.entry(member.line.config_epoch).or_default().push(member);
    }
    let mut findings = Vec::new();
    for (epoch, members) in epochs.into_iter().filter(|(epoch, members)| *epoch > 0 && members.len() > 1) {
        let ids = || members.iter().map(|member| member.id);
        let message = format!("{} have the same configuration epoch {epoch}", roster.names(ids()));
        let finding = Finding::new(Rule::EpochCollision, Severity::Warning, message)
            .nodes(ids())
            .help("servers settle this by themselves when they hear of each other: all but the one with the greatest id take a new epoch; `fix` makes them");
        let smaller = &members[..members.len() - 1];
        findings.push(
            smaller
                .iter()
                .fold(finding, |finding, member| finding.repair(Repair::BumpEpoch { node: member.id.clone() })),
        );
    }
    findings
}
