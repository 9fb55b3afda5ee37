//! Keys with two values.

use std::fs;

use redis::cmd;
use serde_json::Value;

use super::support::*;
use crate::support::TestCluster;

/// A slot on its way from node 1 to node 2 with a key that both have: its value on the two sides.
fn conflict() -> (TestCluster, String) {
    let cluster = TestCluster::start(3, 0, 0);
    let (from, to) = (cluster.node(1), cluster.node(2));
    let keys = keys_of(5, 0..10);
    plant(from, &keys, "same");
    open(5, from, to);
    migrate(from, to, &keys[..4]);
    // As after a `MIGRATE` whose answer was lost: a copy on both sides.
    plant(to, &keys[4..6], "same");
    let both = keys[7].clone();
    let mut taker = to.connection();
    asking(&mut taker, &["HSET", &both, "field", "of the taker"]);
    asking(&mut taker, &["EXPIRE", &both, "1000"]);
    (cluster, both)
}

fn value(cluster: &TestCluster, node: u16, key: &str) -> String {
    let mut connection = cluster.node(node).connection();
    let mut ask = |words: &[&str]| -> String {
        cmd("ASKING").exec(&mut connection).expect("ASKING");
        cmd(words[0]).arg(&words[1..]).query(&mut connection).expect("an answer")
    };
    match ask(&["TYPE", key]).as_str() {
        "string" => ask(&["GET", key]),
        "hash" => ask(&["HGET", key, "field"]),
        kind => kind.to_owned(),
    }
}

#[test]
fn nobody_decides_and_both_stay() {
    let (cluster, key) = conflict();
    let report = fix(&cluster, &[]).expect(1).json();
    assert_eq!(errors(&report), ["open-slot"]);
    let conflicts = report["conflicts"].as_array().unwrap();
    assert_eq!(conflicts.len(), 1, "{report:#}");
    let of = |side: &str, field: &str| conflicts[0][side][field].clone();
    assert_eq!((conflicts[0]["key"].as_str(), conflicts[0]["slot"].as_u64()), (Some(key.as_str()), Some(5)));
    assert_eq!((of("source", "type"), of("target", "type")), ("string".into(), "hash".into()));
    assert_eq!(of("source", "ttlMs"), Value::Null);
    assert!(of("target", "ttlMs").as_u64().is_some_and(|ttl| (900_000..=1_000_000).contains(&ttl)));
    for side in ["source", "target"] {
        assert!(
            of(side, "size").as_u64().is_some_and(|size| size > 0) && of(side, "idleSeconds").is_u64(),
            "{report:#}"
        );
    }
    // Everything else has moved, and what was the same on both sides is there once.
    assert_eq!((count(cluster.node(1), 5), count(cluster.node(2), 5)), (1, 10));
    assert_eq!((value(&cluster, 1, &key), value(&cluster, 2, &key)), ("same".to_owned(), "of the taker".to_owned()));
    let text = cluster.redisops(&["slots", "fix", &cluster.seed(), "--yes"]).expect(1).stdout;
    assert!(
        text.contains("has two values: 127.0.0.1") && text.contains("decide with `--on-conflict source`"),
        "{text}"
    );
}

#[test]
fn the_source_counts() {
    let (cluster, key) = conflict();
    let report = fix(&cluster, &["--on-conflict", "source", "--conflicts", "lost.jsonl"]).expect(0).json();
    assert_eq!(
        (report["conflicts"][0]["kept"].as_str(), report["conflicts"][0]["saved"].as_str()),
        (Some("source"), Some("lost.jsonl"))
    );
    assert_eq!((count(cluster.node(1), 5), value(&cluster, 2, &key)), (0, "same".to_owned()));
    assert_eq!(cluster.node(2).command::<i64>(&["TTL", &key]), -1);
    assert_eq!(saved(&cluster)["type"], "hash");
    cluster.assert_redis_cli_check();
}

#[test]
fn the_target_counts() {
    let (cluster, key) = conflict();
    let report = fix(&cluster, &["--on-conflict", "target", "--conflicts", "lost.jsonl"]).expect(0).json();
    assert_eq!(report["whole"], true);
    assert_eq!((count(cluster.node(1), 5), value(&cluster, 2, &key)), (0, "of the taker".to_owned()));
    let lost = saved(&cluster);
    assert_eq!((lost["key"].as_str(), lost["type"].as_str()), (Some(key.as_str()), Some("string")));
    // What was kept can be brought back.
    use base64::Engine;
    let dump = base64::prelude::BASE64_STANDARD.decode(lost["dump"].as_str().unwrap()).unwrap();
    let mut owner = cluster.node(2).connection();
    cmd("RESTORE").arg(&key).arg(0).arg(dump).arg("REPLACE").exec(&mut owner).unwrap();
    assert_eq!(value(&cluster, 2, &key), "same");
}

/// The one line of the archive.
fn saved(cluster: &TestCluster) -> Value {
    let text = fs::read_to_string(cluster.dir().join("lost.jsonl")).expect("the archive");
    assert_eq!(text.lines().count(), 1, "{text}");
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn what_cannot_be_kept_is_not_deleted() {
    let (cluster, key) = conflict();
    let report = fix(&cluster, &["--on-conflict", "target", "--conflicts", "no/such/folder/file"]).expect(1).json();
    assert!(report["failed"][0]["error"].as_str().unwrap().contains("no/such/folder/file"), "{report:#}");
    assert_eq!((value(&cluster, 1, &key), value(&cluster, 2, &key)), ("same".to_owned(), "of the taker".to_owned()));
}

#[test]
fn the_same_in_another_order_is_the_same() {
    let cluster = TestCluster::start(3, 0, 0);
    let (from, to) = (cluster.node(1), cluster.node(2));
    let keys = keys_of(5, 0..4);
    let words = |command: &'static str, key: &str, items: Vec<String>| -> Vec<String> {
        [command.to_owned(), key.to_owned()].into_iter().chain(items).collect()
    };
    let members: Vec<String> = (0..600).map(|n| format!("member {n}")).collect();
    let shuffled: Vec<String> = members.iter().rev().cloned().collect();
    for (node, members) in [(from, &members), (to, &shuffled)] {
        if node.number() == to.number() {
            open(5, from, to);
        }
        let mut connection = node.connection();
        let scored = members.iter().flat_map(|m| [m.trim_start_matches("member ").to_owned(), m.clone()]).collect();
        let fields = members.iter().flat_map(|m| [m.clone(), "value".to_owned()]).collect();
        // The order of a list is part of it.
        let list = vec![members[0].clone(), members[1].clone()];
        for line in [
            words("RPUSH", &keys[3], list),
            words("SADD", &keys[0], members.clone()),
            words("ZADD", &keys[1], scored),
            words("HSET", &keys[2], fields),
        ] {
            asking(&mut connection, &line.iter().map(String::as_str).collect::<Vec<_>>());
        }
    }
    let report = fix(&cluster, &[]).expect(1).json();
    let conflicts = report["conflicts"].as_array().unwrap();
    assert_eq!(conflicts.len(), 1, "{report:#}");
    assert_eq!(conflicts[0]["key"].as_str(), Some(keys[3].as_str()));
    assert_eq!((count(from, 5), count(to, 5)), (1, 4));
}

#[test]
fn a_key_astray_that_its_owner_has_with_another_value() {
    let cluster = TestCluster::start(3, 0, 0);
    let keys = keys_of(5, 0..3);
    plant(cluster.node(1), &keys[..2], "home");
    plant_astray(cluster.node(2), cluster.node(1), 5, &keys[1..], "astray");
    expect_errors(&cluster, &["keys-on-both"]);
    let report = fix(&cluster, &[]).expect(1).json();
    assert_eq!(
        (errors(&report), report["conflicts"].as_array().map(Vec::len)),
        (vec!["keys-on-both".to_owned()], Some(1))
    );
    assert_eq!((count(cluster.node(1), 5), count(cluster.node(2), 5)), (3, 1));
    // What clients see is the target's here: the owner's.
    fix(&cluster, &["--on-conflict", "target"]).expect(0);
    assert_eq!((value(&cluster, 1, &keys[1]), count(cluster.node(2), 5)), ("home".to_owned(), 0));
    assert_eq!(value(&cluster, 1, &keys[2]), "astray");
}
