//! A `kind: Redis` that changes step by step while its servers run, from `plan` over `apply` to a clean `diff`.

use crate::forward::ENVIRONMENT;
use crate::kubelet::{Kubelet, log_of};
use crate::support::{Bench, Run};

const PODS: [&str; 6] = [
    "cache-master-0",
    "cache-replicas-0",
    "cache-replicas-1",
    "cache-replicas-2",
    "cache-replicas-3",
    "cache-replicas-4",
];

fn redis(spec: &str) -> String {
    format!(
        "apiVersion: redisops.dev/v1alpha1\nkind: Redis\nmetadata: {{name: cache}}\nspec:\n  image: redis:7.0.15\n  auth: {{enabled: false}}\n  \
         persistence: {{size: 1Gi}}\n{spec}"
    )
}

/// The steps of a plan in one word each: what is done, and to what.
fn steps(run: &Run) -> Vec<String> {
    let plan = run.json();
    let word = |step: &serde_json::Value| {
        let of = step["resource"]["name"].as_str().or(step["redis"].as_str()).unwrap();
        let kind = step["resource"]["kind"].as_str().unwrap_or("");
        format!("{} {kind}/{of}", step["action"].as_str().unwrap())
    };
    plan["steps"].as_array().unwrap().iter().map(word).collect()
}

/// Plans, applies, and compares afterwards.
#[track_caller]
fn becomes(bench: &Bench, kubelet: &Kubelet, spec: &str, wanted: &[&str]) -> Run {
    bench.write("prod/redis.yaml", &redis(spec));
    let plan = bench.redisops(&["plan", "shop", "-o", "json"]);
    assert_eq!(plan.code, 0, "{plan:?}");
    let found = steps(&plan);
    for one in wanted {
        assert!(found.iter().any(|step| step.starts_with(one)), "no {one} in {found:?}");
    }
    let applied = bench.redisops(&["apply", "shop", "--yes", "--prune", "--timeout", "3m"]);
    assert_eq!(applied.code, 0, "{applied:?}\n{}", log_of(bench, kubelet, PODS[0]));
    let diff = bench.redisops(&["diff", "shop", "--prune"]);
    assert_eq!(diff.code, 0, "{diff:?}");
    plan
}

#[test]
fn a_single_node_gets_replicas_more_of_them_and_other_settings() {
    let Some(bench) = Bench::new() else { return };
    bench.volumes("", 8);
    bench.write("prod/kustomization.yaml", "namespace: NAMESPACE\nresources: [redis.yaml]\n");
    bench.write("environments/shop.yaml", ENVIRONMENT);
    let kubelet = Kubelet::start(&bench, &PODS);
    let configuration =
        |databases: u32| format!("  configuration: |\n    databases {databases}\n    repl-diskless-sync-delay 0\n");

    let single = format!("  architecture: standalone\n{}", configuration(16));
    becomes(&bench, &kubelet, &single, &["create StatefulSet/cache-master"]);
    kubelet.wait_for(PODS[0], "", &["SET", "x", "kept"], "OK");

    let pair = format!("  architecture: replication\n  replica: {{replicaCount: 3}}\n{}", configuration(16));
    becomes(&bench, &kubelet, &pair, &["create StatefulSet/cache-replicas"]);
    for pod in &PODS[1..4] {
        kubelet.wait_for(pod, "", &["GET", "x"], "kept");
    }

    let starts = kubelet.starts().len();
    let more = pair.replace("replicaCount: 3", "replicaCount: 5");
    becomes(&bench, &kubelet, &more, &["update StatefulSet/cache-replicas"]);
    for pod in &PODS[4..] {
        kubelet.wait_for(pod, "", &["GET", "x"], "kept");
    }
    let mut started = kubelet.starts()[starts..].to_vec();
    started.sort();
    assert_eq!(started, PODS[4..], "nobody else was restarted");

    // A setting that counts from the next start on.
    let starts = kubelet.starts().len();
    let other = more.replace("databases 16", "databases 32");
    let plan = becomes(&bench, &kubelet, &other, &["restart /cache"]);
    assert!(plan.stdout.contains("databases counts from the next start on"), "{}", plan.stdout);
    // The controller may make a pod once more while it learns of the partition.
    let mut restarted = kubelet.starts()[starts..].to_vec();
    restarted.sort();
    restarted.dedup();
    assert_eq!(restarted, PODS);
    for pod in PODS {
        kubelet.wait_for(pod, "", &["GET", "x"], "kept");
        assert!(kubelet.ask(pod, "", &["CONFIG", "GET", "databases"]).contains("32"));
    }
}

const NODES: [&str; 3] = ["cache-node-0", "cache-node-1", "cache-node-2"];

#[test]
fn with_sentinels_settings_and_quorum_change_and_masters_go_first() {
    let Some(bench) = Bench::new() else { return };
    bench.write("prod/kustomization.yaml", "namespace: NAMESPACE\nresources: [redis.yaml]\n");
    bench.write("environments/shop.yaml", ENVIRONMENT);
    let kubelet = Kubelet::start(&bench, &NODES);
    let spec = |quorum: u32, databases: u32| {
        redis(&format!(
            "  architecture: sentinel\n  replica: {{replicaCount: 3}}\n  sentinel: {{quorum: {quorum}}}\n  configuration: |\n    databases {databases}\n    \
             repl-diskless-sync-delay 0\n"
        ))
        .replace("{size: 1Gi}", "{enabled: false}")
    };
    bench.write("prod/redis.yaml", &spec(2, 16));
    let apply = ["apply", "shop", "--yes", "--prune", "--timeout", "3m"];
    let run = bench.redisops(&apply);
    assert_eq!(run.code, 0, "{run:?}");
    kubelet.wait_for_sentinels(&NODES, "");
    kubelet.ask(NODES[0], "", &["SET", "x", "kept"]);
    bench.write("prod/redis.yaml", &spec(3, 32));
    let plan = bench.redisops(&["plan", "shop"]);
    assert!(plan.stdout.contains("the master cache-node-0 hands over to its replica first"), "{plan:?}");
    let run = bench.redisops(&apply);
    assert_eq!(run.code, 0, "{run:?}\n{}", log_of(&bench, &kubelet, NODES[0]));
    assert!(run.stderr.contains("cache-node-0 hands over to "), "{}", run.stderr);
    for pod in NODES {
        assert_eq!(kubelet.ask(pod, "", &["GET", "x"]), "kept\n", "{pod}");
        assert!(kubelet.ask(pod, "", &["CONFIG", "GET", "databases"]).contains("32"));
    }
    for pod in NODES {
        let quorum = kubelet.ask_sentinel(pod, "", &["SENTINEL", "MASTER", "cache"]);
        assert!(quorum.contains("quorum\n3\n"), "{quorum}");
    }
    let diff = bench.redisops(&["diff", "shop", "--prune"]);
    assert_eq!(diff.code, 0, "{diff:?}");
}
