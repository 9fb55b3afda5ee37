//! The rights of `docs/access.md` are enough, and what lacks is named.

use redisops::apply::slots::failover::fail_over;
use redisops::apply::slots::join::join;
use redisops::apply::slots::leave::leave;
use redisops::apply::slots::replicas::replicate;
use redisops::apply::slots::{Members, Steps};
use redisops::diagnostics::Diagnostics;
use redisops::live::redis::{Access, Cluster};
use redisops::secrets::Secret;
use redisops::slots::{Join, Leave, ReplicaChange};

use crate::support::{TestCluster, TestNode};

use super::{block_on, make_fresh, messages, with_steps};

/// As in the documentation, for reading a cluster and for changing its members.
const RULES: &str = "on >secret resetchannels -@all +ping +info +client|setname +cluster|nodes +cluster|myid +cluster|info +cluster|meet \
                     +function|list +function|dump +function|restore +acl|list +client|list +module|list +config|get +cluster|replicate \
                     +cluster|failover +cluster|forget +cluster|reset";

fn access(cluster: &TestCluster) -> Access {
    Access { user: Some("operator".to_owned()), password: Some(Secret::new("secret")), ..cluster.access() }
}

async fn members(cluster: &TestCluster) -> Members {
    let seed = cluster.node(1).address();
    Members::of(&Cluster::connect(&access(cluster), &[seed]).await.expect("a cluster"))
}

async fn there_and_back(cluster: &TestCluster, new: TestNode<'_>, steps: &Steps<'_>) -> Result<(), Diagnostics> {
    let mut members = members(cluster).await;
    join(&mut members, &Join { id: None, address: new.address() }, steps).await?;
    let change = ReplicaChange { node: new.id(), master: cluster.node(1).id() };
    replicate(&members, &[change], steps).await?;
    fail_over(&members, &cluster.node(1).id(), Some(&new.id()), steps).await?;
    fail_over(&members, &new.id(), Some(&cluster.node(1).id()), steps).await?;
    leave(&mut members, &[Leave { id: new.id(), address: new.address() }], steps).await?;
    Ok(())
}

fn clusters(rules: &str) -> (TestCluster, TestCluster) {
    let cluster = TestCluster::builder().user("operator", rules).start();
    let outside = TestCluster::builder().nodes(1, 0, 0).user("operator", rules).start();
    make_fresh(outside.node(1));
    (cluster, outside)
}

#[test]
fn the_rights_that_are_documented_are_enough() {
    let documented = std::fs::read_to_string("docs/access.md").expect("the documentation");
    for right in RULES.split(' ').filter_map(|rule| rule.strip_prefix('+')) {
        assert!(documented.contains(&right.replace('|', "\\|")) || documented.contains(right), "{right} is documented");
    }
    let (cluster, outside) = clusters(RULES);
    let (done, _) = with_steps(&[], |steps| block_on(there_and_back(&cluster, outside.node(1), steps)));
    done.unwrap_or_else(|found| panic!("{}", messages(&found)));
    cluster.assert_redis_cli_check();
}

#[test]
fn a_right_that_lacks_is_named() {
    let (cluster, outside) = clusters(&RULES.replace(" +cluster|meet", "").replace(" +acl|list", ""));
    let (done, _) = with_steps(&[], |steps| block_on(there_and_back(&cluster, outside.node(1), steps)));
    let found = done.expect_err("it may not").0.remove(0);
    assert_eq!(found.code, "redisops::redis::no_permission");
    assert!(found.message.starts_with("the node could not be introduced to the members: "), "{}", found.message);
    assert!(found.notes.iter().any(|note| note.contains("cluster|meet")), "{:?}", found.notes);
}
