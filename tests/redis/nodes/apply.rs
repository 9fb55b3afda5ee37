//! `plan` and `apply` of what differs on nodes that run: settings, users, sentinels, replicas.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::thread::{self, JoinHandle};

use serde_json::{Value, json};

use crate::scaling::{Kubelet, Space};
use crate::support::binary;

use super::stage::Stage;

const PASSWORDS: [&str; 2] = ["pw", "next"];

/// A client that logs in again and again, with one of two passwords.
struct Client {
    stop: Arc<AtomicBool>,
    which: Arc<AtomicU8>,
    thread: JoinHandle<(usize, Vec<String>)>,
}

impl Client {
    fn start(ports: Vec<u16>) -> Client {
        let (stop, which) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU8::new(0)));
        let (until, own) = (stop.clone(), which.clone());
        let thread = thread::spawn(move || {
            let (mut count, mut refused) = (0, Vec::new());
            while !until.load(Ordering::Relaxed) {
                for port in &ports {
                    let password = PASSWORDS[usize::from(own.load(Ordering::SeqCst))];
                    match login(*port, password) {
                        Ok(()) => count += 1,
                        Err(error) => refused.push(format!("{port} {password}: {error}")),
                    }
                }
            }
            (count, refused)
        });
        Client { stop, which, thread }
    }

    fn end(self) -> (usize, Vec<String>) {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().expect("the client does not panic")
    }
}

pub fn login(port: u16, password: &str) -> redis::RedisResult<()> {
    let url = format!("redis://app:{password}@127.0.0.1:{port}");
    let mut connection = redis::Client::open(url)?.get_connection()?;
    redis::cmd("GET").arg("app:x").query::<Option<String>>(&mut connection).map(drop)
}

fn step<'p>(plan: &'p Value, id: &str) -> &'p Value {
    let steps = plan["steps"].as_array().expect("steps");
    steps.iter().find(|step| step["id"] == id).unwrap_or_else(|| panic!("no {id} in {plan:#}"))
}

#[test]
fn nodes_are_brought_in_line_while_they_run() {
    let Some(space) = Space::named("tune") else { return };
    let stage = Stage::start(3, 3);
    stage.live_in(&space.name, &space.kubeconfig);
    stage.redisops(&["apply", "test", "--yes"]).expect(0);
    stage.redisops(&["plan", "test", "--exit-code"]).expect(0);
    let setting = |node: usize, name: &str| stage.command::<Vec<String>>(node, &["CONFIG", "GET", name])[1].clone();

    stage.edit("overlay/cache.yaml", "maxmemory 1gb", "maxmemory 2gb");
    stage.edit("environments/test.yaml", "quorum: 2", "quorum: 3");
    stage.edit("overlay/users.acl", ">pw", ">next");
    // Something that does not get ready for now.
    stage.edit("overlay/kustomization.yaml", "- cache.yaml", "- cache.yaml\n- client.yaml");
    let client = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: client}\nspec:\n  replicas: 1\n  selector: {matchLabels: {app: client}}\n  \
                  template:\n    metadata: {labels: {app: client}}\n    spec:\n      nodeSelector: {nowhere: 'yes'}\n      containers: [{name: a, image: b}]\n";
    std::fs::write(stage.path().join("overlay/client.yaml"), client).unwrap();
    let _: () = stage.command(2, &["REPLICAOF", "NO", "ONE"]);
    let _: () = stage.command(4, &["SENTINEL", "REMOVE", "cache"]);

    let plan = stage.redisops(&["plan", "test", "-o", "json", "--out", "plan.json"]).expect(0).json();
    assert_eq!(plan["steps"][0]["id"], "redis/cache/configure/acl.app/open", "{plan:#}");
    let memory = step(&plan, "redis/cache/configure/config.maxmemory");
    assert_eq!(
        (&memory["redis"], &memory["resource"], &memory["cause"]["file"], &memory["cause"]["line"]),
        (&json!("cache"), &Value::Null, &json!("overlay/cache.yaml"), &json!(stage.line("maxmemory")))
    );
    assert_eq!(
        memory["fields"][2],
        json!({"path": "cache-2.config.maxmemory", "before": "1073741824", "after": "2gb", "cause": memory["cause"]})
    );
    assert!(memory["consequence"].as_str().unwrap().contains("nothing restarts"), "{memory}");
    assert_eq!(step(&plan, "redis/cache/replicate/replication.master")["action"], "replicate");
    step(&plan, "redis/cache/configure/sentinel.quorum");
    step(&plan, "redis/cache/configure/sentinel.master");
    let text = plan.to_string();
    assert!(!text.contains("next") && !text.contains(">pw"), "{text}");

    // A value that is neither the one before nor the one after.
    let _: () = stage.command(1, &["CONFIG", "SET", "maxmemory", "5mb"]);
    let stale = stage.redisops(&["apply", "plan.json", "--yes"]).expect(2).stderr;
    assert!(stale.contains("stale") && stale.contains("cache cache-1.config.maxmemory"), "{stale}");
    let _: () = stage.command(1, &["CONFIG", "SET", "maxmemory", "1gb"]);

    let logins = Client::start((0..3).map(|node| stage.port(node)).collect());
    let late = stage.redisops(&["apply", "plan.json", "--yes", "--timeout", "2s"]).expect(2).stderr;
    assert!(late.contains("the new password of app is valid beside the old one"), "{late}");
    for node in 0..3 {
        login(stage.port(node), "pw").expect("clients that are not rolled yet");
        login(stage.port(node), "next").expect("clients that are");
    }
    // Now clients come up with what the files say.
    logins.which.store(1, Ordering::SeqCst);
    stage.edit("overlay/client.yaml", "      nodeSelector: {nowhere: 'yes'}\n", "");
    let done = stage.redisops(&["apply", "test", "--yes", "--prune", "--timeout", "60s"]).expect(0).stderr;
    let (count, refused) = logins.end();
    // Whoever asked in the very moment of the switch used the old one, which was still valid.
    assert!(count > 10 && refused.is_empty(), "{count}: {refused:?}\n{done}");
    for node in 0..3 {
        assert!(login(stage.port(node), "pw").is_err(), "the old password has ended");
        assert_eq!(setting(node, "maxmemory"), "2147483648");
    }
    stage.wait_until(2, &["INFO", "replication"], "master_link_status:up");
    for sentinel in 3..6 {
        stage.wait_until(sentinel, &["SENTINEL", "MASTERS"], "quorum\n3\n");
    }
    stage.wait_until(4, &["SENTINEL", "MASTERS"], "num-other-sentinels\n2\n");
    stage.wait_until(4, &["SENTINEL", "MASTERS"], "num-slaves\n2\n");
    stage.redisops(&["plan", "test", "--exit-code"]).expect(0);

    // Data that the master never had is not thrown away.
    let _: () = stage.command(1, &["REPLICAOF", "NO", "ONE"]);
    let _: () = stage.command(1, &["SET", "own", "1"]);
    let own = stage.redisops(&["apply", "test", "--yes"]).expect(2).stderr;
    assert!(own.contains("redisops::nodes::own_data") && own.contains("`cache-1`"), "{own}");
    assert_eq!(stage.command::<String>(1, &["GET", "own"]), "1");
}

/// Writes to whom a sentinel calls the master, and remembers the last number that a replica has confirmed.
fn write_on(sentinel: u16, stop: &AtomicBool) -> u64 {
    let mut confirmed = 0;
    let mut number = 0;
    while !stop.load(Ordering::Relaxed) {
        number += 1;
        let written = || -> redis::RedisResult<u64> {
            let mut asked = redis::Client::open(("127.0.0.1", sentinel))?.get_connection()?;
            let (host, port): (String, u16) =
                redis::cmd("SENTINEL").arg("GET-MASTER-ADDR-BY-NAME").arg("cache").query(&mut asked)?;
            let mut master = redis::Client::open((host, port))?.get_connection()?;
            redis::cmd("SET").arg("app:n").arg(number).query::<()>(&mut master)?;
            redis::cmd("WAIT").arg(1).arg(500).query(&mut master)
        };
        if written().is_ok_and(|replicas| replicas > 0) {
            confirmed = number;
        }
    }
    confirmed
}

#[test]
fn with_sentinels_a_master_hands_over_before_its_pod_is_replaced() {
    let Some(space) = Space::named("sentinel") else { return };
    let mut stage = Stage::start(3, 3);
    stage.live_in(&space.name, &space.kubeconfig);
    stage.edit("environments/test.yaml", ", master: cache-0", "");
    stage.redisops(&["apply", "test", "--yes"]).expect(0);
    let mut kubelet = Kubelet::start(&space);
    while kubelet.pods.len() < 3 {
        assert_eq!(kubelet.replaced(), Vec::<String>::new());
    }
    stage.edit("overlay/cache.yaml", "memory: 2Gi", "memory: 3Gi");
    let plan = stage.redisops(&["plan", "test"]).expect(0).stdout;
    assert!(plan.contains("the master cache-0 hands over to its replica first"), "{plan}");
    let stop = AtomicBool::new(false);
    let sentinel = stage.port(3);
    let (confirmed, told) = thread::scope(|scope| {
        let writer = scope.spawn(|| write_on(sentinel, &stop));
        let file = std::fs::File::create(stage.path().join("told")).unwrap();
        let mut apply = Command::new(binary());
        apply.args(["apply", "test", "--yes", "--timeout", "5m"]).current_dir(stage.path()).stdin(Stdio::null());
        let mut apply = apply.stderr(file).spawn().unwrap();
        let status = loop {
            for pod in kubelet.replaced() {
                let index: usize = pod.rsplit('-').next().unwrap().parse().unwrap();
                let role: String = stage.command(index, &["INFO", "replication"]);
                assert!(role.contains("role:slave"), "{pod} is replaced as a master");
                stage.restart(index);
            }
            if let Some(status) = apply.try_wait().unwrap() {
                break status;
            }
        };
        stop.store(true, Ordering::Relaxed);
        let told = std::fs::read_to_string(stage.path().join("told")).unwrap();
        assert!(status.success(), "{told}");
        (writer.join().unwrap(), told)
    });
    assert!(told.contains("cache-0 hands over to 127.0.0.1:"), "{told}");
    let master = (0..3).find(|node| stage.command::<String>(*node, &["INFO", "replication"]).contains("role:master"));
    let kept: u64 = stage.command(master.expect("a master"), &["GET", "app:n"]);
    assert!(confirmed > 0 && kept >= confirmed, "{kept} is there, {confirmed} was confirmed");
}
