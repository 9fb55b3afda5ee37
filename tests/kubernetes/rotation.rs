//! Passwords that are replaced while clients use the old one and the new one: nobody is refused.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::forward::ENVIRONMENT;
use crate::kubelet::{Kubelet, log_of};
use crate::logins::{Logins, Writer, is_refusal, login};
use crate::support::Bench;

const REDIS: &str = "\
apiVersion: redisops.dev/v1alpha1
kind: Redis
metadata: {name: cache}
spec:
  architecture: sentinel
  image: redis:7.0.15
  auth: {existingSecret: cache-auth}
  persistence: {enabled: false}
  replica: {replicaCount: 3}
  sentinel: {quorum: 2}
  configuration: |
    repl-diskless-sync-delay 0
";

const CLUSTER: &str = "\
apiVersion: redisops.dev/v1alpha1
kind: Redis
metadata: {name: cache}
spec:
  architecture: cluster
  image: redis:7.0.15
  auth: {existingSecret: cache-auth}
  acl:
    users:
    - {name: app, existingSecret: app-auth, rules: '~* &* +@all -@dangerous'}
  persistence: {size: 1Gi}
  cluster: {nodes: 6, replicas: 1}
  configuration: |
    repl-diskless-sync-delay 0
";

const SECRET: &str = "\
apiVersion: v1
kind: Secret
metadata: {name: cache-auth}
stringData: {redis-password: one-and-only}
";

const OF_THE_APP: &str = "\
apiVersion: v1
kind: Secret
metadata: {name: app-auth}
stringData: {password: app-before}
";

const PODS: [&str; 3] = ["cache-node-0", "cache-node-1", "cache-node-2"];
const SIX: [&str; 6] = ["cache-node-0", "cache-node-1", "cache-node-2", "cache-node-3", "cache-node-4", "cache-node-5"];

/// An apply that runs, and where it says what it does.
struct Running {
    process: Child,
    told: PathBuf,
}

impl Running {
    fn start(bench: &Bench, window: &str) -> Running {
        let told = bench.path().join(".git/told");
        let mut command = bench.command(&APPLY);
        command.args(["--password-window", window]).stdout(Stdio::null()).stderr(File::create(&told).unwrap());
        Running { process: command.spawn().unwrap(), told }
    }

    fn told(&self) -> String {
        std::fs::read_to_string(&self.told).unwrap()
    }

    /// Waits until it has said something.
    #[track_caller]
    fn wait_for(&mut self, text: &str) {
        let begin = Instant::now();
        while !self.told().contains(text) {
            let has_ended = self.process.try_wait().unwrap().is_some() && !self.told().contains(text);
            assert!(!has_ended && begin.elapsed() < Duration::from_secs(400), "nobody tells {text}: {}", self.told());
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// SIGKILL, and the lock of the one that was killed is gone.
    fn kill(&mut self, bench: &Bench) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        bench.kubectl(&["-n", &bench.namespace.clone(), "delete", "lease", "--all"]);
    }

    /// It ends well.
    #[track_caller]
    fn end(&mut self) {
        let status = self.process.wait().unwrap();
        assert!(status.success(), "{}", self.told());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

const APPLY: [&str; 5] = ["apply", "shop", "--yes", "--timeout", "3m"];

/// The names of the steps of a plan, which shows none of these texts.
#[track_caller]
fn planned(bench: &Bench, secret: &[&str]) -> Vec<String> {
    let run = bench.redisops(&["plan", "shop", "-o", "json"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(secret.iter().all(|text| !run.stdout.contains(text)), "{}", run.stdout);
    let steps = run.json()["steps"].clone();
    steps.as_array().unwrap().iter().filter_map(|step| step["id"].as_str().map(str::to_owned)).collect()
}

/// The same for a cluster: where the scheduler has put replicas is no matter here.
#[track_caller]
fn is_clean_but_zones(bench: &Bench) {
    let run = bench.redisops(&["diff", "shop", "-o", "json"]);
    let report = run.json();
    let of = |kind: &str| report[kind].as_array().unwrap().clone();
    let differs = |one: &&serde_json::Value| {
        let fields = one["fields"].as_array();
        one["error"] != serde_json::Value::Null || fields.is_some_and(|all| all.iter().any(|it| it["path"] != "zone"))
    };
    let differing: Vec<_> = of("changes").into_iter().chain(of("nodes")).filter(|one| differs(&one)).collect();
    assert_eq!(differing, Vec::<serde_json::Value>::new(), "{}", run.stderr);
}

#[track_caller]
fn is_clean(bench: &Bench, arguments: &[&str]) {
    let all: Vec<&str> = ["diff", "shop"].iter().chain(arguments).copied().collect();
    let run = bench.redisops(&all);
    assert_eq!(run.code, 0, "{run:?}");
}

/// Nobody comes in with a password any more.
#[track_caller]
fn has_ended(kubelet: &Kubelet, pods: &[&str], user: &str, password: &str) {
    for pod in pods {
        let refused = login(&kubelet.address(pod), user, password).unwrap_err();
        assert!(is_refusal(&refused), "{pod}: {refused}");
    }
}

/// No Secret has a password of before.
#[track_caller]
fn nothing_is_left(bench: &Bench) {
    let secrets = bench.kubectl(&["-n", &bench.namespace.clone(), "get", "secrets", "-o", "jsonpath={.items[*].data}"]);
    assert!(secrets.contains("password") && !secrets.contains("previous"), "{secrets}");
}

fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort();
    names
}

fn replace(bench: &Bench, file: &str, from: &str, to: &str) {
    let path = bench.path().join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{file} has no {from}");
    std::fs::write(Path::new(&path), text.replace(from, to)).unwrap();
}

#[test]
fn a_password_of_a_secret_is_replaced_and_no_client_is_refused() {
    let Some(bench) = Bench::new() else { return };
    bench.write("prod/kustomization.yaml", "namespace: NAMESPACE\nresources: [redis.yaml, secret.yaml]\n");
    bench.write("prod/redis.yaml", REDIS);
    bench.write("prod/secret.yaml", SECRET);
    bench.write("environments/shop.yaml", ENVIRONMENT);
    let kubelet = Kubelet::start(&bench, &PODS);
    let run = bench.redisops(&APPLY);
    assert_eq!(run.code, 0, "{run:?}");
    kubelet.wait_for_sentinels(&PODS, "one-and-only");
    kubelet.ask(PODS[0], "one-and-only", &["SET", "x", "kept"]);
    let run = bench.redisops(&["diff", "shop"]);
    assert_eq!(run.code, 0, "{run:?} {}", log_of(&bench, &kubelet, PODS[0]));

    replace(&bench, "prod/secret.yaml", "one-and-only", "another");
    let ids = planned(&bench, &["one-and-only", "another"]);
    assert_eq!(ids.first().unwrap(), "redis/cache/configure/acl.default/open", "{ids:?}");
    assert_eq!(ids.last().unwrap(), "redis/cache/configure/acl.default", "{ids:?}");
    assert!(ids.iter().any(|id| id == "redis/cache/restart/config.requirepass"), "{ids:?}");

    // Clients are rolled by somebody else: they get an hour. The run is killed in it.
    let old = Logins::start(&kubelet, &PODS, "default", "one-and-only");
    let writer = Writer::start(&kubelet, &PODS, "one-and-only");
    let before = kubelet.starts();
    let mut running = Running::start(&bench, "60m");
    running.wait_for("the new password of default is valid beside the old one");
    let new = Logins::start(&kubelet, &PODS, "default", "another");
    running.wait_for("old passwords stay valid for 3600 s more");
    running.kill(&bench);
    let restarted = sorted(kubelet.starts()[before.len()..].to_vec());
    assert_eq!(restarted, PODS, "after {before:?}: {}", running.told());
    assert_eq!(kubelet.masters_that_went(), Vec::<String>::new(), "{}", running.told());
    old.end();
    let written = writer.end();
    for pod in PODS {
        for password in ["one-and-only", "another"] {
            assert_eq!(kubelet.ask(pod, password, &["GET", "x"]), "kept\n", "{pod} {password}");
        }
        let there = kubelet.ask(pod, "another", &["GET", "written"]).trim().parse::<u64>();
        assert!(there.is_ok_and(|there| there >= written), "{written} was acknowledged");
    }

    // The next run ends the old one.
    let run = bench.redisops(&APPLY);
    assert_eq!(run.code, 0, "{run:?}");
    new.end();
    has_ended(&kubelet, &PODS, "default", "one-and-only");
    for pod in PODS {
        assert!(login(&kubelet.sentinel(pod), "default", "one-and-only").is_err(), "the sentinel of {pod}");
        assert_eq!(kubelet.ask(pod, "another", &["GET", "x"]), "kept\n", "{pod}");
    }
    assert_eq!(kubelet.starts().len(), before.len() + PODS.len(), "nothing was restarted once more");
    nothing_is_left(&bench);
    is_clean(&bench, &[]);
}

#[test]
fn all_passwords_of_a_cluster_are_replaced_and_no_client_is_refused() {
    let Some(bench) = Bench::new() else { return };
    bench.volumes("", SIX.len());
    bench.write("prod/kustomization.yaml", "namespace: NAMESPACE\nresources: [redis.yaml, secret.yaml, app.yaml]\n");
    bench.write("prod/redis.yaml", CLUSTER);
    bench.write("prod/secret.yaml", SECRET);
    bench.write("prod/app.yaml", OF_THE_APP);
    bench.write("environments/shop.yaml", ENVIRONMENT);
    let kubelet = Kubelet::start(&bench, &SIX);
    let run = bench.redisops(&APPLY);
    assert_eq!(run.code, 0, "{run:?} {}", log_of(&bench, &kubelet, SIX[0]));
    for key in ["a", "b", "c", "d"] {
        assert_eq!(kubelet.ask(SIX[0], "one-and-only", &["-c", "SET", key, "kept"]), "OK\n");
    }
    is_clean_but_zones(&bench);

    replace(&bench, "prod/secret.yaml", "one-and-only", "another");
    replace(&bench, "prod/app.yaml", "app-before", "app-after");
    let ids = planned(&bench, &["one-and-only", "another", "app-before", "app-after"]);
    let open = ["redis/cache/configure/acl.app/open", "redis/cache/configure/acl.default/open"];
    assert_eq!(ids[..2], open, "{ids:?}");
    let end = ["redis/cache/configure/acl.app", "redis/cache/configure/acl.default"];
    assert_eq!(ids[ids.len() - 2..], end, "{ids:?}");
    assert!(ids.iter().any(|id| id == "redis/cache/restart/config.requirepass"), "{ids:?}");

    // Killed when half of the pods are restarted; the next one goes on, and leaves clients some seconds.
    let users = [("default", "one-and-only", "another"), ("app", "app-before", "app-after")];
    let old = users.map(|(user, before, _)| Logins::start(&kubelet, &SIX, user, before));
    let before = kubelet.starts();
    let mut running = Running::start(&bench, "60m");
    for (user, ..) in users {
        running.wait_for(&format!("the new password of {user} is valid beside the old one"));
    }
    let new = users.map(|(user, _, after)| Logins::start(&kubelet, &SIX, user, after));
    running.wait_for("pod cache-node-3 is restarted");
    running.kill(&bench);
    let first = running.told();
    let mut running = Running::start(&bench, "4s");
    running.wait_for("old passwords stay valid for 4 s more");
    old.into_iter().for_each(Logins::end);
    running.end();
    let told = format!("{first}{}", running.told());
    new.into_iter().for_each(Logins::end);
    let restarted = sorted(kubelet.starts()[before.len()..].to_vec());
    assert_eq!(restarted, SIX, "each pod was restarted once: {told}");
    assert_eq!(kubelet.masters_that_went(), Vec::<String>::new(), "{told}");
    for master in &SIX[..3] {
        assert!(told.contains(&format!("{master} hands over to ")), "{told}");
    }
    for (user, before, after) in users {
        has_ended(&kubelet, &SIX, user, before);
        SIX.iter().for_each(|pod| login(&kubelet.address(pod), user, after).unwrap());
    }
    for (key, pod) in ["a", "b", "c", "d"].iter().zip(SIX) {
        assert_eq!(kubelet.ask(pod, "another", &["-c", "GET", key]), "kept\n", "{key}");
    }
    nothing_is_left(&bench);
    is_clean_but_zones(&bench);
}

#[test]
fn a_password_of_a_generated_secret_is_replaced_and_no_client_is_refused() {
    let Some(bench) = Bench::new() else { return };
    let namespace = bench.namespace.clone();
    bench.write(
        "prod/kustomization.yaml",
        "namespace: NAMESPACE\nresources: [redis.yaml]\nsecretGenerator:\n- {name: cache-auth, literals: [redis-password=one-and-only]}\n",
    );
    bench.write("prod/redis.yaml", REDIS);
    bench.write("environments/shop.yaml", ENVIRONMENT);
    let kubelet = Kubelet::start(&bench, &PODS);
    let run = bench.redisops(&APPLY);
    assert_eq!(run.code, 0, "{run:?}");
    kubelet.wait_for_sentinels(&PODS, "one-and-only");
    kubelet.ask(PODS[0], "one-and-only", &["SET", "x", "kept"]);
    is_clean(&bench, &[]);
    let secrets = || bench.kubectl(&["-n", &namespace, "get", "secrets", "-o", "name"]);
    let of_before = secrets();
    let of_before = of_before.lines().find(|name| name.contains("cache-auth-")).unwrap().to_owned();

    // From now on nobody may change it.
    replace(&bench, "prod/kustomization.yaml", "one-and-only]", "another], options: {immutable: true}");
    let ids = planned(&bench, &["one-and-only", "another"]);
    assert_eq!(ids.first().unwrap(), "redis/cache/configure/acl.default/open", "{ids:?}");
    assert!(ids.iter().any(|id| id == "redis/cache/restart/cache-node"), "{ids:?}");

    let old = Logins::start(&kubelet, &PODS, "default", "one-and-only");
    let before = kubelet.starts();
    let mut running = Running::start(&bench, "60m");
    running.wait_for("the new password of default is valid beside the old one");
    let new = Logins::start(&kubelet, &PODS, "default", "another");
    running.wait_for("pod cache-node-2 is replaced");
    running.kill(&bench);
    // Pods of the old template start again, too: their machine is drained, say.
    let first = kubelet.starts().len();
    bench.kubectl(&["-n", &namespace, "delete", "pod", PODS[1]]);
    let begin = Instant::now();
    while !kubelet.starts()[first..].iter().any(|pod| pod == PODS[1]) {
        assert!(begin.elapsed() < Duration::from_secs(60), "{:?}", kubelet.starts());
        thread::sleep(Duration::from_millis(100));
    }
    kubelet.wait_for(PODS[1], "one-and-only", &["INFO", "replication"], "master_link_status:up");
    for password in ["one-and-only", "another"] {
        login(&kubelet.address(PODS[1]), "default", password).unwrap();
    }

    let mut running = Running::start(&bench, "4s");
    running.wait_for("old passwords stay valid for 4 s more");
    old.end();
    running.end();
    new.end();
    let restarted = sorted(kubelet.starts()[before.len()..].to_vec());
    assert_eq!(restarted, [PODS[0], PODS[1], PODS[1], PODS[2]], "{}", running.told());
    assert_eq!(kubelet.masters_that_went(), Vec::<String>::new(), "{}", running.told());
    has_ended(&kubelet, &PODS, "default", "one-and-only");
    for pod in PODS {
        assert_eq!(kubelet.ask(pod, "another", &["GET", "x"]), "kept\n", "{pod}");
    }
    nothing_is_left(&bench);
    is_clean(&bench, &[]);
    let may_change = || bench.kubectl(&["-n", &namespace, "get", "secrets", "-o", "jsonpath={.items[*].immutable}"]);
    assert_eq!(may_change(), "true");
    // The Secret of before goes with those that nobody needs.
    assert!(secrets().contains(&of_before));
    let run = bench.redisops(&["apply", "shop", "--yes", "--prune"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(!secrets().contains(&of_before), "{}", secrets());
    is_clean(&bench, &["--prune"]);
}

#[test]
fn a_password_that_another_secret_has_is_taken_and_no_client_is_refused() {
    let Some(bench) = Bench::new() else { return };
    let namespace = bench.namespace.clone();
    bench.write("prod/kustomization.yaml", "namespace: NAMESPACE\nresources: [redis.yaml, secret.yaml, other.yaml]\n");
    bench.write("prod/redis.yaml", REDIS);
    bench.write("prod/secret.yaml", SECRET);
    bench.write("prod/other.yaml", &SECRET.replace("cache-auth", "other-auth").replace("one-and-only", "another"));
    bench.write("environments/shop.yaml", ENVIRONMENT);
    let kubelet = Kubelet::start(&bench, &PODS);
    let run = bench.redisops(&APPLY);
    assert_eq!(run.code, 0, "{run:?}");
    kubelet.wait_for_sentinels(&PODS, "one-and-only");

    replace(&bench, "prod/redis.yaml", "cache-auth", "other-auth");
    let old = Logins::start(&kubelet, &PODS, "default", "one-and-only");
    let before = kubelet.starts();
    let mut running = Running::start(&bench, "4s");
    running.wait_for("the new password of default is valid beside the old one");
    let new = Logins::start(&kubelet, &PODS, "default", "another");
    running.wait_for("pod cache-node-2 is replaced");
    // Both Secrets are as the files say, and have for now what pods of both templates need.
    let keys = bench.kubectl(&["-n", &namespace, "get", "secrets", "-o", "jsonpath={.items[*].data}"]);
    assert_eq!(keys.matches("redis-password-previous").count(), 2, "{keys}");
    running.wait_for("old passwords stay valid for 4 s more");
    old.end();
    running.end();
    new.end();
    assert_eq!(sorted(kubelet.starts()[before.len()..].to_vec()), PODS, "{}", running.told());
    has_ended(&kubelet, &PODS, "default", "one-and-only");
    nothing_is_left(&bench);
    is_clean(&bench, &[]);
}
