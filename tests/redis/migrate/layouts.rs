//! Layouts: more masters, fewer, weights; nothing is lost, nothing is left.

use super::support::*;
use crate::support::{Server, TestCluster};

fn whole(cluster: &TestCluster) {
    assert_eq!(open(cluster), Vec::<String>::new());
    cluster.assert_redis_cli_check();
}

#[test]
fn three_become_four_and_three_again() {
    let cluster = TestCluster::start(3, 1, 1);
    cluster.fill(5_000);
    let before = cluster.digest();
    let report = migrate(&cluster, &["--masters", "4"]).expect(0).json();
    assert_eq!((report["kind"].as_str(), report["outcome"].as_str()), (Some("MigrationReport"), Some("done")));
    assert_eq!((report["movedSlots"].as_u64(), report["planSlots"].as_u64()), (Some(4096), Some(4096)));
    assert!(report["movedKeys"].as_u64().is_some_and(|keys| (1_000..1_500).contains(&keys)), "{report:#}");
    assert!(report["movedBytes"].as_u64().is_some_and(|bytes| bytes > 100_000), "{report:#}");
    assert!(report["clientP99Ms"].is_number() && report["seconds"].is_number());
    assert_eq!(owned(cluster.node(7)), 4096);
    whole(&cluster);
    // What has moved is on the replicas of those who took it, and on nobody else.
    assert_eq!(cluster.digest(), before);
    let report = migrate(&cluster, &["--masters", "3"]).expect(0).json();
    assert_eq!(report["movedSlots"].as_u64(), Some(4096));
    assert_eq!(cluster.nodes().filter(|node| owned(*node) > 0).count(), 3);
    whole(&cluster);
    assert_eq!(cluster.digest(), before);
    // And there is nothing left to do.
    assert_eq!(migrate(&cluster, &["--masters", "3"]).expect(0).json()["planSlots"].as_u64(), Some(0));
}

#[test]
fn weights_move_what_they_say() {
    let cluster = TestCluster::start(3, 0, 0);
    cluster.fill(3_000);
    let before = cluster.digest();
    let weights = format!("{}=2,{}=0", cluster.node(1).id(), cluster.node(3).id());
    migrate(&cluster, &["--weights", &weights, "--latency-budget", "off"]).expect(0);
    let counts: Vec<usize> = cluster.nodes().map(owned).collect();
    assert_eq!(counts.iter().sum::<usize>(), 16384);
    assert!((10922..=10923).contains(&counts[0]) && counts[2] == 0, "{counts:?}");
    whole(&cluster);
    assert_eq!(cluster.digest(), before);
}

#[test]
fn a_plan_of_a_file_is_carried_out_and_then_done() {
    let cluster = TestCluster::start(3, 0, 1);
    cluster.fill(1_000);
    let before = cluster.digest();
    let file = cluster.dir().join("plan.json").display().to_string();
    cluster.redisops(&["slots", "plan", &cluster.seed(), "--masters", "4", "--out", &file]).expect(0);
    let run = || cluster.redisops(&["slots", "migrate", &file, "--yes", "-o", "json", "--parallel", "1"]);
    assert_eq!(run().expect(0).json()["movedSlots"].as_u64(), Some(4096));
    let again = run().expect(0).json();
    assert_eq!((again["movedSlots"].as_u64(), again["planSlots"].as_u64()), (Some(0), Some(4096)));
    whole(&cluster);
    assert_eq!(cluster.digest(), before);
}

#[test]
fn keys_of_every_kind_survive_with_their_times() {
    let cluster = TestCluster::start(2, 0, 1);
    let at = |key: &str| match redisops::slots::key_slot(key.as_bytes()).number() {
        0..=8191 => cluster.node(1),
        _ => cluster.node(2),
    };
    for n in 0..200 {
        let key = |kind: &str| format!("{kind}:{n}");
        let set =
            |key: &str, words: &[&str]| at(key).command::<redis::Value>(&[&[words[0], key], &words[1..]].concat());
        set(&key("hash"), &["HSET", "a", "1", "b", "2"]);
        set(&key("list"), &["RPUSH", "a", "b", "c"]);
        set(&key("zset"), &["ZADD", "1.5", "a", "2", "b"]);
        set(&key("stream"), &["XADD", "1-1", "a", "b"]);
        set(&key("temporary"), &["SET", "x", "EX", "1000"]);
    }
    let before = cluster.digest();
    migrate(&cluster, &["--masters", "3"]).expect(0);
    assert_eq!((cluster.digest().differences(&before), before.keys()), (Vec::new(), 1_000));
    whole(&cluster);
}

#[test]
fn servers_without_replicas_of_other_makes() {
    for server in [Server::Redis82, Server::Valkey81] {
        let cluster = TestCluster::builder().nodes(2, 0, 1).server(server).start();
        cluster.fill(1_000);
        let before = cluster.digest();
        migrate(&cluster, &["--masters", "3", "--no-atomic"]).expect(0);
        assert_eq!(cluster.digest(), before, "{server:?}");
        whole(&cluster);
    }
}
