//! Big keys, big slots, and several databases.

use super::support::*;
use crate::support::{Server, TestCluster};

/// A hash of some megabytes in slot 16383, which node 2 has, between small keys.
fn with_big_key() -> TestCluster {
    let cluster = TestCluster::start(2, 0, 1);
    cluster.fill(500);
    let key = &keys_of(16383, 1)[0];
    let value = "x".repeat(4_000);
    let mut connection = cluster.node(2).connection();
    for chunk in 0..20 {
        let mut command = redis::cmd("HSET");
        command.arg(key);
        (0..100).for_each(|n| {
            command.arg(format!("field:{chunk}:{n}")).arg(&value);
        });
        command.exec(&mut connection).unwrap();
    }
    cluster
}

#[test]
fn a_big_key_is_announced_and_moves() {
    let cluster = with_big_key();
    let before = cluster.digest();
    let pin = format!("16383={}", cluster.node(3).id());
    let ran = migrate(&cluster, &["--masters", "3", "--pin", &pin]).expect(0);
    assert!(ran.stderr.contains("of slot 16383 has") && ran.stderr.contains("stand still for about"), "{}", ran.stderr);
    assert_eq!(cluster.digest(), before);
    cluster.assert_redis_cli_check();
}

#[test]
fn a_big_key_stays_where_that_is_wanted() {
    let cluster = with_big_key();
    let before = cluster.digest();
    let pin = format!("16383={}", cluster.node(3).id());
    let report = migrate(&cluster, &["--masters", "3", "--pin", &pin, "--skip-big-keys"]).expect(2).json();
    assert_eq!(report["outcome"], "partial");
    assert_eq!(report["left"][0]["slots"].to_string(), "[[16383,16383]]");
    assert_eq!((report["skipped"].as_array().unwrap().len(), report["skipped"][0]["slot"].as_u64()), (1, Some(16383)));
    assert!(report["skipped"][0]["bytes"].as_u64().is_some_and(|bytes| bytes > 8_000_000));
    assert_eq!(open(&cluster), Vec::<String>::new());
    cluster.assert_redis_cli_check();
    assert_eq!(cluster.digest(), before);
    // Without the wish the rest moves.
    let report = migrate(&cluster, &["--masters", "3", "--pin", &pin]).expect(0).json();
    assert_eq!(report["movedSlots"].as_u64(), Some(1));
    assert_eq!(cluster.digest(), before);
}

#[test]
fn a_slot_with_more_keys_than_a_page_moves() {
    let cluster = TestCluster::start(2, 1, 0);
    let mut connection = cluster.node(1).connection();
    // `{3560}` is in slot 0.
    let tag = &keys_of(0, 1)[0];
    for chunk in 0..10 {
        let mut pipe = redis::pipe();
        (0..1_000).for_each(|n| {
            pipe.cmd("SET").arg(format!("{{{tag}}}:{chunk}:{n}")).arg(n);
        });
        pipe.exec(&mut connection).unwrap();
    }
    let before = cluster.digest();
    let pin = format!("0={}", cluster.node(2).id());
    let report = migrate(&cluster, &["--pin", &pin]).expect(0).json();
    assert_eq!(report["movedKeys"].as_u64(), Some(10_000), "{report:#}");
    assert_eq!(cluster.node(1).command::<u64>(&["DBSIZE"]), 0);
    assert_eq!(cluster.digest(), before);
    cluster.assert_redis_cli_check();
}

#[test]
fn keys_of_every_database_move() {
    let cluster =
        TestCluster::builder().nodes(2, 0, 0).server(Server::Valkey91).config("cluster-databases", "4").start();
    let keys = keys_of(7, 6);
    let mut connection = cluster.node(1).connection();
    for (n, key) in keys.iter().enumerate() {
        redis::cmd("SELECT").arg(n % 3).exec(&mut connection).unwrap();
        redis::cmd("SET").arg(key).arg(n).exec(&mut connection).unwrap();
    }
    let pin = format!("7={}", cluster.node(2).id());
    let report = migrate(&cluster, &["--pin", &pin, "--no-atomic"]).expect(0).json();
    assert_eq!(report["movedKeys"].as_u64(), Some(6), "{report:#}");
    let mut connection = cluster.node(2).connection();
    for (n, key) in keys.iter().enumerate() {
        redis::cmd("SELECT").arg(n % 3).exec(&mut connection).unwrap();
        assert_eq!(redis::cmd("GET").arg(key).query::<Option<usize>>(&mut connection).unwrap(), Some(n));
    }
    assert!(!cluster.node(1).command::<String>(&["INFO", "keyspace"]).contains("keys="));
}
