//! Nodes that join, copy, take over and leave.

mod failover;
mod join;
mod leave;
mod replicas;
mod rights;

use std::sync::Mutex;
use std::time::Duration;

use redisops::apply::slots::{Members, Step, Steps};
use redisops::diagnostics::Diagnostics;
use redisops::live::redis::Cluster;
use redisops::slots::Address;

use crate::support::{TestCluster, TestNode};

/// Long enough for a machine that has other things to do.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// Runs something to its end.
pub fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(work)
}

/// Connections to all nodes that the first one knows.
pub async fn members(cluster: &TestCluster) -> Members {
    let seed = cluster.node(1).address();
    Members::of(&Cluster::connect(&cluster.access(), &[seed]).await.expect("a cluster"))
}

/// What is said on the way.
#[derive(Default)]
pub struct Told(Mutex<Vec<Step>>);

impl Told {
    /// Everything so far.
    pub fn steps(&self) -> Vec<Step> {
        self.0.lock().expect("nobody panics here").clone()
    }
}

/// Steps of which everything is kept.
pub fn with_steps<T>(forced: &[&str], work: impl FnOnce(&Steps<'_>) -> T) -> (T, Vec<Step>) {
    let told = Told::default();
    let forced: Vec<String> = forced.iter().map(|name| (*name).to_owned()).collect();
    let tell = |step| told.0.lock().expect("nobody panics here").push(step);
    let result = work(&Steps { deadline: DEADLINE, forced: &forced, tell: &tell });
    (result, told.steps())
}

/// The codes and messages of what was found.
pub fn messages(found: &Diagnostics) -> String {
    found.0.iter().map(|one| format!("{} {}\n", one.code, one.message)).collect()
}

/// Turns the only node of a cluster into one that was never in any.
pub fn make_fresh(node: TestNode<'_>) {
    node.command::<()>(&["FLUSHALL"]);
    node.command::<()>(&["CLUSTER", "RESET", "HARD"]);
}

/// Who is listed by a node, one address each.
pub fn listed_by(node: TestNode<'_>) -> Vec<Address> {
    let text: String = node.command(&["CLUSTER", "NODES"]);
    let lines = redisops::redis::parse_nodes(&text).expect("lines");
    let mut found: Vec<_> = lines.into_iter().filter_map(|line| line.address).collect();
    found.sort();
    found
}
