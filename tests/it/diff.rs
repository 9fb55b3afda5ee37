//! `redisops diff` between revisions and between environments.
#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::fs;

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::repository::Repository;
use crate::schemas::assert_valid;

const CACHE: &str = "\
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: cache
spec:
  serviceName: cache
  replicas: 3
  template:
    spec:
      containers:
      - name: redis
        image: redis:7
        envFrom:
        - configMapRef:
            name: settings
        resources:
          limits:
            memory: 1Gi
            cpu: 500m
        volumeMounts:
        - name: auth
          mountPath: /auth
      - name: exporter
        image: exporter:1
      volumes:
      - name: auth
        secret:
          secretName: auth
";

const SECRET: &str = "\
apiVersion: v1
kind: Secret
metadata:
  name: auth
stringData:
  password: hunter2
  user: app
";

const BASE: &str = "\
resources:
- cache.yaml
- secret.yaml
configMapGenerator:
- name: settings
  files:
  - redis.conf
";

fn repository() -> Repository {
    let environment = |name: &str| {
        format!(
            "apiVersion: redisops.dev/v1alpha1\nkind: Environment\nmetadata: {{name: {name}}}\nspec: {{overlay: overlays/{name}}}\n"
        )
    };
    Repository::new(&[
        ("base/kustomization.yaml", BASE),
        ("base/cache.yaml", CACHE),
        ("base/secret.yaml", SECRET),
        ("base/redis.conf", "port 6379\nmaxmemory 700mb\nrequirepass hunter3\nappendonly yes\n"),
        (
            "overlays/dev/kustomization.yaml",
            "namespace: dev\nresources:\n- ../../base\nreplicas:\n- name: cache\n  count: 1\n",
        ),
        ("overlays/prod/kustomization.yaml", "namespace: prod\nresources:\n- ../../base\n"),
        ("environments/dev.yaml", &environment("dev")),
        ("environments/prod.yaml", &environment("prod")),
    ])
}

/// One line a field.
fn lines(report: &Value) -> String {
    let mut text = String::new();
    for change in report["changes"].as_array().unwrap() {
        if change["change"] == "none" {
            continue;
        }
        let resource = &change["resource"];
        let _ = write!(text, "{} {} {}/{}", change["target"], change["change"], resource["kind"], resource["name"]);
        let _ = writeln!(text, "{}", change.get("renamedFrom").map_or(String::new(), |old| format!(" from {old}")));
        for field in change["fields"].as_array().unwrap() {
            let origin = &field["origin"];
            let place = match origin.is_null() {
                true => "nowhere".to_owned(),
                false => format!("{}:{}:{}", origin["file"].as_str().unwrap(), origin["line"], origin["column"]),
            };
            let _ = writeln!(
                text,
                "  {}: {} -> {} {place} {}",
                field["path"].as_str().unwrap(),
                field["before"],
                field["after"],
                field["consequence"]
            );
        }
    }
    text.replace('"', "")
}

fn without_hashes(text: &str) -> String {
    let words = text.split_inclusive(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    words
        .map(|word| match word.find("settings-") {
            Some(at) => format!("{}settings-HASH{}", &word[..at], &word[at + "settings-".len() + 10..]),
            None => word.to_owned(),
        })
        .collect()
}

#[test]
fn all_environments_are_compared_field_by_field() {
    let repository = repository();
    repository.commit("Ada", "Begin");
    repository.edit("base/cache.yaml", "memory: 1Gi\n            cpu: 500m", "cpu: \"0.5\"\n            memory: 2Gi");
    repository.edit("base/cache.yaml", "      - name: exporter\n        image: exporter:1\n", "");
    repository.edit("base/redis.conf", "maxmemory 700mb", "maxmemory 1400mb");
    repository.edit("base/secret.yaml", "hunter2", "hunter4");
    let second = repository.commit("Grace", "Grow").to_string();
    repository.edit(
        "overlays/prod/kustomization.yaml",
        "namespace: prod\n",
        "namespace: prod\nlabels:\n- pairs: {tier: data}\n",
    );
    let report = repository.json(&["diff", "--from", "HEAD~1"]);
    assert_valid(&report);
    assert_snapshot!("fields", without_hashes(&lines(&report)));
    assert_eq!(report["summary"], json!({"create": 0, "update": 6, "delete": 0, "unchanged": 0, "nodesDrifted": 0}));
    let text = report.to_string();
    assert!(!text.contains("hunter") && text.contains("••••"), "secrets are masked");
    let commits: Vec<&Value> = report["changes"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|change| change["fields"].as_array().unwrap())
        .filter(|field| !field["origin"].is_null())
        .map(|field| &field["origin"]["commit"])
        .collect();
    assert!(commits.contains(&&json!(second)) && commits.contains(&&Value::Null));
    let human = repository.shown(&["diff", "--from", "HEAD~1", "prod"]);
    assert_snapshot!("human", without_hashes(&human.replace(&second[..8], "[COMMIT]")));
    // Nothing of the label in between the commits; nothing at all between a commit and itself.
    let report = repository.json(&["diff", "--from", "HEAD~1", "--to", "HEAD", "env:prod"]);
    assert!(!report.to_string().contains("tier"));
    assert_eq!(report["changes"][0]["target"], "env:prod");
    assert!(repository.shown(&["diff", "--from", "HEAD", "--to", "HEAD"]).starts_with("exit 0\n"));
    assert_eq!(repository.run(&["diff", "--from", "HEAD~1", "overlays/dev"]).status.code(), Some(1));
}

#[test]
fn environments_are_compared_by_kind_and_name() {
    let repository = repository();
    repository.edit(
        "overlays/prod/kustomization.yaml",
        "namespace: prod\n",
        "namespace: prod\nnamePrefix: p-\nimages:\n- name: redis\n  newTag: '8'\n",
    );
    let report = repository.json(&["diff", "--between", "dev", "prod"]);
    assert_valid(&report);
    assert_snapshot!("between", without_hashes(&lines(&report)));
    let same = repository.run(&["diff", "--between", "dev", "dev"]);
    assert_eq!(same.status.code(), Some(0));
}

#[test]
fn targets_that_come_and_go_are_objects_that_come_and_go() {
    let repository = repository();
    repository.commit("Ada", "Begin");
    fs::remove_file(repository.top().join("overlays/dev/kustomization.yaml")).unwrap();
    fs::remove_file(repository.top().join("environments/dev.yaml")).unwrap();
    repository.write("overlays/new/kustomization.yaml", "resources: [../../base]\n");
    let report = repository.json(&["diff", "--from", "HEAD", "overlays/dev", "overlays/new"]);
    assert_eq!(report["summary"], json!({"create": 3, "update": 0, "delete": 3, "unchanged": 0, "nodesDrifted": 0}));
    let report = repository.json(&["diff", "--from", "HEAD"]);
    assert_eq!(report["summary"], json!({"create": 0, "update": 0, "delete": 3, "unchanged": 3, "nodesDrifted": 0}));
    // Without environments, all that nobody else uses.
    fs::remove_dir_all(repository.top().join("environments")).unwrap();
    repository.commit("Ada", "No environments");
    repository.edit("base/cache.yaml", "replicas: 3", "replicas: 4");
    let report = repository.json(&["diff", "--from", "HEAD"]);
    let targets: Vec<&str> =
        report["changes"].as_array().unwrap().iter().map(|change| change["target"].as_str().unwrap()).collect();
    assert!(
        targets.contains(&"overlays/new") && targets.contains(&"overlays/prod") && !targets.contains(&"base"),
        "{targets:?}"
    );
}

#[test]
fn what_cannot_be_compared_is_no_difference() {
    let repository = repository();
    let mut all = String::new();
    let _ = writeln!(all, "== no commits\n{}", repository.shown(&["diff", "--from", "HEAD", "prod"]));
    repository.commit("Ada", "Begin");
    let _ = writeln!(all, "== unknown revision\n{}", repository.shown(&["diff", "--from", "HAED"]));
    let _ = writeln!(all, "== unknown newer revision\n{}", repository.shown(&["diff", "--from", "HEAD", "--to", "v9"]));
    let _ = writeln!(all, "== unknown target\n{}", repository.shown(&["diff", "--from", "HEAD", "prdo"]));
    let _ = writeln!(all, "== unknown environment\n{}", repository.shown(&["diff", "--between", "dev", "prdo"]));
    repository.edit("base/kustomization.yaml", "secret.yaml", "secrte.yaml");
    let _ = writeln!(all, "== broken\n{}", repository.shown(&["diff", "--from", "HEAD", "dev", "prod"]));
    let text: String = all.lines().filter(|line| !line.starts_with("Usage:")).map(|line| format!("{line}\n")).collect();
    assert_snapshot!(text);
}

#[test]
fn a_rename_is_one_change() {
    let repository = Repository::new(&[
        ("app/kustomization.yaml", "resources: [service.yaml]\n"),
        (
            "app/service.yaml",
            "apiVersion: v1\nkind: Service\nmetadata: {name: old}\nspec:\n  type: ClusterIP\n  ports: [{name: a, port: 1}, {name: b, port: 2}]\n  selector: {app: x}\n",
        ),
    ]);
    repository.commit("Ada", "Begin");
    repository.edit("app/service.yaml", "name: old", "name: new");
    repository.edit("app/service.yaml", "port: 2", "port: 3");
    let report = repository.json(&["diff", "app", "--from", "HEAD"]);
    let change = &report["changes"][0];
    assert_eq!((change["change"].as_str(), change["renamedFrom"].as_str()), (Some("update"), Some("old")));
    assert_eq!(change["resource"]["name"], "new");
    assert_eq!(report["changes"].as_array().unwrap().len(), 1);
}
