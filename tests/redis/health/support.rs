//! Bad states, made with raw commands.

use std::thread::sleep;
use std::time::{Duration, Instant};

use redis::{Connection, cmd};
use redisops::slots::key_slot;
use serde_json::Value;

use crate::support::{Digest, Ran, TestCluster, TestNode};

/// A tag whose keys are in that slot.
pub fn tag_of(slot: u16) -> String {
    (0..).map(|n: u32| n.to_string()).find(|tag| key_slot(tag.as_bytes()).number() == slot).expect("each slot has some")
}

/// Keys of a slot, `{tag}:from` and on.
pub fn keys_of(slot: u16, numbers: std::ops::Range<u32>) -> Vec<String> {
    let tag = tag_of(slot);
    numbers.map(|n| format!("{{{tag}}}:{n}")).collect()
}

/// Writes keys, even to a node that only takes their slot.
#[track_caller]
pub fn plant(node: TestNode<'_>, keys: &[String], value: &str) {
    let mut connection = node.connection();
    for key in keys {
        asking(&mut connection, &["SET", key, value]);
    }
}

/// Sends a command in the way that a node answers that is taking the slot.
#[track_caller]
pub fn asking(connection: &mut Connection, words: &[&str]) {
    cmd("ASKING").exec(connection).expect("ASKING");
    let mut command = cmd(words[0]);
    command.arg(&words[1..]);
    command.exec(connection).unwrap_or_else(|error| panic!("{words:?}: {error}"));
}

/// Plants keys on a node that does not own their slot.
#[track_caller]
pub fn plant_astray(node: TestNode<'_>, owner: TestNode<'_>, slot: u16, keys: &[String], value: &str) {
    setslot(node, slot, &["IMPORTING", owner.id().as_str()]);
    plant(node, keys, value);
    setslot(node, slot, &["STABLE"]);
}

#[track_caller]
pub fn setslot(node: TestNode<'_>, slot: u16, what: &[&str]) {
    let number = slot.to_string();
    let words: Vec<&str> = ["CLUSTER", "SETSLOT", &number].iter().copied().chain(what.iter().copied()).collect();
    node.command::<()>(&words);
}

/// Marks a slot on both sides.
#[track_caller]
pub fn open(slot: u16, from: TestNode<'_>, to: TestNode<'_>) {
    setslot(to, slot, &["IMPORTING", from.id().as_str()]);
    setslot(from, slot, &["MIGRATING", to.id().as_str()]);
}

/// Moves keys of an open slot.
#[track_caller]
pub fn migrate(from: TestNode<'_>, to: TestNode<'_>, keys: &[String]) {
    let address = to.address();
    let port = address.port.to_string();
    let mut words = vec!["MIGRATE", &address.host, &port, "", "0", "5000", "KEYS"];
    words.extend(keys.iter().map(String::as_str));
    from.command::<String>(&words);
}

/// Keys of a slot on a node.
pub fn count(node: TestNode<'_>, slot: u16) -> u64 {
    node.command(&["CLUSTER", "COUNTKEYSINSLOT", &slot.to_string()])
}

pub fn check(cluster: &TestCluster) -> Ran {
    cluster.redisops(&["slots", "check", &cluster.seed(), "-o", "json"])
}

pub fn fix(cluster: &TestCluster, more: &[&str]) -> Ran {
    let seed = cluster.seed();
    let all: Vec<&str> =
        ["slots", "fix", &seed, "--yes", "-o", "json"].iter().copied().chain(more.iter().copied()).collect();
    cluster.redisops(&all)
}

/// Rules of the errors that a report names, each once.
pub fn errors(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().expect("findings");
    let mut rules: Vec<String> = findings
        .iter()
        .filter(|finding| finding["severity"] == "error")
        .map(|finding| finding["rule"].as_str().expect("a rule").to_owned())
        .collect();
    rules.dedup();
    rules
}

/// `check` names these errors.
#[track_caller]
pub fn expect_errors(cluster: &TestCluster, rules: &[&str]) -> Value {
    let report = check(cluster).expect(1).json();
    assert_eq!(report["kind"], "HealthReport");
    assert_eq!(errors(&report), rules, "{report:#}");
    report
}

/// `fix` mends everything: no key is lost, changed or doubled, and the reference is content.
#[track_caller]
pub fn expect_fixed(cluster: &TestCluster, before: &Digest) -> Value {
    let report = fix(cluster, &[]).expect(0).json();
    assert_eq!((report["kind"].as_str(), report["whole"].as_bool()), (Some("FixReport"), Some(true)));
    expect_whole(cluster, before);
    report
}

#[track_caller]
pub fn expect_whole(cluster: &TestCluster, before: &Digest) {
    let after = cluster.digest();
    assert_eq!(after.differences(before), Vec::<String>::new());
    assert_eq!(after.doubled(), Vec::<String>::new());
    check(cluster).expect(0);
    cluster.assert_redis_cli_check();
    for node in cluster.nodes() {
        let Ok(mut connection) = node.try_connection() else { continue };
        let info: String = cmd("CLUSTER").arg("INFO").query(&mut connection).expect("CLUSTER INFO");
        assert!(info.contains("cluster_state:ok"), "{info}");
    }
}

/// Waits for something that takes its time, half a minute at most.
#[track_caller]
pub fn wait(what: &str, mut done: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !done() {
        assert!(begin.elapsed() < Duration::from_secs(30), "waited in vain until {what}");
        sleep(Duration::from_millis(20));
    }
}

/// Whom a node takes for the owner of a slot, by its line.
pub fn sees_owner(node: TestNode<'_>, slot: u16) -> Option<String> {
    let nodes = redisops::redis::parse_nodes(&node.command::<String>(&["CLUSTER", "NODES"])).expect("nodes");
    let slot = redisops::slots::Slot::new(slot).expect("a slot");
    nodes.iter().find(|line| line.slots.contains(slot)).map(|line| line.id.to_string())
}
