//! What holds for every cluster: it ends as wanted, on the way no slot is without its master, and a plan that is made again goes on.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::slots::{SLOTS, SlotSet};

use super::testing::{Case, Dice};
use super::{Step, plan};

/// Slots that change their node at the least, where shards that nobody who stays has may not be kept.
fn least(case: &Case) -> u32 {
    let stays = |pod: usize| case.pods[pod].stays;
    let mut kept: Vec<u32> = (0..case.pods.len())
        .filter_map(|pod| Some((pod, case.state.node(case.pods[pod].node.as_ref()?)?)))
        .filter(|(pod, node)| {
            let heir = (0..case.pods.len()).any(|other| stays(other) && case.master_of(other) == Some(*pod));
            !node.slots.is_empty() && (stays(*pod) || heir)
        })
        .map(|(_, node)| u32::from(node.slots.len()))
        .collect();
    kept.sort_by_key(|slots| Reverse(*slots));
    let (share, larger) = (SLOTS / case.wanted.masters, usize::from(SLOTS % case.wanted.masters));
    let shares = (0..usize::from(case.wanted.masters)).map(|n| u32::from(share) + u32::from(n < larger));
    u32::from(SLOTS) - kept.iter().zip(shares).map(|(slots, share)| share.min(*slots)).sum::<u32>()
}

/// Replicas in the zone of their master, where every master has one: so many cannot be avoided.
fn unavoidable(case: &Case) -> usize {
    let mut zones: BTreeMap<&str, usize> = BTreeMap::new();
    for pod in case.pods.iter().filter(|pod| pod.stays) {
        *zones.entry(pod.zone.as_deref().unwrap_or_default()).or_default() += 1;
    }
    zones.values().map(|nodes| nodes.saturating_sub(usize::from(case.wanted.masters))).sum()
}

fn same_zone(case: &Case) -> usize {
    let zone = |pod: usize| case.pods[pod].zone.as_deref();
    (0..case.pods.len()).filter(|&pod| case.master_of(pod).is_some_and(|master| zone(master) == zone(pod))).count()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn every_cluster_ends_as_wanted(seed in any::<u64>()) {
        let mut case = Case::random(seed);
        let bound = least(&case);
        let made = case.plan();
        prop_assert_eq!(&made, &case.plan(), "the same every time");
        let copied = made.steps.iter().any(|step| matches!(step, Step::Copy { .. }));
        prop_assert!(if copied { made.moved_slots <= bound } else { made.moved_slots == bound }, "{} moved, {bound} needed", made.moved_slots);
        for step in &made.steps {
            case.apply(step);
            case.assert_whole();
        }
        case.assert_done();
        if case.wanted.replicas == 1 && case.pods.iter().all(|pod| pod.zone.is_some()) {
            prop_assert_eq!(same_zone(&case), unavoidable(&case));
        }
        let again = case.plan();
        prop_assert_eq!(again.steps, vec![], "nothing is left");
        prop_assert_eq!(again.drained_to, case.pods.iter().filter(|pod| pod.stays).count());
    }

    #[test]
    fn every_stateful_set_ends_with_a_master_and_its_replicas(seed in any::<u64>()) {
        let mut case = Case::sharded(seed);
        let unavoidable = unavoidable(&case);
        for step in &case.plan().steps {
            case.apply(step);
            case.assert_whole();
        }
        case.assert_done();
        let (masters, away) = case.homes();
        prop_assert!(masters.iter().all(|&count| count == 1), "{:?}", masters);
        // Zones come first.
        if case.pods.iter().all(|pod| pod.zone.is_none()) {
            prop_assert_eq!(away, 0);
        } else if case.wanted.replicas == 1 && case.pods.iter().all(|pod| pod.zone.is_some()) {
            prop_assert_eq!(same_zone(&case), unavoidable);
        }
        prop_assert_eq!(case.plan().steps, vec![], "nothing is left");
    }

    #[test]
    fn a_plan_made_in_the_middle_goes_on(seed in any::<u64>()) {
        let mut case = if seed % 2 == 0 { Case::random(seed) } else { Case::sharded(seed) };
        let mut dice = Dice::new(seed ^ 0xabcd);
        let masters = case.plan().masters;
        prop_assert_eq!(masters.len(), usize::from(case.wanted.masters), "all of them are named");
        // So many times somebody is interrupted, at any step and in the middle of moves.
        for _ in 0..6 {
            let steps = case.plan().steps;
            prop_assert_eq!(&case.plan().masters, &masters, "the same masters");
            let until = dice.below(steps.len() + 1);
            for step in &steps[..until] {
                case.apply(step);
            }
            if let Some(Step::Move { from, to, slots, .. }) = steps.get(until) {
                let some: SlotSet = slots.iter().take(dice.below(usize::from(slots.len()))).collect();
                case.hand_over(from.as_deref(), to, &some);
            }
            case.assert_whole();
        }
        for step in &case.plan().steps {
            case.apply(step);
        }
        case.assert_done();
    }

    #[test]
    fn any_input_has_an_answer(seed in any::<u64>()) {
        let mut case = Case::random(seed);
        let mut dice = Dice::new(seed);
        let nodes = case.state.nodes.len();
        case.state.nodes[dice.below(nodes)].flags.push(["fail", "fail?", "handshake", "noaddr"][dice.below(4)].to_owned());
        case.state.nodes.remove(dice.below(nodes));
        case.wanted.masters = dice.below(9) as u16;
        let pods = case.pods.len();
        case.pods[dice.below(pods)].node = None;
        if let Err(error) = plan(&case.state, &case.pods, case.wanted) {
            prop_assert!(!error.diagnostic().message.is_empty());
        }
    }
}

/// One that stays, owns nothing and still has replicas, which leave.
#[test]
fn a_master_without_slots_that_has_replicas_is_named() {
    let case = Case::random(478_647_671_429_968_820);
    assert_eq!(case.plan().masters, ["cache-0", "cache-1", "cache-2", "cache-3"]);
}

/// Two masters in one StatefulSet, and more of them than are wanted.
#[test]
fn a_stateful_set_whose_master_is_one_too_many_keeps_it() {
    let mut case = Case::sharded(9_867_787_457_314_928_264);
    for step in &case.plan().steps {
        case.apply(step);
    }
    assert_eq!(case.homes().0, [1, 1, 1, 1]);
}
