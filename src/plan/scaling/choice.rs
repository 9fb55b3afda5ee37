//! Who owns slots in the end: as few slots as possible change their node, then as few masters as possible hand over.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::slots::{NodeId, Role, SLOTS};

use super::homes::Homes;
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
    let homes = Homes::new(pods);
    let mut shards = table.shards();
    shards.sort_by_key(|shard| (Reverse(shard.slots.min(share)), !table.stays(shard.master), shard.master));
    if homes.are_known() {
        // Where each master has a home, one of those that are there keeps it.
        let mut claimed = homes.clone();
        let mut is_first: BTreeMap<usize, bool> = BTreeMap::new();
        for shard in &shards {
            let is_at_home = table.stays(shard.master) && claimed.has_room(shard.master);
            if is_at_home {
                claimed.take(shard.master);
            }
            is_first.insert(shard.master, is_at_home);
        }
        shards.sort_by_key(|shard| !is_first[&shard.master]);
    }
    let (mut kept, lost): (Vec<Shard>, Vec<Shard>) =
        shards.into_iter().partition(|shard| table.stays(shard.master) || !shard.heirs.is_empty());
    kept.truncate(wanted);
    let mut made = Making { table, homes, zones: Zones::new(pods, wanted), choice: Choice::default() };
    let mut movers = Vec::new();
    for shard in kept {
        match made.table.stays(shard.master) && made.homes.has_room(shard.master) {
            true => made.take(shard.master),
            false => movers.push(shard),
        }
    }
    movers.sort_by_key(|shard| shard.master);
    made.hand_over(movers);
    // A whole shard that nobody who stays has: to copy it costs what it costs to move its slots, and then it need not be cut up.
    for shard in lost.into_iter().take(wanted.saturating_sub(made.choice.masters.len())) {
        made.copy(shard.master);
    }
    while made.choice.masters.len() < wanted && made.begin() {}
    made.choice.masters.sort_unstable();
    made.choice
}

/// A choice that is being made.
struct Making<'a> {
    table: Table<'a>,
    homes: Homes,
    zones: Zones<'a>,
    choice: Choice,
}

impl Making<'_> {
    /// A pod has slots in the end.
    fn take(&mut self, pod: usize) {
        self.zones.take(pod);
        self.homes.take(pod);
        self.choice.masters.push(pod);
    }

    /// Masters that leave, or whose home has one already, hand over: to replicas at homes that have none, as many of them as can be.
    fn hand_over(&mut self, movers: Vec<Shard>) {
        let offers: Vec<&[usize]> = movers.iter().map(|shard| shard.heirs.as_slice()).collect();
        let found = self.homes.matched(&offers);
        let mut left = Vec::new();
        for (shard, home) in movers.into_iter().zip(found) {
            let at_home = |&heir: &usize| home.is_none_or(|home| self.homes.is_at(heir, home));
            let heirs: Vec<usize> = shard.heirs.iter().copied().filter(at_home).collect();
            match self.zones.best(&heirs).filter(|_| home.is_some() || !self.homes.are_known()) {
                Some(heir) => {
                    self.take(heir);
                    self.choice.failovers.push((heir, shard.master));
                }
                None => left.push(shard),
            }
        }
        for shard in left {
            if self.homes.any_room() {
                // Without a node there that can copy it, it gives its slots away.
                self.copy(shard.master);
                continue;
            }
            // There is no better place: a master stays where it is, or goes to any of its replicas.
            match (self.table.stays(shard.master), self.zones.best(&shard.heirs)) {
                (false, Some(heir)) => {
                    self.take(heir);
                    self.choice.failovers.push((heir, shard.master));
                }
                _ => self.take(shard.master),
            }
        }
    }

    /// A master goes to a pod that copies it first, where there is such a pod.
    fn copy(&mut self, master: usize) {
        let free = self.table.free(&self.choice.masters);
        let Some(copy) = free.into_iter().find(|&pod| self.homes.has_room(pod)) else { return };
        self.choice.copies.push((copy, master));
        self.choice.failovers.push((copy, master));
        self.take(copy);
    }

    /// A node without slots becomes a master, at a home that has none where there is such a node; whether there is any.
    fn begin(&mut self) -> bool {
        let (spares, free) = (self.table.spares(&self.choice.masters), self.table.free(&self.choice.masters));
        let with_room =
            |pods: &[usize]| -> Vec<usize> { pods.iter().copied().filter(|&pod| self.homes.has_room(pod)).collect() };
        let offers = [with_room(&spares), with_room(&free), spares.clone(), free];
        let Some(pod) = offers.iter().find_map(|pods| self.zones.best(pods)) else { return false };
        if !spares.contains(&pod) {
            self.choice.renewed.push(pod);
        }
        self.take(pod);
        true
    }
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
