//! `slots state`: what a live cluster is and what is in its slots, on every server.
#![allow(clippy::unwrap_used)]

use std::fs;

use crate::support::{Server, TestCluster, redisops};

/// Keys and bytes of all slots together.
fn sums(state: &serde_json::Value) -> (u64, Option<u64>) {
    let sum = |table: &str| Some(state["slotStats"][table].as_array()?.iter().map(|n| n.as_u64().unwrap()).sum());
    (sum("keys").unwrap(), sum("bytes"))
}

#[test]
fn every_server_tells_the_same() {
    for server in Server::ALL {
        let cluster = TestCluster::builder().nodes(2, 1, 1).server(server).start();
        cluster.fill(300);
        let ran = redisops(&["slots", "state", &cluster.seed(), "-o", "json"]).expect(0);
        assert_eq!(ran.stderr, "", "{server:?}");
        let state = ran.json();
        assert_eq!((&state["apiVersion"], &state["kind"]), (&"redisops.dev/v1".into(), &"ClusterState".into()));
        let nodes = state["nodes"].as_array().unwrap();
        let ranges = |role: &str| -> Vec<usize> {
            nodes.iter().filter(|n| n["role"] == role).map(|n| n["slots"].as_array().unwrap().len()).collect()
        };
        assert_eq!(ranges("replica"), [0, 0], "{server:?}");
        let mut masters = ranges("master");
        masters.sort_unstable();
        assert_eq!(masters, [0, 1, 1], "{server:?}");
        let (keys, bytes) = sums(&state);
        let bytes = bytes.unwrap();
        assert_eq!(keys, 300, "{server:?}");
        assert!((300 * 100..300 * 400).contains(&bytes), "{server:?}: {bytes} bytes of 300 keys of 100 bytes");
        assert!(nodes.iter().all(|n| n["usedMemory"].as_u64().unwrap() > 0 && n["maxmemory"] == 0), "{server:?}");
    }
}

#[test]
fn keys_of_all_databases_count() {
    let cluster =
        TestCluster::builder().nodes(1, 0, 0).server(Server::Valkey91).config("cluster-databases", "4").start();
    cluster.fill(5);
    let mut connection = cluster.node(1).connection();
    for (database, size) in [(2, 10), (3, 2_000_000)] {
        redis::cmd("SELECT").arg(database).query::<()>(&mut connection).unwrap();
        redis::cmd("SET").arg("{a}big").arg("x".repeat(size)).query::<()>(&mut connection).unwrap();
    }
    let state = redisops(&["slots", "state", &cluster.seed(), "-o", "json"]).expect(0).json();
    let (keys, bytes) = sums(&state);
    assert_eq!(keys, 7);
    assert!(bytes.unwrap() > 2_000_000, "{bytes:?}");
}

#[test]
fn zones_are_those_that_servers_name() {
    let cluster =
        TestCluster::builder().nodes(1, 0, 0).server(Server::Valkey81).config("availability-zone", "eu-1a").start();
    let state = redisops(&["slots", "state", &cluster.seed(), "--no-stats", "-o", "json"]).expect(0).json();
    assert_eq!(state["nodes"][0]["zone"], "eu-1a");
    assert_eq!(state["nodes"][0]["labels"]["availability-zone"], "eu-1a");
    assert_eq!(state["slotStats"], serde_json::json!({}));
}

#[test]
fn a_saved_state_is_read_back_as_it_was() {
    let cluster = TestCluster::start(3, 1, 1);
    cluster.fill(100);
    let file = cluster.dir().join("state.json").display().to_string();
    let live = redisops(&["slots", "state", &cluster.seed(), "--save", &file, "-o", "json"]).expect(0);
    assert_eq!(fs::read_to_string(&file).unwrap(), live.stdout);
    let again = redisops(&["slots", "state", "--state", &file, "-o", "json"]).expect(0);
    assert_eq!(again.stdout, live.stdout);
    let human = redisops(&["slots", "state", "--state", &file]).expect(0);
    assert_eq!(human.stdout.lines().count(), 8, "{}", human.stdout);
    let nowhere = redisops(&["slots", "state", &cluster.seed(), "--save", "/does/not/exist.json"]).expect(2);
    assert!(nowhere.stderr.contains("`/does/not/exist.json` cannot be written"), "{}", nowhere.stderr);
    assert_eq!(nowhere.stdout, "");
}

#[test]
fn open_slots_are_those_that_each_node_tells_of_itself() {
    let cluster = TestCluster::start(2, 0, 0);
    let (a, b) = (cluster.node(1), cluster.node(2));
    a.command::<()>(&["CLUSTER", "SETSLOT", "5", "MIGRATING", b.id().as_str()]);
    b.command::<()>(&["CLUSTER", "SETSLOT", "5", "IMPORTING", a.id().as_str()]);
    let state = redisops(&["slots", "state", &cluster.seed(), "-o", "json"]).expect(0).json();
    let open = state["open"].as_array().unwrap();
    assert_eq!(open.len(), 2);
    let of = |id: &str| open.iter().find(|o| o["node"] == id).unwrap().clone();
    let (a, b) = (a.id().to_string(), b.id().to_string());
    assert_eq!(of(&a), serde_json::json!({"slot": 5, "node": a, "migrating": b}));
    assert_eq!(of(&b), serde_json::json!({"slot": 5, "node": b, "importing": a}));
}

#[test]
fn a_dead_master_is_failed_and_keeps_its_slots() {
    let cluster = TestCluster::builder().nodes(3, 0, 0).node_timeout(std::time::Duration::from_secs(1)).start();
    let dead = cluster.node(3).id().to_string();
    cluster.node(3).kill9();
    loop {
        let state = redisops(&["slots", "state", &cluster.seed(), "-o", "json"]).expect(0).json();
        let node = state["nodes"].as_array().unwrap().iter().find(|n| n["id"] == dead.as_str()).unwrap();
        assert_eq!(node["slots"], serde_json::json!([[10923, 16383]]));
        assert!(state["slotStats"]["keys"].is_null(), "a part of the slots could not be asked");
        if node["flags"] == serde_json::json!(["fail"]) {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

#[test]
fn busy_slots_are_found_by_a_sample() {
    let cluster = TestCluster::builder().tls().start();
    let slot = usize::from(redisops::slots::key_slot(b"hot").number());
    let owner = cluster.nodes().find(|node| node.try_command::<Option<String>>(&["GET", "hot"]).is_ok()).unwrap();
    let mut connection = owner.connection();
    let done = std::sync::atomic::AtomicBool::new(false);
    let state = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                redis::cmd("INCR").arg("hot").query::<()>(&mut connection).unwrap();
                redis::cmd("EVAL")
                    .arg("return redis.call('get', KEYS[1])")
                    .arg(1)
                    .arg("hot")
                    .exec(&mut connection)
                    .unwrap();
            }
        });
        let ran = cluster.redisops(&["slots", "state", &cluster.seed(), "--sample-ops", "500ms", "-o", "json"]);
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        ran.expect(0)
    });
    assert_eq!(state.stderr, "");
    let ops: Vec<u64> = serde_json::from_value(state.json()["slotStats"]["ops"].clone()).unwrap();
    assert!(ops[slot] > 10, "{}", ops[slot]);
    assert!(ops.iter().enumerate().all(|(other, rate)| other == slot || *rate == 0), "nobody asks for other keys");
    let ran = cluster.redisops(&["slots", "plan", &cluster.seed(), "--balance", "ops"]).expect(2);
    assert!(ran.stderr.contains("`--sample-ops 5s`"), "{}", ran.stderr);
}
