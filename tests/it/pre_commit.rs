//! The hooks of `.pre-commit-hooks.yaml`, run by the real pre-commit in a throwaway repository.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// A repository that uses the hooks, and the one that it takes them from.
struct Repo {
    dir: TempDir,
}

fn git(directory: &Path, arguments: &[&str]) -> Output {
    command("git", directory)
        .args(["-c", "user.name=t", "-c", "user.email=t@example.test", "-c", "commit.gpgsign=false"])
        .args(arguments)
        .output()
        .unwrap()
}

fn command(program: &str, directory: &Path) -> Command {
    let mut command = Command::new(program);
    let home = directory.ancestors().find(|dir| dir.join("home").is_dir()).unwrap().join("home");
    command.current_dir(directory).env("PRE_COMMIT_HOME", &home).env("HOME", &home);
    command.env("REDISOPS", env!("CARGO_BIN_EXE_redisops")).env("PRE_COMMIT_COLOR", "never");
    command
}

fn ok(output: &Output) -> String {
    let text = told(output);
    assert!(output.status.success(), "{text}");
    text
}

fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn config_map(name: &str, extra: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  k: v\n{extra}")
}

impl Repo {
    /// With a hook installed; what is there is committed, a broken overlay among it.
    fn new(hook: &str) -> Repo {
        let repo = Repo { dir: tempfile::tempdir().unwrap() };
        let hooks = repo.dir.path().join("hooks");
        let project = Path::new(env!("CARGO_MANIFEST_DIR"));
        for path in [".pre-commit-hooks.yaml", "ci/hook"] {
            let target = hooks.join(path);
            fs::create_dir_all(target.parent().unwrap()).unwrap();
            fs::copy(project.join(path), target).unwrap();
        }
        for directory in ["home", "user"] {
            fs::create_dir_all(repo.dir.path().join(directory)).unwrap();
        }
        ok(&git(&hooks, &["init", "-q", "-b", "main"]));
        ok(&git(&hooks, &["add", "-A"]));
        ok(&git(&hooks, &["commit", "-q", "-m", "hooks"]));
        let commit = ok(&git(&hooks, &["rev-parse", "HEAD"]));
        let config =
            format!("repos:\n- repo: {}\n  rev: {}\n  hooks:\n  - id: {hook}\n", hooks.display(), commit.trim());
        repo.write(".pre-commit-config.yaml", &config);
        repo.write("base/kustomization.yaml", "resources: [a.yaml, b.yaml]\n");
        repo.write("base/a.yaml", &config_map("a", ""));
        repo.write("base/b.yaml", &config_map("b", ""));
        repo.write("overlays/prod/kustomization.yaml", "resources: [../../base]\n");
        repo.write("overlays/broken/kustomization.yaml", "resources: [gone.yaml]\n");
        repo.write("readme.md", "text\n");
        ok(&git(&repo.path(), &["init", "-q", "-b", "main"]));
        ok(&git(&repo.path(), &["add", "-A"]));
        ok(&git(&repo.path(), &["commit", "-q", "-m", "start"]));
        ok(&repo.pre_commit(&["install"]));
        repo
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("user")
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn pre_commit(&self, arguments: &[&str]) -> Output {
        command("pre-commit", &self.path())
            .args(arguments)
            .output()
            .expect("pre-commit is on PATH; ci/setup installs it, and ci/setup --path says where")
    }

    fn commit(&self, arguments: &[&str]) -> Output {
        git(&self.path(), &[&["commit", "-q", "-m", "x"], arguments].concat())
    }
}

#[test]
fn a_commit_is_judged_by_the_overlays_that_depend_on_it() {
    for (hook, title) in [("redisops-build", "redisops build"), ("redisops-validate", "redisops validate")] {
        let repo = Repo::new(hook);
        repo.write("base/a.yaml", &config_map("a", "  more: x\n"));
        let output = repo.commit(&["-a"]);
        assert!(ok(&output).contains(title), "the hook ran, and did not look at the broken overlay: {}", told(&output));

        repo.write("base/a.yaml", &config_map("a", "  more: [\n"));
        let output = repo.commit(&["-a"]);
        assert_eq!(output.status.code(), Some(1), "{}", told(&output));
        assert!(told(&output).contains("base/a.yaml:7:"), "{}", told(&output));
        ok(&git(&repo.path(), &["checkout", "-q", "base"]));

        fs::remove_file(repo.path().join("base/b.yaml")).unwrap();
        ok(&git(&repo.path(), &["add", "-A"]));
        let output = repo.commit(&[]);
        assert_eq!(output.status.code(), Some(1), "a file that is gone is missed: {}", told(&output));
        assert!(told(&output).contains("base/kustomization.yaml:1:"), "{}", told(&output));
        ok(&git(&repo.path(), &["reset", "-q", "--hard"]));

        repo.write("readme.md", "other\n");
        ok(&repo.commit(&["-a"]));
    }
}

#[test]
fn hooks_can_be_run_over_all_files() {
    let repo = Repo::new("redisops-build");
    let output = repo.pre_commit(&["run", "--all-files"]);
    assert_eq!(output.status.code(), Some(1), "the broken overlay is found: {}", told(&output));
    assert!(told(&output).contains("overlays/broken/kustomization.yaml:1:"), "{}", told(&output));
    ok(&repo.pre_commit(&["run", "--files", "base/a.yaml"]));
    // What continuous integration runs.
    ok(&git(&repo.path(), &["rm", "-q", "overlays/broken/kustomization.yaml"]));
    ok(&repo.commit(&["--no-verify"]));
    ok(&repo.pre_commit(&["run", "--from-ref", "HEAD~1", "--to-ref", "HEAD"]));
    fs::remove_file(repo.path().join("base/b.yaml")).unwrap();
    ok(&repo.commit(&["-a", "--no-verify"]));
    let output = repo.pre_commit(&["run", "--from-ref", "HEAD~1", "--to-ref", "HEAD"]);
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
}
