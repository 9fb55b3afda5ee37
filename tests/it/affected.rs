//! `redisops affected`: which overlays depend on what changed, in real repositories.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

/// A repository with two overlays and a component that only one of them uses.
struct Repo(TempDir);

impl Repo {
    fn new() -> Repo {
        let repo = Repo(tempfile::tempdir().unwrap());
        repo.git(&["init", "-q", "-b", "main"]);
        for (path, text) in [
            ("base/kustomization.yaml", "resources: [cm.yaml]\nconfigMapGenerator: [{name: g, files: [data.txt]}]\n"),
            ("base/cm.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: v}\n"),
            ("base/data.txt", "data"),
            (
                "part/kustomization.yaml",
                "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnamePrefix: p-\n",
            ),
            ("overlays/dev/kustomization.yaml", "resources: [../../base]\ncomponents: [../../part]\n"),
            ("overlays/prod/kustomization.yaml", "resources: [../../base]\npatches: [{path: patch.yaml}]\n"),
            ("overlays/prod/patch.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: w}\n"),
            (
                "environments/prod.yaml",
                "apiVersion: redisops.dev/v1alpha1\nkind: Environment\nmetadata: {name: prod}\nspec: {overlay: overlays/prod}\n",
            ),
            ("docs/readme.md", "text"),
        ] {
            repo.write(path, text);
        }
        repo.commit();
        repo
    }

    fn path(&self, path: &str) -> std::path::PathBuf {
        self.0.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        fs::create_dir_all(self.path(path).parent().unwrap()).unwrap();
        fs::write(self.path(path), text).unwrap();
    }

    fn git(&self, arguments: &[&str]) {
        let output = Command::new("git")
            .args(["-c", "user.name=t", "-c", "user.email=t@example.test", "-c", "commit.gpgsign=false"])
            .args(arguments)
            .current_dir(self.0.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn commit(&self) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", "x"]);
    }

    fn run_in(&self, directory: &str, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_redisops"))
            .arg("affected")
            .args(arguments)
            .current_dir(self.path(directory))
            .env_remove("PRE_COMMIT_FROM_REF")
            .output()
            .unwrap()
    }

    /// The lines of a run that must work.
    fn lines(&self, arguments: &[&str]) -> Vec<String> {
        let output = self.run_in(".", arguments);
        assert_eq!((output.status.code(), told(&output).as_str()), (Some(0), ""), "{arguments:?}");
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let output = self.run_in(".", &[arguments, &["-o", "json"]].concat());
        assert_eq!(output.status.code(), Some(0), "{}", told(&output));
        let report = serde_json::from_slice(&output.stdout).unwrap();
        crate::schemas::assert_valid(&report);
        report
    }

    /// The message of a run that could not be done.
    fn fails(&self, arguments: &[&str]) -> String {
        let output = self.run_in(".", arguments);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{arguments:?}");
        told(&output)
    }
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

const BOTH: [&str; 2] = ["overlays/dev", "overlays/prod"];

#[test]
fn overlays_depend_on_what_they_would_read() {
    let repo = Repo::new();
    assert_eq!(repo.lines(&["--from", "HEAD"]), Vec::<String>::new());
    for (file, expected) in [
        ("base/cm.yaml", &BOTH[..]),
        ("base/data.txt", &BOTH),
        ("part/kustomization.yaml", &["overlays/dev"]),
        ("overlays/prod/patch.yaml", &["overlays/prod"]),
        ("environments/prod.yaml", &["overlays/prod"]),
        ("docs/readme.md", &[]),
        ("base/unused.yaml", &[]),
        ("redisops.yaml", &BOTH),
    ] {
        let old = fs::read_to_string(repo.path(file)).ok();
        repo.write(file, &format!("{}# changed\n", old.clone().unwrap_or_default()));
        assert_eq!(repo.lines(&["--from", "HEAD"]), expected, "{file} in the working tree");
        assert_eq!(repo.lines(&["--changed-files", file]), expected, "{file} by name");
        repo.git(&["add", "-A"]);
        assert_eq!(repo.lines(&["--staged"]), expected, "{file} staged");
        repo.git(&["reset", "-q", "--hard"]);
    }
}

#[test]
fn what_is_deleted_or_renamed_counts() {
    let repo = Repo::new();
    fs::remove_file(repo.path("overlays/prod/patch.yaml")).unwrap();
    assert_eq!(repo.lines(&["--from", "HEAD"]), ["overlays/prod"]);
    repo.git(&["add", "-A"]);
    // Hooks are not told of deleted files.
    assert_eq!(repo.lines(&["--staged", "--changed-files"]), ["overlays/prod"]);
    repo.git(&["reset", "-q", "--hard"]);
    repo.git(&["mv", "base/data.txt", "base/renamed.txt"]);
    let report = repo.json(&["--staged"]);
    assert_eq!(report["files"], json!([{"path": "base/renamed.txt", "oldPath": "base/data.txt", "change": "renamed"}]));
    assert_eq!(report["targets"][0]["because"], json!(["base/data.txt"]));
    assert_eq!(report["summary"], json!({"files": 1, "targets": 2, "affected": 2}));
}

#[test]
fn overlays_come_and_go() {
    let repo = Repo::new();
    repo.git(&["rm", "-q", "-r", "overlays/dev"]);
    repo.write("overlays/new/kustomization.yaml", "resources: [../../base]\n");
    let report = repo.json(&["--from", "HEAD"]);
    assert_eq!(
        report["targets"],
        json!([
            {"path": "overlays/dev", "environments": [], "change": "removed", "because": ["overlays/dev/kustomization.yaml"]},
            {"path": "overlays/new", "environments": [], "change": "added", "because": ["overlays/new/kustomization.yaml"]},
        ])
    );
    assert_eq!(repo.lines(&["--from", "HEAD"]), ["overlays/new"], "what is gone cannot be built");
    repo.commit();
    let report = repo.json(&["--from", "HEAD~1", "--to", "HEAD"]);
    assert_eq!((&report["from"]["revision"], &report["to"]["revision"]), (&json!("HEAD~1"), &json!("HEAD")));
    assert_eq!(report["targets"].as_array().unwrap().len(), 2);
    let back = repo.json(&["--from", "HEAD", "--to", "HEAD~1"]);
    let changes: Vec<&Value> = back["targets"].as_array().unwrap().iter().map(|one| &one["change"]).collect();
    assert_eq!(changes, ["added", "removed"], "the older revision is read from the object database");
}

#[test]
fn targets_are_chosen_by_directory_and_environment() {
    let repo = Repo::new();
    repo.write("base/cm.yaml", "changed");
    assert_eq!(repo.lines(&["--all"]), BOTH);
    assert_eq!(repo.json(&["--all", "prod"])["targets"][0]["change"], "unchanged");
    for (word, expected) in [
        ("overlays", &BOTH[..]),
        ("overlays/prod", &["overlays/prod"]),
        ("overlays/prod/kustomization.yaml", &["overlays/prod"]),
        ("prod", &["overlays/prod"]),
        ("env:prod", &["overlays/prod"]),
        ("base", &["base"]),
        ("docs", &[]),
    ] {
        assert_eq!(repo.lines(&["--from", "HEAD", word]), expected, "{word}");
    }
    let message = repo.fails(&["--from", "HEAD", "prdo"]);
    assert!(message.contains("`prdo` is neither a path nor an environment") && message.contains("`prod`"), "{message}");
    let output = repo.run_in("overlays/dev", &["--from", "HEAD", "-0"]);
    assert_eq!(String::from_utf8(output.stdout).unwrap(), ".\0../prod\0", "paths work in the working directory");
}

#[test]
fn exit_codes_are_those_of_an_answer() {
    let repo = Repo::new();
    let code = |arguments: &[&str]| repo.run_in(".", arguments).status.code();
    assert_eq!(code(&["--from", "HEAD", "--exit-code"]), Some(0));
    repo.write("base/cm.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: [}\n");
    assert_eq!(code(&["--from", "HEAD"]), Some(0));
    assert_eq!(code(&["--from", "HEAD", "--exit-code"]), Some(1));
    let output = repo.run_in(".", &["--from", "HEAD", "--build"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(told(&output).contains("base/cm.yaml:4:"), "{}", told(&output));
    repo.git(&["checkout", "-q", "base"]);
    repo.write("base/data.txt", "other");
    assert_eq!(code(&["--from", "HEAD", "--build"]), Some(0));
}

#[test]
fn what_cannot_be_answered_is_said() {
    let repo = Repo::new();
    let message = repo.fails(&["--from", "mian"]);
    assert!(message.contains("has no revision `mian`") && message.contains("did you mean `main`?"), "{message}");
    assert!(repo.fails(&["--staged", "--to", "HEAD"]).contains("cannot be used with"));
    let nowhere = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_redisops"))
        .args(["affected", "--from", "HEAD"])
        .current_dir(nowhere.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(told(&output).contains("is in no git repository"), "{}", told(&output));
}

#[test]
fn unusual_repositories_are_understood() {
    let repo = Repo::new();
    repo.write("base/cm.yaml", "changed");
    repo.commit();
    // A worktree of its own, with a detached head.
    let tree = tempfile::tempdir().unwrap();
    let path = tree.path().join("wt");
    repo.git(&["worktree", "add", "-q", "--detach", path.to_str().unwrap()]);
    let run = |directory: &Path, arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_redisops"))
            .arg("affected")
            .args(arguments)
            .current_dir(directory)
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8(output.stdout.clone()).unwrap(), told(&output))
    };
    assert_eq!(run(&path, &["--from", "HEAD~1"]).1, "overlays/dev\noverlays/prod\n");
    // A bare clone.
    let bare = tree.path().join("bare");
    repo.git(&["clone", "-q", "--bare", ".", bare.to_str().unwrap()]);
    assert_eq!(run(&bare, &["--from", "HEAD~1", "--to", "HEAD"]).1, "overlays/dev\noverlays/prod\n");
    let (code, _, message) = run(&bare, &["--from", "HEAD~1"]);
    assert!(code == Some(2) && message.contains("is bare"), "{message}");
    // A shallow clone.
    let shallow = tree.path().join("shallow");
    let url = format!("file://{}", repo.0.path().display());
    repo.git(&["clone", "-q", "--depth", "1", &url, shallow.to_str().unwrap()]);
    let (code, _, message) = run(&shallow, &["--from", "HEAD~1"]);
    assert!(code == Some(2) && message.contains("the clone is shallow"), "{message}");
    // No commit yet: everything that is staged is new.
    let fresh = tree.path().join("fresh");
    repo.git(&["init", "-q", fresh.to_str().unwrap()]);
    fs::write(fresh.join("kustomization.yaml"), "namePrefix: x-\n").unwrap();
    Command::new("git").args(["add", "-A"]).current_dir(&fresh).status().unwrap();
    assert_eq!(run(&fresh, &["--staged"]).1, ".\n");
    let (code, _, message) = run(&fresh, &["--from", "HEAD"]);
    assert!(code == Some(2) && message.contains("it has no commit yet"), "{message}");
}

#[test]
fn links_and_submodules_are_followed() {
    let repo = Repo::new();
    repo.write("shared/real.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: s}\n");
    std::os::unix::fs::symlink("../../shared", repo.path("overlays/prod/link")).unwrap();
    repo.write("overlays/prod/kustomization.yaml", "resources: [../../base, link/real.yaml]\n");
    repo.commit();
    repo.write("shared/real.yaml", "changed");
    assert_eq!(repo.lines(&["--from", "HEAD"]), ["overlays/prod"], "what a link leads to");
    repo.git(&["checkout", "-q", "."]);
    fs::remove_file(repo.path("overlays/prod/link")).unwrap();
    std::os::unix::fs::symlink("../../base", repo.path("overlays/prod/link")).unwrap();
    assert_eq!(repo.lines(&["--from", "HEAD"]), ["overlays/prod"], "the link itself");
    repo.git(&["checkout", "-q", "."]);
    let other = Repo::new();
    repo.git(&["-c", "protocol.file.allow=always", "submodule", "add", "-q", other.0.path().to_str().unwrap(), "sub"]);
    repo.write("overlays/dev/kustomization.yaml", "resources: [../../sub/base]\n");
    repo.commit();
    repo.write("sub/base/cm.yaml", "changed");
    assert_eq!(repo.lines(&["--from", "HEAD", "overlays"]), ["overlays/dev"], "a repository within");
}
