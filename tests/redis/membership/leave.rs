//! Nodes that leave.

use redisops::apply::slots::join::join;
use redisops::apply::slots::leave::{End, Left, leave};
use redisops::diagnostics::Diagnostics;
use redisops::slots::{Join, Leave, NodeId};

use crate::support::{Server, TestCluster, TestNode};

use super::{block_on, listed_by, members, messages, with_steps};

fn leaving(node: TestNode<'_>) -> Leave {
    Leave { id: node.id(), address: node.address() }
}

fn left(cluster: &TestCluster, leaves: &[Leave]) -> Result<Vec<Left>, Diagnostics> {
    with_steps(&[], |steps| block_on(async { leave(&mut members(cluster).await, leaves, steps).await })).0
}

fn is_alone(node: TestNode<'_>, was: &NodeId) -> bool {
    let text: String = node.command(&["CLUSTER", "NODES"]);
    text.lines().count() == 1 && node.id() != *was && node.info("replication").get("role") == Some("master")
}

#[test]
fn spares_and_replicas_leave_and_do_not_come_back() {
    for server in [Server::Redis70, Server::Redis82, Server::Valkey91] {
        let cluster = TestCluster::builder().nodes(3, 1, 1).server(server).start();
        cluster.fill(300);
        let before = cluster.digest();
        let leaves = [leaving(cluster.node(7)), leaving(cluster.node(6))];
        let left_now = left(&cluster, &leaves).expect("they leave");
        // The replica goes first.
        let ends: Vec<_> = left_now.iter().map(|one| (one.id.clone(), one.end)).collect();
        assert_eq!(ends, [(leaves[1].id.clone(), End::Reset), (leaves[0].id.clone(), End::Reset)], "{server:?}");
        assert!(left_now.iter().all(|one| one.warnings.is_empty()));
        for number in 1..=5 {
            assert_eq!(listed_by(cluster.node(number)).len(), 5, "{server:?}");
        }
        assert!(is_alone(cluster.node(7), &leaves[0].id) && is_alone(cluster.node(6), &leaves[1].id), "{server:?}");
        let again = left(&cluster, &leaves).expect("they have left");
        assert!(again.iter().all(|one| one.end == End::Already), "{again:?}");
        assert_eq!(cluster.digest(), before);
        cluster.assert_redis_cli_check();
    }
}

#[test]
fn leaving_goes_on_where_it_broke_off() {
    let cluster = TestCluster::start(3, 0, 2);
    let leaves = [leaving(cluster.node(4)), leaving(cluster.node(5))];
    // One was forgotten by one node only, the other by all, but not reset.
    cluster.node(2).command::<()>(&["CLUSTER", "FORGET", leaves[0].id.as_str()]);
    for number in 1..=4 {
        cluster.node(number).command::<()>(&["CLUSTER", "FORGET", leaves[1].id.as_str()]);
    }
    left(&cluster, &leaves).expect("they leave");
    for number in 1..=3 {
        assert_eq!(listed_by(cluster.node(number)).len(), 3);
    }
    assert!(is_alone(cluster.node(4), &leaves[0].id) && is_alone(cluster.node(5), &leaves[1].id));
}

#[test]
fn a_node_that_left_may_join_again_at_once() {
    let cluster = TestCluster::start(3, 0, 1);
    let node = cluster.node(4);
    left(&cluster, &[leaving(node)]).expect("it leaves");
    let wanted = Join { id: None, address: node.address() };
    let (joined, _) =
        with_steps(&[], |steps| block_on(async { join(&mut members(&cluster).await, &wanted, steps).await }));
    assert!(!joined.expect("it joins").already);
    assert!(cluster.nodes().all(|node| listed_by(node).len() == 4));
}

#[test]
fn a_dead_node_is_forgotten_by_the_others() {
    let cluster = TestCluster::start(3, 0, 1);
    let leaves = [leaving(cluster.node(4))];
    cluster.node(4).kill9();
    let gone = left(&cluster, &leaves).expect("the others forget it");
    assert_eq!(gone[0].end, End::Unreachable);
    for number in 1..=3 {
        assert_eq!(listed_by(cluster.node(number)).len(), 3);
    }
}

#[test]
fn nodes_that_are_needed_stay() {
    let cluster = TestCluster::start(3, 1, 1);
    let everybody = || cluster.nodes().map(|node| listed_by(node).len()).collect::<Vec<_>>();
    let before = everybody();
    let said =
        messages(&left(&cluster, &[leaving(cluster.node(7)), leaving(cluster.node(1))]).expect_err("it owns slots"));
    assert!(said.contains("redisops::slots::leaves-with-slots") && said.contains("owns slots 0-5460"), "{said}");
    // A spare with a replica that stays.
    cluster.node(4).command::<()>(&["CLUSTER", "REPLICATE", cluster.node(7).id().as_str()]);
    let said = messages(&left(&cluster, &[leaving(cluster.node(7))]).expect_err("it has a replica"));
    assert!(said.contains("redisops::slots::leaves-replica"), "{said}");
    assert_eq!(everybody(), before, "nothing was changed");
}
