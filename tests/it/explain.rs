//! `redisops explain`: every way in which a value comes to be, with its place; and the commits behind the lines.
#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::repository::Repository;
use crate::schemas::assert_valid;

const BASE: &str = "\
resources:
- cache.yaml
- service.yaml
configMapGenerator:
- name: settings
  literals:
  - MODE=lru
  - KEEP=yes
  envs:
  - limits.env
  files:
  - redis.conf
secretGenerator:
- name: auth
  literals:
  - password=hunter2
";

const CACHE: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: cache
  annotations: {owner: nobody}
spec:
  replicas: 1
  selector:
    matchLabels:
      app: cache
  template:
    metadata:
      labels:
        app: cache
    spec:
      securityContext:
        runAsUser: 1
        fsGroup: 2
      containers:
      - name: redis
        image: redis:6
        args: [--save, '']
        command: [redis-server]
        ports:
        - containerPort: 1
        env:
        - name: REDIS_PASSWORD
          value: hunter3
        - name: HOST
          value: $(CACHE)
        envFrom:
        - configMapRef:
            name: settings
        resources:
          limits:
            memory: \"1Gi\"
";

const SERVICE: &str = "\
apiVersion: v1
kind: Service
metadata:
  name: cache
spec:
  ports:
  - port: 6379
";

const OVERLAY: &str = "\
namespace: orders
namePrefix: prod-
nameSuffix: -v1
resources:
- ../base
components:
- ../component
commonAnnotations:
  owner: team-a
labels:
- pairs:
    team: orders
commonLabels:
  tier: data
images:
- name: redis
  newTag: '7'
replicas:
- name: cache
  count: 5
configMapGenerator:
- name: settings
  behavior: merge
  literals:
  - MODE=lfu
  - KEEP=yes
vars:
- name: CACHE
  objref: {apiVersion: v1, kind: Service, name: cache}
patches:
- path: memory.yaml
- target:
    kind: Deployment
  patch: |-
    - op: replace
      path: /spec/template/spec/securityContext
      value:
        runAsUser: 999
        fsGroup: 2
    - op: add
      path: /spec/template/spec/terminationGracePeriodSeconds
      value: 60
replacements:
- source:
    kind: Service
    name: cache
    fieldPath: spec.ports.0.port
  targets:
  - select:
      kind: Deployment
    fieldPaths:
    - spec.template.spec.containers.0.ports.0.containerPort
transformers:
- |-
  apiVersion: builtin
  kind: PrefixTransformer
  metadata: {name: p}
  prefix: x-
  fieldSpecs: [{kind: Service, path: metadata/name}]
";

const MEMORY: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: cache
spec:
  template:
    spec:
      priorityClassName: high
      containers:
      - name: redis
        args: [--appendonly, 'yes', --save, '']
        command: [redis-server]
        resources:
          limits:
            memory: 2Gi
";

const COMPONENT: &str = "\
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
resources:
- account.yaml
patches:
- target: {kind: Deployment}
  patch: |-
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: any}
    spec:
      revisionHistoryLimit: 3
";

const ACCOUNT: &str = "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: cache\n";

fn repository() -> Repository {
    Repository::new(&[
        ("base/kustomization.yaml", BASE),
        ("base/cache.yaml", CACHE),
        ("base/service.yaml", SERVICE),
        ("base/limits.env", "# limits\nMAX=10\n"),
        ("base/redis.conf", "port 6379\nrequirepass hunter4\n"),
        ("component/kustomization.yaml", COMPONENT),
        ("component/account.yaml", ACCOUNT),
        ("prod/kustomization.yaml", OVERLAY),
        ("prod/memory.yaml", MEMORY),
        (
            "environments/prod.yaml",
            "apiVersion: redisops.dev/v1alpha1\nkind: Environment\nmetadata: {name: prod}\nspec: {overlay: prod}\n",
        ),
    ])
}

/// One line a write.
fn history(explanation: &Value) -> String {
    let mut text = format!("{} = {}\n", explanation["path"].as_str().unwrap(), explanation["value"]);
    let steps = explanation["history"].as_array().unwrap();
    for step in steps {
        let place = format!("{}:{}:{}", step["file"].as_str().unwrap_or("nowhere"), step["line"], step["column"]);
        let _ = write!(text, "  {place:34} {:18} {}", step["via"].as_str().unwrap(), step["value"]);
        let source =
            step.get("source").map(|source| format!(" from {}:{}", source["file"].as_str().unwrap(), source["line"]));
        let _ = writeln!(text, "{}", source.unwrap_or_default());
    }
    let (mut last, value) = (steps.last().unwrap().clone(), &explanation["value"]);
    assert_eq!(last.as_object_mut().unwrap().remove("value").as_ref(), Some(value), "{text}");
    assert_eq!(last, explanation["origin"], "{text}");
    text
}

#[test]
fn every_transformer_says_what_it_wrote_and_where() {
    let repository = repository();
    let built = repository.run(&["build", "prod"]);
    let built = String::from_utf8(built.stdout).unwrap();
    let name = |start: &str| {
        let found = built.lines().find_map(|line| line.strip_prefix("  name: ").filter(|name| name.starts_with(start)));
        found.unwrap().to_owned()
    };
    let (settings, auth) = (name("prod-settings"), name("prod-auth"));
    let container = "spec.template.spec.containers[name=redis]";
    let mut all = String::new();
    for (object, path) in [
        ("Deployment/prod-cache-v1", "metadata.name".to_owned()),
        ("Deployment/prod-cache-v1", "metadata.namespace".to_owned()),
        ("Deployment/prod-cache-v1", "metadata.annotations.owner".to_owned()),
        ("Deployment/prod-cache-v1", "metadata.labels.team".to_owned()),
        ("Deployment/prod-cache-v1", "spec.selector.matchLabels.tier".to_owned()),
        ("Deployment/prod-cache-v1", "spec.selector.matchLabels.app".to_owned()),
        ("Deployment/prod-cache-v1", "spec.replicas".to_owned()),
        ("Deployment/prod-cache-v1", "spec.revisionHistoryLimit".to_owned()),
        ("Deployment/prod-cache-v1", "spec.template.spec.priorityClassName".to_owned()),
        ("Deployment/prod-cache-v1", "spec.template.spec.securityContext.runAsUser".to_owned()),
        ("Deployment/prod-cache-v1", "spec.template.spec.securityContext.fsGroup".to_owned()),
        ("Deployment/prod-cache-v1", "spec.template.spec.terminationGracePeriodSeconds".to_owned()),
        ("Deployment/prod-cache-v1", format!("{container}.image")),
        ("Deployment/prod-cache-v1", format!("{container}.args")),
        ("Deployment/prod-cache-v1", format!("{container}.args[0]")),
        ("Deployment/prod-cache-v1", format!("{container}.command[0]")),
        ("Deployment/prod-cache-v1", format!("{container}.ports[0].containerPort")),
        ("Deployment/prod-cache-v1", format!("{container}.env[name=REDIS_PASSWORD].value")),
        ("Deployment/prod-cache-v1", format!("{container}.env[name=HOST].value")),
        ("Deployment/prod-cache-v1", format!("{container}.envFrom[0].configMapRef.name")),
        ("Deployment/prod-cache-v1", format!("{container}.resources.limits.memory")),
        ("ServiceAccount/prod-cache-v1", "metadata.name".to_owned()),
        ("Service/x-prod-cache-v1", "metadata.name".to_owned()),
        (&format!("ConfigMap/{settings}"), "metadata.name".to_owned()),
        (&format!("ConfigMap/{settings}"), "data.MODE".to_owned()),
        (&format!("ConfigMap/{settings}"), "data.KEEP".to_owned()),
        (&format!("ConfigMap/{settings}"), "data.MAX".to_owned()),
        (&format!("ConfigMap/{settings}"), "data.redis.conf".to_owned()),
        (&format!("Secret/{auth}"), "data.password".to_owned()),
        (&format!("Secret/{auth}"), "type".to_owned()),
    ] {
        let explanation = repository.json(&["explain", "prod", &format!("{object}.{path}")]);
        assert_valid(&explanation);
        let _ = write!(all, "{object} {}", history(&explanation));
    }
    let all = all.replace(&settings, "prod-settings-HASH").replace(&auth, "prod-auth-HASH");
    let suffix = |name: &str| name.rsplit('-').next().unwrap().to_owned();
    assert_snapshot!(all.replace(&suffix(&settings), "HASH").replace(&suffix(&auth), "HASH"));
}

#[test]
fn helm_output_names_the_chart_and_its_values() {
    let repository = Repository::new(&[
        (
            "app/kustomization.yaml",
            "helmCharts:\n- name: redis\n  version: 1.2.3\n  releaseName: cache\n  valuesFile: values.yaml\nnamePrefix: p-\n",
        ),
        ("app/values.yaml", "a: b\n"),
        ("app/charts/redis/Chart.yaml", "name: redis\nversion: 1.2.3\n"),
        ("app/charts/redis-1.2.3/redis/Chart.yaml", "name: redis\nversion: 1.2.3\n"),
        (
            "helm.txt",
            "#!/bin/sh\ncase \"$1\" in version) echo v3.16.0;; *) printf 'apiVersion: v1\\nkind: ConfigMap\\nmetadata:\\n  name: c\\ndata:\\n  a: b\\n';; esac\n",
        ),
    ]);
    // Copied by another program: a file that this process has open for writing cannot be run while another test forks.
    let copied = Command::new("install").args(["-m", "755", "helm.txt", "helm"]).current_dir(repository.top()).status();
    assert!(copied.unwrap().success());
    let helm = repository.top().join("helm");
    let flags = ["--enable-helm", "--helm-command", helm.to_str().unwrap()];
    let explanation = repository.json(&[&["explain", "app", "ConfigMap/p-c.data.a"], &flags[..]].concat());
    assert_eq!(
        explanation["origin"],
        json!({"file": "app/kustomization.yaml", "line": 2, "column": 9, "via": "helm", "chart": "redis 1.2.3", "valuesFiles": ["app/values.yaml"]})
    );
    let explanation = repository.json(&[&["explain", "app", "ConfigMap/p-c.metadata.name"], &flags[..]].concat());
    assert_valid(&explanation);
    let vias: Vec<&str> =
        explanation["history"].as_array().unwrap().iter().map(|step| step["via"].as_str().unwrap()).collect();
    assert_eq!(vias, ["helm", "namePrefix"]);
}

#[test]
fn people_read_a_history_or_the_object_with_a_margin() {
    let repository = repository();
    repository.commit("Ada", "Begin");
    assert_snapshot!(
        "field",
        repository.shown(&["explain", "prod", "Deployment/prod-cache-v1.spec.replicas", "--blame"])
    );
    assert_snapshot!("object", repository.shown(&["explain", "env:prod", "deployment/orders/prod-cache-v1"]));
    assert_snapshot!(
        "part",
        repository
            .shown(&["explain", "prod", "Deployment/prod-cache-v1.spec.template.spec.securityContext", "--blame"])
            .replace(|c: char| c.is_ascii_hexdigit(), "0")
    );
}

#[test]
fn what_does_not_exist_is_told_with_what_is_near() {
    let repository = repository();
    let mut all = String::new();
    for subject in [
        "Deployment/cache",
        "Deployment/prod-cach-v1",
        "Deploiment/prod-cache-v1",
        "Deployment/prod-cache-v1.spec.replica",
        "Deployment/prod-cache-v1.spec.template.spec.containers[name=redi]",
        "Deployment/prod-cache-v1.spec.template.spec.containers[3]",
        "Deployment/prod-cache-v1.spec.replicas.x",
        "Deployment/prod-cache-v1.spec[",
        "Deployment",
    ] {
        let _ = writeln!(all, "== {subject}\n{}", repository.shown(&["explain", "prod", subject]));
    }
    let _ = writeln!(all, "== prd\n{}", repository.shown(&["explain", "prd", "Deployment/x"]));
    assert_snapshot!(all);
}

#[test]
fn places_are_those_of_the_repository_wherever_the_command_runs() {
    let repository = repository();
    for (directory, path) in [
        (repository.top().join("prod"), "."),
        (repository.top().join("base"), "../prod"),
        (repository.beside(""), "repo/prod"),
    ] {
        let output =
            repository.run_in(&directory, &["explain", path, "Deployment/prod-cache-v1.spec.replicas", "-o", "json"]);
        let explanation: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(explanation["history"][0]["file"], "base/cache.yaml");
        assert_eq!(explanation["origin"]["file"], "prod/kustomization.yaml");
    }
}

fn blamed(repository: &Repository, arguments: &[&str]) -> Value {
    let rest =
        ["Deployment/prod-cache-v1.spec.template.spec.containers[name=redis].resources.limits.memory", "--blame"];
    repository.json(&[&["explain", "prod"], &rest[..], arguments].concat())["blame"].clone()
}

#[test]
fn the_commit_that_wrote_the_line_is_named() {
    let repository = repository();
    assert_eq!(blamed(&repository, &[]), json!({"commit": null, "uncommitted": true}), "no commits yet");
    let first = repository.commit("Ada", "Begin\n\nwith a body").to_string();
    let begin = json!({"commit": first, "author": "Ada", "time": "2026-01-01T01:00:00+01:00", "summary": "Begin"});
    assert_eq!(blamed(&repository, &[]), begin);
    assert_valid(&repository.json(&["explain", "prod", "Deployment/prod-cache-v1", "--blame"]));
    // A line above moves it, a rename keeps it.
    repository.edit("prod/memory.yaml", "spec:\n  template", "spec:\n  paused: false\n  template");
    assert_eq!(blamed(&repository, &[]), begin);
    repository.commit("Grace", "Pause");
    repository.edit("prod/memory.yaml", "memory: 2Gi", "memory: 3Gi");
    assert_eq!(blamed(&repository, &[]), json!({"commit": null, "uncommitted": true}));
    let second = repository.commit("Grace", "Grow").to_string();
    assert_eq!(blamed(&repository, &[])["commit"], second);
    fs::rename(repository.top().join("prod/memory.yaml"), repository.top().join("prod/limits.yaml")).unwrap();
    repository.edit("prod/kustomization.yaml", "memory.yaml", "limits.yaml");
    repository.commit("Ada", "Rename");
    assert_eq!(blamed(&repository, &[])["commit"], second);
    // The same from the cache, and at an older revision.
    assert_eq!(blamed(&repository, &[])["author"], "Grace");
    assert_eq!(blamed(&repository, &["--rev", "HEAD~2"]), begin);
    let missing = repository.shown(&["explain", "prod", "Deployment/prod-cache-v1", "--rev", "v9"]);
    assert!(
        missing.starts_with("exit 2\n--- stdout\n--- stderr\n") && missing.contains("no revision `v9`"),
        "{missing}"
    );
}

#[test]
fn branches_are_followed_to_the_commit_that_wrote_the_line() {
    let repository = repository();
    repository.commit("Ada", "Begin");
    let git = repository.git();
    let base = git.head().unwrap().peel_to_commit().unwrap();
    repository.edit("prod/memory.yaml", "memory: 2Gi", "memory: 3Gi");
    let side = repository.commit("Grace", "On the branch");
    // A commit on the other side, then a merge of both.
    let side = git.find_commit(side).unwrap();
    git.reset(base.as_object(), git2::ResetType::Hard, None).unwrap();
    repository.edit("prod/memory.yaml", "priorityClassName: high", "priorityClassName: low");
    let main = repository.commit("Ada", "On main");
    let main = git.find_commit(main).unwrap();
    let mut index = git.merge_commits(&main, &side, None).unwrap();
    let tree = git.find_tree(index.write_tree_to(git).unwrap()).unwrap();
    git.commit(Some("HEAD"), &main.author(), &main.author(), "Merge", &tree, &[&main, &side]).unwrap();
    git.checkout_head(Some(git2::build::CheckoutBuilder::new().force())).unwrap();
    assert_eq!(blamed(&repository, &[])["commit"], side.id().to_string());
}

#[test]
fn other_shapes_of_repositories_are_understood() {
    let repository = repository();
    let first = repository.commit("Ada", "Begin").to_string();
    // Git on Windows writes CRLF at checkout.
    let text = fs::read_to_string(repository.top().join("prod/memory.yaml")).unwrap();
    repository.write("prod/memory.yaml", text.replace('\n', "\r\n"));
    assert_eq!(blamed(&repository, &[])["commit"], first);
    repository.write("prod/memory.yaml", &text);
    let rest = ["Deployment/prod-cache-v1.spec.replicas", "--blame", "-o", "json"];
    let blame_in = |directory: &std::path::Path, path: &str, more: &[&str]| -> Value {
        let output = repository.run_in(directory, &[&["explain", path], &rest[..], more].concat());
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {told}"))
    };
    // A work tree of its own with a detached head.
    let git = repository.git();
    let head = git.head().unwrap().peel_to_commit().unwrap();
    git.worktree("side", &repository.beside("side"), None).unwrap();
    let side = git2::Repository::open(repository.beside("side")).unwrap();
    side.set_head_detached(head.id()).unwrap();
    assert_eq!(blame_in(&repository.beside("side"), "prod", &[])["blame"]["commit"], first);
    // A bare repository has revisions only.
    let bare = git2::build::RepoBuilder::new()
        .bare(true)
        .clone(repository.top().to_str().unwrap(), &repository.beside("bare"))
        .unwrap();
    assert!(bare.is_bare());
    let explanation = blame_in(&repository.beside("bare"), "prod", &["--rev", "HEAD"]);
    assert_eq!(
        (&explanation["blame"]["commit"], &explanation["origin"]["file"]),
        (&json!(first), &json!("prod/kustomization.yaml"))
    );
    // A repository within: its files have its history.
    let outer = Repository::new(&[("o/kustomization.yaml", "resources:\n- ../inner/prod\n")]);
    outer.commit("Eve", "Outer");
    git2::build::RepoBuilder::new().clone(repository.top().to_str().unwrap(), &outer.top().join("inner")).unwrap();
    let explanation = outer.json(&["explain", "o", rest[0], "--blame"]);
    assert_eq!(
        (&explanation["blame"]["commit"], &explanation["origin"]["file"]),
        (&json!(first), &json!("inner/prod/kustomization.yaml"))
    );
}

#[test]
fn the_end_of_a_shallow_clone_is_told() {
    let repository = repository();
    repository.commit("Ada", "Begin");
    repository.edit("prod/kustomization.yaml", "count: 5", "count: 6");
    let second = repository.commit("Grace", "Grow").to_string();
    let url = format!("file://{}", repository.top().display());
    let cloned = Command::new("git")
        .args(["clone", "-q", "--depth", "1", &url, "shallow"])
        .current_dir(repository.beside(""))
        .status();
    assert!(cloned.unwrap().success());
    let output = repository.run_in(
        &repository.beside("shallow"),
        &["explain", "prod", "Deployment/prod-cache-v1.metadata.namespace", "--blame", "-o", "json"],
    );
    let explanation: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&explanation["blame"]["commit"], &explanation["blame"]["shallow"]), (&json!(second), &json!(true)));
    assert_valid(&explanation);
}

#[test]
fn outside_of_a_repository_nobody_is_blamed() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("a.yaml"), ACCOUNT).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_redisops"))
        .args(["explain", "a.yaml", "ServiceAccount/cache.metadata.name", "--blame", "-o", "json"])
        .current_dir(dir.path())
        .output()
        .unwrap();
    let explanation: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((explanation["origin"]["file"].as_str(), explanation.get("blame")), (Some("a.yaml"), None));
    assert!(String::from_utf8_lossy(&output.stderr).contains("is in no git repository"));
}
