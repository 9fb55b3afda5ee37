//! The plan: what the parts found out, as the document that people review and the executor carries out.

use std::collections::BTreeMap;

use super::carve::{Job, Quota, carve};
use super::counts::{Holder, counts};
use super::error::PlanError;
use super::estimate::Rates;
use super::problem::{JOINING, NOBODY, Problem, set};
use super::replicas;
use super::risks::{Facts, risks};
use super::weighted::{Scales, balance, lower_bound};
use crate::slots::{
    After, Balance, Before, ClusterState, Join, Leave, Move, NodeId, Optimality, SlotPlan, SlotSet, SlotStats, Target,
    state_digest,
};

/// Plans how to get from a state to a target, with the default [`Rates`].
///
/// # Errors
/// As [`plan_with`].
pub fn plan(state: &ClusterState, target: &Target) -> Result<SlotPlan, PlanError> {
    plan_with(state, target, &Rates::default())
}

/// Plans how to get from a state to a target. The order of the state's nodes has no influence; the seed is left open.
///
/// # Errors
/// When the target names what is not there or contradicts itself, when there are too few nodes, or when the state must be repaired first.
pub fn plan_with(state: &ClusterState, target: &Target, rates: &Rates) -> Result<SlotPlan, PlanError> {
    let problem = Problem::new(state, target)?;
    let division = divide(&problem, state, target)?;
    let moves = moves(&problem, &division.after, &state.slot_stats);
    let copies = replicas::place(&problem, &division.after, target.replicas)?;
    let risks = risks(&Facts {
        problem: &problem,
        stats: &state.slot_stats,
        after: &division.after,
        moves: &moves,
        copies: &copies,
        balance: division.scale.as_ref().map(|(value, caps)| (target.balance.metric(), &value[..], &caps[..])),
    });
    let nobody = problem.nodes.len() as u32;
    let mut per_master: BTreeMap<NodeId, u16> = (0..problem.nodes.len())
        .filter(|&node| problem.nodes[node].is_master() && !problem.leaving[node] && !problem.nodes[node].is_failed())
        .filter(|&node| problem.takes_part(node) || problem.zero[node])
        .map(|node| (problem.nodes[node].id.clone(), 0))
        .collect();
    for &node in division.after.iter().filter(|&&node| node != nobody) {
        *per_master.entry(problem.nodes[node as usize].id.clone()).or_default() += 1;
    }
    let mut before = BTreeMap::new();
    for &node in problem.owner.iter().filter(|&&node| node != NOBODY) {
        *before.entry(problem.nodes[node as usize].id.clone()).or_default() += 1;
    }
    let joins = problem
        .nodes
        .iter()
        .enumerate()
        .filter(|&(index, node)| problem.takes_part(index) && node.flags.iter().any(|flag| flag == JOINING));
    let leaves = problem.nodes.iter().enumerate().filter(|&(index, _)| problem.leaving[index]);
    Ok(SlotPlan {
        seed: None,
        state_digest: state_digest(state),
        estimate: rates.estimate(&moves),
        moves,
        joins: joins.map(|(_, node)| Join { id: Some(node.id.clone()), address: node.address.clone() }).collect(),
        leaves: leaves.map(|(_, node)| Leave { id: node.id.clone(), address: node.address.clone() }).collect(),
        replicas: copies.changes(&problem),
        before: Before { ranges: ranges(&problem.owner, NOBODY), slots_per_master: before },
        after: After { ranges: ranges(&division.after, nobody), slots_per_master: per_master },
        optimality: division.optimality,
        risks,
    })
}

/// Who owns what in the end.
struct Division {
    after: Vec<u32>,
    optimality: Optimality,
    /// What each slot weighs, and the most that each node may end with; nothing where slots were counted.
    scale: Option<(Vec<u64>, Vec<u64>)>,
}

fn divide(problem: &Problem<'_>, state: &ClusterState, target: &Target) -> Result<Division, PlanError> {
    let nobody = problem.nodes.len() as u32;
    let before: Vec<u32> = problem.owner.iter().map(|&node| if node == NOBODY { nobody } else { node }).collect();
    let fixed: Vec<bool> = problem.pin.iter().map(|&pin| pin != NOBODY).collect();
    let pinned: Vec<u32> =
        before.iter().zip(&problem.pin).map(|(&node, &pin)| if pin == NOBODY { node } else { pin }).collect();
    let mut weight = problem.weight.clone();
    weight.push(0);
    let stats = &state.slot_stats;
    let (table, option) = match target.balance {
        Balance::Slots => (None, ""),
        Balance::Keys => (Some(&stats.keys), "keys"),
        Balance::Memory => (Some(&stats.bytes), "memory"),
        Balance::Ops => (Some(&stats.ops), "ops"),
    };
    let metric = target.balance.metric();
    let table = match table {
        Some(None) => return Err(PlanError::NoStats { metric, balance: option }),
        Some(Some(table)) => Some(table),
        None => None,
    };
    // Where nothing is to be weighed the number of slots is all there is to go by.
    let Some(table) = table.filter(|table| table.iter().any(|&value| value > 0)) else {
        let after = by_slots(&pinned, &fixed, &weight);
        let moved = before.iter().zip(&after).filter(|(before, after)| before != after).count() as u64;
        let optimality = Optimality { metric: Balance::Slots.metric().to_owned(), moved, lower_bound: moved };
        return Ok(Division { after, optimality, scale: None });
    };
    // More than 500 TB in one slot count as that much, so that sums fit.
    let value: Vec<u64> = table.iter().map(|&value| value.min(1 << 49)).collect();
    let tolerance = (target.tolerance.fraction() * 1e6).round() as u64;
    let scales = Scales { value: &value, weight: &weight, fixed: &fixed, tolerance };
    let after = balance(&scales, &pinned);
    let moved = before.iter().zip(&after).zip(&value).filter(|((before, after), _)| before != after);
    let moved = moved.map(|(_, value)| value).sum();
    let lower_bound = lower_bound(&scales, &before, &pinned, &after);
    let optimality = Optimality { metric: metric.to_owned(), moved, lower_bound };
    let caps = scales.caps();
    Ok(Division { after, optimality, scale: Some((value, caps)) })
}

/// The owners after each master has the floor or the ceiling of its share.
pub(super) fn by_slots(pinned: &[u32], fixed: &[bool], weight: &[u64]) -> Vec<u32> {
    let (mut current, mut kept) = (vec![0u64; weight.len()], vec![0u64; weight.len()]);
    for (&node, &fixed) in pinned.iter().zip(fixed) {
        current[node as usize] += 1;
        kept[node as usize] += u64::from(fixed);
    }
    let part: Vec<usize> = (0..weight.len()).filter(|&node| weight[node] > 0).collect();
    let holders: Vec<Holder> =
        part.iter().map(|&node| Holder { weight: weight[node], current: current[node], pinned: kept[node] }).collect();
    let sums: Vec<u64> = (0..=pinned.len() as u64).collect();
    let attempt = |last_first: bool| {
        let mut wanted = vec![0; weight.len()];
        let counts = counts(pinned.len() as u64, &holders, last_first);
        part.iter().zip(counts).for_each(|(&node, count)| wanted[node] = count);
        let mut quotas: Vec<Quota> = (0..weight.len())
            .map(|node| Quota {
                give: current[node].saturating_sub(wanted[node]),
                take: wanted[node].saturating_sub(current[node]),
                ..Quota::default()
            })
            .collect();
        carve(&Job { owner: pinned, fixed, sums: &sums }, &mut quotas)
    };
    let first = attempt(false);
    // Which masters get the odd slots makes no difference worth its time among thousands of ranges.
    if ranges(pinned, NOBODY) > FEW_RANGES {
        return first;
    }
    let second = attempt(true);
    if ranges(&second, NOBODY) < ranges(&first, NOBODY) { second } else { first }
}

/// Layouts with more ranges than this are planned once only.
const FEW_RANGES: usize = 500;

/// How many ranges all owners together have.
pub(super) fn ranges(owner: &[u32], nobody: u32) -> usize {
    owner.chunk_by(|a, b| a == b).filter(|run| run[0] != nobody).count()
}

fn moves(problem: &Problem<'_>, after: &[u32], stats: &SlotStats) -> Vec<Move> {
    let mut pairs: BTreeMap<(Option<u32>, u32), Vec<usize>> = BTreeMap::new();
    for (slot, (&from, &to)) in problem.owner.iter().zip(after).enumerate().filter(|(_, (from, to))| from != to) {
        pairs.entry(((from != NOBODY).then_some(from), to)).or_default().push(slot);
    }
    let id = |node: u32| problem.nodes[node as usize].id.clone();
    let sum = |table: &Option<Box<[u64]>>, slots: &[usize]| {
        table.as_ref().map(|table| slots.iter().fold(0u64, |sum, &slot| sum.saturating_add(table[slot])))
    };
    pairs
        .into_iter()
        .map(|((from, to), slots)| Move {
            from: from.map(id),
            to: id(to),
            keys: sum(&stats.keys, &slots),
            bytes: sum(&stats.bytes, &slots),
            slots: set(slots) as SlotSet,
        })
        .collect()
}
