//! Faults of nodes and of the network between them.

use std::time::{Duration, Instant};

use redisops::redis::parse_nodes;

use crate::judge::{Gaps, Promise, Verdict, judge};
use crate::proxy::Proxy;
use crate::run::{Dice, Migration, addresses, heal, resume, runs, tell, views};
use crate::support::TestCluster;
use crate::workload::{Workload, fill};

/// The version that was written first and moved.
const TAKERS_VERSION: &[&str] = &["--on-conflict", "target"];
const TIMEOUT: Duration = Duration::from_secs(2);

/// Three masters with a replica each, and a spare with one, onto which slots move. Nodes 1 to 3 are the sources, 7 is the target, 8 its replica.
pub fn cluster() -> TestCluster {
    let cluster = TestCluster::builder().nodes(3, 1, 2).node_timeout(TIMEOUT).start();
    let target = cluster.node(7).id().to_string();
    cluster.node(8).command::<()>(&["CLUSTER", "REPLICATE", &target]);
    let synced = || cluster.node(8).info("replication").get("master_link_status") == Some("up");
    while !synced() {
        std::thread::sleep(Duration::from_millis(20));
    }
    fill(&addresses(&cluster));
    cluster.fill(100_000);
    // What no replica has when its master dies is lost whatever anybody does: that is not what is judged.
    for master in 1..=3 {
        let confirmed: u64 = cluster.node(master).command(&["WAIT", "1", "30000"]);
        assert_eq!(confirmed, 1, "the replica of node {master} has what was written");
    }
    cluster
}

/// Starts a killed master again once its replica has its slots. The nodes write nothing to disk: a master that came back before it is replaced would
/// come back empty and have its replica throw away the only copy, in which redisops has no part.
fn restart_replaced(cluster: &TestCluster, number: u16) {
    let address = cluster.node(number).address();
    let owns_slots = || {
        let nodes = cluster.node(2).command::<String>(&["CLUSTER", "NODES"]);
        parse_nodes(&nodes)
            .expect("lines of nodes")
            .iter()
            .any(|line| line.address.as_ref() == Some(&address) && !line.slots.is_empty())
    };
    let end = Instant::now() + Duration::from_secs(60);
    while owns_slots() {
        assert!(Instant::now() < end, "nobody takes the place of node {number}");
        std::thread::sleep(Duration::from_millis(20));
    }
    cluster.node(number).restart();
}

/// What a fault does, and what must hold afterwards.
pub struct Fault {
    pub name: &'static str,
    pub promise: Promise,
    pub gaps: Gaps,
    /// Before the migration begins.
    pub prepare: fn(&TestCluster) -> Vec<Proxy>,
    /// In the middle of the migration.
    pub strike: fn(&TestCluster, &[Proxy]),
    /// After the migration has ended, one way or the other.
    pub mend: fn(&TestCluster, &[Proxy]),
    /// Flags of all runs.
    pub flags: &'static [&'static str],
    /// Flags of the runs that follow.
    pub resume: &'static [&'static str],
}

impl Fault {
    /// Nothing is broken yet.
    pub fn new(name: &'static str, promise: Promise) -> Fault {
        Fault {
            name,
            promise,
            gaps: Gaps::Never,
            prepare: |_| Vec::new(),
            strike: |_, _| {},
            mend: |_, _| {},
            flags: &[],
            resume: &[],
        }
    }
}

pub fn prove(fault: &Fault, salt: u64, in_ci: u32) {
    let mut dice = Dice::new(salt);
    let mut verdicts: Vec<Verdict> = Vec::new();
    let (count, mut named, mut doubled) = (runs(in_ci), 0, 0);
    for run in 0..count {
        let cluster = cluster();
        let proxies = (fault.prepare)(&cluster);
        let seeds = addresses(&cluster);
        // A node that no fault touches.
        let seed = cluster.node(2).address().to_string();
        let work = Workload::start(&seeds, "run", true);
        std::thread::sleep(Duration::from_millis(300));
        let migration = Migration::start(&cluster, &seed, &[&["--masters", "4"], fault.flags].concat());
        std::thread::sleep(dice.moment(Duration::from_secs(1), 0.1, 0.9));
        (fault.strike)(&cluster, &proxies);
        let ended = migration.wait(Duration::from_secs(120));
        (fault.mend)(&cluster, &proxies);
        heal(&cluster, Duration::from_secs(60));
        let resumed = resume(&cluster, &seed, &[&["--masters", "4"], fault.flags, fault.resume].concat());
        std::thread::sleep(Duration::from_millis(500));
        let memory = work.end();
        let mut lost: Vec<String> = resumed.iter().chain([&ended]).flat_map(|ended| ended.lost()).collect();
        named += lost.len();
        if fault.gaps == Gaps::BeforeMarks {
            // A write in the gap begins a second version of a key that has moved: which one counts is for its owner to say, and both are named.
            let twice: Vec<String> = resumed.iter().flat_map(|ended| ended.doubled()).collect();
            doubled += twice.len();
            lost.extend(twice);
        }
        match judge(&seeds, &memory, fault.promise, fault.gaps, &lost) {
            Ok(verdict) => verdicts.push(verdict),
            Err(wrong) => panic!(
                "{}, run {run}: {wrong}\nthe interrupted run ended with {:?}:\n{}\n{}",
                fault.name,
                ended.code,
                ended.stderr,
                views(&cluster)
            ),
        }
        let check = cluster.redisops(&["slots", "check", &seed]);
        assert_eq!(check.code, 0, "{}, run {run}:\n{}{}", fault.name, check.stdout, check.stderr);
    }
    let gaps: u64 = verdicts.iter().map(|verdict| verdict.gaps).sum();
    let mut note = format!("{named} keys named as possibly lost");
    if gaps > 0 || doubled > 0 {
        note.push_str(&format!(", {gaps} reads said nil before the marks, {doubled} keys named with two versions"));
    }
    tell(fault.name, count, &verdicts, &note);
}

#[test]
fn a_source_dies() {
    let fault = Fault {
        strike: |c, _| c.node(1).kill9(),
        mend: |c, _| restart_replaced(c, 1),
        gaps: Gaps::BeforeMarks,
        resume: TAKERS_VERSION,
        ..Fault::new("SIGKILL of a source master", Promise::Confirmed)
    };
    prove(&fault, 2, 1);
}

#[test]
fn the_target_dies() {
    let fault = Fault {
        strike: |c, _| c.node(7).kill9(),
        mend: |c, _| restart_replaced(c, 7),
        ..Fault::new("SIGKILL of the target master", Promise::Confirmed)
    };
    prove(&fault, 3, 1);
}

#[test]
fn a_replica_of_the_target_dies() {
    let fault = Fault {
        strike: |c, _| c.node(8).kill9(),
        mend: |c, _| c.node(8).restart(),
        ..Fault::new("SIGKILL of the target's replica", Promise::Acknowledged)
    };
    prove(&fault, 4, 1);
}

#[test]
fn a_source_stops_longer_than_the_node_timeout() {
    let fault = Fault {
        strike: stop_source,
        gaps: Gaps::BeforeMarks,
        // A call that the source finishes after it was replaced leaves old values on the target: what the source's heir has counts.
        resume: &["--on-conflict", "source"],
        ..Fault::new("SIGSTOP of a source, twice the node time-out", Promise::Confirmed)
    };
    prove(&fault, 5, 1);
}

fn stop_source(cluster: &TestCluster, _: &[Proxy]) {
    cluster.node(1).stop();
    std::thread::sleep(TIMEOUT * 2);
    cluster.node(1).cont();
}

#[test]
fn the_target_stops_longer_than_the_node_timeout() {
    let fault = Fault {
        strike: stop_target,
        ..Fault::new("SIGSTOP of the target, twice the node time-out", Promise::Confirmed)
    };
    prove(&fault, 6, 1);
}

fn stop_target(cluster: &TestCluster, _: &[Proxy]) {
    cluster.node(7).stop();
    std::thread::sleep(TIMEOUT * 2);
    cluster.node(7).cont();
}

#[test]
fn a_source_fails_over() {
    let fault = Fault {
        strike: |c, _| c.node(4).command::<()>(&["CLUSTER", "FAILOVER"]),
        gaps: Gaps::BeforeMarks,
        resume: TAKERS_VERSION,
        ..Fault::new("CLUSTER FAILOVER of a source", Promise::Acknowledged)
    };
    prove(&fault, 7, 1);
}

#[test]
fn the_target_fails_over() {
    let fault = Fault {
        strike: |c, _| c.node(8).command::<()>(&["CLUSTER", "FAILOVER"]),
        ..Fault::new("CLUSTER FAILOVER of the target", Promise::Acknowledged)
    };
    prove(&fault, 8, 1);
}
