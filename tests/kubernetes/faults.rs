//! A server that dies, comes back, or is overrun in the middle.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Bench, kubeconfig, programs};

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A control plane of its own; without controllers, unless it is a whole one.
pub struct Own {
    run: tempfile::TempDir,
    mode: &'static str,
    port: u16,
    etcd: u16,
    arguments: String,
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/testbed").join(name)
}

impl Own {
    fn start() -> Own {
        Own::with("")
    }

    /// With further arguments of the API server.
    fn with(arguments: &str) -> Own {
        let run = tempfile::tempdir().unwrap();
        // Ports of their own for tests of one process, and of processes beside it.
        let turn = NEXT.fetch_add(1, Ordering::Relaxed) * 500 + std::process::id();
        let port = 25_000 + (turn % 1500) as u16 * 4;
        let own = Own { run, mode: "core", port, etcd: port + 2, arguments: arguments.to_owned() };
        assert!(own.up(false), "no control plane on port {port}");
        own
    }

    /// With controllers, a scheduler, and pods whose ports lead somewhere.
    pub fn whole() -> Own {
        let run = tempfile::tempdir().unwrap();
        let port = 31_000 + (std::process::id() % 250) as u16 * 6;
        let own = Own { run, mode: "full", port, etcd: port + 4, arguments: String::new() };
        assert!(own.up(false), "no control plane on port {port}");
        own
    }

    fn path(&self) -> PathBuf {
        self.run.path().join("run")
    }

    fn up(&self, again: bool) -> bool {
        let mut command = Command::new(script("up.sh"));
        command.arg(self.mode).env("RUN", self.path()).env("KUBEBUILDER_ASSETS", programs());
        command.env("API_PORT", self.port.to_string()).env("ETCD_PORT", self.etcd.to_string());
        command.env("API_ARGS", &self.arguments);
        if again {
            command.env("KEEP_STATE", "1");
        }
        command.output().unwrap().status.success()
    }

    pub fn kubeconfig(&self) -> PathBuf {
        self.path().join("kubeconfig")
    }

    fn kill_server(&self) {
        self.kill_one();
    }

    /// Kills the API server; how it was started.
    fn kill_one(&self) -> Vec<String> {
        let pid = std::fs::read_to_string(self.path().join("apiserver.pid")).unwrap();
        let words = std::fs::read_to_string(format!("/proc/{}/cmdline", pid.trim())).unwrap();
        assert!(Command::new("kill").args(["-KILL", pid.trim()]).status().unwrap().success());
        while TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
            thread::sleep(Duration::from_millis(20));
        }
        words.trim_end_matches('\0').split('\0').map(str::to_owned).collect()
    }

    /// Kills the API server and nothing else; it stays away until it is let back.
    pub fn cut_off(&self) -> Absent<'_> {
        Absent { own: self, words: self.kill_one() }
    }

    fn down(&self, keep: bool) {
        let mut command = Command::new(script("down.sh"));
        command.env("RUN", self.path());
        if keep {
            command.env("KEEP", "1");
        }
        command.output().unwrap();
    }
}

/// An API server that was killed, while all that works with it lives on.
pub struct Absent<'o> {
    own: &'o Own,
    words: Vec<String>,
}

impl Absent<'_> {
    /// Starts it again, as it was.
    #[allow(clippy::zombie_processes, reason = "it goes on; whoever ends the control plane ends it")]
    pub fn back(self) {
        let log = std::fs::OpenOptions::new().append(true).open(self.own.path().join("apiserver.log")).unwrap();
        let mut command = Command::new(&self.words[0]);
        command.args(&self.words[1..]).stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        let child = command.spawn().unwrap();
        // Who ends the control plane ends it by this.
        std::fs::write(self.own.path().join("apiserver.pid"), child.id().to_string()).unwrap();
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        self.down(false);
    }
}

fn objects(count: usize) -> String {
    let one = |index: usize| {
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c{index}, namespace: default}}\ndata: {{a: b}}\n")
    };
    (0..count).map(one).collect::<Vec<_>>().join("---\n")
}

#[test]
fn a_server_that_dies_and_comes_back_is_waited_for_and_one_that_stays_away_is_told() {
    if kubeconfig().is_none() {
        return;
    }
    let own = Own::start();
    let bench = Bench::at(&own.kubeconfig());
    bench.write("prod/all.yaml", &objects(300));
    bench.apply_as("redisops", "prod/all.yaml");
    assert_eq!(bench.diff(&["prod/all.yaml"]).code, 0);
    let mut running = bench.command(&["diff", "--no-redis", "-o", "json", "--exact", "prod/all.yaml"]);
    let running = running.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    thread::sleep(Duration::from_millis(100));
    own.kill_server();
    own.down(true);
    assert!(own.up(true), "it does not come back");
    let done = running.wait_with_output().unwrap();
    let report: Value = serde_json::from_slice(&done.stdout).unwrap();
    // Wherever it was hit: all objects are there, clean or with the reason.
    let changes = report["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 300, "{report}");
    let lost = changes.iter().filter(|it| it["error"] != Value::Null).count();
    assert_eq!(done.status.code(), Some(if lost > 0 { 2 } else { 0 }), "{lost} lost");
    assert_eq!(report["summary"]["unchanged"], 300 - lost);
    own.kill_server();
    let run = bench.diff(&["prod/all.yaml"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("redisops::kubernetes::unreachable"), "{}", run.stderr);
    own.down(true);
    assert!(own.up(true), "it does not come back");
    let run = bench.diff(&["prod/all.yaml"]);
    assert_eq!((run.code, &run.json()["summary"]["unchanged"]), (0, &json!(300)), "{run:?}");
}

#[test]
fn a_storm_of_refusals_passes() {
    if kubeconfig().is_none() {
        return;
    }
    // A server that sends away whatever comes beside one other request, as an overrun one does; administrators are let through.
    let own =
        Own::with("--enable-priority-and-fairness=false --max-requests-inflight=1 --max-mutating-requests-inflight=1");
    let bench = Bench::at(&own.kubeconfig());
    bench.kubectl(&["create", "namespace", &bench.namespace.clone()]);
    bench.write("prod/all.yaml", &objects(60).replace("namespace: default", "namespace: NAMESPACE"));
    bench.apply_as("redisops", "prod/all.yaml");
    let user = bench.user("- {apiGroups: ['*'], resources: ['*'], verbs: [get, list, patch]}");
    let arguments = ["prod/all.yaml", "--exact", "--kubeconfig", user.to_str().unwrap()];
    // Several at once, each with many dry runs.
    let runs: Vec<_> = thread::scope(|scope| {
        let all: Vec<_> = (0..3).map(|_| scope.spawn(|| bench.diff(&arguments))).collect();
        all.into_iter().map(|it| it.join().unwrap()).collect()
    });
    for run in runs {
        assert_eq!((run.code, &run.json()["summary"]["unchanged"]), (0, &json!(60)), "{run:?}");
    }
    let metrics = bench.kubectl(&["get", "--raw", "/metrics"]);
    assert!(metrics.lines().any(|line| line.contains("\"429\"")), "nothing was sent away");
}

#[test]
fn a_token_that_is_taken_away_in_the_middle_is_told_and_hides_nothing() {
    let Some(bench) = Bench::new() else { return };
    bench.write("prod/kustomization.yaml", "namespace: NAMESPACE\nresources: [all.yaml]\n");
    bench.write("prod/all.yaml", &objects(5).replace(", namespace: default", ""));
    bench.apply_as("redisops", "prod");
    let user = bench.user("- {apiGroups: ['*'], resources: ['*'], verbs: [get, list, patch]}");
    let mut running = bench.command(&[
        "diff",
        "prod",
        "--no-redis",
        "-o",
        "json",
        "--watch=1s",
        "--kubeconfig",
        user.to_str().unwrap(),
    ]);
    let mut running = running.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut reports = serde_json::Deserializer::from_reader(running.stdout.take().unwrap()).into_iter::<Value>();
    let clean = reports.next().unwrap().unwrap();
    assert_eq!(clean["summary"]["unchanged"], 5, "{clean}");
    bench.kubectl(&["-n", &bench.namespace.clone(), "delete", "serviceaccount", "user"]);
    // The server remembers for some seconds whom it has let in.
    let refused = reports.next().unwrap().unwrap();
    let changes = refused["changes"].as_array().unwrap();
    assert_eq!((changes.len(), &changes[0]["error"]["code"]), (5, &json!("unauthorized")), "{refused}");
    assert!(Command::new("kill").args(["-TERM", &running.id().to_string()]).status().unwrap().success());
    assert_eq!(running.wait().unwrap().code(), Some(2));
}

fn apply(bench: &Bench, directory: &str, kubeconfig: &Path, timeout: &str) -> Child {
    let mut command = bench.command(&["apply", directory, "--yes", "-o", "json", "--timeout", timeout]);
    command.arg("--kubeconfig").arg(kubeconfig);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Waits until a run has told of so many objects; what it tells then goes on being read.
fn told(child: &mut Child, objects: usize) -> thread::JoinHandle<String> {
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    let begin: Vec<String> = lines.by_ref().take(objects).collect();
    assert_eq!(begin.len(), objects, "{begin:?}");
    thread::spawn(move || begin.into_iter().chain(lines).collect::<Vec<_>>().join("\n"))
}

#[test]
fn a_server_that_is_killed_in_the_middle_of_an_apply_is_waited_for() {
    if kubeconfig().is_none() {
        return;
    }
    let own = Own::start();
    let bench = Bench::at(&own.kubeconfig());
    bench.write("prod/kustomization.yaml", "resources: [all.yaml]\n");
    bench.write("prod/all.yaml", &objects(400));
    let mut child = apply(&bench, "prod", &bench.kubeconfig, "5m");
    let running = told(&mut child, 60);
    own.kill_server();
    own.down(true);
    // Longer than a request is tried.
    thread::sleep(Duration::from_secs(7));
    assert!(own.up(true), "it does not come back");
    let done = child.wait_with_output().unwrap();
    let said = running.join().unwrap();
    assert_eq!(done.status.code(), Some(0), "{said}");
    for part in ["the API server does not answer (", "the API server answers again, after "] {
        assert!(said.contains(part), "{said}");
    }
    assert_eq!(bench.diff(&["prod"]).code, 0);
    assert_eq!(bench.kubectl(&["get", "lease", "-o", "name"]), "");
    // Only for as long as the user said; then it is told what was done.
    bench.write("prod/all.yaml", &objects(400).replace("a: b", "a: e"));
    let mut child = apply(&bench, "prod", &bench.kubeconfig, "2s");
    let told = told(&mut child, 20);
    own.kill_server();
    let done = child.wait_with_output().unwrap();
    let told = told.join().unwrap();
    assert_eq!(done.status.code(), Some(2), "{told}");
    assert!(told.contains("redisops::apply::unreachable") && told.contains("waiting for it, "), "{told}");
    let report: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert!(report["summary"]["changed"].as_u64() >= Some(20), "{report}");
    own.down(true);
    assert!(own.up(true), "it does not come back");
    bench.kubectl(&["delete", "lease", "--all"]);
    let run = bench.redisops(&["apply", "prod", "--yes", "-o", "json"]);
    assert_eq!((run.code, &run.json()["summary"]["failed"]), (0, &json!(0)), "{run:?}");
    let run = bench.redisops(&["apply", "prod", "--yes", "-o", "json"]);
    assert_eq!(run.json()["summary"]["unchanged"], 400);
}

#[test]
fn a_server_that_lets_few_requests_in_is_asked_until_all_is_applied() {
    if kubeconfig().is_none() {
        return;
    }
    let own =
        Own::with("--enable-priority-and-fairness=false --max-requests-inflight=2 --max-mutating-requests-inflight=1");
    let bench = Bench::at(&own.kubeconfig());
    let sets = ["one", "two", "three", "four"];
    for set in sets {
        bench.write(&format!("{set}/all.yaml"), &objects(60).replace("name: c", &format!("name: {set}-c")));
        bench.write(&format!("{set}/kustomization.yaml"), "resources: [all.yaml]\n");
    }
    // Whoever belongs to the masters of the system is never refused.
    let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: many, namespace: default}\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\n\
                   metadata: {name: many}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}\n\
                   subjects: [{kind: ServiceAccount, name: many, namespace: default}]\n";
    assert!(bench.kubectl_with(&["apply", "-f", "-"], account).status.success());
    let token = bench.kubectl(&["create", "token", "many", "-n", "default"]);
    let user = bench.with_token(token.trim());
    let all: Vec<Child> = sets.iter().map(|set| apply(&bench, set, &user, "10m")).collect();
    for child in all {
        let done = child.wait_with_output().unwrap();
        assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
        let report: Value = serde_json::from_slice(&done.stdout).unwrap();
        assert_eq!(report["summary"]["created"], 60, "{report}");
    }
    let metrics = bench.kubectl(&["get", "--raw", "/metrics"]);
    let is_refusal = |line: &&str| {
        line.starts_with("apiserver_dropped_requests_total{")
            || (line.starts_with("apiserver_request_terminations_total{") && line.contains("code=\"429\""))
    };
    let refused: f64 =
        metrics.lines().filter(is_refusal).filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum();
    assert!(
        refused > 0.0,
        "the server has refused nothing: {}",
        metrics.lines().filter(|line| line.contains("429")).collect::<Vec<_>>().join("\n")
    );
}
