//! Replicas that take over.

use redisops::apply::slots::failover::fail_over;

use crate::support::TestCluster;

use super::{block_on, members, messages, with_steps};

#[test]
fn a_replica_takes_over_and_nothing_is_lost() {
    let cluster = TestCluster::start(3, 1, 0);
    cluster.fill(2_000);
    let before = cluster.digest();
    let (master, replica) = (cluster.node(1), cluster.node(4));
    let (over, _) = with_steps(&[], |steps| {
        block_on(async { fail_over(&members(&cluster).await, &master.id(), None, steps).await })
    });
    let over = over.expect("it takes over");
    assert_eq!((over.replica == replica.id(), over.already), (true, false));
    assert!(over.epoch > 3, "a new epoch: {}", over.epoch);
    assert_eq!(replica.info("replication").get("role"), Some("master"));
    assert_eq!(master.info("replication").get("role"), Some("slave"));
    assert_eq!(cluster.digest(), before);
    cluster.assert_redis_cli_check();
    let (again, steps) = with_steps(&[], |steps| {
        block_on(async { fail_over(&members(&cluster).await, &master.id(), Some(&replica.id()), steps).await })
    });
    assert!(again.expect("it is done").already);
    assert_eq!(steps, []);
}

#[test]
fn nobody_takes_over_without_a_link() {
    let cluster = TestCluster::start(3, 1, 0);
    let ask = |master: u16, replica: Option<u16>| {
        let (over, _) = with_steps(&[], |steps| {
            let replica = replica.map(|number| cluster.node(number).id());
            block_on(async {
                fail_over(&members(&cluster).await, &cluster.node(master).id(), replica.as_ref(), steps).await
            })
        });
        messages(&over.expect_err("it cannot"))
    };
    let said = ask(1, Some(2));
    assert!(said.contains("redisops::slots::no-failover") && said.contains("it is no replica"), "{said}");
    cluster.node(4).kill9();
    let said = ask(1, None);
    assert!(said.contains("it has no replica whose link is up"), "{said}");
}
