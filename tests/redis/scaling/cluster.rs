//! From 6 to 12 and back, while a client writes, with the program killed on the way.

use std::io::{BufRead, BufReader};

use crate::support::TestCluster;

use super::writer::Writer;
use super::{Fleet, report};

const QUICK: [&str; 5] = ["--replicas", "1", "--latency-budget", "off", "--yes"];

/// What a run says when a step is done.
const STEPS: [&str; 5] = [" joined as ", " copies ", " takes over from ", " forgotten by ", " left and is empty"];

/// After how many steps a run is killed: after each in a full run, and seldom otherwise.
fn pace() -> usize {
    if std::env::var_os("REDISOPS_FAULT_RUNS").is_some() { 1 } else { 5 }
}

/// Starts it and kills it at the boundary of a step, until a run comes to its end; how often it was killed.
fn with_interruptions(fleet: &Fleet<'_>, nodes: usize) -> usize {
    let mut killed = 0;
    loop {
        let mut child = fleet.begin("scale", 12, nodes, &QUICK);
        let mut lines = BufReader::new(child.stderr.take().expect("its stderr")).lines().map_while(Result::ok);
        let is_step = |line: &String| STEPS.iter().any(|step| line.contains(step));
        let mut told = Vec::new();
        let last = lines.by_ref().inspect(|line| told.push(line.clone())).filter(is_step).nth(pace() - 1);
        if last.is_none() {
            let status = child.wait().expect("it ends");
            assert!(status.success(), "{}", told.join("\n"));
            return killed;
        }
        child.kill().expect("it may be killed");
        child.wait().expect("it ends");
        killed += 1;
        assert!(killed < 100, "it gets nowhere: {}", told.join("\n"));
    }
}

#[test]
fn from_six_to_twelve_and_back_no_write_is_lost() {
    let cluster = TestCluster::start(3, 1, 6);
    cluster.fill(3_000);
    let before = cluster.digest();
    // Roles have nothing to do with the numbers of pods.
    let fleet = Fleet::new(&cluster, &[5, 1, 6, 3, 2, 4, 9, 7, 12, 8, 11, 10], true);
    fleet.expel(6..12);
    fleet.hand_over(&[1]);
    let writer = Writer::start(&cluster);

    // A node that comes dies before it owns anything: the run says so, and the next one goes on once it is back.
    let mut child = fleet.begin("scale", 12, 12, &QUICK);
    let mut lines = BufReader::new(child.stderr.take().expect("its stderr")).lines().map_while(Result::ok);
    lines.by_ref().find(|line| line.contains(" joined as ")).expect("nodes join");
    fleet.node(11).kill9();
    let told: Vec<String> = lines.collect();
    assert_eq!(child.wait().expect("it ends").code(), Some(2), "{told:?}");
    fleet.node(11).restart();
    let mut killed = with_interruptions(&fleet, 12);
    fleet.assert_shape(12, 6, 1);

    // Masters that stay hand over to replicas that leave, where they have such.
    fleet.hand_over(&[0, 1, 2, 3]);
    let leaving = (6..12).filter(|&pod| fleet.owns(pod)).count();
    assert!(leaving > 0, "otherwise this would be easy");
    killed += with_interruptions(&fleet, 6);
    assert!(killed >= 2, "killed {killed} times");
    report("cluster", &format!("{killed} kills at boundaries of steps, {} pods", fleet.pods()));
    fleet.assert_shape(6, 3, 1);
    fleet.assert_left(6..12);

    assert!(writer.end() > 100, "it has written");
    let lost: Vec<String> =
        cluster.digest().differences(&before).into_iter().filter(|key| !key.starts_with("written:")).collect();
    assert_eq!(lost, Vec::<String>::new());
    assert_eq!(cluster.digest().doubled(), Vec::<String>::new());
}
