//! A cluster with a StatefulSet for each shard, reached through the API server: by commands about slots, by those about pods, and by an apply.

use serde_json::Value;

use crate::support::TestCluster;

use super::guard::Space;
use super::shards::{Shards, Told, Unguard, pod};

fn json(told: &Told) -> Value {
    assert_eq!(told.code, Some(0), "{}\n{}", told.stdout, told.stderr);
    serde_json::from_str(&told.stdout).expect("a document")
}

/// Leads to the real servers by way of their pods, which they name as those of a StatefulSet do.
fn lead(shards: &Shards<'_>, count: usize) {
    let mut objects = String::new();
    for pod in (0..count).flat_map(|shard| [pod(shard, 0), pod(shard, 1)]) {
        let port = shards.node(&pod).address().port;
        objects.push_str(&format!(
            "---\napiVersion: kwok.x-k8s.io/v1alpha1\nkind: PortForward\nmetadata: {{name: {pod}}}\nspec: {{forwards: [{{target: {{address: 127.0.0.1, port: {port}}}}}]}}\n"
        ));
        let _: () = shards.node(&pod).command(&["CONFIG", "SET", "cluster-announce-hostname", &pod]);
    }
    shards.space.create(&objects);
}

#[test]
fn commands_know_shards_through_the_api_server_and_by_a_map() {
    let Some(space) = Space::named("forward") else { return };
    let _unguard = Unguard(&space);
    let cluster = TestCluster::start(3, 1, 6);
    cluster.fill(300);
    let before = cluster.digest();
    let mut shards = Shards::shuffled(&space, &cluster);
    // A map may name each node once.
    shards.pods.retain(|pod, _| !pod.ends_with("-2"));
    shards.access = Some("{mode: portForward}");
    lead(&shards, 4);
    shards.create();

    let shown = json(&shards.redisops(&["slots", "show", "prod", "-o", "json"]));
    assert_eq!(shown["nodes"].as_array().expect("nodes").len(), 6, "{shown:#}");
    assert_eq!(shards.redisops(&["slots", "check", "prod"]).code, Some(0));

    // A shard more: an apply reaches its pods when they are there.
    shards.apply(8, 1);
    let quick = ["--replicas", "1", "--latency-budget", "off", "-o", "json"];
    let scaled = |verb: &str, nodes: &str, more: &[&str]| {
        let all = [&["cluster", verb, "prod", "--nodes", nodes][..], &quick, more].concat();
        shards.redisops(&all)
    };
    assert_eq!(json(&scaled("scale", "8", &["--dry-run"]))["steps"], Value::Array(Vec::new()));

    // The files want a shard less: its pods are found where they are, and drained.
    shards.write(6, 1);
    let told = scaled("drain", "6", &["--yes"]);
    assert_eq!(json(&told)["drainedTo"], 6, "{}", told.stdout);
    for ordinal in 0..2 {
        assert_eq!(shards.node(&pod(3, ordinal)).command::<u64>(&["DBSIZE"]), 0);
    }
    // So they are where nobody can render the files; and a map leads to them as well.
    let broken = space.directory.path().join("overlays/prod/kustomization.yaml");
    let text = std::fs::read_to_string(&broken).expect("a file");
    std::fs::write(&broken, "resources: [nowhere.yaml]\n").expect("a file");
    let shown = json(&shards.redisops(&["slots", "show", "prod", "-o", "json"]));
    assert_eq!(shown["nodes"].as_array().expect("nodes").len(), 6, "{shown:#}");
    assert_eq!(json(&scaled("join", "8", &["--yes"]))["drainedTo"], 8);
    std::fs::write(&broken, text).expect("a file");
    shards.assert_shape(8, 1);
    shards.access = None;
    shards.write(6, 1);
    let mapped = shards.redisops(&["slots", "show", "prod", "-o", "json"]);
    assert_eq!(json(&mapped)["nodes"].as_array().expect("nodes").len(), 8);
    let all = [&["cluster", "drain", "prod", "--nodes", "6"][..], &quick, &["--yes"]].concat();
    assert_eq!(json(&shards.redisops(&all))["drainedTo"], 6);

    // One StatefulSet of several says nothing about the size of the cluster.
    let set = format!("{}/cache-shard-3", space.name);
    let kubeconfig = space.kubeconfig.display().to_string();
    let told = shards.redisops(&[
        "cluster",
        "drain",
        "--nodes",
        "2",
        "--stateful-set",
        &set,
        "--kubeconfig",
        &kubeconfig,
        "--yes",
    ]);
    assert_eq!(told.code, Some(2), "{}", told.stdout);
    assert!(told.stderr.contains("holds one shard of Redis `cache`"), "{}", told.stderr);
    assert!(told.stderr.contains("redisops apply ENV --prune"), "{}", told.stderr);

    shards.access = Some("{mode: portForward}");
    shards.apply(6, 1);
    assert_eq!(cluster.digest().differences(&before), Vec::<String>::new());
}
