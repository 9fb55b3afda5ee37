//! Systems of `examples/` whose nodes are real servers behind the pods, with the environments that come with them.

use std::path::Path;

use serde_json::{Value, json};

use crate::player::definitions;
use crate::sentinels::ENVIRONMENT;
use crate::servers::{Server, conf_of};
use crate::support::{Bench, Run};
use crate::systems::copy;

/// The version that the servers of this machine have.
const VERSION: &str = "patches:\n- target: {kind: Redis}\n  patch: |\n    - {op: add, path: /spec/image, value: 'docker.io/library/redis:7.0.15'}\n";

/// A system, one of its overlays with the environment of that name, and its StatefulSets with the beginnings of the names of their configurations.
struct System {
    name: &'static str,
    overlay: &'static str,
    sets: &'static [(&'static str, &'static str, usize)],
}

const SYSTEMS: [System; 2] = [
    System {
        name: "building-blocks",
        overlay: "staging",
        sets: &[("cache-master", "cache-master-config", 1), ("cache-replicas", "cache-replicas-config", 2)],
    },
    System { name: "caching-service", overlay: "today", sets: &[("cache-master", "cache-master-config", 1)] },
];

#[test]
fn nodes_of_whole_systems_are_compared() {
    let Some(bench) = Bench::new() else { return };
    definitions(&bench);
    drop(bench);
    std::thread::scope(|scope| {
        SYSTEMS.iter().for_each(|system| drop(scope.spawn(move || system.is_compared())));
    });
}

impl System {
    fn is_compared(&self) {
        let Some(bench) = Bench::new() else { return };
        let namespace = bench.namespace.clone();
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(self.name), &bench.path().join("system"));
        let overlay = format!("resources: [../system/overlays/{}]\n", self.overlay);
        bench.write("prod/kustomization.yaml", &format!("namespace: NAMESPACE\n{overlay}{VERSION}"));
        let example = bench.path().join(format!("system/environments/{}.yaml", self.overlay));
        let example = std::fs::read_to_string(example).unwrap();
        bench.write("environments/shop.yaml", &format!("{ENVIRONMENT}{}", example.split_once("  redis:\n").unwrap().1));
        let password = "--from-literal=redis-password=hunter2";
        bench.kubectl(&["-n", &namespace, "create", "secret", "generic", "cache", password]);
        bench.volumes("", 8);
        bench.apply_as("redisops", "prod");
        let rendered = bench.redisops(&["build", "prod", "--no-validate"]).stdout;
        let mut servers: Vec<Server> = Vec::new();
        for (set, map, count) in self.sets {
            for index in 0..*count {
                let mut more = "requirepass hunter2\nmasterauth hunter2\nprotected-mode no\n".to_owned();
                if let Some(master) = servers.first() {
                    more.push_str(&format!("repl-diskless-sync-delay 0\nreplicaof 127.0.0.1 {}\n", master.port));
                }
                let server = Server::start(&bench, &conf_of(&rendered, map), &more);
                let pod = format!("{set}-{index}");
                server.behind(&bench, &pod);
                bench.wait_for_pod(&pod);
                servers.push(server);
            }
        }
        servers[1..].iter().for_each(|one| one.wait_for(&["INFO", "replication"], "master_link_status:up"));
        let diff = || bench.redisops(&["diff", "shop", "--redis-only", "-o", "json"]);
        let run = diff();
        let count = run.json()["nodes"].as_array().unwrap().len();
        assert_eq!((run.code, count), (0, servers.len()), "{}: {run:?}", self.name);
        servers[0].cli(&["CONFIG", "SET", "timeout", "7"]);
        servers[1..].iter().take(1).for_each(|one| drop(one.cli(&["REPLICAOF", "NO", "ONE"])));
        let run = diff();
        assert_eq!(run.code, 1, "{}: {run:?}", self.name);
        let paths = |run: &Run, node: usize| -> Vec<Value> {
            let fields = run.json()["nodes"][node]["fields"].clone();
            fields.as_array().unwrap().iter().map(|field| field["path"].clone()).collect()
        };
        assert_eq!(paths(&run, 0), [json!("config.timeout")], "{}: {run:?}", self.name);
        if servers.len() > 1 {
            assert_eq!(paths(&run, 1), [json!("role"), json!("replication.master")], "{}: {run:?}", self.name);
            assert!(paths(&run, 2).is_empty(), "{run:?}");
        }
        // Objects that stand outside of namespaces do not go with them.
        let told = bench.diff(&["prod"]);
        for outside in told.json()["changes"].as_array().unwrap().iter().map(|it| &it["resource"]) {
            let (kind, name) = (outside["kind"].as_str().unwrap(), outside["name"].as_str().unwrap());
            if outside["namespace"].is_null() && kind != "Namespace" {
                bench.kubectl(&["delete", "--wait=false", "--ignore-not-found", kind, name]);
            }
        }
    }
}
