//! Pods with another template: replaced one at a time, masters handing over first, while a client writes.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;

use crate::support::TestCluster;

use super::Fleet;
use super::guard::{Space, repository};
use super::report;
use super::writer::Writer;

/// An apply whose lines are read as they come.
struct Running {
    child: Child,
    lines: Receiver<String>,
}

impl Running {
    fn start(mut command: Command) -> Running {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it runs");
        let output = child.stderr.take().expect("its stderr");
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            BufReader::new(output).lines().map_while(Result::ok).for_each(|line| drop(sender.send(line)));
        });
        Running { child, lines }
    }
}

/// Whether a run that says this has come to the boundary of a step.
fn is_step(line: &str) -> bool {
    ["changed ", "waiting for ", "ready "].iter().any(|word| line.starts_with(word))
        || [" hands over to ", " is replaced"].iter().any(|text| line.contains(text))
}

/// What a kubelet does: the process of a pod that was replaced is started anew.
pub struct Kubelet {
    watch: Child,
    lines: Receiver<String>,
    pub pods: BTreeMap<String, String>,
}

impl Kubelet {
    pub fn start(space: &Space) -> Kubelet {
        let mut command = Command::new(&space.kubectl);
        command.arg("--kubeconfig").arg(&space.kubeconfig).args([
            "-n",
            &space.name,
            "get",
            "pods",
            "--watch",
            "--no-headers",
        ]);
        command.args(["-o", "custom-columns=NAME:.metadata.name,UID:.metadata.uid"]);
        let mut watch = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("kubectl runs");
        let output = watch.stdout.take().expect("its output");
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            BufReader::new(output).lines().map_while(Result::ok).for_each(|line| drop(sender.send(line)));
        });
        Kubelet { watch, lines, pods: BTreeMap::new() }
    }

    /// Pods that were replaced since the last look.
    pub fn replaced(&mut self) -> Vec<String> {
        let mut replaced = Vec::new();
        while let Ok(line) = self.lines.recv_timeout(Duration::from_millis(20)) {
            let mut words = line.split_whitespace().map(str::to_owned);
            if let (Some(pod), Some(uid)) = (words.next(), words.next())
                && self.pods.insert(pod.clone(), uid.clone()).is_some_and(|before| before != uid)
            {
                replaced.push(pod);
            }
        }
        replaced
    }
}

impl Drop for Kubelet {
    fn drop(&mut self) {
        let _ = self.watch.kill();
        let _ = self.watch.wait();
    }
}

/// How many steps later than the one before a run is killed: one in a full run.
fn pace() -> usize {
    if std::env::var_os("REDISOPS_FAULT_RUNS").is_some() { 1 } else { 4 }
}

#[test]
fn every_master_hands_over_before_its_pod_is_replaced() {
    let Some(space) = Space::named("roll") else { return };
    let cluster = TestCluster::start(3, 1, 0);
    cluster.fill(500);
    let before = cluster.digest();
    let fleet = Fleet::new(&cluster, &[5, 1, 6, 3, 2, 4], false);
    repository(&space, &fleet, 6);
    let redisops = |arguments: &[&str]| {
        let mut command = Command::new(crate::support::binary());
        command.args(arguments).current_dir(space.directory.path()).stdin(Stdio::null());
        command
    };
    let first = redisops(&["apply", "prod", "--yes"]).output().expect("it runs");
    assert!(first.status.success(), "{}", String::from_utf8_lossy(&first.stderr));
    // Replicas come back at once, not five seconds after they ask.
    let quick = |pod: usize| {
        let _: () = fleet.node(pod).command(&["CONFIG", "SET", "repl-diskless-sync-delay", "0"]);
    };
    (0..6).for_each(quick);
    let mut kubelet = Kubelet::start(&space);
    while kubelet.pods.len() < 6 {
        assert_eq!(kubelet.replaced(), Vec::<String>::new());
    }
    let runs = || -> Vec<String> {
        (0..6).map(|pod| fleet.node(pod).info("server").get("run_id").expect("an id").to_owned()).collect()
    };
    let ids = runs();
    let file = space.directory.path().join("overlays/prod/cache.yaml");
    let text = std::fs::read_to_string(&file).expect("a file");
    std::fs::write(&file, text.replace("image: redis}", "image: 'redis:7.2'}")).expect("a file");
    let plan = redisops(&["plan", "prod", "-o", "json"]).output().expect("it runs");
    let plan: Value = serde_json::from_slice(&plan.stdout).expect("a plan");
    let roll = &plan["steps"][1];
    assert_eq!(
        (&roll["action"], &roll["redis"], &roll["risk"]),
        (&"restart".into(), &"cache".into(), &"medium".into())
    );
    let told = roll["consequence"].as_str().expect("a text");
    assert!(
        told.contains("replaces cache-5, cache-4,") && told.contains("hand over to their replicas first"),
        "{told}"
    );
    assert_eq!(roll["cause"]["file"], "overlays/prod/cache.yaml");

    let writer = Writer::start(&cluster);
    let start = || Running::start(redisops(&["apply", "prod", "--yes", "--timeout", "5m"]));
    let mut apply = start();
    let (mut masters, mut restarted, mut told) = (Vec::new(), Vec::new(), Vec::new());
    let (mut killed, mut steps) = (0, 0);
    let status = loop {
        for pod in kubelet.replaced() {
            let number: usize = pod.rsplit('-').next().expect("an ordinal").parse().expect("a number");
            if fleet.owns(number) {
                masters.push(pod.clone());
            }
            fleet.node(number).kill9();
            fleet.node(number).restart();
            quick(number);
            restarted.push(pod);
        }
        let lines: Vec<String> = apply.lines.try_iter().collect();
        steps += lines.iter().filter(|line| is_step(line)).count();
        told.extend(lines);
        // Each run is killed a step later than the one before, until one comes to its end. Its lock is what it leaves.
        if steps > killed * pace() {
            apply.child.kill().expect("it may be killed");
            apply.child.wait().expect("it ends");
            (killed, steps) = (killed + 1, 0);
            told.push("-- killed".to_owned());
            space.run(&["delete", "lease", "--all"]).expect("the lock");
            apply = start();
        }
        if let Some(status) = apply.child.try_wait().expect("it may be asked") {
            told.extend(apply.lines.iter());
            break status;
        }
    };
    let told = told.join("\n");
    assert!(killed > 1, "{told}");
    report("roll", &format!("{killed} kills at boundaries of steps"));
    assert!(status.success(), "{told}");
    assert_eq!(masters, Vec::<String>::new(), "no master was replaced before it had handed over: {told}");
    // The controller may make a pod once more while it learns of the partition.
    restarted.dedup();
    assert_eq!(restarted, (0..6).rev().map(|pod| format!("cache-{pod}")).collect::<Vec<_>>(), "{told}");
    assert!(told.contains("hands over to cache-"), "{told}");
    assert!(ids.iter().zip(runs()).all(|(before, now)| *before != now));
    assert!(writer.end() > 50, "it has written");
    let lost: Vec<String> =
        cluster.digest().differences(&before).into_iter().filter(|key| !key.starts_with("written:")).collect();
    assert_eq!(lost, Vec::<String>::new());
    let again = redisops(&["plan", "prod", "--exit-code"]).output().expect("it runs");
    assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stdout));
}
