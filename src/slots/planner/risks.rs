//! What somebody who says yes to a plan should know, as far as the state tells.

use super::error::Named;
use super::problem::{NOBODY, Problem, set};
use super::replicas::Copies;
use crate::slots::{Move, Risk, SlotStats};

/// More nodes than this share one sentence.
const ONE_BY_ONE: usize = 8;

/// What the parts of the planner found out.
pub(super) struct Facts<'a> {
    pub problem: &'a Problem<'a>,
    pub stats: &'a SlotStats,
    /// Who owns each slot in the end.
    pub after: &'a [u32],
    pub moves: &'a [Move],
    pub copies: &'a Copies,
    /// What was balanced, and the most that each node may end with; nothing for slots.
    pub balance: Option<(&'static str, &'a [u64], &'a [u64])>,
}

/// Everything, in a fixed order.
pub(super) fn risks(facts: &Facts<'_>) -> Vec<Risk> {
    let mut risks = of_state(facts.problem);
    risks.extend(memory(facts));
    risks.extend(above_cap(facts));
    risks.extend(hot_slots(facts));
    risks.extend(replicas(facts));
    risks.extend(replica_migration(facts));
    risks
}

fn risk(rule: &str, message: String) -> Risk {
    Risk { rule: rule.to_owned(), message, node: None, slots: None }
}

fn name(problem: &Problem<'_>, node: usize) -> Named {
    problem.nodes[node].into()
}

/// The same sentence about each of a few nodes, or one about many.
fn about(
    problem: &Problem<'_>,
    rule: &str,
    nodes: &[usize],
    one: impl Fn(Named) -> String,
    many: impl Fn(usize) -> String,
) -> Vec<Risk> {
    if nodes.len() > ONE_BY_ONE {
        return vec![risk(rule, many(nodes.len()))];
    }
    let about =
        |&node: &usize| Risk { node: Some(problem.nodes[node].id.clone()), ..risk(rule, one(name(problem, node))) };
    nodes.iter().map(about).collect()
}

/// What is not as it should be before the first move.
fn of_state(problem: &Problem<'_>) -> Vec<Risk> {
    let mut risks = Vec::new();
    for &(dead, heir) in &problem.failovers {
        let message = format!(
            "master {} has failed: the plan is for the cluster after its replica {} has taken over, and holds only if that one does",
            name(problem, dead),
            name(problem, heir)
        );
        risks.push(Risk { node: Some(problem.nodes[dead].id.clone()), ..risk("failed-node", message) });
    }
    let all = 0..problem.nodes.len();
    let promoted = |node: usize| problem.failovers.iter().any(|failover| failover.0 == node);
    let failed: Vec<usize> = all.clone().filter(|&node| problem.nodes[node].is_failed() && !promoted(node)).collect();
    risks.extend(about(
        problem,
        "failed-node",
        &failed,
        |node| format!("node {node} has failed and takes no part"),
        |count| format!("{count} nodes have failed and take no part"),
    ));
    let doubtful: Vec<usize> =
        all.filter(|&node| problem.nodes[node].flags.iter().any(|flag| flag == "fail?")).collect();
    risks.extend(about(
        problem,
        "pfail",
        &doubtful,
        |node| format!("node {node} does not answer some others and may be about to fail"),
        |count| format!("{count} nodes do not answer some others and may be about to fail"),
    ));
    if !problem.open.is_empty() {
        let message = format!(
            "slots {} are in the middle of a hand-over: the plan is for the cluster after they have arrived",
            problem.open
        );
        risks.push(Risk { slots: Some(problem.open.clone()), ..risk("open-slots", message) });
    }
    risks
}

/// Nodes that take more than they may hold.
fn memory(facts: &Facts<'_>) -> Vec<Risk> {
    let mut risks = Vec::new();
    for node in &facts.problem.nodes {
        let (Some(used), Some(limit)) = (node.used_memory, node.maxmemory.filter(|&limit| limit > 0)) else { continue };
        let incoming = facts.moves.iter().filter(|one| one.to == node.id).filter_map(|one| one.bytes);
        let incoming = incoming.fold(0u64, u64::saturating_add);
        if incoming > 0 && used.saturating_add(incoming) > limit {
            let message = format!(
                "node {} uses {used} bytes and takes {incoming} more: its `maxmemory` is {limit}",
                Named::from(*node)
            );
            risks.push(Risk { node: Some(node.id.clone()), ..risk("memory", message) });
        }
    }
    risks
}

/// Masters that end above what the tolerance allows, and the slots that are too heavy for any other outcome.
fn above_cap(facts: &Facts<'_>) -> Vec<Risk> {
    let Some((metric, value, caps)) = facts.balance else { return Vec::new() };
    let mut loads = vec![0u64; caps.len()];
    facts.after.iter().zip(value).for_each(|(&node, value)| loads[node as usize] += value);
    let mut risks = Vec::new();
    for node in
        (0..facts.problem.nodes.len()).filter(|&node| facts.problem.takes_part(node) && loads[node] > caps[node])
    {
        let (load, cap) = (loads[node], caps[node]);
        let slots = (0..value.len()).filter(|&slot| facts.after[slot] == node as u32 && value[slot] > 0);
        let heavy: Vec<usize> = slots.clone().filter(|&slot| value[slot] > cap).collect();
        let named = name(facts.problem, node);
        let (rule, heavy, message) = if heavy.is_empty() {
            let heaviest = slots.max_by_key(|&slot| (value[slot], slot));
            let message = format!(
                "master {named} ends with {load} {metric}, above {cap}: its slots do not divide further, or pins hold them"
            );
            ("above-tolerance", Vec::from_iter(heaviest), message)
        } else {
            let set = set(heavy.iter().copied());
            let message = format!(
                "master {named} ends with {load} {metric}, above {cap}: slot {set} alone is more than its share"
            );
            ("heavy-slot", heavy, message)
        };
        let node = Some(facts.problem.nodes[node].id.clone());
        risks.push(Risk { node, slots: Some(set(heavy)), ..risk(rule, message) });
    }
    risks
}

/// Slots so busy that no layout evens them out: a quarter of what a master takes, and a hundred commands a second at least.
fn hot_slots(facts: &Facts<'_>) -> Vec<Risk> {
    let Some(ops) = &facts.stats.ops else { return Vec::new() };
    let total: u64 = ops.iter().fold(0, |sum, &ops| sum.saturating_add(ops));
    let masters = (0..facts.problem.nodes.len()).filter(|&node| facts.problem.takes_part(node)).count() as u64;
    let hot = (total / masters.max(1) / 4).max(100);
    let mut slots: Vec<usize> = (0..ops.len()).filter(|&slot| ops[slot] > hot).collect();
    slots.sort_by_key(|&slot| (std::cmp::Reverse(ops[slot]), slot));
    slots.truncate(ONE_BY_ONE);
    let hot = |&slot: &usize| {
        let share = ops[slot] as f64 * 100.0 / total as f64;
        let moves = facts.problem.owner[slot] != facts.after[slot] && facts.problem.owner[slot] != NOBODY;
        let moving = if moves { ", and it moves" } else { "" };
        let message = format!("slot {slot} takes {} commands a second, {share:.1} % of all{moving}", ops[slot]);
        let node = Some(facts.problem.nodes[facts.after[slot] as usize].id.clone());
        Risk { node, slots: Some(set([slot])), ..risk("hot-slot", message) }
    };
    slots.iter().map(hot).collect()
}

/// Masters without a replica, and replicas in the zone of their master.
fn replicas(facts: &Facts<'_>) -> Vec<Risk> {
    let problem = facts.problem;
    let counts = facts.copies.counts();
    let bare: Vec<usize> = (0..counts.len()).filter(|&node| problem.takes_part(node) && counts[node] == 0).collect();
    let mut risks = about(
        problem,
        "no-replica",
        &bare,
        |node| format!("master {node} has slots and no replica: if it dies, they are gone"),
        |count| format!("{count} masters have slots and no replica: if one dies, its slots are gone"),
    );
    let beside = |&(node, master): &(usize, usize)| {
        let (zone, other) = (&problem.nodes[node].zone, &problem.nodes[master].zone);
        zone.is_some() && zone == other && problem.takes_part(master)
    };
    let pairs = facts.copies.master.iter().enumerate().filter_map(|(node, master)| Some((node, (*master)?)));
    let together: Vec<(usize, usize)> = pairs.filter(beside).collect();
    let nodes: Vec<usize> = together.iter().map(|pair| pair.0).collect();
    let one = |node: Named| {
        let master = together.iter().find(|pair| problem.nodes[pair.0].id == node.id).map(|pair| name(problem, pair.1));
        let master = master.map(|master| master.to_string()).unwrap_or_default();
        format!("replica {node} runs in the same zone as its master {master}")
    };
    risks.extend(about(problem, "same-zone", &nodes, one, |count| {
        format!("{count} replicas run in the same zone as their masters")
    }));
    risks
}

/// Masters that give all their slots and stay: servers may make replicas of them.
fn replica_migration(facts: &Facts<'_>) -> Vec<Risk> {
    let problem = facts.problem;
    let mut had = vec![false; problem.nodes.len()];
    problem.owner.iter().filter(|&&node| node != NOBODY).for_each(|&node| had[node as usize] = true);
    let drained: Vec<usize> = (0..had.len())
        .filter(|&node| had[node] && !problem.takes_part(node) && !problem.leaving[node])
        .filter(|&node| facts.copies.master[node].is_none())
        .collect();
    about(
        problem,
        "replica-migration",
        &drained,
        |node| {
            format!(
                "master {node} gives all its slots: with `cluster-allow-replica-migration yes` it becomes a replica of the node that takes the last one, else it stays a spare"
            )
        },
        |count| {
            format!(
                "{count} masters give all their slots: with `cluster-allow-replica-migration yes` each becomes a replica of the node that takes its last one, else it stays a spare"
            )
        },
    )
}
