//! Sends as many units as there are from a source to a sink at the least cost, by shortest paths, one after another.

use std::collections::VecDeque;

/// A way with room.
#[derive(Clone, Copy, Debug)]
struct Edge {
    to: usize,
    room: u32,
    cost: i64,
}

/// A network; node 0 is the source and node 1 the sink.
#[derive(Debug)]
pub(super) struct Flow {
    /// An edge and its way back follow each other.
    edges: Vec<Edge>,
    from: Vec<Vec<usize>>,
}

/// Where units come from.
pub(super) const SOURCE: usize = 0;
/// Where they go.
pub(super) const SINK: usize = 1;

impl Flow {
    /// A network with so many nodes and no edge.
    pub fn new(nodes: usize) -> Flow {
        Flow { edges: Vec::new(), from: vec![Vec::new(); nodes] }
    }

    /// Adds a way; its number.
    pub fn edge(&mut self, from: usize, to: usize, room: u32, cost: i64) -> usize {
        let number = self.edges.len();
        self.edges.push(Edge { to, room, cost });
        self.edges.push(Edge { to: from, room: 0, cost: -cost });
        self.from[from].push(number);
        self.from[to].push(number + 1);
        number
    }

    /// How many units go along a way.
    pub fn along(&self, edge: usize) -> u32 {
        self.edges[edge + 1].room
    }

    /// Sends all that can be sent; how many units these are.
    pub fn run(&mut self) -> u32 {
        let mut sent = 0;
        while let Some(path) = self.shortest_path() {
            let units = path.iter().map(|&edge| self.edges[edge].room).min().unwrap_or(0);
            for &edge in &path {
                self.edges[edge].room -= units;
                self.edges[edge ^ 1].room += units;
            }
            sent += units;
        }
        sent
    }

    /// The cheapest way with room from source to sink. Ways back have negative costs, so nodes may be visited again.
    fn shortest_path(&self) -> Option<Vec<usize>> {
        let mut cost = vec![i64::MAX; self.from.len()];
        let mut by: Vec<Option<usize>> = vec![None; self.from.len()];
        let mut waiting = vec![false; self.from.len()];
        let mut queue = VecDeque::from([SOURCE]);
        cost[SOURCE] = 0;
        while let Some(node) = queue.pop_front() {
            waiting[node] = false;
            for &number in &self.from[node] {
                let edge = self.edges[number];
                if edge.room > 0 && cost[node] + edge.cost < cost[edge.to] {
                    cost[edge.to] = cost[node] + edge.cost;
                    by[edge.to] = Some(number);
                    if !std::mem::replace(&mut waiting[edge.to], true) {
                        queue.push_back(edge.to);
                    }
                }
            }
        }
        let mut path = Vec::new();
        let mut node = SINK;
        while node != SOURCE {
            let edge = by[node]?;
            path.push(edge);
            node = self.edges[edge ^ 1].to;
        }
        Some(path)
    }
}
