//! What a kubelet does with the pods of a `kind: Redis`: their own scripts are run with real servers, again for each pod that takes the place of another.
//!
//! Every pod has an address below 127.0.0.0/8 that stands for its name; ports are the same everywhere, and the ports of the pod lead there. A pod is ready when the
//! probes of its containers say so, and goes when its `preStop` hooks and processes have ended.

mod containers;
mod pod;
mod service;

use std::collections::BTreeMap;
use std::fs;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::Bench;
use pod::{Seen, Worker};
use service::Endpoints;

const PORT: u16 = 17579;
const SENTINEL_PORT: u16 = 17580;
/// Pods that ask for such nodes are left alone by those who play the other kubelets.
const SELECTOR: &str = "redisops.dev/played=true";

/// One who starts what pods run. It ends with all processes when this is dropped.
pub struct Kubelet {
    watch: Child,
    told: Told,
    threads: Vec<JoinHandle<()>>,
    names: Vec<String>,
    net: u32,
}

/// What has become of pods.
#[derive(Clone, Default)]
struct Told {
    /// Those that were started, in order.
    starts: Arc<Mutex<Vec<String>>>,
    /// Those that were to go while their servers were masters.
    masters: Arc<Mutex<Vec<String>>>,
}

/// What is needed to start a pod.
#[derive(Clone)]
struct Place {
    kubectl: PathBuf,
    kubeconfig: PathBuf,
    namespace: String,
    directory: PathBuf,
    names: Vec<String>,
    net: u32,
}

fn ip(net: u32, number: usize) -> String {
    format!("127.{net}.{}.9", number + 1)
}

impl Kubelet {
    /// For the pods of a namespace that have these names; before there are any.
    pub fn start(bench: &Bench, names: &[&str]) -> Kubelet {
        let net = 20 + std::process::id() % 200;
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let own = format!("scheduler.alpha.kubernetes.io/node-selector={SELECTOR}");
        bench.kubectl(&["annotate", "namespace", &bench.namespace.clone(), &own]);
        for (number, name) in names.iter().enumerate() {
            let to = |port: u16, target: u16| {
                format!("{{ports: [{port}], target: {{address: {}, port: {target}}}}}", ip(net, number))
            };
            let object = format!(
                "apiVersion: kwok.x-k8s.io/v1alpha1\nkind: PortForward\nmetadata: {{name: {name}, namespace: {}}}\nspec: {{forwards: [{}, {}]}}\n",
                bench.namespace,
                to(6379, PORT),
                to(26379, SENTINEL_PORT)
            );
            let done = bench.kubectl_with(&["apply", "-f", "-"], &object);
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        }
        let place = Place {
            kubectl: bench.programs.join("kubectl"),
            kubeconfig: bench.kubeconfig.clone(),
            namespace: bench.namespace.clone(),
            directory: bench.path().join(".git/pods"),
            names: names.clone(),
            net,
        };
        let mut command = place.command();
        command.args(["get", "pods", "--watch", "--output-watch-events", "-o", "json"]);
        let mut watch = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let output = BufReader::new(watch.stdout.take().unwrap());
        let told = Told::default();
        let endpoints = Endpoints::listen(net, SENTINEL_PORT);
        let mut workers: BTreeMap<String, Sender<Seen>> = BTreeMap::new();
        let mut threads = Vec::new();
        for (number, name) in names.iter().enumerate() {
            let (sender, receiver) = std::sync::mpsc::channel();
            let worker = Worker::new(place.clone(), number, told.clone(), endpoints.clone());
            threads.push(thread::spawn(move || worker.run(&receiver)));
            workers.insert(name.clone(), sender);
        }
        threads.push(thread::spawn(move || {
            let events = serde_json::Deserializer::from_reader(output).into_iter::<Value>();
            events.map_while(Result::ok).for_each(|event| {
                let worker = event["object"]["metadata"]["name"].as_str().and_then(|name| workers.get(name));
                let _ = worker.map(|worker| worker.send(Seen::of(&event)));
            });
        }));
        Kubelet { watch, told, threads, names, net }
    }

    /// The address of a pod.
    pub fn address(&self, pod: &str) -> (String, u16) {
        let number = self.names.iter().position(|name| name == pod).unwrap_or_else(|| panic!("no pod {pod}"));
        (ip(self.net, number), PORT)
    }

    /// The address of the sentinel of a pod.
    pub fn sentinel(&self, pod: &str) -> (String, u16) {
        (self.address(pod).0, SENTINEL_PORT)
    }

    /// The pods that were started, in order.
    pub fn starts(&self) -> Vec<String> {
        self.told.starts.lock().unwrap().clone()
    }

    /// The pods that were to go while their servers were masters, in order.
    pub fn masters_that_went(&self) -> Vec<String> {
        self.told.masters.lock().unwrap().clone()
    }

    /// What a node answers to a command, for somebody who knows its password.
    pub fn ask(&self, pod: &str, password: &str, words: &[&str]) -> String {
        self.ask_at(pod, PORT, password, words)
    }

    /// What a sentinel answers.
    pub fn ask_sentinel(&self, pod: &str, password: &str, words: &[&str]) -> String {
        self.ask_at(pod, SENTINEL_PORT, password, words)
    }

    fn ask_at(&self, pod: &str, port: u16, password: &str, words: &[&str]) -> String {
        let (host, _) = self.address(pod);
        let mut command = Command::new("redis-cli");
        command.args(["-h", &host, "-p", &port.to_string()]).args(words).env("REDISCLI_AUTH", password);
        String::from_utf8_lossy(&command.output().unwrap().stdout).into_owned()
    }

    /// Waits until the sentinels of pods know each other and all replicas.
    #[track_caller]
    pub fn wait_for_sentinels(&self, pods: &[&str], password: &str) {
        let begin = Instant::now();
        let wanted =
            [format!("num-slaves\n{}\n", pods.len() - 1), format!("num-other-sentinels\n{}\n", pods.len() - 1)];
        loop {
            let all = pods.iter().map(|pod| self.ask_sentinel(pod, password, &["SENTINEL", "MASTER", "cache"]));
            let all: Vec<String> = all.collect();
            if all.iter().all(|said| wanted.iter().all(|text| said.contains(text))) {
                return;
            }
            assert!(begin.elapsed() < Duration::from_secs(90), "{all:?}");
            thread::sleep(Duration::from_millis(200));
        }
    }

    /// Waits until an answer has a text.
    #[track_caller]
    pub fn wait_for(&self, pod: &str, password: &str, words: &[&str], text: &str) {
        let begin = Instant::now();
        loop {
            let said = self.ask(pod, password, words);
            if said.contains(text) {
                return;
            }
            assert!(begin.elapsed() < Duration::from_secs(90), "{pod}: {words:?} never says {text}: {said}");
            thread::sleep(Duration::from_millis(100));
        }
    }
}

impl Drop for Kubelet {
    fn drop(&mut self) {
        let _ = self.watch.kill();
        let _ = self.watch.wait();
        self.threads.drain(..).for_each(|thread| drop(thread.join()));
    }
}

/// What went to the output of the containers of a pod.
pub fn log_of(bench: &Bench, kubelet: &Kubelet, pod: &str) -> String {
    let number = kubelet.names.iter().position(|name| name == pod).unwrap();
    fs::read_to_string(Path::new(bench.path()).join(format!(".git/pods/{number}/log"))).unwrap_or_default()
}
