//! Balance by keys, bytes or operations: no master above its share by more than the tolerance, the least moved, the lower side as even as
//! that allows.

use std::collections::BTreeSet;

use super::carve::{Job, Quota, carve};
use super::cover::{Effort, cover};
use super::ledger::Ledger;
use super::single;

/// What is balanced. Nodes have numbers; the one after the last stands for slots that belong to nobody.
pub(super) struct Scales<'a> {
    /// What each slot weighs.
    pub value: &'a [u64],
    /// Share of each node in proportion to the others; 0 for those that end without slots.
    pub weight: &'a [u64],
    /// Slots that stay where they are.
    pub fixed: &'a [bool],
    /// By how many millionths of its share a node may end above it.
    pub tolerance: u64,
}

impl Scales<'_> {
    /// The most that each node may end with.
    pub fn caps(&self) -> Vec<u64> {
        let total: u128 = self.value.iter().map(|&value| u128::from(value)).sum();
        let weights: u128 = self.weight.iter().map(|&weight| u128::from(weight)).sum();
        let allowed = 1_000_000 + u128::from(self.tolerance);
        let cap = |&weight: &u64| {
            let product = total * u128::from(weight);
            // In two steps, so that no product overflows.
            let (whole, part) = (product / weights, product % weights);
            u64::try_from((whole * allowed + part * allowed / weights) / 1_000_000).unwrap_or(u64::MAX)
        };
        self.weight.iter().map(cap).collect()
    }

    /// What each node has.
    pub fn loads(&self, owner: &[u32]) -> Vec<u64> {
        let mut loads = vec![0; self.weight.len()];
        owner.iter().zip(self.value).for_each(|(&node, value)| loads[node as usize] += value);
        loads
    }

    /// How much each node should take: the lowest are filled up to one level.
    fn fill(&self, loads: &[u64], caps: &[u64], amount: u64) -> Vec<u64> {
        let mut low: Vec<usize> =
            (0..loads.len()).filter(|&node| self.weight[node] > 0 && loads[node] < caps[node]).collect();
        let per_weight = |a: &usize, b: &usize| {
            let left = u128::from(loads[*a]) * u128::from(self.weight[*b]);
            left.cmp(&(u128::from(loads[*b]) * u128::from(self.weight[*a]))).then(a.cmp(b))
        };
        low.sort_by(per_weight);
        let (mut sum, mut weights, mut used) = (u128::from(amount), 0u128, 0);
        for &node in &low {
            // The level so far is `sum / weights`.
            if u128::from(loads[node]) * weights >= sum * u128::from(self.weight[node]) && weights > 0 {
                break;
            }
            sum += u128::from(loads[node]);
            weights += u128::from(self.weight[node]);
            used += 1;
        }
        let mut take = vec![0; loads.len()];
        for &node in &low[..used] {
            let level = (sum * u128::from(self.weight[node])).div_ceil(weights);
            let level = u64::try_from(level).unwrap_or(u64::MAX).min(caps[node]);
            take[node] = level.saturating_sub(loads[node]);
        }
        take
    }
}

/// How to begin with slots that are so heavy that they have to be placed before all others.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Heavy {
    /// Where there is room.
    IntoRoom,
    /// Where others can make room.
    MakeRoom,
    /// Not at all: they are cut with the others.
    Last,
}

/// The owners after balancing.
pub(super) fn balance(scales: &Scales<'_>, owner: &[u32]) -> Vec<u32> {
    let caps = scales.caps();
    let above =
        |owner: &[u32]| scales.loads(owner).iter().zip(&caps).map(|(load, cap)| load.saturating_sub(*cap)).sum();
    let finished = (0..scales.weight.len()).all(|node| owner.contains(&(node as u32)) == (scales.weight[node] > 0));
    let mut result = if finished { owner.to_vec() } else { best_pass(scales, owner, &above) };
    // Where nodes are above their caps a pass may find more. It has to be worth it, so that a plan for what a plan has led to is empty.
    let mut now: u64 = above(&result);
    for _ in 0..if finished { 4 } else { 3 } {
        if now == 0 {
            break;
        }
        let next = best_pass(scales, &result, &above);
        let then = above(&next);
        let worth = if scales.weight.len() > MANY { now / WORTH } else { 0 };
        if then >= now - worth {
            break;
        }
        (result, now) = (next, then);
    }
    result
}

/// A pass for what is finished has to lower what is above the caps by this part at least, where there are many nodes.
const WORTH: u64 = 50;

/// With more nodes than this the first beginning has to do.
const MANY: usize = 100;

/// Tries other beginnings where the first one is clearly above the plain excess, and takes the one that is least above the caps, then the one
/// that moves least.
fn best_pass(scales: &Scales<'_>, owner: &[u32], above: &dyn Fn(&[u32]) -> u64) -> Vec<u32> {
    let excess = above(owner);
    let mut best: Option<((u64, u64), Vec<u32>)> = None;
    for heavy in [Heavy::IntoRoom, Heavy::MakeRoom, Heavy::Last] {
        let result = pass(scales, owner, heavy);
        let moved = owner.iter().zip(&result).zip(scales.value).filter(|((a, b), _)| a != b);
        let moved: u64 = moved.map(|(_, value)| value).sum();
        let rank = (above(&result), moved);
        if best.as_ref().is_none_or(|(other, _)| rank < *other) {
            best = Some((rank, result));
        }
        if rank.0 == 0 && moved <= excess + excess / 100 || scales.weight.len() > MANY {
            break;
        }
    }
    best.expect("there are several beginnings").1
}

fn pass(scales: &Scales<'_>, origin: &[u32], heavy: Heavy) -> Vec<u32> {
    let mut ledger = Ledger::new(scales, origin);
    if heavy != Heavy::Last {
        single::place_heavy(&mut ledger, heavy == Heavy::MakeRoom);
    }
    let before = ledger.owner.clone();
    let (loads, caps) = (&ledger.loads, &ledger.caps);
    let give: Vec<u64> = (0..loads.len())
        .map(|node| if scales.weight[node] > 0 { loads[node].saturating_sub(caps[node]) } else { loads[node] })
        .collect();
    let take = scales.fill(loads, caps, give.iter().sum());
    let mut quotas: Vec<Quota> = (0..loads.len())
        .map(|node| Quota {
            give: give[node],
            over: if scales.weight[node] > 0 { give[node] / 400 } else { 0 },
            take: take[node],
            slack: (caps[node].saturating_sub(loads[node] + take[node]) / 2).min(caps[node] / 200),
        })
        .map(|quota| if quota.give > 0 { Quota { take: 0, slack: 0, ..quota } } else { quota })
        .collect();
    let mut sums = Vec::with_capacity(origin.len() + 1);
    sums.push(0);
    for value in scales.value {
        sums.push(sums[sums.len() - 1] + value);
    }
    let carved = carve(&Job { owner: &before, fixed: scales.fixed, sums: &sums }, &mut quotas);
    carved.iter().enumerate().filter(|(slot, node)| before[*slot] != **node).for_each(|(slot, &node)| {
        ledger.hand(slot, node as usize);
    });
    single::clear_leavers(&mut ledger);
    single::lower(&mut ledger);
    single::choose_again(&mut ledger);
    single::give_each_one(&mut ledger);
    ledger.owner
}

/// No plan in which each node ends at most as high above its cap as in `result` moves less than this.
pub(super) fn lower_bound(scales: &Scales<'_>, before: &[u32], pinned: &[u32], result: &[u32]) -> u64 {
    let forced = before.iter().zip(pinned).zip(scales.value);
    let forced: u64 = forced.filter(|((before, pinned), _)| before != pinned).map(|(_, value)| value).sum();
    let (caps, loads, after) = (scales.caps(), scales.loads(pinned), scales.loads(result));
    let limits: Vec<u64> = caps.iter().zip(&after).map(|(&cap, &load)| cap.max(load)).collect();
    let mut own: Vec<Vec<usize>> = vec![Vec::new(); loads.len()];
    for (slot, &node) in pinned.iter().enumerate().filter(|(slot, _)| !scales.fixed[*slot]) {
        own[node as usize].push(slot);
    }
    let part = |node: usize| {
        if scales.weight[node] == 0 {
            return loads[node];
        }
        let given = own[node].iter().filter(|&&slot| result[slot] != node as u32).map(|&slot| scales.value[slot]);
        let need = loads[node].saturating_sub(limits[node]);
        // What the plan does cannot be less than a bound, so where it gives no more there is nothing to find.
        if given.sum::<u64>() <= need {
            return need;
        }
        let mut values: Vec<u64> =
            own[node].iter().map(|&slot| scales.value[slot]).filter(|&value| value > 0).collect();
        values.sort_unstable_by(|a, b| b.cmp(a));
        cover(&values, need, Effort::of(loads.len())).bound
    };
    let parts: Vec<u64> = (0..loads.len()).map(part).collect();
    forced + parts.iter().sum::<u64>() + room_for_heavy(scales, &own, &loads, &limits, &parts)
}

/// How many of the slots that are sure to move are looked at for the room they need.
const HEAVIEST: usize = 32;

/// What nodes have to give, beyond their own excess, to make room for heavy slots that are sure to move: those of nodes that end without
/// slots, and one of each node whose lighter slots are not enough.
fn room_for_heavy(scales: &Scales<'_>, own: &[Vec<usize>], loads: &[u64], limits: &[u64], parts: &[u64]) -> u64 {
    let mut sure: Vec<u64> = Vec::new();
    for (node, slots) in own.iter().enumerate() {
        let mut values: Vec<u64> = slots.iter().map(|&slot| scales.value[slot]).collect();
        if scales.weight[node] == 0 {
            sure.append(&mut values);
            continue;
        }
        let need = loads[node].saturating_sub(limits[node]);
        if need == 0 {
            continue;
        }
        values.sort_unstable();
        let mut sum = 0;
        let enough = values.iter().find(|&&value| {
            sum += value;
            sum >= need
        });
        sure.extend(enough);
    }
    sure.sort_by(|a, b| b.cmp(a));
    sure.truncate(HEAVIEST);
    let staying: Vec<usize> = (0..loads.len()).filter(|&node| scales.weight[node] > 0).collect();
    let bound = |(count, &least): (usize, &u64)| room_for(count + 1, least, &staying, loads, limits, parts);
    sure.iter().enumerate().map(bound).max().unwrap_or(0)
}

/// What nodes have to give, beyond their part, to make room for so many slots of at least that weight. What the next one costs a node never
/// falls with their number, so taking the cheapest place for each is exact.
fn room_for(count: usize, least: u64, staying: &[usize], loads: &[u64], limits: &[u64], parts: &[u64]) -> u64 {
    let cost = |node: usize, taken: u64| (loads[node] + taken * least).saturating_sub(limits[node] + parts[node]);
    let mut next: BTreeSet<(u64, usize, u64)> = BTreeSet::new();
    let offer = |next: &mut BTreeSet<_>, node: usize, taken: u64| {
        if taken * least <= limits[node] {
            next.insert((cost(node, taken) - cost(node, taken - 1), node, taken));
        }
    };
    staying.iter().for_each(|&node| offer(&mut next, node, 1));
    let mut sum = 0;
    for _ in 0..count {
        let Some((more, node, taken)) = next.pop_first() else { break };
        sum += more;
        offer(&mut next, node, taken + 1);
    }
    sum
}
