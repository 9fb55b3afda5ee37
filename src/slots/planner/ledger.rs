//! A layout in the making: who has which slot, and what that weighs.

use std::cmp::Reverse;

use super::cover::Effort;
use super::weighted::Scales;

/// Owners, loads and the slots of each node, kept in step; every hand-over can be taken back.
pub(super) struct Ledger<'a> {
    pub scales: &'a Scales<'a>,
    /// Who owned each slot before the first step.
    pub origin: &'a [u32],
    /// The slots of each node then that weigh something and may move, the heaviest first.
    pub own: Vec<Vec<u32>>,
    pub owner: Vec<u32>,
    pub loads: Vec<u64>,
    pub caps: Vec<u64>,
    /// By how much all nodes together are above their caps.
    pub above: u64,
    /// The slots of each node now that weigh something and may move, and where in that list each slot is.
    held: Vec<Vec<u32>>,
    place: Vec<u32>,
    log: Vec<(u32, u32)>,
}

impl<'a> Ledger<'a> {
    /// Starts from owners.
    pub fn new(scales: &'a Scales<'a>, origin: &'a [u32]) -> Ledger<'a> {
        let (loads, caps) = (scales.loads(origin), scales.caps());
        let mut own = vec![Vec::new(); loads.len()];
        for slot in (0..origin.len()).filter(|&slot| !scales.fixed[slot] && scales.value[slot] > 0) {
            own[origin[slot] as usize].push(slot as u32);
        }
        own.iter_mut().for_each(|slots| slots.sort_by_key(|&slot| (Reverse(scales.value[slot as usize]), slot)));
        let held = own.clone();
        let mut place = vec![0; origin.len()];
        for slots in &held {
            slots.iter().enumerate().for_each(|(index, &slot)| place[slot as usize] = index as u32);
        }
        let mut ledger =
            Ledger { scales, origin, own, owner: origin.to_vec(), loads, caps, above: 0, held, place, log: Vec::new() };
        ledger.above = (0..ledger.loads.len()).map(|node| ledger.excess(node)).sum();
        ledger
    }

    /// Whether a node has slots in the end.
    pub fn stays(&self, node: usize) -> bool {
        self.scales.weight[node] > 0
    }

    /// How much more a node may take.
    pub fn room(&self, node: usize) -> u64 {
        if self.stays(node) { self.caps[node].saturating_sub(self.loads[node]) } else { 0 }
    }

    /// How hard to look for the least that a node can give.
    pub fn effort(&self) -> Effort {
        Effort::of(self.loads.len())
    }

    /// By how much a node is above its cap; the cap of a node that ends without slots is nothing.
    pub fn excess(&self, node: usize) -> u64 {
        self.loads[node].saturating_sub(self.caps[node])
    }

    /// What a slot weighs.
    pub fn value(&self, slot: usize) -> u64 {
        self.scales.value[slot]
    }

    /// What slots weigh.
    pub fn values(&self, slots: &[usize]) -> Vec<u64> {
        slots.iter().map(|&slot| self.value(slot)).collect()
    }

    /// Gives a slot to a node.
    pub fn hand(&mut self, slot: usize, to: usize) {
        self.log.push((slot as u32, self.owner[slot]));
        self.book(slot, to);
    }

    fn book(&mut self, slot: usize, to: usize) {
        let (from, value) = (self.owner[slot] as usize, self.value(slot));
        self.above -= self.excess(from);
        self.loads[from] -= value;
        self.above += self.excess(from);
        self.above -= self.excess(to);
        self.loads[to] += value;
        self.above += self.excess(to);
        self.owner[slot] = to as u32;
        if value > 0 && !self.scales.fixed[slot] {
            let index = self.place[slot] as usize;
            self.held[from].swap_remove(index);
            if let Some(&moved) = self.held[from].get(index) {
                self.place[moved as usize] = index as u32;
            }
            self.place[slot] = self.held[to].len() as u32;
            self.held[to].push(slot as u32);
        }
    }

    /// A point to go back to.
    pub fn mark(&self) -> usize {
        self.log.len()
    }

    /// Takes back every hand-over since then.
    pub fn back_to(&mut self, mark: usize) {
        while self.log.len() > mark {
            let Some((slot, from)) = self.log.pop() else { break };
            self.book(slot as usize, from as usize);
        }
    }

    /// Slots that a node has now, that weigh something and may move, the heaviest first.
    pub fn movable(&self, node: usize) -> Vec<usize> {
        let mut slots: Vec<usize> = self.held[node].iter().map(|&slot| slot as usize).collect();
        self.heaviest_first(&mut slots);
        slots
    }

    /// As they are placed: the hardest first.
    pub fn heaviest_first(&self, slots: &mut [usize]) {
        slots.sort_by_key(|&slot| (Reverse(self.value(slot)), slot));
    }

    /// The neighbour with enough room, or the node with most of it.
    pub fn place(&self, slot: usize, not: usize) -> Option<usize> {
        let fits = |&node: &usize| node != not && self.stays(node) && self.room(node) >= self.value(slot);
        let beside = [slot.checked_sub(1), Some(slot + 1)].into_iter().flatten();
        let beside = beside.filter_map(|slot| self.owner.get(slot)).map(|&node| node as usize).find(fits);
        beside.or_else(|| self.roomiest(slot, not))
    }

    /// The node with most room, if that is enough.
    pub fn roomiest(&self, slot: usize, not: usize) -> Option<usize> {
        let others = (0..self.loads.len()).filter(|&node| node != not && self.stays(node));
        let best = others.max_by_key(|&node| (self.room(node), Reverse(node)));
        best.filter(|&node| self.room(node) >= self.value(slot))
    }

    /// So many of the other nodes that stay, those with most room first.
    pub fn roomy(&self, not: usize, count: usize) -> Vec<usize> {
        let mut others: Vec<usize> = (0..self.loads.len()).filter(|&node| node != not && self.stays(node)).collect();
        let rank = |&node: &usize| (Reverse(self.room(node)), node);
        if others.len() > count {
            others.select_nth_unstable_by_key(count, rank);
            others.truncate(count);
        }
        others.sort_by_key(rank);
        others
    }
}
