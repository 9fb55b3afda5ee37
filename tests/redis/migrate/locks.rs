//! One run at a time.

use super::support::*;
use crate::support::TestCluster;

#[test]
fn a_second_run_is_told_who_is_at_work() {
    let cluster = TestCluster::start(2, 0, 1);
    let mut other = cluster.node(2).connection();
    redis::cmd("CLIENT").arg("SETNAME").arg("redisops:abc123:ann@laptop").exec(&mut other).unwrap();
    let ran = migrate(&cluster, &["--masters", "3"]).expect(2);
    assert!(ran.stderr.contains("another run moves slots of this cluster: abc123 of ann@laptop"), "{}", ran.stderr);
    assert_eq!(owned(cluster.node(3)), 0);
    migrate(&cluster, &["--masters", "3", "--force", "lock"]).expect(0);
    drop(other);
    migrate(&cluster, &["--masters", "2"]).expect(0);
}

#[test]
fn a_tool_without_a_lock_is_seen_by_what_it_moves() {
    let cluster = TestCluster::start(2, 0, 1);
    let keys = keys_of(5, 300);
    for key in &keys {
        cluster.node(1).command::<()>(&["SET", key, "x"]);
    }
    open_slot(5, cluster.node(1), cluster.node(2));
    let child = begin(&cluster, &["--masters", "3"]);
    let Ok(redisops::slots::Address { host, port }) = cluster.node(2).address().to_string().parse() else { panic!() };
    let mut moved = 0;
    for key in &keys {
        moved += 1;
        cluster.node(1).command::<String>(&["MIGRATE", &host, &port.to_string(), key, "0", "1000"]);
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let (code, _, stderr) = end(child);
    assert_eq!((code, moved), (2, 300), "{stderr}");
    assert!(stderr.contains("another tool moves slots of this cluster"), "{stderr}");
}

#[test]
fn slots_that_a_crash_left_open_are_finished() {
    let cluster = TestCluster::start(2, 0, 0);
    cluster.fill(300);
    let before = cluster.digest();
    open_slot(5, cluster.node(1), cluster.node(2));
    // One side only, and one that goes the other way.
    cluster.node(1).command::<()>(&["CLUSTER", "SETSLOT", "6", "MIGRATING", cluster.node(2).id().as_str()]);
    cluster.node(1).command::<()>(&["CLUSTER", "SETSLOT", "16000", "IMPORTING", cluster.node(2).id().as_str()]);
    migrate(&cluster, &[]).expect(0);
    assert_eq!(open(&cluster), Vec::<String>::new());
    cluster.assert_redis_cli_check();
    assert_eq!(cluster.digest(), before);
}
