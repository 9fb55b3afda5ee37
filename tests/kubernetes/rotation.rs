//! A password that is replaced while clients use the old one and the new one: nobody is refused.

use std::collections::BTreeSet;
use std::fs::File;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::forward::ENVIRONMENT;
use crate::kubelet::{Kubelet, log_of};
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

const SECRET: &str = "\
apiVersion: v1
kind: Secret
metadata: {name: cache-auth}
stringData: {redis-password: one-and-only}
";

const PODS: [&str; 3] = ["cache-node-0", "cache-node-1", "cache-node-2"];

/// A client that logs in at every node again and again, with one password, and remembers who refused it.
struct Client {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<(usize, BTreeSet<String>)>,
}

impl Client {
    fn start(kubelet: &Kubelet, password: &'static str) -> Client {
        let places: Vec<(String, u16)> = PODS.iter().map(|pod| kubelet.address(pod)).collect();
        let stop = Arc::new(AtomicBool::new(false));
        let until = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            let (mut count, mut refused) = (0, BTreeSet::new());
            while !until.load(Ordering::Relaxed) {
                for (host, port) in &places {
                    match login(host, *port, password) {
                        Ok(()) => count += 1,
                        // A pod that is replaced is away for a moment.
                        Err(error) if is_refusal(&error) => drop(refused.insert(format!("{host} {password}: {error}"))),
                        Err(_) => {}
                    }
                }
            }
            (count, refused)
        });
        Client { stop, thread }
    }

    #[track_caller]
    fn end(self) {
        self.stop.store(true, Ordering::Relaxed);
        let (count, refused) = self.thread.join().unwrap();
        assert!(count > 10 && refused.is_empty(), "{count}: {refused:?}");
    }
}

fn login(host: &str, port: u16, password: &str) -> redis::RedisResult<()> {
    let client = redis::Client::open(format!("redis://:{password}@{host}:{port}"))?;
    let mut connection = client.get_connection_with_timeout(Duration::from_secs(2))?;
    redis::cmd("GET").arg("x").query::<Option<String>>(&mut connection).map(drop)
}

fn is_refusal(error: &redis::RedisError) -> bool {
    error.kind() == redis::ErrorKind::AuthenticationFailed
        || ["NOAUTH", "WRONGPASS"].iter().any(|code| error.to_string().contains(code))
}

/// What runs tell, and whether a file has that text already.
fn wait_for(file: &std::path::Path, text: &str) {
    let begin = Instant::now();
    loop {
        let told = std::fs::read_to_string(file).unwrap();
        if told.contains(text) {
            return;
        }
        assert!(begin.elapsed() < Duration::from_secs(200), "nobody tells {text}: {told}");
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_password_of_a_secret_is_replaced_and_no_client_is_refused() {
    let Some(bench) = Bench::new() else { return };
    bench.write("prod/kustomization.yaml", "namespace: NAMESPACE\nresources: [redis.yaml, secret.yaml]\n");
    bench.write("prod/redis.yaml", REDIS);
    bench.write("prod/secret.yaml", SECRET);
    bench.write("environments/shop.yaml", ENVIRONMENT);
    let kubelet = Kubelet::start(&bench, &PODS);
    let apply = ["apply", "shop", "--yes", "--timeout", "3m"];
    let run = bench.redisops(&apply);
    assert_eq!(run.code, 0, "{run:?}");
    kubelet.wait_for_sentinels(&PODS, "one-and-only");
    kubelet.ask(PODS[0], "one-and-only", &["SET", "x", "kept"]);
    let run = bench.redisops(&["diff", "shop"]);
    assert_eq!(run.code, 0, "{run:?} {}", log_of(&bench, &kubelet, PODS[0]));

    bench.write("prod/secret.yaml", &SECRET.replace("one-and-only", "another"));
    let run = bench.redisops(&["plan", "shop", "-o", "json"]);
    let steps = run.json()["steps"].clone();
    let ids: Vec<&str> = steps.as_array().unwrap().iter().filter_map(|step| step["id"].as_str()).collect();
    assert_eq!(ids.first(), Some(&"redis/cache/configure/acl.default/open"), "{run:?}");
    assert_eq!(ids.last(), Some(&"redis/cache/configure/acl.default"), "{run:?}");
    assert!(ids.contains(&"redis/cache/restart/config.requirepass"), "{ids:?}");
    assert!(!run.stdout.contains("another") && !run.stdout.contains("one-and-only"), "{}", run.stdout);

    // Clients are rolled by somebody else: they get an hour. The run is killed in it.
    let old = Client::start(&kubelet, "one-and-only");
    let before = kubelet.starts();
    let told = bench.path().join(".git/told");
    let mut running = bench.command(&apply);
    running.args(["--password-window", "60m"]).stdout(Stdio::null()).stderr(File::create(&told).unwrap());
    let mut running = running.spawn().unwrap();
    wait_for(&told, "the new password of default is valid beside the old one");
    let new = Client::start(&kubelet, "another");
    wait_for(&told, "old passwords stay valid for 3600 s more");
    running.kill().unwrap();
    running.wait().unwrap();
    let mut restarted = kubelet.starts()[before.len()..].to_vec();
    restarted.sort();
    assert_eq!(restarted, PODS, "after {before:?}: {}", std::fs::read_to_string(&told).unwrap());
    old.end();
    for pod in PODS {
        for password in ["one-and-only", "another"] {
            assert_eq!(kubelet.ask(pod, password, &["GET", "x"]), "kept\n", "{pod} {password}");
        }
    }

    // The next run ends the old one, when the lock of the one that was killed has run out.
    bench.kubectl(&["-n", &bench.namespace.clone(), "delete", "lease", "--all"]);
    let run = bench.redisops(&apply);
    assert_eq!(run.code, 0, "{run:?}");
    new.end();
    for pod in PODS {
        let (host, port) = kubelet.address(pod);
        let refused = login(&host, port, "one-and-only").unwrap_err();
        assert!(is_refusal(&refused), "{refused}");
        assert!(login(&host, port + 1, "one-and-only").is_err(), "the sentinel of {pod}");
        assert_eq!(kubelet.ask(pod, "another", &["GET", "x"]), "kept\n", "{pod}");
    }
    assert_eq!(kubelet.starts().len(), before.len() + PODS.len(), "nothing was restarted once more");
    let secret =
        bench.kubectl(&["-n", &bench.namespace.clone(), "get", "secret", "cache-auth", "-o", "jsonpath={.data}"]);
    assert!(!secret.contains("previous"), "{secret}");
    let run = bench.redisops(&["diff", "shop"]);
    assert_eq!(run.code, 0, "{run:?}");
}
