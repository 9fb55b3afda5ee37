//! Whatever the nodes say: repairs lead to a whole cluster, no key is lost on the way, and each round is the better for it.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use crate::slots::{Direction, NodeId, Slot};

use super::evidence::Keys;
use super::finding::{Health, Severity};
use super::repair::Repair;
use super::support_tests::{Cluster, id, slot};

const NAMES: [&str; 4] = ["a", "b", "c", "d"];

/// What has been done to one slot.
#[derive(Clone, Debug)]
struct Damage {
    slot: u16,
    claims: Vec<bool>,
    open: Vec<Option<(bool, usize)>>,
    keys: Vec<BTreeSet<u8>>,
}

fn damage() -> impl Strategy<Value = Damage> {
    let open = prop::option::weighted(0.4, (any::<bool>(), 0..NAMES.len()));
    let keys = prop::collection::btree_set(0..6u8, 0..4);
    let keys = prop_oneof![2 => Just(BTreeSet::new()), 1 => keys];
    (
        0..40u16,
        prop::collection::vec(prop::bool::weighted(0.4), NAMES.len()),
        prop::collection::vec(open, NAMES.len()),
        prop::collection::vec(keys, NAMES.len()),
    )
        .prop_map(|(slot, claims, open, keys)| Damage { slot, claims, open, keys })
}

/// A cluster of servers that do what servers do, as far as repairs go.
struct World {
    cluster: Cluster,
    keys: BTreeMap<(NodeId, Slot), BTreeSet<u8>>,
    epoch: u64,
}

impl World {
    fn new(damages: &[Damage]) -> World {
        let mut world = World {
            cluster: Cluster::new(&[("a", "0-5000"), ("b", "5001-9000"), ("c", "9001-16383"), ("d", "")]),
            keys: BTreeMap::new(),
            epoch: 9,
        };
        for damage in damages {
            let text = damage.slot.to_string();
            world.cluster = std::mem::replace(&mut world.cluster, Cluster::new(&[])).all_see(&text, "-");
            for (index, name) in NAMES.iter().enumerate() {
                if damage.claims[index] {
                    world.cluster.line(name, name).slots.insert(slot(damage.slot));
                }
                let open = &mut world.cluster.line(name, name).open;
                open.retain(|(open, _)| *open != slot(damage.slot));
                if let Some((migrating, peer)) = damage.open[index].filter(|(_, peer)| *peer != index) {
                    let peer = id(NAMES[peer]);
                    // A server refuses to migrate what it does not own and to import what it owns.
                    if migrating && damage.claims[index] {
                        open.push((slot(damage.slot), Direction::Migrating(peer)));
                    } else if !migrating && !damage.claims[index] {
                        open.push((slot(damage.slot), Direction::Importing(peer)));
                    }
                }
                world.keys.insert((id(name), slot(damage.slot)), damage.keys[index].clone());
            }
        }
        world.count();
        world
    }

    fn count(&mut self) {
        for name in NAMES {
            let mut keys = Keys::none();
            for ((node, slot), held) in &self.keys {
                if node.as_str() == name {
                    keys.add(*slot, held.len() as u64);
                }
            }
            self.cluster.witness(name).keys = Some(keys);
        }
    }

    fn all_keys(&self) -> BTreeSet<(Slot, u8)> {
        self.keys.iter().flat_map(|((_, slot), keys)| keys.iter().map(|key| (*slot, *key))).collect()
    }

    fn carry(&mut self, from: &NodeId, to: &NodeId, slot: Slot) {
        // What both have is the same here.
        let held = self.keys.remove(&(from.clone(), slot)).unwrap_or_default();
        self.keys.entry((to.clone(), slot)).or_default().extend(held);
    }

    fn close(&mut self, node: &NodeId, slot: Slot) {
        self.cluster.line(node.as_str(), node.as_str()).open.retain(|(open, _)| *open != slot);
    }

    fn owns(&mut self, node: &NodeId, slot: Slot, owns: bool) {
        let slots = &mut self.cluster.line(node.as_str(), node.as_str()).slots;
        if owns {
            slots.insert(slot)
        } else {
            slots.remove(slot)
        };
    }

    fn bump(&mut self, node: &NodeId) {
        self.epoch += 1;
        let (epoch, name) = (self.epoch, node.as_str());
        for speaker in NAMES {
            self.cluster.line(speaker, name).config_epoch = epoch;
        }
    }

    fn run(&mut self, repair: &Repair) {
        match repair {
            Repair::Protect { loser, slots, .. } => slots.iter().for_each(|slot| self.owns(loser, slot, false)),
            Repair::Tell { node, slots, .. } => {
                for slot in slots.iter() {
                    assert!(
                        self.keys.get(&(node.clone(), slot)).is_none_or(BTreeSet::is_empty) || !self.claims(node, slot),
                        "SETSLOT NODE is refused by an owner with keys"
                    );
                    self.owns(node, slot, false);
                }
            }
            Repair::Assign { to, slots } => {
                for slot in slots.iter() {
                    self.owns(to, slot, true);
                    self.close(to, slot);
                }
                self.bump(to);
            }
            Repair::Close { node, slots } => slots.iter().for_each(|slot| self.close(node, slot)),
            Repair::Finish { from, to, slots } => {
                for slot in slots.iter() {
                    self.carry(from, to, slot);
                    self.owns(to, slot, true);
                    self.owns(from, slot, false);
                    self.close(from, slot);
                    self.close(to, slot);
                }
                self.bump(to);
            }
            Repair::MoveKeys { from, to, slots } => slots.iter().for_each(|slot| self.carry(from, to, slot)),
            Repair::BumpEpoch { node } => self.bump(node),
            Repair::Meet { .. } | Repair::Replicate { .. } => {
                unreachable!("all nodes are masters that know each other")
            }
        }
    }

    fn claims(&mut self, node: &NodeId, slot: Slot) -> bool {
        self.cluster.line(node.as_str(), node.as_str()).slots.contains(slot)
    }

    /// What gossip does: a view of others follows their claims, the newest wins, and a loser deletes its keys.
    fn gossip(&mut self) {
        let claims: Vec<_> = NAMES
            .iter()
            .map(|name| {
                (*name, self.cluster.line(name, name).slots.clone(), self.cluster.line(name, name).config_epoch)
            })
            .collect();
        for speaker in NAMES {
            for (name, slots, _) in claims.iter().filter(|(name, ..)| *name != speaker) {
                self.cluster.line(speaker, name).slots = slots.clone();
            }
        }
        for slot in Slot::all().take(40) {
            let winner = claims
                .iter()
                .filter(|(_, slots, _)| slots.contains(slot))
                .max_by_key(|(name, _, epoch)| (*epoch, std::cmp::Reverse(*name)));
            for (name, slots, _) in &claims {
                if slots.contains(slot) && winner.is_some_and(|(winner, ..)| winner != name) {
                    self.owns(&id(name), slot, false);
                    self.keys.remove(&(id(name), slot));
                    for speaker in NAMES {
                        self.cluster.line(speaker, name).slots.remove(slot);
                    }
                }
            }
        }
        self.count();
    }
}

fn errors(health: &Health) -> Vec<&super::Finding> {
    health.findings.iter().filter(|finding| finding.severity == Severity::Error).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn repairs_end_in_a_whole_cluster_and_lose_nothing(damages in prop::collection::vec(damage(), 1..6)) {
        let mut world = World::new(&damages);
        let before = world.all_keys();
        for round in 0.. {
            prop_assert!(round < 30, "no end: {:#?}", world.cluster.health());
            let health = world.cluster.health();
            let repairs: Vec<Repair> = health.next_repairs(&[]).into_iter().cloned().collect();
            if repairs.is_empty() {
                // Left is only what has no one right answer, and that is said.
                for finding in errors(&health) {
                    prop_assert_eq!(finding.rule.name(), "unassigned-slot");
                    prop_assert!(finding.help.as_ref().is_some_and(|help| help.contains("all have keys")), "{:?}", finding);
                }
                break;
            }
            repairs.iter().for_each(|repair| world.run(repair));
            world.count();
            // Nothing is known beyond the node itself while owners are in doubt: that is the moment to act in.
            if !world.cluster.health().findings.iter().any(|f| f.rule.name() == "two-owners") {
                world.gossip();
            }
        }
        prop_assert_eq!(world.all_keys(), before);
    }

    #[test]
    fn a_finding_names_each_slot_once_and_the_same_input_gives_the_same_report(damages in prop::collection::vec(damage(), 1..6)) {
        let world = World::new(&damages);
        let health = world.cluster.health();
        prop_assert_eq!(&health, &world.cluster.health());
        prop_assert_eq!(health.whole, errors(&health).is_empty());
        for slot in world.keys.keys().map(|(_, slot)| *slot) {
            let finishes = health.findings.iter().flat_map(|f| &f.repairs).filter(|r| matches!(r, Repair::Finish { slots, .. } | Repair::Assign { slots, .. } if slots.contains(slot)));
            prop_assert!(finishes.count() <= 1, "slot {} goes two ways", slot);
        }
    }
}
