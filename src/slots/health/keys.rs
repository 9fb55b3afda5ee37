//! Keys that are where no client looks for them.

use std::collections::BTreeMap;

use crate::slots::{NodeId, SlotSet};

use super::finding::{Finding, Rule, Severity};
use super::open::Verdict;
use super::ownership::Ownership;
use super::repair::Repair;
use super::roster::{Member, Roster};
use super::wording::{self, Named, fit};

/// Keys on masters that do not own their slots, apart from those of hand-overs that go on.
pub(super) fn orphans(roster: &Roster, ownership: &Ownership, open: &BTreeMap<Verdict, SlotSet>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut moving = SlotSet::new();
    open.values().for_each(|slots| moving.union_with(slots));
    for holder in roster.masters() {
        let Some(keys) = holder.witness.and_then(|witness| witness.keys.as_ref()) else { continue };
        let mut astray = keys.slots();
        astray.subtract(&holder.claims);
        astray.subtract(&ownership.contested);
        astray.subtract(&ownership.unassigned);
        for (verdict, slots) in open {
            let understood = match verdict {
                Verdict::Finish { to, .. } => *to == holder.id,
                Verdict::OwnerSilent { nodes, .. } => nodes.contains(&holder.id),
                _ => false,
            };
            if understood {
                astray.subtract(slots);
            }
        }
        let mut owners: BTreeMap<&NodeId, SlotSet> = BTreeMap::new();
        for slot in astray.iter() {
            if let Some(owner) = ownership.owner(slot) {
                owners.entry(owner).or_default().insert(slot);
            }
        }
        for (owner, slots) in owners {
            let Some(owner) = roster.get(owner) else { continue };
            let both: SlotSet = slots.iter().filter(|slot| owner.keys(*slot).is_some_and(|keys| keys > 0)).collect();
            let mut only_here = slots;
            only_here.subtract(&both);
            findings.extend([(Rule::OrphanedKeys, only_here), (Rule::KeysOnBoth, both)].into_iter().filter_map(
                |(rule, slots)| (!slots.is_empty()).then(|| astray_keys(roster, rule, holder, owner, slots, &moving)),
            ));
        }
    }
    findings
}

fn astray_keys(
    roster: &Roster,
    rule: Rule,
    holder: &Member,
    owner: &Member,
    slots: SlotSet,
    moving: &SlotSet,
) -> Finding {
    let count: u64 = slots.iter().filter_map(|slot| holder.keys(slot)).sum();
    let (holder_name, owner_name) = (roster.name(holder.id), roster.name(owner.id));
    let also = if rule == Rule::KeysOnBoth { ", which has keys of them too" } else { "" };
    let finding = Finding::new(
        rule,
        Severity::Error,
        format!(
            "{holder_name} has {} of {}, which {} to {owner_name}{also}",
            wording::keys(count),
            Named(&slots),
            fit(&slots, "belongs", "belong")
        ),
    )
    .nodes([holder.id, owner.id])
    .slots(slots.clone());
    if !owner.answers() {
        return finding.help("clients do not find them there, and the owner does not answer: bring it back first");
    }
    let finding = finding.help("clients do not find them there; `fix` moves them to the owner, and leaves a key that the owner has with another value where it is, unless `--on-conflict` decides");
    // Of an open slot the owner changes first.
    let mut settled = slots;
    settled.subtract(moving);
    if settled.is_empty() {
        return finding;
    }
    finding.repair(Repair::MoveKeys { from: holder.id.clone(), to: owner.id.clone(), slots: settled })
}
