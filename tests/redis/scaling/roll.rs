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
use super::writer::Writer;

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
    let output = std::fs::File::create(space.directory.path().join("told")).expect("a file");
    let mut apply = redisops(&["apply", "prod", "--yes", "--timeout", "5m"]).stderr(output).spawn().expect("it runs");
    let (mut masters, mut restarted) = (Vec::new(), Vec::new());
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
        if let Some(status) = apply.try_wait().expect("it may be asked") {
            break status;
        }
    };
    let told = std::fs::read_to_string(space.directory.path().join("told")).expect("a file");
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
