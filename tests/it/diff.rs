//! `redisops diff` between revisions and between environments.
#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

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
fn what_one_target_cannot_hides_no_other() {
    let repository = repository();
    repository.commit("Ada", "Begin");
    repository.edit("base/cache.yaml", "redis:7", "redis:8");
    repository.edit("overlays/dev/kustomization.yaml", "../../base", "../../bsae");
    let output = repository.run(&["diff", "--from", "HEAD", "-o", "json"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("overlays/dev/kustomization.yaml:3:3"));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_valid(&report);
    let of = |target: &str| {
        report["changes"].as_array().unwrap().iter().filter(|one| one["target"] == target).collect::<Vec<_>>()
    };
    let failed = of("dev");
    assert_eq!(failed.len(), 1);
    assert_eq!(
        failed[0]["error"],
        json!({"code": "redisops::load::not_found", "message": "`../../bsae` is neither a file nor a directory", "verb": "build", "resource": "dev"})
    );
    assert!(of("prod").iter().any(|one| one["fields"][0]["after"] == "redis:8"));
    assert_eq!(report["summary"], json!({"create": 0, "update": 1, "delete": 0, "unchanged": 2, "nodesDrifted": 0}));
    assert!(repository.shown(&["diff", "--from", "HEAD"]).contains("could not be compared: `../../bsae`"));
    for form in ["sarif", "junit", "github", "gitlab", "markdown"] {
        let output = repository.run(&["diff", "--from", "HEAD", "-o", form]);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(2), "{form}");
        assert!(text.contains("bsae") && text.contains("redis:8"), "{form}: {text}");
    }
    // Where nothing can be rendered, nothing is printed.
    assert!(repository.run(&["diff", "--from", "HEAD", "dev"]).stdout.is_empty());
}

#[test]
fn submodules_are_read_at_the_commit_of_their_time() {
    let inner = Repository::new(&[("kustomization.yaml", "resources: [cm.yaml]\n"), ("cm.yaml", &settings("one"))]);
    let first = inner.commit("Ada", "One");
    let outer = Repository::new(&[("overlay/kustomization.yaml", "resources: [../sub]\n")]);
    let url = inner.top().display().to_string();
    let mut submodule = outer.git().submodule(&url, Path::new("sub"), true).unwrap();
    submodule.clone(None).unwrap();
    submodule.add_finalize().unwrap();
    outer.commit("Ada", "With one");
    inner.write("cm.yaml", settings("two"));
    inner.commit("Ada", "Two");
    let checked_out = git2::Repository::open(outer.top().join("sub")).unwrap();
    checked_out.find_remote("origin").unwrap().fetch(&[] as &[&str], None, None).unwrap();
    let newest = checked_out.revparse_single("origin/HEAD").unwrap();
    checked_out.reset(&newest, git2::ResetType::Hard, None).unwrap();
    outer.commit("Ada", "With two");

    let report = outer.json(&["diff", "--from", "HEAD~1", "overlay"]);
    assert_eq!(report["changes"][0]["fields"][0]["before"], "one");
    assert_eq!(report["changes"][0]["fields"][0]["after"], "two");
    assert_eq!(report["changes"][0]["fields"][0]["origin"]["file"], "sub/cm.yaml");
    assert_eq!(outer.json(&["explain", "overlay", "ConfigMap/a.data.x", "--rev", "HEAD~1"])["value"], "one");
    fs::remove_dir_all(outer.top().join("sub")).unwrap();
    fs::create_dir(outer.top().join("sub")).unwrap();
    fs::remove_dir_all(outer.top().join(".git/modules")).unwrap();
    let told = outer.shown(&["explain", "overlay", "ConfigMap/a.data.x", "--rev", "HEAD~1"]);
    let wanted = format!("commit {} is not here: run `git submodule update --init sub`", &first.to_string()[..8]);
    assert!(told.starts_with("exit 2") && told.contains(&wanted), "{told}");
}

fn settings(value: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata: {{x: {value}}}\n")
}

#[test]
fn bare_repositories_have_revisions_only() {
    let repository =
        Repository::new(&[("kustomization.yaml", "resources: [cm.yaml]\n"), ("cm.yaml", &settings("one"))]);
    repository.commit("Ada", "One");
    repository.write("cm.yaml", settings("two"));
    repository.commit("Ada", "Two");
    let bare = repository.beside("bare.git");
    git2::build::RepoBuilder::new().bare(true).clone(&repository.top().display().to_string(), &bare).unwrap();
    let output = repository.run_in(&bare, &["diff", "--from", "HEAD~1", "--to", "HEAD", ".", "-o", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["changes"][0]["fields"][0]["after"], "two");
    let output = repository.run_in(&bare, &["diff", "--from", "HEAD~1", "."]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2));
    assert!(told.contains("is bare: it has no working tree") && told.contains("--to REV"), "{told}");
    assert!(output.stdout.is_empty());
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
