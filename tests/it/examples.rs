//! Systems B to E under `examples/`: what they render is as committed, and passes the strict check.
//!
//! `UPDATE_EXAMPLES=1` writes the golden outputs again.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn run(directory: &str, arguments: &[&str]) -> Output {
    let directory = root().join("examples").join(directory);
    Command::new(env!("CARGO_BIN_EXE_redisops")).args(arguments).current_dir(directory).output().unwrap()
}

/// Folder, target, and the name of the golden output.
const TARGETS: [(&str, &str, &str); 14] = [
    ("building-blocks", "architectures/standalone", "blocks-standalone"),
    ("building-blocks", "architectures/replication", "blocks-replication"),
    ("building-blocks", "architectures/sentinel", "blocks-sentinel"),
    ("building-blocks", "architectures/cluster", "blocks-cluster"),
    ("building-blocks", "architectures/cluster-scaled", "blocks-cluster-scaled"),
    ("building-blocks", "development", "blocks-development"),
    ("building-blocks", "staging", "blocks-staging"),
    ("building-blocks", "production", "blocks-production"),
    ("shopping-cart", "overlays/production", "cart-production"),
    ("shopping-cart", "overlays/cluster", "cart-cluster"),
    ("caching-service", "pinned", "caching-pinned"),
    ("caching-service", "today", "caching-today"),
    ("cluster-lab", "base", "lab-base"),
    ("cluster-lab", "overlays/scaled", "lab-scaled"),
];

fn has_helm() -> bool {
    Command::new("helm").arg("version").output().is_ok()
}

/// Those that can be rendered here: system C needs helm, which `ci/setup` installs.
fn targets() -> impl Iterator<Item = &'static (&'static str, &'static str, &'static str)> {
    let helm = has_helm();
    TARGETS.iter().filter(move |(_, _, name)| helm || *name != "cart-production")
}

fn golden(name: &str) -> PathBuf {
    root().join("tests/fixtures/examples").join(format!("{name}.yaml"))
}

#[test]
fn every_example_renders_what_is_committed() {
    for (directory, target, name) in targets() {
        let output = run(directory, &["build", target, "--enable-helm"]);
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{name}: {told}");
        let text = String::from_utf8(output.stdout).unwrap();
        if std::env::var_os("UPDATE_EXAMPLES").is_some() {
            fs::create_dir_all(golden(name).parent().unwrap()).unwrap();
            fs::write(golden(name), &text).unwrap();
        }
        let committed = fs::read_to_string(golden(name)).unwrap_or_default();
        assert!(text == committed, "{name} renders something else; UPDATE_EXAMPLES=1 writes it again");
    }
}

#[test]
fn every_example_passes_the_strict_check() {
    for (directory, target, name) in targets() {
        let output = run(directory, &["validate", target, "--strict", "--enable-helm"]);
        let told = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{name}: {told}\n{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn the_chart_runs_the_scripts_of_the_expansion() {
    let chart = root().join("examples/shopping-cart/base/charts/redis-sentinel/files");
    for entry in fs::read_dir(chart).unwrap() {
        let file = entry.unwrap().path();
        let ours = root().join("src/topology/objects/scripts").join(file.file_name().unwrap());
        assert_eq!(fs::read_to_string(&file).unwrap(), fs::read_to_string(ours).unwrap(), "{}", file.display());
    }
}

#[test]
fn system_c_has_the_names_and_ports_that_its_users_know() {
    if !has_helm() {
        return;
    }
    let text = fs::read_to_string(golden("cart-production")).unwrap();
    for line in [
        "  db-password: <path:shopping-cart/redis#db-password>",
        "    sentinel monitor shopping-cart-redis @MASTER@ 6379 2",
        "  replicas: 3",
        "          preferredDuringSchedulingIgnoredDuringExecution:",
        "    port: 26379",
    ] {
        assert!(text.contains(line), "{line}");
    }
    let reference = Command::new("kustomize")
        .args(["build", "overlays/production", "--enable-helm"])
        .current_dir(root().join("examples/shopping-cart"))
        .output();
    if let Ok(reference) = reference {
        assert_eq!(String::from_utf8(reference.stdout).unwrap(), text, "kustomize agrees");
    }
}

#[test]
fn system_d_has_the_versions_that_are_pinned() {
    let text = fs::read_to_string(golden("caching-pinned")).unwrap();
    for image in ["redis:5.0.14", "prometheus:v2.4.3", "grafana:5.4.3", "alertmanager:v0.16.1"] {
        assert!(text.contains(image), "{image}");
    }
    assert!(text.contains("bind 0.0.0.0") && !text.contains("bind * -::*"), "Redis 5 does not know the other form");
}

#[test]
fn a_change_that_a_running_redis_cannot_take_is_refused_between_revisions() {
    let directory = tempfile::tempdir().unwrap();
    let write = |size: &str, layout: &str| {
        let text = format!(
            "apiVersion: redisops.dev/v1alpha1\nkind: Redis\nmetadata: {{name: cache}}\nspec:\n  architecture: cluster\n  cluster: {{nodes: 6, replicas: 1{layout}}}\n  persistence:\n    size: {size}\n"
        );
        fs::write(directory.path().join("redis.yaml"), text).unwrap();
    };
    fs::write(directory.path().join("kustomization.yaml"), "resources: [redis.yaml]\n").unwrap();
    write("20Gi", "");
    let git = |arguments: &[&str]| {
        let output = Command::new("git")
            .args(["-c", "user.name=a", "-c", "user.email=a@b"])
            .args(arguments)
            .current_dir(directory.path())
            .output();
        assert!(output.unwrap().status.success());
    };
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-qm", "first"]);
    let diff = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_redisops"));
        let output =
            command.args(["diff", ".", "--from", "HEAD", "-o", "json"]).current_dir(directory.path()).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    write("10Gi", "");
    let (code, out, told) = diff();
    assert_eq!((code, out.as_str()), (Some(2), ""), "{told}");
    assert!(told.contains("cannot shrink from 20Gi to 10Gi") && told.contains("redis.yaml:8:11"), "{told}");
    write("20Gi", ", layout: perShard");
    let (code, out, told) = diff();
    assert_eq!((code, out.as_str()), (Some(2), ""), "{told}");
    assert!(
        told.contains("the layout of the cluster `cache` cannot be changed") && told.contains("redis.yaml:6:"),
        "{told}"
    );
    write("40Gi", "");
    let (code, out, _) = diff();
    assert_eq!(code, Some(1));
    assert!(out.contains("expands 6 volumes; the StatefulSet is created again, its pods go on"), "{out}");
}

#[test]
fn a_file_with_a_kind_redis_is_checked_by_what_it_stands_for() {
    let directory = tempfile::tempdir().unwrap();
    let validate = |spec: &str| {
        let text = format!("apiVersion: redisops.dev/v1alpha1\nkind: Redis\nmetadata: {{name: cache}}\nspec:\n{spec}");
        fs::write(directory.path().join("redis.yaml"), text).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_redisops"));
        let output = command
            .args(["validate", "redis.yaml", "--strict", "-o", "json"])
            .current_dir(directory.path())
            .output()
            .unwrap();
        (output.status.code(), serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap())
    };
    assert_eq!(validate("  architecture: sentinel\n").0, Some(0));
    let (code, report) = validate("  architecture: cluster\n  cluster: {nodes: 4, replicas: 1}\n");
    assert_eq!((code, &report["findings"][0]["line"]), (Some(1), &6.into()));
    let (code, report) = validate("  configuration: |\n    timeout 5\n    maxmemory-policy lru\n");
    let findings = report["findings"].as_array().unwrap();
    let wrong = findings.iter().find(|it| it["rule"] == "redis-conf/wrong-value").unwrap();
    assert_eq!((code, &wrong["line"], &wrong["column"]), (Some(1), &7.into(), &22.into()));
}
