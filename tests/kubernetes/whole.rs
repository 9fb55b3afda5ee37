//! Whole systems: from nothing to ready, clean, and deleted again; every kind of object in them.

use std::path::Path;

use serde_json::{Value, json};

use crate::applying::{result, results};
use crate::player::{Player, definitions};
use crate::support::{Bench, Run};
use crate::systems::drift_of_a_database;

/// A system on the control plane.
struct System {
    bench: Bench,
    path: String,
    more: &'static [&'static str],
    variables: &'static [(&'static str, &'static str)],
    namespace: &'static str,
}

impl System {
    /// With nothing of it there. Namespaces that the files do not have are made; volumes are there to be bound.
    fn new(path: &str, namespace: &'static str, is_in_files: bool) -> Option<System> {
        let bench = Bench::at(&crate::support::kubeconfig()?);
        bench.kubectl(&["delete", "namespace", namespace, "--ignore-not-found"]);
        if !is_in_files {
            bench.kubectl(&["create", "namespace", namespace]);
        }
        definitions(&bench);
        bench.nodes(4);
        bench.volumes("", 8);
        bench.volumes("premium", 8);
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path).to_str().unwrap().to_owned();
        Some(System { bench, path, more: &[], variables: &[], namespace })
    }

    fn run(&self, command: &[&str], more: &[&str]) -> Run {
        let all: Vec<&str> =
            command.iter().chain([&self.path.as_str()]).chain(self.more).chain(more).copied().collect();
        let mut command = self.bench.command(&all);
        command.envs(self.variables.iter().copied());
        Run::of(command.output().unwrap())
    }

    #[track_caller]
    fn done(&self, command: &[&str], more: &[&str]) -> Run {
        let run = self.run(command, more);
        assert_eq!(run.code, 0, "{command:?} {}: {run:?}", self.path);
        run
    }

    /// From nothing to ready, and clean then.
    fn comes_up(&self) -> Run {
        let player = Player::start(&self.bench, &[self.namespace]);
        let first = self.done(&["apply"], &["--yes", "--timeout", "100s", "-o", "json"]);
        drop(player);
        assert_eq!(results(&first), ["created"], "{}", self.path);
        self.done(&["diff", "--no-redis"], &[]);
        let plan = self.done(&["plan"], &["--exit-code", "-o", "json"]);
        assert_eq!(plan.json()["steps"], json!([]));
        let again = self.done(&["apply"], &["--yes", "--timeout", "100s", "-o", "json"]);
        assert_eq!(results(&again), ["unchanged"], "{}", self.path);
        let pods = self.bench.kubectl(&["-n", self.namespace, "get", "pods", "-o", "json"]);
        let pods: Value = serde_json::from_str(&pods).unwrap();
        let is_up = |pod: &Value| ["Running", "Succeeded"].iter().any(|phase| pod["status"]["phase"] == *phase);
        assert!(pods["items"].as_array().unwrap().iter().all(is_up), "{pods}");
        first
    }

    /// Deleted, its data first by name.
    fn goes(&self, delete: &[&str]) -> Run {
        let named: Vec<&str> = delete.iter().flat_map(|name| ["--delete", name]).collect();
        let run = self.done(&["delete"], &[&["--yes", "--timeout", "100s", "-o", "json"][..], &named].concat());
        assert!(run.stderr.contains("data: "), "{}", run.stderr);
        let left = self.run(&["delete"], &["--yes", "-o", "json"]);
        assert!(left.code == 0 && left.json()["summary"]["pruned"] == 0, "{left:?}");
        run
    }
}

#[test]
fn system_b_comes_up_in_every_environment() {
    for (overlay, namespace, pods) in [
        ("development", "redis-development", 2),
        ("staging", "redis-staging", 3),
        ("production", "redis-production", 4),
    ] {
        let path = format!("examples/building-blocks/overlays/{overlay}");
        let Some(system) = System::new(&path, namespace, false) else { return };
        system.comes_up();
        let ready = system.bench.kubectl(&[
            "-n",
            namespace,
            "get",
            "statefulset",
            "-o",
            "jsonpath={range .items[*]}{.status.readyReplicas} {end}",
        ]);
        let ready: usize = ready.split_whitespace().map(|it| it.parse::<usize>().unwrap()).sum();
        assert_eq!(ready, pods, "{overlay}");
        let claims = || system.bench.kubectl(&["-n", namespace, "get", "pvc", "-o", "name"]);
        let before = claims();
        let run = system.goes(&[]);
        assert!(run.stderr.contains("volumes of StatefulSets stay"), "{}", run.stderr);
        assert_eq!(claims(), before, "volumes stay");
        system.bench.kubectl(&["delete", "namespace", namespace, "--timeout=60s"]);
    }
}

#[test]
fn system_c_comes_up_from_its_chart_with_its_secret() {
    let Some(mut system) = System::new("examples/shopping-cart/overlays/production", "shopping-cart", true) else {
        return;
    };
    if std::process::Command::new("helm").arg("version").output().is_err() {
        return;
    }
    system.more = &["--enable-helm"];
    system.bench.move_to("shopping-cart");
    system.variables = &[("AVP_TYPE", "env"), ("db-password", "s3cr3t-of-the-cart")];
    // The other namespace is the application's.
    let _ = system.bench.kubectl_with(&["create", "namespace", "shop-frontend"], "");
    let run = system.comes_up();
    assert!(!format!("{run:?}").contains("s3cr3t-of-the-cart"));
    let secret = ["-n", "shopping-cart", "get", "secret", "shopping-cart-redis", "-o", "jsonpath={.data.db-password}"];
    assert_eq!(system.bench.kubectl(&secret), "czNjcjN0LW9mLXRoZS1jYXJ0");
    system.goes(&["Namespace/shopping-cart"]);
}

#[test]
fn system_d_comes_up_in_both_ages() {
    for overlay in ["pinned", "today"] {
        let path = format!("examples/caching-service/overlays/{overlay}");
        let Some(system) = System::new(&path, "caching-service", true) else { return };
        system.comes_up();
        system.goes(&["Namespace/caching-service"]);
    }
}

#[test]
fn system_e_comes_up() {
    let Some(system) = System::new("examples/cluster-lab/base", "cluster-lab", false) else { return };
    system.comes_up();
    system.goes(&[]);
    system.bench.kubectl(&["delete", "namespace", "cluster-lab", "--timeout=60s"]);
}

/// The operator's part, the states of REC and REDB, is played by the test.
#[test]
fn system_a_comes_up_under_an_operator_that_the_test_plays_and_its_drift_is_found() {
    let Some(system) = System::new("overlays/prod", "orders-redis-prod", true) else { return };
    let first = system.comes_up();
    assert!(first.stderr.contains("waiting for RedisEnterpriseCluster/"), "{}", first.stderr);
    let (bench, overlay) = (&system.bench, system.path.as_str());
    let run = bench.diff(&[overlay, "--exact"]);
    assert_eq!(run.code, 0, "{run:?}");
    let (name, namespace) = (drift_of_a_database(bench, overlay), system.namespace);
    // The databases go before their cluster, and only by name.
    let kept = system.done(&["delete"], &["--yes", "--timeout", "100s", "-o", "json"]);
    assert_eq!(result(&kept, "RedisEnterpriseDatabase", &name), "kept");
    assert!(kept.stderr.contains("data: kept unless `--delete` names it: "), "{}", kept.stderr);
    let left = bench.kubectl(&["-n", namespace, "get", "redisenterprisedatabase,redisenterprisecluster", "-o", "name"]);
    let named: Vec<String> = left.lines().map(|line| line.replace(".app.redislabs.com", "")).collect();
    let mut all: Vec<&str> = named.iter().map(String::as_str).collect();
    all.push("Namespace/orders-redis-prod");
    system.goes(&all);
}
