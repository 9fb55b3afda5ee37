//! Clusters in pods for tests, and somebody who does what steps say and complains about what cannot be done.

use crate::slots::{Address, ClusterState, Node, NodeId, Role, SLOTS, Slot, SlotSet};

use super::{Pod, Step, Wanted};

/// Numbers that look random and are the same every time.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below that one.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % end.max(1)
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for index in (1..items.len()).rev() {
            items.swap(index, self.below(index + 1));
        }
    }
}

pub fn id(pod: usize) -> NodeId {
    format!("{:02x}{pod:02}", (pod * 151 + 7) % 256).as_str().into()
}

pub fn address(pod: usize) -> Address {
    Address::new(format!("10.0.0.{}", pod + 1), 6379)
}

pub fn pods(count: usize, staying: usize, zones: &[&str]) -> Vec<Pod> {
    (0..count)
        .map(|index| Pod {
            name: format!("cache-{index}"),
            stays: index < staying,
            node: Some(id(index)),
            address: Some(address(index)),
            zone: (!zones.is_empty()).then(|| zones[index % zones.len()].to_owned()),
            shard: None,
        })
        .collect()
}

pub fn node(pod: usize, master: Option<usize>, slots: SlotSet) -> Node {
    Node {
        id: id(pod),
        address: address(pod),
        hostname: None,
        role: if master.is_some() { Role::Replica } else { Role::Master },
        master: master.map(id),
        zone: None,
        labels: Default::default(),
        slots,
        flags: Vec::new(),
        config_epoch: pod as u64 + 1,
        used_memory: None,
        maxmemory: None,
    }
}

/// Masters with their replicas, by pods, and even shares.
pub fn cluster(shards: &[(usize, &[usize])]) -> ClusterState {
    let mut state = ClusterState::default();
    let count = shards.len();
    for (number, (master, replicas)) in shards.iter().enumerate() {
        let bound = |n: usize| usize::from(SLOTS) * n / count;
        let slots = Slot::all().filter(|slot| (bound(number)..bound(number + 1)).contains(&slot.index())).collect();
        state.nodes.push(node(*master, None, slots));
        state.nodes.extend(replicas.iter().map(|replica| node(*replica, Some(*master), SlotSet::new())));
    }
    state
}

/// A cluster whose roles, shares and members are anything.
pub struct Case {
    pub state: ClusterState,
    pub pods: Vec<Pod>,
    pub wanted: Wanted,
}

impl Case {
    pub fn random(seed: u64) -> Case {
        let mut dice = Dice::new(seed);
        let wanted = Wanted { masters: 1 + dice.below(5) as u16, replicas: dice.below(3) as u16 };
        let staying = usize::from(wanted.masters) * (1 + usize::from(wanted.replicas));
        let leaving = dice.below(9);
        let zones: &[&str] = [&[][..], &["a", "b"], &["a", "b", "c"]][dice.below(3)];
        let mut pods = pods(staying + leaving, staying, zones);
        if dice.below(3) == 0 && !zones.is_empty() {
            pods.iter_mut().for_each(|pod| pod.zone = Some(zones[dice.below(zones.len())].to_owned()));
        }
        let mut order: Vec<usize> = (0..pods.len()).collect();
        dice.shuffle(&mut order);
        // Some have not joined yet.
        let members = 1 + dice.below(order.len());
        let masters = 1 + dice.below(members.min(8));
        let mut shares = vec![SlotSet::new(); masters];
        let (mut owner, lump) = (0, [150, 700, 5000][dice.below(3)]);
        for slot in Slot::all() {
            if dice.below(lump) == 0 {
                owner = dice.below(masters);
            }
            shares[owner].insert(slot);
        }
        let mut state = ClusterState::default();
        state.nodes.extend(shares.into_iter().zip(&order).map(|(slots, &pod)| node(pod, None, slots)));
        for &pod in &order[masters..members] {
            let master = (dice.below(8) > 0).then(|| order[dice.below(masters)]);
            state.nodes.push(node(pod, master, SlotSet::new()));
        }
        dice.shuffle(&mut state.nodes);
        Case { state, pods, wanted }
    }

    /// The same with a StatefulSet for each master and its replicas; some of them go, and of others the last pods.
    pub fn sharded(seed: u64) -> Case {
        let mut case = Case::random(seed);
        let mut dice = Dice::new(seed ^ 0x5a5a);
        let (masters, each) = (usize::from(case.wanted.masters), 1 + usize::from(case.wanted.replicas));
        let staying = masters * each;
        for (index, pod) in case.pods.iter_mut().enumerate() {
            let set = if index < staying { index / each } else { dice.below(masters + 3) };
            pod.shard = Some(format!("cache-shard-{set}"));
        }
        // Pods of a StatefulSet are spread over zones, where there are some.
        if case.pods[0].zone.is_some() && dice.below(2) == 0 {
            (0..staying).for_each(|pod| case.pods[pod].zone = Some(["a", "b", "c"][pod % each].to_owned()));
        }
        case
    }

    /// Masters of each StatefulSet whose pods stay, and replicas that are away from theirs.
    pub fn homes(&self) -> (Vec<usize>, usize) {
        let shard = |pod: usize| self.pods[pod].shard.clone().expect("a StatefulSet");
        let mut masters: std::collections::BTreeMap<String, usize> = Default::default();
        let mut away = 0;
        for pod in (0..self.pods.len()).filter(|&pod| self.pods[pod].stays) {
            *masters.entry(shard(pod)).or_default() += usize::from(self.master_of(pod).is_none());
            away += usize::from(self.master_of(pod).is_some_and(|master| shard(master) != shard(pod)));
        }
        (masters.into_values().collect(), away)
    }

    pub fn plan(&self) -> super::ScalingPlan {
        super::plan(&self.state, &self.pods, self.wanted).unwrap_or_else(|error| panic!("{error}\n{:#?}", self.pods))
    }

    fn at(&self, pod: &str) -> NodeId {
        self.pods.iter().find(|one| one.name == pod).and_then(|pod| pod.node.clone()).expect("a pod with a node")
    }

    fn node(&mut self, id: &NodeId) -> &mut Node {
        self.state.nodes.iter_mut().find(|node| node.id == *id).expect("a member")
    }

    pub fn master_of(&self, pod: usize) -> Option<usize> {
        let master = self.state.node(&id(pod))?.master.clone()?;
        (0..self.pods.len()).find(|&other| id(other) == master)
    }

    fn copies(&self, id: &NodeId) -> Vec<&Node> {
        self.state.nodes.iter().filter(|node| node.master.as_ref() == Some(id)).collect()
    }

    /// Does a step as servers would, and refuses what they, or the library that talks to them, refuse.
    pub fn apply(&mut self, step: &Step) {
        match step {
            Step::Finish { .. } => self.state.open.clear(),
            Step::Forget { node } => {
                assert!(self.state.node(node).is_some_and(|node| node.is_failed() && node.slots.is_empty()));
                self.state.nodes.retain(|other| other.id != *node);
            }
            Step::Meet { pod } => {
                let index = self.pods.iter().position(|one| one.name == *pod).expect("a pod");
                assert!(self.state.node(&id(index)).is_none(), "{pod} is a member already");
                self.state.nodes.push(node(index, None, SlotSet::new()));
            }
            Step::Copy { pod, master } | Step::Replicate { pod, master } => {
                let (pod, master) = (self.at(pod), self.at(master));
                assert!(self.node(&master).is_master() && pod != master);
                assert!(self.node(&pod).slots.is_empty(), "it owns slots");
                let node = self.node(&pod);
                (node.role, node.master) = (Role::Replica, Some(master));
            }
            Step::Failover { pod, master } => {
                let (pod, master) = (self.at(pod), self.at(master));
                assert_eq!(self.node(&pod).master.as_ref(), Some(&master), "not its replica");
                let slots = std::mem::take(&mut self.node(&master).slots);
                assert!(!slots.is_empty(), "a failover for nothing");
                for node in &mut self.state.nodes {
                    if node.master.as_ref() == Some(&master) || node.id == master {
                        (node.role, node.master) = (Role::Replica, Some(pod.clone()));
                    }
                }
                let node = self.node(&pod);
                (node.role, node.master, node.slots) = (Role::Master, None, slots);
            }
            Step::Renew { pod } => {
                let pod = self.at(pod);
                assert!(self.node(&pod).role == Role::Replica && self.copies(&pod).is_empty());
                let node = self.node(&pod);
                (node.role, node.master) = (Role::Master, None);
            }
            Step::Move { from, to, slots, .. } => self.hand_over(from.as_deref(), to, slots),
            Step::Leave { pod } => {
                let stays = self.pods.iter().any(|one| one.name == *pod && one.stays);
                let pod = self.at(pod);
                assert!(!stays && self.node(&pod).slots.is_empty(), "it is needed");
                let left: Vec<NodeId> =
                    self.pods.iter().filter(|pod| !pod.stays).filter_map(|pod| pod.node.clone()).collect();
                assert!(self.copies(&pod).iter().all(|node| left.contains(&node.id)), "somebody who stays copies it");
                self.state.nodes.retain(|node| node.id != pod);
            }
        }
    }

    pub fn hand_over(&mut self, from: Option<&str>, to: &str, slots: &SlotSet) {
        if let Some(from) = from {
            let from = self.at(from);
            assert!(slots.iter().all(|slot| self.node(&from).slots.contains(slot)), "it gives what it has not");
            self.node(&from).slots.subtract(slots);
        }
        let to = self.at(to);
        assert!(self.node(&to).is_master(), "a replica cannot own slots");
        self.node(&to).slots.union_with(slots);
    }

    /// Every slot has one owner, which is a master.
    pub fn assert_whole(&self) {
        let sum: u32 = self.state.nodes.iter().map(|node| u32::from(node.slots.len())).sum();
        let mut all = SlotSet::new();
        self.state.masters().for_each(|node| all.union_with(&node.slots));
        assert!(sum == u32::from(SLOTS) && all == SlotSet::all(), "slots of nobody, of two, or of a replica");
    }

    /// Exactly the target: who is a member, who owns how much, who copies whom.
    pub fn assert_done(&self) {
        self.assert_whole();
        let mut members: Vec<&NodeId> = self.state.nodes.iter().map(|node| &node.id).collect();
        let mut stay: Vec<NodeId> =
            self.pods.iter().filter(|pod| pod.stays).filter_map(|pod| pod.node.clone()).collect();
        members.sort();
        stay.sort();
        assert_eq!(members, stay.iter().collect::<Vec<_>>(), "members");
        let share = SLOTS / self.wanted.masters;
        let masters: Vec<&Node> = self.state.masters().collect();
        assert_eq!(masters.len(), usize::from(self.wanted.masters));
        for master in masters {
            assert!((share..=share + 1).contains(&master.slots.len()), "{} slots", master.slots.len());
            assert_eq!(self.copies(&master.id).len(), usize::from(self.wanted.replicas), "replicas");
        }
    }
}
