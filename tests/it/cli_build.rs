//! `redisops build` with input that is wrong: each case pins the message with its places, the exit code, and that nothing is on stdout.
#![allow(clippy::unwrap_used)]

use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Output};

use insta::assert_snapshot;
use tempfile::TempDir;

const REDISOPS: &str = env!("CARGO_BIN_EXE_redisops");

/// A directory with files, which is the working directory of runs.
struct Dir(TempDir);

impl Dir {
    fn new(files: &[(&str, &str)]) -> Dir {
        let dir = Dir(tempfile::tempdir().unwrap());
        for (path, text) in files {
            dir.write(path, text);
        }
        dir
    }

    fn path(&self, path: &str) -> std::path::PathBuf {
        self.0.path().join(path)
    }

    fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Written by another program: a file that this process has open for writing cannot be run while another test forks.
    fn script(&self, path: &str, text: &str) {
        self.write("script", text);
        let copied = Command::new("install").args(["-m", "755", "script", path]).current_dir(self.0.path()).status();
        assert!(copied.unwrap().success());
    }

    fn run(&self, arguments: &[&str]) -> Output {
        command(Path::new(REDISOPS), self.0.path(), arguments).output().unwrap()
    }

    /// Exit code and message of a run that must fail and print nothing.
    fn fails(&self, arguments: &[&str]) -> String {
        self.shown(&self.run(arguments))
    }

    fn shown(&self, output: &Output) -> String {
        assert_eq!(String::from_utf8_lossy(&output.stdout), "", "a failure prints nothing on stdout");
        let message = String::from_utf8_lossy(&output.stderr);
        let real = fs::canonicalize(self.0.path()).unwrap();
        let message =
            message.replace(&*real.to_string_lossy(), "[DIR]").replace(&*self.0.path().to_string_lossy(), "[DIR]");
        format!("exit {}\n\n{message}", output.status.code().unwrap())
    }
}

fn command(program: &Path, directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.arg("build").args(arguments).current_dir(directory);
    // What the machine of a developer or of CI sets must not show.
    for name in ["NO_COLOR", "CLICOLOR_FORCE", "FORCE_COLOR", "XDG_CACHE_HOME"] {
        command.env_remove(name);
    }
    command
}

/// A deployment, for patches and references to aim at.
fn deployment(name: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\nspec:\n  replicas: 1\n  template:\n    spec:\n      \
         containers:\n      - image: redis:8\n        name: redis\n"
    )
}

#[test]
fn malformed_yaml() {
    let dir = Dir::new(&[
        ("kustomization.yaml", "resources:\n- service.yaml\n"),
        (
            "service.yaml",
            "apiVersion: v1\nkind: Service\nmetadata:\n  name: cache\n  labels: {app: cache\nspec:\n  ports: []\n",
        ),
    ]);
    assert_snapshot!("malformed_yaml", dir.fails(&[]));
    let dir = Dir::new(&[("kustomization.yaml", "resources:\n- a.yaml\n  namePrefix: x\n")]);
    assert_snapshot!("malformed_kustomization", dir.fails(&[]));
}

#[test]
fn unknown_fields() {
    let dir = Dir::new(&[
        (
            "kustomization.yaml",
            "namePrefx: dev-\nresources:\n- deployment.yaml\npatches:\n- path: p.yaml\n  taget: {kind: Deployment}\nfrobnicate: 1\n",
        ),
        ("deployment.yaml", &deployment("cache")),
    ]);
    assert_snapshot!("unknown_fields", dir.fails(&[]));
}

#[test]
fn wrong_types() {
    let dir = Dir::new(&[(
        "kustomization.yaml",
        "resources: deployment.yaml\nnamePrefix: 5\ncommonAnnotations: {on: yes}\nreplicas:\n- name: cache\n  count: many\n",
    )]);
    assert_snapshot!("wrong_types", dir.fails(&[]));
}

#[test]
fn missing_files() {
    let dir = Dir::new(&[
        (
            "overlay/kustomization.yaml",
            "resources:\n- ../base\n- deploymnet.yaml\n- nothing-like-it.yaml\npatches:\n- path: patch.yml\nconfigMapGenerator:\n- name: c\n  \
             files: [redis.cnf]\n  envs: [none.env]\n",
        ),
        ("overlay/deployment.yaml", &deployment("cache")),
        ("overlay/patch.yaml", "{}"),
        ("overlay/redis.conf", ""),
        ("bases/kustomization.yaml", "resources: []\n"),
    ]);
    assert_snapshot!("missing_files", dir.fails(&["overlay"]));
    assert_snapshot!("missing_target", dir.fails(&["overlai"]));
}

#[test]
fn cycle_of_bases() {
    let dir = Dir::new(&[
        ("a/kustomization.yaml", "resources:\n- ../b\n"),
        ("b/kustomization.yaml", "namePrefix: x-\nresources:\n- ../a\n"),
    ]);
    assert_snapshot!("cycle_of_bases", dir.fails(&["a"]));
}

#[test]
fn duplicate_resource() {
    let dir = Dir::new(&[
        ("kustomization.yaml", "resources:\n- base\n- deployment.yaml\n"),
        ("base/kustomization.yaml", "resources: [deployment.yaml]\n"),
        ("base/deployment.yaml", &deployment("cache")),
        ("deployment.yaml", &deployment("cache")),
    ]);
    assert_snapshot!("duplicate_resource", dir.fails(&[]));
}

#[test]
fn patches_that_miss() {
    let dir = Dir::new(&[
        (
            "kustomization.yaml",
            "resources:\n- deployment.yaml\npatches:\n- patch: |-\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata:\n      \
             name: cahe\n    spec:\n      replicas: 3\n- target: {kind: Deployment, name: cache}\n  patch: |-\n    - op: replace\n      \
             path: /spec/replica\n      value: 3\n    - op: test\n      path: /spec/replicas\n      value: 2\n",
        ),
        ("deployment.yaml", &deployment("cache")),
    ]);
    assert_snapshot!("patch_without_target", dir.fails(&[]));
}

#[test]
fn ambiguous_targets() {
    let dir = Dir::new(&[
        (
            "kustomization.yaml",
            "resources:\n- a\n- b\npatches:\n- patch: |-\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata: {name: cache}\n    \
             spec: {replicas: 3}\nreplacements:\n- source: {kind: Deployment, fieldPath: spec.replicas}\n  targets:\n  - select: {kind: \
             Deployment}\n    fieldPaths: [spec.replicas]\n",
        ),
        ("a/kustomization.yaml", "namePrefix: a-\nresources: [deployment.yaml]\n"),
        ("a/deployment.yaml", &deployment("cache")),
        ("b/kustomization.yaml", "namePrefix: b-\nresources: [deployment.yaml]\n"),
        ("b/deployment.yaml", &deployment("cache")),
    ]);
    assert_snapshot!("ambiguous_targets", dir.fails(&[]));
}

#[test]
fn replacements_without_source() {
    let dir = Dir::new(&[
        (
            "kustomization.yaml",
            "resources:\n- deployment.yaml\nreplacements:\n- source: {kind: ConfigMap, name: cache}\n  targets:\n  - select: {kind: \
             Deployment}\n    fieldPaths: [spec.replicas]\n- source: {kind: Deployment, name: cache, fieldPath: spec.replcas}\n  targets:\n  \
             - select: {kind: Deployment}\n    fieldPaths: [metadata.annotations.x]\n    options: {create: true}\n",
        ),
        ("deployment.yaml", &deployment("cache")),
    ]);
    assert_snapshot!("replacement_without_source", dir.fails(&[]));
}

#[test]
fn paths_that_leave_the_root() {
    let dir = Dir::new(&[
        ("overlay/kustomization.yaml", "resources:\n- ../deployment.yaml\n- link.yaml\n"),
        ("deployment.yaml", &deployment("cache")),
    ]);
    symlink("../deployment.yaml", dir.path("overlay/link.yaml")).unwrap();
    assert_snapshot!("paths_that_leave_the_root", dir.fails(&["overlay"]));
}

#[test]
fn alias_bomb() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let below = format!("*a{}", level - 1);
        text.push_str(&format!("a{level}: &a{level} [{}]\n", [below.as_str(); 10].join(", ")));
    }
    let dir = Dir::new(&[("kustomization.yaml", "resources:\n- bomb.yaml\n")]);
    dir.write("bomb.yaml", format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: bomb\n{text}"));
    assert_snapshot!("alias_bomb", dir.fails(&[]));
}

#[test]
fn invalid_utf8() {
    let dir = Dir::new(&[("kustomization.yaml", "resources:\n- latin1.yaml\n")]);
    dir.write("latin1.yaml", b"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: caf\xe9\n");
    assert_snapshot!("invalid_utf8", dir.fails(&[]));
}

#[test]
fn huge_file() {
    let dir = Dir::new(&[("kustomization.yaml", "resources:\n- huge.yaml\n")]);
    File::create(dir.path("huge.yaml")).unwrap().set_len(200 * 1024 * 1024).unwrap();
    assert_snapshot!("huge_file", dir.fails(&[]));
}

#[test]
fn directories_without_one_kustomization() {
    let dir = Dir::new(&[
        ("none/deployment.yaml", &deployment("cache")),
        ("parent/overlay/kustomization.yaml", ""),
        ("near/kustomisation.yaml", ""),
        ("two/kustomization.yaml", "resources: []\n"),
        ("two/kustomization.yml", "resources: []\n"),
        ("base/kustomization.yaml", "resources:\n- ../none\n"),
    ]);
    let all = ["none", "parent", "near", "two", "base"].map(|name| dir.fails(&[name])).join("\n");
    assert_snapshot!("directories_without_one_kustomization", all);
}

#[test]
fn unreadable_file() {
    let dir = Dir::new(&[("kustomization.yaml", "resources:\n- secret.yaml\n"), ("secret.yaml", &deployment("cache"))]);
    fs::set_permissions(dir.path("secret.yaml"), fs::Permissions::from_mode(0o000)).unwrap();
    let mut run = command(Path::new(REDISOPS), dir.0.path(), &[]);
    if File::open(dir.path("secret.yaml")).is_ok() {
        // The administrator may read everything: somebody else has to try.
        use std::os::unix::process::CommandExt;
        // By another program: a file that this process has open for writing cannot be run by what another test forks meanwhile.
        assert!(Command::new("cp").arg(REDISOPS).arg(dir.path("redisops")).status().unwrap().success());
        fs::set_permissions(dir.0.path(), fs::Permissions::from_mode(0o755)).unwrap();
        run = command(&dir.path("redisops"), dir.0.path(), &[]);
        run.uid(65534).gid(65534);
    }
    assert_snapshot!("unreadable_file", dir.shown(&run.output().unwrap()));
}

#[test]
fn helm() {
    let dir = Dir::new(&[
        ("kustomization.yaml", "helmCharts:\n- name: redis\n  releaseName: cache\n"),
        ("charts/redis/Chart.yaml", "apiVersion: v2\nname: redis\nversion: 1.0.0\n"),
        ("charts/redis/values.yaml", "{}\n"),
    ]);
    dir.script(
        "helm",
        "#!/bin/sh\ncase \"$1\" in version) echo v3.19.0 ;; *) echo 'Error: template: redis/x.yaml:3: function \"foo\" not defined' >&2; exit 1 ;; esac\n",
    );
    assert_snapshot!("helm_not_enabled", dir.fails(&[]));
    assert_snapshot!("helm_absent", dir.fails(&["--enable-helm", "--helm-command", "no-such-helm"]));
    let helm = dir.path("helm");
    assert_snapshot!("helm_failing", dir.fails(&["--enable-helm", "--helm-command", helm.to_str().unwrap()]));
}

#[test]
fn several_errors_are_reported_together() {
    let dir = Dir::new(&[
        (
            "kustomization.yaml",
            "resources:\n- base\n- broken.yaml\n- missing.yaml\nimages:\n- name: redis\n  newTagg: \"9\"\n",
        ),
        ("base/kustomization.yaml", "resources: [none.yaml]\nnamespce: x\n"),
        ("broken.yaml", "kind: [\n"),
    ]);
    assert_snapshot!("several_errors_are_reported_together", dir.fails(&[]));
}

#[test]
fn values_of_secrets_are_not_quoted() {
    let dir = Dir::new(&[
        (
            "kustomization.yaml",
            "resources:\n- secret.yaml\nsecretGenerator:\n- name: s\n  literals:\n  - password: hunter2\n  - 31337\n  - alsohunter2\n",
        ),
        (
            "secret.yaml",
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\nstringData:\n  key: hunter2\n  other: \"hunter2\n",
        ),
    ]);
    let shown = dir.fails(&[]);
    assert!(!shown.contains("hunter2") && !shown.contains("31337"), "{shown}");
    assert_snapshot!("values_of_secrets_are_not_quoted", shown);
}

#[test]
fn environments() {
    let dir = Dir::new(&[
        (
            "environments/prod.yaml",
            "apiVersion: redisops.dev/v1alpha1\nkind: Environment\nspec:\n  overlay: overlays/prd\n  guard: {}\n",
        ),
        (
            "environments/dev.yaml",
            "apiVersion: redisops.dev/v1alpha1\nkind: Environment\nspec:\n  overlay: overlays/prd\n",
        ),
        ("overlays/prod/kustomization.yaml", "resources: []\n"),
    ]);
    let all = ["prod", "dev", "env:prdo", "stage"].map(|name| dir.fails(&[name])).join("\n");
    assert_snapshot!("environments", all);
}

#[test]
fn usage_errors() {
    let dir = Dir::new(&[("kustomization.yaml", "resources: []\n")]);
    let lines: [&[&str]; 4] = [&["--enable-hlem"], &["a", "b"], &["--load-restrictor", "none"], &["--reorder=x"]];
    let all = lines.map(|line| dir.fails(line)).join("\n");
    assert_snapshot!("usage_errors", all);
}

#[test]
fn output_that_cannot_be_written() {
    let dir = Dir::new(&[
        ("kustomization.yaml", "resources: [deployment.yaml]\n"),
        ("deployment.yaml", &deployment("cache")),
    ]);
    assert_snapshot!("output_that_cannot_be_written", dir.fails(&["-o", "none/out.yaml", "--no-validate"]));
    // A failing build leaves the file as it was.
    dir.write("out.yaml", "old");
    dir.write("kustomization.yaml", "resources: [none.yaml]\n");
    dir.fails(&["-o", "out.yaml"]);
    assert_eq!(fs::read_to_string(dir.path("out.yaml")).unwrap(), "old");
}

#[test]
fn one_object_in_every_way() {
    let dir = Dir::new(&[
        (
            "environments/prod.yaml",
            "apiVersion: redisops.dev/v1alpha1\nkind: Environment\nspec: {overlay: overlays/prod}\n",
        ),
        ("overlays/prod/kustomization.yaml", "resources: [deployment.yaml]\n"),
        ("overlays/prod/other.yaml", "kind: Kustomization\nresources: [deployment.yaml]\n"),
        ("overlays/prod/deployment.yaml", &deployment("cache")),
        ("out/old.yaml", "old"),
    ]);
    let want = deployment("cache");
    for target in [
        "prod",
        "env:prod",
        "overlays/prod",
        "overlays/prod/kustomization.yaml",
        "overlays/prod/other.yaml",
        "overlays/prod/deployment.yaml",
    ] {
        let output = dir.run(&[target, "--no-validate"]);
        assert_eq!(
            (String::from_utf8_lossy(&output.stdout), output.status.code()),
            (want.as_str().into(), Some(0)),
            "{target}"
        );
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{target}");
    }
    assert!(
        dir.run(&["prod", "-o", "out.yaml", "--no-validate"]).status.success()
            && dir.run(&["prod", "-o", "out", "--no-validate"]).status.success()
    );
    assert_eq!(fs::read_to_string(dir.path("out.yaml")).unwrap(), want);
    assert_eq!(fs::read_to_string(dir.path("out/apps_v1_deployment_cache.yaml")).unwrap(), want);
    assert_eq!(fs::read_to_string(dir.path("out/old.yaml")).unwrap(), "old");
}

#[test]
fn a_closed_pipe_is_no_error() {
    let dir = Dir::new(&[("kustomization.yaml", "resources: [all.yaml]\n")]);
    dir.write("all.yaml", (0..3000).map(|i| deployment(&format!("n{i}"))).collect::<Vec<_>>().join("---\n"));
    let script = format!("set -o pipefail; {REDISOPS} build . --no-validate | head -1");
    let output = Command::new("bash").args(["-c", &script]).current_dir(dir.0.path()).output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr)), (Some(0), "".into()));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "apiVersion: apps/v1\n");
}
