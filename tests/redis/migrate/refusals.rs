//! What is refused before anything is touched.

use super::support::*;
use crate::support::TestCluster;

#[test]
fn nobody_there_to_be_asked() {
    let cluster = TestCluster::start(2, 0, 1);
    let ran = cluster.redisops(&["slots", "migrate", &cluster.seed(), "--masters", "3"]).expect(2);
    assert!(ran.stderr.contains("--yes"), "{}", ran.stderr);
    assert_eq!(owned(cluster.node(3)), 0);
}

#[test]
fn rights_are_looked_at_first() {
    let cluster = TestCluster::builder()
        .nodes(2, 0, 1)
        .user("mover", "on >pass ~* +@all -migrate")
        .user("narrow", "on >pass ~app:* +@all")
        .start();
    std::fs::write(cluster.dir().join("pass"), "pass\n").unwrap();
    let as_user = |user| migrate(&cluster, &["--masters", "3", "--user", user, "--password-file", "pass"]);
    let ran = as_user("mover").expect(2);
    assert!(ran.stderr.contains("user `mover` may not do all that moving slots needs"), "{}", ran.stderr);
    assert!(ran.stderr.contains("ACL SETUSER mover +migrate ~*"), "{}", ran.stderr);
    let ran = as_user("narrow").expect(2);
    assert!(ran.stderr.contains("MIGRATE") && ran.stderr.contains("DUMP"), "{}", ran.stderr);
    assert_eq!((owned(cluster.node(3)), open(&cluster)), (0, Vec::new()));
}

#[test]
fn the_least_rights_are_enough() {
    let rights = "on >pass ~* resetchannels -@all +ping +info +select +asking +client|setname +client|list +command|info \
         +cluster|myid +cluster|nodes +cluster|info +cluster|slots +cluster|setslot +cluster|getkeysinslot +cluster|countkeysinslot +acl|dryrun \
         +migrate +restore-asking +restore +exists +type +dump +pttl +memory|usage +object|idletime +del +watch +unwatch +multi +exec +discard";
    let cluster = TestCluster::builder().nodes(2, 0, 1).user("mover", rights).start();
    cluster.fill(300);
    std::fs::write(cluster.dir().join("pass"), "pass\n").unwrap();
    migrate(&cluster, &["--masters", "3", "--user", "mover", "--password-file", "pass"]).expect(0);
    cluster.assert_redis_cli_check();
    assert_eq!((owned(cluster.node(3)), cluster.digest().keys()), (5461, 300));
}

#[test]
fn a_full_target_is_seen_beforehand() {
    let cluster = TestCluster::start(2, 0, 1);
    cluster.fill(20_000);
    cluster.node(3).command::<()>(&["CONFIG", "SET", "maxmemory", "3mb"]);
    let ran = migrate(&cluster, &["--masters", "3"]).expect(2);
    assert!(ran.stderr.contains("of 3145728 bytes in use") && ran.stderr.contains("--force memory"), "{}", ran.stderr);
    assert_eq!(owned(cluster.node(3)), 0);
}

#[test]
fn a_target_that_is_full_all_the_same_stops_the_pair() {
    let cluster = TestCluster::start(2, 0, 1);
    cluster.fill(20_000);
    let before = cluster.digest();
    cluster.node(3).command::<()>(&["CONFIG", "SET", "maxmemory", "3mb"]);
    let report = migrate(&cluster, &["--masters", "3", "--force", "memory"]).expect(2).json();
    assert!(report["problems"][0]["message"].as_str().unwrap().contains("OOM"), "{report:#}");
    assert_eq!(cluster.digest(), before);
    cluster.node(3).command::<()>(&["CONFIG", "SET", "maxmemory", "0"]);
    migrate(&cluster, &["--masters", "3"]).expect(0);
    cluster.assert_redis_cli_check();
    assert_eq!(cluster.digest(), before);
}

#[test]
fn a_plan_that_no_longer_fits_is_refused() {
    let cluster = TestCluster::start(3, 0, 1);
    let file = cluster.dir().join("plan.json").display().to_string();
    cluster.redisops(&["slots", "plan", &cluster.seed(), "--masters", "4", "--out", &file]).expect(0);
    // All slots of node 1 go to node 2 meanwhile.
    let weights = format!("{}=0,{}=1,{}=1", cluster.node(1).id(), cluster.node(2).id(), cluster.node(3).id());
    migrate(&cluster, &["--weights", &weights, "--latency-budget", "off"]).expect(0);
    let ran = cluster.redisops(&["slots", "migrate", &file, "--yes"]).expect(2);
    assert!(ran.stderr.contains("the cluster has changed since the plan was made"), "{}", ran.stderr);
    assert_eq!(owned(cluster.node(4)), 0);
}

#[test]
fn replicas_are_wanted_only_where_asked_for() {
    let cluster = TestCluster::start(2, 0, 1);
    let ran = migrate(&cluster, &["--masters", "3", "--require-replicas"]).expect(2);
    assert!(ran.stderr.contains("has no replica in step"), "{}", ran.stderr);
    migrate(&cluster, &["--masters", "3"]).expect(0);
}
