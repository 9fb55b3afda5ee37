//! Nodes that are dead, silent, or unknown to others.

use std::time::Duration;

use super::support::*;
use crate::support::TestCluster;

#[test]
fn a_node_that_some_have_forgotten_is_introduced_again() {
    let cluster = TestCluster::start(3, 1, 0);
    cluster.fill(300);
    let before = cluster.digest();
    let replica = cluster.node(6).id();
    cluster.node(2).command::<()>(&["CLUSTER", "FORGET", replica.as_str()]);
    expect_errors(&cluster, &["unknown-node"]);
    expect_fixed(&cluster, &before);
    let nodes: String = cluster.node(2).command(&["CLUSTER", "NODES"]);
    assert!(nodes.contains(replica.as_str()));
}

#[test]
fn a_master_that_others_have_forgotten_keeps_its_slots_and_keys() {
    let cluster = TestCluster::start(3, 0, 0);
    cluster.fill(300);
    let before = cluster.digest();
    let forgotten = cluster.node(3).id();
    for node in [1, 2] {
        cluster.node(node).command::<()>(&["CLUSTER", "FORGET", forgotten.as_str()]);
    }
    // Only the forgotten one knows all.
    let seed = cluster.node(3).address().to_string();
    let report = cluster.redisops(&["slots", "check", &seed, "-o", "json"]).expect(1).json();
    assert!(errors(&report).contains(&"unknown-node".to_owned()), "{report:#}");
    assert!(!errors(&report).contains(&"unassigned-slot".to_owned()), "{report:#}");
    cluster.redisops(&["slots", "fix", &seed, "--yes"]).expect(0);
    expect_whole(&cluster, &before);
}

#[test]
fn a_dead_master_without_a_replica_is_explained_and_left() {
    let cluster = TestCluster::builder().nodes(3, 0, 0).node_timeout(Duration::from_secs(1)).start();
    cluster.node(3).kill9();
    let dead = check(&cluster).expect(1).json();
    assert!(["unreachable", "failed-master"].contains(&errors(&dead)[0].as_str()), "{dead:#}");
    wait("the others agree", || errors(&check(&cluster).json()) == ["failed-master"]);
    let report = fix(&cluster, &[]).expect(1).json();
    assert_eq!(
        (report["repaired"].as_array().map(Vec::len), errors(&report)),
        (Some(0), vec!["failed-master".to_owned()])
    );
    let finding = &report["findings"][0];
    assert_eq!(finding["slots"], serde_json::json!([[10923, 16383]]));
    assert!(finding["help"].as_str().unwrap().contains("CLUSTER FORGET"), "{report:#}");
}

#[test]
fn a_dead_master_whose_replica_took_over() {
    let cluster = TestCluster::builder().nodes(3, 1, 0).node_timeout(Duration::from_secs(1)).start();
    cluster.node(1).kill9();
    wait("the replica takes over", || cluster.node(4).info("replication").get("role") == Some("master"));
    let seed = cluster.node(2).address().to_string();
    let check = || cluster.redisops(&["slots", "check", &seed, "-o", "json"]).expect(1).json();
    wait("all agree", || errors(&check()) == ["failed-master"]);
    assert!(check()["findings"][0]["message"].as_str().unwrap().ends_with("has failed; it owns no slot"));
}

#[test]
fn a_replica_that_cannot_hear_its_master() {
    let cluster = TestCluster::start(3, 1, 0);
    // A wrong password for its master, and a link that has to be built anew.
    let replica = cluster.node(4);
    replica.command::<()>(&["CONFIG", "SET", "masteruser", "nobody"]);
    replica.command::<()>(&["CONFIG", "SET", "masterauth", "wrong"]);
    replica.command::<u64>(&["CLIENT", "KILL", "TYPE", "master"]);
    wait("the link is down", || replica.info("replication").get("master_link_status") == Some("down"));
    let report = check(&cluster).expect(0).json();
    let rules: Vec<&str> = report["findings"].as_array().unwrap().iter().filter_map(|f| f["rule"].as_str()).collect();
    assert_eq!(rules, ["replica-link"], "{report:#}");
}

#[test]
fn a_saved_state_is_checked_without_a_cluster() {
    let cluster = TestCluster::start(3, 0, 0);
    open(5, cluster.node(1), cluster.node(2));
    cluster.redisops(&["slots", "state", &cluster.seed(), "--save", "state.json"]).expect(0);
    let report = cluster.redisops(&["slots", "check", "--state", "state.json", "-o", "json"]).expect(1).json();
    assert_eq!(errors(&report), ["open-slot"]);
}
