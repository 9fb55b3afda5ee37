//! What is left of a plan in a live cluster. Pure: a plan and a state give the work, or why the plan is no longer valid.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::slots::{ClusterState, Direction, NodeId, Role, Slot, SlotPlan, SlotSet};

/// What is left.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Todo {
    /// By giver and taker: slots that have not begun to move.
    pub moves: BTreeMap<(NodeId, NodeId), Vec<Slot>>,
    /// By giver and taker: slots in the middle of a hand-over, of this plan or of an earlier run.
    pub open: BTreeMap<(NodeId, NodeId), Vec<Slot>>,
    /// Slots that a node takes for open although nothing is to be handed over.
    pub close: BTreeMap<NodeId, Vec<Slot>>,
    /// Slots of nobody and who takes them.
    pub assign: BTreeMap<NodeId, Vec<Slot>>,
    /// Slots of the plan that are where they should be.
    pub done: u64,
}

/// Compares a plan with a live cluster. A slot of the plan that its taker owns is done; one that its giver owns is to be moved; anything else is a
/// change. Open slots that the plan does not name go to where they were going.
///
/// # Errors
/// Everything that has changed since the plan was made.
pub(super) fn todo(plan: &SlotPlan, state: &ClusterState) -> Result<Todo, Diagnostics> {
    let mut changed = Changes::default();
    let mut todo = Todo::default();
    let owners = state.owners();
    members(plan, state, &mut changed);
    let mut planned = SlotSet::new();
    let joining: BTreeSet<&NodeId> = plan.joins.iter().filter_map(|join| join.id.as_ref()).collect();
    for one in &plan.moves {
        planned.union_with(&one.slots);
        if !joining.contains(&one.to) && !is_master(state, &one.to) {
            changed.node(&one.to, state);
            continue;
        }
        for slot in one.slots.iter() {
            match (owners[slot.index()], &one.from) {
                (Some(owner), _) if *owner == one.to && !claims_elsewhere(state, slot, &one.to) => {
                    todo.done += 1;
                    settle_done(state, slot, &one.to, one.from.as_ref(), &mut todo);
                }
                (Some(owner), Some(from)) if owner == from || *owner == one.to => {
                    let pair = (from.clone(), one.to.clone());
                    // What two nodes claim is looked at with care, too.
                    let list = if is_open(state, slot) || *owner == one.to { &mut todo.open } else { &mut todo.moves };
                    list.entry(pair).or_default().push(slot);
                }
                (None, None) => todo.assign.entry(one.to.clone()).or_default().push(slot),
                (owner, _) => changed.slot(slot, owner, one.from.as_ref(), &one.to),
            }
        }
    }
    others(state, &planned, &owners, &mut todo, &mut changed);
    changed.into_result(todo)
}

fn is_master(state: &ClusterState, id: &NodeId) -> bool {
    state.node(id).is_some_and(|node| node.role == Role::Master && !node.is_failed())
}

fn is_open(state: &ClusterState, slot: Slot) -> bool {
    state.open.iter().any(|open| open.slot == slot)
}

/// Whether another master than the owner takes the slot for its own: the giver has not been told yet, and may hold keys.
fn claims_elsewhere(state: &ClusterState, slot: Slot, owner: &NodeId) -> bool {
    state.masters().any(|node| node.id != *owner && node.slots.contains(slot))
}

/// A slot that is done may be open still on one side, where the run that moved it ended between two steps.
fn settle_done(state: &ClusterState, slot: Slot, to: &NodeId, from: Option<&NodeId>, todo: &mut Todo) {
    for open in state.open.iter().filter(|open| open.slot == slot) {
        match (&open.direction, from) {
            (Direction::Migrating(_), Some(from)) if open.node == *from => {
                todo.open.entry((from.clone(), to.clone())).or_default().push(slot);
            }
            _ => todo.close.entry(open.node.clone()).or_default().push(slot),
        }
    }
}

/// Open slots that are not part of the plan.
fn others(state: &ClusterState, planned: &SlotSet, owners: &[Option<&NodeId>], todo: &mut Todo, changed: &mut Changes) {
    let slots: BTreeSet<Slot> =
        state.open.iter().map(|open| open.slot).filter(|slot| !planned.contains(*slot)).collect();
    for slot in slots {
        let of: Vec<_> = state.open.iter().filter(|open| open.slot == slot).collect();
        let Some(owner) = owners[slot.index()] else {
            changed.strange.push(format!("slot {slot} is open and belongs to nobody"));
            continue;
        };
        let to: BTreeSet<&NodeId> = of
            .iter()
            .filter_map(|open| match &open.direction {
                Direction::Migrating(to) if open.node == *owner => Some(to),
                Direction::Importing(from) if from == owner && open.node != *owner => Some(&open.node),
                _ => None,
            })
            .collect();
        match to.into_iter().collect::<Vec<_>>()[..] {
            [to] if is_master(state, to) => todo.open.entry((owner.clone(), to.clone())).or_default().push(slot),
            [] => of.iter().for_each(|open| todo.close.entry(open.node.clone()).or_default().push(slot)),
            [to] => changed
                .strange
                .push(format!("slot {slot} is on its way to `{}`, which is no master that is alive", to.short())),
            _ => changed.strange.push(format!("slot {slot} is on its way to several nodes")),
        }
    }
}

fn members(plan: &SlotPlan, state: &ClusterState, changed: &mut Changes) {
    let leaves: BTreeSet<&NodeId> = plan.leaves.iter().map(|leave| &leave.id).collect();
    for id in plan.before.slots_per_master.keys().filter(|id| !leaves.contains(id)) {
        // A node that was drained may be a replica now: servers do that by themselves.
        let drained = plan.after.slots_per_master.get(id).is_none_or(|slots| *slots == 0);
        if !(is_master(state, id) || drained && state.node(id).is_some()) {
            changed.node(id, state);
        }
    }
    let known = |id: &NodeId| {
        plan.before.slots_per_master.contains_key(id)
            || plan.after.slots_per_master.contains_key(id)
            || plan.moves.iter().any(|one| one.to == *id || one.from.as_ref() == Some(id))
    };
    if !plan.before.slots_per_master.is_empty() {
        for node in state.masters().filter(|node| !node.slots.is_empty() && !known(&node.id)) {
            changed.strange.push(format!("`{}` ({}) owns slots and is not in the plan", node.id.short(), node.address));
        }
    }
}

/// What is not as the plan has it.
#[derive(Default)]
struct Changes {
    slots: BTreeMap<(Option<NodeId>, Option<NodeId>, NodeId), SlotSet>,
    nodes: BTreeSet<(NodeId, &'static str)>,
    strange: Vec<String>,
}

impl Changes {
    fn slot(&mut self, slot: Slot, owner: Option<&NodeId>, from: Option<&NodeId>, to: &NodeId) {
        self.slots.entry((owner.cloned(), from.cloned(), to.clone())).or_default().insert(slot);
    }

    fn node(&mut self, id: &NodeId, state: &ClusterState) {
        let what = match state.node(id) {
            None => "is not in the cluster any more",
            Some(node) if node.role == Role::Replica => "is a replica now",
            Some(_) => "is failed",
        };
        self.nodes.insert((id.clone(), what));
    }

    fn into_result(self, todo: Todo) -> Result<Todo, Diagnostics> {
        let mut found =
            Diagnostic::error("redisops::slots::plan_outdated", "the cluster has changed since the plan was made")
                .help("make a new plan with `redisops slots plan` and look at it");
        let name = |id: &Option<NodeId>| id.as_ref().map_or("nobody".to_owned(), |id| format!("`{}`", id.short()));
        let before = found.notes.len();
        for (id, what) in &self.nodes {
            found = found.note(format!("node `{}` {what}", id.short()));
        }
        for ((owner, from, to), slots) in &self.slots {
            let from = name(from);
            found = found.note(format!(
                "slots {slots} belong to {}, not to {from} (before) or `{}` (after)",
                name(owner),
                to.short()
            ));
        }
        for text in &self.strange {
            found = found.note(text.clone());
        }
        if found.notes.len() == before { Ok(todo) } else { Err(found.into()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(nodes: &str, open: &str) -> ClusterState {
        serde_json::from_str(&format!("{{\"nodes\":[{nodes}],\"open\":[{open}]}}")).unwrap()
    }

    fn master(id: &str, slots: &str, port: u16) -> String {
        format!(r#"{{"id":"{id}","address":"h:{port}","role":"master","slots":[{slots}],"configEpoch":{port}}}"#)
    }

    fn plan(moves: &str) -> SlotPlan {
        serde_json::from_str(&format!(
            r#"{{"seed":null,"stateDigest":"","moves":[{moves}],"joins":[],"leaves":[],"replicas":[],"before":{{"ranges":1,"slotsPerMaster":{{"a":10,"b":0}}}},
            "after":{{"ranges":1,"slotsPerMaster":{{"a":5,"b":5}}}},"optimality":{{"metric":"slots","moved":0,"lowerBound":0}},"estimate":{{"seconds":null}},"risks":[]}}"#
        ))
        .unwrap()
    }

    const MOVE: &str = r#"{"from":"a","to":"b","slots":[[0,4]],"keys":null,"bytes":null}"#;

    fn text(lists: &BTreeMap<(NodeId, NodeId), Vec<Slot>>) -> String {
        let one = |((from, to), slots): (&(NodeId, NodeId), &Vec<Slot>)| {
            format!("{from}>{to}:{}", slots.iter().copied().collect::<SlotSet>())
        };
        lists.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_is_done_is_done_and_what_is_open_comes_first() {
        let open = r#"{"slot":2,"node":"a","migrating":"b"},{"slot":2,"node":"b","importing":"a"},{"slot":9,"node":"b","importing":"a"}"#;
        let nodes = [master("a", "[2,9]", 1), master("b", "[0,1]", 2)].join(",");
        let found = todo(&plan(MOVE), &state(&nodes, open)).unwrap();
        assert_eq!((found.done, text(&found.moves).as_str()), (2, "a>b:3-4"));
        assert_eq!(text(&found.open), "a>b:2, 9");
    }

    #[test]
    fn a_giver_that_was_not_told_is() {
        let nodes = [master("a", "[0,9]", 1), master("b", "[0,1]", 2)].join(",");
        let open = r#"{"slot":0,"node":"a","migrating":"b"},{"slot":1,"node":"a","migrating":"b"}"#;
        let found = todo(&plan(MOVE), &state(&nodes, open)).unwrap();
        assert_eq!((text(&found.open).as_str(), found.done), ("a>b:0-1", 0));
        // Gossip told it, but its slot is still open.
        let nodes = [master("a", "[2,9]", 1), master("b", "[0,1]", 2)].join(",");
        let found = todo(&plan(MOVE), &state(&nodes, r#"{"slot":0,"node":"b","importing":"a"}"#)).unwrap();
        assert_eq!(found.close, BTreeMap::from([("b".into(), vec![Slot::FIRST])]));
    }

    #[test]
    fn changes_are_named() {
        let nodes = [master("a", "[3,9]", 1), master("b", "", 2), master("c", "[0,2]", 3)].join(",");
        let error = todo(&plan(MOVE), &state(&nodes, "")).unwrap_err();
        assert_eq!(
            error.0[0].notes,
            [
                "slots 0-2 belong to `c`, not to `a` (before) or `b` (after)",
                "`c` (h:3) owns slots and is not in the plan"
            ]
        );
        let error = todo(&plan(MOVE), &state(&master("a", "[0,9]", 1), "")).unwrap_err();
        assert_eq!(error.0[0].notes, ["node `b` is not in the cluster any more"]);
    }

    #[test]
    fn slots_of_nobody_are_assigned() {
        let nodes = [master("a", "[5,9]", 1), master("b", "", 2)].join(",");
        let found =
            todo(&plan(r#"{"from":null,"to":"b","slots":[[0,4]],"keys":null,"bytes":null}"#), &state(&nodes, ""))
                .unwrap();
        assert_eq!(found.assign[&"b".into()].len(), 5);
    }
}
