//! `redisops edit`: what it makes of files, beside what the reference makes of them.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use insta::assert_snapshot;
use rayon::prelude::*;
use redisops::diagnostics::{SourceKind, Sources};
use redisops::yaml::{parse_yaml11, to_json};
use serde_json::Value;
use tempfile::TempDir;

/// Files around the kustomization.
const FILES: [(&str, &str); 8] = [
    ("a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"),
    ("b.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n"),
    ("sub/kustomization.yaml", "resources: []\nnamePrefix: x\n"),
    ("comp/kustomization.yaml", "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"),
    ("app.env", "K=v\n"),
    ("c.txt", "hello"),
    (".hidden.yaml", "x: y\n"),
    ("p.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {x: y}\n"),
];

fn directory(kustomization: &str) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (path, text) in FILES {
        let path = directory.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    fs::write(directory.path().join("kustomization.yaml"), kustomization).unwrap();
    directory
}

fn run(program: &Path, directory: &Path, arguments: &str) -> Output {
    let mut command = Command::new(program);
    // Nothing is to be fetched.
    command.env("HTTPS_PROXY", "http://127.0.0.1:9").env("GIT_TERMINAL_PROMPT", "0").env("GIT_ALLOW_PROTOCOL", "file");
    command.arg("edit").args(arguments.split(' ')).current_dir(directory).output().unwrap()
}

fn redisops() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_redisops"))
}

fn text(directory: &TempDir) -> String {
    fs::read_to_string(directory.path().join("kustomization.yaml")).unwrap()
}

/// The kustomization after one command; the command must succeed.
fn edited(kustomization: &str, arguments: &str) -> String {
    let directory = directory(kustomization);
    let output = run(redisops(), directory.path(), arguments);
    assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stdout.is_empty());
    text(&directory)
}

/// The message of a command that fails and leaves the file alone.
fn refused(kustomization: &str, arguments: &str) -> String {
    let directory = directory(kustomization);
    let output = run(redisops(), directory.path(), arguments);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{arguments}");
    assert_eq!(text(&directory), kustomization, "{arguments}");
    String::from_utf8(output.stderr).unwrap()
}

fn kustomize() -> Option<PathBuf> {
    let folders = Command::new("ci/setup").arg("--path").output().ok()?;
    let folders = String::from_utf8(folders.stdout).ok()?;
    folders.trim().split(':').map(|folder| Path::new(folder).join("kustomize")).find(|path| path.exists())
}

/// What a kustomization says, without what says nothing: empty fields, `false`, and orders that mean nothing.
fn meaning(text: &str) -> Value {
    let source = Sources::new().add("k", text.to_owned(), SourceKind::Kustomization).unwrap();
    let mut json = String::new();
    to_json(&parse_yaml11(&source).unwrap(), &mut json).unwrap();
    let mut value: Value = serde_json::from_str(&json).unwrap();
    prune(&mut value);
    for field in ["images", "replicas"] {
        if let Some(items) = value.get_mut(field).and_then(Value::as_array_mut) {
            items.sort_by_key(|item| item["name"].to_string());
        }
    }
    for field in ["configMapGenerator", "secretGenerator"] {
        for item in value.get_mut(field).and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(literals) = item.get_mut("literals").and_then(Value::as_array_mut) {
                literals.sort_by_key(Value::to_string);
            }
        }
    }
    value
}

fn prune(value: &mut Value) {
    let says_nothing = |value: &Value| match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    };
    match value {
        Value::Array(items) => items.iter_mut().for_each(prune),
        Value::Object(map) => {
            map.values_mut().for_each(prune);
            map.retain(|_, value| !says_nothing(value));
            let sorted: BTreeMap<_, _> = std::mem::take(map).into_iter().collect();
            map.extend(sorted);
        }
        _ => {}
    }
}

fn comments(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|line| line.starts_with('#')).collect()
}

#[test]
fn the_reference_says_the_same() {
    let Some(kustomize) = kustomize() else {
        eprintln!("no kustomize to compare with: run ci/setup");
        return;
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/edit");
    let commands = fs::read_to_string(folder.join("commands")).unwrap();
    let commands: Vec<&str> = commands.lines().collect();
    let names = ["full", "old", "bare", "component", "json", "anchors", "nulls"];
    // All commands on the file that has all fields; on the others every seventh, each another.
    let cases: Vec<(&str, &str)> = names
        .iter()
        .enumerate()
        .flat_map(|(n, name)| {
            let step = if n == 0 { 1 } else { names.len() };
            commands.iter().skip(n % step).step_by(step).map(move |command| (*name, *command))
        })
        .collect();
    assert!(cases.len() > 180);
    let different: Vec<String> = cases
        .par_iter()
        .filter_map(|(name, arguments)| {
            let old = fs::read_to_string(folder.join(format!("{name}.yaml"))).unwrap();
            let (theirs, ours) = (directory(&old), directory(&old));
            let reference = run(&kustomize, theirs.path(), arguments);
            let output = run(redisops(), ours.path(), arguments);
            let case = format!("{name}: {arguments}\n{}", String::from_utf8_lossy(&output.stderr));
            if reference.status.success() != output.status.success() {
                return Some(format!("{case}the reference: {}", String::from_utf8_lossy(&reference.stderr)));
            }
            let new = text(&ours);
            if !output.status.success() {
                return (new != old).then_some(case);
            }
            let kept = comments(&new);
            if let Some(lost) = comments(&old).into_iter().find(|comment| !kept.contains(comment)) {
                return Some(format!("{case}lost {lost}"));
            }
            let (a, b) = (meaning(&text(&theirs)), meaning(&new));
            (a != b).then(|| format!("{case}{a}\n{b}"))
        })
        .collect();
    assert!(different.is_empty(), "{} differ:\n{}", different.len(), different.join("\n"));
}

const KUSTOMIZATION: &str = "\
# Orders, production
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization

namespace: orders # set by the team

resources: # in this order
  - ../../base
  # databases
  - orders.yaml
  #- off.yaml

images:
  - name: redis
    newTag: '7.2' # pinned, see #12
";

#[test]
fn edits_leave_the_rest_alone() {
    let directory = directory(KUSTOMIZATION);
    let edits = [
        "add resource a.yaml",
        "set image redis:8.2 exporter=registry.example.com/exporter:1.0",
        "set namespace orders-prod",
        "add label --without-selector team:orders",
        "add annotation on-call:yes",
        "set replicas cache=3",
        "remove resource ../../base",
        "add configmap settings --from-literal=maxmemory=2gb --from-file=c.txt",
    ];
    for edit in edits {
        let output = run(redisops(), directory.path(), edit);
        assert!(output.status.success(), "{edit}: {}", String::from_utf8_lossy(&output.stderr));
    }
    assert_snapshot!(text(&directory), @r#"
    # Orders, production
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization

    namespace: orders-prod # set by the team

    resources: # in this order
      # databases
      - orders.yaml
      - a.yaml
      #- off.yaml

    images:
      - name: exporter
        newName: registry.example.com/exporter
        newTag: '1.0'
      - name: redis
        newTag: '8.2' # pinned, see #12

    labels:
      - pairs:
          team: orders

    commonAnnotations:
      on-call: 'yes'

    replicas:
      - name: cache
        count: 3

    configMapGenerator:
      - name: settings
        files:
          - c.txt
        literals:
          - maxmemory=2gb
    "#);
}

#[test]
fn what_is_wrong_is_shown_and_nothing_is_written() {
    assert_snapshot!(refused("resources:\n- a.yaml\nresourcez: []\n", "set namespace x"));
    assert_snapshot!(refused("resources: [a.yaml\n", "add resource b.yaml"));
    assert_snapshot!(refused(KUSTOMIZATION, "add resource nowhere.yaml"));
    assert_snapshot!(refused(KUSTOMIZATION, "add buildmetadata originAnotations"));
    assert_snapshot!(refused(KUSTOMIZATION, "set image redis"));
    assert_snapshot!(refused("commonLabels:\n  team: a\n", "add label team:b"));
    assert_snapshot!(refused(KUSTOMIZATION, "remove configmap nope"));
}

#[test]
fn there_must_be_one_kustomization() {
    let directory = tempfile::tempdir().unwrap();
    let output = run(redisops(), directory.path(), "set namespace x");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no kustomization file"));
    fs::write(directory.path().join("Kustomization"), "").unwrap();
    fs::write(directory.path().join("kustomization.yml"), "").unwrap();
    let output = run(redisops(), directory.path(), "set namespace x");
    assert!(String::from_utf8_lossy(&output.stderr).contains("kustomization.yml, Kustomization"));
    fs::remove_file(directory.path().join("kustomization.yml")).unwrap();
    assert!(run(redisops(), directory.path(), "set namespace x").status.success());
    let text = fs::read_to_string(directory.path().join("Kustomization")).unwrap();
    assert_eq!(text, "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: x\n");
}

#[test]
fn marks_and_line_ends_are_kept() {
    let text = "\u{FEFF}apiVersion: kustomize.config.k8s.io/v1beta1\r\nkind: Kustomization\r\nnamespace: a # b\r\n";
    assert_eq!(edited(text, "set namespace c"), text.replace("a # b", "c # b"));
}

#[test]
#[cfg(unix)]
fn links_are_followed_and_rights_kept() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let (real, link) = (directory.path().join("real"), directory.path().join("here/kustomization.yaml"));
    fs::create_dir(directory.path().join("here")).unwrap();
    fs::write(&real, KUSTOMIZATION).unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink("../real", &link).unwrap();
    assert!(run(redisops(), link.parent().unwrap(), "set namespace x").status.success());
    assert!(link.symlink_metadata().unwrap().is_symlink());
    assert!(fs::read_to_string(&real).unwrap().contains("namespace: x # set by the team"));
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn edits_at_the_same_time_all_count() {
    let directory = directory(KUSTOMIZATION);
    (0..8).into_par_iter().for_each(|n| {
        let output = run(redisops(), directory.path(), &format!("add annotation key{n}:v"));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    });
    let text = text(&directory);
    assert!((0..8).all(|n| text.contains(&format!("  key{n}: v\n"))), "{text}");
}

#[test]
fn fix_replaces_old_fields_where_they_stand() {
    let old = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/edit/old.yaml")).unwrap();
    let directory = directory(&old);
    fs::write(directory.path().join("j.yaml"), "[]\n").unwrap();
    let output = run(redisops(), directory.path(), "fix");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_snapshot!(text(&directory));
}
