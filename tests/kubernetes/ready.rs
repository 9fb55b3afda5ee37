//! What is waited for, and what is said of what does not get there.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use serde_json::Value;

use crate::applying::{applied, edit, live, result, step, system};
use crate::player::{Player, definitions};
use crate::support::{Bench, Run};

fn apply_for(bench: &Bench, seconds: &str) -> Run {
    bench.redisops(&["apply", "prod", "--yes", "--timeout", seconds, "-o", "json"])
}

fn add(bench: &Bench, object: &str) {
    edit(bench, "---\n", &format!("---\n{object}---\n"));
}

const CLUSTER: &str =
    "apiVersion: app.redislabs.com/v1\nkind: RedisEnterpriseCluster\nmetadata:\n  name: rec\nspec:\n  nodes: 3\n";
const DATABASE: &str = "apiVersion: app.redislabs.com/v1alpha1\nkind: RedisEnterpriseDatabase\nmetadata:\n  name: db\nspec:\n  memorySize: 100MB\n  redisEnterpriseCluster: {name: rec}\n";

#[test]
fn an_operator_that_the_test_plays_is_waited_for_state_by_state() {
    let Some(bench) = system() else { return };
    definitions(&bench);
    add(&bench, CLUSTER);
    add(&bench, DATABASE);
    let run = apply_for(&bench, "2s");
    let error = step(&run, "RedisEnterpriseCluster", "rec")["error"].clone();
    assert_eq!((run.code, &error["code"]), (2, &Value::from("timeout")), "{run:?}");
    assert!(error["message"].as_str().unwrap().contains("its operator has not said anything yet"), "{error}");
    assert!(!run.stdout.contains("RedisEnterpriseDatabase"), "databases need their cluster: {run:?}");

    let player = Player::start(&bench, &[&bench.namespace]);
    let run = applied(&bench, &[]);
    assert_eq!(result(&run, "RedisEnterpriseDatabase", "db"), "created");
    for state in
        ["it is Initializing", "ready RedisEnterpriseCluster/", "it is pending", "ready RedisEnterpriseDatabase/"]
    {
        assert!(run.stderr.contains(state), "{state}: {}", run.stderr);
    }
    drop(player);

    bench.status("redisenterprisedatabase", "db", r#"{"status":"creation-failed"}"#);
    let run = apply_for(&bench, "20s");
    let error = step(&run, "RedisEnterpriseDatabase", "db")["error"].clone();
    assert_eq!((run.code, &error["code"]), (2, &Value::from("notReady")), "it does not wait on: {run:?}");
    assert!(run.stderr.contains("creation-failed"), "{}", run.stderr);
    bench.status("redisenterprisedatabase", "db", r#"{"status":"active","specStatus":"Invalid"}"#);
    let run = apply_for(&bench, "20s");
    assert!(run.code == 2 && run.stderr.contains("the spec is invalid"), "{run:?}");
    // The cause of an earlier mistake is mended: what the operator said of that is not held against the change.
    edit(&bench, "memorySize: 100MB", "memorySize: 200MB");
    let mut running = begin(&bench);
    running.1.by_ref().find(|line| line.contains("and nothing of the change yet")).expect("it waits");
    bench.status("redisenterprisedatabase", "db", r#"{"status":"active-change-pending","specStatus":"Valid"}"#);
    running.1.by_ref().find(|line| line.contains("it is active-change-pending")).expect("it waits on");
    bench.status("redisenterprisedatabase", "db", r#"{"status":"active","specStatus":"Valid"}"#);
    assert_eq!(running.0.wait().unwrap().code(), Some(0));
    // An operator that is content takes a moment to see that there is something to do.
    edit(&bench, "nodes: 3", "nodes: 5");
    let mut running = begin(&bench);
    running.1.by_ref().find(|line| line.contains("has not said anything of the change yet")).expect("it waits");
    bench.status("redisenterprisecluster", "rec", r#"{"state":"RunningRollingUpdate"}"#);
    running.1.by_ref().find(|line| line.contains("it is RunningRollingUpdate")).expect("it waits on");
    bench.status("redisenterprisecluster", "rec", r#"{"state":"InvalidUpgrade"}"#);
    let rest: Vec<String> = running.1.by_ref().collect();
    assert_eq!(running.0.wait().unwrap().code(), Some(2), "{rest:?}");
    assert!(rest.iter().any(|line| line.contains("its operator says InvalidUpgrade")), "{rest:?}");
    // What it says in events is passed on.
    bench.status("redisenterprisecluster", "rec", r#"{"state":"Error"}"#);
    let uid = live(&bench, "redisenterprisecluster/rec", "{.metadata.uid}");
    let event = format!(
        "apiVersion: v1\nkind: Event\nmetadata: {{name: rec.1, namespace: {0}}}\ntype: Warning\nreason: NoQuorum\nmessage: two of three nodes are gone\n\
         lastTimestamp: 2026-01-01T00:00:00Z\ninvolvedObject: {{apiVersion: app.redislabs.com/v1, kind: RedisEnterpriseCluster, name: rec, namespace: {0}, uid: {uid}}}\n",
        bench.namespace
    );
    assert!(bench.kubectl_with(&["create", "-f", "-"], &event).status.success());
    let run = apply_for(&bench, "20s");
    assert!(run.code == 2 && run.stderr.contains("event NoQuorum: two of three nodes are gone"), "{run:?}");
    bench.status("redisenterprisecluster", "rec", r#"{"state":"Running"}"#);
    applied(&bench, &[]);
}

/// An apply, and the lines that it tells.
fn begin(bench: &Bench) -> (Child, impl Iterator<Item = String>) {
    let mut command = bench.command(&["apply", "prod", "--yes", "--timeout", "60s"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    (child, lines)
}

#[test]
fn jobs_that_fail_end_the_run_and_what_comes_later_is_not_begun() {
    let Some(bench) = system() else { return };
    edit(
        &bench,
        "    spec:\n      restartPolicy: Never",
        "    spec:\n      nodeSelector: {no: where}\n      restartPolicy: Never",
    );
    edit(
        &bench,
        "    redisops.dev/wave: \"1\"\nspec:\n",
        "    redisops.dev/wave: \"1\"\nspec:\n  activeDeadlineSeconds: 1\n",
    );
    let later = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: later\n  annotations: {argocd.argoproj.io/sync-wave: \"2\"}\n";
    add(&bench, later);
    let run = apply_for(&bench, "60s");
    let error = step(&run, "Job", "once")["error"].clone();
    assert_eq!((run.code, &error["code"]), (2, &Value::from("notReady")), "{run:?}");
    assert!(error["message"].as_str().unwrap().contains("DeadlineExceeded"), "{error}");
    assert_eq!(result(&run, "StatefulSet", "cache"), "created");
    assert!(!run.stdout.contains("later"), "a wave that comes after it: {}", run.stdout);
    // A Job cannot change; by name it is done once more.
    edit(&bench, "      nodeSelector: {no: where}\n", "");
    edit(&bench, "activeDeadlineSeconds: 1\n", "activeDeadlineSeconds: 600\n");
    let run = apply_for(&bench, "60s");
    assert!(run.code == 2 && run.stderr.contains("--replace Job/"), "{run:?}");
    let run = applied(&bench, &["--replace", "Job/once"]);
    assert_eq!((result(&run, "Job", "once"), result(&run, "ConfigMap", "later")), ("changed".into(), "created".into()));
    assert_eq!(live(&bench, "job/once", "{.status.succeeded}"), "1");
}

#[test]
fn a_claim_is_waited_for_until_it_has_its_volume() {
    let Some(bench) = system() else { return };
    let class = bench.namespace.clone();
    add(
        &bench,
        &format!(
            "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: data\nspec:\n  accessModes: [ReadWriteOnce]\n  storageClassName: {class}\n  resources: {{requests: {{storage: 1Gi}}}}\n"
        ),
    );
    let run = apply_for(&bench, "2s");
    let error = step(&run, "PersistentVolumeClaim", "data")["error"].clone();
    assert_eq!((run.code, &error["code"]), (2, &Value::from("timeout")), "{run:?}");
    assert!(error["message"].as_str().unwrap().contains("it has no volume yet"), "{error}");
    bench.volumes(&class, 1);
    applied(&bench, &[]);
    assert_eq!(live(&bench, "pvc/data", "{.status.phase}"), "Bound");
}

#[test]
fn a_rollout_is_over_when_all_pods_are_of_the_new_template() {
    let Some(bench) = system() else { return };
    let deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 2\n  selector: {matchLabels: {app: web}}\n  template:\n    \
                      metadata: {labels: {app: web}}\n    spec: {containers: [{name: web, image: \"web:1\"}]}\n";
    add(&bench, deployment);
    applied(&bench, &[]);
    edit(&bench, "web:1", "web:2");
    edit(&bench, "redis:7", "redis:8");
    let run = applied(&bench, &[]);
    assert!(
        run.stderr.contains("waiting for StatefulSet/") && run.stderr.contains("ready StatefulSet/"),
        "{}",
        run.stderr
    );
    // The pods themselves, not what a status says of them.
    let all = live(&bench, "pods", "{range .items[*]}{.spec.containers[0].image} {end}");
    assert!(!all.contains("redis:7"), "{all}");
    assert_eq!(live(&bench, "deployment/web", "{.status.updatedReplicas}{.status.availableReplicas}"), "22");
    assert_eq!(
        live(&bench, "deployment/web", "{.metadata.generation}"),
        live(&bench, "deployment/web", "{.status.observedGeneration}")
    );
    // One that cannot become new pods is told with what they lack.
    edit(
        &bench,
        "spec: {containers: [{name: web, image: \"web:2\"}]}",
        "spec: {nodeSelector: {no: where}, containers: [{name: web, image: \"web:3\"}]}",
    );
    let run = apply_for(&bench, "2s");
    let error = step(&run, "Deployment", "web")["error"].clone();
    assert_eq!((run.code, &error["code"]), (2, &Value::from("timeout")), "{run:?}");
    assert!(error["message"].as_str().unwrap().contains("replicas are updated"), "{error}");
    assert!(run.stderr.contains("nodes are available"), "{}", run.stderr);
}
