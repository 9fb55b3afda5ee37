//! Slots in the middle of a hand-over.
//!
//! Where one is: the owner says `MIGRATING`, the other `IMPORTING`; clients get keys that have moved by `ASK`. A tool that dies, or a failover (the
//! marks are not replicated by Redis), leaves one of the marks, or both. What was begun goes on: keys that have moved are found at the importing
//! side, and going on keeps them visible. Where no key has moved and one side does not know, nothing was begun, and the mark goes.

use std::collections::{BTreeMap, BTreeSet};

use crate::slots::{NodeId, Slot, SlotSet};

use super::finding::{Finding, Rule, Severity};
use super::ownership::Ownership;
use super::repair::Repair;
use super::roster::{Member, Roster};
use super::wording::{self, Named, fit};

/// What is to become of an open slot.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Verdict<'r> {
    /// The hand-over goes on; other nodes with a mark forget it.
    Finish { from: &'r NodeId, to: &'r NodeId, both_know: bool, forget: Vec<&'r NodeId> },
    /// Nothing is under way: the marks go.
    Close { owner: &'r NodeId, nodes: Vec<&'r NodeId> },
    /// The owner does not answer.
    OwnerSilent { owner: &'r NodeId, nodes: Vec<&'r NodeId> },
    /// The node that takes the slot does not answer: some keys may be there only.
    TargetSilent { from: &'r NodeId, to: &'r NodeId },
    /// Keys were not counted, so nobody knows whether some have moved.
    Uncounted { nodes: Vec<&'r NodeId> },
}

/// The open slots that somebody owns, by verdict.
pub(super) fn verdicts<'r>(roster: &'r Roster, ownership: &Ownership<'r>) -> BTreeMap<Verdict<'r>, SlotSet> {
    let mut open: BTreeMap<Slot, Marks> = BTreeMap::new();
    for member in roster.masters().filter(|member| member.answers()) {
        for (slot, to) in member.migrating() {
            open.entry(slot).or_default().migrating.push((member, to));
        }
        for (slot, from) in member.importing() {
            open.entry(slot).or_default().importing.push((member, from));
        }
    }
    let mut verdicts: BTreeMap<Verdict, SlotSet> = BTreeMap::new();
    for (slot, marks) in open {
        let owner = ownership.owner(slot).filter(|_| !ownership.contested.contains(slot));
        if let Some(owner) = owner.and_then(|owner| roster.get(owner)) {
            verdicts.entry(marks.judge(roster, slot, owner)).or_default().insert(slot);
        }
    }
    verdicts
}

/// Who says that a slot is open.
#[derive(Default)]
struct Marks<'r> {
    migrating: Vec<(&'r Member<'r>, &'r NodeId)>,
    importing: Vec<(&'r Member<'r>, &'r NodeId)>,
}

/// Where a hand-over leads.
enum Way<'r> {
    To(&'r Member<'r>),
    Nowhere,
    Silent(&'r NodeId),
    Uncounted,
}

impl<'r> Marks<'r> {
    fn judge(&self, roster: &'r Roster, slot: Slot, owner: &'r Member<'r>) -> Verdict<'r> {
        let nodes: BTreeSet<&NodeId> = self.migrating.iter().chain(&self.importing).map(|(node, _)| node.id).collect();
        let nodes: Vec<&NodeId> = nodes.into_iter().collect();
        if !owner.answers() {
            return Verdict::OwnerSilent { owner: owner.id, nodes };
        }
        match self.way(roster, slot, owner) {
            Way::To(target) => {
                let to = target.id;
                let knows = |node: &NodeId, other: &NodeId, marks: &[(&Member, &NodeId)]| {
                    marks.iter().any(|(member, peer)| member.id == node && *peer == other)
                };
                Verdict::Finish {
                    from: owner.id,
                    to,
                    both_know: knows(owner.id, to, &self.migrating) && knows(to, owner.id, &self.importing),
                    forget: nodes.into_iter().filter(|node| *node != to && *node != owner.id).collect(),
                }
            }
            Way::Nowhere => Verdict::Close { owner: owner.id, nodes },
            Way::Silent(to) => Verdict::TargetSilent { from: owner.id, to },
            Way::Uncounted => Verdict::Uncounted { nodes },
        }
    }

    /// The owner's word counts first; where it has none, or it leads to a node that is no master any more, the one that holds keys.
    fn way(&self, roster: &'r Roster, slot: Slot, owner: &'r Member<'r>) -> Way<'r> {
        let said = self.migrating.iter().find(|(node, _)| node.id == owner.id).map(|(_, to)| *to);
        let importing: Vec<&Member> =
            self.importing.iter().map(|(node, _)| *node).filter(|m| m.id != owner.id).collect();
        let target = said.and_then(|to| roster.get(to));
        if let Some(target) = target.filter(|t| t.answers() && t.is_master() && t.id != owner.id) {
            if importing.iter().any(|node| node.id == target.id) {
                return Way::To(target);
            }
            match target.keys(slot) {
                None => return Way::Uncounted,
                Some(0) => {}
                Some(_) => return Way::To(target),
            }
        }
        if roster.masters().any(|m| m.answers() && m.keys(slot).is_none()) {
            return Way::Uncounted;
        }
        let lost = said.filter(|_| target.is_none_or(|t| !t.answers() || !t.is_master()));
        // Of a target that failed over, the promoted replica has the keys and no mark.
        let holders: Vec<&Member> = match lost {
            Some(_) => roster.strangers(slot).collect(),
            None => roster.strangers(slot).filter(|m| importing.iter().any(|node| node.id == m.id)).collect(),
        };
        match (holders.as_slice(), lost, target) {
            ([only], ..) => Way::To(only),
            ([], Some(to), Some(target)) if !target.answers() => Way::Silent(to),
            _ => Way::Nowhere,
        }
    }
}

/// A finding for each verdict.
pub(super) fn findings(roster: &Roster, verdicts: &BTreeMap<Verdict, SlotSet>) -> Vec<Finding> {
    verdicts.iter().map(|(verdict, slots)| finding(roster, verdict, slots)).collect()
}

fn finding(roster: &Roster, verdict: &Verdict, slots: &SlotSet) -> Finding {
    let error = |rule: Rule, message: String| Finding::new(rule, Severity::Error, message).slots(slots.clone());
    let close = |finding: Finding, nodes: &[&NodeId]| {
        nodes.iter().fold(finding, |finding, node| {
            let slots = with_mark(roster, node, slots);
            finding.repair(Repair::Close { node: (*node).clone(), slots })
        })
    };
    match verdict {
        Verdict::Finish { from, to, both_know, forget } => {
            let (from_keys, to_keys) = (keys(roster, from, slots), keys(roster, to, slots));
            let counts = match (from_keys, to_keys) {
                (Some(left), Some(moved)) => {
                    let have = if moved == 1 { "has" } else { "have" };
                    format!("; {} {have} moved, {left} left", wording::keys(moved))
                }
                _ => String::new(),
            };
            let (rule, why) = if *both_know {
                (Rule::OpenSlot, "a tool began to hand them over and did not end".to_owned())
            } else {
                (
                    Rule::HalfOpenSlot,
                    format!(
                        "only one side still knows, as after a failover in the middle; clients do not find keys that have moved to {}",
                        roster.name(to)
                    ),
                )
            };
            let finding = error(
                rule,
                format!("{} {}, on {} way from {} to {}{counts}", Named(slots), fit(slots, "is open", "are open"), fit(slots, "its", "their"), roster.name(from), roster.name(to)),
            )
            .nodes([*from, *to])
            .nodes(forget.iter().copied())
            .help(format!("{why}; `fix` goes on to {}", roster.name(to)))
            .repair(Repair::Finish { from: (*from).clone(), to: (*to).clone(), slots: slots.clone() });
            close(finding, forget)
        }
        Verdict::Close { owner, nodes } => close(
            error(
                Rule::HalfOpenSlot,
                format!("{} of {} {} marked as open on {}", Named(slots), roster.name(owner), fit(slots, "is", "are"), roster.names(nodes.iter().copied())),
            )
            .nodes([*owner])
            .nodes(nodes.iter().copied().filter(|node| node != owner))
            .help("the other side does not know of it and no key has moved, or the hand-over is over; `fix` takes the mark away"),
            nodes,
        ),
        Verdict::OwnerSilent { owner, nodes } => error(
            Rule::HalfOpenSlot,
            format!(
                "{} {} open on {}, and {} owner {} does not answer",
                Named(slots),
                fit(slots, "is", "are"),
                roster.names(nodes.iter().copied()),
                fit(slots, "its", "their"),
                roster.name(owner)
            ),
        )
        .nodes([*owner])
        .nodes(nodes.iter().copied())
        .help("keys that have not moved are on the owner only: bring it back, or promote its replica, then run `fix`"),
        Verdict::TargetSilent { from, to } => error(
            Rule::OpenSlot,
            format!(
                "{} {} way from {} to {}, which does not answer",
                Named(slots),
                fit(slots, "is on its", "are on their"),
                roster.name(from),
                roster.name(to)
            ),
        )
        .nodes([*from, *to])
        .help(format!(
            "keys that have moved are there only. Bring it back, then run `fix`; or, to give these keys up, `CLUSTER SETSLOT SLOT STABLE` on {}",
            roster.name(from)
        )),
        Verdict::Uncounted { nodes } => error(
            Rule::HalfOpenSlot,
            format!("{} {} open on {}", Named(slots), fit(slots, "is", "are"), roster.names(nodes.iter().copied())),
        )
        .nodes(nodes.iter().copied())
        .help("whether keys have moved decides what is right, and they were not counted"),
    }
}

/// Those of the slots that a node has a mark of.
fn with_mark(roster: &Roster, node: &NodeId, slots: &SlotSet) -> SlotSet {
    let marks = roster.get(node).into_iter().flat_map(|member| &member.line.open);
    marks.map(|(slot, _)| *slot).filter(|slot| slots.contains(*slot)).collect()
}

fn keys(roster: &Roster, node: &NodeId, slots: &SlotSet) -> Option<u64> {
    let member = roster.get(node)?;
    slots.iter().map(|slot| member.keys(slot)).sum()
}
