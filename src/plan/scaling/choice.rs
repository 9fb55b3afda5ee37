//! Who owns slots in the end: as few slots as possible change their node, then as few masters as possible hand over.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::slots::{NodeId, Role, SLOTS};

use super::sketch::Sketch;
use super::types::{Pod, Wanted};

/// Who does what; pods by their numbers.
#[derive(Default)]
pub(super) struct Choice {
    /// Who owns slots in the end.
    pub masters: Vec<usize>,
    /// Who copies which master that leaves.
    pub copies: Vec<(usize, usize)>,
    /// Who takes over from which master that leaves.
    pub failovers: Vec<(usize, usize)>,
    /// Replicas that begin anew as masters.
    pub renewed: Vec<usize>,
}

/// A master with slots.
struct Shard {
    master: usize,
    slots: u16,
    /// Replicas that stay and can take over.
    heirs: Vec<usize>,
}

/// Chooses. All pods that stay have a member in the sketch.
pub(super) fn choose(pods: &[Pod], sketch: &Sketch, wanted: Wanted) -> Choice {
    let table = Table::new(pods, sketch);
    let wanted = usize::from(wanted.masters);
    // More than the smallest share is no better: the rest is given away. Counted like this, shards that were chosen once stay chosen while slots move.
    let share = SLOTS / wanted as u16;
    let mut shards = table.shards();
    shards.sort_by_key(|shard| (Reverse(shard.slots.min(share)), !table.stays(shard.master), shard.master));
    let (mut kept, lost): (Vec<Shard>, Vec<Shard>) =
        shards.into_iter().partition(|shard| table.stays(shard.master) || !shard.heirs.is_empty());
    kept.truncate(wanted);
    let mut choice = Choice::default();
    let mut zones = Zones::new(pods, wanted);
    for shard in kept.iter().filter(|shard| table.stays(shard.master)) {
        zones.take(shard.master);
        choice.masters.push(shard.master);
    }
    kept.sort_by_key(|shard| shard.master);
    for shard in kept.iter().filter(|shard| !table.stays(shard.master)) {
        if let Some(heir) = zones.best(&shard.heirs) {
            zones.take(heir);
            choice.masters.push(heir);
            choice.failovers.push((heir, shard.master));
        }
    }
    // A whole shard that nobody who stays has: to copy it costs what it costs to move its slots, and then it need not be cut up.
    for shard in lost.into_iter().take(wanted.saturating_sub(choice.masters.len())) {
        let free = table.free(&choice.masters);
        if let Some(&copy) = free.first() {
            choice.copies.push((copy, shard.master));
            choice.failovers.push((copy, shard.master));
            choice.masters.push(copy);
            zones.take(copy);
        }
    }
    while choice.masters.len() < wanted {
        let spares = table.spares(&choice.masters);
        let free = if spares.is_empty() { table.free(&choice.masters) } else { Vec::new() };
        let Some(pod) = zones.best(if spares.is_empty() { &free } else { &spares }) else { break };
        if spares.is_empty() {
            choice.renewed.push(pod);
        }
        zones.take(pod);
        choice.masters.push(pod);
    }
    choice.masters.sort_unstable();
    choice
}

/// Pods and the nodes in them.
struct Table<'a> {
    pods: &'a [Pod],
    sketch: &'a Sketch,
    index: BTreeMap<&'a NodeId, usize>,
}

impl<'a> Table<'a> {
    fn new(pods: &'a [Pod], sketch: &'a Sketch) -> Table<'a> {
        let index = pods.iter().enumerate().filter_map(|(index, pod)| Some((pod.node.as_ref()?, index))).collect();
        Table { pods, sketch, index }
    }

    fn stays(&self, pod: usize) -> bool {
        self.pods[pod].stays
    }

    fn node(&self, pod: usize) -> Option<&'a crate::slots::Node> {
        self.pods[pod].node.as_ref().and_then(|id| self.sketch.node(id))
    }

    fn is_master(&self, pod: usize) -> bool {
        self.node(pod).is_some_and(|node| node.is_master())
    }

    /// The master of a replica.
    fn master(&self, pod: usize) -> Option<usize> {
        let node = self.node(pod).filter(|node| node.role == Role::Replica)?;
        node.master.as_ref().and_then(|id| self.index.get(id)).copied()
    }

    fn replicas(&self, master: usize) -> impl Iterator<Item = usize> + '_ {
        (0..self.pods.len()).filter(move |&pod| self.master(pod) == Some(master))
    }

    fn shards(&self) -> Vec<Shard> {
        let owner = |&pod: &usize| self.node(pod).is_some_and(|node| node.is_master() && !node.slots.is_empty());
        let can = |&pod: &usize| {
            let flags = self.node(pod).map(|node| node.flags.as_slice()).unwrap_or_default();
            self.stays(pod) && !flags.iter().any(|flag| matches!(flag.as_str(), "fail" | "noaddr" | "nofailover"))
        };
        let shard = |master: usize| Shard {
            master,
            slots: self.node(master).map_or(0, |node| node.slots.len()),
            heirs: self.replicas(master).filter(can).collect(),
        };
        (0..self.pods.len()).filter(owner).map(shard).collect()
    }

    /// Masters that stay and own nothing; those with replicas too, which need not give up anything to take slots.
    fn spares(&self, masters: &[usize]) -> Vec<usize> {
        let empty = |&pod: &usize| self.is_master(pod) && self.node(pod).is_some_and(|node| node.slots.is_empty());
        (0..self.pods.len()).filter(|pod| self.stays(*pod) && !masters.contains(pod)).filter(empty).collect()
    }

    /// Pods that stay and have no part yet, those first whose copy is needed least: masters without slots, replicas of those that own nothing in the end,
    /// others.
    fn free(&self, masters: &[usize]) -> Vec<usize> {
        let no_part = |&pod: &usize| {
            let node = self.node(pod);
            let owns = node.is_some_and(|node| !node.slots.is_empty());
            let leads = self.is_master(pod) && self.replicas(pod).next().is_some();
            self.stays(pod) && !masters.contains(&pod) && !owns && !leads
        };
        let mut free: Vec<usize> = (0..self.pods.len()).filter(no_part).collect();
        let needed = |pod: usize| match self.master(pod) {
            None => 0,
            Some(master) if masters.contains(&master) => 2,
            Some(_) => 1,
        };
        free.sort_by_key(|&pod| (needed(pod), pod));
        free
    }
}

/// How many masters each zone has, and should have.
struct Zones<'a> {
    pods: &'a [Pod],
    nodes: BTreeMap<Option<&'a str>, i64>,
    masters: BTreeMap<Option<&'a str>, i64>,
    wanted: i64,
    all: i64,
}

impl<'a> Zones<'a> {
    fn new(pods: &'a [Pod], wanted: usize) -> Zones<'a> {
        let mut nodes = BTreeMap::new();
        for pod in pods.iter().filter(|pod| pod.stays) {
            *nodes.entry(pod.zone.as_deref()).or_default() += 1;
        }
        let all = nodes.values().sum();
        Zones { pods, nodes, masters: BTreeMap::new(), wanted: wanted as i64, all }
    }

    fn take(&mut self, pod: usize) {
        *self.masters.entry(self.pods[pod].zone.as_deref()).or_default() += 1;
    }

    /// The one in the zone that lacks most masters in proportion to its nodes; of equals the first.
    fn best(&self, pods: &[usize]) -> Option<usize> {
        let lacks = |pod: usize| {
            let zone = self.pods[pod].zone.as_deref();
            let (nodes, masters) = (self.nodes.get(&zone), self.masters.get(&zone));
            nodes.copied().unwrap_or(0) * self.wanted - masters.copied().unwrap_or(0) * self.all
        };
        pods.iter().copied().min_by_key(|&pod| (Reverse(lacks(pod)), pod))
    }
}
