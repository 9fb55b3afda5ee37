//! State and target as numbers: who takes part, who owns what once open slots and failovers are done, what is pinned.

use std::collections::BTreeMap;

use super::error::{Named, PlanError};
use crate::slots::{Balance, ClusterState, Direction, Node, NodeId, NodeRef, Role, SLOTS, SlotSet, Target, Weight};

/// The flag of a node that is in the state although it is no member yet: whoever reads `--add` from live nodes puts it there.
pub const JOINING: &str = "joining";

/// Stands for the node of a slot that belongs to nobody.
pub(super) const NOBODY: u32 = u32::MAX;

/// What the planner works on. Nodes are numbered in the order of their ids.
pub(super) struct Problem<'a> {
    pub nodes: Vec<&'a Node>,
    /// Who owns each slot before the first move.
    pub owner: Vec<u32>,
    /// Share of each node in proportion to the others; 0 for those without slots in the end.
    pub weight: Vec<u64>,
    /// The node that each slot must end at.
    pub pin: Vec<u32>,
    pub leaving: Vec<bool>,
    /// Masters that `--weights` keeps without slots.
    pub zero: Vec<bool>,
    /// Dead masters, each with the replica that takes over.
    pub failovers: Vec<(usize, usize)>,
    /// Slots that were in the middle of a hand-over.
    pub open: SlotSet,
    /// Where each node is at home; nothing where the target names no homes.
    pub homes: Vec<Option<String>>,
}

impl<'a> Problem<'a> {
    /// Reads both.
    pub fn new(state: &'a ClusterState, target: &Target) -> Result<Problem<'a>, PlanError> {
        let mut nodes: Vec<&Node> = state.nodes.iter().collect();
        nodes.sort_by(|a, b| a.id.cmp(&b.id));
        nodes.dedup_by(|a, b| a.id == b.id);
        let mut owner = owners(&nodes);
        let failovers = fail_over(&nodes, &mut owner)?;
        let open = finish_open_slots(state, &nodes, &mut owner)?;
        let choice = Choice::new(state, target, &nodes, &owner, &failovers)?;
        let pin = choice.pins(target)?;
        let weight = choice.weights(target)?;
        let Choice { leaving, zero, .. } = choice;
        let homes = nodes.iter().map(|node| target.homes.get(&node.id).cloned()).collect();
        Ok(Problem { nodes, owner, weight, pin, leaving, zero, failovers, open, homes })
    }

    /// Whether a node has slots in the end.
    pub fn takes_part(&self, node: usize) -> bool {
        self.weight[node] > 0
    }
}

/// Whether a node can be given work: a member, or one that becomes one, that answers.
pub(super) fn usable(node: &Node) -> bool {
    !node.is_failed() && !node.flags.iter().any(|flag| flag == "handshake")
}

/// The number of a node.
pub(super) fn index_of(nodes: &[&Node], id: &NodeId) -> Option<usize> {
    nodes.binary_search_by(|node| node.id.cmp(id)).ok()
}

fn owners(nodes: &[&Node]) -> Vec<u32> {
    let mut owner = vec![NOBODY; usize::from(SLOTS)];
    for (index, node) in nodes.iter().enumerate().filter(|(_, node)| node.is_master()) {
        for slot in node.slots.iter() {
            let old = owner[slot.index()];
            // The nodes are in the order of their ids; of two with the same epoch the first wins, as in `ClusterState::owners`.
            if old == NOBODY || nodes[old as usize].config_epoch < node.config_epoch {
                owner[slot.index()] = index as u32;
            }
        }
    }
    owner
}

/// Gives the slots of dead masters to the replicas that are about to be promoted. Of several, redis takes the one with the most data, which a
/// state does not tell: the first one stands for it.
fn fail_over(nodes: &[&Node], owner: &mut [u32]) -> Result<Vec<(usize, usize)>, PlanError> {
    let mut failovers = Vec::new();
    for (dead, node) in nodes.iter().enumerate().filter(|(_, node)| node.is_master() && node.is_failed()) {
        let slots: Vec<usize> = (0..owner.len()).filter(|&slot| owner[slot] == dead as u32).collect();
        if slots.is_empty() {
            continue;
        }
        let heir = nodes.iter().position(|other| {
            other.role == Role::Replica
                && other.master.as_ref() == Some(&node.id)
                && usable(other)
                && !other.flags.iter().any(|flag| flag == "nofailover")
        });
        let Some(heir) = heir else {
            return Err(PlanError::DeadOwner { node: (*node).into(), slots: set(slots) });
        };
        slots.iter().for_each(|&slot| owner[slot] = heir as u32);
        failovers.push((dead, heir));
    }
    Ok(failovers)
}

/// Moves each open slot to where it was going.
fn finish_open_slots(state: &ClusterState, nodes: &[&Node], owner: &mut [u32]) -> Result<SlotSet, PlanError> {
    // By slot: where it comes from, as far as somebody says so, and where it goes.
    let mut ends: BTreeMap<usize, Vec<(&NodeId, &NodeId)>> = BTreeMap::new();
    for open in &state.open {
        let end = match &open.direction {
            Direction::Migrating(to) => (&open.node, to),
            Direction::Importing(from) => (from, &open.node),
        };
        ends.entry(open.slot.index()).or_default().push(end);
    }
    let mut unclear = Vec::new();
    for (&slot, ends) in &ends {
        let target = ends[0].1;
        let good = |index: &usize| {
            // A node whose shard has changed its master since is no contradiction.
            let shard = |id: &NodeId| {
                owner[slot] != NOBODY && {
                    let current = nodes[owner[slot] as usize];
                    current.id == *id
                        || index_of(nodes, id).is_none_or(|giver| {
                            nodes[giver].is_failed() || nodes[giver].master.as_ref() == Some(&current.id)
                        })
                }
            };
            let taker = nodes[*index];
            let arrived = owner[slot] == *index as u32;
            taker.is_master()
                && usable(taker)
                && ends.iter().all(|(from, to)| *to == target && (arrived || shard(from)))
        };
        match index_of(nodes, target).filter(good) {
            Some(index) => owner[slot] = index as u32,
            None => unclear.push(slot),
        }
    }
    if unclear.is_empty() { Ok(set(ends.into_keys())) } else { Err(PlanError::OpenSlots { slots: set(unclear) }) }
}

/// A set of slots from their numbers.
pub(super) fn set(slots: impl IntoIterator<Item = usize>) -> SlotSet {
    slots.into_iter().filter_map(|slot| crate::slots::Slot::new(slot as u16)).collect()
}

/// Who takes part.
struct Choice<'p, 'a> {
    state: &'p ClusterState,
    nodes: &'p [&'a Node],
    part: Vec<bool>,
    leaving: Vec<bool>,
    zero: Vec<bool>,
}

impl<'p, 'a> Choice<'p, 'a> {
    fn new(
        state: &'p ClusterState,
        target: &Target,
        nodes: &'p [&'a Node],
        owner: &[u32],
        failovers: &[(usize, usize)],
    ) -> Result<Self, PlanError> {
        let none = vec![false; nodes.len()];
        let mut choice = Choice { state, nodes, part: none.clone(), leaving: none.clone(), zero: none.clone() };
        for &index in owner.iter().filter(|&&index| index != NOBODY) {
            choice.part[index as usize] = true;
        }
        for name in &target.remove {
            let index = choice.find("--remove", name)?;
            choice.leaving[index] = true;
            choice.part[index] = false;
        }
        let heirs = |index: usize| failovers.iter().any(|&(_, heir)| heir == index);
        let mut named = none;
        for name in &target.add {
            let index = choice.worker("--add", name, &heirs)?;
            named[index] = true;
        }
        for (name, weight) in &target.weights {
            if *weight == Weight::ZERO {
                let index = choice.find("--weights", name)?;
                choice.zero[index] = true;
            } else {
                let index = choice.worker("--weights", name, &heirs)?;
                named[index] = true;
            }
        }
        for (_, name) in &target.pins {
            let index = choice.worker("--pin", name, &heirs)?;
            if choice.zero[index] {
                return Err(PlanError::PinnedToZero { node: choice.nodes[index].into() });
            }
            named[index] = true;
        }
        if let Some(both) = (0..nodes.len()).find(|&index| choice.zero[index] && named[index]) {
            let weighted = target.weights.iter().any(|(name, weight)| {
                *weight != Weight::ZERO && name.find(state).is_ok_and(|node| node.id == nodes[both].id)
            });
            if weighted {
                return Err(PlanError::TwoWeights { node: nodes[both].into() });
            }
        }
        for (index, part) in choice.part.iter_mut().enumerate() {
            *part = (*part || named[index]) && !choice.zero[index];
        }
        if let Some(wanted) = target.masters {
            choice.adjust(usize::from(wanted), target.balance, &named, owner)?;
        }
        match (choice.part.contains(&true), choice.zero.contains(&true)) {
            (true, _) => Ok(choice),
            (false, true) => Err(PlanError::NoWeight),
            (false, false) => Err(PlanError::NoMasters),
        }
    }

    fn find(&self, option: &'static str, name: &NodeRef) -> Result<usize, PlanError> {
        let node = name.find(self.state).map_err(|error| PlanError::NoNode { option, error })?;
        Ok(index_of(self.nodes, &node.id).expect("every node of the state has a number"))
    }

    /// A node that can have slots in the end.
    fn worker(&self, option: &'static str, name: &NodeRef, heirs: &dyn Fn(usize) -> bool) -> Result<usize, PlanError> {
        let index = self.find(option, name)?;
        let node = || Named::from(self.nodes[index]);
        if self.leaving[index] {
            Err(PlanError::Leaving { option, node: node() })
        } else if !usable(self.nodes[index]) {
            Err(PlanError::Unreachable { option, node: node() })
        } else if !self.nodes[index].is_master() && !heirs(index) {
            Err(PlanError::Replica { option, node: node() })
        } else {
            Ok(index)
        }
    }

    /// Takes spares in the order of their ids, or drains the masters with the fewest slots (or bytes), until so many have slots.
    fn adjust(&mut self, wanted: usize, balance: Balance, named: &[bool], owner: &[u32]) -> Result<(), PlanError> {
        if !(1..=usize::from(SLOTS)).contains(&wanted) {
            return Err(PlanError::MastersOutOfRange { wanted });
        }
        let have = self.part.iter().filter(|&&part| part).count();
        if have <= wanted {
            let spare = |&index: &usize| {
                let node = self.nodes[index];
                let outside = node.flags.iter().any(|flag| flag == JOINING);
                node.is_spare()
                    && usable(node)
                    && !outside
                    && !self.part[index]
                    && !self.leaving[index]
                    && !self.zero[index]
            };
            let spares: Vec<usize> = (0..self.nodes.len()).filter(spare).collect();
            if have + spares.len() < wanted {
                return Err(PlanError::TooFewMasters { wanted, available: have + spares.len() });
            }
            spares.into_iter().take(wanted - have).for_each(|index| self.part[index] = true);
            return Ok(());
        }
        let bytes = self.state.slot_stats.bytes.as_ref().filter(|_| balance == Balance::Memory);
        let mut size = vec![0u64; self.nodes.len()];
        for (slot, &index) in owner.iter().enumerate().filter(|(_, index)| **index != NOBODY) {
            size[index as usize] = size[index as usize].saturating_add(bytes.map_or(1, |bytes| bytes[slot]));
        }
        let mut drop: Vec<usize> = (0..self.nodes.len()).filter(|&index| self.part[index] && !named[index]).collect();
        if drop.len() < have - wanted {
            return Err(PlanError::MoreNamed { wanted, named: have - drop.len() });
        }
        drop.sort_by_key(|&index| (size[index], index));
        drop.into_iter().take(have - wanted).for_each(|index| self.part[index] = false);
        Ok(())
    }

    fn weights(&self, target: &Target) -> Result<Vec<u64>, PlanError> {
        let mut listed: Vec<Option<Weight>> = vec![None; self.nodes.len()];
        for (name, weight) in &target.weights {
            let index = self.find("--weights", name)?;
            if listed[index].is_some_and(|other| other != *weight) {
                return Err(PlanError::TwoWeights { node: self.nodes[index].into() });
            }
            listed[index] = Some(*weight);
        }
        let of = |index: usize| if self.part[index] { listed[index].unwrap_or(Weight::ONE).millionths() } else { 0 };
        let weights: Vec<u64> = (0..self.nodes.len()).map(of).collect();
        // Small numbers leave room for products.
        let divisor = weights.iter().copied().fold(0, gcd).max(1);
        Ok(weights.into_iter().map(|weight| weight / divisor).collect())
    }

    fn pins(&self, target: &Target) -> Result<Vec<u32>, PlanError> {
        let mut pin = vec![NOBODY; usize::from(SLOTS)];
        for (range, name) in &target.pins {
            let index = self.find("--pin", name)? as u32;
            let twice: Vec<usize> = range
                .iter()
                .map(|slot| slot.index())
                .filter(|&slot| pin[slot] != NOBODY && pin[slot] != index)
                .collect();
            if let Some(&slot) = twice.first() {
                let first = self.nodes[pin[slot] as usize].into();
                return Err(PlanError::TwoPins { slots: set(twice), first, second: self.nodes[index as usize].into() });
            }
            range.iter().for_each(|slot| pin[slot.index()] = index);
        }
        Ok(pin)
    }
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}
