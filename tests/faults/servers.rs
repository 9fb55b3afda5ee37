//! Faults of nodes and of the network between them.

use std::time::Duration;

use crate::judge::{Promise, Verdict, judge};
use crate::run::{Dice, Migration, addresses, heal, resume, runs, tell};
use crate::support::TestCluster;
use crate::workload::{Workload, fill};

const TIMEOUT: Duration = Duration::from_secs(2);

/// Three masters with a replica each, and a spare with one, onto which slots move. Nodes 1 to 3 are the sources, 7 is the target, 8 its replica.
fn cluster() -> TestCluster {
    let cluster = TestCluster::builder().nodes(3, 1, 2).node_timeout(TIMEOUT).start();
    let target = cluster.node(7).id().to_string();
    cluster.node(8).command::<()>(&["CLUSTER", "REPLICATE", &target]);
    let synced = || cluster.node(8).info("replication").get("master_link_status") == Some("up");
    while !synced() {
        std::thread::sleep(Duration::from_millis(20));
    }
    fill(&addresses(&cluster));
    cluster.fill(100_000);
    cluster
}

/// What a fault does, and what must hold afterwards.
struct Fault {
    name: &'static str,
    promise: Promise,
    /// In the middle of the migration.
    strike: fn(&TestCluster),
    /// After the migration has ended, one way or the other.
    mend: fn(&TestCluster),
}

fn prove(fault: &Fault, salt: u64, in_ci: u32) {
    let mut dice = Dice::new(salt);
    let mut verdicts: Vec<Verdict> = Vec::new();
    let (count, mut named) = (runs(in_ci), 0);
    for run in 0..count {
        let cluster = cluster();
        let seeds = addresses(&cluster);
        // A node that no fault touches.
        let seed = cluster.node(2).address().to_string();
        let work = Workload::start(&seeds, "run", true);
        std::thread::sleep(Duration::from_millis(300));
        let migration = Migration::start(&cluster, &seed, &["--masters", "4"]);
        std::thread::sleep(dice.moment(Duration::from_secs(1), 0.1, 0.9));
        (fault.strike)(&cluster);
        let ended = migration.wait(Duration::from_secs(120));
        (fault.mend)(&cluster);
        heal(&cluster, Duration::from_secs(60));
        let resumed = resume(&cluster, &seed, &["--masters", "4"]);
        std::thread::sleep(Duration::from_millis(500));
        let memory = work.end();
        let lost: Vec<String> = resumed.iter().chain([&ended]).flat_map(|ended| ended.lost()).collect();
        named += lost.len();
        match judge(&seeds, &memory, fault.promise, &lost) {
            Ok(verdict) => verdicts.push(verdict),
            Err(wrong) => panic!(
                "{}, run {run}: {wrong}\nthe interrupted run ended with {:?}:\n{}",
                fault.name, ended.code, ended.stderr
            ),
        }
        let check = cluster.redisops(&["slots", "check", &seed]);
        assert_eq!(check.code, 0, "{}, run {run}:\n{}{}", fault.name, check.stdout, check.stderr);
    }
    tell(fault.name, count, &verdicts, &format!("{named} keys named as possibly lost"));
}

fn nothing(_: &TestCluster) {}

#[test]
fn a_source_dies() {
    let fault = Fault {
        name: "SIGKILL of a source master",
        promise: Promise::Confirmed,
        strike: |c| c.node(1).kill9(),
        mend: |c| c.node(1).restart(),
    };
    prove(&fault, 2, 1);
}

#[test]
fn the_target_dies() {
    let fault = Fault {
        name: "SIGKILL of the target master",
        promise: Promise::Confirmed,
        strike: |c| c.node(7).kill9(),
        mend: |c| c.node(7).restart(),
    };
    prove(&fault, 3, 1);
}

#[test]
fn a_replica_of_the_target_dies() {
    let fault = Fault {
        name: "SIGKILL of the target's replica",
        promise: Promise::Acknowledged,
        strike: |c| c.node(8).kill9(),
        mend: |c| c.node(8).restart(),
    };
    prove(&fault, 4, 1);
}

#[test]
fn a_source_stops_longer_than_the_node_timeout() {
    let fault = Fault {
        name: "SIGSTOP of a source, twice the node time-out",
        promise: Promise::Confirmed,
        strike: stop_source,
        mend: nothing,
    };
    prove(&fault, 5, 1);
}

fn stop_source(cluster: &TestCluster) {
    cluster.node(1).stop();
    std::thread::sleep(TIMEOUT * 2);
    cluster.node(1).cont();
}

#[test]
fn the_target_stops_longer_than_the_node_timeout() {
    let fault = Fault {
        name: "SIGSTOP of the target, twice the node time-out",
        promise: Promise::Confirmed,
        strike: stop_target,
        mend: nothing,
    };
    prove(&fault, 6, 1);
}

fn stop_target(cluster: &TestCluster) {
    cluster.node(7).stop();
    std::thread::sleep(TIMEOUT * 2);
    cluster.node(7).cont();
}

#[test]
fn a_source_fails_over() {
    let fault = Fault {
        name: "CLUSTER FAILOVER of a source",
        promise: Promise::Acknowledged,
        strike: |c| c.node(4).command::<()>(&["CLUSTER", "FAILOVER"]),
        mend: nothing,
    };
    prove(&fault, 7, 1);
}

#[test]
fn the_target_fails_over() {
    let fault = Fault {
        name: "CLUSTER FAILOVER of the target",
        promise: Promise::Acknowledged,
        strike: |c| c.node(8).command::<()>(&["CLUSTER", "FAILOVER"]),
        mend: nothing,
    };
    prove(&fault, 8, 1);
}
