//! Slots in the middle of a hand-over.

use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use super::support::*;
use crate::support::{Server, TestCluster};

#[test]
fn whole_is_whole() {
    let cluster = TestCluster::start(3, 1, 1);
    cluster.fill(1_000);
    let report = check(&cluster).expect(0).json();
    assert_eq!(
        (report["apiVersion"].as_str(), report["kind"].as_str()),
        (Some("redisops.dev/v1"), Some("HealthReport"))
    );
    assert_eq!(
        (report["whole"].as_bool(), report["findings"].as_array().map(Vec::len)),
        (Some(true), Some(0)),
        "{report:#}"
    );
    let text = cluster.redisops(&["slots", "check", &cluster.seed()]).expect(0).stdout;
    assert_eq!(
        text,
        "whole: 16384 slots owned once by 4 masters with 3 replicas, nothing open, all views agree; 1,000 keys, each in the owner of its slot\n"
    );
    let report = fix(&cluster, &[]).expect(0).json();
    assert_eq!(report["repaired"].as_array().map(Vec::len), Some(0));
}

#[test]
fn a_half_moved_slot_goes_on_on_every_server() {
    for server in Server::ALL {
        let cluster = TestCluster::builder().nodes(3, 0, 0).server(server).start();
        let keys = keys_of(5, 0..300);
        plant(cluster.node(1), &keys, "value");
        let before = cluster.digest();
        let (from, to) = (cluster.node(1), cluster.node(2));
        open(5, from, to);
        migrate(from, to, &keys[..120]);
        open(6, from, to);
        let report = expect_errors(&cluster, &["open-slot"]);
        assert_eq!(report["findings"][0]["slots"], serde_json::json!([[5, 6]]));
        let message = report["findings"][0]["message"].as_str().unwrap();
        assert!(message.ends_with("; 120 keys have moved, 180 left"), "{message}");
        let report = expect_fixed(&cluster, &before);
        assert_eq!((report["movedKeys"].as_u64(), &report["slots"]), (Some(180), &serde_json::json!([[5, 6]])));
        assert_eq!((count(from, 5), count(to, 5)), (0, 300), "{server:?}");
        assert_eq!(sees_owner(cluster.node(3), 5), Some(to.id().to_string()));
    }
}

#[test]
fn marks_on_one_side_go_where_nothing_has_moved() {
    let cluster = TestCluster::start(3, 0, 0);
    plant(cluster.node(1), &keys_of(5, 0..10), "value");
    let before = cluster.digest();
    setslot(cluster.node(1), 5, &["MIGRATING", cluster.node(2).id().as_str()]);
    setslot(cluster.node(2), 6, &["IMPORTING", cluster.node(1).id().as_str()]);
    expect_errors(&cluster, &["half-open-slot"]);
    expect_fixed(&cluster, &before);
    assert_eq!(count(cluster.node(1), 5), 10);
}

#[test]
fn marks_on_one_side_are_completed_where_keys_have_moved() {
    for left in ["MIGRATING", "IMPORTING"] {
        let cluster = TestCluster::start(3, 0, 0);
        let keys = keys_of(5, 0..20);
        let (from, to) = (cluster.node(1), cluster.node(2));
        plant(from, &keys, "value");
        let before = cluster.digest();
        open(5, from, to);
        migrate(from, to, &keys[..8]);
        setslot(if left == "MIGRATING" { to } else { from }, 5, &["STABLE"]);
        expect_errors(&cluster, &["half-open-slot"]);
        expect_fixed(&cluster, &before);
        assert_eq!(count(to, 5), 20, "{left}");
    }
}

#[test]
fn a_failover_of_either_side_in_the_middle() {
    // Nodes 1 to 3 are masters, 4 to 6 their replicas.
    for (promoted, owner_after) in [(4, 2), (5, 5)] {
        let cluster = TestCluster::builder().nodes(3, 1, 0).node_timeout(Duration::from_secs(5)).start();
        let keys = keys_of(5, 0..40);
        let (from, to) = (cluster.node(1), cluster.node(2));
        plant(from, &keys, "value");
        open(5, from, to);
        migrate(from, to, &keys[..15]);
        let successor = cluster.node(promoted);
        let master = cluster.node(promoted - 3);
        wait("the replica has everything", || {
            successor.info("replication").number("slave_repl_offset")
                == master.info("replication").number("master_repl_offset")
        });
        let before = cluster.digest();
        successor.command::<String>(&["CLUSTER", "FAILOVER"]);
        wait("it is promoted", || successor.info("replication").get("role") == Some("master"));
        wait("all know", || {
            cluster.nodes().all(|node| {
                let lines =
                    redisops::redis::parse_nodes(&node.command::<String>(&["CLUSTER", "NODES"])).expect("nodes");
                lines.iter().any(|line| line.id == successor.id() && line.role == Some(redisops::slots::Role::Master))
            })
        });
        expect_errors(&cluster, &["half-open-slot"]);
        expect_fixed(&cluster, &before);
        assert_eq!(count(cluster.node(owner_after), 5), 40);
    }
}

#[test]
fn a_reference_that_is_killed_in_the_middle() {
    for pause in [40, 150, 400] {
        let cluster = TestCluster::start(3, 0, 1);
        cluster.fill(20_000);
        let before = cluster.digest();
        let (from, to) = (cluster.node(1).id(), cluster.node(4).id());
        let mut reshard = Command::new("redis-cli")
            .args([
                "--cluster",
                "reshard",
                &cluster.seed(),
                "--cluster-from",
                from.as_str(),
                "--cluster-to",
                to.as_str(),
            ])
            .args(["--cluster-slots", "4000", "--cluster-yes", "--cluster-pipeline", "2"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("redis-cli");
        wait("it moves", || cluster.node(4).command::<u64>(&["DBSIZE"]) > 0);
        sleep(Duration::from_millis(pause));
        reshard.kill().expect("it still runs");
        reshard.wait().expect("it ends");
        let ran = fix(&cluster, &[]).expect(0);
        assert_eq!(ran.json()["whole"], true);
        expect_whole(&cluster, &before);
    }
}

#[test]
fn a_taker_that_was_told_and_a_giver_that_was_not() {
    // The taker's mark was lost, so it owns the slot with its old epoch, which is the newer one.
    let cluster = TestCluster::start(3, 0, 0);
    let (from, to) = (cluster.node(1), cluster.node(2));
    let before = cluster.digest();
    open(5, from, to);
    setslot(to, 5, &["NODE", to.id().as_str()]);
    wait("gossip has told the giver", || sees_owner(from, 5) == Some(to.id().to_string()));
    let ran = fix(&cluster, &[]).expect(0);
    assert_eq!(ran.json()["whole"], true);
    expect_whole(&cluster, &before);
}

#[test]
fn a_giver_that_was_told_and_a_taker_that_was_not() {
    let cluster = TestCluster::start(3, 0, 0);
    let (from, to) = (cluster.node(1), cluster.node(2));
    let keys = keys_of(5, 0..30);
    plant(from, &keys, "value");
    let before = cluster.digest();
    open(5, from, to);
    migrate(from, to, &keys);
    setslot(from, 5, &["NODE", to.id().as_str()]);
    expect_errors(&cluster, &["unassigned-slot"]);
    expect_fixed(&cluster, &before);
    assert_eq!(count(to, 5), 30);
}

#[test]
fn nobody_is_there_to_be_asked() {
    let cluster = TestCluster::start(3, 0, 0);
    open(5, cluster.node(1), cluster.node(2));
    let ran = cluster.redisops(&["slots", "fix", &cluster.seed()]).expect(2);
    assert!(ran.stderr.contains("--yes") && ran.stderr.contains("open-slot"), "{}", ran.stderr);
    expect_errors(&cluster, &["open-slot"]);
}

#[test]
fn a_tool_at_work_is_left_alone() {
    let cluster = TestCluster::start(3, 0, 1);
    cluster.fill(30_000);
    let before = cluster.digest();
    let (from, to) = (cluster.node(1).id(), cluster.node(4).id());
    let mut reshard = Command::new("redis-cli")
        .args(["--cluster", "reshard", &cluster.seed(), "--cluster-from", from.as_str()])
        .args(["--cluster-to", to.as_str(), "--cluster-slots", "5000", "--cluster-yes", "--cluster-pipeline", "1"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("redis-cli");
    wait("it moves", || cluster.node(4).command::<u64>(&["DBSIZE"]) > 0);
    // Between two slots nothing is open, and there is nothing to repair.
    let refused = (0..20).map(|_| fix(&cluster, &[])).find(|ran| ran.code != 0).expect("it sees the hand-over");
    let refused = refused.expect(2);
    assert!(refused.stderr.contains("another tool moves slots"), "{}", refused.stderr);
    assert_eq!(refused.stdout, "");
    reshard.kill().expect("it still runs");
    reshard.wait().expect("it ends");
    fix(&cluster, &[]).expect(0);
    expect_whole(&cluster, &before);
}

#[test]
fn traffic_of_clients_is_no_tool_at_work() {
    let cluster = TestCluster::start(3, 0, 0);
    let keys = keys_of(5, 0..20);
    plant(cluster.node(1), &keys, "value");
    open(5, cluster.node(1), cluster.node(2));
    migrate(cluster.node(1), cluster.node(2), &keys[..5]);
    let address = cluster.node(2).address();
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut connection = redis::Client::open((address.host.clone(), address.port))
                .expect("an address")
                .get_connection()
                .expect("a connection");
            let mut written = 0;
            for key in keys_of(5, 100..2_000) {
                if done.load(std::sync::atomic::Ordering::Relaxed) {
                    break;
                }
                asking(&mut connection, &["SET", &key, "new"]);
                written += 1;
                sleep(Duration::from_millis(20));
            }
            written
        });
        let ran = fix(&cluster, &[]);
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        let written: u64 = writer.join().expect("the writer ends");
        ran.expect(0);
        assert!(written > 20);
        assert_eq!(count(cluster.node(2), 5), 20 + written);
    });
}
