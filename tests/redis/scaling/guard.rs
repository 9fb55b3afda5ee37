//! With a real API server: what a raw apply may not do, what the commands say on the StatefulSet, and what may be done then.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::TestCluster;

use super::Fleet;

const VARIABLE: &str = "REDISOPS_TEST_KUBECONFIG";

/// A namespace on the control plane.
pub struct Space {
    pub kubeconfig: PathBuf,
    pub kubectl: PathBuf,
    pub name: String,
    pub directory: tempfile::TempDir,
}

impl Space {
    fn new() -> Option<Space> {
        Space::named("guard")
    }

    #[allow(clippy::print_stderr, reason = "whoever runs the tests is told")]
    pub fn named(test: &str) -> Option<Space> {
        let Some(kubeconfig) = std::env::var_os(VARIABLE).map(PathBuf::from) else {
            eprintln!("not run: {VARIABLE} names no control plane; start one with tests/testbed/up.sh full");
            return None;
        };
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let told = Command::new(root.join("ci/setup")).arg("--kubernetes").output().expect("it runs");
        let kubectl = Path::new(String::from_utf8(told.stdout).expect("a path").trim()).join("kubectl");
        let name = format!("scaling-{test}-{}", std::process::id());
        let space = Space { kubeconfig, kubectl, name, directory: tempfile::tempdir().expect("a folder") };
        space.run(&["create", "namespace", &space.name]).expect("a namespace");
        Some(space)
    }

    pub fn run(&self, arguments: &[&str]) -> Result<String, String> {
        let mut command = Command::new(&self.kubectl);
        command.arg("--kubeconfig").arg(&self.kubeconfig).args(["-n", &self.name]).args(arguments);
        let ran = command.stdin(Stdio::null()).output().expect("kubectl runs");
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        if ran.status.success() { Ok(text(ran.stdout)) } else { Err(text(ran.stderr)) }
    }

    /// Applies objects as they are written.
    #[track_caller]
    pub fn create(&self, objects: &str) {
        let file = self.directory.path().join("made.yaml");
        std::fs::write(&file, objects).expect("a file");
        self.run(&["apply", "-f", &file.display().to_string()]).expect("they are created");
    }

    /// Renders a cluster of that size and applies it as anybody would.
    fn apply(&self, nodes: usize) -> Result<String, String> {
        let at = self.directory.path();
        let redis = format!(
            "apiVersion: redisops.dev/v1alpha1\nkind: Redis\nmetadata: {{name: cache}}\nspec:\n  architecture: cluster\n  auth: {{enabled: false}}\n  \
             persistence: {{enabled: false}}\n  cluster: {{nodes: {nodes}, replicas: 1, hooks: {{image: a/redisops:1}}}}\n"
        );
        std::fs::write(at.join("redis.yaml"), redis).expect("a file");
        let kustomization = format!("namespace: {}\nresources: [redis.yaml]\n", self.name);
        std::fs::write(at.join("kustomization.yaml"), kustomization).expect("a file");
        let built = Command::new(crate::support::binary()).arg("build").arg(at).output().expect("it runs");
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        let file = at.join("objects.yaml");
        std::fs::write(&file, built.stdout).expect("a file");
        let told = self.run(&["create", "--dry-run=client", "-o", "json", "-f", &file.display().to_string()])?;
        let objects = serde_json::Deserializer::from_str(&told).into_iter::<Value>().map(|one| one.expect("an object"));
        // Argo CD makes hooks itself, when it is time for them.
        let (jobs, others): (Vec<Value>, Vec<Value>) = objects.partition(|object| object["kind"] == "Job");
        std::fs::write(at.join("jobs.json"), Value::from(jobs).to_string()).expect("a file");
        let file = at.join("objects.json");
        let list = serde_json::json!({"apiVersion": "v1", "kind": "List", "items": others});
        std::fs::write(&file, list.to_string()).expect("a file");
        self.run(&["apply", "--server-side", "--force-conflicts", "-f", &file.display().to_string()])
    }

    /// Puts the guard of a `kind: Redis` before a StatefulSet, and waits until the server heeds it.
    fn guard(&self, set: &str) {
        let at = self.directory.path().join("guard");
        std::fs::create_dir_all(&at).expect("a folder");
        let redis = "apiVersion: redisops.dev/v1alpha1\nkind: Redis\nmetadata: {name: cache}\nspec:\n  architecture: cluster\n  auth: {enabled: false}\n";
        std::fs::write(at.join("redis.yaml"), redis).expect("a file");
        let kustomization = format!("namespace: {}\nresources: [redis.yaml]\n", self.name);
        std::fs::write(at.join("kustomization.yaml"), kustomization).expect("a file");
        let built = Command::new(crate::support::binary()).arg("build").arg(&at).output().expect("it runs");
        let built = String::from_utf8(built.stdout).expect("a text").replace("cache-node", set);
        let guards = built
            .split("---\n")
            .filter(|text| text.contains("kind: ValidatingAdmissionPolicy") && !text.contains("subresource-guard"));
        let guards: Vec<&str> = guards.collect();
        assert_eq!(guards.len(), 2, "a policy and its binding: {built}");
        let file = at.join("objects.yaml");
        std::fs::write(&file, guards.join("---\n")).expect("a file");
        self.run(&["apply", "-f", &file.display().to_string()]).expect("it is created");
        let set = format!("statefulset/{set}");
        let less = ["patch", &set, "--type", "merge", "-p", "{\"spec\":{\"replicas\":1}}", "--dry-run=server"];
        let begin = std::time::Instant::now();
        while self.run(&less).is_ok() {
            assert!(begin.elapsed() < std::time::Duration::from_secs(30), "nobody refuses");
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
    }

    /// Deletes the guards, as one who deletes all of a system does.
    fn unguard(&self) {
        let binding = "validatingadmissionpolicybinding";
        for (kind, of) in [(binding, "cache-node"), (binding, "cache"), ("validatingadmissionpolicy", "cache")] {
            for guard in ["scale-guard", "scale-subresource-guard"] {
                let _ = self.run(&["delete", kind, &format!("{}-{of}-{guard}", self.name)]);
            }
        }
    }

    /// Makes the StatefulSet as large as that without the command for it.
    fn grow(&self, replicas: usize) {
        let patch = format!("{{\"spec\":{{\"replicas\":{replicas}}}}}");
        self.run(&["patch", "statefulset/cache-node", "--type", "merge", "-p", &patch]).expect("it may grow");
    }

    /// What the server says when it refuses; it needs a moment to know a policy.
    fn denied(&self, what: &dyn Fn() -> Result<String, String>) -> String {
        for _ in 0..100 {
            match what() {
                Err(said) if said.contains("are not drained") || said.contains("no params found") => return said,
                Err(said) => panic!("{said}"),
                Ok(_) => {
                    self.grow(8);
                    std::thread::sleep(std::time::Duration::from_millis(100));
                }
            }
        }
        panic!("nobody refuses");
    }

    /// What a hook Job is told to do, as its account: the arguments of its container, and a kubeconfig with a token of the account.
    fn hook(&self, verb: &str) -> (Vec<String>, PathBuf) {
        let at = self.directory.path();
        let jobs: Value =
            serde_json::from_slice(&std::fs::read(at.join("jobs.json")).expect("a file")).expect("objects");
        let job = jobs.as_array().expect("jobs").iter().find(|job| {
            job["metadata"]["annotations"]["argocd.argoproj.io/hook"]
                == if verb == "drain" { "PreSync" } else { "PostSync" }
        });
        let pod = &job.expect("a hook")["spec"]["template"]["spec"];
        let arguments = pod["containers"][0]["args"].as_array().expect("arguments");
        let arguments =
            arguments.iter().map(|one| one.as_str().expect("a text").replace("$(POD_NAMESPACE)", &self.name));
        let account = pod["serviceAccountName"].as_str().expect("an account");
        let token = self.run(&["create", "token", account]).expect("a token");
        let told = self.run(&["config", "view", "--raw", "--minify", "-o", "json"]).expect("a kubeconfig");
        let mut config: Value = serde_json::from_str(&told).expect("a kubeconfig");
        config["users"][0]["user"] = serde_json::json!({ "token": token.trim() });
        let file = at.join("hook.kubeconfig");
        std::fs::write(&file, config.to_string()).expect("a file");
        (arguments.collect(), file)
    }

    fn set(&self) -> Value {
        let text = self.run(&["get", "statefulset/cache-node", "-o", "json"]).expect("it is there");
        serde_json::from_str(&text).expect("an object")
    }
}

impl Drop for Space {
    fn drop(&mut self) {
        self.unguard();
        let _ = self.run(&["delete", "namespace", &self.name, "--wait=false"]);
    }
}

#[test]
fn the_server_refuses_to_shrink_what_is_not_drained() {
    let Some(space) = Space::new() else { return };
    let cluster = TestCluster::start(4, 1, 0);
    cluster.fill(500);
    let fleet = Fleet::new(&cluster, &[1, 5, 2, 6, 3, 7, 4, 8], false);
    space.apply(8).expect("it is created");
    let scale = |replicas: &str| space.run(&["scale", "statefulset/cache-node", "--replicas", replicas]);
    space.denied(&|| scale("6"));
    let said = space.denied(&|| space.apply(6));
    assert!(said.contains("may not go from 8 to 6 pods") && said.contains("redisops cluster drain"), "{said}");
    assert_eq!(space.set()["spec"]["replicas"], 8, "nothing has changed");

    // As Argo CD would run it: what the Job says, with the rights of its account; only where pods are reached is another place here.
    let named = |command: &str, nodes: &str| {
        let (mut all, kubeconfig) = space.hook(command);
        let at = all.iter().position(|word| word == "--nodes").expect("the number of nodes");
        assert_eq!(all[at + 1], nodes);
        all.extend([
            "--kubeconfig".to_owned(),
            kubeconfig.display().to_string(),
            "--latency-budget".to_owned(),
            "off".to_owned(),
        ]);
        for pod in 0..8 {
            all.extend(["--pod".to_owned(), format!("cache-node-{pod}={}", fleet.node(pod).address())]);
        }
        cluster.redisops(&all.iter().map(String::as_str).collect::<Vec<_>>())
    };
    named("drain", "6").expect(0);
    fleet.assert_shape(6, 3, 1);
    fleet.assert_left(6..8);
    assert_eq!(space.set()["metadata"]["annotations"]["redisops.dev/drained-to"], "6");
    space.denied(&|| scale("4"));
    assert_eq!(space.set()["spec"]["replicas"], 8, "nothing has changed");
    space.apply(6).expect("it is drained");
    assert_eq!(space.set()["spec"]["replicas"], 6);

    // Once nodes are needed again it may not shrink without another drain.
    space.apply(8).expect("it may grow");
    named("join", "8").expect(0);
    fleet.assert_shape(8, 4, 1);
    space.denied(&|| scale("6"));
    space.denied(&|| space.apply(6));
    assert_eq!(space.set()["spec"]["replicas"], 8, "nothing has changed");
}

/// API servers do not follow parameters of their own kinds any more once the last policy with such ones is gone: a guard that comes back must not know the
/// annotations of yesterday.
#[test]
fn a_guard_that_was_deleted_and_comes_back_refuses_again() {
    let Some(space) = Space::named("again") else { return };
    let scale = |replicas: &str| space.run(&["scale", "statefulset/cache-node", "--replicas", replicas]);
    let drained = |to: &str| {
        space.run(&["annotate", "--overwrite", "statefulset/cache-node", &format!("redisops.dev/drained-to{to}")])
    };
    space.apply(8).expect("it is created");
    for _ in 0..2 {
        space.denied(&|| space.apply(6));
        space.denied(&|| scale("6"));
        // What is drained may shrink by its manifest, whatever the server knows of parameters.
        drained("=6").expect("an annotation");
        space.apply(6).expect("it is drained");
        assert_eq!(space.set()["spec"]["replicas"], 6);
        space.unguard();
        space.run(&["delete", "statefulset/cache-node"]).expect("it goes");
        // The new one has been drained by nobody.
        space.apply(8).expect("it is created");
    }
    space.denied(&|| scale("6"));
    space.denied(&|| space.apply(6));
    assert_eq!(space.set()["spec"]["replicas"], 8, "nothing has changed");
    // Others are no business of the guard.
    let other = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: other}\nspec:\n  replicas: 3\n  serviceName: other\n  selector: {matchLabels: {app: other}}\n  \
                 template:\n    metadata: {labels: {app: other}}\n    spec: {containers: [{name: a, image: a}]}\n";
    let file = space.directory.path().join("other.yaml");
    std::fs::write(&file, other).expect("a file");
    space.run(&["apply", "-f", &file.display().to_string()]).expect("another set");
    space.run(&["scale", "statefulset/other", "--replicas", "1"]).expect("nobody minds");
    space
        .run(&["patch", "statefulset/other", "--type", "merge", "-p", "{\"spec\":{\"replicas\":0}}"])
        .expect("nobody minds");
}

/// A repository with one environment, whose StatefulSet is a cluster on these nodes.
pub fn repository(space: &Space, fleet: &Fleet<'_>, nodes: usize) {
    let at = space.directory.path();
    let write = |file: &str, text: String| {
        let path = at.join(file);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    };
    let map: String =
        (0..fleet.pods()).map(|pod| format!("        cache-{pod}: \"{}\"\n", fleet.node(pod).address())).collect();
    write(
        "environments/prod.yaml",
        format!(
            "apiVersion: redisops.dev/v1alpha1\nkind: Environment\nmetadata: {{name: prod}}\nspec:\n  overlay: overlays/prod\n  kubernetes: {{namespace: {}, kubeconfig: {}}}\n  \
             redis:\n  - name: cache\n    workload: StatefulSet/cache\n    topology: {{mode: cluster}}\n    access:\n      mode: map\n      map:\n{map}  guards: {{latencyBudget: \"off\"}}\n",
            space.name,
            space.kubeconfig.display()
        ),
    );
    write("overlays/prod/kustomization.yaml", "resources: [cache.yaml]\n".to_owned());
    write(
        "overlays/prod/cache.yaml",
        format!(
            "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {{name: cache, labels: {{redisops.dev/cluster: cache}}}}\nspec:\n  replicas: {nodes}\n  podManagementPolicy: Parallel\n  serviceName: cache\n  selector: {{matchLabels: {{app: cache}}}}\n  \
             template:\n    metadata: {{labels: {{app: cache}}}}\n    spec: {{containers: [{{name: redis, image: redis}}]}}\n"
        ),
    );
}

/// No replica stands in the zone of its master, if pods are spread so that this can be.
fn assert_zones(space: &Space, fleet: &Fleet<'_>) {
    let list = |kind: &str| -> Vec<Value> {
        let text = space.run(&["get", kind, "-o", "json"]).expect("objects");
        serde_json::from_str::<Value>(&text).expect("a list")["items"].as_array().expect("items").clone()
    };
    let machines = list("nodes");
    let label = |machine: &Value| machine["metadata"]["labels"]["topology.kubernetes.io/zone"].clone();
    let zone_of = |pod: &Value| {
        let machine = machines.iter().find(|machine| machine["metadata"]["name"] == pod["spec"]["nodeName"]);
        machine.map(label).unwrap_or_default()
    };
    let zones: std::collections::BTreeMap<String, Value> = list("pods")
        .iter()
        .map(|pod| (pod["metadata"]["name"].as_str().expect("a name").to_owned(), zone_of(pod)))
        .collect();
    let most = zones.values().map(|zone| zones.values().filter(|other| *other == zone).count()).max().expect("pods");
    if most > 6 || zones.values().any(Value::is_null) {
        return;
    }
    let ids: Vec<String> = (0..12).map(|pod| fleet.node(pod).id().to_string()).collect();
    for line in fleet.view(0) {
        let pod = |id: &str| format!("cache-{}", ids.iter().position(|known| known == id).expect("a pod"));
        if let Some(master) = &line.master {
            let (own, other) = (pod(line.id.as_str()), pod(master.as_str()));
            assert_ne!(zones[&own], zones[&other], "{own} copies {other}: {zones:?}");
        }
    }
}

#[test]
fn an_apply_brings_pods_and_nodes_to_another_size_together() {
    let Some(space) = Space::named("apply") else { return };
    let cluster = TestCluster::start(3, 1, 6);
    cluster.fill(1_000);
    let before = cluster.digest();
    let fleet = Fleet::new(&cluster, &[5, 1, 6, 3, 2, 4, 9, 7, 12, 8, 11, 10], false);
    fleet.expel(6..12);
    let redisops = |arguments: &[&str]| {
        let ran = Command::new(crate::support::binary())
            .args(arguments)
            .current_dir(space.directory.path())
            .stdin(Stdio::null())
            .output()
            .expect("it runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (ran.status.code(), text(&ran.stdout), text(&ran.stderr))
    };
    let replicas = || {
        let text = space.run(&["get", "statefulset/cache", "-o", "json"]).expect("it is there");
        serde_json::from_str::<Value>(&text).expect("an object")["spec"]["replicas"].clone()
    };
    let apply = |nodes: usize| {
        repository(&space, &fleet, nodes);
        let (code, stdout, stderr) = redisops(&["apply", "prod", "--yes", "-o", "json"]);
        assert_eq!(code, Some(0), "{stdout}\n{stderr}");
        assert_eq!(replicas(), nodes);
    };
    apply(6);
    fleet.assert_shape(6, 3, 1);
    apply(12);
    fleet.assert_shape(12, 6, 1);
    assert_zones(&space, &fleet);
    fleet.hand_over(&[0, 1, 2, 3, 4, 5]);
    repository(&space, &fleet, 6);
    // From here on the server refuses a plain apply: that is no obstacle for one that drains first.
    space.guard("cache");
    let result = |stdout: &str| {
        let report: Value = serde_json::from_str(stdout).expect("a report");
        let steps = report["steps"].as_array().expect("steps").clone();
        let of_set = steps.into_iter().filter(|step| step["resource"]["kind"] == "StatefulSet");
        of_set.map(|step| step["result"].as_str().expect("a word").to_owned()).collect::<Vec<_>>()
    };
    let rehearsed = ["apply", "prod", "--dry-run=server", "-o", "json"];
    let (code, stdout, stderr) = redisops(&rehearsed);
    assert_eq!((code, result(&stdout)), (Some(0), vec!["changed".to_owned()]), "{stdout}\n{stderr}");
    assert!(stderr.contains("it refuses them until their nodes are drained, which an apply does first"), "{stderr}");
    // Who does not say how the nodes are reached is told before anything is tried that this would be needed.
    let environment = space.directory.path().join("environments/prod.yaml");
    let text = std::fs::read_to_string(&environment).expect("a file");
    let bare =
        format!("{}{}", &text[..text.find("  redis:").expect("entries")], "  guards: {latencyBudget: \"off\"}\n");
    std::fs::write(&environment, bare).expect("a file");
    for arguments in [&rehearsed[..], &["apply", "prod", "--yes", "-o", "json"]] {
        let (code, stdout, stderr) = redisops(arguments);
        assert_eq!((code, result(&stdout)), (Some(2), vec!["failed".to_owned()]), "{stdout}\n{stderr}");
        assert!(stderr.contains("nobody says how its Redis nodes are reached"), "{stderr}");
        assert!(stderr.contains("describe it in `spec.redis` of the environment"), "{stderr}");
        assert_eq!(replicas(), 12);
    }
    std::fs::write(&environment, text).expect("a file");
    let (code, stdout, stderr) = redisops(&["plan", "prod", "-o", "json"]);
    assert_eq!(code, Some(0), "{stderr}");
    let plan: Value = serde_json::from_str(&stdout).expect("a plan");
    let actions: Vec<&str> =
        plan["steps"].as_array().expect("steps").iter().map(|step| step["action"].as_str().expect("a word")).collect();
    assert_eq!(actions.last(), Some(&"update"), "the StatefulSet comes last: {actions:?}");
    // Who copies whom after the hand-overs is up to the servers, so replicas may be where they belong already.
    assert!(actions.contains(&"forget"), "{actions:?}");
    assert!(actions.contains(&"move") || actions.contains(&"failover"), "{actions:?}");
    assert_eq!(plan["steps"][0]["redis"], "cache");
    apply(6);
    fleet.assert_shape(6, 3, 1);
    fleet.assert_left(6..12);
    assert_eq!(cluster.digest().differences(&before), Vec::<String>::new());
    // Once more there is nothing to do.
    apply(6);
    let (code, _, stderr) = redisops(&["plan", "prod", "--exit-code"]);
    assert_eq!(code, Some(0), "{stderr}");
}
