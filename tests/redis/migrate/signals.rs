//! Stopping and going on.

use std::process::{Child, Command};

use super::support::*;
use crate::support::TestCluster;

fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

/// A run that has moved some slots and is far from its end.
fn under_way(cluster: &TestCluster, taker: u16) -> Child {
    let child = begin(cluster, &["--masters", "3", "--latency-budget", "100us"]);
    let before = owned(cluster.node(taker));
    until("nothing moves", || owned(cluster.node(taker)) > before + 20);
    child
}

#[test]
fn the_first_signal_leaves_nothing_open_and_the_run_goes_on_later() {
    let cluster = TestCluster::start(2, 0, 1);
    cluster.fill(20_000);
    let before = cluster.digest();
    for name in ["-INT", "-TERM"] {
        let child = under_way(&cluster, 3);
        signal(&child, name);
        let (code, stdout, stderr) = end(child);
        assert_eq!(code, 2, "{stderr}");
        let report: serde_json::Value = serde_json::from_str(&stdout).unwrap();
        assert_eq!(
            (report["outcome"].as_str(), report["open"].to_string().as_str()),
            (Some("stopped"), "[]"),
            "{report:#}"
        );
        assert!(!report["left"].as_array().unwrap().is_empty());
        assert!(stderr.contains("finishing the slots that are open"), "{stderr}");
        assert_eq!(open(&cluster), Vec::<String>::new());
        cluster.assert_redis_cli_check();
        assert_eq!(cluster.digest(), before);
    }
    migrate(&cluster, &["--masters", "3", "--latency-budget", "off"]).expect(0);
    assert_eq!(owned(cluster.node(3)), 5461);
    cluster.assert_redis_cli_check();
    assert_eq!(cluster.digest(), before);
}

#[test]
fn the_second_signal_stops_at_once_and_names_what_is_open() {
    let cluster = TestCluster::start(2, 0, 1);
    cluster.fill(20_000);
    let before = cluster.digest();
    let child = under_way(&cluster, 3);
    // Nothing that is open can be finished while the taker is halted.
    cluster.node(3).stop();
    signal(&child, "-INT");
    std::thread::sleep(std::time::Duration::from_millis(300));
    signal(&child, "-INT");
    let (code, stdout, stderr) = end(child);
    cluster.node(3).cont();
    assert_eq!(code, 2, "{stderr}");
    let report: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert!(!report["open"].as_array().unwrap().is_empty(), "{report:#}");
    migrate(&cluster, &["--masters", "3", "--latency-budget", "off"]).expect(0);
    cluster.assert_redis_cli_check();
    assert_eq!(cluster.digest(), before);
}

#[test]
fn a_killed_run_is_gone_on_with() {
    let cluster = TestCluster::start(2, 1, 1);
    cluster.fill(20_000);
    let before = cluster.digest();
    for _ in 0..2 {
        let mut child = under_way(&cluster, 5);
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let report = migrate(&cluster, &["--masters", "3", "--latency-budget", "off"]).expect(0).json();
    assert!(report["movedSlots"].as_u64().is_some_and(|slots| slots < 5461), "{report:#}");
    assert_eq!((owned(cluster.node(5)), open(&cluster)), (5461, Vec::new()));
    cluster.assert_redis_cli_check();
    assert_eq!(cluster.digest(), before);
}
