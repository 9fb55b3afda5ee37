//! `redisops build --list-inputs`: what is listed holds everything that a build reads.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

use redisops::diagnostics::Sources;
use redisops::kustomize::inputs::{Graph, InputKind};
use redisops::kustomize::{Context, Options, build};
use redisops::source::{Disk, FileError, FileSystem, LoadOptions, LoadRestriction, Loader, NoTools};
use redisops::yaml::Trace;
use serde_json::{Value, json};

/// The files of the machine, and which of them were read.
#[derive(Debug)]
struct Recorder {
    disk: Disk,
    read: Mutex<BTreeSet<PathBuf>>,
}

impl FileSystem for Recorder {
    fn read(&self, path: &Path) -> Result<Vec<u8>, FileError> {
        let content = self.disk.read(path)?;
        self.read.lock().unwrap().insert(self.disk.canonicalize(path)?);
        Ok(content)
    }

    fn is_dir(&self, path: &Path) -> bool {
        self.disk.is_dir(path)
    }

    fn exists(&self, path: &Path) -> bool {
        self.disk.exists(path)
    }

    fn canonicalize(&self, path: &Path) -> Result<PathBuf, FileError> {
        self.disk.canonicalize(path)
    }

    fn read_dir(&self, path: &Path) -> Result<Vec<String>, FileError> {
        self.disk.read_dir(path)
    }

    fn is_on_disk(&self) -> bool {
        true
    }
}

/// What a build read that was not listed.
fn unlisted(directory: &Path) -> Vec<PathBuf> {
    let recorder = Arc::new(Recorder { disk: Disk::new(), read: Mutex::default() });
    let files: Arc<dyn FileSystem> = recorder.clone();
    let options = LoadOptions { restriction: LoadRestriction::None, ..LoadOptions::default() };
    let (sources, trace) = (Sources::new(), Trace::new());
    let Ok(loader) = Loader::open(files, &directory.to_string_lossy(), options) else { return Vec::new() };
    let root = loader.root().to_owned();
    let mut all = Options { alpha_plugins: true, exec: true, ..Options::default() };
    all.helm.enabled = true;
    // Fixtures that fail have read something, too.
    let _ = build(loader, &all, &Context::new(&sources, &trace), &NoTools);
    let disk: Arc<dyn FileSystem> = Arc::new(Disk::new());
    let graph = Graph::scan(&disk, [root.clone()], &Sources::new());
    let reach = graph.reach(&root);
    let inputs = reach.inputs();
    let covered = |path: &PathBuf| {
        inputs.iter().any(|input| match input.kind {
            InputKind::Directory => path.starts_with(&input.path),
            _ => *path == input.path,
        })
    };
    let read = recorder.read.lock().unwrap().clone();
    assert!(!read.is_empty(), "{}: a build that reads nothing shows nothing", directory.display());
    read.into_iter().filter(|path| !covered(path)).collect()
}

/// Directories with a kustomization below another.
fn kustomizations(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            kustomizations(&path, found);
        } else if ["kustomization.yaml", "kustomization.yml", "Kustomization"].iter().any(|name| path.ends_with(name)) {
            found.push(directory.to_owned());
        }
    }
}

#[test]
fn everything_that_a_build_reads_is_listed() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut roots = Vec::new();
    for folder in ["tests/kustomize", "overlays", "orders-redis-dev", "components"] {
        kustomizations(&repository.join(folder), &mut roots);
    }
    assert!(roots.len() > 100, "only {} kustomizations", roots.len());
    let missed: Vec<String> = roots
        .iter()
        .map(|root| (root, unlisted(root)))
        .filter(|(_, missed)| !missed.is_empty())
        .map(|(root, missed)| format!("{}: {missed:?}", root.display()))
        .collect();
    assert!(missed.is_empty(), "read and not listed:\n{}", missed.join("\n"));
}

fn run(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_redisops")).arg("build").args(arguments).current_dir(directory).output().unwrap()
}

fn text(output: &Output) -> &str {
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    std::str::from_utf8(&output.stdout).unwrap()
}

/// A repository with an overlay and an environment.
fn repository() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (path, content) in [
        (".git/HEAD", ""),
        ("base/kustomization.yaml", "resources: [a.yaml]\nhelmCharts: [{name: c}]\n"),
        ("base/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"),
        ("base/charts/c/Chart.yaml", "name: c\n"),
        (
            "overlays/prod/kustomization.yaml",
            "resources: [../../base, gone.yaml, 'https://token:secret@host.test/x.yaml']\n",
        ),
        (
            "environments/prod.yaml",
            "apiVersion: redisops.dev/v1alpha1\nkind: Environment\nmetadata: {name: prod}\nspec: {overlay: overlays/prod}\n",
        ),
        ("redisops.lock", "version = 1\n"),
    ] {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    dir
}

#[test]
fn the_list_is_for_people_for_xargs_and_for_programs() {
    let dir = repository();
    let output = run(dir.path(), &["overlays/prod", "--list-inputs"]);
    insta::assert_snapshot!(text(&output));
    let null = run(dir.path(), &["overlays/prod", "--list-inputs=nul"]);
    assert_eq!(text(&null).replace('\0', "\n"), text(&output));
    let below = run(&dir.path().join("overlays/prod"), &["--list-inputs=json"]);
    let document: Value = serde_json::from_str(text(&below)).unwrap();
    assert_eq!((&document["kind"], &document["target"]), (&json!("InputList"), &json!(".")));
    let entries: Vec<String> = document["inputs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| format!("{} {}", one["kind"].as_str().unwrap(), one["path"].as_str().unwrap()))
        .collect();
    insta::assert_snapshot!(entries.join("\n"));
}

#[test]
fn an_environment_and_a_file_are_inputs_too() {
    let dir = repository();
    let by_name = run(dir.path(), &["prod", "--list-inputs"]);
    assert!(text(&by_name).lines().any(|line| line == "environments/prod.yaml"));
    let file = run(dir.path(), &["base/a.yaml", "--list-inputs"]);
    assert_eq!(text(&file), "base/a.yaml\n");
    fs::create_dir(dir.path().join("schemas")).unwrap();
    fs::write(dir.path().join("redisops.yaml"), "").unwrap();
    let file = run(dir.path(), &["base/a.yaml", "--list-inputs"]);
    assert_eq!(text(&file), "base/a.yaml\nredisops.yaml\nschemas/\n");
    let plain = run(dir.path(), &["base/a.yaml", "--list-inputs", "--no-validate"]);
    assert_eq!(text(&plain), "base/a.yaml\n");
    let url = run(dir.path(), &["https://host.test/org/repo.git//dir?ref=v1", "--list-inputs"]);
    assert_eq!(text(&url), "https://host.test/org/repo.git//dir?ref=v1\n");
}

#[test]
fn a_kustomization_that_cannot_be_read_gives_no_list() {
    let dir = repository();
    fs::write(dir.path().join("base/kustomization.yaml"), "resources: [\n").unwrap();
    let output = run(dir.path(), &["overlays/prod", "--list-inputs"]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
    assert!(String::from_utf8_lossy(&output.stderr).contains("base/kustomization.yaml:"));
    let nothing = run(dir.path(), &["nowhere", "--list-inputs"]);
    assert_eq!((nothing.status.code(), nothing.stdout.len()), (Some(1), 0));
}
