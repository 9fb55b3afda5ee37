//! A namespace on the control plane, a directory of manifests, and the two programs that work on them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;

const VARIABLE: &str = "REDISOPS_TEST_KUBECONFIG";

/// The kubeconfig of the control plane.
#[allow(clippy::print_stderr, reason = "whoever runs the tests is told")]
pub fn kubeconfig() -> Option<PathBuf> {
    let found = std::env::var_os(VARIABLE).map(PathBuf::from);
    if found.is_none() {
        eprintln!("not run: {VARIABLE} names no control plane; start one with tests/testbed/up.sh full");
    }
    found
}

/// Where the programs of the control plane are.
pub fn programs() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let told = Command::new(root.join("ci/setup")).arg("--kubernetes").output().unwrap();
    PathBuf::from(String::from_utf8(told.stdout).unwrap().trim())
}

/// What a run of redisops left.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    pub fn of(output: Output) -> Run {
        Run {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The report.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The entry of an object in the report.
    #[track_caller]
    pub fn change(&self, kind: &str, name: &str) -> Value {
        let report = self.json();
        let all = report["changes"].as_array().unwrap();
        let found = all.iter().find(|it| it["resource"]["kind"] == kind && it["resource"]["name"] == name);
        found.unwrap_or_else(|| panic!("no {kind}/{name} in {self:?}")).clone()
    }

    /// Paths of the fields of an object that differ.
    #[track_caller]
    pub fn paths(&self, kind: &str, name: &str) -> Vec<String> {
        let change = self.change(kind, name);
        assert_eq!(change["error"], Value::Null, "{change}");
        change["fields"].as_array().unwrap().iter().map(|it| it["path"].as_str().unwrap().to_owned()).collect()
    }

    /// A field of an object.
    #[track_caller]
    pub fn field(&self, kind: &str, name: &str, path: &str) -> Value {
        let change = self.change(kind, name);
        let fields = change["fields"].as_array().unwrap();
        fields.iter().find(|it| it["path"] == path).unwrap_or_else(|| panic!("no {path} in {change}")).clone()
    }
}

/// A namespace and a repository.
pub struct Bench {
    pub kubeconfig: PathBuf,
    pub namespace: String,
    pub directory: tempfile::TempDir,
    pub programs: PathBuf,
}

static NUMBER: AtomicU32 = AtomicU32::new(0);

impl Bench {
    /// A namespace of its own on the control plane of the run; none without one.
    pub fn new() -> Option<Bench> {
        let bench = Bench::at(&kubeconfig()?);
        bench.kubectl(&["create", "namespace", &bench.namespace.clone()]);
        Some(bench)
    }

    /// On a control plane, without a namespace yet.
    pub fn at(kubeconfig: &Path) -> Bench {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let directory = tempfile::tempdir().unwrap();
        let namespace = format!("t{}-{number}", std::process::id());
        let bench = Bench { kubeconfig: kubeconfig.to_owned(), namespace, directory, programs: programs() };
        bench.git(&["init", "-q", "."]);
        bench
    }

    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Writes a file; `NAMESPACE` in it is that of the test.
    pub fn write(&self, file: &str, text: &str) {
        let path = self.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text.replace("NAMESPACE", &self.namespace)).unwrap();
    }

    pub fn git(&self, arguments: &[&str]) {
        let who = ["-c", "user.name=A", "-c", "user.email=a@example.com"];
        let done = Command::new("git").current_dir(self.path()).args(who).args(arguments).output().unwrap();
        assert!(done.status.success(), "{done:?}");
    }

    /// Runs kubectl, which must go well; its output.
    #[track_caller]
    pub fn kubectl(&self, arguments: &[&str]) -> String {
        let done = self.kubectl_with(arguments, "");
        assert!(done.status.success(), "kubectl {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap()
    }

    /// Runs kubectl with a text on its standard input.
    pub fn kubectl_with(&self, arguments: &[&str], text: &str) -> Output {
        use std::io::Write;
        let mut child = Command::new(self.programs.join("kubectl"))
            .arg("--kubeconfig")
            .arg(&self.kubeconfig)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    }

    /// Runs kubectl with what is not finished in it.
    pub fn kubectl_alpha(&self, arguments: &[&str], text: &str) -> Output {
        let file = self.path().join(".git/input.yaml");
        fs::write(&file, text).unwrap();
        Command::new(self.programs.join("kubectl"))
            .env("KUBECTL_APPLYSET", "true")
            .arg("--kubeconfig")
            .arg(&self.kubeconfig)
            .args(arguments)
            .stdin(fs::File::open(file).unwrap())
            .output()
            .unwrap()
    }

    /// Applies the rendered directory on the side of the server, as a manager.
    #[track_caller]
    pub fn apply_as(&self, manager: &str, directory: &str) {
        let rendered = self.redisops(&["build", directory, "--no-validate"]);
        assert_eq!(rendered.code, 0, "{rendered:?}");
        let arguments = ["apply", "--server-side", "--force-conflicts", "--field-manager", manager, "-f", "-"];
        let done = self.kubectl_with(&arguments, &rendered.stdout);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }

    pub fn redisops(&self, arguments: &[&str]) -> Run {
        Run::of(self.command(arguments).output().unwrap())
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_redisops"));
        command.current_dir(self.path()).env("KUBECONFIG", &self.kubeconfig).env("HOME", self.path()).args(arguments);
        command
    }

    /// Compares with the cluster.
    pub fn diff(&self, arguments: &[&str]) -> Run {
        let mut all = vec!["diff", "--no-redis", "-o", "json"];
        all.extend(arguments);
        self.redisops(&all)
    }

    /// Gives an object a status, as its controller would.
    #[track_caller]
    pub fn status(&self, kind: &str, name: &str, status: &str) {
        let patch = format!("{{\"status\":{status}}}");
        self.kubectl(&[
            "-n",
            &self.namespace,
            "patch",
            kind,
            name,
            "--subresource=status",
            "--type=merge",
            "-p",
            &patch,
        ]);
    }

    /// Sees that there are so many nodes more, for pods that may not be together.
    pub fn nodes(&self, count: usize) {
        let one = |index: usize| {
            format!(
                "apiVersion: v1\nkind: Node\nmetadata: {{name: more-{index}, labels: {{kubernetes.io/hostname: more-{index}, topology.kubernetes.io/zone: zone-{}}}}}\n",
                index % 3 + 1
            )
        };
        let all: Vec<String> = (0..count).map(one).collect();
        let done = self.kubectl_with(&["apply", "-f", "-"], &all.join("---\n"));
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }

    /// Takes another namespace for objects that name none.
    pub fn move_to(&mut self, namespace: &str) {
        let text = fs::read_to_string(&self.kubeconfig).unwrap();
        let path = self.path().join(".git/kubeconfig");
        fs::write(&path, text.replace("namespace: default", &format!("namespace: {namespace}"))).unwrap();
        self.kubeconfig = path;
    }

    /// Makes volumes of a class, which claims are bound to; they go with the test.
    pub fn volumes(&self, class: &str, count: usize) {
        let one = |index: usize| {
            let name = format!("{}-{}-{index}", self.namespace, NUMBER.fetch_add(1, Ordering::Relaxed));
            format!(
                "apiVersion: v1\nkind: PersistentVolume\nmetadata: {{name: {name}, labels: {{test: {}}}}}\nspec:\n  capacity: {{storage: 1Ti}}\n  \
                 accessModes: [ReadWriteOnce]\n  persistentVolumeReclaimPolicy: Retain\n  storageClassName: \"{class}\"\n  hostPath: {{path: /nowhere}}\n",
                self.namespace
            )
        };
        let all: Vec<String> = (0..count).map(one).collect();
        let done = self.kubectl_with(&["create", "-f", "-"], &all.join("---\n"));
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }

    /// Waits until a pod runs.
    #[track_caller]
    pub fn wait_for_pod(&self, pod: &str) {
        let begin = std::time::Instant::now();
        let arguments = ["-n", &self.namespace, "get", "pod", pod, "-o", "jsonpath={.status.phase}"];
        while self.kubectl_with(&arguments, "").stdout != b"Running" {
            assert!(begin.elapsed() < std::time::Duration::from_secs(60), "pod {pod} never runs");
            std::thread::sleep(std::time::Duration::from_millis(200));
        }
    }

    /// A kubeconfig of a user with some rights only, given as a list of rules in YAML.
    pub fn user(&self, rules: &str) -> PathBuf {
        let namespace = &self.namespace;
        let objects = format!(
            "apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: user, namespace: {namespace}}}\n---\n\
             apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {{name: user, namespace: {namespace}}}\nrules:\n{rules}\n---\n\
             apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {{name: user, namespace: {namespace}}}\n\
             roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, name: user}}\nsubjects: [{{kind: ServiceAccount, name: user, namespace: {namespace}}}]\n"
        );
        let done = self.kubectl_with(&["apply", "-f", "-"], &objects);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let token = self.kubectl(&["create", "token", "user", "-n", namespace]);
        self.with_token(token.trim())
    }

    /// An authority that only its file knows: where its key and its certificate are.
    pub fn authority(&self, name: &str, more: &[&str]) -> (PathBuf, PathBuf) {
        let at = |ending: &str| self.path().join(".git").join(format!("{name}.{ending}"));
        let (key, certificate) = (at("key"), at("crt"));
        let made = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj"])
            .arg(format!("/CN={name}"))
            .args(more)
            .arg("-keyout")
            .arg(&key)
            .arg("-out")
            .arg(&certificate)
            .output()
            .unwrap();
        assert!(made.status.success(), "{made:?}");
        (key, certificate)
    }

    /// The kubeconfig with another token.
    pub fn with_token(&self, token: &str) -> PathBuf {
        let text = fs::read_to_string(&self.kubeconfig).unwrap();
        let start = text.find("token: ").unwrap() + "token: ".len();
        let end = start + text[start..].find('}').unwrap();
        let path = self.path().join(".git").join(format!("kubeconfig-{}", NUMBER.fetch_add(1, Ordering::Relaxed)));
        fs::write(&path, format!("{}{token}{}", &text[..start], &text[end..])).unwrap();
        path
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        let label = format!("test={}", self.namespace);
        let _ = self.kubectl_with(&["delete", "persistentvolume", "-l", &label, "--wait=false"], "");
        let _ = self.kubectl_with(&["delete", "namespace", &self.namespace, "--wait=false", "--ignore-not-found"], "");
    }
}
