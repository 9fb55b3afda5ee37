//! Whether the slots that a plan moves are still where it takes them from, or already where it brings them.

use crate::plan::{Plan, SlotStep, Stale, Step};
use crate::slots::{ClusterState, NodeId};

/// Slots of a plan that have a third owner now. `fresh` is what would be planned now; a cluster that needs no moves any more has nothing to say.
pub fn stale_slots(agreed: &Plan, fresh: &Plan) -> Vec<Stale> {
    let moving = agreed.steps.iter().enumerate().filter_map(|(at, step)| Some((at, step, step.slots.as_ref()?)));
    let found = moving.flat_map(|(at, step, slots)| {
        let now = fresh.steps.iter().filter(|one| one.redis == step.redis).find_map(|one| one.slots.as_ref());
        now.map_or_else(Vec::new, |now| of(at, step, slots, &now.state))
    });
    found.collect()
}

fn of(at: usize, step: &Step, planned: &SlotStep, now: &ClusterState) -> Vec<Stale> {
    // A node that was reset has another name since.
    let was_there = |id: &NodeId| planned.state.node(id).is_some();
    let mut found = Vec::new();
    for one in &planned.plan.moves {
        let ends = [one.from.as_ref(), Some(&one.to)];
        let others = now.masters().filter(|node| !ends.contains(&Some(&node.id)) && was_there(&node.id));
        for owner in others {
            let mut theirs = owner.slots.clone();
            theirs.intersect_with(&one.slots);
            if !theirs.is_empty() {
                let from = one.from.as_ref().map_or("nobody", NodeId::short);
                let why =
                    format!("{} has them now, they were to go from {from} to {}", owner.id.short(), one.to.short());
                found.push(Stale { step: at, what: format!("{} slots {theirs}", step.subject()), why });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Case, cluster, pods};
    use super::*;
    use crate::plan::scaling::{Resized, Step as Done, Wanted};
    use crate::slots::{SLOTS, SlotStats};

    fn case() -> Case {
        let state = cluster(&[(0, &[3]), (1, &[4]), (2, &[5])]);
        Case { state, pods: pods(8, 8, &[]), wanted: Wanted { masters: 4, replicas: 1 } }
    }

    fn plan(case: &Case) -> Plan {
        let scaling = case.plan();
        let resized = Resized { redis: "cache", sets: &["cache"], namespace: None, shrinks: false, plan: &scaling };
        Plan::default().with_scaling(&resized)
    }

    #[test]
    fn a_plan_with_moves_has_what_a_picture_of_them_needs() {
        let agreed = plan(&case());
        let with: Vec<&SlotStep> = agreed.steps.iter().filter_map(|step| step.slots.as_deref()).collect();
        assert_eq!((with.len(), with[0].plan.moved_slots(), with[0].state.nodes.len()), (1, 4096, 8));
        assert!(crate::plan::plan_html(&agreed).contains("<svg"));
        assert_eq!(agreed.digest, plan(&case()).digest);
    }

    #[test]
    fn figures_of_a_moment_are_told_and_are_no_part_of_the_digest() {
        let bare = plan(&case());
        let of = |table: u64| Some(vec![table; usize::from(SLOTS)].into_boxed_slice());
        let filled = |keys: u64| {
            let scaling = case().plan().with_stats(SlotStats { keys: of(keys), bytes: of(2048), ops: None });
            let resized = Resized { redis: "cache", sets: &["cache"], namespace: None, shrinks: false, plan: &scaling };
            Plan::default().with_scaling(&resized)
        };
        let (few, many) = (filled(1), filled(1000));
        assert_eq!([&few.digest, &many.digest], [&bare.digest; 2]);
        let step = many.steps.iter().find(|step| step.carries.is_some()).unwrap();
        let said = step.consequence.as_deref().unwrap();
        assert!(said.ends_with(": 0-1364; 1,365,000 keys, 2.7 MiB, about 11 s"), "{said}");
        // What is written down has no tables, and is whole.
        let text = serde_json::to_string(&many).unwrap();
        let again: Plan = serde_json::from_str(&text).unwrap();
        assert!(again.is_intact() && text.len() < 20_000, "{}", text.len());
        let page = crate::plan::plan_html(&many);
        assert!(page.contains("4,096,000 keys, 8.0 MiB"), "{page}");
        let mut edited = again;
        edited.steps.iter_mut().filter_map(|step| step.consequence.as_mut()).for_each(|text| text.push('!'));
        assert!(!edited.is_intact());
    }

    #[test]
    fn slots_are_at_one_of_two_places_or_the_plan_is_stale() {
        let agreed = plan(&case());
        assert_eq!(stale_slots(&agreed, &agreed), []);
        // Interrupted after the first of its moves: what is done is done.
        let mut later = case();
        let steps = later.plan().steps;
        let moves = steps.iter().position(|step| matches!(step, Done::Move { .. })).unwrap();
        steps[..=moves].iter().for_each(|step| later.apply(step));
        assert_eq!(stale_slots(&agreed, &plan(&later)), []);
        // Somebody else has given slots of the first master to the second.
        let mut other = case();
        let Done::Move { from: Some(from), slots, .. } = &steps[moves] else { panic!("{:?}", steps[moves]) };
        let third = if from == "cache-1" { "cache-2" } else { "cache-1" };
        other.hand_over(Some(from), third, slots);
        let found = stale_slots(&agreed, &plan(&other));
        assert!(!found.is_empty() && found[0].what.starts_with("redis cache slots "), "{found:?}");
        assert!(found[0].why.contains("has them now"), "{found:?}");
        // A cluster that needs nothing any more.
        assert_eq!(stale_slots(&agreed, &Plan::default()), []);
    }
}
