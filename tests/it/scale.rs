//! `redisops scale`: the line that says how many is found and changed.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::process::{Command, Output};

use serde_json::Value;

use crate::repository::Repository;
use crate::schemas::assert_valid;

const BASE: &str = "\
# The cache
apiVersion: redisops.dev/v1alpha1
kind: Redis
metadata:
  name: cache
spec:
  architecture: cluster
  cluster:
    nodes: 6 # three masters
    replicas: 1
  persistence: {enabled: true, size: 1Gi}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  replicas: 2
  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: b}}
    spec:
      containers: [{name: app, image: app}]
";

const PROD: &str = "\
# Production
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namePrefix: prod-
resources:
- ../../base
- worker.yaml
replicas:
- {name: app, count: 3} # for the load
patches:
- target: {kind: StatefulSet, name: store}
  patch: |-
    # more
    - op: replace
      path: /spec/replicas
      value: 4 # four
";

fn repository() -> Repository {
    let workload = |name: &str, replicas: &str| {
        format!(
            "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {{name: {name}}}\nspec:\n{replicas}  serviceName: {name}\n  selector: {{matchLabels: {{a: {name}}}}}\n  template:\n    metadata: {{labels: {{a: {name}}}}}\n    spec:\n      containers: [{{name: app, image: app}}]\n"
        )
    };
    Repository::new(&[
        ("base/kustomization.yaml", "resources: [all.yaml, store.yaml]\n"),
        ("base/all.yaml", BASE),
        ("base/store.yaml", &workload("store", "  replicas: 1\n")),
        ("overlays/prod/kustomization.yaml", PROD),
        ("overlays/prod/worker.yaml", &workload("worker", "")),
        (
            "environments/prod.yaml",
            "apiVersion: redisops.dev/v1alpha1\nkind: Environment\nmetadata: {name: prod}\nspec: {overlay: overlays/prod}\n",
        ),
    ])
}

fn run(repository: &Repository, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_redisops"))
        .arg("scale")
        .args(arguments)
        .current_dir(repository.top())
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap()
}

fn scaled(repository: &Repository, arguments: &[&str]) -> Value {
    let output = run(repository, &[arguments, &["-o", "json"]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_valid(&document);
    document
}

fn refused(repository: &Repository, arguments: &[&str]) -> String {
    let before = repository_text(repository);
    let output = run(repository, arguments);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    assert_eq!(repository_text(repository), before);
    String::from_utf8(output.stderr).unwrap()
}

fn read(repository: &Repository, path: &str) -> String {
    fs::read_to_string(repository.top().join(path)).unwrap()
}

fn repository_text(repository: &Repository) -> String {
    ["base/all.yaml", "overlays/prod/kustomization.yaml", "overlays/prod/worker.yaml"]
        .map(|path| read(repository, path))
        .concat()
}

fn git(repository: &Repository, arguments: &[&str]) -> String {
    let output = Command::new("git").args(arguments).current_dir(repository.top()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_entry_of_replicas_is_changed() {
    let repository = repository();
    let report = scaled(&repository, &["app", "--replicas", "5", "--env", "prod"]);
    let change = &report["changes"][0];
    assert_eq!((change["before"].as_i64(), change["after"].as_i64()), (Some(3), Some(5)));
    assert_eq!((change["file"].as_str(), change["line"].as_i64()), (Some("overlays/prod/kustomization.yaml"), Some(9)));
    assert_eq!(change["how"], "line");
    assert_eq!(read(&repository, "overlays/prod/kustomization.yaml"), PROD.replace("count: 3}", "count: 5}"));
    assert_eq!(read(&repository, "base/all.yaml"), BASE);
}

#[test]
fn the_operation_of_an_inline_patch_is_changed() {
    let repository = repository();
    let report = scaled(&repository, &["prod-store", "--replicas", "7", "--path", "overlays/prod"]);
    assert_eq!(report["changes"][0]["line"], 16);
    assert_eq!(read(&repository, "overlays/prod/kustomization.yaml"), PROD.replace("value: 4 #", "value: 7 #"));
}

#[test]
fn a_line_of_the_base_stays_and_the_overlay_gets_a_patch() {
    let repository = repository();
    let report = scaled(&repository, &["cache", "--shards", "6", "--env", "prod"]);
    let change = &report["changes"][0];
    assert_eq!((change["how"].as_str(), change["after"].as_i64()), (Some("patch"), Some(12)));
    assert_eq!(read(&repository, "base/all.yaml"), BASE);
    let text = read(&repository, "overlays/prod/kustomization.yaml");
    assert!(text.starts_with(PROD), "{text}");
    assert!(text.contains("      cluster:\n        nodes: 12\n"), "{text}");
    // The second time that patch is the line that says it.
    let report = scaled(&repository, &["cache", "--nodes", "8", "--env", "prod"]);
    assert_eq!(report["changes"][0]["how"], "line");
    assert_eq!(read(&repository, "overlays/prod/kustomization.yaml"), text.replace("nodes: 12", "nodes: 8"));
    // Of the base itself the line is changed.
    scaled(&repository, &["cache", "--shards", "4", "--path", "base"]);
    assert_eq!(read(&repository, "base/all.yaml"), BASE.replace("nodes: 6 #", "nodes: 8 #"));
}

#[test]
fn a_missing_field_is_added_to_an_object_of_the_overlay() {
    let repository = repository();
    let before = read(&repository, "overlays/prod/worker.yaml");
    let report = scaled(&repository, &["worker", "--replicas", "2", "--env", "prod"]);
    assert_eq!(report["changes"][0]["how"], "field");
    let after = read(&repository, "overlays/prod/worker.yaml");
    assert_eq!(after.replace("  replicas: 2\n", ""), before);
}

#[test]
fn a_change_can_be_tried() {
    let repository = repository();
    let before = repository_text(&repository);
    let output = run(&repository, &["app", "--replicas", "5", "--env", "prod", "--dry-run"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.starts_with("overlays/prod/kustomization.yaml:9  Deployment/prod-app spec.replicas: 3 → 5\n"),
        "{text}"
    );
    assert!(text.ends_with("nothing was written\n"), "{text}");
    assert_eq!(repository_text(&repository), before);
    let report = scaled(&repository, &["app", "--replicas", "3", "--env", "prod"]);
    assert_eq!(report["changes"][0]["how"], "unchanged");
}

#[test]
fn a_commit_has_the_change_and_nothing_else() {
    let repository = repository();
    repository.commit("Ann", "start");
    git(&repository, &["config", "user.name", "Bob"]);
    git(&repository, &["config", "user.email", "bob@example.com"]);
    repository.write("notes.txt", "staged");
    git(&repository, &["add", "notes.txt"]);
    repository.write("base/store.yaml", read(&repository, "base/store.yaml") + "# not committed\n");
    let arguments = ["app", "--replicas", "5", "--env", "prod", "--commit", "-m", "More", "--branch", "more"];
    let report = scaled(&repository, &arguments);
    assert_eq!(report["branch"], "more");
    assert_eq!(
        git(&repository, &["log", "-1", "--format=%H %s %an"]).trim(),
        format!("{} More Bob", report["commit"].as_str().unwrap())
    );
    assert_eq!(git(&repository, &["show", "--format=", "--name-only", "HEAD"]), "overlays/prod/kustomization.yaml\n");
    assert_eq!(git(&repository, &["status", "--porcelain"]), " M base/store.yaml\nA  notes.txt\n");
    // What somebody else has not committed is not committed by the way.
    repository
        .write("overlays/prod/kustomization.yaml", read(&repository, "overlays/prod/kustomization.yaml") + "# mine\n");
    let message = refused(&repository, &["app", "--replicas", "6", "--env", "prod", "--commit"]);
    assert!(message.contains("has changes that are not committed"), "{message}");
}

#[test]
fn what_cannot_be_scaled_is_told() {
    let repository = repository();
    let message = refused(&repository, &["cach", "--shards", "6", "--env", "prod"]);
    assert!(message.contains("did you mean `cache`?"), "{message}");
    let message = refused(&repository, &["app", "--shards", "6", "--env", "prod"]);
    assert!(message.contains("has nothing that --shards could set"), "{message}");
    let message = refused(&repository, &["app", "--env", "prod"]);
    assert!(message.contains("nothing to scale"), "{message}");
    // 7 nodes are no masters with one replica each.
    let message = refused(&repository, &["cache", "--nodes", "7", "--env", "prod"]);
    assert!(message.contains("nodes"), "{message}");
}

/// What an operator does not do to a database that runs is not written, unless somebody says that none runs.
#[test]
fn what_the_operator_refuses_is_not_written() {
    let database = "apiVersion: app.redislabs.com/v1alpha1\nkind: RedisEnterpriseDatabase\nmetadata: {name: db}\nspec:\n  memorySize: 4GB\n  shardCount: 4 # four\n";
    let repository = Repository::new(&[("kustomization.yaml", "resources: [db.yaml]\n"), ("db.yaml", database)]);
    for more in [&[][..], &["--dry-run"], &["-o", "json"]] {
        let output = run(&repository, &[&["db", "--shards", "2", "--path", "."], more].concat());
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{told}");
        for part in
            ["redisops::scale::refused", "the operator will refuse it", "db.yaml:6", "nothing was written", "--force"]
        {
            assert!(told.contains(part), "{part}: {told}");
        }
        assert_eq!(read(&repository, "db.yaml"), database);
    }
    let report = scaled(&repository, &["db", "--shards", "2", "--path", ".", "--force"]);
    assert_eq!(report["changes"][0]["after"], 2);
    assert!(report["consequences"][0].as_str().unwrap().contains("the operator will refuse it"), "{report}");
    assert_eq!(read(&repository, "db.yaml"), database.replace("4 # four", "2 # four"));
}

#[test]
fn a_database_of_this_repository_is_scaled_at_its_line() {
    let output = Command::new(env!("CARGO_BIN_EXE_redisops"))
        .args(["scale", "orders-cache-prod", "--shards", "8", "--memory", "8GB", "--env", "prod", "--dry-run"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("overlays/prod/orders-cache-prod.yaml:"), "{text}");
    assert!(text.contains("spec.shardCount: 4 → 8") && text.contains("→ 8GB"), "{text}");
}
