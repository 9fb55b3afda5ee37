//! Replicas in plans, in cases and against every possible placement of a few.

use proptest::prelude::*;

use super::testing::*;
use super::*;
use crate::slots::{ClusterState, Node, Role, SlotPlan, Target};

fn with_replicas(replicas: u16) -> Target {
    Target { replicas: Some(replicas), ..Default::default() }
}

fn changes(plan: &SlotPlan) -> Vec<(&str, &str)> {
    plan.replicas.iter().map(|change| (change.node.as_str(), change.master.as_str())).collect()
}

fn has_risk(plan: &SlotPlan, rule: &str) -> bool {
    plan.risks.iter().any(|risk| risk.rule == rule)
}

#[test]
fn replicas_of_a_master_that_leaves_go_to_those_with_the_fewest_in_other_zones() {
    let mut state = three();
    state.nodes.truncate(3);
    let nodes = std::mem::take(&mut state.nodes).into_iter().zip(["x", "y", "z"]);
    state.nodes = nodes.map(|(node, zone)| in_zone(zone, node)).collect();
    state.nodes.push(in_zone("x", replica("r1", "c")));
    state.nodes.push(in_zone("y", replica("r2", "c")));
    state.nodes.push(in_zone("z", replica("r3", "c")));
    let plan = plan(&state, &Target { remove: names(&["c"]), ..Default::default() }).unwrap();
    assert_eq!(changes(&plan), [("r1", "b"), ("r2", "a"), ("r3", "a")]);
    assert!(!has_risk(&plan, "same-zone"));
}

#[test]
fn spares_and_drained_masters_become_replicas_where_so_many_are_wanted() {
    let plan = plan(&three(), &with_replicas(1)).unwrap();
    assert_eq!(changes(&plan), [("d", "a"), ("e", "b"), ("f", "c")]);
    let mut state = three();
    state.nodes.truncate(3);
    let plan = super::plan(&state, &Target { masters: Some(1), replicas: Some(2), ..Default::default() }).unwrap();
    assert_eq!(changes(&plan), [("a", "b"), ("c", "b")]);
    assert!(!has_risk(&plan, "replica-migration"));
    let error = super::plan(&state, &with_replicas(1)).unwrap_err();
    assert_eq!(error.to_string(), "3 replicas are wanted for 3 masters, and 0 nodes can be one");
}

#[test]
fn a_drained_master_that_stays_may_become_a_replica() {
    let mut state = three();
    state.nodes.truncate(3);
    let plan = plan(&state, &masters(2)).unwrap();
    assert!(has_risk(&plan, "replica-migration") && has_risk(&plan, "no-replica"));
    assert!(plan.leaves.is_empty() && plan.replicas.is_empty());
}

#[test]
fn dead_nodes_copy_nobody_and_doubtful_ones_are_named() {
    let mut state = three();
    state.nodes.truncate(3);
    state.nodes.push(flagged("fail", replica("r1", "a")));
    state.nodes.push(flagged("fail?", replica("r2", "b")));
    let plan = plan(&state, &Target::default()).unwrap();
    assert!(has_risk(&plan, "failed-node") && has_risk(&plan, "pfail"));
    let bare: Vec<_> =
        plan.risks.iter().filter(|risk| risk.rule == "no-replica").filter_map(|risk| risk.node.as_ref()).collect();
    assert_eq!(bare, [&"a".into(), &"c".into()]);
}

#[test]
fn zones_come_before_copies() {
    // Both replicas sit beside their masters; changing places costs two copies and no node.
    let state = state([
        in_zone("x", node("a", &[(0, 8191)])),
        in_zone("y", node("b", &[(8192, 16383)])),
        in_zone("x", replica("r1", "a")),
        in_zone("y", replica("r2", "b")),
    ]);
    let kept = plan(&state, &Target::default()).unwrap();
    assert!(kept.is_empty() && has_risk(&kept, "same-zone"));
    let plan = plan(&state, &with_replicas(1)).unwrap();
    assert_eq!(changes(&plan), [("r1", "b"), ("r2", "a")]);
    assert!(!has_risk(&plan, "same-zone"));
}

/// Up to three masters with slots and up to five other nodes: replicas and spares, in up to three zones.
fn small() -> impl Strategy<Value = (ClusterState, u16)> {
    let zone = prop::option::weighted(0.8, 0u8..3);
    let masters = prop::collection::vec(zone.clone(), 1..4);
    let others = prop::collection::vec((zone, 0usize..5), 0..6);
    (masters, others, 1u16..3).prop_map(|(masters, others, replicas)| {
        let count = masters.len();
        let bounds = |index: usize| (index * 16384 / count) as u16;
        let zoned = |zone: Option<u8>, node: Node| Node { zone: zone.map(|zone| zone.to_string()), ..node };
        let owners = masters
            .iter()
            .enumerate()
            .map(|(index, zone)| zoned(*zone, node(&format!("m{index}"), &[(bounds(index), bounds(index + 1) - 1)])));
        let copies = others.iter().enumerate().map(|(index, (zone, master))| {
            let id = format!("r{index}");
            zoned(*zone, if *master < count { replica(&id, &format!("m{master}")) } else { node(&id, &[]) })
        });
        (state(owners.chain(copies)), replicas)
    })
}

/// Same-zone pairs among the replicas that count, and copies from scratch: the least over all placements.
fn least(state: &ClusterState, wanted: usize) -> Option<(usize, usize)> {
    let masters: Vec<&Node> = state.nodes.iter().filter(|node| !node.slots.is_empty()).collect();
    let others: Vec<&Node> = state.nodes.iter().filter(|node| node.slots.is_empty()).collect();
    let choices = masters.len() + 1;
    let placements = 0..choices.pow(others.len() as u32);
    placements
        .filter_map(|mut number| {
            let (mut counts, mut cost) = (vec![0; masters.len()], (0, 0));
            for other in &others {
                // The last choice: the node does not count for anybody, and stays what it is.
                let choice = number % choices;
                number /= choices;
                if let Some(master) = masters.get(choice) {
                    counts[choice] += 1;
                    cost.0 += usize::from(other.zone.is_some() && other.zone == master.zone);
                    cost.1 += usize::from(other.master.as_ref() != Some(&master.id));
                }
            }
            counts.iter().all(|&count| count == wanted).then_some(cost)
        })
        .min()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_placement_of_a_few_is_better((state, replicas) in small()) {
        let wanted = usize::from(replicas);
        let result = plan(&state, &with_replicas(replicas));
        let Some(least) = least(&state, wanted) else {
            prop_assert!(matches!(result, Err(PlanError::TooFewNodes { .. })), "{:?}", result);
            return Ok(());
        };
        let plan = result.unwrap();
        prop_assert_eq!(plan.replicas.len(), least.1);
        let next = after(&state, &plan);
        let mut beside = 0;
        for master in next.nodes.iter().filter(|node| !node.slots.is_empty()) {
            let zones: Vec<bool> = next
                .replicas_of(&master.id)
                .map(|replica| replica.zone.is_some() && replica.zone == master.zone)
                .collect();
            prop_assert!(zones.len() >= wanted);
            let apart = zones.iter().filter(|same| !**same).count();
            beside += wanted.saturating_sub(apart);
        }
        prop_assert!(beside <= least.0, "{} replicas in the zone of their master, not {}", beside, least.0);
        prop_assert!(next.nodes.iter().filter(|node| node.role == Role::Replica).all(|node| node.master.is_some()));
        prop_assert_eq!(super::plan(&next, &with_replicas(replicas)).unwrap().replicas, []);
    }
}
