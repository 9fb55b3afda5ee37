//! `slots plan` from live nodes: who may join, what only live nodes tell of risks.
#![allow(clippy::unwrap_used)]

use std::fs;

use serde_json::Value;

use crate::support::{Ran, TestCluster, TestNode, redisops};

/// The rules of the risks of a plan; that masters have no replicas is said of most clusters here.
fn rules(plan: &Value) -> Vec<String> {
    let risks = plan["risks"].as_array().unwrap().iter();
    risks.map(|risk| risk["rule"].as_str().unwrap().to_owned()).filter(|rule| rule != "no-replica").collect()
}

/// A cluster of three masters, and nodes that are members of nothing.
struct Strangers(TestCluster);

impl Strangers {
    /// The last nodes leave the cluster that they were started in.
    fn new(strangers: u16) -> Strangers {
        let cluster = TestCluster::start(3, 0, strangers);
        for number in 4..=cluster.len() {
            let gone = cluster.node(number);
            let id = gone.id();
            gone.command::<()>(&["CLUSTER", "RESET", "HARD"]);
            (1..=3).for_each(|n| cluster.node(n).command::<()>(&["CLUSTER", "FORGET", id.as_str()]));
        }
        Strangers(cluster)
    }

    fn stranger(&self, number: u16) -> TestNode<'_> {
        self.0.node(3 + number)
    }

    fn plan(&self, arguments: &[&str]) -> Ran {
        redisops(&[&["slots", "plan", &self.0.seed()], arguments].concat())
    }
}

#[test]
fn a_node_that_joins_is_asked_who_it_is() {
    let cluster = Strangers::new(1);
    cluster.0.fill(1_000);
    let new = cluster.stranger(1);
    let out = cluster.0.dir().join("plan.json").display().to_string();
    let ran = cluster.plan(&["--add", &new.address().to_string(), "--out", &out, "-o", "json"]).expect(0);
    assert_eq!(fs::read_to_string(&out).unwrap(), ran.stdout);
    let plan = ran.json();
    assert_eq!((&plan["kind"], &plan["seed"]), (&"SlotPlan".into(), &cluster.0.seed().into()));
    let join = serde_json::json!([{"id": new.id().to_string(), "address": new.address().to_string()}]);
    assert_eq!(plan["joins"], join);
    assert_eq!((&plan["optimality"]["moved"], &plan["optimality"]["lowerBound"]), (&4096.into(), &4096.into()));
    let moves = plan["moves"].as_array().unwrap();
    assert!(
        moves
            .iter()
            .all(|m| m["to"] == new.id().as_str() && m["keys"].as_u64() > Some(0) && m["bytes"].as_u64() > Some(0))
    );
    let again = cluster.plan(&["--add", &new.address().to_string(), "--exit-code"]).expect(1);
    assert!(again.stdout.contains("joins") && !again.stdout.contains("\u{1b}["), "{}", again.stdout);
    let member = cluster.0.node(2).address().to_string();
    let ran = cluster.plan(&["--add", &member, "-o", "json"]).expect(0);
    assert_eq!(ran.json()["joins"], serde_json::json!([]), "a member does not join again");
}

#[test]
fn a_node_that_is_not_fresh_may_not_join() {
    let cluster = Strangers::new(4);
    let refused = |number: u16, code: &str| {
        let address = cluster.stranger(number).address().to_string();
        let ran = cluster.plan(&["--add", &address]).expect(2);
        assert!(ran.stderr.contains(code) && ran.stderr.contains(&address), "{number}: {}", ran.stderr);
        assert_eq!(ran.stdout, "");
    };
    let (keys, slots, known) = (cluster.stranger(1), cluster.stranger(2), cluster.stranger(3));
    keys.command::<()>(&["CONFIG", "SET", "cluster-require-full-coverage", "no"]);
    keys.command::<()>(&["CLUSTER", "ADDSLOTSRANGE", "0", "16383"]);
    while keys.try_command::<()>(&["SET", "k", "v"]).is_err() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    keys.command::<()>(&["CLUSTER", "DELSLOTSRANGE", "0", "16383"]);
    refused(1, "redisops::slots::holds-keys");
    slots.command::<()>(&["CLUSTER", "ADDSLOTS", "7"]);
    refused(2, "redisops::slots::owns-slots");
    let other = cluster.stranger(4).address();
    known.command::<()>(&["CLUSTER", "MEET", &other.host, &other.port.to_string()]);
    while known.command::<String>(&["CLUSTER", "NODES"]).lines().filter(|l| !l.contains("handshake")).count() < 2 {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    refused(3, "redisops::slots::knows-others");
    let ran = cluster.plan(&["--add", "127.0.0.1:1"]).expect(2);
    assert!(ran.stderr.contains("`127.0.0.1:1` cannot be reached"), "{}", ran.stderr);
}

#[test]
fn big_keys_that_move_are_told() {
    let cluster = TestCluster::start(3, 0, 1);
    let owner = cluster.node(1);
    // Slot 0 is the first to leave.
    let key =
        (0..).map(|n| format!("big{n}")).find(|key| redisops::slots::key_slot(key.as_bytes()).number() < 2000).unwrap();
    owner.command::<()>(&["SET", &key, &"x".repeat(3 << 20)]);
    let args = ["slots", "plan", &cluster.seed(), "--remove", &owner.id().to_string(), "-o", "json"];
    let plan = redisops(&args).expect(0).json();
    assert_eq!(rules(&plan), ["big-key"], "{plan}");
    let risk = plan["risks"].as_array().unwrap().iter().find(|risk| risk["rule"] == "big-key").unwrap();
    assert!(risk["message"].as_str().unwrap().starts_with(&format!("key `{key}` has about 3.")), "{risk}");
    assert_eq!(risk["node"], owner.id().as_str());
    owner.command::<()>(&["CONFIG", "SET", "cluster-node-timeout", "20"]);
    assert!(rules(&redisops(&args).json()).contains(&"node-timeout".to_owned()));
}

#[test]
fn what_does_not_fit_is_told() {
    let cluster = TestCluster::start(2, 0, 1);
    cluster.fill(20_000);
    let spare = cluster.node(3);
    let spare_id = spare.id().to_string();
    let args = ["slots", "plan", &cluster.seed(), "--masters", "3", "-o", "json"];
    assert_eq!(rules(&redisops(&args).expect(0).json()), Vec::<String>::new());
    let used = spare.info("memory").number("used_memory").unwrap();
    spare.command::<()>(&["CONFIG", "SET", "maxmemory", &(used + 200_000).to_string()]);
    assert_eq!(rules(&redisops(&args).expect(0).json()), ["memory"]);
    spare.command::<()>(&["CONFIG", "SET", "maxmemory-policy", "allkeys-lru"]);
    let plan = redisops(&args).expect(0).json();
    assert_eq!(rules(&plan), ["memory", "eviction"]);
    let risk = plan["risks"].as_array().unwrap().iter().find(|risk| risk["rule"] == "eviction").unwrap();
    assert_eq!(risk["node"], spare_id);
    assert!(risk["message"].as_str().unwrap().contains("allkeys-lru"), "{plan}");
}

#[test]
fn replicas_that_do_not_follow_are_told() {
    let cluster = TestCluster::start(3, 1, 0);
    let args = ["slots", "plan", &cluster.seed(), "--masters", "2", "-o", "json"];
    assert!(!rules(&redisops(&args).expect(0).json()).contains(&"replica-lag".to_owned()));
    // The third master is drained, and its replica cannot log in any more.
    for replica in 4..=6 {
        let replica = cluster.node(replica);
        replica.command::<()>(&["CONFIG", "SET", "masteruser", "nobody"]);
        replica.command::<()>(&["CONFIG", "SET", "masterauth", "wrong"]);
    }
    for master in 1..=3 {
        cluster.node(master).command::<()>(&["CLIENT", "KILL", "TYPE", "REPLICA"]);
    }
    assert!(rules(&redisops(&args).expect(0).json()).contains(&"replica-lag".to_owned()));
}

#[test]
fn a_saved_layout_is_a_target() {
    let cluster = TestCluster::start(3, 0, 1);
    let file = cluster.dir().join("before.json").display().to_string();
    redisops(&["slots", "state", &cluster.seed(), "--save", &file]).expect(0);
    let plan = redisops(&["slots", "plan", &cluster.seed(), "--to-state", &file, "--exit-code"]).expect(0);
    assert!(plan.stdout.contains("nothing to do"), "{}", plan.stdout);
    let (a, b) = (cluster.node(1), cluster.node(2));
    for slot in 0..10 {
        for node in [b, a, cluster.node(3)] {
            node.command::<()>(&["CLUSTER", "SETSLOT", &slot.to_string(), "NODE", b.id().as_str()]);
        }
    }
    let ran = redisops(&["slots", "plan", &cluster.seed(), "--to-state", &file, "--exit-code", "-o", "json"]).expect(1);
    let plan = ran.json();
    assert_eq!(plan["moves"][0]["slots"], serde_json::json!([[0, 9]]));
    assert_eq!(
        (&plan["moves"][0]["from"], &plan["moves"][0]["to"]),
        (&b.id().as_str().into(), &a.id().as_str().into())
    );
}
