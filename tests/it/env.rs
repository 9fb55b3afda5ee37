//! `redisops env list`, and names of environments in other commands.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use crate::schemas::assert_valid;

fn run(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_redisops")).args(arguments).current_dir(directory).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn building_blocks() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/building-blocks")
}

#[test]
fn environments_are_listed_side_by_side() {
    let output = run(&building_blocks(), &["env", "list"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    insta::assert_snapshot!("env_list", text(&output.stdout));
    let output = run(&building_blocks(), &["env", "list", "-o", "json"]);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_valid(&document);
    let of =
        |name: &str| document["environments"].as_array().unwrap().iter().find(|e| e["name"] == name).unwrap().clone();
    assert_eq!(of("production")["overlay"], "overlays/production");
    assert_eq!(of("production")["file"], "examples/building-blocks/environments/production.yaml");
    assert_eq!(of("staging")["guards"]["latencyBudget"], "10ms");
    assert!(document["differ"].as_array().unwrap().contains(&"kubernetes.version".into()));
}

#[test]
fn a_broken_environment_hides_no_other() {
    let directory = TempDir::new().unwrap();
    let environments = directory.path().join("environments");
    std::fs::create_dir(&environments).unwrap();
    let good = "apiVersion: redisops.dev/v1alpha1\nkind: Environment\nmetadata: {name: good}\nspec: {overlay: x}\n";
    std::fs::write(environments.join("good.yaml"), good).unwrap();
    std::fs::write(environments.join("bad.yaml"), good.replace("overlay", "overlays")).unwrap();
    let output = run(directory.path(), &["env", "list", "-o", "json"]);
    assert_eq!(output.status.code(), Some(2));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_valid(&document);
    assert_eq!(document["environments"][0]["error"], "unknown field `overlays` in the spec of an environment");
    assert_eq!(document["environments"][1]["overlay"], "x");
    assert!(text(&output.stderr).contains("environments/bad.yaml:4:8"), "{}", text(&output.stderr));
    let none = run(TempDir::new().unwrap().path(), &["env", "list"]);
    assert_eq!((none.status.code(), text(&none.stdout)), (Some(0), String::new()));
}

#[test]
fn a_name_and_its_overlay_render_the_same_bytes() {
    let directory = building_blocks();
    for name in ["development", "staging", "production"] {
        let (by_name, by_path) =
            (run(&directory, &["build", name]), run(&directory, &["build", &format!("overlays/{name}")]));
        assert_eq!(by_name.status.code(), Some(0), "{}", text(&by_name.stderr));
        assert!(by_name.stdout.len() > 5000);
        assert_eq!(text(&by_name.stdout), text(&by_path.stdout), "{name}");
        assert_eq!(run(&directory, &["validate", name]).status.code(), Some(0));
    }
    let between = run(&directory, &["diff", "--between", "staging", "production", "-o", "json"]);
    assert_eq!(between.status.code(), Some(1), "{}", text(&between.stderr));
}
