//! Balance by keys, bytes or operations: no master above its share by more than the tolerance, the least moved, the lower side as even as
//! that allows.

use std::collections::BTreeSet;

use super::carve::{Job, Quota, carve};
use super::cover::cover;
use super::single::Rest;

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
    let mut result = best_pass(scales, owner);
    // A pass that was stopped by the order of its steps may leave something for another one.
    for _ in 0..3 {
        let next = best_pass(scales, &result);
        if next == result {
            break;
        }
        result = next;
    }
    result
}

/// Tries other beginnings where the first one is clearly above the plain excess, and takes the one that is least above the caps, then the one
/// that moves least.
fn best_pass(scales: &Scales<'_>, owner: &[u32]) -> Vec<u32> {
    let (caps, loads) = (scales.caps(), scales.loads(owner));
    let excess: u64 = loads.iter().zip(&caps).map(|(load, cap)| load.saturating_sub(*cap)).sum();
    let mut best: Option<((u64, u64), Vec<u32>)> = None;
    for heavy in [Heavy::IntoRoom, Heavy::MakeRoom, Heavy::Last] {
        let result = pass(scales, owner, heavy);
        let moved = owner.iter().zip(&result).zip(scales.value).filter(|((a, b), _)| a != b);
        let moved: u64 = moved.map(|(_, value)| value).sum();
        let above = scales.loads(&result).iter().zip(&caps).map(|(load, cap)| load.saturating_sub(*cap)).sum();
        let rank = (above, moved);
        let better = best.as_ref().is_none_or(|(other, _)| rank < *other);
        if better {
            best = Some((rank, result));
        }
        if above == 0 && moved <= excess + excess / 100 {
            break;
        }
    }
    best.expect("there are several beginnings").1
}

fn pass(scales: &Scales<'_>, origin: &[u32], heavy: Heavy) -> Vec<u32> {
    let mut rest = Rest::new(scales, origin);
    if heavy != Heavy::Last {
        rest.place_big_ones(heavy == Heavy::MakeRoom);
    }
    let before = rest.owner.clone();
    let loads = rest.loads.clone();
    let caps = &rest.caps;
    let give: Vec<u64> = (0..loads.len())
        .map(|node| if scales.weight[node] > 0 { loads[node].saturating_sub(caps[node]) } else { loads[node] })
        .collect();
    let take = scales.fill(&loads, caps, give.iter().sum());
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
        rest.hand(slot, node as usize);
    });
    rest.clear_leavers();
    rest.lower();
    rest.choose_again();
    rest.give_each_one();
    rest.owner
}

/// No plan in which each node ends at most as high above its cap as in `result` moves less than this.
pub(super) fn lower_bound(scales: &Scales<'_>, before: &[u32], pinned: &[u32], result: &[u32]) -> u64 {
    let forced = before.iter().zip(pinned).zip(scales.value);
    let forced: u64 = forced.filter(|((before, pinned), _)| before != pinned).map(|(_, value)| value).sum();
    let (caps, loads, after) = (scales.caps(), scales.loads(pinned), scales.loads(result));
    let limits: Vec<u64> = caps.iter().zip(&after).map(|(&cap, &load)| cap.max(load)).collect();
    let mut bound = forced;
    let mut parts = vec![0; loads.len()];
    for node in 0..loads.len() {
        parts[node] = if scales.weight[node] == 0 {
            loads[node]
        } else {
            least_given(scales, pinned, result, node, loads[node].saturating_sub(limits[node]))
        };
        bound += parts[node];
    }
    bound + room_for_heavy(scales, pinned, &loads, &limits, &parts)
}

/// The least that a node can give if it gives so much or more.
fn least_given(scales: &Scales<'_>, pinned: &[u32], result: &[u32], node: usize, need: u64) -> u64 {
    if need == 0 {
        return 0;
    }
    let own = || (0..pinned.len()).filter(|&slot| pinned[slot] == node as u32);
    let given: u64 = own().filter(|&slot| result[slot] != node as u32).map(|slot| scales.value[slot]).sum();
    // What the plan does cannot be less than a bound, so there is nothing to find.
    if given <= need {
        return need;
    }
    let movable = own().filter(|&slot| !scales.fixed[slot]).map(|slot| scales.value[slot]);
    let mut values: Vec<u64> = movable.filter(|&value| value > 0).collect();
    values.sort_by(|a, b| b.cmp(a));
    cover(&values, need).bound
}

/// How many of the slots that are sure to move are looked at for the room they need.
const HEAVIEST: usize = 64;

/// What nodes have to give, beyond their own excess, to make room for heavy slots that are sure to move: those of nodes that end without
/// slots, and one of each node whose lighter slots are not enough.
fn room_for_heavy(scales: &Scales<'_>, pinned: &[u32], loads: &[u64], limits: &[u64], parts: &[u64]) -> u64 {
    let mut own: Vec<Vec<u64>> = vec![Vec::new(); loads.len()];
    for (slot, &node) in pinned.iter().enumerate().filter(|(slot, _)| !scales.fixed[*slot]) {
        own[node as usize].push(scales.value[slot]);
    }
    let mut sure: Vec<u64> = Vec::new();
    for (node, values) in own.iter_mut().enumerate() {
        if scales.weight[node] == 0 {
            sure.append(values);
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
