//! `build --secrets` and `secrets list`.

use serde_json::Value;

use super::support::{Server, data, out, plugin, redisops, run, told, tree, vault};
use crate::schemas::assert_valid;

const BASE: &str = "resources: [all.yaml]\nconfigMapGenerator:\n- name: conf\n  literals: ['redis.conf=requirepass <path:secret/data/app#password>']\n";
const ALL: &str = "apiVersion: v1
kind: Secret
metadata:
  name: cart
stringData:
  db-password: <path:secret/data/app#password>
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: d}
spec:
  replicas: <path:secret/data/app#port>
  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: b}}
    spec:
      containers:
      - name: c
        image: redis:7
        envFrom: [{configMapRef: {name: conf}}]
";
const PROD: &str = "namePrefix: prod-
resources: [../../base]
patches:
- patch: |-
    apiVersion: v1
    kind: Secret
    metadata: {name: cart}
    stringData: {extra: \"<path:secret/data/app#user#1>\"}
";

fn repository(server: &Server, all: &str) -> tempfile::TempDir {
    let environment = format!(
        "apiVersion: redisops.dev/v1alpha1\nkind: Environment\nmetadata: {{name: prod}}\nspec:\n  overlay: overlays/prod\n  \
         secrets: {{store: vault, address: \"{}\", auth: token}}\n",
        server.url()
    );
    tree(&[
        ("base/kustomization.yaml", BASE),
        ("base/all.yaml", all),
        ("overlays/prod/kustomization.yaml", PROD),
        ("environments/prod.yaml", &environment),
    ])
}

#[test]
fn one_command_prints_what_the_pipe_prints() {
    let server = vault(&data(), &[]);
    let dir = repository(&server, ALL);
    let variables = server.variables();
    let rendered = run("kustomize", &["build", "overlays/prod"], dir.path(), &[], "");
    let pipe = plugin(&["generate", "-"], dir.path(), &variables, &out(&rendered));
    assert_eq!(pipe.status.code(), Some(0), "{}", told(&pipe));
    let before = server.asked().len();
    let one = redisops(&["build", "overlays/prod", "--secrets"], dir.path(), &variables, "");
    assert_eq!(out(&one), out(&pipe), "{}", told(&one));
    assert_eq!(server.asked().len() - before, 2, "each path and version once: {:?}", server.asked());
    let ours = redisops(&["build", "overlays/prod", "--no-validate"], dir.path(), &[], "");
    let middle = redisops(&["secrets", "inject", "-"], dir.path(), &variables, &out(&ours));
    assert_eq!(out(&middle), out(&pipe), "{}", told(&middle));
    // The environment names the store, the process only the token.
    let token = [("VAULT_TOKEN", "root-token".to_owned())];
    let named = redisops(&["build", "prod", "--secrets"], dir.path(), &token, "");
    assert_eq!(out(&named), out(&pipe), "{}", told(&named));
    let injected = redisops(&["secrets", "inject", "--env", "prod"], dir.path(), &token, &out(&ours));
    assert_eq!(out(&injected), out(&pipe), "{}", told(&injected));
}

#[test]
fn errors_stand_at_the_line_that_is_edited() {
    let server = vault(&data(), &[]);
    let dir = repository(&server, &ALL.replace("#port", "#prot"));
    let wrong = redisops(&["build", "overlays/prod", "--secrets"], dir.path(), &server.variables(), "");
    let all = told(&wrong);
    assert_eq!((wrong.status.code(), out(&wrong).as_str()), (Some(1), ""), "{all}");
    assert!(all.contains("base/all.yaml:12:13") && all.contains("did you mean `port`?"), "{all}");
    let mut down = server.variables();
    down.extend([("VAULT_ADDR", "http://127.0.0.1:1".to_owned()), ("VAULT_MAX_RETRIES", "0".to_owned())]);
    let down = redisops(&["build", "overlays/prod", "--secrets"], dir.path(), &down, "");
    assert_eq!((down.status.code(), out(&down).as_str()), (Some(2), ""), "{}", told(&down));
    let unknown = redisops(&["build", "overlays/prod", "--secrets"], dir.path(), &[], "");
    assert_eq!((unknown.status.code(), out(&unknown).as_str()), (Some(2), ""), "{}", told(&unknown));
    let none = redisops(&["build", "prod", "--secrets"], dir.path(), &[], "");
    assert_eq!((none.status.code(), out(&none).as_str()), (Some(2), ""), "{}", told(&none));
}

#[test]
fn the_list_says_what_is_there_and_never_a_value() {
    let server = vault(&data(), &[]);
    let dir = repository(&server, &ALL.replace("#port", "#prot"));
    let listed = redisops(&["secrets", "list", "overlays/prod", "-o", "json"], dir.path(), &server.variables(), "");
    assert_eq!(listed.status.code(), Some(0), "{}", told(&listed));
    let document: Value = serde_json::from_slice(&listed.stdout).unwrap();
    assert_valid(&document);
    let lines: Vec<String> = document["secrets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let of = |name: &str| one[name].as_str().unwrap_or("-").to_owned();
            format!("{}#{} {}:{} {} {}", of("path"), of("key"), of("file"), one["line"], one["exists"], of("version"))
        })
        .collect();
    let expected = [
        "secret/data/app#password base/kustomization.yaml:4 true 4",
        "secret/data/app#password base/all.yaml:6 true 4",
        "secret/data/app#user overlays/prod/kustomization.yaml:8 true 1",
        "secret/data/app#prot base/all.yaml:12 false 4",
    ];
    let mut sorted = lines.clone();
    sorted.sort();
    let mut wanted = expected.map(str::to_owned).to_vec();
    wanted.sort();
    assert_eq!(sorted, wanted);
    assert!(!out(&listed).contains("planted"));
    let unasked = redisops(&["secrets", "list", "overlays/prod", "-o", "json"], dir.path(), &[], "");
    let document: Value = serde_json::from_slice(&unasked.stdout).unwrap();
    assert_valid(&document);
    assert_eq!((unasked.status.code(), &document["secrets"][0]["exists"]), (Some(0), &Value::Null));
    let mut down = server.variables();
    down.extend([("VAULT_ADDR", "http://127.0.0.1:1".to_owned()), ("VAULT_MAX_RETRIES", "0".to_owned())]);
    let down = redisops(&["secrets", "list", "overlays/prod", "-o", "json"], dir.path(), &down, "");
    let document: Value = serde_json::from_slice(&down.stdout).unwrap();
    assert_eq!((down.status.code(), &document["secrets"][0]["exists"]), (Some(2), &Value::Null));
    let table = redisops(&["secrets", "list", "overlays/prod"], dir.path(), &server.variables(), "");
    assert!(out(&table).contains("base/all.yaml:12") && out(&table).contains("no"), "{}", out(&table));
}
