//! Nodes that become replicas, and replicas that change their master.

use redisops::apply::slots::Step;
use redisops::apply::slots::replicas::{Attached, replicate};
use redisops::diagnostics::Diagnostics;
use redisops::slots::ReplicaChange;

use crate::support::{TestCluster, TestNode};

use super::{block_on, members, messages, with_steps};

fn change(node: TestNode<'_>, master: TestNode<'_>) -> ReplicaChange {
    ReplicaChange { node: node.id(), master: master.id() }
}

fn made(cluster: &TestCluster, changes: &[ReplicaChange]) -> (Result<Vec<Attached>, Diagnostics>, Vec<Step>) {
    with_steps(&[], |steps| block_on(async { replicate(&members(cluster).await, changes, steps).await }))
}

#[test]
fn a_spare_becomes_a_replica_that_has_everything() {
    let cluster = TestCluster::start(3, 0, 1);
    cluster.fill(2_000);
    let (master, spare) = (cluster.node(2), cluster.node(4));
    let changes = [change(spare, master)];
    let (attached, steps) = made(&cluster, &changes);
    let attached = attached.expect("it copies");
    assert!(!attached[0].already);
    assert_eq!(steps.last(), Some(&Step::InSync { node: spare.id(), master: master.id() }));
    assert_eq!(spare.command::<u64>(&["DBSIZE"]), master.command::<u64>(&["DBSIZE"]));
    assert_eq!(spare.info("replication").get("master_link_status"), Some("up"));
    let (again, _) = made(&cluster, &changes);
    assert!(again.expect("it copies still")[0].already);
    cluster.assert_redis_cli_check();
}

#[test]
fn a_replica_leaves_when_its_successor_is_there() {
    let cluster = TestCluster::start(3, 1, 1);
    cluster.fill(500);
    let (first, second, replica, spare) = (cluster.node(1), cluster.node(2), cluster.node(4), cluster.node(7));
    let (attached, steps) = made(&cluster, &[change(replica, second), change(spare, first)]);
    attached.expect("both copy");
    let done: Vec<_> = steps.into_iter().filter(|step| matches!(step, Step::InSync { .. })).collect();
    assert_eq!(
        done,
        [
            Step::InSync { node: spare.id(), master: first.id() },
            Step::InSync { node: replica.id(), master: second.id() }
        ]
    );
}

#[test]
fn what_cannot_be_a_replica_is_said_before_anything_changes() {
    let cluster = TestCluster::start(3, 1, 1);
    let (spare, replica) = (cluster.node(7), cluster.node(4));
    let (result, _) = made(&cluster, &[change(spare, cluster.node(1)), change(cluster.node(2), cluster.node(1))]);
    let said = messages(&result.expect_err("a master with slots"));
    assert!(said.contains("redisops::slots::replica-owns-slots"), "{said}");
    let (result, _) = made(&cluster, &[change(spare, replica)]);
    let said = messages(&result.expect_err("a replica of a replica"));
    assert!(said.contains("redisops::slots::not-a-master"), "{said}");
    let (result, _) = made(&cluster, &[ReplicaChange { node: spare.id(), master: "0123".into() }]);
    let said = messages(&result.expect_err("nobody"));
    assert!(said.contains("redisops::slots::no-member `0123` is no member of the cluster"), "{said}");
    assert_eq!(spare.info("replication").get("role"), Some("master"), "nothing was changed");
}
