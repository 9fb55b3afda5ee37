//! Slots handed over one by one, where pieces cannot be cut exactly: the very heavy ones, and what the cuts leave over.

use std::cmp::Reverse;

use super::cover::cover;
use super::weighted::Scales;

/// A layout in the making.
pub(super) struct Rest<'a> {
    scales: &'a Scales<'a>,
    /// Who owned each slot before the first step.
    origin: &'a [u32],
    pub owner: Vec<u32>,
    pub loads: Vec<u64>,
    pub caps: Vec<u64>,
}

impl<'a> Rest<'a> {
    /// Starts from owners.
    pub fn new(scales: &'a Scales<'a>, origin: &'a [u32]) -> Rest<'a> {
        Rest { scales, origin, owner: origin.to_vec(), loads: scales.loads(origin), caps: scales.caps() }
    }

    fn stays(&self, node: usize) -> bool {
        self.scales.weight[node] > 0
    }

    fn room(&self, node: usize) -> u64 {
        if self.stays(node) { self.caps[node].saturating_sub(self.loads[node]) } else { 0 }
    }

    /// Gives a slot to a node.
    pub fn hand(&mut self, slot: usize, to: usize) {
        let value = self.scales.value[slot];
        self.loads[self.owner[slot] as usize] -= value;
        self.loads[to] += value;
        self.owner[slot] = to as u32;
    }

    /// Slots of a node that weigh something and may move, the heaviest first.
    fn movable(&self, owner: &[u32], node: usize) -> Vec<usize> {
        let mut slots: Vec<usize> = (0..owner.len())
            .filter(|&slot| owner[slot] == node as u32 && !self.scales.fixed[slot] && self.scales.value[slot] > 0)
            .collect();
        self.heaviest_first(&mut slots);
        slots
    }

    fn heaviest_first(&self, slots: &mut [usize]) {
        slots.sort_by_key(|&slot| (Reverse(self.scales.value[slot]), slot));
    }

    fn values(&self, slots: &[usize]) -> Vec<u64> {
        slots.iter().map(|&slot| self.scales.value[slot]).collect()
    }

    /// The neighbour with enough room, or the node with most of it.
    fn place(&self, slot: usize, not: usize) -> Option<usize> {
        let value = self.scales.value[slot];
        let fits = |&node: &usize| node != not && self.stays(node) && self.room(node) >= value;
        let beside = [slot.checked_sub(1), Some(slot + 1)].into_iter().flatten();
        let beside = beside.filter_map(|slot| self.owner.get(slot)).map(|&node| node as usize).find(fits);
        beside.or_else(|| self.roomiest(slot, not))
    }

    fn roomiest(&self, slot: usize, not: usize) -> Option<usize> {
        let fits = |&node: &usize| node != not && self.stays(node) && self.room(node) >= self.scales.value[slot];
        (0..self.loads.len()).filter(fits).max_by_key(|&node| (self.room(node), Reverse(node)))
    }

    /// Slots that are hard to place go first, while there is room: those of nodes that end without slots, and those that a node has to give
    /// because its other slots are not enough.
    pub fn place_big_ones(&mut self, make_room: bool) {
        let filled = self.scales.value.iter().filter(|&&value| value > 0).count() as u64;
        let average = self.loads.iter().sum::<u64>() / filled.max(1);
        let smallest = (0..self.caps.len()).filter(|&node| self.stays(node)).map(|node| self.caps[node]).min();
        let big = (smallest.unwrap_or(0) / 20).max(4 * average);
        let mut slots = Vec::new();
        for node in 0..self.loads.len() {
            let excess = self.loads[node].saturating_sub(if self.stays(node) { self.caps[node] } else { 0 });
            if excess == 0 {
                continue;
            }
            let own = self.movable(self.origin, node);
            if !self.stays(node) {
                slots.extend(own.into_iter().filter(|&slot| self.scales.value[slot] > big));
                continue;
            }
            // What is too heavy for every other node has to stay.
            let others = (0..self.caps.len()).filter(|&other| other != node);
            let heaviest = others.map(|other| if make_room { self.caps[other] } else { self.room(other) }).max();
            let own: Vec<usize> =
                own.into_iter().filter(|&slot| self.scales.value[slot] <= heaviest.unwrap_or(0)).collect();
            let small: u64 = self.values(&own).into_iter().filter(|&value| value <= big).sum();
            if small < excess {
                let chosen = cover(&self.values(&own), excess).chosen.into_iter().map(|index| own[index]);
                slots.extend(chosen.filter(|&slot| self.scales.value[slot] > big));
            }
        }
        let mut small = vec![0u64; self.loads.len()];
        for slot in (0..self.owner.len()).filter(|&slot| !self.scales.fixed[slot] && self.scales.value[slot] <= big) {
            small[self.origin[slot] as usize] += self.scales.value[slot];
        }
        self.heaviest_first(&mut slots);
        for slot in slots {
            let from = self.owner[slot] as usize;
            match self.roomiest(slot, from) {
                Some(to) => self.hand(slot, to),
                None if !self.stays(from) => self.hand(slot, self.least_heavy(slot, big)),
                None => {
                    if let Some(host) = self.host(slot, from, &small) {
                        self.hand(slot, host);
                    }
                }
            }
        }
    }

    /// A node without room for a slot that can make some, by giving light ones; that which gives least.
    fn host(&self, slot: usize, from: usize, small: &[u64]) -> Option<usize> {
        let value = self.scales.value[slot];
        let over = |node: usize| (self.loads[node] + value).saturating_sub(self.caps[node]);
        (0..self.loads.len())
            .filter(|&node| node != from && self.stays(node) && self.caps[node] >= value && small[node] >= over(node))
            .min_by_key(|&node| (over(node), node))
    }

    /// Nodes that end without slots give what they still have; the heaviest slots first, as they are the hardest to place.
    pub fn clear_leavers(&mut self) {
        let leaves = |rest: &Self, slot: usize| !rest.stays(rest.owner[slot] as usize);
        let mut slots: Vec<usize> =
            (0..self.owner.len()).filter(|&slot| leaves(self, slot) && self.scales.value[slot] > 0).collect();
        self.heaviest_first(&mut slots);
        for slot in slots {
            let from = self.owner[slot] as usize;
            let to = self.place(slot, from).unwrap_or_else(|| self.least_overloaded(slot));
            self.hand(slot, to);
        }
        // Empty slots go to a neighbour, first from left to right, then from right to left.
        let count = self.owner.len();
        for slot in 1..count {
            if leaves(self, slot) && !leaves(self, slot - 1) {
                self.owner[slot] = self.owner[slot - 1];
            }
        }
        for slot in (0..count.saturating_sub(1)).rev() {
            if leaves(self, slot) && !leaves(self, slot + 1) {
                self.owner[slot] = self.owner[slot + 1];
            }
        }
    }

    /// The node that ends least above its cap if it gives all its light slots.
    fn least_heavy(&self, slot: usize, big: u64) -> usize {
        let mut heavy = vec![0u64; self.loads.len()];
        for other in (0..self.owner.len()).filter(|&other| self.scales.fixed[other] || self.scales.value[other] > big) {
            heavy[self.owner[other] as usize] += self.scales.value[other];
        }
        let value = self.scales.value[slot];
        (0..self.loads.len())
            .filter(|&node| self.stays(node))
            .min_by_key(|&node| ((heavy[node] + value).saturating_sub(self.caps[node]), self.loads[node], node))
            .expect("a plan has a master that takes part")
    }

    fn least_overloaded(&self, slot: usize) -> usize {
        let value = self.scales.value[slot];
        (0..self.loads.len())
            .filter(|&node| self.stays(node))
            .min_by_key(|&node| ((self.loads[node] + value).saturating_sub(self.caps[node]), node))
            .expect("a plan has a master that takes part")
    }

    /// Nodes above their cap give single slots to those that have room, or exchange some for lighter ones, or make others do so.
    pub fn lower(&mut self) {
        for node in 0..self.loads.len() {
            if !self.stays(node) || self.loads[node] <= self.caps[node] {
                continue;
            }
            self.give_singles(node);
            while self.loads[node] > self.caps[node] && self.exchange(node) {}
            if self.loads[node] > self.caps[node] {
                self.push_through(node);
            }
        }
    }

    /// Gives single slots to nodes with room; those that came first, as it costs nothing to send them elsewhere.
    fn give_singles(&mut self, node: usize) {
        let most = (0..self.loads.len()).filter(|&other| other != node).map(|other| self.room(other)).max();
        let most = most.unwrap_or(0);
        let mut own = self.movable(&self.owner, node);
        own.retain(|&slot| self.scales.value[slot] <= most);
        let foreign: Vec<usize> = own.iter().copied().filter(|&slot| self.origin[slot] != node as u32).collect();
        let excess = self.loads[node].saturating_sub(self.caps[node]);
        if self.values(&foreign).iter().sum::<u64>() >= excess {
            own = foreign;
        }
        for index in cover(&self.values(&own), excess).chosen {
            if self.loads[node] <= self.caps[node] {
                break;
            }
            if let Some(to) = self.place(own[index], node) {
                self.hand(own[index], to);
            }
        }
    }

    /// How much all nodes together are above their caps.
    pub fn overload(&self) -> u64 {
        let above = |node: usize| self.loads[node].saturating_sub(self.caps[node]);
        (0..self.loads.len()).filter(|&node| self.stays(node)).map(above).fold(0, u64::saturating_add)
    }

    /// Gives a heavy slot to a node without room for it, which gives many light ones to others.
    fn push_through(&mut self, node: usize) {
        let largest = self.caps.iter().copied().max().unwrap_or(0);
        let mut own = self.movable(&self.owner, node);
        own.retain(|&slot| self.scales.value[slot] <= largest);
        let others = (0..self.loads.len()).filter(|&other| other != node && self.stays(other));
        let mut others: Vec<usize> = others.collect();
        others.sort_by_key(|&other| (Reverse(self.room(other)), other));
        for &slot in own.iter().take(4) {
            for &other in others.iter().take(4) {
                if self.loads[node] <= self.caps[node] || self.owner[slot] != node as u32 {
                    return;
                }
                // A slot that is too heavy for any node is no better off elsewhere.
                if self.scales.value[slot] > self.caps[other] {
                    continue;
                }
                let before = self.overload();
                let kept = (self.owner.clone(), self.loads.clone());
                self.hand(slot, other);
                self.take_back(node, other);
                self.give_singles(other);
                self.give_singles(node);
                if self.overload() >= before {
                    (self.owner, self.loads) = kept;
                }
            }
        }
    }

    /// Takes slots back that a node has given, those at a certain node first, as far as it has room.
    fn take_back(&mut self, node: usize, first: usize) {
        let mut given = self.movable(self.origin, node);
        given.retain(|&slot| self.owner[slot] != node as u32);
        given.sort_by_key(|&slot| (self.owner[slot] != first as u32, Reverse(self.scales.value[slot]), slot));
        for slot in given {
            if self.scales.value[slot] <= self.room(node) {
                self.hand(slot, node);
            }
        }
    }

    /// Exchanges two slots so that the node is nearer to its cap and the other one not above its own; whether there were two.
    fn exchange(&mut self, node: usize) -> bool {
        let need = self.loads[node] - self.caps[node];
        let own = self.movable(&self.owner, node);
        let mut best: Option<(u64, u64, usize, usize)> = None;
        for other in (0..self.loads.len()).filter(|&other| other != node && self.stays(other)) {
            let room = self.room(other);
            if room == 0 {
                continue;
            }
            let theirs = self.movable(&self.owner, other);
            let mut light = 0;
            for &heavy in &own {
                let value = self.scales.value[heavy];
                // The heaviest one of theirs that leaves a difference of no more than the room is the first that is light enough.
                while light < theirs.len() && value.saturating_sub(self.scales.value[theirs[light]]) >= need.min(room) {
                    light += 1;
                }
                for &slot in theirs[light.saturating_sub(1)..].iter().take(2) {
                    let gain = value.saturating_sub(self.scales.value[slot]);
                    if gain > 0 && gain <= room {
                        let rank = (need.saturating_sub(gain), value, heavy, slot);
                        best = Some(best.map_or(rank, |best| best.min(rank)));
                    }
                }
            }
        }
        let Some((_, _, heavy, light)) = best else { return false };
        let other = self.owner[light] as usize;
        self.hand(light, node);
        self.hand(heavy, other);
        true
    }

    /// Nodes that gave clearly more than they had to choose again, from all their slots.
    pub fn choose_again(&mut self) {
        let before = self.scales.loads(self.origin);
        for (node, &load) in before.iter().enumerate() {
            let need = load.saturating_sub(self.caps[node]);
            if !self.stays(node) || need == 0 {
                continue;
            }
            let gave = |slot: &usize| self.origin[*slot] == node as u32 && self.owner[*slot] != node as u32;
            let given: u64 = (0..self.owner.len()).filter(gave).map(|slot| self.scales.value[slot]).sum();
            if given.saturating_sub(need) <= need / 500 {
                continue;
            }
            let own = self.movable(self.origin, node);
            let cover = cover(&self.values(&own), need);
            let again = cover.sum + need / 1000 < given && self.replace(node, &own, &cover.chosen);
            if !again {
                self.take_back(node, node);
            }
        }
    }

    /// Gives the chosen ones of a node's own slots instead of those that it gave; whether all could be placed.
    fn replace(&mut self, node: usize, own: &[usize], chosen: &[usize]) -> bool {
        let (owner, loads) = (self.owner.clone(), self.loads.clone());
        let mut gives = vec![false; own.len()];
        chosen.iter().for_each(|&index| gives[index] = true);
        for (&slot, _) in own.iter().zip(&gives).filter(|(_, gives)| !**gives) {
            self.hand(slot, node);
        }
        for (&slot, _) in own.iter().zip(&gives).filter(|(_, gives)| **gives) {
            if self.owner[slot] != node as u32 {
                continue;
            }
            match self.place(slot, node) {
                Some(to) => self.hand(slot, to),
                None => {
                    (self.owner, self.loads) = (owner, loads);
                    return false;
                }
            }
        }
        let good = self.loads[node] <= self.caps[node];
        if !good {
            (self.owner, self.loads) = (owner, loads);
        }
        good
    }

    /// A master with a share has a slot, if only an empty one.
    pub fn give_each_one(&mut self) {
        let mut counts = vec![0u32; self.loads.len()];
        self.owner.iter().for_each(|&node| counts[node as usize] += 1);
        for node in 0..counts.len() {
            if !self.stays(node) || counts[node] > 0 {
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
