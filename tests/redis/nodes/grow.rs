//! A single node that becomes a master with replicas, and gets more of them: StatefulSet and nodes in one apply.

use serde_json::Value;

use crate::scaling::Space;

use super::stage::Stage;

/// Its pod has just started: it copies nobody and holds nothing.
fn is_fresh(stage: &Stage, node: usize) {
    let _: () = stage.command(node, &["REPLICAOF", "NO", "ONE"]);
    let _: () = stage.command(node, &["FLUSHALL"]);
}

/// What a plan does on nodes, and to which StatefulSet.
fn actions(plan: &Value) -> Vec<String> {
    let steps = plan["steps"].as_array().unwrap();
    steps.iter().map(|step| step["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_single_node_gets_replicas_and_then_more() {
    let Some(space) = Space::named("grow") else { return };
    let stage = Stage::start(3, 0);
    stage.live_in(&space.name, &space.kubeconfig);
    let size = |from: usize, to: usize| {
        stage.edit("overlay/cache.yaml", &format!("replicas: {from}"), &format!("replicas: {to}"));
    };
    // Pods that are not there are not reached.
    let map = |pods: usize| -> String {
        (0..pods).map(|pod| format!("cache-{pod}: \"127.0.0.1:{}\"", stage.port(pod))).collect::<Vec<_>>().join(", ")
    };
    (1..3).for_each(|node| is_fresh(&stage, node));
    size(3, 1);
    stage.edit("environments/test.yaml", &map(3), &map(1));
    stage.edit("environments/test.yaml", "mode: replication, master: cache-0", "mode: standalone");
    stage.redisops(&["apply", "test", "--yes"]).expect(0);
    let _: () = stage.command(0, &["SET", "app:kept", "1"]);

    let mut before = 1;
    for pods in [2, 3] {
        size(before, pods);
        stage.edit("environments/test.yaml", &map(before), &map(pods));
        if before == 1 {
            stage.edit("environments/test.yaml", "mode: standalone", "mode: replication, master: cache-0");
        }
        let plan = stage.redisops(&["plan", "test", "-o", "json"]).expect(0).json();
        let all = actions(&plan);
        let set = all.iter().position(|id| id.starts_with("update:apps/StatefulSet/"));
        let copies = all.iter().position(|id| id == "redis/cache/replicate/replication.master");
        assert!(set.is_some() && set < copies, "{all:?}");
        stage.redisops(&["apply", "test", "--yes", "--timeout", "60s"]).expect(0);
        let new = pods - 1;
        stage.wait_until(new, &["INFO", "replication"], "master_link_status:up");
        assert_eq!(stage.command::<String>(new, &["GET", "app:kept"]), "1");
        assert!(stage.command::<String>(0, &["INFO", "replication"]).contains("role:master"));
        stage.redisops(&["plan", "test", "--exit-code"]).expect(0);
        before = pods;
    }
    let _: () = stage.command(0, &["SET", "app:later", "2"]);
    assert_eq!(stage.command::<i64>(0, &["WAIT", "2", "5000"]), 2);
}
