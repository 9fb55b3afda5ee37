//! Keys on both sides.

use std::fs;

use super::support::*;
use crate::support::TestCluster;

/// Slot 5 on its way from node 1 to node 2. One key has two values, one is the same on both sides, others have not moved.
fn conflict() -> (TestCluster, Vec<String>) {
    let cluster = TestCluster::start(3, 0, 0);
    cluster.fill(500);
    let keys = keys_of(5, 5);
    for key in &keys {
        cluster.node(1).command::<()>(&["SET", key, "of the giver"]);
    }
    open_slot(5, cluster.node(1), cluster.node(2));
    asking::<()>(cluster.node(2), &["SET", &keys[0], "of the taker"]);
    asking::<()>(cluster.node(2), &["SET", &keys[1], "of the giver"]);
    (cluster, keys)
}

#[test]
fn nobody_decides_and_the_slot_stays_open() {
    let (cluster, keys) = conflict();
    let report = migrate(&cluster, &[]).expect(2).json();
    let conflicts = report["conflicts"].as_array().unwrap();
    assert_eq!(conflicts.len(), 1, "{report:#}");
    assert_eq!((conflicts[0]["key"].as_str(), conflicts[0]["slot"].as_u64()), (Some(keys[0].as_str()), Some(5)));
    assert_eq!(conflicts[0]["source"]["type"], "string");
    assert!(conflicts[0]["target"]["size"].is_u64() && conflicts[0]["target"]["idleSeconds"].is_u64());
    assert_eq!(report["open"].to_string(), "[[5,5]]");
    assert_eq!(open(&cluster).len(), 2);
    // Everything else has moved.
    assert_eq!(cluster.node(1).command::<u64>(&["CLUSTER", "COUNTKEYSINSLOT", "5"]), 1);
    assert_eq!(cluster.node(2).command::<u64>(&["CLUSTER", "COUNTKEYSINSLOT", "5"]), 5);
    assert_eq!(asking::<String>(cluster.node(2), &["GET", &keys[0]]), "of the taker");
    assert_eq!(cluster.node(1).command::<String>(&["GET", &keys[0]]), "of the giver");
}

fn decided(side: &str, kept: &str, lost: &str) {
    let (cluster, keys) = conflict();
    let report = migrate(&cluster, &["--on-conflict", side]).expect(0).json();
    assert_eq!(report["conflicts"][0]["kept"], side);
    cluster.assert_redis_cli_check();
    // The plan evens the slots out again, so the slot may have gone back.
    let value = |node: u16| cluster.node(node).try_command::<String>(&["GET", &keys[0]]);
    assert_eq!(value(1).or_else(|_| value(2)).unwrap(), kept);
    let file = cluster.dir().join(report["conflicts"][0]["saved"].as_str().unwrap());
    let saved: serde_json::Value = serde_json::from_str(fs::read_to_string(file).unwrap().trim()).unwrap();
    assert_eq!(saved["key"], keys[0]);
    let dump = base64::Engine::decode(&base64::prelude::BASE64_STANDARD, saved["dump"].as_str().unwrap()).unwrap();
    assert!(String::from_utf8_lossy(&dump).contains(lost));
    assert_eq!(cluster.digest().keys(), 505);
}

#[test]
fn the_source_counts() {
    decided("source", "of the giver", "of the taker");
}

#[test]
fn the_target_counts() {
    decided("target", "of the taker", "of the giver");
}
