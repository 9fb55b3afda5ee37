//! What applying shares: a small system, and its reports.

use serde_json::Value;

use crate::support::{Bench, Run};

pub const OBJECTS: &str = "\
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  a: \"1\"
  redis.conf: |
    port 6379
    requirepass hunter2
---
apiVersion: v1
kind: Secret
metadata:
  name: auth
stringData:
  password: hunter2
---
apiVersion: v1
kind: Service
metadata:
  name: cache
spec:
  clusterIP: None
  selector:
    app: cache
  ports:
  - port: 6379
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: cache
spec:
  serviceName: cache
  replicas: 2
  selector:
    matchLabels:
      app: cache
  template:
    metadata:
      labels:
        app: cache
    spec:
      containers:
      - name: redis
        image: redis:7
        resources:
          limits:
            cpu: 1000m
---
apiVersion: batch/v1
kind: Job
metadata:
  name: once
  annotations:
    redisops.dev/wave: \"1\"
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
      - name: job
        image: job:1
";

/// A namespace, and the system in `prod`.
pub fn system() -> Option<Bench> {
    let bench = Bench::new()?;
    bench.write("prod/kustomization.yaml", "namespace: NAMESPACE\nresources:\n- all.yaml\n");
    bench.write("prod/all.yaml", OBJECTS);
    Some(bench)
}

/// Replaces a text in the files of the system; it must be there.
#[track_caller]
pub fn edit(bench: &Bench, from: &str, to: &str) {
    let path = bench.path().join("prod/all.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{from}");
    std::fs::write(path, text.replacen(from, to, 1)).unwrap();
}

/// Applies the system.
pub fn apply(bench: &Bench, arguments: &[&str]) -> Run {
    let mut all = vec!["apply", "prod", "--yes", "--timeout", "60s", "-o", "json"];
    all.extend(arguments);
    bench.redisops(&all)
}

/// Applies the system, which must go well.
#[track_caller]
pub fn applied(bench: &Bench, arguments: &[&str]) -> Run {
    let run = apply(bench, arguments);
    assert_eq!(run.code, 0, "{run:?}");
    run
}

/// What has become of an object.
#[track_caller]
pub fn result(run: &Run, kind: &str, name: &str) -> String {
    step(run, kind, name)["result"].as_str().unwrap().to_owned()
}

/// The entry of an object in a report.
#[track_caller]
pub fn step(run: &Run, kind: &str, name: &str) -> Value {
    let report = run.json();
    let steps = report["steps"].as_array().unwrap();
    let found = steps.iter().find(|it| it["resource"]["kind"] == kind && it["resource"]["name"] == name);
    found.unwrap_or_else(|| panic!("no {kind}/{name} in {run:?}")).clone()
}

/// All results, each once.
pub fn results(run: &Run) -> Vec<String> {
    let mut all: Vec<String> =
        run.json()["steps"].as_array().unwrap().iter().map(|it| it["result"].as_str().unwrap().to_owned()).collect();
    all.sort();
    all.dedup();
    all
}

/// A value of a live object.
#[track_caller]
pub fn live(bench: &Bench, what: &str, path: &str) -> String {
    bench.kubectl(&["-n", &bench.namespace, "get", what, "-o", &format!("jsonpath={path}")])
}
