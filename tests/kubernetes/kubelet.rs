//! What a kubelet does with the pods of a `kind: Redis`: their own scripts are run with real servers, again for each pod that takes the place of another.
//!
//! Every pod has an address below 127.0.0.0/8 that stands for its name; ports are the same everywhere, and the ports of the pod lead there.

use std::collections::BTreeMap;
use std::fs;
use std::io::BufReader;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use base64::Engine;
use serde_json::Value;

use crate::support::Bench;

const PORT: u16 = 17579;
const SENTINEL_PORT: u16 = 17580;

/// Where pods are, which process runs in each, and how often each was started.
#[derive(Default)]
struct Running {
    uids: BTreeMap<String, String>,
    processes: BTreeMap<String, Vec<Child>>,
    starts: Vec<String>,
}

/// One who starts what pods run. It ends with all processes when this is dropped.
pub struct Kubelet {
    watch: Child,
    running: Arc<Mutex<Running>>,
    thread: Option<JoinHandle<()>>,
    names: Vec<String>,
    net: u32,
}

/// What is needed to start a pod.
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
    /// For the pods of a namespace that have these names.
    pub fn start(bench: &Bench, names: &[&str]) -> Kubelet {
        let net = 20 + std::process::id() % 200;
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
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
        let running = Arc::new(Mutex::new(Running::default()));
        let own = Arc::clone(&running);
        let thread = thread::spawn(move || {
            let events = serde_json::Deserializer::from_reader(output).into_iter::<Value>();
            events.map_while(Result::ok).for_each(|event| place.seen(&event, &own));
        });
        Kubelet { watch, running, thread: Some(thread), names, net }
    }

    /// The address of a pod.
    pub fn address(&self, pod: &str) -> (String, u16) {
        let number = self.names.iter().position(|name| name == pod).unwrap_or_else(|| panic!("no pod {pod}"));
        (ip(self.net, number), PORT)
    }

    /// The pods that were started, in order.
    pub fn starts(&self) -> Vec<String> {
        self.running.lock().unwrap().starts.clone()
    }

    /// Waits until the servers of all pods that run answer.
    #[track_caller]
    pub fn wait_until_up(&self, password: &str) {
        let running: Vec<String> = self.running.lock().unwrap().processes.keys().cloned().collect();
        running.iter().for_each(|pod| self.wait_for(pod, password, &["PING"], "PONG"));
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
        let _ = self.thread.take().map(JoinHandle::join);
        if let Ok(mut running) = self.running.lock() {
            running.processes.values_mut().for_each(end);
        }
    }
}

/// Ends processes with what they have started.
fn end(children: &mut Vec<Child>) {
    for child in children.iter_mut() {
        let group = format!("-{}", child.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        let _ = child.wait();
    }
    children.clear();
}

impl Place {
    fn command(&self) -> Command {
        let mut command = Command::new(&self.kubectl);
        command.arg("--kubeconfig").arg(&self.kubeconfig).args(["-n", &self.namespace]);
        command
    }

    fn object(&self, kind: &str, name: &str) -> Value {
        let mut command = self.command();
        let told = command.args(["get", kind, name, "-o", "json"]).stdin(Stdio::null()).output().unwrap();
        serde_json::from_slice(&told.stdout).unwrap_or_default()
    }

    fn seen(&self, event: &Value, running: &Mutex<Running>) {
        let pod = &event["object"];
        let (Some(name), Some(uid)) = (pod["metadata"]["name"].as_str(), pod["metadata"]["uid"].as_str()) else {
            return;
        };
        let Some(number) = self.names.iter().position(|known| known == name) else { return };
        let mut running = running.lock().unwrap();
        let is_known = running.uids.get(name).is_some_and(|known| known == uid);
        if event["type"] == "DELETED" || !pod["metadata"]["deletionTimestamp"].is_null() {
            if is_known {
                running.processes.remove(name).iter_mut().for_each(end);
            }
            return;
        }
        if is_known {
            return;
        }
        if let Some(mut before) = running.processes.remove(name) {
            end(&mut before);
        }
        let other = running.processes.keys().find_map(|other| self.names.iter().position(|known| known == other));
        let processes = self.run(pod, number, other);
        running.uids.insert(name.to_owned(), uid.to_owned());
        running.processes.insert(name.to_owned(), processes);
        running.starts.push(name.to_owned());
    }

    /// Names of pods as addresses, and ports of this machine.
    fn here(&self, text: &str) -> String {
        let mut names: Vec<(usize, &String)> = self.names.iter().enumerate().collect();
        names.sort_by_key(|(_, name)| std::cmp::Reverse(name.len()));
        let host = |number: usize| format!("127.{}.{}", self.net, number + 1);
        let named = names.iter().fold(text.to_owned(), |text, (number, name)| text.replace(*name, &host(*number)));
        let ports = [("16379", "27579"), ("26379", "17580"), ("6379", "17579")];
        ports.iter().fold(named, |text, (from, to)| text.replace(from, to))
    }

    /// Starts the containers of a pod; what an exporter does is of no interest.
    fn run(&self, pod: &Value, number: usize, other: Option<usize>) -> Vec<Child> {
        let own = ip(self.net, number);
        let directory = self.directory.join(number.to_string());
        let path = |name: &str| directory.join(name).to_string_lossy().into_owned();
        let has_claim = pod["spec"]["volumes"]
            .as_array()
            .is_some_and(|all| all.iter().any(|volume| volume["name"] == "data" && volume["emptyDir"].is_null()));
        for name in ["run", "data", "conf", "scripts", "layout"] {
            if name != "data" || !has_claim {
                let _ = fs::remove_dir_all(directory.join(name));
            }
            fs::create_dir_all(directory.join(name)).unwrap();
        }
        for volume in pod["spec"]["volumes"].as_array().into_iter().flatten() {
            let Some(map) = volume["configMap"]["name"].as_str() else { continue };
            let folder = if volume["name"] == "config" { "conf" } else { volume["name"].as_str().unwrap() };
            let object = self.object("configmap", map);
            for (file, text) in object["data"].as_object().into_iter().flatten() {
                let text = text.as_str().unwrap();
                let text = match folder {
                    "scripts" => text.to_owned(),
                    _ => self
                        .here(text)
                        .replace("bind * -::*", &format!("bind {own}"))
                        .replace("dir /data", &format!("dir {}", path("data")))
                        .replace("/run/redis", &path("run")),
                };
                fs::write(directory.join(folder).join(file), text).unwrap();
            }
        }
        let sentinel = other.map_or("127.255.255.254".to_owned(), |other| ip(self.net, other));
        let mut children = Vec::new();
        for container in pod["spec"]["containers"].as_array().into_iter().flatten() {
            let Some(script) = container["command"][1].as_str().and_then(|script| script.strip_prefix("/scripts/"))
            else {
                continue;
            };
            let log = fs::File::options().create(true).append(true).open(directory.join("log")).unwrap();
            let mut command = Command::new("sh");
            command.arg(directory.join("scripts").join(script)).envs(self.environment(container));
            command.args(container["args"].as_array().into_iter().flatten().filter_map(Value::as_str));
            for (name, value) in [
                ("POD_NAME", format!("127.{}.{}", self.net, number + 1)),
                ("FIRST", format!("127.{}.1", self.net)),
                ("POD_IP", own.clone()),
                ("OWN", own.clone()),
                ("PORT", PORT.to_string()),
                ("SENTINEL_PORT", SENTINEL_PORT.to_string()),
                ("SENTINEL_HOST", sentinel.clone()),
                ("RUN", path("run")),
                ("DATA", path("data")),
                ("CONF", path("conf")),
                ("SCRIPTS", path("scripts")),
                ("LAYOUT", path("layout")),
                ("STATE", path("data/sentinel")),
            ] {
                command.env(name, value);
            }
            let errors = log.try_clone().unwrap();
            children.push(command.stdin(Stdio::null()).stdout(log).stderr(errors).process_group(0).spawn().unwrap());
        }
        children
    }

    fn environment(&self, container: &Value) -> Vec<(String, String)> {
        let mut all = Vec::new();
        for variable in container["env"].as_array().into_iter().flatten() {
            let name = variable["name"].as_str().unwrap().to_owned();
            let reference = &variable["valueFrom"]["secretKeyRef"];
            if let (Some(secret), Some(key)) = (reference["name"].as_str(), reference["key"].as_str()) {
                let packed = self.object("secret", secret)["data"][key].as_str().map(str::to_owned);
                let bytes = packed.map(|text| base64::engine::general_purpose::STANDARD.decode(text).unwrap());
                all.extend(bytes.map(|bytes| (name, String::from_utf8(bytes).unwrap())));
            } else if let Some(value) = variable["value"].as_str() {
                let value = self.here(value);
                // The pods of a node are below the name of their Service.
                let value = match value.split_once("-headless.$(POD_NAMESPACE).svc.cluster.local") {
                    Some((name, "")) => name.rsplit_once('.').map_or("9".to_owned(), |(pod, _)| format!("{pod}.9")),
                    _ => value,
                };
                all.push((name, value));
            }
        }
        all
    }
}

/// What went to the output of the containers of a pod.
pub fn log_of(bench: &Bench, kubelet: &Kubelet, pod: &str) -> String {
    let number = kubelet.names.iter().position(|name| name == pod).unwrap();
    fs::read_to_string(Path::new(bench.path()).join(format!(".git/pods/{number}/log"))).unwrap_or_default()
}
