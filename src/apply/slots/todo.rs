//! What is left of a plan in a live cluster. Pure: a plan and a state give the work, or why the plan is no longer valid.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::slots::{ClusterState, Direction, NodeId, OpenSlot, Role, Slot, SlotPlan, SlotSet};

/// What is left.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Todo {
    /// By giver and taker: slots that are to be moved when nothing is open any more.
    pub moves: BTreeMap<(NodeId, NodeId), Vec<Slot>>,
    /// By giver and taker: slots in the middle of a hand-over. They are finished first.
    pub open: BTreeMap<(NodeId, NodeId), Vec<Slot>>,
    /// Slots that a node takes for open although nothing is to be handed over.
    pub close: BTreeMap<NodeId, Vec<Slot>>,
    /// Slots of nobody and who takes them.
    pub assign: BTreeMap<NodeId, Vec<Slot>>,
    /// Slots of the plan that are where they should be.
    pub done: u64,
}

/// Compares a plan with a live cluster, as it is when open slots have gone to where they were going: so did the planner. A slot of the plan that its
/// taker owns then is done; one that its giver owns is to be moved; anything else is a change.
///
/// # Errors
/// Everything that has changed since the plan was made.
pub(super) fn todo(plan: &SlotPlan, state: &ClusterState) -> Result<Todo, Diagnostics> {
    let mut changed = Changes::default();
    let mut todo = Todo::default();
    let mut owners: Vec<Option<NodeId>> = state.owners().iter().map(|owner| owner.cloned()).collect();
    settle(state, &mut owners, &mut todo, &mut changed);
    members(plan, state, &owners, &mut changed);
    let joining: BTreeSet<&NodeId> = plan.joins.iter().filter_map(|join| join.id.as_ref()).collect();
    for one in &plan.moves {
        if !joining.contains(&one.to) && !is_master(state, &one.to) {
            changed.node(&one.to, state);
            continue;
        }
        for slot in one.slots.iter() {
            match (&owners[slot.index()], &one.from) {
                (Some(owner), _) if *owner == one.to => todo.done += 1,
                (Some(owner), Some(from)) if owner == from => {
                    todo.moves.entry((from.clone(), one.to.clone())).or_default().push(slot);
                }
                (None, None) => todo.assign.entry(one.to.clone()).or_default().push(slot),
                (owner, _) => changed.slot(slot, owner.as_ref(), one.from.as_ref(), &one.to),
            }
        }
    }
    changed.into_result(todo)
}

fn is_master(state: &ClusterState, id: &NodeId) -> bool {
    state.node(id).is_some_and(|node| node.role == Role::Master && !node.is_failed())
}

/// Finishes what is open: slots with a mark on some node, and slots that two masters claim because one has not been told yet.
fn settle(state: &ClusterState, owners: &mut [Option<NodeId>], todo: &mut Todo, changed: &mut Changes) {
    for slot in Slot::all() {
        let marks: Vec<&OpenSlot> = state.open.iter().filter(|open| open.slot == slot).collect();
        let Some(owner) = owners[slot.index()].clone() else {
            if !marks.is_empty() {
                changed.strange.push(format!("slot {slot} is open and belongs to nobody"));
            }
            continue;
        };
        let going: BTreeSet<&NodeId> = marks
            .iter()
            .map(|mark| match &mark.direction {
                Direction::Migrating(to) => to,
                Direction::Importing(_) => &mark.node,
            })
            .collect();
        let going: Vec<&NodeId> = going.into_iter().collect();
        // Where a slot is going counts more than who claims it: so it does for the planner.
        if let [to] = going[..]
            && *to != owner
            && is_master(state, to)
        {
            todo.open.entry((owner, to.clone())).or_default().push(slot);
            owners[slot.index()] = Some(to.clone());
            continue;
        }
        let claims = state.masters().find(|node| node.id != owner && node.slots.contains(slot) && !node.is_failed());
        if let Some(other) = claims {
            // The giver may still hold keys: it is looked at with care.
            todo.open.entry((other.id.clone(), owner)).or_default().push(slot);
            continue;
        }
        match going[..] {
            [] => {}
            [to] if *to == owner => arrived(&marks, &owner, slot, todo),
            [to] => changed
                .strange
                .push(format!("slot {slot} is on its way to `{}`, which is no master that is alive", to.short())),
            _ => changed.strange.push(format!("nodes disagree on where slot {slot} is going")),
        }
    }
}

/// A slot that has arrived and is still open somewhere, where a run ended between two steps.
fn arrived(marks: &[&OpenSlot], owner: &NodeId, slot: Slot, todo: &mut Todo) {
    for mark in marks {
        if mark.node == *owner {
            todo.close.entry(mark.node.clone()).or_default().push(slot);
        } else {
            todo.open.entry((mark.node.clone(), owner.clone())).or_default().push(slot);
        }
    }
}

fn members(plan: &SlotPlan, state: &ClusterState, owners: &[Option<NodeId>], changed: &mut Changes) {
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
        let owners: BTreeSet<&NodeId> = owners.iter().flatten().collect();
        for node in state.masters().filter(|node| owners.contains(&node.id) && !known(&node.id)) {
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
    fn what_is_open_goes_first_to_where_it_was_going() {
        let open = r#"{"slot":2,"node":"a","migrating":"b"},{"slot":2,"node":"b","importing":"a"},{"slot":9,"node":"b","importing":"a"}"#;
        let nodes = [master("a", "[2,9]", 1), master("b", "[0,1]", 2)].join(",");
        let found = todo(&plan(MOVE), &state(&nodes, open)).unwrap();
        assert_eq!((found.done, text(&found.moves).as_str()), (3, "a>b:3-4"));
        assert_eq!(text(&found.open), "a>b:2, 9");
    }

    #[test]
    fn a_plan_may_bring_an_open_slot_back() {
        let open = r#"{"slot":9,"node":"a","migrating":"b"}"#;
        let nodes = [master("a", "[0,9]", 1), master("b", "[10,11]", 2)].join(",");
        let back = r#"{"from":"b","to":"a","slots":[[9,9]],"keys":null,"bytes":null}"#;
        let found = todo(&plan(back), &state(&nodes, open)).unwrap();
        assert_eq!((text(&found.open).as_str(), text(&found.moves).as_str()), ("a>b:9", "b>a:9"));
    }

    #[test]
    fn a_giver_that_was_not_told_is() {
        let nodes = [master("a", "[0,9]", 1), master("b", "[0,1]", 2)].join(",");
        let open = r#"{"slot":0,"node":"a","migrating":"b"},{"slot":1,"node":"a","migrating":"b"}"#;
        let found = todo(&plan(MOVE), &state(&nodes, open)).unwrap();
        assert_eq!((text(&found.open).as_str(), found.done), ("a>b:0-1", 2));
        // Gossip told it, but a mark is left: keys may be, too.
        let nodes = [master("a", "[2,9]", 1), master("b", "[0,1]", 2)].join(",");
        let found = todo(&plan(MOVE), &state(&nodes, r#"{"slot":0,"node":"a","migrating":"b"}"#)).unwrap();
        assert_eq!(text(&found.open), "a>b:0");
        let found = todo(&plan(MOVE), &state(&nodes, r#"{"slot":0,"node":"b","importing":"a"}"#)).unwrap();
        assert_eq!(found.close, BTreeMap::from([("b".into(), vec![Slot::FIRST])]));
    }

    #[test]
    fn a_slot_that_is_going_somewhere_goes_there_whoever_claims_it() {
        let nodes = [master("a", "[0,9]", 5), master("b", "[0,1]", 2)].join(",");
        let found = todo(&plan(MOVE), &state(&nodes, r#"{"slot":0,"node":"a","migrating":"b"}"#)).unwrap();
        assert_eq!((text(&found.open).as_str(), found.done), ("a>b:0 b>a:1", 1));
    }

    #[test]
    fn a_node_whose_slots_are_all_on_their_way_need_not_be_in_the_plan() {
        let nodes = [master("a", "[0,9]", 1), master("b", "", 2), master("c", "[10,10]", 3)].join(",");
        let found = todo(&plan(MOVE), &state(&nodes, r#"{"slot":10,"node":"c","migrating":"b"}"#)).unwrap();
        assert_eq!((text(&found.open).as_str(), text(&found.moves).as_str()), ("c>b:10", "a>b:0-4"));
    }

    #[test]
    fn nodes_that_disagree_are_left_to_fix() {
        let open = r#"{"slot":9,"node":"a","migrating":"b"},{"slot":9,"node":"c","importing":"a"}"#;
        let nodes = [master("a", "[0,9]", 1), master("b", "", 2), master("c", "", 3)].join(",");
        let error = todo(&plan(MOVE), &state(&nodes, open)).unwrap_err();
        assert_eq!(error.0[0].notes, ["nodes disagree on where slot 9 is going"]);
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
