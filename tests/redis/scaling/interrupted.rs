//! The program is killed inside an apply that brings shards or takes them, and run again until it comes to its end, while a client writes.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::Value;

use crate::support::TestCluster;

use super::guard::Space;
use super::report;
use super::shards::{Shards, Unguard};
use super::writer::Writer;

const APPLY: [&str; 4] = ["apply", "prod", "--yes", "--prune"];

/// How lines begin that say what is done with objects, or which kind of step on nodes begins.
const BEGINNINGS: [&str; 12] = [
    "created ",
    "changed ",
    "waiting for ",
    "ready ",
    "pruned ",
    "joining",
    "copying masters",
    "forgetting dead",
    "handing masters over",
    "making room",
    "moving",
    "replicas and leaving nodes",
];

/// What lines say of a step on nodes that is done.
const STEPS: [&str; 5] = [" joined as ", " copies ", " takes over from ", " forgotten by ", " left and is empty"];

fn is_boundary(line: &str) -> bool {
    // How far a move is comes every few seconds.
    let is_figure = line.starts_with("moving: ");
    !is_figure && BEGINNINGS.iter().any(|words| line.starts_with(words))
        || STEPS.iter().any(|words| line.contains(words))
}

/// Whether everything is tried, not only what a run of all tests has the time for.
pub fn is_full() -> bool {
    std::env::var_os("REDISOPS_FAULT_RUNS").is_some()
}

/// After how many boundaries a run is killed: after each in a full run, and seldom otherwise.
fn pace() -> usize {
    if is_full() { 1 } else { 9 }
}

/// Starts an apply and kills it at a boundary that no run before it has met, until one comes to its end; how often it was killed.
fn with_interruptions(shards: &Shards<'_>, nodes: usize) -> usize {
    shards.write(nodes, 1);
    let mut killed = 0;
    // Some say what begins: who is killed there each time never gets on.
    let mut met = BTreeSet::new();
    loop {
        let mut child = shards.command(&APPLY).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts");
        let mut lines = BufReader::new(child.stderr.take().expect("its stderr")).lines().map_while(Result::ok);
        let mut told = Vec::new();
        let at = lines
            .by_ref()
            .inspect(|line| told.push(line.clone()))
            .filter(|line| is_boundary(line) && !met.contains(line))
            .nth(pace() - 1);
        let Some(at) = at else {
            let status = child.wait().expect("it ends");
            assert!(status.success(), "{}", told.join("\n"));
            return killed;
        };
        child.kill().expect("it may be killed");
        child.wait().expect("it ends");
        killed += 1;
        report(&format!("shards-to-{nodes}"), &format!("{killed} kills, the last one at `{at}`"));
        assert!(killed < 400, "it gets nowhere: {}", told.join("\n"));
        met.extend(told);
        // Whoever runs it again waits until the lock of the killed run is out of date, or takes it away.
        shards.space.run(&["delete", "lease", "--all"]).expect("it is free");
    }
}

/// What StatefulSets say of their size: nothing is under way, and all of their pods are needed.
fn assert_settled(shards: &Shards<'_>) {
    let text = shards.space.run(&["get", "statefulset", "-o", "json"]).expect("they are there");
    let list: Value = serde_json::from_str(&text).expect("a list");
    for set in list["items"].as_array().expect("objects") {
        let said = |key: &str| set["metadata"]["annotations"][key].as_str();
        assert_eq!((said("redisops.dev/drained-to"), said("redisops.dev/scaling")), (Some("2"), None), "{set}");
        assert_eq!(set["spec"]["replicas"], 2, "{set}");
    }
    let told = shards.redisops(&["plan", "prod", "--exit-code"]);
    assert_eq!(told.code, Some(0), "{}{}", told.stdout, told.stderr);
}

#[test]
fn an_apply_of_shards_that_is_killed_goes_on() {
    let Some(space) = Space::named("killed") else { return };
    let _unguard = Unguard(&space);
    let cluster = TestCluster::start(3, 1, 6);
    cluster.fill(1_000);
    let before = cluster.digest();
    let shards = Shards::shuffled(&space, &cluster);
    shards.create();

    let writer = Writer::start(&cluster);
    let most = if is_full() { 6 } else { 4 };
    let grown = with_interruptions(&shards, 2 * most);
    shards.assert_shape(2 * most, 1);
    assert_settled(&shards);
    // Roles are shuffled beyond the StatefulSets.
    shards.shuffle(0, most - 1);
    shards.shuffle(most - 1, 1);
    let shrunk = with_interruptions(&shards, 6);
    shards.assert_shape(6, 1);
    assert_settled(&shards);
    assert!(grown > 0 && shrunk > 0, "killed {grown} and {shrunk} times");

    assert!(writer.end() > 100, "it has written");
    let lost: Vec<String> =
        cluster.digest().differences(&before).into_iter().filter(|key| !key.starts_with("written:")).collect();
    assert_eq!(lost, Vec::<String>::new());
    assert_eq!(cluster.digest().doubled(), Vec::<String>::new());
}
