//! What the containers of a pod run: the scripts of its ConfigMap, at addresses of this machine.

use std::fs;
use std::io::Write;
use std::process::{Child, Command, Stdio};

use base64::Engine;
use serde_json::Value;

use super::{PORT, Place, SENTINEL_PORT, ip, service};

/// A container that runs.
pub struct Container {
    process: Child,
    environment: Vec<(String, String)>,
    /// What says whether it is ready.
    pub ready: Option<Vec<String>>,
    /// What is done before it ends.
    pub stop: Option<Vec<String>>,
}

impl Container {
    /// Runs something beside it, and whether that went well.
    pub fn does(&self, words: &[String]) -> bool {
        let Some((program, arguments)) = words.split_first() else { return false };
        let mut command = Command::new(program);
        command.args(arguments).envs(self.environment.iter().cloned());
        let done = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        done.is_ok_and(|status| status.success())
    }

    /// Whether its server takes itself for a master that others have as theirs.
    pub fn is_master(&self, own: &str) -> bool {
        let mut command = Command::new("redis-cli");
        command.args(["-h", own, "-p", &PORT.to_string(), "INFO", "replication"]);
        let password = self.environment.iter().find(|(name, _)| name == "REDIS_PASSWORD");
        command.envs(password.map(|(_, value)| ("REDISCLI_AUTH", value)));
        let told = command.stdin(Stdio::null()).stderr(Stdio::null()).output().map(|done| done.stdout);
        let told = told.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
        told.contains("role:master") && !told.contains("connected_slaves:0")
    }

    /// Ends it with what it has started. It has no process group of its own, so that it ends with a test that is ended.
    pub fn kill(&mut self) {
        let id = self.process.id().to_string();
        let _ = Command::new("pkill").args(["-KILL", "-P", &id]).stderr(Stdio::null()).status();
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Place {
    pub(super) fn command(&self) -> Command {
        let mut command = Command::new(&self.kubectl);
        command.arg("--kubeconfig").arg(&self.kubeconfig).args(["-n", &self.namespace]);
        command
    }

    fn object(&self, kind: &str, name: &str) -> Value {
        let mut command = self.command();
        let told = command.args(["get", kind, name, "-o", "json"]).stdin(Stdio::null()).output().unwrap();
        serde_json::from_slice(&told.stdout).unwrap_or_default()
    }

    /// Sends an object; what is gone meanwhile is no matter.
    pub(super) fn send(&self, words: &[&str], object: &Value) {
        let mut command = self.command();
        let mut sent =
            command.args(words).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let _ = sent.stdin.take().unwrap().write_all(object.to_string().as_bytes());
        let _ = sent.wait();
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
    pub(super) fn start(&self, pod: &Value, number: usize) -> Vec<Container> {
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
        let mut containers = Vec::new();
        for container in pod["spec"]["containers"].as_array().into_iter().flatten() {
            let Some(script) = container["command"][1].as_str().and_then(|script| script.strip_prefix("/scripts/"))
            else {
                continue;
            };
            let mut environment = self.environment(container);
            let named = [
                ("POD_NAME", format!("127.{}.{}", self.net, number + 1)),
                ("FIRST", format!("127.{}.1", self.net)),
                ("POD_IP", own.clone()),
                ("OWN", own.clone()),
                ("PORT", PORT.to_string()),
                ("SENTINEL_PORT", SENTINEL_PORT.to_string()),
                ("SENTINEL_HOST", service::ip(self.net)),
                ("RUN", path("run")),
                ("DATA", path("data")),
                ("CONF", path("conf")),
                ("SCRIPTS", path("scripts")),
                ("LAYOUT", path("layout")),
                ("STATE", path("data/sentinel")),
            ];
            environment.extend(named.map(|(name, value)| (name.to_owned(), value)));
            // Scripts ask their own server at its address.
            let here = |word: &str| word.replace("/scripts", &path("scripts")).replace("127.0.0.1", &own);
            let words = |hook: &Value| -> Option<Vec<String>> {
                let words = hook["exec"]["command"].as_array()?;
                Some(words.iter().filter_map(Value::as_str).map(here).collect())
            };
            let log = fs::File::options().create(true).append(true).open(directory.join("log")).unwrap();
            let mut command = Command::new("sh");
            command.arg(directory.join("scripts").join(script)).envs(environment.iter().cloned());
            command.args(container["args"].as_array().into_iter().flatten().filter_map(Value::as_str));
            let errors = log.try_clone().unwrap();
            let process = command.stdin(Stdio::null()).stdout(log).stderr(errors).spawn().unwrap();
            let (ready, stop) = (words(&container["readinessProbe"]), words(&container["lifecycle"]["preStop"]));
            containers.push(Container { process, environment, ready, stop });
        }
        containers
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
