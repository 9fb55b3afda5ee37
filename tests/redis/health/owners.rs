//! Slots with no owner, two owners, or owners that nodes do not agree on.

use super::support::*;
use crate::support::{Server, TestCluster};

#[test]
fn empty_slots_of_nobody_make_no_further_range() {
    let cluster = TestCluster::start(3, 1, 1);
    let before = cluster.digest();
    for node in [1, 2, 3, 7] {
        cluster.node(node).command::<()>(&["CLUSTER", "DELSLOTS", "100", "101", "102", "16383"]);
    }
    let report = expect_errors(&cluster, &["unassigned-slot"]);
    assert_eq!(report["findings"].as_array().unwrap().iter().filter(|f| f["severity"] == "error").count(), 2);
    expect_fixed(&cluster, &before);
    let owned = |node: u16| {
        let nodes = cluster.node(node).command::<String>(&["CLUSTER", "NODES"]);
        nodes.lines().find(|line| line.contains("myself")).unwrap().to_owned()
    };
    assert!(owned(1).trim_end().ends_with(" 0-5460") && owned(3).trim_end().ends_with(" 10923-16383"));
}

#[test]
fn an_owner_that_has_let_go_in_secret() {
    for server in Server::ALL {
        let cluster = TestCluster::builder().nodes(3, 0, 0).server(server).start();
        plant(cluster.node(1), &keys_of(5, 0..9), "value");
        let before = cluster.digest();
        cluster.node(1).command::<()>(&["CLUSTER", "DELSLOTS", "5"]);
        if cluster.digest() != before {
            // This server deletes keys of slots that it gives up: nothing is left to be saved.
            continue;
        }
        expect_errors(&cluster, &["unassigned-slot"]);
        expect_fixed(&cluster, &before);
        assert_eq!(count(cluster.node(1), 5), 9, "{server:?}");
    }
}

#[test]
fn two_owners_lose_no_key_when_they_meet() {
    let cluster = TestCluster::start(3, 0, 0);
    let (loser, winner) = (cluster.node(1), cluster.node(2));
    plant(loser, &keys_of(5, 0..69), "older");
    plant(loser, &keys_of(7, 0..3), "older");
    // For a minute the two do not hear of each other.
    let (loser_id, winner_id) = (loser.id(), winner.id());
    winner.command::<()>(&["CLUSTER", "FORGET", loser_id.as_str()]);
    loser.command::<()>(&["CLUSTER", "FORGET", winner_id.as_str()]);
    winner.command::<()>(&["CLUSTER", "ADDSLOTS", "5", "6"]);
    winner.command::<String>(&["CLUSTER", "BUMPEPOCH"]);
    let before = cluster.digest();
    let report = check(&cluster).expect(1).json();
    assert!(errors(&report).starts_with(&["two-owners".to_owned()]), "{report:#}");
    let report = expect_fixed(&cluster, &before);
    let first = report["repaired"][0].as_str().unwrap();
    assert!(first.contains("lets go of slot 5, which") && first.ends_with("keeps its keys"), "{report:#}");
    assert_eq!((count(loser, 5), count(winner, 5), count(loser, 7)), (0, 69, 3));
}

#[test]
fn a_view_that_does_not_follow_by_itself() {
    // Later servers notice that the one they were told of does not claim the slot.
    let cluster = TestCluster::builder().nodes(3, 0, 0).server(Server::Redis62).start();
    let before = cluster.digest();
    // A bystander was told of an owner that never got the slot, and that has a newer epoch than the one that has.
    setslot(cluster.node(3), 5, &["NODE", cluster.node(2).id().as_str()]);
    expect_errors(&cluster, &["views-disagree"]);
    expect_fixed(&cluster, &before);
    assert_eq!(sees_owner(cluster.node(3), 5), Some(cluster.node(1).id().to_string()));
}
