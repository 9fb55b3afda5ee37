//! The planner on clusters as people have them.

use super::testing::*;
use super::*;
use crate::slots::{Balance, ClusterState, Direction, OpenSlot, Slot, SlotPlan, Target};

fn planned(state: &ClusterState, target: &Target) -> SlotPlan {
    let result = plan(state, target).unwrap();
    let next = after(state, &result);
    let again = plan(&next, &Target { remove: Vec::new(), ..target.clone() }).unwrap();
    assert_eq!(again.moves, [], "a plan for what a plan has led to");
    result
}

fn counts(plan: &SlotPlan) -> Vec<u16> {
    plan.after.slots_per_master.values().copied().collect()
}

#[test]
fn three_to_four() {
    let plan = planned(&three(), &masters(4));
    assert_eq!(counts(&plan), [4096; 4]);
    assert_eq!((plan.optimality.moved, plan.optimality.lower_bound), (4096, 4096));
    assert_eq!((plan.before.ranges, plan.after.ranges), (3, 5));
    assert!(plan.moves.iter().all(|one| one.to.as_str() == "d"));
}

#[test]
fn three_to_six_and_back() {
    let state = three();
    let plan = planned(&state, &masters(6));
    assert_eq!(counts(&plan), [2731, 2731, 2731, 2731, 2730, 2730]);
    assert_eq!(plan.optimality.moved, 8191);
    assert_eq!(plan.after.ranges, 6);
    let six = after(&state, &plan);
    let back = planned(&six, &Target { remove: names(&["d", "e", "f"]), ..Default::default() });
    assert_eq!(back.optimality.moved, 8191);
    assert_eq!(back.after.ranges, 3);
    assert_eq!(back.leaves.len(), 3);
}

#[test]
fn weights_with_a_zero() {
    let target = weights(&[("a", "0"), ("b", "2"), ("d", "1")]);
    let plan = planned(&three(), &target);
    assert_eq!(counts(&plan), [0, 8192, 4096, 4096]);
    assert_eq!(plan.optimality.moved, 16384 - 5462 - 4096);
}

#[test]
fn nothing_to_do() {
    let plan = planned(&three(), &Target::default());
    assert!(plan.is_empty());
    assert_eq!(plan.estimate.seconds, Some(0.0));
}

#[test]
fn one_master() {
    let state = state([node("a", &[(0, 16383)])]);
    assert!(planned(&state, &Target::default()).is_empty());
}

#[test]
fn slots_of_nobody_come_from_nobody() {
    let state = state([node("a", &[(0, 99)]), node("b", &[])]);
    let plan = planned(&state, &masters(2));
    assert_eq!(counts(&plan), [8192, 8192]);
    assert!(plan.moves.iter().all(|one| one.from.is_none()));
    assert_eq!(plan.after.ranges, 2);
}

#[test]
fn pins_are_kept() {
    let target = Target { pins: vec![pin((0, 99), "c")], ..masters(4) };
    let plan = planned(&three(), &target);
    assert_eq!(counts(&plan), [4096; 4]);
    let moved = plan.moves.iter().find(|one| one.to.as_str() == "c").unwrap();
    assert_eq!(moved.slots, ranges(&[(0, 99)]));
    assert_eq!(plan.optimality.moved, 4196);
}

#[test]
fn open_slots_are_taken_for_done() {
    let mut state = three();
    let open = |node: &str, direction| OpenSlot { slot: Slot::FIRST, node: node.into(), direction };
    state.open = vec![open("a", Direction::Migrating("b".into())), open("b", Direction::Importing("a".into()))];
    let plan = plan(&state, &Target::default()).unwrap();
    assert_eq!(plan.before.slots_per_master[&"b".into()], 5463);
    state.open.push(open("c", Direction::Importing("a".into())));
    assert!(matches!(super::plan(&state, &Target::default()), Err(PlanError::OpenSlots { .. })));
}

#[test]
fn a_dead_master() {
    let mut state = three();
    state.nodes[0].flags.push("fail".to_owned());
    let error = plan(&state, &Target::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "master `a` (127.0.0.1:7097) has failed, has no replica that could take over, and owns slots 0-5460"
    );
    state.nodes.push(replica("g", "a"));
    let plan = plan(&state, &masters(4)).unwrap();
    assert_eq!(plan.after.slots_per_master.keys().map(|id| id.as_str()).collect::<Vec<_>>(), ["b", "c", "d", "g"]);
}

#[test]
fn bytes_are_balanced() {
    let mut state = three();
    state.slot_stats.bytes = table(|slot| if slot < 5461 { 300 } else { 100 });
    let plan = planned(&state, &by(Balance::Memory, masters(4)));
    let total: u64 = 5461 * 300 + (16384 - 5461) * 100;
    let excess = 5461 * 300 - (total * 102 / 100) / 4;
    assert!(plan.optimality.lower_bound >= excess);
    assert!(plan.optimality.moved <= excess + excess / 50, "{:?}", plan.optimality);
}
