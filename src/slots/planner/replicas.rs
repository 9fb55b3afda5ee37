//! Who copies whom in the end: as few copies from scratch as possible, none in the zone of its master where zones allow that, and each at the home of its
//! master where nodes have homes.

use std::collections::{BTreeMap, VecDeque};

use super::error::PlanError;
use super::flow::{Flow, SINK, SOURCE};
use super::problem::{JOINING, NOBODY, Problem, index_of, usable};
use crate::slots::{ReplicaChange, Role};

/// A copy from scratch costs this much, so that preferences among equals never outweigh one.
const RESYNC: i64 = 1 << 20;
/// A replica away from the home of its master costs more than any number of copies.
const AWAY: i64 = 1 << 34;
/// A replica in the zone of its master costs more than any number of those.
const SAME_ZONE: i64 = 1 << 48;

/// Who copies whom in the end, by the numbers of the nodes.
pub(super) struct Copies {
    /// The master of each replica that works.
    pub master: Vec<Option<usize>>,
    /// Nodes that get another master than before.
    pub changed: Vec<usize>,
}

impl Copies {
    /// The changes as plans have them.
    pub fn changes(&self, problem: &Problem<'_>) -> Vec<ReplicaChange> {
        let id = |node: usize| problem.nodes[node].id.clone();
        let change = |&node: &usize| Some(ReplicaChange { node: id(node), master: id(self.master[node]?) });
        self.changed.iter().filter_map(change).collect()
    }

    /// The replicas of each node.
    pub fn counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.master.len()];
        self.master.iter().flatten().for_each(|&master| counts[master] += 1);
        counts
    }
}

/// Places replicas once it is clear who has slots. `per_master`: how many each of these has at least.
pub(super) fn place(problem: &Problem<'_>, after: &[u32], per_master: Option<u16>) -> Result<Copies, PlanError> {
    let mut shards = Shards::new(problem, after);
    if let Some(per_master) = per_master {
        shards.fill(u32::from(per_master))?;
    }
    shards.adopt();
    let changed = (0..shards.before.len()).filter(|&node| shards.after[node] != shards.before[node]);
    Ok(Copies { changed: changed.collect(), master: shards.after })
}

struct Shards<'p, 'a> {
    problem: &'p Problem<'a>,
    /// Whether a node has slots in the end.
    holds: Vec<bool>,
    /// Whether it had some, or leaves: its replicas need another master.
    lost: Vec<bool>,
    before: Vec<Option<usize>>,
    after: Vec<Option<usize>>,
}

impl<'p, 'a> Shards<'p, 'a> {
    fn new(problem: &'p Problem<'a>, after: &[u32]) -> Self {
        let count = problem.nodes.len();
        let mut holds = vec![false; count];
        after.iter().for_each(|&node| holds[node as usize] = true);
        let mut lost = problem.leaving.clone();
        let owners = problem.owner.iter().filter(|&&node| node != NOBODY).map(|&node| node as usize);
        owners.filter(|&node| !holds[node]).for_each(|node| lost[node] = true);
        let heir = |master: usize| {
            let failover = problem.failovers.iter().find(|failover| failover.0 == master);
            failover.map_or(master, |failover| failover.1)
        };
        let master = |(index, node): (usize, &&crate::slots::Node)| {
            let works = node.role == Role::Replica && usable(node) && !problem.leaving[index];
            let master = node.master.as_ref().filter(|_| works).and_then(|id| index_of(&problem.nodes, id));
            master.map(heir).filter(|&master| master != index)
        };
        let before: Vec<Option<usize>> = problem.nodes.iter().enumerate().map(master).collect();
        Shards { problem, holds, lost, after: before.clone(), before }
    }

    fn same_zone(&self, node: usize, master: usize) -> bool {
        self.zone(node).is_some() && self.zone(node) == self.zone(master)
    }

    fn zone(&self, node: usize) -> Option<&str> {
        self.problem.nodes[node].zone.as_deref()
    }

    fn home(&self, node: usize) -> Option<&str> {
        self.problem.homes[node].as_deref()
    }

    /// Whether a node that copies a master is away from home. Nobody is where there are no homes.
    fn is_away(&self, node: usize, master: usize) -> bool {
        self.home(node).is_some() && self.home(node) != self.home(master)
    }

    /// What it costs beside the copy that a node has this master.
    fn price(&self, node: usize, master: usize) -> i64 {
        let zone = if self.same_zone(node, master) { SAME_ZONE } else { 0 };
        zone + if self.is_away(node, master) { AWAY } else { 0 }
    }

    fn is_orphan(&self, node: usize) -> bool {
        self.before[node].is_some_and(|master| self.lost[master])
    }

    /// Whether a node can copy a master with slots: a replica, a spare or a master that gives all its slots.
    fn can_copy(&self, node: usize) -> bool {
        let flags = &self.problem.nodes[node].flags;
        usable(self.problem.nodes[node])
            && !self.holds[node]
            && !self.problem.leaving[node]
            && !self.problem.zero[node]
            && !flags.iter().any(|flag| flag == JOINING)
    }

    /// Gives each master with slots so many replicas.
    fn fill(&mut self, per_master: u32) -> Result<(), PlanError> {
        // Nodes with the same zone, master and home are the same to the search.
        type Class<'c> = (Option<&'c str>, Option<usize>, Option<&'c str>);
        let mut classes: BTreeMap<Class<'_>, Vec<usize>> = BTreeMap::new();
        for node in (0..self.before.len()).filter(|&node| self.can_copy(node)) {
            classes.entry((self.zone(node), self.before[node], self.home(node))).or_default().push(node);
        }
        let masters: Vec<usize> = (0..self.holds.len()).filter(|&node| self.holds[node]).collect();
        let available = classes.values().map(Vec::len).sum();
        let wanted = per_master as usize * masters.len();
        let too_few = PlanError::TooFewNodes { wanted, masters: masters.len(), available };
        if available < wanted {
            return Err(too_few);
        }
        let mut zones: Vec<Option<&str>> = classes.keys().map(|class| class.0).collect();
        zones.dedup();
        let zone_at = |zone: usize| 2 + classes.len() + zone;
        let master_at = |master: usize| 2 + classes.len() + zones.len() + master;
        let mut flow = Flow::new(master_at(masters.len()));
        let mut leaves = Vec::new();
        for (number, (&(zone, master, home), nodes)) in classes.iter().enumerate() {
            flow.edge(SOURCE, 2 + number, nodes.len() as u32, 0);
            if let Some(place) = master.and_then(|master| masters.binary_search(&master).ok()) {
                flow.edge(2 + number, master_at(place), u32::MAX, self.price(nodes[0], masters[place]));
            }
            // An orphan has to copy somebody else anyway; a spare is taken before a replica that could stay.
            let cost = match master {
                Some(_) if self.is_orphan(nodes[0]) => 0,
                Some(_) => RESYNC + 1,
                None => RESYNC,
            };
            let hub = zones.binary_search(&zone).expect("every class has its zone among them");
            // By the hub everybody is away; those at home have ways of their own.
            let away = if home.is_some() { AWAY } else { 0 };
            let leave = flow.edge(2 + number, zone_at(hub), u32::MAX, cost + away);
            let at_home = (0..masters.len()).filter(|&place| home.is_some() && home == self.home(masters[place]));
            let at_home: Vec<(usize, usize)> = at_home
                .filter(|&place| master != Some(masters[place]))
                .map(|place| {
                    let cost = cost + self.price(nodes[0], masters[place]);
                    (flow.edge(2 + number, master_at(place), u32::MAX, cost), masters[place])
                })
                .collect();
            leaves.push((leave, hub, nodes, at_home));
        }
        let mut arrives = Vec::new();
        for (hub, zone) in zones.iter().enumerate() {
            for (place, &master) in masters.iter().enumerate() {
                let cost = if zone.is_some() && *zone == self.zone(master) { SAME_ZONE } else { 0 };
                arrives.push((flow.edge(zone_at(hub), master_at(place), per_master, cost), hub, master));
            }
        }
        (0..masters.len()).for_each(|place| {
            flow.edge(master_at(place), SINK, per_master, 0);
        });
        if (flow.run() as usize) < wanted {
            return Err(too_few);
        }
        let mut result = self.before.clone();
        let mut on_the_way: Vec<VecDeque<usize>> = vec![VecDeque::new(); zones.len()];
        for (edge, hub, nodes, at_home) in leaves {
            let mut nodes = nodes.iter().copied();
            on_the_way[hub].extend(nodes.by_ref().take(flow.along(edge) as usize));
            for (edge, master) in at_home {
                nodes.by_ref().take(flow.along(edge) as usize).for_each(|node| result[node] = Some(master));
            }
        }
        for (edge, hub, master) in arrives {
            for _ in 0..flow.along(edge) {
                let node = on_the_way[hub].pop_front().expect("as many leave for a zone as arrive from it");
                result[node] = Some(master);
            }
        }
        self.after = result;
        Ok(())
    }

    /// Gives replicas without a master another one: not in their zone if there is one, then the one with the fewest replicas.
    fn adopt(&mut self) {
        let mut counts = vec![0usize; self.holds.len()];
        self.after.iter().flatten().for_each(|&master| counts[master] += 1);
        for node in 0..self.after.len() {
            let lost = self.after[node].is_some_and(|master| self.lost[master]);
            if !lost || self.holds[node] {
                continue;
            }
            let masters = (0..self.holds.len()).filter(|&master| self.holds[master]);
            let best = masters.min_by_key(|&master| (self.price(node, master), counts[master], master));
            if let Some(master) = best {
                counts[master] += 1;
                self.after[node] = Some(master);
            }
        }
    }
}
