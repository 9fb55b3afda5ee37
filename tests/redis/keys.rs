//! Slots of keys, and keys that are wrong in a cluster, on real servers.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use redisops::slots::key_slot;
use redisops::slots::lint::{Keys, keys_of};
use serde_json::Value;

use crate::support::{Ran, Server, TestCluster, binary, run};

/// An answer that does not matter.
type Anything = redis::Value;

#[test]
fn slots_are_those_that_the_server_computes() {
    let cluster = TestCluster::start(1, 0, 0);
    let connection = std::cell::RefCell::new(cluster.node(1).connection());
    // Braces, colons and digits often, so that tags of all forms are met.
    let byte =
        prop_oneof![2 => prop::sample::select(&b"{}"[..]), 2 => prop::sample::select(&b"a:1"[..]), 1 => any::<u8>()];
    let keys = prop::collection::vec(prop::collection::vec(byte, 0..24), 500);
    let checked = TestRunner::new(Config { cases: 20, ..Config::default() }).run(&keys, |keys| {
        let mut asked = redis::pipe();
        for key in &keys {
            asked.cmd("CLUSTER").arg("KEYSLOT").arg(key);
        }
        let slots: Vec<u16> = asked.query(&mut *connection.borrow_mut()).expect("slots");
        for (key, slot) in keys.iter().zip(slots) {
            prop_assert_eq!(key_slot(key).number(), slot, "{:?}", key);
        }
        Ok(())
    });
    checked.unwrap();
}

#[test]
fn the_owner_of_a_key_is_told() {
    let cluster = TestCluster::start(3, 0, 0);
    let ran = cluster.redisops(&["slots", "key", "foo", "{user:1}:a", "--seed", &cluster.seed(), "-o", "json"]);
    let found: Value = serde_json::from_str(&ran.stdout).unwrap();
    for (index, key) in ["foo", "{user:1}:a"].iter().enumerate() {
        let answer = cluster.node(1).try_command::<Anything>(&["GET", key]);
        let owner = found["keys"][index]["owner"].as_str().unwrap();
        let node = cluster.nodes().find(|node| node.id().as_str() == owner).unwrap();
        // The owner takes the key, others say who does.
        assert!(node.try_command::<Anything>(&["GET", key]).is_ok(), "{key}");
        if node.number() != 1 {
            assert!(answer.unwrap_err().to_string().contains(&node.address().port.to_string()), "{key}");
        }
    }
}

/// Which arguments of a command are keys, as `COMMAND` tells of those whose keys stand at fixed places.
#[test]
fn commands_have_their_keys_where_the_servers_look_for_them() {
    for server in [Server::Redis70, Server::Redis82, Server::Valkey91] {
        let cluster = TestCluster::builder().nodes(1, 0, 0).server(server).start();
        let commands: Vec<Vec<redis::Value>> = cluster.node(1).command(&["COMMAND"]);
        assert!(commands.len() > 200);
        for command in commands {
            let name: String = redis::from_redis_value(command[0].clone()).unwrap();
            let flags: Vec<String> = redis::from_redis_value(command[2].clone()).unwrap();
            let [first, last, step] =
                [3, 4, 5].map(|at| redis::from_redis_value::<isize>(command[at].clone()).unwrap());
            // Commands of commands tell of their keys themselves; `SECOND` is what these tell.
            let parts: Vec<redis::Value> = redis::from_redis_value(command[9].clone()).unwrap();
            if !parts.is_empty() || flags.iter().any(|flag| flag == "movablekeys") {
                continue;
            }
            let found = match keys_of(&name) {
                Keys::None | Keys::Keyspace => (0, 0, 0),
                Keys::First => (1, 1, 1),
                Keys::Range { first, last, step } => (first as isize, last, step as isize),
                other => panic!("{server:?} {name}: {other:?}, and its keys stand at fixed places"),
            };
            assert_eq!(found, (first, last, step), "{server:?} {name}");
        }
    }
}

/// Keys with all that can be wrong: a hotspot of 400, locks without an end, malformed tags, a big hash, keys of any bytes.
fn plant(cluster: &TestCluster, replicas: u16) {
    let mut all: Vec<(Vec<u8>, redis::Cmd)> = Vec::new();
    let mut set = |key: Vec<u8>, words: &[&str]| {
        let mut command = redis::cmd("SET");
        command.arg(&key).arg("value");
        words.iter().for_each(|word| {
            command.arg(*word);
        });
        all.push((key, command));
    };
    (0..1500).for_each(|n| set(format!("{{user:{n}}}:profile").into_bytes(), &[]));
    (0..400).for_each(|n| set(format!("{{global}}:counter:{n}").into_bytes(), &[]));
    (0..60).for_each(|n| set(format!("lock:{n}").into_bytes(), if n % 3 == 0 { &["EX", "1000"] } else { &[] }));
    (0..30).for_each(|n| set(format!("cart:{{}}:{n}").into_bytes(), &[]));
    set(b"\xff\xfe\x1b[2J".to_vec(), &[]);
    let mut hash = redis::cmd("HSET");
    hash.arg("catalogue");
    (0..2000).for_each(|n| {
        hash.arg(n).arg("x".repeat(1000));
    });
    all.push((b"catalogue".to_vec(), hash));
    for node in cluster.nodes() {
        let mut connection = node.connection();
        for (_, command) in &all {
            match command.query::<redis::Value>(&mut connection) {
                Ok(_) => {}
                Err(error) if error.code() == Some("MOVED") => {}
                Err(error) => panic!("{error}"),
            }
        }
        let _: u64 = redis::cmd("WAIT").arg(replicas).arg(20_000).query(&mut connection).unwrap_or_default();
    }
}

fn report(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", ran.stdout, ran.stderr))
}

fn findings<'v>(report: &'v Value, rule: &str) -> Vec<&'v str> {
    let all = report["findings"].as_array().unwrap();
    all.iter().filter(|found| found["rule"] == rule).map(|found| found["message"].as_str().unwrap()).collect()
}

fn assert_all_found(report: &Value) {
    let contains = |rule: &str, text: &str| {
        assert!(findings(report, rule).iter().any(|message| message.contains(text)), "{rule} {text}: {report:#}");
    };
    contains("slots/hotspot-tag", "the tag `{global}` has 20% of the keys");
    contains("slots/no-ttl", "67% of the keys of the form `lock:<id>` never expire");
    contains("slots/malformed-tag", "`cart:{}:<id>`: 1.5% of the keys");
    contains("slots/big-key", "the hash `catalogue` has ");
    assert_eq!(findings(report, "slots/crossslot").len(), 0);
    assert_eq!(report["summary"]["errors"], 0);
}

#[test]
fn what_is_planted_is_found_on_replicas() {
    let cluster = TestCluster::start(3, 1, 0);
    plant(&cluster, 1);
    let ran = cluster.redisops(&["slots", "lint", &cluster.seed()]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{}", ran.stdout);
    assert!(ran.stdout.starts_with("looked at all 1,992 keys, on 3 replicas\n"), "{}", ran.stdout);
    assert!(ran.stdout.contains("{user:<id>}:profile") && !ran.stdout.contains('\u{1b}'), "{}", ran.stdout);
    let json = report(&cluster.redisops(&["slots", "lint", &cluster.seed(), "-o", "json"]));
    assert_all_found(&json);
    let row = json["patterns"].as_array().unwrap().iter().find(|row| row["pattern"] == "{user:<id>}:profile").unwrap();
    assert_eq!((&row["keys"], &row["namespace"], &row["tag"]), (&1500.into(), &"user".into(), &"user:<id>".into()));
    // Masters are left to their clients.
    let asked =
        || cluster.nodes().map(|node| node.info("commandstats").get("cmdstat_scan").is_some()).collect::<Vec<_>>();
    assert_eq!(asked(), [false, false, false, true, true, true]);
    let masters = cluster.redisops(&["slots", "lint", &cluster.seed(), "--on-masters"]);
    assert!(masters.stdout.starts_with("looked at all 1,992 keys, on 3 masters\n"), "{}", masters.stdout);
    assert_eq!(asked(), [true; 6]);
}

/// Tables of keys of the servers differ: one for all keys, or one for each slot. The sample must be fair on both.
#[test]
fn a_sample_is_fair_on_every_server() {
    for server in Server::ALL {
        let cluster = TestCluster::builder().nodes(2, 0, 0).server(server).start();
        plant(&cluster, 0);
        let ran = cluster.redisops(&["slots", "lint", &cluster.seed(), "--sample", "600", "-o", "json"]);
        let json = report(&ran);
        let looked = json["summary"]["resources"].as_u64().unwrap();
        assert!((400..1_900).contains(&looked), "{server:?}: {looked}");
        let share = |pattern: &str| {
            let rows = json["patterns"].as_array().unwrap();
            let row = rows.iter().find(|row| row["pattern"] == pattern);
            row.map_or(0.0, |row| row["keysShare"].as_f64().unwrap())
        };
        // 1,500 and 400 of 1,992.
        assert!((0.6..0.9).contains(&share("{user:<id>}:profile")), "{server:?}: {json:#}");
        assert!((0.1..0.3).contains(&share("{global}:counter:<id>")), "{server:?}: {json:#}");
        assert_eq!(findings(&json, "slots/hotspot-tag").len(), 1, "{server:?}");
    }
}

#[test]
fn keys_are_held_against_a_model() {
    let cluster = TestCluster::start(1, 0, 0);
    plant(&cluster, 0);
    let model = "apiVersion: redisops.dev/v1alpha1\nkind: KeyModel\npatterns:\n- name: profile\n  pattern: \"{user:<id>}:profile\"\n  type: hash\n\
                 - name: lock\n  pattern: lock:<id>\n  ttl: 30s # redisops:ignore slots/no-ttl\n- name: counter\n  pattern: \"{global}:counter:<n>\"\n";
    std::fs::write(cluster.dir().join("keys.yaml"), model).unwrap();
    let json = report(&cluster.redisops(&["slots", "lint", &cluster.seed(), "--model", "keys.yaml", "-o", "json"]));
    assert!(findings(&json, "slots/wrong-type")[0].contains("100% of the keys of `profile` are no hash"), "{json:#}");
    assert_eq!(findings(&json, "slots/no-ttl").len(), 0, "the comment silences it");
    let undeclared = findings(&json, "slots/undeclared").join("\n");
    assert!(undeclared.contains("`cart:{}:<id>`") && undeclared.contains("`catalogue`"), "{undeclared}");
    assert!(!undeclared.contains("lock"), "{undeclared}");
}

#[test]
fn a_shard_that_is_out_of_reach_is_told() {
    let cluster = TestCluster::start(2, 0, 0);
    plant(&cluster, 0);
    cluster.node(2).kill9();
    let ran = cluster.redisops(&["slots", "lint", &cluster.seed(), "-o", "json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("were not all looked at"), "{}", ran.stderr);
    assert!(report(&ran)["summary"]["resources"].as_u64().unwrap() < 1_992);
    cluster.node(1).kill9();
    let ran = cluster.redisops(&["slots", "lint", &cluster.seed()]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{}", ran.stderr);
}

/// The rights that `docs/keys.md` names.
#[test]
fn the_rights_of_the_documentation_are_enough() {
    let docs = include_str!("../../docs/keys.md");
    let rights =
        docs.split("**Rights** of an ACL user: `").nth(1).unwrap().split('`').next().unwrap().replace('\n', " ");
    let cluster =
        TestCluster::builder().nodes(2, 1, 0).user("linter", &format!("on >secret ~* -@all {rights}")).start();
    plant(&cluster, 1);
    let lint = |sample: &str| {
        let arguments = ["slots", "lint", &cluster.seed(), "--user", "linter", "--sample", sample, "-o", "json"];
        let ran = run(binary(), &arguments, cluster.dir(), &[("REDISCLI_AUTH", "secret")]);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
        report(&ran)
    };
    assert_all_found(&lint("100000"));
    lint("100");
}
