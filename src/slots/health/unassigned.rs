//! Slots that nobody owns.

use std::collections::{BTreeMap, BTreeSet};

use crate::slots::{NodeId, SLOTS, Slot, SlotRange, SlotSet};

use super::finding::{Finding, Rule, Severity};
use super::ownership::Ownership;
use super::repair::Repair;
use super::roster::{Member, Roster};
use super::wording::Named;

/// Why a slot goes where it goes, or nowhere.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Place<'r> {
    /// The only node that has keys of it.
    Holder(&'r NodeId),
    /// The node that was taking it.
    Importer(&'r NodeId),
    /// No key anywhere: any node will do.
    Anywhere,
    /// Several nodes have keys of it.
    Several(Vec<&'r NodeId>),
    /// Not all keys were counted.
    Uncounted,
}

/// Unassigned slots, by where they go.
pub(super) fn unassigned(roster: &Roster, ownership: &Ownership) -> Vec<Finding> {
    if ownership.unassigned.is_empty() {
        return Vec::new();
    }
    if ownership.unassigned.len() == SLOTS {
        let message = "no node owns a slot: the cluster was never given any, or every master has lost its own";
        return vec![
            Finding::new(Rule::UnassignedSlot, Severity::Error, message)
                .slots(SlotSet::all())
                .help("share the slots out with `redis-cli --cluster create`, or bring the masters back that had them"),
        ];
    }
    let mut places: BTreeMap<Place, SlotSet> = BTreeMap::new();
    for slot in ownership.unassigned.iter() {
        places.entry(place(roster, slot)).or_default().insert(slot);
    }
    let mut layout = Layout::of(roster);
    for (place, slots) in &places {
        if let Place::Holder(to) | Place::Importer(to) = place {
            layout.give(to, slots);
        }
    }
    places.into_iter().flat_map(|(place, slots)| findings(roster, &mut layout, place, slots)).collect()
}

fn place<'r>(roster: &'r Roster, slot: Slot) -> Place<'r> {
    let answering = || roster.masters().filter(|member| member.answers());
    if answering().any(|member| member.keys(slot).is_none()) {
        return Place::Uncounted;
    }
    let holders: Vec<&NodeId> = roster.strangers(slot).map(|member| member.id).collect();
    let importers: Vec<(&NodeId, &NodeId)> = answering()
        .flat_map(|member| member.importing().filter(|(open, _)| *open == slot).map(|(_, from)| (member.id, from)))
        .collect();
    match (holders.as_slice(), importers.as_slice()) {
        ([], [(importer, _)]) => Place::Importer(importer),
        ([], _) => Place::Anywhere,
        ([holder], _) => Place::Holder(holder),
        // Part has moved: the rest follows as keys in the wrong place.
        ([a, b], [(importer, from)]) if BTreeSet::from([*a, *b]) == BTreeSet::from([*importer, *from]) => {
            Place::Importer(importer)
        }
        _ => Place::Several(holders),
    }
}

fn findings(roster: &Roster, layout: &mut Layout, place: Place, slots: SlotSet) -> Vec<Finding> {
    let assign = |to: &NodeId, slots: SlotSet, why: &str| {
        Finding::new(Rule::UnassignedSlot, Severity::Error, format!("nobody owns {}", Named(&slots)))
            .nodes([to])
            .slots(slots.clone())
            .help(format!("{why}; `fix` gives them to {}", roster.name(to)))
            .repair(Repair::Assign { to: to.clone(), slots })
    };
    let stuck = |nodes: &[&NodeId], slots: SlotSet, why: String| {
        Finding::new(Rule::UnassignedSlot, Severity::Error, format!("nobody owns {}", Named(&slots)))
            .nodes(nodes.iter().copied())
            .slots(slots)
            .help(why)
    };
    match place {
        Place::Holder(to) => vec![assign(to, slots, "one node has keys of them")],
        Place::Importer(to) => vec![assign(to, slots, "it was taking them, and the giver has let go already")],
        Place::Anywhere => layout
            .share(&slots)
            .into_iter()
            .map(|(to, slots)| match to {
                Some(to) => assign(to, slots, "no node has a key of them, and there they make the fewest ranges"),
                None => stuck(&[], slots, "no master that answers could take them: bring one back".to_owned()),
            })
            .collect(),
        Place::Several(nodes) => {
            let why = format!(
                "{} all have keys of them, and nothing tells which is the owner. Choose one, and run `CLUSTER ADDSLOTS` there; `fix` then moves the keys of the others to it",
                roster.names(nodes.iter().copied())
            );
            vec![stuck(&nodes, slots, why)]
        }
        Place::Uncounted => {
            vec![stuck(
                &[],
                slots,
                "keys of them decide where they go, and not all nodes were asked for theirs".to_owned(),
            )]
        }
    }
}

/// Who has which slots, as it fills up.
struct Layout<'r> {
    nodes: BTreeMap<&'r NodeId, SlotSet>,
}

impl<'r> Layout<'r> {
    fn of(roster: &'r Roster) -> Layout<'r> {
        let usable = |member: &&Member| member.answers() && !roster.is_failed(member);
        let nodes = roster.masters().filter(usable).map(|member| (member.id, member.claims.clone()));
        Layout { nodes: nodes.collect() }
    }

    fn give(&mut self, to: &NodeId, slots: &SlotSet) {
        if let Some(mine) = self.nodes.get_mut(to) {
            mine.union_with(slots);
        }
    }

    /// Each range whole to the node where it joins the most neighbours; of several, the one with the fewest slots, a master that has some before one
    /// that has none.
    fn share(&mut self, slots: &SlotSet) -> Vec<(Option<&'r NodeId>, SlotSet)> {
        let mut shares: BTreeMap<Option<&'r NodeId>, SlotSet> = BTreeMap::new();
        for range in slots.ranges() {
            let best = self.nodes.iter().min_by_key(|(id, mine)| {
                (std::cmp::Reverse(neighbours(mine, range)), mine.is_empty(), mine.len(), **id)
            });
            let to = best.map(|(id, _)| *id);
            let taken = SlotSet::from_iter([range]);
            if let Some(to) = to {
                self.give(to, &taken);
            }
            shares.entry(to).or_default().union_with(&taken);
        }
        shares.into_iter().collect()
    }
}

/// How many of the two slots beside a range are in a set.
fn neighbours(set: &SlotSet, range: SlotRange) -> usize {
    let before = range.first().number().checked_sub(1).and_then(Slot::new);
    let after = Slot::new(range.last().number() + 1);
    [before, after].into_iter().flatten().filter(|slot| set.contains(*slot)).count()
}
