//! Who owns each slot, and slots that more than one node takes for its own.

use std::collections::BTreeMap;

use crate::slots::{NodeId, SLOTS, Slot, SlotSet};

use super::finding::{Finding, Rule, Severity};
use super::repair::Repair;
use super::roster::{Member, Roster};
use super::wording::{self, Named, fit};

/// Who owns each slot.
pub(super) struct Ownership<'r> {
    owner: Vec<Option<&'r NodeId>>,
    /// Slots that more than one claims; their owner is the one that will win.
    pub contested: SlotSet,
    /// Slots that nobody claims.
    pub unassigned: SlotSet,
}

impl<'r> Ownership<'r> {
    pub fn of(roster: &'r Roster) -> Ownership<'r> {
        let mut owner: Vec<Option<&Member>> = vec![None; usize::from(SLOTS)];
        let mut contested = SlotSet::new();
        for master in roster.masters() {
            for slot in master.claims.iter() {
                let entry = &mut owner[slot.index()];
                match entry {
                    Some(other) => {
                        contested.insert(slot);
                        if other.rank() < master.rank() {
                            *entry = Some(master);
                        }
                    }
                    None => *entry = Some(master),
                }
            }
        }
        let unassigned = Slot::all().filter(|slot| owner[slot.index()].is_none()).collect();
        Ownership { owner: owner.into_iter().map(|owner| owner.map(|m| m.id)).collect(), contested, unassigned }
    }

    pub fn owner(&self, slot: Slot) -> Option<&'r NodeId> {
        self.owner[slot.index()]
    }

    /// Those of the slots that a node owns, without contest.
    pub fn settled(&self, id: &NodeId, among: &SlotSet) -> SlotSet {
        among.iter().filter(|slot| self.owner(*slot) == Some(id) && !self.contested.contains(*slot)).collect()
    }
}

/// Slots with several owners, by who wins and who loses.
pub(super) fn two_owners(roster: &Roster, ownership: &Ownership) -> Vec<Finding> {
    let mut groups: BTreeMap<(&NodeId, &NodeId), SlotSet> = BTreeMap::new();
    for slot in ownership.contested.iter() {
        let Some(winner) = ownership.owner(slot) else { continue };
        for loser in roster.masters().filter(|m| m.id != winner && m.claims.contains(slot)) {
            groups.entry((winner, loser.id)).or_default().insert(slot);
        }
    }
    let pairs = groups
        .into_iter()
        .filter_map(|((winner, loser), slots)| Some(contest(roster, roster.get(winner)?, roster.get(loser)?, slots)));
    pairs.collect()
}

fn contest(roster: &Roster, winner: &Member, loser: &Member, slots: SlotSet) -> Finding {
    let message = format!(
        "{} {} two owners: {} with epoch {} and {} with epoch {}",
        Named(&slots),
        fit(&slots, "has", "have"),
        roster.name(winner.id),
        winner.line.config_epoch,
        roster.name(loser.id),
        loser.line.config_epoch
    );
    let finding =
        Finding::new(Rule::TwoOwners, Severity::Error, message).nodes([winner.id, loser.id]).slots(slots.clone());
    if !winner.answers() || !loser.answers() {
        return finding.help(format!(
            "{} does not answer, so its keys cannot be looked at; bring it back, then check again",
            roster.name(if winner.answers() { loser.id } else { winner.id })
        ));
    }
    let counted: Option<Vec<(Slot, u64)>> = slots.iter().map(|slot| Some((slot, loser.keys(slot)?))).collect();
    let Some(counted) = counted else {
        return finding.help("the newer epoch wins when the two hear of each other, and the loser deletes its keys of these slots without a word; they were not counted here");
    };
    let with_keys: SlotSet = counted.iter().filter(|(_, keys)| *keys > 0).map(|(slot, _)| *slot).collect();
    let keys: u64 = counted.iter().map(|(_, keys)| keys).sum();
    let mut empty = slots;
    empty.subtract(&with_keys);
    let pair = || (loser.id.clone(), winner.id.clone());
    let mut finding = finding.help(if keys > 0 {
        format!(
            "the newer epoch wins as soon as the two hear of each other, and {} then deletes its {} of these slots without a word: `fix` makes it let go of the slots first, then moves the keys",
            roster.name(loser.id),
            wording::keys(keys)
        )
    } else {
        format!("the newer epoch wins; {} has no key of these slots, so nothing is lost", roster.name(loser.id))
    });
    if !with_keys.is_empty() {
        let (loser, winner) = pair();
        finding = finding.repair(Repair::Protect { loser, winner, slots: with_keys });
    }
    if !empty.is_empty() {
        let (node, owner) = pair();
        finding = finding.repair(Repair::Tell { node, owner, slots: empty });
    }
    finding
}
