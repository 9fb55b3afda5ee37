//! Balance by keys, bytes or operations: no master above its share by more than the tolerance, the least moved, the lower side as even as
//! that allows.

use super::carve::{Job, Quota, carve};
use super::cover::cover;

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

/// The owners after balancing.
pub(super) fn balance(scales: &Scales<'_>, owner: &[u32]) -> Vec<u32> {
    let mut result = pass(scales, owner);
    // A pass that was stopped by the order of its steps may leave something for another one.
    for _ in 0..3 {
        let next = pass(scales, &result);
        if next == result {
            break;
        }
        result = next;
    }
    result
}

fn pass(scales: &Scales<'_>, owner: &[u32]) -> Vec<u32> {
    let caps = scales.caps();
    let loads = scales.loads(owner);
    let give: Vec<u64> = (0..loads.len())
        .map(|node| if scales.weight[node] > 0 { loads[node].saturating_sub(caps[node]) } else { loads[node] })
        .collect();
    let take = scales.fill(&loads, &caps, give.iter().sum());
    let mut quotas: Vec<Quota> = (0..loads.len())
        .map(|node| Quota {
            give: give[node],
            over: if scales.weight[node] > 0 { give[node] / 400 } else { 0 },
            take: take[node],
            slack: (caps[node].saturating_sub(loads[node] + take[node]) / 2).min(caps[node] / 200),
        })
        .map(|quota| if quota.give > 0 { Quota { take: 0, slack: 0, ..quota } } else { quota })
        .collect();
    let mut sums = Vec::with_capacity(owner.len() + 1);
    sums.push(0);
    for value in scales.value {
        sums.push(sums[sums.len() - 1] + value);
    }
    let owner = carve(&Job { owner, fixed: scales.fixed, sums: &sums }, &mut quotas);
    let mut rest = Rest { scales, loads: scales.loads(&owner), caps, owner };
    rest.clear_leavers();
    rest.lower();
    rest.give_each_one();
    rest.owner
}

/// What the cuts left over.
struct Rest<'a> {
    scales: &'a Scales<'a>,
    owner: Vec<u32>,
    loads: Vec<u64>,
    caps: Vec<u64>,
}

impl Rest<'_> {
    fn room(&self, node: usize) -> u64 {
        if self.scales.weight[node] == 0 { 0 } else { self.caps[node].saturating_sub(self.loads[node]) }
    }

    fn hand(&mut self, slot: usize, to: usize) {
        let value = self.scales.value[slot];
        self.loads[self.owner[slot] as usize] -= value;
        self.loads[to] += value;
        self.owner[slot] = to as u32;
    }

    /// The neighbour with enough room, or the node with most of it.
    fn place(&self, slot: usize, not: usize) -> Option<usize> {
        let value = self.scales.value[slot];
        let fits = |&node: &usize| node != not && self.scales.weight[node] > 0 && self.room(node) >= value;
        let beside = [slot.checked_sub(1), Some(slot + 1)].into_iter().flatten();
        let beside = beside.filter_map(|slot| self.owner.get(slot)).map(|&node| node as usize).find(fits);
        beside.or_else(|| {
            (0..self.loads.len()).filter(fits).max_by_key(|&node| (self.room(node), std::cmp::Reverse(node)))
        })
    }

    /// Nodes that end without slots give what they still have; the heaviest slots first, as they are the hardest to place.
    fn clear_leavers(&mut self) {
        let leaves = |rest: &Self, slot: usize| rest.scales.weight[rest.owner[slot] as usize] == 0;
        let mut slots: Vec<usize> =
            (0..self.owner.len()).filter(|&slot| leaves(self, slot) && self.scales.value[slot] > 0).collect();
        slots.sort_by_key(|&slot| (std::cmp::Reverse(self.scales.value[slot]), slot));
        for slot in slots {
            let from = self.owner[slot] as usize;
            let to = self.place(slot, from).unwrap_or_else(|| self.least_overloaded(slot));
            self.hand(slot, to);
        }
        // Empty slots go to a neighbour, first from left to right, then from right to left.
        let count = self.owner.len();
        let stays = |rest: &Self, slot: usize| !leaves(rest, slot);
        for slot in 1..count {
            if leaves(self, slot) && stays(self, slot - 1) {
                self.owner[slot] = self.owner[slot - 1];
            }
        }
        for slot in (0..count.saturating_sub(1)).rev() {
            if leaves(self, slot) && stays(self, slot + 1) {
                self.owner[slot] = self.owner[slot + 1];
            }
        }
    }

    fn least_overloaded(&self, slot: usize) -> usize {
        let value = self.scales.value[slot];
        (0..self.loads.len())
            .filter(|&node| self.scales.weight[node] > 0)
            .min_by_key(|&node| ((self.loads[node] + value).saturating_sub(self.caps[node]), node))
            .expect("a plan has a master that takes part")
    }

    /// Nodes above their cap give single slots to those that have room.
    fn lower(&mut self) {
        for node in 0..self.loads.len() {
            if self.scales.weight[node] == 0 || self.loads[node] <= self.caps[node] {
                continue;
            }
            let most = (0..self.loads.len()).filter(|&other| other != node).map(|other| self.room(other)).max();
            let most = most.unwrap_or(0);
            let mut own: Vec<usize> = (0..self.owner.len())
                .filter(|&slot| self.owner[slot] == node as u32 && !self.scales.fixed[slot])
                .filter(|&slot| (1..=most).contains(&self.scales.value[slot]))
                .collect();
            own.sort_by_key(|&slot| (std::cmp::Reverse(self.scales.value[slot]), slot));
            let values: Vec<u64> = own.iter().map(|&slot| self.scales.value[slot]).collect();
            for index in cover(&values, self.loads[node] - self.caps[node]).chosen {
                if let Some(to) = self.place(own[index], node) {
                    self.hand(own[index], to);
                }
            }
        }
    }

    /// A master with a share has a slot, if only an empty one.
    fn give_each_one(&mut self) {
        let mut counts = vec![0u32; self.loads.len()];
        self.owner.iter().for_each(|&node| counts[node as usize] += 1);
        for node in 0..counts.len() {
            if self.scales.weight[node] == 0 || counts[node] > 0 {
                continue;
            }
            let lightest = (0..self.owner.len())
                .filter(|&slot| !self.scales.fixed[slot] && counts[self.owner[slot] as usize] > 1)
                .min_by_key(|&slot| (self.scales.value[slot], slot));
            if let Some(slot) = lightest {
                counts[self.owner[slot] as usize] -= 1;
                counts[node] += 1;
                self.hand(slot, node);
            }
        }
    }
}

/// No plan in which each node ends at most as high above its cap as in `result` moves less than this.
pub(super) fn lower_bound(scales: &Scales<'_>, before: &[u32], pinned: &[u32], result: &[u32]) -> u64 {
    let forced = before.iter().zip(pinned).zip(scales.value);
    let forced: u64 = forced.filter(|((before, pinned), _)| before != pinned).map(|(_, value)| value).sum();
    let (caps, loads, after) = (scales.caps(), scales.loads(pinned), scales.loads(result));
    let mut bound = forced;
    for node in 0..loads.len() {
        if scales.weight[node] == 0 {
            bound += loads[node];
            continue;
        }
        let need = loads[node].saturating_sub(caps[node].max(after[node]));
        if need == 0 {
            continue;
        }
        let given: u64 = (0..pinned.len())
            .filter(|&slot| pinned[slot] == node as u32 && result[slot] != node as u32)
            .map(|slot| scales.value[slot])
            .sum();
        if given <= need {
            bound += need;
            continue;
        }
        let mut values: Vec<u64> = (0..pinned.len())
            .filter(|&slot| pinned[slot] == node as u32 && !scales.fixed[slot])
            .map(|slot| scales.value[slot])
            .filter(|&value| value > 0)
            .collect();
        values.sort_by(|a, b| b.cmp(a));
        bound += cover(&values, need).bound;
    }
    bound
}
