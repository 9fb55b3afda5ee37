//! Nodes that halt, die or are replaced while slots move.

use std::process::Child;
use std::time::Duration;

use super::support::*;
use crate::support::{TestCluster, TestNode};

fn cluster(replicas: u16, node_timeout: u64) -> TestCluster {
    let cluster =
        TestCluster::builder().nodes(2, replicas, 1).node_timeout(Duration::from_millis(node_timeout)).start();
    cluster.fill(20_000);
    cluster
}

/// A run that has moved some slots to the last node and is far from its end.
fn under_way(cluster: &TestCluster, more: &[&str]) -> Child {
    let taker = cluster.node(cluster.len());
    let child = begin(cluster, &[&["--masters", "3", "--latency-budget", "100us"], more].concat());
    until("nothing moves", || owned(taker) > 20);
    child
}

/// Writes to all keys that a node has and says yes to; what it said yes to.
fn write(node: TestNode<'_>, value: &str) -> Vec<String> {
    let mut connection = node.connection();
    let keys: Vec<String> = (0..20_000).map(|n| format!("key:{n:06}")).collect();
    let mut written = Vec::new();
    for chunk in keys.chunks(500) {
        let mut pipe = redis::pipe();
        pipe.ignore_errors();
        for key in chunk {
            pipe.cmd("SET").arg(key).arg(value).arg("XX");
        }
        let replies: Vec<redis::Value> = pipe.query(&mut connection).unwrap();
        written.extend(
            chunk.iter().zip(replies).filter(|(_, reply)| *reply == redis::Value::Okay).map(|(key, _)| key.clone()),
        );
    }
    written
}

#[test]
fn a_taker_that_halts_for_a_while() {
    let cluster = cluster(0, 20_000);
    let child = under_way(&cluster, &[]);
    let taker = cluster.node(3);
    taker.stop();
    // Calls give up after a second; their keys are in the sockets of the taker by then, and change on the giver.
    std::thread::sleep(Duration::from_millis(2_500));
    let written = write(cluster.node(1), "later");
    assert!(written.len() > 5_000, "{}", written.len());
    taker.cont();
    let (code, stdout, stderr) = end(child);
    assert_eq!(code, 0, "{stdout}\n{stderr}");
    let report: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(
        (report["conflicts"].to_string(), report["unacknowledged"].to_string()),
        ("[]".to_owned(), "[]".to_owned())
    );
    assert_eq!((cluster.digest().keys(), cluster.digest().doubled()), (20_000, Vec::new()));
    for key in written {
        let value = |node: u16| cluster.node(node).try_command::<String>(&["GET", &key]);
        assert_eq!((1..=3).find_map(|node| value(node).ok()).as_deref(), Some("later"), "{key}");
    }
    cluster.assert_redis_cli_check();
}

#[test]
fn a_giver_that_is_replaced_by_its_replica() {
    let cluster = cluster(1, 2_000);
    let before = cluster.digest();
    let child = under_way(&cluster, &[]);
    cluster.node(1).kill9();
    let (code, stdout, stderr) = end(child);
    assert_eq!(code, 0, "{stdout}\n{stderr}");
    assert_eq!(cluster.digest(), before);
    let report: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((report["outcome"].as_str(), report["open"].to_string()), (Some("done"), "[]".to_owned()));
    assert_eq!(cluster.nodes().filter(|node| node.try_connection().is_ok()).map(owned).sum::<usize>(), 16384);
}

#[test]
fn a_taker_that_does_not_come_back() {
    let cluster = cluster(0, 20_000);
    let child = under_way(&cluster, &["--failover-timeout", "3s"]);
    cluster.node(3).kill9();
    let (code, stdout, stderr) = end(child);
    assert_eq!(code, 2, "{stdout}\n{stderr}");
    let report: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(report["outcome"], "failed");
    let problem = report["problems"][0]["message"].as_str().unwrap();
    assert!(problem.contains("and nobody took over for 3 s"), "{report:#}");
    assert!(!report["left"].as_array().unwrap().is_empty());
}
