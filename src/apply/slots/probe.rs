//! What clients feel: a `PING` every few milliseconds to every giver and taker, on connections and a thread of its own.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use ::redis::cmd;
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use hdrhistogram::Histogram;
use tokio::sync::mpsc;

use crate::live::redis::{Cluster, Connection, Member};
use crate::slots::NodeId;

/// Time between two pings of a node.
const EVERY: Duration = Duration::from_millis(3);
/// How far back the pace looks.
const WINDOW: Duration = Duration::from_millis(400);
/// Fewer samples than this in a window say nothing.
const LEAST: usize = 30;
/// A node that is silent for longer counts with this.
const LONGEST: Duration = Duration::from_secs(60);

/// Measures in the background until it is dropped.
#[derive(Debug)]
pub struct Probes {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
    orders: mpsc::UnboundedSender<(Cluster, Member)>,
    cluster: Mutex<Cluster>,
    watched: Mutex<Vec<NodeId>>,
}

#[derive(Debug)]
struct Shared {
    ended: AtomicBool,
    counting: AtomicBool,
    measured: Mutex<Measured>,
}

#[derive(Debug)]
struct Measured {
    /// Microseconds, the whole run.
    all: Histogram<u32>,
    recent: HashMap<NodeId, VecDeque<(Instant, u32)>>,
}

impl Probes {
    /// Measures nothing yet.
    pub fn new(cluster: &Cluster) -> Probes {
        let all = Histogram::new_with_bounds(1, LONGEST.as_micros() as u64, 2).expect("bounds in order");
        let shared = Arc::new(Shared {
            ended: AtomicBool::new(false),
            counting: AtomicBool::new(false),
            measured: Mutex::new(Measured { all, recent: HashMap::new() }),
        });
        let (orders, taken) = mpsc::unbounded_channel();
        let theirs = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("probes".to_owned()).spawn(move || measure(taken, &theirs));
        Probes { shared, thread: thread.ok(), orders, cluster: Mutex::new(cluster.clone()), watched: Mutex::default() }
    }

    /// Begins to measure nodes, beside those that are measured.
    pub fn watch<'n>(&self, nodes: impl IntoIterator<Item = &'n NodeId>) {
        let cluster = self.cluster.lock().unwrap_or_else(PoisonError::into_inner);
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        for id in nodes {
            if let (false, Some(member)) = (watched.contains(id), cluster.member(id)) {
                watched.push(id.clone());
                // A thread that is gone measures nothing.
                let _ = self.orders.send((cluster.clone(), member.clone()));
            }
        }
    }

    /// Finds nodes in a cluster that was looked at again.
    pub fn follow(&self, cluster: &Cluster) {
        *self.cluster.lock().unwrap_or_else(PoisonError::into_inner) = cluster.clone();
    }

    /// Takes what is measured from now on into the percentile of the run, or no longer.
    pub fn count(&self, counting: bool) {
        self.shared.counting.store(counting, Ordering::Relaxed);
    }

    /// The 99th percentile of those nodes together, over the last moments; nothing where too little was measured.
    pub fn recent_p99(&self, nodes: &[&NodeId]) -> Option<Duration> {
        self.shared.recent_p99(nodes)
    }

    /// What all nodes that are measured took in nine of ten cases since measuring began; nothing after a few samples.
    pub fn usual(&self) -> Option<Duration> {
        let measured = self.shared.lock();
        let mut samples: Vec<u32> = measured.recent.values().flatten().map(|(_, micros)| *micros).collect();
        drop(measured);
        if samples.len() < LEAST / 2 {
            return None;
        }
        let rank = samples.len() * 9 / 10;
        let (_, usual, _) = samples.select_nth_unstable(rank);
        Some(Duration::from_micros(u64::from(*usual)))
    }

    /// The 99th percentile of the run so far.
    pub fn p99(&self) -> Option<Duration> {
        self.shared.p99()
    }
}

impl Drop for Probes {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // A probe that panicked has nothing to say any more.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn recent_p99(&self, nodes: &[&NodeId]) -> Option<Duration> {
        let now = Instant::now();
        let measured = self.lock();
        let mut samples: Vec<u32> = nodes
            .iter()
            .filter_map(|id| measured.recent.get(*id))
            .flat_map(|window| window.iter().rev().take_while(|(at, _)| now.duration_since(*at) < WINDOW))
            .map(|(_, micros)| *micros)
            .collect();
        drop(measured);
        if samples.len() < LEAST {
            return None;
        }
        let rank = (samples.len() * 99).div_ceil(100) - 1;
        let (_, p99, _) = samples.select_nth_unstable(rank);
        Some(Duration::from_micros(u64::from(*p99)))
    }

    fn p99(&self) -> Option<Duration> {
        let measured = self.lock();
        (!measured.all.is_empty()).then(|| Duration::from_micros(measured.all.value_at_quantile(0.99)))
    }

    fn lock(&self) -> MutexGuard<'_, Measured> {
        self.measured.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ended(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }

    /// A stall hits everybody who comes while it lasts, not the one ping that waits: the others are added.
    fn record(&self, id: &NodeId, took: Duration) {
        let now = Instant::now();
        let mut measured = self.lock();
        let micros = took.min(LONGEST).as_micros() as u64;
        if self.counting.load(Ordering::Relaxed) {
            // Never above the bound.
            let _ = measured.all.record_correct(micros.max(1), EVERY.as_micros() as u64);
        }
        let window = measured.recent.entry(id.clone()).or_default();
        let mut rest = micros;
        loop {
            window.push_back((now, rest as u32));
            match rest.checked_sub(EVERY.as_micros() as u64) {
                Some(less) if less > 0 && window.len() < 10_000 => rest = less,
                _ => break,
            }
        }
        while window.front().is_some_and(|(at, _)| now.duration_since(*at) > WINDOW) {
            window.pop_front();
        }
    }
}

fn measure(mut orders: mpsc::UnboundedReceiver<(Cluster, Member)>, shared: &Shared) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    runtime.block_on(async {
        let mut watches = FuturesUnordered::new();
        while !shared.ended() {
            tokio::select! {
                Some((cluster, member)) = orders.recv() => watches.push(watch(cluster, member, shared)),
                Some(()) = watches.next() => {}
                // A probe that waits for a dead node does not hold up the end.
                () = tokio::time::sleep(Duration::from_millis(20)) => {}
            }
        }
    });
}

async fn watch(cluster: Cluster, member: Member, shared: &Shared) {
    let mut connection: Option<Connection> = None;
    let mut tick = tokio::time::interval(EVERY);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let ping = cmd("PING");
    while !shared.ended() {
        let Some(open) = &connection else {
            connection = cluster.open(&member, "redisops-probe").await.ok();
            if connection.is_none() {
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            continue;
        };
        tick.tick().await;
        let begun = Instant::now();
        let answered = open.query_within::<::redis::Value>(&ping, LONGEST).await;
        match answered {
            Err(error) if error.is_lost() => connection = None,
            _ => shared.record(&member.id, begun.elapsed()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stall_counts_for_all_who_would_have_come() {
        let shared = Shared {
            ended: AtomicBool::new(false),
            counting: AtomicBool::new(true),
            measured: Mutex::new(Measured {
                all: Histogram::new_with_bounds(1, LONGEST.as_micros() as u64, 2).unwrap(),
                recent: HashMap::new(),
            }),
        };
        let id = NodeId::from("a");
        (0..99).for_each(|_| shared.record(&id, Duration::from_micros(200)));
        shared.record(&id, Duration::from_millis(300));
        assert!(shared.recent_p99(&[&id]).unwrap() > Duration::from_millis(250));
        assert!(shared.p99().unwrap() > Duration::from_millis(250));
        assert_eq!(shared.recent_p99(&[&NodeId::from("b")]), None);
    }
}
