//! Where nodes differ about who owns what, and who does what.

use std::collections::{BTreeMap, BTreeSet};

use crate::slots::{NodeId, SlotSet};

use super::evidence::{Seen, Witness};
use super::finding::{Finding, Rule, Severity};
use super::ownership::Ownership;
use super::repair::Repair;
use super::roster::{Member, Roster};
use super::wording::{Named, fit};

/// A finding for each node whose view of the slots differs from what their owners say, and for each whose role others see differently.
pub(super) fn disagreements(roster: &Roster, ownership: &Ownership) -> Vec<Finding> {
    let witnesses = roster.members.values().filter_map(|member| Some((member, member.witness?)));
    let slots = witnesses.flat_map(|(member, witness)| wrong_slots(roster, ownership, member, witness));
    slots.chain(roster.members.values().filter_map(|member| wrong_role(roster, member))).collect()
}

/// Slots for which a node names another owner than the owner itself, or none.
fn wrong_slots(roster: &Roster, ownership: &Ownership, member: &Member, witness: &Witness) -> Vec<Finding> {
    let mut unseen = SlotSet::all();
    let mut wrong = SlotSet::new();
    let mut believed: BTreeSet<&NodeId> = BTreeSet::new();
    for seen in witness.says.iter().filter(|seen| !seen.slots.is_empty()) {
        unseen.subtract(&seen.slots);
        if seen.id == *member.id {
            continue;
        }
        let mut differs = seen.slots.clone();
        differs.subtract(&ownership.settled(&seen.id, &seen.slots));
        differs.subtract(&ownership.contested);
        differs.subtract(&ownership.unassigned);
        if !differs.is_empty() {
            wrong.union_with(&differs);
            believed.insert(&seen.id);
        }
    }
    unseen.subtract(&ownership.unassigned);
    unseen.subtract(&ownership.contested);
    // A slot that it is taking it learns of from nobody; that it is open is a finding of its own.
    let taking: SlotSet = member.importing().map(|(slot, _)| slot).collect();
    wrong.subtract(&taking);
    unseen.subtract(&taking);
    let by_owner = |slots: &SlotSet| {
        let mut owners: BTreeMap<&NodeId, SlotSet> = BTreeMap::new();
        for slot in slots.iter() {
            // Of a node that it has not heard of it cannot know slots: that is a finding of its own.
            let known = |owner: &&NodeId| roster.get(owner).is_some_and(|owner| !owner.unknown_to.contains(member.id));
            if let Some(owner) = ownership.owner(slot).filter(known) {
                owners.entry(owner).or_default().insert(slot);
            }
        }
        owners
    };
    let name = roster.name(member.id);
    let wrong = by_owner(&wrong).into_iter().map(|(owner, slots)| {
        let message = format!(
            "{name} sees {} with {}, but {} owns {}",
            Named(&slots),
            roster.names(believed.iter().copied()),
            roster.name(owner),
            fit(&slots, "it", "them")
        );
        (owner, slots, message)
    });
    let unseen = by_owner(&unseen).into_iter().map(|(owner, slots)| {
        let message = format!(
            "{name} sees no owner of {}, but {} owns {}",
            Named(&slots),
            roster.name(owner),
            fit(&slots, "it", "them")
        );
        (owner, slots, message)
    });
    wrong.chain(unseen).map(|(owner, slots, message)| mended(roster, member, owner, slots, message)).collect()
}

fn mended(roster: &Roster, member: &Member, owner: &NodeId, slots: SlotSet, message: String) -> Finding {
    let finding = Finding::new(Rule::ViewsDisagree, Severity::Error, message)
        .nodes([member.id, owner])
        .slots(slots.clone())
        .help("clients that ask it are sent to the wrong node, or turned away; nodes usually agree within a second");
    if !roster.get(owner).is_some_and(Member::answers) {
        return finding;
    }
    // A replica takes it from nobody but the owner.
    finding.repair(if member.is_master() {
        Repair::Tell { node: member.id.clone(), owner: owner.clone(), slots }
    } else {
        Repair::BumpEpoch { node: owner.clone() }
    })
}

/// Nodes that see a role, or a master, that the node itself does not have.
fn wrong_role(roster: &Roster, member: &Member) -> Option<Finding> {
    member.witness?;
    let own = member.line;
    let differs = |seen: &Seen| seen.role != own.role || seen.master != own.master;
    let others: Vec<&NodeId> = roster
        .members
        .values()
        .filter(|other| other.id != member.id)
        .filter(|other| {
            let view = other.witness.and_then(|w| w.says.iter().find(|seen| seen.id == *member.id));
            view.is_some_and(differs)
        })
        .map(|other| other.id)
        .collect();
    if others.is_empty() {
        return None;
    }
    let role = match &own.master {
        Some(master) => format!("a replica of {}", roster.name(master)),
        None => "a master".to_owned(),
    };
    let message =
        format!("{} is {role}, but {} see it otherwise", roster.name(member.id), roster.names(others.iter().copied()));
    // Nodes ping each other once in half a node time-out, and no client is sent to a wrong node meanwhile.
    Some(Finding::new(Rule::ViewsDisagree, Severity::Warning, message).nodes([member.id]).nodes(others).help(
        "nodes agree within half a node time-out where they hear each other; else look at the ports of the cluster bus",
    ))
}
