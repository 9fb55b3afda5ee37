//! What runs have in common: a migration as a process of its own, healing, resuming, the line of the report.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use redisops::slots::Address;

use crate::judge::Verdict;
use crate::support::{TestCluster, TestNode};

/// How often each fault is run.
pub fn runs(in_ci: u32) -> u32 {
    std::env::var("REDISOPS_FAULT_RUNS").ok().and_then(|text| text.parse().ok()).unwrap_or(in_ci)
}

/// Numbers that look random and are the same each time; `REDISOPS_FAULT_SEED` starts elsewhere.
pub struct Dice(u64);

impl Dice {
    /// For that fault.
    pub fn new(salt: u64) -> Dice {
        let seed = std::env::var("REDISOPS_FAULT_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(1_u64);
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ salt)
    }

    /// A part of a time, from `low` to `high` of it.
    pub fn moment(&mut self, of: Duration, low: f64, high: f64) -> Duration {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let part = (self.0 >> 11) as f64 / (1_u64 << 53) as f64;
        of.mul_f64(low + part * (high - low))
    }
}

/// A `redisops slots migrate` that runs.
pub struct Migration {
    child: Child,
    out: PathBuf,
    err: PathBuf,
}

/// How it ended.
#[derive(Debug)]
pub struct Ended {
    /// Its exit code; nothing when a signal ended it.
    pub code: Option<i32>,
    /// Its report, if it printed one.
    pub report: serde_json::Value,
    /// What it said.
    pub stderr: String,
}

impl Ended {
    /// Keys that the report names as possibly lost.
    pub fn lost(&self) -> Vec<String> {
        let batches = self.report["unacknowledged"].as_array().cloned().unwrap_or_default();
        batches
            .iter()
            .flat_map(|batch| batch["keys"].as_array().cloned().unwrap_or_default())
            .filter_map(|key| String::from_utf8(BASE64_STANDARD.decode(key.as_str()?).ok()?).ok())
            .collect()
    }

    /// Keys that the report names as having different values on two nodes.
    pub fn doubled(&self) -> Vec<String> {
        let conflicts = self.report["conflicts"].as_array().cloned().unwrap_or_default();
        conflicts.iter().filter_map(|conflict| Some(conflict["key"].as_str()?.to_owned())).collect()
    }
}

impl Migration {
    /// Starts one.
    pub fn start(cluster: &TestCluster, seed: &str, arguments: &[&str]) -> Migration {
        let (out, err) = (cluster.dir().join("migrate.out"), cluster.dir().join("migrate.err"));
        let file = |path: &PathBuf| File::create(path).expect("a file in the folder of the test");
        let child = Command::new(env!("CARGO_BIN_EXE_redisops"))
            .args(["slots", "migrate", seed, "--yes", "-o", "json"])
            .args(arguments)
            .args(cluster.flags())
            .current_dir(cluster.dir())
            .env_remove("REDISCLI_AUTH")
            .stdin(Stdio::null())
            .stdout(file(&out))
            .stderr(file(&err))
            .spawn()
            .expect("the binary starts");
        Migration { child, out, err }
    }

    /// Ends it as nothing else does.
    pub fn kill(mut self) -> Ended {
        self.child.kill().expect("a process of this test");
        let status = self.child.wait().expect("a process of this test");
        self.ended(status)
    }

    /// Waits until it ends by itself.
    pub fn wait(mut self, patience: Duration) -> Ended {
        let end = Instant::now() + patience;
        loop {
            if let Some(status) = self.child.try_wait().expect("a process of this test") {
                return self.ended(status);
            }
            if Instant::now() > end {
                let ended = self.kill();
                panic!("the migration hangs; it said:\n{}", ended.stderr);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn ended(&self, status: ExitStatus) -> Ended {
        let text = |path: &PathBuf| {
            let mut text = String::new();
            File::open(path).and_then(|mut file| file.read_to_string(&mut text)).expect("its output");
            text
        };
        let report = serde_json::from_str(&text(&self.out)).unwrap_or(serde_json::Value::Null);
        Ended { code: status.code(), report, stderr: text(&self.err) }
    }
}

/// Runs the same migration again until it is done, as its user would; every run that fails must say why.
pub fn resume(cluster: &TestCluster, seed: &str, arguments: &[&str]) -> Vec<Ended> {
    let mut all = Vec::new();
    for _ in 0..6 {
        let ended = Migration::start(cluster, seed, arguments).wait(Duration::from_secs(120));
        let done = ended.code == Some(0);
        assert!(done || !ended.stderr.trim().is_empty(), "a run that fails says why: {ended:?}");
        all.push(ended);
        if done {
            return all;
        }
        std::thread::sleep(Duration::from_secs(1));
    }
    let said: Vec<&str> = all.iter().map(|ended| ended.stderr.as_str()).collect();
    panic!("six runs did not end the migration:\n{}", said.join("\n---\n"));
}

/// The addresses of all nodes.
pub fn addresses(cluster: &TestCluster) -> Vec<Address> {
    cluster.nodes().map(|node| node.address()).collect()
}

/// Waits until every node that answers sees a whole cluster.
pub fn heal(cluster: &TestCluster, patience: Duration) {
    let end = Instant::now() + patience;
    loop {
        let states: Vec<String> = cluster
            .nodes()
            .filter_map(|node| node.try_command::<String>(&["CLUSTER", "INFO"]).ok())
            .filter(|info| !info.contains("cluster_state:ok"))
            .collect();
        if states.is_empty() {
            return;
        }
        assert!(Instant::now() < end, "the cluster does not heal: {}", states[0]);
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// What each node says of all nodes: evidence when something is wrong.
pub fn views(cluster: &TestCluster) -> String {
    let view = |node: TestNode<'_>| {
        let said = node.try_command::<String>(&["CLUSTER", "NODES"]).unwrap_or_else(|error| error.to_string());
        format!("{}:\n{said}", node.address())
    };
    cluster.nodes().map(view).collect::<Vec<_>>().join("\n")
}

/// Adds the line of a fault to the report.
pub fn tell(fault: &str, runs: u32, verdicts: &[Verdict], note: &str) {
    let sum = |of: fn(&Verdict) -> u64| verdicts.iter().map(of).sum::<u64>();
    let line = format!(
        "| {fault} | {runs} | {} | {} | {} | {} | {note} |\n",
        sum(|v| v.writes),
        sum(|v| v.reads),
        sum(|v| v.values),
        sum(|v| v.placed)
    );
    if let Ok(path) = std::env::var("REDISOPS_FAULT_REPORT") {
        let file = OpenOptions::new().create(true).append(true).open(&path);
        file.and_then(|mut file| file.write_all(line.as_bytes())).expect("the report can be written");
    }
}
